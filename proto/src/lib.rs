//! The gRPC contract of Teken: code generated from `proto/teken/v1/*.proto`, and nothing else.
//!
//! The contract's own comments are its documentation; start at
//! [`teken::v1::signing_service_client`] and [`teken::v1::document_service_client`], or their servers.

/// Packages of the contract.
pub mod teken {
    /// `teken.v1`: signing by digest and by document; seal and status of what is signed.
    #[expect(
        unused_qualifications,
        clippy::allow_attributes_without_reason,
        clippy::large_enum_variant,
        reason = "generated code"
    )]
    pub mod v1 {
        tonic::include_proto!("teken.v1");

        /// The encoded `FileDescriptorSet`, for server reflection.
        pub const FILE_DESCRIPTOR_SET: &[u8] = tonic::include_file_descriptor_set!("teken.v1");
    }
}
