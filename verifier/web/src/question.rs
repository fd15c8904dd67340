//! The question of a host and its answer.
//!
//! ```text
//! question = part*
//! part     = kind (1 octet) length (4 octets, least significant first) octets
//!
//! kind 'a'  trust anchors, PEM or DER; any number of times
//!      's'  trust anchors for time-stamps; any number of times; default: those of 'a'
//!      'c'  revocation lists, PEM or DER; any number of times
//!      't'  the moment of validation, RFC 3339; once
//!      'l'  language of the sentences, `id` or `en`; default `id`
//!      'n'  the file's name, for the report; default `-`
//!      'p'  the PDF; once
//! ```
//!
//! The answer is a line of JSON: the report, or `{"error":"..."}` when the question cannot be asked. A damaged anchor or
//! list is such an error, as it is for `teken-verify`: half a trust store is none.

use std::fmt;

use pades::Limits;
use verifier::{
    Language, MaterialError, Policy, Report, TrustAnchors, UnixTime, ValidationData, ValidationTime, Validator, to_json,
};

/// Why a question cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misasked {
    /// A part ends behind the end, or has a kind that nobody knows, or stands twice where it may stand once.
    Part {
        /// Where it begins, in octets.
        offset: usize,
    },
    /// There is no PDF.
    NoDocument,
    /// There is no moment, or none in RFC 3339.
    NoMoment,
    /// Anchors or lists that cannot be used.
    Material(MaterialError),
}

impl fmt::Display for Misasked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Part { offset } => write!(formatter, "not a part of a question at octet {offset}"),
            Self::NoDocument => formatter.write_str("no document"),
            Self::NoMoment => formatter.write_str("no moment in RFC 3339"),
            Self::Material(error) => error.fmt(formatter),
        }
    }
}

/// Answers a question with a line of JSON. Never panics for any question.
#[must_use]
pub fn answer(question: &[u8]) -> String {
    match report(question) {
        Ok(line) => line,
        // The texts of `Misasked` hold nothing that JSON would have to escape.
        Err(misasked) => format!("{{\"error\":\"{misasked}\"}}"),
    }
}

#[derive(Default)]
struct Question<'a> {
    anchors: TrustAnchors,
    time_stamp_anchors: Option<TrustAnchors>,
    data: ValidationData,
    moment: Option<UnixTime>,
    language: Option<Language>,
    name: Option<&'a str>,
    document: Option<&'a [u8]>,
}

fn report(question: &[u8]) -> Result<String, Misasked> {
    let question = Question::read(question)?;
    let document = question.document.ok_or(Misasked::NoDocument)?;
    let time = ValidationTime::new(question.moment.ok_or(Misasked::NoMoment)?);
    let policy = Policy { limits: Limits::page(), ..Policy::default() };
    let mut validator = Validator::new(question.anchors, question.data, policy);
    if let Some(anchors) = question.time_stamp_anchors {
        validator = validator.with_time_stamp_anchors(anchors);
    }
    let report: Report = validator.verify(document, time);
    Ok(to_json(question.name.unwrap_or("-"), &report, question.language.unwrap_or(Language::Indonesian)))
}

impl<'a> Question<'a> {
    fn read(octets: &'a [u8]) -> Result<Self, Misasked> {
        let mut question = Self::default();
        let mut rest = octets;
        while !rest.is_empty() {
            let misplaced = Misasked::Part { offset: octets.len() - rest.len() };
            let (kind, part, after) = part(rest).ok_or_else(|| misplaced.clone())?;
            let text = || std::str::from_utf8(part).map_err(|_| misplaced.clone());
            match kind {
                b'a' => question.anchors.add_file(part).map_err(Misasked::Material)?,
                b's' => {
                    let anchors = question.time_stamp_anchors.get_or_insert_with(TrustAnchors::none);
                    anchors.add_file(part).map_err(Misasked::Material)?;
                }
                b'c' => question.data.add_crl_file(part).map_err(Misasked::Material)?,
                b't' if question.moment.is_none() => {
                    question.moment = Some(UnixTime::from_rfc3339(text()?).ok_or(Misasked::NoMoment)?);
                }
                b'l' if question.language.is_none() => {
                    question.language = Some(match text()? {
                        "id" => Language::Indonesian,
                        "en" => Language::English,
                        _ => return Err(misplaced),
                    });
                }
                b'n' if question.name.is_none() => question.name = Some(text()?),
                b'p' if question.document.is_none() => question.document = Some(part),
                _ => return Err(misplaced),
            }
            rest = after;
        }
        Ok(question)
    }
}

/// Kind and octets of the first part, and what follows it.
fn part(octets: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&kind, rest) = octets.split_first()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (part, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    Some((kind, part, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part_of(kind: u8, octets: &[u8]) -> Vec<u8> {
        let length = u32::try_from(octets.len()).expect("short").to_le_bytes();
        [&[kind][..], &length, octets].concat()
    }

    #[test]
    fn a_question_gets_the_line_of_teken_verify() {
        let question = [part_of(b't', b"2026-11-24"), part_of(b'n', b"a \"b\".pdf"), part_of(b'p', b"no PDF")].concat();
        let answer = answer(&question);
        assert!(answer.starts_with(r#"{"file":"a \"b\".pdf","sha256":""#), "{answer}");
        assert!(answer.contains(r#""verdict":"UNREADABLE","exitCode":6"#), "{answer}");
        assert!(answer.contains(r#""validationTime":"2026-11-24T00:00:00Z""#), "{answer}");
    }

    #[test]
    fn what_is_no_question_is_an_error_and_never_a_report() {
        let moment = part_of(b't', b"2026-11-24");
        let document = part_of(b'p', b"%PDF-1.7");
        let cases: [(Vec<u8>, &str); 9] = [
            (Vec::new(), "no document"),
            (document.clone(), "no moment in RFC 3339"),
            (part_of(b't', b"now"), "no moment in RFC 3339"),
            ([&document[..], &document[..]].concat(), "not a part of a question at octet 13"),
            ([&moment[..], &moment[..]].concat(), "not a part of a question at octet 15"),
            (part_of(b'x', b""), "not a part of a question at octet 0"),
            (vec![b'p', 9, 0, 0, 0, 1], "not a part of a question at octet 0"),
            (part_of(b'l', b"fr"), "not a part of a question at octet 0"),
            (part_of(b'a', b"-----BEGIN X-----\n-----END X-----\n"), "no CERTIFICATE in the PEM file"),
        ];
        for (question, error) in cases {
            assert_eq!(answer(&question), format!("{{\"error\":\"{error}\"}}"));
        }
    }

    #[test]
    fn a_host_writes_and_reads_where_it_is_told() {
        // What a host does through the exports, minus the writing, which only a host can do without unsafe code.
        assert!(!crate::reserve(7).is_null());
        let length = crate::verify();
        assert_eq!(length, r#"{"error":"not a part of a question at octet 0"}"#.len());
        assert!(!crate::answer().is_null());
    }
}
