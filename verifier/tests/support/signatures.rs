//! Signature values and public keys in a PDF's raw octets, found without the code under test: every hexadecimal string
//! behind `/Contents` is read as DER and searched to its depth.
//!
//! What is indefinite (BER) or compressed is not found; nothing is decided by that.

/// What one file holds.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// `SubjectPublicKeyInfo` in DER.
    pub(crate) keys: Vec<Vec<u8>>,
    pub(crate) signed: Vec<Signed>,
}

/// Something signed: a certificate, a list, the signed attributes of a SignerInfo.
#[derive(Debug)]
pub(crate) struct Signed {
    /// `AlgorithmIdentifier` in DER.
    pub(crate) algorithm: Vec<u8>,
    pub(crate) message: Vec<u8>,
    pub(crate) value: Vec<u8>,
}

pub(crate) fn find(pdf: &[u8]) -> Found {
    let mut found = Found::default();
    let mut rest = pdf;
    while let Some(at) = rest.windows(9).position(|window| window == b"/Contents") {
        rest = &rest[at + 9..];
        let blanks = rest.iter().take_while(|octet| octet.is_ascii_whitespace()).count();
        let string = &rest[blanks..];
        if string.first() == Some(&b'<') {
            let digits: Vec<u8> = string[1..].iter().copied().take_while(|octet| *octet != b'>').collect();
            let even = digits.len() / 2 * 2;
            if let Ok(octets) = hex::decode(&digits[..even]) {
                element(&octets).into_iter().for_each(|(outer, _)| search(&outer, &mut found));
            }
        }
    }
    found
}

struct Element<'a> {
    tag: u8,
    content: &'a [u8],
    whole: &'a [u8],
}

/// The first element, and what follows it.
fn element(octets: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (&tag, rest) = octets.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (length, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
            (length.iter().fold(0, |length, octet| (length << 8) | usize::from(*octet)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((Element { tag, content, whole: &octets[..octets.len() - rest.len()] }, rest))
}

fn children<'a>(parent: &Element<'a>) -> Vec<Element<'a>> {
    let mut list = Vec::new();
    let mut rest = parent.content;
    while let Some((child, after)) = element(rest) {
        list.push(child);
        rest = after;
    }
    list
}

fn search(parent: &Element<'_>, found: &mut Found) {
    if parent.tag & 0x20 == 0 {
        return;
    }
    let parts = children(parent);
    let tags: Vec<u8> = parts.iter().map(|part| part.tag).collect();
    match tags.as_slice() {
        [0x30, 3] => found.keys.push(parent.whole.to_vec()),
        [0x30, 0x30, 3] => found.signed.push(Signed {
            algorithm: parts[1].whole.to_vec(),
            message: parts[0].whole.to_vec(),
            value: parts[2].content.get(1..).unwrap_or_default().to_vec(),
        }),
        // version, sid, digestAlgorithm, signedAttrs, signatureAlgorithm, signature
        [2, 0x30 | 0x80, 0x30, 0xa0, 0x30, 4, ..] => {
            let mut message = parts[3].whole.to_vec();
            message[0] = 0x31;
            found.signed.push(Signed {
                algorithm: with_digest(parts[4].whole, parts[2].whole),
                message,
                value: parts[5].content.to_vec(),
            });
        }
        _ => {}
    }
    parts.iter().for_each(|part| search(part, found));
}

/// A SignerInfo may say `rsaEncryption` and leave the digest to `digestAlgorithm` (RFC 3370, 3.2): what that means.
fn with_digest(algorithm: &[u8], digest: &[u8]) -> Vec<u8> {
    const RSA: [u8; 10] = [6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1];
    let mut named = algorithm.to_vec();
    let is_rsa_encryption = named.get(2..12) == Some(&RSA) && named.get(12) == Some(&1);
    if let Some(last) = named.get_mut(12).filter(|_| is_rsa_encryption) {
        *last = match digest.get(2..) {
            Some([6, 5, 0x2b, 0x0e, 3, 2, 0x1a, ..]) => 5,
            Some([6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, ..]) => 11,
            Some([6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2, ..]) => 12,
            Some([6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3, ..]) => 13,
            _ => 1,
        };
    }
    named
}
