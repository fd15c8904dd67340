//! `status get` and `status set`: what became of a document after it was signed.

use evidence::StatusIndex;
use office::{
    Client, Config, DocumentStatus, NewStatus, OfficerAccount, ReasonText, RequestId, SignatureName, StatusChange,
    StatusReason,
};
use serde_json::{Value, json};

use crate::{
    args::{ReasonWord, StatusGet, StatusSet, StatusWord},
    plan::PlanError,
    report::{Exit, line, time},
    texts::{Failure, Language, status_word},
};

/// `status get`.
pub(crate) async fn get(get: &StatusGet, language: Language) -> Result<Exit, Failure> {
    let name = SignatureName::parse(&get.name)?;
    let config = Config::load(&get.config)?;
    let status = Client::connect(&config).await?.document_status(&name).await?;
    line(&if get.json { object(&status).to_string() } else { sentence(&status, language) })?;
    Ok(Exit::Signed)
}

/// `status set`.
pub(crate) async fn set(set: &StatusSet, language: Language) -> Result<Exit, Failure> {
    // 1. What is asked, checked before anything is sent.
    let name = SignatureName::parse(&set.name)?;
    let reason = ReasonText::parse(&set.reason)?;
    let config = Config::load(&set.config)?;
    let officer = match &set.officer {
        Some(account) => OfficerAccount::parse(account).map_err(PlanError::from)?,
        None => config.officer.clone().ok_or(PlanError::NoOfficer)?,
    };
    let status = match set.status {
        StatusWord::Valid => NewStatus::Valid,
        StatusWord::Invalid => NewStatus::Invalid,
        StatusWord::Suspended => NewStatus::Suspended,
    };
    let change = StatusChange { name, status, reason, reason_code: set.reason_code.map(reason_code), officer };

    // 2. Asked, and told.
    let changed = Client::connect(&config).await?.set_document_status(&change, RequestId::generate()).await?;
    if set.json {
        let mut object = object(&changed.status);
        if let Some(fields) = object.as_object_mut() {
            fields.insert("requestId".to_owned(), json!(changed.request_id.to_string()));
            fields.insert("replayed".to_owned(), json!(changed.replayed));
        }
        line(&object.to_string())?;
        return Ok(Exit::Signed);
    }
    let sentence = sentence(&changed.status, language);
    let replayed =
        language.pick(" (sudah tercatat pada percobaan sebelumnya)", " (an earlier attempt had recorded it)");
    line(&format!("{sentence}{}", if changed.replayed { replayed } else { "" }))?;
    Ok(Exit::Signed)
}

const fn reason_code(word: ReasonWord) -> StatusReason {
    match word {
        ReasonWord::IssuedInError => StatusReason::IssuedInError,
        ReasonWord::ContentWrong => StatusReason::ContentWrong,
        ReasonWord::Fraud => StatusReason::Fraud,
        ReasonWord::Order => StatusReason::Order,
        ReasonWord::UnderReview => StatusReason::UnderReview,
        ReasonWord::ReviewEnded => StatusReason::ReviewEnded,
        ReasonWord::Lost => StatusReason::Lost,
    }
}

const fn code(reason: StatusReason) -> &'static str {
    match reason {
        StatusReason::IssuedInError => "ISSUED_IN_ERROR",
        StatusReason::ContentWrong => "CONTENT_WRONG",
        StatusReason::Fraud => "FRAUD",
        StatusReason::Order => "ORDER",
        StatusReason::UnderReview => "UNDER_REVIEW",
        StatusReason::ReviewEnded => "REVIEW_ENDED",
        StatusReason::Lost => "LOST",
        StatusReason::Replaced => "REPLACED",
    }
}

fn object(status: &DocumentStatus) -> Value {
    json!({
        "signature": status.name.as_str(),
        "status": status.status.to_string(),
        "statusIndex": status.status_index.map(StatusIndex::as_u64),
        "reasonCode": status.reason.map(code),
        "changeTime": status.changed_at_unix.map(time),
        "supersededBy": status.superseded_by.as_ref().map(SignatureName::as_str),
        "publishTime": status.published_at_unix.map(time),
    })
}

/// One line for people. Whether a list says so already is what those who verify go by.
fn sentence(status: &DocumentStatus, language: Language) -> String {
    let mut text = format!("{}: {}", status.name, status_word(status.status, language));
    if let Some(changed_at) = status.changed_at_unix {
        text = format!("{text}, {} {}", language.pick("sejak", "since"), time(changed_at));
    }
    if let Some(newer) = &status.superseded_by {
        text = format!("{text}, {} {newer}", language.pick("oleh", "by"));
    }
    if let Some(reason) = status.reason {
        text = format!("{text} [{}]", code(reason));
    }
    let published = match (status.status_index, status.published_at_unix) {
        (None, _) => {
            language.pick("dibuat sebelum ada daftar status", "made before there were status lists").to_owned()
        }
        (Some(_), Some(at)) => {
            format!("{} {}", language.pick("terbit dalam daftar status", "published in a status list"), time(at))
        }
        (Some(_), None) => {
            language.pick("belum terbit dalam daftar status", "not in a published status list yet").to_owned()
        }
    };
    format!("{text}; {published}")
}

#[cfg(test)]
mod tests {
    use evidence::status::StatusValue;

    use super::*;

    fn suspended() -> DocumentStatus {
        DocumentStatus {
            name: SignatureName::parse("offices/kec-a/signatures/7").expect("a name"),
            status_index: Some(StatusIndex::new(0, 7).expect("in range")),
            status: StatusValue::Suspended,
            reason: Some(StatusReason::UnderReview),
            changed_at_unix: Some(1_790_000_000),
            superseded_by: None,
            published_at_unix: None,
        }
    }

    #[test]
    fn a_status_is_told_in_one_line_with_whether_it_is_published() {
        assert_eq!(
            sentence(&suspended(), Language::Id),
            "offices/kec-a/signatures/7: diblokir (SUSPENDED), sejak 2026-09-21T14:13:20Z [UNDER_REVIEW]; belum terbit dalam daftar status"
        );
        let superseded = DocumentStatus {
            status: StatusValue::Superseded,
            reason: None,
            superseded_by: Some(SignatureName::parse("offices/kec-a/signatures/8").expect("a name")),
            published_at_unix: Some(1_790_000_060),
            ..suspended()
        };
        assert_eq!(
            sentence(&superseded, Language::En),
            "offices/kec-a/signatures/7: superseded (SUPERSEDED), since 2026-09-21T14:13:20Z, by offices/kec-a/signatures/8; \
             published in a status list 2026-09-21T14:14:20Z"
        );
        let old = DocumentStatus {
            status_index: None,
            changed_at_unix: None,
            reason: None,
            status: StatusValue::Valid,
            ..suspended()
        };
        assert_eq!(
            sentence(&old, Language::En),
            "offices/kec-a/signatures/7: in force (VALID); made before there were status lists"
        );
    }

    #[test]
    fn the_json_of_a_status_has_every_field() {
        assert_eq!(
            object(&suspended()).to_string(),
            r#"{"changeTime":"2026-09-21T14:13:20Z","publishTime":null,"reasonCode":"UNDER_REVIEW","signature":"offices/kec-a/signatures/7","status":"SUSPENDED","statusIndex":7,"supersededBy":null}"#
        );
    }
}
