//! The peer's `ReserveDocument`: a seal, or something that is none.

use evidence::{
    KeyHint, SealPrefix, StatusIndex, UnixSeconds,
    seal::{Days, Head, Seal, SealPayload, Tags, UnsignedSeal, printed::SuratFields},
};
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use proto::teken::v1::{self, document_service_server::DocumentService};
use tonic::{Code, Request, Response, Status};

use crate::{
    peer::{Peer, refusal},
    pki::NOW,
};

/// What the peer does with a request for a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reserve {
    Honestly,
    Refuse,
    NoReservation,
    /// The text that would be printed is no seal.
    TextOfNoSeal,
    /// The text is another seal than the octets.
    OtherOctets,
    /// The hash, which the statement binds, is another one.
    OtherHash,
}

/// The seal of a letter of this number.
pub(crate) fn seal(number: &str) -> Seal {
    nth_seal(number, 1)
}

/// The seal that the `nth` reservation of the peer gives.
pub(crate) fn nth_seal(number: &str, nth: u8) -> Seal {
    let nonce = [nth, 2, 3, 4, 5];
    let fields = SuratFields {
        number: number.to_owned(),
        letter_code: 470,
        name: "BUDI CONTOH".to_owned(),
        nik: None,
        valid_until: None,
        tags: Tags::Sealed,
    };
    let issue_date = Days::in_jakarta(UnixSeconds(NOW)).expect("after 1970");
    let head = Head { nonce, issue_date, status: StatusIndex::new(0, 7).expect("in range"), office: 1 };
    let payload = SealPayload { head, claims: fields.mask(&nonce).expect("a letter") };
    let prefix = SealPrefix::parse("https://tte.example.go.id/v#").expect("a prefix");
    let unsigned = UnsignedSeal::new(&payload, KeyHint::of_spki(b"a key"), &prefix).expect("short");
    let key = SigningKey::from_slice(&[0x33; 32]).expect("a scalar in range");
    let signature: Signature = key.sign(&unsigned.to_be_signed());
    unsigned.sign_with(signature.normalize_s().to_bytes().into()).expect("a seal")
}

#[tonic::async_trait]
impl DocumentService for Peer {
    async fn reserve_document(
        &self,
        request: Request<v1::ReserveDocumentRequest>,
    ) -> Result<Response<v1::ReserveDocumentResponse>, Status> {
        let request = request.into_inner();
        let number = request.document.as_ref().map(|document| document.number.clone()).unwrap_or_default();
        let nth = {
            let reserved = &mut self.locked().reserved;
            reserved.push(request);
            u8::try_from(reserved.len()).expect("a test reserves a few times")
        };
        let seal = nth_seal(&number, nth);
        let mut reservation = v1::Reservation {
            name: "offices/kec-a/reservations/7".to_owned(),
            status_index: 7,
            seal: seal.as_cose().to_vec(),
            seal_text: seal.to_text(),
            seal_hash: seal.hash().to_vec(),
            ..v1::Reservation::default()
        };
        match self.reserves {
            Reserve::Honestly => {}
            Reserve::Refuse => return Err(refusal(Code::PermissionDenied, "SEAL_TYPE_NOT_ALLOWED", None)),
            Reserve::NoReservation => return Ok(Response::new(v1::ReserveDocumentResponse::default())),
            Reserve::TextOfNoSeal => reservation.seal_text = "https://tte.example.go.id/v#0".to_owned(),
            Reserve::OtherOctets => reservation.seal_text = self::seal("another").to_text(),
            Reserve::OtherHash => reservation.seal_hash = self::seal("another").hash().to_vec(),
        }
        Ok(Response::new(v1::ReserveDocumentResponse { reservation: Some(reservation), ..Default::default() }))
    }

    async fn set_document_status(
        &self,
        request: Request<v1::SetDocumentStatusRequest>,
    ) -> Result<Response<v1::SetDocumentStatusResponse>, Status> {
        self.set_status(request.into_inner()).await
    }

    async fn get_document_status(
        &self,
        _: Request<v1::GetDocumentStatusRequest>,
    ) -> Result<Response<v1::DocumentStatusRecord>, Status> {
        Ok(Response::new(self.status()))
    }
}
