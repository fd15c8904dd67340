//! `key`, `csr`, `install-chain`, `commitment-key`: a signer who is certified by an outside CA.

use std::path::Path;

use anyhow::{Context, Result};
use getrandom::SysRng;
use keys::{
    KeyError, SigningKey, SoftKey, Subject,
    agency::new_commitment_key,
    certification_request, chain_from_pem, chain_to_pem, install_chain,
    whole_file::{self, Readers},
};

use super::{
    arguments::{ChangePassphrase, CommitmentKeyCommand, Csr, InstallChain, KeyCommand, KeyNew},
    output::print,
};

pub(super) fn run_key(command: KeyCommand) -> Result<()> {
    match command {
        KeyCommand::New(options) => new_key(&options),
        KeyCommand::ChangePassphrase(options) => change_passphrase(&options),
    }
}

fn new_key(options: &KeyNew) -> Result<()> {
    whole_file::refuse_existing(&options.out)?;
    let passphrase = options.passphrase.read_new("the new key")?;
    let key = SoftKey::generate(&mut SysRng)?;
    whole_file::create(&options.out, key.to_encrypted_pem(&passphrase, &mut SysRng)?.as_bytes(), Readers::Owner)?;
    print(&format!("{}\n", key.key_id()))?;
    eprintln!(
        "next: teken-keys csr --key {}; keep a copy of the file and the passphrase in two safes",
        options.out.display()
    );
    Ok(())
}

fn change_passphrase(options: &ChangePassphrase) -> Result<()> {
    let key = load(&options.key, &options.passphrase.read("the key until now")?)?;
    let passphrase = options.read_new_passphrase()?;
    whole_file::replace(&options.key, key.to_encrypted_pem(&passphrase, &mut SysRng)?.as_bytes(), Readers::Owner)?;
    print(&format!("{}\n", key.key_id()))?;
    eprintln!("note: copies of the old file still open with the old passphrase");
    Ok(())
}

pub(super) fn request(options: Csr) -> Result<()> {
    let key = load(&options.key, &options.passphrase.read("the key")?)?;
    let subject = Subject {
        organization: options.organization,
        organizational_unit: options.unit,
        common_name: options.common_name,
        title: options.title,
    };
    let text = certification_request(&key, &subject, &mut SysRng)?;
    match options.out {
        Some(path) => {
            whole_file::create(&path, text.as_bytes(), Readers::Everybody)?;
            print(&format!("{}\n", path.display()))
        }
        None => print(&text),
    }
}

pub(super) fn install(options: InstallChain, now: u64) -> Result<()> {
    if !options.replace {
        whole_file::refuse_existing(&options.out)?;
    }
    let mut sent = Vec::new();
    for path in &options.certificates {
        let octets = std::fs::read(path).with_context(|| path.display().to_string())?;
        for der in chain_from_pem(&octets).with_context(|| path.display().to_string())? {
            // The same certificate in two files is one certificate.
            if !sent.contains(&der) {
                sent.push(der);
            }
        }
    }
    let key = load(&options.key, &options.passphrase.read("the key")?)?;
    let chain = install_chain(key.public_key(), sent, now)?;
    let text = chain_to_pem(&chain);
    if options.replace {
        whole_file::replace(&options.out, text.as_bytes(), Readers::Everybody)?;
    } else {
        whole_file::create(&options.out, text.as_bytes(), Readers::Everybody)?;
    }
    print(&format!("{}\n", options.out.display()))?;
    eprintln!("key {} is certified by a chain of {}", key.key_id(), chain.len());
    Ok(())
}

pub(super) fn run_commitment_key(command: CommitmentKeyCommand) -> Result<()> {
    let CommitmentKeyCommand::New(options) = command;
    whole_file::create(&options.out, &new_commitment_key(&mut SysRng)?, Readers::Owner)?;
    print(&format!("{}\n", options.out.display()))?;
    eprintln!("note: keep a copy in a safe; without it no recorded number can be found again");
    Ok(())
}

fn load(path: &Path, passphrase: &keys::Passphrase) -> Result<SoftKey> {
    SoftKey::load(path, passphrase).map_err(|error| match error {
        // This one names its file already.
        KeyError::File { .. } => error.into(),
        error => anyhow::Error::from(error).context(path.display().to_string()),
    })
}
