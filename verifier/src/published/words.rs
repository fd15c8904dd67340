//! What became of a document, in words.

use evidence::status::StatusValue;

use super::{DocumentStatus, StatusRead};
use crate::findings::Language;

/// What a person must see first, where the status takes something from the verdict.
pub(crate) fn headline(status: &DocumentStatus, language: Language) -> Option<String> {
    let is_good = matches!(status, DocumentStatus::Checked(StatusRead { value: StatusValue::Valid, .. }));
    (!is_good).then(|| words(status, language))
}

/// The line about the status: value, moment, age.
pub(crate) fn sentence(status: &DocumentStatus, language: Language) -> String {
    match status {
        DocumentStatus::Checked(read) if !read.is_fresh => {
            format!("{} ({})", words(status, language), age(read.age, language))
        }
        DocumentStatus::Checked(_) => words(status, language),
        DocumentStatus::NotChecked(problem) => format!("{}: {}", words(status, language), problem.text(language)),
    }
}

fn words(status: &DocumentStatus, language: Language) -> String {
    let DocumentStatus::Checked(StatusRead { value, issued, .. }) = status else {
        return match language {
            Language::Indonesian => "STATUS BELUM DIPERIKSA".into(),
            Language::English => "STATUS NOT CHECKED".into(),
        };
    };
    let moment = issued.in_jakarta();
    match (language, value) {
        (Language::Indonesian, StatusValue::Valid) => format!("BERLAKU per {moment}"),
        (Language::Indonesian, StatusValue::Invalid) => {
            format!("DIBATALKAN per {moment}, atau tidak pernah diterbitkan")
        }
        (Language::Indonesian, StatusValue::Suspended) => format!("DIBLOKIR per {moment}"),
        (Language::Indonesian, StatusValue::Superseded) => format!("DIGANTI per {moment}, sudah terbit dokumen baru"),
        (Language::English, StatusValue::Valid) => format!("VALID as of {moment}"),
        (Language::English, StatusValue::Invalid) => format!("REVOKED as of {moment}, or never issued"),
        (Language::English, StatusValue::Suspended) => format!("SUSPENDED as of {moment}"),
        (Language::English, StatusValue::Superseded) => {
            format!("SUPERSEDED as of {moment}, a new document was issued")
        }
    }
}

const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

fn age(seconds: u64, language: Language) -> String {
    let (count, indonesian, english) = match seconds {
        DAY.. => (seconds / DAY, "hari", "day"),
        HOUR.. => (seconds / HOUR, "jam", "hour"),
        _ => (seconds / 60, "menit", "minute"),
    };
    match language {
        Language::Indonesian => format!("daftar berumur {count} {indonesian}"),
        Language::English if count == 1 => format!("the list is 1 {english} old"),
        Language::English => format!("the list is {count} {english}s old"),
    }
}

#[cfg(test)]
mod tests {
    use evidence::status::StatusIndex;

    use super::*;
    use crate::clock::UnixTime;
    use crate::published::StatusProblem;

    fn read(value: StatusValue, age: u64, is_fresh: bool) -> DocumentStatus {
        let index = StatusIndex::new(0, 7).expect("an index");
        let issued = UnixTime::from_seconds(1_795_478_400);
        DocumentStatus::Checked(StatusRead { index, value, uri: String::new(), issued, expires: issued, age, is_fresh })
    }

    #[test]
    fn a_status_is_told_with_its_moment_and_an_old_one_with_its_age() {
        let both = |status: &DocumentStatus| [Language::Indonesian, Language::English].map(|one| sentence(status, one));
        for (status, expected) in [
            (
                read(StatusValue::Valid, 9, true),
                ["BERLAKU per 24-11-2026 07.00 WIB", "VALID as of 24-11-2026 07.00 WIB"],
            ),
            (
                read(StatusValue::Valid, 3 * DAY + 1, false),
                [
                    "BERLAKU per 24-11-2026 07.00 WIB (daftar berumur 3 hari)",
                    "VALID as of 24-11-2026 07.00 WIB (the list is 3 days old)",
                ],
            ),
            (
                read(StatusValue::Superseded, HOUR + 1, false),
                [
                    "DIGANTI per 24-11-2026 07.00 WIB, sudah terbit dokumen baru (daftar berumur 1 jam)",
                    "SUPERSEDED as of 24-11-2026 07.00 WIB, a new document was issued (the list is 1 hour old)",
                ],
            ),
        ] {
            assert_eq!(both(&status), expected);
        }
        assert_eq!(headline(&read(StatusValue::Valid, 9, true), Language::Indonesian), None);
        assert!(headline(&read(StatusValue::Suspended, 9, true), Language::Indonesian).is_some());
        let unknown = DocumentStatus::NotChecked(StatusProblem::NoIndex);
        assert_eq!(headline(&unknown, Language::English).as_deref(), Some("STATUS NOT CHECKED"));
        assert!(sentence(&unknown, Language::Indonesian).starts_with("STATUS BELUM DIPERIKSA: Tidak ada tempat "));
    }
}
