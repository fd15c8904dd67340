//! The memory of the running service: whoever could read it would find the key it works with, and nothing that opens the key's file.
//!
//! The service forbids core dumps and debuggers, so only root can look: this case does.

use std::{
    fs::{self, File},
    os::unix::fs::FileExt,
    process::Command,
};

use anyhow::{Context, ensure};
use tests::{OFFICE, Outcome, PASSPHRASE, Peer, Suite, TestAgency, call_as, finish, sign_digest_request};

pub(crate) fn cases(suite: &mut Suite) {
    suite.case_with(
        &[Peer::SmallDisk, Peer::OpenSsl],
        "the_running_service_holds_its_key_in_one_place_and_its_passphrase_in_none",
        || tokio::runtime::Runtime::new()?.block_on(memory()),
    );
}

async fn memory() -> Outcome {
    let agency = TestAgency::create()?;
    let mut secret = private_value(&agency)?;
    let service = agency.serve()?;
    let mut caller = call_as(&agency, OFFICE, &service.address).await?;
    for number in 0..8 {
        caller.sign_digest(sign_digest_request([5; 32], &format!("m-{number}"))).await?;
    }
    let pid = service.running.id();
    // As a file has it, and as p256 has it: the least significant octet first.
    let in_files = places(pid, &secret)?;
    secret.reverse();
    let in_use = places(pid, &secret)?;
    let passphrase = places(pid, PASSPHRASE.as_bytes())?;
    println!("memory: the private value {in_use:x?}, as a file has it {in_files:x?}, the passphrase {passphrase:x?}");
    // That it is found at all shows that the search finds what is there.
    ensure!(in_use.len() == 1, "the private value lies in {} places", in_use.len());
    ensure!(in_files.is_empty(), "the private value as it stood in its file lies in {} places", in_files.len());
    ensure!(passphrase.is_empty(), "the passphrase lies in {} places", passphrase.len());
    Ok(())
}

/// The 32 octets of the private value, as OpenSSL reads them: `privateKey OCTET STRING` after `version 1` (RFC 5915, 3).
fn private_value(agency: &TestAgency) -> anyhow::Result<Vec<u8>> {
    let clear = agency.path("clear.der");
    let mut openssl = Command::new("openssl");
    openssl.args(["pkcs8", "-topk8", "-nocrypt", "-outform", "DER", "-in"]).arg(agency.layout().signing_key());
    openssl.arg("-passin").arg(format!("file:{}", agency.path("passphrase").display())).arg("-out").arg(&clear);
    let done = finish(openssl)?;
    ensure!(done.code == Some(0), "{done:?}");
    let der = fs::read(&clear)?;
    const BEFORE: [u8; 5] = [2, 1, 1, 4, 32];
    let at = der.windows(BEFORE.len()).position(|octets| octets == BEFORE).context("an ECPrivateKey")?;
    Ok(der.get(at + BEFORE.len()..).and_then(|rest| rest.get(..32)).context("32 octets")?.to_vec())
}

/// Where octets lie in the memory of a process.
fn places(pid: u32, wanted: &[u8]) -> anyhow::Result<Vec<u64>> {
    let memory = File::open(format!("/proc/{pid}/mem")).context("root may look")?;
    let mut found = Vec::new();
    for line in fs::read_to_string(format!("/proc/{pid}/maps"))?.lines() {
        // `address perms offset dev inode pathname` (proc_pid_maps(5)); what the kernel maps cannot be read.
        let (range, rest) = line.split_once(' ').context("a mapping")?;
        if !rest.starts_with('r') || rest.contains("[v") {
            continue;
        }
        let (from, to) = range.split_once('-').context("a range")?;
        let (from, to) = (u64::from_str_radix(from, 16)?, u64::from_str_radix(to, 16)?);
        let mut octets = vec![0; usize::try_from(to - from)?];
        if memory.read_exact_at(&mut octets, from).is_err() {
            continue; // a guard page
        }
        let here = octets.windows(wanted.len()).enumerate().filter(|(_, octets)| *octets == wanted);
        found.extend(here.map(|(place, _)| from + place as u64));
    }
    Ok(found)
}
