//! Documents that are drawn on and sealed: reserved, drawn, signed, and bound to the seal on their page.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use evidence::DocumentType;
use office::{
    AnswerError, CallError, Claims, Client, DocumentNumber, Existing, Job, Moments, Output, SignError, Stationery,
    Task, Way, WireError,
    appearance::{Artwork, Sight, Template},
};
use pades::{DocMdp, Limits, PrepareError, SignedPdf};
use proto::teken::v1;
use tonic::Code;

use crate::{
    ONCE, answer_error,
    document::pdf,
    moment,
    peer::{Act, Peer},
    profile,
    reservation::{Reserve, nth_seal, seal},
    task, waiting,
};

const TEMPLATE: &str = "
page = \"last\"
[place]
box = { x_mm = 20, y_mm = 200, width_mm = 120, height_mm = 50 }
[seal]
x_mm = 0
y_mm = 0
size_mm = 38
level = \"M\"
[[text]]
text = \"{signer_name}, {number}\"
x_mm = 40
y_mm = 0
width_mm = 80
height_mm = 20
size_pt = 10
";
const CLAIMS: &str =
    "[surat]\nletter_code = 470\nname = \"BUDI CONTOH\"\nnik = \"0000000000000001\"\nvalid_until = 2027-05-24\n";

/// A client that draws and seals document number 1.
fn drawing(peer: &Peer, state_dir: &Path) -> Client {
    drawing_all(peer, state_dir, &["1".to_owned()])
}

/// A client that draws and seals the documents of these numbers.
fn drawing_all(peer: &Peer, state_dir: &Path, numbers: &[String]) -> Client {
    let template = Template::parse(TEMPLATE, Path::new("")).expect("a template");
    let subject = |number: &String| {
        let number = DocumentNumber::parse(number).expect("a number");
        ((DocumentType::surat(), number), Claims::parse(CLAIMS).expect("complete"))
    };
    peer.client(state_dir, ONCE).drawing(Stationery {
        artwork: Artwork::new(template).expect("ready"),
        claims: numbers.iter().map(subject).collect(),
        sight: Sight::in_process(),
    })
}

fn output(path: &Path) -> Output {
    Output { path: path.to_owned(), existing: Existing::Keep }
}

#[tokio::test(start_paused = true)]
async fn the_reserved_seal_stands_in_the_file_and_in_the_statement() {
    let (folder, peer) = (tempfile::tempdir().expect("a folder"), Peer::doing([]));
    let client = drawing(&peer, folder.path());
    let signed = client.sign_pdf(&profile(&client).await, pdf("a"), task("1"), moment(1)).await.expect("signed");
    let open = SignedPdf::open(signed.pdf(), &Limits::default()).expect("opens");
    let signature = open.signatures().first().expect("one signature");
    assert_eq!(signature.seal(), Some(seal("1").to_text().as_str()));
    assert_eq!(signature.doc_mdp(), Some(DocMdp::FormFilling));
    assert_eq!(signed.statement().seal_hash, Some(seal("1").hash()));
    let reserved = peer.locked().reserved.clone();
    let [request] = reserved.as_slice() else { panic!("{} reservations", reserved.len()) };
    assert_eq!(request.document.as_ref().map(|document| document.number.as_str()), Some("1"));
    assert!(request.claims.is_some() && !request.validate_only);
    signed.finish().expect("finished");
    assert_eq!(waiting(&client), []);
}

#[tokio::test(start_paused = true)]
async fn a_statement_that_is_not_about_the_seal_on_the_page_is_caught() {
    for act in [Act::OtherSeal, Act::NoSeal] {
        let (folder, peer) = (tempfile::tempdir().expect("a folder"), Peer::doing([act]));
        let client = drawing(&peer, folder.path());
        let error = client
            .sign_pdf(&profile(&client).await, pdf("a"), task("1"), moment(1))
            .await
            .expect_err("a lie is not a signature");
        assert_eq!(waiting(&client).len(), 1, "{act:?}");
        assert_eq!(answer_error(error), AnswerError::OtherSeal, "{act:?}");
    }
    // The other way round: a seal for a page that has none.
    let (folder, peer) = (tempfile::tempdir().expect("a folder"), Peer::doing([Act::OtherSeal]));
    let client = peer.client(folder.path(), ONCE);
    let error = client.sign_pdf(&profile(&client).await, pdf("a"), task("1"), moment(1)).await.expect_err("a lie");
    assert_eq!(answer_error(error), AnswerError::OtherSeal);
}

#[tokio::test(start_paused = true)]
async fn without_an_honest_reservation_nothing_is_asked_to_be_signed() {
    for (reserve, field) in [
        (Reserve::NoReservation, "reservation"),
        (Reserve::TextOfNoSeal, "seal_text"),
        (Reserve::OtherOctets, "seal"),
        (Reserve::OtherHash, "seal_hash"),
    ] {
        let error = unsigned(reserve, "1").await;
        let SignError::Reserve(CallError::Answer(AnswerError::Wire(said))) = error else {
            panic!("{reserve:?}: {error:?}")
        };
        assert_eq!(said, WireError::Field { field }, "{reserve:?}");
    }
    let error = unsigned(Reserve::Refuse, "1").await;
    let SignError::Reserve(CallError::Fault { fault, .. }) = error else { panic!("{error:?}") };
    assert_eq!(fault.reason.as_deref(), Some("SEAL_TYPE_NOT_ALLOWED"));
    assert!(matches!(unsigned(Reserve::Honestly, "2").await, SignError::NoClaims));
}

#[tokio::test(start_paused = true)]
async fn a_certified_file_gets_no_second_signature_in_a_new_field_and_no_seal_is_reserved_for_it() {
    let (folder, peer) = (tempfile::tempdir().expect("a folder"), Peer::doing([]));
    let client = drawing(&peer, folder.path());
    let profile = profile(&client).await;
    let signed = client.sign_pdf(&profile, pdf("a"), task("1"), moment(1)).await.expect("signed");
    let once = signed.pdf().to_vec();
    signed.finish().expect("finished");
    let refused = client.sign_pdf(&profile, once.clone(), task("1"), moment(2)).await.expect_err("certified");
    assert!(matches!(refused, SignError::Prepare(PrepareError::CertifiedNoNewField)), "{refused:?}");
    // An invisible one is a new field too.
    let plain = peer.client(folder.path(), ONCE);
    let refused = plain.sign_pdf(&profile, once, task("1"), moment(3)).await.expect_err("certified");
    assert!(matches!(refused, SignError::Prepare(PrepareError::CertifiedNoNewField)), "{refused:?}");
    assert_eq!((peer.reserved(), peer.seen().len(), waiting(&client)), (1, 1, Vec::new()));
}

const EXPIRED: Act = Act::Refuse(Code::FailedPrecondition, "RESERVATION_EXPIRED");

fn seal_of(signed: &[u8]) -> Option<String> {
    let open = SignedPdf::open(signed.to_vec(), &Limits::default()).expect("opens");
    open.signatures().first().and_then(|signature| signature.seal().map(str::to_owned))
}

#[tokio::test(start_paused = true)]
async fn a_seal_that_expired_before_it_was_signed_is_made_and_drawn_anew_once() {
    let (folder, peer) = (tempfile::tempdir().expect("a folder"), Peer::doing([EXPIRED]));
    let client = drawing(&peer, folder.path());
    let profile = profile(&client).await;
    let signed = client.sign_pdf(&profile, pdf("a"), task("1"), moment(1)).await.expect("signed");
    assert_eq!(seal_of(signed.pdf()), Some(nth_seal("1", 2).to_text()));
    assert_eq!(signed.statement().seal_hash, Some(nth_seal("1", 2).hash()));
    signed.finish().expect("finished");
    let seen = peer.seen();
    let [first, second] = seen.as_slice() else { panic!("{seen:?}") };
    assert!(first.request_id != second.request_id && first.content != second.content);
    assert_eq!((peer.reserved(), waiting(&client)), (2, Vec::new()));

    // A peer that says so every time is not asked for ever.
    peer.then([EXPIRED, EXPIRED]);
    let error = client.sign_pdf(&profile, pdf("a"), task("1"), moment(2)).await.expect_err("expired again");
    assert!(matches!(error, SignError::SealExpired { .. }), "{error:?}");
    assert_eq!((peer.reserved(), peer.seen().len(), waiting(&client)), (4, 4, Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn an_expired_seal_of_an_earlier_run_is_made_anew_only_when_nothing_was_signed_under_its_id() {
    for (known, calls) in [(None, 3), (Some(v1::SignatureState::Abandoned), 3), (Some(v1::SignatureState::Open), 2)] {
        let (folder, peer) = (tempfile::tempdir().expect("a folder"), Peer::doing([Act::Break(Code::Unavailable)]));
        let client = drawing(&peer, folder.path());
        let profile = profile(&client).await;
        client.sign_pdf(&profile, pdf("a"), task("1"), moment(1)).await.expect_err("away");
        if let Some(state) = known {
            peer.know_last_as(state);
        }
        peer.then([EXPIRED]);
        let again = client.sign_pdf(&profile, pdf("a"), task("1"), moment(2)).await;
        assert_eq!((peer.seen().len(), peer.reserved()), (calls, calls - 1), "{known:?}");
        match (known, again) {
            (Some(v1::SignatureState::Open), Err(SignError::Waiting { request_id, .. })) => {
                assert_eq!(waiting(&client), [request_id]);
            }
            (_, Ok(signed)) => {
                assert_eq!(seal_of(signed.pdf()), Some(nth_seal("1", 2).to_text()), "{known:?}");
                signed.finish().expect("finished");
                assert_eq!(waiting(&client), []);
            }
            (_, other) => panic!("{known:?}: {other:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_signed_before_its_seal_expired_is_found_and_not_signed_again() {
    // The answer to the first attempt is lost; the second is refused although the first was signed.
    let (folder, peer) = (tempfile::tempdir().expect("a folder"), Peer::doing([Act::Break(Code::Unavailable)]));
    let client = drawing(&peer, folder.path());
    let profile = profile(&client).await;
    client.sign_pdf(&profile, pdf("a"), task("1"), moment(1)).await.expect_err("away");
    peer.know_last_sealed(seal("1").hash());
    peer.then([EXPIRED]);
    let signed = client.sign_pdf(&profile, pdf("a"), task("1"), moment(2)).await.expect("it was signed");
    assert_eq!(seal_of(signed.pdf()), Some(seal("1").to_text()));
    assert_eq!((peer.seen().len(), peer.reserved()), (2, 1));
    signed.finish().expect("finished");
}

#[tokio::test(start_paused = true)]
async fn without_claims_an_expired_seal_is_told_and_the_journal_forgets_its_request() {
    let (folder, peer) = (tempfile::tempdir().expect("a folder"), Peer::doing([Act::Break(Code::Unavailable)]));
    let client = drawing(&peer, folder.path());
    let profile = profile(&client).await;
    let task = Task { output: Some(output(&folder.path().join("a.signed.pdf"))), ..task("1") };
    client.sign_pdf(&profile, pdf("a"), task, moment(1)).await.expect_err("away");
    let requests = waiting(&client);
    assert_eq!(requests.len(), 1);

    peer.then([EXPIRED]);
    let mut outcomes = peer.client(folder.path(), ONCE).resume(Arc::clone(&profile), requests);
    let outcome = outcomes.recv().await.expect("one outcome");
    let Err(SignError::SealExpired { document, .. }) = outcome.result else { panic!("{:?}", outcome.result) };
    assert_eq!(document.number.as_str(), "1");
    assert_eq!((peer.seen().len(), peer.reserved(), waiting(&client)), (2, 1, Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn of_many_files_those_whose_seals_expired_are_made_anew_and_each_is_told_once() {
    // As single calls, and as one batch.
    for (files, script) in [(2_u8, vec![EXPIRED]), (7, vec![EXPIRED, Act::Sign, EXPIRED])] {
        let expired = script.iter().filter(|act| **act == EXPIRED).count();
        let (folder, peer) = (tempfile::tempdir().expect("a folder"), Peer::doing(script));
        let numbers: Vec<String> = (0..files).map(|number| number.to_string()).collect();
        let client = drawing_all(&peer, &folder.path().join("state"), &numbers);
        let jobs = numbers.iter().map(|number| {
            let input = folder.path().join(format!("{number}.pdf"));
            std::fs::write(&input, pdf(number)).expect("written");
            let output = output(&folder.path().join(format!("{number}.signed.pdf")));
            Job { input, task: Task { output: Some(output), ..task(number) }, way: Way::Digest }
        });
        let ids = Arc::new(AtomicU8::new(1));
        let moments: Moments = Arc::new(move || moment(ids.fetch_add(1, Ordering::Relaxed)));
        let mut outcomes = client.sign_files(profile(&client).await, jobs.collect(), moments);
        let mut told = Vec::new();
        while let Some(outcome) = outcomes.recv().await {
            outcome.result.unwrap_or_else(|error| panic!("{}: {error:?}", outcome.position));
            told.push(outcome.position);
        }
        told.sort_unstable();
        assert_eq!(told, (0..usize::from(files)).collect::<Vec<_>>());
        assert_eq!(peer.reserved(), usize::from(files) + expired, "{files}");
        assert_eq!((peer.seen().len(), waiting(&client)), (usize::from(files) + expired, Vec::new()));
    }
}

/// Why this document is not signed; nothing of it was sent to be, or is in the journal.
async fn unsigned(reserve: Reserve, number: &str) -> SignError {
    let folder = tempfile::tempdir().expect("a folder");
    let peer = Peer::doing([]).reserving(reserve);
    let client = drawing(&peer, folder.path());
    let signed = client.sign_pdf(&profile(&client).await, pdf("a"), task(number), moment(1)).await;
    assert_eq!((peer.seen().len(), waiting(&client)), (0, Vec::new()), "{reserve:?}");
    signed.expect_err("not signed")
}
