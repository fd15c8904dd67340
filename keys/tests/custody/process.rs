//! What the process does to keep the key in.

use keys::harden_process;
use libtest_mimic::Trial;
use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

use crate::harness::case;

pub(crate) fn trials() -> Vec<Trial> {
    vec![case("process::a_hardened_process_leaves_no_core_dump", a_hardened_process_leaves_no_core_dump)]
}

fn a_hardened_process_leaves_no_core_dump() {
    harden_process().expect("hardened");
    let core = getrlimit(Resource::Core);
    assert_eq!((core.current, core.maximum), (Some(0), Some(0)));
    assert_eq!(dumpable_behavior().expect("prctl"), DumpableBehavior::NotDumpable);
}
