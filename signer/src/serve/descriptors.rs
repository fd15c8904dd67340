//! File descriptors: as many as the connections that the limits allow.
//!
//! The usual soft limit is 1,024, a quarter of our connections. The hard limit is the operator's and is left alone.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::limits::ServerLimits;

/// Descriptors for everything that is not a connection: register, log, runtime, standard streams.
const OURS: u64 = 128;

/// Raises the soft limit to what the connections need, as far as the hard limit goes, and warns when that is not far
/// enough.
pub(super) fn allow(limits: &ServerLimits) {
    let needed = u64::from(limits.connections.get()).saturating_add(OURS);
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    // `None` means that there is no limit.
    let Some(allowed) = current.filter(|current| *current < needed) else { return };
    let raised = maximum.map_or(needed, |maximum| needed.min(maximum));
    let reached = match setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum }) {
        Ok(()) => raised,
        Err(_) => allowed,
    };
    if reached < needed {
        tracing::warn!(
            needed,
            allowed = reached,
            "file descriptors may run out before limits.connections is reached; raise the hard limit (LimitNOFILE)"
        );
    }
}
