//! The procedure: one file, each of its signatures, one verdict (EN 319 102-1, 5.3).
//!
//! Read [`verify_signature`] from top to bottom: every step gives a proof that only its own module can make, or the
//! finding that stands against it. A step whose inputs exist still runs after another one failed. `verdict` makes the
//! conclusion of all of them.

use evidence::SigningStatement;
use pades::{EmbeddedSignature, PdfError, SignedPdf};

use crate::authenticity::{Authentic, NamedCertificate};
use crate::budget::Budget;
use crate::clock::ValidationTime;
use crate::digests::FileDigests;
use crate::file_octets::KeptStates;
use crate::findings::{Finding, Orphan};
use crate::format::{WellFormed, format_of};
use crate::good_algorithms::GoodAlgorithms;
use crate::integrity::Intact;
use crate::later_revisions::{History, Permitted};
use crate::orphans;
use crate::outcome::Outcome;
use crate::path::{PathRequest, TrustedPath};
use crate::published::{DocumentStatus, Since, StatusProblem};
use crate::report::{Check, FileVerdict, Format, Report, SignatureReport};
use crate::revocation::NotRevoked;
use crate::signed_attributes::AttributesAgree;
use crate::signing_time::claimed;
use crate::statement::{StatementRead, note_seal};
use crate::suitability::Suitable;
use crate::time_stamps::TimeStampsJudged;
use crate::validation_data::{AtHand, Carried, ValidationDataUsed};
use crate::validator::Validator;
use crate::verdict::{Beside, Evidence, without_field};

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
        Err(error) => return unopened(bytes, error, validator, time),
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
        // Where no field leads to any signature, the file must not pass for one that never had any.
        if pdf.signatures().is_empty() {
            signatures.push(without_field(Finding::OrphanedSignature { offset, orphan: Orphan::Alone }, time));
        } else {
            findings.push(Finding::OrphanedSignature { offset, orphan: Orphan::BesideOthers });
        }
    }
    if signatures.is_empty() {
        findings.push(Finding::NoSignature);
    }
    findings.extend(validator.file_notes(pdf));
    let document_status = worst_status(validator, &signatures);
    Report {
        sha256: Some(file.digests.sha256()),
        verdict: Report::verdict_of(&signatures),
        validation_time: time.unix_time(),
        signatures,
        document_status,
        findings,
    }
}

/// The procedure for one signature. The numbers are those of `--explain`.
fn verify_signature(
    file: &Opened<'_>,
    signature: &EmbeddedSignature,
    validator: &Validator,
    time: ValidationTime,
    budget: &mut Budget,
) -> SignatureReport {
    let Opened { pdf, digests, history, carried } = file;
    let (mut notes, mut later) = (Vec::new(), Vec::new());
    let format = format_of(signature);
    let claimed = claimed(signature, time, &mut notes);

    // 1. A signature of a form that can be judged.
    let octets = WellFormed::octets(signature, &mut notes);
    let form: Outcome<WellFormed<'_>> = octets
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|octets| WellFormed::establish(octets, format, &mut notes))
        .into();
    let certificates = form.proof().map(|form| form.certificates(validator.limits().certificates)).unwrap_or_default();
    let carried_in_cms = form.proof().map(Carried::of_cms).unwrap_or_default();
    let at_hand = AtHand::of(&[carried, &carried_in_cms]);

    // 2. The document's octets are those that were signed.
    let intact: Outcome<Intact> =
        form.then(Check::Format, |form| Intact::establish(pdf, signature, form, digests)).failed_only_if_wrong();
    let intact = intact.sharing(&form, Finding::is_about_the_gap);

    // 3. The key of the certificate that the signature names made the signature value.
    let named: Outcome<NamedCertificate> =
        form.then(Check::Format, |form| NamedCertificate::establish(form, &certificates));
    let form_and_name = form.and(Check::Format, &named, Check::SignatureValue);
    let content = content_signed(pdf, signature, &form);
    let authentic: Outcome<Authentic> = form_and_name
        .then(Check::SignatureValue, |(form, named)| Authentic::establish(form, named, &content, validator.crypto()))
        .failed_only_if_wrong();
    let authentic = authentic.sharing(&form, |finding| !finding.is_about_the_gap());

    // 4. The signed attributes say what they must, and bind that certificate.
    let attributes =
        form_and_name.then(Check::SignatureValue, |(form, named)| AttributesAgree::establish(form, named, &mut notes));

    // 5. The algorithms agree with each other and are good enough.
    let algorithms = intact
        .and(Check::Document, &authentic, Check::SignatureValue)
        .then(Check::SignatureValue, |(intact, authentic)| {
            GoodAlgorithms::establish(intact.binding(), authentic, validator.algorithms(), time)
        });

    // 6. What the service stated.
    let statement =
        form.then(Check::Format, |form| StatementRead::establish(form, validator.arc(), claimed.as_ref(), &mut notes));
    note_seal(signature, &statement, &mut notes);

    // 7. The certificate is made for signing documents, or for time-stamps.
    let suitable = authentic.then(Check::SignatureValue, |authentic| match format {
        Format::DocumentTimeStamp => Suitable::for_time_stamps(authentic.certificate()),
        _ => Suitable::establish(authentic.certificate(), &mut notes),
    });

    // 8. A path from it to an anchor at the validation time.
    let request = PathRequest::of(validator, format, &certificates, time);
    let path: Outcome<TrustedPath> = authentic.then(Check::SignatureValue, |authentic| {
        TrustedPath::establish_with_carried(authentic.certificate(), &request, &at_hand, budget)
    });
    notes.extend(path.proof().filter(|path| path.certificates().is_empty()).map(|_| Finding::SignerIsAnchor));

    // 9. Nothing on the path was revoked.
    let revocation = path.then(Check::Path, |path| {
        NotRevoked::judge(path, validator.crls(), &at_hand, validator.revocation_demand(), &request, budget, &mut notes)
    });

    // 10. Time-stamps on the value.
    let time_stamps = match format {
        Format::DocumentTimeStamp => Outcome::NotApplicable,
        _ => form.then(Check::Format, |form| {
            TimeStampsJudged::establish(form, &authentic, validator, &request, &at_hand, budget, &mut notes)
        }),
    };

    // 11. Validation data that the document carries.
    let validation_data = ValidationDataUsed::establish(carried, &carried_in_cms, &mut notes);

    // 12. Everything that was added later was allowed.
    let later_revisions = intact
        .then(Check::Document, |intact| Permitted::establish(pdf, signature, intact, history, &mut later, &mut notes));

    // 13. What became of the document since, where somebody asks and the service stated where that stands.
    let stated = authentic.proof().and(statement.proof()).map(StatementRead::statement);
    let document_status = published_status(validator, stated, time, &mut notes);

    // The verdict.
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
    evidence.report(signature, Beside { notes, claimed, later, document_status }, time)
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

/// What the status lists say of the document that this statement is about.
fn published_status(
    validator: &Validator,
    statement: Option<&SigningStatement>,
    time: ValidationTime,
    notes: &mut Vec<Finding>,
) -> Option<DocumentStatus> {
    let statement = statement.filter(|_| validator.published().is_status_asked())?;
    let since = Since::SignedAt(statement.signed_at.into());
    Some(validator.published().status(statement.status_index?, since, time, notes))
}

/// The document's status: the worst of its signatures'. One that nobody can look up was not checked.
fn worst_status(validator: &Validator, signatures: &[SignatureReport]) -> Option<DocumentStatus> {
    if !validator.published().is_status_asked() || signatures.is_empty() {
        return None;
    }
    let known = signatures.iter().filter_map(|signature| signature.document_status.clone());
    Some(known.reduce(DocumentStatus::worse).unwrap_or(DocumentStatus::NotChecked(StatusProblem::NoIndex)))
}

/// A file that cannot be opened. If it carries signatures, it is not merely unreadable: they cannot hold.
fn unopened(bytes: &[u8], error: PdfError, validator: &Validator, time: ValidationTime) -> Report {
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
    let document_status = worst_status(validator, &signatures);
    Report { sha256, verdict, validation_time: time.unix_time(), signatures, document_status, findings }
}

#[cfg(test)]
mod tests;
