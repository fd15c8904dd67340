//! Whole documents: what comes back, what a repetition gives, what is refused on the way in.

use pades::{Limits, SignedPdf};
use proto::teken::v1;
use proto::teken::v1::sign_document_request::Part;
use proto::teken::v1::sign_document_response;
use tokio_stream::StreamExt;
use tonic::{Code, Status};

use crate::fixture::{Fixture, NOW, SELATAN, UTARA, document, failing, office, pdf, refusal, request, request_id};
use crate::wire::upload::{self, Broken};

fn header(n: u32) -> v1::SignDocumentHeader {
    v1::SignDocumentHeader {
        request_id: request_id(n),
        document: Some(document(n)),
        ..v1::SignDocumentHeader::default()
    }
}

fn message(part: Part) -> Result<v1::SignDocumentRequest, Status> {
    Ok(v1::SignDocumentRequest { part: Some(part) })
}

/// The parts of a call: the header, then the file in chunks of 1,000 octets.
fn parts(header: v1::SignDocumentHeader, file: &[u8]) -> Vec<Part> {
    let chunks = file.chunks(1_000).map(|chunk| Part::Chunk(chunk.to_vec()));
    std::iter::once(Part::Header(header)).chain(chunks).collect()
}

type Answered = (v1::SignDigestResponse, Vec<u8>);

/// What the service does with a stream of messages, without HTTP/2 around it.
async fn call(
    fixture: &Fixture,
    id: &str,
    messages: Vec<Result<v1::SignDocumentRequest, Status>>,
) -> Result<Answered, Status> {
    let mut messages = tokio_stream::iter(messages);
    let signer = &fixture.signer;
    let signed = async {
        let asked = upload::header(&mut messages, signer).await?;
        let (file, room) = upload::document(&mut messages, signer, asked.size_bytes).await?;
        Ok((super::sign_document(signer, &office(id), asked, file).await?, room))
    };
    let (signed, room) = signed.await.map_err(|broken| match broken {
        Broken::Transport(status) => status,
        Broken::Refused(refusal) => crate::wire::status::status(&refusal),
    })?;
    let mut answer = upload::answer(signed, room);
    let Some(Ok(v1::SignDocumentResponse { part: Some(sign_document_response::Part::Result(result)) })) =
        answer.next().await
    else {
        panic!("the result comes first")
    };
    let mut file = Vec::new();
    while let Some(message) = answer.next().await {
        match message.expect("no error after the result").part {
            Some(sign_document_response::Part::Chunk(chunk)) => file.extend_from_slice(&chunk),
            other => panic!("{other:?}"),
        }
    }
    Ok((result, file))
}

async fn sign(fixture: &Fixture, header: v1::SignDocumentHeader, file: &[u8]) -> Result<Answered, Status> {
    call(fixture, UTARA, parts(header, file).into_iter().map(message).collect()).await
}

fn entries(fixture: &Fixture) -> u64 {
    fixture.sql().query_row("SELECT count(*) FROM entry", [], |row| row.get(0)).expect("a count")
}

#[tokio::test]
async fn a_document_comes_back_signed_with_its_old_octets_first() {
    let fixture = Fixture::new();
    let file = pdf("satu");
    let (result, signed) = sign(&fixture, header(1), &file).await.expect("a signed file");
    let act = result.signature.expect("a signature");
    assert_eq!((act.name.as_str(), result.replayed), ("offices/kec-utara/signatures/1", false));
    assert_eq!(signed.get(..file.len()), Some(file.as_slice()));
    let opened = SignedPdf::open(signed, &Limits::service()).expect("a PDF");
    let [embedded] = opened.signatures() else { panic!("{} signatures", opened.signatures().len()) };
    assert_eq!(embedded.cms_der(), act.cms);
    // /M is the statement's time, as the agency's clock on the wall shows it: 2026-11-24 08:00 WIB.
    assert_eq!(embedded.claimed_signing_time(), Some("D:20261124080000+07'00'"));
    assert_eq!(act.signing_time.map(|time| time.seconds), i64::try_from(NOW).ok());
    let cms = pades::Cms::from_der(act.cms).expect("a CMS");
    let digest = embedded.byte_range().expect("a ByteRange").digest(opened.bytes());
    assert_eq!(cms.message_digest(), Some(digest));
}

#[tokio::test]
async fn the_same_document_and_header_get_the_same_file_later_and_after_a_restart() {
    let fixture = Fixture::new();
    let file = pdf("satu");
    let (first, signed) = sign(&fixture, header(1), &file).await.expect("a signed file");
    fixture.clock.set(NOW + 100_000);
    let fixture = fixture.reopen();
    let (again, same) = sign(&fixture, header(1), &file).await.expect("the same file");
    assert!(again.replayed);
    assert_eq!(again.signature, first.signature);
    assert_eq!(same, signed);
    assert_eq!(entries(&fixture), 2);
}

#[tokio::test]
async fn the_same_file_comes_back_under_the_next_certificate() {
    let fixture = Fixture::new();
    let file = pdf("satu");
    let (_, signed) = sign(&fixture, header(1), &file).await.expect("a signed file");
    let (key, mut chain) = crate::fixture::other_key_and_chain();
    chain.truncate(1); // another size to reserve, too
    let fixture = fixture.reopen_with((key, chain));
    let (again, same) = sign(&fixture, header(1), &file).await.expect("the same file");
    assert_eq!((again.replayed, same), (true, signed));
}

#[tokio::test]
async fn an_open_act_of_a_document_is_completed_by_its_repetition() {
    let fixture = Fixture::with(failing(1));
    let file = pdf("satu");
    let unavailable = (Code::Unavailable, "KEY_UNAVAILABLE".to_owned());
    assert_eq!(refusal(sign(&fixture, header(1), &file).await), unavailable);
    fixture.clock.set(NOW + 60);
    let (result, signed) = sign(&fixture, header(1), &file).await.expect("a signed file");
    assert!(!result.replayed);
    let opened = SignedPdf::open(signed, &Limits::service()).expect("a PDF");
    assert_eq!(opened.signatures()[0].claimed_signing_time(), Some("D:20261124080000+07'00'"));
    assert_eq!(entries(&fixture), 3);
}

#[tokio::test]
async fn an_act_that_recovery_completed_gives_its_file() {
    let fixture = Fixture::with(failing(1));
    let file = pdf("satu");
    sign(&fixture, header(1), &file).await.expect_err("the key cannot be used");
    let fixture = fixture.reopen();
    fixture.signer.recover().await.expect("a recovery");
    let (result, signed) = sign(&fixture, header(1), &file).await.expect("a signed file");
    assert!(result.replayed);
    let opened = SignedPdf::open(signed, &Limits::service()).expect("a PDF");
    assert_eq!(opened.signatures()[0].cms_der(), result.signature.expect("a signature").cms);
}

#[tokio::test]
async fn another_document_or_field_under_a_used_id_is_refused() {
    let fixture = Fixture::new();
    let reused = (Code::AlreadyExists, "REQUEST_ID_REUSED".to_owned());
    sign(&fixture, header(1), &pdf("satu")).await.expect("a signed file");
    assert_eq!(refusal(sign(&fixture, header(1), &pdf("dua")).await), reused);
    // A digest under the id of a document, and the reverse.
    assert_eq!(refusal(fixture.sign(UTARA, request(1)).await), reused);
    fixture.sign(UTARA, request(2)).await.expect("a signature");
    assert_eq!(refusal(sign(&fixture, header(2), &pdf("dua")).await), reused);
    let numbered = v1::SignDocumentHeader { document: Some(document(1)), ..header(3) };
    let expected = (Code::AlreadyExists, "DOCUMENT_ALREADY_SIGNED".to_owned());
    assert_eq!(refusal(sign(&fixture, numbered, &pdf("tiga")).await), expected);
}

#[tokio::test]
async fn a_document_that_cannot_be_signed_is_refused_before_anything_is_recorded() {
    let fixture = Fixture::new();
    let whole = pdf("satu");
    let before = [b"x\n".as_slice(), &whole].concat();
    let text = String::from_utf8(whole.clone()).expect("this PDF is ASCII");
    let encrypted = text.replace("/Root 1 0 R", "/Root 1 0 R /Encrypt 5 0 R").into_bytes();
    let looping = text.replace("/Root 1 0 R", &format!("/Root 1 0 R /Prev {}", text.find("xref\n").expect("a table")));
    let cases = [
        (b"plain text".to_vec(), "NOT_A_PDF"),
        (before, "PDF_BYTES_BEFORE_HEADER"),
        (whole.get(..whole.len() - 40).expect("a longer file").to_vec(), "PDF_TRUNCATED"),
        (encrypted, "PDF_ENCRYPTED"),
        (looping.into_bytes(), "PDF_PREV_LOOP"),
        (text.replace("0000000009 00000 n", "0000000011 00000 n").into_bytes(), "PDF_DAMAGED"),
    ];
    for (file, reason) in cases {
        let expected = (Code::InvalidArgument, reason.to_owned());
        assert_eq!(refusal(sign(&fixture, header(1), &file).await), expected);
        let checked = v1::SignDocumentHeader { validate_only: true, ..header(1) };
        assert_eq!(refusal(sign(&fixture, checked, &file).await), expected, "only checked");
    }
    let field = v1::SignDocumentHeader { field_name: "Kepala".to_owned(), ..header(1) };
    let absent = (Code::InvalidArgument, "FIELD_NOT_FOUND".to_owned());
    assert_eq!(refusal(sign(&fixture, field, &whole).await), absent);
    assert_eq!(entries(&fixture), 0);
}

#[tokio::test]
async fn a_check_alone_opens_the_document_and_records_nothing() {
    let fixture = Fixture::new();
    let checked = v1::SignDocumentHeader { validate_only: true, ..header(1) };
    let (result, file) = sign(&fixture, checked, &pdf("satu")).await.expect("a check");
    assert_eq!((result.signature, result.replayed, file.len()), (None, false, 0));
    assert_eq!(entries(&fixture), 0);
}

#[tokio::test]
async fn a_stream_of_another_shape_is_refused() {
    let fixture = Fixture::new();
    let file = pdf("satu");
    let expect = async |parts: Vec<Part>, reason: &str| {
        let answer = call(&fixture, UTARA, parts.into_iter().map(message).collect()).await;
        assert_eq!(refusal(answer), (Code::InvalidArgument, reason.to_owned()));
    };
    let chunk = || Part::Chunk(file.clone());
    expect(vec![], "HEADER_MISSING").await;
    expect(vec![chunk()], "HEADER_MISSING").await;
    expect(vec![Part::Header(header(1)), chunk(), Part::Header(header(1))], "HEADER_REPEATED").await;
    expect(vec![Part::Header(header(1))], "EMPTY_DOCUMENT").await;
    expect(vec![Part::Header(header(1)), Part::Chunk(Vec::new())], "EMPTY_DOCUMENT").await;
    expect(vec![Part::Header(header(1)), Part::Chunk(vec![0; 256 * 1024 + 1])], "CHUNK_TOO_LARGE").await;
    let announced = |size_bytes| Part::Header(v1::SignDocumentHeader { size_bytes, ..header(1) });
    expect(vec![announced(file.len() as u64 + 1), chunk()], "SIZE_DIFFERS").await;
    expect(vec![announced(file.len() as u64 - 1), chunk()], "SIZE_DIFFERS").await;
    let long = v1::SignDocumentHeader { field_name: "f".repeat(1_025), ..header(1) };
    expect(vec![Part::Header(long), chunk()], "FIELD_TOO_LONG").await;

    let empty = call(&fixture, UTARA, vec![Ok(v1::SignDocumentRequest { part: None })]).await;
    assert_eq!(refusal(empty), (Code::InvalidArgument, "PART_MISSING".to_owned()));
    let cut = vec![message(Part::Header(header(1))), message(chunk()), Err(Status::cancelled("gone"))];
    assert_eq!(call(&fixture, UTARA, cut).await.expect_err("cut off").code(), Code::Cancelled);
    assert_eq!(entries(&fixture), 0);

    let whole = v1::SignDocumentHeader { size_bytes: file.len() as u64, ..header(1) };
    sign(&fixture, whole, &file).await.expect("the announced size came");
}

#[tokio::test]
async fn a_document_over_the_limit_is_refused_when_announced_or_counted() {
    let fixture = Fixture::new(); // 1 MiB
    let too_large = (Code::ResourceExhausted, "DOCUMENT_TOO_LARGE".to_owned());
    let announced = v1::SignDocumentHeader { size_bytes: 1024 * 1024 + 1, ..header(1) };
    // Refused at the header: no chunk is read.
    let poisoned = vec![message(Part::Header(announced)), Err(Status::internal("read too far"))];
    assert_eq!(refusal(call(&fixture, UTARA, poisoned).await), too_large);
    let mut messages = vec![message(Part::Header(header(1)))];
    messages.extend((0..4).map(|_| message(Part::Chunk(vec![b' '; 256 * 1024]))));
    messages.push(message(Part::Chunk(vec![b' '])));
    messages.push(Err(Status::internal("read too far")));
    let status = call(&fixture, UTARA, messages).await.expect_err("one octet too many");
    assert!(tonic_types::StatusExt::get_details_retry_info(&status).is_none(), "it will not get smaller");
    assert_eq!(refusal::<()>(Err(status)), too_large);
}

#[tokio::test]
async fn documents_that_find_no_room_are_refused_and_the_room_comes_back() {
    let fixture = Fixture::new();
    let room = fixture.signer.document_room.available_permits();
    let taken = fixture.signer.document_room.clone().acquire_many_owned(u32::try_from(room).expect("a number")).await;
    let busy = (Code::ResourceExhausted, "DOCUMENTS_BUSY".to_owned());
    assert_eq!(refusal(sign(&fixture, header(1), &pdf("satu")).await), busy);
    drop(taken);
    sign(&fixture, header(1), &pdf("satu")).await.expect("a signed file");
    assert_eq!(fixture.signer.document_room.available_permits(), room);
}

#[tokio::test]
async fn a_clock_a_second_behind_the_register_takes_the_last_recorded_time() {
    let fixture = Fixture::new();
    let file = pdf("satu");
    fixture.clock.set(NOW + 1);
    fixture.sign(SELATAN, request(9)).await.expect("a signature");
    fixture.clock.set(NOW);
    let (result, signed) = sign(&fixture, header(1), &file).await.expect("a signed file");
    assert_eq!(result.signature.and_then(|act| act.signing_time).map(|time| time.seconds), i64::try_from(NOW + 1).ok());
    let opened = SignedPdf::open(signed.clone(), &Limits::service()).expect("a PDF");
    assert_eq!(opened.signatures()[0].claimed_signing_time(), Some("D:20261124080001+07'00'"));
    let (_, again) = sign(&fixture, header(1), &file).await.expect("the same file");
    assert_eq!(again, signed);
}
