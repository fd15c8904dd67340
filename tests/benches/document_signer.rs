//! What the service does to a document, without its register and its wire.

use std::sync::Arc;

use evidence::{Commitment, DocumentType, OfficeId, OidArc, SigningStatement, UnixSeconds};
use keys::{Dtbsr, Passphrase, SoftKey, chain_from_pem};
use pades::{
    Appearance, CertificateChain, Certification, FieldChoice, Limits, PdfTime, PrepareOptions, SignedAttribute,
    SignedAttributes, UnsignedPdf, contents_size,
};
use tests::{PASSPHRASE, TestAgency, now};

/// Key, chain and statement of one agency, ready to sign.
pub(crate) struct DocumentSigner {
    key: SoftKey,
    chain: CertificateChain,
    statement: SignedAttribute,
    options: PrepareOptions,
    limits: Limits,
}

impl DocumentSigner {
    pub(crate) fn load(agency: &TestAgency) -> anyhow::Result<Arc<Self>> {
        let key = SoftKey::load(&agency.layout().signing_key(), &Passphrase::new(PASSPHRASE)?)?;
        let chain = CertificateChain::from_der(chain_from_pem(&std::fs::read(agency.layout().signing_chain())?)?)?;
        let statement = SigningStatement {
            sequence: 1,
            signed_at: UnixSeconds(now()),
            office: OfficeId::parse("kec-uji-timur")?,
            document_type: DocumentType::surat(),
            number_commitment: Commitment::from_bytes([7; 32]),
            seal_hash: None,
            mandate: None,
            status_index: None,
        };
        let statement = SignedAttribute { oid: OidArc::default().signing_statement(), value_der: statement.to_der()? };
        let options = PrepareOptions {
            field: FieldChoice::New,
            claimed_signing_time: PdfTime::new(now(), 7 * 60)?,
            contents_size: contents_size(&chain, std::slice::from_ref(&statement)),
            name: Some("Kepala Dinas Uji (UJI COBA)".to_owned()),
            reason: None,
            location: None,
            appearance: Appearance::Invisible,
            certification: Certification::None,
            seal: None,
        };
        Ok(Arc::new(Self { key, chain, statement, options, limits: Limits::default() }))
    }

    pub(crate) fn sign(&self, document: Vec<u8>) -> Vec<u8> {
        self.sign_with(document, |_, options| options)
    }

    /// As [`DocumentSigner::sign`], after a change of the options that may look at the document.
    pub(crate) fn sign_with(
        &self,
        document: Vec<u8>,
        change: impl FnOnce(&UnsignedPdf, PrepareOptions) -> PrepareOptions,
    ) -> Vec<u8> {
        let unsigned = UnsignedPdf::open(document, &self.limits).expect("a document that opens");
        let options = change(&unsigned, self.options.clone());
        let prepared = unsigned.prepare(&options).expect("a document that can be prepared");
        let attributes = SignedAttributes::new(
            prepared.document_digest(),
            self.chain.signing_certificate(),
            std::slice::from_ref(&self.statement),
        )
        .expect("attributes");
        let value =
            self.key.sign_with(&Dtbsr::hash(attributes.to_der()), &mut getrandom::SysRng).expect("the key signs");
        let cms = attributes.seal(value.as_der(), &self.chain).expect("a CMS");
        prepared.embed(&cms).expect("room for the CMS").into_bytes()
    }
}
