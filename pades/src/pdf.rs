//! The reading half of ISO 32000-2, 7.2 to 7.5: a lazy reader over the raw octets of a file.
//!
//! It exists beside a general PDF library because a verdict needs what such a library hides: where each object's
//! octets lie, every revision as it stood, keys that occur twice, and no repairs. [`Document::open`] reads the
//! cross-reference sections and nothing else; an object is parsed when it is asked for, from the octets it came in.
//!
//! Start with [`Document`] (the file and its [`Revision`]s), then [`View`] (the document as of one revision), which
//! finds objects. [`Value`] and its kin are what objects are made of.
//!
//! It does not decrypt, render, interpret pages, or change anything, and it never looks for objects that no
//! cross-reference section names.

mod budget;
mod document;
mod filter;
mod indirect;
mod lexer;
mod object;
mod object_stream;
mod parser;
mod revision;
mod text;
mod xref;

pub use budget::Budget;
pub use document::{Change, Document, Located, View};
pub use indirect::{Indirect, Source};
pub(crate) use lexer::is_white_space;
pub use lexer::{Lexer, Token};
pub use object::{Dictionary, Name, Object, PdfString, Ref, Value};
pub use parser::Parser;
pub use revision::Revision;
pub use xref::{Entry, Place, SectionKind};
