//! The annotations of a page, with the widgets of fields among them (ISO 32000-2, 12.5).
//!
//! Job: tell what was added, changed or removed, and where the widgets of signatures that are new stand.
//! Invariant: a widget belongs to a field and changes under the rules of the form, or not at all; an annotation that is
//! added or changed may say something, and do nothing.

use pades::pdf::{Object, Ref, Value, View};

use super::appearance;
use super::beneath::{Area, Beneath, beneath};
use super::change::{AnnotationAction, Change, FieldPlace, Place};
use super::compare::{Compared, Comparison};
use super::values::{Site, align};

impl<'d> Comparison<'d> {
    /// The annotations of a page (12.5.2): those that were there stay, in their order.
    pub(super) fn annotations(
        &mut self,
        old: Option<&Value<'d>>,
        new: Option<&Value<'d>>,
        (page, object): (usize, Ref),
    ) -> Compared {
        let (old, new) = (self.list(self.before, old)?, self.list(self.after, new)?);
        let (kept, added, removed) = align(&old, &new);
        for (old, new) in kept {
            match (&old.object, &new.object) {
                (Object::Reference(old), Object::Reference(reference)) if self.is_ruled((*old, *reference)) => {
                    self.place_widget(*reference, new, (page, object))?;
                }
                _ => self.kept_annotation(old, new, page)?,
            }
        }
        for new in added {
            let is_widget = match new.object {
                Object::Reference(reference) => self.place_widget(reference, new, (page, object))?,
                _ => false,
            };
            if !is_widget {
                let kind = kind(self.after, new)?;
                self.push(Change::Annotation { page, action: AnnotationAction::Added, kind })?;
                if acts(self.after, new)? {
                    self.unexplained(Place::Page(page), new.as_reference().ok())?;
                }
            }
        }
        for old in removed {
            let kind = kind(self.before, old)?;
            self.push(Change::Annotation { page, action: AnnotationAction::Removed, kind })?;
        }
        Ok(())
    }

    fn kept_annotation(&mut self, old: &Value<'d>, new: &Value<'d>, page: usize) -> Compared {
        let (before, after) = (kind(self.before, old)?, kind(self.after, new)?);
        if before == WIDGET || after == WIDGET || acts(self.after, new)? {
            // A widget that no field of the form owns has no rule under which it might change; nor has what acts.
            return self.values(old, new, &Site::Strict(Place::Page(page)), 0);
        }
        self.values(old, new, &Site::Annotation(page, before), 0)
    }

    /// Writes down where a widget of a new signature stands; `false` when it is none.
    fn place_widget(&mut self, reference: Ref, widget: &Value<'d>, (page, object): (usize, Ref)) -> Compared<bool> {
        let Some(index) = self.widgets.get(&reference).copied() else { return Ok(false) };
        let below = self.beneath(reference, widget, object);
        let is_framed = match self.after.resolve(widget)?.as_dictionary() {
            Ok(widget) => appearance::is_framed(self.after, widget),
            Err(_) => true,
        };
        let (Some(Change::SignatureAdded { place, .. }) | Some(Change::EmptySignatureField { place, .. })) =
            self.changes.get_mut(index)
        else {
            return Ok(true);
        };
        if *place == FieldPlace::NewInvisible && is_framed {
            *place = FieldPlace::NewVisible { page: None, beneath: Beneath::Unknown };
        }
        if let FieldPlace::NewVisible { page: of_page, beneath }
        | FieldPlace::ExistingVisible { page: of_page, beneath } = place
        {
            // A second widget of one field has a place of its own: the worse answer stands for both.
            *beneath = match (*of_page, *beneath) {
                (None, _) | (_, Beneath::Nothing) => below,
                (Some(_), known) => known,
            };
            *of_page = Some(page);
        }
        Ok(true)
    }

    /// What the page showed, before, where this widget paints now.
    fn beneath(&self, reference: Ref, widget: &Value<'d>, page: Ref) -> Beneath {
        let area = || {
            let widget = self.after.resolve(widget).ok()?;
            let widget = widget.as_dictionary().ok()?;
            if !appearance::stays_in_its_rectangle(self.after, widget) {
                return None;
            }
            let rectangle = widget.get("Rect").ok()??.clone();
            Area::of(self.after, &rectangle)
        };
        area().map_or(Beneath::Unknown, |area| beneath(self.before, page, reference, &area))
    }
}

/// The subtype of a field's annotation (12.5.6.19).
pub(super) const WIDGET: &str = "Widget";

/// What stands for the kind of an annotation that has none.
pub(super) const UNKNOWN_KIND: &str = "?";

fn kind(view: View<'_>, annotation: &Value<'_>) -> Compared<String> {
    let resolved = view.resolve(annotation)?;
    let Ok(dictionary) = resolved.as_dictionary() else { return Ok(UNKNOWN_KIND.into()) };
    Ok(match view.get(dictionary, "Subtype")? {
        Some(name) => name.as_name().map_or_else(|_| UNKNOWN_KIND.into(), |name| name.to_text()),
        None => UNKNOWN_KIND.into(),
    })
}

/// The annotation does something by itself, or more than leading somewhere when it is chosen (12.6.4): scripts run,
/// layers and fields appear and vanish.
fn acts(view: View<'_>, annotation: &Value<'_>) -> Compared<bool> {
    let annotation = view.resolve(annotation)?;
    let Ok(annotation) = annotation.as_dictionary() else { return Ok(false) };
    if annotation.get("AA")?.is_some() {
        return Ok(true);
    }
    let Some(action) = view.get(annotation, "A")? else { return Ok(false) };
    let action = action.as_dictionary()?;
    let kind = view.get(action, "S")?;
    let leads_somewhere = kind.is_some_and(|kind| {
        kind.as_name().is_ok_and(|kind| ["URI", "GoTo", "GoToR", "Named"].iter().any(|known| kind.is(known)))
    });
    Ok(!leads_somewhere || action.get("Next")?.is_some())
}

#[cfg(test)]
mod tests;
