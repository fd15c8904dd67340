//! What a soft key signs: hedged, low-s, verified; and what it never shows.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use getrandom::SysRng;
use keys::{
    Credential, Dtbsr, KeyError, KeyId, Passphrase, PassphraseSource, SignatureValue, Signing, SigningKey, SoftKey,
    chain_from_pem,
};
use libtest_mimic::Trial;
use p256::{ecdsa::Signature, pkcs8::DecodePrivateKey};
use rand_core::{TryCryptoRng, TryRng};

use crate::harness::{WORDS, agency, case, passphrase};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        case("soft_key::the_same_dtbsr_signed_twice_gives_another_r", the_same_dtbsr_signed_twice_gives_another_r),
        case("soft_key::the_nonce_depends_on_the_entropy_and_on_the_dtbsr", the_nonce_depends_on_both),
        case("soft_key::every_value_is_low_s_and_verifies", every_value_is_low_s_and_verifies),
        case("soft_key::without_randomness_nothing_is_signed", without_randomness_nothing_is_signed),
        case("soft_key::without_randomness_no_key_is_made", without_randomness_no_key_is_made),
        case("soft_key::a_value_does_not_verify_for_another_dtbsr", a_value_does_not_verify_for_another_dtbsr),
        case("soft_key::a_key_outside_this_crate_can_wrap_one_of_ours", a_wrapper_delegates),
        case("soft_key::debug_and_errors_show_no_secret", debug_and_errors_show_no_secret),
        case("soft_key::two_sealings_of_one_key_differ_in_salt_and_iv", two_sealings_differ),
    ]
}

/// A generator that gives one octet for ever, or fails.
struct Fixed(Option<u8>);

#[derive(Debug)]
struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("broken")
    }
}

impl std::error::Error for Broken {}

impl TryRng for Fixed {
    type Error = Broken;

    fn try_next_u32(&mut self) -> Result<u32, Broken> {
        self.0.map(u32::from).ok_or(Broken)
    }

    fn try_next_u64(&mut self) -> Result<u64, Broken> {
        self.0.map(u64::from).ok_or(Broken)
    }

    fn try_fill_bytes(&mut self, octets: &mut [u8]) -> Result<(), Broken> {
        octets.fill(self.0.ok_or(Broken)?);
        Ok(())
    }
}

impl TryCryptoRng for Fixed {}

fn key() -> SoftKey {
    SoftKey::load(&agency().layout().signing_key(), &passphrase()).expect("the agency's key")
}

fn parts(value: &SignatureValue) -> (Vec<u8>, Vec<u8>) {
    let (r, s) = Signature::from_der(value.as_der()).expect("DER").split_bytes();
    (r.to_vec(), s.to_vec())
}

fn the_same_dtbsr_signed_twice_gives_another_r() {
    let (key, dtbsr) = (key(), Dtbsr::hash(b"signed attributes"));
    let first = parts(&key.sign_with(&dtbsr, &mut SysRng).expect("signed"));
    let second = parts(&key.sign_with(&dtbsr, &mut SysRng).expect("signed"));
    assert_ne!(first.0, second.0);
}

fn the_nonce_depends_on_both() {
    let key = key();
    let r = |entropy, message: &[u8]| {
        parts(&key.sign_with(&Dtbsr::hash(message), &mut Fixed(Some(entropy))).expect("signed")).0
    };
    assert_eq!(r(1, b"a"), r(1, b"a"), "nothing but entropy and message goes in");
    assert_ne!(r(1, b"a"), r(2, b"a"), "entropy goes in");
    assert_ne!(r(1, b"a"), r(1, b"b"), "a generator that repeats itself does not repeat the nonce");
}

fn every_value_is_low_s_and_verifies() {
    let key = key();
    for message in 0_u32..200 {
        let dtbsr = Dtbsr::hash(&message.to_be_bytes());
        let value = key.sign_with(&dtbsr, &mut SysRng).expect("signed");
        let signature = Signature::from_der(value.as_der()).expect("DER");
        assert_eq!(signature.normalize_s(), signature, "low-s");
        assert!(key.public_key().verifies(&dtbsr, value.as_der()));
    }
}

fn without_randomness_nothing_is_signed() {
    let refused = key().sign_with(&Dtbsr::hash(b"a"), &mut Fixed(None)).expect_err("refused");
    assert_eq!(refused, KeyError::Randomness);
}

fn without_randomness_no_key_is_made() {
    assert_eq!(SoftKey::generate(&mut Fixed(None)).expect_err("refused"), KeyError::Randomness);
    assert_eq!(key().to_encrypted_pem(&passphrase(), &mut Fixed(None)).expect_err("refused"), KeyError::Randomness);
}

fn a_value_does_not_verify_for_another_dtbsr() {
    let key = key();
    let value = key.sign_with(&Dtbsr::hash(b"a"), &mut SysRng).expect("signed");
    assert!(!key.public_key().verifies(&Dtbsr::hash(b"b"), value.as_der()));
}

/// What the fault suite does: look around before each use, then let the real key sign.
#[derive(Debug)]
struct Counting(SoftKey, std::sync::atomic::AtomicU32);

impl SigningKey for Counting {
    fn key_id(&self) -> &KeyId {
        self.0.key_id()
    }

    fn public_key_sec1(&self) -> &[u8] {
        self.0.public_key_sec1()
    }

    fn sign<'a>(&'a self, dtbsr: &'a Dtbsr) -> Signing<'a> {
        self.1.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        self.0.sign(dtbsr)
    }
}

fn a_wrapper_delegates() {
    let chain = chain_from_pem(&std::fs::read(agency().layout().signing_chain()).expect("a chain")).expect("a chain");
    let counting = Arc::new(Counting(key(), 0.into()));
    let credential = Credential::new(counting.clone(), chain).expect("they match");
    let dtbsr = Dtbsr::hash(b"a");
    let mut signing = pin!(credential.key().sign(&dtbsr));
    // A soft key needs no executor: it is ready at the first poll.
    let Poll::Ready(value) = signing.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("a soft key does not wait")
    };
    assert!(counting.0.public_key().verifies(&dtbsr, value.expect("signed").as_der()));
    assert_eq!(counting.1.load(std::sync::atomic::Ordering::SeqCst), 1);
}

fn debug_and_errors_show_no_secret() {
    let key = key();
    let pem_text = key.to_encrypted_pem(&passphrase(), &mut SysRng).expect("sealed");
    let chain = chain_from_pem(&std::fs::read(agency().layout().signing_chain()).expect("a chain")).expect("a chain");
    let clear = std::fs::read_to_string(agency().layout().server_key()).expect("a TLS key");
    let scalar = p256::SecretKey::from_pkcs8_pem(&clear).expect("a key").to_bytes();
    let wrong = SoftKey::from_encrypted_pem(pem_text.as_bytes(), &Passphrase::new("tidak cocok").expect("words"))
        .expect_err("refused");
    let in_the_clear = SoftKey::from_encrypted_pem(clear.as_bytes(), &passphrase()).expect_err("refused");
    let shown = [
        format!("{:?}", passphrase()),
        format!("{:?}", PassphraseSource::Fd(3)),
        format!("{key:?}"),
        format!("{:?}", Credential::new(Arc::new(key), chain).expect("they match")),
        format!("{wrong:?} {wrong}"),
        format!("{in_the_clear:?} {in_the_clear}"),
        format!("{:?}", agency()),
    ]
    .join("\n");
    for secret in [WORDS, "tidak cocok", &hex::encode(scalar), "PRIVATE KEY"] {
        // One message names the form of file that it wants.
        assert!(!shown.replace("ENCRYPTED PRIVATE KEY", "").contains(secret), "{shown}");
    }
}

fn two_sealings_differ() {
    let key = key();
    let seal = || key.to_encrypted_pem(&passphrase(), &mut SysRng).expect("sealed");
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (first, second) = (lines(&seal()), lines(&seal()));
    assert_eq!(first.len(), second.len());
    // Only the PEM boundaries and the algorithm identifiers before the salt may be equal.
    assert!(first.iter().zip(&second).skip(2).rev().skip(1).all(|(a, b)| a != b));
}
