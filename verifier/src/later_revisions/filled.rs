//! Fields that were filled in or signed (ISO 32000-2, 12.7.5).
//!
//! Job: say what a new value means, and whether the page shows it. The latter is answered only for plain appearances
//! in fonts that were the form's own; for anything else it cannot be told, and that is said.

use std::collections::HashSet;

use pades::pdf::{Dictionary, Indirect, Object, Ref, Value, View};

use super::beneath::Area;
use super::change::{Change, FieldPlace, Place, Shown};
use super::compare::{Compared, Comparison};
use super::form::{Inherited, Kind, ValueChange};
use super::new_field::is_time_stamp;
use super::painted::{Frame, Letters, painted_text};

/// Field flags (tables 231 and 233).
const PASSWORD: i64 = 1 << 13;
const COMBO: i64 = 1 << 17;

impl<'d> Comparison<'d> {
    /// The value differs: what does that mean?
    pub(super) fn value(
        &mut self,
        here: &Inherited,
        dictionary: &Dictionary<'d>,
        field: Ref,
        old: Option<&Value<'d>>,
        new: Option<&Value<'d>>,
    ) -> Compared<ValueChange> {
        let was_null = match old {
            Some(old) => self.before.resolve(old)?.object == Object::Null,
            None => true,
        };
        let index = self.changes.len();
        match (here.kind, new) {
            (Kind::Signature, Some(new)) if was_null => {
                let is_time_stamp = is_time_stamp(self.after, new)?;
                let field = here.name.clone();
                self.push(Change::SignatureAdded { field, is_time_stamp, place: FieldPlace::Existing })?;
                Ok(ValueChange::Signed(index))
            }
            (Kind::Text | Kind::Choice | Kind::Button, _) => {
                let (before, after) = (value_text(self.before, old)?, value_text(self.after, new)?);
                let wanted = match here.kind {
                    // Shown as other characters (12.7.5.3).
                    Kind::Text if here.flags & PASSWORD != 0 => None,
                    // A list shows all its options, and the choice by colour alone (12.7.5.4).
                    Kind::Choice if here.flags & COMBO == 0 => None,
                    Kind::Choice => Some(self.shown_option(dictionary, &after)?),
                    _ => Some(after.clone()),
                };
                let is_state = here.kind != Kind::Button || self.has_state(dictionary, &after)?;
                let shown = if is_state { Shown::Agrees } else { Shown::Unknown };
                let field = here.name.clone();
                self.push(Change::FieldValue { field, before, after, shown })?;
                Ok(ValueChange::Filled(index, wanted))
            }
            // A signature that was there before, or a kind of field that has no values.
            _ => {
                self.unexplained(Place::Field(here.name.clone()), Some(field))?;
                Ok(ValueChange::None)
            }
        }
    }

    /// A widget of the button has this state, so that somebody can see it.
    fn has_state(&self, field: &Dictionary<'d>, state: &str) -> Compared<bool> {
        if state.is_empty() || state == "Off" {
            return Ok(true);
        }
        let mut widgets = vec![field.clone()];
        for kid in self.list(self.before, field.get("Kids")?)? {
            widgets.extend(self.before.resolve(&kid)?.as_dictionary().ok().cloned());
        }
        for widget in widgets {
            if normal_states(self.before, &widget)?.is_some_and(|states| states.contains(&state.to_owned())) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What a choice field shows for a value: options may be pairs of a value and its text (table 234).
    fn shown_option(&self, field: &Dictionary<'d>, value: &str) -> Compared<String> {
        for option in self.list(self.before, field.get("Opt")?)? {
            let option = self.before.resolve(&option)?;
            if let Ok([export, text]) = option.as_array()
                && value_text(self.before, Some(export))? == value
            {
                return value_text(self.before, Some(text));
            }
        }
        Ok(value.to_owned())
    }

    /// `/I` numbers the options that are chosen (table 234); some readers go by it.
    fn index_agrees(&self, before: &Dictionary<'d>, after: &Dictionary<'d>, wanted: &str) -> Compared<bool> {
        let chosen = self.list(self.after, after.get("I")?)?;
        if chosen.is_empty() {
            return Ok(true);
        }
        let options = self.list(self.before, before.get("Opt")?)?;
        let [only] = chosen.as_slice() else { return Ok(false) };
        let Some(option) = self.after.resolve(only)?.as_size().ok().and_then(|index| options.get(index)) else {
            return Ok(false);
        };
        let option = self.before.resolve(option)?;
        let text = match option.as_array() {
            Ok([_, text]) => value_text(self.before, Some(text))?,
            _ => value_text(self.before, Some(&option))?,
        };
        Ok(text == wanted)
    }

    /// Whether this widget, or this field with its widget, shows the new value.
    pub(super) fn shown(
        &self,
        kind: Kind,
        before: &Dictionary<'d>,
        after: &Dictionary<'d>,
        wanted: Option<&str>,
    ) -> Compared<Shown> {
        let Some(wanted) = wanted else { return Ok(Shown::Unknown) };
        if kind == Kind::Choice && !self.index_agrees(before, after, wanted)? {
            return Ok(Shown::Unknown);
        }
        if self.after.get(after, "Rect")?.is_none() {
            return Ok(Shown::Agrees);
        }
        if kind == Kind::Button {
            self.button_shows(before, after, wanted)
        } else {
            self.text_shows(before, after, wanted)
        }
    }

    /// 12.7.5.2: the appearances are named by the states; only the choice among them may change. A widget that has the
    /// state shows it; the other buttons of a group are off.
    fn button_shows(&self, before: &Dictionary<'d>, after: &Dictionary<'d>, wanted: &str) -> Compared<Shown> {
        if self.differs(before.get("AP")?, after.get("AP")?) {
            return Ok(Shown::Unknown);
        }
        let state = match self.after.get(after, "AS")? {
            Some(state) => state.as_name()?.to_text(),
            None => String::new(),
        };
        let Some(states) = normal_states(self.after, after)? else { return Ok(Shown::Unknown) };
        let has_state = states.iter().any(|known| known == wanted);
        let is_right = if has_state { state == wanted } else { state == "Off" || state.is_empty() };
        Ok(if is_right { Shown::Agrees } else { Shown::Disagrees })
    }

    /// Whether the normal appearance of a text or choice field shows `wanted`.
    fn text_shows(&self, before: &Dictionary<'d>, after: &Dictionary<'d>, wanted: &str) -> Compared<Shown> {
        // Rich text is shown instead of the value by readers that make the appearance anew (12.7.4.3).
        if self.differs(before.get("RV")?, after.get("RV")?) {
            return Ok(Shown::Unknown);
        }
        let Some(appearances) = self.after.get(after, "AP")? else { return Ok(Shown::Unknown) };
        let Ok(appearances) = appearances.as_dictionary() else { return Ok(Shown::Unknown) };
        // Others appear when the pointer comes or the button is down (12.5.5).
        let Some(Object::Reference(normal)) = appearances.get("N")?.map(|value| &value.object) else {
            return Ok(Shown::Unknown);
        };
        if appearances.entries().iter().any(|(name, _)| !name.is("N")) {
            return Ok(Shown::Unknown);
        }
        let Some(stream) = self.after.object(*normal)? else { return Ok(Shown::Unknown) };
        let Some(frame) = self.frame(after, &stream)? else { return Ok(Shown::Unknown) };
        let Ok(content) = self.after.stream_data(&stream) else { return Ok(Shown::Unknown) };
        // A thousand fields may share one appearance of a megabyte.
        let Some(left) = self.readable.get().checked_sub(content.len()) else { return Ok(Shown::Unknown) };
        self.readable.set(left);
        let own = self.fonts_of_field(before)?;
        let resources = self.after.get(stream.value.as_dictionary()?, "Resources")?;
        let font = |name: &[u8]| self.letters(resources.as_deref()?, name, &own).ok().flatten();
        let Some(painted) = painted_text(&content, frame, &font) else { return Ok(Shown::Unknown) };
        let letters = |text: &str| -> String { text.chars().filter(|letter| !letter.is_whitespace()).collect() };
        Ok(match letters(&painted) == letters(wanted) {
            true => Shown::Agrees,
            // What a font cannot write is written otherwise.
            false if !wanted.is_ascii() => Shown::Unknown,
            false => Shown::Disagrees,
        })
    }

    /// Where the appearance lies; `None` for one that is turned, or part of optional content.
    fn frame(&self, widget: &Dictionary<'d>, stream: &Indirect<'d>) -> Compared<Option<Frame>> {
        let form = stream.value.as_dictionary()?;
        let area = |view: View<'d>, value| Area::of(view, &value);
        let rectangle = self.after.get(widget, "Rect")?.and_then(|value| area(self.after, value.into_owned()));
        let own = self.after.get(form, "BBox")?.and_then(|value| area(self.after, value.into_owned()));
        let (Some(rectangle), Some(own)) = (rectangle, own) else { return Ok(None) };
        let is_plain = match self.after.get(form, "Matrix")? {
            Some(matrix) => is_identity(&matrix),
            None => true,
        };
        if !is_plain || form.get("OC")?.is_some() || form.get("F")?.is_some() || own.is_empty() {
            return Ok(None);
        }
        let scale = (rectangle.width() / own.width(), rectangle.height() / own.height());
        Ok(Some(Frame { area: own, scale }))
    }

    /// The fonts among the form's default resources (table 224).
    pub(super) fn fonts_of_form(&self, form: &Dictionary<'d>) -> Compared<HashSet<Ref>> {
        let Some(resources) = self.before.get(form, "DR")? else { return Ok(HashSet::new()) };
        Ok(self.fonts_in(&resources)?.into_iter().collect())
    }

    fn fonts_in(&self, resources: &Value<'d>) -> Compared<Vec<Ref>> {
        let Some(fonts) = self.before.get(resources.as_dictionary()?, "Font")? else { return Ok(Vec::new()) };
        Ok(fonts.as_dictionary()?.entries().iter().filter_map(|(_, font)| font.as_reference().ok()).collect())
    }

    /// The fonts of the appearance that the field had.
    fn fonts_of_field(&self, before: &Dictionary<'d>) -> Compared<Vec<Ref>> {
        if let Some(appearances) = self.before.get(before, "AP")?
            && let Ok(appearances) = appearances.as_dictionary()
            && let Some(normal) = self.before.get(appearances, "N")?
            && let Ok(normal) = normal.as_dictionary()
            && let Some(resources) = self.before.get(normal, "Resources")?
        {
            return self.fonts_in(&resources);
        }
        Ok(Vec::new())
    }

    /// How the font of this name writes: one that the form had and that is unchanged, or one that every reader has.
    fn letters(&self, resources: &Value<'d>, name: &[u8], own: &[Ref]) -> Compared<Option<Letters>> {
        let Some(fonts) = self.after.get(resources.as_dictionary()?, "Font")? else { return Ok(None) };
        let fonts = fonts.as_dictionary()?;
        let mut named = fonts.entries().iter().filter(|(known, _)| *known.octets() == *name).map(|(_, font)| font);
        let (Some(font), None) = (named.next(), named.next()) else { return Ok(None) };
        let is_known = font.as_reference().is_ok_and(|font| self.form_fonts.contains(&font) || own.contains(&font))
            && !self.differs(Some(font), Some(font));
        let font = self.after.resolve(font)?;
        let font = font.as_dictionary()?;
        let encoding = self.after.get(font, "Encoding")?;
        let is_win_ansi =
            encoding.as_ref().is_some_and(|encoding| encoding.as_name().is_ok_and(|name| name.is("WinAnsiEncoding")));
        let letters = if is_win_ansi { Letters::Latin } else { Letters::Ascii };
        let is_standard = (encoding.is_none() || is_win_ansi)
            && font.is("Subtype", "Type1")?
            && font.get("FontDescriptor")?.is_none()
            && self
                .after
                .get(font, "BaseFont")?
                .is_some_and(|name| name.as_name().is_ok_and(|name| TEXT_FONTS.iter().any(|known| name.is(known))));
        // Composite fonts have octets of their own meaning.
        Ok((is_standard || (is_known && !font.is("Subtype", "Type0")?)).then_some(letters))
    }
}

/// The names of a button's normal appearances; `None` when it has none.
fn normal_states<'d>(view: View<'d>, widget: &Dictionary<'d>) -> Compared<Option<Vec<String>>> {
    let Some(appearances) = view.get(widget, "AP")? else { return Ok(None) };
    let Ok(appearances) = appearances.as_dictionary() else { return Ok(None) };
    let Some(normal) = view.get(appearances, "N")? else { return Ok(None) };
    Ok(normal.as_dictionary().ok().map(|normal| normal.entries().iter().map(|(name, _)| name.to_text()).collect()))
}

/// The standard fonts (9.6.2.2) that write letters.
const TEXT_FONTS: &[&str] = &[
    "Courier",
    "Courier-Bold",
    "Courier-BoldOblique",
    "Courier-Oblique",
    "Helvetica",
    "Helvetica-Bold",
    "Helvetica-BoldOblique",
    "Helvetica-Oblique",
    "Times-Roman",
    "Times-Bold",
    "Times-BoldItalic",
    "Times-Italic",
];

fn is_identity(matrix: &Value<'_>) -> bool {
    let Ok(elements) = matrix.as_array() else { return false };
    let numbers: Option<Vec<f64>> = elements
        .iter()
        .map(|element| match element.object {
            Object::Integer(integer) => i32::try_from(integer).ok().map(f64::from),
            Object::Real(text) => std::str::from_utf8(text).ok()?.parse().ok(),
            _ => None,
        })
        .collect();
    numbers.is_some_and(|numbers| numbers == [1.0, 0.0, 0.0, 1.0, 0.0, 0.0])
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

#[cfg(test)]
mod tests;
