//! Page tokens of ListSignatures: where a listing goes on, for one office.
//!
//! ```text
//! token = hex( sequence (8 octets, big-endian) || first 16 octets of the commitment to office || 0x0a || sequence )
//! ```
//!
//! A token that was changed, made up, or given to another office is refused. It says nothing that its office could not
//! count itself.

use evidence::{CommitmentDomain, CommitmentKey, OfficeId};

use crate::error::{FieldFault, SignError};

const MAC_OCTETS: usize = 16;

/// The token for "what comes before this sequence".
pub(crate) fn write(key: &CommitmentKey, office: &OfficeId, below: u64) -> String {
    hex::encode([below.to_be_bytes().as_slice(), &mac(key, office, below)].concat())
}

/// Reads a token; an empty one is the first page.
pub(crate) fn read(key: &CommitmentKey, office: &OfficeId, token: &str) -> Result<Option<u64>, SignError> {
    if token.is_empty() {
        return Ok(None);
    }
    let refused = SignError::Malformed { field: "page_token", fault: FieldFault::PageToken };
    let mut octets = [0; size_of::<u64>() + MAC_OCTETS];
    if hex::decode_to_slice(token, &mut octets).is_err() {
        return Err(refused);
    }
    let Some((sequence, given)) = octets.split_first_chunk() else { return Err(refused) };
    let below = u64::from_be_bytes(*sequence);
    // Equal time whatever differs, so that a token cannot be guessed octet by octet.
    let difference = mac(key, office, below).iter().zip(given).fold(0, |sum, (ours, theirs)| sum | (ours ^ theirs));
    if difference == 0 { Ok(Some(below)) } else { Err(refused) }
}

fn mac(key: &CommitmentKey, office: &OfficeId, below: u64) -> [u8; MAC_OCTETS] {
    let commitment = key.commit(CommitmentDomain::PageToken, &format!("{office}\n{below}"));
    *commitment.as_bytes().first_chunk().expect("a commitment has 32 octets")
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: SignError = SignError::Malformed { field: "page_token", fault: FieldFault::PageToken };

    fn office(id: &str) -> OfficeId {
        OfficeId::parse(id).expect("an office id")
    }

    #[test]
    fn a_token_goes_on_where_it_was_given() {
        let key = CommitmentKey::from_bytes([3; 32]);
        let token = write(&key, &office("utara"), 1_234);
        assert_eq!(read(&key, &office("utara"), &token), Ok(Some(1_234)));
        assert_eq!(read(&key, &office("utara"), ""), Ok(None));
    }

    #[test]
    fn another_office_s_token_is_refused() {
        let key = CommitmentKey::from_bytes([3; 32]);
        assert_eq!(read(&key, &office("selatan"), &write(&key, &office("utara"), 1_234)), Err(REFUSED));
    }

    #[test]
    fn a_token_changed_in_any_digit_is_refused() {
        let key = CommitmentKey::from_bytes([3; 32]);
        let token = write(&key, &office("utara"), 1_234);
        for position in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            let digit = changed.get_mut(position).expect("within the token");
            *digit = if *digit == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(changed).expect("hexadecimal digits");
            assert_eq!(read(&key, &office("utara"), &changed), Err(REFUSED), "{position}");
        }
        for malformed in ["x", "00", &token.to_uppercase()[1..], &format!("{token}00")] {
            assert_eq!(read(&key, &office("utara"), malformed), Err(REFUSED), "{malformed}");
        }
    }
}
