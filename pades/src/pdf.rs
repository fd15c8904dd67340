//! The reading half of ISO 32000-2, 7.2 to 7.5: a lazy reader over the raw octets of a file.
//!
//! It exists beside a general PDF library because a verdict needs what such a library hides: where each object's
//! octets lie, every revision as it stood, keys that occur twice, and no repairs. [`Document::open`] reads the
//! cross-reference sections and nothing else; an object is parsed when it is asked for, from the octets it came in.
//!
//! Start with [`Document`] (the file and its [`Revision`]s), then [`View`] (the document as of one revision), which
//! finds objects. [`Value`] and its kin are what objects are made of.
//!
//! What other writers do against the letter is read only where it names one document and no other:
//!
//! | read | because |
//! | --- | --- |
//! | white space where an offset leads, before the section or object | the next token is the only one there |
//! | a cross-reference stream followed by a `trailer` dictionary | that dictionary has no meaning there |
//! | `/XRefStm` that names a stream of an earlier revision | 7.5.8.4 says in which order entries count |
//! | Deflate data that was flushed and not finished | it ends at a whole block, and the checksum alone is missing |
//! | a free entry whose generation is over 65,535 | it leads nowhere |
//! | objects from the trailer's `/Size` on | every reader in wide use has them |
//!
//! Everything else is refused: octets before the header, an offset that is off, entries of another length, a key that
//! occurs twice where it is needed, a stream whose `/Length` is wrong, objects without `endobj`.
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
#[cfg(feature = "appearance")]
pub(crate) use filter::paeth;
pub use indirect::{Indirect, Source};
pub(crate) use lexer::is_white_space;
pub use lexer::{Lexer, Token};
pub use object::{Dictionary, Name, Object, PdfString, Ref, Value};
pub use parser::Parser;
pub use revision::Revision;
pub use xref::{Entry, Place, SectionKind};
