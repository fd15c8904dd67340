use super::*;

const WIDE: [(f64, f64); 2] = [(0.0, 0.0), (128.0, 20.0)];

fn read_in(content: &str, scale: (f64, f64)) -> Option<String> {
    let area = Area::around(&WIDE).expect("a rectangle");
    let font = |name: &[u8]| match name {
        b"F" => Some(Letters::Ascii),
        b"L" => Some(Letters::Latin),
        _ => None,
    };
    painted_text(content.as_bytes(), Frame { area, scale }, &font)
}

fn read(content: &str) -> Option<String> {
    read_in(content, (1.0, 1.0))
}

/// One line of text with this before it.
fn line(before: &str) -> Option<String> {
    read(&format!("BT /F 12 Tf {before} 2 5 Td (250) Tj ET"))
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn strings_are_joined_in_their_order() {
    assert_eq!(read("/Tx BMC q BT /F 12 Tf 0 g 2 5 Td (25) Tj [(0) -20 <2E>] TJ ET Q EMC"), some("250."));
    assert_eq!(read("BT /F 6 Tf 7 TL 2 12 Td (a) Tj (b) ' T* ET"), some("ab"));
    assert_eq!(read("BT /F 6 Tf 2 12 TD (a) Tj 0 -7 TD (b) Tj ET"), some("ab"));
    assert_eq!(read("BT /F 6 Tf 1 0 0 1 2 12 Tm (a) Tj 1 0 0 1 2 5 Tm (b) Tj ET"), some("ab"));
    assert_eq!(read("BT /F 6 Tf 2 5 Td (a) Tj 10 0 Td (b) Tj ET"), some("ab"));
    assert_eq!(read(""), some(""));
}

#[test]
fn the_next_line_lies_as_far_below_as_the_leading_says() {
    assert_eq!(read("BT /F 6 Tf 2 18 Td (a) Tj 0 -6 TD (b) Tj T* (c) Tj ET"), some("abc"));
    assert_eq!(read("BT /F 6 Tf 2 18 Td (a) Tj 6 TL T* (b) Tj T* (c) Tj ET"), some("abc"));
    assert_eq!(read("BT /F 6 Tf 2 5 Td (a) Tj -7 TL T* (b) Tj ET"), None);
}

#[test]
fn a_line_is_left_by_half_the_height_of_its_letters() {
    assert_eq!(read("BT /F 6 Tf 20 12 Td (a) Tj -10 -3 Td (b) Tj ET"), some("ab"));
    assert_eq!(read("BT /F 6 Tf 20 12 Td (a) Tj -10 -2.9 Td (b) Tj ET"), None);
    let stretched = |y: &str| read(&format!("BT /F 3 Tf 1 0 0 2 20 12 Tm (a) Tj 1 0 0 2 10 {y} Tm (b) Tj ET"));
    assert_eq!(stretched("9"), some("ab"));
    assert_eq!(stretched("9.5"), None);
}

#[test]
fn text_that_runs_back_or_up_is_read_in_another_order() {
    assert_eq!(read("BT /F 6 Tf 20 5 Td (a) Tj -10 0 Td (b) Tj ET"), None);
    assert_eq!(read("BT /F 6 Tf 2 5 Td (a) Tj 0 7 Td (b) Tj ET"), None);
    assert_eq!(read("BT /F 6 Tf 2 5 Td [(a) 300 (b)] TJ ET"), some("ab"));
    assert_eq!(read("BT /F 6 Tf 2 5 Td [(a) 301 (b)] TJ ET"), None);
    assert_eq!(read("BT /F 6 Tf 2 5 Td [(a) -2000 (b)] TJ ET"), some("ab"));
    assert_eq!(read("BT /F 6 Tf 2 5 Td [(a) -2001 (b)] TJ ET"), None);
    for (spacing, expected) in [("-1 Tc", true), ("-1.5 Tc", false), ("100 Tw", true), ("101 Tw", false)] {
        assert_eq!(line(spacing).is_some(), expected, "{spacing}");
    }
    for (scaling, expected) in
        [("20 Tz", true), ("19 Tz", false), ("300 Tz", true), ("301 Tz", false), ("-100 Tz", false)]
    {
        assert_eq!(line(scaling).is_some(), expected, "{scaling}");
    }
}

#[test]
fn text_outside_its_frame_is_not_seen() {
    for position in ["2 21", "2 -1", "-1 5", "129 5"] {
        assert_eq!(read(&format!("BT /F 12 Tf {position} Td (250) Tj ET")), None, "{position}");
    }
    assert_eq!(read("0 0 128 20 re W n BT /F 12 Tf 2 5 Td (250) Tj ET"), some("250"));
    assert_eq!(read("0 10 128 10 re W n BT /F 12 Tf 2 5 Td (250) Tj ET"), None);
    assert_eq!(read("0 0 0 0 re W n BT /F 12 Tf 2 5 Td (250) Tj ET"), None);
    assert_eq!(read("0 0 m 128 20 l W n BT /F 12 Tf 2 5 Td (250) Tj ET"), None);
    assert_eq!(read("q 0 10 128 10 re W* n Q BT /F 12 Tf 2 5 Td (250) Tj ET"), some("250"));
    assert_eq!(read("1 0 0 1 0 50 cm BT /F 12 Tf 2 5 Td (250) Tj ET"), None);
    assert_eq!(read("1 0 0 1 0 5 cm BT /F 12 Tf 2 5 Td (250) Tj ET"), some("250"));
    let clipped = |position: &str| read(&format!("10 5 50 10 re W n BT /F 12 Tf {position} Td (250) Tj ET"));
    for (position, expected) in
        [("10 5", true), ("60 15", true), ("9 7", false), ("61 7", false), ("20 4", false), ("20 16", false)]
    {
        assert_eq!(clipped(position).is_some(), expected, "{position}");
    }
    // A rectangle that only clipped is no path any more.
    assert_eq!(read("0 0 m 9 9 l n 0 0 128 20 re W n BT /F 12 Tf 2 5 Td (250) Tj ET"), some("250"));
}

#[test]
fn text_too_small_or_turned_is_not_read() {
    let sized = |size: &str| read(&format!("BT /F {size} Tf 2 5 Td (250) Tj ET"));
    assert_eq!(sized("2"), some("250"));
    for size in ["1.9", "0", "-12"] {
        assert_eq!(sized(size), None, "{size}");
    }
    assert_eq!(read_in("BT /F 12 Tf 2 5 Td (250) Tj ET", (1.0, 0.1)), None);
    assert_eq!(read_in("BT /F 12 Tf 2 5 Td (250) Tj ET", (0.1, 1.0)), None);
    for matrix in [
        ".1 0 0 .1 2 5",
        ".1 0 0 1 2 5",
        "1 0 0 .1 2 5",
        "0 0 0 1 2 5",
        "1 0 0 0 2 5",
        "-1 0 0 1 2 5",
        "1 0 0 -1 2 5",
        "1 .1 0 1 2 5",
        "1 0 .1 1 2 5",
    ] {
        assert_eq!(read(&format!("BT /F 12 Tf {matrix} Tm (250) Tj ET")), None, "{matrix}");
        assert_eq!(read(&format!("{matrix} cm BT /F 12 Tf 0 0 Td (250) Tj ET")), None, "{matrix}");
    }
}

#[test]
fn text_in_the_colour_behind_it_is_not_seen() {
    for colour in ["1 g", ".95 g", "1 1 1 rg", "0 0 0 0 k", ".95 1 .95 rg"] {
        assert_eq!(line(colour), None, "{colour}");
    }
    for colour in ["0 g", ".8 g", "1 1 0 rg", "0 0 0 1 k", "1 0 0 0 k", "0 0 1 rg"] {
        assert_eq!(line(colour), some("250"), "{colour}");
    }
    let on = |background: &str| read(&format!("{background} 0 0 128 20 re f 0 g BT /F 12 Tf 2 5 Td (250) Tj ET"));
    assert_eq!(on(".9 g"), some("250"));
    assert_eq!(on("0 g"), None);
    assert_eq!(on(".1 g"), None);
    assert_eq!(on(".11 g"), some("250"));
    assert_eq!(on("0 0 0 1 k"), None);
    let stroked = |width: &str| read(&format!("{width} w 0 10 m 128 10 l S BT /F 12 Tf 2 5 Td (250) Tj ET"));
    assert_eq!(stroked("1"), some("250"));
    assert_eq!(stroked("5.1"), None);
    assert_eq!(read("q 1 g Q BT /F 12 Tf 2 5 Td (250) Tj ET"), some("250"));
}

#[test]
fn what_is_painted_after_the_text_may_cover_it() {
    for paint in ["0 0 128 20 re f", "0 0 128 20 re B", "0 0 9 9 re S", "0 0 m 9 9 l s"] {
        assert_eq!(read(&format!("BT /F 12 Tf 2 5 Td (250) Tj ET {paint}")), None, "{paint}");
        assert_eq!(read(&format!("1 g {paint} 0 g BT /F 12 Tf 2 5 Td (250) Tj ET")), some("250"), "{paint}");
    }
    assert_eq!(read("BT /F 12 Tf 2 5 Td (250) Tj ET 0 0 9 9 re n"), some("250"));
}

#[test]
fn content_that_cannot_be_followed_tells_nothing() {
    for before in ["/Fm0 Do", "/G0 gs", "/S0 sh", "/P0 scn", "/C cs", "3 Tr", "5 Ts", "0 0 1 1 2 2 c", "BX", "what"] {
        assert_eq!(line(before), None, "{before}");
    }
    assert_eq!(line("0 Tr"), some("250"));
    assert_eq!(read("BT /F 12 Tf 2 5 Td (250"), None);
    assert_eq!(read("q BT /F 12 Tf 2 5 Td (250) Tj ET"), None);
    assert_eq!(read("Q BT /F 12 Tf 2 5 Td (250) Tj ET"), None);
    assert_eq!(read("/F 12 Tf 2 5 Td (250) Tj"), None);
    assert_eq!(read("BT ET /F 12 Tf 2 5 Td (250) Tj"), None);
    assert_eq!(read("BT /F 12 Tf (x) 5 Td (250) Tj ET"), None);
    assert_eq!(read("BT /F 12 Tf 5 Td (250) Tj ET"), None);
    assert_eq!(read("/OC /MC0 BDC BT /F 12 Tf 2 5 Td (250) Tj ET EMC"), None);
    assert_eq!(read("/Span <</MCID 0>> BDC BT /F 12 Tf 2 5 Td (250) Tj ET EMC"), some("250"));
    let deep = format!("{}{}", "q ".repeat(MAX_STATES + 1), "Q ".repeat(MAX_STATES + 1));
    assert_eq!(read(&deep), None);
    assert_eq!(read(&"1 ".repeat(MAX_OPERANDS)), some(""));
    assert_eq!(read(&"1 ".repeat(MAX_OPERANDS + 1)), None);
}

#[test]
fn a_string_needs_a_font_that_is_known() {
    assert_eq!(read("BT 2 5 Td (250) Tj ET"), None);
    assert_eq!(read("BT /X 12 Tf 2 5 Td (250) Tj ET"), None);
    assert_eq!(read("BT /F /X 12 Tf 2 5 Td (250) Tj ET"), None);
    assert_eq!(read("BT /F 12 Tf 2 5 Td (\\374) Tj ET"), None);
    assert_eq!(read("BT /L 12 Tf 2 5 Td (\\374) Tj ET"), some("\u{fc}"));
    assert_eq!(read("BT /L 12 Tf 2 5 Td (\\200) Tj ET"), None);
    assert_eq!(read("BT /F 12 Tf 2 5 Td <00320035> Tj ET"), None);
    assert_eq!(read("q BT /F 12 Tf ET Q BT 2 5 Td (250) Tj ET"), None);
}
