//! Any octets behind a signed file, which the first one chooses.
#![no_main]

use libfuzzer_sys::fuzz_target;
use verifier_fuzz::check_later_octets;

fuzz_target!(|octets: &[u8]| {
    let Some((&choice, appended)) = octets.split_first() else { return };
    check_later_octets(choice, appended);
});
