//! What a widget paints (ISO 32000-2, 12.5.5 and 12.7.4.3).
//!
//! Job: say whether a widget can be seen, and whether a text field's appearance shows the field's value. The latter is
//! answered only for plain appearances whose strings are the text itself; for anything else it cannot be told, and
//! that is said.

use pades::pdf::{Dictionary, Lexer, Object, PdfString, Token, View};

use super::beneath::Area;
use super::change::Shown;
use super::compare::Compared;

/// Hidden and NoView (table 167).
const UNSEEN: i64 = 0b10_0010;

/// The widget can paint something on a page: it has an appearance, a place, and is not hidden. Doubt means yes.
pub(super) fn is_visible(view: View<'_>, widget: &Dictionary<'_>) -> bool {
    let read = || -> Compared<bool> {
        let Some(rectangle) = view.get(widget, "Rect")? else { return Ok(false) };
        let flags = match view.get(widget, "F")? {
            Some(flags) => flags.as_integer()?,
            None => 0,
        };
        let paints = view.get(widget, "AP")?.is_some() || view.get(widget, "MK")?.is_some();
        Ok(paints && flags & UNSEEN == 0 && Area::of(view, &rectangle).is_none_or(|area| !area.is_empty()))
    };
    read().unwrap_or(true)
}

/// Whether the normal appearance of a text or choice field shows `wanted`.
pub(super) fn shows(view: View<'_>, widget: &Dictionary<'_>, wanted: &str) -> Compared<Shown> {
    let Some(appearances) = view.get(widget, "AP")? else { return Ok(Shown::Unknown) };
    let Ok(appearances) = appearances.as_dictionary() else { return Ok(Shown::Unknown) };
    let Some(Object::Reference(normal)) = appearances.get("N")?.map(|value| value.object.clone()) else {
        return Ok(Shown::Unknown);
    };
    let Some(stream) = view.object(normal)? else { return Ok(Shown::Unknown) };
    let Ok(content) = view.stream_data(&stream) else { return Ok(Shown::Unknown) };
    let Some(painted) = painted_text(&content) else { return Ok(Shown::Unknown) };
    // Octets of simple fonts in their usual encodings; where the value needs others, nothing can be told.
    let letters = |text: &str| -> String { text.chars().filter(|letter| !letter.is_whitespace()).collect() };
    if !wanted.is_ascii() || !painted.is_ascii() {
        return Ok(Shown::Unknown);
    }
    Ok(if letters(&painted) == letters(wanted) { Shown::Agrees } else { Shown::Disagrees })
}

/// All strings that a content stream paints, in order; `None` when it also paints what is not text, or cannot be
/// followed: `Do` draws other objects, `Tr` hides text, a font of two-octet codes gives control characters.
fn painted_text(content: &[u8]) -> Option<String> {
    let mut lexer = Lexer::new(content, 0);
    let mut painted = Vec::new();
    let mut operands = Vec::new();
    loop {
        match lexer.next_token().ok()?.0 {
            Token::End => break,
            Token::String(string) => operands.push(string),
            Token::Keyword(b"Tj" | b"TJ" | b"'" | b"\"") => {
                painted.extend(operands.drain(..).flat_map(|string: PdfString<'_>| string.octets().into_owned()));
            }
            Token::Keyword(b"Do" | b"Tr" | b"BI" | b"sh") => return None,
            Token::Keyword(_) => operands.clear(),
            _ => {}
        }
    }
    let text = String::from_utf8(painted).ok()?;
    text.chars().all(|letter| !letter.is_control()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn painted_strings_are_joined_in_order() {
        assert_eq!(painted_text(b"/Tx BMC q BT /F 12 Tf (25) Tj [(0) -20 <2E>] TJ ET Q EMC").as_deref(), Some("250."));
        assert_eq!(painted_text(b"(not painted) pop (x) Tj").as_deref(), Some("x"));
    }

    #[test]
    fn content_that_cannot_be_followed_tells_nothing() {
        assert_eq!(painted_text(b"/Fm1 Do (250) Tj"), None);
        assert_eq!(painted_text(b"3 Tr (250) Tj"), None);
        assert_eq!(painted_text(b"<00320035> Tj"), None);
        assert_eq!(painted_text(b"(250"), None);
    }
}
