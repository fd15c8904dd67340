//! The proofs that a seal's verdict is made of, each with the one function that can make it.

use evidence::seal::{Agreement, Claims, Days, IdentityNumber, Seal};
use evidence::trust_list::{KeyPurpose, KeyState, TrustedKey};

use super::SealProblem;
use crate::clock::{UnixTime, ValidationTime};
use crate::crypto::{Implementation, verify_esp256};
use crate::findings::Finding;
use crate::outcome::Outcome;
use crate::published::TrustListInForce;
use crate::seal::report::SealCheck;

/// A seal in its one form.
#[derive(Debug)]
pub(crate) struct SealRead(Seal);

impl SealRead {
    pub(super) fn establish(text: &str) -> Result<Self, Finding> {
        Seal::from_text(text).map(Self).map_err(|error| Finding::Seal(SealProblem::Malformed(error)))
    }

    pub(crate) fn seal(&self) -> &Seal {
        &self.0
    }
}

/// A key of the trust list made the signature.
#[derive(Debug)]
pub(crate) struct SealAuthentic<'a> {
    key: &'a TrustedKey,
}

impl<'a> SealAuthentic<'a> {
    /// The hint names the keys to try, all of them: four octets are no name, and two keys may share them.
    pub(super) fn establish(
        read: &SealRead,
        trust: &TrustListInForce<'a>,
        crypto: Implementation,
    ) -> Result<Self, Finding> {
        let seal = read.seal();
        let mut candidates = trust.list().candidates(KeyPurpose::Seal, seal.key_hint()).peekable();
        if candidates.peek().is_none() {
            return Err(Finding::Seal(SealProblem::KeyUnknown { hint: seal.key_hint() }));
        }
        candidates
            .find(|key| verify_esp256(crypto, &key.spki_der, seal.to_be_signed(), seal.signature()).is_ok())
            .map(|key| Self { key })
            .ok_or(Finding::Seal(SealProblem::SignatureWrong))
    }

    pub(crate) fn key(&self) -> &'a TrustedKey {
        self.key
    }
}

/// The key may have sealed on the day of issue, and only the agency could.
#[derive(Debug)]
pub(crate) struct KeyHolds(());

impl KeyHolds {
    pub(super) fn establish(read: &SealRead, authentic: &SealAuthentic<'_>) -> Result<Self, Finding> {
        let TrustedKey { issue_from, issue_to, state, .. } = authentic.key;
        let day = read.seal().payload().head.issue_date;
        match state {
            KeyState::Compromised { at } => {
                return Err(Finding::Seal(SealProblem::KeyCompromised { since: (*at).into() }));
            }
            // What a retired key sealed while it was in use stays good: paper is not printed anew.
            KeyState::Active | KeyState::Retired => {}
        }
        // A day is inside if any moment of it is: which one it was is not sealed.
        if day.end_in_jakarta() <= *issue_from || day.begin_in_jakarta() > *issue_to {
            let (from, to) = ((*issue_from).into(), (*issue_to).into());
            return Err(Finding::Seal(SealProblem::KeyNotInUse { day, from, to }));
        }
        Ok(Self(()))
    }
}

/// The address before the digits is one of the agency's.
#[derive(Debug)]
pub(crate) struct PrefixKnown(());

impl PrefixKnown {
    pub(super) fn establish(read: &SealRead, trust: &TrustListInForce<'_>) -> Result<Self, Finding> {
        let prefix = read.seal().prefix();
        if trust.list().prefixes.contains(prefix) {
            return Ok(Self(()));
        }
        Err(Finding::Seal(SealProblem::PrefixUnknown { prefix: prefix.to_string() }))
    }
}

/// The day of issue is not after the moment of validation.
#[derive(Debug)]
pub(crate) struct TimelyIssued(());

impl TimelyIssued {
    /// A letter whose own validity has ended is genuine all the same: that is told, and no more.
    pub(super) fn establish(read: &SealRead, time: ValidationTime, notes: &mut Vec<Finding>) -> Result<Self, Finding> {
        let payload = read.seal().payload();
        let at = time.unix_time();
        if let Claims::Surat(claims) = &payload.claims
            && let Some(day) = claims.valid_until.filter(|day| UnixTime::from(day.end_in_jakarta()) <= at)
        {
            notes.push(Finding::Seal(SealProblem::LetterEnded { day }));
        }
        let day: Days = payload.head.issue_date;
        if UnixTime::from(day.begin_in_jakarta()) > at {
            return Err(Finding::Seal(SealProblem::IssuedInFuture { day }));
        }
        Ok(Self(()))
    }
}

/// The number on the paper agrees with what the seal has of it.
#[derive(Debug)]
pub(crate) struct Compared(());

impl Compared {
    /// A NIK; on a kartu keluarga its own number, for NIKs stand there in rows.
    pub(super) fn establish(
        read: &SealRead,
        number: &IdentityNumber,
        notes: &mut Vec<Finding>,
    ) -> Outcome<Self, SealCheck> {
        let payload = read.seal().payload();
        let agreement = match payload.claims {
            Claims::Kk(_) => payload.family_card_number_agrees(number),
            Claims::Akta(_) | Claims::Surat(_) => payload.nik_agrees(number),
        };
        match agreement {
            Agreement::Agrees => {
                notes.push(Finding::Seal(SealProblem::NumberAgrees));
                Outcome::Passed(Self(()))
            }
            Agreement::Differs => Outcome::Failed(Finding::Seal(SealProblem::NumberDiffers)),
            Agreement::NotSealed => Outcome::NotChecked(Finding::Seal(SealProblem::NumberNotSealed)),
        }
    }
}
