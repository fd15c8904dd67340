//! The auditor's part: the offline verifier's library, given the public anchor and the CRLs and nothing else.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use verifier::{
    FileVerdict, Indication, Language, Policy, Severity, TrustAnchors, UnixTime, ValidationData, ValidationTime,
    Validator,
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
        Ok(Verdict { word, passed, findings })
    }
}
