//! Hostile files cost little: every one ends in time and within memory, with a result or a refusal, never a panic.
//!
//! The bounds are those of the design: 2 s and 1 s for each MiB of input, 64 MiB and 20 times the input. Each file is
//! opened and then read to the last object of every revision, which is more than any caller does. Some are made here;
//! the others lie outside the repository, in `$TEKEN_SHARED/vectors/synthetic-bombs` and `$TEKEN_SHARED/corpus`, by
//! default beside the workspace, and are reported as ignored by name when they are not there.

#[path = "../reading/file.rs"]
mod file;
mod made;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use pades::pdf::{Dictionary, Document, Place, Ref, View};
use pades::{Limits, PdfError, SignedPdf};

const MIB: usize = 1 << 20;
/// Unoptimised, our own code is this much slower; dependencies are optimised always.
const PATIENCE: u32 = if cfg!(debug_assertions) { 10 } else { 1 };

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut files = made::all();
    let shared = shared();
    let mut trials = Vec::new();
    for folder in ["vectors/synthetic-bombs", "corpus"] {
        let before = files.len();
        collect(&shared.join(folder), &mut files);
        if files.len() == before {
            let name = format!("nothing in {}: set TEKEN_SHARED", shared.join(folder).display());
            trials.push(Trial::test(name, || Ok(())).with_ignored_flag(true));
        }
    }
    // The peak of the process only grows: in the order of their bounds each file is held to its own.
    files.sort_by_key(|(_, octets)| octets.len());
    let given: usize = files.iter().map(|(_, octets)| octets.len()).sum();
    let baseline = peak_memory().unwrap_or(0).max(given);
    for (name, octets) in files {
        let result = measure(&octets, baseline);
        trials.push(Trial::test(name, move || result));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn measure(octets: &[u8], baseline: usize) -> Result<(), Failed> {
    let mebibytes = u32::try_from(octets.len().div_ceil(MIB))?;
    let time = Duration::from_secs(2) + Duration::from_secs(1) * mebibytes;
    let start = Instant::now();
    let end = read_everything(octets);
    let elapsed = start.elapsed();
    if elapsed > time * PATIENCE {
        return Err(format!("{elapsed:?} for {} octets, {end:?}", octets.len()).into());
    }
    let memory = peak_memory().unwrap_or(0).saturating_sub(baseline);
    if memory > 64 * MIB + 20 * octets.len() {
        return Err(format!("{memory} octets of memory for {} of input, {end:?}", octets.len()).into());
    }
    Ok(())
}

/// Lists the signatures, and reads all objects and streams as of every revision until the file's budget is spent.
fn read_everything(octets: &[u8]) -> Result<(), PdfError> {
    let limits = Limits::default();
    let signatures = SignedPdf::open(octets, &limits).map(|pdf| {
        let signatures = pdf.signatures().iter();
        signatures.map(|signature| signature.cms_der().len() + signature.trailing().len()).sum::<usize>()
    });
    let document = Document::open(octets, &limits)?;
    for revision in 0..document.revisions().len() {
        let Some(view) = document.view(revision) else { break };
        for change in document.changes(revision)? {
            let reference = Ref { number: change.after.number, generation: change.after.generation };
            if change.after.place != Place::Free && read_object(view, reference) == Err(PdfError::BudgetSpent) {
                return Err(PdfError::BudgetSpent);
            }
        }
    }
    signatures.map(|_| ())
}

fn read_object(view: View<'_>, reference: Ref) -> Result<(), PdfError> {
    let Some(object) = view.object(reference)? else { return Ok(()) };
    std::hint::black_box(object.value.as_dictionary().map(Dictionary::duplicate_key)).ok();
    if object.data.is_some() {
        view.stream_data(&object)?;
    }
    view.resolve(&object.value).map(|_| ())
}

fn shared() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    std::env::var_os("TEKEN_SHARED").map_or_else(beside, PathBuf::from)
}

fn collect(folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "pdf")
            && let Ok(octets) = std::fs::read(&path)
        {
            files.push((path.strip_prefix(shared()).unwrap_or(&path).display().to_string(), octets));
        }
    }
}

/// The most memory that this process ever had, where the system tells.
fn peak_memory() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<usize>().ok().map(|kibibytes| kibibytes * 1024)
}
