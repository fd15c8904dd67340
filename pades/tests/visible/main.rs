//! Visible signatures as a caller sees them: where they stand, what they draw, what they refuse.

mod codes;
mod drawn;
mod made;
mod pictures;
mod places;
mod refusals;

#[path = "../prepare/flow.rs"]
#[expect(dead_code, reason = "the other suite refuses more")]
mod flow;
#[path = "../prepare/pki.rs"]
mod pki;
#[path = "../prepare/shapes.rs"]
#[expect(dead_code, reason = "the other suite has more shapes")]
mod shapes;
