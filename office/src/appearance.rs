//! The visible signature: from the agency's template and one document to what is drawn on its page.
//!
//! | file | is |
//! | --- | --- |
//! | `template.rs` | what the agency writes |
//! | `artwork.rs` | the template with its fonts and picture, ready for many documents |
//! | `place.rs`, `anchor.rs`, `ink.rs` | where the box goes, and whether that place is blank |
//! | `layout.rs`, `placeholder.rs` | what is written and drawn in it |
//! | `sight.rs` | a bounded look at a page |
//! | `preview.rs` | the page as it will look |

mod anchor;
mod area;
mod artwork;
mod error;
mod ink;
mod layout;
mod place;
mod placeholder;
mod preview;
mod sight;
mod template;
#[cfg(test)]
pub(crate) mod test_pdf;
#[cfg(test)]
mod tests;

pub use self::{
    area::Area,
    artwork::{Artwork, ArtworkError, Drawing, Shown},
    error::AppearanceError,
    placeholder::PlaceholderError,
    preview::{Preview, PreviewError, page_picture, preview},
    sight::{Sight, SightError, answer_from_stdin},
    template::{
        Align, Certify, ErrorCorrection, ImageElement, OnOverlap, PageChoice, Place, SealElement, Template,
        TemplateError, TextElement, Transparency, Weight,
    },
};
