//! Signatures that our signer refuses to make, by its own key: other digests, other SubFilters, content or lists inside the CMS.
//!
//! ```text
//! SignedData ::= SEQUENCE { version, digestAlgorithms SET, encapContentInfo, certificates [0], crls [1] OPTIONAL, signerInfos SET }
//! ```

use anyhow::{Context, ensure};
use aws_lc_rs::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use keys::Dtbsr;
use pades::{PreparedPdf, SignedPdf};

use crate::sample::Signatory;

/// A digest that the signature names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha1,
    Sha256,
}

impl Hash {
    fn of(self, octets: &[u8]) -> Vec<u8> {
        let algorithm: &'static Algorithm = match self {
            Self::Sha1 => &SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &SHA256,
        };
        digest(algorithm, octets).as_ref().to_vec()
    }

    /// id-sha1 (RFC 3279), id-sha256 (RFC 5754).
    const fn identifier(self) -> &'static [u8] {
        match self {
            Self::Sha1 => &[0x2b, 0x0e, 3, 2, 0x1a],
            Self::Sha256 => &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1],
        }
    }

    /// ecdsa-with-SHA1 (RFC 3279), ecdsa-with-SHA256 (RFC 5758).
    const fn with_ecdsa(self) -> &'static [u8] {
        match self {
            Self::Sha1 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1],
            Self::Sha256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2],
        }
    }
}

/// What is unusual about a signature.
pub(crate) struct Handmade<'a> {
    /// At most as long as `ETSI.CAdES.detached`.
    pub(crate) sub_filter: &'a str,
    /// Of the document.
    pub(crate) document: Hash,
    /// Of the signed attributes.
    pub(crate) attributes: Hash,
    /// The document's digest as content of the CMS, as `adbe.pkcs7.sha1` has it.
    pub(crate) carries_digest: bool,
    /// Revocation lists inside the CMS.
    pub(crate) lists: &'a [Vec<u8>],
}

impl Handmade<'_> {
    /// Nothing is.
    pub(crate) const USUAL: Self = Handmade {
        sub_filter: "ETSI.CAdES.detached",
        document: Hash::Sha256,
        attributes: Hash::Sha256,
        carries_digest: false,
        lists: &[],
    };

    /// Signs what was prepared; `contents` octets of room must be enough.
    pub(crate) fn sign(&self, signatory: &Signatory, prepared: &PreparedPdf) -> anyhow::Result<Vec<u8>> {
        let mut file = prepared.bytes().to_vec();
        replace_in_place(&mut file, "/ETSI.CAdES.detached", &format!("/{}", self.sub_filter))?;
        let pdf = SignedPdf::open(&file, &pades::Limits::default())?;
        let [signature] = pdf.signatures() else { anyhow::bail!("not one signature") };
        let gap = signature.byte_range().map_err(Clone::clone)?.gap();
        let covered = signature.byte_range().map_err(Clone::clone)?.covered(&file).concat();
        let cms = self.cms(signatory, &covered)?;
        let digits: String = cms.iter().map(|octet| format!("{octet:02x}")).collect();
        ensure!(digits.len() <= gap.len() - 2, "{} octets do not fit", cms.len());
        let start = gap.start + 1;
        file[start..start + digits.len()].copy_from_slice(digits.as_bytes());
        Ok(file)
    }

    fn cms(&self, signatory: &Signatory, covered: &[u8]) -> anyhow::Result<Vec<u8>> {
        let document = self.document.of(covered);
        let (content, message_digest) = if self.carries_digest {
            (Some(document.clone()), self.attributes.of(&document))
        } else {
            (None, document)
        };
        let named = if self.carries_digest { self.attributes } else { self.document };
        let certificate = signatory.chain.signing_certificate().as_der();
        let attributes = signed_attributes(&message_digest, certificate);
        let hashed = self.attributes.of(&attributes);
        // FIPS 186-5, 6.4: a digest that is shorter than the curve's order is the same number with zeros before it.
        let mut number = [0; 32];
        number[32 - hashed.len()..].copy_from_slice(&hashed);
        let value = signatory.key.sign_with(&Dtbsr::from_recorded(number), &mut getrandom::SysRng)?;

        let algorithm = |identifier: &[u8]| tlv(0x30, &[&tlv(6, &[identifier])]);
        let content = content.map(|content| tlv(0xa0, &[&tlv(4, &[&content])])).unwrap_or_default();
        let certificates: Vec<&[u8]> = signatory.chain.certificates().iter().map(|one| one.as_der()).collect();
        let lists: Vec<&[u8]> = self.lists.iter().map(Vec::as_slice).collect();
        let lists = if lists.is_empty() { Vec::new() } else { tlv(0xa1, &lists) };
        let signer_info = tlv(
            0x30,
            &[
                &tlv(2, &[&[1]]),
                &issuer_and_serial(certificate)?,
                &algorithm(named.identifier()),
                // RFC 5652, 5.4: under [0] here, under SET OF where they are hashed.
                &[&[0xa0], &attributes[1..]].concat(),
                &algorithm(self.attributes.with_ecdsa()),
                &tlv(4, &[value.as_der()]),
            ],
        );
        let signed_data = tlv(
            0x30,
            &[
                &tlv(2, &[&[1]]),
                &tlv(0x31, &[&algorithm(named.identifier())]),
                &tlv(0x30, &[&tlv(6, &[ID_DATA]), &content]),
                &tlv(0xa0, &certificates),
                &lists,
                &tlv(0x31, &[&signer_info]),
            ],
        );
        Ok(tlv(0x30, &[&tlv(6, &[ID_SIGNED_DATA]), &tlv(0xa0, &[&signed_data])]))
    }
}

const ID_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
const ID_SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
const ID_CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3];
const ID_MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4];
const ID_SIGNING_CERTIFICATE_V2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 47];

/// content-type, message-digest and signing-certificate-v2 (RFC 5035: SHA-256 is the default) as a SET in DER's order.
fn signed_attributes(message_digest: &[u8], certificate: &[u8]) -> Vec<u8> {
    let attribute = |identifier: &[u8], value: &[u8]| tlv(0x30, &[&tlv(6, &[identifier]), &tlv(0x31, &[value])]);
    let reference = tlv(0x30, &[&tlv(0x30, &[&tlv(0x30, &[&tlv(4, &[&Hash::Sha256.of(certificate)])])])]);
    let mut all = [
        attribute(ID_CONTENT_TYPE, &tlv(6, &[ID_DATA])),
        attribute(ID_MESSAGE_DIGEST, &tlv(4, &[message_digest])),
        attribute(ID_SIGNING_CERTIFICATE_V2, &reference),
    ];
    all.sort();
    tlv(0x31, &all.each_ref().map(Vec::as_slice))
}

/// `IssuerAndSerialNumber`, from the fields that a certificate begins with: version `[0]`, serial number, algorithm, issuer.
fn issuer_and_serial(certificate: &[u8]) -> anyhow::Result<Vec<u8>> {
    let (_, outer, _) = element(certificate)?;
    let (_, tbs, _) = element(outer)?;
    let (_, _, rest) = element(tbs)?;
    let (serial, _, rest) = element(rest)?;
    let (_, _, rest) = element(rest)?;
    let (issuer, _, _) = element(rest)?;
    Ok(tlv(0x30, &[issuer, serial]))
}

/// One element: whole, its content, and what follows.
fn element(der: &[u8]) -> anyhow::Result<(&[u8], &[u8], &[u8])> {
    let short = || anyhow::anyhow!("the DER ends early");
    let first = usize::from(*der.get(1).with_context(short)?);
    let (header, length) = if first < 0x80 {
        (2, first)
    } else {
        let octets = der.get(2..2 + first - 0x80).with_context(short)?;
        (2 + octets.len(), octets.iter().fold(0, |length, octet| length << 8 | usize::from(*octet)))
    };
    let (whole, rest) = der.split_at_checked(header + length).with_context(short)?;
    Ok((whole, &whole[header..], rest))
}

/// An element of DER.
pub(crate) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len();
    let octets = length.to_be_bytes();
    let significant = &octets[octets.iter().position(|octet| *octet != 0).unwrap_or(octets.len())..];
    let mut out = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            out.push(0x80 + u8::try_from(significant.len()).expect("a length has eight octets at most"));
            out.extend_from_slice(significant);
        }
    }
    out.extend(content);
    out
}

/// Replaces what stands there once, by something no longer, and fills up with blanks: no offset changes.
pub(crate) fn replace_in_place(file: &mut [u8], old: &str, new: &str) -> anyhow::Result<()> {
    ensure!(new.len() <= old.len(), "{new:?} is longer than {old:?}");
    let at = crate::sample::only_place(file, old.as_bytes())?;
    let filled = format!("{new:<width$}", width = old.len());
    file[at..at + old.len()].copy_from_slice(filled.as_bytes());
    Ok(())
}

/// An authority that does not say where it publishes revocation, and a signing certificate of it: nothing demands their status.
pub(crate) struct Unpublished {
    /// The anchor, DER.
    pub(crate) root: Vec<u8>,
    /// The signing certificate, for the signatory's key.
    pub(crate) certificate: Vec<u8>,
    /// A list in the authority's name that it never signed.
    pub(crate) forged_list: Vec<u8>,
}

impl Unpublished {
    pub(crate) fn create(signatory: &Signatory) -> anyhow::Result<Self> {
        let key = keys::SoftKey::generate(&mut getrandom::SysRng)?;
        let name = |text: &str| {
            let attribute = tlv(0x30, &[&tlv(6, &[&[0x55, 4, 3]]), &tlv(0x0c, &[text.as_bytes()])]);
            tlv(0x30, &[&tlv(0x31, &[&attribute])])
        };
        let (issuer, algorithm) = (name("CA (UJI COBA)"), tlv(0x30, &[&tlv(6, &[Hash::Sha256.with_ecdsa()])]));
        // UTCTime: GeneralizedTime would be wrong before 2050 (RFC 5280, 4.1.2.5).
        let time = |text: &str| tlv(0x17, &[text.as_bytes()]);
        let validity = tlv(0x30, &[&time("240101000000Z"), &time("490101000000Z")]);
        let signed = |tbs: Vec<u8>| -> anyhow::Result<Vec<u8>> {
            let value = key.sign_with(&Dtbsr::hash(&tbs), &mut getrandom::SysRng)?;
            Ok(tlv(0x30, &[&tbs, &algorithm, &tlv(3, &[&[0], value.as_der()])]))
        };
        let certificate = |serial: u8, subject: &[u8], key_info: &[u8], extension: &[u8]| {
            let version = tlv(0xa0, &[&tlv(2, &[&[2]])]);
            let serial = tlv(2, &[&[serial]]);
            let extensions = tlv(0xa3, &[&tlv(0x30, &[extension])]);
            signed(tlv(0x30, &[&version, &serial, &algorithm, &issuer, &validity, subject, key_info, &extensions]))
        };
        let extension = |last: u8, value: &[u8]| {
            tlv(0x30, &[&tlv(6, &[&[0x55, 0x1d, last]]), &tlv(1, &[&[0xff]]), &tlv(4, &[value])])
        };
        // basicConstraints: cA TRUE; keyUsage: digitalSignature.
        let (is_ca, signs) = (extension(19, &tlv(0x30, &[&tlv(1, &[&[0xff]])])), extension(15, &[3, 2, 7, 0x80]));
        let version = tlv(2, &[&[1]]);
        let times = [time("250101000000Z"), time("490101000000Z")].concat();
        let list = signed(tlv(0x30, &[&version, &algorithm, &issuer, &times]))?;
        let mut forged_list = list;
        if let Some(last) = forged_list.last_mut() {
            *last ^= 1;
        }
        Ok(Self {
            root: certificate(1, &issuer, key.public_key().spki_der(), &is_ca)?,
            certificate: certificate(2, &name("Penanda (UJI COBA)"), signatory.key.public_key().spki_der(), &signs)?,
            forged_list,
        })
    }
}
