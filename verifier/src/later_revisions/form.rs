//! The interactive form in two revisions (ISO 32000-2, 12.7).
//!
//! Job: tell a new signature and a filled field from everything else that can be done to a form.
//! Invariant: of a field that was there before only its value, and the appearance that goes with it, may differ; a
//! signature that was there before may not differ at all; a field that is new may only be a signature field, made of
//! objects that did not exist before.

use pades::pdf::{Dictionary, Object, Ref, Value, View};

use super::appearance;
use super::beneath::Beneath;
use super::change::{Change, FieldPlace, Place, Shown};
use super::compare::{Compared, Comparison, NOBODY, Site, align, union};

/// Fields inside fields.
const MAX_DEPTH: usize = 64;

/// The kinds of field that have rules.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Signature,
    Button,
    Text,
    Other,
}

/// What a field inherits from those above it (12.7.4.1).
#[derive(Clone)]
struct Inherited {
    name: String,
    kind: Kind,
    /// The value was changed above, so that the appearances below change with it.
    value: ValueChange,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ValueChange {
    None,
    Signed,
    /// Index of the change that tells of it.
    Filled(usize),
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
        self.duplicates(before, &after, &Place::Form, NOBODY)?;
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

    /// Every field of the list is a signature field. One that says nothing, or passes its kind on, is none.
    fn has_only_signatures(&self, fields: &[Value<'d>]) -> Compared<bool> {
        for field in fields {
            let field = self.before.resolve(field)?;
            let Ok(field) = field.as_dictionary() else { return Ok(false) };
            let kind = self.before.get(field, "FT")?;
            if !kind.is_some_and(|kind| kind.as_name().is_ok_and(|kind| kind.is("Sig"))) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn fields(&mut self, old: Option<&Value<'d>>, new: Option<&Value<'d>>) -> Compared {
        let (old, new) = (self.list(self.before, old)?, self.list(self.after, new)?);
        let (kept, added, removed) = align(&old, &new);
        let root = Inherited { name: String::new(), kind: Kind::Other, value: ValueChange::None };
        for (old, new) in kept {
            match (&old.object, &new.object) {
                (Object::Reference(old), Object::Reference(new)) => self.field((*old, *new), &root, 0)?,
                _ => self.values(old, new, &Site::Strict(Place::Form), 0)?,
            }
        }
        for new in added {
            match new.object {
                Object::Reference(reference) => self.new_field(reference)?,
                _ => self.unexplained(Place::Form, None)?,
            }
        }
        if removed.is_empty() { Ok(()) } else { self.unexplained(Place::Form, None) }
    }

    /// A field that was there before, or a widget of one.
    fn field(&mut self, pair: (Ref, Ref), above: &Inherited, depth: usize) -> Compared {
        if depth > MAX_DEPTH || pair.0 != pair.1 {
            return self.unexplained(Place::Field(above.name.clone()), Some(pair.1));
        }
        if !self.enter(pair) {
            return Ok(());
        }
        let (before, after) = match self.objects(pair)? {
            (Some(before), Some(after)) => (before, after),
            (None, None) => return Ok(()),
            _ => return self.unexplained(Place::Field(above.name.clone()), Some(pair.1)),
        };
        let (before, after) = (before.value.as_dictionary()?.clone(), after.value.as_dictionary()?.clone());
        let mut here = above.clone();
        self.duplicates(&before, &after, &Place::Field(above.name.clone()), pair.1)?;
        if let Some(kind) = self.before.get(&before, "FT")? {
            here.kind = match kind.as_name()? {
                name if name.is("Sig") => Kind::Signature,
                name if name.is("Btn") => Kind::Button,
                name if name.is("Tx") || name.is("Ch") => Kind::Text,
                _ => Kind::Other,
            };
        }
        if let Some(partial) = self.before.get(&before, "T")? {
            let partial = partial.as_string()?.to_text();
            here.name = if here.name.is_empty() { partial } else { format!("{}.{partial}", here.name) };
        }
        let place = || Place::Field(here.name.clone());
        let pairs = union(&before, &after);
        let of = |key: &[u8]| {
            pairs.iter().find(|(known, ..)| known == key).map_or((None, None), |(_, old, new)| (*old, *new))
        };

        let (old_value, new_value) = of(b"V");
        let value = if self.differs(old_value, new_value) {
            self.value(here.kind, &here.name, pair.1, old_value, new_value)?
        } else {
            above.value
        };
        let is_signed_now = value == ValueChange::Signed;
        let strict = Site::Strict(place());
        for (key, old, new) in &pairs {
            match key.as_slice() {
                b"V" | b"Kids" => {}
                b"AP" | b"AS" | b"M" | b"I" | b"RV" if value != ValueChange::None => {}
                // A signing program marks the widget to be printed and locked (12.5.3).
                b"F" if is_signed_now => {}
                _ => self.optional(*old, *new, &strict, 0)?,
            }
        }
        if let ValueChange::Filled(index) = value {
            let shown = self.shown(here.kind, &before, &after, index)?;
            if let Some(Change::FieldValue { shown: of_field, .. }) = self.changes.get_mut(index) {
                *of_field = worse(*of_field, shown);
            }
        }
        let (old, new) = of(b"Kids");
        let (old, new) = (self.list(self.before, old)?, self.list(self.after, new)?);
        if old.len() != new.len() {
            return self.unexplained(place(), Some(pair.1));
        }
        let below = Inherited { value, ..here.clone() };
        for (old, new) in old.iter().zip(&new) {
            match (&old.object, &new.object) {
                (Object::Reference(old), Object::Reference(new)) => self.field((*old, *new), &below, depth + 1)?,
                _ => self.values(old, new, &strict, 0)?,
            }
        }
        Ok(())
    }

    /// The value differs: what does that mean?
    fn value(
        &mut self,
        kind: Kind,
        name: &str,
        field: Ref,
        old: Option<&Value<'d>>,
        new: Option<&Value<'d>>,
    ) -> Compared<ValueChange> {
        let was_null = match old {
            Some(old) => self.before.resolve(old)?.object == Object::Null,
            None => true,
        };
        match (kind, new) {
            (Kind::Signature, Some(new)) if was_null => {
                let is_time_stamp = is_time_stamp(self.after, new)?;
                let field = name.to_owned();
                self.push(Change::SignatureAdded { field, is_time_stamp, place: FieldPlace::Existing })?;
                Ok(ValueChange::Signed)
            }
            (Kind::Text | Kind::Button, _) => {
                let (before, after) = (value_text(self.before, old)?, value_text(self.after, new)?);
                let index = self.changes.len();
                self.push(Change::FieldValue { field: name.to_owned(), before, after, shown: Shown::Agrees })?;
                Ok(ValueChange::Filled(index))
            }
            // A signature that was there before, or a kind of field that has no values.
            _ => {
                self.unexplained(Place::Field(name.to_owned()), Some(field))?;
                Ok(ValueChange::None)
            }
        }
    }

    /// Whether this widget, or this field with its widget, shows the new value.
    fn shown(&self, kind: Kind, before: &Dictionary<'d>, after: &Dictionary<'d>, index: usize) -> Compared<Shown> {
        let Some(Change::FieldValue { after: wanted, .. }) = self.changes.get(index) else { return Ok(Shown::Unknown) };
        let is_widget = self.after.get(after, "Rect")?.is_some();
        if !is_widget {
            return Ok(Shown::Agrees);
        }
        if kind == Kind::Button {
            // 12.7.5.2: the appearances are named by the states; only the choice among them may change.
            if self.differs(before.get("AP")?, after.get("AP")?) {
                return Ok(Shown::Unknown);
            }
            let state = match self.after.get(after, "AS")? {
                Some(state) => state.as_name().map_or_else(|_| String::new(), |name| name.to_text()),
                None => String::new(),
            };
            return Ok(if state == *wanted || state == "Off" { Shown::Agrees } else { Shown::Disagrees });
        }
        appearance::shows(self.after, after, wanted)
    }

    /// A field that is new.
    fn new_field(&mut self, reference: Ref) -> Compared {
        let existed = |view: View<'d>, reference| view.object(reference).is_ok_and(|object| object.is_some());
        let Some(object) = self.after.object(reference)? else { return Ok(()) };
        let Ok(dictionary) = object.value.as_dictionary() else {
            return self.unexplained(Place::Form, Some(reference));
        };
        let is_signature =
            self.after.get(dictionary, "FT")?.is_some_and(|kind| kind.as_name().is_ok_and(|kind| kind.is("Sig")));
        let acts = dictionary.get("A")?.is_some() || dictionary.get("AA")?.is_some();
        let has_parent = dictionary.get("Parent")?.is_some();
        if existed(self.before, reference) || !is_signature || acts || has_parent {
            return self.unexplained(Place::Form, Some(reference));
        }
        let field = match self.after.get(dictionary, "T")? {
            Some(name) => name.as_string()?.to_text(),
            None => String::new(),
        };
        let mut widgets = vec![(reference, dictionary.clone())];
        for kid in self.list(self.after, dictionary.get("Kids")?)? {
            let Object::Reference(kid) = kid.object else { return self.unexplained(Place::Form, Some(reference)) };
            let Some(object) = self.after.object(kid)? else { continue };
            let Ok(widget) = object.value.as_dictionary() else { return self.unexplained(Place::Form, Some(kid)) };
            let is_plain_widget =
                widget.get("Kids")?.is_none() && widget.get("A")?.is_none() && widget.get("AA")?.is_none();
            if existed(self.before, kid) || !is_plain_widget {
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
            None if is_visible => return self.unexplained(Place::Field(field), Some(reference)),
            None => Change::EmptySignatureField { field },
        };
        let index = self.changes.len();
        self.push(change)?;
        self.new_widgets.extend(widgets.into_iter().map(|(widget, _)| (widget, index)));
        Ok(())
    }
}

fn worse(first: Shown, second: Shown) -> Shown {
    match (first, second) {
        (Shown::Disagrees, _) | (_, Shown::Disagrees) => Shown::Disagrees,
        (Shown::Unknown, _) | (_, Shown::Unknown) => Shown::Unknown,
        (Shown::Agrees, Shown::Agrees) => Shown::Agrees,
    }
}

/// `/Type /DocTimeStamp` (12.8.5), which is how a reader knows it.
fn is_time_stamp(view: View<'_>, value: &Value<'_>) -> Compared<bool> {
    let Object::Reference(reference) = value.object else {
        return value.as_dictionary()?.is("Type", "DocTimeStamp");
    };
    match view.object(reference)? {
        Some(object) => object.value.as_dictionary()?.is("Type", "DocTimeStamp"),
        None => Ok(false),
    }
}

/// A field's value as text.
fn value_text<'d>(view: View<'d>, value: Option<&Value<'d>>) -> Compared<String> {
    let Some(value) = value else { return Ok(String::new()) };
    let value = view.resolve(value)?;
    Ok(match &value.object {
        Object::String(string) => string.to_text(),
        Object::Name(name) => name.to_text(),
        Object::Array(elements) => {
            let texts: Vec<String> =
                elements.iter().map(|element| value_text(view, Some(element))).collect::<Compared<_>>()?;
            texts.join(", ")
        }
        Object::Null => String::new(),
        _ => "?".into(),
    })
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
