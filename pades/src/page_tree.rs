//! The pages of the document, in their order (ISO 32000-2, 7.7.3), each with what it inherits.

use std::ops::ControlFlow;

use crate::place_error::PlaceError;
use crate::source::{Found, Sources};
use crate::write_error::{Part, PrepareError};

/// Nodes of the tree that are looked at. The largest documents in use have some 50,000 pages.
const NODE_LIMIT: usize = 200_000;
/// Levels of the page tree. Honest trees have fewer than ten.
const DEPTH_LIMIT: usize = 32;

/// One page and the nodes above it.
#[derive(Debug)]
pub(crate) struct Page<'d> {
    pub(crate) found: Found<'d>,
    /// From the root down.
    pub(crate) above: Vec<Found<'d>>,
}

/// Shows `look` every page with its index, until it breaks.
pub(crate) fn visit<'d>(
    sources: &Sources<'d>,
    catalog: &Found<'d>,
    mut look: impl FnMut(usize, &Page<'d>) -> Result<ControlFlow<()>, PrepareError>,
) -> Result<(), PrepareError> {
    let root = catalog.entry(sources, "Pages", Part::PageTree)?.ok_or(PrepareError::NoPage)?;
    let mut walk = Walk { sources, nodes_left: NODE_LIMIT, index: 0, look: &mut look };
    walk.node(&mut Page { found: root, above: Vec::new() }).map(drop)
}

/// The page with this index, counted from 0.
pub(crate) fn page<'d>(sources: &Sources<'d>, catalog: &Found<'d>, page: usize) -> Result<Page<'d>, PrepareError> {
    let (mut wanted, mut pages) = (None, 0_usize);
    visit(sources, catalog, |index, found| {
        pages = index.saturating_add(1);
        if index != page {
            return Ok(ControlFlow::Continue(()));
        }
        wanted = Some(Page { found: found.found.clone(), above: found.above.clone() });
        Ok(ControlFlow::Break(()))
    })?;
    match wanted {
        Some(page) if page.found.is_whole() => Ok(page),
        Some(_) => Err(PrepareError::WrongType { part: Part::Page, expected: "an indirect object" }),
        None if pages == 0 => Err(PrepareError::NoPage),
        None => Err(PlaceError::PageMissing { page, pages }.into()),
    }
}

struct Walk<'s, 'd, Look> {
    sources: &'s Sources<'d>,
    nodes_left: usize,
    index: usize,
    look: Look,
}

impl<'d, Look: FnMut(usize, &Page<'d>) -> Result<ControlFlow<()>, PrepareError>> Walk<'_, 'd, Look> {
    fn node(&mut self, page: &mut Page<'d>) -> Result<ControlFlow<()>, PrepareError> {
        let dictionary = page.found.dictionary(Part::PageTree)?;
        let is = |kind| dictionary.is("Type", kind).map_err(Part::PageTree.unreadable());
        let (is_page, is_tree) = (is("Page")?, is("Pages")?);
        let kids = page.found.entry(self.sources, "Kids", Part::PageTree)?;
        let Some(kids) = kids.filter(|_| !is_page) else {
            // Without a type, what has no kids is a page; a node of the tree without kids is empty.
            if is_tree {
                return Ok(ControlFlow::Continue(()));
            }
            let index = self.index;
            self.index = index.saturating_add(1);
            return (self.look)(index, page);
        };
        if page.above.len() >= DEPTH_LIMIT {
            return Err(PrepareError::NoPage);
        }
        page.above.push(page.found.clone());
        for kid in kids.elements(Part::PageTree)? {
            self.nodes_left = self.nodes_left.checked_sub(1).ok_or(PrepareError::NoPage)?;
            let Some(kid) = self.sources.follow(&kids, kid, Part::PageTree)? else { continue };
            page.found = kid;
            if self.node(page)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        page.above.pop();
        Ok(ControlFlow::Continue(()))
    }
}
