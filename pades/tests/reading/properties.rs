//! What holds for any input: the lexer moves on, what is written is read, and nothing panics.

use pades::pdf::{Lexer, Object, Parser, PdfString, Ref, Token, Value};
use pades::{Limits, SignedPdf};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::file::File;

/// An object to be written, in the shapes that the reader must tell apart.
#[derive(Clone, Debug)]
enum Written {
    Null,
    Boolean(bool),
    Integer(i64),
    Name(Vec<u8>),
    Literal(Vec<u8>),
    Hexadecimal(Vec<u8>),
    Reference(u32, u16),
    Array(Vec<Self>),
    Dictionary(Vec<(Vec<u8>, Self)>),
}

fn written() -> impl Strategy<Value = Written> {
    let leaf = prop_oneof![
        Just(Written::Null),
        any::<bool>().prop_map(Written::Boolean),
        any::<i64>().prop_map(Written::Integer),
        vec(1_u8.., 0..6).prop_map(Written::Name),
        vec(any::<u8>(), 0..20).prop_map(Written::Literal),
        vec(any::<u8>(), 0..200).prop_map(Written::Hexadecimal),
        (any::<u32>(), any::<u16>()).prop_map(|(number, generation)| Written::Reference(number, generation)),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Written::Array),
            vec((vec(1_u8.., 0..6), inner), 0..6).prop_map(Written::Dictionary),
        ]
    })
}

fn write_name(name: &[u8], output: &mut Vec<u8>) {
    output.push(b'/');
    for octet in name {
        match octet {
            b'a'..=b'z' => output.push(*octet),
            _ => output.extend_from_slice(format!("#{octet:02x}").as_bytes()),
        }
    }
    output.push(b' ');
}

impl Written {
    fn write(&self, output: &mut Vec<u8>) {
        match self {
            Self::Null => output.extend_from_slice(b"null "),
            Self::Boolean(value) => output.extend_from_slice(format!("{value} ").as_bytes()),
            Self::Integer(value) => output.extend_from_slice(format!("{value} ").as_bytes()),
            Self::Name(name) => write_name(name, output),
            Self::Literal(octets) => {
                output.push(b'(');
                for octet in octets {
                    output.extend_from_slice(format!("\\{octet:03o}").as_bytes());
                }
                output.push(b')');
            }
            Self::Hexadecimal(octets) => {
                output.push(b'<');
                output.extend(octets.iter().flat_map(|octet| format!("{octet:02X}").into_bytes()));
                output.push(b'>');
            }
            Self::Reference(number, generation) => {
                output.extend_from_slice(format!("{number} {generation} R ").as_bytes());
            }
            Self::Array(elements) => {
                output.push(b'[');
                elements.iter().for_each(|element| element.write(output));
                output.push(b']');
            }
            Self::Dictionary(entries) => {
                output.extend_from_slice(b"<<");
                for (key, value) in entries {
                    write_name(key, output);
                    value.write(output);
                }
                output.extend_from_slice(b">>");
            }
        }
    }

    fn is(&self, read: &Value<'_>) -> bool {
        match (self, &read.object) {
            (Self::Null, Object::Null) => true,
            (Self::Boolean(written), Object::Boolean(read)) => written == read,
            (Self::Integer(written), Object::Integer(read)) => written == read,
            (Self::Name(written), Object::Name(read)) => *written == *read.octets(),
            (Self::Literal(written), Object::String(string @ PdfString::Literal(_)))
            | (Self::Hexadecimal(written), Object::String(string @ PdfString::Hexadecimal(_))) => {
                *written == *string.octets()
            }
            (Self::Reference(number, generation), Object::Reference(read)) => {
                *read == Ref { number: *number, generation: *generation }
            }
            (Self::Array(written), Object::Array(read)) => {
                written.len() == read.len() && written.iter().zip(read).all(|(written, read)| written.is(read))
            }
            (Self::Dictionary(written), Object::Dictionary(read)) => {
                let read = read.entries();
                written.len() == read.len()
                    && written
                        .iter()
                        .zip(read)
                        .all(|((key, written), (name, read))| *key == *name.octets() && written.is(read))
            }
            _ => false,
        }
    }
}

/// A signed file with all there is to get wrong: two revisions, an object stream, a signature.
fn rich() -> Vec<u8> {
    let mut file = File::page("/AcroForm<</Fields[5 0 R 8 0 R]>>/Perms<</DocMDP 6 0 R>>");
    file.object(5, "<</FT/Sig/T(a)/V 6 0 R/Kids[7 0 R]>>");
    file.object(6, "<</ByteRange[0 100 200 300]/Contents<3003020100>/Reference[<</TransformMethod/DocMDP>>]>>");
    let rows: Vec<(u32, [u32; 3])> =
        file.offsets.iter().map(|(number, offset)| (*number, [1, *offset as u32, 0])).collect();
    let objects = file.octets.len() as u32;
    file.stream(9, "/Type/ObjStm/N 2/First 8", "7 0 8 9 <</T(b)>><</T(c)/FT/Sig>>");
    let rows = [&rows[..], &[(7, [2, 9, 0]), (8, [2, 9, 1]), (9, [1, objects, 0])]].concat();
    let section = file.stream_section(10, &rows, "");
    file.end(section);
    file.object(3, "<</Type/Page/Parent 2 0 R/Rotate 90>>");
    file.finish_with("");
    file.octets
}

#[test]
fn the_file_that_is_mutated_is_well_formed() {
    let file = rich();
    let pdf = SignedPdf::open(&file[..], &Limits::default()).unwrap();
    assert_eq!((pdf.revisions().len(), pdf.signatures().len()), (2, 1));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(object in written()) {
        let mut octets = Vec::new();
        object.write(&mut octets);
        let limits = Limits::default();
        let mut parser = Parser::new(Lexer::new(&octets, 0), &limits);
        let read = parser.value().expect("it was written by the grammar");
        prop_assert!(object.is(&read), "{} as {read:?}", octets.escape_ascii());
        prop_assert_eq!(read.span().start, 0);
        prop_assert!(octets[read.span().end..].iter().all(|octet| *octet == b' '));
    }

    #[test]
    fn the_lexer_moves_on_until_the_end(octets in vec(
        prop_oneof![any::<u8>(), proptest::sample::select(b"()<>[]{}/%\\ \r\n0123456789abR+-.#".to_vec())], 0..300,
    )) {
        let mut lexer = Lexer::new(&octets, 0);
        let mut position = 0;
        while let Ok((token, span)) = lexer.next_token() {
            prop_assert!(position <= span.start && span.end <= octets.len());
            if token == Token::End {
                prop_assert_eq!(span, octets.len()..octets.len());
                break;
            }
            prop_assert!(span.start < span.end);
            position = span.end;
            // A token is itself, whatever stands around it.
            let alone = Lexer::new(&octets[span.clone()], 0).next_token();
            prop_assert_eq!(alone, Ok((token, 0..span.len())));
        }
    }

    #[test]
    fn a_changed_file_opens_or_is_refused(
        changes in vec((any::<proptest::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<proptest::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut file = rich();
        for (index, octet) in changes {
            let at = index.index(file.len());
            file[at] = octet;
        }
        if is_cut {
            file.truncate(cut.index(file.len()));
        }
        if let Ok(pdf) = SignedPdf::open(&file[..], &Limits::default()) {
            for signature in pdf.signatures() {
                if let Ok(range) = signature.well_formed() {
                    prop_assert_eq!(Some(range.gap()), signature.contents_span());
                    prop_assert!(range.end() <= file.len());
                }
            }
            for revision in 0..pdf.revisions().len() {
                prop_assert!(pdf.revisions()[revision].end <= file.len());
                let _read_or_refused = pdf.document().changes(revision);
            }
        }
    }
}
