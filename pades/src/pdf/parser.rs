//! [`Token`]s to [`Value`]s (ISO 32000-2, 7.3), within the limits of nesting and number.

use super::lexer::{Lexer, Token};
use super::object::{Dictionary, Object, Ref, Value};
use crate::error::Expected;
use crate::{Limits, PdfError};

/// Reads one object after the other.
#[derive(Clone, Debug)]
pub struct Parser<'a, 'l> {
    lexer: Lexer<'a>,
    limits: &'l Limits,
    values: usize,
}

impl<'a, 'l> Parser<'a, 'l> {
    /// Reads what `lexer` stands before.
    #[must_use]
    pub const fn new(lexer: Lexer<'a>, limits: &'l Limits) -> Self {
        Self { lexer, limits, values: 0 }
    }

    /// The lexer, which stands after the last object read.
    pub const fn lexer(&mut self) -> &mut Lexer<'a> {
        &mut self.lexer
    }

    /// How many objects were read so far, nested ones too.
    #[must_use]
    pub const fn values(&self) -> usize {
        self.values
    }

    /// The next object, direct or a reference.
    ///
    /// # Errors
    ///
    /// [`PdfError::Syntax`] when there is none, [`PdfError::NestingTooDeep`] and [`PdfError::TooManyObjects`] when
    /// there is too much of it.
    pub fn value(&mut self) -> Result<Value<'a>, PdfError> {
        let first = self.lexer.next_token()?;
        self.value_from(first, 0)
    }

    fn value_from(
        &mut self,
        (token, span): (Token<'a>, std::ops::Range<usize>),
        depth: usize,
    ) -> Result<Value<'a>, PdfError> {
        self.values = self.values.saturating_add(1);
        if self.values > self.limits.objects {
            return Err(PdfError::TooManyObjects { limit: self.limits.objects });
        }
        let start = span.start;
        let object = match token {
            Token::Integer(number) => {
                if let Some((reference, after)) = self.reference(number) {
                    self.lexer = after;
                    return Ok(Value::new(Object::Reference(reference), start..self.lexer.position()));
                }
                Object::Integer(number)
            }
            Token::Real(number) => Object::Real(number),
            Token::Name(name) => Object::Name(name),
            Token::String(string) => Object::String(string),
            Token::ArrayStart => self.array(start, depth.saturating_add(1))?,
            Token::DictionaryStart => self.dictionary(start, depth.saturating_add(1))?,
            Token::Keyword(b"null") => Object::Null,
            Token::Keyword(b"true") => Object::Boolean(true),
            Token::Keyword(b"false") => Object::Boolean(false),
            Token::ArrayEnd | Token::DictionaryEnd | Token::Keyword(_) | Token::End => {
                return Err(PdfError::Syntax { offset: start, expected: Expected::Object });
            }
        };
        // A compound object ends where the lexer stands now.
        Ok(Value::new(object, start..self.lexer.position().max(span.end)))
    }

    fn array(&mut self, start: usize, depth: usize) -> Result<Object<'a>, PdfError> {
        self.check_depth(start, depth)?;
        let mut elements = Vec::new();
        loop {
            match self.lexer.next_token()? {
                (Token::ArrayEnd, _) => return Ok(Object::Array(elements)),
                token => elements.push(self.value_from(token, depth)?),
            }
        }
    }

    fn dictionary(&mut self, start: usize, depth: usize) -> Result<Object<'a>, PdfError> {
        self.check_depth(start, depth)?;
        let mut entries = Vec::new();
        loop {
            match self.lexer.next_token()? {
                (Token::DictionaryEnd, _) => return Ok(Object::Dictionary(Dictionary::new(entries, start))),
                (Token::Name(key), _) => {
                    let token = self.lexer.next_token()?;
                    entries.push((key, self.value_from(token, depth)?));
                }
                (_, span) => {
                    return Err(PdfError::Syntax { offset: span.start, expected: Expected::KeyOrDictionaryEnd });
                }
            }
        }
    }

    /// Whether the integer just read begins `12 0 R`, and where the lexer stands after it.
    fn reference(&self, number: i64) -> Option<(Ref, Lexer<'a>)> {
        let number = u32::try_from(number).ok()?;
        let mut ahead = self.lexer.clone();
        ahead.skip_white_space();
        if !ahead.rest().first()?.is_ascii_digit() {
            return None;
        }
        let (Token::Integer(generation), _) = ahead.next_token().ok()? else { return None };
        let generation = u16::try_from(generation).ok()?;
        ahead.skip_white_space();
        if *ahead.rest().first()? != b'R' {
            return None;
        }
        let (Token::Keyword(b"R"), _) = ahead.next_token().ok()? else { return None };
        Some((Ref { number, generation }, ahead))
    }

    fn check_depth(&self, offset: usize, depth: usize) -> Result<(), PdfError> {
        if depth > self.limits.nesting {
            return Err(PdfError::NestingTooDeep { offset, limit: self.limits.nesting });
        }
        Ok(())
    }
}
