//! Any octets as the text of a seal, as a status list or as a trust list; the first one chooses which, the other two are genuine.
//!
//! The keys are gone, and every one of the three has one form: what is believed is, to the last octet, what was made.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use verifier::{
    Certificate, DocumentStatus, Indication, Language, Policy, Published, SealReport, TrustAnchors, UnixTime,
    ValidationData, ValidationTime, Validator, seal_to_json, seal_to_text,
};

const ROOT: &[u8] = include_bytes!("../fixture/evidence-root.der");
const MOMENT: &str = include_str!("../fixture/evidence-moment");
const SEAL: &str = include_str!("../fixture/evidence-seal");
const STATUS_LIST: &[u8] = include_bytes!("../fixture/evidence-status.cwt");
const TRUST_LIST: &[u8] = include_bytes!("../fixture/evidence-trust-list.cose");

fn moment() -> ValidationTime {
    static MOMENT_READ: OnceLock<ValidationTime> = OnceLock::new();
    *MOMENT_READ.get_or_init(|| {
        ValidationTime::new(UnixTime::from_seconds(MOMENT.trim().parse().expect("seconds")))
    })
}

fn validator(trust_list: &[u8], status_list: &[u8]) -> Validator {
    let mut anchors = TrustAnchors::none();
    anchors.add(Certificate::from_der(ROOT).expect("the anchor"));
    let mut published = Published::none();
    published.set_trust_list(trust_list);
    published.add_status_list("status", status_list).expect("one list");
    Validator::new(anchors, ValidationData::none(), Policy::default()).with_published(published)
}

fn genuine() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| {
        let validator = validator(TRUST_LIST, STATUS_LIST);
        let report = validator.verify_seal(SEAL.trim(), None, moment());
        assert!(is_genuine(&report) && is_checked(&report), "the fixture does not pass: {report:?}");
        validator
    })
}

fn is_genuine(report: &SealReport) -> bool {
    report.conclusion.indication == Indication::TotalPassed
}

fn is_checked(report: &SealReport) -> bool {
    matches!(report.document_status, Some(DocumentStatus::Checked(_)))
}

fuzz_target!(|octets: &[u8]| {
    let Some((&choice, octets)) = octets.split_first() else { return };
    let (validator_made, text);
    let (validator, text) = match choice % 3 {
        0 => {
            text = String::from_utf8_lossy(octets);
            (genuine(), text.as_ref())
        }
        1 => {
            validator_made = validator(TRUST_LIST, octets);
            (&validator_made, SEAL.trim())
        }
        _ => {
            validator_made = validator(octets, STATUS_LIST);
            (&validator_made, SEAL.trim())
        }
    };
    let report = validator.verify_seal(text, None, moment());
    match choice % 3 {
        0 => assert!(!is_genuine(&report) || text == SEAL.trim(), "another seal passes"),
        1 => assert!(!is_checked(&report) || octets == STATUS_LIST, "another status list answers"),
        _ => assert!(!is_genuine(&report) || octets == TRUST_LIST, "another trust list is believed"),
    }
    // Nothing that is written may panic either.
    let file = validator.verify_seal_text(text, None, moment());
    for language in [Language::Indonesian, Language::English] {
        let lines = seal_to_text("seal", &file, language);
        assert!(!lines.contains('\u{1b}'), "a text moves the cursor");
        seal_to_json("seal", &file, language);
    }
});
