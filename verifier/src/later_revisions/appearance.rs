//! Whether a widget can be seen, and where (ISO 32000-2, 12.5.3 and 12.5.5).

use pades::pdf::{Dictionary, Object, View};

use super::beneath::Area;
use super::compare::Compared;

/// Flags of annotations (table 167).
mod flag {
    pub(super) const HIDDEN: i64 = 1 << 1;
    pub(super) const PRINT: i64 = 1 << 2;
    pub(super) const NO_ZOOM: i64 = 1 << 3;
    pub(super) const NO_ROTATE: i64 = 1 << 4;
    pub(super) const NO_VIEW: i64 = 1 << 5;
    pub(super) const TOGGLE_NO_VIEW: i64 = 1 << 8;
}

/// The widget can paint something on a page: it has an appearance, a place, and is not hidden. Doubt means yes.
pub(super) fn is_visible(view: View<'_>, widget: &Dictionary<'_>) -> bool {
    has_place(view, widget).and_then(|has_place| Ok(has_place && has_any(view, widget, &["AP", "MK"])?)).unwrap_or(true)
}

/// The page that lists the widget may show a frame around its place, though it has no appearance. Doubt means yes.
pub(super) fn is_framed(view: View<'_>, widget: &Dictionary<'_>) -> bool {
    let has_frame = || Ok(has_any(view, widget, &["BS"])? || has_border(view, widget)?);
    has_place(view, widget).and_then(|has_place| Ok(has_place && has_frame()?)).unwrap_or(true)
}

fn has_place(view: View<'_>, widget: &Dictionary<'_>) -> Compared<bool> {
    let Some(rectangle) = view.get(widget, "Rect")? else { return Ok(false) };
    Ok(!is_hidden(flags(view, widget)?) && Area::of(view, &rectangle).is_none_or(|area| !area.is_empty()))
}

fn has_any(view: View<'_>, widget: &Dictionary<'_>, keys: &[&'static str]) -> Compared<bool> {
    keys.iter().try_fold(false, |has_any, key| Ok(has_any || view.get(widget, key)?.is_some()))
}

/// `/Border` with a width (table 166); readers draw none where it is absent.
fn has_border(view: View<'_>, widget: &Dictionary<'_>) -> Compared<bool> {
    let Some(border) = view.get(widget, "Border")? else { return Ok(false) };
    let Some(width) = border.as_array()?.get(2) else { return Ok(false) };
    Ok(!matches!(view.resolve(width)?.object, Object::Integer(0)))
}

/// Its flags keep it from every eye. Doubt means no.
pub(super) fn has_hiding_flags(view: View<'_>, widget: &Dictionary<'_>) -> bool {
    flags(view, widget).is_ok_and(is_hidden)
}

/// It paints in its rectangle and nowhere else: it neither keeps its size when the page is shown small, nor its
/// direction when the page is turned.
pub(super) fn stays_in_its_rectangle(view: View<'_>, widget: &Dictionary<'_>) -> bool {
    flags(view, widget).is_ok_and(|flags| flags & flag::NO_ZOOM == 0 && flags & flag::NO_ROTATE == 0)
}

fn flags(view: View<'_>, widget: &Dictionary<'_>) -> Compared<i64> {
    view.get(widget, "F")?.map_or(Ok(0), |flags| flags.as_integer())
}

/// What may not be viewed may still be printed, or come into view when the pointer passes.
const fn is_hidden(flags: i64) -> bool {
    flags & flag::HIDDEN != 0
        || (flags & flag::NO_VIEW != 0 && flags & flag::PRINT == 0 && flags & flag::TOGGLE_NO_VIEW == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hidden_widgets_and_those_that_neither_print_nor_toggle_are_unseen() {
        let cases =
            [(0, false), (2, true), (2 + 4, true), (2 + 256, true), (32, true), (32 + 4, false), (32 + 256, false)];
        for (flags, hidden) in cases {
            assert_eq!(is_hidden(flags), hidden, "{flags}");
        }
    }
}
