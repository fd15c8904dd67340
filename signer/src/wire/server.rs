//! The generated server of `teken.v1`, over [`super::codec`].
#![expect(unreachable_pub, unused_qualifications, clippy::allow_attributes_without_reason, reason = "generated code")]

tonic::include_proto!("teken.v1");
