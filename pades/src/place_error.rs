//! Why a visible signature cannot stand where it was asked for ([`PlaceError`]), or cannot be drawn ([`DrawError`]).

use crate::rect::Rect;

/// A visible signature has no place, or not this one. Pages are counted from 0 here and from 1 in the texts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// There is no such page.
    #[error("there is no page {}, the document has {pages}", page.saturating_add(1))]
    PageMissing {
        /// The page asked for, counted from 0.
        page: usize,
        /// Pages of the document.
        pages: usize,
    },
    /// The page does not say how it lies.
    #[error("page {}: {fault}", page.saturating_add(1))]
    Page {
        /// The page, counted from 0.
        page: usize,
        /// What is wrong with it.
        fault: PageFault,
    },
    /// The rectangle covers nothing, or is not made of numbers.
    #[error("the rectangle of {rect} covers nothing")]
    Empty {
        /// The rectangle asked for.
        rect: Rect,
    },
    /// The rectangle lies outside the page, or partly so.
    #[error("the rectangle of {rect} is not inside the page of {:.2} x {:.2} points", page.width, page.height)]
    OffPage {
        /// The rectangle asked for.
        rect: Rect,
        /// The page as seen.
        page: Rect,
    },
    /// The rectangle lies over an annotation that is there: a link, a field, a stamp.
    #[error("the rectangle of {rect} lies over the {kind} of {annotation}")]
    Overlap {
        /// The rectangle asked for.
        rect: Rect,
        /// `/Subtype` of the annotation.
        kind: String,
        /// The annotation's rectangle, as seen.
        annotation: Rect,
    },
    /// `/Rect` of an annotation is not four numbers, so that nobody knows what it covers.
    #[error("an annotation of page {} has no valid /Rect", page.saturating_add(1))]
    AnnotationRect {
        /// The page, counted from 0.
        page: usize,
    },
    /// The existing field has no place on a page: no widget or several, on no page or on several, no extent.
    #[error("the field has no single place on a page: {fault}")]
    Field {
        /// What is missing.
        fault: FieldPlaceFault,
    },
    /// The existing field stands elsewhere than asked for, and it stays where it is.
    #[error("the field is {field} on page {}, not {rect} on page {}", field_page.saturating_add(1), page.saturating_add(1))]
    FieldElsewhere {
        /// The page asked for, counted from 0.
        page: usize,
        /// The rectangle asked for.
        rect: Rect,
        /// The field's page, counted from 0.
        field_page: usize,
        /// The field's rectangle, as seen.
        field: Rect,
    },
}

/// How a page fails to say how it lies (table 31).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageFault {
    /// Neither the page nor a node above it has a `/MediaBox`.
    #[error("it has no /MediaBox")]
    NoMediaBox,
    /// `/MediaBox` is no rectangle with an area.
    #[error("its /MediaBox is no rectangle")]
    MediaBox,
    /// `/CropBox` is no rectangle, or shows nothing of the page.
    #[error("its /CropBox shows nothing of it")]
    CropBox,
    /// `/Rotate` is no multiple of 90.
    #[error("its /Rotate is no multiple of 90")]
    Rotate,
    /// `/UserUnit` is no positive number within reason.
    #[error("its /UserUnit is no positive number")]
    UserUnit,
}

/// Why an existing field has no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldPlaceFault {
    /// No widget.
    #[error("it has no widget")]
    NoWidget,
    /// Several widgets.
    #[error("it has several widgets")]
    SeveralWidgets,
    /// Its widget is in the `/Annots` of no page.
    #[error("no page shows its widget")]
    NoPage,
    /// Its widget is in the `/Annots` of several pages.
    #[error("several pages show its widget")]
    SeveralPages,
    /// `/Rect` is no rectangle with an area.
    #[error("its widget has no extent")]
    NoExtent,
    /// The flags of its widget hide it, or keep it from turning and growing with the page (table 167).
    #[error("the flags of its widget hide it or detach it from the page")]
    Flags,
}

/// What a visible signature shows cannot be drawn. Elements are counted from 0 here and from 1 in the texts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    /// Nothing to draw.
    #[error("a visible signature without anything to see")]
    Nothing,
    /// More elements than the limit.
    #[error("{count} elements are over the limit of {limit}")]
    TooManyElements {
        /// Elements asked for.
        count: usize,
        /// Elements allowed.
        limit: usize,
    },
    /// A text longer than the limit.
    #[error("element {}: a text of {length} characters is over the limit of {limit}", element.saturating_add(1))]
    TextTooLong {
        /// Which element, counted from 0.
        element: usize,
        /// Characters asked for.
        length: usize,
        /// Characters allowed.
        limit: usize,
    },
    /// The font has no glyph for a character.
    #[error("element {}: the font has no glyph for {character:?} (U+{:04X})", element.saturating_add(1), u32::from(*character))]
    NoGlyph {
        /// Which element, counted from 0.
        element: usize,
        /// The character.
        character: char,
    },
    /// A size, width or place that is no number, zero or negative.
    #[error("element {}: {what} is not a number within reason", element.saturating_add(1))]
    Size {
        /// Which element, counted from 0.
        element: usize,
        /// `the size of the text`, ...
        what: &'static str,
    },
    /// An element reaches beyond the box, so that part of it would be cut off.
    #[error("element {} of {rect} is not inside the box of {:.2} x {:.2} points", element.saturating_add(1), within.width, within.height)]
    Outside {
        /// Which element, counted from 0.
        element: usize,
        /// What it covers, in the box's coordinates.
        rect: Rect,
        /// The box.
        within: Rect,
    },
}
