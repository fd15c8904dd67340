//! Any octets as the CMS in the gap of a signed file.
//!
//! The gap alone is not signed, so this is all that somebody can change without the key. What passes has, read by
//! `tree` and not by the verifier:
//!
//! * one SignerInfo, whose signed attributes, signature value and two algorithms are the original's;
//! * no content of its own;
//! * the original signing certificate as what the report names.
//!
//! Free, because nobody signed them, are: how it is encoded (BER where DER would do, which is told), the versions as far
//! as RFC 5652 lets them differ, the set of digest algorithms when it lists the used one or nothing, parameters of the
//! digest algorithm, which of the two ways names the signer, further certificates and lists (and none at all where they
//! are at hand), unsigned attributes, and octets behind it (which are told). An ECDSA value (r, s) has a twin (r, n - s)
//! that is as good; that a fuzzer would find it is not to be expected, and it would be no attack.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use pades::{Limits, SignedPdf};
use verifier_fuzz::tree::{self, Node};
use verifier_fuzz::{FILES, moment, passes, validator};

struct Original {
    start: usize,
    room: usize,
    cms: Node,
    certificate: [u8; 32],
}

fn original() -> &'static Original {
    static ORIGINAL: OnceLock<Original> = OnceLock::new();
    ORIGINAL.get_or_init(|| {
        let pdf = SignedPdf::open(FILES[0], &Limits::default()).expect("the fixture");
        let signature = &pdf.signatures()[0];
        let gap = signature.contents_span().expect("a gap");
        let report = validator().verify(FILES[0], moment());
        assert!(passes(&report), "the fixture does not pass");
        Original {
            start: gap.start + 1,
            room: (gap.len() - 2) / 2,
            cms: tree::read(signature.cms_der()).expect("the CMS").0,
            certificate: report.signatures[0].certificate_sha256.expect("a signer"),
        }
    })
}

/// What a signature vouches for: content, signed attributes, value, the two algorithms' names.
fn essence(cms: &Node) -> Option<[Option<&Node>; 5]> {
    let signed_data = cms.nodes().get(1)?.nodes().first()?.nodes();
    let content = signed_data.get(2)?.nodes().get(1);
    let [signer] = signed_data.last()?.nodes() else { return None };
    let signer = signer.nodes();
    let attributes = signer.iter().position(|node| node.tag == 0xa0)?;
    Some([
        content,
        Some(&signer[attributes]),
        signer.get(attributes + 2),
        signer.get(attributes - 1)?.nodes().first(),
        signer.get(attributes + 1)?.nodes().first(),
    ])
}

fuzz_target!(|octets: &[u8]| {
    let original = original();
    if octets.len() > original.room {
        return;
    }
    let mut file = FILES[0].to_vec();
    for at in 0..original.room {
        let octet = octets.get(at).copied().unwrap_or_default();
        for (half, digit) in [octet >> 4, octet & 15].into_iter().enumerate() {
            file[original.start + 2 * at + half] = b"0123456789abcdef"[usize::from(digit)];
        }
    }
    let report = validator().verify(&file, moment());
    if !passes(&report) {
        return;
    }
    let (cms, used) = tree::read(octets).expect("what passes is BER");
    let (found, wanted) = (essence(&cms), essence(&original.cms));
    assert!(wanted.is_some() && found == wanted, "passes with another signature: {found:?}");
    let [signature] = report.signatures.as_slice() else { panic!("not one signature") };
    assert_eq!(signature.certificate_sha256, Some(original.certificate));
    let is_told = !signature.findings.is_empty();
    assert!(is_told || octets[used..].iter().all(|octet| *octet == 0), "octets behind the CMS, and nothing is told");
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    tree::mutate(data, size, max_size, seed, 0)
});
