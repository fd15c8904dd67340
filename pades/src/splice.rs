//! Changing an object by its source octets: what is not changed keeps its spelling.
//!
//! Parsing an object and writing it again loses the spelling of numbers, names and strings, and
//! which of two equal keys came first. So the source is copied, with pieces replaced or inserted.
//! Invariant: replaced spans are spans of values of that very source and do not overlap.

use std::ops::Range;

use crate::PdfError;
use crate::pdf::Dictionary;

/// The source octets of one object and what will be different in its copy.
#[derive(Debug)]
pub(crate) struct Splice<'a> {
    source: &'a [u8],
    span: Range<usize>,
    changes: Vec<(Range<usize>, Vec<u8>)>,
}

impl<'a> Splice<'a> {
    /// A copy of the value at `span` of `source`.
    pub(crate) const fn new(source: &'a [u8], span: Range<usize>) -> Self {
        Self { source, span, changes: Vec::new() }
    }

    /// Sets a key of the dictionary at `span`, which is the copied value or lies inside it.
    ///
    /// # Errors
    /// [`PdfError::DuplicateKey`] when the key occurs twice: replacing one of them would leave
    /// the other to readers that prefer it.
    pub(crate) fn set(
        &mut self,
        dictionary: &Dictionary<'_>,
        span: &Range<usize>,
        key: &'static str,
        value: &[u8],
    ) -> Result<(), PdfError> {
        let mut entries = dictionary.entries().iter().filter(|(name, _)| name.is(key));
        let (replaced, octets) = match (entries.next(), entries.next()) {
            (Some(_), Some(_)) => return Err(PdfError::DuplicateKey { offset: span.start, key }),
            (Some((_, old)), None) => (old.span(), [b" ", value].concat()),
            (None, _) => {
                let end = span.end.saturating_sub(2);
                (end..end, [b" /", key.as_bytes(), b" ", value, b" "].concat())
            }
        };
        self.changes.push((replaced, octets));
        Ok(())
    }

    /// Appends an element to the array at `span`, which is the copied value or lies inside it.
    /// Once: one array may serve as `/Annots` and as `/Fields`.
    pub(crate) fn push(&mut self, span: &Range<usize>, element: &[u8]) {
        let end = span.end.saturating_sub(1);
        let change = (end..end, [b" ", element].concat());
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }

    /// Writes the changed copy.
    pub(crate) fn write(mut self, out: &mut Vec<u8>) {
        self.changes.sort_by_key(|(replaced, _)| replaced.start);
        let mut position = self.span.start;
        for (replaced, octets) in &self.changes {
            out.extend_from_slice(self.source.get(position..replaced.start).unwrap_or_default());
            out.extend_from_slice(octets);
            position = replaced.end;
        }
        out.extend_from_slice(self.source.get(position..self.span.end).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use crate::pdf::{Lexer, Parser, Value};

    fn parse(source: &str) -> Value<'_> {
        Parser::new(Lexer::new(source.as_bytes(), 0), &Limits::default()).value().expect("valid test source")
    }

    fn set(source: &str, key: &'static str, value: &str) -> Result<String, PdfError> {
        let parsed = parse(source);
        let mut splice = Splice::new(source.as_bytes(), parsed.span());
        splice.set(parsed.as_dictionary()?, &parsed.span(), key, value.as_bytes())?;
        let mut out = Vec::new();
        splice.write(&mut out);
        Ok(String::from_utf8(out).expect("ASCII"))
    }

    #[test]
    fn a_new_key_leaves_every_other_octet_alone() {
        assert_eq!(
            set(" <</A 0.1000/B(x>>)%>>\n>> ", "Annots", "[1 0 R]"),
            Ok("<</A 0.1000/B(x>>)%>>\n /Annots [1 0 R] >>".to_owned())
        );
    }

    #[test]
    fn an_old_key_is_replaced_where_it_stands_whatever_its_spelling() {
        assert_eq!(set("<</SigFlags 1/X 2>>", "SigFlags", "3"), Ok("<</SigFlags  3/X 2>>".to_owned()));
        assert_eq!(set("<</Sig#46lags null>>", "SigFlags", "3"), Ok("<</Sig#46lags  3>>".to_owned()));
        assert_eq!(set("<</V[1]/X<</V 2>>>>", "V", "3 0 R"), Ok("<</V 3 0 R/X<</V 2>>>>".to_owned()));
    }

    #[test]
    fn a_key_that_occurs_twice_is_refused() {
        assert_eq!(set("<</A 1/#41 2>>", "A", "3"), Err(PdfError::DuplicateKey { offset: 0, key: "A" }));
    }

    #[test]
    fn elements_are_appended_to_an_inner_array() {
        let source = "<</Fields[1 0 R]/X[]>>";
        let parsed = parse(source);
        let fields = parsed.as_dictionary().and_then(|form| form.require("Fields")).expect("there").span();
        let mut splice = Splice::new(source.as_bytes(), parsed.span());
        splice.push(&fields, b"7 0 R");
        let mut out = Vec::new();
        splice.write(&mut out);
        assert_eq!(out, b"<</Fields[1 0 R 7 0 R]/X[]>>");
    }
}
