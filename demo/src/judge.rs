//! The auditor's part: the offline verifier's library, given the public anchor, the CRLs and what the agency publishes, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use verifier::{
    DocumentStatus, FileVerdict, Indication, Language, Policy, Published, SealedFileReport, Severity, TrustAnchors,
    UnixTime, ValidationData, ValidationTime, Validator,
};

/// What the verifier said of one file.
#[derive(Debug)]
pub struct Verdict {
    /// The verdict in the words of ETSI EN 319 102-1, with the sub-indication when there is one.
    pub word: String,
    /// It is TOTAL-PASSED.
    pub passed: bool,
    /// What takes something from the verdict.
    pub findings: Vec<String>,
    /// What became of the document; `None` when nobody asked.
    pub status: Option<DocumentStatus>,
}

/// A verifier with its trust anchor and its validation data.
#[derive(Debug)]
pub struct Auditor {
    validator: Validator,
}

impl Auditor {
    /// Trusts one anchor, and knows these CRLs.
    ///
    /// # Errors
    /// When a file cannot be read or is not what it should be.
    pub fn new(root: &Path, crls: &[PathBuf]) -> anyhow::Result<Self> {
        let read = |path: &Path| fs::read(path).with_context(|| format!("cannot read {}", path.display()));
        let mut anchors = TrustAnchors::none();
        anchors.add_file(&read(root)?).with_context(|| format!("{} is no trust anchor", root.display()))?;
        let mut data = ValidationData::none();
        for crl in crls {
            data.add_crl_file(&read(crl)?).with_context(|| format!("{} is no CRL", crl.display()))?;
        }
        Ok(Self { validator: Validator::new(anchors, data, Policy::default()) })
    }

    /// Knows the agency's trust list, too, and the status lists that lie in a folder at this moment.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn with_published(self, trust_list: &Path, status_lists: &Path) -> anyhow::Result<Self> {
        let read = |path: &Path| fs::read(path).with_context(|| format!("cannot read {}", path.display()));
        let mut published = Published::none();
        published.set_trust_list(&read(trust_list)?);
        published.ask_status();
        let entries = fs::read_dir(status_lists).with_context(|| format!("cannot read {}", status_lists.display()))?;
        for entry in entries {
            let path = entry.with_context(|| format!("cannot read {}", status_lists.display()))?.path();
            if path.extension().is_some_and(|extension| extension == "cwt") {
                published.add_status_list(&path.display().to_string(), &read(&path)?)?;
            }
        }
        Ok(Self { validator: self.validator.with_published(published) })
    }

    /// Judges the seals in a picture or a PDF as of `now`, in seconds since 1970.
    ///
    /// # Errors
    /// When the file cannot be read; whatever is wrong *in* it is a verdict.
    pub fn judge_seals(&self, file: &Path, now: i64) -> anyhow::Result<SealedFileReport> {
        let octets = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok(self.validator.verify_sealed_file(&octets, None, ValidationTime::new(UnixTime::from_seconds(now))))
    }

    /// Judges a file as of `now`, in seconds since 1970.
    ///
    /// # Errors
    /// When the file cannot be read; whatever is wrong *in* it is a verdict.
    pub fn judge(&self, file: &Path, now: i64) -> anyhow::Result<Verdict> {
        let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let report = self.validator.verify(&bytes, ValidationTime::new(UnixTime::from_seconds(now)));
        let sub_indications = report.signatures.iter().filter_map(|signature| signature.conclusion.sub_indication);
        let word = sub_indications.fold(report.verdict.as_str().to_owned(), |word, sub| word + "/" + sub.as_str());
        let of_signatures = report.signatures.iter().flat_map(|signature| &signature.findings);
        let findings = report
            .findings
            .iter()
            .chain(of_signatures)
            .filter(|finding| finding.severity() != Severity::Info)
            .map(|finding| finding.text(Language::English))
            .collect();
        let passed = report.verdict == FileVerdict::Signed(Indication::TotalPassed);
        Ok(Verdict { word, passed, findings, status: report.document_status })
    }
}
