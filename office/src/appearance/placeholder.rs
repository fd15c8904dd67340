//! Placeholders of a template's texts, and what stands in their place.

use jiff::{Timestamp, tz::Offset};
use pades::PdfTime;
use thiserror::Error;

/// Month names as an Indonesian document prints them.
const MONTHS: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];

/// Hours east of UTC of Waktu Indonesia Barat.
const WIB_HOURS: i8 = 7;

/// Every placeholder, without its braces.
const NAMES: [&str; 6] = ["signer_name", "signer_title", "nip", "date", "time", "number"];

/// Why a text's placeholders are not understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlaceholderError {
    /// Not one that is filled.
    #[error(
        "{{{name}}} is no placeholder; there are {{signer_name}}, {{signer_title}}, {{nip}}, {{date}}, {{time}} and {{number}}"
    )]
    Unknown {
        /// What stands between the braces.
        name: String,
    },
    /// A brace alone.
    #[error("it has a brace without its other half")]
    Unpaired,
}

/// What stands in the place of the placeholders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filling {
    pub(crate) signer_name: String,
    pub(crate) signer_title: String,
    pub(crate) nip: String,
    /// `24 November 2026`.
    pub(crate) date: String,
    /// `14.05 WIB`.
    pub(crate) time: String,
    pub(crate) number: String,
}

/// Names of the placeholders in a text.
pub(crate) fn names(text: &str) -> Result<Vec<&str>, PlaceholderError> {
    pieces(text).filter_map(|piece| piece.map(|(_, name)| name).transpose()).collect()
}

impl Filling {
    /// The text with its placeholders filled.
    pub(crate) fn fill(&self, text: &str) -> Result<String, PlaceholderError> {
        let mut filled = String::with_capacity(text.len());
        for piece in pieces(text) {
            let (plain, name) = piece?;
            filled.push_str(plain);
            filled.push_str(match name {
                None => "",
                Some("signer_name") => &self.signer_name,
                Some("signer_title") => &self.signer_title,
                Some("nip") => &self.nip,
                Some("date") => &self.date,
                Some("time") => &self.time,
                Some("number") => &self.number,
                Some(other) => return Err(PlaceholderError::Unknown { name: other.to_owned() }),
            });
        }
        Ok(filled)
    }
}

/// Pieces of plain text, each with the placeholder that follows it.
fn pieces(text: &str) -> impl Iterator<Item = Result<(&str, Option<&str>), PlaceholderError>> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        let Some(brace) = text.find(['{', '}']) else { return Some(Ok((text, None))) };
        let (plain, after) = text.split_at(brace);
        let Some((name, after)) = after.strip_prefix('{').and_then(|after| after.split_once('}')) else {
            return Some(Err(PlaceholderError::Unpaired));
        };
        if !NAMES.contains(&name) {
            return Some(Err(PlaceholderError::Unknown { name: name.to_owned() }));
        }
        rest = Some(after);
        Some(Ok((plain, Some(name))))
    })
}

/// Date and time of day in Waktu Indonesia Barat, as an Indonesian document prints them.
pub(crate) fn date_and_time(unix_seconds: u64) -> (String, String) {
    let Some(time) = i64::try_from(unix_seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok()) else {
        // `PdfTime` ends with the year 9999, and so does this.
        return (String::new(), String::new());
    };
    let local = Offset::constant(WIB_HOURS).to_datetime(time);
    let month = usize::try_from(local.month()).ok().and_then(|month| MONTHS.get(month.wrapping_sub(1)));
    (
        format!("{} {} {}", local.day(), month.copied().unwrap_or_default(), local.year()),
        format!("{:02}.{:02} WIB", local.hour(), local.minute()),
    )
}

/// The moment of a signature as its page prints it.
pub(crate) fn printed(time: PdfTime) -> (String, String) {
    date_and_time(time.unix_seconds())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filling() -> Filling {
        Filling {
            signer_name: "NAMA CONTOH".into(),
            signer_title: "Kepala Dinas".into(),
            nip: "00000000 000000 0 000".into(),
            date: "24 November 2026".into(),
            time: "14.05 WIB".into(),
            number: "470/1/{date}".into(),
        }
    }

    #[test]
    fn each_placeholder_is_filled_once_and_what_fills_it_is_not_read_again() {
        assert_eq!(filling().fill("NIP {nip}").as_deref(), Ok("NIP 00000000 000000 0 000"));
        assert_eq!(filling().fill("{signer_title}\n{signer_name}").as_deref(), Ok("Kepala Dinas\nNAMA CONTOH"));
        assert_eq!(
            filling().fill("{date}, {time}: {number}").as_deref(),
            Ok("24 November 2026, 14.05 WIB: 470/1/{date}")
        );
        assert_eq!(filling().fill("plain").as_deref(), Ok("plain"));
    }

    #[test]
    fn a_placeholder_that_is_misspelt_is_named() {
        assert_eq!(names("a {nama} b"), Err(PlaceholderError::Unknown { name: "nama".into() }));
        for text in ["{nip", "nip}", "{{nip}}", "a } b {nip}"] {
            assert!(names(text).is_err(), "{text}");
        }
        assert_eq!(names("{nip} {date}"), Ok(vec!["nip", "date"]));
    }

    #[test]
    fn the_date_is_that_of_western_indonesia_and_not_of_greenwich() {
        // 2026-12-31T17:30:00Z is half past midnight of New Year's Day in Bekasi.
        assert_eq!(date_and_time(1_798_738_200), ("1 Januari 2027".into(), "00.30 WIB".into()));
        assert_eq!(date_and_time(1_790_000_000), ("21 September 2026".into(), "21.13 WIB".into()));
    }
}
