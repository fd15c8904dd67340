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
    let read = || -> Compared<bool> {
        let Some(rectangle) = view.get(widget, "Rect")? else { return Ok(false) };
        let paints = ["AP", "MK", "BS"]
            .iter()
            .try_fold(false, |paints, key| -> Compared<bool> { Ok(paints || view.get(widget, key)?.is_some()) })?
            || has_border(view, widget)?;
        Ok(paints && !is_hidden(flags(view, widget)?) && Area::of(view, &rectangle).is_none_or(|area| !area.is_empty()))
    };
    read().unwrap_or(true)
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
    flags(view, widget).is_ok_and(|flags| flags & (flag::NO_ZOOM | flag::NO_ROTATE) == 0)
}

fn flags(view: View<'_>, widget: &Dictionary<'_>) -> Compared<i64> {
    view.get(widget, "F")?.map_or(Ok(0), |flags| flags.as_integer())
}

/// What may not be viewed may still be printed, or come into view when the pointer passes.
const fn is_hidden(flags: i64) -> bool {
    flags & flag::HIDDEN != 0 || (flags & flag::NO_VIEW != 0 && flags & (flag::PRINT | flag::TOGGLE_NO_VIEW) == 0)
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
