//! A root and a signing certificate on fixed P-256 keys. Certificates and dates are code.

use std::str::FromStr;
use std::time::Duration;

use der::Encode;
use der::asn1::UtcTime;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{DerSignature, SigningKey};
use pades::{CertificateChain, SignedAttributes};
use spki::{EncodePublicKey, SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef};
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{Builder, CertificateBuilder};
use x509_cert::certificate::TbsCertificate;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, KeyUsages, SubjectKeyIdentifier};
use x509_cert::ext::{Extension, ToExtension};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};

/// A signer of the tests: key and chain, signing certificate and root.
pub(crate) struct TestSigner {
    key: SigningKey,
    pub(crate) chain: CertificateChain,
}

/// What a certificate of the tests may do.
enum Role {
    Root,
    DocumentSigner,
}

struct TestProfile {
    role: Role,
    issuer: Name,
    subject: Name,
}

impl BuilderProfile for TestProfile {
    fn get_issuer(&self, _subject: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        spk: SubjectPublicKeyInfoRef<'_>,
        _issuer_spk: SubjectPublicKeyInfoRef<'_>,
        tbs: &TbsCertificate,
    ) -> x509_cert::builder::Result<Vec<Extension>> {
        let (is_ca, usages) = match self.role {
            Role::Root => (true, KeyUsages::KeyCertSign | KeyUsages::CRLSign),
            Role::DocumentSigner => (false, KeyUsages::DigitalSignature | KeyUsages::NonRepudiation),
        };
        let mut extensions = Vec::new();
        let constraints = BasicConstraints { ca: is_ca, path_len_constraint: None };
        extensions.push(constraints.to_extension(tbs.subject(), &extensions)?);
        extensions.push(KeyUsage(usages).to_extension(tbs.subject(), &extensions)?);
        extensions.push(SubjectKeyIdentifier::try_from(spk)?.to_extension(tbs.subject(), &extensions)?);
        Ok(extensions)
    }
}

impl TestSigner {
    /// Always the same signer.
    pub(crate) fn new() -> Self {
        Self::named("CN=Penanda Tangan UJI COBA,O=Teken", 2)
    }

    /// Another subject and serial number on the same keys.
    pub(crate) fn named(subject: &str, serial_number: u32) -> Self {
        let root_key = SigningKey::from_slice(&[0x11; 32]).expect("a scalar in range");
        let key = SigningKey::from_slice(&[0x22; 32]).expect("a scalar in range");
        let root_name = Name::from_str("CN=Akar UJI COBA,O=Teken").expect("a name");
        let subject = Name::from_str(subject).expect("a name");
        let root = certificate(Role::Root, &root_name, &root_name, 1, &root_key, &root_key);
        let leaf = certificate(Role::DocumentSigner, &root_name, &subject, serial_number, &key, &root_key);
        let chain = [leaf, root].map(|certificate| certificate.to_der().expect("encodes"));
        Self { key, chain: CertificateChain::from_der(chain).expect("the chain parses") }
    }

    /// The signature value over the attributes, as `keys` would make it.
    pub(crate) fn sign(&self, attributes: &SignedAttributes) -> Vec<u8> {
        let signature: DerSignature = self.key.sign(attributes.to_der());
        signature.as_bytes().to_vec()
    }
}

fn certificate(
    role: Role,
    issuer: &Name,
    subject: &Name,
    serial_number: u32,
    key: &SigningKey,
    issuer_key: &SigningKey,
) -> x509_cert::Certificate {
    let profile = TestProfile { role, issuer: issuer.clone(), subject: subject.clone() };
    let day = |seconds| Time::UtcTime(UtcTime::from_unix_duration(Duration::from_secs(seconds)).expect("before 2050"));
    let validity = Validity::new(day(1_735_689_600), day(2_051_222_400)); // 2025-01-01 to 2035-01-01
    let spki = key.verifying_key().to_public_key_der().expect("encodes");
    let spki = SubjectPublicKeyInfoOwned::try_from(spki.as_bytes()).expect("decodes");
    CertificateBuilder::new(profile, SerialNumber::from(serial_number), validity, spki)
        .expect("a valid template")
        .build::<_, DerSignature>(issuer_key)
        .expect("signs")
}
