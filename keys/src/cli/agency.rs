//! `agency`, `revoke`, `crl`: what changes an agency.

use std::path::Path;

use anyhow::{Context, Result};
use keys::{
    Certificate,
    agency::{Agency, AgencyOptions, Authority, Lifetimes, Renewal, Signer, TestMark},
    chain_from_pem,
};

use super::{
    DAY,
    arguments::{
        AgencyCommand, CrlCommand, Init, OfficeAdd, OfficeCommand, Revoke, ServerCommand, ServerRenew,
        SigningCertificateCommand,
    },
    output::print,
};

pub(super) fn run(command: AgencyCommand, now: u64) -> Result<()> {
    match command {
        AgencyCommand::Init(options) => init(*options, now),
        AgencyCommand::Office(OfficeCommand::Add(options)) => add_office(&options, now),
        AgencyCommand::Server(ServerCommand::Renew(options)) => renew_server(&options, now),
    }
}

fn init(options: Init, now: u64) -> Result<()> {
    let passphrase = options.passphrase.read_new("the signing key")?;
    let ca_passphrase = options.ca_passphrase.read_new()?;
    let agency = Agency::create(
        &options.dir,
        &AgencyOptions {
            organizational_unit: options.unit,
            server_names: options.server_names,
            offices: options.offices,
            crl_base_uri: options.crl_base_uri,
            seal_prefix: options.seal_prefix,
            status_prefix: options.status_prefix,
            ca_passphrase: ca_passphrase.as_ref(),
            test: if options.test { TestMark::UjiCoba } else { TestMark::Unmarked },
            validity: Lifetimes { crl: u64::from(options.crl_days) * DAY, ..Lifetimes::default() },
            ..AgencyOptions::new(&options.organization, &options.signer_name, &options.signer_title, now, &passphrase)
        },
    )?;
    let layout = agency.layout();
    print(&format!(
        "anchor\t{}\nanchor of TLS\t{}\nsigner\t{}\ntrust list\t{}\n",
        layout.root_anchor().display(),
        layout.access_anchor().display(),
        layout.signing_chain().display(),
        layout.trust_list().display()
    ))?;
    eprintln!(
        "next: give {} to those who verify, publish {} and {}",
        layout.root_anchor().display(),
        crls(layout.dir()),
        layout.trust_list().display()
    );
    Ok(())
}

fn crls(dir: &Path) -> String {
    dir.join("crls").display().to_string()
}

fn add_office(options: &OfficeAdd, now: u64) -> Result<()> {
    let mut agency = Agency::open(&options.dir)?;
    let passphrase = options.passphrase.read("the CAs' keys")?;
    agency.add_office(&options.id, &options.name, now, &passphrase)?;
    print(&format!("{}\n", agency.layout().office_certificate(&options.id).display()))?;
    eprintln!(
        "next: list office {} in the service's configuration, and bring key and certificate to the office",
        options.id
    );
    Ok(())
}

fn renew_server(options: &ServerRenew, now: u64) -> Result<()> {
    let mut agency = Agency::open(&options.dir)?;
    let passphrase = options.passphrase.read("the CAs' keys")?;
    agency.renew_server(&options.server_names, now, &passphrase)?;
    print(&format!("{}\n", agency.layout().server_certificate().display()))
}

pub(super) fn run_signing_certificate(command: SigningCertificateCommand, now: u64) -> Result<()> {
    let SigningCertificateCommand::Renew(options) = command;
    let mut agency = Agency::open(&options.dir)?;
    let passphrase = options.passphrase.read("the signing key")?;
    let ca_passphrase = options.ca_passphrase.read()?;
    let signer = match (&options.signer_name, &options.signer_title) {
        (Some(name), Some(title)) => Signer::Named { name, title },
        _ => Signer::Same,
    };
    let lifetime = u64::from(options.days) * DAY;
    let ca_passphrase = ca_passphrase.as_ref().unwrap_or(&passphrase);
    let renewal = agency.renew_signing_certificate(signer, lifetime, now, &passphrase, ca_passphrase)?;
    print(&format!("{}\n", agency.layout().signing_chain().display()))?;
    if renewal == Renewal::EarlierFinished {
        eprintln!("note: an earlier renewal had been interrupted and was finished; no other key was made");
    }
    eprintln!("next: start the service again; until then it signs with the old key");
    Ok(())
}

pub(super) fn revoke(options: Revoke, now: u64) -> Result<()> {
    let mut agency = Agency::open(&options.dir)?;
    let serial = serial_of(&options.certificate)?;
    let passphrase = options.passphrase.read("the CAs' keys")?;
    let authority = agency.revoke(&serial, options.reason.into(), now, &passphrase)?;
    publish(&agency, &[authority])
}

/// A name of a file that is there is that file; anything else is a serial number.
fn serial_of(text: &str) -> Result<String> {
    let path = Path::new(text);
    if !path.is_file() {
        return Ok(text.to_owned());
    }
    let octets = std::fs::read(path).with_context(|| path.display().to_string())?;
    let chain = chain_from_pem(&octets).with_context(|| path.display().to_string())?;
    let first = chain.first().map(|der| Certificate::from_der(der)).transpose()?;
    Ok(first.map_or_else(|| text.to_owned(), |certificate| certificate.serial_hex()))
}

pub(super) fn run_crl(command: CrlCommand, now: u64) -> Result<()> {
    match command {
        CrlCommand::Issue(options) => {
            let mut agency = Agency::open(&options.dir)?;
            let passphrase = options.passphrase.read("the CAs' keys")?;
            let authority = options.authority.into();
            agency.issue_crl(authority, now, &passphrase)?;
            publish(&agency, &[authority])
        }
        CrlCommand::Renew(options) => {
            let mut agency = Agency::open(&options.dir)?;
            let passphrase = options.passphrase.read("the CAs' keys")?;
            agency.renew_crls(now, &passphrase)?;
            publish(&agency, &Authority::ALL)
        }
    }
}

fn publish(agency: &Agency, authorities: &[Authority]) -> Result<()> {
    for &authority in authorities {
        print(&format!("{}\n", agency.layout().crl(authority).display()))?;
    }
    eprintln!("next: publish {}; nobody knows of a revocation before", crls(agency.layout().dir()));
    Ok(())
}
