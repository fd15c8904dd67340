//! Validation data that the document carries: its DSS (ISO 32000-2, 12.8.4.3), lists inside the CMS (RFC 5652, 5.1), and Adobe's
//! attribute with revocation information (ISO 32000-1, 12.8.3.3.2).
//!
//! Job: find the revocation lists among them. A list is signed by its issuer and dated, so it is worth the same wherever it lay,
//! and whoever put it there; `revocation` weighs it like one from `--crl`.
//! The certificates of a DSS may stand in a path where those of the CMS do not reach an anchor; nothing about them is trusted.
//! Invariant: what is carried can add knowledge, never take any away. What cannot be read is told and otherwise ignored, and so is
//! what is not used yet: OCSP responses. A certificate that cannot be read is nobody's and is not told.
//!
//! ```text
//! RevocationInfoArchival ::= SEQUENCE { crl [0] EXPLICIT SEQUENCE OF CRLs OPTIONAL, ocsp [1] EXPLICIT SEQUENCE OF
//!     OCSPResponse OPTIONAL, otherRevInfo [2] OPTIONAL }
//! ```

use std::collections::HashSet;

use pades::pdf::{Dictionary, Ref, Value, View};
use pades::{PdfError, SignedPdf};

use crate::asn1::{Asn1Result, Reader, single_sequence, tag};
use crate::certificate::Certificate;
use crate::cms::Single;
use crate::findings::Finding;
use crate::format::WellFormed;
use crate::oid;
use crate::outcome::Outcome;
use crate::revocation::Crl;

/// Lists that are taken from one document, or from one CMS. Honest ones carry one for each authority of two or three chains; each
/// costs a signature's verification, and its maker chooses how many there are.
const MAX_LISTS: usize = 20;

/// Octets of all lists of one document. The largest public lists have some 10 MiB.
const MAX_OCTETS: usize = 64 * 1024 * 1024;

/// Certificates that are taken from one document (the design's table: 100 in all). Honest ones carry those of two or three chains.
const MAX_CERTIFICATES: usize = 100;

/// What one document or one CMS carries.
#[derive(Debug, Default)]
pub(crate) struct Carried {
    lists: Vec<Crl>,
    certificates: Vec<Certificate>,
    octets: usize,
    /// OCSP responses, or more lists than are used.
    has_more: bool,
    /// The first thing that could not be read.
    fault: Option<Finding>,
}

impl Carried {
    /// Everything in the DSS of the last revision: it is there for the signatures of all revisions.
    pub(crate) fn of_document(pdf: &SignedPdf<'_>) -> Self {
        let mut carried = Self::default();
        if pdf.has_dss()
            && let Err(error) = carried.read_store(pdf.document().latest())
        {
            carried.note(Finding::DssMalformed(error));
        }
        carried
    }

    /// These lists.
    #[cfg(test)]
    pub(crate) fn of_lists<'a>(lists: impl IntoIterator<Item = &'a Crl>) -> Self {
        Self { lists: lists.into_iter().cloned().collect(), ..Self::default() }
    }

    /// Everything in the CMS of one signature.
    pub(crate) fn of_cms(form: &WellFormed<'_>) -> Self {
        let mut carried = Self::default();
        for der in &form.signed_data().crls {
            carried.add(der);
        }
        // SignedAttributes is where ISO 32000-1 puts it; one that is repeated says nothing.
        if let Some(attributes) = form.signed_attributes()
            && let Single::Value(value) = attributes.one(oid::ADOBE_REVOCATION_ARCHIVAL)
            && let Err(error) = carried.read_archival(value.whole)
        {
            carried.note(Finding::CarriedListMalformed(error));
        }
        carried
    }

    /// `DSS: << /CRLs [streams] /OCSPs [streams] /Certs [streams] /VRI << /HASH << /CRL [streams] ... >> ... >> >>`. Whatever a VRI
    /// names is to stand in the DSS itself too; one that does not is as good.
    fn read_store(&mut self, view: View<'_>) -> Result<(), PdfError> {
        let catalog = view.catalog()?;
        let Some(store) = view.get(&catalog, "DSS")? else { return Ok(()) };
        let store = store.as_dictionary()?;
        let mut seen = HashSet::new();
        let own = self.read_all(view, store, Kind::List, "CRLs", &mut seen);
        // What is wrong with certificates takes nothing: without them a path is searched as if they were not there.
        let _ = self.read_all(view, store, Kind::Certificate, "Certs", &mut seen);
        self.has_more |= view.get(store, "OCSPs")?.is_some();
        if let Some(by_signature) = view.get(store, "VRI")? {
            let entries = by_signature.as_dictionary()?.entries().iter();
            for (_, value) in entries.filter(|(key, _)| !key.is("Type")).take(MAX_LISTS) {
                let value = view.resolve(value)?;
                let value = value.as_dictionary()?;
                let _ = self.read_all(view, value, Kind::Certificate, "Cert", &mut seen);
                self.read_all(view, value, Kind::List, "CRL", &mut seen)?;
            }
        }
        own
    }

    /// The streams of one array. One that cannot be read does not hide the others.
    fn read_all(
        &mut self,
        view: View<'_>,
        dictionary: &Dictionary<'_>,
        kind: Kind,
        key: &'static str,
        seen: &mut HashSet<Ref>,
    ) -> Result<(), PdfError> {
        let Some(array) = view.get(dictionary, key)? else { return Ok(()) };
        for item in array.as_array()? {
            if self.is_full(kind) {
                break;
            }
            match (stream_in(view, item, seen), kind) {
                (Ok(Some(der)), Kind::List) => self.add(&der),
                (Ok(Some(der)), Kind::Certificate) => self.add_certificate(&der),
                (Ok(None), _) | (Err(_), Kind::Certificate) => {}
                (Err(error), Kind::List) => self.note(Finding::DssMalformed(error)),
            }
        }
        Ok(())
    }

    fn read_archival(&mut self, der: &[u8]) -> Asn1Result<()> {
        let parts = single_sequence(der)?.within(|reader| {
            let lists = reader.optional(tag::constructed(0))?;
            let responses = reader.optional(tag::constructed(1))?;
            reader.optional(tag::constructed(2))?;
            Ok((lists, responses))
        })?;
        self.has_more |= parts.1.is_some();
        let Some(lists) = parts.0 else { return Ok(()) };
        let lists = lists.within(Reader::sequence)?;
        let mut reader = lists.reader();
        while !reader.is_empty() {
            self.add(reader.any()?.whole);
        }
        Ok(())
    }

    fn is_full(&mut self, kind: Kind) -> bool {
        let has_all = match kind {
            Kind::List => self.lists.len() >= MAX_LISTS,
            Kind::Certificate => self.certificates.len() >= MAX_CERTIFICATES,
        };
        let is_full = has_all || self.octets >= MAX_OCTETS;
        self.has_more |= is_full;
        is_full
    }

    fn add(&mut self, der: &[u8]) {
        if self.is_full(Kind::List) {
            return;
        }
        self.octets = self.octets.saturating_add(der.len());
        match Crl::from_der(der) {
            Ok(list) if self.lists.iter().any(|known| known.sha256() == list.sha256()) => {}
            Ok(list) => self.lists.push(list),
            Err(error) => self.note(Finding::CarriedListMalformed(error)),
        }
    }

    fn add_certificate(&mut self, der: &[u8]) {
        self.octets = self.octets.saturating_add(der.len());
        if let Ok(certificate) = Certificate::from_der(der)
            && !self.certificates.contains(&certificate)
        {
            self.certificates.push(certificate);
        }
    }

    fn note(&mut self, fault: Finding) {
        self.fault.get_or_insert(fault);
    }
}

/// What a stream of a DSS holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    List,
    Certificate,
}

/// What the document and the CMS carry for one signature.
#[derive(Clone, Debug, Default)]
pub(crate) struct AtHand<'a> {
    lists: Vec<&'a Crl>,
    certificates: Vec<&'a Certificate>,
}

impl<'a> AtHand<'a> {
    pub(crate) fn of(all: &[&'a Carried]) -> Self {
        Self {
            lists: all.iter().flat_map(|carried| &carried.lists).collect(),
            certificates: all.iter().flat_map(|carried| &carried.certificates).collect(),
        }
    }

    /// The same with what a time-stamp token carries itself.
    pub(crate) fn and<'b>(&self, own: &'b Carried) -> AtHand<'b>
    where
        'a: 'b,
    {
        let Self { lists, certificates } = self;
        AtHand {
            lists: lists.iter().copied().chain(&own.lists).collect(),
            certificates: certificates.iter().copied().chain(&own.certificates).collect(),
        }
    }

    pub(crate) fn lists(&self) -> &[&'a Crl] {
        &self.lists
    }

    pub(crate) fn has_certificates(&self) -> bool {
        !self.certificates.is_empty()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lists.is_empty() && self.certificates.is_empty()
    }

    /// `pool`, and the certificates that are carried.
    pub(crate) fn pool_with(&self, pool: &[Certificate]) -> Vec<Certificate> {
        pool.iter().chain(self.certificates.iter().copied()).cloned().collect()
    }
}

/// The data of the stream that an item of an array refers to; `None` when it was read before.
fn stream_in(view: View<'_>, item: &Value<'_>, seen: &mut HashSet<Ref>) -> Result<Option<Vec<u8>>, PdfError> {
    // A stream is always an indirect object (7.3.8.1).
    let reference = item.as_reference()?;
    if !seen.insert(reference) {
        return Ok(None);
    }
    view.object(reference)?.map(|object| view.stream_data(&object)).transpose()
}

/// Everything that the document carries for this signature was read and is used.
#[derive(Debug)]
pub(crate) struct ValidationDataUsed(());

impl ValidationDataUsed {
    /// Says what was used and what was not.
    pub(crate) fn establish(document: &Carried, cms: &Carried, notes: &mut Vec<Finding>) -> Outcome<Self> {
        let all = [document, cms];
        let has_more = all.iter().any(|carried| carried.has_more).then_some(Finding::DssNotChecked);
        let mut against = all.iter().filter_map(|carried| carried.fault.clone()).chain(has_more);
        match against.next() {
            Some(first) => {
                notes.extend(against);
                Outcome::NotChecked(first)
            }
            None if all.iter().all(|carried| carried.lists.is_empty() && carried.certificates.is_empty()) => {
                Outcome::NotApplicable
            }
            None => Outcome::Passed(Self(())),
        }
    }
}

#[cfg(test)]
mod tests;
