//! Lines that fit a terminal.

/// Columns of a terminal.
const WIDTH: usize = 80;

/// Lines, one behind the other.
#[derive(Debug, Default)]
pub(crate) struct Lines(String);

impl Lines {
    /// Adds a text, broken at blanks where it would be wider than the terminal; what follows the first line stands two further in.
    pub(crate) fn add(&mut self, indent: usize, text: &str) {
        let mut column = 0;
        for word in text.split(' ') {
            let width = word.chars().count();
            if column == 0 {
                self.0.push_str(&" ".repeat(indent));
                column = indent;
            } else if column + 1 + width > WIDTH {
                self.0.push('\n');
                self.0.push_str(&" ".repeat(indent + 2));
                column = indent + 2;
            } else {
                self.0.push(' ');
                column += 1;
            }
            self.0.push_str(word);
            column += width;
        }
        self.0.push('\n');
    }

    /// Adds a text as it is: a path is copied, or searched for.
    pub(crate) fn unbroken(&mut self, indent: usize, text: &str) {
        self.0.push_str(&" ".repeat(indent));
        self.0.push_str(text);
        self.0.push('\n');
    }

    pub(crate) fn finish(self) -> String {
        self.0
    }
}

/// Text from outside, made harmless for a terminal.
pub(crate) fn safe(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            // Directional marks, overrides and isolates make "gpj.exe" of "exe.jpg".
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            control if control.is_control() => '\u{fffd}',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_says_cannot_move_the_cursor_or_turn_letters_around() {
        assert_eq!(safe("a\u{1b}[31mb\u{202e}c\nd"), "a\u{fffd}[31mb\u{fffd}c\u{fffd}d");
        assert_eq!(safe("Dinas Kependudukan – Bekasi"), "Dinas Kependudukan – Bekasi");
    }

    #[test]
    fn a_line_is_broken_at_the_last_blank_before_column_eighty() {
        let mut lines = Lines::default();
        lines.add(4, &["word"; 40].join(" "));
        lines.add(2, &"x".repeat(100));
        let text = lines.finish();
        assert!(text.starts_with("    word word"), "{text}");
        let widths: Vec<usize> = text.lines().map(|line| line.chars().count()).collect();
        assert_eq!(widths, [78, 80, 55, 102]);
    }
}
