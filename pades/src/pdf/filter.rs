//! Decoding of the streams that the reader itself needs (ISO 32000-2, 7.4): cross-reference and object streams.
//!
//! Only FlateDecode (with PNG predictors) and ASCIIHexDecode are known; any other filter is a refusal, not a guess.
//! The output is bounded before it is made, by size, by ratio and by what is left for the whole file.

use flate2::{Decompress, FlushDecompress, Status};

use super::indirect::Meter;
use super::lexer::is_white_space;
use super::object::{Dictionary, Object, Value};
use super::text::hex_digit;
use crate::PdfError;

/// Decodes `raw`, the data of the stream with this dictionary, whose filters stand in it (7.5.8.2, 7.5.7: those that a
/// reader needs before it can follow a reference); `offset` is where it lies, for errors. `left` bounds the output
/// beside the limits. The work is charged, whether it comes to something or not.
pub(crate) fn decode(
    dictionary: &Dictionary<'_>,
    raw: &[u8],
    offset: usize,
    meter: Meter<'_>,
    left: usize,
) -> Result<Vec<u8>, PdfError> {
    let filters = one_or_many(dictionary.get("Filter")?);
    let parameters = one_or_many(dictionary.get("DecodeParms")?);
    decode_with(filters, parameters, raw, offset, meter, left)
}

/// The same with the filters and their parameters as they were found: every reference among them followed.
pub(crate) fn decode_with(
    filters: &[Value<'_>],
    parameters: &[Value<'_>],
    raw: &[u8],
    offset: usize,
    meter: Meter<'_>,
    left: usize,
) -> Result<Vec<u8>, PdfError> {
    let limits = meter.limits;
    if filters.len() > limits.filters {
        return Err(PdfError::FilterUnsupported { offset });
    }
    let limit = limits.stream_bytes.min(raw.len().saturating_mul(limits.stream_ratio)).min(left);
    let mut data = None;
    for (index, filter) in filters.iter().enumerate() {
        let name = filter.as_name()?;
        let input = data.as_deref().unwrap_or(raw);
        let parameters = parameters.get(index).filter(|value| value.object != Object::Null);
        data = Some(if name.is("FlateDecode") || name.is("Fl") {
            let inflated = inflate(input, offset, limit, meter)?;
            match parameters {
                Some(parameters) => {
                    meter.budget.charge(inflated.len())?;
                    undo_predictor(inflated, parameters.as_dictionary()?, offset)?
                }
                None => inflated,
            }
        } else if name.is("ASCIIHexDecode") || name.is("AHx") {
            meter.budget.charge(input.len())?;
            ascii_hex(input).ok_or(PdfError::StreamDamaged { offset })?
        } else {
            return Err(PdfError::FilterUnsupported { offset });
        });
    }
    meter.budget.charge(if data.is_none() { raw.len() } else { 0 })?;
    match data {
        Some(data) => Ok(data),
        None if raw.len() > limit => Err(PdfError::DecompressionBomb { offset, limit }),
        None => Ok(raw.to_vec()),
    }
}

/// `/Filter` and `/DecodeParms` are one value or an array of them (7.3.8.2, table 5).
pub(crate) fn one_or_many<'v, 'a>(value: Option<&'v Value<'a>>) -> &'v [Value<'a>] {
    match value {
        Some(Value { object: Object::Array(many), .. }) => many,
        Some(one) => std::slice::from_ref(one),
        None => &[],
    }
}

/// An empty stored block, which is how zlib flushes (RFC 1951, 3.2.4).
const FLUSHED: &[u8] = &[0, 0, 0xFF, 0xFF];

/// Work of starting to inflate, and of each octet of input: a block may be twelve octets long and bring two new code
/// tables, which take as long as three hundred octets of text.
const WORK_PER_INFLATION: usize = 4096;
const WORK_PER_DEFLATED: usize = 16;

/// Inflates a zlib stream (7.4.4) to at most `limit` octets.
fn inflate(input: &[u8], offset: usize, limit: usize, meter: Meter<'_>) -> Result<Vec<u8>, PdfError> {
    meter.budget.charge(input.len().saturating_mul(WORK_PER_DEFLATED).saturating_add(WORK_PER_INFLATION))?;
    let mut inflater = Decompress::new(true);
    let mut output = Vec::with_capacity(input.len().saturating_mul(4).min(limit).max(64));
    loop {
        let consumed = usize::try_from(inflater.total_in()).unwrap_or(usize::MAX);
        let rest = input.get(consumed..).unwrap_or_default();
        let before = (inflater.total_in(), output.len());
        let status = inflater.decompress_vec(rest, &mut output, FlushDecompress::None);
        meter.budget.charge(output.len().saturating_sub(before.1))?;
        if output.len() > limit {
            return Err(PdfError::DecompressionBomb { offset, limit });
        }
        match status.map_err(|_| PdfError::StreamDamaged { offset })? {
            Status::StreamEnd => return Ok(output),
            _ if output.len() == output.capacity() => {
                // One octet over the limit is enough to see that it is passed.
                let room = output.len().max(64).min(limit.saturating_sub(output.len()).saturating_add(1));
                output.reserve_exact(room);
            }
            _ if before == (inflater.total_in(), output.len()) => {
                // No input left and no last block. Writers that flush instead of finishing leave that behind, at the
                // end of a whole block; anything else was cut off.
                return if input.ends_with(FLUSHED) { Ok(output) } else { Err(PdfError::StreamDamaged { offset }) };
            }
            _ => {}
        }
    }
}

/// Pairs of digits up to `>`; anything else than digits and white space is a fault (7.4.2).
fn ascii_hex(input: &[u8]) -> Option<Vec<u8>> {
    let end = input.iter().position(|octet| *octet == b'>')?;
    let mut output = Vec::with_capacity(end / 2);
    let mut high = None;
    for octet in input.get(..end)?.iter().filter(|octet| !is_white_space(**octet)) {
        let digit = hex_digit(*octet)?;
        match high.take() {
            Some(high) => output.push((high << 4) | digit),
            None => high = Some(digit),
        }
    }
    output.extend(high.map(|high: u8| high << 4));
    Some(output)
}

/// Undoes a PNG predictor (7.4.4.4; PNG, 9.2). TIFF's predictor 2 never occurs on the streams read here.
fn undo_predictor(data: Vec<u8>, parameters: &Dictionary<'_>, offset: usize) -> Result<Vec<u8>, PdfError> {
    let number = |key, default| parameters.get(key)?.map_or(Ok(default), Value::as_size);
    match number("Predictor", 1)? {
        1 => return Ok(data),
        10..=15 => {}
        _ => return Err(PdfError::FilterUnsupported { offset }),
    }
    let damaged = PdfError::StreamDamaged { offset };
    let (colors, bits, columns) = (number("Colors", 1)?, number("BitsPerComponent", 8)?, number("Columns", 1)?);
    if !matches!(bits, 1 | 2 | 4 | 8 | 16) || !matches!(colors, 1..=32) || columns == 0 {
        return Err(damaged);
    }
    let pixel_bits = colors.saturating_mul(bits);
    let width = pixel_bits.saturating_mul(columns).div_ceil(8);
    // A row is never longer than the data, so that a hostile /Columns costs nothing.
    if data.is_empty() || width > data.len() {
        return if data.is_empty() { Ok(data) } else { Err(damaged) };
    }
    let rows = data.chunks_exact(width.saturating_add(1));
    if !rows.remainder().is_empty() {
        return Err(damaged);
    }
    let pixel = pixel_bits.div_ceil(8);
    let mut output = Vec::with_capacity(data.len());
    let mut above = vec![0; width];
    for row in rows {
        let Some((tag, row)) = row.split_first() else { return Err(damaged) };
        let mut current: Vec<u8> = Vec::with_capacity(width);
        for (index, (octet, up)) in row.iter().zip(&above).enumerate() {
            let before = |list: &[u8]| index.checked_sub(pixel).and_then(|at| list.get(at)).copied().unwrap_or(0);
            let left = before(&current);
            let predicted = match tag {
                0 => 0,
                1 => left,
                2 => *up,
                3 => left.midpoint(*up),
                4 => paeth(left, *up, before(&above)),
                _ => return Err(damaged),
            };
            current.push(octet.wrapping_add(predicted));
        }
        output.extend_from_slice(&current);
        above = current;
    }
    Ok(output)
}

/// The neighbour nearest to `left + up - corner` (PNG, 9.4).
pub(crate) fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let distance_left = up.abs_diff(corner);
    let distance_up = left.abs_diff(corner);
    let estimate = i16::from(left).saturating_add(i16::from(up)).saturating_sub(i16::from(corner));
    let distance_corner = estimate.abs_diff(i16::from(corner));
    if u16::from(distance_left) <= u16::from(distance_up) && u16::from(distance_left) <= distance_corner {
        left
    } else if u16::from(distance_up) <= distance_corner {
        up
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::Limits;
    use crate::pdf::budget::Budget;
    use crate::pdf::lexer::Lexer;

    /// Decodes `raw` as the data of a stream with this dictionary.
    fn decoded(dictionary: &str, raw: &[u8]) -> Result<Vec<u8>, PdfError> {
        let limits = Limits::default();
        let budget = Budget::for_file(raw.len(), &limits);
        let meter = Meter { limits: &limits, budget: &budget };
        let value = meter.value(&mut Lexer::new(dictionary.as_bytes(), 0)).expect("a dictionary");
        decode(value.as_dictionary().expect("a dictionary"), raw, 7, meter, usize::MAX)
    }

    fn deflated(data: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(data).and_then(|()| encoder.finish()).expect("a vector takes everything")
    }

    const FLATE: &str = "<</Filter/FlateDecode>>";
    const DAMAGED: PdfError = PdfError::StreamDamaged { offset: 7 };

    #[test]
    fn data_without_a_filter_is_itself() {
        assert_eq!(decoded("<<>>", b"DATA"), Ok(b"DATA".to_vec()));
        assert_eq!(decoded("<</Filter[]>>", b"DATA"), Ok(b"DATA".to_vec()));
        assert_eq!(decoded("<</Filter null>>", b"DATA"), Ok(b"DATA".to_vec()));
    }

    #[test]
    fn deflated_data_of_any_size_is_inflated() {
        for size in [0, 1, 63, 64, 65, 5_000, 300_000] {
            // Little enough repeats to stay below the ratio.
            let data: Vec<u8> = (0..size).map(|index: u32| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
            assert_eq!(decoded(FLATE, &deflated(&data)), Ok(data), "{size}");
        }
    }

    #[test]
    fn filters_are_undone_in_their_order() {
        let hex: String = deflated(b"DATA").iter().map(|octet| format!("{octet:02X} ")).collect();
        assert_eq!(decoded("<</Filter[/ASCIIHexDecode/FlateDecode]>>", (hex + ">").as_bytes()), Ok(b"DATA".to_vec()));
    }

    #[test]
    fn data_that_was_cut_off_is_damaged_but_flushed_data_is_whole() {
        let whole = deflated(b"some data that is long enough to be cut");
        for length in 0..whole.len() {
            assert_eq!(decoded(FLATE, &whole[..length]), Err(DAMAGED), "{length}");
        }
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(b"DATA").and_then(|()| encoder.flush()).expect("a vector takes everything");
        let flushed = encoder.get_ref().clone();
        assert_eq!(decoded(FLATE, &flushed), Ok(b"DATA".to_vec()));
        assert_eq!(decoded(FLATE, &flushed[..flushed.len() - 1]), Err(DAMAGED));
    }

    #[test]
    fn a_wrong_checksum_is_damage() {
        let mut data = deflated(b"DATA");
        if let Some(last) = data.last_mut() {
            *last ^= 1;
        }
        assert_eq!(decoded(FLATE, &data), Err(DAMAGED));
    }

    #[test]
    fn two_hundred_times_its_size_is_the_most_a_stream_may_become() {
        let data = deflated(&vec![0; 1_000_000]);
        let limit = data.len() * 200;
        assert_eq!(decoded(FLATE, &data), Err(PdfError::DecompressionBomb { offset: 7, limit }));
        let more = deflated(&vec![0; 200_000]);
        let padded = [&more[..], &vec![0; 1_000 - more.len()]].concat();
        assert_eq!(decoded(FLATE, &padded).map(|data| data.len()), Ok(200_000));
        assert_eq!(decoded(FLATE, &padded[..999]), Err(PdfError::DecompressionBomb { offset: 7, limit: 199_800 }));
    }

    #[test]
    fn a_bomb_inside_a_bomb_is_stopped_at_the_first_layer() {
        let data = deflated(&deflated(&vec![0; 64 << 20]));
        let fault = decoded("<</Filter[/FlateDecode/FlateDecode]>>", &data);
        assert_eq!(fault, Err(PdfError::DecompressionBomb { offset: 7, limit: data.len() * 200 }));
    }

    #[test]
    fn hexadecimal_data_ends_at_its_marker() {
        let hex = "<</Filter/ASCIIHexDecode>>";
        assert_eq!(decoded(hex, b"4 4\n41 5>junk"), Ok(b"DAP".to_vec()));
        assert_eq!(decoded(hex, b"4441"), Err(DAMAGED));
        assert_eq!(decoded(hex, b"44x1>"), Err(DAMAGED));
    }

    /// One row with each of PNG's filters (PNG, 9.2), made here the other way round.
    fn predicted(tag: u8, rows: &[[u8; 6]], pixel: usize) -> Vec<u8> {
        let mut data = Vec::new();
        let mut above = [0; 6];
        for row in rows {
            data.push(tag);
            for (index, octet) in row.iter().enumerate() {
                let before = |row: &[u8; 6]| if index < pixel { 0 } else { row[index - pixel] };
                let (left, up, corner) = (before(row), above[index], before(&above));
                let estimate = i32::from(left) + i32::from(up) - i32::from(corner);
                let nearest = [left, up, corner].into_iter().min_by_key(|near| (estimate - i32::from(*near)).abs());
                let prediction = match tag {
                    1 => left,
                    2 => up,
                    3 => ((u16::from(left) + u16::from(up)) / 2) as u8,
                    4 => nearest.expect("there are three"),
                    _ => 0,
                };
                data.push(octet.wrapping_sub(prediction));
            }
            above = *row;
        }
        data
    }

    #[test]
    fn every_png_predictor_is_undone() {
        let rows = [[1, 200, 3, 40, 5, 60], [250, 2, 0, 255, 128, 7], [9, 9, 9, 8, 8, 8]];
        for tag in 0..=4 {
            for (pixel, colors, columns) in [(1, 1, 6), (2, 2, 3), (3, 3, 2)] {
                let parameters = format!("/Predictor {}/Colors {colors}/Columns {columns}", 10 + tag);
                let dictionary = format!("<</Filter/FlateDecode/DecodeParms<<{parameters}>>>>");
                let data = deflated(&predicted(tag, &rows, pixel));
                assert_eq!(decoded(&dictionary, &data), Ok(rows.concat()), "{tag} {pixel}");
            }
        }
    }

    #[test]
    fn predictors_that_do_not_fit_their_data_are_refused() {
        let data = deflated(&[2, 0, 0, 0, 0, 2, 0, 0, 0, 0]);
        let with = |parameters: &str| decoded(&format!("<</Filter/FlateDecode/DecodeParms<<{parameters}>>>>"), &data);
        assert_eq!(with("/Predictor 12/Columns 4"), Ok(vec![0; 8]));
        for parameters in [
            "/Predictor 12/Columns 3",
            "/Predictor 12/Columns 0",
            "/Predictor 12/Columns 10",
            "/Predictor 12/Columns 2147483647/Colors 32/BitsPerComponent 16",
            "/Predictor 12/Columns 9223372036854775807",
            "/Predictor 12/Columns 4/Colors 0",
            "/Predictor 12/Columns 4/Colors 33",
            "/Predictor 12/Columns 4/BitsPerComponent 7",
        ] {
            assert_eq!(with(parameters), Err(DAMAGED), "{parameters}");
        }
        let unsupported = Err(PdfError::FilterUnsupported { offset: 7 });
        assert_eq!(with("/Predictor 2/Columns 4"), unsupported);
        assert_eq!(with("/Predictor 16/Columns 4"), unsupported);
        let tag = deflated(&[5, 0, 0, 0, 0]);
        let dictionary = "<</Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 4>>>>";
        assert_eq!(decoded(dictionary, &tag), Err(DAMAGED));
    }
}
