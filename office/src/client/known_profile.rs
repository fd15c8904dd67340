//! The profile that the service gave last, kept beside the journal.
//!
//! A counter can go on preparing and recording while the service is away. Whatever is signed then is compared with this profile or
//! with the one that the service gives when it is back.

use std::{fs, path::Path};

use super::{CallError, Client};
use crate::{
    durable::{Existing, write_whole},
    profile::Profile,
    signing::blocking,
};

const FILE: &str = "profile.json";

/// Where a profile came from.
#[derive(Debug, Clone, PartialEq)]
pub enum KnownProfile {
    /// The service gave it now.
    Current(Profile),
    /// The service gave it some time ago, and does not answer now.
    Remembered {
        /// What it gave.
        profile: Profile,
        /// Why it does not answer.
        error: CallError,
    },
}

impl Client {
    /// The service's profile, or the one it gave last when it cannot be reached. A refusal is not answered from memory.
    ///
    /// # Errors
    ///
    /// [`CallError`] when the service refuses, or is away and was never asked before.
    pub async fn known_profile(&self) -> Result<KnownProfile, CallError> {
        let path = self.state_dir.join(FILE);
        let remembered = blocking({
            let state_dir = self.state_dir.clone();
            move || remembered_profile(&state_dir)
        })
        .await
        // Two offices may share a folder by mistake; what one was told is not the other's.
        .filter(|profile| self.settings.office.as_ref().is_none_or(|office| *office == profile.office));
        // With a profile in hand one attempt is enough: whoever waits, waits for the signature.
        let asking =
            if remembered.is_some() { self.clone().giving_up_after(std::time::Duration::ZERO) } else { self.clone() };
        match (asking.profile().await, remembered) {
            (Ok(profile), remembered) => {
                if remembered.as_ref() != Some(&profile) {
                    let profile = profile.clone();
                    blocking(move || remember(&path, &profile)).await;
                }
                Ok(KnownProfile::Current(profile))
            }
            (Err(error), Some(profile)) if away(&error) => Ok(KnownProfile::Remembered { profile, error }),
            (Err(error), _) => Err(error),
        }
    }
}

fn away(error: &CallError) -> bool {
    matches!(error, CallError::Fault { fault, .. } if fault.can_be_repeated())
}

/// The profile that the service gave last, from a client's `state_dir`: for whoever needs no service. A file that is not there, or not
/// understood, is no profile: the service will give one.
#[must_use]
pub fn remembered_profile(state_dir: &Path) -> Option<Profile> {
    serde_json::from_slice(&fs::read(state_dir.join(FILE)).ok()?).ok()
}

/// What is not remembered costs a round trip, never a signature.
fn remember(path: &Path, profile: &Profile) {
    if let Ok(octets) = serde_json::to_vec_pretty(profile) {
        let _ = write_whole(path, &octets, Existing::Replace);
    }
}
