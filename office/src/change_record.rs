//! The request ids of changes of a status whose end is not known: on disk before the change leaves, and found again by the next run.
//!
//! ```text
//! state_dir/status-changes/<SHA-256 of what the change says>    its request id
//! ```
//!
//! So the same command, given again after its answer was lost, is the same request, and the service makes no second change of it. What
//! the change says is not stored: its reason may name people, and the hash is enough to know it again.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use evidence::status::StatusValue;
use sha2::{Digest as _, Sha256};

use crate::{
    document_status::StatusChange,
    durable::{Existing, WriteError, write_owned},
    journal::{JournalError, Provenance},
    platform,
    request_id::RequestId,
};

const FOLDER: &str = "status-changes";

/// A change that may be sent: its request id is on disk.
#[derive(Debug)]
pub(crate) struct ChangeRecord {
    path: PathBuf,
    request_id: RequestId,
    provenance: Provenance,
}

impl ChangeRecord {
    /// Finds the request id under which an earlier run sent this change, or records `new_id` for it, durably.
    pub(crate) fn begin(state_dir: &Path, change: &StatusChange, new_id: RequestId) -> Result<Self, JournalError> {
        let folder = state_dir.join(FOLDER);
        platform::create_private_folder_durably(&folder)
            .map_err(|source| JournalError::Io { path: folder.clone(), source })?;
        let path = folder.join(key(change));
        if let Some(request_id) = read(&path)? {
            return Ok(Self { path, request_id, provenance: Provenance::Found });
        }
        match write_owned(&path, new_id.to_string().as_bytes(), Existing::Keep, new_id) {
            Ok(()) => Ok(Self { path, request_id: new_id, provenance: Provenance::New }),
            // Another run recorded the same change at this moment: it is one change.
            Err(WriteError::Exists { .. }) => match read(&path)? {
                Some(request_id) => Ok(Self { path, request_id, provenance: Provenance::Found }),
                None => Err(JournalError::Io { path, source: io::ErrorKind::NotFound.into() }),
            },
            Err(WriteError::NotAFileName { path }) => {
                Err(JournalError::Io { path, source: io::ErrorKind::InvalidFilename.into() })
            }
            Err(WriteError::Io { path, source }) => Err(JournalError::Io { path, source }),
        }
    }

    pub(crate) const fn request_id(&self) -> RequestId {
        self.request_id
    }

    /// Whether an earlier run may have sent it.
    pub(crate) const fn provenance(&self) -> Provenance {
        self.provenance
    }

    /// Its end is known. The same change asked for later is a new one.
    pub(crate) fn forget(self) -> Result<(), JournalError> {
        match fs::remove_file(&self.path) {
            // Another run that sent the same request was first.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(JournalError::Io { path: self.path, source }),
            Ok(()) => {}
        }
        let folder = self.path.parent().unwrap_or(Path::new("."));
        platform::sync_folder(folder).map_err(|source| JournalError::Io { path: folder.to_owned(), source })
    }
}

/// Two changes have one key only when they are equal: no part of the text but the last can hold the end of a line.
fn key(change: &StatusChange) -> String {
    let StatusChange { name, status, reason, reason_code, officer } = change;
    let (status, reason, officer) = (StatusValue::from(*status), reason.as_str(), officer.as_str());
    hex::encode(Sha256::digest(format!("{name}\n{status}\n{reason_code:?}\n{officer}\n{reason}")))
}

fn read(path: &Path) -> Result<Option<RequestId>, JournalError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(JournalError::Io { path: path.to_owned(), source }),
    };
    // A change whose id is lost may have been made: a new id could make it twice.
    let damaged =
        |error| JournalError::Io { path: path.to_owned(), source: io::Error::new(io::ErrorKind::InvalidData, error) };
    RequestId::parse(&text).map(Some).map_err(damaged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        document::OfficerAccount,
        document_status::{NewStatus, ReasonText, StatusReason},
        signature_name::SignatureName,
    };

    fn change() -> StatusChange {
        StatusChange {
            name: SignatureName::parse("offices/kec-a/signatures/7").expect("a name"),
            status: NewStatus::Suspended,
            reason: ReasonText::parse("nama Budi salah").expect("a reason"),
            reason_code: None,
            officer: OfficerAccount::parse("loket1").expect("an account"),
        }
    }

    fn id(octet: u8) -> RequestId {
        RequestId::from_random([octet; 16])
    }

    #[test]
    fn the_same_change_has_one_request_id_until_its_end_is_known() {
        let folder = tempfile::tempdir().expect("a folder");
        let begun = |octet| ChangeRecord::begin(folder.path(), &change(), id(octet)).expect("recorded");
        let first = begun(1);
        assert_eq!((first.request_id(), first.provenance()), (id(1), Provenance::New));
        let again = begun(2);
        assert_eq!((again.request_id(), again.provenance()), (id(1), Provenance::Found));
        first.forget().expect("forgotten");
        again.forget().expect("forgotten by the other run already");
        assert_eq!(begun(3).request_id(), id(3));
    }

    #[test]
    fn a_change_that_differs_in_anything_is_another_one_and_none_is_written_down_in_words() {
        let changes = [
            change(),
            StatusChange { name: SignatureName::parse("offices/kec-a/signatures/8").expect("a name"), ..change() },
            StatusChange { status: NewStatus::Invalid, ..change() },
            StatusChange { reason: ReasonText::parse("nama Budi keliru").expect("a reason"), ..change() },
            StatusChange { reason_code: Some(StatusReason::Lost), ..change() },
            StatusChange { officer: OfficerAccount::parse("loket2").expect("an account"), ..change() },
        ];
        let folder = tempfile::tempdir().expect("a folder");
        for (octet, change) in (1..).zip(&changes) {
            let record = ChangeRecord::begin(folder.path(), change, id(octet)).expect("recorded");
            assert_eq!(record.request_id(), id(octet));
            let written = fs::read_to_string(&record.path).expect("there");
            assert_eq!(written, id(octet).to_string());
        }
    }

    #[test]
    fn a_record_that_is_not_understood_is_an_error_and_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let record = ChangeRecord::begin(folder.path(), &change(), id(1)).expect("recorded");
        fs::write(&record.path, "half of an i").expect("written");
        let error = ChangeRecord::begin(folder.path(), &change(), id(2)).expect_err("damaged");
        assert!(matches!(error, JournalError::Io { .. }), "{error}");
        assert!(record.path.exists());
    }
}
