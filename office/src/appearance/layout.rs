//! From a template's elements to what is drawn in the box: text in lines, the picture, the seal on the printer's dots.

use pades::{
    Point, Rect,
    appearance::{Colour, Element, EmbeddableFont, QrSymbol},
};

use super::{
    area::{Area, POINTS_PER_MM},
    artwork::Artwork,
    error::AppearanceError,
    placeholder::Filling,
    template::{Align, TextElement, Weight, text_name},
};

/// Points of a dot of an office printer: 300 dots an inch.
const DOT: f64 = 72.0 / 300.0;
/// Least dots of a module: 0.34 mm, what BSI TR-03137 requires of office printers.
const LEAST_DOTS: u32 = 4;
/// From one baseline to the next, in sizes of the font.
const LEADING: f64 = 1.2;
/// What rounding may add, in points.
const TOLERANCE: f64 = 0.01;

/// The box on the page, in points from the page's upper left corner: where the printer's dots begin.
#[derive(Debug, Clone, Copy)]
pub(super) struct Canvas {
    pub(super) left: f64,
    pub(super) top: f64,
    /// Height of the box in points: the elements of a box are counted from its lower edge.
    pub(super) height: f64,
}

/// Everything that is drawn, the first under the last. Handwriting lies over the name, as it does on paper, unless it is opaque.
pub(super) fn elements(
    artwork: &Artwork,
    canvas: Canvas,
    filling: &Filling,
    symbol: Option<&QrSymbol>,
) -> Result<Vec<Element>, AppearanceError> {
    let template = artwork.template();
    let mut elements = Vec::new();
    if let Some(seal) = &template.seal {
        elements.push(qr(symbol.ok_or(AppearanceError::NoSeal)?, &seal.area, canvas)?);
    }
    let picture = template.image.as_ref().zip(artwork.picture()).map(|(element, picture)| Element::Image {
        image: picture.image.clone(),
        rect: rect(&element.area, canvas).fitted(f64::from(picture.image.width()), f64::from(picture.image.height())),
    });
    let opaque = artwork.picture().is_some_and(|picture| picture.opaque);
    let (below, above) = if opaque { (picture, None) } else { (None, picture) };
    elements.extend(below);
    let filled = filled(&template.texts, filling)?;
    let written = |weight| {
        let own = template.texts.iter().zip(&filled).filter(|(text, _)| text.weight == weight);
        own.flat_map(|(_, filled)| filled.split_whitespace()).collect::<String>()
    };
    let fonts = [Weight::Regular, Weight::Bold].map(|weight| (weight, artwork.font(weight, &written(weight))));
    for (index, (text, filled)) in template.texts.iter().zip(filled).enumerate() {
        let (_, font) = fonts.iter().find(|(weight, _)| *weight == text.weight).expect("each weight has a font");
        text_lines(font, text, &text_name(index), filled, canvas, &mut elements)?;
    }
    elements.extend(above);
    Ok(elements)
}

/// An area of the box in points from its lower left corner.
fn rect(area: &Area, canvas: Canvas) -> Rect {
    Rect::new(
        area.x * POINTS_PER_MM,
        canvas.height - area.bottom() * POINTS_PER_MM,
        area.width * POINTS_PER_MM,
        area.height * POINTS_PER_MM,
    )
}

/// What is written: each text with its placeholders filled.
fn filled(texts: &[TextElement], filling: &Filling) -> Result<Vec<String>, AppearanceError> {
    let fill = |(index, text): (usize, &TextElement)| {
        let element = text_name(index);
        match filling.fill(&text.text) {
            Err(source) => Err(AppearanceError::Placeholder { element, source }),
            Ok(filled) => match filled.chars().find(|character| character.is_control() && *character != '\n') {
                Some(character) => Err(AppearanceError::ControlCharacter { element, character }),
                None => Ok(filled),
            },
        }
    };
    texts.iter().enumerate().map(fill).collect()
}

fn text_lines(
    font: &EmbeddableFont,
    text: &TextElement,
    name: &str,
    filled: String,
    canvas: Canvas,
    elements: &mut Vec<Element>,
) -> Result<(), AppearanceError> {
    // 1. In lines, as wide as the area.
    let area = rect(&text.area, canvas);
    let mut lines = Vec::new();
    for paragraph in filled.trim_end().split('\n') {
        wrap(font, text, name, paragraph, area.width, &mut lines)?;
    }

    // 2. As high as the area.
    let leading = text.size_pt * LEADING;
    let count = lines.len();
    let between = lines.iter().skip(1).map(|_| leading).sum::<f64>();
    let needed = font.ascent(text.size_pt) + between - font.descent(text.size_pt).min(0.0);
    if needed > area.height + TOLERANCE {
        return Err(AppearanceError::TextTooHigh {
            element: name.to_owned(),
            shown: filled,
            area: text.area,
            lines: count,
            size_pt: text.size_pt,
            needed_mm: needed / POINTS_PER_MM,
        });
    }

    // 3. One under the other.
    let mut baseline = area.top() - font.ascent(text.size_pt);
    for Line { text: line, width } in lines {
        let x = match text.align {
            Align::Left => area.x,
            Align::Center => area.x + (area.width - width) / 2.0,
            Align::Right => area.right() - width,
        };
        if !line.is_empty() {
            if text.underline {
                let y = baseline - text.size_pt * 0.13;
                elements.push(Element::Line {
                    from: Point { x, y },
                    to: Point { x: x + width, y },
                    width: text.size_pt * 0.06,
                    colour: Colour::BLACK,
                });
            }
            elements.push(Element::Text {
                text: line,
                font: font.clone(),
                size: text.size_pt,
                colour: Colour::BLACK,
                origin: Point { x, y: baseline },
            });
        }
        baseline -= leading;
    }
    Ok(())
}

struct Line {
    text: String,
    width: f64,
}

/// Breaks a paragraph at spaces. A word is never broken: half a name is another name.
fn wrap(
    font: &EmbeddableFont,
    text: &TextElement,
    name: &str,
    paragraph: &str,
    most: f64,
    lines: &mut Vec<Line>,
) -> Result<(), AppearanceError> {
    let width_of = |line: &str| font.width(line, text.size_pt).map_err(AppearanceError::glyph(name, font));
    let mut line = Line { text: String::new(), width: 0.0 };
    for word in paragraph.split_whitespace() {
        let longer = if line.text.is_empty() { word.to_owned() } else { format!("{} {word}", line.text) };
        let width = width_of(&longer)?;
        if width <= most + TOLERANCE {
            line = Line { text: longer, width };
            continue;
        }
        let width = width_of(word)?;
        if width > most + TOLERANCE {
            return Err(AppearanceError::WordTooWide {
                element: name.to_owned(),
                word: word.to_owned(),
                area: text.area,
                needed_mm: width / POINTS_PER_MM,
            });
        }
        if !line.text.is_empty() {
            lines.push(line);
        }
        line = Line { text: word.to_owned(), width };
    }
    lines.push(line);
    Ok(())
}

/// The seal with its quiet zone, in the middle of its area, each module a whole number of the printer's dots and beginning on one: a
/// printer that must split a dot smears the edge of every module.
fn qr(symbol: &QrSymbol, area: &Area, canvas: Canvas) -> Result<Element, AppearanceError> {
    let modules = symbol.modules_with_margin();
    let place = rect(area, canvas);
    let side = place.width.min(place.height);
    // One dot is kept to move the corner onto the grid.
    let dots = whole_dots((side - DOT + TOLERANCE) / (f64::from(modules) * DOT));
    if dots < LEAST_DOTS {
        let needed = f64::from(modules) * f64::from(LEAST_DOTS) * DOT + DOT;
        return Err(AppearanceError::SealTooSmall {
            area: *area,
            modules,
            dots,
            least_dots: LEAST_DOTS,
            needed_mm: needed / POINTS_PER_MM,
        });
    }
    let module = f64::from(dots) * DOT;
    let taken = f64::from(modules) * module;
    let x = snapped(canvas.left + place.x + (place.width - taken) / 2.0) - canvas.left;
    let below_top = snapped(canvas.top + canvas.height - place.top() + (place.height - taken) / 2.0) - canvas.top;
    Ok(Element::Qr { symbol: symbol.clone(), origin: Point { x, y: canvas.height - below_top - taken }, module })
}

/// The nearest of the printer's dots.
fn snapped(points: f64) -> f64 {
    (points / DOT).round() * DOT
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts of floats saturate")]
fn whole_dots(dots: f64) -> u32 {
    dots.floor().max(0.0) as u32
}
