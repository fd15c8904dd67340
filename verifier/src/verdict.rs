//! From what the procedure established to the verdict (EN 319 102-1, 5.1).
//!
//! Job: hold one field for each check, and make of them the conclusion, the result and reason of every step, and the
//! report on the signature.
//! Invariant: `conclude` takes the evidence apart field by field and is the only place where a signature gets TOTAL-PASSED.

use pades::EmbeddedSignature;

use crate::authenticity::{Authentic, NamedCertificate};
use crate::certificate::Certificate;
use crate::clock::ValidationTime;
use crate::findings::Finding;
use crate::format::{WellFormed, format_of};
use crate::good_algorithms::GoodAlgorithms;
use crate::integrity::{Intact, coverage_word};
use crate::later_revisions::Permitted;
use crate::outcome::{Outcome, worst};
use crate::path::TrustedPath;
use crate::published::DocumentStatus;
use crate::report::{
    CertificateFacts, Check, CheckResult, Checks, ClaimedTime, Conclusion, CoverageWord, Format, Indication,
    LaterRevision, Reason, SignatureReport, Step, SubIndication, TimeBasis,
};
use crate::revocation::{NotRevoked, RevocationFailure};
use crate::signed_attributes::AttributesAgree;
use crate::signing_time::BestSignatureTime;
use crate::statement::StatementRead;
use crate::suitability::Suitable;
use crate::time_stamps::{StampedTime, TimeStampsJudged, TstInfo};
use crate::validation_data::ValidationDataUsed;

/// Everything established about one signature: one field for each check.
pub(crate) struct Evidence<'a> {
    pub(crate) form: Outcome<WellFormed<'a>>,
    pub(crate) intact: Outcome<Intact>,
    pub(crate) named: Outcome<NamedCertificate>,
    pub(crate) authentic: Outcome<Authentic>,
    pub(crate) attributes: Outcome<AttributesAgree>,
    pub(crate) algorithms: Outcome<GoodAlgorithms>,
    pub(crate) statement: Outcome<StatementRead>,
    pub(crate) suitable: Outcome<Suitable>,
    pub(crate) path: Outcome<TrustedPath>,
    pub(crate) revocation: Outcome<NotRevoked>,
    pub(crate) time_stamps: Outcome<TimeStampsJudged>,
    pub(crate) validation_data: Outcome<ValidationDataUsed>,
    pub(crate) later_revisions: Outcome<Permitted>,
}

/// What was found beside the evidence.
pub(crate) struct Beside {
    pub(crate) notes: Vec<Finding>,
    pub(crate) claimed: Option<ClaimedTime>,
    pub(crate) later: Vec<LaterRevision>,
    pub(crate) document_status: Option<DocumentStatus>,
}

impl Evidence<'_> {
    /// The verdict and everything that it rests on.
    pub(crate) fn report(self, signature: &EmbeddedSignature, beside: Beside, time: ValidationTime) -> SignatureReport {
        let Beside { mut notes, claimed, later, document_status } = beside;
        let (conclusion, steps, mut findings) = conclude(&self, &notes);
        let checks = Checks::of(&steps);
        let best = BestSignatureTime::establish(self.stamped_time(signature, conclusion), time);
        let format = match (format_of(signature), self.time_stamps.proof()) {
            (Format::PadesBaselineB, Some(_)) => Format::PadesBaselineT,
            (format, _) => format,
        };
        findings.append(&mut notes);
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity()));
        let signer = self.authentic.proof().map(Authentic::certificate);
        let revocation_lists = match (&self.revocation, self.revocation.finding()) {
            (Outcome::Passed(proof), _) => proof.lists().to_vec(),
            (_, Some(Finding::Revocation(RevocationFailure::Revoked { list, .. }))) => vec![(**list).clone()],
            _ => Vec::new(),
        };
        SignatureReport {
            field: Some(signature.field_name().to_owned()),
            conclusion,
            integrity: integrity(&checks),
            checks,
            steps,
            format,
            signed_by: signer.map(Certificate::subject_for_people),
            certificate_sha256: signer.map(|certificate| *certificate.sha256()),
            signing_certificate: signer.map(CertificateFacts::of),
            trust_anchor: self.path.proof().map(|path| CertificateFacts::of(path.anchor())),
            revocation_lists,
            claimed_signing_time: claimed,
            best_signature_time: best.unix_time(),
            best_signature_time_basis: best.basis(),
            statement: self.authentic.proof().and(self.statement.proof()).map(|read| read.statement().clone()),
            seal: signature.seal().map(str::to_owned),
            document_status,
            coverage: coverage_word(signature),
            later_revisions: later,
            findings,
        }
    }

    /// The time that an authority vouches for. A document time-stamp vouches for its own moment, when it holds.
    fn stamped_time(&self, signature: &EmbeddedSignature, conclusion: Conclusion) -> Option<StampedTime> {
        if format_of(signature) != Format::DocumentTimeStamp {
            return self.time_stamps.proof().map(|judged| judged.time().clone());
        }
        let content = TstInfo::of(self.form.proof()?).ok()?;
        let authority = self.authentic.proof()?.certificate();
        (conclusion.indication == Indication::TotalPassed).then(|| StampedTime::of_document(&content, authority))
    }
}

/// Makes the verdict. `evidence` is taken apart without `..`, so a check that is added and forgotten here does not
/// compile.
fn conclude(evidence: &Evidence<'_>, notes: &[Finding]) -> (Conclusion, Vec<Step>, Vec<Finding>) {
    let Evidence {
        form,
        intact,
        named,
        authentic,
        attributes,
        algorithms,
        statement,
        suitable,
        path,
        revocation,
        time_stamps,
        validation_data,
        later_revisions,
    } = evidence;
    let signature_value = match named {
        // Whose key made the value is asked of the certificate that is named.
        Outcome::Failed(finding) => {
            Step { reason: Reason::Found(finding.clone()), ..step(Check::SignatureValue, authentic) }
        }
        _ => step(Check::SignatureValue, authentic),
    };
    let steps = vec![
        step(Check::Format, form),
        step(Check::Document, intact),
        signature_value,
        step(Check::SignedAttributes, attributes),
        step(Check::Algorithms, algorithms),
        step(Check::Statement, statement),
        step(Check::SignerCertificate, suitable),
        step(Check::Path, path),
        step(Check::Revocation, revocation),
        step(Check::TimeStamps, time_stamps),
        step(Check::ValidationData, validation_data),
        step(Check::LaterRevisions, later_revisions),
    ];
    // In the order of the procedure, which decides the sub-indication. A finding that two steps share is told once.
    let mut findings: Vec<Finding> = Vec::new();
    for finding in steps.iter().filter_map(|step| match &step.reason {
        Reason::Found(finding) => Some(finding),
        Reason::Established | Reason::Needs(_) | Reason::NothingThere | Reason::NotReached => None,
    }) {
        if !findings.contains(finding) {
            findings.push(finding.clone());
        }
    }
    let conclusion = match (
        worst(findings.iter().chain(notes)),
        form,
        intact,
        named,
        authentic,
        attributes,
        algorithms,
        suitable,
        path,
        later_revisions,
    ) {
        (Some(worst), ..) => worst,
        (
            None,
            Outcome::Passed(_),
            Outcome::Passed(_),
            Outcome::Passed(_),
            Outcome::Passed(_),
            Outcome::Passed(_),
            Outcome::Passed(_),
            Outcome::Passed(_),
            Outcome::Passed(_),
            Outcome::Passed(_),
        ) if matches!(revocation, Outcome::Passed(_) | Outcome::NotApplicable)
            && matches!(statement, Outcome::Passed(_) | Outcome::NotApplicable)
            // What is present and was not judged gives nothing to a signature that passes without it, and takes nothing; nor does a
            // token that does not hold: it is an unsigned attribute, which anybody may add.
            && !matches!(time_stamps, Outcome::NotAttempted(_))
            && matches!(validation_data, Outcome::Passed(_) | Outcome::NotChecked(_) | Outcome::NotApplicable) =>
        {
            Conclusion { indication: Indication::TotalPassed, sub_indication: None }
        }
        (None, ..) => {
            // No step may leave the verdict open without a word.
            findings.push(Finding::Undecided);
            Conclusion { indication: Indication::Indeterminate, sub_indication: Some(SubIndication::Generic) }
        }
    };
    (conclusion, steps, findings)
}

fn step<P>(check: Check, outcome: &Outcome<P>) -> Step {
    Step { check, result: outcome.result(), reason: outcome.reason() }
}

/// The document and the signature value, whatever trust says.
fn integrity(checks: &Checks) -> CheckResult {
    match (checks.document, checks.signature_value) {
        (CheckResult::Passed, CheckResult::Passed) => CheckResult::Passed,
        (CheckResult::Failed, _) | (_, CheckResult::Failed) => CheckResult::Failed,
        _ => CheckResult::NotChecked,
    }
}

/// A signature that cannot be followed to its field: the file is not what was signed, whatever its value says.
pub(crate) fn without_field(finding: Finding, time: ValidationTime) -> SignatureReport {
    let conclusion = finding.conclusion().unwrap_or(Conclusion {
        indication: Indication::TotalFailed,
        sub_indication: Some(SubIndication::FormatFailure),
    });
    let steps = Check::ALL
        .into_iter()
        .map(|check| match check {
            Check::Format | Check::Document => {
                Step { check, result: CheckResult::Failed, reason: Reason::Found(finding.clone()) }
            }
            _ => Step { check, result: CheckResult::NotChecked, reason: Reason::NotReached },
        })
        .collect::<Vec<_>>();
    SignatureReport {
        field: None,
        conclusion,
        integrity: CheckResult::Failed,
        checks: Checks::of(&steps),
        steps,
        format: Format::Unknown,
        signed_by: None,
        certificate_sha256: None,
        signing_certificate: None,
        trust_anchor: None,
        revocation_lists: Vec::new(),
        claimed_signing_time: None,
        best_signature_time: time.unix_time(),
        best_signature_time_basis: TimeBasis::Validation,
        statement: None,
        seal: None,
        document_status: None,
        coverage: CoverageWord::Partial,
        later_revisions: Vec::new(),
        findings: vec![finding],
    }
}

#[cfg(test)]
mod tests;
