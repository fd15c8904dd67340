//! [`harden_process`]: the key must not leave with a core dump.

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

use crate::KeyError;

/// Forbids core dumps and makes the process not dumpable, so that no other process of the same user can attach to it or
/// read its memory through `/proc`. Call it before the first passphrase is read.
///
/// # Errors
/// [`KeyError::Harden`] when the system refuses; go no further then.
pub fn harden_process() -> Result<(), KeyError> {
    let failed = |errno: rustix::io::Errno| KeyError::Harden(errno.kind());
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }).map_err(failed)?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(failed)
}
