//! Makes what the target `evidence` starts from: `cargo run --example make_evidence_seeds` in this folder.
//!
//! A root, a seal key and a status key that exist for this run alone (UJI COBA); they are gone when it ends. What stays is public:
//! the root's certificate, a trust list, a status list, the text of a seal, and the moment at which all of them hold.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, anyhow};
use evidence::seal::{Days, Head, IdentityNumber, SealPayload, SealPrefix, Tags, UnsignedSeal, printed::SuratFields};
use evidence::status::{StatusIndex, StatusList, StatusValue, TokenTimes, UnsignedToken};
use evidence::trust_list::{KeyPurpose, KeyState, TrustList, TrustedKey, UnsignedTrustList};
use evidence::{KeyHint, StatusPrefix, UnixSeconds};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::EncodePublicKey as _;

const DAY: u64 = 86_400;

struct Key(SigningKey);

impl Key {
    fn new() -> anyhow::Result<Self> {
        let mut octets = [0; 32];
        getrandom::fill(&mut octets).map_err(|error| anyhow!("no randomness: {error}"))?;
        Ok(Self(SigningKey::from_slice(&octets)?))
    }

    fn spki(&self) -> anyhow::Result<Vec<u8>> {
        Ok(self.0.verifying_key().to_public_key_der()?.into_vec())
    }

    fn hint(&self) -> anyhow::Result<KeyHint> {
        Ok(KeyHint::of_spki(&self.spki()?))
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        let signature: Signature = self.0.sign(message);
        signature.normalize_s().to_bytes().into()
    }
}

fn main() -> anyhow::Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let (root, seal_key, status_key) = (Key::new()?, Key::new()?, Key::new()?);
    let status_prefix = StatusPrefix::parse("https://tte.example.go.id/status/")?;
    let prefix = SealPrefix::parse("https://tte.example.go.id/v#")?;
    let trusted = |key: &Key, purpose| -> anyhow::Result<TrustedKey> {
        let (issue_from, issue_to) = (UnixSeconds(now - 30 * DAY), UnixSeconds(now + 365 * DAY));
        Ok(TrustedKey { spki_der: key.spki()?, purpose, issue_from, issue_to, state: KeyState::Active })
    };
    let list = TrustList {
        sequence: 1,
        issued_at: UnixSeconds(now - DAY),
        expires_at: UnixSeconds(now + 89 * DAY),
        prefixes: vec![prefix.clone()],
        status_prefix: status_prefix.clone(),
        keys: vec![trusted(&seal_key, KeyPurpose::Seal)?, trusted(&status_key, KeyPurpose::Status)?],
    };
    let unsigned = UnsignedTrustList::new(&list, root.hint()?)?;
    let trust_list = unsigned.sign_with(root.sign(&unsigned.to_be_signed()))?.as_cose().to_vec();

    let index = StatusIndex::new(0, 12_345)?;
    let mut statuses = StatusList::new_invalid(0)?;
    statuses.set(index, StatusValue::Valid)?;
    let token = UnsignedToken::new(&statuses, &status_prefix, TokenTimes::usual(UnixSeconds(now)), status_key.hint()?)?;
    let token = token.sign_with(status_key.sign(&token.to_be_signed()))?;

    let nonce = [7; 5];
    let fields = SuratFields {
        number: "470/0001/2026".into(),
        letter_code: 3,
        name: "BUDI CONTOH (UJI COBA)".into(),
        nik: Some(IdentityNumber::parse("3275054911240002")?),
        valid_until: None,
        tags: Tags::Sealed,
    };
    let issue_date = Days::in_jakarta(UnixSeconds(now - DAY))?;
    let payload = SealPayload {
        head: Head { nonce, issue_date, status: index, office: 1 },
        claims: fields.mask(&nonce)?,
    };
    let unsigned = UnsignedSeal::new(&payload, seal_key.hint()?, &prefix)?;
    let seal = unsigned.sign_with(seal_key.sign(&unsigned.to_be_signed()))?.to_text();

    let fixture = here.join("fixture");
    fs::write(fixture.join("evidence-root.der"), certificate(&root, now)?)?;
    fs::write(fixture.join("evidence-trust-list.cose"), &trust_list)?;
    fs::write(fixture.join("evidence-status.cwt"), &token)?;
    fs::write(fixture.join("evidence-seal"), &seal)?;
    fs::write(fixture.join("evidence-moment"), format!("{}", now + 60))?;
    let seeds = here.join("seeds/evidence");
    fs::create_dir_all(&seeds)?;
    for (name, choice, octets) in
        [("seal", 0, seal.as_bytes()), ("status_list", 1, &token), ("trust_list", 2, &trust_list)]
    {
        fs::write(seeds.join(name), [&[choice], octets].concat())?;
        let half = octets.get(..octets.len() / 2).context("half of it")?;
        fs::write(seeds.join(format!("{name}_truncated")), [&[choice], half].concat())?;
    }
    Ok(())
}

/// A certificate of the root's key, good enough for an anchor: nobody verifies the signature on it.
fn certificate(root: &Key, now: u64) -> anyhow::Result<Vec<u8>> {
    let sequence = |parts: &[&[u8]]| tlv(0x30, &parts.concat());
    let algorithm = sequence(&[&[0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]]); // ecdsa-with-SHA256
    let common_name = [&[0x06, 3, 0x55, 4, 3][..], &tlv(0x0c, b"Dinas Uji (UJI COBA)")].concat();
    let name = sequence(&[&tlv(0x31, &sequence(&[&common_name]))]);
    let year = 1970 + now / (365 * DAY + DAY / 4);
    let time = |year: u64| tlv(0x18, format!("{year}0101000000Z").as_bytes());
    let tbs = sequence(&[
        &tlv(0xa0, &tlv(2, &[2])),
        &tlv(2, &[1]),
        &algorithm,
        &name,
        &sequence(&[&time(year - 1), &time(year + 30)]),
        &name,
        &root.spki()?,
    ]);
    let signature: Signature = root.0.sign(&tbs);
    let value = tlv(3, &[&[0][..], signature.to_der().as_bytes()].concat());
    Ok(sequence(&[&tbs, &algorithm, &value]))
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("short values").to_be_bytes();
    let head = match length {
        [0, short @ 0..0x80] => vec![tag, short],
        [0, long] => vec![tag, 0x81, long],
        [high, low] => vec![tag, 0x82, high, low],
    };
    [&head, content].concat()
}
