//! Reservation, seal and status as an office sees them, without TLS.

use evidence::SigningStatement;
use evidence::seal::{Claims, Days, Seal};
use pades::Cms;
use proto::teken::v1;
use proto::teken::v1::seal_claims;
use tonic::Code;

use crate::fixture::{
    Fixture, NOW, SELATAN, UTARA, document, failing, gated, key_and_chain, pdf, refusal, request, request_id,
};

const NAME: &str = "BUDI SANTOSO";
const NIK: &str = "3275051708800012";

fn surat(name: &str) -> v1::SealClaims {
    let valid_until = Some(v1::CalendarDate { year: 2027, month: 5, day: 24 });
    let surat = v1::SuratClaims { letter_code: 14, name: name.to_owned(), nik: NIK.to_owned(), valid_until };
    v1::SealClaims { claims: Some(seal_claims::Claims::Surat(surat)), withhold_checks: false }
}

/// The n-th reservation, for the document of the n-th request.
fn reservation(n: u32) -> v1::ReserveDocumentRequest {
    v1::ReserveDocumentRequest {
        request_id: request_id(n),
        document: Some(document(n)),
        claims: Some(surat(NAME)),
        validate_only: false,
    }
}

async fn reserve(fixture: &Fixture, n: u32) -> v1::Reservation {
    fixture.reserve(UTARA, reservation(n)).await.expect("a reservation").reservation.expect("a reservation")
}

fn sealed(n: u32, seal_hash: &[u8]) -> v1::SignDigestRequest {
    v1::SignDigestRequest { seal_hash: seal_hash.to_vec(), ..request(n) }
}

async fn sign(fixture: &Fixture, message: v1::SignDigestRequest) -> v1::Signature {
    fixture.sign(UTARA, message).await.expect("an answer").signature.expect("a signature")
}

fn statement(fixture: &Fixture, signature: &v1::Signature) -> SigningStatement {
    let cms = Cms::from_der(signature.cms.clone()).expect("a CMS");
    let value = cms.signed_attribute(&fixture.signer.oid_arc.signing_statement()).expect("a statement");
    SigningStatement::from_der(&value).expect("a statement")
}

fn change(n: u32, name: &str, status: v1::DocumentStatus) -> v1::SetDocumentStatusRequest {
    v1::SetDocumentStatusRequest {
        request_id: request_id(n),
        name: name.to_owned(),
        status: status.into(),
        reason: "nama BUDI salah tulis".to_owned(),
        requesting_officer: "petugas.contoh".to_owned(),
        reason_code: v1::StatusReason::ContentWrong.into(),
    }
}

fn no(code: Code, reason: &str) -> (Code, String) {
    (code, reason.to_owned())
}

#[tokio::test]
async fn a_reserved_seal_says_what_is_printed_and_the_signature_says_which_seal() {
    let fixture = Fixture::new().with_documents();
    let reserved = reserve(&fixture, 1).await;
    assert_eq!(reserved.name, "offices/kec-utara/reservations/1");
    let seal = Seal::from_text(&reserved.seal_text).expect("a seal");
    assert_eq!((seal.as_cose(), seal.hash().as_slice()), (reserved.seal.as_slice(), reserved.seal_hash.as_slice()));
    let head = seal.payload().head;
    assert_eq!((head.status.as_u64(), head.office), (reserved.status_index, 5));
    assert_eq!(head.issue_date, Days::from_date(2026, 11, 24).expect("a day"));
    let Claims::Surat(claims) = &seal.payload().claims else { panic!("{seal:?}") };
    assert_eq!((claims.number.as_str(), claims.letter_code), (document(1).number.as_str(), 14));
    let times = (reserved.issue_time.expect("a time").seconds, reserved.expire_time.expect("a time").seconds);
    assert_eq!(times, (NOW.cast_signed(), NOW.cast_signed() + 900));

    let signature = sign(&fixture, sealed(1, &reserved.seal_hash)).await;
    assert_eq!((signature.status_index, &signature.seal_hash), (Some(reserved.status_index), &reserved.seal_hash));
    let statement = statement(&fixture, &signature);
    assert_eq!(statement.seal_hash.map(Vec::from), Some(reserved.seal_hash));
    assert_eq!(statement.status_index.map(evidence::StatusIndex::as_u64), Some(reserved.status_index));
    assert_eq!(fixture.get(UTARA, &signature.name).await.expect("the act"), signature);
}

#[tokio::test]
async fn a_signature_without_a_reservation_has_an_index_too() {
    let fixture = Fixture::new();
    let signature = sign(&fixture, request(1)).await;
    let statement = statement(&fixture, &signature);
    assert_eq!(statement.status_index.map(evidence::StatusIndex::as_u64), signature.status_index);
    assert!(signature.status_index.is_some());
    assert_eq!((statement.seal_hash, signature.seal_hash), (None, Vec::new()));
}

#[tokio::test]
async fn a_repeated_reservation_gives_the_same_octets_for_ever() {
    let fixture = Fixture::new().with_documents();
    let first = reserve(&fixture, 1).await;
    reserve(&fixture, 2).await;
    let fixture = fixture.reopen().with_documents();
    fixture.clock.set(NOW + 3 * 24 * 60 * 60);
    let again = fixture.reserve(UTARA, reservation(1)).await.expect("the same");
    assert!(again.replayed);
    assert_eq!(again.reservation, Some(first), "on another day, after a restart");
    let checked = v1::ReserveDocumentRequest { validate_only: true, ..reservation(1) };
    let checked = fixture.reserve(UTARA, checked).await.expect("checked");
    assert_eq!((checked.reservation, checked.replayed), (None, true));
}

#[tokio::test]
async fn another_reservation_under_a_used_id_is_refused_whatever_differs() {
    let fixture = Fixture::new().with_documents();
    reserve(&fixture, 1).await;
    let changes: [fn(&mut v1::ReserveDocumentRequest); 5] = [
        |other| other.claims = Some(surat("BUDI SANTOSA")),
        |other| other.claims = None,
        |other| other.claims.as_mut().expect("claims").withhold_checks = true,
        |other| other.document.as_mut().expect("a document").number = "474/9/2026".to_owned(),
        |other| other.document.as_mut().expect("a document").requesting_officer = "lain".to_owned(),
    ];
    for (position, change) in changes.into_iter().enumerate() {
        let mut other = reservation(1);
        change(&mut other);
        let refused = refusal(fixture.reserve(UTARA, other).await);
        assert_eq!(refused, no(Code::AlreadyExists, "REQUEST_ID_REUSED"), "{position}");
    }
    assert!(!fixture.reserve(SELATAN, reservation(1)).await.expect("another office's").replayed);
}

#[tokio::test]
async fn a_seal_that_cannot_be_made_again_is_not_replaced_by_another_one() {
    let fixture = Fixture::new().with_documents();
    reserve(&fixture, 1).await;
    let fixture = fixture.reopen().with_seals_before("https://tte2.example.go.id/v#");
    let refused = refusal(fixture.reserve(UTARA, reservation(1)).await);
    assert_eq!(refused, no(Code::FailedPrecondition, "SEAL_NOT_REBUILT"));
}

#[tokio::test]
async fn nothing_of_the_claims_is_on_the_disk_or_printed() {
    let fixture = Fixture::new().with_documents();
    let reserved = reserve(&fixture, 1).await;
    let signature = sign(&fixture, sealed(1, &reserved.seal_hash)).await;
    fixture.set_status(UTARA, change(1, &signature.name, v1::DocumentStatus::Invalid)).await.expect("a change");
    let path = fixture.register_path();
    let log = std::path::PathBuf::from(format!("{}-wal", path.display()));
    for file in [path, log] {
        let octets = std::fs::read(&file).expect("the register");
        for text in [NAME, NIK, "BUDI", "petugas", &document(1).number, &reserved.seal_text[40..60]] {
            let found = octets.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(!found, "{text} is in {}", file.display());
        }
        let seal_in_it = octets.windows(60).any(|window| reserved.seal.windows(60).any(|part| part == window));
        assert!(!seal_in_it, "octets of the seal are in {}", file.display());
    }
    let read = crate::wire::document::reserve(reservation(1)).expect("a request");
    let printed = format!("{read:?}");
    assert!(!printed.contains("BUDI") && !printed.contains(NIK) && !printed.contains("474"), "{printed}");
}

#[tokio::test]
async fn what_cannot_be_sealed_is_refused_before_anything_is_recorded() {
    let fixture = Fixture::new().with_documents();
    let typed = |r#type: v1::DocumentType| {
        let document = v1::Document { r#type: r#type.into(), ..document(1) };
        v1::ReserveDocumentRequest { document: Some(document), ..reservation(1) }
    };
    let with = |change: fn(&mut v1::SuratClaims)| {
        let mut asked = reservation(1);
        if let Some(seal_claims::Claims::Surat(claims)) = &mut asked.claims.as_mut().expect("claims").claims {
            change(claims);
        }
        asked
    };
    let empty = v1::SealClaims { claims: None, withhold_checks: false };
    let cases = [
        (typed(v1::DocumentType::Kk), "CLAIMS_OTHER_TYPE"),
        (v1::ReserveDocumentRequest { claims: Some(empty), ..reservation(1) }, "FIELD_MISSING"),
        (with(|claims| claims.name.clear()), "FIELD_MISSING"),
        (with(|claims| claims.name = "N".repeat(257)), "FIELD_TOO_LONG"),
        (with(|claims| claims.name = "N".repeat(200)), "CLAIMS_REFUSED"),
        (with(|claims| claims.name = "é".repeat(60)), "CLAIMS_REFUSED"),
        (with(|claims| claims.nik = "327505170880001".to_owned()), "CLAIMS_REFUSED"),
        (with(|claims| claims.nik = "327505170880001x".to_owned()), "CLAIMS_REFUSED"),
        (with(|claims| claims.letter_code = 65_536), "NUMBER_TOO_LARGE"),
        (with(|claims| claims.valid_until.as_mut().expect("a day").month = 13), "DATE_MALFORMED"),
        (with(|claims| claims.valid_until.as_mut().expect("a day").day = -1), "DATE_MALFORMED"),
    ];
    for (position, (asked, reason)) in cases.into_iter().enumerate() {
        let refused = refusal(fixture.reserve(UTARA, asked.clone()).await);
        assert_eq!(refused, no(Code::InvalidArgument, reason), "{position}");
        let checked = v1::ReserveDocumentRequest { validate_only: true, ..asked };
        assert_eq!(refusal(fixture.reserve(UTARA, checked).await), no(Code::InvalidArgument, reason), "{position}");
    }
    let checked = v1::ReserveDocumentRequest { validate_only: true, ..reservation(1) };
    let checked = fixture.reserve(UTARA, checked).await.expect("checked");
    assert_eq!((checked.reservation, checked.replayed), (None, false));
    let count: u64 =
        fixture.sql().query_row("SELECT count(*) FROM reservation", [], |row| row.get(0)).expect("a count");
    assert_eq!(count, 0);
}

#[tokio::test]
async fn a_type_that_is_off_a_foreign_type_and_a_service_without_seals_are_refused() {
    let fixture = Fixture::new();
    let refused = refusal(fixture.reserve(UTARA, reservation(1)).await);
    assert_eq!(refused, no(Code::FailedPrecondition, "SEALS_NOT_SERVED"));
    let plain = v1::ReserveDocumentRequest { claims: None, ..reservation(1) };
    let plain = fixture.reserve(UTARA, plain).await.expect("an index without a seal").reservation.expect("one");
    assert_eq!((plain.seal, plain.seal_text, plain.seal_hash), (Vec::new(), String::new(), Vec::new()));
    let named = v1::SignDigestRequest { reservation: plain.name, ..request(1) };
    assert_eq!(sign(&fixture, named).await.status_index, Some(plain.status_index));

    let fixture = Fixture::new().with_documents();
    let akta = v1::AktaClaims {
        child_name: "AISYAH".to_owned(),
        date_of_birth: Some(v1::CalendarDate { year: 2026, month: 11, day: 9 }),
        sex: v1::Sex::Female.into(),
        place_of_birth: "BEKASI".to_owned(),
        birth_order: 2,
        ..v1::AktaClaims::default()
    };
    let asked = v1::ReserveDocumentRequest {
        document: Some(v1::Document { r#type: v1::DocumentType::Akta.into(), ..document(1) }),
        claims: Some(v1::SealClaims { claims: Some(seal_claims::Claims::Akta(akta)), withhold_checks: false }),
        ..reservation(1)
    };
    // The office may not have an akta signed, so it cannot reserve one either.
    let refused = refusal(fixture.reserve(UTARA, asked.clone()).await);
    assert_eq!(refused, no(Code::PermissionDenied, "MANDATE_DOCUMENT_TYPE"));
    let mut offices = crate::fixture::offices();
    offices[0].document_types.push(evidence::DocumentType::akta());
    fixture.offices.replace(offices).expect("offices");
    assert_eq!(refusal(fixture.reserve(UTARA, asked).await), no(Code::FailedPrecondition, "SEAL_TYPE_OFF"));
}

#[tokio::test]
async fn a_kartu_keluarga_is_sealed_with_its_rows() {
    let fixture = Fixture::new().with_documents();
    let member = |name: &str, nik: &str| v1::KkMember {
        name: name.to_owned(),
        nik: nik.to_owned(),
        sex: v1::Sex::Male.into(),
        date_of_birth: Some(v1::CalendarDate { year: 1980, month: 8, day: 17 }),
        relationship: v1::FamilyRelationship::Head.into(),
    };
    let kk = v1::KkClaims {
        head_name: NAME.to_owned(),
        kelurahan: 1_004,
        rt: 7,
        rw: 12,
        members: vec![member(NAME, NIK), member("MUHAMMAD RIZKY", "3275050105080003")],
    };
    let asked = v1::ReserveDocumentRequest {
        document: Some(v1::Document {
            r#type: v1::DocumentType::Kk.into(),
            number: "3275051203100045".to_owned(),
            ..document(1)
        }),
        claims: Some(v1::SealClaims { claims: Some(seal_claims::Claims::Kk(kk)), withhold_checks: false }),
        ..reservation(1)
    };
    let reserved = fixture.reserve(UTARA, asked).await.expect("a reservation").reservation.expect("one");
    let seal = Seal::from_text(&reserved.seal_text).expect("a seal");
    let Claims::Kk(claims) = &seal.payload().claims else { panic!("{seal:?}") };
    assert_eq!(claims.members.len(), 2);
}

#[tokio::test]
async fn a_request_that_names_a_wrong_reservation_signs_nothing() {
    let fixture = Fixture::new().with_documents();
    let reserved = reserve(&fixture, 1).await;
    let hash = &reserved.seal_hash;
    let cases = [
        (sealed(2, hash), Code::FailedPrecondition, "RESERVATION_OTHER_DOCUMENT"),
        (sealed(1, &[7; 32]), Code::NotFound, "RESERVATION_NOT_FOUND"),
    ];
    for (asked, code, reason) in cases {
        let checked = v1::SignDigestRequest { validate_only: true, ..asked.clone() };
        assert_eq!(refusal(fixture.sign(UTARA, checked).await), no(code, reason));
        assert_eq!(refusal(fixture.sign(UTARA, asked).await), no(code, reason));
    }
    let foreign = refusal(fixture.sign(SELATAN, sealed(1, hash)).await);
    assert_eq!(foreign, no(Code::NotFound, "RESERVATION_NOT_FOUND"), "another office's is as an absent one");
    fixture.clock.set(NOW + 901);
    assert_eq!(
        refusal(fixture.sign(UTARA, sealed(1, hash)).await),
        no(Code::FailedPrecondition, "RESERVATION_EXPIRED")
    );
    let count: u64 = fixture.sql().query_row("SELECT count(*) FROM entry", [], |row| row.get(0)).expect("a count");
    assert_eq!(count, 0);
}

#[tokio::test]
async fn a_signed_reservation_is_signed_once_and_its_request_gets_its_cms_for_ever() {
    let fixture = Fixture::new().with_documents();
    let reserved = reserve(&fixture, 1).await;
    let first = sign(&fixture, sealed(1, &reserved.seal_hash)).await;
    let again = v1::SignDigestRequest { request_id: request_id(2), ..sealed(1, &reserved.seal_hash) };
    let again = v1::SignDigestRequest { replaces: first.name.clone(), ..again };
    assert_eq!(refusal(fixture.sign(UTARA, again).await), no(Code::FailedPrecondition, "RESERVATION_USED"));
    let fixture = fixture.reopen();
    fixture.clock.set(NOW + 24 * 60 * 60);
    let repeated = fixture.sign(UTARA, sealed(1, &reserved.seal_hash)).await.expect("the same");
    assert!(repeated.replayed);
    assert_eq!(repeated.signature, Some(first), "long after the reservation ended");
}

/// The process dies between the intent and the outcome: what is completed has the seal and the index of the intent.
#[tokio::test]
async fn an_act_that_a_crash_left_open_keeps_seal_and_index() {
    let fixture = Fixture::with(failing(1)).with_documents();
    let reserved = reserve(&fixture, 1).await;
    let refused = refusal(fixture.sign(UTARA, sealed(1, &reserved.seal_hash)).await);
    assert_eq!(refused, no(Code::Unavailable, "KEY_UNAVAILABLE"));
    let name = "offices/kec-utara/signatures/1";
    let open = fixture.status(UTARA, name).await.expect("a status");
    assert_eq!(open.status(), v1::DocumentStatus::Invalid, "nothing was released");

    let fixture = fixture.reopen().with_documents();
    fixture.clock.set(NOW + 2_000);
    let recovery = fixture.signer.recover().await.expect("an end");
    assert_eq!((recovery.completed, recovery.abandoned), (1, 0));
    let signature = sign(&fixture, sealed(1, &reserved.seal_hash)).await;
    let statement = statement(&fixture, &signature);
    assert_eq!(statement.seal_hash.map(Vec::from), Some(reserved.seal_hash));
    assert_eq!(statement.status_index.map(evidence::StatusIndex::as_u64), Some(reserved.status_index));
    assert_eq!(fixture.status(UTARA, name).await.expect("a status").status(), v1::DocumentStatus::Valid);
}

#[tokio::test]
async fn two_requests_for_one_reservation_get_one_signature() {
    let (gate, key) = gated();
    let fixture = std::sync::Arc::new(Fixture::with(key).with_documents());
    let reserved = reserve(&fixture, 1).await;
    let first = tokio::spawn({
        let (fixture, asked) = (std::sync::Arc::clone(&fixture), sealed(1, &reserved.seal_hash));
        async move { fixture.sign(UTARA, asked).await }
    });
    gate.begun.acquire().await.expect("the gate stays").forget();
    // The first one has recorded its intent and waits for its key.
    let other = v1::SignDigestRequest { request_id: request_id(2), ..sealed(1, &reserved.seal_hash) };
    let refused = refusal(fixture.sign(UTARA, other).await);
    assert_eq!(refused, no(Code::AlreadyExists, "DOCUMENT_ALREADY_SIGNED"));
    gate.go.add_permits(1);
    assert!(first.await.expect("no panic").is_ok());
}

#[tokio::test]
async fn an_office_with_too_many_reservations_waits_and_others_do_not() {
    let fixture = Fixture::new().with_documents();
    let mut hashes = Vec::new();
    for n in 1..=3 {
        hashes.push(reserve(&fixture, n).await.seal_hash);
    }
    for _again in 0..2 {
        let refused = refusal(fixture.reserve(UTARA, reservation(4)).await);
        assert_eq!(refused, no(Code::ResourceExhausted, "TOO_MANY_RESERVATIONS"));
    }
    assert!(fixture.reserve(UTARA, reservation(1)).await.expect("a repeated one").replayed);
    fixture.reserve(SELATAN, reservation(4)).await.expect("another office's");
    sign(&fixture, sealed(2, &hashes[1])).await;
    reserve(&fixture, 4).await;
}

#[tokio::test]
async fn sign_document_takes_a_seal_whose_text_goes_into_the_signature() {
    use crate::domain::{Answer, State};
    let fixture = Fixture::new().with_documents();
    let reserved = reserve(&fixture, 1).await;
    let header = v1::SignDocumentHeader {
        request_id: request_id(1),
        document: Some(document(1)),
        seal_hash: reserved.seal_hash.clone(),
        seal_text: reserved.seal_text.clone(),
        ..v1::SignDocumentHeader::default()
    };
    let wrong = [("", "FIELD_MISSING"), ("https://tte.example.go.id/v#123", "SEAL_TEXT")];
    for (text, reason) in wrong {
        let header = v1::SignDocumentHeader { seal_text: text.to_owned(), ..header.clone() };
        let refused = crate::wire::sign_document(header).expect_err(text);
        assert_eq!(crate::wire::status::explain(&refused).reason, reason);
    }
    let mut files = Vec::new();
    for _again in 0..2 {
        let asked = crate::wire::sign_document(header.clone()).expect("a header");
        let office = crate::fixture::office(UTARA);
        let signed = crate::sign_document::sign_document(&fixture.signer, &office, asked, pdf("1")).await;
        let signed = signed.expect("a document");
        let Answer::Signed { signature, .. } = signed.answer else { panic!("a signature") };
        assert!(matches!(signature.state, State::Signed { .. }));
        assert_eq!(signature.seal_hash.map(Vec::from), Some(reserved.seal_hash.clone()));
        files.push(signed.file.expect("a file"));
    }
    assert_eq!(files[0], files[1], "the same request, the same file");
    let text = reserved.seal_text.as_bytes();
    assert!(files[0].windows(text.len()).any(|window| window == text), "the seal stands in the file");
}

#[tokio::test]
async fn a_status_is_set_by_an_office_that_may_for_its_own_documents_only() {
    use v1::DocumentStatus::{Invalid, Suspended, Valid};
    let fixture = Fixture::new().with_documents();
    let ours = sign(&fixture, request(1)).await.name;
    let theirs = fixture.sign(SELATAN, request(1)).await.expect("an answer").signature.expect("a signature").name;
    let denied = refusal(fixture.set_status(SELATAN, change(1, &theirs, Invalid)).await);
    assert_eq!(denied, no(Code::PermissionDenied, "MANDATE_STATUS"));

    let foreign = fixture.set_status(UTARA, change(1, &theirs, Invalid)).await.expect_err("a refusal");
    let absent = fixture.set_status(UTARA, change(1, "offices/kec-utara/signatures/99", Invalid)).await;
    let absent = absent.expect_err("a refusal");
    assert_eq!(
        (foreign.code(), foreign.message(), foreign.details()),
        (absent.code(), absent.message(), absent.details())
    );
    // The number of one of ours under another office's name names nothing.
    let sequence = ours.rsplit('/').next().expect("a number");
    let disguised = format!("offices/kec-selatan/signatures/{sequence}");
    let refused = refusal(fixture.set_status(UTARA, change(1, &disguised, Invalid)).await);
    assert_eq!(refused, no(Code::NotFound, "SIGNATURE_NOT_FOUND"));
    assert_eq!(refusal(fixture.status(UTARA, &theirs).await), no(Code::NotFound, "SIGNATURE_NOT_FOUND"));
    assert_eq!(refusal(fixture.status(UTARA, "x").await), no(Code::InvalidArgument, "SIGNATURE_NAME_MALFORMED"));

    let set = fixture.set_status(UTARA, change(1, &ours, Suspended)).await.expect("a change");
    let record = set.document_status.expect("a status");
    assert_eq!(
        (record.status(), record.reason_code(), set.replayed),
        (Suspended, v1::StatusReason::ContentWrong, false)
    );
    assert_eq!(record.change_time.map(|time| time.seconds), Some(NOW.cast_signed()));
    let again = fixture.set_status(UTARA, change(1, &ours, Suspended)).await.expect("the same");
    assert_eq!((again.document_status, again.replayed), (Some(record), true));
    let other = v1::SetDocumentStatusRequest { reason: "lain".to_owned(), ..change(1, &ours, Suspended) };
    assert_eq!(refusal(fixture.set_status(UTARA, other).await), no(Code::AlreadyExists, "REQUEST_ID_REUSED"));
    fixture.set_status(UTARA, change(2, &ours, Valid)).await.expect("back");
    fixture.set_status(UTARA, change(3, &ours, Invalid)).await.expect("withdrawn");
    let refused = refusal(fixture.set_status(UTARA, change(4, &ours, Valid)).await);
    assert_eq!(refused, no(Code::FailedPrecondition, "STATUS_NOT_ALLOWED"));
    assert_eq!(fixture.status(UTARA, &ours).await.expect("a status").status(), Invalid);
}

#[tokio::test]
async fn a_malformed_change_is_refused_with_its_field() {
    let fixture = Fixture::new().with_documents();
    let name = sign(&fixture, request(1)).await.name;
    type Change = fn(&mut v1::SetDocumentStatusRequest);
    let cases: [(&str, &str, Change); 9] = [
        ("request_id", "FIELD_MISSING", |asked| asked.request_id.clear()),
        ("name", "FIELD_MISSING", |asked| asked.name.clear()),
        ("status", "DOCUMENT_STATUS_UNKNOWN", |asked| asked.status = 0),
        ("status", "DOCUMENT_STATUS_UNKNOWN", |asked| asked.status = v1::DocumentStatus::Superseded.into()),
        ("status", "DOCUMENT_STATUS_UNKNOWN", |asked| asked.status = 9),
        ("reason", "FIELD_MISSING", |asked| asked.reason.clear()),
        ("reason", "FIELD_TOO_LONG", |asked| asked.reason = "r".repeat(501)),
        ("reason_code", "STATUS_REASON_UNKNOWN", |asked| asked.reason_code = v1::StatusReason::Replaced.into()),
        ("requesting_officer", "FIELD_MISSING", |asked| asked.requesting_officer.clear()),
    ];
    for (field, reason, damage) in cases {
        let mut asked = change(1, &name, v1::DocumentStatus::Invalid);
        damage(&mut asked);
        let refused = refusal(fixture.set_status(UTARA, asked).await);
        assert_eq!(refused, no(Code::InvalidArgument, reason), "{field}");
    }
    assert_eq!(fixture.status(UTARA, &name).await.expect("a status").status(), v1::DocumentStatus::Valid);
}

#[tokio::test]
async fn a_service_without_status_lists_changes_no_status_and_still_tells_it() {
    let fixture = Fixture::with(key_and_chain());
    let name = sign(&fixture, request(1)).await.name;
    let refused = refusal(fixture.set_status(UTARA, change(1, &name, v1::DocumentStatus::Invalid)).await);
    assert_eq!(refused, no(Code::FailedPrecondition, "STATUS_NOT_SERVED"));
    assert_eq!(fixture.status(UTARA, &name).await.expect("a status").status(), v1::DocumentStatus::Valid);
}

#[tokio::test]
async fn a_replaced_document_reads_superseded() {
    let fixture = Fixture::new().with_documents();
    let old = sign(&fixture, request(1)).await.name;
    let replacing = v1::SignDigestRequest { document: Some(document(1)), replaces: old.clone(), ..request(2) };
    let new = sign(&fixture, replacing).await.name;
    let record = fixture.status(UTARA, &old).await.expect("a status");
    assert_eq!((record.status(), record.reason_code()), (v1::DocumentStatus::Superseded, v1::StatusReason::Replaced));
    assert_eq!((record.superseded_by.as_str(), record.publish_time), (new.as_str(), None));
    let refused = refusal(fixture.set_status(UTARA, change(1, &old, v1::DocumentStatus::Invalid)).await);
    assert_eq!(refused, no(Code::FailedPrecondition, "STATUS_NOT_ALLOWED"), "SUPERSEDED is final");
}
