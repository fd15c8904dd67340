//! Our reader and lopdf agree on every object of every file that both open strictly.
//!
//! lopdf is the oracle: it was written by others, loads everything, and is used by nobody here to judge. A file or an
//! object that only one of the two reads says nothing about the other; that enough of them are read by both is a case
//! of its own.
//!
//! The files are other people's, outside the repository: `$TEKEN_SHARED/corpus`, by default `../shared/corpus` beside
//! the workspace. Without them the one case is reported as ignored, by name.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use lopdf::{LoadOptions, Object as Theirs};
use pades::Limits;
use pades::pdf::{Document, Indirect, Object as Ours, Place, Ref, Value, View};

/// Files on which the two differ, and why ours is right. One that agrees again fails the test.
const EXCEPTIONS: [(&str, &str); 3] = [
    (
        "corpora__generated__1_invalid_xref_trad-a.pdf",
        "an entry leads to another object; lopdf takes that one's number",
    ),
    ("qtest__qpdf__bad32.pdf", "an entry leads to another object; lopdf takes that one's number"),
    ("resources__validation__pdf-spoofing-attack.pdf", "lopdf drops object 2, which qpdf finds where we do"),
];

/// What became of one file.
enum Outcome {
    /// This many objects agree.
    Agreed(usize),
    /// One of the two does not open it.
    NotOpened,
    Differs(String),
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut files = Vec::new();
    collect(&corpus(), &mut files);
    files.sort();
    let mut trials = Vec::new();
    let (mut compared, mut objects) = (0, 0);
    for path in &files {
        let name = path.strip_prefix(corpus()).unwrap_or(path).display().to_string();
        let excepted = EXCEPTIONS.iter().find(|(suffix, _)| name.ends_with(suffix)).map(|(_, reason)| *reason);
        let result = match (compare_file(path), excepted) {
            (Outcome::Agreed(_), Some(reason)) => Err(format!("agrees again, so this is stale: {reason}").into()),
            (Outcome::Differs(_), Some(_)) | (Outcome::NotOpened, _) => Ok(()),
            (Outcome::Differs(what), None) => Err(Failed::from(what)),
            (Outcome::Agreed(agreed), None) => {
                compared += 1;
                objects += agreed;
                Ok(())
            }
        };
        trials.push(Trial::test(name, move || result));
    }
    if trials.is_empty() {
        let name = format!("no corpus at {}: set TEKEN_SHARED", corpus().display());
        trials.push(Trial::test(name, || Ok(())).with_ignored_flag(true));
    } else {
        let name = format!("{objects} objects of {compared} of {} files were compared, of most", files.len());
        let is_most = compared * 2 > files.len() && objects > 10_000;
        trials.push(Trial::test(name, move || if is_most { Ok(()) } else { Err("too few were compared".into()) }));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn corpus() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    std::env::var_os("TEKEN_SHARED").map_or_else(beside, PathBuf::from).join("corpus")
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "pdf") {
            files.push(path);
        }
    }
}

fn compare_file(path: &Path) -> Outcome {
    let Ok(bytes) = std::fs::read(path) else { return Outcome::NotOpened };
    let Ok(ours) = Document::open(&bytes[..], &Limits::default()) else { return Outcome::NotOpened };
    let options = LoadOptions { strict: true, ..LoadOptions::default() };
    let Ok(theirs) = lopdf::Document::load_mem_with_options(&bytes, options) else { return Outcome::NotOpened };
    if theirs.xref_recovery.is_some() {
        return Outcome::NotOpened;
    }
    let view = ours.latest();
    let mut agreed = 0;
    for ((number, generation), theirs) in &theirs.objects {
        let reference = Ref { number: *number, generation: *generation };
        // What we refuse we do not misread.
        let Ok(ours) = view.object(reference) else { continue };
        let Some(ours) = ours else { return Outcome::Differs(format!("{reference}: only lopdf finds it")) };
        let same = match (theirs, &ours.data) {
            (Theirs::Stream(stream), Some(data)) => {
                bytes.get(data.clone()) == Some(&stream.content[..]) && same_entries(&stream.dict, &ours.value, true)
            }
            (Theirs::Stream(_), None) | (_, Some(_)) => false,
            (object, None) => same(object, &ours.value),
        };
        if !same {
            return Outcome::Differs(format!("{reference}: lopdf has {theirs:?}, we have {ours:?}"));
        }
        agreed += 1;
    }
    for object in in_use(view) {
        // lopdf takes object streams apart and drops them, and cross-reference streams too.
        let is_container = ["ObjStm", "XRef"]
            .into_iter()
            .any(|kind| object.value.as_dictionary().is_ok_and(|dictionary| dictionary.is("Type", kind) == Ok(true)));
        let id = (object.reference.number, object.reference.generation);
        if !is_container && !theirs.objects.contains_key(&id) {
            return Outcome::Differs(format!("{}: only we find it: {object:?}", object.reference));
        }
    }
    Outcome::Agreed(agreed)
}

/// Every object that some revision wrote, that is still there, and that we read.
fn in_use(view: View<'_>) -> Vec<Indirect<'_>> {
    let read = |number| {
        let entry = view.locate(number).ok()??.entry;
        let reference = Ref { number, generation: entry.generation };
        if entry.place == Place::Free { None } else { view.object(reference).ok()? }
    };
    (0..=view.highest_number()).filter_map(read).collect()
}

fn same(theirs: &Theirs, ours: &Value<'_>) -> bool {
    match (theirs, &ours.object) {
        (Theirs::Null, Ours::Null) => true,
        (Theirs::Boolean(theirs), Ours::Boolean(ours)) => theirs == ours,
        (Theirs::Integer(theirs), Ours::Integer(ours)) => theirs == ours,
        (Theirs::Real(theirs), Ours::Real(ours)) => {
            std::str::from_utf8(ours).is_ok_and(|ours| ours.parse::<f32>() == Ok(*theirs))
        }
        (Theirs::Name(theirs), Ours::Name(ours)) => **theirs == *ours.octets(),
        (Theirs::String(theirs, _), Ours::String(ours)) => **theirs == *ours.octets(),
        (Theirs::Reference(theirs), Ours::Reference(ours)) => *theirs == (ours.number, ours.generation),
        (Theirs::Array(theirs), Ours::Array(ours)) => {
            theirs.len() == ours.len() && theirs.iter().zip(ours).all(|(theirs, ours)| same(theirs, ours))
        }
        (Theirs::Dictionary(theirs), Ours::Dictionary(_)) => same_entries(theirs, ours, false),
        _ => false,
    }
}

/// lopdf keeps the last of several entries with one key, and may write a stream's length anew.
fn same_entries(theirs: &lopdf::Dictionary, ours: &Value<'_>, is_stream: bool) -> bool {
    let Ok(ours) = ours.as_dictionary() else { return false };
    let mut keys = BTreeSet::new();
    let agreed = ours.entries().iter().rev().all(|(key, value)| {
        let key = key.octets().into_owned();
        if !keys.insert(key.clone()) || (is_stream && key == b"Length") {
            return true;
        }
        theirs.get(&key).is_ok_and(|theirs| same(theirs, value))
    });
    agreed && theirs.iter().all(|(key, _)| keys.contains(key))
}
