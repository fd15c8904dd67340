//! When a check failed, and when it was merely not done.

use super::*;

/// A check without a proof.
fn failed(finding: Finding) -> Outcome<()> {
    Outcome::Failed(finding)
}

#[test]
fn what_could_not_be_computed_was_not_checked() {
    for wrong in [Finding::DigestWrong, Finding::SignatureValueWrong, Finding::CoverageOdd] {
        let outcome = failed(wrong.clone()).failed_only_if_wrong();
        assert!(matches!(&outcome, Outcome::Failed(finding) if *finding == wrong), "{outcome:?}");
    }
    // One that leaves the verdict open, and one that takes nothing from it.
    for other in [Finding::AlgorithmUnsupported, Finding::UsageRights] {
        let outcome = failed(other.clone()).failed_only_if_wrong();
        assert!(matches!(&outcome, Outcome::NotChecked(finding) if *finding == other), "{outcome:?}");
    }
    assert!(matches!(Outcome::<()>::Passed(()).failed_only_if_wrong(), Outcome::Passed(())));
    let not_checked: Outcome<()> = Outcome::NotChecked(Finding::DigestWrong);
    assert!(matches!(not_checked.failed_only_if_wrong(), Outcome::NotChecked(Finding::DigestWrong)));
}

#[test]
fn a_check_shares_the_failure_of_the_form_where_it_is_the_same() {
    let lacks_form = || Outcome::<()>::NotAttempted(Check::Format);
    let form = failed(Finding::CmsVersion);
    let is_version = |finding: &Finding| *finding == Finding::CmsVersion;
    assert!(matches!(lacks_form().sharing(&form, is_version), Outcome::Failed(Finding::CmsVersion)));
    assert!(matches!(
        lacks_form().sharing(&form, |finding| !is_version(finding)),
        Outcome::NotAttempted(Check::Format)
    ));
    let passed: Outcome<()> = Outcome::Passed(());
    assert!(matches!(lacks_form().sharing(&passed, |_| true), Outcome::NotAttempted(Check::Format)));
}

#[test]
fn what_follows_from_nothing_names_the_check_that_was_first_without_a_proof() {
    let first = failed(Finding::DigestWrong).then(Check::Document, |()| Ok(()));
    assert!(matches!(first, Outcome::NotAttempted(Check::Document)));
    let second: Outcome<()> = first.then(Check::SignatureValue, |()| Ok(()));
    assert!(matches!(second, Outcome::NotAttempted(Check::Document)), "{second:?}");
    let both = Outcome::<()>::Passed(());
    let both = both.and(Check::Format, &second, Check::Path);
    assert!(matches!(both, Outcome::NotAttempted(Check::Document)), "{both:?}");
}
