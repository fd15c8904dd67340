//! The interactive form (ISO 32000-2, 12.7): finds every signature field that has a value.
//!
//! A field inherits its type from its ancestors, and its full name is made of theirs (12.7.4). The tree is walked
//! once: a field reached twice is looked at once, however the file ties its knots.

use std::collections::HashSet;

use super::signature::{EmbeddedSignature, Place};
use crate::PdfError;
use crate::pdf::{Dictionary, Document, Object, Ref, Source, Value, View};

/// What the catalog says about signatures.
pub(crate) struct Form {
    pub(crate) signatures: Vec<EmbeddedSignature>,
    pub(crate) certification: Option<Ref>,
    pub(crate) has_dss: bool,
}

/// Reads the form as of the last revision.
pub(crate) fn read_form(document: &Document<'_>) -> Result<Form, PdfError> {
    let view = document.latest();
    let catalog = view.catalog()?;
    let certification = match view.get(&catalog, "Perms")? {
        Some(permissions) => permissions.as_dictionary()?.get("DocMDP")?.map(Value::as_reference).transpose()?,
        None => None,
    };
    let has_dss = view.get(&catalog, "DSS")?.is_some();
    let mut walk = Walk { document, view, seen: HashSet::new(), signatures: Vec::new() };
    if let Some(form) = view.get(&catalog, "AcroForm")?
        && let Some(fields) = view.get(form.as_dictionary()?, "Fields")?
    {
        let root = Parent { name: "", is_signature: false, place: None };
        for field in fields.as_array()? {
            walk.field(field, root, 1)?;
        }
    }
    let mut signatures = walk.signatures;
    signatures.sort_by_key(|signature| signature.contents_span().map_or(usize::MAX, |span| span.start));
    Ok(Form { signatures, certification, has_dss })
}

struct Walk<'d> {
    document: &'d Document<'d>,
    view: View<'d>,
    seen: HashSet<Ref>,
    signatures: Vec<EmbeddedSignature>,
}

/// What a field inherits.
#[derive(Clone, Copy)]
struct Parent<'n> {
    name: &'n str,
    is_signature: bool,
    /// Of the indirect object that a direct field lies in; `None` above the first one.
    place: Option<Place>,
}

impl<'d> Walk<'d> {
    fn field(&mut self, field: &Value<'d>, parent: Parent<'_>, depth: usize) -> Result<(), PdfError> {
        let limits = self.document.limits();
        if depth > limits.nesting {
            return Err(PdfError::NestingTooDeep { offset: field.span().start, limit: limits.nesting });
        }
        // What is no dictionary is no field, and nobody takes it for one.
        let Object::Reference(reference) = field.object else {
            return field.as_dictionary().map_or(Ok(()), |field| self.dictionary(field, parent, depth));
        };
        if !self.seen.insert(reference) {
            return Ok(());
        }
        let Some(object) = self.view.object(reference)? else { return Ok(()) };
        let revision = self.view.locate(reference.number)?.map_or(0, |located| located.revision);
        let place = Some(Place { reference, revision, compressed: object.source != Source::File });
        let parent = Parent { place, ..parent };
        object.value.as_dictionary().map_or(Ok(()), |field| self.dictionary(field, parent, depth))
    }

    fn dictionary(&mut self, field: &Dictionary<'d>, parent: Parent<'_>, depth: usize) -> Result<(), PdfError> {
        let is_signature = match self.view.get(field, "FT")? {
            Some(kind) => kind.as_name()?.is("Sig"),
            None => parent.is_signature,
        };
        let value = if is_signature { field.get("V")? } else { None };
        let kids = self.view.get(field, "Kids")?;
        if value.is_none() && kids.is_none() {
            return Ok(());
        }
        let name = self.full_name(field, parent.name)?;
        if let Some(value) = value
            && let Some(signature) = EmbeddedSignature::read(self.document, self.view, &name, parent.place, value)?
        {
            if self.signatures.len() >= self.document.limits().signatures {
                return Err(PdfError::TooManySignatures { limit: self.document.limits().signatures });
            }
            self.signatures.push(signature);
        }
        if let Some(kids) = kids {
            let parent = Parent { name: &name, is_signature, place: parent.place };
            for kid in kids.as_array()? {
                self.field(kid, parent, depth.saturating_add(1))?;
            }
        }
        Ok(())
    }

    /// The parent's name, a full stop, and the field's own, when it has one.
    fn full_name(&self, field: &Dictionary<'d>, parent: &str) -> Result<String, PdfError> {
        let Some(partial) = self.view.get(field, "T")? else { return Ok(parent.to_owned()) };
        let partial = partial.as_string()?;
        let limit = self.document.limits().text_bytes;
        // Checked before it is decoded: a thousand fields may share one name of a megabyte.
        if partial.octets().len().saturating_add(parent.len()) > limit {
            return Err(PdfError::FieldNameTooLong { limit });
        }
        let partial = partial.to_text();
        Ok(if parent.is_empty() { partial } else { format!("{parent}.{partial}") })
    }
}
