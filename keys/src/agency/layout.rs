//! [`Layout`]: where the files of an agency lie. Other programs and people's scripts know these names.

use std::{
    fs::DirBuilder,
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use evidence::OfficeId;

use super::{AgencyError, Authority, stage::file_error, trust_book::StatementKind};

/// The paths of an agency's files under its folder.
///
/// ```text
/// anchors/root.pem     the public anchor of signatures
/// anchors/access.pem   the anchor of TLS, which vouches for no signature
/// crls/*.crl           DER: root, issuing, access
/// trust/               trust-list.cose: which keys seal and say what still holds, signed by the root
/// signer/              all that the service needs: signing.key, seal.key, status.key (encrypted), chain.pem, commitment.key,
///                      server.key, server.pem
/// office/<id>.*        key and certificate of an office's TLS client
/// ca/                  keys (encrypted) and certificates of the CAs, index.json, issued/<serial>.pem
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    dir: PathBuf,
}

const TRUST: &str = "trust";
const TRUST_MODE: u32 = 0o755;

/// The folders, in the order in which they are put in place: an agency without `ca` is not there yet.
pub(super) const FOLDERS: [(&str, u32); 6] =
    [("anchors", 0o755), ("crls", 0o755), (TRUST, TRUST_MODE), ("signer", 0o700), ("office", 0o700), ("ca", 0o700)];

impl Layout {
    /// The layout under a folder; nothing is looked at.
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// The agency's folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The public anchor of signatures, PEM.
    pub fn root_anchor(&self) -> PathBuf {
        self.dir.join("anchors/root.pem")
    }

    /// The anchor of TLS, PEM.
    pub fn access_anchor(&self) -> PathBuf {
        self.dir.join("anchors/access.pem")
    }

    /// The last CRL of a CA, DER.
    pub fn crl(&self, authority: Authority) -> PathBuf {
        self.dir.join(format!("crls/{authority}.crl"))
    }

    /// The signing key, encrypted PKCS#8.
    pub fn signing_key(&self) -> PathBuf {
        self.dir.join("signer/signing.key")
    }

    /// The trust list (COSE). An agency made before there were seals has none yet.
    pub fn trust_list(&self) -> PathBuf {
        self.dir.join("trust/trust-list.cose")
    }

    /// Makes the trust list's folder in an agency that has none.
    pub(super) fn make_trust_folder(&self) -> Result<(), AgencyError> {
        let path = self.dir.join(TRUST);
        match DirBuilder::new().mode(TRUST_MODE).create(&path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(file_error(&path, &error)),
            _ => Ok(()),
        }
    }

    /// The key of this kind.
    pub(super) fn statement_key(&self, kind: StatementKind) -> PathBuf {
        match kind {
            StatementKind::Seal => self.seal_key(),
            StatementKind::Status => self.status_key(),
        }
    }

    /// The key that seals what is printed, encrypted PKCS#8. An agency made before there were seals has none yet.
    pub fn seal_key(&self) -> PathBuf {
        self.dir.join("signer/seal.key")
    }

    /// The key that signs status tokens, encrypted PKCS#8. An agency made before there were seals has none yet.
    pub fn status_key(&self) -> PathBuf {
        self.dir.join("signer/status.key")
    }

    /// The signing certificate and its issuing CA, PEM.
    pub fn signing_chain(&self) -> PathBuf {
        self.dir.join("signer/chain.pem")
    }

    /// The key of commitments: 32 random octets.
    pub fn commitment_key(&self) -> PathBuf {
        self.dir.join("signer/commitment.key")
    }

    /// The service's TLS key, PKCS#8 in the clear.
    pub fn server_key(&self) -> PathBuf {
        self.dir.join("signer/server.key")
    }

    /// The service's TLS certificate, PEM.
    pub fn server_certificate(&self) -> PathBuf {
        self.dir.join("signer/server.pem")
    }

    /// An office's TLS key, PKCS#8 in the clear.
    pub fn office_key(&self, office: &OfficeId) -> PathBuf {
        self.dir.join(format!("office/{office}.key"))
    }

    /// An office's TLS certificate, PEM.
    pub fn office_certificate(&self, office: &OfficeId) -> PathBuf {
        self.dir.join(format!("office/{office}.pem"))
    }

    pub(super) fn ca_key(&self, authority: Authority) -> PathBuf {
        self.dir.join(format!("ca/{authority}.key"))
    }

    pub(super) fn ca_certificate(&self, authority: Authority) -> PathBuf {
        self.dir.join(format!("ca/{authority}.pem"))
    }

    pub(super) fn issued_certificate(&self, serial: &str) -> PathBuf {
        self.dir.join(format!("ca/issued/{serial}.pem"))
    }

    pub(super) fn index(&self) -> PathBuf {
        self.dir.join("ca/index.json")
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.dir.join("ca/lock")
    }
}
