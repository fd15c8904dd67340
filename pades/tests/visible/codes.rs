//! QR codes in the box.

use pades::appearance::{Element, QrLevel, QrSymbol};
use pades::{DrawError, Point, PrepareError};

use crate::made::{BOX, appended, options, page, sign, sign_with};
use crate::shapes::Layout;
use pades::appearance::VisibleSignature;

fn code(module: f64) -> Vec<Element> {
    let symbol = QrSymbol::encode("https://tte.example.go.id/v#0123456789", QrLevel::Q, 40).expect("fits");
    vec![Element::Qr { symbol, origin: Point { x: 0.0, y: 0.0 }, module }]
}

#[test]
fn a_code_is_small_and_needs_neither_picture_nor_font() {
    let input = page("").file(Layout::Table);
    let update = appended(&sign(input.clone(), BOX, code(1.5)), &input);
    assert!(update.contains("/Resources << /ProcSet [/PDF] >>"), "{update}");
}

#[test]
fn a_margin_that_does_not_fit_is_refused() {
    let symbol = QrSymbol::encode("https://tte.example.go.id/v#0123456789", QrLevel::Q, 40).expect("fits");
    let (alone, margin) = (f64::from(symbol.modules()), f64::from(symbol.modules_with_margin()));
    assert_eq!(margin, alone + 8.0);
    // The code alone would fit.
    let module = 1.01 * BOX.height / margin;
    assert!(alone * module < BOX.height);
    let visible = VisibleSignature::new(0, BOX, code(module));
    let refused = sign_with(page("").file(Layout::Table), &options(visible)).expect_err("refused");
    let PrepareError::Draw(DrawError::Outside { rect, .. }) = refused else { panic!("{refused}") };
    assert!((rect.width - margin * module).abs() < 0.001, "{rect}");
}

#[test]
fn a_module_without_extent_is_refused() {
    for module in [0.0, -1.0, f64::NAN] {
        let visible = VisibleSignature::new(0, BOX, code(module));
        let refused = sign_with(page("").file(Layout::Table), &options(visible)).expect_err("refused");
        assert!(matches!(refused, PrepareError::Draw(DrawError::Size { element: 0, .. })), "{refused}");
    }
}
