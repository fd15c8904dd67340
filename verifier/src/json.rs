//! The report as JSON: one object for each file, on one line.
//!
//! Job: exactly the fields of the design, in its order, with more behind them. Fields are added, never renamed; the
//! bytes depend on the input, the moment and the language alone.

use evidence::SigningStatement;
use serde::Serialize;

use crate::clock::UnixTime;
use crate::findings::{Finding, Language};
use crate::published::{DocumentStatus, StatusRead, status_sentence};
use crate::report::{CertificateFacts, Check, Checks, LaterRevision, ListUsed, Report, SignatureReport, TimeBasis};
use crate::text::reason;

/// Writes one line, without its end.
pub fn to_json(file: &str, report: &Report, language: Language) -> String {
    let object = File {
        file,
        sha256: report.sha256.map(hex::encode),
        verdict: report.verdict.as_str(),
        exit_code: report.exit_status().code(),
        document_status: report.document_status.as_ref().map(DocumentStatus::as_str),
        signatures: report.signatures.iter().map(|signature| Signature::of(signature, language)).collect(),
        validation_time: report.validation_time.to_string(),
        findings: findings(&report.findings, language),
        status: report.document_status.as_ref().map(|status| StatusObject::of(status, language)),
    };
    serde_json::to_string(&object).expect("plain values with text keys always serialize")
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File<'a> {
    file: &'a str,
    sha256: Option<String>,
    verdict: &'static str,
    exit_code: u8,
    document_status: Option<&'static str>,
    signatures: Vec<Signature<'a>>,
    validation_time: String,
    findings: Vec<FindingObject>,
    status: Option<StatusObject>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Signature<'a> {
    field: Option<&'a str>,
    indication: &'static str,
    sub_indication: Option<&'static str>,
    integrity: &'static str,
    checks: ChecksObject,
    format: &'static str,
    signed_by: Option<&'a str>,
    claimed_signing_time: Option<String>,
    best_signature_time: String,
    statement: Option<Statement>,
    coverage: &'static str,
    later_revisions: Vec<Revision>,
    findings: Vec<FindingObject>,
    certificate_sha256: Option<String>,
    best_signature_time_basis: &'static str,
    best_signature_time_authority: Option<&'a str>,
    signing_certificate: Option<CertificateObject<'a>>,
    trust_anchor: Option<CertificateObject<'a>>,
    revocation_lists: Vec<ListObject<'a>>,
    reasons: ReasonsObject,
    document_status: Option<&'static str>,
    seal: Option<&'a str>,
}

/// What became of a document, and by which list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StatusObject {
    value: &'static str,
    index: Option<u64>,
    list: Option<String>,
    issued: Option<String>,
    expires: Option<String>,
    age_seconds: Option<u64>,
    is_fresh: Option<bool>,
    code: Option<&'static str>,
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CertificateObject<'a> {
    subject: &'a str,
    name: &'a str,
    title: Option<&'a str>,
    organization: Option<&'a str>,
    issuer: &'a str,
    serial: &'a str,
    not_before: String,
    not_after: String,
    sha256: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListObject<'a> {
    issuer: &'a str,
    this_update: String,
    next_update: Option<String>,
    sha256: String,
    source: &'static str,
}

/// The keys of `checks`, in the order of the procedure.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReasonsObject {
    format: String,
    document: String,
    signature_value: String,
    signed_attributes: String,
    algorithms: String,
    statement: String,
    signer_certificate: String,
    path: String,
    revocation: String,
    time_stamps: String,
    validation_data: String,
    later_revisions: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChecksObject {
    path: &'static str,
    revocation: &'static str,
    later_revisions: &'static str,
    format: &'static str,
    document: &'static str,
    signature_value: &'static str,
    signed_attributes: &'static str,
    algorithms: &'static str,
    statement: &'static str,
    signer_certificate: &'static str,
    time_stamps: &'static str,
    validation_data: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    sequence: u64,
    signed_at: String,
    office: String,
    document_type: String,
    number_commitment: String,
    seal_hash: Option<String>,
    mandate: Option<Mandate>,
    status_index: Option<u64>,
}

#[derive(Serialize)]
struct Mandate {
    id: String,
    hash: String,
}

#[derive(Serialize)]
struct Revision {
    revision: usize,
    start: usize,
    end: usize,
    result: &'static str,
    changes: Vec<String>,
}

#[derive(Serialize)]
pub(crate) struct FindingObject {
    code: &'static str,
    severity: &'static str,
    text: String,
    detail: Option<String>,
}

impl<'a> Signature<'a> {
    fn of(signature: &'a SignatureReport, language: Language) -> Self {
        Self {
            field: signature.field.as_deref(),
            indication: signature.conclusion.indication.as_str(),
            sub_indication: signature.conclusion.sub_indication.map(|sub| sub.as_str()),
            integrity: signature.integrity.as_str(),
            checks: ChecksObject::of(&signature.checks),
            format: signature.format.as_str(),
            signed_by: signature.signed_by.as_deref(),
            claimed_signing_time: signature
                .claimed_signing_time
                .as_ref()
                .map(|claimed| claimed.time.map_or_else(|| claimed.text.clone(), |time| time.to_string())),
            best_signature_time: signature.best_signature_time.to_string(),
            statement: signature.statement.as_ref().map(Statement::of),
            coverage: signature.coverage.as_str(),
            later_revisions: signature
                .later_revisions
                .iter()
                .map(|revision| Revision::of(revision, language))
                .collect(),
            findings: findings(&signature.findings, language),
            certificate_sha256: signature.certificate_sha256.map(hex::encode),
            best_signature_time_basis: signature.best_signature_time_basis.as_str(),
            best_signature_time_authority: match &signature.best_signature_time_basis {
                TimeBasis::Validation => None,
                TimeBasis::SignatureTimeStamp { authority } | TimeBasis::DocumentTimeStamp { authority } => {
                    Some(authority)
                }
            },
            signing_certificate: signature.signing_certificate.as_ref().map(CertificateObject::of),
            trust_anchor: signature.trust_anchor.as_ref().map(CertificateObject::of),
            revocation_lists: signature.revocation_lists.iter().map(ListObject::of).collect(),
            reasons: ReasonsObject::of(signature, language),
            document_status: signature.document_status.as_ref().map(DocumentStatus::as_str),
            seal: signature.seal.as_deref(),
        }
    }
}

impl StatusObject {
    pub(crate) fn of(status: &DocumentStatus, language: Language) -> Self {
        let (value, text) = (status.as_str(), status_sentence(status, language));
        match status {
            DocumentStatus::Checked(StatusRead { index, value: _, uri, issued, expires, age, is_fresh }) => Self {
                value,
                index: Some(index.as_u64()),
                list: Some(uri.clone()),
                issued: Some(issued.to_string()),
                expires: Some(expires.to_string()),
                age_seconds: Some(*age),
                is_fresh: Some(*is_fresh),
                code: None,
                text,
            },
            DocumentStatus::NotChecked(problem) => Self {
                value,
                index: None,
                list: None,
                issued: None,
                expires: None,
                age_seconds: None,
                is_fresh: None,
                code: Some(problem.code()),
                text,
            },
        }
    }
}

impl<'a> CertificateObject<'a> {
    pub(crate) fn of(certificate: &'a CertificateFacts) -> Self {
        let CertificateFacts { name, title, organization, subject, issuer, serial, not_before, not_after, sha256 } =
            certificate;
        Self {
            subject,
            name,
            title: title.as_deref(),
            organization: organization.as_deref(),
            issuer,
            serial,
            not_before: not_before.to_string(),
            not_after: not_after.to_string(),
            sha256: hex::encode(sha256),
        }
    }
}

impl<'a> ListObject<'a> {
    fn of(list: &'a ListUsed) -> Self {
        let ListUsed { issuer, this_update, next_update, sha256, source } = list;
        Self {
            issuer,
            this_update: this_update.to_string(),
            next_update: next_update.map(|time| time.to_string()),
            sha256: hex::encode(sha256),
            source: source.as_str(),
        }
    }
}

impl ReasonsObject {
    fn of(signature: &SignatureReport, language: Language) -> Self {
        let of = |check: Check| {
            let step = signature.steps.iter().find(|step| step.check == check);
            step.map_or_else(String::new, |step| reason(step, signature, language))
        };
        Self {
            format: of(Check::Format),
            document: of(Check::Document),
            signature_value: of(Check::SignatureValue),
            signed_attributes: of(Check::SignedAttributes),
            algorithms: of(Check::Algorithms),
            statement: of(Check::Statement),
            signer_certificate: of(Check::SignerCertificate),
            path: of(Check::Path),
            revocation: of(Check::Revocation),
            time_stamps: of(Check::TimeStamps),
            validation_data: of(Check::ValidationData),
            later_revisions: of(Check::LaterRevisions),
        }
    }
}

impl ChecksObject {
    fn of(checks: &Checks) -> Self {
        let Checks {
            format,
            document,
            signature_value,
            signed_attributes,
            algorithms,
            statement,
            signer_certificate,
            path,
            revocation,
            time_stamps,
            validation_data,
            later_revisions,
        } = checks;
        Self {
            path: path.as_str(),
            revocation: revocation.as_str(),
            later_revisions: later_revisions.as_str(),
            format: format.as_str(),
            document: document.as_str(),
            signature_value: signature_value.as_str(),
            signed_attributes: signed_attributes.as_str(),
            algorithms: algorithms.as_str(),
            statement: statement.as_str(),
            signer_certificate: signer_certificate.as_str(),
            time_stamps: time_stamps.as_str(),
            validation_data: validation_data.as_str(),
        }
    }
}

impl Statement {
    fn of(statement: &SigningStatement) -> Self {
        Self {
            sequence: statement.sequence,
            signed_at: UnixTime::from_seconds(i64::try_from(statement.signed_at.0).unwrap_or(i64::MAX)).to_string(),
            office: statement.office.to_string(),
            document_type: statement.document_type.as_str().to_owned(),
            number_commitment: statement.number_commitment.to_string(),
            seal_hash: statement.seal_hash.map(hex::encode),
            mandate: statement
                .mandate
                .as_ref()
                .map(|mandate| Mandate { id: mandate.id.to_string(), hash: hex::encode(mandate.hash) }),
            status_index: statement.status_index.map(|index| index.as_u64()),
        }
    }
}

impl Revision {
    fn of(revision: &LaterRevision, language: Language) -> Self {
        Self {
            revision: revision.number,
            start: revision.span.start,
            end: revision.span.end,
            result: revision.result.as_str(),
            changes: revision.changes.iter().map(|change| change.text(language)).collect(),
        }
    }
}

pub(crate) fn findings(findings: &[Finding], language: Language) -> Vec<FindingObject> {
    findings
        .iter()
        .map(|finding| FindingObject {
            code: finding.code(),
            severity: finding.severity().as_str(),
            text: finding.text(language),
            detail: finding.detail(),
        })
        .collect()
}
