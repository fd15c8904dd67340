//! What the outcomes of the checks make together.

use pades::{Limits, SignedPdf};

use super::*;
use crate::budget::Budget;
use crate::clock::UnixTime;
use crate::digests;
use crate::file_octets::KeptStates;
use crate::later_revisions::History;
use crate::made_for_tests::{SIGNER, authority, cms, page, person};
use crate::path::PathRequest;
use crate::trust::TrustAnchors;
use crate::validation_data::AtHand;
use crate::validator::{Policy, ValidationData, Validator};

/// Nothing was established and nothing found.
fn nothing<'a>() -> Evidence<'a> {
    Evidence {
        form: Outcome::NotApplicable,
        intact: Outcome::NotApplicable,
        named: Outcome::NotApplicable,
        authentic: Outcome::NotApplicable,
        attributes: Outcome::NotApplicable,
        algorithms: Outcome::NotApplicable,
        statement: Outcome::NotApplicable,
        suitable: Outcome::NotApplicable,
        path: Outcome::NotApplicable,
        revocation: Outcome::NotApplicable,
        time_stamps: Outcome::NotApplicable,
        validation_data: Outcome::NotApplicable,
        later_revisions: Outcome::NotApplicable,
    }
}

const ROOT: (&str, u8) = ("Root", 1);

fn signer() -> Certificate {
    person(ROOT)
}

/// The verdict on a signature of which every needed check was established, but for what `change` does to the evidence.
fn with(change: impl Fn(&mut Evidence<'_>)) -> (Conclusion, Vec<Finding>) {
    let file = page("/Type/Sig/SubFilter/ETSI.CAdES.detached", "", &[], |covered| {
        cms(&signer(), SIGNER.1, covered, None, &[])
    });
    let pdf = SignedPdf::open(&file[..], &Limits::default()).expect("a file that can be opened");
    let [signature] = pdf.signatures() else { panic!("one signature") };
    let mut anchors = TrustAnchors::none();
    anchors.add(authority(ROOT, ROOT));
    let validator = Validator::new(anchors, ValidationData::none(), Policy::default());
    let time = ValidationTime::new(UnixTime::from_utc_time(b"261120000000Z").expect("a moment"));
    let format = format_of(signature);
    let mut notes = Vec::new();
    let octets = WellFormed::octets(signature, &mut notes).expect("a CMS");
    let form = WellFormed::establish(&octets, format, &mut notes).expect("a form");
    let certificates = form.certificates(9);
    let digests = digests::FileDigests::of_file(&file, &KeptStates::default(), pdf.signatures());
    let intact = Intact::establish(&pdf, signature, &form, &digests).expect("the document");
    let named = NamedCertificate::establish(&form, &certificates).expect("a name");
    let covered = signature.byte_range().expect("a range").covered(&file).to_vec();
    let authentic = Authentic::establish(&form, &named, &covered, validator.crypto()).expect("a value");
    let attributes = AttributesAgree::establish(&form, &named, &mut notes).expect("attributes");
    let algorithms = GoodAlgorithms::establish(intact.binding(), &authentic, validator.algorithms(), time);
    let suitable = Suitable::establish(authentic.certificate(), &mut notes).expect("a purpose");
    let request = PathRequest::of(&validator, format, &certificates, time);
    let at_hand = AtHand::of(&[]);
    let path = TrustedPath::establish_with_carried(authentic.certificate(), &request, &at_hand, &mut Budget::default());
    let history = History::of(&pdf);
    let later_revisions = Permitted::establish(&pdf, signature, &intact, &history, &mut Vec::new(), &mut notes);
    let mut evidence = Evidence {
        form: Outcome::Passed(form),
        intact: Outcome::Passed(intact),
        named: Outcome::Passed(named),
        authentic: Outcome::Passed(authentic),
        attributes: Outcome::Passed(attributes),
        algorithms: algorithms.into(),
        suitable: Outcome::Passed(suitable),
        path: Outcome::Passed(path.expect("a path")),
        later_revisions,
        ..nothing()
    };
    change(&mut evidence);
    let (conclusion, _, findings) = conclude(&evidence, &notes);
    (conclusion, findings)
}

fn decided(indication: Indication, sub_indication: SubIndication) -> Conclusion {
    Conclusion { indication, sub_indication: Some(sub_indication) }
}

const PASSED: Conclusion = Conclusion { indication: Indication::TotalPassed, sub_indication: None };

type Change = fn(&mut Evidence<'_>);

#[test]
fn what_is_wrong_outweighs_what_is_open_wherever_it_stands() {
    let wrong = decided(Indication::TotalFailed, SubIndication::HashFailure);
    let before = Evidence {
        form: Outcome::NotChecked(Finding::SubFilterRefused),
        intact: Outcome::Failed(Finding::DigestWrong),
        ..nothing()
    };
    assert_eq!(conclude(&before, &[]).0, wrong);
    let behind = Evidence {
        intact: Outcome::Failed(Finding::DigestWrong),
        attributes: Outcome::Failed(Finding::ContentTypeWrong),
        ..nothing()
    };
    assert_eq!(conclude(&behind, &[]).0, wrong);
    let open = Evidence { attributes: Outcome::Failed(Finding::ContentTypeWrong), ..nothing() };
    assert_eq!(conclude(&open, &[Finding::DigestWrong]).0, wrong);
}

#[test]
fn among_findings_of_one_weight_the_first_gives_the_reason() {
    let wrong = Evidence {
        intact: Outcome::Failed(Finding::DigestWrong),
        authentic: Outcome::Failed(Finding::SignatureValueWrong),
        ..nothing()
    };
    assert_eq!(conclude(&wrong, &[]).0, decided(Indication::TotalFailed, SubIndication::HashFailure));
    let open = Evidence {
        attributes: Outcome::Failed(Finding::ContentTypeWrong),
        algorithms: Outcome::Failed(Finding::AlgorithmsDisagree),
        ..nothing()
    };
    assert_eq!(conclude(&open, &[]).0, decided(Indication::Indeterminate, SubIndication::SigConstraintsFailure));
}

#[test]
fn a_signature_passes_with_what_it_does_without() {
    let changes: [Change; 4] = [
        |_| {},
        |evidence| evidence.time_stamps = Outcome::Failed(Finding::TimeStampFailed(Box::new(Finding::DigestWrong))),
        |evidence| evidence.time_stamps = Outcome::NotChecked(Finding::TimeStampFailed(Box::new(Finding::DigestWrong))),
        |evidence| evidence.validation_data = Outcome::NotChecked(Finding::DssNotChecked),
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let (conclusion, findings) = with(change);
        assert_eq!(conclusion, PASSED, "{index} {findings:?}");
    }
}

/// None of these leaves a finding that takes anything from the verdict; they must not pass for that.
#[test]
fn a_check_that_gave_nothing_leaves_the_verdict_open() {
    let changes: [Change; 16] = [
        |evidence| evidence.form = Outcome::NotApplicable,
        |evidence| evidence.intact = Outcome::NotAttempted(Check::Format),
        |evidence| evidence.named = Outcome::NotAttempted(Check::Format),
        |evidence| evidence.authentic = Outcome::NotAttempted(Check::Format),
        |evidence| evidence.attributes = Outcome::NotAttempted(Check::Format),
        |evidence| evidence.algorithms = Outcome::NotAttempted(Check::Format),
        |evidence| evidence.suitable = Outcome::NotAttempted(Check::Format),
        |evidence| evidence.path = Outcome::NotAttempted(Check::Format),
        |evidence| evidence.later_revisions = Outcome::NotAttempted(Check::Document),
        |evidence| evidence.statement = Outcome::NotAttempted(Check::Format),
        |evidence| evidence.statement = Outcome::NotChecked(Finding::UsageRights),
        |evidence| evidence.revocation = Outcome::NotAttempted(Check::Path),
        |evidence| evidence.revocation = Outcome::NotChecked(Finding::UsageRights),
        |evidence| evidence.time_stamps = Outcome::NotAttempted(Check::Format),
        |evidence| evidence.validation_data = Outcome::NotAttempted(Check::Format),
        |evidence| evidence.validation_data = Outcome::Failed(Finding::DssNotChecked),
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let (conclusion, findings) = with(change);
        assert_eq!(conclusion, decided(Indication::Indeterminate, SubIndication::Generic), "{index}");
        assert!(findings.contains(&Finding::Undecided), "{index}");
    }
}

#[test]
fn a_name_that_is_no_certificates_is_the_reason_why_the_value_was_not_checked() {
    let evidence = Evidence {
        named: Outcome::Failed(Finding::SigningCertificateMissing),
        authentic: Outcome::NotAttempted(Check::SignatureValue),
        ..nothing()
    };
    let (_, steps, findings) = conclude(&evidence, &[]);
    let value = steps.iter().find(|step| step.check == Check::SignatureValue).expect("a step");
    assert_eq!(value.reason, Reason::Found(Finding::SigningCertificateMissing));
    assert_eq!(value.result, CheckResult::NotChecked);
    assert_eq!(findings, [Finding::SigningCertificateMissing]);
}

#[test]
fn integrity_is_that_of_document_and_value_together() {
    use CheckResult::{Failed, NotChecked, Passed};
    for (document, value, whole) in [
        (Passed, Passed, Passed),
        (Failed, Passed, Failed),
        (Passed, Failed, Failed),
        (Failed, NotChecked, Failed),
        (Passed, NotChecked, NotChecked),
        (NotChecked, Passed, NotChecked),
    ] {
        let steps: Vec<_> = Check::ALL
            .into_iter()
            .map(|check| {
                let result = match check {
                    Check::Document => document,
                    Check::SignatureValue => value,
                    _ => Passed,
                };
                Step { check, result, reason: Reason::Established }
            })
            .collect();
        assert_eq!(integrity(&Checks::of(&steps)), whole, "{document:?} {value:?}");
    }
}

#[test]
fn a_signature_without_a_field_fails_by_its_form_and_its_document() {
    let time = ValidationTime::new(UnixTime::from_utc_time(b"261120000000Z").expect("a moment"));
    let report = without_field(Finding::DigestWrong, time);
    assert_eq!(report.conclusion, decided(Indication::TotalFailed, SubIndication::HashFailure));
    for step in &report.steps {
        let (result, reason) = match step.check {
            Check::Format | Check::Document => (CheckResult::Failed, Reason::Found(Finding::DigestWrong)),
            _ => (CheckResult::NotChecked, Reason::NotReached),
        };
        assert_eq!((step.result, &step.reason), (result, &reason), "{:?}", step.check);
    }
    // A finding that decides nothing itself cannot make it better.
    let report = without_field(Finding::UsageRights, time);
    assert_eq!(report.conclusion, decided(Indication::TotalFailed, SubIndication::FormatFailure));
}
