//! Why there is no valid path.

use crate::algorithms::WeakAlgorithm;
use crate::budget::BudgetSpent;
use crate::clock::UnixTime;
use crate::oid::Oid;

/// Why there is no valid path. Where several were tried, the one that came furthest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathFailure {
    /// No anchor was given.
    NoAnchors,
    /// No certificate of this issuer is at hand that signed.
    NoIssuer {
        /// The issuer that is missing, for people.
        issuer: String,
    },
    /// Certificates of the issuer's name are at hand, but none of their keys made the signature.
    SignatureWrong {
        /// The certificate whose signature is wrong, for people.
        subject: String,
    },
    /// The link is made with an algorithm or key that is not known.
    AlgorithmUnknown {
        /// The certificate whose signature cannot be checked, for people.
        subject: String,
    },
    /// A certificate, or the anchor, is no longer valid.
    Expired {
        /// The certificate, for people.
        subject: String,
        /// Its last moment.
        not_after: UnixTime,
    },
    /// A certificate, or the anchor, is not valid yet.
    NotYetValid {
        /// The certificate, for people.
        subject: String,
        /// Its first moment.
        not_before: UnixTime,
    },
    /// An algorithm or key that is not good enough.
    Weak {
        /// The certificate, for people.
        subject: String,
        /// What is weak.
        weak: WeakAlgorithm,
    },
    /// A certificate above another one is no CA's (basic constraints, version, or keyCertSign missing).
    NotACa {
        /// The certificate, for people.
        subject: String,
    },
    /// More CAs follow than a CA above allows.
    PathTooLong {
        /// The first certificate that is one too many, for people.
        subject: String,
    },
    /// A name that a CA above does not allow.
    NameNotAllowed {
        /// The certificate, for people.
        subject: String,
    },
    /// No certificate policy is valid where one is demanded.
    NoValidPolicy,
    /// A critical extension that is not known.
    UnknownCriticalExtension {
        /// The certificate, for people.
        subject: String,
        /// The extension.
        extension: Oid,
    },
    /// An extension that the standard does not allow there, or whose content cannot be followed.
    ExtensionWrong {
        /// The certificate, for people.
        subject: String,
    },
    /// Searching cost more than one signature may cost.
    BudgetSpent,
}

impl PathFailure {
    /// How far the search had come: a complete path that fails tells more than a missing issuer.
    pub(super) fn progress(&self) -> u8 {
        match self {
            Self::NoAnchors => 0,
            Self::NoIssuer { .. } => 1,
            Self::SignatureWrong { .. } => 2,
            Self::AlgorithmUnknown { .. } => 3,
            Self::PathTooLong { .. } => 4,
            Self::Expired { .. }
            | Self::NotYetValid { .. }
            | Self::Weak { .. }
            | Self::NotACa { .. }
            | Self::NameNotAllowed { .. }
            | Self::NoValidPolicy
            | Self::UnknownCriticalExtension { .. }
            | Self::ExtensionWrong { .. } => 5,
            Self::BudgetSpent => 6,
        }
    }
}

impl From<BudgetSpent> for PathFailure {
    fn from(_: BudgetSpent) -> Self {
        Self::BudgetSpent
    }
}
