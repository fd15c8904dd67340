//! Is this trust list the agency's, and does it hold at this moment?

use evidence::trust_list::{SignedTrustList, TrustList, TrustListError};

use super::TrustListProblem;
use crate::certificate::Certificate;
use crate::clock::{UnixTime, ValidationTime};
use crate::crypto::{Implementation, verify_esp256};
use crate::trust::TrustAnchors;

/// A trust list whose signature was verified with the key of an anchor.
#[derive(Clone, Debug)]
pub(crate) struct AuthenticTrustList {
    list: TrustList,
    anchor: Certificate,
}

impl AuthenticTrustList {
    pub(super) fn establish(
        given: Option<Result<SignedTrustList, TrustListError>>,
        anchors: &TrustAnchors,
        crypto: Implementation,
    ) -> Result<Self, TrustListProblem> {
        let signed = given.ok_or(TrustListProblem::Missing)?.map_err(TrustListProblem::Malformed)?;
        if anchors.is_empty() {
            return Err(TrustListProblem::NoAnchors);
        }
        // Every anchor is tried: the hint in the list is nothing that anybody vouches for before the signature holds.
        let made_it = |anchor: &&Certificate| {
            verify_esp256(crypto, anchor.public_key_info(), signed.to_be_signed(), signed.signature()).is_ok()
        };
        let anchor = anchors.iter().find(made_it).ok_or(TrustListProblem::NotAuthentic)?.clone();
        Ok(Self { list: signed.list().clone(), anchor })
    }

    pub(super) fn list(&self) -> &TrustList {
        &self.list
    }
}

/// An authentic trust list that holds at the moment of validation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TrustListInForce<'a> {
    list: &'a TrustList,
    anchor: &'a Certificate,
}

impl<'a> TrustListInForce<'a> {
    pub(super) fn establish(authentic: &'a AuthenticTrustList, time: ValidationTime) -> Result<Self, TrustListProblem> {
        let AuthenticTrustList { list, anchor } = authentic;
        let at = time.unix_time();
        let (issued, expires) = (UnixTime::from(list.issued_at), UnixTime::from(list.expires_at));
        if at < anchor.not_before() || at > anchor.not_after() {
            return Err(TrustListProblem::AnchorNotValid { anchor: anchor.subject_for_people() });
        }
        if issued > at {
            return Err(TrustListProblem::FromTheFuture { issued });
        }
        if expires <= at {
            return Err(TrustListProblem::Expired { expires });
        }
        Ok(Self { list, anchor })
    }

    pub(crate) fn list(&self) -> &'a TrustList {
        self.list
    }

    pub(crate) fn anchor(&self) -> &'a Certificate {
        self.anchor
    }
}
