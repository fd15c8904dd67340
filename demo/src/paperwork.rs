//! The office's part: which documents, and having each one signed both ways, by its digest and as a whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use evidence::DocumentType;
use jiff::civil::Date;
use office::{
    Client, Document, DocumentNumber, Existing, Moment, OfficerAccount, Profile, RequestId, SignError, SignatureName,
    Stationery, Task,
};

use crate::place::{Memory, Place, free_name};
use crate::samples::{SampleNumber, kartu_keluarga, surat_keterangan};

/// A document to be signed.
#[derive(Debug)]
pub struct Paper {
    /// The file.
    pub path: PathBuf,
    /// What the service is told that it is.
    pub document_type: DocumentType,
    /// Its number.
    pub number: String,
}

/// How a document reaches the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Only its digest.
    Digest,
    /// All of it.
    Document,
}

impl Way {
    /// Both, the usual one first.
    pub const BOTH: [Self; 2] = [Self::Digest, Self::Document];

    /// The way as a part of a file name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Digest => "digest",
            Self::Document => "document",
        }
    }
}

/// A signed file.
#[derive(Debug)]
pub struct Signed {
    /// Where it lies.
    pub path: PathBuf,
    /// The document that was signed.
    pub source: PathBuf,
    /// The signature's resource name.
    pub name: SignatureName,
    /// Position of the act in the service's register.
    pub sequence: u64,
    /// From before the document was opened until the signed file was safe on the disk.
    pub took: Duration,
}

/// Draws the samples into `unsigned/`.
///
/// # Errors
/// When a file cannot be written.
pub fn draw_samples(place: &mut Place, date: Date) -> anyhow::Result<Vec<Paper>> {
    let folder = place.folder("unsigned")?;
    let mut papers = Vec::new();
    for (stem, document_type) in [("surat-keterangan", DocumentType::surat()), ("kartu-keluarga", DocumentType::kk())] {
        let number = SampleNumber { running: next_number(place)?, year: date.year() };
        let (bytes, number) = match stem {
            "kartu-keluarga" => (kartu_keluarga(date, &number)?, number.family_card()),
            _ => (surat_keterangan(date, &number)?, number.letter()),
        };
        let path = free_name(&folder, stem, "pdf");
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        papers.push(Paper { path, document_type, number });
    }
    Ok(papers)
}

/// Gives a number to each of somebody's own files; the demo cannot know what they are, so each is a surat.
///
/// # Errors
/// When the number cannot be remembered.
pub fn number_documents(place: &mut Place, files: &[PathBuf]) -> anyhow::Result<Vec<Paper>> {
    files
        .iter()
        .map(|path| {
            let number = format!("UJI-COBA/{}", next_number(place)?);
            Ok(Paper { path: path.clone(), document_type: DocumentType::surat(), number })
        })
        .collect()
}

/// The next number of this place.
pub(crate) fn next_number(place: &mut Place) -> anyhow::Result<u32> {
    let memory = place.memory();
    let last_number = memory.last_number.checked_add(1).context("all numbers are used up")?;
    place.remember(Memory { last_number, ..memory })?;
    Ok(last_number)
}

/// The office that signs.
#[derive(Debug)]
pub struct Office {
    client: Client,
    profile: Arc<Profile>,
}

impl Office {
    /// Asks the service for its profile, as long as the client's patience lasts.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn introduce(client: Client) -> anyhow::Result<Self> {
        let profile = Arc::new(client.profile().await.context("the service does not answer")?);
        Ok(Self { client, profile })
    }

    /// Has one document signed, one way, and saves it in `folder`.
    ///
    /// # Errors
    /// Why it was not signed: the document's fault, the service's refusal, or this machine's.
    pub async fn sign(&self, paper: &Paper, way: Way, folder: &Path) -> Result<Signed, SignError> {
        // The service would refuse the same type and number a second time, and it is right: the second way signs another copy.
        let number = match way {
            Way::Digest => paper.number.clone(),
            Way::Document => format!("{}/salinan", paper.number),
        };
        self.submit(paper, &number, way, None, &format!(".{}", way.word()), folder).await
    }

    /// The same office, drawing what it signs.
    #[must_use]
    pub fn drawing(&self, stationery: Stationery) -> Self {
        Self { client: self.client.clone().drawing(stationery), profile: Arc::clone(&self.profile) }
    }

    /// Has one document signed by its digest, with the visible signature of [`Self::drawing`], in place of another if it `replaces` one.
    ///
    /// # Errors
    /// As [`Self::sign`].
    pub async fn sign_sealed(
        &self,
        paper: &Paper,
        replaces: Option<&SignatureName>,
        folder: &Path,
    ) -> Result<Signed, SignError> {
        self.submit(paper, &paper.number, Way::Digest, replaces, "", folder).await
    }

    async fn submit(
        &self,
        paper: &Paper,
        number: &str,
        way: Way,
        replaces: Option<&SignatureName>,
        suffix: &str,
        folder: &Path,
    ) -> Result<Signed, SignError> {
        let started = Instant::now();
        let pdf = fs::read(&paper.path).map_err(|source| SignError::Input { path: paper.path.clone(), source })?;
        let task = Task {
            document: Document {
                document_type: paper.document_type.clone(),
                number: DocumentNumber::parse(number)
                    .expect("the demo numbers documents in a few printable characters"),
                officer: OfficerAccount::parse("loket1").expect("a well-formed account"),
            },
            replaces: replaces.cloned(),
            input: Some(paper.path.clone()),
            output: None,
        };
        let now = u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or_default();
        let moment = Moment::new(RequestId::generate(), now)?;
        let signed = match way {
            Way::Digest => self.client.sign_pdf(&self.profile, pdf, task, moment).await?,
            Way::Document => self.client.sign_document(&self.profile, pdf, task, moment).await?,
        };
        let (sequence, name) = (signed.statement().sequence, signed.answer().signature.name.clone());
        let stem = paper.path.file_stem().map_or_else(|| "document".into(), |stem| stem.to_string_lossy());
        let path = free_name(folder, &format!("{stem}{suffix}"), "pdf");
        signed.save_to(&path, Existing::Keep)?;
        Ok(Signed { path, source: paper.path.clone(), name, sequence, took: started.elapsed() })
    }
}
