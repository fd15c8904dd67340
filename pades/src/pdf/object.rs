//! What a PDF is made of (ISO 32000-2, 7.3): [`Value`]s, each with the span of octets that it was read from.
//!
//! Everything borrows from those octets: a name or a string is decoded when somebody asks for its content. A
//! dictionary keeps all its entries in their order, also those whose key occurs twice, and refuses to answer for
//! such a key.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use super::text;
use crate::PdfError;
use crate::error::Expected;

/// An indirect reference, `12 0 R` (7.3.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ref {
    /// Object number.
    pub number: u32,
    /// Generation number.
    pub generation: u16,
}

impl fmt::Display for Ref {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} R", self.number, self.generation)
    }
}

/// An object and where its octets lie.
#[derive(Clone, Debug, PartialEq)]
pub struct Value<'a> {
    /// The object.
    pub object: Object<'a>,
    // 32 bits each, because a file may hold a million of these and is never larger than 4 GiB (Document::open).
    start: u32,
    end: u32,
}

/// A direct object, or a reference to an indirect one.
#[derive(Clone, Debug, PartialEq)]
pub enum Object<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// An integer that fits 64 bits.
    Integer(i64),
    /// Any other number, as written.
    Real(&'a [u8]),
    /// A name.
    Name(Name<'a>),
    /// A string.
    String(PdfString<'a>),
    /// An array.
    Array(Vec<Value<'a>>),
    /// A dictionary; that of a stream too.
    Dictionary(Dictionary<'a>),
    /// A reference.
    Reference(Ref),
}

impl<'a> Value<'a> {
    /// An object that stands at `span`.
    pub(crate) fn new(object: Object<'a>, span: Range<usize>) -> Self {
        Self { object, start: narrow(span.start), end: narrow(span.end) }
    }

    /// The octets that the object was read from: offsets in the file, or in the decoded data of the object stream
    /// that it lies in.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The integer, if it is one.
    ///
    /// # Errors
    ///
    /// [`PdfError::WrongValue`] for any other type, as for all methods of this kind.
    pub fn as_integer(&self) -> Result<i64, PdfError> {
        match self.object {
            Object::Integer(integer) => Ok(integer),
            _ => Err(self.wrong(Expected::Integer)),
        }
    }

    /// The integer, if it is one and not negative.
    ///
    /// # Errors
    ///
    /// [`PdfError::WrongValue`].
    pub fn as_size(&self) -> Result<usize, PdfError> {
        match self.object {
            Object::Integer(integer) => usize::try_from(integer).map_err(|_| self.wrong(Expected::NonNegativeInteger)),
            _ => Err(self.wrong(Expected::NonNegativeInteger)),
        }
    }

    /// The name, if it is one.
    ///
    /// # Errors
    ///
    /// [`PdfError::WrongValue`].
    pub fn as_name(&self) -> Result<Name<'a>, PdfError> {
        match self.object {
            Object::Name(name) => Ok(name),
            _ => Err(self.wrong(Expected::Name)),
        }
    }

    /// The string, if it is one.
    ///
    /// # Errors
    ///
    /// [`PdfError::WrongValue`].
    pub fn as_string(&self) -> Result<PdfString<'a>, PdfError> {
        match self.object {
            Object::String(string) => Ok(string),
            _ => Err(self.wrong(Expected::String)),
        }
    }

    /// The elements, if it is an array.
    ///
    /// # Errors
    ///
    /// [`PdfError::WrongValue`].
    pub fn as_array(&self) -> Result<&[Self], PdfError> {
        match &self.object {
            Object::Array(elements) => Ok(elements),
            _ => Err(self.wrong(Expected::Array)),
        }
    }

    /// The dictionary, if it is one.
    ///
    /// # Errors
    ///
    /// [`PdfError::WrongValue`].
    pub fn as_dictionary(&self) -> Result<&Dictionary<'a>, PdfError> {
        match &self.object {
            Object::Dictionary(dictionary) => Ok(dictionary),
            _ => Err(self.wrong(Expected::Dictionary)),
        }
    }

    /// The reference, if it is one.
    ///
    /// # Errors
    ///
    /// [`PdfError::WrongValue`].
    pub fn as_reference(&self) -> Result<Ref, PdfError> {
        match self.object {
            Object::Reference(reference) => Ok(reference),
            _ => Err(self.wrong(Expected::Reference)),
        }
    }

    fn wrong(&self, expected: Expected) -> PdfError {
        PdfError::WrongValue { offset: self.start as usize, expected }
    }
}

/// Offsets stay below 4 GiB: `Document::open` refuses larger files, streams inflate to less.
fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// A name as written, without its solidus (7.3.5). Two names are equal when they are equal after `#xx` is decoded.
#[derive(Clone, Copy)]
pub struct Name<'a>(&'a [u8]);

impl<'a> Name<'a> {
    /// A name from its written form, without the solidus.
    #[must_use]
    pub const fn from_raw(raw: &'a [u8]) -> Self {
        Self(raw)
    }

    /// As written.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.0
    }

    /// The octets that the name stands for.
    #[must_use]
    pub fn octets(&self) -> Cow<'a, [u8]> {
        text::name_octets(self.0)
    }

    /// Whether it is this name, `Type` for `/Type`.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.0 == name.as_bytes() || (self.0.contains(&b'#') && *self.octets() == *name.as_bytes())
    }

    /// For people: octets that are not UTF-8 are replaced.
    #[must_use]
    pub fn to_text(&self) -> String {
        String::from_utf8_lossy(&self.octets()).into_owned()
    }
}

impl PartialEq for Name<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.octets() == other.octets()
    }
}

impl Eq for Name<'_> {}

impl fmt::Debug for Name<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "/{}", self.0.escape_ascii())
    }
}

/// A string as written, without its delimiters (7.3.4). Two strings are equal when their octets are.
#[derive(Clone, Copy, Debug)]
pub enum PdfString<'a> {
    /// `(...)`
    Literal(&'a [u8]),
    /// `<...>`
    Hexadecimal(&'a [u8]),
}

impl<'a> PdfString<'a> {
    /// The octets that the string stands for.
    #[must_use]
    pub fn octets(&self) -> Cow<'a, [u8]> {
        match self {
            Self::Literal(raw) => text::literal_octets(raw),
            Self::Hexadecimal(raw) => Cow::Owned(text::hexadecimal_octets(raw)),
        }
    }

    /// A text string (7.9.2.2): UTF-16BE or UTF-8 with a byte order mark, else PDFDocEncoding.
    #[must_use]
    pub fn to_text(&self) -> String {
        text::text_string(&self.octets())
    }
}

impl PartialEq for PdfString<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.octets() == other.octets()
    }
}

impl Eq for PdfString<'_> {}

/// A dictionary (7.3.7): all its entries, in the order of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Dictionary<'a> {
    entries: Vec<(Name<'a>, Value<'a>)>,
    start: u32,
}

impl<'a> Dictionary<'a> {
    pub(crate) fn new(entries: Vec<(Name<'a>, Value<'a>)>, start: usize) -> Self {
        Self { entries, start: narrow(start) }
    }

    /// All entries, also those whose key occurs twice.
    #[must_use]
    pub fn entries(&self) -> &[(Name<'a>, Value<'a>)] {
        &self.entries
    }

    /// The value of `key`, `None` when it is absent or `null`, which is the same (7.3.7).
    ///
    /// # Errors
    ///
    /// [`PdfError::DuplicateKey`] when the key occurs twice: readers differ on which one counts.
    pub fn get(&self, key: &'static str) -> Result<Option<&Value<'a>>, PdfError> {
        let mut found = self.entries.iter().filter(|(name, _)| name.is(key)).map(|(_, value)| value);
        let Some(value) = found.next() else {
            return Ok(None);
        };
        if found.next().is_some() {
            return Err(PdfError::DuplicateKey { offset: self.start(), key });
        }
        Ok(Some(value).filter(|value| value.object != Object::Null))
    }

    /// The value of a key that the standard requires.
    ///
    /// # Errors
    ///
    /// [`PdfError::KeyMissing`] when it is absent, [`PdfError::DuplicateKey`] when it occurs twice.
    pub fn require(&self, key: &'static str) -> Result<&Value<'a>, PdfError> {
        self.get(key)?.ok_or(PdfError::KeyMissing { offset: self.start(), key })
    }

    /// Whether the value of `key` is this name.
    ///
    /// # Errors
    ///
    /// [`PdfError::DuplicateKey`] when the key occurs twice.
    pub fn is(&self, key: &'static str, name: &str) -> Result<bool, PdfError> {
        Ok(matches!(self.get(key)?, Some(Value { object: Object::Name(found), .. }) if found.is(name)))
    }

    /// The first key that occurs twice, if there is one.
    #[must_use]
    pub fn duplicate_key(&self) -> Option<Name<'a>> {
        let mut keys: Vec<_> = self.entries.iter().map(|(name, _)| name.octets()).collect();
        keys.sort_unstable();
        let twice = keys.array_windows().find(|[left, right]| left == right).map(|[left, _]| left.clone())?;
        self.entries.iter().map(|(name, _)| *name).find(|name| name.octets() == twice)
    }

    /// Where the dictionary begins.
    #[must_use]
    pub fn start(&self) -> usize {
        self.start as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use crate::pdf::{Lexer, Parser};

    fn dictionary(written: &str) -> Dictionary<'_> {
        let limits = Limits::default();
        let value = Parser::new(Lexer::new(written.as_bytes(), 0), &limits).value().expect("well formed");
        value.as_dictionary().expect("a dictionary").clone()
    }

    #[test]
    fn a_key_that_occurs_twice_has_no_value() {
        let dictionary = dictionary("<</A 1/B 2/#41 3>>");
        assert_eq!(dictionary.get("A"), Err(PdfError::DuplicateKey { offset: 0, key: "A" }));
        assert_eq!(dictionary.get("B").map(|value| value.map(Value::as_integer)), Ok(Some(Ok(2))));
        assert_eq!(dictionary.entries().len(), 3);
    }

    #[test]
    fn the_key_that_occurs_twice_is_found() {
        assert_eq!(dictionary("<</A 1/B 2/#42 3>>").duplicate_key(), Some(Name::from_raw(b"B")));
        assert_eq!(dictionary("<</A 1/B 2/AB 3>>").duplicate_key(), None);
        assert_eq!(dictionary("<<>>").duplicate_key(), None);
    }

    #[test]
    fn null_is_the_same_as_absent() {
        let dictionary = dictionary("<</A null>>");
        assert_eq!(dictionary.get("A"), Ok(None));
        assert_eq!(dictionary.get("B"), Ok(None));
        assert_eq!(dictionary.require("A"), Err(PdfError::KeyMissing { offset: 0, key: "A" }));
    }

    #[test]
    fn a_value_of_another_type_says_what_it_should_be() {
        let dictionary = dictionary("<</A -1/B(x)>>");
        let a = dictionary.require("A").expect("it is there");
        let wrong = |expected| PdfError::WrongValue { offset: 5, expected };
        assert_eq!(a.as_size(), Err(wrong(Expected::NonNegativeInteger)));
        assert_eq!(a.as_name(), Err(wrong(Expected::Name)));
        assert_eq!(a.as_string(), Err(wrong(Expected::String)));
        assert_eq!(a.as_array(), Err(wrong(Expected::Array)));
        assert_eq!(a.as_dictionary(), Err(wrong(Expected::Dictionary)));
        assert_eq!(a.as_reference(), Err(wrong(Expected::Reference)));
        assert_eq!(dictionary.is("A", "A"), Ok(false));
    }

    #[test]
    fn names_and_strings_are_equal_when_they_stand_for_the_same() {
        assert_eq!(Name::from_raw(b"A#42"), Name::from_raw(b"AB"));
        assert_ne!(Name::from_raw(b"A#4"), Name::from_raw(b"A@"));
        assert_eq!(PdfString::Literal(b"\\101"), PdfString::Hexadecimal(b"41"));
        assert_ne!(PdfString::Literal(b"a"), PdfString::Hexadecimal(b"41"));
    }

    #[test]
    fn a_value_takes_forty_octets() {
        // A hostile file may hold a million: Budget counts on it.
        assert_eq!(size_of::<Value<'_>>(), 40);
    }
}
