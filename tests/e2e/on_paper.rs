//! The way of a sealed document: signed with a visible signature, verified as a file and from a picture of its page, replaced; and what
//! must never look good.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};
use evidence::{
    KeyHint, StatusPrefix, UnixSeconds,
    status::{StatusToken, TokenTimes, UnsignedToken},
};
use keys::{Passphrase, StatusKey};
use office::appearance::{Sight, page_picture};
use proto::teken::v1::{
    CalendarDate, Document, DocumentType, ReserveDocumentRequest, SealClaims, SuratClaims, seal_claims::Claims,
};
use tests::{
    OFFICE, Outcome, PASSPHRASE, Peer, Suite, TestAgency,
    desk::Desk,
    documents_as, finish, now,
    paper::{Form, Paper},
    scratch,
};

pub(crate) fn cases(suite: &mut Suite) {
    suite
        .case("a_sealed_letter_is_genuine_as_file_and_as_picture_until_it_is_replaced", || whole_way(picture_by_hayro))
        .case_with(&[Peer::Pdftoppm], "a_page_that_poppler_prints_is_read_back_as_genuine_and_then_as_replaced", || {
            whole_way(picture_by_poppler)
        })
        .case("one_digit_changed_or_another_address_makes_a_seal_forged", forged)
        .case("without_the_agencys_own_status_list_nothing_is_green", no_status)
        .case("an_unknown_or_expired_trust_list_proves_nothing", no_trust)
        .case("a_seal_that_was_reserved_and_never_signed_is_never_green", reserved);
}

/// A signed letter.
fn letter(desk: &Desk, name: &str, running: u32, replaces: Option<&str>) -> anyhow::Result<(PathBuf, String)> {
    let (unsigned, signed) =
        (desk.agency.path(&format!("{name}.pdf")), desk.agency.path(&format!("{name}.signed.pdf")));
    fs::write(&unsigned, Paper::new(Form::Surat).write()?)?;
    let more = replaces.map(|name| ["--replaces", name]);
    let told =
        desk.sign(Form::Surat, &Form::Surat.number(running), [&unsigned, &signed], more.into_iter().flatten())?;
    Ok((signed, told["signature"].as_str().context("its name")?.to_owned()))
}

fn picture_by_hayro(pdf: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    let picture = folder.join("page.png");
    fs::write(&picture, page_picture(fs::read(pdf)?, 0, 200.0, &Sight::in_process())?)?;
    Ok(picture)
}

fn picture_by_poppler(pdf: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    let mut command = Command::new("pdftoppm");
    command.args(["-r", "200", "-png", "-singlefile"]).arg(pdf).arg(folder.join("page"));
    let finished = finish(command)?;
    ensure!(finished.code == Some(0), "{finished:?}");
    Ok(folder.join("page.png"))
}

fn whole_way(picture: fn(&Path, &Path) -> anyhow::Result<PathBuf>) -> Outcome {
    let desk = Desk::open()?;
    let folder = scratch();
    let (old, name) = letter(&desk, "old", 1, None)?;
    let (code, report) = desk.wait_for_status(&old, "VALID")?;
    ensure!(code == Some(0) && report["verdict"] == "TOTAL-PASSED", "{code:?} {report}");
    let old_picture = picture(&old, folder.path())?;
    let from_file = desk.seal([&old])?;
    let from_picture = desk.seal([&old_picture])?;
    for sealed in [&from_file, &from_picture] {
        ensure!(sealed.answer() == (Some(0), "TOTAL-PASSED", "VALID"), "{sealed:?}");
    }
    // PDF and print prove each other: one seal, which the signed statement names.
    let [in_file, on_paper] = [&from_file, &from_picture].map(|sealed| &sealed.report["seals"][0]);
    ensure!(in_file["origin"] == "SIGNATURE-DICTIONARY" && on_paper["origin"] == "PICTURE", "{in_file} {on_paper}");
    ensure!(
        in_file["text"] == on_paper["text"] && in_file["sha256"] == on_paper["sha256"],
        "{in_file} is not {on_paper}"
    );
    ensure!(report["signatures"][0]["statement"]["sealHash"] == on_paper["sha256"], "{report}");
    let fields: Vec<_> = on_paper["fields"].as_array().context("fields")?.iter().collect();
    ensure!(fields.iter().any(|field| field["value"] == Form::Surat.number(1)), "{fields:?}");
    ensure!(!on_paper.to_string().contains("0000000000000001"), "the NIK is not masked: {on_paper}");

    let (new, _) = letter(&desk, "new", 1, Some(&name))?;
    let (code, report) = desk.wait_for_status(&old, "SUPERSEDED")?;
    ensure!(code == Some(5) && report["verdict"] == "TOTAL-PASSED", "{code:?} {report}");
    ensure!(report["status"]["text"].as_str().is_some_and(|text| text.contains("DIGANTI")), "{report}");
    for input in [&old, &old_picture] {
        let sealed = desk.seal([input])?;
        ensure!(sealed.answer() == (Some(5), "TOTAL-PASSED", "SUPERSEDED"), "{sealed:?}");
        let text = sealed.report["seals"][0]["status"]["text"].as_str().unwrap_or_default().to_owned();
        ensure!(text.contains("DIGANTI"), "{text}");
    }
    let (code, report) = desk.wait_for_status(&new, "VALID")?;
    ensure!(code == Some(0) && report["verdict"] == "TOTAL-PASSED", "{code:?} {report}");
    let sealed = desk.seal([picture(&new, folder.path())?])?;
    ensure!(sealed.answer() == (Some(0), "TOTAL-PASSED", "VALID"), "{sealed:?}");
    Ok(())
}

/// The text of a signed letter's seal, whose status is published.
fn seal_text(desk: &Desk) -> anyhow::Result<String> {
    let (signed, _) = letter(desk, "letter", 1, None)?;
    desk.wait_for_status(&signed, "VALID")?;
    let sealed = desk.seal([&signed])?;
    Ok(sealed.report["seals"][0]["text"].as_str().context("a seal")?.to_owned())
}

fn forged() -> Outcome {
    let desk = Desk::open()?;
    let text = seal_text(&desk)?;
    let genuine = desk.seal([&text])?;
    ensure!(genuine.answer() == (Some(0), "TOTAL-PASSED", "VALID"), "{genuine:?}");
    let digits = text.find('#').context("digits")? + 1;
    // From the head to the last digit of the signature.
    let last = text.len() - digits - 1;
    for place in (0..=6).map(|part| last * part / 6) {
        let mut changed = text.clone().into_bytes();
        let digit = changed.get_mut(digits + place).context("a digit")?;
        *digit = if *digit == b'9' { b'0' } else { *digit + 1 };
        let changed = String::from_utf8(changed)?;
        never_genuine(&desk, &changed, &format!("digit {place}"))?;
    }
    for (what, changed) in [
        ("another host", text.replacen("tte.example.go.id", "tte.exarnple.go.id", 1)),
        ("another path", text.replacen("/v#", "/w#", 1)),
        ("no encryption", text.replacen("https:", "http:", 1)),
        ("a digit less", text[..text.len() - 1].to_owned()),
        ("a digit more", format!("{text}0")),
    ] {
        never_genuine(&desk, &changed, what)?;
    }
    Ok(())
}

/// Exit code 1, and nothing of what it claims is shown.
fn never_genuine(desk: &Desk, text: &str, what: &str) -> Outcome {
    let sealed = desk.seal([text])?;
    ensure!(sealed.answer() == (Some(1), "TOTAL-FAILED", "NOT-CHECKED"), "{what}: {sealed:?}");
    ensure!(sealed.report["seals"][0]["fields"].as_array().is_some_and(Vec::is_empty), "{what}: {sealed:?}");
    Ok(())
}

fn no_status() -> Outcome {
    let desk = Desk::open()?;
    let (other, folder) = (Desk::open()?, scratch());
    let (signed, _) = letter(&desk, "letter", 1, None)?;
    desk.wait_for_status(&signed, "VALID")?;
    let trust_list = desk.agency.layout().trust_list();
    // Of another agency: the same address, another key. Its own letter has a status by it.
    let (others, _) = letter(&other, "letter", 1, None)?;
    other.wait_for_status(&others, "VALID")?;
    let foreign = other.agency.status_lists();
    let sealed = desk.seal_with(&trust_list, ["--status".as_ref(), foreign.as_os_str(), signed.as_os_str()])?;
    ensure!(sealed.answer() == (Some(3), "TOTAL-PASSED", "NOT-CHECKED"), "{sealed:?}");
    ensure!(sealed.codes().contains(&"STATUS_LIST_NOT_AUTHENTIC"), "{sealed:?}");
    // A list that is older than the letter: made by the same service before it was signed.
    let old = folder.path().join("old.cwt");
    fs::copy(desk.agency.status_lists().join("0.cwt"), &old)?;
    let (later, _) = letter(&desk, "later", 2, None)?;
    desk.wait_for_status(&later, "VALID")?;
    let sealed = desk.seal_with(&trust_list, ["--status".as_ref(), old.as_os_str(), later.as_os_str()])?;
    ensure!(sealed.answer() == (Some(3), "TOTAL-PASSED", "NOT-CHECKED"), "{sealed:?}");
    ensure!(sealed.codes().contains(&"STATUS_LIST_OLDER_THAN_DOCUMENT"), "{sealed:?}");
    // Nothing there at all: a mistake of whoever asks, and told before anything is verified.
    let empty = folder.path().join("empty");
    fs::create_dir(&empty)?;
    for (code, arguments) in [
        (2, vec!["--status".as_ref(), empty.as_os_str(), signed.as_os_str()]),
        (2, vec!["--status".as_ref(), "/nonexistent".as_ref(), signed.as_os_str()]),
    ] {
        let sealed = desk.seal_with(&trust_list, arguments)?;
        ensure!(sealed.answer() == (Some(code), "", "") && !sealed.stderr.is_empty(), "{sealed:?}");
    }
    Ok(())
}

fn no_trust() -> Outcome {
    let desk = Desk::open()?;
    let other = TestAgency::create_sealing()?;
    let text = seal_text(&desk)?;
    let unknown = desk.seal_with(&other.layout().trust_list(), [&text])?;
    ensure!(unknown.answer() == (Some(3), "INDETERMINATE", ""), "{unknown:?}");
    ensure!(unknown.codes().contains(&"TRUST_LIST_NOT_AUTHENTIC"), "{unknown:?}");
    // Anchor and list of the other agency: the list holds, and the seal is nobody's there.
    let mut command = tests::Program::Verify.command();
    command.args(["seal", "--json", "--trust"]).arg(other.layout().root_anchor());
    command.arg("--trust-list").arg(other.layout().trust_list()).arg(&text);
    let finished = finish(command)?;
    ensure!(finished.code == Some(1) && finished.stdout.contains("TOTAL-FAILED"), "{finished:?}");
    // 90 days are over; one day before they were not.
    for (days, answer, code) in
        [(91, (Some(3), "INDETERMINATE", ""), Some("TRUST_LIST_EXPIRED")), (89, (Some(0), "TOTAL-PASSED", ""), None)]
    {
        let at = moment(now() + days * 86_400)?;
        let sealed = desk.seal_with(&desk.agency.layout().trust_list(), ["--at", &at, &text])?;
        ensure!(sealed.answer() == answer, "after {days} days: {sealed:?}");
        ensure!(code.is_none_or(|code| sealed.codes().contains(&code)), "{sealed:?}");
    }
    Ok(())
}

fn moment(seconds: u64) -> anyhow::Result<String> {
    Ok(jiff::Timestamp::from_second(i64::try_from(seconds)?)?.to_string())
}

fn reserved() -> Outcome {
    let desk = Desk::open()?;
    // Another letter is signed, so that the service publishes a list that is younger than the reservation.
    let text = tokio::runtime::Runtime::new()?.block_on(reserve(&desk))?;
    let (signed, _) = letter(&desk, "another", 2, None)?;
    desk.wait_for_status(&signed, "VALID")?;
    let list = desk.agency.status_lists().join("0.cwt");
    let today = desk.seal([&text])?;
    ensure!(today.answer() == (Some(3), "TOTAL-PASSED", "NOT-CHECKED"), "{today:?}");
    // Two days later the list is of a day on which every signed letter stands in it: the seal is red.
    let later = now() + 2 * 86_400;
    let aged = scratch();
    let path = aged.path().join("0.cwt");
    fs::write(&path, issued_again(&desk.agency, &fs::read(list)?, later)?)?;
    let at = moment(later + 60)?;
    let trust_list = desk.agency.layout().trust_list();
    let sealed = desk
        .seal_with(&trust_list, ["--at".as_ref(), at.as_ref(), "--status".as_ref(), path.as_os_str(), text.as_ref()])?;
    ensure!(sealed.answer() == (Some(5), "TOTAL-PASSED", "INVALID"), "{sealed:?}");
    let sealed = desk.seal_with(
        &trust_list,
        ["--at".as_ref(), at.as_ref(), "--status".as_ref(), path.as_os_str(), signed.as_os_str()],
    )?;
    ensure!(sealed.answer() == (Some(0), "TOTAL-PASSED", "VALID"), "the signed one: {sealed:?}");
    Ok(())
}

/// The text of a seal that is reserved, and no more.
async fn reserve(desk: &Desk) -> anyhow::Result<String> {
    let mut documents = documents_as(&desk.agency, OFFICE, &desk.service.address).await?;
    let surat = SuratClaims {
        letter_code: 470,
        name: "BUDI CONTOH".to_owned(),
        nik: "0000000000000001".to_owned(),
        valid_until: Some(CalendarDate { year: 2030, month: 12, day: 31 }),
    };
    let request = ReserveDocumentRequest {
        request_id: uuid::Uuid::new_v4().to_string(),
        document: Some(Document {
            r#type: DocumentType::Surat.into(),
            number: Form::Surat.number(1),
            requesting_officer: "loket1".to_owned(),
        }),
        claims: Some(SealClaims { claims: Some(Claims::Surat(surat)), withhold_checks: false }),
        validate_only: false,
    };
    let reservation = documents.reserve_document(request).await?.into_inner().reservation.context("a reservation")?;
    Ok(reservation.seal_text)
}

/// The list that the agency publishes at another time when nothing changes: the same values, its own key.
fn issued_again(agency: &TestAgency, list: &[u8], issued_at: u64) -> anyhow::Result<Vec<u8>> {
    let key = StatusKey::open(&agency.layout().status_key(), &Passphrase::new(PASSPHRASE)?)?;
    let token = StatusToken::from_cwt(list)?;
    let prefix = StatusPrefix::parse("https://tte.example.go.id/status/")?;
    let times = TokenTimes::usual(UnixSeconds(issued_at));
    let unsigned = UnsignedToken::new(token.list(), &prefix, times, KeyHint::of_spki(key.spki_der()))?;
    Ok(unsigned.sign_with(key.sign(&unsigned.to_be_signed())?)?)
}
