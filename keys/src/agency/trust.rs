//! The agency's trust list: which keys seal and say what still holds, signed by the root's key.
//!
//! As with a CRL the ledger is written first: a sequence number is never used twice, and a list that lies where the world fetches
//! it never knows more than the ledger. A new key waits beside the old one until the list that names it is published.

use std::{fs, path::Path};

use evidence::{
    KeyHint, UnixSeconds,
    trust_list::{SignedTrustList, TrustList, UnsignedTrustList},
};
use getrandom::SysRng;

use super::{
    Agency, AgencyError, Authority,
    issuer::Issuer,
    layout::Layout,
    ledger::VERSION,
    options::Lifetimes,
    staged::Staged,
    trust_book::{Standing, StatementKey, StatementKind, TrustBook, TrustListChange},
};
use crate::{
    Passphrase, SoftKey,
    statement_key::sign_trust_list,
    whole_file::{self, Readers},
};

const DAY: u64 = 24 * 60 * 60;
/// How long a key that was followed by another goes on signing: until the service was started again, and with a margin.
pub(super) const OVERLAP: u64 = 7 * DAY;

/// What came of taking a new key into use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Roll {
    /// A new key took the old one's place.
    Done,
    /// An earlier attempt had been interrupted; its key took the old one's place, and no other was made.
    EarlierFinished,
    /// The compromised key was out of use already; it was marked, and no key was made.
    Marked,
}

/// A key that somebody else may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compromise {
    /// Which key.
    pub hint: KeyHint,
    /// Since when, Unix seconds.
    pub at: u64,
}

impl Agency {
    /// The keys of seals and status tokens that the trust list names, oldest first; none in an agency that has no list yet.
    pub fn statement_keys(&self) -> &[StatementKey] {
        self.ledger.trust.as_ref().map_or(&[], |book| &book.keys)
    }

    /// Is there a key that waits to take its place, because an attempt was interrupted?
    pub fn roll_was_interrupted(&self, kind: StatementKind) -> bool {
        Staged::of(self.layout.statement_key(kind)).is_there()
    }

    /// Gives an agency that was made before there were seals its seal key, its status key and its first trust list.
    ///
    /// `passphrase` opens the signing key and protects the two new ones. A key that lies there already is taken as it is.
    ///
    /// # Errors
    /// [`AgencyError::Exists`] when there is a list; what a prefix, a key or a file says. Nothing that the service reads was changed then.
    pub fn init_trust_list(
        &mut self,
        change: &TrustListChange,
        lifetime: u64,
        now: u64,
        passphrase: &Passphrase,
        ca_passphrase: &Passphrase,
    ) -> Result<(), AgencyError> {
        let _lock = self.lock()?;
        if self.ledger.trust.is_some() {
            return Err(AgencyError::Exists { path: self.layout.trust_list() });
        }
        let mut book = TrustBook::new(change)?;
        let root = self.issuer(Authority::Root, ca_passphrase)?;
        SoftKey::load(&self.layout.signing_key(), passphrase)?;
        let until = now.checked_add(Lifetimes::default().statement_keys).ok_or(AgencyError::Times)?;
        let mut waiting = Vec::new();
        for kind in StatementKind::ALL {
            let place = self.layout.statement_key(kind);
            let key = if place.symlink_metadata().is_ok() {
                SoftKey::load(&place, passphrase)?
            } else {
                // Nothing is recorded yet, so what an earlier attempt left is known to nobody.
                let staged = Staged::of(place);
                staged.discard()?;
                let key = stage(&staged, passphrase)?;
                waiting.push(staged);
                key
            };
            book.put_in_use(kind, key.public_key(), now, until, now)?;
        }
        self.ledger.version = VERSION;
        self.publish_trust_list(book, &root, lifetime, now)?;
        waiting.iter().try_for_each(Staged::put_in_place)
    }

    /// Issues the trust list anew, with the next sequence number, valid for `lifetime` seconds from `now`.
    ///
    /// # Errors
    /// [`AgencyError::NoTrustList`]; what a prefix, the root's key or a file says.
    pub fn issue_trust_list(
        &mut self,
        change: &TrustListChange,
        lifetime: u64,
        now: u64,
        ca_passphrase: &Passphrase,
    ) -> Result<(), AgencyError> {
        let _lock = self.lock()?;
        let mut book = self.trust_book()?;
        book.apply(change)?;
        let root = self.issuer(Authority::Root, ca_passphrase)?;
        self.publish_trust_list(book, &root, lifetime, now)
    }

    /// Takes a new key into use and publishes the list that names it. The old one is retired: it signs for another week at most, until the
    /// service was started again. If it is compromised the list says so instead, and of an earlier key the list says it alone.
    ///
    /// A roll that was interrupted after it was recorded is finished instead of another key being made.
    ///
    /// # Errors
    /// [`AgencyError::NoTrustList`], [`AgencyError::UnknownStatementKey`], [`AgencyError::CompromiseTime`]; what a key or a file says.
    pub fn roll_statement_key(
        &mut self,
        kind: StatementKind,
        compromised: Option<Compromise>,
        lifetime: u64,
        now: u64,
        passphrase: &Passphrase,
        ca_passphrase: &Passphrase,
    ) -> Result<Roll, AgencyError> {
        let _lock = self.lock()?;
        let mut book = self.trust_book()?;
        let root = self.issuer(Authority::Root, ca_passphrase)?;
        let place = self.layout.statement_key(kind);
        let staged = Staged::of(place.clone());
        let recorded =
            staged.is_there() && book.knows(SoftKey::load(staged.path(), passphrase)?.public_key().spki_der());
        let before = compromised.map(|Compromise { hint, at }| book.compromise(kind, hint, at, now)).transpose()?;
        let was_active = before.map(|standing| standing == Standing::Active);
        let roll = match (recorded, was_active) {
            (_, Some(true)) | (false, None) => Roll::Done,
            (true, _) => Roll::EarlierFinished,
            (false, Some(false)) => Roll::Marked,
        };
        if roll == Roll::Done {
            self.check_signers_words(&place, passphrase)?;
            staged.discard()?;
            let key = stage(&staged, passphrase)?;
            let until = now.checked_add(Lifetimes::default().statement_keys).ok_or(AgencyError::Times)?;
            let overlap_end = now.checked_add(OVERLAP).ok_or(AgencyError::Times)?;
            book.put_in_use(kind, key.public_key(), now, until, overlap_end)?;
        }
        self.publish_trust_list(book, &root, lifetime, now)?;
        if roll != Roll::Marked {
            staged.put_in_place()?;
        }
        Ok(roll)
    }

    /// The words that open the key of today are those that the service knows; if that key is lost, those of the signing key.
    fn check_signers_words(&self, place: &Path, passphrase: &Passphrase) -> Result<(), AgencyError> {
        let signing_key = self.layout.signing_key();
        SoftKey::load(if place.symlink_metadata().is_ok() { place } else { &signing_key }, passphrase)?;
        Ok(())
    }

    fn trust_book(&self) -> Result<TrustBook, AgencyError> {
        self.ledger.trust.clone().ok_or_else(|| AgencyError::NoTrustList { path: self.layout.dir().to_owned() })
    }

    /// Counts the sequence up, records it, and only then publishes.
    fn publish_trust_list(
        &mut self,
        mut book: TrustBook,
        root: &Issuer,
        lifetime: u64,
        now: u64,
    ) -> Result<(), AgencyError> {
        check_published(&self.layout, &book, root, now)?;
        book.sequence = book.sequence.checked_add(1).ok_or(AgencyError::Times)?;
        let list = signed(&book, root, lifetime, now)?;
        self.ledger.trust = Some(book);
        self.write_ledger()?;
        self.layout.make_trust_folder()?;
        Ok(whole_file::replace(&self.layout.trust_list(), &list, Readers::Everybody)?)
    }
}

/// Makes a key and lets it wait, encrypted.
fn stage(staged: &Staged, passphrase: &Passphrase) -> Result<SoftKey, AgencyError> {
    let key = SoftKey::generate(&mut SysRng)?;
    staged.write(key.to_encrypted_pem(passphrase, &mut SysRng)?.as_bytes(), Readers::Owner)?;
    Ok(key)
}

/// Sees that a list made of this book forgets nothing of the one that was published, and is not older. A file that the root did not sign
/// says nothing: the next list takes its place.
fn check_published(layout: &Layout, book: &TrustBook, root: &Issuer, now: u64) -> Result<(), AgencyError> {
    let Some(list) = fs::read(layout.trust_list()).ok().and_then(|octets| SignedTrustList::from_cose(&octets).ok())
    else {
        return Ok(());
    };
    if !root.key.public_key().verifies_statement(list.to_be_signed(), list.signature()) {
        return Ok(());
    }
    let published = list.list();
    if published.sequence > book.sequence || !published.keys.iter().all(|key| book.knows(&key.spki_der)) {
        return Err(AgencyError::TrustListAhead { published: published.sequence, recorded: book.sequence });
    }
    if published.issued_at.0 > now {
        return Err(AgencyError::TrustListOfLater { issued_at: published.issued_at.0, now });
    }
    Ok(())
}

/// The list that this book makes, signed by the root, and read again before anybody gets it.
pub(super) fn signed(book: &TrustBook, root: &Issuer, lifetime: u64, now: u64) -> Result<Vec<u8>, AgencyError> {
    let own = root.certificate.not_before_unix()..=root.certificate.not_after_unix();
    if !own.contains(&now) {
        return Err(AgencyError::AuthorityNotValid { authority: root.authority });
    }
    let expires_at = now.checked_add(lifetime).ok_or(AgencyError::Times)?.min(*own.end());
    if expires_at <= now {
        return Err(AgencyError::Times);
    }
    let list = TrustList {
        sequence: book.sequence,
        issued_at: UnixSeconds(now),
        expires_at: UnixSeconds(expires_at),
        prefixes: book.prefixes()?,
        status_prefix: book.status_prefix()?,
        keys: book.keys.iter().map(StatementKey::trusted).collect::<Result<_, _>>()?,
    };
    let unsigned = UnsignedTrustList::new(&list, KeyHint::of_spki(root.key.public_key().spki_der()))?;
    let signature = sign_trust_list(&root.key, &unsigned.to_be_signed())?;
    Ok(unsigned.sign_with(signature)?.as_cose().to_vec())
}
