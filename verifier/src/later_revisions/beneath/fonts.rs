//! How wide the glyphs of a font may be (ISO 32000-2, 9.2.4 and 9.7.4.3).

use pades::pdf::{Object, Ref, Value, View};

use super::number;
use crate::later_revisions::compare::Compared;

/// Wider than any glyph of the standard fonts, and of nearly all others.
pub(super) const UNKNOWN_WIDTH: f64 = 1.5;

/// The widest that one octet of a string can paint, in sizes of the font. `None` for fonts whose glyphs may paint anywhere.
pub(super) fn widest_octet(view: View<'_>, font: Ref) -> Compared<Option<f64>> {
    let Some(object) = view.object(font)? else { return Ok(None) };
    let font = object.value.as_dictionary()?;
    if font.is("Subtype", "Type3")? {
        return Ok(None);
    }
    if !font.is("Subtype", "Type0")? {
        let mut widest_glyph = match view.get(font, "Widths")? {
            Some(widths) => widest(view, &widths)?,
            None => UNKNOWN_WIDTH,
        };
        // What `Widths` does not list (table 120).
        if let Some(descriptor) = view.get(font, "FontDescriptor")?
            && let Some(missing) = view.get(descriptor.as_dictionary()?, "MissingWidth")?
        {
            widest_glyph = widest_glyph.max(number(view, &missing).unwrap_or(f64::MAX) / 1000.0);
        }
        return Ok(Some(widest_glyph.max(1.0)));
    }
    // Two octets a glyph in the identity encoding, which nearly all files use; downwards is another direction.
    let octets_a_glyph = match view.get(font, "Encoding")? {
        Some(encoding) if encoding.as_name().is_ok_and(|name| name.is("Identity-H")) => 2.0,
        _ => return Ok(None),
    };
    let mut widest_glyph = 1.0_f64;
    if let Some(descendants) = view.get(font, "DescendantFonts")? {
        for descendant in descendants.as_array()? {
            let descendant = view.resolve(descendant)?;
            let descendant = descendant.as_dictionary()?;
            if let Some(default) = view.get(descendant, "DW")? {
                widest_glyph = widest_glyph.max(number(view, &default).unwrap_or(f64::MAX) / 1000.0);
            }
            if let Some(widths) = view.get(descendant, "W")? {
                widest_glyph = widest_glyph.max(widest(view, &widths)?);
            }
        }
    }
    Ok(Some(widest_glyph / octets_a_glyph))
}

/// The largest number of a list of widths, in sizes of the font. In the list of a composite font the codes count
/// too, as if they were widths, but for those above any width: `c [w ...]` and `first last w`.
fn widest(view: View<'_>, widths: &Value<'_>) -> Compared<f64> {
    let mut widest = 0.0_f64;
    let elements = widths.as_array()?;
    let is_composite = elements.iter().any(|element| matches!(element.object, Object::Array(_)));
    for element in elements {
        match &element.object {
            Object::Array(inner) => {
                for width in inner {
                    widest = widest.max(number(view, width).unwrap_or(f64::MAX));
                }
            }
            _ => {
                let value = number(view, element).unwrap_or(f64::MAX);
                if !is_composite || value <= 3000.0 {
                    widest = widest.max(value);
                }
            }
        }
    }
    Ok(widest / 1000.0)
}
