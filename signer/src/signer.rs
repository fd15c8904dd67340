//! [`Signer`]: everything that a request needs, made once at start.
//!
//! The chain is parsed, the size to reserve measured and the credential locked away here, so that a request parses no
//! certificate and no configuration.

use std::fmt;
use std::sync::Arc;

use evidence::{Commitment, CommitmentKey, DocumentType, OfficeId, OidArc, SigningStatement, UnixSeconds};
use keys::Credential;
use pades::{CertificateChain, CmsError, ContentsSize, Limits, SignedAttribute, contents_size};
use tokio::sync::{Semaphore, watch};

use crate::authorize::{Authorized, KeyRoom, authorize};
use crate::clock::Clock;
use crate::error::SignError;
use crate::in_flight::InFlight;
use crate::limits::ServerLimits;
use crate::offices::Offices;
use crate::publish::StatusLists;
use crate::register::{OpenError, Register, StopCause};
use crate::seal::SealMaker;

/// Seconds that the wall clock may lie behind the last entry of the register.
pub(crate) const CLOCK_TOLERANCE_SECONDS: u64 = 1;
/// Documents of the largest size that may be held at once; smaller ones in proportion.
const LARGEST_DOCUMENTS: usize = 8;
/// Octets that one permit of the room for documents stands for.
pub(crate) const ROOM_UNIT_BYTES: usize = 64 * 1024;

/// What a [`Signer`] is made of.
pub struct SignerParts {
    /// The key and its chain.
    pub credential: Credential,
    /// The register, open.
    pub register: Register,
    /// The key for commitments.
    pub commitment_key: CommitmentKey,
    /// The offices.
    pub offices: Arc<Offices>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Limits on documents; `input_bytes` is the largest document that SignDocument takes.
    pub limits: Limits,
    /// The arc of our own object identifiers.
    pub oid_arc: OidArc,
    /// Title to show instead of the one in the signing certificate.
    pub signer_title: Option<String>,
    /// Items of one batch, at most.
    pub batch_size: u32,
}

impl fmt::Debug for SignerParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignerParts").field("key_id", self.credential.key_id()).finish_non_exhaustive()
    }
}

/// Why the service cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The chain cannot stand in a CMS.
    #[error("the certificate chain cannot be used: {0}")]
    Chain(#[from] CmsError),
    /// The register does not belong to the commitment key.
    #[error(transparent)]
    Register(#[from] OpenError),
    /// The clock is behind the register, and open acts wait for an end that must have a time.
    #[error("the clock says {now}, after {last_recorded} was recorded; set the clock before starting")]
    ClockDoubtful {
        /// The wall clock, Unix seconds.
        now: u64,
        /// Time of the last entry, Unix seconds.
        last_recorded: u64,
    },
    /// Open acts could not be read or ended.
    #[error("acts that were left open could not be ended: {0}")]
    Recovery(SignError),
}

/// The signing service, without its wire.
pub struct Signer {
    pub(crate) register: Register,
    pub(crate) room: KeyRoom,
    pub(crate) chain: CertificateChain,
    pub(crate) contents_size: ContentsSize,
    pub(crate) commitment_key: CommitmentKey,
    pub(crate) offices: Arc<Offices>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Limits,
    pub(crate) oid_arc: OidArc,
    pub(crate) signer_title: String,
    pub(crate) batch_size: u32,
    pub(crate) in_flight: InFlight,
    /// Room for documents, in permits of [`ROOM_UNIT_BYTES`].
    pub(crate) document_room: Arc<Semaphore>,
    pub(crate) seals: Option<SealMaker>,
    pub(crate) status_lists: Option<Arc<StatusLists>>,
    pub(crate) reservations: ReservationTerms,
}

/// How many reservations an office may have, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReservationTerms {
    /// Reservations of one office that may wait for their signature.
    pub open_limit: u32,
    /// Seconds for which one can be signed.
    pub seconds: u64,
}

impl ReservationTerms {
    /// As the limits say.
    #[must_use]
    pub const fn of(limits: &ServerLimits) -> Self {
        Self { open_limit: limits.open_reservations.get(), seconds: limits.reservation_seconds.get() as u64 }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("room", &self.room).finish_non_exhaustive()
    }
}

impl Signer {
    /// Puts the service together. Call [`Signer::recover`] before the first request.
    ///
    /// # Errors
    ///
    /// [`StartError::Chain`], [`StartError::Register`].
    pub fn open(parts: SignerParts) -> Result<Self, StartError> {
        let SignerParts {
            credential,
            register,
            commitment_key,
            offices,
            clock,
            limits,
            oid_arc,
            signer_title,
            batch_size,
        } = parts;
        register.bind(&commitment_key)?;
        let room = KeyRoom::new(credential);
        let chain = CertificateChain::from_der(room.chain_der().iter().cloned())?;
        let largest = [largest_statement(&oid_arc)];
        let contents_size = contents_size(&chain, &largest);
        let signer_title = signer_title.unwrap_or_else(|| room.signer_title().unwrap_or_default().to_owned());
        let units = limits.input_bytes.div_ceil(ROOM_UNIT_BYTES).saturating_mul(LARGEST_DOCUMENTS);
        let document_room = Arc::new(Semaphore::new(units.min(Semaphore::MAX_PERMITS)));
        Ok(Self {
            register,
            room,
            chain,
            contents_size,
            commitment_key,
            offices,
            clock,
            limits,
            oid_arc,
            signer_title,
            batch_size,
            in_flight: InFlight::default(),
            document_room,
            seals: None,
            status_lists: None,
            reservations: ReservationTerms::of(&ServerLimits::default()),
        })
    }

    /// The same service with seals.
    #[must_use]
    pub fn with_seals(self, seals: SealMaker) -> Self {
        Self { seals: Some(seals), ..self }
    }

    /// The same service with published statuses.
    #[must_use]
    pub fn with_status_lists(self, status_lists: StatusLists) -> Self {
        Self { status_lists: Some(Arc::new(status_lists)), ..self }
    }

    /// The same service with other terms for reservations.
    #[must_use]
    pub fn with_reservations(self, reservations: ReservationTerms) -> Self {
        Self { reservations, ..self }
    }

    /// Tells when the register stops; the process must then end with exit code 74.
    #[must_use]
    pub fn fatal(&self) -> watch::Receiver<Option<StopCause>> {
        self.register.fatal()
    }

    /// Waits until no act is under way, for a drain: a caller that went away does not end its act.
    pub async fn idle(&self) {
        self.in_flight.idle().await;
    }

    pub(crate) fn authorize(
        &self,
        office: &OfficeId,
        document_type: &DocumentType,
    ) -> Result<Authorized<'_>, SignError> {
        authorize(&self.offices, &self.room, office, document_type)
    }

    /// The server's time, unless the clock is behind what is recorded; never before it.
    pub(crate) fn believable_time(&self) -> Result<u64, SignError> {
        let (now, last_recorded) = (self.clock.now_unix(), self.register.last_recorded_at());
        if now.saturating_add(CLOCK_TOLERANCE_SECONDS) < last_recorded {
            return Err(SignError::ClockDoubtful { now, last_recorded });
        }
        Ok(now.max(last_recorded))
    }
}

/// The longest statement that can be signed, so that the size measured at start fits every one.
fn largest_statement(oid_arc: &OidArc) -> SignedAttribute {
    let statement = SigningStatement {
        sequence: evidence::signing_statement::SEQUENCE_LIMIT,
        signed_at: UnixSeconds(0),
        office: OfficeId::parse(&"o".repeat(OfficeId::LIMIT)).expect("a name of the longest length"),
        document_type: DocumentType::parse(&"t".repeat(DocumentType::LIMIT)).expect("a name of the longest length"),
        number_commitment: Commitment::from_bytes([0; 32]),
        seal_hash: Some([0; 32]),
        mandate: Some(evidence::MandateReference {
            id: OfficeId::parse(&"m".repeat(OfficeId::LIMIT)).expect("a name of the longest length"),
            hash: [0; 32],
        }),
        status_index: evidence::StatusIndex::from_u64(evidence::StatusIndex::LIMIT).ok(),
    };
    SignedAttribute {
        oid: oid_arc.signing_statement(),
        value_der: statement.to_der().expect("every field of this statement is within its limit"),
    }
}
