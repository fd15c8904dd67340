//! From the command line to a list of jobs: which number each file has, and where each signed file goes.
//!
//! Everything that can be wrong with the line is found here, before anything is read or sent: two files with one number, two outputs
//! in one place, an output that is an input.

use std::{
    collections::{HashMap, HashSet},
    fs, io,
    path::{Path, PathBuf},
};

use evidence::{DocumentType, NameError};
use office::{
    Claims, ClaimsError, Config, Document, DocumentNumber, Existing, Job, NumberError, OfficerAccount, OfficerError,
    Output, SignatureName, SignatureNameError, Stationery, Task, Way,
    appearance::{Artwork, ArtworkError, Sight},
};
use thiserror::Error;

use crate::{
    args::Sign,
    manifest::{self, TableError},
};

/// The file's name without `.pdf`, in `--number`.
const STEM: &str = "{stem}";

/// Why a command line is no plan.
#[derive(Debug, Error)]
pub(crate) enum PlanError {
    #[error("the type of {} is not a document type", file.display())]
    Type { file: PathBuf, source: NameError },
    #[error("the number of {} is not a document number", file.display())]
    Number { file: PathBuf, source: NumberError },
    #[error("the officer is not an account")]
    Officer(#[from] OfficerError),
    #[error("--replaces is not the name of a signature")]
    Replaces(#[from] SignatureNameError),
    #[error("no officer: neither --officer nor the configuration names one")]
    NoOfficer,
    #[error("{} has no type: neither --type nor the table names one", file.display())]
    NoType { file: PathBuf },
    #[error("several files cannot have one number: use {{stem}} in --number, or --numbers-from")]
    OneNumberForMany,
    #[error("several files cannot replace one signature: use --numbers-from with a column replaces")]
    OneReplacedForMany,
    #[error("--number has braces that are not {{stem}}")]
    Placeholder,
    #[error("{} and {} have the same type and number", first.display(), second.display())]
    RepeatedNumber { first: PathBuf, second: PathBuf },
    #[error("{} and {} would be written to {}", first.display(), second.display(), output.display())]
    RepeatedOutput { first: PathBuf, second: PathBuf, output: PathBuf },
    #[error("{} would be written over an input", output.display())]
    OutputIsInput { output: PathBuf },
    #[error("{} is not the name of a file that can be written down", file.display())]
    FileName { file: PathBuf },
    #[error("cannot read the table {}", table.display())]
    UnreadableTable { table: PathBuf, source: io::Error },
    #[error("the table {} is not understood", table.display())]
    Table { table: PathBuf, source: TableError },
    #[error("the table {} names no file", table.display())]
    EmptyTable { table: PathBuf },
    #[error("{} is no folder, and several files go there", folder.display())]
    NotAFolder { folder: PathBuf },
    #[error("cannot make the folder {}", folder.display())]
    Folder { folder: PathBuf, source: io::Error },
    #[error("the template {} cannot be used", template.display())]
    Artwork { template: PathBuf, source: ArtworkError },
    #[error("the claims {} cannot be used", claims.display())]
    Claims { claims: PathBuf, source: ClaimsError },
    #[error("{} has a seal: say with --claims what it says", template.display())]
    NoClaims { template: PathBuf },
    #[error("several files cannot have one seal: use {{stem}} in --claims")]
    OneClaimsForMany,
    #[error("the program that draws pages is not found")]
    Renderer { source: io::Error },
    #[error("cannot find the place of {}", file.display())]
    Absolute { file: PathBuf, source: io::Error },
}

/// One file as it was asked for.
#[derive(Debug)]
struct Asked {
    input: PathBuf,
    document_type: String,
    number: String,
    replaces: Option<String>,
}

/// Makes the jobs of `sign`.
pub(crate) fn jobs(sign: &Sign, config: &Config) -> Result<Vec<Job>, PlanError> {
    // 1. Which files, with which number each.
    let asked = match &sign.numbers_from {
        Some(table) => from_table(table, sign.document_type.as_deref())?,
        None => from_line(sign)?,
    };

    // 2. Who asks.
    let officer = match &sign.officer {
        Some(account) => OfficerAccount::parse(account)?,
        None => config.officer.clone().ok_or(PlanError::NoOfficer)?,
    };

    // 3. Where each goes.
    let existing = if sign.force { Existing::Replace } else { Existing::Keep };
    let place = Place::of(sign.out.as_deref(), asked.len())?;
    let way = if sign.upload { Way::Document } else { Way::Digest };
    let jobs = asked
        .into_iter()
        .map(|asked| {
            let input = written_down(absolute(&asked.input)?)?;
            let document = Document {
                document_type: DocumentType::parse(&asked.document_type)
                    .map_err(|source| PlanError::Type { file: asked.input.clone(), source })?,
                number: DocumentNumber::parse(&asked.number)
                    .map_err(|source| PlanError::Number { file: asked.input.clone(), source })?,
                officer: officer.clone(),
            };
            let replaces = asked.replaces.as_deref().map(SignatureName::parse).transpose()?;
            let output = Output { path: written_down(absolute(&place.for_input(&input)?)?)?, existing };
            let task = Task { document, replaces, input: Some(input.clone()), output: Some(output) };
            Ok(Job { input, task, way })
        })
        .collect::<Result<Vec<Job>, PlanError>>()?;

    // 4. No two alike.
    check_apart(&jobs)?;
    if let Place::Folder(folder) = &place {
        fs::create_dir_all(folder).map_err(|source| PlanError::Folder { folder: folder.clone(), source })?;
    }
    Ok(jobs)
}

/// What `--template` and `--claims` name, read before anything is sent.
pub(crate) fn stationery(sign: &Sign, jobs: &[Job]) -> Result<Option<Stationery>, PlanError> {
    let Some(template) = &sign.template else { return Ok(None) };
    let artwork =
        Artwork::load(template).map_err(|source| PlanError::Artwork { template: template.clone(), source })?;
    let mut claims = HashMap::new();
    if artwork.template().has_seal() {
        let rule = sign.claims.as_ref().ok_or_else(|| PlanError::NoClaims { template: template.clone() })?;
        let rule = rule.to_str().ok_or_else(|| PlanError::FileName { file: rule.clone() })?;
        if jobs.len() > 1 && !rule.contains(STEM) {
            return Err(PlanError::OneClaimsForMany);
        }
        for job in jobs {
            let path = PathBuf::from(rule.replace(STEM, stem(&job.input)?));
            let unusable = |source| PlanError::Claims { claims: path.clone(), source };
            let read = Claims::load(&path).map_err(unusable)?;
            let Document { document_type, number, .. } = &job.task.document;
            read.check_type(document_type).map_err(unusable)?;
            claims.insert((document_type.clone(), number.clone()), read);
        }
    }
    Ok(Some(Stationery { artwork, claims, sight: sight()? }))
}

/// Pages are drawn by this program, in a process of its own for each look.
pub(crate) fn sight() -> Result<Sight, PlanError> {
    Ok(Sight::program(std::env::current_exe().map_err(|source| PlanError::Renderer { source })?))
}

fn from_line(sign: &Sign) -> Result<Vec<Asked>, PlanError> {
    let (Some(rule), Some(document_type)) = (&sign.number, &sign.document_type) else {
        unreachable!("the command line requires both without a table")
    };
    let fixed = rule.replace(STEM, "");
    if fixed.contains(['{', '}']) {
        return Err(PlanError::Placeholder);
    }
    if sign.inputs.len() > 1 && !rule.contains(STEM) {
        return Err(PlanError::OneNumberForMany);
    }
    if sign.inputs.len() > 1 && sign.replaces.is_some() {
        return Err(PlanError::OneReplacedForMany);
    }
    sign.inputs
        .iter()
        .map(|input| {
            Ok(Asked {
                input: input.clone(),
                document_type: document_type.clone(),
                number: rule.replace(STEM, stem(input)?),
                replaces: sign.replaces.clone(),
            })
        })
        .collect()
}

fn from_table(table: &Path, document_type: Option<&str>) -> Result<Vec<Asked>, PlanError> {
    let text =
        fs::read_to_string(table).map_err(|source| PlanError::UnreadableTable { table: table.to_owned(), source })?;
    let rows = manifest::read(&text).map_err(|source| PlanError::Table { table: table.to_owned(), source })?;
    if rows.is_empty() {
        return Err(PlanError::EmptyTable { table: table.to_owned() });
    }
    let folder = table.parent().unwrap_or(Path::new(""));
    rows.into_iter()
        .map(|row| {
            let input = folder.join(&row.file);
            let document_type = row
                .document_type
                .or_else(|| document_type.map(str::to_owned))
                .ok_or_else(|| PlanError::NoType { file: input.clone() })?;
            Ok(Asked { input, document_type, number: row.number, replaces: row.replaces })
        })
        .collect()
}

/// Where signed files go.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    Beside,
    Folder(PathBuf),
    File(PathBuf),
}

impl Place {
    /// `-o` is a file for one input, unless it is a folder or is written like one; a folder for several.
    fn of(out: Option<&Path>, inputs: usize) -> Result<Self, PlanError> {
        let Some(out) = out else { return Ok(Self::Beside) };
        let written_like_a_folder = out.to_string_lossy().ends_with(std::path::is_separator);
        if out.is_dir() || written_like_a_folder {
            return Ok(Self::Folder(out.to_owned()));
        }
        match inputs {
            1 => Ok(Self::File(out.to_owned())),
            _ if out.exists() => Err(PlanError::NotAFolder { folder: out.to_owned() }),
            _ => Ok(Self::Folder(out.to_owned())),
        }
    }

    fn for_input(&self, input: &Path) -> Result<PathBuf, PlanError> {
        let signed = || stem(input).map(|stem| format!("{stem}.signed.pdf"));
        Ok(match self {
            Self::Beside => input.with_file_name(signed()?),
            Self::Folder(folder) => folder.join(signed()?),
            Self::File(file) => file.clone(),
        })
    }
}

/// The file's name without `.pdf`, in any case. A name that is not Unicode cannot stand in a number or in the journal.
fn stem(path: &Path) -> Result<&str, PlanError> {
    let unusable = || PlanError::FileName { file: path.to_owned() };
    path.to_str().ok_or_else(unusable)?;
    let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(unusable)?;
    let stem = match name.len().checked_sub(4).and_then(|length| name.split_at_checked(length)) {
        Some((stem, extension)) if extension.eq_ignore_ascii_case(".pdf") => stem,
        _ => name,
    };
    if stem.is_empty() { Err(unusable()) } else { Ok(stem) }
}

/// The journal holds paths as Unicode.
fn written_down(path: PathBuf) -> Result<PathBuf, PlanError> {
    if path.to_str().is_some() { Ok(path) } else { Err(PlanError::FileName { file: path }) }
}

/// The journal may be resumed from another folder.
fn absolute(path: &Path) -> Result<PathBuf, PlanError> {
    std::path::absolute(path).map_err(|source| PlanError::Absolute { file: path.to_owned(), source })
}

/// One name for a place that has several: through links, or by way of `..`. The last part stays, for a file of that name is
/// replaced and not followed.
fn place_of(path: &Path) -> PathBuf {
    let folder = path.parent().and_then(|folder| fs::canonicalize(folder).ok());
    folder.zip(path.file_name()).map_or_else(|| path.to_owned(), |(folder, name)| folder.join(name))
}

fn check_apart(jobs: &[Job]) -> Result<(), PlanError> {
    let named = jobs.iter().map(|job| place_of(&job.input));
    let followed = jobs.iter().filter_map(|job| fs::canonicalize(&job.input).ok());
    let inputs: HashSet<PathBuf> = named.chain(followed).collect();
    let mut numbers = HashMap::new();
    let mut outputs: HashMap<PathBuf, &Path> = HashMap::new();
    for job in jobs {
        let key = (&job.task.document.document_type, &job.task.document.number);
        if let Some(first) = numbers.insert(key, &job.input) {
            return Err(PlanError::RepeatedNumber { first: first.clone(), second: job.input.clone() });
        }
        let Some(output) = &job.task.output else { continue };
        let place = place_of(&output.path);
        if inputs.contains(&place) {
            return Err(PlanError::OutputIsInput { output: output.path.clone() });
        }
        if let Some(first) = outputs.insert(place, &job.input) {
            let (first, second) = (first.to_owned(), job.input.clone());
            return Err(PlanError::RepeatedOutput { first, second, output: output.path.clone() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use tempfile::TempDir;

    use super::*;
    use crate::args::{Args, Command};

    fn config() -> Config {
        let text = "server = \"https://sign.example\"\naccess_anchor = \"a\"\ncertificate = \"c\"\nkey = \"k\"\nofficer = \"loket1\"\nstate_dir = \"s\"\n";
        Config::parse(text, Path::new("office")).expect("complete")
    }

    fn sign(line: &[&str]) -> Sign {
        let line = ["teken-office", "sign", "--config", "c"].iter().chain(line);
        match Args::try_parse_from(line).expect("a line that clap takes").command {
            Command::Sign(sign) => sign,
            other => panic!("{other:?}"),
        }
    }

    fn planned(line: &[&str]) -> Vec<(String, PathBuf)> {
        jobs(&sign(line), &config())
            .expect("a plan")
            .into_iter()
            .map(|job| {
                let output = job.task.output.expect("every job has a place").path;
                (job.task.document.number.as_str().to_owned(), output)
            })
            .collect()
    }

    fn refusal(line: &[&str]) -> String {
        jobs(&sign(line), &config()).expect_err("no plan").to_string()
    }

    fn at(path: &str) -> PathBuf {
        std::path::absolute(path).expect("absolute")
    }

    #[test]
    fn a_signed_file_goes_beside_its_input_under_a_name_that_says_so() {
        assert_eq!(
            planned(&["--type", "surat", "--number", "470/1", "dir/surat.PDF"]),
            [("470/1".to_owned(), at("dir/surat.signed.pdf"))]
        );
        assert_eq!(planned(&["--type", "kk", "--number", "1", "scan"]), [("1".to_owned(), at("scan.signed.pdf"))]);
    }

    #[test]
    fn the_placeholder_gives_each_file_its_own_number() {
        assert_eq!(
            planned(&["--type", "surat", "--number", "470/{stem}/KEC-BT", "a/001.pdf", "b/002.pdf"]),
            [
                ("470/001/KEC-BT".to_owned(), at("a/001.signed.pdf")),
                ("470/002/KEC-BT".to_owned(), at("b/002.signed.pdf"))
            ]
        );
    }

    #[test]
    fn out_is_a_file_for_one_input_and_a_folder_for_several() {
        let folder = TempDir::new().expect("a folder");
        let inside = |name: &str| folder.path().join(name);
        let text = |path: &Path| path.to_str().expect("unicode").to_owned();
        let (file, new, slash) = (text(&inside("x.pdf")), text(&inside("new")), format!("{}/", text(&inside("one"))));
        assert_eq!(
            planned(&["--type", "kk", "--number", "1", "a.pdf", "-o", &file]),
            [("1".to_owned(), inside("x.pdf"))]
        );
        let existing = text(folder.path());
        assert_eq!(
            planned(&["--type", "kk", "--number", "1", "a.pdf", "-o", &existing]),
            [("1".to_owned(), inside("a.signed.pdf"))]
        );
        assert_eq!(
            planned(&["--type", "kk", "--number", "1", "a.pdf", "-o", &slash]),
            [("1".to_owned(), inside("one").join("a.signed.pdf"))]
        );
        assert_eq!(
            planned(&["--type", "kk", "--number", "{stem}", "a.pdf", "b.pdf", "-o", &new]),
            [
                ("a".to_owned(), inside("new").join("a.signed.pdf")),
                ("b".to_owned(), inside("new").join("b.signed.pdf"))
            ]
        );
        assert!(inside("new").is_dir());
        fs::write(&file, b"x").expect("written");
        assert!(
            refusal(&["--type", "kk", "--number", "{stem}", "a.pdf", "b.pdf", "-o", &file])
                .ends_with("several files go there")
        );
    }

    #[test]
    fn a_table_names_files_beside_itself() {
        let folder = TempDir::new().expect("a folder");
        let table = folder.path().join("numbers.csv");
        fs::write(&table, "file;number;type\na.pdf;470/1;surat\nsub/b.pdf;3275;\n").expect("written");
        let table = table.to_str().expect("unicode");
        let jobs = jobs(&sign(&["--numbers-from", table, "--type", "kk"]), &config()).expect("a plan");
        let read: Vec<_> = jobs
            .iter()
            .map(|job| (job.input.clone(), job.task.document.document_type.as_str(), job.task.document.number.as_str()))
            .collect();
        assert_eq!(
            read,
            [(folder.path().join("a.pdf"), "surat", "470/1"), (folder.path().join("sub/b.pdf"), "kk", "3275")]
        );
        assert!(refusal(&["--numbers-from", table]).contains("has no type"));
        fs::write(table, "file;number;type\n").expect("written");
        assert!(refusal(&["--numbers-from", table]).ends_with("names no file"));
    }

    #[test]
    fn documents_of_one_number_and_two_types_have_a_seal_each() {
        let folder = TempDir::new().expect("a folder");
        let at = |name: &str| folder.path().join(name).to_str().expect("unicode").to_owned();
        let template = "page = 1\n[place]\nbox = { x_mm = 1, y_mm = 1, width_mm = 50, height_mm = 50 }\n[seal]\nx_mm = 0\ny_mm = 0\nsize_mm = 50\nlevel = \"M\"\n";
        let surat = "[surat]\nletter_code = 1\nname = \"A\"\nnik = \"0000000000000001\"\nvalid_until = 2027-05-24\n";
        let kk = "[kk]\nhead_name = \"A\"\nkelurahan = 1\nrt = 1\nrw = 2\nmembers = []\n";
        for (name, text) in [
            ("t.toml", template),
            ("a.toml", surat),
            ("b.toml", kk),
            ("table.csv", "file;number;type\na.pdf;7;surat\nb.pdf;7;kk\n"),
        ] {
            fs::write(at(name), text).expect("written");
        }
        let claims = at("{stem}.toml");
        let sign = sign(&["--numbers-from", &at("table.csv"), "--template", &at("t.toml"), "--claims", &claims]);
        let jobs = jobs(&sign, &config()).expect("a plan");
        let stationery = stationery(&sign, &jobs).expect("usable").expect("a template");
        for job in &jobs {
            let Document { document_type, number, .. } = &job.task.document;
            let claims = stationery.claims.get(&(document_type.clone(), number.clone())).expect("claims of its own");
            assert!(claims.check_type(document_type).is_ok(), "{document_type}");
        }
    }

    #[test]
    fn a_line_that_would_sign_the_wrong_thing_is_refused() {
        for (line, text) in [
            (&["--type", "kk", "--number", "1", "a.pdf", "b.pdf"][..], "several files cannot have one number"),
            (&["--type", "kk", "--number", "{name}", "a.pdf"], "--number has braces that are not {stem}"),
            (&["--type", "kk", "--number", "{stem}", "x/a.pdf", "y/a.pdf"], "have the same type and number"),
            (&["--type", "kk", "--number", "", "a.pdf"], "is not a document number"),
            (&["--type", "K K", "--number", "1", "a.pdf"], "is not a document type"),
            (&["--type", "kk", "--number", "1", "--officer", "Bu Sri", "a.pdf"], "the officer is not an account"),
            (
                &["--type", "kk", "--number", "1", "--replaces", "7", "a.pdf"],
                "--replaces is not the name of a signature",
            ),
            (
                &["--type", "kk", "--number", "{stem}", "--replaces", "offices/a/signatures/7", "a.pdf", "b.pdf"],
                "several files cannot replace one signature",
            ),
            (&["--type", "kk", "--number", "1", "a.pdf", "-o", "a.pdf"], "would be written over an input"),
            (&["--type", "kk", "--number", "{stem}", "a.pdf", "a.signed.pdf"], "would be written over an input"),
            (&["--type", "kk", "--number", "{stem}", "a.pdf", "a.PDF"], "have the same type and number"),
            (&["--type", "kk", "--number", "1", ".pdf"], "is not the name of a file"),
        ] {
            assert!(refusal(line).contains(text), "{line:?}: {}", refusal(line));
        }
    }

    #[cfg(unix)]
    #[test]
    fn an_input_is_not_written_over_by_another_of_its_names() {
        let folder = TempDir::new().expect("a folder");
        let at = |name: &str| folder.path().join(name).to_str().expect("unicode").to_owned();
        fs::create_dir(at("sub")).expect("made");
        fs::write(at("a.pdf"), b"x").expect("written");
        std::os::unix::fs::symlink("a.pdf", at("link.pdf")).expect("linked");
        std::os::unix::fs::symlink(".", at("here")).expect("linked");
        for (input, out) in [("a.pdf", "sub/../a.pdf"), ("a.pdf", "here/a.pdf"), ("link.pdf", "a.pdf")] {
            let line = ["--type", "kk", "--number", "1", "--force", &at(input), "-o", &at(out)];
            assert!(refusal(&line).contains("would be written over an input"), "{input} {out}");
        }
        // A link in the place is replaced, and what it leads to stays.
        planned(&["--type", "kk", "--number", "1", "--force", &at("a.pdf"), "-o", &at("link.pdf")]);
    }

    #[cfg(unix)]
    #[test]
    fn a_path_that_is_not_unicode_is_refused_before_anything_is_recorded() {
        use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

        let not_unicode = |path: &[u8]| PathBuf::from(OsStr::from_bytes(path));
        for (input, out) in [
            (not_unicode(b"a\xff.pdf"), None),
            (not_unicode(b"\xff/a.pdf"), None),
            (PathBuf::from("a.pdf"), Some(not_unicode(b"\xff.pdf"))),
        ] {
            let mut line = sign(&["--type", "kk", "--number", "1", "a.pdf"]);
            (line.inputs, line.out) = (vec![input], out);
            let error = jobs(&line, &config()).expect_err("no plan");
            assert!(matches!(error, PlanError::FileName { .. }), "{error}");
        }
    }

    #[test]
    fn the_command_line_names_the_officer_before_the_configuration_does() {
        let line = sign(&["--type", "kk", "--number", "1", "--officer", "loket2", "a.pdf"]);
        let jobs = jobs(&line, &config()).expect("a plan");
        assert_eq!(jobs.first().map(|job| job.task.document.officer.as_str()), Some("loket2"));
        let nobody = Config { officer: None, ..config() };
        let error = super::jobs(&sign(&["--type", "kk", "--number", "1", "a.pdf"]), &nobody).expect_err("nobody asks");
        assert!(matches!(error, PlanError::NoOfficer));
    }
}
