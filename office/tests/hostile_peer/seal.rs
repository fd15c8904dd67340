//! Documents that are drawn on and sealed: reserved, drawn, signed, and bound to the seal on their page.

use std::{collections::HashMap, path::Path};

use evidence::DocumentType;
use office::{
    AnswerError, CallError, Claims, Client, DocumentNumber, SignError, Stationery, WireError,
    appearance::{Artwork, Sight, Template},
};
use pades::{DocMdp, Limits, SignedPdf};

use crate::{
    ONCE, answer_error,
    document::pdf,
    moment,
    peer::{Act, Peer},
    profile,
    reservation::{Reserve, seal},
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
    let template = Template::parse(TEMPLATE, Path::new("")).expect("a template");
    let subject = (DocumentType::surat(), DocumentNumber::parse("1").expect("a number"));
    peer.client(state_dir, ONCE).drawing(Stationery {
        artwork: Artwork::new(template).expect("ready"),
        claims: HashMap::from([(subject, Claims::parse(CLAIMS).expect("complete"))]),
        sight: Sight::in_process(),
    })
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

/// Why this document is not signed; nothing of it was sent to be, or is in the journal.
async fn unsigned(reserve: Reserve, number: &str) -> SignError {
    let folder = tempfile::tempdir().expect("a folder");
    let peer = Peer::doing([]).reserving(reserve);
    let client = drawing(&peer, folder.path());
    let signed = client.sign_pdf(&profile(&client).await, pdf("a"), task(number), moment(1)).await;
    assert_eq!((peer.seen().len(), waiting(&client)), (0, Vec::new()), "{reserve:?}");
    signed.expect_err("not signed")
}
