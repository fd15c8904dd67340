//! What a caller asks before it places a signature: how many pages, how one lies, where a field stands.

use std::ops::ControlFlow;

use crate::form;
use crate::page_geometry::PageGeometry;
use crate::rect::Rect;
use crate::source::Sources;
use crate::unsigned::UnsignedPdf;
use crate::write_error::{Part, PrepareError};
use crate::{page_tree, widget};

impl UnsignedPdf {
    /// How many pages the document has.
    ///
    /// # Errors
    /// [`PrepareError::NoPage`] for a page tree without a page or beyond all honest ones, or what cannot be read.
    pub fn page_count(&self) -> Result<usize, PrepareError> {
        let sources = Sources::newest(self.signed_pdf().document());
        let mut pages = 0_usize;
        page_tree::visit(&sources, &sources.catalog()?, |index, _| {
            pages = index.saturating_add(1);
            Ok(ControlFlow::Continue(()))
        })?;
        if pages == 0 { Err(PrepareError::NoPage) } else { Ok(pages) }
    }

    /// How the page with this index, counted from 0, lies.
    ///
    /// # Errors
    /// [`crate::PlaceError::PageMissing`], [`crate::PlaceError::Page`], or what cannot be read.
    pub fn page_geometry(&self, page: usize) -> Result<PageGeometry, PrepareError> {
        let sources = Sources::newest(self.signed_pdf().document());
        page_tree::page(&sources, &sources.catalog()?, page)?.geometry(&sources, page)
    }

    /// The places of the annotations of this page, counted from 0, as seen: a visible signature that covers one is refused unless it may.
    /// Those that show nothing are not among them.
    ///
    /// # Errors
    /// As [`Self::page_geometry`]; [`crate::PlaceError::AnnotationRect`] when nobody can tell where one is.
    pub fn annotation_places(&self, page: usize) -> Result<Vec<Rect>, PrepareError> {
        let sources = Sources::newest(self.signed_pdf().document());
        let found = page_tree::page(&sources, &sources.catalog()?, page)?;
        let geometry = found.geometry(&sources, page)?;
        let seen = widget::seen(&sources, &found, (page, &geometry))?;
        Ok(seen.into_iter().map(|(_, place)| place).collect())
    }

    /// The page, counted from 0, and the place on it as seen, of the empty signature field with this fully qualified
    /// name: where a visible signature in it must be put.
    ///
    /// # Errors
    /// Why the field cannot be signed or has no single place.
    pub fn signature_field_place(&self, name: &str) -> Result<(usize, Rect), PrepareError> {
        let sources = Sources::newest(self.signed_pdf().document());
        let catalog = sources.catalog()?;
        let form = catalog.entry(&sources, "AcroForm", Part::AcroForm)?.ok_or(PrepareError::FieldNotFound)?;
        let fields = form::fields(&sources, &form)?;
        let field = form::empty_signature_field(&fields, name)?;
        let placed = widget::place(&sources, &catalog, field)?;
        Ok((placed.page, placed.rect))
    }
}
