//! What may be done after a signature (ISO 32000-2, 12.8.2.2, DocMDP, and 12.8.2.4, FieldMDP).
//!
//! Job: one table from a change and the permissions in force to a ruling. Further signatures, time-stamps and
//! validation data are what signing and archiving do and are always expected, but for a certification that forbids
//! signatures; filled fields and annotations pass only where a certification says so; all else fails.

use std::collections::HashSet;

use pades::pdf::{Object, Value, View};
use pades::{DocMdp, EmbeddedSignature, SignedPdf};

use super::annotations::{UNKNOWN_KIND, WIDGET};
use super::beneath::Beneath;
use super::change::{Change, FieldPlace, Shown};
use super::compare::Compared;

/// What a change does to the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ruling {
    /// Part of what signing and archiving do.
    Expected,
    /// Allowed, and worth telling.
    Reported,
    /// Not to be decided here.
    Open,
    /// Not allowed by anything.
    Forbidden,
}

/// The permissions in force for what follows one signature.
pub(super) struct Permissions {
    /// The strictest DocMDP of this signature and those before it; `None` when there is no certification.
    certification: Option<DocMdp>,
    locks: Vec<Lock>,
}

/// Fields that a signature locks (tables 236 and 258).
enum Lock {
    All,
    Include(Vec<String>),
    Exclude(Vec<String>),
}

impl Permissions {
    /// Reads them.
    pub(super) fn of(pdf: &SignedPdf<'_>, signature: &EmbeddedSignature) -> Self {
        let earlier = pdf.signatures().iter().filter(|other| other.revision() <= signature.revision());
        let mut granted: Vec<DocMdp> = earlier.filter_map(EmbeddedSignature::doc_mdp).collect();
        let mut locks = Vec::new();
        if let Some(view) = pdf.document().view(signature.revision()) {
            // A lock that cannot be read locks everything.
            match read_locks(view, signature, &mut granted) {
                Ok(found) => locks = found,
                Err(_) => locks.push(Lock::All),
            }
        }
        let certification = granted.into_iter().min_by_key(|permission| match permission {
            // An unknown permission must permit nothing.
            DocMdp::Unknown | DocMdp::NoChanges => 1,
            DocMdp::FormFilling => 2,
            DocMdp::Annotations => 3,
        });
        Self { certification, locks }
    }

    fn is_locked(&self, field: &str) -> bool {
        let is_listed = |names: &[String]| {
            names.iter().any(|name| {
                field == name || field.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('.'))
            })
        };
        self.locks.iter().any(|lock| match lock {
            Lock::All => true,
            Lock::Include(names) => is_listed(names),
            Lock::Exclude(names) => !is_listed(names),
        })
    }

    /// The changes of later revisions, oldest first, as the signature sees them, each with its ruling.
    pub(super) fn judge<'c>(&self, revisions: impl IntoIterator<Item = &'c [Change]>) -> Vec<Vec<(Change, Ruling)>> {
        let mut fields_added = HashSet::new();
        let mut judged = Vec::new();
        for changes in revisions {
            let seen = changes.iter().map(|change| change.seen_from_before(&fields_added));
            judged.push(seen.map(|change| (change.clone(), self.rule(&change, changes))).collect());
            fields_added.extend(changes.iter().filter_map(Change::field_added));
        }
        judged
    }

    /// The ruling on one of the changes of a revision.
    fn rule(&self, change: &Change, company: &[Change]) -> Ruling {
        use DocMdp::{Annotations, FormFilling, NoChanges, Unknown};
        match (change, self.certification) {
            // Table 257, note: DSS and document time-stamps are allowed under every P.
            (Change::SecurityStore, _) => Ruling::Expected,
            (Change::SignatureAdded { is_time_stamp: true, place, .. }, certification) => match place {
                FieldPlace::NewVisible { beneath: Beneath::Nothing, .. } => Ruling::Reported,
                FieldPlace::NewVisible { .. } => Ruling::Open,
                // It may prove a time, and show nothing.
                FieldPlace::ExistingVisible { beneath: Beneath::Something | Beneath::Unknown, .. }
                    if matches!(certification, Some(NoChanges | Unknown)) =>
                {
                    Ruling::Open
                }
                FieldPlace::ExistingVisible { .. } => Ruling::Reported,
                FieldPlace::Existing | FieldPlace::NewInvisible => Ruling::Expected,
            },
            (Change::SignatureAdded { .. } | Change::EmptySignatureField { .. }, Some(NoChanges | Unknown)) => {
                Ruling::Forbidden
            }
            (Change::SignatureAdded { field, place, .. }, certification) => match place {
                FieldPlace::Existing | FieldPlace::ExistingVisible { .. } if self.is_locked(field) => Ruling::Forbidden,
                FieldPlace::Existing | FieldPlace::ExistingVisible { beneath: Beneath::Nothing, .. } => {
                    Ruling::Expected
                }
                // The signer before left the field there to be signed; that it covers something is told.
                FieldPlace::ExistingVisible { .. } => Ruling::Reported,
                FieldPlace::NewVisible { beneath: Beneath::Nothing, .. } => Ruling::Reported,
                // It covers something, or that would have to be seen.
                FieldPlace::NewVisible { .. } => Ruling::Open,
                // P = 2 and 3 permit signing; that includes a field for it in every program that writes one.
                FieldPlace::NewInvisible if certification.is_some() => Ruling::Reported,
                FieldPlace::NewInvisible => Ruling::Expected,
            },
            (Change::EmptySignatureField { place, .. }, _) => match place {
                FieldPlace::NewVisible { beneath: Beneath::Something | Beneath::Unknown, .. } => Ruling::Open,
                _ => Ruling::Reported,
            },
            (Change::FieldValue { field, shown, .. }, Some(FormFilling | Annotations)) => match shown {
                _ if self.is_locked(field) => Ruling::Forbidden,
                Shown::Agrees => Ruling::Reported,
                Shown::Disagrees => Ruling::Forbidden,
                Shown::Unknown => Ruling::Open,
            },
            (Change::FieldValue { .. }, _) => Ruling::Forbidden,
            // The appearance of a field is the form's matter, and what has no kind is no annotation.
            (Change::Annotation { kind, .. }, Some(Annotations)) if kind != WIDGET && kind != UNKNOWN_KIND => {
                Ruling::Reported
            }
            (Change::Annotation { .. }, _) => Ruling::Forbidden,
            // What describes the document is not the document, but a certification that forbids changes forbids these:
            // unless a program keeps its books there while it adds what every certification allows.
            (Change::Information | Change::Metadata, Some(NoChanges | Unknown)) => {
                if company.iter().any(is_for_archiving) { Ruling::Reported } else { Ruling::Forbidden }
            }
            (Change::Information | Change::Metadata, _) => Ruling::Reported,
            // Needed to announce signatures and validation data of newer versions.
            (Change::Version | Change::Extensions, _) => Ruling::Reported,
            (Change::Unexplained { .. } | Change::TooMany, _) => Ruling::Forbidden,
            (Change::Unreadable(_), _) => Ruling::Open,
        }
    }
}

/// Validation data or a document time-stamp.
fn is_for_archiving(change: &Change) -> bool {
    matches!(change, Change::SecurityStore | Change::SignatureAdded { is_time_stamp: true, .. })
}

/// FieldMDP among the signature's references, and the `/Lock` of its field.
fn read_locks(view: View<'_>, signature: &EmbeddedSignature, granted: &mut Vec<DocMdp>) -> Compared<Vec<Lock>> {
    let mut locks = Vec::new();
    let field = match signature.field() {
        Some(field) => view.object(field)?,
        None => None,
    };
    let Some(field) = field else { return Ok(locks) };
    let field = field.value.as_dictionary()?;
    if let Some(lock) = view.get(field, "Lock")? {
        locks.push(read_lock(view, &lock)?);
        // Table 236: what the signature in this field leaves permitted.
        if let Some(permission) = view.get(lock.as_dictionary()?, "P")? {
            granted.push(match permission.as_integer() {
                Ok(2) => DocMdp::FormFilling,
                Ok(3) => DocMdp::Annotations,
                Ok(1) => DocMdp::NoChanges,
                _ => DocMdp::Unknown,
            });
        }
    }
    let Some(value) = view.get(field, "V")? else { return Ok(locks) };
    let Some(references) = view.get(value.as_dictionary()?, "Reference")? else { return Ok(locks) };
    for reference in references.as_array()? {
        let reference = view.resolve(reference)?;
        let reference = reference.as_dictionary()?;
        let is_field_mdp = match view.get(reference, "TransformMethod")? {
            Some(method) => method.as_name()?.is("FieldMDP"),
            None => false,
        };
        if is_field_mdp && let Some(parameters) = view.get(reference, "TransformParams")? {
            locks.push(read_lock(view, &parameters)?);
        }
    }
    Ok(locks)
}

fn read_lock(view: View<'_>, lock: &Value<'_>) -> Compared<Lock> {
    let lock = lock.as_dictionary()?;
    let names = || -> Compared<Vec<String>> {
        let Some(fields) = view.get(lock, "Fields")? else { return Ok(Vec::new()) };
        let mut names = Vec::new();
        for name in fields.as_array()? {
            if let Object::String(name) = view.resolve(name)?.object {
                names.push(name.to_text());
            }
        }
        Ok(names)
    };
    Ok(match view.get(lock, "Action")? {
        Some(action) if action.as_name()?.is("Include") => Lock::Include(names()?),
        Some(action) if action.as_name()?.is("Exclude") => Lock::Exclude(names()?),
        _ => Lock::All,
    })
}

#[cfg(test)]
mod tests;
