//! Certificates that a document carries in its DSS.

use super::*;
use crate::clock::{UnixTime, ValidationTime};
use crate::made_for_tests::{SIGNER, authority, certificate, cms, page, person};
use crate::report::{FileVerdict, Indication, Report, SignatureReport, SubIndication};
use crate::trust::TrustAnchors;
use crate::validator::{Policy, ValidationData, Validator};

const ROOT: (&str, u8) = ("Root", 1);
const MIDDLE: (&str, u8) = ("Middle", 2);
const STRANGER: u8 = 4;

/// A document whose CMS holds the signer's certificate alone, and whose DSS is made of these.
fn signed(signer: &Certificate, certificates: &[Certificate], store: impl Fn(&str) -> String) -> Report {
    let stream = |certificate: &Certificate| {
        let data = hex::encode(certificate.as_der());
        format!("<</Filter/ASCIIHexDecode/Length {}>>\nstream\n{data}>\nendstream", data.len() + 1)
    };
    let streams: Vec<String> = certificates.iter().map(stream).collect();
    let references: String = (6..6 + streams.len()).map(|number| format!("{number} 0 R ")).collect();
    let file = page("/Type/Sig/SubFilter/ETSI.CAdES.detached", &store(&references), &streams, |covered| {
        cms(signer, SIGNER.1, covered, None, &[])
    });
    let mut anchors = TrustAnchors::none();
    anchors.add(authority(ROOT, ROOT));
    let time = ValidationTime::new(UnixTime::from_utc_time(b"261120000000Z").expect("a moment"));
    Validator::new(anchors, ValidationData::none(), Policy::default()).verify(&file, time)
}

/// The one signature of a file that has one.
fn only(report: &Report) -> &SignatureReport {
    report.signatures.first().expect("a signature")
}

fn in_certs(references: &str) -> String {
    format!("/DSS<</Certs[{references}]>>")
}

fn has_no_path(report: &Report) -> bool {
    report.verdict == FileVerdict::Signed(Indication::Indeterminate)
        && only(report).conclusion.sub_indication == Some(SubIndication::NoCertificateChainFound)
}

#[test]
fn certificates_of_a_dss_lead_from_the_signer_to_an_anchor() {
    let (signer, middle) = (person(MIDDLE), authority(ROOT, MIDDLE));
    let without = signed(&signer, &[], |_| String::new());
    assert!(has_no_path(&without), "{without:#?}");
    let in_vri = |references: &str| format!("/DSS<</VRI<</00<</Cert[{references}]>>>>>>");
    for report in [signed(&signer, std::slice::from_ref(&middle), in_certs), signed(&signer, &[middle], in_vri)] {
        assert_eq!(report.verdict, FileVerdict::Signed(Indication::TotalPassed), "{report:#?}");
        let anchor = only(&report).trust_anchor.as_ref().expect("a path has an anchor");
        assert_eq!((anchor.name.as_str(), anchor.sha256), ("Root", *authority(ROOT, ROOT).sha256()));
    }
}

#[test]
fn certificates_of_a_dss_are_never_trusted() {
    let strange_root = ("Root", STRANGER);
    let cases = [
        (
            "a root of the same name with another key",
            vec![authority(ROOT, MIDDLE), authority(strange_root, strange_root)],
        ),
        ("an authority of the same name with another key", vec![authority(ROOT, ("Middle", STRANGER))]),
        ("one that no anchor issued", vec![authority(strange_root, MIDDLE)]),
        ("one that is no authority", vec![certificate(ROOT, MIDDLE, &[])]),
    ];
    for (what, certificates) in cases {
        let report = signed(&person(MIDDLE), &certificates, in_certs);
        let passes = report.verdict == FileVerdict::Signed(Indication::TotalPassed);
        // The first has an honest chain beside it.
        assert_eq!(passes, what.starts_with("a root"), "{what}: {report:#?}");
    }
    let itself = signed(&person(strange_root), &[authority(strange_root, strange_root)], in_certs);
    assert!(has_no_path(&itself), "{itself:#?}");
}

#[test]
fn as_many_certificates_as_one_likes_take_nothing_from_a_path_without_them() {
    // Namesakes of every authority, more than are read, whose links all have to be tried.
    let namesakes: Vec<Certificate> =
        (5..200).flat_map(|key| [authority(ROOT, ("Root", key)), authority(ROOT, ("Middle", key))]).collect();
    let direct = signed(&person(ROOT), &namesakes, in_certs);
    assert_eq!(direct.verdict, FileVerdict::Signed(Indication::TotalPassed), "{direct:#?}");
    let without = signed(&person(MIDDLE), &namesakes, in_certs);
    assert!(has_no_path(&without), "{without:#?}");
    assert!(only(&without).findings.contains(&Finding::DssNotChecked), "{without:#?}");
}
