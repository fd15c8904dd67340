//! Octets to [`Token`]s (ISO 32000-2, 7.2, 7.3), each with its span.
//!
//! The lexer never allocates and looks at each octet once. Numbers and strings that do not follow the grammar are
//! errors here, not guesses later.

use std::ops::Range;

use super::object::{Name, PdfString};
use super::text;
use crate::PdfError;
use crate::error::Expected;

/// The smallest pieces of the syntax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// An integer that fits 64 bits.
    Integer(i64),
    /// Any other number, as written.
    Real(&'a [u8]),
    /// A name, without its solidus.
    Name(Name<'a>),
    /// A string, without its delimiters.
    String(PdfString<'a>),
    /// `[`
    ArrayStart,
    /// `]`
    ArrayEnd,
    /// `<<`
    DictionaryStart,
    /// `>>`
    DictionaryEnd,
    /// Any other run of regular characters: `obj`, `R`, `true`.
    Keyword(&'a [u8]),
    /// The end of the octets.
    End,
}

/// Reads tokens one after the other.
#[derive(Clone, Debug)]
pub struct Lexer<'a> {
    octets: &'a [u8],
    position: usize,
}

impl<'a> Lexer<'a> {
    /// Reads `octets` from `position` on.
    #[must_use]
    pub const fn new(octets: &'a [u8], position: usize) -> Self {
        Self { octets, position }
    }

    /// Where the next octet to be looked at lies.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }

    /// What has not been read yet.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.octets.get(self.position..).unwrap_or_default()
    }

    /// Skips `count` octets.
    pub const fn skip(&mut self, count: usize) {
        self.position = self.position.saturating_add(count);
    }

    /// Skips white space only.
    pub fn skip_blanks(&mut self) {
        self.skip(self.rest().iter().take_while(|octet| is_white_space(**octet)).count());
    }

    /// Skips white space and comments (7.2.3, 7.2.4).
    pub fn skip_white_space(&mut self) {
        loop {
            self.skip_blanks();
            let Some((b'%', comment)) = self.rest().split_first() else { return };
            let length = comment.iter().position(|octet| matches!(octet, b'\r' | b'\n')).unwrap_or(comment.len());
            self.skip(length.saturating_add(1));
        }
    }

    /// The next token and its span.
    ///
    /// # Errors
    ///
    /// [`PdfError::Syntax`] when no token begins or ends as it must; the lexer then stands at the fault, so that
    /// [`Lexer::position`] tells what was looked at.
    pub fn next_token(&mut self) -> Result<(Token<'a>, Range<usize>), PdfError> {
        self.skip_white_space();
        let start = self.position;
        let rest = self.rest();
        let (token, length) = match rest {
            [] => (Token::End, 0),
            [b'/', name @ ..] => {
                let length = regular_run(name);
                (Token::Name(Name::from_raw(name.get(..length).unwrap_or_default())), length.saturating_add(1))
            }
            [b'<', b'<', ..] => (Token::DictionaryStart, 2),
            [b'>', b'>', ..] => (Token::DictionaryEnd, 2),
            [b'<', digits @ ..] => {
                let length = self.hexadecimal_run(digits)?;
                let raw = digits.get(..length).unwrap_or_default();
                (Token::String(PdfString::Hexadecimal(raw)), length.saturating_add(2))
            }
            [b'(', text @ ..] => {
                let Some(length) = literal_run(text) else {
                    return Err(self.fault(self.octets.len(), Expected::StringEnd));
                };
                let raw = text.get(..length).unwrap_or_default();
                (Token::String(PdfString::Literal(raw)), length.saturating_add(2))
            }
            [b'[', ..] => (Token::ArrayStart, 1),
            [b']', ..] => (Token::ArrayEnd, 1),
            [b')' | b'>' | b'{' | b'}', ..] => return Err(self.fault(start, Expected::Object)),
            _ => {
                let length = regular_run(rest);
                let word = rest.get(..length).unwrap_or_default();
                (number(word).unwrap_or(Token::Keyword(word)), length)
            }
        };
        self.skip(length);
        Ok((token, start..self.position))
    }

    /// The length of a hexadecimal string up to its `>`; what is neither a digit nor white space is a fault.
    fn hexadecimal_run(&mut self, digits: &[u8]) -> Result<usize, PdfError> {
        // Whole chunks of digits first, without a branch for each octet: a /Contents has tens of thousands.
        let whole = digits.as_chunks::<64>().0.iter().take_while(|chunk| text::all_digits(*chunk)).count();
        let skipped = whole.saturating_mul(64);
        let rest = digits.get(skipped..).unwrap_or_default();
        let stop = rest.iter().position(|octet| !octet.is_ascii_hexdigit() && !is_white_space(*octet));
        let length = skipped.saturating_add(stop.unwrap_or(rest.len()));
        let offset = self.position.saturating_add(1).saturating_add(length);
        match stop.and_then(|stop| rest.get(stop)) {
            Some(b'>') => Ok(length),
            Some(_) => Err(self.fault(offset, Expected::HexDigit)),
            None => Err(self.fault(offset, Expected::StringEnd)),
        }
    }

    const fn fault(&mut self, offset: usize, expected: Expected) -> PdfError {
        self.position = offset;
        PdfError::Syntax { offset, expected }
    }
}

/// The six white-space characters (7.2.3, table 1).
pub(crate) const fn is_white_space(octet: u8) -> bool {
    matches!(octet, 0 | 9 | 10 | 12 | 13 | 32)
}

/// The delimiters (7.2.3, table 2).
const fn is_delimiter(octet: u8) -> bool {
    matches!(octet, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

/// How many regular characters (7.2.3) there are before the first other one.
fn regular_run(octets: &[u8]) -> usize {
    octets.iter().position(|octet| is_white_space(*octet) || is_delimiter(*octet)).unwrap_or(octets.len())
}

/// The length of a literal string up to the parenthesis that balances the one before it (7.3.4.2).
fn literal_run(text: &[u8]) -> Option<usize> {
    let mut open: usize = 1;
    let mut octets = text.iter().enumerate();
    while let Some((index, octet)) = octets.next() {
        match octet {
            b'\\' => {
                octets.next();
            }
            b'(' => open = open.saturating_add(1),
            b')' => {
                open = open.saturating_sub(1);
                if open == 0 {
                    return Some(index);
                }
            }
            _ => {}
        }
    }
    None
}

/// A number (7.3.3): an optional sign, digits, at most one point, at least one digit.
fn number(word: &[u8]) -> Option<Token<'_>> {
    let (negative, unsigned) = match word {
        [b'+', unsigned @ ..] => (false, unsigned),
        [b'-', unsigned @ ..] => (true, unsigned),
        unsigned => (false, unsigned),
    };
    let mut value = Some(0_i64);
    let (mut digits, mut points) = (0_usize, 0_usize);
    for octet in unsigned {
        match octet {
            b'0'..=b'9' => {
                digits = digits.saturating_add(1);
                let digit = i64::from(octet & 0xF);
                value = value
                    .and_then(|value| value.checked_mul(10))
                    .and_then(|value| if negative { value.checked_sub(digit) } else { value.checked_add(digit) });
            }
            b'.' => points = points.saturating_add(1),
            _ => return None,
        }
    }
    match (digits, points, value) {
        (0, ..) | (_, 2.., _) => None,
        (_, 0, Some(value)) => Some(Token::Integer(value)),
        // An integer over 64 bits is a number all the same, but never a length, an offset or an object number.
        _ => Some(Token::Real(word)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tokens up to the end or the first fault.
    fn tokens(octets: &[u8]) -> Vec<Result<Token<'_>, PdfError>> {
        let mut lexer = Lexer::new(octets, 0);
        let mut found = Vec::new();
        loop {
            match lexer.next_token() {
                Ok((Token::End, _)) => return found,
                Ok((token, _)) => found.push(Ok(token)),
                Err(fault) => {
                    found.push(Err(fault));
                    return found;
                }
            }
        }
    }

    fn one(octets: &[u8]) -> Result<Token<'_>, PdfError> {
        let found = tokens(octets);
        assert_eq!(found.len(), 1, "{}", octets.escape_ascii());
        found.into_iter().next().expect("there is one")
    }

    #[test]
    fn integers_have_a_sign_and_fit_64_bits() {
        for (written, value) in [
            ("0", 0),
            ("+17", 17),
            ("-98", -98),
            ("007", 7),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(one(written.as_bytes()), Ok(Token::Integer(value)));
        }
    }

    #[test]
    fn other_numbers_are_kept_as_written() {
        for written in ["34.5", "-.002", "4.", "+123.6", "9223372036854775808", "-9223372036854775809"] {
            assert_eq!(one(written.as_bytes()), Ok(Token::Real(written.as_bytes())));
        }
    }

    #[test]
    fn what_is_almost_a_number_is_a_keyword() {
        for written in ["+", "-", ".", "--1", "1-2", "1.2.3", "6.02E23", "16#FF", "1a", "obj", "R"] {
            assert_eq!(one(written.as_bytes()), Ok(Token::Keyword(written.as_bytes())));
        }
    }

    #[test]
    fn names_end_at_white_space_and_delimiters() {
        let name = |raw| Ok(Token::Name(Name::from_raw(raw)));
        assert_eq!(
            tokens(b"/A/B[/C (x)/D%c\n/"),
            [
                name(b"A"),
                name(b"B"),
                Ok(Token::ArrayStart),
                name(b"C"),
                Ok(Token::String(PdfString::Literal(b"x"))),
                name(b"D"),
                name(b""),
            ]
        );
    }

    #[test]
    fn parentheses_balance_unless_escaped() {
        assert_eq!(one(b"(a(b)c)"), Ok(Token::String(PdfString::Literal(b"a(b)c"))));
        assert_eq!(one(br"(a\)b\\)"), Ok(Token::String(PdfString::Literal(br"a\)b\\"))));
        assert_eq!(one(b"(%no comment\n)"), Ok(Token::String(PdfString::Literal(b"%no comment\n"))));
        let unfinished = Err(PdfError::Syntax { offset: 6, expected: Expected::StringEnd });
        assert_eq!(one(b"(a(b)c"), unfinished);
        assert_eq!(one(br"(abc\)"), unfinished);
    }

    #[test]
    fn hexadecimal_strings_hold_digits_and_white_space_only() {
        assert_eq!(one(b"<90 1f\nA3>"), Ok(Token::String(PdfString::Hexadecimal(b"90 1f\nA3"))));
        let fault = |offset, expected| Err(PdfError::Syntax { offset, expected });
        assert_eq!(one(b"<41/M>"), fault(3, Expected::HexDigit));
        assert_eq!(one(b"<41"), fault(3, Expected::StringEnd));
        // Around the size of the chunks that are looked at at once.
        for length in [63, 64, 65, 127, 128, 129] {
            let digits = "a".repeat(length);
            let whole = format!("<{digits}>");
            assert_eq!(one(whole.as_bytes()), Ok(Token::String(PdfString::Hexadecimal(digits.as_bytes()))));
            assert_eq!(one(&whole.as_bytes()[..=length]), fault(length + 1, Expected::StringEnd));
            assert_eq!(one(format!("<{digits}g>").as_bytes()), fault(length + 1, Expected::HexDigit));
            let blank = format!("<{digits} {digits}>");
            assert!(matches!(one(blank.as_bytes()), Ok(Token::String(_))));
        }
    }

    #[test]
    fn comments_end_with_their_line() {
        assert_eq!(tokens(b"1%2\r3%4\n5%6"), [1, 3, 5].map(|value| Ok(Token::Integer(value))));
        assert_eq!(tokens(b"%%EOF"), []);
    }

    #[test]
    fn after_a_fault_the_lexer_stands_where_it_looked() {
        let mut lexer = Lexer::new(b"(never closed", 0);
        lexer.next_token().expect_err("it has no end");
        assert_eq!(lexer.position(), 13);
    }
}
