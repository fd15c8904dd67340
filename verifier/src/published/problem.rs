//! What can be wrong with what an agency publishes, each with its code and its sentences.

use evidence::status::StatusError;
use evidence::trust_list::TrustListError;

use crate::clock::UnixTime;
use crate::findings::Language;
use crate::report::SubIndication;
use crate::text::Words;

/// Why there is no trust list that says which keys are the agency's.
#[derive(Clone, Debug, PartialEq)]
pub enum TrustListProblem {
    /// None was given.
    Missing,
    /// It is none, or a damaged one.
    Malformed(TrustListError),
    /// No anchor was given that could have signed it.
    NoAnchors,
    /// None of the anchors' keys signed it.
    NotAuthentic,
    /// The anchor that signed it is not valid at the moment of validation.
    AnchorNotValid {
        /// The anchor, for people.
        anchor: String,
    },
    /// It was issued after the moment of validation.
    FromTheFuture {
        /// When it says that it was issued.
        issued: UnixTime,
    },
    /// It has expired.
    Expired {
        /// When.
        expires: UnixTime,
    },
}

impl TrustListProblem {
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Missing => "TRUST_LIST_MISSING",
            Self::Malformed(_) => "TRUST_LIST_MALFORMED",
            Self::NoAnchors => "TRUST_LIST_WITHOUT_ANCHOR",
            Self::NotAuthentic => "TRUST_LIST_NOT_AUTHENTIC",
            Self::AnchorNotValid { .. } => "TRUST_LIST_ANCHOR_NOT_VALID",
            Self::FromTheFuture { .. } => "TRUST_LIST_FROM_FUTURE",
            Self::Expired { .. } => "TRUST_LIST_EXPIRED",
        }
    }

    /// The seal is INDETERMINATE because of it.
    pub(crate) fn sub_indication(&self) -> SubIndication {
        match self {
            Self::Missing | Self::Malformed(_) | Self::NoAnchors | Self::NotAuthentic => {
                SubIndication::NoCertificateChainFound
            }
            Self::AnchorNotValid { .. } | Self::FromTheFuture { .. } => SubIndication::OutOfBoundsNoPoe,
            Self::Expired { .. } => SubIndication::TryLater,
        }
    }

    pub(crate) fn detail(&self) -> Option<String> {
        match self {
            Self::Malformed(error) => Some(error.to_string()),
            _ => None,
        }
    }

    pub(crate) fn text(&self, language: Language) -> String {
        let pick = |indonesian: &str, english: &str| Words(language).pick(indonesian, english).to_owned();
        match self {
            Self::Missing => pick(
                "Daftar kepercayaan dinas tidak diberikan (--trust-list), sehingga tidak diketahui kunci mana yang milik dinas.",
                "The agency's trust list was not given (--trust-list), so that nobody says which keys are the agency's.",
            ),
            Self::Malformed(_) => pick(
                "Daftar kepercayaan rusak atau bukan daftar kepercayaan; mintalah berkas yang utuh dari dinas.",
                "The trust list is damaged or is none; get a whole one from the agency.",
            ),
            Self::NoAnchors => pick(
                "Tidak ada jangkar kepercayaan (--trust), sehingga tidak diketahui apakah daftar kepercayaan memang dari dinas.",
                "No trust anchor was given (--trust), so that nobody vouches for the trust list.",
            ),
            Self::NotAuthentic => pick(
                "Daftar kepercayaan tidak ditandatangani dengan kunci jangkar yang diberikan (--trust): jangan dipakai.",
                "The trust list was not signed with the key of an anchor that was given (--trust): do not use it.",
            ),
            Self::AnchorNotValid { anchor } => match language {
                Language::Indonesian => format!("Jangkar \"{anchor}\" tidak berlaku pada saat pemeriksaan."),
                Language::English => format!("The anchor \"{anchor}\" is not valid at the moment of validation."),
            },
            Self::FromTheFuture { issued } => match language {
                Language::Indonesian => {
                    format!("Daftar kepercayaan bertanggal {issued}, sesudah saat pemeriksaan: periksa jam.")
                }
                Language::English => {
                    format!("The trust list was issued on {issued}, after the moment of validation: check the clock.")
                }
            },
            Self::Expired { expires } => match language {
                Language::Indonesian => format!(
                    "Daftar kepercayaan kedaluwarsa sejak {expires}; mintalah yang terbaru dari dinas, lalu berikan dengan --trust-list."
                ),
                Language::English => format!(
                    "The trust list expired on {expires}; get the newest one from the agency and give it with --trust-list."
                ),
            },
        }
    }
}

/// Why a document's status was not checked, or what is odd about the lists that were given.
#[derive(Clone, Debug, PartialEq)]
pub enum StatusProblem {
    /// There is no trust list that says whose status lists count.
    TrustList(TrustListProblem),
    /// No place in a status list is proved to be the document's: it names none, or is not genuine itself.
    NoIndex,
    /// No list of the document's shard was given.
    NoList {
        /// The list that is needed.
        uri: String,
    },
    /// A file that was given is no status list, or a damaged one.
    Damaged {
        /// The file.
        name: String,
        /// How many more are.
        more: usize,
        /// What is wrong.
        error: StatusError,
    },
    /// The list was not signed with a status key that was in use when it was issued and that nobody else has.
    NotAuthentic {
        /// The file.
        name: String,
    },
    /// The list was issued after the moment of validation.
    FromTheFuture {
        /// When it says that it was issued.
        issued: UnixTime,
    },
    /// Two lists of the same moment say different things.
    Contradiction {
        /// The moment.
        issued: UnixTime,
    },
    /// The newest list has expired.
    Expired {
        /// When.
        expires: UnixTime,
    },
    /// The list is older than the document, and can say nothing about it.
    OlderThanDocument {
        /// When the list was issued.
        issued: UnixTime,
    },
    /// An older list of the shard lay beside the newest one and was passed over.
    OlderBeside {
        /// The file.
        name: String,
        /// When it was issued.
        issued: UnixTime,
    },
}

impl StatusProblem {
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::TrustList(problem) => problem.code(),
            Self::NoIndex => "STATUS_INDEX_MISSING",
            Self::NoList { .. } => "STATUS_LIST_MISSING",
            Self::Damaged { .. } => "STATUS_LIST_MALFORMED",
            Self::NotAuthentic { .. } => "STATUS_LIST_NOT_AUTHENTIC",
            Self::FromTheFuture { .. } => "STATUS_LIST_FROM_FUTURE",
            Self::Contradiction { .. } => "STATUS_LISTS_CONTRADICT",
            Self::Expired { .. } => "STATUS_LIST_EXPIRED",
            Self::OlderThanDocument { .. } => "STATUS_LIST_OLDER_THAN_DOCUMENT",
            Self::OlderBeside { .. } => "STATUS_LIST_ROLLED_BACK",
        }
    }

    pub(crate) fn detail(&self) -> Option<String> {
        match self {
            Self::TrustList(problem) => problem.detail(),
            Self::Damaged { error, .. } => Some(error.to_string()),
            _ => None,
        }
    }

    pub(crate) fn text(&self, language: Language) -> String {
        match language {
            Language::Indonesian => self.indonesian(),
            Language::English => self.english(),
        }
    }

    fn indonesian(&self) -> String {
        match self {
            Self::TrustList(problem) => problem.text(Language::Indonesian),
            Self::NoIndex => "Tidak ada tempat di dalam daftar status yang terbukti milik dokumen ini.".into(),
            Self::NoList { uri } => {
                format!("Daftar status \"{uri}\" tidak ada di antara yang diberikan (--status); unduh yang terbaru.")
            }
            Self::Damaged { name, more: 0, .. } => format!("Berkas \"{name}\" rusak atau bukan daftar status."),
            Self::Damaged { name, more, .. } => {
                format!("Berkas \"{name}\" dan {more} berkas lain rusak atau bukan daftar status.")
            }
            Self::NotAuthentic { name } => format!(
                "Daftar status \"{name}\" tidak ditandatangani dengan kunci status yang dipakai dinas pada saat itu: jangan dipakai."
            ),
            Self::FromTheFuture { issued } => {
                format!("Daftar status bertanggal {issued}, sesudah saat pemeriksaan: periksa jam.")
            }
            Self::Contradiction { issued } => {
                format!("Dua daftar status dari saat yang sama ({issued}) saling bertentangan: tanyakan kepada dinas.")
            }
            Self::Expired { expires } => {
                format!("Daftar status terbaru kedaluwarsa sejak {expires}; unduh yang terbaru.")
            }
            Self::OlderThanDocument { issued } => format!(
                "Daftar status ({issued}) lebih tua daripada dokumen, sehingga tidak menyatakan apa pun tentangnya; unduh yang terbaru."
            ),
            Self::OlderBeside { name, issued } => {
                format!("Daftar status lama \"{name}\" ({issued}) diabaikan, karena ada yang lebih baru.")
            }
        }
    }

    fn english(&self) -> String {
        match self {
            Self::TrustList(problem) => problem.text(Language::English),
            Self::NoIndex => "No place in a status list is proved to be this document's.".into(),
            Self::NoList { uri } => {
                format!("The status list \"{uri}\" is not among those that were given (--status); download the newest.")
            }
            Self::Damaged { name, more: 0, .. } => format!("The file \"{name}\" is damaged or no status list."),
            Self::Damaged { name, more, .. } => {
                format!("The file \"{name}\" and {more} others are damaged or no status lists.")
            }
            Self::NotAuthentic { name } => format!(
                "The status list \"{name}\" was not signed with a status key that the agency used then: do not use it."
            ),
            Self::FromTheFuture { issued } => {
                format!("The status list was issued on {issued}, after the moment of validation: check the clock.")
            }
            Self::Contradiction { issued } => {
                format!("Two status lists of the same moment ({issued}) contradict each other: ask the agency.")
            }
            Self::Expired { expires } => {
                format!("The newest status list expired on {expires}; download the newest.")
            }
            Self::OlderThanDocument { issued } => format!(
                "The status list ({issued}) is older than the document, so it says nothing about it; download the newest."
            ),
            Self::OlderBeside { name, issued } => {
                format!("The older status list \"{name}\" ({issued}) was passed over, because there is a newer one.")
            }
        }
    }
}
