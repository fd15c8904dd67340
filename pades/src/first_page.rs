//! The first page of the document, on which the widget of an invisible signature is hung
//! (ISO 32000-2, 7.7.3.2).

use crate::source::{Found, Sources};
use crate::write_error::{Part, PrepareError};

/// Nodes looked at before a page must have been found. Honest trees lead to it in a handful.
const NODE_LIMIT: usize = 1_000;
/// Levels of the page tree. Honest trees have fewer than ten.
const DEPTH_LIMIT: usize = 32;

/// Finds the first leaf of the page tree.
pub(crate) fn first_page<'d>(sources: &Sources<'d>, catalog: &Found<'d>) -> Result<Found<'d>, PrepareError> {
    let root = catalog.entry(sources, "Pages", Part::PageTree)?.ok_or(PrepareError::NoPage)?;
    let mut nodes_left = NODE_LIMIT;
    let page = leaf(sources, root, DEPTH_LIMIT, &mut nodes_left)?.ok_or(PrepareError::NoPage)?;
    if page.is_whole() {
        Ok(page)
    } else {
        Err(PrepareError::WrongType { part: Part::Page, expected: "an indirect object" })
    }
}

fn leaf<'d>(
    sources: &Sources<'d>,
    node: Found<'d>,
    depth_left: usize,
    nodes_left: &mut usize,
) -> Result<Option<Found<'d>>, PrepareError> {
    let dictionary = node.dictionary(Part::PageTree)?;
    let is = |kind| dictionary.is("Type", kind).map_err(Part::PageTree.unreadable());
    let (is_page, is_tree) = (is("Page")?, is("Pages")?);
    let kids = node.entry(sources, "Kids", Part::PageTree)?;
    let Some(kids) = kids.filter(|_| !is_page) else {
        // Without a type, what has no kids is a page; a node of the tree without kids is empty.
        return Ok(Some(node).filter(|_| !is_tree));
    };
    let Some(depth_left) = depth_left.checked_sub(1) else {
        return Err(PrepareError::NoPage);
    };
    for kid in kids.elements(Part::PageTree)? {
        *nodes_left = nodes_left.checked_sub(1).ok_or(PrepareError::NoPage)?;
        let Some(kid) = sources.follow(&kids, kid, Part::PageTree)? else { continue };
        if let Some(page) = leaf(sources, kid, depth_left, nodes_left)? {
            return Ok(Some(page));
        }
    }
    Ok(None)
}
