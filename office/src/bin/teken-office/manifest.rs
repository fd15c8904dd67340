//! `--numbers-from`: a table of the files and their numbers.
//!
//! The first line names the columns, in any order: `file` and `number`, and, if wanted, `type` and `replaces`. The separator is the
//! first of tab, semicolon and comma that stands in that line: a spreadsheet in Indonesian writes semicolons. A field may be quoted
//! with `"`, doubled inside (RFC 4180). Empty lines are skipped. Nothing else is accepted: a line that is understood in half would
//! sign a document under another one's number.

use thiserror::Error;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// Line in the table, from 1.
    pub(crate) line: usize,
    pub(crate) file: String,
    pub(crate) number: String,
    pub(crate) document_type: Option<String>,
    pub(crate) replaces: Option<String>,
}

/// Why a table is not understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum TableError {
    #[error("the table has no line that names its columns")]
    Empty,
    #[error("column {column:?} is none of file, number, type, replaces")]
    UnknownColumn { column: String },
    #[error("column {column} occurs twice")]
    RepeatedColumn { column: &'static str },
    #[error("column {column} is missing")]
    MissingColumn { column: &'static str },
    #[error("line {line} has {found} fields; the first line names {expected}")]
    FieldCount { line: usize, found: usize, expected: usize },
    #[error("line {line} has no {column}")]
    EmptyField { line: usize, column: &'static str },
    #[error("line {line} has a quotation mark that does not belong there, or none at the end")]
    Quotation { line: usize },
}

const COLUMNS: [&str; 4] = ["file", "number", "type", "replaces"];

/// Reads a table.
pub(crate) fn read(text: &str) -> Result<Vec<Row>, TableError> {
    // Spreadsheets put a byte order mark in front.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let (header_index, header) = lines.next().ok_or(TableError::Empty)?;
    let separator = ['\t', ';', ','].into_iter().find(|separator| header.contains(*separator)).unwrap_or(',');

    let mut columns = Vec::new();
    for name in fields(header, separator, header_index.saturating_add(1))? {
        let known = COLUMNS.into_iter().find(|column| name.trim().eq_ignore_ascii_case(column));
        let column = known.ok_or(TableError::UnknownColumn { column: name })?;
        if columns.contains(&column) {
            return Err(TableError::RepeatedColumn { column });
        }
        columns.push(column);
    }
    if let Some(column) = ["file", "number"].into_iter().find(|column| !columns.contains(column)) {
        return Err(TableError::MissingColumn { column });
    }

    lines
        .map(|(index, text)| {
            let line = index.saturating_add(1);
            let fields = fields(text, separator, line)?;
            if fields.len() != columns.len() {
                return Err(TableError::FieldCount { line, found: fields.len(), expected: columns.len() });
            }
            let field = |column: &'static str| {
                let place = columns.iter().position(|name| *name == column)?;
                fields.get(place).map(|field| field.trim().to_owned()).filter(|field| !field.is_empty())
            };
            let required = |column| field(column).ok_or(TableError::EmptyField { line, column });
            Ok(Row {
                line,
                file: required("file")?,
                number: required("number")?,
                document_type: field("type"),
                replaces: field("replaces"),
            })
        })
        .collect()
}

/// Splits a line. A field with a line break is not accepted: no number and no file name has one.
fn fields(line: &str, separator: char, number: usize) -> Result<Vec<String>, TableError> {
    let misplaced = TableError::Quotation { line: number };
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => unquote(quoted).ok_or_else(|| misplaced.clone())?,
            None => {
                let end = rest.find(separator).unwrap_or(rest.len());
                let (field, after) = rest.split_at(end);
                if field.contains('"') {
                    return Err(misplaced);
                }
                (field.to_owned(), after)
            }
        };
        fields.push(field);
        match after.strip_prefix(separator) {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(fields),
            None => return Err(misplaced),
        }
    }
}

/// The text up to the closing quotation mark, and what follows it.
fn unquote(quoted: &str) -> Option<(String, &str)> {
    let mut field = String::new();
    let mut rest = quoted;
    loop {
        let (text, after) = rest.split_once('"')?;
        field.push_str(text);
        match after.strip_prefix('"') {
            Some(next) => {
                field.push('"');
                rest = next;
            }
            None => return Some((field, after)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: usize, file: &str, number: &str) -> Row {
        Row { line, file: file.into(), number: number.into(), document_type: None, replaces: None }
    }

    #[test]
    fn comma_semicolon_and_tab_are_understood_by_the_first_line() {
        for text in
            ["file,number\na.pdf,470/1\n", "file;number\r\na.pdf;470/1\r\n", "\u{feff}file\tnumber\na.pdf\t470/1"]
        {
            assert_eq!(read(text), Ok(vec![row(2, "a.pdf", "470/1")]), "{text:?}");
        }
    }

    #[test]
    fn columns_come_in_any_order_and_empty_ones_are_absent() {
        let text = "Number;File;Type;Replaces\n470/1;a.pdf;kk;\n\n470/2;b.pdf;;offices/a/signatures/1\n";
        let first = Row { document_type: Some("kk".into()), ..row(2, "a.pdf", "470/1") };
        let second = Row { replaces: Some("offices/a/signatures/1".into()), ..row(4, "b.pdf", "470/2") };
        assert_eq!(read(text), Ok(vec![first, second]));
    }

    #[test]
    fn a_quoted_field_keeps_its_separators_and_marks() {
        let text = "file,number\n\"a, \"\"b\"\".pdf\",\"470,1\"\n";
        assert_eq!(read(text), Ok(vec![row(2, "a, \"b\".pdf", "470,1")]));
    }

    #[test]
    fn the_first_separator_by_rank_wins_so_that_a_number_may_hold_the_others() {
        assert_eq!(read("file;number\na,1.pdf;470,1\n"), Ok(vec![row(2, "a,1.pdf", "470,1")]));
    }

    #[test]
    fn a_table_that_is_understood_in_half_is_refused() {
        for (text, error) in [
            ("", TableError::Empty),
            ("\n \n", TableError::Empty),
            ("a.pdf,470/1\n", TableError::UnknownColumn { column: "a.pdf".into() }),
            ("file,number,nik\n", TableError::UnknownColumn { column: "nik".into() }),
            ("file,number,file\n", TableError::RepeatedColumn { column: "file" }),
            ("file,type\n", TableError::MissingColumn { column: "number" }),
            ("number\n", TableError::MissingColumn { column: "file" }),
            ("file,number\na.pdf\n", TableError::FieldCount { line: 2, found: 1, expected: 2 }),
            ("file,number\na.pdf,1,2\n", TableError::FieldCount { line: 2, found: 3, expected: 2 }),
            ("file,number\na.pdf, \n", TableError::EmptyField { line: 2, column: "number" }),
            ("file,number\n,1\n", TableError::EmptyField { line: 2, column: "file" }),
            ("file,number\n\"a.pdf,1\n", TableError::Quotation { line: 2 }),
            ("file,number\n\"a.pdf\"x,1\n", TableError::Quotation { line: 2 }),
            ("file,number\na\".pdf,1\n", TableError::Quotation { line: 2 }),
        ] {
            assert_eq!(read(text), Err(error), "{text:?}");
        }
    }
}
