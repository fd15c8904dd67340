//! The procedure: one file, each of its signatures, one verdict (EN 319 102-1, 5.3).
//!
//! Read [`verify_signature`] from top to bottom: every step gives a proof that only its own module can make, or the
//! finding that stands against it. A step whose inputs exist still runs after another one failed. `conclude` takes
//! the evidence apart field by field and is the only place where TOTAL-PASSED is written.

use pades::{EmbeddedSignature, PdfError, SignedPdf};

use crate::authenticity::{Authentic, NamedCertificate};
use crate::budget::Budget;
use crate::certificate::Certificate;
use crate::clock::ValidationTime;
use crate::digests::FileDigests;
use crate::file_octets::KeptStates;
use crate::findings::{Finding, Severity};
use crate::format::{WellFormed, format_of};
use crate::good_algorithms::GoodAlgorithms;
use crate::integrity::{Intact, coverage_word};
use crate::later_revisions::{History, Permitted};
use crate::orphans;
use crate::outcome::Outcome;
use crate::path::{PathFailure, PathRequest, TrustedPath};
use crate::report::{
    CheckResult, Checks, Conclusion, CoverageWord, FileVerdict, Format, Indication, Report, SignatureReport,
    SubIndication,
};
use crate::revocation::{Crl, NotRevoked, RevocationFailure};
use crate::signed_attributes::AttributesAgree;
use crate::signing_time::{BestSignatureTime, claimed};
use crate::statement::StatementRead;
use crate::suitability::Suitable;
use crate::time_stamps::{StampedTime, TimeStampsJudged, TstInfo};
use crate::validation_data::{Carried, ValidationDataUsed};
use crate::validator::Validator;

/// Everything established about one signature: one field for each check.
struct Evidence<'a> {
    form: Outcome<WellFormed<'a>>,
    intact: Outcome<Intact>,
    named: Outcome<NamedCertificate>,
    authentic: Outcome<Authentic>,
    attributes: Outcome<AttributesAgree>,
    algorithms: Outcome<GoodAlgorithms>,
    statement: Outcome<StatementRead>,
    suitable: Outcome<Suitable>,
    path: Outcome<TrustedPath>,
    revocation: Outcome<NotRevoked>,
    time_stamps: Outcome<TimeStampsJudged>,
    validation_data: Outcome<ValidationDataUsed>,
    later_revisions: Outcome<Permitted>,
}

/// One file and what is found out once for all of its signatures.
struct Opened<'a> {
    pdf: SignedPdf<'a>,
    digests: FileDigests<'a>,
    history: History,
    carried: Carried,
}

/// Verifies every signature of a file.
pub(crate) fn verify(bytes: &[u8], kept: &KeptStates, validator: &Validator, time: ValidationTime) -> Report {
    let pdf = match SignedPdf::open(bytes, validator.limits()) {
        Ok(pdf) => pdf,
        Err(error) => return unopened(bytes, error, time),
    };
    let file = Opened {
        digests: FileDigests::of_file(bytes, kept, pdf.signatures()),
        history: History::of(&pdf),
        carried: Carried::of_document(&pdf),
        pdf,
    };
    let pdf = &file.pdf;
    let mut budget = Budget::default();
    let mut signatures: Vec<SignatureReport> = pdf
        .signatures()
        .iter()
        .map(|signature| verify_signature(&file, signature, validator, time, &mut budget))
        .collect();
    let mut findings = Vec::new();
    let orphans = orphans::find(pdf);
    if orphans.has_usage_rights {
        findings.push(Finding::UsageRights);
    }
    for offset in orphans.offsets {
        let finding = Finding::OrphanedSignature { offset };
        // Where no field leads to any signature, the file must not pass for one that never had any.
        if pdf.signatures().is_empty() {
            signatures.push(without_field(finding, time));
        } else {
            findings.push(finding);
        }
    }
    findings.extend(validator.file_notes(pdf));
    Report {
        sha256: Some(file.digests.sha256()),
        verdict: Report::verdict_of(&signatures),
        validation_time: time.unix_time(),
        signatures,
        findings,
    }
}

/// The procedure for one signature.
fn verify_signature(
    file: &Opened<'_>,
    signature: &EmbeddedSignature,
    validator: &Validator,
    time: ValidationTime,
    budget: &mut Budget,
) -> SignatureReport {
    let Opened { pdf, digests, history, carried } = file;
    let mut notes = Vec::new();
    let mut later = Vec::new();
    let format = format_of(signature);
    let is_time_stamp = format == Format::DocumentTimeStamp;
    let claimed = claimed(signature, time, &mut notes);

    // 1. A signature of a form that can be judged.
    let octets = WellFormed::octets(signature, &mut notes);
    let form: Outcome<WellFormed<'_>> = match &octets {
        Ok(octets) => WellFormed::establish(octets, format, &mut notes).into(),
        Err(finding) => Outcome::Failed(finding.clone()),
    };
    let certificates = form.proof().map(|form| certificates_of(form, validator)).unwrap_or_default();
    let carried_in_cms = form.proof().map(Carried::of_cms).unwrap_or_default();
    let lists: Vec<&Crl> = carried.lists().iter().chain(carried_in_cms.lists()).collect();

    // 2. The document's octets are those that were signed.
    let intact = after(&form, |form| Intact::establish(pdf, signature, form, digests));

    // 3. The certificate that the signature names.
    let named = after(&form, |form| NamedCertificate::establish(form, &certificates));

    // 4. Its key made the signature value.
    let content = content_signed(pdf, signature, &form);
    let authentic =
        after(&both(&form, &named), |(form, named)| Authentic::establish(form, named, &content, validator.crypto()));

    // 5. The signed attributes say what they must, and bind that certificate.
    let attributes = after(&both(&form, &named), |(form, named)| AttributesAgree::establish(form, named, &mut notes));

    // 6. The algorithms agree with each other and are good enough.
    let algorithms = after(&both(&intact, &authentic), |(intact, authentic)| {
        GoodAlgorithms::establish(intact.binding(), authentic, validator.algorithms(), time)
    });

    // 7. What the service stated.
    let statement = match form.proof() {
        Some(form) => StatementRead::establish(form, validator.arc(), claimed.as_ref(), &mut notes),
        None => Outcome::NotAttempted,
    };

    // 8. The certificate is made for signing documents, or for time-stamps.
    let suitable = after(&authentic, |authentic| match format {
        Format::DocumentTimeStamp => Suitable::for_time_stamps(authentic.certificate()),
        _ => Suitable::establish(authentic.certificate(), &mut notes),
    });

    // 9. A path from it to an anchor at the validation time.
    let request = PathRequest {
        anchors: if is_time_stamp { validator.time_stamp_anchors() } else { validator.anchors() },
        pool: &certificates,
        demands: validator.policy_demands(),
        algorithms: validator.algorithms(),
        time,
        links: validator.links(),
        crypto: validator.crypto(),
    };
    let path = match authentic.proof() {
        None => Outcome::NotAttempted,
        Some(authentic) => match TrustedPath::establish(authentic.certificate(), &request, budget) {
            Ok(path) => Outcome::Passed(path),
            Err(failure @ PathFailure::NoAnchors) => Outcome::NotChecked(Finding::Path(failure)),
            Err(failure) => Outcome::Failed(Finding::Path(failure)),
        },
    };
    if path.proof().is_some_and(|path| path.certificates().is_empty()) {
        notes.push(Finding::SignerIsAnchor);
    }

    // 10. Nothing on the path was revoked.
    let revocation = match path.proof() {
        None => Outcome::NotAttempted,
        Some(path) => {
            let (given, demand) = (validator.crls(), validator.revocation_demand());
            match NotRevoked::establish_with_carried(path, given, &lists, demand, &request, budget) {
                Ok(proof) => {
                    if proof.unpublished() > 0 {
                        notes.push(Finding::RevocationNotPublished);
                    }
                    if proof.checked() == 0 { Outcome::NotApplicable } else { Outcome::Passed(proof) }
                }
                Err(failure @ RevocationFailure::Revoked { .. }) => Outcome::Failed(Finding::Revocation(failure)),
                Err(failure) => Outcome::NotChecked(Finding::Revocation(failure)),
            }
        }
    };

    // 11. Time-stamps and validation data that the document carries.
    let time_stamps = match form.proof().filter(|_| authentic.proof().is_some() && !is_time_stamp) {
        Some(form) => TimeStampsJudged::establish(form, validator, &request, &lists, budget, &mut notes),
        None => Outcome::NotApplicable,
    };
    let validation_data = ValidationDataUsed::establish(carried, &carried_in_cms, &mut notes);

    // 12. Everything that was added later was allowed.
    let later_revisions = intact.proof().map_or(Outcome::NotAttempted, |intact| {
        Permitted::establish(pdf, signature, intact, history, &mut later, &mut notes)
    });

    // 13. The verdict.
    let evidence = Evidence {
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
    };
    let (conclusion, checks, mut findings) = conclude(&evidence, &notes);
    // A document time-stamp vouches for its own moment, when it holds.
    let own_time = || TstInfo::of(evidence.form.proof()?).ok().map(|content| StampedTime::of_document(&content));
    let stamped = match conclusion.indication {
        Indication::TotalPassed if is_time_stamp => own_time(),
        _ => evidence.time_stamps.proof().map(TimeStampsJudged::time),
    };
    let format = match (format, evidence.time_stamps.proof()) {
        (Format::PadesBaselineB, Some(_)) => Format::PadesBaselineT,
        (format, _) => format,
    };
    findings.append(&mut notes);
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity()));
    let signer = evidence.authentic.proof().map(Authentic::certificate);
    SignatureReport {
        field: Some(signature.field_name().to_owned()),
        conclusion,
        integrity: integrity(&evidence),
        checks,
        format,
        signed_by: signer.map(Certificate::subject_for_people),
        certificate_sha256: signer.map(|certificate| *certificate.sha256()),
        claimed_signing_time: claimed,
        best_signature_time: BestSignatureTime::establish(stamped, time).unix_time(),
        statement: evidence.authentic.proof().and(evidence.statement.proof()).map(|read| read.statement().clone()),
        coverage: coverage_word(signature),
        later_revisions: later,
        findings,
    }
}

/// Makes the verdict. `evidence` is taken apart without `..`, so a check that is added and forgotten here does not
/// compile.
fn conclude(evidence: &Evidence<'_>, notes: &[Finding]) -> (Conclusion, Checks, Vec<Finding>) {
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
    let checks = Checks {
        format: form.result(),
        document: intact.result(),
        signature_value: authentic.result(),
        signed_attributes: attributes.result(),
        algorithms: algorithms.result(),
        statement: statement.result(),
        signer_certificate: suitable.result(),
        path: path.result(),
        revocation: revocation.result(),
        time_stamps: time_stamps.result(),
        validation_data: validation_data.result(),
        later_revisions: later_revisions.result(),
    };
    // In the order of the procedure: among findings of one weight the first decides the sub-indication.
    let findings: Vec<Finding> = [
        form.finding(),
        intact.finding(),
        named.finding(),
        authentic.finding(),
        attributes.finding(),
        algorithms.finding(),
        statement.finding(),
        suitable.finding(),
        path.finding(),
        revocation.finding(),
        time_stamps.finding(),
        validation_data.finding(),
        later_revisions.finding(),
    ]
    .into_iter()
    .flatten()
    .cloned()
    .collect();
    let worst = findings
        .iter()
        .chain(notes)
        .filter_map(Finding::conclusion)
        .reduce(|worst, next| if next.indication > worst.indication { next } else { worst });
    let conclusion =
        match (worst, form, intact, named, authentic, attributes, algorithms, suitable, path, later_revisions) {
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
            && !matches!(time_stamps, Outcome::NotAttempted)
            && matches!(validation_data, Outcome::Passed(_) | Outcome::NotChecked(_) | Outcome::NotApplicable) =>
            {
                Conclusion { indication: Indication::TotalPassed, sub_indication: None }
            }
            (None, ..) => {
                Conclusion { indication: Indication::Indeterminate, sub_indication: Some(SubIndication::Generic) }
            }
        };
    (conclusion, checks, findings)
}

/// The document and the signature value, whatever trust says.
fn integrity(evidence: &Evidence<'_>) -> CheckResult {
    match (&evidence.form, &evidence.intact, &evidence.authentic) {
        (_, Outcome::Passed(_), Outcome::Passed(_)) => CheckResult::Passed,
        (form, intact, authentic) => {
            let failed = [form.finding(), intact.finding(), authentic.finding()].into_iter().flatten().any(|finding| {
                finding.conclusion().is_some_and(|conclusion| conclusion.indication == Indication::TotalFailed)
            });
            if failed { CheckResult::Failed } else { CheckResult::NotChecked }
        }
    }
}

/// What is signed when there are no signed attributes: the content of `adbe.pkcs7.sha1`, else the document.
fn content_signed<'a>(
    pdf: &'a SignedPdf<'_>,
    signature: &EmbeddedSignature,
    form: &Outcome<WellFormed<'a>>,
) -> Vec<&'a [u8]> {
    match (form.proof(), signature.byte_range()) {
        (Some(form), _) if form.format() == Format::Pkcs7Sha1 => form.signed_data().content.into_iter().collect(),
        (_, Ok(range)) => range.covered(pdf.bytes()).to_vec(),
        (_, Err(_)) => Vec::new(),
    }
}

/// Runs a check on the proof of an earlier one.
fn after<P, Q>(earlier: &Outcome<P>, check: impl FnOnce(&P) -> Result<Q, Finding>) -> Outcome<Q> {
    earlier.proof().map_or(Outcome::NotAttempted, |proof| check(proof).into())
}

/// The proofs of two earlier checks.
fn both<'p, P, Q>(first: &'p Outcome<P>, second: &'p Outcome<Q>) -> Outcome<(&'p P, &'p Q)> {
    first.proof().zip(second.proof()).map_or(Outcome::NotAttempted, Outcome::Passed)
}

/// The certificates that a signature carries; one that cannot be read is nobody's.
pub(crate) fn certificates_of(form: &WellFormed<'_>, validator: &Validator) -> Vec<Certificate> {
    let limit = validator.limits().certificates;
    form.signed_data().certificates.iter().take(limit).filter_map(|der| Certificate::from_der(der).ok()).collect()
}

/// A file that cannot be opened. If it carries signatures, it is not merely unreadable: they cannot hold.
fn unopened(bytes: &[u8], error: PdfError, time: ValidationTime) -> Report {
    let is_pdf_with_signature =
        !matches!(error, PdfError::Encrypted | PdfError::TooLarge { .. }) && orphans::has_signature(bytes);
    let (signatures, findings, verdict) = if is_pdf_with_signature {
        let signatures = vec![without_field(Finding::FileMalformed(error), time)];
        let verdict = Report::verdict_of(&signatures);
        (signatures, Vec::new(), verdict)
    } else {
        (Vec::new(), vec![Finding::FileUnreadable(error)], FileVerdict::Unreadable)
    };
    let sha256 = Some(crate::crypto::digest::Digest::sha256(bytes));
    Report { sha256, verdict, validation_time: time.unix_time(), signatures, findings }
}

/// A signature that no field leads to.
fn without_field(finding: Finding, time: ValidationTime) -> SignatureReport {
    let conclusion = finding.conclusion().filter(|_| finding.severity() == Severity::Error);
    SignatureReport {
        field: None,
        conclusion: conclusion.unwrap_or(Conclusion {
            indication: Indication::TotalFailed,
            sub_indication: Some(SubIndication::FormatFailure),
        }),
        integrity: CheckResult::Failed,
        checks: Checks { format: CheckResult::Failed, ..Checks::NONE },
        format: Format::Unknown,
        signed_by: None,
        certificate_sha256: None,
        claimed_signing_time: None,
        best_signature_time: time.unix_time(),
        statement: None,
        coverage: CoverageWord::Partial,
        later_revisions: Vec::new(),
        findings: vec![finding],
    }
}
