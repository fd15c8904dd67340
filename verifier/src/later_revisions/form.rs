//! The interactive form in two revisions (ISO 32000-2, 12.7).
//!
//! Job: tell a new signature and a filled field from everything else that can be done to a form.
//! Invariant: of a field that was there before only its value, and the appearance that goes with it, may differ; a
//! signature that was there before may not differ at all; a field that is new may only be a signature field, made of
//! objects that did not exist before.

use std::collections::HashSet;

use pades::pdf::{Dictionary, Object, Ref, Value, View};

use super::appearance;
use super::beneath::Beneath;
use super::change::{Change, FieldPlace, Place};
use super::compare::{Compared, Comparison, NOBODY};
use super::values::{Site, align, union};

/// Fields inside fields. No file is opened that has more; should that change, such fields are strict.
pub(super) const MAX_DEPTH: usize = 64;

/// The kinds of field that have rules.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Signature,
    Button,
    Text,
    Choice,
    Other,
}

/// What a field inherits from those above it (12.7.4.1).
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Inherited {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// `/Ff`.
    pub(super) flags: i64,
    /// The value was changed above, so that the appearances below change with it.
    pub(super) value: ValueChange,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum ValueChange {
    None,
    /// Index of the change that tells of the signature.
    Signed(usize),
    /// Index of the change that tells of the value, and the text that shows it; `None` when no text can.
    Filled(usize, Option<String>),
}

impl<'d> Comparison<'d> {
    /// Compares the `/AcroForm` of both revisions.
    pub(super) fn form(&mut self, old: Option<&Value<'d>>, new: Option<&Value<'d>>) -> Compared {
        let resolve = |view: View<'d>, value: Option<&Value<'d>>| -> Compared<Option<Dictionary<'d>>> {
            let Some(value) = value else { return Ok(None) };
            let value = view.resolve(value)?;
            if value.object == Object::Null { Ok(None) } else { value.as_dictionary().cloned().map(Some) }
        };
        let (before, after) = (resolve(self.before, old)?, resolve(self.after, new)?);
        let (before, after) = match (before, after) {
            (_, None) if old.is_none() => return Ok(()),
            (_, None) => return self.unexplained(Place::Form, None),
            (before, Some(after)) => (before, after),
        };
        let empty;
        let before = match &before {
            Some(before) => before,
            None => {
                empty = nothing();
                &empty
            }
        };
        if !self.lead_to_same_data(old, new)? {
            return self.unexplained(Place::Form, None);
        }
        self.duplicates(before, &after, &Place::Form, NOBODY)?;
        self.form_fonts = self.fonts_of_form(before)?;
        let only_signatures = self.has_only_signatures(&self.list(self.before, before.get("Fields")?)?)?;
        for (key, old, new) in union(before, &after) {
            match key.as_slice() {
                b"Fields" => self.fields(old, new)?,
                b"SigFlags" if has_only_more_flags(old, new) => {}
                // Defaults from which the appearances of fields are made; nobody makes those of signatures from them.
                b"DA" | b"DR" | b"Q" if only_signatures => {}
                _ => self.optional(old, new, &Site::Strict(Place::Form), 0)?,
            }
        }
        Ok(())
    }

    /// Every field of the list is a signature field, with all below it. One that says nothing, or passes its kind on,
    /// is none.
    fn has_only_signatures(&self, fields: &[Value<'d>]) -> Compared<bool> {
        let mut seen = HashSet::new();
        let mut open: Vec<(Value<'d>, usize)> = fields.iter().map(|field| (field.clone(), 0)).collect();
        while let Some((field, depth)) = open.pop() {
            let is_below = depth > 0;
            // Many fields may share the same ones below them.
            if let Object::Reference(reference) = field.object
                && !seen.insert((reference, is_below))
            {
                continue;
            }
            let field = self.before.resolve(&field)?;
            let Ok(field) = field.as_dictionary() else { return Ok(false) };
            let is_signature = match self.before.get(field, "FT")? {
                Some(kind) => kind.as_name().is_ok_and(|kind| kind.is("Sig")),
                None => is_below,
            };
            if !is_signature || depth > MAX_DEPTH {
                return Ok(false);
            }
            open.extend(self.list(self.before, field.get("Kids")?)?.into_iter().map(|kid| (kid, depth + 1)));
        }
        Ok(true)
    }

    fn fields(&mut self, old: Option<&Value<'d>>, new: Option<&Value<'d>>) -> Compared {
        let (old, new) = (self.list(self.before, old)?, self.list(self.after, new)?);
        let (kept, added, removed) = align(&old, &new);
        let root = Inherited { name: String::new(), kind: Kind::Other, flags: 0, value: ValueChange::None };
        for (old, new) in kept {
            match (&old.object, &new.object) {
                (Object::Reference(_), Object::Reference(field)) => self.field(*field, &root, 0)?,
                _ => self.values(old, new, &Site::Strict(Place::Form), 0)?,
            }
        }
        for new in added {
            match new.object {
                Object::Reference(reference) => self.new_field(reference, None, "", 0)?,
                _ => self.unexplained(Place::Form, None)?,
            }
        }
        if removed.is_empty() { Ok(()) } else { self.unexplained(Place::Form, None) }
    }

    /// A field that was there before, or a widget of one.
    fn field(&mut self, field: Ref, above: &Inherited, depth: usize) -> Compared {
        if depth > MAX_DEPTH {
            return self.unexplained(Place::Field(above.name.clone()), Some(field));
        }
        let (before, after) = match self.objects((field, field))? {
            (Some(before), Some(after)) => (before, after),
            (None, None) => return Ok(()),
            _ => return self.unexplained(Place::Field(above.name.clone()), Some(field)),
        };
        if let Some(earlier) = self.entered_fields.get(&field) {
            // Two fields may share a widget. What the one may change, the other may not.
            let is_same = earlier == above;
            return if is_same { Ok(()) } else { self.whole(&before, &after, &Site::Strict(field_place(above))) };
        }
        self.entered_fields.insert(field, above.clone());
        // A stream may be a field too, and drawn as content elsewhere.
        if !self.same_data(&before, &after) {
            self.unexplained(field_place(above), Some(field))?;
        }
        let (before, after) = (before.value.as_dictionary()?.clone(), after.value.as_dictionary()?.clone());
        self.duplicates(&before, &after, &field_place(above), field)?;
        let mut here = self.described(&before, above)?;
        self.names.insert(here.name.clone());
        let strict = Site::Strict(field_place(&here));
        let pairs = union(&before, &after);
        let of = |key: &[u8]| {
            pairs.iter().find(|(known, ..)| known == key).map_or((None, None), |(_, old, new)| (*old, *new))
        };

        let (old_value, new_value) = of(b"V");
        if self.differs(old_value, new_value) {
            here.value = self.value(&here, &before, field, old_value, new_value)?;
        } else if old_value.is_some() || before.get("T")?.is_some() {
            // A field of its own, below the one that was filled or signed: it shows its own value.
            here.value = ValueChange::None;
        }
        for (key, old, new) in &pairs {
            match (key.as_slice(), &here.value) {
                (b"V" | b"Kids", _) => {}
                (b"AP" | b"AS" | b"M" | b"I" | b"RV" | b"TI", ValueChange::Signed(_) | ValueChange::Filled(..)) => {}
                // A signing program marks the widget to be printed and locked (12.5.3).
                (b"F", ValueChange::Signed(_)) => {}
                _ => self.optional_of(field, *old, *new, &strict, 0)?,
            }
        }
        match &here.value {
            ValueChange::None => {}
            ValueChange::Signed(index) => self.signed_widget(field, &before, &after, *index),
            ValueChange::Filled(index, wanted) => {
                let shown = self.shown(here.kind, &before, &after, wanted.as_deref())?;
                if let Some(Change::FieldValue { shown: of_field, .. }) = self.changes.get_mut(*index) {
                    *of_field = (*of_field).max(shown);
                }
            }
        }
        let (old, new) = of(b"Kids");
        let (old, new) = (self.list(self.before, old)?, self.list(self.after, new)?);
        let (kept, added, removed) = align(&old, &new);
        // Only what is nothing but a name for others may get another one below it.
        let may_grow = here.kind == Kind::Other && before.get("Kids")?.is_some();
        if before.get("Kids")?.is_some() != after.get("Kids")?.is_some() || !(added.is_empty() || may_grow) {
            return self.unexplained(field_place(&here), Some(field));
        }
        for (old, new) in kept {
            match (&old.object, &new.object) {
                (Object::Reference(_), Object::Reference(kid)) => self.field(*kid, &here, depth + 1)?,
                _ => self.values(old, new, &strict, 0)?,
            }
        }
        for new in added {
            match new.object {
                Object::Reference(reference) => self.new_field(reference, Some(field), &here.name, 0)?,
                _ => self.unexplained(field_place(&here), Some(field))?,
            }
        }
        if removed.is_empty() { Ok(()) } else { self.unexplained(field_place(&here), Some(field)) }
    }

    /// What a field inherits, with what it says itself.
    fn described(&self, before: &Dictionary<'d>, above: &Inherited) -> Compared<Inherited> {
        let mut here = above.clone();
        if let Some(kind) = self.before.get(before, "FT")? {
            here.kind = match kind.as_name()? {
                name if name.is("Sig") => Kind::Signature,
                name if name.is("Btn") => Kind::Button,
                name if name.is("Tx") => Kind::Text,
                name if name.is("Ch") => Kind::Choice,
                _ => Kind::Other,
            };
        }
        if let Some(flags) = self.before.get(before, "Ff")? {
            here.flags = flags.as_integer()?;
        }
        if let Some(partial) = self.before.get(before, "T")? {
            let partial = partial.as_string()?.to_text();
            here.name = if here.name.is_empty() { partial } else { format!("{}.{partial}", here.name) };
        }
        Ok(here)
    }

    /// Where a field stands that was there and is signed now.
    fn signed_widget(&mut self, widget: Ref, before: &Dictionary<'d>, after: &Dictionary<'d>, index: usize) {
        if !appearance::is_visible(self.after, after) {
            return;
        }
        // One that was hidden was signed by nobody who saw it there: it is as good as new.
        let was_hidden = appearance::has_hiding_flags(self.before, before);
        if let Some(Change::SignatureAdded { place, .. }) = self.changes.get_mut(index) {
            let beneath = Beneath::Unknown;
            // With one of its widgets it is new.
            if was_hidden {
                *place = FieldPlace::NewVisible { page: None, beneath };
            } else if !matches!(place, FieldPlace::NewVisible { .. }) {
                *place = FieldPlace::ExistingVisible { page: None, beneath };
            }
        }
        self.widgets.insert(widget, index);
    }
}

fn field_place(field: &Inherited) -> Place {
    Place::Field(field.name.clone())
}

/// SignaturesExist and AppendOnly (table 222) may be set, and nothing else may change.
fn has_only_more_flags(old: Option<&Value<'_>>, new: Option<&Value<'_>>) -> bool {
    let old = old.map_or(Ok(0), Value::as_integer);
    let new = new.map_or(Ok(0), Value::as_integer);
    matches!((old, new), (Ok(old), Ok(new)) if old & !new == 0 && new & !3 == old & !3)
}

/// A dictionary without entries, for a form that was not there.
fn nothing() -> Dictionary<'static> {
    let limits = pades::Limits::default();
    let mut parser = pades::pdf::Parser::new(pades::pdf::Lexer::new(b"<<>>", 0), &limits);
    match parser.value().map(|value| value.object) {
        Ok(Object::Dictionary(dictionary)) => dictionary,
        _ => unreachable!("the constant is an empty dictionary"),
    }
}

#[cfg(test)]
mod tests;
