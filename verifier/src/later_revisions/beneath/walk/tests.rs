//! To the tenth of a unit: where the marks of each operator end, beside (100, 100) to (200, 150).

use super::super::Beneath::{Nothing, Something, Unknown};
use super::super::tests::{under, under_with};

/// What is drawn with this number in it reaches the place, and ends before it with this other number.
fn ends(content: &str, reaches: f64, misses: f64) {
    let with = |number: f64| under(&content.replace("??", &number.to_string()));
    assert_eq!((with(reaches), with(misses)), (Something, Nothing), "{content} {reaches} {misses}");
}

/// In these resources.
fn ends_with(resources: &str, content: &str, reaches: f64, misses: f64) {
    let resources = format!("/Resources<<{resources}>>");
    let with = |number: f64| under_with(&content.replace("??", &number.to_string()), &resources);
    assert_eq!((with(reaches), with(misses)), (Something, Nothing), "{content} {resources} {reaches} {misses}");
}

/// Three octets of ten units each, half a size more on both sides and one and a half up and down, and one unit.
#[test]
fn strings_end_where_their_widest_octets_would() {
    ends("BT /F1 10 Tf ?? 120 Td (abc) Tj ET", 64.0, 63.9);
    ends("BT /F1 10 Tf ?? 120 Td (abc) Tj ET", 206.0, 206.1);
    ends("BT /F1 10 Tf 120 ?? Td (abc) Tj ET", 84.0, 83.9);
    ends("BT /F1 10 Tf 120 ?? Td (abc) Tj ET", 166.0, 166.1);
    ends("BT /F1 10 Tf 1 0 0 1 ?? 120 Tm (abc) Tj ET", 64.0, 63.9);
    ends("1 0 0 1 20 0 cm BT /F1 10 Tf ?? 120 Td (abc) Tj ET", 44.0, 43.9);
    // A negative size is as large, and writes to the left.
    ends("BT /F1 -10 Tf ?? 120 Td (abc) Tj ET", 64.0, 63.9);
    ends("BT /F1 -10 Tf ?? 120 Td (abc) Tj ET", 236.0, 236.1);
    ends("BT /F1 -10 Tf 120 ?? Td (abc) Tj ET", 84.0, 83.9);
    ends("BT /F1 -10 Tf 120 ?? Td (abc) Tj ET", 166.0, 166.1);
}

#[test]
fn spaces_between_characters_and_words_count_for_each_octet_both_ways() {
    for space in ["2 Tc", "2 Tw", "-2 Tc", "-2 Tw"] {
        ends(&format!("BT /F1 10 Tf {space} ?? 120 Td (abc) Tj ET"), 58.0, 57.9);
        ends(&format!("BT /F1 10 Tf {space} ?? 120 Td (abc) Tj ET"), 212.0, 212.1);
    }
    ends("BT /F1 10 Tf 2 Tc 3 Tw ?? 120 Td (abc) Tj ET", 49.0, 48.9);
    ends("BT /F1 10 Tf 2 Tc 3 Tw ?? 120 Td (abc) Tj ET", 221.0, 221.1);
}

#[test]
fn numbers_between_strings_move_by_thousandths_of_the_size() {
    ends("BT /F1 10 Tf ?? 120 Td [(abc) -2000] TJ ET", 44.0, 43.9);
    ends("BT /F1 10 Tf ?? 120 Td [(abc) -2000] TJ ET", 206.0, 206.1);
    ends("BT /F1 10 Tf ?? 120 Td [(abc) 2000] TJ ET", 64.0, 63.9);
    ends("BT /F1 10 Tf ?? 120 Td [(abc) 2000] TJ ET", 226.0, 226.1);
    ends("BT /F1 10 Tf ?? 120 Td [(abc) -1000 -1000 2000 1000] TJ ET", 44.0, 43.9);
    ends("BT /F1 10 Tf ?? 120 Td [(abc) -1000 -1000 2000 1000] TJ ET", 236.0, 236.1);
}

#[test]
fn text_is_scaled_and_raised() {
    ends("BT /F1 10 Tf 50 Tz ?? 120 Td (abc) Tj ET", 81.5, 81.4);
    ends("BT /F1 10 Tf 50 Tz ?? 120 Td (abc) Tj ET", 203.5, 203.6);
    ends("BT /F1 10 Tf 200 Tz ?? 120 Td (abc) Tj ET", 29.0, 28.9);
    ends("BT /F1 10 Tf -100 Tz ?? 120 Td (abc) Tj ET", 236.0, 236.1);
    ends("BT /F1 10 Tf 5 Ts 120 ?? Td (abc) Tj ET", 79.0, 78.9);
    ends("BT /F1 10 Tf 5 Ts 120 ?? Td (abc) Tj ET", 161.0, 161.1);
}

/// Where the second string begins is not known: anywhere in what the first one may have taken.
#[test]
fn strings_follow_each_other_until_the_text_is_moved() {
    ends("BT /F1 10 Tf ?? 120 Td (abc) Tj (abc) Tj ET", 34.0, 33.9);
    ends("BT /F1 10 Tf ?? 120 Td (abc) Tj (abc) Tj ET", 236.0, 236.1);
    ends("BT /F1 10 Tf ?? 120 Td [(abc) 5000] TJ (a) Tj ET", 34.0, 33.9);
    for moved in ["0 0 Td", "0 0 TD", "T*", "1 0 0 1 ?? 120 Tm", "ET BT ?? 120 Td"] {
        ends(&format!("BT /F1 10 Tf ?? 120 Td (abc) Tj {moved} (abc) Tj ET"), 64.0, 63.9);
    }
}

#[test]
fn lines_follow_each_other_downwards() {
    ends("BT /F1 10 Tf 300 300 Td -180 ?? Td (abc) Tj ET", -134.0, -133.9);
    ends("BT /F1 10 Tf 120 300 Td ?? TL T* (abc) Tj ET", 134.0, 133.9);
    ends("BT /F1 10 Tf 120 300 Td ?? TL (abc) ' ET", 134.0, 133.9);
    ends("BT /F1 10 Tf 120 300 Td ?? TL 0 0 (abc) \" ET", 134.0, 133.9);
    // TD keeps the distance for the lines that follow.
    ends("BT /F1 10 Tf 300 300 Td 0 ?? TD -180 0 Td T* (abc) Tj ET", -67.0, -66.9);
}

/// A line is one unit wide where nothing is said, and may be stretched twice as wide; one more unit is for rounding.
#[test]
fn shapes_end_a_line_width_beyond_their_points() {
    ends("?? 120 50 10 re f", 47.0, 46.9);
    ends("?? 120 50 10 re f", 203.0, 203.1);
    ends("120 ?? 10 30 re f", 67.0, 66.9);
    ends("120 ?? 10 30 re f", 153.0, 153.1);
    ends("?? 120 -50 10 re f", 253.0, 253.1);
    ends("120 ?? 10 -30 re f", 183.0, 183.1);
    ends("10 ?? m 300 ?? l S", 97.0, 96.9);
    ends("4 w 10 ?? m 300 ?? l S", 91.0, 90.9);
    ends("-4 w 10 ?? m 300 ?? l S", 91.0, 90.9);
    ends("2 0 0 2 0 0 cm 4 w 10 ?? m 300 ?? l S", 41.5, 41.4);
    ends("10 10 m 20 20 ?? 120 30 120 c S", 97.0, 96.9);
    ends("10 10 m ?? 120 30 120 v S", 97.0, 96.9);
    ends("10 10 m 30 120 ?? 120 y S", 97.0, 96.9);
    ends("10 10 m 30 120 l ?? 120 l h S", 97.0, 96.9);
}

#[test]
fn images_and_forms_end_one_unit_beyond_their_frames() {
    ends("50 0 0 20 ?? 120 cm BI /W 1 ID x EI", 49.0, 48.9);
    ends("50 0 0 20 120 ?? cm BI /W 1 ID x EI", 79.0, 78.9);
    ends_with("/XObject<</Im 32 0 R>>", "50 0 0 20 ?? 120 cm /Im Do", 49.0, 48.9);
    ends_with("/XObject<</Fm 31 0 R>>", "1 0 0 1 ?? 120 cm /Fm Do", 89.0, 88.9);
    ends_with("/XObject<</Fm 36 0 R>>", "1 0 0 1 ?? 120 cm /Fm Do", 88.5, 88.4);
    // Its matrix counts first.
    ends_with("/XObject<</Fm 33 0 R>>", "1 0 0 1 ?? 120 cm /Fm Do", 69.0, 68.9);
    assert_eq!(under_with("/Fm Do", "/Resources<</XObject<</Fm 34 0 R>>>>"), Unknown);
    assert_eq!(under_with("/Fm Do", "/Resources<</XObject<</Fm 35 0 R>>>>"), Unknown);
}

/// Octets of the data may look like the end of an inline image, or like operators.
#[test]
fn an_inline_image_ends_with_a_mark_that_stands_alone() {
    for data in ["x", "aEI b", "EIEI", "a EIb", "q Q cm"] {
        let content = format!("q 50 0 0 50 10 10 cm BI /W 1 ID {data} EI Q ?? 120 5 5 re f");
        ends(&content, 120.0, 20.0);
    }
}

#[test]
fn the_widths_of_fonts_are_thousandths_of_their_size() {
    let font = |entries: &str, string: &str, reaches: f64, misses: f64| {
        let content = format!("BT /F1 10 Tf ?? 120 Td ({string}) Tj ET");
        ends_with(&format!("/Font<</F1 {entries}>>"), &content, reaches, misses);
    };
    font("40 0 R", "abc", 64.0, 63.9);
    // 2000, 3500, what is not listed, and what is not known at all.
    font("50 0 R", "abc", 34.0, 33.9);
    font("51 0 R", "ab", 24.0, 23.9);
    font("52 0 R", "abc", 34.0, 33.9);
    font("53 0 R", "abc", 49.0, 48.9);
    ends_with("/Font<</F2 40 0 R>>", "BT /F1 10 Tf ?? 120 Td (abc) Tj ET", 49.0, 48.9);
    // Composite ones: the default, a list, a range of codes up to and beyond any width.
    font("54 0 R", "ab", 54.0, 53.9);
    font("55 0 R", "ab", 54.0, 53.9);
    font("56 0 R", "ab", 64.0, 63.9);
    font("57 0 R", "ab", 84.0, 83.9);
}

#[test]
fn a_graphics_state_may_set_the_font_and_the_width_of_lines() {
    let under_state = |state: &str| {
        let resources = "/Resources<</ExtGState<</Plain 60 0 R/Font 61 0 R/Wide 62 0 R/Direct<<>>>>>>";
        under_with(&format!("BT /F1 10 Tf /{state} gs 10 10 Td (abc) Tj ET"), resources)
    };
    assert_eq!(under_state("Plain"), Nothing);
    for state in ["Font", "Wide", "Direct", "Other"] {
        assert_eq!(under_state(state), Unknown, "{state}");
    }
    assert_eq!(under("/Other gs"), Nothing);
}

#[test]
fn operators_that_paint_nothing_paint_nothing() {
    let operators = "f S B n 0 J 0 j 10 M [] 0 d /Perceptual ri 1 i /P BMC EMC /P <</MCID 0>> BDC EMC /P MP /P 0 DP \
                     BX EX true false null 0 G 0 0 0 RG 0 0 0 1 K /Cs CS 1 SC /P SCN /Cs cs 1 sc /P scn BT 3 Tr ET h W W*";
    assert_eq!(under(operators), Nothing);
    for operator in ["f", "F", "f*", "S", "s", "B", "B*", "b", "b*"] {
        assert_eq!(under(&format!("90 90 200 100 re {operator}")), Something, "{operator}");
        assert_eq!(under(&format!("90 90 200 100 re n {operator}")), Nothing, "{operator}");
    }
}

#[test]
fn the_walk_ends_at_its_limits() {
    assert_eq!(under(&"q ".repeat(112)), Nothing);
    assert_eq!(under(&"q ".repeat(113)), Unknown);
    assert_eq!(under(&format!("{} n", "1 ".repeat(10_000))), Nothing);
    assert_eq!(under(&format!("{} n", "1 ".repeat(10_001))), Unknown);
    assert_eq!(under("99999999999 w"), Unknown);
    // A width that is no number any more.
    let endless = format!("0 0 0 0 0 0 cm {}.0 w 1 1 m 2 2 l S", "9".repeat(400));
    assert_eq!(under(&endless), Unknown);
}
