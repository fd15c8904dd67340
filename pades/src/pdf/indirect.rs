//! [`Indirect`] objects (ISO 32000-2, 7.3.10) and the data of streams (7.3.8), read at a known offset.

use std::ops::Range;

use super::budget::Budget;
use super::lexer::{Lexer, Token, is_white_space};
use super::object::{Object, Ref, Value};
use super::parser::Parser;
use crate::error::Expected;
use crate::{Limits, PdfError};

/// An indirect object as it stands in the file or in an object stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Indirect<'a> {
    /// Its number and generation.
    pub reference: Ref,
    /// The object; for a stream its dictionary.
    pub value: Value<'a>,
    /// The encoded data, when it is a stream: offsets in the file.
    pub data: Option<Range<usize>>,
    /// All its octets, from the object number to `endobj`; in an object stream those of the value.
    pub span: Range<usize>,
    /// What the offsets count in.
    pub source: Source,
}

/// What the offsets of an object count in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The file itself.
    File,
    /// The decoded data of the object stream with this number.
    ObjectStream(u32),
}

/// What a table of limits and the budget that it made allow to one reader.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meter<'m> {
    pub(crate) limits: &'m Limits,
    pub(crate) budget: &'m Budget,
}

/// Objects made while one is parsed, in octets of work: what one of them takes in memory.
const WORK_PER_VALUE: usize = 48;

impl<'m> Meter<'m> {
    /// Charges what a lexer looked at since it stood at `start`.
    pub(crate) fn charge_since(&self, lexer: &Lexer<'_>, start: usize) -> Result<(), PdfError> {
        self.budget.charge(lexer.position().saturating_sub(start))
    }

    /// Reads one direct object and charges what it took, whether it is whole or not.
    pub(crate) fn value<'a>(&self, lexer: &mut Lexer<'a>) -> Result<Value<'a>, PdfError> {
        let start = lexer.position();
        let mut parser: Parser<'a, 'm> = Parser::new(lexer.clone(), self.limits);
        let value = parser.value();
        *lexer = parser.lexer().clone();
        self.charge_since(lexer, start)?;
        self.budget.charge(parser.values().saturating_mul(WORK_PER_VALUE))?;
        value
    }

    /// Reads the indirect object at `offset` of `octets`. `length` finds the `/Length` of a stream when it is a
    /// reference.
    pub(crate) fn indirect<'a>(
        &self,
        octets: &'a [u8],
        offset: usize,
        length: impl FnOnce(Ref) -> Result<usize, PdfError>,
    ) -> Result<Indirect<'a>, PdfError> {
        let mut lexer = Lexer::new(octets, offset);
        // Some writers count from the end-of-line before the object. That is off, but it names no other object.
        lexer.skip_blanks();
        let start = lexer.position();
        let reference = header(&mut lexer);
        self.charge_since(&lexer, offset)?;
        let (reference, value) = (reference?, self.value(&mut lexer)?);
        let data = match self.next_token(&mut lexer)? {
            (Token::Keyword(b"endobj"), _) => None,
            (Token::Keyword(b"stream"), _) => {
                let data = self.stream_data(octets, &mut lexer, &value, length)?;
                match self.next_token(&mut lexer)? {
                    (Token::Keyword(b"endobj"), _) => Some(data),
                    (_, span) => return Err(PdfError::Syntax { offset: span.start, expected: Expected::EndObject }),
                }
            }
            (_, span) => return Err(PdfError::Syntax { offset: span.start, expected: Expected::EndObject }),
        };
        Ok(Indirect { reference, value, data, span: start..lexer.position(), source: Source::File })
    }

    /// The next token, charged for.
    fn next_token<'a>(&self, lexer: &mut Lexer<'a>) -> Result<(Token<'a>, Range<usize>), PdfError> {
        let start = lexer.position();
        let token = lexer.next_token();
        self.charge_since(lexer, start)?;
        token
    }

    /// The span of a stream's data; the lexer stands after `stream` and is left after `endstream`.
    fn stream_data(
        &self,
        octets: &[u8],
        lexer: &mut Lexer<'_>,
        value: &Value<'_>,
        length: impl FnOnce(Ref) -> Result<usize, PdfError>,
    ) -> Result<Range<usize>, PdfError> {
        let offset = lexer.position();
        // 7.3.8.1: CR LF or LF, not CR alone, or nobody could tell whether a LF belongs to the data.
        match lexer.rest() {
            [b'\n', ..] => lexer.skip(1),
            [b'\r', b'\n', ..] => lexer.skip(2),
            _ => return Err(PdfError::Syntax { offset, expected: Expected::EndOfLineAfterStream }),
        }
        let start = lexer.position();
        let entry = value.as_dictionary()?.require("Length")?;
        let length = match entry.object {
            Object::Reference(reference) => length(reference)?,
            _ => entry.as_size()?,
        };
        let end = start.saturating_add(length);
        if end > octets.len() {
            return Err(PdfError::StreamLength { offset: start });
        }
        lexer.skip(length);
        let blanks = lexer.rest().iter().take(MAX_BLANKS).take_while(|octet| is_white_space(**octet)).count();
        lexer.skip(blanks);
        if !lexer.rest().starts_with(b"endstream") {
            return Err(PdfError::StreamLength { offset: start });
        }
        lexer.skip(b"endstream".len());
        Ok(start..end)
    }
}

/// White space between a stream's data and `endstream`: an end-of-line, for which some writers give two (7.3.8.1).
const MAX_BLANKS: usize = 4;

/// `12 0 obj`, from its very first octet on.
fn header(lexer: &mut Lexer<'_>) -> Result<Ref, PdfError> {
    let offset = lexer.position();
    let fault = PdfError::Syntax { offset, expected: Expected::IndirectObject };
    if !lexer.rest().first().is_some_and(u8::is_ascii_digit) {
        return Err(fault);
    }
    let mut integer = || match lexer.next_token() {
        Ok((Token::Integer(integer), _)) => Some(integer),
        _ => None,
    };
    let number = integer().and_then(|number| u32::try_from(number).ok());
    let generation = integer().and_then(|generation| u16::try_from(generation).ok());
    match (number, generation, lexer.next_token()) {
        (Some(number), Some(generation), Ok((Token::Keyword(b"obj"), _))) => Ok(Ref { number, generation }),
        _ => Err(fault),
    }
}
