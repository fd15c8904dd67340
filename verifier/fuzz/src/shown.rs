//! What the pages of a document show, annotations aside: read again here, so that it does not depend on the review of
//! later revisions that it is held against.

use pades::PdfError;
use pades::pdf::{Dictionary, Object, Value, View};

/// One page: every entry that says how it looks, with everything that it leads to, written out.
pub type Page = Vec<u8>;

/// Deeper than the fixtures go.
const DEPTH: usize = 12;

/// The pages in their order.
///
/// # Errors
/// What is wrong with the tree of pages.
pub fn pages(view: View<'_>) -> Result<Vec<Page>, PdfError> {
    let catalog = view.catalog()?;
    let mut pages = Vec::new();
    if let Some(root) = view.get(&catalog, "Pages")? {
        walk(view, &root, DEPTH, &mut pages)?;
    }
    Ok(pages)
}

fn walk(view: View<'_>, node: &Value<'_>, depth: usize, pages: &mut Vec<Page>) -> Result<(), PdfError> {
    let node = node.as_dictionary()?;
    let Some(kids) = view.get(node, "Kids")? else {
        let mut page = Page::new();
        entries(view, node, &["Annots", "Parent", "Tabs"], DEPTH, &mut page);
        pages.push(page);
        return Ok(());
    };
    if depth > 0 {
        for kid in kids.as_array()? {
            walk(view, &*view.resolve(kid)?, depth - 1, pages)?;
        }
    }
    Ok(())
}

fn entries(view: View<'_>, dictionary: &Dictionary<'_>, but: &[&str], depth: usize, out: &mut Page) {
    let mut entries: Vec<_> = dictionary.entries().iter().map(|(name, value)| (name.octets(), value)).collect();
    entries.sort_by(|(left, _), (right, _)| left.cmp(right));
    for (name, value) in entries {
        // An entry that is null is none, and so is one that leads to no object (7.3.7, 7.3.10).
        let is_null = view.resolve(value).is_ok_and(|value| value.object == Object::Null);
        if !is_null && !but.iter().any(|but| but.as_bytes() == &*name) {
            out.push(b'/');
            out.extend_from_slice(&name);
            out.push(b' ');
            write(view, value, depth, out);
        }
    }
}

fn write(view: View<'_>, value: &Value<'_>, depth: usize, out: &mut Page) {
    if depth == 0 {
        return;
    }
    match &value.object {
        Object::Null => out.extend_from_slice(b"null"),
        Object::Boolean(truth) => out.extend_from_slice(truth.to_string().as_bytes()),
        Object::Integer(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Object::Real(written) => out.extend_from_slice(written),
        Object::Name(name) => out.extend_from_slice(&name.octets()),
        Object::String(string) => out.extend_from_slice(&string.octets()),
        Object::Array(items) => {
            for item in items {
                out.push(b'[');
                write(view, item, depth - 1, out);
            }
        }
        Object::Dictionary(dictionary) => entries(view, dictionary, &[], depth - 1, out),
        Object::Reference(reference) => match view.object(*reference) {
            Ok(Some(object)) => {
                write(view, &object.value, depth - 1, out);
                if object.data.is_some()
                    && let Ok(data) = view.stream_data(&object)
                {
                    out.extend_from_slice(b"stream ");
                    out.extend_from_slice(&data);
                }
            }
            Ok(None) => out.extend_from_slice(b"null"),
            Err(_) => out.extend_from_slice(b"unreadable"),
        },
    }
    out.push(b' ');
}
