//! Compiles the contract with protox, so that no protoc is needed, and keeps the descriptor set for server reflection.
use std::{env, fs, path::PathBuf};

use prost::Message as _;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=teken");
    let descriptors = protox::compile(["teken/v1/signing_service.proto", "teken/v1/document_service.proto"], ["."])?;
    let out = PathBuf::from(env::var("OUT_DIR")?).join("teken.v1.bin");
    fs::write(out, descriptors.encode_to_vec())?;
    tonic_prost_build::configure().build_server(true).build_client(true).compile_fds(descriptors)?;
    Ok(())
}
