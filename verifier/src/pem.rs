//! PEM (RFC 7468), read leniently: it only carries.
//!
//! Job: give the octets of every block with one of the wanted labels; text around blocks is skipped, as the standard
//! says. A file without any block is taken as DER by the caller.

/// The blocks of `text` that carry one of `labels`; `None` when a block does not end or is not base64.
pub(crate) fn blocks(text: &[u8], labels: &[&str]) -> Option<Vec<Vec<u8>>> {
    let text = String::from_utf8_lossy(text);
    let mut blocks = Vec::new();
    let mut rest = text.as_ref();
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let (label, after) = after.split_once("-----")?;
        let (body, after) = after.split_once("-----END ")?;
        let (end_label, after) = after.split_once("-----")?;
        if label != end_label {
            return None;
        }
        if labels.contains(&label) {
            blocks.push(base64(body)?);
        }
        rest = after;
    }
    Some(blocks)
}

/// The octets look like PEM rather than DER.
pub(crate) fn is_pem(octets: &[u8]) -> bool {
    octets.windows(11).take(64 * 1024).any(|window| window == b"-----BEGIN ")
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let mut group = 0_u32;
    let mut sextets = 0_u32;
    let mut padding = 0_u32;
    for octet in text.bytes().filter(|octet| !octet.is_ascii_whitespace()) {
        let sextet = match octet {
            b'A'..=b'Z' => octet - b'A',
            b'a'..=b'z' => octet - b'a' + 26,
            b'0'..=b'9' => octet - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padding += 1;
                0
            }
            _ => return None,
        };
        if padding > 0 && octet != b'=' {
            return None;
        }
        group = (group << 6) | u32::from(sextet);
        sextets += 1;
        if sextets == 4 {
            let [_, first, second, third] = group.to_be_bytes();
            out.extend([first, second, third]);
            group = 0;
            sextets = 0;
        }
    }
    if sextets != 0 || padding > 2 {
        return None;
    }
    out.truncate(out.len().checked_sub(usize::try_from(padding).ok()?)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wanted_blocks_are_read_and_text_around_them_is_skipped() {
        let text =
            b"subject=x\n-----BEGIN A-----\nAQID\n-----END A-----\nnoise\n-----BEGIN B-----\nBA==\n-----END B-----\n";
        assert_eq!(blocks(text, &["A"]), Some(vec![vec![1, 2, 3]]));
        assert_eq!(blocks(text, &["A", "B"]), Some(vec![vec![1, 2, 3], vec![4]]));
        assert_eq!(blocks(b"nothing", &["A"]), Some(vec![]));
    }

    #[test]
    fn a_broken_block_is_refused() {
        for text in [
            "-----BEGIN A-----\nAQID\n",
            "-----BEGIN A-----\nA*==\n-----END A-----",
            "-----BEGIN A-----\nAQ=D\n-----END A-----",
            "-----BEGIN A-----\nAQI\n-----END A-----",
            "-----BEGIN A-----\nAQID\n-----END B-----",
        ] {
            assert_eq!(blocks(text.as_bytes(), &["A"]), None, "{text}");
        }
    }
}
