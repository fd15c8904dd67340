//! Making an agency: everything in a folder of its own first, then put in place, `ca` last.
//!
//! So an interrupted attempt leaves no half agency that looks like a whole one, and an existing agency, or anything else by one of
//! its names, is never touched.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    thread,
};

use getrandom::SysRng;
use rand_core::TryCryptoRng;
use zeroize::Zeroizing;

use super::{
    Agency, AgencyError, AgencyOptions, Authority,
    issuer::{Issuer, Wanted},
    layout::{FOLDERS, Layout},
    ledger::{Book, Issued, Ledger, Purpose, VERSION},
    profile::{NameAttribute, Profile, name},
};
use crate::{Certificate, FileFault, KeyError, Passphrase, SoftKey, chain_to_pem, secret_file, whole_file::Readers};

/// Where the files lie until all of them are there.
const STAGE: &str = ".agency.new";

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
        let (ledger, files) = certify(options, &keys, &layout)?;
        for file in &files {
            stage.write(file)?;
        }
        stage.put_in_place(dir)?;
        Ok(Self { layout: Layout::new(dir), ledger })
    }
}

/// A file to be written.
struct NewFile {
    path: PathBuf,
    octets: Zeroizing<Vec<u8>>,
    readers: Readers,
}

impl NewFile {
    fn public(path: PathBuf, octets: Vec<u8>) -> Self {
        Self { path, octets: octets.into(), readers: Readers::Everybody }
    }

    fn secret(path: PathBuf, octets: Zeroizing<Vec<u8>>) -> Self {
        Self { path, octets, readers: Readers::Owner }
    }
}

/// The keys of an agency, those that are kept encrypted already sealed.
struct Keys {
    root: SealedKey,
    issuing: SealedKey,
    access: SealedKey,
    signing: SealedKey,
}

struct SealedKey {
    key: SoftKey,
    pem_text: Zeroizing<String>,
}

impl Keys {
    /// scrypt takes most of the time of making an agency, so the four derivations run side by side.
    fn generate(options: &AgencyOptions<'_>) -> Result<Self, KeyError> {
        let ca_passphrase = options.ca_passphrase.unwrap_or(options.passphrase);
        thread::scope(|scope| {
            let sealed = |passphrase| scope.spawn(move || SealedKey::generate(passphrase));
            let made =
                [sealed(ca_passphrase), sealed(ca_passphrase), sealed(ca_passphrase), sealed(options.passphrase)]
                    .map(|thread| thread.join().expect("making a key does not panic"));
            let [root, issuing, access, signing] = made;
            Ok(Self { root: root?, issuing: issuing?, access: access?, signing: signing? })
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

/// Issues everything, in memory.
fn certify(options: &AgencyOptions<'_>, keys: &Keys, layout: &Layout) -> Result<(Ledger, Vec<NewFile>), AgencyError> {
    let organization = options.test.mark(&options.organization);
    let validity = &options.validity;
    let until = |lifetime: u64| options.now.checked_add(lifetime).ok_or(AgencyError::Times);
    let ca_name = |common_name: &str| {
        name(&[
            (NameAttribute::Organization, &organization),
            (NameAttribute::CommonName, &options.test.mark(common_name)),
        ])
    };
    let mut ledger = Ledger {
        version: VERSION,
        organization: organization.clone(),
        organizational_unit: options.organizational_unit.clone(),
        test_mark: options.test,
        crl_base_uri: options.crl_base_uri.trim_end_matches('/').to_owned(),
        crl_lifetime_seconds: validity.crl,
        tls_validity_seconds: validity.tls,
        authorities: Authority::ALL.map(|authority| (authority, Book::default())).into(),
    };
    let mut files = vec![
        keys.root.file(layout.ca_key(Authority::Root)),
        keys.issuing.file(layout.ca_key(Authority::Issuing)),
        keys.access.file(layout.ca_key(Authority::Access)),
        keys.signing.file(layout.signing_key()),
        NewFile::secret(layout.commitment_key(), new_commitment_key(&mut SysRng)?),
    ];

    let anchor = |authority, profile, common_name, key: &SealedKey| {
        Issuer::self_signed(
            authority,
            key.key.clone(),
            Wanted {
                profile,
                subject: ca_name(common_name)?,
                spki_der: key.key.public_key().spki_der(),
                not_before: options.now,
                not_after: until(validity.root)?,
                crl_uri: None,
            },
            &mut SysRng,
        )
    };
    let root = anchor(Authority::Root, &Profile::Root, "Root CA", &keys.root)?;
    let access = anchor(Authority::Access, &Profile::AccessRoot, "Access CA", &keys.access)?;

    let root_crl = crl_uri(&ledger.crl_base_uri, Authority::Root);
    let issuing_certificate = root.issue(
        Wanted {
            profile: &Profile::Issuing,
            subject: ca_name("Issuing CA")?,
            spki_der: keys.issuing.key.public_key().spki_der(),
            not_before: options.now,
            not_after: until(validity.issuing)?,
            crl_uri: Some(&root_crl),
        },
        &mut SysRng,
    )?;
    let issuing =
        Issuer { authority: Authority::Issuing, key: keys.issuing.key.clone(), certificate: issuing_certificate };

    let signer_name = options.test.mark(&options.signer_name);
    let mut signer = vec![(NameAttribute::Organization, organization.as_str())];
    signer.extend(options.organizational_unit.as_deref().map(|unit| (NameAttribute::OrganizationalUnit, unit)));
    signer.extend([(NameAttribute::CommonName, signer_name.as_str()), (NameAttribute::Title, &options.signer_title)]);
    let issuing_crl = crl_uri(&ledger.crl_base_uri, Authority::Issuing);
    let signing = issuing.issue(
        Wanted {
            profile: &Profile::Signing,
            subject: name(&signer)?,
            spki_der: keys.signing.key.public_key().spki_der(),
            not_before: options.now,
            not_after: until(validity.signing)?,
            crl_uri: Some(&issuing_crl),
        },
        &mut SysRng,
    )?;

    for (issuer, certificate) in
        [(&root, &root.certificate), (&access, &access.certificate), (&root, &issuing.certificate)]
    {
        record(&mut ledger, &mut files, layout, issuer, certificate, Purpose::Authority)?;
    }
    record(&mut ledger, &mut files, layout, &issuing, &signing, Purpose::Signing)?;
    files.push(NewFile::public(
        layout.signing_chain(),
        chain_to_pem([signing.as_der(), issuing.certificate.as_der()]).into_bytes(),
    ));
    for issuer in [&root, &issuing, &access] {
        files.push(NewFile::public(
            layout.ca_certificate(issuer.authority),
            chain_to_pem([issuer.certificate.as_der()]).into_bytes(),
        ));
    }
    files.push(NewFile::public(layout.root_anchor(), chain_to_pem([root.certificate.as_der()]).into_bytes()));
    files.push(NewFile::public(layout.access_anchor(), chain_to_pem([access.certificate.as_der()]).into_bytes()));

    let server = super::tls::server(&access, &ledger, options.server_names()?, options.now)?;
    record(&mut ledger, &mut files, layout, &access, &server.certificate, Purpose::Server)?;
    files.push(NewFile::secret(layout.server_key(), server.key_pem));
    files.push(NewFile::public(layout.server_certificate(), chain_to_pem([server.certificate.as_der()]).into_bytes()));
    for (office, display_name) in &options.offices {
        let client = super::tls::client(&access, &ledger, office, display_name, options.now)?;
        record(&mut ledger, &mut files, layout, &access, &client.certificate, Purpose::Office(office.to_string()))?;
        files.push(NewFile::secret(layout.office_key(office), client.key_pem));
        files.push(NewFile::public(
            layout.office_certificate(office),
            chain_to_pem([client.certificate.as_der()]).into_bytes(),
        ));
    }

    for issuer in [&root, &issuing, &access] {
        ledger.book(issuer.authority).crl_number = 1;
        let crl = issuer.issue_crl(&[], 1, options.now, until(validity.crl)?, &mut SysRng)?;
        files.push(NewFile::public(layout.crl(issuer.authority), crl));
    }
    files.push(NewFile::secret(layout.index(), ledger.to_json().into()));
    Ok((ledger, files))
}

fn record(
    ledger: &mut Ledger,
    files: &mut Vec<NewFile>,
    layout: &Layout,
    issuer: &Issuer,
    certificate: &Certificate,
    purpose: Purpose,
) -> Result<(), AgencyError> {
    let issued = Issued::of(certificate, purpose);
    files.push(NewFile::public(
        layout.issued_certificate(&issued.serial),
        chain_to_pem([certificate.as_der()]).into_bytes(),
    ));
    ledger.book(issuer.authority).issued.push(issued);
    Ok(())
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

fn refuse_existing(dir: &Path) -> Result<(), AgencyError> {
    for (folder, _) in FOLDERS {
        let path = dir.join(folder);
        // An empty folder is no agency, and a rename takes its place.
        let free = match fs::read_dir(&path) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        if !free {
            return Err(AgencyError::Exists { path });
        }
    }
    Ok(())
}

/// The folder in which an agency is made; removed unless it was put in place.
struct Stage {
    dir: PathBuf,
}

impl Stage {
    fn new(agency: &Path) -> Result<Self, AgencyError> {
        let dir = agency.join(STAGE);
        let made = DirBuilder::new().mode(0o700).create(&dir);
        made.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => AgencyError::LeftOver { path: dir.clone() },
            _ => file_error(&dir, &error),
        })?;
        let stage = Self { dir };
        for folder in FOLDERS.iter().map(|(folder, _)| *folder).chain(["ca/issued"]) {
            let path = stage.dir.join(folder);
            DirBuilder::new().mode(0o700).create(&path).map_err(|error| file_error(&path, &error))?;
        }
        Ok(stage)
    }

    fn layout(&self) -> Layout {
        Layout::new(&self.dir)
    }

    /// Nobody else sees this folder yet, so the file is written under its own name.
    fn write(&self, new: &NewFile) -> Result<(), AgencyError> {
        let written =
            OpenOptions::new().write(true).create_new(true).mode(new.readers.mode()).open(&new.path).and_then(
                |mut file| {
                    file.set_permissions(Permissions::from_mode(new.readers.mode()))?;
                    file.write_all(&new.octets)?;
                    file.sync_all()
                },
            );
        written.map_err(|error| file_error(&new.path, &error))
    }

    fn put_in_place(self, agency: &Path) -> Result<(), AgencyError> {
        for (folder, mode) in FOLDERS {
            let (from, to) = (self.dir.join(folder), agency.join(folder));
            fs::set_permissions(&from, Permissions::from_mode(mode))
                .and_then(|()| File::open(&from)?.sync_all())
                .and_then(|()| fs::rename(&from, &to))
                .map_err(|error| file_error(&to, &error))?;
        }
        let dir = self.dir.clone();
        drop(self);
        File::open(agency).and_then(|folder| folder.sync_all()).map_err(|error| file_error(&dir, &error))
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // What cannot be removed is reported by the next attempt as left over.
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// An input or output error about a file.
pub(super) fn file_error(path: &Path, error: &io::Error) -> AgencyError {
    let fault = error
        .raw_os_error()
        .map_or(FileFault::Io(error.kind()), |code| secret_file::fault_of(rustix::io::Errno::from_raw_os_error(code)));
    AgencyError::File { path: path.to_owned(), fault }
}
