//! Signing and verifying one 64 KB PDF in process, on one core, beside the primitives alone.
//!
//! Run: `cargo bench -p tests --bench document`

#[path = "document_signer.rs"]
mod document_signer;
#[path = "measure.rs"]
mod measure;

use std::hint::black_box;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use document_signer::DocumentSigner;
use keys::agency::Authority;
use measure::{Work, per_second, print};
use p256::ecdsa::{Signature, SigningKey, signature::hazmat::RandomizedPrehashSigner};
use sha2::{Digest, Sha256};
use tests::{TestAgency, now, sample_of};
use verifier::{Policy, TrustAnchors, UnixTime, ValidationData, ValidationTime, Validator};

fn main() -> anyhow::Result<()> {
    let agency = TestAgency::create()?;
    let document = sample_of(64 * 1024)?;
    println!("document of {} octets; median of nine rounds, all in turn\n", document.len());
    let signer = DocumentSigner::load(&agency)?;
    let signed = signer.sign(document.clone());

    let key = {
        use p256::elliptic_curve::Generate as _;
        SigningKey::try_generate_from_rng(&mut getrandom::SysRng)?
    };
    let public =
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key.verifying_key().to_sec1_point(false).as_bytes().to_vec());
    let value = |octets: &[u8]| -> (Vec<u8>, Signature) {
        let digest = Sha256::digest(octets);
        let signature: Signature =
            key.sign_prehash_with_rng(&mut getrandom::SysRng, &digest).expect("the system gives random octets");
        (digest.to_vec(), signature)
    };
    let (_, some) = value(&document);
    let some = some.to_der();

    let at = |seconds: u64| ValidationTime::new(UnixTime::from_seconds(i64::try_from(seconds).expect("now")));
    let time = at(now());
    let validator = |lists: &[Authority]| -> anyhow::Result<Validator> {
        let mut anchors = TrustAnchors::none();
        anchors.add_file(&std::fs::read(agency.layout().root_anchor())?)?;
        let mut data = ValidationData::none();
        for authority in lists {
            data.add_crl_file(&std::fs::read(agency.layout().crl(*authority))?)?;
        }
        Ok(Validator::new(anchors, data, Policy::default()))
    };
    let both = [Authority::Root, Authority::Issuing];
    let kept = validator(&both)?;
    let passed = kept.verify(&signed, time);
    anyhow::ensure!(
        passed.verdict == verifier::FileVerdict::Signed(verifier::Indication::TotalPassed),
        "the bench's document does not pass: {passed:?}"
    );

    let mut works = [
        Work::new("sign: floor (hash + p256 sign + aws-lc verify)", || {
            let (digest, signature) = value(black_box(&document));
            public.verify(&digest, signature.to_der().as_bytes()).ok();
            black_box(digest);
        }),
        Work::new("sign: open, prepare, attributes, key, CMS, embed, re-open", || {
            black_box(signer.sign(black_box(document.clone())));
        }),
        Work::new("verify: floor (hash + three aws-lc verifies)", || {
            let digest = Sha256::digest(black_box(&signed));
            for _ in 0..3 {
                black_box(public.verify(&digest, some.as_bytes()).is_ok());
            }
        }),
        Work::new("verify: chain and two CRLs, nothing remembered", || {
            black_box(validator(&both).expect("as before").verify(black_box(&signed), time));
        }),
        Work::new("verify: chain, no CRL, nothing remembered", || {
            black_box(validator(&[]).expect("as before").verify(black_box(&signed), time));
        }),
        Work::new("verify: one signer's chain and CRLs remembered", || {
            black_box(kept.verify(black_box(&signed), time));
        }),
    ];
    let rates = per_second(&mut works);
    let [floor, sign, verify_floor, with_lists, without, remembered] = rates[..] else { unreachable!("six works") };
    print(works[0].name, floor, None);
    print(works[1].name, sign, Some(("the floor (reach 0.7)", floor)));
    print(works[2].name, verify_floor, None);
    print(works[3].name, with_lists, Some(("2,000 /s", 2_000.0)));
    print(works[4].name, without, Some(("3,000 /s", 3_000.0)));
    print(works[5].name, remembered, Some(("6,000 /s", 6_000.0)));
    Ok(())
}
