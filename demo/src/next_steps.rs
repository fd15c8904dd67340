//! What to try next, as commands that work as they stand from the directory in which the demo was started.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::door::argument;
use crate::on_paper::Sheet;
use crate::openssl::Parts;
use crate::paperwork::Signed;
use crate::throwaway::ThrowAway;

/// What the commands are about.
#[derive(Debug)]
pub struct NextSteps<'a> {
    /// The demo's folder.
    pub place: &'a Path,
    /// A number that no document of this place has: a second signature on the same number would be refused.
    pub number: u32,
    /// The agency in it.
    pub agency: &'a ThrowAway,
    /// A document that was signed.
    pub signed: &'a Signed,
    /// The same, taken apart.
    pub parts: &'a Parts,
    /// A sealed letter and the one that replaced it, when they were made.
    pub sheets: Option<&'a [Sheet; 2]>,
}

impl fmt::Display for NextSteps<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.display();
        let layout = &self.agency.layout;
        let root = argument(&layout.root_anchor());
        let crls = self.agency.crls();
        let [root_crl, issuing_crl] = crls.each_ref().map(|path| argument(path));
        let signed = argument(&self.signed.path);
        let paper = argument(&self.signed.source);
        let verify = Program::find("teken-verify");
        let office = Program::find("teken-office");
        let signer = Program::find("teken-signer");
        let number = self.number;
        let office_config = argument(&self.agency.office_config);
        let signer_config = argument(&self.agency.signer_config);
        let [cms, content] = [&self.parts.cms, &self.parts.content].map(|path| argument(path));

        writeln!(f, "Everything lies in {place}:")?;
        for (name, what) in [
            ("signed/*.pdf", "the signed documents"),
            ("anchors/root.pem", "the root certificate: all that a verifier must trust"),
            ("crls/*.crl", "the revocation lists"),
            ("trust/, status/", "the trust list for seals, and what became of documents: the agency publishes both"),
            ("paper/*", "sealed letters as they are printed and photographed"),
            ("template/*", "the template of the visible signature, and the picture of it"),
            ("signer.toml", "the service's configuration; its keys in signer/, their passphrase in passphrase"),
            ("office/*.toml", "the configurations of two offices, beside their certificates and keys"),
            ("register.db", "the service's register: every act, recorded before the key was used"),
            ("service.log", "the service's log"),
        ] {
            writeln!(f, "  {name:<18} {what}")?;
        }

        writeln!(f, "\nTry next:")?;
        if let Some(build) = [&verify, &office, &signer].iter().find_map(|program| program.build.as_ref()) {
            step(f, "build the other programs, once", build)?;
        }
        step(
            f,
            "verify a document offline",
            format_args!("{verify} --lang en --trust {root} --crl {root_crl} --crl {issuing_crl} {signed}"),
        )?;
        step(f, "verify it and trust nobody: INDETERMINATE", format_args!("{verify} --lang en {signed}"))?;
        if let Some([replaced, in_force]) = self.sheets {
            let trust_list = argument(&self.agency.layout.trust_list());
            let status = argument(&self.agency.status_lists);
            let seal = format!("{verify} seal --lang en --trust {root} --trust-list {trust_list} --status {status}");
            step(
                f,
                "read the seal in a photograph, offline",
                format_args!("{seal} {}", argument(&in_force.photograph)),
            )?;
            step(
                f,
                "the same of the letter that was replaced: DIGANTI (superseded), exit code 5",
                format_args!("{seal} {}", argument(&replaced.photograph)),
            )?;
            step(
                f,
                "see a page as it will look, without signing it",
                format_args!(
                    "{office} preview --template {place}/template/surat.toml {} -o preview.png",
                    argument(&in_force.signed.source)
                ),
            )?;
        }
        step(
            f,
            "sign as the office, while a service runs; only the digest travels",
            format_args!(
                "{office} sign --config {office_config} --type surat --number TRY/{number} {paper} -o try-{number}.pdf"
            ),
        )?;
        step(f, "run the same service without the demo", format_args!("{signer} serve --config {signer_config}"))?;
        step(
            f,
            "ask other people's programs",
            format_args!(
                "pdfsig -nocert {signed}\n    \
                 pyhanko sign validate --pretty-print --trust {root} --trust-replace --no-revocation-check {signed}\n    \
                 openssl cms -verify -cades -purpose any -binary -inform DER -in {cms} -content {content} \
                 -CAfile {root} -out /dev/null"
            ),
        )
    }
}

fn step(f: &mut fmt::Formatter<'_>, what: &str, command: impl fmt::Display) -> fmt::Result {
    writeln!(f, "  # {what}\n    {command}")
}

/// One of our programs, by the shortest name that starts it, and how to build it when it is not there.
struct Program {
    path: String,
    build: Option<String>,
}

impl Program {
    /// `cargo run -p demo` builds the demo alone, so the other programs may be missing beside it.
    fn find(name: &str) -> Self {
        let folder = std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_owned)).unwrap_or_default();
        let here = std::env::current_dir().unwrap_or_default();
        let path = folder.join(name);
        let build = (!path.exists()).then(|| {
            let sources = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
            let manifest = sources.parent().unwrap_or(&sources).join("Cargo.toml");
            let profile = if folder.ends_with("release") { " --release" } else { "" };
            let at = match manifest.parent() == Some(&here) {
                true => String::new(),
                false => format!(" --manifest-path {}", argument(&manifest)),
            };
            format!("cargo build{profile}{at}")
        });
        Self { path: command(&path, &here), build }
    }
}

/// A program as a shell in `here` starts it: a name without a folder would be looked for in PATH.
fn command(program: &Path, here: &Path) -> String {
    match program.strip_prefix(here) {
        Ok(name) if name.components().count() == 1 => argument(&Path::new(".").join(name)),
        Ok(relative) => argument(relative),
        Err(_) => argument(program),
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_named_so_that_a_shell_finds_it() {
        for (here, named) in [
            ("/src", "target/debug/teken-verify"),
            ("/src/target/debug", "./teken-verify"),
            ("/elsewhere", "/src/target/debug/teken-verify"),
        ] {
            assert_eq!(command(Path::new("/src/target/debug/teken-verify"), Path::new(here)), named);
        }
    }
}
