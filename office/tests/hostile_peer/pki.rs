//! A signer of the tests on fixed P-256 keys, and the CMS that it makes: honest, or wrong in exactly one way.

use std::{str::FromStr, time::Duration};

use evidence::{Commitment, DocumentType, OfficeId, OidArc, SigningStatement, UnixSeconds};
use p256::ecdsa::{DerSignature, SigningKey, signature::Signer as _};
use pades::{CertificateChain, Cms, DocumentDigest, SignedAttribute, SignedAttributes};
use x509_cert::{
    Certificate,
    builder::{Builder as _, CertificateBuilder, profile::BuilderProfile},
    certificate::TbsCertificate,
    der::{Encode as _, asn1::UtcTime},
    ext::Extension,
    name::Name,
    serial_number::SerialNumber,
    spki::{EncodePublicKey as _, SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef},
    time::{Time, Validity},
};

/// 2026-09-21T14:13:20Z, the peer's clock.
pub(crate) const NOW: u64 = 1_790_000_000;

/// A key with its chain.
pub(crate) struct TestSigner {
    key: SigningKey,
    pub(crate) chain_der: Vec<Vec<u8>>,
}

/// What a statement of the tests says.
pub(crate) struct Said<'a> {
    pub(crate) sequence: u64,
    pub(crate) office: &'a str,
    pub(crate) document_type: DocumentType,
    pub(crate) seal_hash: Option<[u8; 32]>,
}

impl TestSigner {
    /// Always the same signer for the same serial number.
    pub(crate) fn new(serial_number: u8) -> Self {
        let root_key = SigningKey::from_slice(&[0x11; 32]).expect("a scalar in range");
        let key = SigningKey::from_slice(&[serial_number; 32]).expect("a scalar in range");
        let root = certificate("CN=Akar UJI COBA", 1, &root_key, &root_key);
        let signing = certificate("CN=Penanda Tangan UJI COBA", serial_number, &key, &root_key);
        let chain_der = vec![signing.to_der().expect("encodes"), root.to_der().expect("encodes")];
        Self { key, chain_der }
    }

    /// A CMS of this signer. `statement: None` leaves the signing statement out.
    pub(crate) fn cms(&self, digest: &DocumentDigest, statement: Option<&Said<'_>>) -> Cms {
        let attributes = self.attributes(digest, statement);
        let value: DerSignature = self.key.sign(attributes.to_der());
        self.seal(attributes, value.as_bytes())
    }

    /// A CMS of this signer with one more certificate in it.
    pub(crate) fn cms_with_a_stranger(&self, digest: &DocumentDigest, statement: &Said<'_>) -> Cms {
        let attributes = self.attributes(digest, Some(statement));
        let value: DerSignature = self.key.sign(attributes.to_der());
        let stranger = Self::new(4).chain_der.into_iter().take(1);
        let chain = CertificateChain::from_der(self.chain_der.iter().cloned().chain(stranger)).expect("parses");
        attributes.seal(value.as_bytes(), &chain).expect("of the profile's shape")
    }

    /// A CMS whose signature value is over other attributes.
    pub(crate) fn cms_that_does_not_verify(&self, digest: &DocumentDigest, statement: &Said<'_>) -> Cms {
        let value: DerSignature = self.key.sign(b"something else");
        self.seal(self.attributes(digest, Some(statement)), value.as_bytes())
    }

    fn seal(&self, attributes: SignedAttributes, value: &[u8]) -> Cms {
        let chain = CertificateChain::from_der(self.chain_der.clone()).expect("the chain parses");
        attributes.seal(value, &chain).expect("of the profile's shape")
    }

    fn attributes(&self, digest: &DocumentDigest, statement: Option<&Said<'_>>) -> SignedAttributes {
        let chain = CertificateChain::from_der(self.chain_der.clone()).expect("the chain parses");
        let extra: Vec<SignedAttribute> = statement
            .map(|said| SignedAttribute {
                oid: OidArc::default().signing_statement(),
                value_der: SigningStatement {
                    sequence: said.sequence,
                    signed_at: UnixSeconds(NOW),
                    office: OfficeId::parse(said.office).expect("an office"),
                    document_type: said.document_type.clone(),
                    number_commitment: Commitment::from_bytes([7; 32]),
                    seal_hash: said.seal_hash,
                    mandate: None,
                    status_index: None,
                }
                .to_der()
                .expect("in range"),
            })
            .into_iter()
            .collect();
        SignedAttributes::new(digest, chain.signing_certificate(), &extra).expect("distinct attributes")
    }
}

struct NoExtensions {
    issuer: Name,
    subject: Name,
}

impl BuilderProfile for NoExtensions {
    fn get_issuer(&self, _subject: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        _spk: SubjectPublicKeyInfoRef<'_>,
        _issuer_spk: SubjectPublicKeyInfoRef<'_>,
        _tbs: &TbsCertificate,
    ) -> x509_cert::builder::Result<Vec<Extension>> {
        Ok(Vec::new())
    }
}

fn certificate(subject: &str, serial_number: u8, key: &SigningKey, issuer_key: &SigningKey) -> Certificate {
    let name = |text| Name::from_str(text).expect("a name");
    let profile = NoExtensions { issuer: name("CN=Akar UJI COBA"), subject: name(subject) };
    let day = |seconds| Time::UtcTime(UtcTime::from_unix_duration(Duration::from_secs(seconds)).expect("before 2050"));
    let validity = Validity::new(day(1_735_689_600), day(2_051_222_400)); // 2025-01-01 to 2035-01-01
    let spki = key.verifying_key().to_public_key_der().expect("encodes");
    let spki = SubjectPublicKeyInfoOwned::try_from(spki.as_bytes()).expect("decodes");
    CertificateBuilder::new(profile, SerialNumber::from(serial_number), validity, spki)
        .expect("a valid template")
        .build::<_, DerSignature>(issuer_key)
        .expect("signs")
}
