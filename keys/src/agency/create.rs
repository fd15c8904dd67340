//! Making an agency: everything in a folder of its own first, then put in place, `ca` last.
//!
//! So an interrupted attempt leaves no half agency that looks like a whole one, and an existing agency, or anything else by one of
//! its names, is never touched.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
};

use getrandom::SysRng;
use rand_core::TryCryptoRng;
use zeroize::Zeroizing;

use super::{
    Agency, AgencyError, AgencyOptions, Authority,
    issuer::{Issuer, Wanted},
    layout::Layout,
    ledger::{Book, Issued, Ledger, Purpose, VERSION},
    profile::{NameAttribute, Profile, name},
    signing,
    stage::{NewFile, Stage, file_error, refuse_existing},
    tls, trust,
    trust_book::{StatementKind, TrustBook},
};
use crate::{Certificate, KeyError, Passphrase, SoftKey};

impl Agency {
    /// Makes an agency under `dir`: anchors, CRLs, the signer's, the service's and the offices' keys and certificates.
    ///
    /// Keys come from the system's generator. Nothing that exists is overwritten; on an error nothing is left behind.
    ///
    /// # Errors
    /// [`AgencyError`].
    pub fn create(dir: &Path, options: &AgencyOptions<'_>) -> Result<Self, AgencyError> {
        options.check()?;
        fs::create_dir_all(dir).map_err(|error| file_error(dir, &error))?;
        refuse_existing(dir)?;
        let stage = Stage::new(dir)?;
        let layout = stage.layout();

        let keys = Keys::generate(options)?;
        let (ledger, files) = certify(options, keys, &layout)?;
        for file in &files {
            stage.write(file)?;
        }
        stage.put_in_place(dir)?;
        Ok(Self { layout: Layout::new(dir), ledger })
    }
}

/// The keys of an agency, those that are kept encrypted already sealed.
struct Keys {
    root: SealedKey,
    issuing: SealedKey,
    access: SealedKey,
    signing: SealedKey,
    seal: SealedKey,
    status: SealedKey,
}

struct SealedKey {
    key: SoftKey,
    pem_text: Zeroizing<String>,
}

impl Keys {
    /// scrypt takes most of the time of making an agency, so the derivations run side by side.
    fn generate(options: &AgencyOptions<'_>) -> Result<Self, KeyError> {
        let ca_passphrase = options.ca_passphrase.unwrap_or(options.passphrase);
        thread::scope(|scope| {
            let sealed = |passphrase| scope.spawn(move || SealedKey::generate(passphrase));
            let (ca, signer) = (ca_passphrase, options.passphrase);
            let made = [ca, ca, ca, signer, signer, signer]
                .map(sealed)
                .map(|thread| thread.join().expect("making a key does not panic"));
            let [root, issuing, access, signing, seal, status] = made;
            Ok(Self {
                root: root?,
                issuing: issuing?,
                access: access?,
                signing: signing?,
                seal: seal?,
                status: status?,
            })
        })
    }
}

impl SealedKey {
    fn generate(passphrase: &Passphrase) -> Result<Self, KeyError> {
        let key = SoftKey::generate(&mut SysRng)?;
        let pem_text = key.to_encrypted_pem(passphrase, &mut SysRng)?;
        Ok(Self { key, pem_text })
    }

    fn file(&self, path: PathBuf) -> NewFile {
        NewFile::secret(path, self.pem_text.as_bytes().to_vec().into())
    }
}

/// The CAs of an agency, ready to issue.
struct Authorities {
    root: Issuer,
    issuing: Issuer,
    access: Issuer,
}

impl Authorities {
    /// The two anchors certify themselves, the root certifies the issuing CA.
    fn certify(options: &AgencyOptions<'_>, ledger: &Ledger, keys: [SoftKey; 3]) -> Result<Self, AgencyError> {
        let ca_name = |common_name: &str| {
            let common_name = options.test.mark(common_name);
            name(&[
                (NameAttribute::Organization, &ledger.organization),
                (NameAttribute::CommonName, common_name.as_str()),
            ])
        };
        let anchor = |authority, profile, common_name, key: SoftKey| {
            let spki_der = key.public_key().spki_der().to_vec();
            let wanted = Wanted {
                profile,
                subject: ca_name(common_name)?,
                spki_der: &spki_der,
                not_before: options.now,
                not_after: until(options.now, options.validity.root)?,
                crl_uri: None,
            };
            Issuer::self_signed(authority, key, wanted, &mut SysRng)
        };
        let [root_key, issuing_key, access_key] = keys;
        let root = anchor(Authority::Root, &Profile::Root, "Root CA", root_key)?;
        let access = anchor(Authority::Access, &Profile::AccessRoot, "Access CA", access_key)?;
        let certificate = root.issue(
            Wanted {
                profile: &Profile::Issuing,
                subject: ca_name("Issuing CA")?,
                spki_der: issuing_key.public_key().spki_der(),
                not_before: options.now,
                not_after: until(options.now, options.validity.issuing)?,
                crl_uri: Some(&crl_uri(&ledger.crl_base_uri, Authority::Root)),
            },
            &mut SysRng,
        )?;
        let issuing = Issuer { authority: Authority::Issuing, key: issuing_key, certificate };
        Ok(Self { root, issuing, access })
    }

    fn all(&self) -> [&Issuer; 3] {
        [&self.root, &self.issuing, &self.access]
    }
}

/// Issues everything, in memory.
fn certify(options: &AgencyOptions<'_>, keys: Keys, layout: &Layout) -> Result<(Ledger, Vec<NewFile>), AgencyError> {
    let mut ledger = Ledger {
        version: VERSION,
        organization: options.test.mark(&options.organization),
        organizational_unit: options.organizational_unit.clone(),
        test_mark: options.test,
        crl_base_uri: options.crl_base_uri.trim_end_matches('/').to_owned(),
        crl_lifetime_seconds: options.validity.crl,
        tls_validity_seconds: options.validity.tls,
        authorities: Authority::ALL.map(|authority| (authority, Book::default())).into(),
        trust: None,
    };
    let mut files = vec![
        keys.root.file(layout.ca_key(Authority::Root)),
        keys.issuing.file(layout.ca_key(Authority::Issuing)),
        keys.access.file(layout.ca_key(Authority::Access)),
        keys.signing.file(layout.signing_key()),
        keys.seal.file(layout.seal_key()),
        keys.status.file(layout.status_key()),
        NewFile::secret(layout.commitment_key(), new_commitment_key(&mut SysRng)?),
    ];

    let statement_keys = [(StatementKind::Seal, &keys.seal), (StatementKind::Status, &keys.status)]
        .map(|(kind, sealed)| (kind, sealed.key.public_key().clone()));
    let ca_keys = [keys.root.key, keys.issuing.key, keys.access.key];
    let authorities = Authorities::certify(options, &ledger, ca_keys)?;
    let Authorities { root, issuing, access } = &authorities;
    let signer = signing::subject(&ledger, &options.signer_name, &options.signer_title)?;
    let signer_key = keys.signing.key.public_key().spki_der();
    let until_when = until(options.now, options.validity.signing)?;
    let signing = signing::certify(issuing, &ledger, signer, signer_key, options.now, until_when)?;
    for (issuer, subject) in [(root, root), (access, access), (root, issuing)] {
        record(&mut ledger, &mut files, layout, issuer, &subject.certificate, Purpose::Authority);
        files.push(NewFile::certificates(layout.ca_certificate(subject.authority), &[&subject.certificate]));
    }
    record(&mut ledger, &mut files, layout, issuing, &signing, Purpose::Signing);
    files.push(NewFile::certificates(layout.signing_chain(), &[&signing, &issuing.certificate]));
    files.push(NewFile::certificates(layout.root_anchor(), &[&root.certificate]));
    files.push(NewFile::certificates(layout.access_anchor(), &[&access.certificate]));

    let server = tls::server(access, &ledger, options.server_names()?, options.now)?;
    record(&mut ledger, &mut files, layout, access, &server.certificate, Purpose::Server);
    files.push(NewFile::secret(layout.server_key(), server.key_pem));
    files.push(NewFile::certificates(layout.server_certificate(), &[&server.certificate]));
    for (office, display_name) in &options.offices {
        let client = tls::client(access, &ledger, office, display_name, options.now)?;
        record(&mut ledger, &mut files, layout, access, &client.certificate, Purpose::Office(office.to_string()));
        files.push(NewFile::secret(layout.office_key(office), client.key_pem));
        files.push(NewFile::certificates(layout.office_certificate(office), &[&client.certificate]));
    }

    for issuer in authorities.all() {
        ledger.book(issuer.authority).crl_number = 1;
        let crl = issuer.issue_crl(&[], 1, options.now, until(options.now, options.validity.crl)?, &mut SysRng)?;
        files.push(NewFile::public(layout.crl(issuer.authority), crl));
    }
    let mut book = TrustBook::new(&options.trust_list())?;
    let key_until = until(options.now, options.validity.statement_keys)?;
    for (kind, key) in &statement_keys {
        book.put_in_use(*kind, key, options.now, key_until, options.now)?;
    }
    book.sequence = 1;
    files.push(NewFile::public(
        layout.trust_list(),
        trust::signed(&book, root, options.validity.trust_list, options.now)?,
    ));
    ledger.trust = Some(book);
    files.push(NewFile::secret(layout.index(), ledger.to_json().into()));
    Ok((ledger, files))
}

fn until(now: u64, lifetime: u64) -> Result<u64, AgencyError> {
    now.checked_add(lifetime).ok_or(AgencyError::Times)
}

/// Writes a certificate into the ledger, and a copy of it beside the ledger.
fn record(
    ledger: &mut Ledger,
    files: &mut Vec<NewFile>,
    layout: &Layout,
    issuer: &Issuer,
    certificate: &Certificate,
    purpose: Purpose,
) {
    let issued = Issued::of(certificate, purpose);
    files.push(NewFile::certificates(layout.issued_certificate(&issued.serial), &[certificate]));
    ledger.book(issuer.authority).issued.push(issued);
}

/// Where the CRL of a CA will be found.
pub(super) fn crl_uri(base: &str, authority: Authority) -> String {
    format!("{base}/{authority}.crl")
}

/// Makes a commitment key: 32 octets of the generator.
///
/// # Errors
/// [`KeyError::Randomness`].
pub fn new_commitment_key<R: TryCryptoRng + ?Sized>(rng: &mut R) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mut octets = Zeroizing::new(vec![0; 32]);
    rng.try_fill_bytes(&mut octets).map_err(|_| KeyError::Randomness)?;
    Ok(octets)
}
