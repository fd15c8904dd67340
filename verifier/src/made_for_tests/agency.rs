//! An agency with a root, seal keys and status keys, that exists in tests alone (UJI COBA).

use evidence::seal::{Days, Head, IdentityNumber, Seal, SealPayload, SealPrefix, Tags, UnsignedSeal, printed};
use evidence::status::{StatusIndex, StatusList, StatusValue, TokenTimes, UnsignedToken};
use evidence::trust_list::{KeyPurpose, KeyState, TrustList, TrustedKey, UnsignedTrustList};
use evidence::{KeyHint, StatusPrefix, UnixSeconds};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::EncodePublicKey as _;

use super::certificate_of_key;
use crate::certificate::Certificate;
use crate::clock::{UnixTime, ValidationTime};
use crate::crypto::Implementation;
use crate::published::Published;
use crate::trust::TrustAnchors;
use crate::validator::{Policy, ValidationData, Validator};

/// 2026-11-24 07:00 in Jakarta.
pub(crate) const NOW: u64 = 1_795_478_400;
pub(crate) const DAY: u64 = 86_400;
pub(crate) const PREFIX: &str = "https://tte.example.go.id/v#";
pub(crate) const NIK: &str = "3275054911240002";
const NONCE: [u8; 5] = [0x8f, 0x21, 0xc0, 0x5e, 0x77];

/// A key of P-256, by its number from 1.
#[derive(Clone)]
pub(crate) struct Key(SigningKey);

impl Key {
    pub(crate) fn new(number: u8) -> Self {
        Self(SigningKey::from_slice(&[number; 32]).expect("a number below the order"))
    }

    pub(crate) fn spki(&self) -> Vec<u8> {
        self.0.verifying_key().to_public_key_der().expect("a key has a form").into_vec()
    }

    pub(crate) fn hint(&self) -> KeyHint {
        KeyHint::of_spki(&self.spki())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        let signature: Signature = self.0.sign(message);
        signature.normalize_s().to_bytes().into()
    }
}

pub(crate) const ROOT: u8 = 1;
pub(crate) const SEAL: u8 = 2;
pub(crate) const STATUS: u8 = 3;
/// Nobody trusts it.
pub(crate) const STRANGER: u8 = 9;

pub(crate) fn at(seconds: u64) -> ValidationTime {
    ValidationTime::new(UnixTime::from(UnixSeconds(seconds)))
}

pub(crate) fn trusted(number: u8, purpose: KeyPurpose, state: KeyState) -> TrustedKey {
    TrustedKey {
        spki_der: Key::new(number).spki(),
        purpose,
        issue_from: UnixSeconds(NOW - 100 * DAY),
        issue_to: UnixSeconds(NOW + 100 * DAY),
        state,
    }
}

/// The list as the agency publishes it; tests change it.
pub(crate) fn trust_list() -> TrustList {
    TrustList {
        sequence: 7,
        issued_at: UnixSeconds(NOW - DAY),
        expires_at: UnixSeconds(NOW + 89 * DAY),
        prefixes: vec![prefix(PREFIX), prefix("https://segel.example.go.id/v#")],
        status_prefix: StatusPrefix::parse("https://tte.example.go.id/status/").expect("an address"),
        keys: vec![
            trusted(SEAL, KeyPurpose::Seal, KeyState::Active),
            trusted(STATUS, KeyPurpose::Status, KeyState::Active),
        ],
    }
}

pub(crate) fn prefix(text: &str) -> SealPrefix {
    SealPrefix::parse(text).expect("an address")
}

/// A trust list in its signed form.
pub(crate) fn signed_trust_list(list: &TrustList, signer: u8) -> Vec<u8> {
    let key = Key::new(signer);
    let unsigned = UnsignedTrustList::new(list, key.hint()).expect("a list");
    unsigned.sign_with(key.sign(&unsigned.to_be_signed())).expect("a signature").as_cose().to_vec()
}

pub(crate) fn root() -> Certificate {
    certificate_of_key(("Dinas Uji (UJI COBA)", 200), "Dinas Uji (UJI COBA)", &Key::new(ROOT).spki(), &[])
}

pub(crate) fn index(shard: u32, place: u32) -> StatusIndex {
    StatusIndex::new(shard, place).expect("an index")
}

/// A surat of this day, `days` before or after today.
pub(crate) fn payload(days: i64) -> SealPayload {
    let fields = printed::SuratFields {
        number: "470/0001/2026".into(),
        letter_code: 3,
        name: "BUDI CONTOH".into(),
        nik: Some(IdentityNumber::parse(NIK).expect("16 digits")),
        valid_until: None,
        tags: Tags::Sealed,
    };
    let today = i64::from(Days::in_jakarta(UnixSeconds(NOW)).expect("a day").count());
    SealPayload {
        head: Head {
            nonce: NONCE,
            issue_date: Days::from_count(today + days).expect("a day"),
            status: index(0, 12_345),
            office: 4,
        },
        claims: fields.mask(&NONCE).expect("claims"),
    }
}

/// The seal of these claims by a key, behind an address.
pub(crate) fn seal(payload: &SealPayload, signer: u8, address: &str) -> Seal {
    let key = Key::new(signer);
    seal_with_hint(payload, signer, key.hint(), address)
}

pub(crate) fn seal_with_hint(payload: &SealPayload, signer: u8, hint: KeyHint, address: &str) -> Seal {
    let unsigned = UnsignedSeal::new(payload, hint, &prefix(address)).expect("a payload");
    unsigned.sign_with(Key::new(signer).sign(&unsigned.to_be_signed())).expect("a signature")
}

/// The seal of today's surat.
pub(crate) fn genuine() -> Seal {
    seal(&payload(0), SEAL, PREFIX)
}

/// A status list of a shard in which every listed index has a value, issued at a moment by a key.
pub(crate) fn status_list(shard: u32, values: &[(StatusIndex, StatusValue)], issued: u64, signer: u8) -> Vec<u8> {
    let mut list = StatusList::new_invalid(shard).expect("a shard");
    for (index, value) in values {
        list.set(*index, *value).expect("an index of the shard");
    }
    token(&list, issued, signer)
}

pub(crate) fn token(list: &StatusList, issued: u64, signer: u8) -> Vec<u8> {
    token_behind(&trust_list().status_prefix, list, issued, signer)
}

pub(crate) fn token_behind(prefix: &StatusPrefix, list: &StatusList, issued: u64, signer: u8) -> Vec<u8> {
    let key = Key::new(signer);
    let times = TokenTimes::usual(UnixSeconds(issued));
    let unsigned = UnsignedToken::new(list, prefix, times, key.hint()).expect("times");
    unsigned.sign_with(key.sign(&unsigned.to_be_signed())).expect("a signature")
}

/// A verifier that has the root, this trust list and these status lists.
pub(crate) fn validator(trust_list: Option<&[u8]>, lists: &[&[u8]], crypto: Implementation) -> Validator {
    let mut anchors = TrustAnchors::none();
    anchors.add(root());
    let mut published = Published::none();
    if let Some(octets) = trust_list {
        published.set_trust_list(octets);
    }
    for (number, list) in lists.iter().enumerate() {
        published.add_status_list(&format!("{number}.cwt"), list).expect("few lists");
    }
    let policy = Policy { crypto, ..Policy::default() };
    Validator::new(anchors, ValidationData::none(), policy).with_published(published)
}

/// With the list as the agency publishes it.
pub(crate) fn usual(lists: &[&[u8]]) -> Validator {
    validator(Some(&signed_trust_list(&trust_list(), ROOT)), lists, Implementation::default())
}
