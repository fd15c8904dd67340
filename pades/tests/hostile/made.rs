//! Hostile files made here, each for one weakness that readers had.

use std::io::Write;

use crate::file::File;

/// Name and octets of each.
pub(crate) fn all() -> Vec<(String, Vec<u8>)> {
    [
        ("made: 300,000 startxref", repeated(b"startxref\n9\n%%EOF\n", 300_000)),
        ("made: 300,000 startxref without a number", repeated(b"startxref ", 300_000)),
        ("made: a comment of 20 MiB", comment(20 << 20)),
        ("made: a name of 8 MiB", File::page(&format!("/{} 1", "A".repeat(8 << 20))).finish()),
        ("made: a million open parentheses", File::page(&format!("/X {}", "(".repeat(1_000_000))).finish()),
        ("made: a million open arrays", File::page(&format!("/X {}", "[".repeat(1_000_000))).finish()),
        ("made: two million empty arrays", File::page(&format!("/X[{}]", "[]".repeat(2_000_000))).finish()),
        ("made: a million empty subsections", empty_subsections(1_000_000)),
        ("made: 2,000 revisions", revisions(2_000)),
        ("made: 50,000 fields with one array of 100,000 kids", shared_kids(50_000, 100_000)),
        ("made: 60 levels of fields with one array of 500,000 kids", deep_shared_kids()),
        ("made: 100,000 references in a row", reference_chain(100_000)),
        ("made: 20,000 unterminated strings", unterminated_strings(20_000)),
        ("made: 300 object streams of 1 MiB each", object_streams(300, 1 << 20)),
        ("made: 30,000 object streams in one place of the store", object_streams(30_000, 16)),
        ("made: 20,000 objects in one bad object stream", bad_object_stream(20_000)),
        ("made: 600 object streams of which each holds all that follow", nested_object_streams(600)),
        ("made: an object stream that says it holds a million", object_stream_count()),
        ("made: a bomb in a cross-reference stream", bomb(64 << 20)),
        ("made: a ByteRange of two million numbers", byte_range(2_000_000)),
        ("made: a Contents of 8 MiB", contents(8 << 20)),
        ("made: 1,000 references in /Reference that share one dictionary", signature_references(100_000)),
    ]
    .map(|(name, octets)| (name.to_owned(), octets))
    .into()
}

fn repeated(text: &[u8], times: usize) -> Vec<u8> {
    let mut file = File::page("").finish();
    file.extend_from_slice(&text.repeat(times));
    file
}

fn comment(length: usize) -> Vec<u8> {
    let mut file = File::new();
    file.push("%".repeat(length));
    file.push("\n");
    file.object(1, "<</Type/Catalog>>");
    file.finish()
}

fn empty_subsections(count: usize) -> Vec<u8> {
    let mut file = File::page("");
    let section = file.table();
    file.push("0 0\n".repeat(count));
    file.push("trailer<</Size 4/Root 1 0 R>>\n");
    file.end(section);
    file.octets
}

fn revisions(count: usize) -> Vec<u8> {
    let mut file = File::page("");
    for _ in 0..count {
        file.finish_with("");
    }
    file.octets
}

fn shared_kids(fields: u32, kids: u32) -> Vec<u8> {
    let all: String = (10..10 + fields).map(|number| format!("{number} 0 R ")).collect();
    let mut file = File::page(&format!("/AcroForm<</Fields[{all}]>>"));
    let numbers: String = (0..kids).map(|kid| format!("{} 0 R ", 900_000 + kid % 7)).collect();
    file.object(5, format!("[{numbers}]"));
    for number in 10..10 + fields {
        file.object(number, "<</Kids 5 0 R>>");
    }
    file.finish()
}

fn deep_shared_kids() -> Vec<u8> {
    let mut file = File::page("/AcroForm<</Fields[10 0 R]>>");
    // The last element leads one level down, whichever level it is read at.
    let numbers: String = (10..70).map(|number| format!("{number} 0 R ")).collect();
    file.object(5, format!("[{}{numbers}]", "0 ".repeat(500_000)));
    for number in 10..70 {
        file.object(number, "<</FT/Sig/T(a)/Kids 5 0 R>>");
    }
    file.finish()
}

fn reference_chain(length: u32) -> Vec<u8> {
    let mut file = File::page("/AcroForm 10 0 R");
    for number in 10..10 + length {
        file.object(number, format!("{} 0 R", number + 1));
    }
    file.finish()
}

fn unterminated_strings(count: u32) -> Vec<u8> {
    let fields: String = (10..10 + count).map(|number| format!("{number} 0 R ")).collect();
    let mut file = File::page("");
    for number in 10..10 + count {
        file.object(number, "<</FT/Sig/T(a)/V (");
    }
    file.object(1, format!("<</Type/Catalog/AcroForm<</Fields[{fields}]>>>>"));
    file.finish()
}

fn object_streams(count: u32, length: usize) -> Vec<u8> {
    let fields: String = (0..count).map(|index| format!("{} 0 R ", 200_000 + index)).collect();
    let mut file = File::new();
    let mut rows = vec![(1, [1, file.octets.len() as u32, 0])];
    file.object(1, format!("<</Type/Catalog/AcroForm<</Fields[{fields}]>>>>"));
    for index in 0..count {
        // Offsets a thousand and twenty-four octets apart meet in any table of that size or a smaller power of two.
        let gap = file.octets.len().next_multiple_of(if length > 1_000 { 1 } else { 1_024 }) - file.octets.len();
        file.push(vec![b' '; gap]);
        let number = 200_000 + index;
        rows.push((number, [2, 10 + index, 0]));
        rows.push((10 + index, [1, file.octets.len() as u32, 0]));
        let head = format!("{number} 0 ");
        let mut data = format!("{head}<</FT/Sig/Kids[]>>").into_bytes();
        data.resize(length.max(data.len()), b' ');
        let dictionary = format!("/Type/ObjStm/N 1/First {}/Filter/FlateDecode", head.len());
        file.stream(10 + index, &dictionary, deflated(&data));
    }
    rows.sort_unstable();
    let section = file.stream_section(5, &rows, "");
    file.end(section);
    file.octets
}

/// Data that inflates to nothing, in as many blocks as possible, each with its own code tables (RFC 1951, 3.2.7).
fn empty_blocks(count: usize) -> Vec<u8> {
    let mut bits: Vec<bool> = Vec::new();
    let mut put = |value: u32, count: u32| bits.extend((0..count).map(|bit| value >> bit & 1 == 1));
    for index in 1..=count {
        put(u32::from(index == count), 1);
        put(2, 2);
        put(0, 10);
        put(14, 4);
        // Lengths of the code for lengths, in the order of the RFC: 18 has one bit, 0 and 1 have two.
        for length in [0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2] {
            put(length, 3);
        }
        // Octet 0 and the end of a block have a code of one bit, as has the only distance; nothing else has one.
        put(0b11, 2);
        put(0, 1);
        put(138 - 11, 7);
        put(0, 1);
        put(117 - 11, 7);
        put(0b1111, 4);
        put(1, 1);
    }
    let mut data = vec![0x78, 0x9C];
    data.extend(bits.chunks(8).map(|octet| octet.iter().rev().fold(0, |octet, bit| octet << 1 | u8::from(*bit))));
    data.extend_from_slice(&1_u32.to_be_bytes());
    data
}

fn bad_object_stream(count: u32) -> Vec<u8> {
    let fields: String = (0..count).map(|index| format!("{} 0 R ", 100 + index)).collect();
    let mut file = File::new();
    let mut rows = vec![(1, [1, file.octets.len() as u32, 0])];
    file.object(1, format!("<</Type/Catalog/AcroForm<</Fields[{fields}]>>>>"));
    rows.push((6, [1, file.octets.len() as u32, 0]));
    // It inflates to nothing, which is less than its /First.
    file.stream(6, "/Type/ObjStm/N 1/First 1/Filter/FlateDecode", empty_blocks(10_000));
    rows.extend((0..count).map(|index| (100 + index, [2, 6, index])));
    let section = file.stream_section(5, &rows, "");
    file.end(section);
    file.octets
}

fn nested_object_streams(count: u32) -> Vec<u8> {
    let fields: String = (0..count).map(|index| format!("{} 0 R ", 10_000 + index)).collect();
    let mut file = File::new();
    let mut rows = vec![(1, [1, file.octets.len() as u32, 0])];
    file.object(1, format!("<</Type/Catalog/AcroForm<</Fields[{fields}]>>>>"));
    // Each stream's data begins with a stored block that holds the head of the next stream, and all of them end in
    // the same blocks.
    let tail = empty_blocks(100_000);
    let tail = &tail[2..];
    let head_length = "100000 0 obj<</Type/ObjStm/N 1/First 1/Filter/FlateDecode/Length 00000000>>stream\n".len();
    for index in 0..count {
        rows.push((100_000 + index, [1, file.octets.len() as u32, 0]));
        let length = 2 + (count - 1 - index) as usize * (head_length + 7) + tail.len();
        let number = 100_000 + index;
        file.push(format!("{number} 0 obj<</Type/ObjStm/N 1/First 1/Filter/FlateDecode/Length {length:08}>>stream\n"));
        file.push([0x78, 0x9C]);
        if index + 1 < count {
            let stored = (head_length + 2) as u16;
            file.push([0]);
            file.push(stored.to_le_bytes());
            file.push((!stored).to_le_bytes());
        }
    }
    file.push(tail);
    file.push("\nendstream\nendobj\n");
    rows.extend((0..count).map(|index| (10_000 + index, [2, 100_000 + index, 0])));
    rows.sort_unstable();
    let section = file.stream_section(5, &rows, "");
    file.end(section);
    file.octets
}

fn object_stream_count() -> Vec<u8> {
    let mut file = File::new();
    let catalog = file.octets.len() as u32;
    file.stream(6, "/Type/ObjStm/N 1000000/First 9999999", "1 0 <</Type/Catalog>>");
    let section = file.stream_section(7, &[(1, [2, 6, 0]), (6, [1, catalog, 0])], "");
    file.end(section);
    file.octets
}

fn bomb(length: usize) -> Vec<u8> {
    let mut file = File::page("");
    let section = file.octets.len();
    file.stream(4, "/Type/XRef/W[1 2 1]/Size 4/Root 1 0 R/Filter/FlateDecode", deflated(&vec![0; length]));
    file.end(section);
    file.octets
}

fn byte_range(numbers: usize) -> Vec<u8> {
    let mut file = File::page("/AcroForm<</Fields[5 0 R]>>");
    file.object(5, format!("<</FT/Sig/T(a)/V<</Contents<3000>/ByteRange[{}]>>>>", "0 ".repeat(numbers)));
    file.finish()
}

fn contents(length: usize) -> Vec<u8> {
    let mut file = File::page("/AcroForm<</Fields[5 0 R]>>");
    file.object(5, format!("<</FT/Sig/T(a)/V<</Contents<{}>/ByteRange[0 1 2 3]>>>>", "30".repeat(length)));
    file.finish()
}

fn signature_references(count: usize) -> Vec<u8> {
    let mut file = File::page("/AcroForm<</Fields[5 0 R]>>");
    file.object(6, format!("<</TransformMethod/FieldMDP/X[{}]>>", "0 ".repeat(50_000)));
    file.object(5, format!("<</FT/Sig/T(a)/V<</Contents<3000>/Reference[{}]>>>>", "6 0 R ".repeat(count)));
    file.finish()
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data).and_then(|()| encoder.finish()).expect("a vector takes everything")
}
