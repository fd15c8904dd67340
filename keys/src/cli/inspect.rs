//! `inspect`: what a file is and what it says, as far as that can be said without a passphrase. It judges nothing.

use std::path::Path;

use anyhow::{Context, Result, bail};
use der::{Decode, Encode, pem};
use evidence::trust_list::SignedTrustList;
use keys::{
    Certificate, KeyError, KeyId, Protection, pem_blocks,
    secret_file::{self, Kept},
};
use sha2::{Digest, Sha256};
use x509_cert::{crl::CertificateList, ext::Extensions, request::CertReq};

use super::{arguments::Inspect, output::print, rfc3339, trust_list};

mod extensions;

pub(super) fn run(options: &Inspect) -> Result<()> {
    let mut failed = 0_usize;
    for path in &options.files {
        match describe(path) {
            Ok(text) => print(&text)?,
            Err(error) => {
                eprintln!("teken-keys: {}: {error:#}", path.display());
                failed = failed.saturating_add(1);
            }
        }
    }
    if failed > 0 {
        bail!("{failed} of {} files could not be shown", options.files.len());
    }
    Ok(())
}

/// Lines of `name: value` under the file's name.
struct Report(String);

impl Report {
    fn heading(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    fn line(&mut self, name: &str, value: &str) {
        // What comes from a file must not be able to forge lines or move the cursor.
        let printable: String =
            value.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect();
        self.0.push_str(&format!("  {name:<22}{printable}\n"));
    }
}

/// The longest file that is looked at: a CRL of a large CA.
const LIMIT_BYTES: u64 = 64 * 1024 * 1024;

fn describe(path: &Path) -> Result<String> {
    let length = std::fs::metadata(path)?.len();
    if length > LIMIT_BYTES {
        bail!("is longer than {LIMIT_BYTES} octets");
    }
    let octets = zeroize::Zeroizing::new(std::fs::read(path)?);
    let mut report = Report(format!("{}\n", path.display()));
    let text = core::str::from_utf8(&octets).unwrap_or_default();
    if !text.contains("-----BEGIN ") {
        if let Ok(signed) = SignedTrustList::from_cose(&octets) {
            report.heading("trust list (its signature was not looked at)");
            report.0.push_str(&trust_list::as_text(&signed));
        } else {
            describe_der(&octets, &mut report)?;
        }
        return Ok(report.0);
    }
    for block in pem_blocks(text) {
        let block = block?;
        let (label, der) = pem::decode_vec(block.as_bytes()).ok().context("a PEM block is damaged")?;
        let der = zeroize::Zeroizing::new(der);
        match label {
            "CERTIFICATE" => certificate(&der, &mut report)?,
            "X509 CRL" => crl(&der, &mut report)?,
            "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => request(&der, &mut report)?,
            "ENCRYPTED PRIVATE KEY" => encrypted_key(block.as_bytes(), path, &mut report),
            "PRIVATE KEY" | "EC PRIVATE KEY" => {
                report.heading("private key in the clear (good for TLS only)");
                kept(path, &mut report);
            }
            other => report.heading(&format!("{other}: not looked into")),
        }
    }
    Ok(report.0)
}

fn describe_der(octets: &[u8], report: &mut Report) -> Result<()> {
    certificate(octets, report)
        .or_else(|_| crl(octets, report))
        .or_else(|_| request(octets, report))
        .ok()
        .context("is no certificate, CRL, request, trust list or key that this program knows")
}

fn certificate(der: &[u8], report: &mut Report) -> Result<()> {
    let certificate = Certificate::from_der(der)?;
    let tbs = certificate.parsed().tbs_certificate();
    report.heading("certificate");
    report.line("subject", &tbs.subject().to_string());
    report.line("issuer", &tbs.issuer().to_string());
    report.line("serial number", &certificate.serial_hex());
    report.line("valid from", &rfc3339(certificate.not_before_unix()));
    report.line("valid until", &rfc3339(certificate.not_after_unix()));
    report.line("key id", certificate.key_id().as_str());
    report.line("signed with", &extensions::algorithm(certificate.parsed().signature_algorithm()));
    extensions::describe(tbs.extensions(), report);
    report.line("SHA-256", &hex::encode(Sha256::digest(der)));
    Ok(())
}

fn crl(der: &[u8], report: &mut Report) -> Result<()> {
    let list = <CertificateList>::from_der(der)?;
    let tbs = &list.tbs_cert_list;
    report.heading("certificate revocation list");
    report.line("issuer", &tbs.issuer.to_string());
    report.line("issued", &rfc3339(tbs.this_update.to_unix_duration().as_secs()));
    let next = tbs.next_update.map_or_else(|| "not told".to_owned(), |next| rfc3339(next.to_unix_duration().as_secs()));
    report.line("next one due", &next);
    report.line("signed with", &extensions::algorithm(&list.signature_algorithm));
    extensions::describe(tbs.crl_extensions.as_ref(), report);
    let revoked = tbs.revoked_certificates.as_deref().unwrap_or_default();
    report.line("revoked", &revoked.len().to_string());
    for entry in revoked {
        let at = rfc3339(entry.revocation_date.to_unix_duration().as_secs());
        let reason = extensions::reason(entry.crl_entry_extensions.as_ref());
        report.line("", &format!("{} at {at}{reason}", hex::encode(entry.serial_number.as_bytes())));
    }
    Ok(())
}

fn request(der: &[u8], report: &mut Report) -> Result<()> {
    let request = CertReq::from_der(der)?;
    report.heading("certificate signing request");
    report.line("subject", &request.info.subject.to_string());
    report.line("key id", KeyId::of_spki_der(&request.info.public_key.to_der()?).as_str());
    report.line("signed with", &extensions::algorithm(&request.algorithm));
    let asked: Option<Extensions> = request
        .info
        .attributes
        .iter()
        .find(|attribute| attribute.oid == const_oid::db::rfc5912::ID_EXTENSION_REQ)
        .and_then(|attribute| attribute.values.iter().next()?.decode_as().ok());
    extensions::describe(asked.as_ref(), report);
    Ok(())
}

fn encrypted_key(pem_text: &[u8], path: &Path, report: &mut Report) {
    report.heading("encrypted private key");
    match Protection::of_pem(pem_text) {
        Ok(Protection::Scrypt { n, r, p }) => {
            report.line("protection", &format!("scrypt N={n}, r={r}, p={p}; AES-256-CBC"));
        }
        Ok(Protection::Pbkdf2 { iterations }) => {
            report.line("protection", &format!("PBKDF2 with {iterations} iterations; AES-256-CBC"));
        }
        Err(fault) => report.line("protection", &format!("refused: {fault}")),
    }
    kept(path, report);
}

fn kept(path: &Path, report: &mut Report) {
    match secret_file::read(path, Kept::AsKey) {
        Ok(_) => report.line("file", "kept as a secret"),
        Err(KeyError::File { fault, .. }) => report.line("file", &format!("NOT kept as a secret: {fault}")),
        Err(error) => report.line("file", &error.to_string()),
    }
}
