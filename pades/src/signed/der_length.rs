//! Where the outermost element of a BER encoding ends (X.690, 8.1): a `/Contents` is longer than the CMS in it.

/// Octets of the first element, `None` when it is not whole.
///
/// DER has definite lengths only; the indefinite ones of BER occur in files made by others, and are followed to their
/// end-of-contents without recursion.
pub(crate) fn element_length(octets: &[u8]) -> Option<usize> {
    let mut rest = octets;
    let mut open: usize = 0;
    loop {
        rest = match element_header(rest)? {
            (Length::Indefinite, content) => {
                open = open.checked_add(1)?;
                content
            }
            (Length::Definite(0), content) if open > 0 && rest.starts_with(&[0, 0]) => {
                open = open.checked_sub(1)?;
                content
            }
            (Length::Definite(length), content) => content.get(length..)?,
        };
        if open == 0 {
            return octets.len().checked_sub(rest.len());
        }
    }
}

enum Length {
    Definite(usize),
    Indefinite,
}

/// The length that the header at the start gives, and what follows the header.
fn element_header(octets: &[u8]) -> Option<(Length, &[u8])> {
    let (tag, mut rest) = octets.split_first()?;
    if tag & 0x1F == 0x1F {
        // A tag number in several octets, each but the last one with its top bit set.
        let last = rest.iter().position(|octet| octet & 0x80 == 0)?;
        rest = rest.get(last.checked_add(1)?..)?;
    }
    let (first, rest) = rest.split_first()?;
    match first {
        0x80 if tag & 0x20 != 0 => Some((Length::Indefinite, rest)),
        0..=0x7F => Some((Length::Definite(usize::from(*first)), rest)),
        _ => {
            let (octets, rest) = rest.split_at_checked(usize::from(first & 0x7F))?;
            let length = octets
                .iter()
                .try_fold(0_usize, |length, octet| length.checked_mul(256)?.checked_add(usize::from(*octet)))?;
            Some((Length::Definite(length), rest)).filter(|_| !octets.is_empty())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_padding_behind_an_element_is_not_part_of_it() {
        assert_eq!(element_length(&[0x30, 2, 5, 0, 0, 0]), Some(4));
        assert_eq!(element_length(&[0x30, 0x81, 2, 5, 0, 0]), Some(5));
        assert_eq!(element_length(&[0x30, 0x82, 0, 2, 5, 0, 9]), Some(6));
    }

    #[test]
    fn an_indefinite_length_ends_at_its_own_end_of_contents() {
        assert_eq!(element_length(&[0x30, 0x80, 0x30, 0x80, 5, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0]), Some(13));
    }

    #[test]
    fn an_element_that_is_cut_off_has_no_length() {
        assert_eq!(element_length(&[]), None);
        assert_eq!(element_length(&[0x30]), None);
        assert_eq!(element_length(&[0x30, 3, 5, 0]), None);
        assert_eq!(element_length(&[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 0]), None);
        assert_eq!(element_length(&[0x30, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0]), None);
        assert_eq!(element_length(&[0x30, 0x80, 5, 0, 0]), None);
        assert_eq!(element_length(&[0x1F, 0xFF]), None);
    }

    #[test]
    fn a_primitive_element_cannot_have_an_indefinite_length() {
        assert_eq!(element_length(&[0x04, 0x80, 0, 0]), None);
    }

    #[test]
    fn a_hundred_thousand_open_elements_need_no_stack() {
        assert_eq!(element_length(&[0x30, 0x80].repeat(100_000)), None);
    }
}
