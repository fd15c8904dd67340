//! The contract as a caller sees it: every refusal with its code and reason, repetition, reading back.

use proto::teken::v1;
use tonic::{Code, Request};
use tonic_types::StatusExt;

use crate::accept::PeerOffice;
use crate::fixture::{Fixture, NOW, SELATAN, SUSPENDED, UTARA, document, from, office, refusal, request, request_id};
use crate::register::StopCause;
use crate::wire::server::signing_service_server::SigningService;

fn signed(answer: v1::SignDigestResponse) -> v1::Signature {
    answer.signature.expect("a signature")
}

#[tokio::test]
async fn a_digest_comes_back_as_a_cms_over_it() {
    let fixture = Fixture::new();
    let asked = request(1);
    let answer = fixture.sign(UTARA, asked.clone()).await.expect("a signature");
    assert!(!answer.replayed);
    let signature = signed(answer);
    assert_eq!(signature.name, "offices/kec-utara/signatures/1");
    assert_eq!(signature.request_id, asked.request_id);
    assert_eq!(signature.state, i32::from(v1::SignatureState::Signed));
    assert_eq!(signature.sequence, 1);
    let now = i64::try_from(NOW).expect("a time");
    assert_eq!(signature.signing_time, Some(prost_types::Timestamp { seconds: now, nanos: 0 }));
    assert_eq!(signature.document_digest, asked.document_digest);
    let cms = pades::Cms::from_der(signature.cms).expect("a CMS of our profile");
    let digest = asked.document_digest.expect("a digest").sha256;
    assert_eq!(cms.message_digest().map(|digest| digest.as_bytes().to_vec()), Some(digest));
    let statement = cms.signed_attribute(&evidence::OidArc::default().signing_statement()).expect("a statement");
    let statement = evidence::SigningStatement::from_der(&statement).expect("a statement");
    assert_eq!((statement.sequence, statement.signed_at.0), (1, NOW));
    assert_eq!((statement.office.as_str(), statement.document_type.as_str()), (UTARA, "surat"));
    let key = evidence::CommitmentKey::from_bytes([9; 32]);
    let number = key.commit(evidence::CommitmentDomain::DocumentNumber, "474/1/2026");
    assert_eq!(statement.number_commitment, number);
}

#[tokio::test]
async fn the_same_request_gets_the_same_cms_whatever_happens_to_clock_key_and_register() {
    let fixture = Fixture::new();
    let first = signed(fixture.sign(UTARA, request(1)).await.expect("a signature"));
    let again = async |fixture: &Fixture| {
        let answer = fixture.sign(UTARA, request(1)).await.expect("the same answer");
        assert!(answer.replayed);
        assert_eq!(signed(answer), first);
    };
    again(&fixture).await;
    fixture.clock.set(NOW + 3 * 365 * 24 * 60 * 60); // the certificate has ended
    again(&fixture).await;
    fixture.clock.set(NOW - 1_000);
    again(&fixture).await;
    let fixture = fixture.reopen_with(crate::fixture::other_key_and_chain());
    again(&fixture).await;
    fixture.signer.register.stop(StopCause::Io { code: 10 });
    again(&fixture).await;
}

#[tokio::test]
async fn another_request_under_a_used_id_is_refused_whatever_differs() {
    let fixture = Fixture::new();
    fixture.sign(UTARA, request(1)).await.expect("a signature");
    let changes: [fn(&mut v1::SignDigestRequest); 7] = [
        |other| other.document_digest = request(2).document_digest,
        |other| other.document.as_mut().expect("a document").r#type = v1::DocumentType::Kk.into(),
        |other| other.document.as_mut().expect("a document").number = "474/2/2026".to_owned(),
        |other| other.document.as_mut().expect("a document").requesting_officer = "lain".to_owned(),
        |other| other.replaces = "offices/kec-utara/signatures/1".to_owned(),
        |other| other.seal_hash = vec![1; 32],
        |other| other.reservation = "offices/kec-utara/reservations/1".to_owned(),
    ];
    for (position, change) in changes.into_iter().enumerate() {
        let mut other = request(1);
        change(&mut other);
        let reused = (Code::AlreadyExists, "REQUEST_ID_REUSED".to_owned());
        assert_eq!(refusal(fixture.sign(UTARA, other.clone()).await), reused, "{position}");
        other.validate_only = true;
        assert_eq!(refusal(fixture.sign(UTARA, other).await), reused, "{position}, only checked");
    }
    // In another office the same id is another act.
    assert!(!fixture.sign(SELATAN, request(1)).await.expect("a signature").replayed);
}

#[tokio::test]
async fn a_malformed_field_is_named_and_nothing_is_recorded() {
    let fixture = Fixture::new();
    let digest = |octets: usize| Some(v1::DocumentDigest { sha256: vec![1; octets] });
    let cases: [(&str, &str, Change); 20] = [
        ("request_id", "FIELD_MISSING", Box::new(|asked| asked.request_id.clear())),
        ("request_id", "REQUEST_ID_MALFORMED", Box::new(|asked| asked.request_id = "1".to_owned())),
        ("request_id", "REQUEST_ID_MALFORMED", Box::new(|asked| asked.request_id.make_ascii_uppercase())),
        ("document_digest", "FIELD_MISSING", Box::new(|asked| asked.document_digest = None)),
        ("document_digest.sha256", "DIGEST_LENGTH", Box::new(move |asked| asked.document_digest = digest(0))),
        ("document_digest.sha256", "DIGEST_LENGTH", Box::new(move |asked| asked.document_digest = digest(31))),
        ("document_digest.sha256", "DIGEST_LENGTH", Box::new(move |asked| asked.document_digest = digest(33))),
        ("document", "FIELD_MISSING", Box::new(|asked| asked.document = None)),
        ("document.type", "DOCUMENT_TYPE_UNKNOWN", doc(|document| document.r#type = 0)),
        ("document.type", "DOCUMENT_TYPE_UNKNOWN", doc(|document| document.r#type = 5)),
        ("document.type", "DOCUMENT_TYPE_UNKNOWN", doc(|document| document.r#type = -1)),
        ("document.number", "FIELD_MISSING", doc(|document| document.number.clear())),
        ("document.number", "FIELD_TOO_LONG", doc(|document| document.number = "9".repeat(129))),
        ("document.number", "FIELD_CHARACTER", doc(|document| document.number.push('\n'))),
        ("document.requesting_officer", "FIELD_MISSING", doc(|document| document.requesting_officer.clear())),
        ("document.requesting_officer", "FIELD_CHARACTER", doc(|document| document.requesting_officer.push(' '))),
        ("replaces", "SIGNATURE_NAME_MALFORMED", Box::new(|asked| asked.replaces = "7".to_owned())),
        ("seal_hash", "DIGEST_LENGTH", Box::new(|asked| asked.seal_hash = vec![1; 31])),
        ("reservation", "RESERVATION_NAME_MALFORMED", Box::new(|asked| asked.reservation = "7".to_owned())),
        (
            "reservation",
            "RESERVATION_TWICE",
            Box::new(|asked| {
                asked.seal_hash = vec![1; 32];
                asked.reservation = "offices/kec-utara/reservations/1".to_owned();
            }),
        ),
    ];
    for (field, reason, change) in cases {
        let mut asked = request(1);
        change(&mut asked);
        let status = fixture.sign(UTARA, asked).await.expect_err(field);
        let violations = status.get_details_bad_request().map(|details| details.field_violations).unwrap_or_default();
        assert_eq!(violations.iter().map(|violation| violation.field.as_str()).collect::<Vec<_>>(), [field]);
        assert_eq!(refusal::<()>(Err(status)), (Code::InvalidArgument, reason.to_owned()), "{field}");
    }
    let recorded: u64 = fixture.sql().query_row("SELECT count(*) FROM entry", [], |row| row.get(0)).expect("a count");
    assert_eq!(recorded, 0);
}

type Change = Box<dyn Fn(&mut v1::SignDigestRequest)>;

fn doc(change: fn(&mut v1::Document)) -> Change {
    Box::new(move |asked| change(asked.document.as_mut().expect("a document")))
}

#[tokio::test]
async fn who_may_not_sign_is_told_so() {
    let fixture = Fixture::new();
    let unknown = (Code::PermissionDenied, "OFFICE_UNKNOWN".to_owned());
    assert_eq!(refusal(fixture.sign("kec-asing", request(1)).await), unknown);
    let suspended = (Code::PermissionDenied, "OFFICE_SUSPENDED".to_owned());
    assert_eq!(refusal(fixture.sign(SUSPENDED, request(1)).await), suspended);
    let mut akta = request(1);
    akta.document.as_mut().expect("a document").r#type = v1::DocumentType::Akta.into();
    let mandate = (Code::PermissionDenied, "MANDATE_DOCUMENT_TYPE".to_owned());
    assert_eq!(refusal(fixture.sign(UTARA, akta).await), mandate);

    let mut nameless = Request::new(request(1));
    nameless.extensions_mut().insert(PeerOffice { office: None, certificate_serial: "01".to_owned() });
    assert_eq!(refusal(fixture.service().sign_digest(nameless).await), unknown);
    let without = fixture.service().sign_digest(Request::new(request(1))).await;
    assert_eq!(refusal(without), (Code::Unauthenticated, "CLIENT_CERTIFICATE_MISSING".to_owned()));
}

#[tokio::test]
async fn a_suspended_or_unknown_office_reads_nothing_either() {
    let fixture = Fixture::new();
    let service = fixture.service();
    for (id, reason) in [(SUSPENDED, "OFFICE_SUSPENDED"), ("kec-asing", "OFFICE_UNKNOWN")] {
        let expected = (Code::PermissionDenied, reason.to_owned());
        assert_eq!(refusal(service.get_signing_profile(from(id, v1::GetSigningProfileRequest {})).await), expected);
        assert_eq!(refusal(fixture.get(id, "offices/kec-utara/signatures/1").await), expected);
        assert_eq!(refusal(service.list_signatures(from(id, v1::ListSignaturesRequest::default())).await), expected);
        let batch =
            service.batch_sign_digests(from(id, v1::BatchSignDigestsRequest { requests: vec![request(1)] })).await;
        assert_eq!(refusal(batch.map(drop)), expected);
    }
}

#[tokio::test]
async fn a_suspension_holds_from_the_next_request_on() {
    let fixture = Fixture::new();
    fixture.sign(UTARA, request(1)).await.expect("a signature");
    let mut offices = crate::fixture::offices();
    offices.iter_mut().for_each(|office| office.suspended = true);
    fixture.offices.replace(offices).expect("the same offices");
    let suspended = (Code::PermissionDenied, "OFFICE_SUSPENDED".to_owned());
    assert_eq!(refusal(fixture.sign(UTARA, request(2)).await), suspended);
    assert_eq!(refusal(fixture.sign(UTARA, request(1)).await), suspended);
}

#[tokio::test]
async fn a_document_signed_before_is_refused_until_the_latest_is_named() {
    let fixture = Fixture::new();
    let same = |n: u32, replaces: &str| {
        let mut same = request(n);
        same.document = Some(document(1));
        same.replaces = replaces.to_owned();
        same
    };
    let (first, second) = ("offices/kec-utara/signatures/1", "offices/kec-utara/signatures/3");
    fixture.sign(UTARA, same(1, "")).await.expect("a signature");
    let status = fixture.sign(UTARA, same(2, "")).await.expect_err("signed before");
    let info = status.get_details_error_info().expect("an ErrorInfo");
    assert_eq!(info.metadata.get("signature").map(String::as_str), Some(first));
    assert_eq!(refusal::<()>(Err(status)), (Code::AlreadyExists, "DOCUMENT_ALREADY_SIGNED".to_owned()));

    let replacing = signed(fixture.sign(UTARA, same(2, first)).await.expect("a replacement"));
    assert_eq!((replacing.name.as_str(), replacing.replaces.as_str()), (second, first));
    assert_eq!(fixture.get(UTARA, first).await.expect("the first").replaced_by, second);

    let not_latest = (Code::FailedPrecondition, "REPLACES_NOT_LATEST".to_owned());
    for named in
        [first, "offices/kec-utara/signatures/2", "offices/kec-utara/signatures/99", "offices/kec-selatan/signatures/3"]
    {
        assert_eq!(refusal(fixture.sign(UTARA, same(3, named)).await), not_latest, "{named}");
        let checked = v1::SignDigestRequest { validate_only: true, ..same(3, named) };
        assert_eq!(refusal(fixture.sign(UTARA, checked).await), not_latest, "{named}, only checked");
    }
    assert_eq!(refusal(fixture.sign(SELATAN, same(3, second)).await), not_latest);
}

#[tokio::test]
async fn a_doubtful_clock_or_certificate_stops_new_signatures() {
    let fixture = Fixture::new();
    fixture.sign(UTARA, request(1)).await.expect("a signature");
    let year = 365 * 24 * 60 * 60;
    let made = NOW - 24 * 60 * 60;
    for (now, reason) in [
        (NOW - 2, "CLOCK_DOUBTFUL"),
        (0, "CLOCK_DOUBTFUL"),
        (made + 2 * year - 24 * 60 * 60 + 1, "CERTIFICATE_ENDS"),
        (made + 2 * year + 1, "CERTIFICATE_ENDS"),
    ] {
        fixture.clock.set(now);
        let expected = (Code::FailedPrecondition, reason.to_owned());
        assert_eq!(refusal(fixture.sign(UTARA, request(2)).await), expected, "{now}");
        let checked = v1::SignDigestRequest { validate_only: true, ..request(2) };
        assert_eq!(refusal(fixture.sign(UTARA, checked).await), expected, "{now}, only checked");
    }
    fixture.clock.set(NOW - 1);
    fixture.sign(UTARA, request(2)).await.expect("one second is no doubt");

    let early = Fixture::new();
    early.clock.set(made - 1);
    let expected = (Code::FailedPrecondition, "CERTIFICATE_NOT_YET_VALID".to_owned());
    assert_eq!(refusal(early.sign(UTARA, request(1)).await), expected);
}

#[tokio::test]
async fn a_stopped_register_signs_nothing_and_still_answers_what_it_knows() {
    let fixture = Fixture::new();
    let first = signed(fixture.sign(UTARA, request(1)).await.expect("a signature"));
    fixture.signer.register.stop(StopCause::Io { code: 10 });
    let stopped = (Code::Unavailable, "REGISTER_STOPPED".to_owned());
    assert_eq!(refusal(fixture.sign(UTARA, request(2)).await), stopped);
    let checked = v1::SignDigestRequest { validate_only: true, ..request(2) };
    assert_eq!(refusal(fixture.sign(UTARA, checked).await), stopped);
    assert_eq!(signed(fixture.sign(UTARA, request(1)).await.expect("the same answer")), first);
    assert_eq!(fixture.get(UTARA, &first.name).await.expect("the act"), first);
    assert_eq!(*fixture.signer.fatal().borrow(), Some(StopCause::Io { code: 10 }));

    let fixture = Fixture::new();
    fixture.signer.register.stop(StopCause::Corrupt { code: 11 });
    assert_eq!(refusal(fixture.sign(UTARA, request(1)).await), (Code::DataLoss, "REGISTER_DAMAGED".to_owned()));
}

#[tokio::test]
async fn a_check_alone_records_nothing() {
    let fixture = Fixture::new();
    let checked = |n| v1::SignDigestRequest { validate_only: true, ..request(n) };
    let answer = fixture.sign(UTARA, checked(1)).await.expect("a check");
    assert_eq!(answer, v1::SignDigestResponse { signature: None, replayed: false });
    let recorded: u64 = fixture.sql().query_row("SELECT count(*) FROM entry", [], |row| row.get(0)).expect("a count");
    assert_eq!(recorded, 0);
    fixture.sign(UTARA, request(1)).await.expect("the id is still free");
    let answer = fixture.sign(UTARA, checked(1)).await.expect("a check");
    assert_eq!(answer, v1::SignDigestResponse { signature: None, replayed: true });
    let taken = v1::SignDigestRequest { document: Some(document(1)), ..checked(2) };
    let expected = (Code::AlreadyExists, "DOCUMENT_ALREADY_SIGNED".to_owned());
    assert_eq!(refusal(fixture.sign(UTARA, taken).await), expected);
}

#[tokio::test]
async fn another_office_s_signature_looks_exactly_like_an_absent_one() {
    let fixture = Fixture::new();
    fixture.sign(UTARA, request(1)).await.expect("a signature");
    let whole = |status: tonic::Status| (status.code(), status.message().to_owned(), status.details().to_vec());
    let absent = whole(fixture.get(SELATAN, "offices/kec-selatan/signatures/77").await.expect_err("absent"));
    assert_eq!(absent.0, Code::NotFound);
    for name in [
        "offices/kec-utara/signatures/1",   // another office's
        "offices/kec-selatan/signatures/1", // another office's sequence
        "offices/kec-utara/signatures/2",   // an outcome, not an act
        "offices/kec-utara/signatures/99",
        "offices/kec-asing/signatures/1",
    ] {
        assert_eq!(whole(fixture.get(SELATAN, name).await.expect_err(name)), absent, "{name}");
    }
    assert_eq!(whole(fixture.get(UTARA, "offices/kec-utara/signatures/2").await.expect_err("an outcome")), absent);
    let by_id = |office, id: String| {
        let key = Some(v1::get_signature_request::Key::RequestId(id));
        let service = fixture.service();
        async move { service.get_signature(from(office, v1::GetSignatureRequest { key })).await }
    };
    assert_eq!(whole(by_id(SELATAN, request_id(1)).await.expect_err("another office's")), absent);
    assert_eq!(whole(by_id(SELATAN, request_id(2)).await.expect_err("absent")), absent);
    let own = by_id(UTARA, request_id(1)).await.expect("the office's own").into_inner();
    assert_eq!(own, fixture.get(UTARA, "offices/kec-utara/signatures/1").await.expect("the same"));
}

#[tokio::test]
async fn get_signature_needs_a_well_formed_key() {
    let fixture = Fixture::new();
    let malformed = (Code::InvalidArgument, "SIGNATURE_NAME_MALFORMED".to_owned());
    assert_eq!(refusal(fixture.get(UTARA, "signatures/1").await), malformed);
    let keyless = fixture.service().get_signature(from(UTARA, v1::GetSignatureRequest { key: None })).await;
    assert_eq!(refusal(keyless), (Code::InvalidArgument, "FIELD_MISSING".to_owned()));
}

#[tokio::test]
async fn a_listing_is_the_office_s_own_newest_first_in_pages() {
    let fixture = Fixture::new();
    for n in 1..=5 {
        fixture.sign(UTARA, request(n)).await.expect("a signature");
        fixture.sign(SELATAN, request(n)).await.expect("a signature");
    }
    let list = |office, page_size, page_token: &str| {
        let (service, page_token) = (fixture.service(), page_token.to_owned());
        async move {
            let asked = v1::ListSignaturesRequest { page_size, page_token };
            service.list_signatures(from(office, asked)).await.map(tonic::Response::into_inner)
        }
    };
    let ids = |page: &v1::ListSignaturesResponse| {
        page.signatures.iter().map(|act| act.request_id.clone()).collect::<Vec<_>>()
    };
    let first = list(UTARA, 2, "").await.expect("a page");
    assert_eq!(ids(&first), [request_id(5), request_id(4)]);
    assert!(first.signatures.iter().all(|act| act.cms.is_empty() && act.name.starts_with("offices/kec-utara/")));
    // What comes meanwhile does not disturb the pages that follow.
    fixture.sign(UTARA, request(6)).await.expect("a signature");
    let second = list(UTARA, 2, &first.next_page_token).await.expect("a page");
    assert_eq!(ids(&second), [request_id(3), request_id(2)]);
    let third = list(UTARA, 2, &second.next_page_token).await.expect("a page");
    assert_eq!((ids(&third), third.next_page_token.as_str()), (vec![request_id(1)], ""));
    assert_eq!(list(UTARA, 0, "").await.expect("a page").signatures.len(), 6);
    assert_eq!(list(UTARA, 1_000_000, "").await.expect("a page").signatures.len(), 6);

    let token = (Code::InvalidArgument, "PAGE_TOKEN".to_owned());
    assert_eq!(refusal(list(SELATAN, 2, &first.next_page_token).await), token);
    assert_eq!(refusal(list(UTARA, 2, "7").await), token);
    assert_eq!(refusal(list(UTARA, -1, "").await), (Code::InvalidArgument, "PAGE_SIZE".to_owned()));
}

#[tokio::test]
async fn the_profile_says_what_a_client_needs() {
    let fixture = Fixture::new();
    let profile = fixture.service().get_signing_profile(from(UTARA, v1::GetSigningProfileRequest {})).await;
    let profile = profile.expect("a profile").into_inner();
    assert_eq!(profile.certificate_chain, crate::fixture::key_and_chain().1);
    assert_eq!(
        (profile.signer_name.as_str(), profile.signer_title.as_str()),
        ("Contoh Penandatangan (UJI COBA)", "Kepala Dinas")
    );
    assert_eq!(profile.level, i32::from(v1::SignatureLevel::BB));
    assert_eq!((profile.max_document_size_bytes, profile.max_batch_size), (1_048_576, 1_000));
    assert_eq!(profile.document_types, [i32::from(v1::DocumentType::Surat), i32::from(v1::DocumentType::Kk)]);
    assert_eq!(profile.office, UTARA);
    // Whatever is signed fits, with room for a time-stamp token and a proof.
    let cms = signed(fixture.sign(UTARA, request(1)).await.expect("a signature")).cms;
    let reserved = usize::try_from(profile.contents_size_bytes).expect("a size");
    assert!(reserved >= cms.len() + 12 * 1024 && reserved <= cms.len() + 16 * 1024, "{reserved} for {}", cms.len());
}

#[tokio::test]
async fn a_record_that_is_not_what_was_recorded_is_never_given_out() {
    let fixture = Fixture::new();
    let name = signed(fixture.sign(UTARA, request(1)).await.expect("a signature")).name;
    // Somebody with the file open puts the CMS of another act there.
    let other = signed(fixture.sign(UTARA, request(2)).await.expect("a signature")).cms;
    fixture
        .sql()
        .execute_batch(&format!(
            "DROP TRIGGER entry_is_never_changed; UPDATE entry SET cms = x'{}' WHERE seq = 2;",
            hex::encode(other)
        ))
        .expect("a change");
    let damaged = (Code::DataLoss, "REGISTER_DAMAGED".to_owned());
    assert_eq!(refusal(fixture.get(UTARA, &name).await), damaged);
    assert_eq!(refusal(fixture.sign(UTARA, request(1)).await), damaged);
    assert_eq!(*fixture.signer.fatal().borrow(), Some(StopCause::Corrupt { code: 0 }));
    assert_eq!(refusal(fixture.sign(UTARA, request(3)).await), damaged);
}

#[tokio::test]
async fn the_register_holds_no_number_and_no_officer() {
    let fixture = Fixture::new();
    let mut asked = request(1);
    asked.document = Some(v1::Document {
        r#type: v1::DocumentType::Surat.into(),
        number: "NOMOR-RAHASIA-474".to_owned(),
        requesting_officer: "petugas.rahasia".to_owned(),
    });
    fixture.sign(UTARA, asked).await.expect("a signature");
    let files =
        ["register.db", "register.db-wal"].map(|name| std::fs::read(fixture.register_path().with_file_name(name)));
    for octets in files.into_iter().flatten() {
        for secret in ["NOMOR-RAHASIA", "petugas.rahasia"] {
            assert!(!octets.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
        }
    }
    let known: u64 = fixture
        .sql()
        .query_row("SELECT count(*) FROM entry WHERE office = ?1", [office(UTARA).as_str()], |row| row.get(0))
        .expect("a count");
    assert_eq!(known, 1);
}
