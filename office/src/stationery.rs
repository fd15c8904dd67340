//! How a run draws its signatures: the template that is ready, the claims of the documents whose seals it needs, and the way in which
//! pages are looked at. And the sealed way of one document: reserve, draw, prepare.

use std::{collections::HashMap, sync::Arc};

use evidence::{DocumentType, seal::Seal};
use pades::{Limits, PrepareOptions, PreparedPdf, UnsignedPdf};

use crate::{
    appearance::{Artwork, Shown, Sight},
    claims::Claims,
    client::Client,
    document::{Document, DocumentNumber},
    profile::Profile,
    request_id::RequestId,
    sign_error::SignError,
    signing::Moment,
};

/// How a run draws its signatures.
#[derive(Debug, Clone)]
pub struct Stationery {
    /// The template.
    pub artwork: Artwork,
    /// What the seals say, by type and number: a number alone may be that of two documents. Needed only for a template with a seal.
    pub claims: HashMap<(DocumentType, DocumentNumber), Claims>,
    /// How pages are looked at.
    pub sight: Sight,
}

/// A document with its visible signature, and its seal.
#[derive(Debug)]
pub(crate) struct Drawn {
    pub(crate) prepared: PreparedPdf,
    pub(crate) seal_hash: Option<[u8; 32]>,
}

impl Client {
    /// This client, drawing what it signs by digest.
    #[must_use]
    pub fn drawing(mut self, stationery: Stationery) -> Self {
        self.stationery = Some(Arc::new(stationery));
        self
    }

    /// Whether this client has what a new seal of this document takes.
    pub(crate) fn can_seal(&self, document: &Document) -> bool {
        self.stationery.as_ref().is_some_and(|stationery| {
            let subject = (document.document_type.clone(), document.number.clone());
            stationery.artwork.template().has_seal() && stationery.claims.contains_key(&subject)
        })
    }

    /// Draws a visible signature on a document and prepares it. Blocks: a seal is asked of the service, and the page is looked at.
    ///
    /// What is reserved and not signed expires at the service within 15 minutes and is never green; so nothing of the claims is kept here.
    pub(crate) fn draw(
        &self,
        stationery: &Stationery,
        pdf: Vec<u8>,
        profile: &Profile,
        document: &Document,
        moment: Moment,
    ) -> Result<Drawn, SignError> {
        // 1. What can be refused without the service.
        let pdf = Arc::new(pdf);
        let unsigned = UnsignedPdf::open(pdf.as_ref().clone(), &Limits::default())?;
        unsigned.check_certification(&stationery.artwork.template().place.field())?;
        let claims = if stationery.artwork.template().has_seal() {
            let subject = (document.document_type.clone(), document.number.clone());
            let claims = stationery.claims.get(&subject).ok_or(SignError::NoClaims)?;
            claims.check_type(&document.document_type)?;
            Some(claims)
        } else {
            None
        };

        // 2. The seal, whose text says how many modules it has.
        let seal: Option<Seal> = claims
            .map(|claims| {
                let asking = self.reserve(RequestId::generate(), document, claims);
                tokio::runtime::Handle::current().block_on(asking).map_err(SignError::Reserve)
            })
            .transpose()?;
        let text = seal.as_ref().map(Seal::to_text);

        // 3. The page.
        let shown = Shown {
            signer_name: &profile.signer_name,
            signer_title: &profile.signer_title,
            number: document.number.as_str(),
            time: moment.claimed_signing_time,
            seal: text.as_deref(),
        };
        let drawing = stationery.artwork.draw(&unsigned, &pdf, &shown, &stationery.sight)?;

        // 4. The document with room for the signature.
        let options = PrepareOptions {
            name: Some(profile.signer_name.clone()).filter(|name| !name.is_empty()),
            appearance: drawing.appearance,
            certification: drawing.certification,
            seal: text,
            ..PrepareOptions::new(drawing.field, moment.claimed_signing_time, profile.contents_size)
        };
        Ok(Drawn { prepared: unsigned.prepare(&options)?, seal_hash: seal.map(|seal| seal.hash()) })
    }
}
