//! Any certificates and lists, against one anchor.
//!
//! The first octet chooses what is demanded. Behind it stand elements, one after another: the first is the certificate
//! in question, the others are certificates where they can be read as such, else lists.
//!
//! The keys are gone, so what passes is, to the last octet, a certificate that the anchor or the authority below it
//! signed, or the anchor. Where the status was demanded the anchor's list is among those that were given, and for the
//! signer the authority's; the list that revokes the signer counts whatever stands beside it.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use verifier::{Certificate, CertificateQuestion, Crl, PolicyDemands, RevocationDemand, TrustAnchors};
use verifier_fuzz::{ISSUED, LISTS, REVOKED, ROOT, anchors, moment, tree};

struct Known {
    anchors: TrustAnchors,
    signer: Vec<u8>,
    authority: Vec<u8>,
}

fn known() -> &'static Known {
    static KNOWN: OnceLock<Known> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let (_, end) = tree::read(ISSUED).expect("the signer");
        Known { anchors: anchors(), signer: ISSUED[..end].to_vec(), authority: ISSUED[end..].to_vec() }
    })
}

fn split(mut octets: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    while let Some((_, end)) = tree::read(octets) {
        let (part, rest) = octets.split_at(end);
        parts.push(part);
        octets = rest;
    }
    parts
}

fuzz_target!(|octets: &[u8]| {
    let Some((&options, octets)) = octets.split_first() else { return };
    let parts = split(octets);
    let Some((first, others)) = parts.split_first() else { return };
    let Ok(certificate) = Certificate::from_der(first) else { return };
    let intermediates: Vec<Certificate> = others.iter().filter_map(|der| Certificate::from_der(der).ok()).collect();
    let crls: Vec<Crl> = others.iter().filter_map(|der| Crl::from_der(der).ok()).collect();
    let mut policies = PolicyDemands::default();
    policies.require_explicit_policy = options & 2 != 0;
    policies.inhibit_policy_mapping = options & 4 != 0;
    policies.inhibit_any_policy = options & 8 != 0;
    let always = options & 1 != 0;
    let known = known();
    let answer = CertificateQuestion {
        certificate: &certificate,
        intermediates: &intermediates,
        anchors: &known.anchors,
        crls: &crls,
        policies: &policies,
        revocation: if always { RevocationDemand::Always } else { RevocationDemand::WherePublished },
        time: moment(),
    }
    .answer();
    if answer.is_err() {
        return;
    }
    let leaf = certificate.as_der();
    if leaf == ROOT {
        return;
    }
    let is_signer = leaf == known.signer;
    assert!(is_signer || leaf == known.authority, "a certificate passes that nobody issued");
    let is_given = |wanted: &[u8]| others.contains(&wanted);
    if always {
        assert!(is_given(LISTS[0]), "the anchor's list is nobody's");
        assert!(!is_signer || is_given(LISTS[1]), "the authority's list is nobody's");
    }
    assert!(!is_signer || !is_given(REVOKED), "the signer was revoked");
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    tree::mutate(data, size, max_size, seed, 1)
});
