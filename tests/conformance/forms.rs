//! Signatures in a form that must not count, and signatures that somebody tried to hide: each is told, none passes, and none turns
//! a signed file into one without a signature.

use anyhow::ensure;
use pades::{Limits, SignedPdf};
use tests::{Outcome, Suite};
use verifier::{CheckResult, FileVerdict, Indication, Report, SubIndication};

use crate::{
    handmade::{Handmade, Hash, replace_in_place},
    sample::{Signatory, append, codes, last_startxref, moment, only_place, page_with, passes},
};

pub(crate) fn cases(suite: &mut Suite) {
    suite
        .case("a_signature_made_by_hand_as_ours_are_passes", usual)
        .case("adbe_pkcs7_sha1_is_refused_by_policy_with_the_reason", pkcs7_sha1)
        .case("sha1_over_the_document_is_refused_by_policy_with_the_reason", || {
            refused(
                &Handmade { document: Hash::Sha1, attributes: Hash::Sha256, ..Handmade::USUAL },
                &["ALGORITHM_WEAK"],
            )
        })
        .case("sha1_in_the_signature_value_is_refused_by_policy_with_the_reason", || {
            refused(&Handmade { document: Hash::Sha1, attributes: Hash::Sha1, ..Handmade::USUAL }, &["ALGORITHM_WEAK"])
        })
        .case("an_unknown_subfilter_is_told_and_never_passes", unknown_sub_filter)
        .case("a_signature_stripped_from_the_form_is_reported", stripped)
        .case("a_signature_dictionary_without_any_field_is_reported_beside_a_good_signature", beside);
}

/// The control for the cases below: the same hands, nothing unusual.
fn usual() -> Outcome {
    let signatory = Signatory::create()?;
    let file = Handmade::USUAL.sign(&signatory, &signatory.prepare()?)?;
    let report = signatory.validator_with_lists()?.verify(&file, moment()?);
    ensure!(passes(&report), "{report:#?}");
    Ok(())
}

fn judged(handmade: &Handmade<'_>) -> anyhow::Result<Report> {
    let signatory = Signatory::create()?;
    let file = handmade.sign(&signatory, &signatory.prepare()?)?;
    Ok(signatory.validator_with_lists()?.verify(&file, moment()?))
}

/// The octets are those that were signed, and yet: INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE (EN 319 102-1, 5.2.7 and 5.2.8).
fn refused(handmade: &Handmade<'_>, reasons: &[&str]) -> Outcome {
    let report = judged(handmade)?;
    let [signature] = &*report.signatures else { anyhow::bail!("not one signature: {report:#?}") };
    ensure!(signature.integrity == CheckResult::Passed, "integrity: {report:#?}");
    ensure!(signature.conclusion.indication == Indication::Indeterminate, "{report:#?}");
    ensure!(signature.conclusion.sub_indication == Some(SubIndication::CryptoConstraintsFailure), "{report:#?}");
    let codes = codes(&report);
    ensure!(reasons.iter().all(|reason| codes.contains(reason)), "{codes:?}");
    Ok(())
}

fn pkcs7_sha1() -> Outcome {
    let handmade = Handmade {
        sub_filter: "adbe.pkcs7.sha1",
        document: Hash::Sha1,
        attributes: Hash::Sha256,
        carries_digest: true,
        ..Handmade::USUAL
    };
    refused(&handmade, &["SUBFILTER_REFUSED", "ALGORITHM_WEAK"])
}

fn unknown_sub_filter() -> Outcome {
    for sub_filter in ["adbe.x509.rsa_sha1", "ETSI.XYZ", "etsi.cades.detached"] {
        let report = judged(&Handmade { sub_filter, ..Handmade::USUAL })?;
        ensure!(report.verdict == FileVerdict::Signed(Indication::Indeterminate), "{sub_filter}: {report:#?}");
        ensure!(codes(&report).contains(&"SUBFILTER_UNKNOWN"), "{sub_filter}: {:?}", codes(&report));
    }
    Ok(())
}

/// Every way to make a reader see no signature leaves its dictionary in the file.
fn stripped() -> Outcome {
    let signatory = Signatory::create()?;
    let file = signatory.sign()?;
    let number = signature_number(&file)?;
    let mut stripped: Vec<(&str, Vec<u8>)> = Vec::new();
    let in_place = |old: &str, new: &str| -> anyhow::Result<Vec<u8>> {
        let mut changed = file.clone();
        replace_in_place(&mut changed, old, new)?;
        Ok(changed)
    };
    stripped.push(("no form", in_place("/AcroForm", "/AcroFarm")?));
    stripped.push(("no value", in_place(&format!("/V {number} 0 R"), "")?));
    stripped.push(("a text field", in_place("/FT /Sig", "/FT /Tx")?));
    stripped.push(("no fields", in_place("/Fields", "/Yields")?));
    let mut updated = file.clone();
    let previous = last_startxref(&file)?;
    append(&mut updated, vec![(1, b"<</Type/Catalog/Pages 2 0 R>>".to_vec())], "/Root 1 0 R", Some(previous));
    stripped.push(("a later catalog without a form", updated));
    let mut freed = file.clone();
    let start = freed.len();
    freed.extend_from_slice(
        format!("xref\n{number} 1\n0000000000 00001 f \ntrailer\n<</Size {number}/Root 1 0 R/Prev {previous}>>\nstartxref\n{start}\n%%EOF\n")
            .as_bytes(),
    );
    stripped.push(("a later revision that frees the dictionary", freed));
    let mut cut = file.clone();
    cut.truncate(file.len() - 20);
    stripped.push(("no end", cut));

    let validator = signatory.validator_with_lists()?;
    for (how, file) in stripped {
        let report = validator.verify(&file, moment()?);
        ensure!(report.verdict == FileVerdict::Signed(Indication::TotalFailed), "{how}: {report:#?}");
        let codes = codes(&report);
        ensure!(codes.iter().any(|code| ["ORPHANED_SIGNATURE", "FILE_MALFORMED"].contains(code)), "{how}: {codes:?}");
    }
    Ok(())
}

/// A dictionary that was there before the signature, and that no field leads to, is told with the signature.
fn beside() -> Outcome {
    let signatory = Signatory::create()?;
    let dictionary = "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached/ByteRange[0 1 2 3]/Contents<00>>>";
    let in_octets = page_with("", vec![(4, dictionary.as_bytes().to_vec())]);
    for (how, document) in [
        ("an object", in_octets),
        ("an object stream", page_with_object_stream("ObjStm", dictionary)),
        ("an object stream whose type is written otherwise", page_with_object_stream("Obj#53tm", dictionary)),
    ] {
        let file = Handmade::USUAL.sign(&signatory, &signatory.prepare_document(document)?)?;
        let report = signatory.validator_with_lists()?.verify(&file, moment()?);
        ensure!(codes(&report).contains(&"ORPHANED_SIGNATURE"), "{how}: {report:#?}");
        ensure!(report.signatures.len() == 1 && passes(&report), "{how}: {report:#?}");
    }
    Ok(())
}

/// The empty page with one more object, 4, in the object stream 5, and the cross-reference stream 6 (7.5.7, 7.5.8).
fn page_with_object_stream(kind: &str, object: &str) -> Vec<u8> {
    let mut file = page_with("", Vec::new());
    let end = file.windows(5).position(|window| window == b"xref\n").unwrap_or(file.len());
    let offsets: Vec<usize> =
        (1..=3).filter_map(|number| only_place(&file, format!("{number} 0 obj").as_bytes()).ok()).collect();
    file.truncate(end);
    let (header, container) = ("4 0 ", file.len());
    // Encoded, so that nothing of the object stands in the octets of the file.
    let encoded: String = format!("{header}{object}").bytes().map(|octet| format!("{octet:02x}")).collect();
    file.extend_from_slice(
        format!(
            "5 0 obj\n<</Type/{kind}/N 1/First {}/Filter/ASCIIHexDecode/Length {}>>\nstream\n{encoded}>\nendstream\nendobj\n",
            header.len(),
            encoded.len() + 1
        )
        .as_bytes(),
    );
    let start = file.len();
    // One octet for the kind of entry, two for the offset or the container, one for generation or index.
    let mut entries = vec![[0, 0, 0, 255]];
    let at = |offset: usize| [1, offset.to_be_bytes()[6], offset.to_be_bytes()[7], 0];
    entries.extend(offsets.into_iter().map(at));
    entries.extend([[2, 0, 5, 0], at(container), at(start)]);
    let entries = entries.concat();
    file.extend_from_slice(
        format!("6 0 obj\n<</Type/XRef/Size 7/Root 1 0 R/W[1 2 1]/Length {}>>\nstream\n", entries.len()).as_bytes(),
    );
    file.extend_from_slice(&entries);
    file.extend_from_slice(format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n").as_bytes());
    file
}

/// Object number of the only signature's dictionary.
fn signature_number(file: &[u8]) -> anyhow::Result<u32> {
    let pdf = SignedPdf::open(file, &Limits::default())?;
    let [signature] = pdf.signatures() else { anyhow::bail!("not one signature") };
    anyhow::Context::context(signature.dictionary(), "the dictionary is an indirect object").map(|found| found.number)
}
