//! The values of one shard: 2^20 of two bits (Token Status List, "Compressed Byte Array").

use std::fmt;

use flate2::{Decompress, FlushDecompress, Status};
use zlib_rs::{DeflateConfig, ReturnCode, Strategy, compress_slice};

use super::{SHARD_VALUES, SHARDS, StatusIndex, StatusIndexError, token::StatusError};

/// Octets of a shard's values: 2^20 of two bits.
pub const LIST_OCTETS: usize = (SHARD_VALUES / VALUES_AN_OCTET) as usize;
const VALUES_AN_OCTET: u32 = 4;
/// Four times INVALID.
const ALL_INVALID: u8 = 0b0101_0101;

/// The status of one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StatusValue {
    /// 0, VALID: released and neither withdrawn nor superseded.
    Valid,
    /// 1, INVALID: withdrawn, or never released. Final.
    Invalid,
    /// 2, SUSPENDED: under examination. May become valid or invalid.
    Suspended,
    /// 3, application-specific: superseded by a newer document. Final.
    Superseded,
}

impl StatusValue {
    /// Its number in lists, 0 to 3.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Invalid => 1,
            Self::Suspended => 2,
            Self::Superseded => 3,
        }
    }

    /// The status with this number, if there is one.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        if code <= 3 { Some(Self::from_bits(code)) } else { None }
    }

    const fn from_bits(bits: u8) -> Self {
        match bits & 3 {
            0 => Self::Valid,
            1 => Self::Invalid,
            2 => Self::Suspended,
            _ => Self::Superseded,
        }
    }

    /// May a document that was released change from this status to that one? 1 and 3 are final.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Valid => !matches!(next, Self::Valid),
            Self::Suspended => matches!(next, Self::Valid | Self::Invalid),
            Self::Invalid | Self::Superseded => false,
        }
    }
}

impl fmt::Display for StatusValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Valid => "VALID",
            Self::Invalid => "INVALID",
            Self::Suspended => "SUSPENDED",
            Self::Superseded => "SUPERSEDED",
        })
    }
}

/// The values of one shard, 256 KiB.
#[derive(Clone, PartialEq, Eq)]
pub struct StatusList {
    shard: u32,
    octets: Vec<u8>,
}

impl StatusList {
    /// A shard (below [`SHARDS`]) of which nothing was released: every value is INVALID.
    ///
    /// # Errors
    ///
    /// [`StatusIndexError::Shard`].
    pub fn new_invalid(shard: u32) -> Result<Self, StatusIndexError> {
        if shard >= SHARDS {
            return Err(StatusIndexError::Shard { shard });
        }
        Ok(Self { shard, octets: vec![ALL_INVALID; LIST_OCTETS] })
    }

    /// Which shard it is.
    #[must_use]
    pub const fn shard(&self) -> u32 {
        self.shard
    }

    /// The value of an index; `None` when the index is of another shard.
    #[must_use]
    pub fn get(&self, index: StatusIndex) -> Option<StatusValue> {
        let (octet, shift) = place(index);
        if index.shard() != self.shard {
            return None;
        }
        self.octets.get(octet).map(|octet| StatusValue::from_bits(octet >> shift))
    }

    /// Sets the value of an index.
    ///
    /// # Errors
    ///
    /// [`StatusError::OtherShard`], and then nothing is set.
    pub fn set(&mut self, index: StatusIndex, value: StatusValue) -> Result<(), StatusError> {
        let (octet, shift) = place(index);
        let other = StatusError::OtherShard { list: self.shard, index: index.shard() };
        if index.shard() != self.shard {
            return Err(other);
        }
        let octet = self.octets.get_mut(octet).ok_or(other)?;
        *octet = *octet & !(3 << shift) | value.code() << shift;
        Ok(())
    }

    /// The values as a ZLIB stream (RFC 1950), at most about 40 octets longer than the values.
    #[must_use]
    pub fn compress(&self) -> Vec<u8> {
        compress(&self.octets)
    }

    /// Reads a ZLIB stream of exactly one shard's values.
    pub(crate) fn inflate(shard: u32, stream: &[u8]) -> Result<Self, StatusError> {
        Ok(Self { shard, octets: inflate(stream)? })
    }
}

impl fmt::Debug for StatusList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatusList").field("shard", &self.shard).finish_non_exhaustive()
    }
}

/// Octet and shift: the first value stands in the lowest bits.
const fn place(index: StatusIndex) -> (usize, u32) {
    let idx = index.idx();
    ((idx / VALUES_AN_OCTET) as usize, (idx % VALUES_AN_OCTET) << 1)
}

/// Streams no longer than this are made again by search: one exception in a hundred values gives so many octets.
const SEARCH_LIMIT: usize = 17 * 1024;

/// The shortest of three streams. The places are permuted, so that nothing repeats but by chance: codes for the octets alone come within
/// some percent of the entropy, runs help where almost all values are the same, and both take 1 ms. Searching for repetitions, as the
/// draft's own encoder does, takes up to 100 ms. It is shorter where there are few exceptions, by a sixth at one in a hundred or in fifty,
/// and is spared from there on; from one in ten on it is longer.
fn compress(octets: &[u8]) -> Vec<u8> {
    let codes = deflate(octets, Strategy::HuffmanOnly);
    let runs = deflate(octets, Strategy::Rle);
    let mut shortest = if runs.len() < codes.len() { runs } else { codes };
    if shortest.len() <= SEARCH_LIMIT {
        let found = deflate(octets, Strategy::Filtered);
        if found.len() <= shortest.len() {
            shortest = found;
        }
    }
    shortest
}

fn deflate(octets: &[u8], strategy: Strategy) -> Vec<u8> {
    // What does not compress is stored, with five octets for each block of some 32,000.
    let mut stream = vec![0; octets.len().saturating_add(octets.len() / 1_024).saturating_add(64)];
    let config = DeflateConfig { level: 9, mem_level: 9, strategy, ..DeflateConfig::default() };
    let (written, code) = compress_slice(&mut stream, octets, config);
    let length = written.len();
    assert!(code == ReturnCode::Ok, "there is room for every stream");
    stream.truncate(length);
    stream
}

/// One octet more than a list has is room enough to see that a stream has more.
fn inflate(stream: &[u8]) -> Result<Vec<u8>, StatusError> {
    let mut octets = vec![0; LIST_OCTETS.saturating_add(1)];
    let mut decoder = Decompress::new(true);
    let status = decoder.decompress(stream, &mut octets, FlushDecompress::Finish).map_err(|_| StatusError::NotZlib)?;
    let inflated = usize::try_from(decoder.total_out()).unwrap_or(usize::MAX);
    if inflated > LIST_OCTETS {
        return Err(StatusError::ListTooLong { limit: LIST_OCTETS });
    }
    if status != Status::StreamEnd {
        return Err(StatusError::StreamTruncated);
    }
    if decoder.total_in() != stream.len() as u64 {
        return Err(StatusError::StreamTrailing);
    }
    if inflated != LIST_OCTETS {
        return Err(StatusError::ListTooShort { length: inflated, expected: LIST_OCTETS });
    }
    octets.truncate(LIST_OCTETS);
    Ok(octets)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(idx: u32) -> StatusIndex {
        StatusIndex::new(7, idx).expect("an index")
    }

    /// Numbers of 20 bits by SplitMix64: any fixed generator without patterns will do.
    fn generator() -> impl FnMut() -> u32 {
        let mut state = 42u64;
        move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            u32::try_from((mixed ^ mixed >> 31) >> 44).expect("20 bits")
        }
    }

    /// A shard of the design's table: every value valid but these many of each.
    fn shard(invalid: usize, superseded: usize) -> StatusList {
        let mut random = generator();
        let mut list = StatusList { shard: 7, octets: vec![0; LIST_OCTETS] };
        for (count, value) in [(invalid, StatusValue::Invalid), (superseded, StatusValue::Superseded)] {
            let mut left = count;
            while left > 0 {
                let index = index(random());
                if list.get(index) == Some(StatusValue::Valid) {
                    list.set(index, value).expect("this shard");
                    left -= 1;
                }
            }
        }
        list
    }

    #[test]
    fn sizes_stay_within_these_bounds() {
        // All released, of these withdrawn and superseded. No less than the entropy of the values; no more than zlib's search makes of the
        // first (2,290 octets) and 3 %, and for the others than 7 % and 3 % over the entropy: the search makes 75,624 and 126,000 of them.
        for (invalid, superseded, least, most) in
            [(1_049, 0, 1_495, 2_358), (1_000, 100_000, 60_940, 65_200), (1_000, 250_000, 105_246, 108_400)]
        {
            let length = shard(invalid, superseded).compress().len();
            assert!((least..=most).contains(&length), "{length} octets, not {least} to {most}");
        }
    }

    #[test]
    fn values_stand_in_the_lowest_bits_first() {
        // the draft's example of two bits a value: 1 2 0 3 0 1 0 1 1 2 3 3
        let mut list = StatusList { shard: 7, octets: vec![0; LIST_OCTETS] };
        for (idx, bits) in (0..).zip([1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]) {
            list.set(index(idx), StatusValue::from_bits(bits)).expect("this shard");
            assert_eq!(list.get(index(idx)), Some(StatusValue::from_bits(bits)));
        }
        assert_eq!(list.octets[..3], [0xc9, 0x44, 0xf9]);
    }

    #[test]
    fn streams_are_the_drafts() {
        assert_eq!(hex::encode(compress(&[0xb9, 0xa3])), "78dadbb918000217015d");
        assert_eq!(hex::encode(compress(&[0xc9, 0x44, 0xf9])), "78da3be9f2130003df0207");
    }

    /// The draft's "2-bit Status List" of 2^20 values: these, and VALID elsewhere.
    const LONG: [(u32, u8); 11] = [
        (0, 1),
        (1_993, 2),
        (25_460, 1),
        (159_495, 3),
        (495_669, 1),
        (554_353, 1),
        (645_645, 2),
        (723_232, 1),
        (854_545, 1),
        (934_534, 2),
        (1_000_345, 3),
    ];
    const LONG_STREAM: &str = "78daeddb310d00211000412ea1a04004fe5520ed357c28c81d3312b6df68bc65480000000000406e21010000000000000000000000000000000000000000000000000000000000000040795b02000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000080f4ba0400000000000000000000000000406d764a000000000000000000000000000000000000000000e0922101000000000000000000000000000000000000fc131200000000000000000000000000000000000000000000000000000000000000c0912e01000000000000000000000000000000000000c07d4b02000000000000000000000000000000a8614a0000000000000000000000406a1fcd60010c";
    /// The draft's "1-bit Status List": the same places, each value 1.
    const LONG_STREAM_OF_BITS: &str = "78daeddc010dc0200c0041a88249400ad2903e0f4bba00bd93f002beb7a2a2010000a91e0900000000000000000000000000000080729604000000000000000000000000000000000000000000000000000000000000000000000000000000005c6f4800000000000000fc2c240000000000000000000000be1b12000000000000000000ecaa4b000000000000000000000000000000009b0b0900000000000000000038de9400000000000000002a30cc010000000080642f0bd8011b";

    #[test]
    fn the_drafts_long_list_of_two_bits_has_these_values_and_no_others() {
        let stream = hex::decode(LONG_STREAM).expect("hexadecimal");
        let list = StatusList::inflate(7, &stream).expect("a list");
        for idx in 0..SHARD_VALUES {
            let code = LONG.iter().find(|(place, _)| *place == idx).map_or(0, |(_, code)| *code);
            assert_eq!(list.get(index(idx)).map(StatusValue::code), Some(code), "{idx}");
        }
        // The other way, the octets of the values are the same. Those of the stream are the compressor's business.
        let mut made = StatusList { shard: 7, octets: vec![0; LIST_OCTETS] };
        for (idx, code) in LONG {
            made.set(index(idx), StatusValue::from_bits(code)).expect("this shard");
        }
        assert_eq!(made, list);
        assert_eq!(StatusList::inflate(7, &made.compress()), Ok(list));
        assert!(made.compress().len() <= stream.len());
    }

    #[test]
    fn the_drafts_long_list_of_one_bit_is_no_shard() {
        let stream = hex::decode(LONG_STREAM_OF_BITS).expect("hexadecimal");
        let short = StatusError::ListTooShort { length: LIST_OCTETS / 2, expected: LIST_OCTETS };
        assert_eq!(StatusList::inflate(7, &stream), Err(short));
        // What is compressed is the draft's all the same.
        let mut bits = vec![0; LIST_OCTETS / 2];
        for (idx, _) in LONG {
            bits[idx as usize / 8] |= 1 << (idx % 8);
        }
        let mut inflated = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::ZlibDecoder::new(stream.as_slice()), &mut inflated)
            .expect("a stream");
        assert_eq!(inflated, bits);
        assert!(compress(&bits).len() <= stream.len());
    }

    #[test]
    fn a_million_values_of_one_bit_are_as_small_as_in_the_drafts_table() {
        // Revoked in 10,000, and octets.
        let table = [
            (1, 442.0),
            (10, 2.2 * 1024.0),
            (100, 13.7 * 1024.0),
            (200, 23.0 * 1024.0),
            (500, 43.9 * 1024.0),
            (1_000, 67.6 * 1024.0),
            (2_500, 102.2 * 1024.0),
            (5_000, 122.1 * 1024.0),
            (7_500, 102.4 * 1024.0),
            (10_000, 144.0),
        ];
        let mut random = generator();
        for (revoked, draft) in table {
            let mut bits = vec![0_u8; 125_000];
            for octet in &mut bits {
                for bit in 0..8 {
                    *octet |= u8::from(random() % 10_000 < revoked) << bit;
                }
            }
            let length = compress(&bits).len() as f64;
            let share = f64::from(revoked) / 1e4;
            let entropy = [share, 1.0 - share].map(|p| if p > 0.0 { -p * p.log2() * 125_000.0 } else { 0.0 });
            // The draft's are another compressor's, of another million at random, rounded to 0.05 KiB.
            let most = draft * 1.03 + 51.2;
            let least = entropy.iter().sum::<f64>() * 0.97;
            assert!((least..=most).contains(&length), "{revoked} in 10,000: {length} octets, not {least} to {most}");
        }
    }

    #[test]
    fn nothing_is_released_in_a_new_shard() {
        let list = StatusList::new_invalid(7).expect("a shard");
        assert!((0..SHARD_VALUES).all(|idx| list.get(index(idx)) == Some(StatusValue::Invalid)));
        assert_eq!(StatusList::new_invalid(SHARDS), Err(StatusIndexError::Shard { shard: SHARDS }));
    }

    #[test]
    fn an_index_of_another_shard_has_no_value_here() {
        let mut list = StatusList::new_invalid(7).expect("a shard");
        let other = StatusIndex::new(8, 1).expect("an index");
        assert_eq!(list.get(other), None);
        assert_eq!(list.set(other, StatusValue::Valid), Err(StatusError::OtherShard { list: 7, index: 8 }));
        assert_eq!(list, StatusList::new_invalid(7).expect("a shard"));
    }

    #[test]
    fn only_one_whole_stream_of_the_right_length_is_a_list() {
        let list = shard(1_000, 0);
        let stream = list.compress();
        assert_eq!(StatusList::inflate(7, &stream), Ok(list));
        let bomb = compress(&vec![0; LIST_OCTETS * 1_000]);
        assert_eq!(StatusList::inflate(7, &bomb), Err(StatusError::ListTooLong { limit: LIST_OCTETS }));
        let one_more = compress(&vec![0; LIST_OCTETS + 1]);
        assert_eq!(StatusList::inflate(7, &one_more), Err(StatusError::ListTooLong { limit: LIST_OCTETS }));
        let one_less = compress(&vec![0; LIST_OCTETS - 1]);
        let short = StatusError::ListTooShort { length: LIST_OCTETS - 1, expected: LIST_OCTETS };
        assert_eq!(StatusList::inflate(7, &one_less), Err(short));
        assert_eq!(StatusList::inflate(7, &stream[..stream.len() - 1]), Err(StatusError::StreamTruncated));
        assert_eq!(StatusList::inflate(7, &[stream.as_slice(), &[0]].concat()), Err(StatusError::StreamTrailing));
        let mut checksum = stream.clone();
        *checksum.last_mut().expect("octets") ^= 1;
        assert_eq!(StatusList::inflate(7, &checksum), Err(StatusError::NotZlib));
        assert_eq!(StatusList::inflate(7, b"no stream"), Err(StatusError::NotZlib));
    }

    #[test]
    fn every_value_has_the_number_of_its_bits_and_there_is_no_fifth() {
        for code in 0..=3 {
            assert_eq!(StatusValue::from_code(code).map(StatusValue::code), Some(code));
        }
        assert_eq!(StatusValue::from_code(4), None);
    }

    #[test]
    fn final_values_do_not_change() {
        use StatusValue::{Invalid, Superseded, Suspended, Valid};
        let all = [Valid, Invalid, Suspended, Superseded];
        let changes = |from: StatusValue| all.into_iter().filter(|to| from.may_become(*to)).collect::<Vec<_>>();
        assert_eq!(changes(Valid), [Invalid, Suspended, Superseded]);
        assert_eq!(changes(Suspended), [Valid, Invalid]);
        assert_eq!(changes(Invalid), []);
        assert_eq!(changes(Superseded), []);
    }
}
