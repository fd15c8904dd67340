//! A desk of an office that signs on paper: an agency with seals and status lists, its running service, and the templates that the office
//! ships, beside a picture of a signature.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use serde_json::Value;
use toml::Table;

use crate::{Finished, OFFICE, Program, Service, TestAgency, finish, paper::Form, workspace};

/// How long a list may take to be published: the service waits one second, a busy machine longer.
const PUBLISHED_WITHIN: Duration = Duration::from_secs(60);

/// An office at work.
#[derive(Debug)]
pub struct Desk {
    /// The agency.
    pub agency: TestAgency,
    /// Its service.
    pub service: Service,
    config: PathBuf,
}

impl Desk {
    /// Makes the agency and starts the service.
    ///
    /// # Errors
    ///
    /// When a file cannot be written or the service does not start.
    pub fn open() -> anyhow::Result<Self> {
        let agency = TestAgency::create_sealing()?;
        let service = agency.serve()?;
        let config = agency.office_config(OFFICE, &service.address)?;
        let desk = Self { agency, service, config };
        fs::create_dir(desk.agency.path("templates"))?;
        fs::write(desk.agency.path("templates/tanda-tangan.png"), demo::handwriting::png()?)?;
        for form in Form::ALL {
            desk.template(form.name(), form, |_| Ok(()))?;
            fs::write(desk.agency.path(&format!("{}.claims.toml", form.name())), form.claims())?;
        }
        Ok(desk)
    }

    /// Writes the shipped template for this form under another name, after a change, and gives its path.
    ///
    /// # Errors
    ///
    /// When it cannot be read or written.
    pub fn template(
        &self,
        name: &str,
        form: Form,
        change: impl FnOnce(&mut Table) -> anyhow::Result<()>,
    ) -> anyhow::Result<PathBuf> {
        let path = self.agency.path(&format!("templates/{name}.toml"));
        let mut template = shipped_template(form)?;
        change(&mut template)?;
        fs::write(&path, toml::to_string(&template)?)?;
        Ok(path)
    }

    /// A command that signs a document of this form with a template and claims, from one file to another; more arguments may follow. What it
    /// prints is one line of JSON.
    #[must_use]
    pub fn sign_command(
        &self,
        form: Form,
        number: &str,
        template: &Path,
        [input, out]: [&Path; 2],
    ) -> std::process::Command {
        let mut command = Program::Office.command();
        command.arg("sign").arg("--config").arg(&self.config).args([
            "--type",
            form.name(),
            "--number",
            number,
            "--json",
        ]);
        command.arg("--template").arg(template).arg("--claims");
        command.arg(self.agency.path(&format!("{}.claims.toml", form.name()))).arg("-o").arg(out).arg(input);
        command
    }

    /// Signs a document with the shipped template and gives what was printed, in which `signature` is its name.
    ///
    /// # Errors
    ///
    /// When it is not signed.
    pub fn sign<S: AsRef<OsStr>>(
        &self,
        form: Form,
        number: &str,
        [input, out]: [&Path; 2],
        more: impl IntoIterator<Item = S>,
    ) -> anyhow::Result<Value> {
        let template = self.agency.path(&format!("templates/{}.toml", form.name()));
        self.sign_with(&template, form, number, [input, out], more)
    }

    /// As [`Desk::sign`], with another template.
    ///
    /// # Errors
    ///
    /// When it is not signed.
    pub fn sign_with<S: AsRef<OsStr>>(
        &self,
        template: &Path,
        form: Form,
        number: &str,
        files: [&Path; 2],
        more: impl IntoIterator<Item = S>,
    ) -> anyhow::Result<Value> {
        let mut command = self.sign_command(form, number, template, files);
        command.args(more);
        let finished = finish(command)?;
        ensure!(finished.code == Some(0), "teken-office: {finished:?}");
        Ok(serde_json::from_str(&finished.stdout)?)
    }

    /// What `teken-verify seal --json` says with this agency's anchor and trust list, and its status lists.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn seal<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> anyhow::Result<Sealed> {
        let status = self.agency.status_lists();
        let more = arguments.into_iter().map(|argument| argument.as_ref().to_owned());
        self.seal_with(
            &self.agency.layout().trust_list(),
            ["--status".into(), status.into_os_string()].into_iter().chain(more),
        )
    }

    /// The same with another trust list and no status lists but those that the arguments name.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn seal_with<S: AsRef<OsStr>>(
        &self,
        trust_list: &Path,
        arguments: impl IntoIterator<Item = S>,
    ) -> anyhow::Result<Sealed> {
        let mut command = Program::Verify.command();
        command.args(["seal", "--json", "--trust"]).arg(self.agency.layout().root_anchor());
        command.arg("--trust-list").arg(trust_list).args(arguments);
        Sealed::of(finish(command)?)
    }

    /// What `teken-verify --json` says of a signed file, with everything that the agency publishes.
    ///
    /// # Errors
    ///
    /// When it cannot be started, or prints no JSON.
    pub fn verify(&self, file: &Path) -> anyhow::Result<(Option<i32>, Value)> {
        let (list, status) = (self.agency.layout().trust_list(), self.agency.status_lists());
        let arguments: [&OsStr; 6] = [
            "--json".as_ref(),
            "--trust-list".as_ref(),
            list.as_os_str(),
            "--status".as_ref(),
            status.as_os_str(),
            file.as_os_str(),
        ];
        let finished = self.agency.verify(arguments)?;
        let report = serde_json::from_str(&finished.stdout).with_context(|| format!("{finished:?}"))?;
        Ok((finished.code, report))
    }

    /// Waits until the published lists give this file a status, and gives the exit code and the report.
    ///
    /// # Errors
    ///
    /// When they do not within a minute.
    pub fn wait_for_status(&self, file: &Path, status: &str) -> anyhow::Result<(Option<i32>, Value)> {
        let deadline = Instant::now() + PUBLISHED_WITHIN;
        loop {
            let (code, report) = self.verify(file)?;
            if report["documentStatus"] == status {
                return Ok((code, report));
            }
            if Instant::now() > deadline {
                let log = fs::read_to_string(self.agency.path("signer.log")).unwrap_or_default();
                bail!("not {status} within {PUBLISHED_WITHIN:?}: {}; the service said: {log}", report["status"]);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// The template for this form that the office ships.
///
/// # Errors
///
/// When it cannot be read.
pub fn shipped_template(form: Form) -> anyhow::Result<Table> {
    let path = workspace().join(format!("office/templates/{}.toml", form.name()));
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    Ok(text.parse()?)
}

/// What `teken-verify seal` said about one input.
#[derive(Debug)]
pub struct Sealed {
    /// The exit code.
    pub code: Option<i32>,
    /// The report; null when there is none.
    pub report: Value,
    /// What stood on standard error.
    pub stderr: String,
}

impl Sealed {
    fn of(finished: Finished) -> anyhow::Result<Self> {
        let Finished { code, stdout, stderr } = finished;
        let report = if stdout.is_empty() { Value::Null } else { serde_json::from_str(&stdout).context(stdout)? };
        Ok(Self { code, report, stderr })
    }

    /// Exit code, verdict and status of the document, as a script gates on them.
    #[must_use]
    pub fn answer(&self) -> (Option<i32>, &str, &str) {
        let word = |key: &str| self.report[key].as_str().unwrap_or("");
        (self.code, word("verdict"), word("documentStatus"))
    }

    /// Codes of everything that was found, and why a status was not checked.
    #[must_use]
    pub fn codes(&self) -> Vec<&str> {
        let seals = self.report["seals"].as_array().map(Vec::as_slice).unwrap_or_default();
        let lists = seals.iter().map(|seal| &seal["findings"]).chain([&self.report["findings"]]);
        let findings = lists.filter_map(Value::as_array).flatten().filter_map(|finding| finding["code"].as_str());
        findings.chain(seals.iter().filter_map(|seal| seal["status"]["code"].as_str())).collect()
    }
}
