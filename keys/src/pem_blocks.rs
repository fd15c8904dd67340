//! The blocks of a PEM file: text before, between and after them is explanation (RFC 7468, 2) and is skipped.

use crate::CertificateFault;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";

/// Cuts a text into its PEM blocks, each from its BEGIN to the end of its END line, in the text's order.
///
/// A block without an END line is [`CertificateFault::NotPem`], and the last item.
pub fn pem_blocks(text: &str) -> impl Iterator<Item = Result<&str, CertificateFault>> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let (_, block) = split_before(rest.take()?, BEGIN)?;
        let Some((body, tail)) = split_before(block, END) else { return Some(Err(CertificateFault::NotPem)) };
        let end_line = tail.find('\n').unwrap_or(tail.len());
        let (block, after) = block.split_at(body.len().saturating_add(end_line));
        rest = Some(after);
        Some(Ok(block.trim_end()))
    })
}

/// What stands before the first `pattern`, and what from it on.
fn split_before<'a>(text: &'a str, pattern: &str) -> Option<(&'a str, &'a str)> {
    text.find(pattern).map(|position| text.split_at(position))
}

#[cfg(test)]
mod tests {
    use super::{CertificateFault, pem_blocks};

    #[test]
    fn text_around_the_blocks_is_skipped() {
        let text = "bla\n-----BEGIN A-----\nAA==\n-----END A-----\nbetween\n-----BEGIN B-----\nAA==\n-----END B-----";
        let blocks: Vec<_> = pem_blocks(text).collect();
        assert_eq!(
            blocks,
            [Ok("-----BEGIN A-----\nAA==\n-----END A-----"), Ok("-----BEGIN B-----\nAA==\n-----END B-----")]
        );
    }

    #[test]
    fn a_block_without_an_end_is_a_fault_and_the_last() {
        let blocks: Vec<_> = pem_blocks("-----BEGIN A-----\nAA==\n").collect();
        assert_eq!(blocks, [Err(CertificateFault::NotPem)]);
    }

    #[test]
    fn a_text_without_blocks_has_none() {
        assert_eq!(pem_blocks("no block here").count(), 0);
    }
}
