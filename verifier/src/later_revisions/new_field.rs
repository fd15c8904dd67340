//! Signature fields that are new in a revision (ISO 32000-2, 12.7.5.5).
//!
//! Job: let in what signing programs add, and tell where it stands.
//! Invariant: a new field is a signature field of objects that did not exist before, with the entries that the standard
//! gives it and no others; whatever acts, or belongs to annotations of another kind, is no signature field.

use pades::pdf::{Dictionary, Object, Ref, Value, View};

use super::annotations::WIDGET;
use super::appearance;
use super::beneath::Beneath;
use super::change::{Change, FieldPlace, Place};
use super::compare::{Compared, Comparison};
use super::form::MAX_DEPTH;

/// Entries of annotations, widgets and fields (tables 166, 191, 226, 228, 236) that neither act nor lead elsewhere. The
/// last ones are widespread marks of programs.
const ENTRIES: &[&str] = &[
    "Type",
    "Subtype",
    "Rect",
    "Contents",
    "P",
    "NM",
    "M",
    "F",
    "AP",
    "AS",
    "Border",
    "C",
    "CA",
    "StructParent",
    "OC",
    "Lang",
    "H",
    "MK",
    "BS",
    "FT",
    "Kids",
    "T",
    "TU",
    "TM",
    "Ff",
    "V",
    "DV",
    "DA",
    "Q",
    "DR",
    "Lock",
    "SV",
    "Name",
];

impl<'d> Comparison<'d> {
    /// A field that is new, below `parent` or at the top.
    pub(super) fn new_field(&mut self, reference: Ref, parent: Option<Ref>, above: &str, depth: usize) -> Compared {
        let Some(object) = self.after.object(reference)? else { return Ok(()) };
        let Ok(dictionary) = object.value.as_dictionary() else {
            return self.unexplained(Place::Form, Some(reference));
        };
        let name =
            self.after.get(dictionary, "T")?.map(|name| name.as_string().map(|name| name.to_text())).transpose()?;
        let is_signature = match self.after.get(dictionary, "FT")? {
            Some(kind) => kind.as_name().is_ok_and(|kind| kind.is("Sig")),
            None => false,
        };
        // Below another field only what has a name is a field; else it is one more widget of that one.
        let is_field = parent.is_none() || (name.is_some() && dictionary.get("Parent")?.is_some());
        if depth > MAX_DEPTH || !is_field || !self.is_plain(reference, dictionary, parent)? {
            return self.unexplained(Place::Form, Some(reference));
        }
        let field = match (above, name.unwrap_or_default()) {
            ("", name) => name,
            (above, name) => format!("{above}.{name}"),
        };
        // Two fields of one name are one field to some readers (12.7.4.2).
        if !self.names.insert(field.clone()) {
            return self.unexplained(Place::Field(field), Some(reference));
        }
        let kids = self.list(self.after, dictionary.get("Kids")?)?;
        if is_signature {
            return self.new_signature_field(reference, dictionary, field, &kids);
        }
        // Nothing but a name for the fields below (12.7.4.2).
        if dictionary.get("FT")?.is_some() || dictionary.get("V")?.is_some() || kids.is_empty() {
            return self.unexplained(Place::Form, Some(reference));
        }
        for kid in kids {
            let Object::Reference(kid) = kid.object else { return self.unexplained(Place::Form, Some(reference)) };
            self.new_field(kid, Some(reference), &field, depth + 1)?;
        }
        Ok(())
    }

    fn new_signature_field(
        &mut self,
        reference: Ref,
        dictionary: &Dictionary<'d>,
        field: String,
        kids: &[Value<'d>],
    ) -> Compared {
        let mut widgets = vec![(reference, dictionary.clone())];
        for kid in kids {
            let Object::Reference(kid) = kid.object else { return self.unexplained(Place::Form, Some(reference)) };
            let Some(object) = self.after.object(kid)? else { continue };
            let Ok(widget) = object.value.as_dictionary() else { return self.unexplained(Place::Form, Some(kid)) };
            if widget.get("Kids")?.is_some() || !self.is_plain(kid, widget, Some(reference))? {
                return self.unexplained(Place::Form, Some(kid));
            }
            widgets.push((kid, widget.clone()));
        }
        let is_visible = widgets.iter().any(|(_, widget)| appearance::is_visible(self.after, widget));
        let place = if is_visible {
            FieldPlace::NewVisible { page: None, beneath: Beneath::Unknown }
        } else {
            FieldPlace::NewInvisible
        };
        let value = dictionary.get("V")?;
        let is_signed = match value {
            Some(value) => self.after.resolve(value)?.object != Object::Null,
            None => false,
        };
        let change = match value.filter(|_| is_signed) {
            Some(value) => Change::SignatureAdded { field, is_time_stamp: is_time_stamp(self.after, value)?, place },
            None => Change::EmptySignatureField { field, place },
        };
        let index = self.changes.len();
        self.push(change)?;
        self.widgets.extend(widgets.into_iter().map(|(widget, _)| (widget, index)));
        Ok(())
    }

    /// An object that is new, and a signature field or its widget and nothing more.
    fn is_plain(&self, reference: Ref, field: &Dictionary<'d>, parent: Option<Ref>) -> Compared<bool> {
        // What cannot be read existed.
        let is_new = matches!(self.before.object(reference), Ok(None));
        let is_widget = match self.after.get(field, "Subtype")? {
            Some(kind) => kind.as_name().is_ok_and(|kind| kind.is(WIDGET)),
            None => true,
        };
        let is_of_parent = match (field.get("Parent")?, parent) {
            (None, _) => true,
            (Some(known), Some(parent)) => known.object == Object::Reference(parent),
            (Some(_), None) => false,
        };
        let mut entries = field.entries().iter().map(|(name, _)| name);
        let is_known = entries.all(|name| name.is("Parent") || ENTRIES.iter().any(|known| name.is(known)));
        Ok(is_new && is_widget && is_of_parent && is_known && field.duplicate_key().is_none())
    }
}

/// `/Type /DocTimeStamp` (12.8.5), which is how a reader knows it, with the encoding that only a time-stamp has: it
/// may follow where no signature may.
pub(super) fn is_time_stamp(view: View<'_>, value: &Value<'_>) -> Compared<bool> {
    let value = view.resolve(value)?;
    let dictionary = value.as_dictionary()?;
    Ok(dictionary.is("Type", "DocTimeStamp")? && dictionary.is("SubFilter", "ETSI.RFC3161")?)
}

#[cfg(test)]
mod tests;
