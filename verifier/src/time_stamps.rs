//! Step 11: time-stamps on the signature value (RFC 3161; EN 319 122-1, 5.3; EN 319 102-1, 5.4).
//!
//! Job: judge each token like a signature of its own: what it stamps, its CMS, its authority's certificate, a path
//! to an anchor for time-stamps, revocation. The earliest good one tells since when the signature existed.
//! Invariant: a [`StampedTime`] comes only from a token for which all of that holds. A token that fails is reported
//! and gives no time; it takes nothing from a signature that passes without it.
//!
//! ```text
//! TSTInfo ::= SEQUENCE { version INTEGER, policy OBJECT IDENTIFIER, messageImprint MessageImprint, serialNumber
//!     INTEGER, genTime GeneralizedTime, accuracy OPTIONAL, ordering DEFAULT FALSE, nonce OPTIONAL, tsa [0] OPTIONAL,
//!     extensions [1] OPTIONAL }
//! MessageImprint ::= SEQUENCE { hashAlgorithm AlgorithmIdentifier, hashedMessage OCTET STRING }
//! ```

use crate::asn1::{Asn1ErrorKind, Asn1Result, single_sequence, tag};
use crate::authenticity::{Authentic, NamedCertificate};
use crate::budget::Budget;
use crate::certificate::Certificate;
use crate::clock::UnixTime;
use crate::cms::CmsOctets;
use crate::crypto::DigestAlgorithm;
use crate::crypto::digest::Digest;
use crate::crypto::identifier::{AlgorithmIdentifier, UnknownAlgorithm};
use crate::findings::Finding;
use crate::format::WellFormed;
use crate::good_algorithms::GoodAlgorithms;
use crate::integrity;
use crate::oid;
use crate::outcome::Outcome;
use crate::path::{PathRequest, TrustedPath};
use crate::report::Format;
use crate::revocation::{Crl, NotRevoked};
use crate::signed_attributes::AttributesAgree;
use crate::suitability::Suitable;
use crate::validation_data::Carried;
use crate::validator::Validator;

/// Tokens of one signature that are judged; further ones are ignored. Honest ones have one, archives a few.
const MAX_TOKENS: usize = 8;

/// A moment that a time-stamp authority vouches for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StampedTime(UnixTime);

impl StampedTime {
    /// The time of a document time-stamp, for a signature that passed.
    pub(crate) fn of_document(content: &TstInfo<'_>) -> Self {
        Self(content.time)
    }

    pub(crate) fn unix_time(self) -> UnixTime {
        self.0
    }
}

/// The content of a token.
pub(crate) struct TstInfo<'a> {
    pub(crate) imprint_algorithm: Result<DigestAlgorithm, UnknownAlgorithm>,
    pub(crate) imprint: &'a [u8],
    pub(crate) time: UnixTime,
}

impl<'a> TstInfo<'a> {
    pub(crate) fn read(content: &'a [u8]) -> Asn1Result<Self> {
        single_sequence(content)?.within(|reader| {
            let version = reader.expect(tag::INTEGER)?;
            if version.unsigned()? != 1 {
                return Err(version.error(Asn1ErrorKind::Value));
            }
            reader.oid()?;
            let (algorithm, imprint) = reader.sequence()?.within(|reader| {
                let algorithm = AlgorithmIdentifier::read(&reader.sequence()?)?;
                Ok((algorithm, reader.expect(tag::OCTET_STRING)?.content))
            })?;
            reader.expect(tag::INTEGER)?;
            let time = reader.expect(tag::GENERALIZED_TIME)?;
            let moment = UnixTime::from_fractional_time(time.content).ok_or(time.error(Asn1ErrorKind::Value))?;
            reader.optional(tag::SEQUENCE)?;
            reader.optional(tag::BOOLEAN)?;
            reader.optional(tag::INTEGER)?;
            reader.optional(tag::constructed(0))?;
            reader.optional(tag::constructed(1))?;
            Ok(Self { imprint_algorithm: algorithm.digest(), imprint, time: moment })
        })
    }

    /// The token of a document time-stamp or on a signature value, from its CMS.
    pub(crate) fn of(form: &WellFormed<'a>) -> Result<Self, Finding> {
        Self::read(form.signed_data().content.unwrap_or_default()).map_err(Finding::CmsMalformed)
    }
}

/// Every token was judged, and at least one is good.
#[derive(Debug)]
pub(crate) struct TimeStampsJudged(StampedTime);

impl TimeStampsJudged {
    /// Judges the tokens on one signature's value.
    pub(crate) fn establish(
        form: &WellFormed<'_>,
        validator: &Validator,
        request: &PathRequest<'_>,
        lists: &[&Crl],
        budget: &mut Budget,
        notes: &mut Vec<Finding>,
    ) -> Outcome<Self> {
        let Some(attributes) = &form.signer_info().unsigned_attributes else { return Outcome::NotApplicable };
        let value = form.signer_info().signature;
        let mut earliest: Option<StampedTime> = None;
        let mut last_failure = None;
        for token in attributes.values(oid::TIME_STAMP_TOKEN).take(MAX_TOKENS) {
            match judge(token.whole, &|digest| digest.hash(&[value]), validator, request, lists, budget) {
                Ok(time) => earliest = Some(earliest.map_or(time, |first| if time.0 < first.0 { time } else { first })),
                Err(why) => {
                    last_failure.get_or_insert_with(|| Finding::TimeStampFailed(Box::new(why)));
                }
            }
        }
        match (earliest, last_failure) {
            (Some(time), failure) => {
                notes.extend(failure);
                Outcome::Passed(Self(time))
            }
            (None, Some(failure)) => Outcome::Failed(failure),
            (None, None) => Outcome::NotApplicable,
        }
    }

    pub(crate) fn time(&self) -> StampedTime {
        self.0
    }
}

/// Judges one token, step by step like a signature.
fn judge(
    token: &[u8],
    stamped: &dyn Fn(DigestAlgorithm) -> Option<Digest>,
    validator: &Validator,
    request: &PathRequest<'_>,
    lists: &[&Crl],
    budget: &mut Budget,
) -> Result<StampedTime, Finding> {
    let mut notes = Vec::new();
    let octets = CmsOctets::new(token).map_err(Finding::CmsMalformed)?;
    let form = WellFormed::establish(&octets, Format::DocumentTimeStamp, &mut notes)?;
    let content = TstInfo::of(&form)?;
    let binding = integrity::token_is_intact(&form, &content, stamped)?;
    let pool: Vec<Certificate> =
        crate::verify::certificates_of(&form, validator).into_iter().chain(request.pool.iter().cloned()).collect();
    let named = NamedCertificate::establish(&form, &pool)?;
    let authentic = Authentic::establish(&form, &named, &[], request.crypto)?;
    AttributesAgree::establish(&form, &named, &mut notes)?;
    GoodAlgorithms::establish(binding, &authentic, request.algorithms, request.time)?;
    Suitable::for_time_stamps(authentic.certificate())?;
    let request = PathRequest { anchors: validator.time_stamp_anchors(), pool: &pool, ..*request };
    let path = TrustedPath::establish(authentic.certificate(), &request, budget).map_err(Finding::Path)?;
    let carried = Carried::of_cms(&form);
    let lists: Vec<&Crl> = lists.iter().copied().chain(carried.lists()).collect();
    let (given, demand) = (validator.crls(), validator.revocation_demand());
    NotRevoked::establish_with_carried(&path, given, &lists, demand, &request, budget).map_err(Finding::Revocation)?;
    Ok(StampedTime(content.time))
}

#[cfg(test)]
mod tests;
