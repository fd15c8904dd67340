//! The procedure: one seal, one verdict.
//!
//! Read [`verify_seal`] from top to bottom: as for signatures, every step gives a proof that only `checks` can make, or the finding
//! that stands against it.

use evidence::seal::IdentityNumber;

use super::SealProblem;
use super::checks::{Compared, KeyHolds, PrefixKnown, SealAuthentic, SealRead, TimelyIssued};
use super::report::{Evidence, SealCheck, SealOrigin, SealReport};
use crate::clock::ValidationTime;
use crate::findings::Finding;
use crate::outcome::Outcome;
use crate::published::{DocumentStatus, Since, TrustListInForce};
use crate::validator::Validator;

/// Verifies one seal. `number` is what a person read on the paper as NIK or nomor KK.
pub(crate) fn verify_seal(
    origin: SealOrigin,
    text: &str,
    number: Option<&IdentityNumber>,
    validator: &Validator,
    time: ValidationTime,
) -> SealReport {
    let mut notes = Vec::new();

    // 1. The text is the one text of a seal.
    let form: Outcome<SealRead, SealCheck> = SealRead::establish(text).into();

    // 2. The trust list is the agency's, and holds at this moment.
    let trust: Outcome<TrustListInForce<'_>, SealCheck> = match validator.published().trust_list(time) {
        Ok(list) => Outcome::Passed(list),
        Err(problem) => Outcome::NotChecked(Finding::TrustList(problem)),
    };

    // 3. A seal key of that list made the signature, over the address that stands in the text.
    let both = form.and(SealCheck::Form, &trust, SealCheck::TrustList);
    let authentic: Outcome<SealAuthentic<'_>, SealCheck> =
        both.then(SealCheck::Form, |(read, list)| SealAuthentic::establish(read, list, validator.crypto()));

    // 4. That key was in use on the day of issue, and nobody else has it.
    let read_and_key = form.and(SealCheck::Form, &authentic, SealCheck::SignatureValue);
    let key: Outcome<KeyHolds, SealCheck> =
        read_and_key.then(SealCheck::SignatureValue, |(read, authentic)| KeyHolds::establish(read, authentic));

    // 5. The agency puts its seals behind this address.
    let prefix: Outcome<PrefixKnown, SealCheck> =
        both.then(SealCheck::Form, |(read, list)| PrefixKnown::establish(read, list));

    // 6. The day of issue has come.
    let issued: Outcome<TimelyIssued, SealCheck> =
        form.then(SealCheck::Form, |read| TimelyIssued::establish(read, time, &mut notes));

    // 7. What a person read on the paper is what was sealed.
    let compared: Outcome<Compared, SealCheck> = match number {
        None => Outcome::NotApplicable,
        Some(number) => {
            read_and_key.then(SealCheck::SignatureValue, |(read, _)| Compared::establish(read, number, &mut notes))
        }
    };

    // 8. What became of the document since. Without a genuine seal there is no document to ask for.
    let status: Option<DocumentStatus> = validator.published().is_status_asked().then(|| match read_and_key.proof() {
        Some((read, _)) => {
            let head = read.seal().payload().head;
            validator.published().status(head.status, Since::IssuedOn(head.issue_date), time, &mut notes)
        }
        None => DocumentStatus::NotChecked(SealProblem::no_document(&form, &trust)),
    });

    // The verdict.
    Evidence { form, trust, authentic, key, prefix, issued, compared }.report(origin, text, status, notes)
}
