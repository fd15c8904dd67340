//! What a signature says about later changes: its `/Reference` (ISO 32000-2, 12.8.2, tables 255 to 258) and, for a
//! certification, the catalog's `/Perms` (12.8.6).

use crate::form::Lock;
use crate::options::{Certification, DocMdpLevel};
use crate::pdf::Ref;
use crate::source::{Changes, Found, Sources};
use crate::write_error::{Part, PrepareError};

/// The level that this signature certifies, if it does: only the first signature of a document can (12.8.2.2.1).
pub(crate) fn level<'d>(
    sources: &Sources<'d>,
    catalog: &Found<'d>,
    certification: Certification,
    has_signatures: bool,
) -> Result<Option<DocMdpLevel>, PrepareError> {
    let Certification::FirstSignature(level) = certification else { return Ok(None) };
    // A certification that no field of the form holds is a signature all the same.
    let is_certified = match catalog.entry(sources, "Perms", Part::Perms)? {
        Some(permissions) => permissions.entry(sources, "DocMDP", Part::Perms)?.is_some(),
        None => false,
    };
    Ok(Some(level).filter(|_| !has_signatures && !is_certified))
}

/// The catalog names the signature that certifies.
pub(crate) fn add_to_catalog<'d>(
    sources: &Sources<'d>,
    changes: &mut Changes<'d>,
    catalog: &Found<'d>,
    signature: Ref,
) -> Result<(), PrepareError> {
    match catalog.entry(sources, "Perms", Part::Perms)? {
        Some(permissions) => changes.set(&permissions, "DocMDP", signature.to_string().as_bytes(), Part::Perms),
        None => {
            let permissions = format!("<< /DocMDP {signature} >>");
            changes.set(catalog, "Perms", permissions.as_bytes(), Part::Catalog)
        }
    }
}

/// The `/Reference` array, `None` when the signature says nothing about changes.
pub(crate) fn reference(level: Option<DocMdpLevel>, lock: Option<&Lock>, catalog: Ref) -> Option<Vec<u8>> {
    let mut transforms = Vec::new();
    if let Some(level) = level {
        let level = level.number();
        transforms.push(
            format!(
                "<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P {level} /V /1.2 >> >>"
            )
            .into_bytes(),
        );
    }
    if let Some(lock) = lock {
        let start = format!("<< /Type /SigRef /TransformMethod /FieldMDP /Data {catalog} /TransformParams ");
        transforms.push([start.as_bytes(), &lock.parameters, b" >>"].concat());
    }
    (!transforms.is_empty()).then(|| [b"[".as_slice(), &transforms.join(&b' '), b"]"].concat())
}
