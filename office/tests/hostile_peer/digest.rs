//! `SignDigest`, one document.

use std::time::Duration;

use evidence::DocumentType;
use office::{
    AnswerError, Existing, KnownProfile, Output, Provenance, RequestId, SignError, SignatureState, Standing, Taken,
    WireError,
};
use pades::{CmsError, Limits, SignedPdf};
use proto::teken::v1;
use tempfile::TempDir;
use tonic::Code;

use crate::{
    ONCE, PATIENT, answer_error,
    document::pdf,
    moment,
    peer::{Act, Peer, Seen},
    profile, task, waiting,
};

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

#[tokio::test(start_paused = true)]
async fn an_honest_answer_becomes_a_signed_file_with_the_input_as_its_prefix() {
    let (folder, peer) = (folder(), Peer::doing([]));
    let client = peer.client(folder.path(), ONCE);
    let signed = client.sign_pdf(&profile(&client).await, pdf("a"), task("1"), moment(1)).await.expect("signed");
    assert!(signed.pdf().starts_with(&pdf("a")));
    let open = SignedPdf::open(signed.pdf(), &Limits::default()).expect("opens");
    let signature = open.signatures().first().expect("one signature");
    assert_eq!(signature.claimed_signing_time(), Some("D:20260921211320+07'00'"));
    assert_eq!(signed.statement().office.as_str(), "kec-a");

    // Until the caller says that it is safe the journal holds it.
    assert_eq!(waiting(&client), [RequestId::from_random([1; 16])]);
    let receipt = signed.finish().expect("finished");
    assert_eq!(receipt.provenance, Provenance::New);
    assert_eq!(waiting(&client), []);
    let seen = peer.seen();
    assert_eq!(seen.len(), 1);
    assert!(seen.iter().all(|seen| seen.had_deadline && seen.content.len() == 32));
}

#[tokio::test(start_paused = true)]
async fn every_lie_of_the_peer_is_caught_and_the_request_stays_in_the_journal() {
    let other_office = AnswerError::OtherOffice { named: evidence::OfficeId::parse("kec-b").expect("an office") };
    let not_cms = pades::Cms::from_der(b"not a CMS".to_vec()).expect_err("not a CMS");
    let cases: [(Act, AnswerError); 15] = [
        (Act::SignAndSayOtherDigest, AnswerError::OtherDigest),
        (Act::SignOtherDigest, AnswerError::OtherDocument),
        (
            Act::AnswerOtherRequest,
            AnswerError::OtherRequest {
                answered: RequestId::parse("00000000-0000-4000-8000-000000000000").expect("an id"),
            },
        ),
        (Act::ValueDoesNotVerify, AnswerError::SignatureValue),
        (Act::OtherSigner, AnswerError::OtherChain),
        (Act::NoStatement, AnswerError::NoStatement),
        (Act::OtherOffice, other_office),
        (Act::OtherType, AnswerError::OtherType { named: DocumentType::kk() }),
        (Act::OtherSequence, AnswerError::Contradiction { field: "sequence" }),
        (Act::OtherTime, AnswerError::Contradiction { field: "signing_time" }),
        (Act::OtherName, AnswerError::Contradiction { field: "name" }),
        (Act::NotCms, AnswerError::Cms(not_cms)),
        (Act::StateOpen, AnswerError::NotSigned { state: SignatureState::Open }),
        (Act::NoSignature, AnswerError::Wire(WireError::Field { field: "signature" })),
        (Act::Stranger, AnswerError::OtherChain),
    ];
    for (act, expected) in cases {
        let (folder, peer) = (folder(), Peer::doing([act]));
        let client = peer.client(folder.path(), PATIENT);
        let error = client
            .sign_pdf(&profile(&client).await, pdf("a"), task("1"), moment(1))
            .await
            .expect_err("a lie is not a signature");
        assert_eq!(error.kept(), Some(RequestId::from_random([1; 16])), "{act:?}");
        assert_eq!(answer_error(error), expected, "{act:?}");
        assert_eq!(waiting(&client), [RequestId::from_random([1; 16])], "{act:?}");
        assert_eq!(peer.seen().len(), 1, "{act:?}: a lie is not asked for twice");
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_away_twice_is_asked_three_times_with_the_same_bytes() {
    for act in [
        Act::Refuse(Code::Unavailable, "KEY_UNAVAILABLE"),
        Act::Refuse(Code::Aborted, "REQUEST_IN_FLIGHT"),
        Act::Refuse(Code::DeadlineExceeded, "OUTCOME_UNKNOWN"),
        Act::Later(Code::ResourceExhausted, "QUEUE_FULL", Duration::from_secs(7)),
        Act::Break(Code::Unavailable),
        Act::Break(Code::Internal),
        Act::Hang,
    ] {
        let (folder, peer) = (folder(), Peer::doing([act, act, Act::Sign]));
        let client = peer.client(folder.path(), Duration::from_secs(600));
        let signed =
            client.sign_pdf(&profile(&client).await, pdf("a"), task("1"), moment(1)).await.expect("in the end");
        signed.finish().expect("finished");
        let seen = peer.seen();
        let [first, second, third] = seen.as_slice() else { panic!("{act:?}: {seen:?}") };
        assert_eq!((first, second), (second, third), "{act:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_that_the_service_names_is_waited_for() {
    let later = Act::Later(Code::ResourceExhausted, "QUEUE_FULL", Duration::from_secs(20));
    let (folder, peer) = (folder(), Peer::doing([later]));
    let client = peer.client(folder.path(), PATIENT);
    let profile = profile(&client).await;
    let began = tokio::time::Instant::now();
    client.sign_pdf(&profile, pdf("a"), task("1"), moment(1)).await.expect("in the end").finish().expect("finished");
    assert!(began.elapsed() >= Duration::from_secs(20), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn when_patience_ends_the_request_waits_and_the_next_run_sends_exactly_it() {
    let (folder, peer) = (folder(), Peer::doing([Act::Break(Code::Unavailable)]));
    let client = peer.client(folder.path(), ONCE);
    let profile = profile(&client).await;
    match client.sign_pdf(&profile, pdf("a"), task("1"), moment(1)).await.expect_err("away") {
        SignError::Waiting { fault, attempts, request_id } => {
            assert_eq!((fault.standing, attempts), (Standing::Unknown, 1));
            assert_eq!(request_id, RequestId::from_random([1; 16]));
        }
        other => panic!("{other:?}"),
    }

    // Another run, another id and another time at hand: the journal decides.
    let client = peer.client(folder.path(), ONCE);
    let later = office::Moment::new(RequestId::from_random([2; 16]), crate::pki::NOW + 3_600).expect("in range");
    let signed = client.sign_pdf(&profile, pdf("a"), task("1"), later).await.expect("signed");
    assert_eq!(signed.finish().expect("finished").provenance, Provenance::Found);
    let seen = peer.seen();
    let [first, second] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!(first, second);
    assert_eq!(waiting(&client), []);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_a_request_that_nobody_sent_before_leaves_no_entry() {
    for (code, reason) in [
        (Code::InvalidArgument, "INVALID_FIELD"),
        (Code::AlreadyExists, "DOCUMENT_ALREADY_SIGNED"),
        (Code::PermissionDenied, "OFFICE_SUSPENDED"),
        (Code::FailedPrecondition, "CERTIFICATE_ENDS"),
        (Code::ResourceExhausted, "DOCUMENT_TOO_LARGE"),
    ] {
        let (folder, peer) = (folder(), Peer::doing([Act::Refuse(code, reason)]));
        let client = peer.client(folder.path(), PATIENT);
        match client.sign_pdf(&profile(&client).await, pdf("a"), task("1"), moment(1)).await.expect_err("refused") {
            SignError::Refused { fault, .. } => {
                assert_eq!((fault.code, fault.reason.as_deref()), (code, Some(reason)));
                assert_eq!(fault.message_id.as_deref(), Some("ditolak"));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(waiting(&client), [], "{reason}");
        assert_eq!(peer.seen().len(), 1, "{reason}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_says_it_is_broken_is_not_pressed_and_the_request_waits() {
    for (code, reason) in [(Code::Internal, "INTERNAL"), (Code::DataLoss, "REGISTER_DAMAGED")] {
        let (folder, peer) = (folder(), Peer::doing([Act::Refuse(code, reason)]));
        let client = peer.client(folder.path(), PATIENT);
        let error = client.sign_pdf(&profile(&client).await, pdf("a"), task("1"), moment(1)).await.expect_err("broken");
        assert!(matches!(&error, SignError::Waiting { fault, .. } if fault.standing == Standing::Broken), "{error:?}");
        assert_eq!(waiting(&client), [RequestId::from_random([1; 16])]);
        assert_eq!(peer.seen().len(), 1);
    }
}

/// First an attempt of unknown outcome, then a refusal; in between the service may have signed.
async fn refused_after_doubt(known: Option<v1::SignatureState>) -> (Result<RequestId, SignError>, Vec<RequestId>) {
    let (folder, peer) = (folder(), Peer::doing([Act::Break(Code::Unavailable)]));
    let client = peer.client(folder.path(), ONCE);
    let profile = profile(&client).await;
    client.sign_pdf(&profile, pdf("a"), task("1"), moment(1)).await.expect_err("away");
    if let Some(state) = known {
        peer.know_last_as(state);
    }
    peer.then([Act::Refuse(Code::PermissionDenied, "OFFICE_SUSPENDED")]);
    let result = client.sign_pdf(&profile, pdf("a"), task("1"), moment(2)).await;
    let result = result.map(|signed| signed.finish().expect("finished").request_id);
    (result, waiting(&client))
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_doubt_uses_the_signature_that_the_service_has() {
    let (result, waiting) = refused_after_doubt(Some(v1::SignatureState::Signed)).await;
    assert_eq!(result.expect("signed after all"), RequestId::from_random([1; 16]));
    assert_eq!(waiting, []);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_doubt_ends_the_request_only_when_the_service_has_none() {
    for known in [None, Some(v1::SignatureState::Abandoned)] {
        let (result, waiting) = refused_after_doubt(known).await;
        assert!(matches!(result, Err(SignError::Refused { .. })), "{known:?}: {result:?}");
        assert_eq!(waiting, [], "{known:?}");
    }
    let (result, waiting) = refused_after_doubt(Some(v1::SignatureState::Open)).await;
    assert!(matches!(result, Err(SignError::Waiting { .. })), "{result:?}");
    assert_eq!(waiting, [RequestId::from_random([1; 16])]);
}

#[tokio::test(start_paused = true)]
async fn doubt_within_one_run_counts_as_much_as_doubt_of_an_earlier_one() {
    let away = Act::Break(Code::Unavailable);
    let (folder, peer) = (folder(), Peer::doing([away, Act::Refuse(Code::PermissionDenied, "OFFICE_SUSPENDED")]));
    let client = peer.client(folder.path(), PATIENT);
    let profile = profile(&client).await;
    let prepared = office::prepare(pdf("a"), &profile, moment(1).claimed_signing_time).expect("prepared");
    let digest = prepared.document_digest().as_bytes().to_vec();
    let request_id = RequestId::from_random([1; 16]);
    peer.know(&request_id.to_string(), digest, v1::SignatureState::Signed);
    let signed = client.sign_pdf(&profile, pdf("a"), task("1"), moment(1)).await.expect("signed by the first attempt");
    assert_eq!(signed.finish().expect("finished").request_id, request_id);
}

#[tokio::test(start_paused = true)]
async fn a_word_about_another_request_does_not_end_this_one() {
    let away = Act::Break(Code::Unavailable);
    let (folder, peer) = (folder(), Peer::doing([away, Act::Refuse(Code::PermissionDenied, "OFFICE_SUSPENDED")]));
    let client = peer.client(folder.path(), PATIENT);
    let answered = RequestId::from_random([9; 16]);
    peer.know(&answered.to_string(), vec![0; 32], v1::SignatureState::Abandoned);
    let error = client.sign_pdf(&profile(&client).await, pdf("a"), task("1"), moment(1)).await.expect_err("a lie");
    assert_eq!(answer_error(error), AnswerError::OtherRequest { answered });
    assert_eq!(waiting(&client), [RequestId::from_random([1; 16])]);
}

#[tokio::test(start_paused = true)]
async fn a_profile_of_another_office_is_refused_and_not_remembered_for_it() {
    let folder = folder();
    let named = evidence::OfficeId::parse("kec-b").expect("an office");
    let mistaken = Peer::doing([]).taking_us_for("kec-b").certifying("kec-a").client(folder.path(), ONCE);
    let error = mistaken.known_profile().await.expect_err("another office's");
    assert_eq!(error, office::CallError::Answer(AnswerError::OtherOffice { named }));

    let theirs = Peer::doing([]).taking_us_for("kec-b").certifying("kec-b").client(folder.path(), ONCE);
    theirs.known_profile().await.expect("their own");
    let ours = Peer::doing([]).away().certifying("kec-a").client(folder.path(), ONCE);
    let error = ours.known_profile().await.expect_err("only the other office's is remembered");
    assert!(matches!(error, office::CallError::Fault { .. }), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_signed_is_not_recorded_and_not_sent() {
    let (folder, peer) = (folder(), Peer::doing([]));
    let client = peer.client(folder.path(), ONCE);
    let profile = profile(&client).await;
    let mut of_akta = task("1");
    of_akta.document.document_type = DocumentType::akta();
    let refused = client.sign_pdf(&profile, pdf("a"), of_akta, moment(1)).await.expect_err("not this office's");
    assert!(matches!(refused, SignError::TypeNotAllowed { document_type } if document_type == DocumentType::akta()));
    let refused = client.sign_pdf(&profile, b"hello".to_vec(), task("1"), moment(1)).await.expect_err("not a PDF");
    assert!(matches!(refused, SignError::Document(pades::PdfError::NotAPdf)));
    assert_eq!(waiting(&client), []);
    assert_eq!(peer.seen(), Vec::<Seen>::new());
}

#[tokio::test(start_paused = true)]
async fn a_place_that_is_taken_is_refused_before_anything_is_sent() {
    let (folder, peer) = (folder(), Peer::doing([]));
    let client = peer.client(&folder.path().join("state"), ONCE);
    let profile = profile(&client).await;
    let path = folder.path().join("a.signed.pdf");
    std::fs::write(&path, b"old").expect("written");
    let mut to = task("1");
    to.output = Some(Output { path: path.clone(), existing: Existing::Keep });
    let refused = client.sign_pdf(&profile, pdf("a"), to.clone(), moment(1)).await.expect_err("taken");
    assert!(matches!(refused, SignError::OutputExists { path: taken } if taken == path));
    assert_eq!(peer.seen(), Vec::<Seen>::new());

    to.output = Some(Output { path: path.clone(), existing: Existing::Replace });
    let signed = client.sign_pdf(&profile, pdf("a"), to, moment(1)).await.expect("signed");
    let pdf = signed.pdf().to_vec();
    signed.save().expect("saved");
    assert_eq!(std::fs::read(&path).expect("there"), pdf);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_died_after_the_file_was_saved_comes_to_the_same_file() {
    let (folder, peer) = (folder(), Peer::doing([]));
    let client = peer.client(&folder.path().join("state"), ONCE);
    let profile = profile(&client).await;
    let path = folder.path().join("a.signed.pdf");
    let mut to = task("1");
    to.output = Some(Output { path: path.clone(), existing: Existing::Keep });
    let signed = client.sign_pdf(&profile, pdf("a"), to, moment(1)).await.expect("signed");
    // Saved, and the process ends before the journal hears of it.
    std::fs::write(&path, signed.pdf()).expect("written");
    drop(signed);

    let Ok(Taken::Entry(entry)) = client.journal().take(RequestId::from_random([1; 16])) else { panic!("not taken") };
    client.settle(entry, &profile).await.expect("the same answer").save().expect("the same bytes lie there");
    assert_eq!(waiting(&client), []);
}

#[tokio::test(start_paused = true)]
async fn a_signed_document_that_nobody_saved_is_signed_again_under_the_same_request() {
    let (folder, peer) = (folder(), Peer::doing([]));
    let client = peer.client(folder.path(), ONCE);
    let profile = profile(&client).await;
    let first = client.sign_pdf(&profile, pdf("a"), task("1"), moment(1)).await.expect("signed");
    let bytes = first.pdf().to_vec();
    drop(first);
    let second = client.sign_pdf(&profile, pdf("a"), task("1"), moment(2)).await.expect("signed");
    assert_eq!(second.request_id(), RequestId::from_random([1; 16]));
    assert_eq!(second.pdf(), bytes);
    second.finish().expect("finished");
}

#[tokio::test(start_paused = true)]
async fn while_one_run_works_on_a_document_another_is_told_so() {
    let (folder, peer) = (folder(), Peer::doing([]));
    let client = peer.client(folder.path(), ONCE);
    let profile = profile(&client).await;
    let held = client.sign_pdf(&profile, pdf("a"), task("1"), moment(1)).await.expect("signed");
    let busy = client.sign_pdf(&profile, pdf("a"), task("1"), moment(2)).await.expect_err("held");
    assert!(matches!(busy, SignError::Busy { request_id } if request_id == held.request_id()));
    assert_eq!(peer.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_profile_is_remembered_while_the_service_is_away_and_never_before_it_was_given() {
    let folder = folder();
    let away = Peer::doing([]).away();
    let error = away.client(folder.path(), ONCE).known_profile().await.expect_err("never asked before");
    assert!(matches!(error, office::CallError::Fault { fault, .. } if fault.code == Code::Unavailable));

    let given = Peer::doing([]).client(folder.path(), ONCE).known_profile().await.expect("given");
    let KnownProfile::Current(given) = given else { panic!("{given:?}") };
    match away.client(folder.path(), PATIENT).known_profile().await.expect("remembered") {
        KnownProfile::Remembered { profile, .. } => assert_eq!(profile, given),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_waited_for_a_renewed_signer_takes_the_old_ones_signature_and_the_new_ones() {
    for (act, accepted) in [(Act::SignedBy(2), true), (Act::SignedBy(3), true), (Act::SignedBy(4), false)] {
        let folder = folder();
        let before = Peer::doing([Act::Break(Code::Unavailable)]).client(folder.path(), ONCE);
        before.sign_pdf(&profile(&before).await, pdf("a"), task("1"), moment(1)).await.expect_err("away");

        let after = Peer::doing([act]).signing_with(3).client(folder.path(), ONCE);
        match after.sign_pdf(&profile(&after).await, pdf("a"), task("1"), moment(2)).await {
            Ok(signed) => {
                assert!(accepted, "{act:?}");
                signed.finish().expect("finished");
            }
            Err(error) => assert!(!accepted && answer_error(error) == AnswerError::OtherChain, "{act:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_of_one_office_is_not_sent_in_the_name_of_another() {
    let folder = folder();
    let ours = Peer::doing([Act::Break(Code::Unavailable)]).client(folder.path(), ONCE);
    ours.sign_pdf(&profile(&ours).await, pdf("a"), task("1"), moment(1)).await.expect_err("away");

    let peer = Peer::doing([]).taking_us_for("kec-b");
    let theirs = peer.client(folder.path(), ONCE);
    let request_id = RequestId::from_random([1; 16]);
    let Ok(Taken::Entry(entry)) = theirs.journal().take(request_id) else { panic!("not taken") };
    let refused = theirs.settle(entry, &profile(&theirs).await).await.expect_err("another office's");
    assert!(matches!(refused, SignError::OtherOffice { office, .. } if office.as_str() == "kec-a"));
    assert_eq!(peer.seen(), Vec::<Seen>::new());
    assert_eq!(waiting(&theirs), [request_id]);
}

#[tokio::test(start_paused = true)]
async fn the_halves_refuse_a_cms_that_is_not_for_this_document() {
    let (folder, peer) = (folder(), Peer::doing([]));
    let client = peer.client(folder.path(), ONCE);
    let profile = profile(&client).await;
    let prepared = office::prepare(pdf("a"), &profile, moment(1).claimed_signing_time).expect("prepared");
    let order = office::DigestOrder {
        seal_hash: None,
        request_id: RequestId::from_random([1; 16]),
        document_digest: *prepared.document_digest(),
        document: task("1").document,
        replaces: None,
    };
    let cms = client.sign_digest(&profile, &order).await.expect("signed").cms().to_der().to_vec();
    let signed = office::embed(&prepared.to_bytes(), cms.clone(), Some(&profile.chain)).expect("embedded");
    assert!(signed.bytes().starts_with(&pdf("a")));

    let other = office::prepare(pdf("b"), &profile, moment(1).claimed_signing_time).expect("prepared");
    let refused = office::embed(&other.to_bytes(), cms.clone(), None).expect_err("another document");
    assert!(matches!(refused, office::EmbedHalfError::Embed(pades::EmbedError::OtherDocument { .. })));
    let strangers = office::SignerChain::from_der(crate::pki::TestSigner::new(4).chain_der).expect("a chain");
    let refused = office::embed(&prepared.to_bytes(), cms.clone(), Some(&strangers)).expect_err("another signer");
    assert_eq!(refused, office::EmbedHalfError::Answer(AnswerError::OtherChain));
    let refused = office::embed(b"teken", cms, None).expect_err("not prepared");
    assert!(matches!(refused, office::EmbedHalfError::Prepared(_)), "{refused:?}");
    let refused = office::embed(&prepared.to_bytes(), vec![0x30, 0x00], None).expect_err("not a CMS");
    assert!(matches!(refused, office::EmbedHalfError::Cms(CmsError::Der(_))), "{refused:?}");
}
