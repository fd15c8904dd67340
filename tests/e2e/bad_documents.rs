//! Every kind of bad document: one exit code and one code, the same by digest and as a whole document, and the service's own status.
//!
//! The documents are made here. `teken-office sign --help` lists the codes.

use std::{fs, path::Path};

use anyhow::{Context, ensure};
use demo::samples::{SampleNumber, surat_keterangan};
use proto::teken::v1::{
    Document, DocumentType, ListSignaturesRequest, SignDocumentHeader, SignDocumentRequest, sign_document_request::Part,
};
use serde_json::Value;
use tests::{Caller, Finished, OFFICE, Outcome, Program, Suite, TestAgency, call_as, finish};
use tonic::{Code, Status};
use tonic_types::StatusExt;
use uuid::Uuid;

/// 4 MiB of zeros, deflated twice: more than 200 times what it takes.
const BOMB: &str = "78daabb8f5f620232303034393c2fff5791e0e20e6281805a360148c8251300a46c1281805a360148c8251300a8636a89166\
     3ec0c00800416307a5";

/// `SignDocumentRequest.chunk`: at most 256 KiB.
const CHUNK_BYTES: usize = 256 * 1024;

struct Bad {
    name: &'static str,
    octets: Vec<u8>,
    /// What the office says of it, by digest and with `--upload`.
    code: &'static str,
    /// What the service says of it to anybody who sends it.
    status: (Code, &'static str),
}

pub(crate) fn cases(suite: &mut Suite) {
    suite
        .case("each_bad_document_has_one_code_by_digest_and_as_a_whole", each_bad_document)
        .case("a_document_over_the_size_limit_is_refused_unread", over_the_limit);
}

fn bad_documents() -> anyhow::Result<Vec<Bad>> {
    let good = surat_keterangan(jiff::civil::date(2026, 11, 24), &SampleNumber { running: 1, year: 2026 })?;
    let startxref = good.windows(9).rposition(|octets| octets == b"startxref").context("a startxref")?;
    let bad = |name, octets, reason| Bad { name, octets, code: reason, status: (Code::InvalidArgument, reason) };
    Ok(vec![
        bad("a word processor's file", b"PK\x03\x04 word/document.xml".to_vec(), "NOT_A_PDF"),
        Bad {
            name: "an empty file",
            octets: Vec::new(),
            code: "NOT_A_PDF",
            // The service sees a document without octets and not a file.
            status: (Code::InvalidArgument, "EMPTY_DOCUMENT"),
        },
        bad("octets before the header", [b"\r\n", good.as_slice()].concat(), "PDF_BYTES_BEFORE_HEADER"),
        bad("half of a file", good.get(..good.len() / 2).context("half")?.to_vec(), "PDF_TRUNCATED"),
        bad("a file without its last lines", good.get(..startxref).context("a part")?.to_vec(), "PDF_TRUNCATED"),
        bad("a startxref that leads elsewhere", moved_startxref(&good, startxref)?, "PDF_XREF_DAMAGED"),
        bad("an encrypted document", made(&OBJECTS, "/Encrypt<</Filter/Standard/V 1/R 2>>"), "PDF_ENCRYPTED"),
        bad("a decompression bomb", bomb()?, "PDF_LIMIT"),
        bad("a /Prev that leads to its own section", prev_loop(), "PDF_PREV_LOOP"),
        Bad {
            name: "a document that is certified without changes",
            octets: made(&CERTIFIED, ""),
            code: "DOCUMENT_CERTIFIED",
            status: (Code::FailedPrecondition, "DOCUMENT_CERTIFIED"),
        },
    ])
}

fn each_bad_document() -> Outcome {
    let agency = TestAgency::create()?;
    let service = agency.serve()?;
    let config = agency.office_config(OFFICE, &service.address)?;
    let place = agency.path("in.pdf");
    let runtime = tokio::runtime::Runtime::new()?;
    let mut caller = runtime.block_on(call_as(&agency, OFFICE, &service.address))?;
    for Bad { name, octets, code, status } in bad_documents()? {
        fs::write(&place, &octets)?;
        let mut texts = Vec::new();
        for options in [["--lang", "id"].as_slice(), &["--lang", "en"], &["--lang", "id", "--upload"]] {
            let refused = sign(&config, &place, options)?;
            ensure!(refused.code == Some(1), "{name} {options:?}: {refused:?}");
            let told: Value = serde_json::from_str(&refused.stdout).with_context(|| format!("{refused:?}"))?;
            ensure!(told["error"]["code"] == code && told["status"] == "REFUSED", "{name} {options:?}: {told}");
            let text = |field: &str| told["error"][field].as_str().unwrap_or_default().to_owned();
            ensure!(!text("text").is_empty() && text("hint").contains(". "), "{name}: what to do? {told}");
            texts.push(text("hint"));
        }
        ensure!(texts.first() != texts.get(1), "{name}: one language for both: {texts:?}");
        let answer = runtime.block_on(upload(&mut caller, octets.len() as u64, &octets));
        is(name, &answer.err().context(name)?, status)?;
    }
    nothing_is_left(&agency, &runtime, &mut caller)
}

fn over_the_limit() -> Outcome {
    let agency = TestAgency::create()?;
    let service = agency.serve()?;
    let config = agency.office_config(OFFICE, &service.address)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let mut caller = runtime.block_on(call_as(&agency, OFFICE, &service.address))?;
    let place = agency.path("in.pdf");
    let file = fs::File::create(&place)?;
    // Holes take no room. By digest the limit is the reader's, 1 GiB; the service takes 32 MiB.
    for (length, options, code) in
        [((1 << 30) + 1, [].as_slice(), "PDF_LIMIT"), ((32 << 20) + 1, &["--upload"], "DOCUMENT_TOO_LARGE")]
    {
        file.set_len(length)?;
        let refused = sign(&config, &place, options)?;
        let told: Value = serde_json::from_str(&refused.stdout).with_context(|| format!("{refused:?}"))?;
        ensure!(refused.code == Some(1) && told["error"]["code"] == code, "{told}");
    }
    let announced = runtime.block_on(upload(&mut caller, (32 << 20) + 1, b"%PDF-"));
    is("announced", &announced.err().context("refused")?, (Code::ResourceExhausted, "DOCUMENT_TOO_LARGE"))?;
    nothing_is_left(&agency, &runtime, &mut caller)
}

fn nothing_is_left(agency: &TestAgency, runtime: &tokio::runtime::Runtime, caller: &mut Caller) -> Outcome {
    ensure!(!agency.path("out.pdf").exists(), "a signed file was made");
    let journal: Vec<String> = fs::read_dir(agency.path(&format!("state/{OFFICE}")))?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<std::io::Result<_>>()?;
    let requests: Vec<&String> = journal.iter().filter(|name| Uuid::parse_str(name).is_ok()).collect();
    ensure!(requests.is_empty(), "the journal holds {requests:?}");
    let signed = runtime.block_on(caller.list_signatures(ListSignaturesRequest::default()))?.into_inner();
    ensure!(signed.signatures.is_empty(), "{signed:?}");
    Ok(())
}

fn sign(config: &Path, input: &Path, options: &[&str]) -> anyhow::Result<Finished> {
    let mut command = Program::Office.command();
    command.arg("sign").arg("--config").arg(config).args(["--type", "surat", "--number", "470/1", "--json"]);
    command.args(options).arg(input).arg("-o").arg(input.with_file_name("out.pdf"));
    finish(command)
}

async fn upload(caller: &mut Caller, size_bytes: u64, octets: &[u8]) -> Result<(), Status> {
    let header = SignDocumentHeader {
        request_id: Uuid::new_v4().to_string(),
        document: Some(Document {
            r#type: DocumentType::Surat.into(),
            number: "470/1".to_owned(),
            requesting_officer: "loket1".to_owned(),
        }),
        size_bytes,
        ..SignDocumentHeader::default()
    };
    let chunks = octets.chunks(CHUNK_BYTES).map(|chunk| Part::Chunk(chunk.to_vec()));
    let parts: Vec<_> = std::iter::once(Part::Header(header))
        .chain(chunks)
        .map(|part| SignDocumentRequest { part: Some(part) })
        .collect();
    let mut answer = caller.sign_document(tokio_stream::iter(parts)).await?.into_inner();
    while answer.message().await?.is_some() {}
    Ok(())
}

fn is(name: &str, status: &Status, (code, reason): (Code, &str)) -> Outcome {
    let details = status.get_error_details();
    let told = details.error_info().map(|info| info.reason.as_str());
    ensure!(
        status.code() == code && told == Some(reason),
        "{name}: {code:?} {reason} was expected: {status:?} {details:?}"
    );
    ensure!(details.localized_message().is_some_and(|message| message.locale == "id-ID"), "{name}: {details:?}");
    Ok(())
}

const OBJECTS: [&str; 3] = [
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Kids[3 0 R]/Count 1>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>",
];

/// Certified at level 1: no changes (ISO 32000-2, 12.8.2.2).
const CERTIFIED: [&str; 5] = [
    "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]/SigFlags 3>>/Perms<</DocMDP 5 0 R>>>>",
    OBJECTS[1],
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>/Annots[4 0 R]>>",
    "<</Type/Annot/Subtype/Widget/Rect[0 0 0 0]/P 3 0 R/FT/Sig/T(dulu)/V 5 0 R>>",
    "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[0 1 2 3]/Contents<00>\
     /Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P 1/V/1.2>>>>]>>",
];

/// The header and these objects, from number 1 on, with the offset of each.
fn body(objects: &[&str]) -> (Vec<u8>, Vec<usize>) {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push(file.len());
        file.extend_from_slice(format!("{} 0 obj\n{object}\nendobj\n", index + 1).as_bytes());
    }
    (file, offsets)
}

/// A file of these objects with a cross-reference table, and this in its trailer.
fn made(objects: &[&str], trailer: &str) -> Vec<u8> {
    let (mut file, offsets) = body(objects);
    let (table, size) = (file.len(), objects.len() + 1);
    let entries: String = offsets.iter().map(|offset| format!("{offset:010} 00000 n \n")).collect();
    let rest = format!(
        "xref\n0 {size}\n0000000000 65535 f \n{entries}trailer\n<</Size {size}/Root 1 0 R{trailer}>>\nstartxref\n{table}\n%%EOF\n"
    );
    file.extend_from_slice(rest.as_bytes());
    file
}

fn prev_loop() -> Vec<u8> {
    let (before_the_table, _offsets) = body(&OBJECTS);
    made(&OBJECTS, &format!("/Prev {}", before_the_table.len()))
}

/// A cross-reference stream that inflates without measure.
fn bomb() -> anyhow::Result<Vec<u8>> {
    let (mut file, _offsets) = body(&OBJECTS);
    let deflated = (0..BOMB.len() / 2)
        .map(|index| Ok(u8::from_str_radix(BOMB.get(2 * index..2 * index + 2).context("two digits")?, 16)?))
        .collect::<anyhow::Result<Vec<u8>>>()?;
    let section = file.len();
    let head = format!(
        "4 0 obj\n<</Type/XRef/Size 5/W[1 2 1]/Root 1 0 R/Filter[/FlateDecode/FlateDecode]/Length {}>>\nstream\n",
        deflated.len()
    );
    file.extend_from_slice(head.as_bytes());
    file.extend_from_slice(&deflated);
    file.extend_from_slice(format!("\nendstream\nendobj\nstartxref\n{section}\n%%EOF\n").as_bytes());
    Ok(file)
}

fn moved_startxref(good: &[u8], startxref: usize) -> anyhow::Result<Vec<u8>> {
    let (before, tail) = good.split_at_checked(startxref).context("a startxref")?;
    let offset: usize = std::str::from_utf8(tail)?.split_whitespace().nth(1).context("an offset")?.parse()?;
    let tail = format!("startxref\n{}\n%%EOF\n", offset.checked_sub(3).context("an offset")?);
    Ok([before, tail.as_bytes()].concat())
}
