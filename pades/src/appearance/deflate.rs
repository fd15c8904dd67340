//! Deflate for streams (ISO 32000-2, 7.4.4): thoroughly what is prepared once, quickly what is drawn for each document.

use zlib_rs::{DeflateConfig, ReturnCode, Strategy, compress_slice};

/// Octets that are searched for every repetition. A picture of a signature has some 500,000.
const SEARCH_LIMIT: usize = 1 << 20;

/// The shorter of two: with repetitions searched for, and with runs alone. Edges of strokes and grain of paper hardly repeat, and chance
/// finds cost more than they save: runs alone are up to a tenth shorter.
pub(super) fn thoroughly(data: &[u8]) -> Vec<u8> {
    let level = if data.len() <= SEARCH_LIMIT { 9 } else { 6 };
    let (searched, runs) = (deflate(data, level, Strategy::Default), deflate(data, level, Strategy::Rle));
    if runs.len() < searched.len() { runs } else { searched }
}

pub(super) fn quickly(data: &[u8]) -> Vec<u8> {
    deflate(data, 6, Strategy::Default)
}

fn deflate(data: &[u8], level: i32, strategy: Strategy) -> Vec<u8> {
    // What does not compress is stored, with five octets for each block of thousands.
    let mut stream = vec![0; data.len().saturating_add(data.len() / 1_024).saturating_add(64)];
    let config = DeflateConfig { level, strategy, ..DeflateConfig::default() };
    let (written, code) = compress_slice(&mut stream, data, config);
    let length = written.len();
    assert!(code == ReturnCode::Ok, "there is room for every stream");
    stream.truncate(length);
    stream
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::ZlibDecoder;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_is_deflated_inflates_again(data: Vec<u8>, times in 1_usize..2_000) {
            let data = data.repeat(times);
            for stream in [thoroughly(&data), quickly(&data)] {
                let mut inflated = Vec::new();
                ZlibDecoder::new(stream.as_slice()).read_to_end(&mut inflated).expect("a stream");
                prop_assert_eq!(&inflated, &data);
            }
        }
    }

    #[test]
    fn noise_of_any_length_finds_room() {
        let mut state = 1_u64;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.to_be_bytes()[0]
        })
        .take(3_000_000)
        .collect();
        for length in [0, 1, 100, 65_536, 1_000_000, 3_000_000] {
            assert!(thoroughly(&noise[..length]).len() >= length && quickly(&noise[..length]).len() >= length);
        }
    }
}
