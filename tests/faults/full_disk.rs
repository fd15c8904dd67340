//! A full disk under the register: refusals with the right code, reads go on, nothing acknowledged is lost, and when there is room again
//! the service signs without a restart, the refused requests under their old ids too.

use std::{fs, path::PathBuf, process::Command, time::Duration};

use anyhow::{Context, bail, ensure};
use proto::teken::v1::{GetSignatureRequest, SignDigestRequest, Signature, get_signature_request::Key};
use tests::{Caller, OFFICE, Outcome, Peer, Suite, TestAgency, call_as, sign_digest_request};
use tonic::Code;
use tonic_types::StatusExt;

/// Size of the register's disk, and of a file on it that can be removed.
const DISK_KIB: u32 = 6 * 1024;
const BALLAST_BYTES: usize = 2 * 1024 * 1024;
/// Requests within which so small a disk must be full.
const MOST: u32 = 3_000;

pub(crate) fn cases(suite: &mut Suite) {
    suite.case_with(&[Peer::SmallDisk], "a_full_disk_refuses_loses_nothing_and_is_got_over", || {
        tokio::runtime::Runtime::new()?.block_on(full_disk())
    });
}

async fn full_disk() -> Outcome {
    let agency = TestAgency::create()?;
    let register = agency.path("register");
    fs::create_dir(&register)?;
    let config = fs::read_to_string(agency.signer_config())?;
    fs::write(agency.signer_config(), config.replace("\"register.db\"", "\"register/register.db\""))?;
    // The disk is mounted in a namespace of the service's own: nothing is left behind whatever happens.
    let mut service = agency.serve_with(|command| {
        let mut unshared = Command::new("unshare");
        unshared.args(["--mount", "sh", "-c"]);
        unshared.arg(format!(
            "mount -t tmpfs -o size={DISK_KIB}k tmpfs '{0}' && head -c {BALLAST_BYTES} /dev/zero > '{0}/ballast' && exec \"$0\" \"$@\"",
            register.display()
        ));
        unshared.arg(command.get_program()).args(command.get_args());
        unshared
    })?;
    let ballast = PathBuf::from(format!("/proc/{}/root{}/ballast", service.running.id(), register.display()));
    let mut caller = call_as(&agency, OFFICE, &service.address).await?;

    let mut acknowledged = Vec::new();
    let refused = fill(&mut caller, &mut acknowledged).await?;
    ensure!(acknowledged.len() > 20, "the disk was full after {} signatures", acknowledged.len());

    let first = acknowledged.first().context("a signature")?;
    let read = get(&mut caller, &first.request_id).await.context("reading while the disk is full")?;
    ensure!(read.cms == first.cms, "another CMS than was acknowledged");

    fs::remove_file(&ballast).context("the ballast can be removed")?;
    let signed = sign_within_ten_seconds(&mut caller, &refused).await?;
    ensure!(signed.request_id == refused.request_id, "the refused request is signed under its own id");
    for signature in acknowledged.iter().chain([&signed]) {
        ensure!(
            get(&mut caller, &signature.request_id).await? == *signature,
            "{} is not as acknowledged",
            signature.name
        );
    }
    ensure!(service.running.wait(Duration::ZERO).is_err(), "the service ended");
    println!("full disk: {} signatures before it was full, all still there", acknowledged.len());
    Ok(())
}

/// Signs until the register is full; gives the request that was refused.
async fn fill(caller: &mut Caller, acknowledged: &mut Vec<Signature>) -> anyhow::Result<SignDigestRequest> {
    for number in 0..MOST {
        let request = sign_digest_request([3; 32], &format!("full-{number}"));
        match caller.sign_digest(request.clone()).await {
            Ok(answer) => acknowledged.push(answer.into_inner().signature.context("a signature")?),
            Err(status) => {
                ensure!(status.code() == Code::ResourceExhausted, "{status}");
                let details = status.get_error_details();
                ensure!(details.error_info().is_some_and(|info| info.reason == "REGISTER_FULL"), "{details:?}");
                ensure!(details.retry_info().is_some(), "no RetryInfo: {details:?}");
                return Ok(request);
            }
        }
    }
    bail!("{MOST} signatures fit on a disk of {DISK_KIB} KiB")
}

async fn sign_within_ten_seconds(caller: &mut Caller, request: &SignDigestRequest) -> anyhow::Result<Signature> {
    for _ in 0..100 {
        match caller.sign_digest(request.clone()).await {
            Ok(answer) => return answer.into_inner().signature.context("a signature"),
            Err(status) if status.code() == Code::ResourceExhausted => {
                tokio::time::sleep(Duration::from_millis(100)).await
            }
            Err(status) => bail!("{status}"),
        }
    }
    bail!("the service does not sign ten seconds after there was room")
}

async fn get(caller: &mut Caller, request_id: &str) -> anyhow::Result<Signature> {
    let key = Some(Key::RequestId(request_id.to_owned()));
    Ok(caller.get_signature(GetSignatureRequest { key }).await?.into_inner())
}
