//! The whole way of a document, with a key of the tests.

use pades::{
    Appearance, Certification, Cms, ContentsSize, FieldChoice, Limits, PdfTime, PrepareError, PrepareOptions,
    PreparedPdf, SignedAttributes, SignedPdf, UnsignedPdf, contents_size,
};

use crate::pki::TestSigner;

/// 2026-01-01 00:00:00 in Bekasi.
pub(crate) const NEW_YEAR: u64 = 1_767_200_400;

pub(crate) fn options(field: FieldChoice) -> PrepareOptions {
    PrepareOptions {
        field,
        claimed_signing_time: PdfTime::new(NEW_YEAR, 420).expect("in range"),
        contents_size: ContentsSize::new(2048),
        name: Some("Kepala Dinas (UJI COBA)".to_owned()),
        reason: None,
        location: Some("Kota Bekasi".to_owned()),
        appearance: Appearance::Invisible,
        certification: Certification::None,
        seal: None,
    }
}

pub(crate) fn new_field() -> PrepareOptions {
    options(FieldChoice::New)
}

pub(crate) fn existing(name: &str) -> PrepareOptions {
    options(FieldChoice::Existing(name.to_owned()))
}

pub(crate) fn open(bytes: Vec<u8>) -> UnsignedPdf {
    UnsignedPdf::open(bytes, &Limits::service()).expect("opens")
}

pub(crate) fn prepare(bytes: Vec<u8>, options: &PrepareOptions) -> Result<PreparedPdf, PrepareError> {
    open(bytes).prepare(options)
}

/// The CMS that a service would return for a prepared document.
pub(crate) fn cms(prepared: &PreparedPdf) -> Cms {
    let signer = TestSigner::new();
    let attributes = SignedAttributes::new(prepared.document_digest(), signer.chain.signing_certificate(), &[])
        .expect("valid attributes");
    let value = signer.sign(&attributes);
    attributes.seal(&value, &signer.chain).expect("seals")
}

/// Signs a document, with the size that `contents_size` says.
pub(crate) fn sign(bytes: Vec<u8>, field: FieldChoice) -> SignedPdf<'static> {
    let options = PrepareOptions { contents_size: contents_size(&TestSigner::new().chain, &[]), ..options(field) };
    let prepared = prepare(bytes, &options).expect("prepares");
    let cms = cms(&prepared);
    prepared.embed(&cms).expect("embeds")
}
