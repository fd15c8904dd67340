//! The directory of offices: who may ask for signatures, and for which types of document.
//!
//! It is read from the configuration and replaced as a whole when that file changes, so a request sees one state of it,
//! never a mixture. An office that is absent and one that is suspended are different here and alike on the wire.
//!
//! It does not know certificates: that a connection *is* an office is established in `accept`.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use evidence::{DocumentType, OfficeId};
use serde::{Deserialize, Deserializer, de};
use thiserror::Error;

/// An office that may ask for signatures.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Office {
    /// The id that its client certificate names.
    #[serde(deserialize_with = "office_id")]
    pub id: OfficeId,
    /// Name to show.
    pub name: String,
    /// The document types that it may have signed; at least one.
    #[serde(deserialize_with = "document_types")]
    pub document_types: Vec<DocumentType>,
    /// A suspended office signs nothing, from the next request on.
    #[serde(default)]
    pub suspended: bool,
    /// Its number in seals, by the agency's own list.
    #[serde(default)]
    pub number: Option<u16>,
    /// It may change the status of its own documents.
    #[serde(default)]
    pub may_set_status: bool,
}

/// Why a list of offices is not a directory.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OfficesError {
    /// Nobody could sign.
    #[error("no office is listed; add at least one [[office]]")]
    None,
    /// Two entries have one id.
    #[error("office {id} is listed twice")]
    Duplicate {
        /// The id.
        id: OfficeId,
    },
}

type Directory = BTreeMap<OfficeId, Arc<Office>>;

/// The directory of offices, replaceable while requests read it.
#[derive(Debug)]
pub struct Offices(RwLock<Arc<Directory>>);

impl Offices {
    /// Makes a directory.
    ///
    /// # Errors
    ///
    /// [`OfficesError`] when the list is empty or names an office twice.
    pub fn new(offices: Vec<Office>) -> Result<Self, OfficesError> {
        Ok(Self(RwLock::new(Arc::new(directory(offices)?))))
    }

    /// The office with this id, as the directory has it now.
    #[must_use]
    pub fn find(&self, id: &OfficeId) -> Option<Arc<Office>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Replaces the whole directory; requests that begin after this see the new one.
    ///
    /// # Errors
    ///
    /// [`OfficesError`]; the old directory then stays.
    pub fn replace(&self, offices: Vec<Office>) -> Result<(), OfficesError> {
        let directory = Arc::new(directory(offices)?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = directory;
        Ok(())
    }
}

fn directory(offices: Vec<Office>) -> Result<Directory, OfficesError> {
    let mut directory = Directory::new();
    for office in offices {
        if let Some(before) = directory.insert(office.id.clone(), Arc::new(office)) {
            return Err(OfficesError::Duplicate { id: before.id.clone() });
        }
    }
    if directory.is_empty() { Err(OfficesError::None) } else { Ok(directory) }
}

fn office_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<OfficeId, D::Error> {
    OfficeId::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
}

/// Only types that the contract has: a misspelt type would silently be one that nobody can ask for.
fn document_types<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<DocumentType>, D::Error> {
    let known = [DocumentType::surat(), DocumentType::kk(), DocumentType::akta(), DocumentType::ktp_el()];
    let names = Vec::<String>::deserialize(deserializer)?;
    if names.is_empty() {
        return Err(de::Error::custom("an office needs at least one document type: surat, kk, akta or ktp-el"));
    }
    names
        .iter()
        .map(|name| {
            known.iter().find(|known| known.as_str() == name).cloned().ok_or_else(|| {
                de::Error::custom(format_args!("unknown document type `{name}`, expected surat, kk, akta or ktp-el"))
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn office(id: &str, suspended: bool) -> Office {
        Office {
            id: OfficeId::parse(id).expect("a test's id"),
            name: "Kecamatan Contoh".to_owned(),
            document_types: vec![DocumentType::surat()],
            suspended,
            number: None,
            may_set_status: false,
        }
    }

    #[test]
    fn an_empty_directory_is_refused() {
        assert_eq!(Offices::new(Vec::new()).err(), Some(OfficesError::None));
    }

    #[test]
    fn an_office_listed_twice_is_refused() {
        let twice = vec![office("utara", false), office("utara", true)];
        let id = OfficeId::parse("utara").expect("a test's id");
        assert_eq!(Offices::new(twice).err(), Some(OfficesError::Duplicate { id }));
    }

    #[test]
    fn a_replaced_directory_is_seen_by_the_next_request_and_a_refused_one_changes_nothing() {
        let id = OfficeId::parse("utara").expect("a test's id");
        let offices = Offices::new(vec![office("utara", false)]).expect("one office");
        assert_eq!(offices.find(&id).map(|found| found.suspended), Some(false));

        assert_eq!(offices.replace(vec![office("utara", true)]), Ok(()));
        assert_eq!(offices.find(&id).map(|found| found.suspended), Some(true));

        assert_eq!(offices.replace(Vec::new()), Err(OfficesError::None));
        assert_eq!(offices.find(&id).map(|found| found.suspended), Some(true));

        assert_eq!(offices.replace(vec![office("selatan", false)]), Ok(()));
        assert_eq!(offices.find(&id), None);
    }

    #[test]
    fn an_unknown_document_type_is_refused_by_name() {
        let text = "id = \"utara\"\nname = \"U\"\ndocument_types = [\"surat\", \"surta\"]";
        let error = toml::from_str::<Office>(text).expect_err("a misspelt type");
        assert!(error.message().contains("unknown document type `surta`"), "{error}");
    }

    #[test]
    fn an_office_without_document_types_is_refused() {
        let error = toml::from_str::<Office>("id = \"utara\"\nname = \"U\"\ndocument_types = []").expect_err("no type");
        assert!(error.message().contains("at least one document type"), "{error}");
    }

    #[test]
    fn an_office_id_outside_the_alphabet_is_refused() {
        let text = "id = \"Utara\"\nname = \"U\"\ndocument_types = [\"surat\"]";
        let error = toml::from_str::<Office>(text).expect_err("an upper-case letter");
        assert!(error.message().contains("character 0 of the name"), "{error}");
    }
}
