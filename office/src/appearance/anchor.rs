//! Where a text stands on a page.
//!
//! Letters come in the order in which a page draws them, which is any order. They are sorted into lines by their baselines and compared
//! without spaces: most producers place words and draw no space. A text that is drawn twice in one place, to look bold, is one text.
//! A text that runs over the end of a line, or upwards, is not found.

use super::sight::Letter;

/// Letters whose baselines are apart by less than this part of their size stand on one line.
const SAME_LINE: f64 = 0.25;
/// The same letter twice, closer than this part of its size, is one that is drawn bold.
const SAME_LETTER: f64 = 0.15;

/// Beginning of a text on the page: left edge of its first letter, and its baseline, in the page's units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// All places where `text` stands, from the upper edge down.
pub(super) fn find(letters: &[Letter], text: &str) -> Vec<Found> {
    let wanted: Vec<char> = text.chars().filter(|character| !character.is_whitespace()).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    lines(letters)
        .iter()
        .flat_map(|line| {
            // Each character with the letter that it came from: one letter may be several characters, as in a ligature.
            let characters: Vec<(char, &Letter)> = line
                .iter()
                .flat_map(|letter| letter.text.chars().map(move |character| (character, *letter)))
                .filter(|(character, _)| !character.is_whitespace())
                .collect();
            characters
                .windows(wanted.len())
                .filter(|window| window.iter().map(|(character, _)| character).eq(&wanted))
                .filter_map(|window| window.first().map(|(_, letter)| Found { x: letter.x, y: letter.y }))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The lines of a page from the upper edge down, the letters of each from left to right.
fn lines(letters: &[Letter]) -> Vec<Vec<&Letter>> {
    let mut sorted: Vec<&Letter> = letters.iter().filter(|letter| !letter.text.trim().is_empty()).collect();
    sorted.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut lines: Vec<Vec<&Letter>> = Vec::new();
    for letter in sorted {
        match lines.last_mut() {
            Some(line)
                if line.last().is_some_and(|last| letter.y - last.y < SAME_LINE * letter.size.min(last.size)) =>
            {
                line.push(letter);
            }
            _ => lines.push(vec![letter]),
        }
    }
    for line in &mut lines {
        line.sort_by(|a, b| a.x.total_cmp(&b.x));
        line.dedup_by(|b, a| a.text == b.text && b.x - a.x < SAME_LETTER * a.size);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of letters half as wide as high.
    fn written(text: &str, x: f64, y: f64, size: f64) -> Vec<Letter> {
        let mut x = x;
        let mut letters = Vec::new();
        for character in text.chars() {
            letters.push(Letter { text: character.to_string(), x, y, size });
            x += size / 2.0;
        }
        letters
    }

    #[test]
    fn a_text_is_found_whatever_the_order_and_the_spaces_in_which_it_is_drawn() {
        let mut letters = written("Kota Contoh", 300.0, 480.0, 11.0);
        letters.extend(written("KepalaDinas,", 300.0, 500.0, 11.0));
        letters.reverse();
        assert_eq!(find(&letters, "Kepala Dinas,"), [Found { x: 300.0, y: 500.0 }]);
        assert_eq!(find(&letters, "Dinas"), [Found { x: 333.0, y: 500.0 }]);
        assert_eq!(find(&letters, "Kepala Dinas X"), []);
        assert_eq!(find(&letters, "   "), []);
    }

    #[test]
    fn a_text_that_stands_there_twice_is_found_twice() {
        let mut letters = written("Kepala Dinas", 72.0, 700.0, 11.0);
        letters.extend(written("Kepala Dinas", 300.0, 200.0, 11.0));
        assert_eq!(find(&letters, "Kepala Dinas"), [Found { x: 300.0, y: 200.0 }, Found { x: 72.0, y: 700.0 }]);
        let beside = [written("NIP", 10.0, 100.0, 10.0), written("NIP", 90.0, 100.0, 10.0)].concat();
        assert_eq!(find(&beside, "NIP").len(), 2);
    }

    #[test]
    fn a_text_that_is_drawn_twice_to_look_bold_is_one() {
        let letters = [written("NIP", 10.0, 100.0, 10.0), written("NIP", 10.3, 100.1, 10.0)].concat();
        assert_eq!(find(&letters, "NIP").len(), 1);
        // Two letters of a word are further apart than that.
        assert_eq!(find(&written("AA", 0.0, 0.0, 10.0), "AA").len(), 1);
    }

    #[test]
    fn a_ligature_is_the_letters_that_it_stands_for() {
        let mut letters = written("Arsip", 10.0, 100.0, 10.0);
        letters.push(Letter { text: "fi".into(), x: 60.0, y: 100.0, size: 10.0 });
        assert_eq!(find(&letters, "pfi"), [Found { x: 30.0, y: 100.0 }]);
    }

    #[test]
    fn lines_that_follow_closely_stay_apart() {
        let letters = [written("satu", 10.0, 100.0, 10.0), written("dua", 10.0, 110.0, 10.0)].concat();
        assert_eq!(find(&letters, "satudua"), []);
        assert_eq!(find(&letters, "dua"), [Found { x: 10.0, y: 110.0 }]);
    }
}
