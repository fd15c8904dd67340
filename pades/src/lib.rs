//! What a signed PDF is: prepare, digest, CMS, embed, read back. Octets in, octets out.
//!
//! This crate owns the one parser of hostile input that signer, office and verifier share, and the one writer of what
//! we sign. Two halves meet in [`SignedPdf`]:
//!
//! * reading: [`SignedPdf::open`] finds revisions and [`EmbeddedSignature`]s by the raw octets, repairs nothing, and
//!   is bounded by [`Limits`]; [`pdf`] is the syntax beneath it;
//! * writing: an unsigned PDF is prepared, its [`DocumentDigest`] goes into the signed attributes, and the CMS that
//!   comes back is embedded and re-read.
//!
//! It has no key, no clock and no network, and it judges nothing: whether a signature holds is for the verifier to
//! say. It does not decrypt, render, or repair.

// Every module reads octets from outside or works on what was read; tests may index what they made.
#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::arithmetic_side_effects))]

#[cfg(feature = "appearance")]
pub mod appearance;
mod attributes;
mod byte_range;
mod certification;
mod chain;
mod cms;
mod embed;
mod error;
mod ess;
mod every_object;
mod form;
mod limits;
mod options;
#[cfg(feature = "appearance")]
mod page_boxes;
#[cfg(feature = "appearance")]
mod page_geometry;
#[cfg(feature = "appearance")]
mod page_places;
mod page_tree;
pub mod pdf;
#[cfg_attr(
    not(test),
    expect(clippy::arithmetic_side_effects, reason = "calendar arithmetic on a time that is bounded by construction")
)]
mod pdf_time;
mod permissions;
mod place_error;
mod prepare;
mod prepared;
mod rect;
mod second_reader;
mod signature_dictionary;
mod signed;
mod source;
mod splice;
mod tlv;
mod unsigned;
mod update;
#[cfg(feature = "appearance")]
mod widget;
mod write_error;

pub use attributes::{SignedAttribute, SignedAttributes};
pub use byte_range::{ByteRange, DocumentDigest};
pub use chain::{CertificateChain, CertificateDer};
pub use cms::{Cms, contents_size};
pub use error::{Expected, PdfError, SecondReaderFault, XrefFault};
pub use limits::Limits;
pub use options::{Appearance, Certification, ContentsSize, DocMdpLevel, FieldChoice, PrepareOptions, SEAL_LIMIT};
#[cfg(feature = "appearance")]
pub use page_geometry::{PageGeometry, Rotation};
pub use pdf_time::PdfTime;
pub use place_error::{DrawError, FieldPlaceFault, PageFault, PlaceError};
pub use prepared::PreparedPdf;
pub use rect::{Point, Rect};
pub use signed::{Coverage, DocMdp, EmbeddedSignature, SealFault, SignedPdf, SubFilter};
pub use unsigned::UnsignedPdf;
pub use write_error::{CmsError, EmbedError, FieldDemand, Part, PrepareError, PreparedError, ReadBack};
