//! A signed PDF taken apart into the two files that `openssl cms -verify` wants: the CMS, and the octets that it signs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use pades::{Limits, SignedPdf};

use crate::place::free_name;

/// The two files.
#[derive(Debug)]
pub struct Parts {
    /// The CMS, DER.
    pub cms: PathBuf,
    /// What the ByteRange covers.
    pub content: PathBuf,
}

/// Writes the parts of the last signature in a file into `folder`.
///
/// # Errors
/// When the file has no well-formed signature, or a part cannot be written.
pub fn take_apart(signed: &Path, folder: &Path) -> anyhow::Result<Parts> {
    let bytes = fs::read(signed).with_context(|| format!("cannot read {}", signed.display()))?;
    let pdf = SignedPdf::open(&bytes, &Limits::default())?;
    let signature = pdf.signatures().last().context("the file has no signature")?;
    let covered = signature.byte_range().map_err(Clone::clone)?.covered(&bytes).concat();
    let stem = signed.file_stem().map_or_else(|| "signed".into(), |stem| stem.to_string_lossy());
    let parts = Parts { cms: free_name(folder, &stem, "cms"), content: free_name(folder, &stem, "content") };
    for (path, octets) in [(&parts.cms, signature.cms_der()), (&parts.content, covered.as_slice())] {
        fs::write(path, octets).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(parts)
}
