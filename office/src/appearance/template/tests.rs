use super::*;

const SHIPPED: [(&str, &str); 3] = [
    ("surat", include_str!("../../../templates/surat.toml")),
    ("kk", include_str!("../../../templates/kk.toml")),
    ("akta", include_str!("../../../templates/akta.toml")),
];

const LEAST: &str = r#"
page = "last"
[place]
box = { x_mm = 20, y_mm = 200, width_mm = 80, height_mm = 40 }
[[text]]
text = "{signer_name}"
x_mm = 0
y_mm = 0
width_mm = 80
height_mm = 10
size_pt = 11
"#;

fn parsed(text: &str) -> Result<Template, TemplateError> {
    Template::parse(text, Path::new("folder"))
}

/// What the error says with its causes.
fn refusal(text: &str) -> String {
    let error = parsed(text).expect_err("this template must be refused");
    let mut said = error.to_string();
    let mut next = std::error::Error::source(&error);
    while let Some(cause) = next {
        said = format!("{said}: {cause}");
        next = cause.source();
    }
    said
}

fn with(from: &str, to: &str) -> String {
    assert!(LEAST.contains(from), "{from}");
    LEAST.replacen(from, to, 1)
}

#[test]
fn the_shipped_templates_are_understood_and_each_has_seal_image_and_text() {
    for (name, text) in SHIPPED {
        let template = parsed(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(template.seal.is_some() && template.image.is_some() && template.texts.len() >= 5, "{name}");
        assert_eq!((template.on_overlap, template.certify), (OnOverlap::Refuse, Certify::P2), "{name}");
    }
}

#[test]
fn the_shortest_template_has_the_documented_defaults() {
    let template = parsed(LEAST).expect("complete");
    assert_eq!(template.page, PageChoice::Last);
    assert_eq!(template.place, Place::Box(Area { x: 20.0, y: 200.0, width: 80.0, height: 40.0 }));
    assert_eq!((template.on_overlap, template.certify), (OnOverlap::Refuse, Certify::P2));
    let text = template.texts.first().expect("one");
    assert_eq!((text.weight, text.align, text.underline), (Weight::Regular, Align::Left, false));
    assert!(template.image.is_none() && template.seal.is_none() && template.frame_pt.is_none());
}

#[test]
fn every_documented_choice_is_read() {
    let text = r#"
page = 3
on_overlap = "allow"
certify = "none"
nip = "1"
[place]
anchor = { text = "Kepala Dinas", right_mm = -2, down_mm = 3, width_mm = 60, height_mm = 40 }
[font]
bold = "b.ttf"
[seal]
x_mm = 0
y_mm = 0
size_mm = 38
level = "Q"
[image]
path = "ttd.png"
x_mm = 0
y_mm = 0
width_mm = 10
height_mm = 10
transparency = "stencil"
[frame]
line_pt = 0.5
"#;
    let template = parsed(text).expect("complete");
    assert_eq!(template.page, PageChoice::Number(3));
    assert_eq!((template.on_overlap, template.certify), (OnOverlap::Allow, Certify::No));
    let anchor = Place::Anchor { text: "Kepala Dinas".into(), right_mm: -2.0, down_mm: 3.0, size_mm: (60.0, 40.0) };
    assert_eq!(template.place, anchor);
    assert_eq!(template.bold_font.as_deref(), Some(Path::new("folder/b.ttf")));
    let image = template.image.expect("given");
    assert_eq!((image.path.as_path(), image.transparency), (Path::new("folder/ttd.png"), Transparency::Stencil));
    assert_eq!(template.seal.map(|seal| (seal.area.width, seal.level)), Some((38.0, ErrorCorrection::Q)));
    for (text, certify) in [("\"P1\"", Certify::P1), ("\"P2\"", Certify::P2)] {
        let template =
            parsed(&with("page = \"last\"", &format!("page = \"first\"\ncertify = {text}"))).expect("complete");
        assert_eq!((template.page, template.certify), (PageChoice::First, certify));
    }
}

#[test]
fn a_misspelt_field_is_refused_by_its_name() {
    assert!(refusal(&with("size_pt", "size")).contains("unknown field `size`"));
    assert!(refusal(&format!("on_overlaps = \"allow\"\n{LEAST}")).contains("unknown field `on_overlaps`"));
    assert!(refusal(&with("\"last\"", "\"middle\"")).contains("page must be"));
    assert!(refusal("page = \"last\"\n").contains("missing field `place`"));
}

#[test]
fn a_place_is_given_in_exactly_one_way() {
    let two = with("[place]", "[place]\nfield = \"A\"");
    assert_eq!(refusal(&two), "[place] must have exactly one of box, field, anchor and zone; it has 2");
    let none = with("box = { x_mm = 20, y_mm = 200, width_mm = 80, height_mm = 40 }", "");
    assert_eq!(refusal(&none), "[place] must have exactly one of box, field, anchor and zone; it has 0");
}

#[test]
fn a_number_out_of_its_range_is_refused_with_the_range() {
    for (from, to, said) in [
        ("size_pt = 11", "size_pt = 1", "[[text]] number 1, size_pt is 1; it must be from 4 to 144"),
        ("x_mm = 20", "x_mm = -1", "[place] box, x_mm is -1; it must be from 0 to 2000"),
        ("x_mm = 20", "x_mm = nan", "[place] box, x_mm is NaN; it must be from 0 to 2000"),
        ("height_mm = 40", "height_mm = 0", "[place] box, height_mm is 0; it must be from 1 to 2000"),
        (
            "width_mm = 80\nheight_mm = 10",
            "width_mm = inf\nheight_mm = 10",
            "[[text]] number 1, width_mm is inf; it must be from 1 to 2000",
        ),
        ("\"last\"", "0", "page is 0; it must be from 1 to 1000000"),
    ] {
        assert_eq!(refusal(&with(from, to)), said);
    }
}

#[test]
fn an_element_that_passes_the_edge_of_the_box_is_refused_with_both_rectangles() {
    let wide = with("width_mm = 80\nheight_mm = 10", "width_mm = 80.5\nheight_mm = 10");
    assert_eq!(
        refusal(&wide),
        "[[text]] number 1 (x 0.0 mm, y 0.0 mm, 80.5 x 10.0 mm) passes the edge of the box, which is 80 x 40 mm"
    );
    let seal = format!("{LEAST}\n[seal]\nx_mm = 50\ny_mm = 0\nsize_mm = 33\nlevel = \"M\"\n");
    assert!(refusal(&seal).starts_with("[seal] (x 50.0 mm, y 0.0 mm, 33.0 x 33.0 mm) passes the edge"));
}

#[test]
fn a_placeholder_that_nobody_fills_is_refused() {
    assert!(refusal(&with("{signer_name}", "{nama}")).contains("{nama} is no placeholder"));
    assert!(refusal(&with("{signer_name}", "{signer_name")).contains("a brace without its other half"));
    assert_eq!(
        refusal(&with("{signer_name}", "{nip}")),
        "[[text]] number 1 shows {nip}, and the template gives no nip"
    );
}

#[test]
fn an_empty_template_and_one_without_end_are_refused() {
    let nothing = "page = 1\n[place]\nbox = { x_mm = 1, y_mm = 1, width_mm = 9, height_mm = 9 }\n";
    assert_eq!(refusal(nothing), "the template draws nothing: it needs a text, an image or a seal");
    assert_eq!(refusal(&with("{signer_name}", " ")), "[[text]] number 1 is empty");
    let long = "x".repeat(1025);
    assert_eq!(refusal(&with("{signer_name}", &long)), "[[text]] number 1 has 1025 octets; at most 1024 are read");
    let element = LEAST.split_once("[[text]]").map(|(_, rest)| format!("[[text]]{rest}")).expect("it has a text");
    let many = format!("{LEAST}{}", element.repeat(32));
    assert_eq!(refusal(&many), "the template has 33 texts; at most 32 are read");
    let blank = with("box = { x_mm = 20, y_mm = 200, width_mm = 80, height_mm = 40 }", "field = \" \"");
    assert_eq!(refusal(&blank), "[place] field is empty");
}

#[test]
fn a_file_larger_than_any_template_is_not_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.toml");
    fs::write(&path, vec![b'#'; 64 * 1024 + 1]).expect("written");
    let error = Template::load(&path).expect_err("too large");
    assert!(matches!(error, TemplateError::TooLarge { size_bytes: 65_537, limit_bytes: 65_536, .. }), "{error:?}");
    let error = Template::load(&folder.path().join("none.toml")).expect_err("absent");
    assert!(matches!(error, TemplateError::Unreadable { .. }), "{error:?}");
}
