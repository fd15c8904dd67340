//! The messages about a document's status.

use evidence::{StatusIndex, status::StatusValue};
use proto::teken::v1;

use super::{WireError, missing, optional_name};
use crate::{
    document_status::{DocumentStatus, NewStatus, StatusChange, StatusReason},
    request_id::RequestId,
    signature_name::SignatureName,
};

/// Reasons by the numbers of the contract.
const REASONS: [(v1::StatusReason, StatusReason); 8] = [
    (v1::StatusReason::IssuedInError, StatusReason::IssuedInError),
    (v1::StatusReason::ContentWrong, StatusReason::ContentWrong),
    (v1::StatusReason::Fraud, StatusReason::Fraud),
    (v1::StatusReason::Order, StatusReason::Order),
    (v1::StatusReason::UnderReview, StatusReason::UnderReview),
    (v1::StatusReason::ReviewEnded, StatusReason::ReviewEnded),
    (v1::StatusReason::Lost, StatusReason::Lost),
    (v1::StatusReason::Replaced, StatusReason::Replaced),
];

pub(crate) fn change(change: &StatusChange, request_id: RequestId) -> v1::SetDocumentStatusRequest {
    let status = match change.status {
        NewStatus::Valid => v1::DocumentStatus::Valid,
        NewStatus::Invalid => v1::DocumentStatus::Invalid,
        NewStatus::Suspended => v1::DocumentStatus::Suspended,
    };
    let code = change.reason_code.and_then(|code| REASONS.iter().find(|(_, reason)| *reason == code));
    v1::SetDocumentStatusRequest {
        request_id: request_id.to_string(),
        name: change.name.as_str().to_owned(),
        status: status.into(),
        reason: change.reason.as_str().to_owned(),
        requesting_officer: change.officer.as_str().to_owned(),
        reason_code: code.map_or(v1::StatusReason::Unspecified, |(wire, _)| *wire).into(),
    }
}

pub(crate) fn changed(response: v1::SetDocumentStatusResponse) -> Result<(DocumentStatus, bool), WireError> {
    Ok((record(response.document_status.ok_or(missing("document_status"))?)?, response.replayed))
}

pub(crate) fn record(record: v1::DocumentStatusRecord) -> Result<DocumentStatus, WireError> {
    let status = match v1::DocumentStatus::try_from(record.status) {
        Ok(v1::DocumentStatus::Valid) => StatusValue::Valid,
        Ok(v1::DocumentStatus::Invalid) => StatusValue::Invalid,
        Ok(v1::DocumentStatus::Suspended) => StatusValue::Suspended,
        Ok(v1::DocumentStatus::Superseded) => StatusValue::Superseded,
        Ok(v1::DocumentStatus::Unspecified) | Err(_) => return Err(missing("status")),
    };
    let index = |index| StatusIndex::from_u64(index).map_err(|_| missing("status_index"));
    Ok(DocumentStatus {
        name: SignatureName::parse(&record.name)?,
        status_index: record.status_index.map(index).transpose()?,
        status,
        // A reason that a newer service knows and this client does not is not told.
        reason: REASONS.iter().find(|(wire, _)| *wire as i32 == record.reason_code).map(|(_, reason)| *reason),
        changed_at_unix: record.change_time.map(|time| seconds("change_time", time.seconds)).transpose()?,
        superseded_by: optional_name(&record.superseded_by)?,
        published_at_unix: record.publish_time.map(|time| seconds("publish_time", time.seconds)).transpose()?,
    })
}

fn seconds(field: &'static str, seconds: i64) -> Result<u64, WireError> {
    u64::try_from(seconds).map_err(|_| missing(field))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> v1::DocumentStatusRecord {
        v1::DocumentStatusRecord {
            name: "offices/kec-a/signatures/7".into(),
            status_index: Some(1 << 20),
            status: v1::DocumentStatus::Superseded.into(),
            reason_code: v1::StatusReason::Replaced.into(),
            change_time: Some(prost_types::Timestamp { seconds: 1_790_000_000, nanos: 0 }),
            superseded_by: "offices/kec-a/signatures/8".into(),
            publish_time: None,
        }
    }

    #[test]
    fn a_whole_record_is_read() {
        let read = record(whole()).expect("whole");
        assert_eq!((read.status, read.reason), (StatusValue::Superseded, Some(StatusReason::Replaced)));
        assert_eq!((read.changed_at_unix, read.published_at_unix), (Some(1_790_000_000), None));
        assert_eq!(read.status_index.map(StatusIndex::shard), Some(1));
    }

    #[test]
    fn a_record_that_lacks_or_overdoes_something_is_refused_by_the_fields_name() {
        type Damage = fn(&mut v1::DocumentStatusRecord);
        let cases: [(&str, Damage); 5] = [
            ("status", |r| r.status = 0),
            ("status", |r| r.status = 99),
            ("status_index", |r| r.status_index = Some(u64::MAX)),
            ("change_time", |r| r.change_time = Some(prost_types::Timestamp { seconds: -1, nanos: 0 })),
            ("publish_time", |r| r.publish_time = Some(prost_types::Timestamp { seconds: -1, nanos: 0 })),
        ];
        for (field, damage) in cases {
            let mut damaged = whole();
            damage(&mut damaged);
            assert_eq!(record(damaged), Err(WireError::Field { field }));
        }
        assert_eq!(changed(v1::SetDocumentStatusResponse::default()), Err(missing("document_status")));
        let unnamed = v1::DocumentStatusRecord { name: String::new(), ..whole() };
        assert!(matches!(record(unnamed), Err(WireError::SignatureName(_))));
    }
}
