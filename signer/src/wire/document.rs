//! DocumentService: between the contract and the domain.

use evidence::DocumentType;
use evidence::seal::printed::{AktaFields, KkFields, PrintedFields, SuratFields};
use evidence::seal::{ClaimsError, Days, IdentityNumber, Member, Relationship, Sex, Tags};
use evidence::status::StatusValue;
use proto::teken::v1;
use proto::teken::v1::seal_claims::Claims;

use super::{Checked, at, malformed, mode, read_document, timestamp};
use crate::domain::{
    Document, Freshness, ReasonText, RequestId, RequestingOfficer, Reserve, SetStatus, SignatureName, StatusReason,
    StatusRecord, TextFault,
};
use crate::error::FieldFault;
use crate::reserve::Reservation;

/// Octets of a printed text: above any name, so that nothing long is looked at.
const TEXT_LIMIT: usize = 256;
/// Rows of a kartu keluarga that are looked at; the seal itself takes fewer.
const MEMBERS_LIMIT: usize = 64;

// --- requests

/// A request to reserve.
pub(crate) fn reserve(message: v1::ReserveDocumentRequest) -> Checked<Reserve> {
    let v1::ReserveDocumentRequest { request_id, document, claims, validate_only } = message;
    let request_id = at("request_id", RequestId::parse(&request_id))?;
    let document = read_document(document)?;
    let claims = claims.map(|claims| printed(&document, claims)).transpose()?;
    Ok(Reserve { request_id, document, claims, mode: mode(validate_only) })
}

/// What will be printed, for the profile of the document's type.
fn printed(document: &Document, message: v1::SealClaims) -> Checked<PrintedFields> {
    let tags = if message.withhold_checks { Tags::Withheld } else { Tags::Sealed };
    let claims = message.claims.ok_or_else(|| malformed("claims", TextFault::Missing))?;
    let (wanted, printed) = match claims {
        Claims::Surat(claims) => (DocumentType::surat(), surat(document, claims, tags).map(PrintedFields::Surat)),
        Claims::Akta(claims) => (DocumentType::akta(), akta(document, claims, tags).map(PrintedFields::Akta)),
        Claims::Kk(claims) => (DocumentType::kk(), kk(document, claims, tags).map(PrintedFields::Kk)),
    };
    // Before what is wrong inside of them.
    if wanted != document.document_type {
        return Err(malformed("claims", FieldFault::ClaimsOtherType));
    }
    printed
}

fn surat(document: &Document, claims: v1::SuratClaims, tags: Tags) -> Checked<SuratFields> {
    Ok(SuratFields {
        number: document.number.as_str().to_owned(),
        letter_code: number("claims.surat.letter_code", claims.letter_code, u16::MAX)?,
        name: text("claims.surat.name", claims.name)?,
        nik: optional_nik("claims.surat.nik", &claims.nik)?,
        valid_until: claims.valid_until.map(|day| date("claims.surat.valid_until", day)).transpose()?,
        tags,
    })
}

fn akta(document: &Document, claims: v1::AktaClaims, tags: Tags) -> Checked<AktaFields> {
    Ok(AktaFields {
        number: document.number.as_str().to_owned(),
        child: text("claims.akta.child_name", claims.child_name)?,
        born: required_date("claims.akta.date_of_birth", claims.date_of_birth)?,
        sex: sex("claims.akta.sex", claims.sex)?,
        birth_place: text("claims.akta.place_of_birth", claims.place_of_birth)?,
        child_order: number("claims.akta.birth_order", claims.birth_order, u8::MAX)?,
        nik: optional_nik("claims.akta.nik", &claims.nik)?,
        father: optional_text("claims.akta.father_name", claims.father_name)?,
        mother: optional_text("claims.akta.mother_name", claims.mother_name)?,
        tags,
    })
}

fn kk(document: &Document, claims: v1::KkClaims, tags: Tags) -> Checked<KkFields> {
    let count = claims.members.len();
    if count > MEMBERS_LIMIT {
        let fault = ClaimsError::TooManyMembers { members: count, limit: MEMBERS_LIMIT };
        return Err(malformed("claims.kk.members", FieldFault::Claims(fault)));
    }
    Ok(KkFields {
        number: nik("document.number", document.number.as_str())?,
        head_of_family: text("claims.kk.head_name", claims.head_name)?,
        kelurahan: number("claims.kk.kelurahan", claims.kelurahan, u16::MAX)?,
        rt: number("claims.kk.rt", claims.rt, u8::MAX)?,
        rw: number("claims.kk.rw", claims.rw, u8::MAX)?,
        members: claims.members.into_iter().map(member).collect::<Checked<_>>()?,
        tags,
    })
}

fn member(member: v1::KkMember) -> Checked<Member> {
    Ok(Member {
        name: text("claims.kk.members.name", member.name)?,
        nik: nik("claims.kk.members.nik", &member.nik)?,
        sex: sex("claims.kk.members.sex", member.sex)?,
        born: required_date("claims.kk.members.date_of_birth", member.date_of_birth)?,
        relationship: relationship("claims.kk.members.relationship", member.relationship)?,
    })
}

fn text(field: &'static str, text: String) -> Checked<String> {
    let (length, limit) = (text.len(), TEXT_LIMIT);
    match length {
        0 => Err(malformed(field, TextFault::Missing)),
        _ if length > limit => Err(malformed(field, TextFault::TooLong { length, limit })),
        _ => Ok(text),
    }
}

fn optional_text(field: &'static str, given: String) -> Checked<Option<String>> {
    if given.is_empty() { Ok(None) } else { text(field, given).map(Some) }
}

fn nik(field: &'static str, digits: &str) -> Checked<IdentityNumber> {
    IdentityNumber::parse(digits).map_err(|fault| malformed(field, FieldFault::Claims(fault)))
}

fn optional_nik(field: &'static str, digits: &str) -> Checked<Option<IdentityNumber>> {
    if digits.is_empty() { Ok(None) } else { nik(field, digits).map(Some) }
}

fn number<T: TryFrom<u32> + Into<u32> + Copy>(field: &'static str, number: u32, limit: T) -> Checked<T> {
    T::try_from(number).map_err(|_| malformed(field, FieldFault::NumberTooLarge { number, limit: limit.into() }))
}

fn date(field: &'static str, day: v1::CalendarDate) -> Checked<Days> {
    let part = |part: i32| u8::try_from(part).map_err(|_| malformed(field, FieldFault::Date));
    Days::from_date(day.year, part(day.month)?, part(day.day)?).map_err(|_| malformed(field, FieldFault::Date))
}

fn required_date(field: &'static str, day: Option<v1::CalendarDate>) -> Checked<Days> {
    date(field, day.ok_or_else(|| malformed(field, TextFault::Missing))?)
}

fn sex(field: &'static str, code: i32) -> Checked<Sex> {
    match v1::Sex::try_from(code) {
        Ok(v1::Sex::Male) => Ok(Sex::Male),
        Ok(v1::Sex::Female) => Ok(Sex::Female),
        Ok(v1::Sex::Unspecified) | Err(_) => Err(malformed(field, FieldFault::EnumValue)),
    }
}

/// The contract's numbers are those of the national list, from 1.
fn relationship(field: &'static str, code: i32) -> Checked<Relationship> {
    let position = usize::try_from(code).ok().and_then(|code| code.checked_sub(1));
    position
        .and_then(|position| Relationship::ALL.get(position).copied())
        .ok_or_else(|| malformed(field, FieldFault::EnumValue))
}

/// A request to change a status.
pub(crate) fn set_status(message: v1::SetDocumentStatusRequest) -> Checked<SetStatus> {
    let v1::SetDocumentStatusRequest { request_id, name, status, reason, requesting_officer, reason_code } = message;
    Ok(SetStatus {
        request_id: at("request_id", RequestId::parse(&request_id))?,
        name: signature_name(&name)?,
        status: match v1::DocumentStatus::try_from(status) {
            Ok(v1::DocumentStatus::Valid) => StatusValue::Valid,
            Ok(v1::DocumentStatus::Invalid) => StatusValue::Invalid,
            Ok(v1::DocumentStatus::Suspended) => StatusValue::Suspended,
            Ok(v1::DocumentStatus::Superseded | v1::DocumentStatus::Unspecified) | Err(_) => {
                return Err(malformed("status", FieldFault::Status));
            }
        },
        reason: at("reason", ReasonText::parse(reason))?,
        reason_code: match v1::StatusReason::try_from(reason_code) {
            Ok(v1::StatusReason::Unspecified) => StatusReason::Unspecified,
            Ok(v1::StatusReason::IssuedInError) => StatusReason::IssuedInError,
            Ok(v1::StatusReason::ContentWrong) => StatusReason::ContentWrong,
            Ok(v1::StatusReason::Fraud) => StatusReason::Fraud,
            Ok(v1::StatusReason::Order) => StatusReason::Order,
            Ok(v1::StatusReason::UnderReview) => StatusReason::UnderReview,
            Ok(v1::StatusReason::ReviewEnded) => StatusReason::ReviewEnded,
            Ok(v1::StatusReason::Lost) => StatusReason::Lost,
            Ok(v1::StatusReason::Replaced) | Err(_) => return Err(malformed("reason_code", FieldFault::StatusReason)),
        },
        requesting_officer: at("requesting_officer", RequestingOfficer::parse(requesting_officer))?,
    })
}

pub(crate) fn signature_name(name: &str) -> Checked<SignatureName> {
    if name.is_empty() {
        return Err(malformed("name", TextFault::Missing));
    }
    at("name", SignatureName::parse(name))
}

// --- answers

pub(crate) fn reserved(reservation: Option<Reservation>, freshness: Freshness) -> v1::ReserveDocumentResponse {
    v1::ReserveDocumentResponse {
        reservation: reservation.map(|Reservation { record, seal }| v1::Reservation {
            name: record.name.to_string(),
            status_index: record.status_index.as_u64(),
            seal: seal.as_ref().map(|seal| seal.as_cose().to_vec()).unwrap_or_default(),
            seal_text: seal.as_ref().map(|seal| seal.to_text()).unwrap_or_default(),
            seal_hash: seal.as_ref().map(|seal| seal.hash().to_vec()).unwrap_or_default(),
            expire_time: Some(timestamp(record.expires_at)),
            issue_time: Some(timestamp(record.issued_at)),
        }),
        replayed: freshness == Freshness::Replayed,
    }
}

pub(crate) fn status_record(record: StatusRecord) -> v1::DocumentStatusRecord {
    let status = match record.status {
        StatusValue::Valid => v1::DocumentStatus::Valid,
        StatusValue::Invalid => v1::DocumentStatus::Invalid,
        StatusValue::Suspended => v1::DocumentStatus::Suspended,
        StatusValue::Superseded => v1::DocumentStatus::Superseded,
    };
    let reason = match record.reason_code {
        _ if record.superseded_by.is_some() => v1::StatusReason::Replaced,
        StatusReason::Unspecified => v1::StatusReason::Unspecified,
        StatusReason::IssuedInError => v1::StatusReason::IssuedInError,
        StatusReason::ContentWrong => v1::StatusReason::ContentWrong,
        StatusReason::Fraud => v1::StatusReason::Fraud,
        StatusReason::Order => v1::StatusReason::Order,
        StatusReason::UnderReview => v1::StatusReason::UnderReview,
        StatusReason::ReviewEnded => v1::StatusReason::ReviewEnded,
        StatusReason::Lost => v1::StatusReason::Lost,
    };
    v1::DocumentStatusRecord {
        name: record.name.to_string(),
        status_index: record.status_index.map(evidence::StatusIndex::as_u64),
        status: status.into(),
        reason_code: reason.into(),
        change_time: record.changed_at.map(timestamp),
        superseded_by: record.superseded_by.map(|name| name.to_string()).unwrap_or_default(),
        publish_time: record.published_at.map(timestamp),
    }
}
