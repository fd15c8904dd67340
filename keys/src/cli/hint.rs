//! What to do about an error: one line, where there is one sure thing to do.

use anyhow::Error;
use keys::{
    CertificateFault, EnvelopeFault, FileFault, KeyError, PassphraseFault,
    agency::{AgencyError, StatementKind},
};

/// What to do about this error, if that is known.
pub(crate) fn hint(error: &Error) -> Option<String> {
    error.chain().find_map(|cause| {
        if let Some(error) = cause.downcast_ref::<AgencyError>() {
            of_agency(error)
        } else {
            cause.downcast_ref::<KeyError>().and_then(of_key)
        }
    })
}

fn of_agency(error: &AgencyError) -> Option<String> {
    Some(match error {
        AgencyError::Exists { .. } => "choose another folder; an agency is never overwritten".into(),
        AgencyError::LeftOver { path } => {
            format!("see that no other teken-keys is running, then remove {}", path.display())
        }
        AgencyError::NotAnAgency { .. } => {
            "give the folder that teken-keys agency init made; it holds ca/index.json".into()
        }
        AgencyError::IndexDamaged { .. } => "restore the file from a backup; it was not written by this program".into(),
        AgencyError::IndexVersion { .. } => "use the version of teken-keys that wrote it".into(),
        AgencyError::IndexBehind { .. } => {
            "restore the newest index, or what was revoked since would be trusted again".into()
        }
        AgencyError::TrustListAhead { .. } => {
            "restore the newest index, or keys that are in use would be taken off the list".into()
        }
        AgencyError::TrustListOfLater { .. } => "set the clock; the list of then is dated later than now".into(),
        AgencyError::NoTrustList { .. } => "make the keys and the first list: teken-keys trust-list init".into(),
        AgencyError::UnknownStatementKey { .. } => "teken-keys trust-list show prints the hint of each key".into(),
        AgencyError::CompromiseTime { .. } => {
            "give the first moment at which somebody else may have had the key".into()
        }
        AgencyError::Prefix { kind: StatementKind::Seal, .. } => {
            "write it like https://tte.example.go.id/v#, at most 64 characters".into()
        }
        AgencyError::Prefix { kind: StatementKind::Status, .. } => {
            "write it like https://tte.example.go.id/status/, at most 64 characters".into()
        }
        AgencyError::Busy { .. } => "wait until the other teken-keys has finished".into(),
        AgencyError::NameTooLong { .. } => "shorten it; --test adds 11 characters".into(),
        AgencyError::CrlUri { .. } => "write it like http://crl.example.go.id/teken".into(),
        AgencyError::OfficeExists { .. } => "revoke the old certificate first: teken-keys revoke".into(),
        AgencyError::UnknownSerial { .. } => "teken-keys list shows the serial numbers".into(),
        AgencyError::Anchor { .. } => "tell everybody who trusts it to remove it, and make a new agency".into(),
        AgencyError::Key(error) => return of_key(error),
        _ => return None,
    })
}

fn of_key(error: &KeyError) -> Option<String> {
    Some(match error {
        KeyError::File { path, fault } => match fault {
            FileFault::Mode { .. } => format!("chmod 0400 {}", path.display()),
            FileFault::Owner { process, .. } => format!("chown {process} {}", path.display()),
            FileFault::SymbolicLink => "give the file itself, not a link to it".into(),
            FileFault::HardLinks { .. } => "copy it to a file of its own and remove the other names".into(),
            FileFault::DirectoryMode { .. } | FileFault::DirectoryOwner { .. } => {
                "keep it in a folder that only its user can write to: mode 0700".into()
            }
            FileFault::Exists => "choose another name; a key is never overwritten".into(),
            FileFault::NotFound | FileFault::NotARegularFile | FileFault::TooLong { .. } | FileFault::Io(_) => {
                return None;
            }
        },
        KeyError::Envelope(fault) => match fault {
            EnvelopeFault::Unencrypted
            | EnvelopeFault::Pbes1
            | EnvelopeFault::WeakPbkdf2 { .. }
            | EnvelopeFault::WeakPrf
            | EnvelopeFault::WeakScrypt { .. }
            | EnvelopeFault::OtherCipher => {
                "encrypt it anew: openssl pkcs8 -topk8 -scrypt -v2 aes-256-cbc -in OLD -out NEW".into()
            }
            EnvelopeFault::OtherPem | EnvelopeFault::NotPem | EnvelopeFault::Malformed => {
                "teken-keys inspect shows what a file is".into()
            }
            EnvelopeFault::CostTooHigh | EnvelopeFault::WrongPassphrase => return None,
        },
        KeyError::Passphrase(PassphraseFault::NoTerminal) => "use --passphrase-file or --passphrase-fd".into(),
        KeyError::KeyAndCertificateMismatch { .. } => "teken-keys inspect shows the key id of a certificate".into(),
        KeyError::Certificate(CertificateFault::NotOfThisChain { .. }) => {
            "give only the certificates from the signing certificate up to the root".into()
        }
        _ => return None,
    })
}
