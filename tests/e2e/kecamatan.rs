//! A kecamatan at work: what the client says when the service is away, resuming, a second server, another office, and who may connect.

use std::fs;

use anyhow::{Context, ensure};
use demo::samples::{SampleNumber, surat_keterangan};
use proto::teken::v1::{GetSignatureRequest, get_signature_request::Key};
use tests::{
    Finished, OFFICE, OTHER_OFFICE, Outcome, Program, Suite, TestAgency, UNKNOWN_OFFICE, call_as, call_with, finish,
    sign_digest_request,
};
use tonic::{Code, Status};
use tonic_types::StatusExt;

pub(crate) fn cases(suite: &mut Suite) {
    suite
        .case("a_run_that_found_no_service_is_resumed_with_the_same_request", resume)
        .case("a_second_server_on_the_same_register_refuses_to_start", second_server)
        .case("a_wrong_passphrase_is_told_and_nothing_starts", wrong_passphrase)
        .case("one_byte_changed_after_signing_fails_with_exit_1", tampered)
        .case("another_offices_signature_looks_exactly_like_an_absent_one", || block_on(other_office()))
        .case("an_office_that_the_service_does_not_know_is_refused", || block_on(unknown_office()))
        .case("without_a_client_certificate_nobody_gets_in", || block_on(no_certificate()))
        .case("malformed_requests_get_their_documented_code", || block_on(malformed()));
}

fn block_on(case: impl Future<Output = Outcome>) -> Outcome {
    tokio::runtime::Runtime::new()?.block_on(case)
}

fn surat(agency: &TestAgency) -> anyhow::Result<std::path::PathBuf> {
    let path = agency.path("surat.pdf");
    fs::write(&path, surat_keterangan(jiff::civil::date(2026, 11, 24), &SampleNumber { running: 1, year: 2026 })?)?;
    Ok(path)
}

fn sign(agency: &TestAgency, address: &str) -> anyhow::Result<Finished> {
    let mut command = Program::Office.command();
    command.arg("sign").arg("--config").arg(agency.office_config(OFFICE, address)?);
    command.args(["--type", "surat", "--number", "470/1", "--json"]).arg(agency.path("surat.pdf"));
    command.arg("-o").arg(agency.path("signed.pdf"));
    finish(command)
}

fn resume() -> Outcome {
    let agency = TestAgency::create()?;
    surat(&agency)?;
    let mut service = agency.serve()?;
    // The profile is fetched once; then the service goes away.
    ensure!(sign(&agency, &service.address)?.code == Some(0), "the first one is signed");
    fs::remove_file(agency.path("signed.pdf"))?;
    service.running.kill()?;
    let config = agency.office_config(OFFICE, &service.address)?;
    let away = {
        let mut command = Program::Office.command();
        command.arg("sign").arg("--config").arg(&config).args(["--type", "surat", "--number", "470/2", "--json"]);
        command.arg(agency.path("surat.pdf")).arg("-o").arg(agency.path("signed.pdf"));
        finish(command)?
    };
    ensure!(away.code == Some(3), "the service is away: {away:?}");
    ensure!(!agency.path("signed.pdf").exists(), "nothing was signed");
    // The service comes back, on the port it had.
    let text = fs::read_to_string(agency.signer_config())?;
    fs::write(agency.signer_config(), text.replace("127.0.0.1:0", &service.address))?;
    let _service = agency.serve()?;
    let mut command = Program::Office.command();
    command.arg("resume").arg("--config").arg(&config);
    let resumed = finish(command)?;
    ensure!(resumed.code == Some(0), "{resumed:?}");
    let verified = agency.verify([agency.path("signed.pdf")])?;
    ensure!(verified.code == Some(0), "{verified:?}");
    Ok(())
}

fn second_server() -> Outcome {
    let agency = TestAgency::create()?;
    let _first = agency.serve()?;
    let second = Program::Signer.run(["serve".as_ref(), "--config".as_ref(), agency.signer_config().as_os_str()])?;
    ensure!(second.code == Some(1), "{second:?}");
    ensure!(
        format!("{}{}", second.stdout, second.stderr).contains("another server is using this register"),
        "{second:?}"
    );
    Ok(())
}

fn wrong_passphrase() -> Outcome {
    let agency = TestAgency::create()?;
    let text = fs::read_to_string(agency.signer_config())?;
    let wrong = agency.path("wrong");
    keys::whole_file::create(&wrong, b"kata sandi lain", keys::whole_file::Readers::Owner)?;
    fs::write(agency.signer_config(), text.replace("file = \"passphrase\"", "file = \"wrong\""))?;
    let refused = Program::Signer.run(["serve".as_ref(), "--config".as_ref(), agency.signer_config().as_os_str()])?;
    ensure!(refused.code == Some(1), "{refused:?}");
    let told = format!("{}{}", refused.stdout, refused.stderr);
    ensure!(told.contains("passphrase") && !told.contains("kata sandi lain"), "{told}");
    ensure!(!agency.path("register.db").exists(), "a register was made");
    Ok(())
}

fn tampered() -> Outcome {
    let agency = TestAgency::create()?;
    surat(&agency)?;
    let service = agency.serve()?;
    ensure!(sign(&agency, &service.address)?.code == Some(0), "it is signed");
    let mut octets = fs::read(agency.path("signed.pdf"))?;
    let middle = octets.len() / 4;
    *octets.get_mut(middle).context("a document")? ^= 1;
    fs::write(agency.path("tampered.pdf"), octets)?;
    let verified = agency.verify(["--json".into(), agency.path("tampered.pdf")])?;
    ensure!(verified.code == Some(1) && verified.stdout.contains("HASH_FAILURE"), "{verified:?}");
    Ok(())
}

async fn other_office() -> Outcome {
    let agency = TestAgency::create()?;
    let service = agency.serve()?;
    let mut office = call_as(&agency, OFFICE, &service.address).await?;
    let signed =
        office.sign_digest(sign_digest_request([1; 32], "1")).await?.into_inner().signature.context("signed")?;
    let mut other = call_as(&agency, OTHER_OFFICE, &service.address).await?;
    let absent = signed.name.replace("/signatures/1", "/signatures/999999");
    let mut answers = Vec::new();
    for name in [signed.name, absent] {
        let asked = other.get_signature(GetSignatureRequest { key: Some(Key::Name(name)) }).await;
        answers.push(asked.err().context("not the other office's")?);
    }
    let [theirs, none] = &answers[..] else { unreachable!("two answers") };
    ensure!(theirs.code() == Code::NotFound, "{theirs:?}");
    ensure!(theirs.message() == none.message() && theirs.details() == none.details(), "{theirs:?} is not {none:?}");
    Ok(())
}

async fn unknown_office() -> Outcome {
    let agency = TestAgency::create()?;
    let service = agency.serve()?;
    let mut caller = call_as(&agency, UNKNOWN_OFFICE, &service.address).await?;
    let refused = caller.sign_digest(sign_digest_request([1; 32], "1")).await.err().context("refused")?;
    is(&refused, Code::PermissionDenied, "OFFICE_UNKNOWN")
}

async fn no_certificate() -> Outcome {
    let agency = TestAgency::create()?;
    let service = agency.serve()?;
    let refused = match call_with(&agency.layout().access_anchor(), None, &service.address).await {
        Err(_) => true,
        // With TLS 1.3 the client learns of the alert at its first call.
        Ok(mut caller) => caller.sign_digest(sign_digest_request([1; 32], "1")).await.is_err_and(|status| {
            status.details().is_empty() && matches!(status.code(), Code::Unavailable | Code::Unknown | Code::Cancelled)
        }),
    };
    ensure!(refused, "a caller without a certificate was answered");
    Ok(())
}

async fn malformed() -> Outcome {
    let agency = TestAgency::create()?;
    let service = agency.serve()?;
    let mut caller = call_as(&agency, OFFICE, &service.address).await?;
    let mut refuse = async |change: fn(&mut proto::teken::v1::SignDigestRequest)| {
        let mut request = sign_digest_request([1; 32], "1");
        change(&mut request);
        caller.sign_digest(request).await.err().context("refused")
    };
    for (refused, reason) in [
        (refuse(|request| request.request_id.clear()).await?, "FIELD_MISSING"),
        (refuse(|request| request.request_id = "not-a-uuid".to_owned()).await?, "REQUEST_ID_MALFORMED"),
        (refuse(|request| request.document_digest.as_mut().expect("set").sha256 = vec![0; 31]).await?, "DIGEST_LENGTH"),
        (refuse(|request| request.document_digest = None).await?, "FIELD_MISSING"),
        (refuse(|request| request.document.as_mut().expect("set").r#type = 99).await?, "DOCUMENT_TYPE_UNKNOWN"),
        (refuse(|request| request.document.as_mut().expect("set").number.clear()).await?, "FIELD_MISSING"),
    ] {
        is(&refused, Code::InvalidArgument, reason)?;
        let details = refused.get_error_details();
        ensure!(details.error_info().is_some_and(|info| info.domain == "teken.v1"), "{details:?}");
        ensure!(details.localized_message().is_some_and(|message| message.locale == "id-ID"), "{details:?}");
    }
    Ok(())
}

fn is(status: &Status, code: Code, reason: &str) -> Outcome {
    let details = status.get_error_details();
    let told = details.error_info().map(|info| info.reason.as_str());
    ensure!(status.code() == code && told == Some(reason), "{code:?} {reason} was expected: {status:?} {details:?}");
    Ok(())
}
