//! The ToUnicode CMap (ISO 32000-2, 9.10.3): which text the glyphs of a font stand for, so that it can be searched and copied.

use std::collections::BTreeMap;

/// A block of a CMap holds at most so many entries.
const BLOCK: usize = 100;

/// Glyphs in a row that stand for characters in a row.
struct Range {
    first: u16,
    count: u16,
    character: char,
}

/// The CMap for these glyphs and characters. Where a glyph stands for several, such as both kinds of space, the first is its text.
pub(super) fn cmap(characters: impl Iterator<Item = (u16, char)>) -> String {
    let ranges = ranges(characters);
    let mut map = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
         /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n\
         /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
         1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n",
    );
    let (single, several): (Vec<_>, Vec<_>) = ranges.iter().partition(|range| range.count == 1);
    for block in several.chunks(BLOCK) {
        map.push_str(&format!("{} beginbfrange\n", block.len()));
        for Range { first, count, character } in block {
            let last = first.saturating_add(count.saturating_sub(1));
            map.push_str(&format!("<{first:04X}> <{last:04X}> <{}>\n", utf_16(*character)));
        }
        map.push_str("endbfrange\n");
    }
    for block in single.chunks(BLOCK) {
        map.push_str(&format!("{} beginbfchar\n", block.len()));
        for Range { first, character, .. } in block {
            map.push_str(&format!("<{first:04X}> <{}>\n", utf_16(*character)));
        }
        map.push_str("endbfchar\n");
    }
    map.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    map
}

/// In the order of the glyphs. Only the last octet of codes and characters changes within a range, as the CMap requires.
fn ranges(characters: impl Iterator<Item = (u16, char)>) -> Vec<Range> {
    let mut by_glyph = BTreeMap::new();
    for (glyph, character) in characters {
        by_glyph.entry(glyph).or_insert(character);
    }
    let mut ranges: Vec<Range> = Vec::new();
    for (glyph, character) in by_glyph {
        match ranges.last_mut() {
            Some(range) if range.continues_with(glyph, character) => range.count = range.count.saturating_add(1),
            _ => ranges.push(Range { first: glyph, count: 1, character }),
        }
    }
    ranges
}

impl Range {
    fn continues_with(&self, glyph: u16, character: char) -> bool {
        let (from, to) = (u32::from(self.character), u32::from(character));
        self.first.checked_add(self.count) == Some(glyph)
            && from.checked_add(u32::from(self.count)) == Some(to)
            && self.first >> 8 == glyph >> 8
            && from >> 8 == to >> 8
    }
}

fn utf_16(character: char) -> String {
    character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("{unit:04X}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(characters: &[(u16, char)]) -> Vec<String> {
        let map = cmap(characters.iter().copied());
        map.lines().filter(|line| line.starts_with('<') && *line != "<0000> <FFFF>").map(str::to_owned).collect()
    }

    #[test]
    fn characters_in_a_row_are_one_range_and_others_stand_alone() {
        let characters = [(1, 'A'), (2, 'B'), (3, 'C'), (4, 'a'), (6, 'b'), (7, '\u{1F600}')];
        assert_eq!(
            entries(&characters),
            ["<0001> <0003> <0041>", "<0004> <0061>", "<0006> <0062>", "<0007> <D83DDE00>"]
        );
    }

    #[test]
    fn a_glyph_of_two_characters_stands_for_the_first() {
        assert_eq!(entries(&[(1, ' '), (1, '\u{A0}'), (2, '!')]), ["<0001> <0002> <0020>"]);
    }

    #[test]
    fn no_range_passes_the_last_octet_of_a_code_or_of_a_character() {
        let glyphs = [(0xFE, 'a'), (0xFF, 'b'), (0x100, 'c'), (0x101, 'd')];
        assert_eq!(entries(&glyphs), ["<00FE> <00FF> <0061>", "<0100> <0101> <0063>"]);
        let characters = [(1, '\u{FE}'), (2, '\u{FF}'), (3, '\u{100}'), (4, '\u{101}')];
        assert_eq!(entries(&characters), ["<0001> <0002> <00FE>", "<0003> <0004> <0100>"]);
    }

    #[test]
    fn a_block_has_at_most_a_hundred_entries() {
        let characters: Vec<_> =
            (0..250_u16).map(|at| (at * 2, char::from_u32(0x4E00 + u32::from(at)).expect("Han"))).collect();
        let map = cmap(characters.into_iter());
        assert_eq!(map.matches("100 beginbfchar").count(), 2);
        assert_eq!(map.matches("50 beginbfchar").count(), 1);
    }
}
