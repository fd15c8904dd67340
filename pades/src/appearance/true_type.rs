//! TrueType without instructions (OpenType, glyf, loca, head, maxp).
//!
//! Instructions fit outlines to the pixels of old screens. No printer and no reader of today needs them, and they are
//! more than a third of a small subset. Job: drop them, and change nothing of the outlines. Invariant: what is not
//! built as the standard says is left as it is.

/// Tables that only instructions use.
const ONLY_FOR_INSTRUCTIONS: [&[u8; 4]; 3] = [b"cvt ", b"fpgm", b"prep"];
/// Where `head` has the file's check value, and what the sum of the file must be.
const CHECK_VALUE_AT: usize = 8;
const CHECK_SUM: u32 = 0xB1B0_AFBA;
/// Flags of a component of a composite glyph.
const WORDS: u16 = 1;
const SCALE: u16 = 1 << 3;
const MORE: u16 = 1 << 5;
const TWO_SCALES: u16 = 1 << 6;
const MATRIX: u16 = 1 << 7;
const INSTRUCTIONS: u16 = 1 << 8;

/// The font with empty instructions, `None` when it is not built as expected.
pub(super) fn without_instructions(font: &[u8]) -> Option<Vec<u8>> {
    let tables = tables(font)?;
    let table = |tag: &[u8; 4]| tables.iter().find(|(known, _)| known == tag).map(|(_, octets)| *octets);
    let (glyf, loca, head) = (table(b"glyf")?, table(b"loca")?, table(b"head")?);
    let is_long = match u16_at(head, 50)? {
        0 => false,
        1 => true,
        _ => return None,
    };
    let mut glyphs = Vec::new();
    let mut offsets = vec![0_u32];
    for [start, end] in offsets_of(loca, is_long).array_windows() {
        glyphs.extend(glyph(glyf.get(*start..*end)?)?);
        // Long offsets may be odd, but readers prefer whole words.
        glyphs.resize(glyphs.len().next_multiple_of(4), 0);
        offsets.push(u32::try_from(glyphs.len()).ok()?);
    }
    let mut kept = Vec::new();
    for (tag, octets) in &tables {
        let octets = match tag {
            b"glyf" => glyphs.clone(),
            b"loca" => offsets.iter().flat_map(|offset| offset.to_be_bytes()).collect(),
            b"head" => {
                let mut head = octets.to_vec();
                head.get_mut(50..52)?.copy_from_slice(&[0, 1]);
                head.get_mut(CHECK_VALUE_AT..12)?.fill(0);
                head
            }
            // maxSizeOfInstructions is kept: it is an upper bound.
            _ if ONLY_FOR_INSTRUCTIONS.contains(&tag) => continue,
            _ => octets.to_vec(),
        };
        kept.push((*tag, octets));
    }
    write(&kept)
}

/// The table directory, in the order of the file.
fn tables(font: &[u8]) -> Option<Vec<([u8; 4], &[u8])>> {
    let count = usize::from(u16_at(font, 4)?);
    let records = font.get(12..)?.as_chunks::<16>().0.get(..count)?;
    let mut tables = Vec::new();
    for record in records {
        let (offset, length) = (u32_at(record, 8)?, u32_at(record, 12)?);
        tables.push((*record.first_chunk()?, font.get(offset..offset.checked_add(length)?)?));
    }
    Some(tables)
}

fn offsets_of(loca: &[u8], is_long: bool) -> Vec<usize> {
    if is_long {
        loca.as_chunks().0.iter().map(|offset| u32::from_be_bytes(*offset) as usize).collect()
    } else {
        loca.as_chunks().0.iter().map(|half| usize::from(u16::from_be_bytes(*half)).saturating_mul(2)).collect()
    }
}

fn glyph(octets: &[u8]) -> Option<Vec<u8>> {
    if octets.is_empty() {
        return Some(Vec::new());
    }
    let contours = u16_at(octets, 0)?;
    // A negative number of contours is a composite.
    if contours >= 0x8000 { composite(octets) } else { simple(octets, usize::from(contours)) }
}

/// Ten octets of header, the ends of the contours, the length of the instructions, these, and the outline.
fn simple(octets: &[u8], contours: usize) -> Option<Vec<u8>> {
    let length_at = contours.checked_mul(2)?.checked_add(10)?;
    let start = length_at.checked_add(2)?;
    let end = start.checked_add(usize::from(u16_at(octets, length_at)?))?;
    Some([octets.get(..length_at)?, &[0, 0], octets.get(end..)?].concat())
}

/// Components, of which the last one says whether instructions follow.
fn composite(octets: &[u8]) -> Option<Vec<u8>> {
    let mut out = octets.get(..10)?.to_vec();
    let mut rest = octets.get(10..)?;
    loop {
        let flags = u16_at(rest, 0)?;
        let mut length = if flags & WORDS == 0 { 6 } else { 8 };
        for (flag, octets) in [(SCALE, 2_usize), (TWO_SCALES, 4), (MATRIX, 8)] {
            if flags & flag != 0 {
                length = octets.checked_add(length)?;
            }
        }
        out.extend_from_slice(&(flags & !INSTRUCTIONS).to_be_bytes());
        out.extend_from_slice(rest.get(2..length)?);
        rest = rest.get(length..)?;
        if flags & MORE == 0 {
            return Some(out);
        }
    }
}

/// A font file of these tables.
fn write(tables: &[([u8; 4], Vec<u8>)]) -> Option<Vec<u8>> {
    let count = u16::try_from(tables.len()).ok()?;
    let power = count.checked_ilog2()?;
    let range = 16_u16.checked_shl(power)?;
    let mut out = vec![0, 1, 0, 0];
    for number in [count, range, u16::try_from(power).ok()?, count.checked_mul(16)?.checked_sub(range)?] {
        out.extend_from_slice(&number.to_be_bytes());
    }
    let mut offset = tables.len().checked_mul(16)?.checked_add(12)?;
    let mut body = Vec::new();
    let mut head_at = None;
    for (tag, octets) in tables {
        if tag == b"head" {
            head_at = Some(offset);
        }
        out.extend_from_slice(tag);
        for number in [check_sum(octets), u32::try_from(offset).ok()?, u32::try_from(octets.len()).ok()?] {
            out.extend_from_slice(&number.to_be_bytes());
        }
        let before = body.len();
        body.extend_from_slice(octets);
        body.resize(body.len().next_multiple_of(4), 0);
        offset = offset.checked_add(body.len().checked_sub(before)?)?;
    }
    out.extend_from_slice(&body);
    let check = CHECK_SUM.wrapping_sub(check_sum(&out)).to_be_bytes();
    let at = head_at?.checked_add(CHECK_VALUE_AT)?;
    out.get_mut(at..at.checked_add(4)?)?.copy_from_slice(&check);
    Some(out)
}

/// The sum of all words, the last one filled with zeros.
fn check_sum(octets: &[u8]) -> u32 {
    octets.chunks(4).fold(0, |sum: u32, chunk| {
        let mut word = [0; 4];
        word.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
        sum.wrapping_add(u32::from_be_bytes(word))
    })
}

fn u16_at(octets: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*octets.get(at..)?.first_chunk()?))
}

fn u32_at(octets: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_be_bytes(*octets.get(at..)?.first_chunk()?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simple_glyph_loses_its_instructions_and_nothing_else() {
        let header = [0, 1, 0, 0, 0, 0, 0, 9, 0, 9];
        let with = [&header[..], &[0, 3], &[0, 2], b"ii", b"outline"].concat();
        let without = [&header[..], &[0, 3], &[0, 0], b"outline"].concat();
        assert_eq!(glyph(&with), Some(without));
    }

    #[test]
    fn a_composite_loses_its_instructions_and_the_flag_that_promises_them() {
        let header = [0xFF, 0xFF, 0, 0, 0, 0, 0, 9, 0, 9];
        let with = [&header[..], &[0, 0x20, 0, 7, 1, 2], &[1, 8, 0, 8, 1, 2, 0x40, 0], &[0, 1, 0x2F]].concat();
        let without = [&header[..], &[0, 0x20, 0, 7, 1, 2], &[0, 8, 0, 8, 1, 2, 0x40, 0]].concat();
        assert_eq!(glyph(&with), Some(without));
    }

    #[test]
    fn what_is_cut_off_is_left_as_it_is() {
        assert_eq!(without_instructions(b""), None);
        assert_eq!(without_instructions(&[0, 1, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0]), None);
        assert_eq!(glyph(&[0, 1, 0, 0, 0, 0, 0, 9, 0, 9, 0, 3, 0xFF, 0xFF]), None);
        assert_eq!(glyph(&[0xFF, 0xFF, 0, 0, 0, 0, 0, 9, 0, 9, 0, 0x20]), None);
    }
}
