//! The report on seals as JSON: one object for each text, picture or file, on one line. `seal.schema.json` describes it.

use evidence::seal::Seal;
use serde::Serialize;

use super::report::{SealChecks, SealKey, SealOrigin, SealReport, SealedFileReport};
use crate::findings::Language;
use crate::json::{CertificateObject, FindingObject, StatusObject, findings};

/// Writes one line, without its end.
pub fn seal_to_json(file: &str, report: &SealedFileReport, language: Language) -> String {
    let status = report.document_status();
    let object = File {
        kind: "seal",
        file,
        verdict: report.verdict.as_str(),
        exit_code: report.exit_status().code(),
        document_status: status.as_ref().map(|status| status.as_str()),
        validation_time: report.validation_time.to_string(),
        seals: report.seals.iter().map(|seal| SealObject::of(seal, language)).collect(),
        findings: findings(&report.findings, language),
    };
    serde_json::to_string(&object).expect("plain values with text keys always serialize")
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File<'a> {
    kind: &'static str,
    file: &'a str,
    verdict: &'static str,
    exit_code: u8,
    document_status: Option<&'static str>,
    validation_time: String,
    seals: Vec<SealObject<'a>>,
    findings: Vec<FindingObject>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SealObject<'a> {
    origin: &'static str,
    field: Option<&'a str>,
    text: &'a str,
    indication: &'static str,
    sub_indication: Option<&'static str>,
    checks: ChecksObject,
    sha256: Option<String>,
    prefix: Option<&'a str>,
    key_hint: Option<String>,
    status_index: Option<u64>,
    fields: Vec<FieldObject>,
    key: Option<KeyObject<'a>>,
    document_status: Option<&'static str>,
    status: Option<StatusObject>,
    findings: Vec<FindingObject>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChecksObject {
    form: &'static str,
    trust_list: &'static str,
    signature_value: &'static str,
    key: &'static str,
    prefix: &'static str,
    issue_date: &'static str,
    number: &'static str,
}

#[derive(Serialize)]
struct FieldObject {
    label: &'static str,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeyObject<'a> {
    in_use_from: String,
    in_use_to: String,
    trust_list_sequence: u64,
    trust_list_issued: String,
    trust_anchor: CertificateObject<'a>,
}

impl<'a> SealObject<'a> {
    fn of(report: &'a SealReport, language: Language) -> Self {
        let seal = report.seal.as_ref();
        Self {
            origin: report.origin.as_str(),
            field: match &report.origin {
                SealOrigin::SignatureDictionary { field } => Some(field),
                SealOrigin::Text | SealOrigin::Picture => None,
            },
            text: &report.text,
            indication: report.conclusion.indication.as_str(),
            sub_indication: report.conclusion.sub_indication.map(|sub| sub.as_str()),
            checks: ChecksObject::of(&report.checks),
            sha256: seal.map(|seal| hex::encode(seal.hash())),
            prefix: seal.map(|seal| seal.prefix().as_str()),
            key_hint: seal.map(Seal::key_hint).map(|hint| hint.to_string()),
            status_index: seal.map(|seal| seal.payload().head.status.as_u64()),
            fields: fields(report, language),
            key: report.key.as_ref().map(KeyObject::of),
            document_status: report.document_status.as_ref().map(|status| status.as_str()),
            status: report.document_status.as_ref().map(|status| StatusObject::of(status, language)),
            findings: findings(&report.findings, language),
        }
    }
}

fn fields(report: &SealReport, language: Language) -> Vec<FieldObject> {
    let fields = report.fields().into_iter();
    fields
        .map(|field| {
            let label = match language {
                Language::Indonesian => field.label_id,
                Language::English => field.label_en,
            };
            FieldObject { label, value: field.value }
        })
        .collect()
}

impl ChecksObject {
    fn of(checks: &SealChecks) -> Self {
        let SealChecks { form, trust_list, signature_value, key, prefix, issue_date, number } = checks;
        Self {
            form: form.as_str(),
            trust_list: trust_list.as_str(),
            signature_value: signature_value.as_str(),
            key: key.as_str(),
            prefix: prefix.as_str(),
            issue_date: issue_date.as_str(),
            number: number.as_str(),
        }
    }
}

impl<'a> KeyObject<'a> {
    fn of(key: &'a SealKey) -> Self {
        let SealKey { hint: _, in_use_from, in_use_to, trust_list_sequence, trust_list_issued, anchor } = key;
        Self {
            in_use_from: in_use_from.to_string(),
            in_use_to: in_use_to.to_string(),
            trust_list_sequence: *trust_list_sequence,
            trust_list_issued: trust_list_issued.to_string(),
            trust_anchor: CertificateObject::of(anchor),
        }
    }
}
