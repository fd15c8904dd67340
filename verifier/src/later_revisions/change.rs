//! What one revision did to the document, as facts. Whether it was allowed is `rules`' question.

use std::collections::HashSet;

use pades::PdfError;
use pades::pdf::Ref;

use super::beneath::Beneath;
use crate::findings::Language;

/// One difference between a revision and the one before it.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A signature, or a document time-stamp, was added.
    SignatureAdded {
        /// The field's full name.
        field: String,
        /// It is a document time-stamp.
        is_time_stamp: bool,
        /// Where it stands.
        place: FieldPlace,
    },
    /// A signature field without a signature was added.
    EmptySignatureField {
        /// The field's full name.
        field: String,
        /// Where it stands.
        place: FieldPlace,
    },
    /// The document security store was added or extended.
    SecurityStore,
    /// A form field's value was changed.
    FieldValue {
        /// The field's full name.
        field: String,
        /// Its value before.
        before: String,
        /// Its value now.
        after: String,
        /// Whether the page shows that value.
        shown: Shown,
    },
    /// An annotation on a page was added, changed or removed.
    Annotation {
        /// The page, from 1.
        page: usize,
        /// What was done.
        action: AnnotationAction,
        /// Its kind (`Stamp`, `Text`).
        kind: String,
    },
    /// The document information dictionary was changed.
    Information,
    /// The document's metadata (XMP) were changed.
    Metadata,
    /// The catalog's version was raised.
    Version,
    /// The catalog's list of extensions was changed.
    Extensions,
    /// Something that no rule knows.
    Unexplained {
        /// What it was found in.
        place: Place,
        /// The object that differs, the nearest one that has a number.
        object: Option<Ref>,
    },
    /// Something that the comparison needs cannot be read.
    Unreadable(PdfError),
    /// More differences than are listed.
    TooMany,
}

/// Where a signature field stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldPlace {
    /// The field was there before, without a signature, and shows nothing.
    Existing,
    /// The field was there before, without a signature, and now paints on a page.
    ExistingVisible {
        /// The page, from 1; `None` when no page lists it.
        page: Option<usize>,
        /// What lay there.
        beneath: Beneath,
    },
    /// The field is new and shows nothing.
    NewInvisible,
    /// The field is new, or was hidden, and paints on a page: what lay there may be covered.
    NewVisible {
        /// The page, from 1; `None` when no page lists it.
        page: Option<usize>,
        /// What lay there.
        beneath: Beneath,
    },
}

/// Whether a page shows a field's value, the worse last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    /// It does.
    Agrees,
    /// That cannot be told.
    Unknown,
    /// It shows another text.
    Disagrees,
}

/// What was done to an annotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnnotationAction {
    /// It is new.
    Added,
    /// It looks or acts otherwise.
    Changed,
    /// It is gone.
    Removed,
}

/// Where something was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The trailer, or the catalog it names.
    Trailer,
    /// An entry of the catalog.
    Catalog(String),
    /// The tree of pages itself: pages added, removed or reordered.
    PageTree,
    /// A page: its content, its resources, or anything that it leads to.
    Page(usize),
    /// The form as a whole.
    Form,
    /// A form field, by its full name.
    Field(String),
    /// An object placed outside the octets of its revision.
    OutsideRevision,
    /// Octets of the revision that belong to no object.
    Octets {
        /// Octets from the start of the file.
        offset: usize,
    },
    /// A dictionary that makes readers treat the file as linearized.
    Linearization,
}

impl Change {
    /// The same change, as a signature sees it in whose revision these fields did not exist: a field that was added
    /// empty and signed later is a new one, wherever it paints.
    pub(super) fn seen_from_before(&self, fields_added: &HashSet<&str>) -> Self {
        let mut change = self.clone();
        if let Self::SignatureAdded { field, place, .. } = &mut change
            && fields_added.contains(field.as_str())
            && let FieldPlace::ExistingVisible { page, beneath } = *place
        {
            *place = FieldPlace::NewVisible { page, beneath };
        }
        change
    }

    /// The full name of the field that it added.
    pub(super) fn field_added(&self) -> Option<&str> {
        match self {
            Self::SignatureAdded { field, place: FieldPlace::NewVisible { .. } | FieldPlace::NewInvisible, .. }
            | Self::EmptySignatureField { field, .. } => Some(field),
            _ => None,
        }
    }

    /// For people.
    pub fn text(&self, language: Language) -> String {
        match language {
            Language::English => self.english(),
            Language::Indonesian => self.indonesian(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::SignatureAdded { field, is_time_stamp, place } => {
                let what = if *is_time_stamp { "document time-stamp" } else { "signature" };
                let place = place.english();
                format!("{what} \"{field}\" added{place}")
            }
            Self::EmptySignatureField { field, place } => {
                format!("empty signature field \"{field}\" added{}", place.english())
            }
            Self::SecurityStore => "validation data (DSS) added".into(),
            Self::FieldValue { field, before, after, shown } => {
                let shown = match shown {
                    Shown::Agrees => "",
                    Shown::Disagrees => "; the page shows something else",
                    Shown::Unknown => "; what the page shows cannot be told",
                };
                format!("form field \"{field}\" changed from \"{before}\" to \"{after}\"{shown}")
            }
            Self::Annotation { page, action, kind } => {
                let action = match action {
                    AnnotationAction::Added => "added to",
                    AnnotationAction::Changed => "changed on",
                    AnnotationAction::Removed => "removed from",
                };
                format!("annotation ({kind}) {action} page {page}; it may cover signed content")
            }
            Self::Information => "document information (Info) changed".into(),
            Self::Metadata => "metadata (XMP) changed".into(),
            Self::Version => "version in the catalog raised".into(),
            Self::Extensions => "list of extensions in the catalog changed".into(),
            Self::Unexplained { place, object } => {
                let object = object.map(|object| format!(" (object {object})")).unwrap_or_default();
                format!("{} changed{object}", place.english())
            }
            Self::Unreadable(error) => format!("the change cannot be read: {error}"),
            Self::TooMany => "further changes, not listed".into(),
        }
    }

    fn indonesian(&self) -> String {
        match self {
            Self::SignatureAdded { field, is_time_stamp, place } => {
                let what = if *is_time_stamp { "stempel waktu dokumen" } else { "tanda tangan" };
                let place = place.indonesian();
                format!("{what} \"{field}\" ditambahkan{place}")
            }
            Self::EmptySignatureField { field, place } => {
                format!("isian tanda tangan kosong \"{field}\" ditambahkan{}", place.indonesian())
            }
            Self::SecurityStore => "data validasi (DSS) ditambahkan".into(),
            Self::FieldValue { field, before, after, shown } => {
                let shown = match shown {
                    Shown::Agrees => "",
                    Shown::Disagrees => "; halaman menampilkan isi lain",
                    Shown::Unknown => "; yang tampil di halaman tidak dapat dipastikan",
                };
                format!("isian formulir \"{field}\" diubah dari \"{before}\" menjadi \"{after}\"{shown}")
            }
            Self::Annotation { page, action, kind } => {
                let action = match action {
                    AnnotationAction::Added => "ditambahkan di",
                    AnnotationAction::Changed => "diubah di",
                    AnnotationAction::Removed => "dihapus dari",
                };
                format!("anotasi ({kind}) {action} halaman {page}; dapat menutupi isi yang ditandatangani")
            }
            Self::Information => "informasi dokumen (Info) diubah".into(),
            Self::Metadata => "metadata (XMP) diubah".into(),
            Self::Version => "versi di katalog dinaikkan".into(),
            Self::Extensions => "daftar ekstensi di katalog diubah".into(),
            Self::Unexplained { place, object } => {
                let object = object.map(|object| format!(" (objek {object})")).unwrap_or_default();
                format!("{} diubah{object}", place.indonesian())
            }
            Self::Unreadable(_) => "perubahan tidak dapat dibaca".into(),
            Self::TooMany => "perubahan lain, tidak dirinci".into(),
        }
    }
}

impl FieldPlace {
    fn english(self) -> String {
        match self {
            Self::Existing => String::new(),
            Self::NewInvisible => " in a new invisible field".into(),
            Self::ExistingVisible { page, beneath } => {
                format!(" in a field that was there and paints over {}", beneath.english(page))
            }
            Self::NewVisible { page, beneath } => {
                format!(" in a new field that paints over {}", beneath.english(page))
            }
        }
    }

    fn indonesian(self) -> String {
        match self {
            Self::Existing => String::new(),
            Self::NewInvisible => " pada isian baru yang tidak terlihat".into(),
            Self::ExistingVisible { page, beneath } => {
                format!(" pada isian yang sudah ada, di atas {}", beneath.indonesian(page))
            }
            Self::NewVisible { page, beneath } => {
                format!(" pada isian baru yang tampak di atas {}", beneath.indonesian(page))
            }
        }
    }
}

impl Beneath {
    fn english(self, page: Option<usize>) -> String {
        let Some(page) = page else { return "no page".into() };
        match self {
            Self::Nothing => format!("an empty area of page {page}"),
            Self::Something => format!("content of page {page}"),
            Self::Unknown => format!("page {page}"),
        }
    }

    fn indonesian(self, page: Option<usize>) -> String {
        let Some(page) = page else { return "halaman yang tidak memuatnya".into() };
        match self {
            Self::Nothing => format!("bagian kosong halaman {page}"),
            Self::Something => format!("isi halaman {page}"),
            Self::Unknown => format!("halaman {page}"),
        }
    }
}

impl Place {
    fn english(&self) -> String {
        match self {
            Self::Trailer => "the trailer".into(),
            Self::Catalog(key) => format!("{key} in the catalog"),
            Self::PageTree => "the tree of pages".into(),
            Self::Page(page) => format!("content of page {page}"),
            Self::Form => "the form as a whole".into(),
            Self::Field(name) => format!("form field \"{name}\""),
            Self::OutsideRevision => "an object in octets of an earlier revision".into(),
            Self::Octets { offset } => format!("octets from {offset} on, which belong to no object,"),
            Self::Linearization => "linearization".into(),
        }
    }

    fn indonesian(&self) -> String {
        match self {
            Self::Trailer => "trailer".into(),
            Self::Catalog(key) => format!("{key} di katalog"),
            Self::PageTree => "susunan halaman".into(),
            Self::Page(page) => format!("isi halaman {page}"),
            Self::Form => "formulir secara keseluruhan".into(),
            Self::Field(name) => format!("isian formulir \"{name}\""),
            Self::OutsideRevision => "objek di dalam oktet revisi terdahulu".into(),
            Self::Octets { offset } => format!("oktet mulai {offset}, yang bukan milik objek mana pun,"),
            Self::Linearization => "linearisasi".into(),
        }
    }
}

#[cfg(test)]
mod tests;
