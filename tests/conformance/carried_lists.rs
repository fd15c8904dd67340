//! Revocation lists that the document carries, in its DSS (ISO 32000-2, 12.8.4.3) or inside the CMS (RFC 5652, 5.1): they count like
//! those given with `--crl`, and nothing that stands in their place can take anything from a signature.

use anyhow::ensure;
use keys::{
    Passphrase,
    agency::{Agency, Authority, RevocationReason},
};
use pades::{CertificateChain, Limits, SignedPdf};
use tests::{Outcome, PASSPHRASE, Suite, now};
use verifier::{
    CheckResult, FileVerdict, Indication, Policy, Report, SubIndication, TrustAnchors, ValidationData, Validator,
};

use crate::{
    handmade::{Handmade, Unpublished},
    sample::{Signatory, append, codes, last_startxref, moment, page_with, passes, stream},
};

pub(crate) fn cases(suite: &mut Suite) {
    suite
        .case("lists_in_the_dss_count_like_given_ones", in_the_store)
        .case("lists_in_the_cms_count_like_given_ones", in_the_cms)
        .case("a_list_in_the_dss_that_revokes_is_believed_whatever_was_given", revoking)
        .case("the_newest_list_answers_first", newest)
        .case("garbage_in_the_dss_is_a_finding_and_nothing_else", garbage)
        .case("a_forged_list_takes_nothing_from_a_signature_that_needs_none", forged_where_none_is_needed);
}

/// INDETERMINATE/TRY_LATER: nothing says whether the certificate still holds (EN 319 102-1, 5.2.5).
fn is_status_unknown(report: &Report) -> bool {
    report.verdict == FileVerdict::Signed(Indication::Indeterminate)
        && report.signatures.iter().all(|one| one.conclusion.sub_indication == Some(SubIndication::TryLater))
}

fn is_revoked(report: &Report) -> bool {
    report.verdict == FileVerdict::Signed(Indication::Indeterminate)
        && report.signatures.iter().all(|one| one.conclusion.sub_indication == Some(SubIndication::RevokedNoPoe))
        && codes(report).contains(&"CERTIFICATE_REVOKED")
}

fn in_the_store() -> Outcome {
    let signatory = Signatory::create()?;
    let file = signatory.sign()?;
    let (root, issuing) = (signatory.list(Authority::Root)?, signatory.list(Authority::Issuing)?);
    let validator = signatory.validator(&[])?;
    let verify = |file: &[u8]| anyhow::Ok(validator.verify(file, moment()?));
    let without = verify(&file)?;
    ensure!(!codes(&without).contains(&"REVOCATION_NOT_PUBLISHED"), "the certificates say where: {without:#?}");
    ensure!(is_status_unknown(&without), "nothing is at hand: {without:#?}");

    for key in ["CRLs", "VRI"] {
        let both = verify(&with_store(&file, key, &[root.clone(), issuing.clone()])?)?;
        ensure!(passes(&both), "{key}: {both:#?}");
        let checks = &both.signatures[0].checks;
        ensure!(checks.revocation == CheckResult::Passed && checks.validation_data == CheckResult::Passed, "{both:#?}");
    }
    for (which, some) in [("the root's", root.clone()), ("the issuing CA's", issuing.clone())] {
        let half = verify(&with_store(&file, "CRLs", &[some])?)?;
        ensure!(is_status_unknown(&half), "only {which}: {half:#?}");
    }
    // One from outside, one from inside.
    let mixed = signatory.validator(&[root])?.verify(&with_store(&file, "CRLs", &[issuing])?, moment()?);
    ensure!(passes(&mixed), "{mixed:#?}");
    Ok(())
}

fn in_the_cms() -> Outcome {
    let signatory = Signatory::create()?;
    let lists = [signatory.list(Authority::Root)?, signatory.list(Authority::Issuing)?];
    let validator = signatory.validator(&[])?;
    let prepared = signatory.prepare_with_room(4_000)?;
    let file = Handmade { lists: &lists, ..Handmade::USUAL }.sign(&signatory, &prepared)?;
    let report = validator.verify(&file, moment()?);
    ensure!(passes(&report), "{report:#?}");
    let one = Handmade { lists: &lists[..1], ..Handmade::USUAL }.sign(&signatory, &prepared)?;
    let report = validator.verify(&one, moment()?);
    ensure!(is_status_unknown(&report), "{report:#?}");
    let damaged = [lists[0].clone(), lists[1].clone(), vec![0x30, 3, 2, 1, 0]];
    let file = Handmade { lists: &damaged, ..Handmade::USUAL }.sign(&signatory, &prepared)?;
    let report = validator.verify(&file, moment()?);
    ensure!(passes(&report) && codes(&report).contains(&"CARRIED_LIST_MALFORMED"), "{report:#?}");
    Ok(())
}

/// Revokes the signing certificate and gives the lists before and after: the root's, the issuing CA's old one and its new one.
fn revoke(signatory: &Signatory) -> anyhow::Result<[Vec<u8>; 3]> {
    let (root, old) = (signatory.list(Authority::Root)?, signatory.list(Authority::Issuing)?);
    let serial = keys::Certificate::from_der(signatory.chain.signing_certificate().as_der())?.serial_hex();
    let passphrase = Passphrase::new(PASSPHRASE)?;
    // A second later, so that it is the newer list.
    Agency::open(signatory.agency.dir())?.revoke(&serial, RevocationReason::KeyCompromise, now() + 1, &passphrase)?;
    Ok([root, old, signatory.list(Authority::Issuing)?])
}

fn revoking() -> Outcome {
    let signatory = Signatory::create()?;
    let file = signatory.sign()?;
    let [root, old, new] = revoke(&signatory)?;
    let carrying = with_store(&file, "CRLs", &[root.clone(), new])?;
    for given in [vec![], vec![root, old]] {
        let report = signatory.validator(&given)?.verify(&carrying, moment()?);
        ensure!(is_revoked(&report), "{} lists given: {report:#?}", given.len());
    }
    Ok(())
}

/// Both are fresh; what the older one did not know must not be overlooked because it came first.
fn newest() -> Outcome {
    let signatory = Signatory::create()?;
    let file = signatory.sign()?;
    let [root, old, new] = revoke(&signatory)?;
    for given in [vec![root.clone(), old.clone(), new.clone()], vec![new, old, root]] {
        let report = signatory.validator(&given)?.verify(&file, moment()?);
        ensure!(is_revoked(&report), "{report:#?}");
    }
    Ok(())
}

/// What it is, what the catalog says of it, and the objects that it needs.
type Case<'a> = (&'a str, &'a str, Vec<(usize, Vec<u8>)>);

fn garbage() -> Outcome {
    let signatory = Signatory::create()?;
    let (root, issuing) = (signatory.list(Authority::Root)?, signatory.list(Authority::Issuing)?);
    let (with_lists, without) = (signatory.validator(&[root.clone(), issuing.clone()])?, signatory.validator(&[])?);
    let forged = |list: &[u8]| {
        let mut forged = list.to_vec();
        if let Some(last) = forged.last_mut() {
            *last ^= 1;
        }
        stream(&forged)
    };
    let four = |object: Vec<u8>| vec![(4, object)];
    let in_array = "/DSS<</CRLs[4 0 R]>>";
    let malformed: Vec<Case<'_>> = vec![
        ("a number", "/DSS 7", vec![]),
        ("an array", "/DSS[]", vec![]),
        ("lists that are a name", "/DSS<</CRLs/None>>", vec![]),
        ("a direct list", "/DSS<</CRLs[7]>>", vec![]),
        ("related information that is a number", "/DSS<</VRI 7>>", vec![]),
        ("an entry of it that is a number", "/DSS<</VRI<</00 7>>>>", vec![]),
        ("no stream", in_array, four(b"7".to_vec())),
        ("an empty stream", in_array, four(stream(b""))),
        ("text", in_array, four(stream(b"no list at all"))),
        ("half a list", in_array, four(stream(&issuing[..issuing.len() / 2]))),
        ("a list and more", in_array, four(stream(&[&issuing[..], b"more"].concat()))),
        ("an unknown filter", in_array, four(b"<</Filter/Nonsense/Length 1>>\nstream\n0\nendstream".to_vec())),
    ];
    // Well formed, and of no use: there is nothing to find.
    let useless: Vec<Case<'_>> = vec![
        ("nothing", "/DSS<<>>", vec![]),
        ("related information of no signature", "/DSS<</VRI<</Type/VRI>>>>", vec![]),
        ("a list that is nowhere", "/DSS<</CRLs[99 0 R]>>", vec![]),
        ("another authority's list", in_array, four(stream(&signatory.list(Authority::Access)?))),
        ("a forged list", in_array, four(forged(&issuing))),
        ("a forged list of the root", in_array, four(forged(&root))),
        ("a certificate's place", "/DSS<</Certs[4 0 R]>>", four(stream(b"no certificate"))),
    ];
    for (is_told, cases) in [(true, malformed), (false, useless)] {
        for (what, catalog, objects) in cases {
            let prepared = signatory.prepare_document(page_with(catalog, objects))?;
            let file = Handmade::USUAL.sign(&signatory, &prepared)?;
            let passed = with_lists.verify(&file, moment()?);
            ensure!(passes(&passed), "{what}: {passed:#?}");
            let mut told = codes(&passed);
            told.retain(|code| !["DSS_MALFORMED", "CARRIED_LIST_MALFORMED"].contains(code));
            ensure!(told.is_empty(), "{what}: {told:?}");
            ensure!(codes(&passed).is_empty() != is_told, "{what}: {:?}", codes(&passed));
            let unknown = without.verify(&file, moment()?);
            ensure!(is_status_unknown(&unknown), "{what}: {unknown:#?}");
        }
    }
    // As many forged lists as one likes: what was given still answers.
    let many = (4..400).map(|number| {
        let mut forged = issuing.clone();
        let end = forged.len();
        forged[end - 1 - number % 60] ^= 1 << (number % 8);
        (number, stream(&forged))
    });
    let references: String = (4..400).map(|number| format!("{number} 0 R ")).collect();
    let document = page_with(&format!("/DSS<</CRLs[{references}]>>"), many.collect());
    let file = Handmade::USUAL.sign(&signatory, &signatory.prepare_document(document)?)?;
    let report = with_lists.verify(&file, moment()?);
    ensure!(passes(&report) && codes(&report).contains(&"DSS_NOT_CHECKED"), "{report:#?}");
    Ok(())
}

/// Where nobody publishes a status none is demanded. A list in the authority's name, put there by anybody, must not change that.
fn forged_where_none_is_needed() -> Outcome {
    let mut signatory = Signatory::create()?;
    let unpublished = Unpublished::create(&signatory)?;
    signatory.chain = CertificateChain::from_der([unpublished.certificate])?;
    let mut anchors = TrustAnchors::none();
    anchors.add_file(&unpublished.root)?;
    let validator = Validator::new(anchors, ValidationData::none(), Policy::default());
    let file = Handmade::USUAL.sign(&signatory, &signatory.prepare()?)?;
    let report = validator.verify(&file, moment()?);
    ensure!(passes(&report), "without any list: {report:#?}");
    ensure!(codes(&report).contains(&"REVOCATION_NOT_PUBLISHED"), "it does not pass in silence: {report:#?}");
    let forged = with_store(&file, "CRLs", &[unpublished.forged_list])?;
    let report = validator.verify(&forged, moment()?);
    ensure!(passes(&report), "with a forged list: {report:#?}");
    ensure!(report.signatures[0].checks.validation_data == CheckResult::Passed, "the list was read: {report:#?}");
    Ok(())
}

/// Appends a DSS with these lists, in `/CRLs` or in the `/CRL` of a `/VRI`.
fn with_store(file: &[u8], key: &str, lists: &[Vec<u8>]) -> anyhow::Result<Vec<u8>> {
    let pdf = SignedPdf::open(file, &Limits::default())?;
    let latest = pdf.document().latest();
    let root = latest.root()?;
    let catalog = latest.object(root)?.ok_or_else(|| anyhow::anyhow!("no catalog"))?;
    let catalog = String::from_utf8(latest.bytes()[catalog.value.span()].to_vec())?;
    let inner = catalog.trim_end().strip_suffix(">>").ok_or_else(|| anyhow::anyhow!("{catalog:?}"))?;
    let first = usize::try_from(latest.highest_number())? + 1;
    let references: String = (first..first + lists.len()).map(|number| format!("{number} 0 R ")).collect();
    let store = match key {
        "VRI" => format!("<</VRI<</0123456789ABCDEF0123456789ABCDEF01234567<</CRL[{references}]>>>>>>"),
        _ => format!("<</CRLs[{references}]>>"),
    };
    let catalog = format!("{inner}/DSS {store}>>").into_bytes();
    let mut objects = vec![(usize::try_from(root.number)?, catalog)];
    objects.extend(lists.iter().enumerate().map(|(index, list)| (first + index, stream(list))));
    let mut updated = file.to_vec();
    let trailer = format!("/Root {} {} R", root.number, root.generation);
    append(&mut updated, objects, &trailer, Some(last_startxref(file)?));
    Ok(updated)
}
