//! What can be said about a seal, each with its code, its weight and its sentences.

use evidence::seal::{Days, KeyHint, SealError};
use pades::SealFault;

use super::checks::SealRead;
use super::report::SealCheck;
use crate::clock::UnixTime;
use crate::findings::{Finding, Language, Severity};
use crate::outcome::Outcome;
use crate::published::{StatusProblem, TrustListInForce};
use crate::report::{Conclusion, Indication, SubIndication};

/// One thing that was found about a seal.
#[derive(Clone, Debug, PartialEq)]
pub enum SealProblem {
    /// The text is not the text of a seal.
    Malformed(SealError),
    /// The signature does not verify: text and signature do not belong together, or the address is not the sealed one.
    SignatureWrong,
    /// The trust list has no seal key with this hint.
    KeyUnknown {
        /// The hint in the seal.
        hint: KeyHint,
    },
    /// The key was not in use on the day of issue.
    KeyNotInUse {
        /// The day of issue.
        day: Days,
        /// First moment of use.
        from: UnixTime,
        /// Last moment of use.
        to: UnixTime,
    },
    /// Somebody else has, or may have, the key.
    KeyCompromised {
        /// Since when.
        since: UnixTime,
    },
    /// The address before the digits is none of the agency's.
    PrefixUnknown {
        /// The address.
        prefix: String,
    },
    /// The day of issue has not come.
    IssuedInFuture {
        /// The day.
        day: Days,
    },
    /// The last day on which the letter holds is over.
    LetterEnded {
        /// The day.
        day: Days,
    },
    /// The number on the paper agrees with the seal.
    NumberAgrees,
    /// The number on the paper is not the one that was sealed.
    NumberDiffers,
    /// The seal has nothing to compare the number with.
    NumberNotSealed,
    /// A QR code was read that is no seal.
    OtherCode {
        /// Its text.
        text: String,
    },
    /// No QR code was found.
    NoCode,
    /// A picture, or something in a page, was not searched.
    NotSearched {
        /// What, and why, in English.
        what: String,
        /// How many more were not.
        more: usize,
    },
    /// The file is neither a picture, nor a PDF, nor a text.
    NotReadable {
        /// Why, in English.
        why: String,
    },
    /// The PDF carries neither seal nor QR code.
    NoSealInFile,
    /// What stands in the signature dictionary is not taken for a seal.
    EntryFaulty(SealFault),
    /// The seal in the signature dictionary is not the one that the signing service stated.
    NotTheStated,
    /// The signature dictionary has a seal of which the signing service stated nothing.
    NotStated,
    /// The signing service stated a seal, and the signature dictionary does not have it.
    StatedAndAbsent,
}

impl SealProblem {
    /// Why nobody can be asked for a document's status: it is not known which document, or whom to ask.
    pub(super) fn no_document(
        form: &Outcome<SealRead, SealCheck>,
        trust: &Outcome<TrustListInForce<'_>, SealCheck>,
    ) -> StatusProblem {
        match (form.proof(), trust.finding()) {
            (Some(_), Some(Finding::TrustList(problem))) => StatusProblem::TrustList(problem.clone()),
            _ => StatusProblem::NoIndex,
        }
    }

    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "SEAL_MALFORMED",
            Self::SignatureWrong => "SEAL_SIGNATURE_WRONG",
            Self::KeyUnknown { .. } => "SEAL_KEY_UNKNOWN",
            Self::KeyNotInUse { .. } => "SEAL_KEY_NOT_IN_USE",
            Self::KeyCompromised { .. } => "SEAL_KEY_COMPROMISED",
            Self::PrefixUnknown { .. } => "SEAL_PREFIX_UNKNOWN",
            Self::IssuedInFuture { .. } => "SEAL_ISSUED_IN_FUTURE",
            Self::LetterEnded { .. } => "SEAL_LETTER_ENDED",
            Self::NumberAgrees => "SEAL_NUMBER_AGREES",
            Self::NumberDiffers => "SEAL_NUMBER_DIFFERS",
            Self::NumberNotSealed => "SEAL_NUMBER_NOT_SEALED",
            Self::OtherCode { .. } => "QR_CODE_IS_NO_SEAL",
            Self::NoCode => "NO_QR_CODE",
            Self::NotSearched { .. } => "PICTURE_NOT_SEARCHED",
            Self::NotReadable { .. } => "SEAL_FILE_UNREADABLE",
            Self::NoSealInFile => "NO_SEAL",
            Self::EntryFaulty(_) => "SEAL_ENTRY_FAULTY",
            Self::NotTheStated => "SEAL_NOT_THE_STATED",
            Self::NotStated => "SEAL_NOT_STATED",
            Self::StatedAndAbsent => "SEAL_STATED_AND_ABSENT",
        }
    }

    pub(crate) fn conclusion(&self) -> Option<Conclusion> {
        use SubIndication as Sub;
        let conclude = |indication, sub| Some(Conclusion { indication, sub_indication: Some(sub) });
        let failed = |sub| conclude(Indication::TotalFailed, sub);
        let undecided = |sub| conclude(Indication::Indeterminate, sub);
        match self {
            Self::Malformed(_) | Self::PrefixUnknown { .. } => failed(Sub::FormatFailure),
            Self::SignatureWrong | Self::KeyUnknown { .. } => failed(Sub::SigCryptoFailure),
            Self::NumberDiffers => failed(Sub::HashFailure),
            Self::KeyNotInUse { .. } | Self::IssuedInFuture { .. } => undecided(Sub::OutOfBoundsNoPoe),
            Self::KeyCompromised { .. } => undecided(Sub::RevokedNoPoe),
            // A comparison that was asked for and not done.
            Self::NumberNotSealed => undecided(Sub::Generic),
            Self::EntryFaulty(_) | Self::NotTheStated => undecided(Sub::SigConstraintsFailure),
            Self::LetterEnded { .. }
            | Self::NumberAgrees
            | Self::OtherCode { .. }
            | Self::NoCode
            | Self::NotSearched { .. }
            | Self::NotReadable { .. }
            | Self::NoSealInFile
            | Self::NotStated
            | Self::StatedAndAbsent => None,
        }
    }

    /// Where it has no conclusion.
    pub(crate) fn severity(&self) -> Severity {
        match self {
            Self::NumberAgrees | Self::StatedAndAbsent => Severity::Info,
            Self::NotReadable { .. } | Self::NoCode => Severity::Error,
            _ => Severity::Warning,
        }
    }

    pub(crate) fn detail(&self) -> Option<String> {
        match self {
            Self::Malformed(error) => Some(error.to_string()),
            Self::EntryFaulty(fault) => Some(fault.to_string()),
            Self::NotSearched { what: why, .. } | Self::NotReadable { why } => Some(why.clone()),
            _ => None,
        }
    }

    pub(crate) fn text(&self, language: Language) -> String {
        match language {
            Language::Indonesian => self.indonesian(),
            Language::English => self.english(),
        }
    }

    fn indonesian(&self) -> String {
        match self {
            Self::Malformed(_) => {
                "Teks ini bukan segel yang utuh: ada yang diubah, hilang, atau ditambahkan, atau ini bukan segel.".into()
            }
            Self::SignatureWrong => "Tanda tangan segel tidak cocok: isi atau alamatnya bukan yang disegel dinas.".into(),
            Self::KeyUnknown { hint } => {
                format!("Segel dibuat dengan kunci ({hint}) yang bukan kunci segel dinas menurut daftar kepercayaan.")
            }
            Self::KeyNotInUse { day, from, to } => format!(
                "Tanggal terbit {day} di luar masa pakai kunci segel ({} sampai {}).",
                from.in_jakarta(),
                to.in_jakarta()
            ),
            Self::KeyCompromised { since } => format!(
                "Kunci segel ini bocor ({}), sehingga orang lain juga dapat membuat segel dengannya: tanyakan kepada dinas.",
                since.in_jakarta()
            ),
            Self::PrefixUnknown { prefix } => {
                format!("Alamat \"{prefix}\" bukan alamat segel dinas menurut daftar kepercayaan.")
            }
            Self::IssuedInFuture { day } => {
                format!("Tanggal terbit {day} belum tiba pada saat pemeriksaan: periksa jam, atau tanyakan kepada dinas.")
            }
            Self::LetterEnded { day } => format!("Surat ini hanya berlaku sampai {day}."),
            Self::NumberAgrees => {
                "Nomor yang diberikan cocok dengan segel (nomor lain cocok paling banyak satu kali dari 1.024).".into()
            }
            Self::NumberDiffers => "Nomor yang diberikan BUKAN nomor yang disegel.".into(),
            Self::NumberNotSealed => "Segel tidak memuat apa pun untuk membandingkan nomor yang diberikan.".into(),
            Self::OtherCode { text } => format!("Ada kode QR lain yang bukan segel: \"{text}\"."),
            Self::NoCode => {
                "Tidak ada kode QR yang terbaca. Potret lagi dari dekat, tegak lurus, terang, dan tidak buram.".into()
            }
            Self::NotSearched { more: 0, .. } => "Satu gambar tidak dapat dicari: segel di situ tidak akan terlihat.".into(),
            Self::NotSearched { more, .. } => {
                format!("{} gambar tidak dapat dicari: segel di situ tidak akan terlihat.", more.saturating_add(1))
            }
            Self::NotReadable { .. } => "Berkas ini bukan gambar PNG atau JPEG, PDF, atau teks segel yang dapat dibaca.".into(),
            Self::NoSealInFile => "Tidak ada segel: bukan di tanda tangannya, dan bukan di gambar pada halamannya.".into(),
            Self::EntryFaulty(_) => {
                "Tanda tangan memuat segel dalam bentuk yang tidak diterima: tidak tercakup, terlalu panjang, atau bukan teks.".into()
            }
            Self::NotTheStated => {
                "Segel di dalam tanda tangan bukan segel yang dinyatakan layanan: dokumen dan segelnya tidak sepadan.".into()
            }
            Self::NotStated => "Tanda tangan memuat segel yang tidak dinyatakan oleh layanan penandatanganan.".into(),
            Self::StatedAndAbsent => "Layanan menyatakan sebuah segel, tetapi berkas tidak memuat teksnya.".into(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Malformed(_) => {
                "This text is not a whole seal: something was changed, lost or added, or it is no seal.".into()
            }
            Self::SignatureWrong => {
                "The seal's signature does not fit: its content or its address is not what the agency sealed.".into()
            }
            Self::KeyUnknown { hint } => {
                format!("The seal was made with a key ({hint}) that is no seal key of the agency, by its trust list.")
            }
            Self::KeyNotInUse { day, from, to } => format!(
                "The issue date {day} lies outside the time in which the seal key was used ({} to {}).",
                from.in_jakarta(),
                to.in_jakarta()
            ),
            Self::KeyCompromised { since } => format!(
                "This seal key leaked ({}), so that others can make seals with it too: ask the agency.",
                since.in_jakarta()
            ),
            Self::PrefixUnknown { prefix } => {
                format!("The address \"{prefix}\" is no address of the agency's seals, by its trust list.")
            }
            Self::IssuedInFuture { day } => {
                format!("The issue date {day} has not come at the moment of validation: check the clock, or ask the agency.")
            }
            Self::LetterEnded { day } => format!("This letter held only until {day}."),
            Self::NumberAgrees => {
                "The number that was given agrees with the seal (another one agrees once in 1,024 at most).".into()
            }
            Self::NumberDiffers => "The number that was given is NOT the one that was sealed.".into(),
            Self::NumberNotSealed => "The seal has nothing to compare the given number with.".into(),
            Self::OtherCode { text } => format!("There is another QR code, which is no seal: \"{text}\"."),
            Self::NoCode => {
                "No QR code was read. Take the picture again: close, straight from above, bright and sharp.".into()
            }
            Self::NotSearched { more: 0, .. } => "One picture could not be searched: a seal there would not be seen.".into(),
            Self::NotSearched { more, .. } => {
                format!("{} pictures could not be searched: a seal there would not be seen.", more.saturating_add(1))
            }
            Self::NotReadable { .. } => "The file is no PNG or JPEG picture, PDF or text of a seal that can be read.".into(),
            Self::NoSealInFile => "There is no seal, neither in a signature nor in the pictures on its pages.".into(),
            Self::EntryFaulty(_) => {
                "The signature carries a seal in a form that is not accepted: not covered, too long, or no text.".into()
            }
            Self::NotTheStated => {
                "The seal in the signature is not the one that the signing service stated: document and seal do not belong together.".into()
            }
            Self::NotStated => "The signature carries a seal that the signing service did not state.".into(),
            Self::StatedAndAbsent => "The signing service stated a seal, but the file does not carry its text.".into(),
        }
    }
}
