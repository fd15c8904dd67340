//! What a seal says: the claims as they are printed, from a TOML file. The service masks them; nothing here is stored.
//!
//! ```toml
//! withhold_checks = false        # true: the seal has no check digits of NIK and rows, for people at risk
//!
//! [surat]                        # a letter: exactly one of [surat], [akta] and [kk]
//! letter_code = 470              # the agency's code of the kind of letter, 0 to 65535
//! name = "BUDI CONTOH"           # as printed
//! nik = "0000000000000001"       # 16 digits
//! valid_until = 2027-05-24       # last day
//!
//! [akta]
//! child_name = "BUDI CONTOH"
//! date_of_birth = 2026-11-01
//! sex = "L"                      # L or P
//! place_of_birth = "KOTA CONTOH"
//! birth_order = 1
//! nik = "0000000000000001"
//! father_name = "AYAH CONTOH"    # optional
//! mother_name = "IBU CONTOH"     # optional
//!
//! [kk]
//! head_name = "BUDI CONTOH"
//! kelurahan = 1001               # last four digits of its code
//! rt = 1
//! rw = 2
//! [[kk.members]]
//! name = "BUDI CONTOH"
//! nik = "0000000000000001"
//! sex = "L"
//! date_of_birth = 1990-01-01
//! relationship = "head"          # head husband wife child child-in-law grandchild parent parent-in-law other-relative other
//! ```

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use evidence::DocumentType;
use proto::teken::v1::{self, seal_claims::Claims as Wire};
use serde::Deserialize;
use thiserror::Error;
use toml::value::Datetime;

/// Largest file of claims that is read, in octets: a family of 100.
const FILE_LIMIT_BYTES: u64 = 64 * 1024;

/// The claims of one document's seal.
#[derive(Clone, PartialEq)]
pub struct Claims {
    claims: Wire,
    withhold_checks: bool,
}

/// Why claims cannot be used. It names fields and never what stands in them.
#[derive(Debug, Error)]
pub enum ClaimsError {
    /// The file cannot be read.
    #[error("cannot read the claims {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is larger than any.
    #[error("the claims {} have {size_bytes} octets; at most {limit_bytes} are read", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        size_bytes: u64,
        /// The limit.
        limit_bytes: u64,
    },
    /// Not TOML, a field is missing, unknown or of another type.
    #[error("the claims are not complete or not understood: {text}")]
    Syntax {
        /// What is wrong, without the line, which holds data of a citizen.
        text: String,
    },
    /// Not exactly one kind.
    #[error("claims are of exactly one of [surat], [akta] and [kk]; there are {found}")]
    Kind {
        /// How many there are.
        found: usize,
    },
    /// A date with a time, or a time.
    #[error("{field} is no date such as 2026-11-24")]
    Date {
        /// The field.
        field: &'static str,
    },
    /// Not 16 digits.
    #[error("{field} is not 16 digits")]
    Nik {
        /// The field.
        field: &'static str,
    },
    /// Claims of another kind of document.
    #[error("the claims are of [{claims}], the document is of type {document_type}")]
    OtherType {
        /// What the claims are.
        claims: &'static str,
        /// What the document is.
        document_type: DocumentType,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimsFile {
    #[serde(default)]
    withhold_checks: bool,
    surat: Option<SuratTable>,
    akta: Option<AktaTable>,
    kk: Option<KkTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SuratTable {
    letter_code: u16,
    name: String,
    nik: String,
    valid_until: Datetime,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AktaTable {
    child_name: String,
    date_of_birth: Datetime,
    sex: SexWord,
    place_of_birth: String,
    birth_order: u32,
    nik: String,
    #[serde(default)]
    father_name: String,
    #[serde(default)]
    mother_name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KkTable {
    head_name: String,
    kelurahan: u32,
    rt: u32,
    rw: u32,
    members: Vec<MemberTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberTable {
    name: String,
    nik: String,
    sex: SexWord,
    date_of_birth: Datetime,
    relationship: RelationshipWord,
}

#[derive(Clone, Copy, Deserialize)]
enum SexWord {
    L,
    P,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RelationshipWord {
    Head,
    Husband,
    Wife,
    Child,
    ChildInLaw,
    Grandchild,
    Parent,
    ParentInLaw,
    OtherRelative,
    Other,
}

impl Claims {
    /// Reads a file of claims.
    ///
    /// # Errors
    ///
    /// [`ClaimsError`].
    pub fn load(path: &Path) -> Result<Self, ClaimsError> {
        let unreadable = |source| ClaimsError::Unreadable { path: path.to_owned(), source };
        let size_bytes = fs::metadata(path).map_err(unreadable)?.len();
        if size_bytes > FILE_LIMIT_BYTES {
            return Err(ClaimsError::TooLarge { path: path.to_owned(), size_bytes, limit_bytes: FILE_LIMIT_BYTES });
        }
        Self::parse(&fs::read_to_string(path).map_err(unreadable)?)
    }

    /// Reads the text of a file of claims.
    ///
    /// # Errors
    ///
    /// [`ClaimsError`].
    pub fn parse(text: &str) -> Result<Self, ClaimsError> {
        let file: ClaimsFile =
            toml::from_str(text).map_err(|error| ClaimsError::Syntax { text: error.message().to_owned() })?;
        let found =
            usize::from(file.surat.is_some()) + usize::from(file.akta.is_some()) + usize::from(file.kk.is_some());
        let claims = match (file.surat, file.akta, file.kk) {
            (Some(surat), None, None) => surat.checked()?,
            (None, Some(akta), None) => akta.checked()?,
            (None, None, Some(kk)) => kk.checked()?,
            _ => return Err(ClaimsError::Kind { found }),
        };
        Ok(Self { claims, withhold_checks: file.withhold_checks })
    }

    /// Whether these are the claims of a document of this type.
    ///
    /// # Errors
    ///
    /// [`ClaimsError::OtherType`].
    pub fn check_type(&self, document_type: &DocumentType) -> Result<(), ClaimsError> {
        let (claims, own) = match &self.claims {
            Wire::Surat(_) => ("surat", DocumentType::surat()),
            Wire::Akta(_) => ("akta", DocumentType::akta()),
            Wire::Kk(_) => ("kk", DocumentType::kk()),
        };
        if own == *document_type {
            Ok(())
        } else {
            Err(ClaimsError::OtherType { claims, document_type: document_type.clone() })
        }
    }

    pub(crate) fn to_wire(&self) -> v1::SealClaims {
        v1::SealClaims { claims: Some(self.claims.clone()), withhold_checks: self.withhold_checks }
    }
}

impl fmt::Debug for Claims {
    /// Claims are a citizen's data: they are not for logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Claims(..)")
    }
}

impl SuratTable {
    fn checked(self) -> Result<Wire, ClaimsError> {
        Ok(Wire::Surat(v1::SuratClaims {
            letter_code: self.letter_code.into(),
            name: self.name,
            nik: nik("nik", self.nik)?,
            valid_until: Some(date("valid_until", &self.valid_until)?),
        }))
    }
}

impl AktaTable {
    fn checked(self) -> Result<Wire, ClaimsError> {
        Ok(Wire::Akta(v1::AktaClaims {
            child_name: self.child_name,
            date_of_birth: Some(date("date_of_birth", &self.date_of_birth)?),
            sex: sex(self.sex),
            place_of_birth: self.place_of_birth,
            birth_order: self.birth_order,
            nik: nik("nik", self.nik)?,
            father_name: self.father_name,
            mother_name: self.mother_name,
        }))
    }
}

impl KkTable {
    fn checked(self) -> Result<Wire, ClaimsError> {
        let members = self.members.into_iter().map(MemberTable::checked).collect::<Result<_, _>>()?;
        Ok(Wire::Kk(v1::KkClaims {
            head_name: self.head_name,
            kelurahan: self.kelurahan,
            rt: self.rt,
            rw: self.rw,
            members,
        }))
    }
}

impl MemberTable {
    fn checked(self) -> Result<v1::KkMember, ClaimsError> {
        use v1::FamilyRelationship as Row;
        let relationship = match self.relationship {
            RelationshipWord::Head => Row::Head,
            RelationshipWord::Husband => Row::Husband,
            RelationshipWord::Wife => Row::Wife,
            RelationshipWord::Child => Row::Child,
            RelationshipWord::ChildInLaw => Row::ChildInLaw,
            RelationshipWord::Grandchild => Row::Grandchild,
            RelationshipWord::Parent => Row::Parent,
            RelationshipWord::ParentInLaw => Row::ParentInLaw,
            RelationshipWord::OtherRelative => Row::OtherRelative,
            RelationshipWord::Other => Row::Other,
        };
        Ok(v1::KkMember {
            name: self.name,
            nik: nik("kk.members, nik", self.nik)?,
            sex: sex(self.sex),
            date_of_birth: Some(date("kk.members, date_of_birth", &self.date_of_birth)?),
            relationship: relationship.into(),
        })
    }
}

fn sex(word: SexWord) -> i32 {
    match word {
        SexWord::L => v1::Sex::Male.into(),
        SexWord::P => v1::Sex::Female.into(),
    }
}

fn nik(field: &'static str, text: String) -> Result<String, ClaimsError> {
    let digits = text.len() == 16 && text.bytes().all(|octet| octet.is_ascii_digit());
    if digits { Ok(text) } else { Err(ClaimsError::Nik { field }) }
}

fn date(field: &'static str, value: &Datetime) -> Result<v1::CalendarDate, ClaimsError> {
    match value {
        Datetime { date: Some(date), time: None, offset: None } => {
            Ok(v1::CalendarDate { year: date.year.into(), month: date.month.into(), day: date.day.into() })
        }
        _ => Err(ClaimsError::Date { field }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SURAT: &str =
        "[surat]\nletter_code = 470\nname = \"BUDI\"\nnik = \"0000000000000001\"\nvalid_until = 2027-05-24\n";

    fn refusal(text: &str) -> String {
        Claims::parse(text).expect_err("these claims must be refused").to_string()
    }

    #[test]
    fn the_claims_of_a_letter_are_read() {
        let claims = Claims::parse(SURAT).expect("complete");
        let Wire::Surat(surat) = &claims.claims else { panic!("not a letter") };
        assert_eq!((surat.letter_code, surat.nik.as_str()), (470, "0000000000000001"));
        assert_eq!(surat.valid_until, Some(v1::CalendarDate { year: 2027, month: 5, day: 24 }));
        assert!(claims.check_type(&DocumentType::surat()).is_ok());
        let error = claims.check_type(&DocumentType::kk()).expect_err("another type").to_string();
        assert_eq!(error, "the claims are of [surat], the document is of type kk");
        assert_eq!(format!("{claims:?}"), "Claims(..)");
    }

    #[test]
    fn the_rows_of_a_family_card_are_read_in_their_order() {
        let text = "[kk]\nhead_name = \"A\"\nkelurahan = 1001\nrt = 1\nrw = 2\n\
             [[kk.members]]\nname = \"A\"\nnik = \"0000000000000001\"\nsex = \"L\"\ndate_of_birth = 1990-01-01\nrelationship = \"head\"\n\
             [[kk.members]]\nname = \"B\"\nnik = \"0000000000000002\"\nsex = \"P\"\ndate_of_birth = 1991-01-01\nrelationship = \"wife\"\n";
        let Wire::Kk(kk) = Claims::parse(text).expect("complete").claims else { panic!("not a card") };
        assert_eq!(kk.members.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["A", "B"]);
        assert_eq!(kk.members.get(1).map(|row| row.relationship), Some(v1::FamilyRelationship::Wife.into()));
    }

    #[test]
    fn the_claims_of_a_birth_certificate_are_read() {
        let text = "[akta]\nchild_name = \"A\"\ndate_of_birth = 2026-11-01\nsex = \"P\"\nplace_of_birth = \"KOTA\"\nbirth_order = 1\nnik = \"0000000000000001\"\n";
        let Wire::Akta(akta) = Claims::parse(text).expect("complete").claims else { panic!("not an akta") };
        assert_eq!((akta.sex, akta.father_name.as_str()), (v1::Sex::Female.into(), ""));
    }

    #[test]
    fn what_is_wrong_is_named_without_the_citizens_data() {
        assert_eq!(refusal(""), "claims are of exactly one of [surat], [akta] and [kk]; there are 0");
        assert_eq!(refusal(&SURAT.replace("0000000000000001", "123")), "nik is not 16 digits");
        assert_eq!(refusal(&SURAT.replace("2027-05-24", "12:00:00")), "valid_until is no date such as 2026-11-24");
        let misspelt = refusal(&SURAT.replace("name =", "nama ="));
        assert!(misspelt.contains("unknown field `nama`") && !misspelt.contains("BUDI"), "{misspelt}");
    }
}
