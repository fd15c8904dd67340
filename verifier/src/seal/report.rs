//! The answer about seals: plain values, and the one place where a seal's verdict is made.

use evidence::seal::{KeyHint, Seal, SealedField};
use evidence::trust_list::TrustedKey;
use pades::PdfError;

use super::SealProblem;
use super::checks::{Compared, KeyHolds, PrefixKnown, SealAuthentic, SealRead, TimelyIssued};
use crate::clock::{UnixTime, ValidationTime};
use crate::findings::Finding;
use crate::outcome::{Outcome, worst};
use crate::published::{DocumentStatus, TrustListInForce};
use crate::report::{CertificateFacts, CheckResult, Conclusion, ExitStatus, Indication, SubIndication};

/// One step of the procedure for a seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the field of `SealChecks` of that name")]
pub enum SealCheck {
    Form,
    TrustList,
    SignatureValue,
    Key,
    Prefix,
    IssueDate,
    Number,
}

/// The result of every check of a seal, in the order of the procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealChecks {
    /// The text is the one text of a seal.
    pub form: CheckResult,
    /// The trust list is the agency's and holds.
    pub trust_list: CheckResult,
    /// A seal key of that list made the signature.
    pub signature_value: CheckResult,
    /// That key was in use on the day of issue and is nobody else's.
    pub key: CheckResult,
    /// The address is one of the agency's.
    pub prefix: CheckResult,
    /// The day of issue has come.
    pub issue_date: CheckResult,
    /// The number that a person read on the paper.
    pub number: CheckResult,
}

/// Where a seal was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SealOrigin {
    /// It was given as text.
    Text,
    /// In the signature dictionary of this field, `/TKN_Seal`.
    SignatureDictionary {
        /// The field's full name.
        field: String,
    },
    /// In a picture.
    Picture,
}

impl SealOrigin {
    /// As it stands in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Text => "TEXT",
            Self::SignatureDictionary { .. } => "SIGNATURE-DICTIONARY",
            Self::Picture => "PICTURE",
        }
    }
}

/// The key that made a seal, and who vouches for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealKey {
    /// The hint in the seal.
    pub hint: KeyHint,
    /// From when on the agency used it.
    pub in_use_from: UnixTime,
    /// Until when.
    pub in_use_to: UnixTime,
    /// Number of the trust list that names it.
    pub trust_list_sequence: u64,
    /// When that list was issued.
    pub trust_list_issued: UnixTime,
    /// The anchor that signed the list.
    pub anchor: CertificateFacts,
}

/// Everything about one seal.
#[derive(Clone, Debug)]
pub struct SealReport {
    /// Where it was read.
    pub origin: SealOrigin,
    /// Its text, as it was read.
    pub text: String,
    /// The verdict, whatever became of the document since.
    pub conclusion: Conclusion,
    /// Every check.
    pub checks: SealChecks,
    /// The seal, if the text is one. Nothing in it is proved unless the signature value passed.
    pub seal: Option<Seal>,
    /// Whose key made it.
    pub key: Option<SealKey>,
    /// What became of the document; `None` when nobody asked.
    pub document_status: Option<DocumentStatus>,
    /// Everything that was found, errors first.
    pub findings: Vec<Finding>,
}

impl SealReport {
    /// What a person compares with the paper, in the order of the page; empty for a seal that failed, unless it is only the
    /// number on the paper that differs.
    #[must_use]
    pub fn fields(&self) -> Vec<SealedField> {
        let about_the_seal = self.findings.iter().filter(|one| **one != Finding::Seal(SealProblem::NumberDiffers));
        let failed = worst(about_the_seal).is_some_and(|worst| worst.indication == Indication::TotalFailed);
        self.seal.as_ref().filter(|_| !failed).map(|seal| seal.payload().fields()).unwrap_or_default()
    }

    /// The exit code for this seal alone.
    #[must_use]
    pub fn exit_status(&self) -> ExitStatus {
        let seal = self.conclusion.indication.exit_status();
        self.document_status.as_ref().map_or(seal, |status| seal.worse(status.exit_status()))
    }
}

/// The verdict on a text, a picture or a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealVerdict {
    /// The worst seal's.
    Sealed(Indication),
    /// It was read, and there is no seal.
    NoSeal,
    /// It cannot be read, or no QR code can be read in it.
    Unreadable,
}

impl SealVerdict {
    /// As it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sealed(indication) => indication.as_str(),
            Self::NoSeal => "NO-SEAL",
            Self::Unreadable => "UNREADABLE",
        }
    }
}

/// Everything about the seals of one text, picture or file.
#[derive(Clone, Debug)]
pub struct SealedFileReport {
    /// The moment at which everything was judged.
    pub validation_time: UnixTime,
    /// The verdict.
    pub verdict: SealVerdict,
    /// The seals, those of signatures first.
    pub seals: Vec<SealReport>,
    /// What was found beside them.
    pub findings: Vec<Finding>,
}

impl SealedFileReport {
    /// Of these seals: the worst one's verdict.
    pub(crate) fn of(seals: Vec<SealReport>, findings: Vec<Finding>, time: ValidationTime) -> Self {
        let worst = seals.iter().map(|seal| seal.conclusion.indication).max();
        let verdict = worst.map_or(SealVerdict::NoSeal, SealVerdict::Sealed);
        Self { validation_time: time.unix_time(), verdict, seals, findings }
    }

    /// The answer for what cannot be read.
    pub(crate) fn unreadable(finding: Finding, time: ValidationTime) -> Self {
        Self {
            validation_time: time.unix_time(),
            verdict: SealVerdict::Unreadable,
            seals: Vec::new(),
            findings: vec![finding],
        }
    }

    /// The answer for a file that the operating system did not give.
    #[must_use]
    pub fn not_read(kind: std::io::ErrorKind, time: ValidationTime) -> Self {
        Self::unreadable(Finding::FileNotRead(kind), time)
    }

    /// The answer for a file of so many octets, which is more than `limit`.
    #[must_use]
    pub fn too_large(length: usize, limit: usize, time: ValidationTime) -> Self {
        Self::unreadable(Finding::FileUnreadable(PdfError::TooLarge { length, limit }), time)
    }

    /// What became of the documents: the worst; `None` when nobody asked, or there is no seal to ask for.
    #[must_use]
    pub fn document_status(&self) -> Option<DocumentStatus> {
        self.seals.iter().filter_map(|seal| seal.document_status.clone()).reduce(DocumentStatus::worse)
    }

    /// The exit code.
    #[must_use]
    pub fn exit_status(&self) -> ExitStatus {
        match self.verdict {
            SealVerdict::NoSeal => ExitStatus::NoSignature,
            SealVerdict::Unreadable => ExitStatus::Unreadable,
            SealVerdict::Sealed(_) => self
                .seals
                .iter()
                .map(SealReport::exit_status)
                .reduce(ExitStatus::worse)
                .unwrap_or(ExitStatus::NoSignature),
        }
    }
}

/// Everything established about one seal: one field for each check.
pub(super) struct Evidence<'a> {
    pub(super) form: Outcome<SealRead, SealCheck>,
    pub(super) trust: Outcome<TrustListInForce<'a>, SealCheck>,
    pub(super) authentic: Outcome<SealAuthentic<'a>, SealCheck>,
    pub(super) key: Outcome<KeyHolds, SealCheck>,
    pub(super) prefix: Outcome<PrefixKnown, SealCheck>,
    pub(super) issued: Outcome<TimelyIssued, SealCheck>,
    pub(super) compared: Outcome<Compared, SealCheck>,
}

impl Evidence<'_> {
    /// The verdict and everything that it rests on.
    pub(super) fn report(
        self,
        origin: SealOrigin,
        text: &str,
        document_status: Option<DocumentStatus>,
        notes: Vec<Finding>,
    ) -> SealReport {
        let (conclusion, checks, mut findings) = conclude(&self);
        findings.extend(notes);
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity()));
        let key = self.trust.proof().zip(self.authentic.proof()).map(|(trust, authentic)| {
            let TrustedKey { issue_from, issue_to, .. } = authentic.key();
            SealKey {
                hint: authentic.key().hint(),
                in_use_from: (*issue_from).into(),
                in_use_to: (*issue_to).into(),
                trust_list_sequence: trust.list().sequence,
                trust_list_issued: trust.list().issued_at.into(),
                anchor: CertificateFacts::of(trust.anchor()),
            }
        });
        let seal = self.form.proof().map(|read| read.seal().clone());
        SealReport { origin, text: text.to_owned(), conclusion, checks, seal, key, document_status, findings }
    }
}

/// Makes the verdict. `evidence` is taken apart without `..`, so a check that is added and forgotten here does not compile.
fn conclude(evidence: &Evidence<'_>) -> (Conclusion, SealChecks, Vec<Finding>) {
    let Evidence { form, trust, authentic, key, prefix, issued, compared } = evidence;
    let checks = SealChecks {
        form: form.result(),
        trust_list: trust.result(),
        signature_value: authentic.result(),
        key: key.result(),
        prefix: prefix.result(),
        issue_date: issued.result(),
        number: compared.result(),
    };
    let all = [
        form.finding(),
        trust.finding(),
        authentic.finding(),
        key.finding(),
        prefix.finding(),
        issued.finding(),
        compared.finding(),
    ];
    let mut findings: Vec<Finding> = all.into_iter().flatten().cloned().collect();
    let conclusion = match (worst(&findings), form, trust, authentic, key, prefix, issued, compared) {
        (Some(worst), ..) => worst,
        (
            None,
            Outcome::Passed(_),
            Outcome::Passed(_),
            Outcome::Passed(_),
            Outcome::Passed(_),
            Outcome::Passed(_),
            Outcome::Passed(_),
            Outcome::Passed(_) | Outcome::NotApplicable,
        ) => Conclusion { indication: Indication::TotalPassed, sub_indication: None },
        (None, ..) => {
            findings.push(Finding::Undecided);
            Conclusion { indication: Indication::Indeterminate, sub_indication: Some(SubIndication::Generic) }
        }
    };
    (conclusion, checks, findings)
}
