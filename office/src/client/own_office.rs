//! The office that a TLS client certificate names: the one URI `urn:teken:office:<id>` among its subject alternative names.
//!
//! The service reads the same name (RFC 5280, 4.2.1.6). Read here so that a profile or a journal entry of another office is noticed
//! before anything is sent in the wrong name.

use evidence::{NameError, OfficeId};
use thiserror::Error;
use x509_cert::{
    Certificate,
    der::DecodePem as _,
    ext::pkix::{SubjectAltName, name::GeneralName},
};

const URN: &str = "urn:teken:office:";

/// Why a certificate is not an office's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OwnOfficeError {
    /// Not a certificate in PEM.
    #[error("the file does not begin with a certificate in PEM")]
    Malformed(#[from] x509_cert::der::Error),
    /// No such URI, or two.
    #[error("the certificate has {found} names of the form urn:teken:office:ID; an office's has one")]
    Names {
        /// How many there are.
        found: usize,
    },
    /// What follows the prefix is not an office's id.
    #[error("the certificate names no well-formed office")]
    Id(#[from] NameError),
}

/// Reads the office from the first certificate of a PEM file.
pub(super) fn own_office(pem: &[u8]) -> Result<OfficeId, OwnOfficeError> {
    let certificate = Certificate::from_pem(first_block(pem))?;
    let names = certificate.tbs_certificate().get_extension::<SubjectAltName>()?;
    let offices: Vec<&str> = names
        .iter()
        .flat_map(|(_, names)| &names.0)
        .filter_map(|name| match name {
            GeneralName::UniformResourceIdentifier(uri) => uri.as_str().strip_prefix(URN),
            _ => None,
        })
        .collect();
    match offices.as_slice() {
        [office] => Ok(OfficeId::parse(office)?),
        _ => Err(OwnOfficeError::Names { found: offices.len() }),
    }
}

/// The decoder takes one block; a chain has several.
fn first_block(pem: &[u8]) -> &[u8] {
    const END: &[u8] = b"-----END CERTIFICATE-----";
    let end = pem.windows(END.len()).position(|window| window == END);
    end.and_then(|end| pem.get(..end.saturating_add(END.len()))).unwrap_or(pem)
}

#[cfg(test)]
mod tests {
    use std::{str::FromStr as _, time::Duration};

    use p256::ecdsa::{DerSignature, SigningKey};
    use x509_cert::{
        builder::{Builder as _, CertificateBuilder, profile::BuilderProfile},
        certificate::TbsCertificate,
        der::{
            EncodePem as _,
            asn1::{Ia5String, UtcTime},
            pem::LineEnding,
        },
        ext::{Extension, ToExtension as _},
        name::Name,
        serial_number::SerialNumber,
        spki::{EncodePublicKey as _, SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef},
        time::{Time, Validity},
    };

    use super::*;

    struct WithUris(Vec<&'static str>);

    impl BuilderProfile for WithUris {
        fn get_issuer(&self, _subject: &Name) -> Name {
            self.get_subject()
        }

        fn get_subject(&self) -> Name {
            Name::from_str("CN=UJI COBA").expect("a name")
        }

        fn build_extensions(
            &self,
            _spk: SubjectPublicKeyInfoRef<'_>,
            _issuer_spk: SubjectPublicKeyInfoRef<'_>,
            tbs: &TbsCertificate,
        ) -> x509_cert::builder::Result<Vec<Extension>> {
            let uri = |text: &&str| GeneralName::UniformResourceIdentifier(Ia5String::new(text).expect("ASCII"));
            let names = SubjectAltName(self.0.iter().map(uri).collect());
            if self.0.is_empty() { Ok(Vec::new()) } else { Ok(vec![names.to_extension(tbs.subject(), &[])?]) }
        }
    }

    fn certificate(uris: &[&'static str]) -> String {
        let key = SigningKey::from_slice(&[5; 32]).expect("a scalar in range");
        let day = |seconds| Time::UtcTime(UtcTime::from_unix_duration(Duration::from_secs(seconds)).expect("in range"));
        let spki = key.verifying_key().to_public_key_der().expect("encodes");
        CertificateBuilder::new(
            WithUris(uris.to_vec()),
            SerialNumber::from(1_u8),
            Validity::new(day(1_735_689_600), day(2_051_222_400)),
            SubjectPublicKeyInfoOwned::try_from(spki.as_bytes()).expect("decodes"),
        )
        .expect("a valid template")
        .build::<_, DerSignature>(&key)
        .expect("signs")
        .to_pem(LineEnding::LF)
        .expect("encodes")
    }

    #[test]
    fn the_office_is_read_from_the_first_certificate_of_a_chain() {
        let chain = certificate(&["https://kec.example", "urn:teken:office:kec-a"]) + &certificate(&[]);
        assert_eq!(own_office(chain.as_bytes()), Ok(OfficeId::parse("kec-a").expect("an office")));
    }

    #[test]
    fn a_certificate_that_names_no_office_or_two_is_refused() {
        for (uris, found) in
            [(&[][..], 0), (&["urn:teken:kec-a"], 0), (&["urn:teken:office:kec-a", "urn:teken:office:kec-b"], 2)]
        {
            assert_eq!(own_office(certificate(uris).as_bytes()), Err(OwnOfficeError::Names { found }), "{uris:?}");
        }
        assert_eq!(
            own_office(certificate(&["urn:teken:office:KEC"]).as_bytes()),
            Err(OwnOfficeError::Id(NameError::Character { position: 0 }))
        );
        assert!(matches!(own_office(b"hello"), Err(OwnOfficeError::Malformed(_))));
    }
}
