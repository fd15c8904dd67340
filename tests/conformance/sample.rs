//! A small document that our own code signed, and what it takes to make others of it: the agency's key, and its lists.

use std::fs;

use anyhow::Context;
use keys::{Dtbsr, Passphrase, SoftKey, agency::Authority, chain_from_pem};
use pades::{
    Appearance, CertificateChain, Certification, ContentsSize, FieldChoice, Limits, PdfTime, PrepareOptions,
    PreparedPdf, SignedAttributes, UnsignedPdf,
};
use tests::{PASSPHRASE, TestAgency, now};
use verifier::{
    FileVerdict, Indication, Policy, Report, TrustAnchors, UnixTime, ValidationData, ValidationTime, Validator,
};

/// Octets that a signature of ours takes, so that little of the file is padding: a value's length varies by four.
const CONTENTS: usize = 1_700;

/// An agency and its signing key.
pub(crate) struct Signatory {
    pub(crate) agency: TestAgency,
    pub(crate) key: SoftKey,
    pub(crate) chain: CertificateChain,
}

impl Signatory {
    pub(crate) fn create() -> anyhow::Result<Self> {
        let agency = TestAgency::create()?;
        let key = SoftKey::load(&agency.layout().signing_key(), &Passphrase::new(PASSPHRASE)?)?;
        let chain = CertificateChain::from_der(chain_from_pem(&fs::read(agency.layout().signing_chain())?)?)?;
        Ok(Self { agency, key, chain })
    }

    /// One page that shows nothing, ready for a signature.
    pub(crate) fn prepare(&self) -> anyhow::Result<PreparedPdf> {
        self.prepare_document(empty_page())
    }

    /// A document, ready for a signature.
    pub(crate) fn prepare_document(&self, document: Vec<u8>) -> anyhow::Result<PreparedPdf> {
        self.prepare_for(document, CONTENTS)
    }

    /// The empty page, ready for a signature of so many octets.
    pub(crate) fn prepare_with_room(&self, octets: usize) -> anyhow::Result<PreparedPdf> {
        self.prepare_for(empty_page(), octets)
    }

    fn prepare_for(&self, document: Vec<u8>, contents: usize) -> anyhow::Result<PreparedPdf> {
        let options = PrepareOptions {
            field: FieldChoice::New,
            claimed_signing_time: PdfTime::new(now(), 7 * 60)?,
            contents_size: ContentsSize::new(contents),
            name: None,
            reason: None,
            location: None,
            appearance: Appearance::Invisible,
            certification: Certification::None,
            seal: None,
        };
        Ok(UnsignedPdf::open(document, &Limits::service())?.prepare(&options)?)
    }

    /// The same, signed: PAdES-BASELINE-B.
    pub(crate) fn sign(&self) -> anyhow::Result<Vec<u8>> {
        let prepared = self.prepare()?;
        let attributes = SignedAttributes::new(prepared.document_digest(), self.chain.signing_certificate(), &[])?;
        let value = self.key.sign_with(&Dtbsr::hash(attributes.to_der()), &mut getrandom::SysRng)?;
        Ok(prepared.embed(&attributes.seal(value.as_der(), &self.chain)?)?.into_bytes())
    }

    /// One of the agency's lists, DER.
    pub(crate) fn list(&self, authority: Authority) -> anyhow::Result<Vec<u8>> {
        let path = self.agency.layout().crl(authority);
        fs::read(&path).with_context(|| path.display().to_string())
    }

    /// A verifier that trusts the agency's root and has these lists at hand.
    pub(crate) fn validator(&self, lists: &[Vec<u8>]) -> anyhow::Result<Validator> {
        let mut anchors = TrustAnchors::none();
        anchors.add_file(&fs::read(self.agency.layout().root_anchor())?)?;
        let mut data = ValidationData::none();
        for list in lists {
            data.add_crl_file(list)?;
        }
        Ok(Validator::new(anchors, data, Policy::default()))
    }

    /// The same with both lists of the signing chain.
    pub(crate) fn validator_with_lists(&self) -> anyhow::Result<Validator> {
        self.validator(&[self.list(Authority::Root)?, self.list(Authority::Issuing)?])
    }
}

/// A little after now: certificates and lists are valid from now on.
pub(crate) fn moment() -> anyhow::Result<ValidationTime> {
    Ok(ValidationTime::new(UnixTime::from_seconds(i64::try_from(now())?.saturating_add(60))))
}

pub(crate) fn passes(report: &Report) -> bool {
    report.verdict == FileVerdict::Signed(Indication::TotalPassed)
}

/// Codes of all findings, of the signatures first.
pub(crate) fn codes(report: &Report) -> Vec<&'static str> {
    let signatures = report.signatures.iter().flat_map(|signature| &signature.findings);
    signatures.chain(&report.findings).map(verifier::Finding::code).collect()
}

/// The smallest document that can be signed.
fn empty_page() -> Vec<u8> {
    page_with("", Vec::new())
}

/// The same with more in the catalog, and more objects.
pub(crate) fn page_with(catalog: &str, more: Vec<(usize, Vec<u8>)>) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut objects = vec![
        (1, format!("<</Type/Catalog/Pages 2 0 R{catalog}>>").into_bytes()),
        (2, b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec()),
        (3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>".to_vec()),
    ];
    objects.extend(more);
    append(&mut file, objects, "/Root 1 0 R", None);
    file
}

/// A stream object.
pub(crate) fn stream(octets: &[u8]) -> Vec<u8> {
    [format!("<</Length {}>>\nstream\n", octets.len()).as_bytes(), octets, b"\nendstream"].concat()
}

/// Appends one revision: objects, a cross-reference table, a trailer.
pub(crate) fn append(file: &mut Vec<u8>, objects: Vec<(usize, Vec<u8>)>, trailer: &str, previous: Option<usize>) {
    let mut sections = String::from("xref\n");
    if previous.is_none() {
        sections.push_str("0 1\n0000000000 65535 f \n");
    }
    let mut size = 0;
    for (number, body) in objects {
        sections.push_str(&format!("{number} 1\n{:010} 00000 n \n", file.len()));
        file.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        file.extend_from_slice(&body);
        file.extend_from_slice(b"\nendobj\n");
        size = size.max(number + 1);
    }
    let start = file.len();
    let previous = previous.map_or_else(String::new, |offset| format!("/Prev {offset}"));
    file.extend_from_slice(sections.as_bytes());
    file.extend_from_slice(
        format!("trailer\n<</Size {size}{trailer}{previous}>>\nstartxref\n{start}\n%%EOF\n").as_bytes(),
    );
}

/// The offset that the file's last `startxref` gives.
pub(crate) fn last_startxref(file: &[u8]) -> anyhow::Result<usize> {
    let at = file.windows(9).rposition(|window| window == b"startxref").context("startxref")?;
    let digits = String::from_utf8_lossy(&file[at + 9..]);
    Ok(digits.split_ascii_whitespace().next().context("an offset")?.parse()?)
}

/// Where `needle` stands in `file`; it must stand there once.
pub(crate) fn only_place(file: &[u8], needle: &[u8]) -> anyhow::Result<usize> {
    let mut places = file.windows(needle.len()).enumerate().filter(|(_, window)| *window == needle);
    let (at, _) = places.next().with_context(|| format!("no {:?}", String::from_utf8_lossy(needle)))?;
    anyhow::ensure!(places.next().is_none(), "several {:?}", String::from_utf8_lossy(needle));
    Ok(at)
}
