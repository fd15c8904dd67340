//! `prepare` and `embed`: the two halves for systems in other languages, which send the digest by themselves.
//!
//! ```text
//! teken-office prepare --config office.toml --type surat --number 470/1 --officer loket1 in.pdf -o in.prepared   > send.json
//! jq .message send.json | grpcurl ... -d @ HOST:PORT teken.v1.SigningService/SignDigest                          > answer.json
//! jq -r .signature.cms answer.json | base64 -d                                                                   > cms.der
//! teken-office embed --prepared in.prepared --cms cms.der -o in.signed.pdf
//! ```

use std::{fs, path::Path};

use evidence::DocumentType;
use office::{Client, Config, DocumentNumber, Existing, OfficerAccount, Profile, write_whole};
use serde_json::json;

use crate::{
    args::{Embed, Prepare},
    plan::PlanError,
    report::{Exit, line},
    sign::now,
    texts::Failure,
};

/// `prepare`.
pub(crate) async fn prepare(prepare: Prepare) -> Result<Exit, Failure> {
    // 1. The profile, and the officer whom the configuration names.
    let (profile, configured) = match (&prepare.config, &prepare.profile) {
        (Some(config), _) => {
            let config = Config::load(config)?;
            (Client::connect(&config).await?.profile().await?, config.officer)
        }
        (None, Some(path)) => (read_profile(path)?, None),
        (None, None) => unreachable!("the command line requires one of the two"),
    };
    let officer = match &prepare.officer {
        Some(account) => Some(OfficerAccount::parse(account).map_err(PlanError::from)?),
        None => configured,
    };

    // 2. Prepared, and on disk before the digest is told.
    let moment = now()?;
    let pdf = read(&prepare.input)?;
    let prepared = office::prepare(pdf, &profile, moment.claimed_signing_time)?;
    let existing = if prepare.force { Existing::Replace } else { Existing::Keep };
    write_whole(&prepare.out, &prepared.to_bytes(), existing)?;

    // 3. What to send: the message of SignDigest in the JSON mapping of protobuf, as grpcurl and other clients take it.
    let digest = prepared.document_digest();
    let mut message = json!({
        "requestId": moment.request_id.to_string(),
        "documentDigest": {"sha256": base64(digest.as_bytes())},
    });
    if let (Some(document_type), Some(number)) = (&prepare.document_type, &prepare.number) {
        let file = || prepare.input.clone();
        let document_type =
            DocumentType::parse(document_type).map_err(|source| PlanError::Type { file: file(), source })?;
        let number = DocumentNumber::parse(number).map_err(|source| PlanError::Number { file: file(), source })?;
        let officer = officer.ok_or(PlanError::NoOfficer)?;
        let document = json!({
            "type": format!("DOCUMENT_TYPE_{}", document_type.as_str().to_ascii_uppercase().replace('-', "_")),
            "number": number.as_str(),
            "requestingOfficer": officer.as_str(),
        });
        message.as_object_mut().expect("made as an object above").insert("document".to_owned(), document);
    }
    line(
        &json!({
            "file": prepare.input.display().to_string(),
            "prepared": prepare.out.display().to_string(),
            "documentDigest": digest.to_string(),
            "reservedBytes": prepared.reserved(),
            "fieldName": prepared.field_name(),
            "method": "teken.v1.SigningService/SignDigest",
            "message": message,
        })
        .to_string(),
    )?;
    Ok(Exit::Signed)
}

/// `embed`.
pub(crate) fn embed(embed: &Embed) -> Result<Exit, Failure> {
    let profile = embed.profile.as_deref().map(read_profile).transpose()?;
    let prepared = read(&embed.prepared)?;
    let cms = read(&embed.cms)?;
    let chain = profile.as_ref().map(|profile| &profile.chain);
    let signed = office::embed(&prepared, cms, chain)?;
    let existing = if embed.force { Existing::Replace } else { Existing::Keep };
    write_whole(&embed.out, signed.bytes(), existing)?;
    line(
        &json!({
            "output": embed.out.display().to_string(),
            "sizeBytes": signed.bytes().len(),
        })
        .to_string(),
    )?;
    Ok(Exit::Signed)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|source| Failure::Read { path: path.to_owned(), source })
}

fn read_profile(path: &Path) -> Result<Profile, Failure> {
    serde_json::from_slice(&read(path)?).map_err(|source| Failure::Profile { path: path.to_owned(), source })
}

/// RFC 4648, section 4: how protobuf writes octets in JSON.
pub(crate) fn base64(octets: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(octets.len().div_ceil(3).saturating_mul(4));
    for group in octets.chunks(3) {
        let at = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let digit = (bits >> (18 - 6 * place)) & 0x3f;
            let written = place <= group.len();
            let digit = DIGITS.get(digit as usize).filter(|_| written).copied().unwrap_or(b'=');
            text.push(char::from(digit));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_agrees_with_the_vectors_of_rfc_4648() {
        for (octets, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(octets.as_bytes()), text);
        }
        assert_eq!(base64(&[0xfb, 0xff, 0xbf]), "+/+/");
    }
}
