//! What earlier signatures permit (ISO 32000-2, 12.8.2.2 DocMDP, 12.8.2.4 FieldMDP, 12.8.6).
//!
//! A signature that makes an earlier one invalid is worse than none, so what an earlier signature
//! forbids is refused here, before anything is made.

use crate::form::Field;
use crate::options::FieldChoice;
use crate::pdf::{Object, Value};
use crate::source::{Found, Sources};
use crate::unsigned::UnsignedPdf;
use crate::write_error::{Part, PrepareError};

impl UnsignedPdf {
    /// Whether the document's certification, which its catalog names, permits a signature in this field.
    /// [`prepare`](Self::prepare) asks it too: this is for a caller that has something to do before.
    ///
    /// # Errors
    /// [`PrepareError::CertifiedNoChanges`], [`PrepareError::CertifiedNoNewField`], or what keeps the certification from being read.
    pub fn check_certification(&self, field: &FieldChoice) -> Result<(), PrepareError> {
        let sources = Sources::newest(self.signed_pdf().document());
        check_certification(&sources, &sources.catalog()?, field)
    }
}

/// Which fields one FieldMDP transform locks.
#[derive(Debug, PartialEq, Eq)]
enum Locked {
    All,
    Only(Vec<String>),
    AllBut(Vec<String>),
    /// The transform is not one of the standard's.
    Unknown,
}

/// Refuses what the document's certification does not permit, by way of the catalog's `/Perms`.
pub(crate) fn check_certification<'d>(
    sources: &Sources<'d>,
    catalog: &Found<'d>,
    choice: &FieldChoice,
) -> Result<(), PrepareError> {
    if let Some(permissions) = catalog.entry(sources, "Perms", Part::Perms)?
        && let Some(signature) = permissions.entry(sources, "DocMDP", Part::Perms)?
    {
        for reference in references(sources, &signature)? {
            check_permitted(sources, &reference, choice)?;
        }
    }
    Ok(())
}

/// Refuses when a signature in one of `fields` locks the field called `name`, or certifies what does not permit `choice`.
pub(crate) fn check_locks<'d>(
    sources: &Sources<'d>,
    fields: &[Field<'d>],
    name: &str,
    choice: &FieldChoice,
) -> Result<(), PrepareError> {
    for signature in fields.iter().filter(|field| field.is_signature).filter_map(|field| field.value.as_ref()) {
        for reference in references(sources, signature)? {
            check_permitted(sources, &reference, choice)?;
            if locked(sources, &reference)?.is_some_and(|locked| locked.covers(name)) {
                return Err(PrepareError::FieldLocked);
            }
        }
    }
    Ok(())
}

impl Locked {
    fn covers(&self, name: &str) -> bool {
        // Naming a field names those below it too (table 258).
        let names = |listed: &Vec<String>| {
            listed.iter().any(|listed| {
                name.strip_prefix(listed.as_str()).is_some_and(|below| below.is_empty() || below.starts_with('.'))
            })
        };
        match self {
            Self::All | Self::Unknown => true,
            Self::Only(listed) => names(listed),
            Self::AllBut(listed) => !names(listed),
        }
    }
}

/// The signature reference dictionaries (table 256) of a signature.
fn references<'d>(sources: &Sources<'d>, signature: &Found<'d>) -> Result<Vec<Found<'d>>, PrepareError> {
    let part = Part::EarlierSignature;
    let Some(references) = signature.entry(sources, "Reference", part)? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for reference in references.elements(part)? {
        found.extend(sources.follow(&references, reference, part)?);
    }
    Ok(found)
}

fn transform_is(reference: &Found<'_>, method: &str) -> Result<bool, PrepareError> {
    let part = Part::EarlierSignature;
    reference.dictionary(part)?.is("TransformMethod", method).map_err(part.unreadable())
}

/// DocMDP (table 257): `P` = 1 permits nothing, 2 and 3 permit signing, but no change of the form that is not filling it in. A field
/// that was not there when the document was certified is such a change, and readers differ about it: what is made here must be
/// good for the strictest. An absent `P` is 2.
fn check_permitted<'d>(sources: &Sources<'d>, reference: &Found<'d>, choice: &FieldChoice) -> Result<(), PrepareError> {
    if !transform_is(reference, "DocMDP")? {
        return Ok(());
    }
    let part = Part::EarlierSignature;
    let level = match reference.entry(sources, "TransformParams", part)? {
        Some(parameters) => parameters.entry(sources, "P", part)?,
        None => None,
    };
    match (level.map(|level| level.value.object), choice) {
        (None | Some(Object::Integer(2 | 3)), FieldChoice::Existing(_)) => Ok(()),
        (None | Some(Object::Integer(2 | 3)), FieldChoice::New) => Err(PrepareError::CertifiedNoNewField),
        (Some(_), _) => Err(PrepareError::CertifiedNoChanges),
    }
}

/// FieldMDP (table 258).
fn locked<'d>(sources: &Sources<'d>, reference: &Found<'d>) -> Result<Option<Locked>, PrepareError> {
    let part = Part::EarlierSignature;
    if !transform_is(reference, "FieldMDP")? {
        return Ok(None);
    }
    let Some(parameters) = reference.entry(sources, "TransformParams", part)? else {
        return Ok(Some(Locked::Unknown));
    };
    let action = parameters.entry(sources, "Action", part)?;
    let Some(Found { value: Value { object: Object::Name(action), .. }, .. }) = action else {
        return Ok(Some(Locked::Unknown));
    };
    let mut listed = Vec::new();
    if let Some(names) = parameters.entry(sources, "Fields", part)? {
        for name in names.elements(part)? {
            if let Some(Found { value: Value { object: Object::String(name), .. }, .. }) =
                sources.follow(&names, name, part)?
            {
                listed.push(name.to_text());
            }
        }
    }
    Ok(Some(if action.is("All") {
        Locked::All
    } else if action.is("Include") {
        Locked::Only(listed)
    } else if action.is("Exclude") {
        Locked::AllBut(listed)
    } else {
        Locked::Unknown
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listed_field_is_locked_with_all_below_it_and_no_namesake() {
        let only = Locked::Only(vec!["form.part".to_owned()]);
        assert!(only.covers("form.part"));
        assert!(only.covers("form.part.Signature1"));
        assert!(!only.covers("form.part2"));
        assert!(!only.covers("form"));
        let but = Locked::AllBut(vec!["Signature1".to_owned()]);
        assert!(!but.covers("Signature1"));
        assert!(but.covers("Signature2"));
        assert!(Locked::All.covers("anything"));
        assert!(Locked::Unknown.covers("anything"));
    }
}
