//! ReserveDocument: a status index, and a seal over it, before there is a digest.
//!
//! The index is INVALID in every list until the signature that takes the reservation is released, so a seal that is
//! reserved and never signed is never green. The seal is made before its record is on the disk, for the record is its hash; it
//! leaves only when the disk has it. A repeated request brings the claims again and gets the same octets: see [`seal`](crate::seal).

use evidence::seal::Seal;
use evidence::seal::printed::PrintedFields;
use evidence::{CommitmentDomain, OfficeId, StatusIndex};

use crate::authorize::Authorized;
use crate::domain::{Commitments, Freshness, Mode, ReservationRecord, Reserve, SealRecord};
use crate::error::SignError;
use crate::register::{NewReservation, Reserved};
use crate::seal::{SealHead, SealMaker};
use crate::signer::Signer;

/// A reservation and its seal.
#[derive(Debug)]
pub(crate) struct Reservation {
    pub(crate) record: ReservationRecord,
    pub(crate) seal: Option<Seal>,
}

/// Reserves. `office` is the caller, as its certificate names it. No reservation comes back when it was only checked.
pub(crate) async fn reserve(
    signer: &Signer,
    office: &OfficeId,
    call: Reserve,
) -> Result<(Option<Reservation>, Freshness), SignError> {
    // 1. May this office have this type signed, and does the service seal it?
    let authorized = signer.authorize(office, &call.document.document_type)?;
    let sealing = call.claims.as_ref().map(|printed| Sealing::of(signer, &authorized, &call, printed)).transpose()?;
    // 2. The request's texts become commitments. The nonce stands for the claims: it is a keyed hash of all of them.
    let commitments = commit(signer, office, &call);
    // 3. A repeated request gets what it got.
    if let Some(record) = signer.register.find_reservation(office, call.request_id).await? {
        return again(sealing.as_ref(), record, &commitments, call.mode);
    }
    // 4. The seal is made; whatever cannot be sealed is refused here.
    let issued_at = signer.believable_time()?;
    authorized.validity().check(issued_at)?;
    if call.mode == Mode::ValidateOnly {
        // The longest index: the seal of a real one is no longer.
        let longest = StatusIndex::from_u64(StatusIndex::LIMIT).map_err(|_| SignError::StatusIndexMissing)?;
        sealing.map(|sealing| sealing.seal(longest, issued_at)).transpose()?;
        return Ok((None, Freshness::New));
    }
    signer.register.may_reserve(office, issued_at)?;
    let given = signer.register.take_status_index().ok_or(SignError::StatusIndexMissing)?;
    let seal = sealing.as_ref().map(|sealing| sealing.seal(given.index(), issued_at)).transpose()?;
    // 5. The reservation is recorded. When this returns, the disk has it, and the seal may leave.
    let new = NewReservation {
        office: office.clone(),
        request_id: call.request_id,
        commitments,
        document_type: call.document.document_type.clone(),
        given,
        issued_at,
        expires_at: issued_at.saturating_add(signer.reservations.seconds),
        seal: sealing
            .as_ref()
            .zip(seal.as_ref())
            .map(|(sealing, seal)| SealRecord { hash: seal.hash(), key_id: sealing.maker.key_id().to_owned() }),
        open_limit: signer.reservations.open_limit,
    };
    match signer.register.record_reservation(new).await? {
        Reserved::New(record) => Ok((Some(Reservation { record, seal }), Freshness::New)),
        // The same request ran beside this one, and was first.
        Reserved::Existing(record) => again(sealing.as_ref(), record, &commitments, call.mode),
    }
}

/// Everything that a seal is made of but its index and its date.
struct Sealing<'a> {
    signer: &'a Signer,
    maker: &'a SealMaker,
    call: &'a Reserve,
    printed: &'a PrintedFields,
    office: &'a OfficeId,
    office_number: u16,
}

impl<'a> Sealing<'a> {
    fn of(
        signer: &'a Signer,
        authorized: &'a Authorized<'_>,
        call: &'a Reserve,
        printed: &'a PrintedFields,
    ) -> Result<Self, SignError> {
        let maker = signer.seals.as_ref().ok_or(SignError::SealsNotServed)?;
        let office_number = authorized.office_number().ok_or(SignError::SealsNotServed)?;
        maker.check_type(&call.document.document_type)?;
        Ok(Self { signer, maker, call, printed, office: authorized.office(), office_number })
    }

    fn seal(&self, status: StatusIndex, issued_at: u64) -> Result<Seal, SignError> {
        let head = SealHead { status, issued_at, office: self.office_number };
        self.maker.make(&self.signer.commitment_key, self.office, self.call.request_id, self.printed, head)
    }
}

/// Answers a request whose id is in the register, with the octets of then or not at all.
fn again(
    sealing: Option<&Sealing<'_>>,
    record: ReservationRecord,
    commitments: &Commitments,
    mode: Mode,
) -> Result<(Option<Reservation>, Freshness), SignError> {
    if record.request != commitments.request {
        return Err(SignError::RequestIdReused);
    }
    let seal = sealing.map(|sealing| sealing.seal(record.status_index, record.issued_at)).transpose()?;
    let made = seal.as_ref().map(Seal::hash);
    let recorded = record.seal.as_ref().map(|seal| seal.hash);
    if made != recorded {
        return Err(SignError::SealNotRebuilt { name: record.name });
    }
    let reservation = (mode == Mode::Sign).then_some(Reservation { record, seal });
    Ok((reservation, Freshness::Replayed))
}

/// Commits to the request's texts and to the request as a whole, as for a signature: only the last line may hold a line feed.
fn commit(signer: &Signer, office: &OfficeId, call: &Reserve) -> Commitments {
    let key = &signer.commitment_key;
    let document = &call.document;
    let (number, officer) = (document.number.as_str(), document.requesting_officer.as_str());
    let claims = call
        .claims
        .as_ref()
        .map(|printed| hex::encode(evidence::seal::nonce(key, office, &call.request_id.to_string(), printed)))
        .unwrap_or_default();
    let whole = format!("reserve\n{}\n{number}\n{officer}\n{claims}", document.document_type);
    Commitments {
        request: key.commit(CommitmentDomain::Request, &whole),
        number: key.commit(CommitmentDomain::DocumentNumber, number),
        officer: key.commit(CommitmentDomain::RequestingOfficer, officer),
    }
}
