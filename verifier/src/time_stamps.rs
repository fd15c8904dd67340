//! Step 11: time-stamps on the signature value (RFC 3161; EN 319 122-1, 5.3; EN 319 102-1, 5.4).
//!
//! Job: judge each token like a signature of its own: what it stamps, its CMS, its authority's certificate, a path
//! to an anchor for time-stamps, revocation. The earliest good one tells since when the signature existed.
//! The authority says how exact its clock is: what is proved is that the signature existed at `genTime + accuracy`.
//! Invariant: a [`StampedTime`] comes only from a token for which all of that holds. A token that fails is reported
//! and gives no time; it takes nothing from a signature that passes without it.
//!
//! ```text
//! TSTInfo ::= SEQUENCE { version INTEGER, policy OBJECT IDENTIFIER, messageImprint MessageImprint, serialNumber
//!     INTEGER, genTime GeneralizedTime, accuracy OPTIONAL, ordering DEFAULT FALSE, nonce OPTIONAL, tsa [0] OPTIONAL,
//!     extensions [1] OPTIONAL }
//! Accuracy ::= SEQUENCE { seconds INTEGER OPTIONAL, millis [0] INTEGER (1..999) OPTIONAL, micros [1] INTEGER (1..999) OPTIONAL }
//! MessageImprint ::= SEQUENCE { hashAlgorithm AlgorithmIdentifier, hashedMessage OCTET STRING }
//! ```

use crate::asn1::{Asn1ErrorKind, Asn1Result, Element, single_sequence, tag};
use crate::authenticity::{Authentic, NamedCertificate};
use crate::budget::Budget;
use crate::certificate::{Certificate, read_extensions};
use crate::clock::UnixTime;
use crate::cms::CmsOctets;
use crate::crypto::DigestAlgorithm;
use crate::crypto::digest::Digest;
use crate::crypto::identifier::{AlgorithmIdentifier, UnknownAlgorithm};
use crate::findings::Finding;
use crate::format::WellFormed;
use crate::good_algorithms::GoodAlgorithms;
use crate::integrity;
use crate::oid::{self, Oid};
use crate::outcome::Outcome;
use crate::path::{PathRequest, TrustedPath};
use crate::report::{Check, Format, TimeBasis};
use crate::revocation::NotRevoked;
use crate::signed_attributes::AttributesAgree;
use crate::suitability::Suitable;
use crate::validation_data::{AtHand, Carried};
use crate::validator::Validator;

/// Tokens of one signature that are judged; further ones are ignored. Honest ones have one, archives a few.
const MAX_TOKENS: usize = 8;

/// A moment that a time-stamp authority vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StampedTime {
    latest: UnixTime,
    basis: TimeBasis,
}

impl StampedTime {
    /// The time of a document time-stamp, for a signature that passed.
    pub(crate) fn of_document(content: &TstInfo<'_>, authority: &Certificate) -> Self {
        let basis = TimeBasis::DocumentTimeStamp { authority: authority.subject_for_people() };
        Self { latest: content.latest, basis }
    }

    /// The latest moment at which the token can have been made.
    pub(crate) fn unix_time(&self) -> UnixTime {
        self.latest
    }

    pub(crate) fn into_basis(self) -> TimeBasis {
        self.basis
    }
}

/// The content of a token.
pub(crate) struct TstInfo<'a> {
    pub(crate) imprint_algorithm: Result<DigestAlgorithm, UnknownAlgorithm>,
    pub(crate) imprint: &'a [u8],
    /// `genTime + accuracy`, rounded up: what was stamped existed then. Without an accuracy nothing more is known than `genTime`
    /// (RFC 3161, 2.4.2).
    pub(crate) latest: UnixTime,
    /// A critical extension. None is known here.
    unknown_critical: Option<Oid>,
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
            let (second, micros) =
                UnixTime::from_fractional_time(time.content).ok_or(time.error(Asn1ErrorKind::Value))?;
            let accuracy = reader.optional(tag::SEQUENCE)?.map_or(Ok((0, 0)), |accuracy| read_accuracy(&accuracy))?;
            reader.optional(tag::BOOLEAN)?;
            reader.optional(tag::INTEGER)?;
            reader.optional(tag::constructed(0))?;
            let extensions = reader.optional(tag::constructed(1))?.map(|list| read_extensions(&list)).transpose()?;
            let unknown_critical = extensions.unwrap_or_default().into_iter().find(|extension| extension.is_critical);
            let parts = u64::from(micros).saturating_add(accuracy.1).div_ceil(1_000_000);
            Ok(Self {
                imprint_algorithm: algorithm.digest(),
                imprint,
                latest: second.plus(accuracy.0.saturating_add(parts)),
                unknown_critical: unknown_critical.map(|extension| Oid::new(extension.oid)),
            })
        })
    }

    /// The token of a document time-stamp or on a signature value, from its CMS.
    pub(crate) fn of(form: &WellFormed<'a>) -> Result<Self, Finding> {
        let content = Self::read(form.signed_data().content.unwrap_or_default()).map_err(Finding::CmsMalformed)?;
        match &content.unknown_critical {
            Some(extension) => Err(Finding::TimeStampExtensionUnknown(extension.clone())),
            None => Ok(content),
        }
    }
}

/// Whole seconds and microseconds.
fn read_accuracy(accuracy: &Element<'_>) -> Asn1Result<(u64, u64)> {
    accuracy.within(|reader| {
        let seconds = reader.optional(tag::INTEGER)?.map_or(Ok(0), |seconds| seconds.unsigned())?;
        let mut part = |number| -> Asn1Result<u64> {
            let Some(element) = reader.optional(tag::primitive(number))? else { return Ok(0) };
            // 0 and numbers over 999 are not allowed, and harmless: the moment only becomes later.
            element.unsigned()
        };
        let (millis, micros) = (part(0)?, part(1)?);
        Ok((seconds, millis.saturating_mul(1_000).saturating_add(micros)))
    })
}

/// Every token was judged, and at least one is good.
#[derive(Debug)]
pub(crate) struct TimeStampsJudged(StampedTime);

impl TimeStampsJudged {
    /// Judges the tokens on one signature's value.
    pub(crate) fn establish(
        form: &WellFormed<'_>,
        authentic: &Outcome<Authentic>,
        validator: &Validator,
        request: &PathRequest<'_>,
        at_hand: &AtHand<'_>,
        budget: &mut Budget,
        notes: &mut Vec<Finding>,
    ) -> Outcome<Self> {
        let Some(attributes) = &form.signer_info().unsigned_attributes else { return Outcome::NotApplicable };
        let tokens: Vec<Element<'_>> = attributes.values(oid::TIME_STAMP_TOKEN).take(MAX_TOKENS).collect();
        if tokens.is_empty() {
            return Outcome::NotApplicable;
        }
        authentic
            .then(Check::SignatureValue, |_| Self::judge_all(&tokens, form, validator, request, at_hand, budget, notes))
    }

    fn judge_all(
        tokens: &[Element<'_>],
        form: &WellFormed<'_>,
        validator: &Validator,
        request: &PathRequest<'_>,
        at_hand: &AtHand<'_>,
        budget: &mut Budget,
        notes: &mut Vec<Finding>,
    ) -> Outcome<Self> {
        let value = form.signer_info().signature;
        let mut earliest: Option<StampedTime> = None;
        let mut first_failure = None;
        for token in tokens {
            match judge(token.whole, &|digest| digest.hash(&[value]), validator, request, at_hand, budget) {
                Ok(time) if earliest.as_ref().is_none_or(|known| time.latest < known.latest) => earliest = Some(time),
                Ok(_) => {}
                Err(why) => {
                    first_failure.get_or_insert_with(|| Finding::TimeStampFailed(Box::new(why)));
                }
            }
        }
        match (earliest, first_failure) {
            (Some(time), failure) => {
                notes.extend(failure);
                Outcome::Passed(Self(time))
            }
            (None, Some(failure)) => Outcome::Failed(failure),
            (None, None) => Outcome::NotApplicable,
        }
    }

    pub(crate) fn time(&self) -> &StampedTime {
        &self.0
    }
}

/// Judges one token, step by step like a signature.
fn judge(
    token: &[u8],
    stamped: &dyn Fn(DigestAlgorithm) -> Option<Digest>,
    validator: &Validator,
    request: &PathRequest<'_>,
    at_hand: &AtHand<'_>,
    budget: &mut Budget,
) -> Result<StampedTime, Finding> {
    let mut notes = Vec::new();
    let octets = CmsOctets::new(token).map_err(Finding::CmsMalformed)?;
    let form = WellFormed::establish(&octets, Format::DocumentTimeStamp, &mut notes)?;
    let content = TstInfo::of(&form)?;
    let binding = integrity::token_is_intact(&form, &content, stamped)?;
    let own = form.certificates(validator.limits().certificates);
    let pool: Vec<Certificate> = own.into_iter().chain(request.pool.iter().cloned()).collect();
    let named = NamedCertificate::establish(&form, &pool)?;
    let authentic = Authentic::establish(&form, &named, &[], request.crypto)?;
    AttributesAgree::establish(&form, &named, &mut notes)?;
    GoodAlgorithms::establish(binding, &authentic, request.algorithms, request.time)?;
    Suitable::for_time_stamps(authentic.certificate())?;
    let request = PathRequest { anchors: validator.time_stamp_anchors(), pool: &pool, ..*request };
    let carried = Carried::of_cms(&form);
    let at_hand = at_hand.and(&carried);
    let path = TrustedPath::establish_with_carried(authentic.certificate(), &request, &at_hand, budget)
        .map_err(Finding::Path)?;
    let (given, demand) = (validator.crls(), validator.revocation_demand());
    NotRevoked::establish_with_carried(&path, given, &at_hand, demand, &request, budget)
        .map_err(Finding::Revocation)?;
    let basis = TimeBasis::SignatureTimeStamp { authority: authentic.certificate().subject_for_people() };
    Ok(StampedTime { latest: content.latest, basis })
}

#[cfg(test)]
mod tests;
