//! Where signed files go: what cannot be written is told before anything is sent, and what was signed all the same is never lost.

use std::path::{Path, PathBuf};

use office::{Client, Existing, Output, Provenance, RequestId, SignError, Task, WriteError};
use tempfile::TempDir;
use tonic::Code;

use crate::{
    ONCE,
    document::pdf,
    moment,
    peer::{Act, Peer},
    profile, task, waiting,
};

fn bench(script: impl IntoIterator<Item = Act>) -> (TempDir, Peer, Client) {
    let folder = tempfile::tempdir().expect("a folder");
    let peer = Peer::doing(script);
    let client = peer.client(&folder.path().join("state"), ONCE);
    (folder, peer, client)
}

fn to(path: PathBuf, existing: Existing) -> Task {
    Task { output: Some(Output { path, existing }), ..task("1") }
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[tokio::test(start_paused = true)]
async fn a_place_that_cannot_be_written_to_is_refused_before_anything_is_sent() {
    let (folder, peer, client) = bench([]);
    let profile = profile(&client).await;
    std::fs::create_dir(folder.path().join("sub")).expect("made");
    for (name, existing) in [
        ("absent/a.pdf".to_owned(), Existing::Keep),
        ("absent/a.pdf".to_owned(), Existing::Replace),
        (format!("{}.pdf", "n".repeat(252)), Existing::Keep),
    ] {
        let place = folder.path().join(&name);
        let refused = client.sign_pdf(&profile, pdf("a"), to(place, existing), moment(1)).await.expect_err("no place");
        assert!(matches!(refused, SignError::NotWritable { source: WriteError::Io { .. } }), "{name}: {refused:?}");
    }
    let place = folder.path().join("sub");
    let refused =
        client.sign_pdf(&profile, pdf("a"), to(place, Existing::Replace), moment(1)).await.expect_err("taken");
    assert!(matches!(refused, SignError::OutputExists { .. }), "{refused:?}");
    assert_eq!(peer.seen().len(), 0);
    assert_eq!(waiting(&client), []);
    assert_eq!(names_in(folder.path()), ["state", "sub"]);
}

#[tokio::test(start_paused = true)]
async fn a_signed_document_whose_place_went_away_goes_where_the_next_run_says() {
    let (folder, peer, client) = bench([]);
    let profile = profile(&client).await;
    let stick = folder.path().join("stick");
    std::fs::create_dir(&stick).expect("made");
    let to_stick = to(stick.join("a.signed.pdf"), Existing::Keep);
    let signed = client.sign_pdf(&profile, pdf("a"), to_stick, moment(1)).await.expect("signed");
    std::fs::remove_dir(&stick).expect("the stick is pulled out");
    let lost = signed.save().expect_err("no place any more");
    assert!(matches!(lost, SignError::Unwritten { .. }), "{lost:?}");

    let place = folder.path().join("a.signed.pdf");
    let again = client.sign_pdf(&profile, pdf("a"), to(place.clone(), Existing::Keep), moment(2)).await.expect("again");
    let octets = again.pdf().to_vec();
    let receipt = again.save().expect("saved");
    assert_eq!((receipt.request_id, receipt.provenance), (RequestId::from_random([1; 16]), Provenance::Found));
    assert_eq!(std::fs::read(&place).expect("there"), octets);
    let seen = peer.seen();
    assert!(matches!(seen.as_slice(), [first, second] if first == second), "{seen:?}");
    assert_eq!(waiting(&client), []);
}

#[tokio::test(start_paused = true)]
async fn while_a_file_waits_another_one_of_its_number_is_not_begun() {
    let (folder, peer, client) = bench([Act::Break(Code::Unavailable)]);
    let profile = profile(&client).await;
    let place = |name: &str| to(folder.path().join(name), Existing::Keep);
    client.sign_pdf(&profile, pdf("as first written"), place("a.pdf"), moment(1)).await.expect_err("away");

    // Corrected meanwhile. `resume` would send the first version too, and the service takes whichever comes first.
    for task in [place("b.pdf"), task("1")] {
        let refused =
            client.sign_pdf(&profile, pdf("corrected"), task, moment(2)).await.expect_err("the first one waits");
        let waits = RequestId::from_random([1; 16]);
        assert!(matches!(refused, SignError::NumberWaits { request_id } if request_id == waits), "{refused:?}");
    }
    assert_eq!(peer.seen().len(), 1);

    // Another number is another document, and when the first one is settled the number is free.
    let mut other = place("c.pdf");
    other.document = task("2").document;
    client.sign_pdf(&profile, pdf("corrected"), other, moment(3)).await.expect("signed").save().expect("saved");
    let first = client.sign_pdf(&profile, pdf("as first written"), place("a.pdf"), moment(4)).await.expect("signed");
    assert_eq!(first.save().expect("saved").request_id, RequestId::from_random([1; 16]));
    client
        .sign_pdf(&profile, pdf("corrected"), place("b.pdf"), moment(5))
        .await
        .expect("signed")
        .save()
        .expect("saved");
    assert_eq!(waiting(&client), []);
}
