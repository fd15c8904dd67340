//! Generates the server half of the contract once more, with a codec of our own (`wire::codec`): tonic's answers octets that are no
//! message with INTERNAL, which tells a caller to look for the fault here. Messages and client are those of `proto`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=../proto/teken");
    let descriptors =
        protox::compile(["teken/v1/signing_service.proto", "teken/v1/document_service.proto"], ["../proto"])?;
    tonic_prost_build::configure()
        .build_client(false)
        .extern_path(".teken.v1", "::proto::teken::v1")
        .codec_path("crate::wire::codec::MessageCodec")
        .compile_fds(descriptors)?;
    Ok(())
}
