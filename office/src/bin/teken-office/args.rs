//! The command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use crate::texts::Language;

/// Signs PDFs for a kecamatan office. Only the digest of a document leaves the office.
#[derive(Debug, Parser)]
#[command(
    name = "teken-office",
    version,
    after_help = "Exit codes: 0 all signed; 1 a document was refused; 2 command line, configuration or certificate; \
                  3 the service is away: run resume; 4 this machine failed; 5 the service's answer is not acceptable."
)]
pub(crate) struct Args {
    /// Language of the messages: id or en.
    #[arg(long, global = true, value_enum, default_value = "id")]
    pub(crate) lang: Language,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Sign PDF files.
    Sign(Sign),
    /// Draw the page as it will look, as a PNG. Nothing is signed and no service is needed.
    Preview(Preview),
    /// Answer a question about a page on standard input: what draws pages runs apart.
    #[command(hide = true)]
    Look,
    /// Go on with every request that the journal holds, with exactly the bytes that were recorded.
    Resume(Resume),
    /// The first half, for other systems: prepare a PDF, print its digest and what to send.
    Prepare(Prepare),
    /// The second half, for other systems: put a CMS into a prepared PDF.
    Embed(Embed),
    /// Print the service's profile as JSON, as `prepare --profile` reads it.
    Profile(Profile),
    /// Print one signature of this office as JSON. What became of its document since: `status get`.
    Get(Get),
    /// Print this office's signatures, newest first, one JSON object a line.
    List(List),
    /// See or change the status of a signed document: in force, suspended, withdrawn.
    #[command(subcommand)]
    Status(Status),
}

impl Command {
    /// Its name on the command line, for what tells people to read its help.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Sign(_) => "sign",
            Self::Preview(_) => "preview",
            Self::Look => "look",
            Self::Resume(_) => "resume",
            Self::Prepare(_) => "prepare",
            Self::Embed(_) => "embed",
            Self::Profile(_) => "profile",
            Self::Get(_) => "get",
            Self::List(_) => "list",
            Self::Status(Status::Get(_)) => "status get",
            Self::Status(Status::Set(_)) => "status set",
        }
    }
}

/// The codes are those of `texts.rs` and `texts/document.rs`; a test there looks for each of them here.
pub(crate) const SIGN_HELP: &str = "\
A document that cannot be signed is refused with exit code 1; --json gives one of these codes in error.code:
  NOT_A_PDF               no PDF, or empty                  PDF_XREF_DAMAGED  its cross-reference data need repair
  PDF_BYTES_BEFORE_HEADER something before %PDF-            PDF_PREV_LOOP     its revisions lead back to themselves
  PDF_TRUNCATED           its end is missing                PDF_LIMIT         too large, nested too deep, inflates too far
  PDF_ENCRYPTED           encrypted, with a password or not PDF_DAMAGED       damaged otherwise, or without a page
  DOCUMENT_CERTIFIED      certified: no change or new field FIELD_LOCKED      locked by an earlier signature
  DYNAMIC_XFA             a dynamic XFA form                DOCUMENT_TOO_LARGE  larger than the service takes (--upload)
  APPEARANCE, NO_PLACE    no room for the signature there   NOT_DRAWABLE      what it shows cannot be drawn (--template)
  SEAL_CLAIMS             what the seal says is missing, or of another type (--claims)
With --upload the service gives the same codes. No document is repaired. OUTPUT_EXISTS, exit code 1: use -o or --force.";

/// `sign`.
#[derive(Debug, ClapArgs)]
#[command(after_help = SIGN_HELP)]
pub(crate) struct Sign {
    /// Configuration file.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Type of the documents: surat, kk, akta or ktp-el.
    #[arg(long = "type", value_name = "TYPE", required_unless_present = "numbers_from")]
    pub(crate) document_type: Option<String>,
    /// Number of the document as printed. `{stem}` stands for the file's name without .pdf, and is required for several files.
    #[arg(long, value_name = "NUMBER", required_unless_present = "numbers_from", conflicts_with = "numbers_from")]
    pub(crate) number: Option<String>,
    /// A table of the files: first line `file`, `number` and, if you like, `type` and `replaces`; separated by comma, semicolon or
    /// tab; files relative to the table.
    #[arg(long, value_name = "TABLE", conflicts_with = "inputs")]
    pub(crate) numbers_from: Option<PathBuf>,
    /// Send the whole document instead of its digest.
    #[arg(long)]
    pub(crate) upload: bool,
    /// Template of a visible signature (TOML); templates/surat.toml explains every field. Without one the signature is invisible.
    #[arg(long, value_name = "TEMPLATE", conflicts_with = "upload")]
    pub(crate) template: Option<PathBuf>,
    /// What the seal says (TOML), for a template with a seal. `{stem}` stands for the file's name without .pdf, and is required for
    /// several files.
    #[arg(long, value_name = "CLAIMS", requires = "template")]
    pub(crate) claims: Option<PathBuf>,
    /// Account of the officer who asks, in place of the configured one.
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) officer: Option<String>,
    /// Name of the signature that the new one replaces: offices/OFFICE/signatures/NUMBER.
    #[arg(long, value_name = "NAME", conflicts_with = "numbers_from")]
    pub(crate) replaces: Option<String>,
    /// Where the signed file goes: a file for one input, a folder for several. Default: NAME.signed.pdf beside each input.
    #[arg(short, long, value_name = "OUT")]
    pub(crate) out: Option<PathBuf>,
    /// Replace signed files that exist.
    #[arg(long)]
    pub(crate) force: bool,
    /// One JSON object a file on stdout.
    #[arg(long)]
    pub(crate) json: bool,
    /// PDF files.
    #[arg(value_name = "IN.pdf", required_unless_present = "numbers_from")]
    pub(crate) inputs: Vec<PathBuf>,
}

/// `preview`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Preview {
    /// Configuration file: the signer's name is the one that the service gave last. Without it a sample name is shown.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Template of the visible signature (TOML).
    #[arg(long, value_name = "TEMPLATE")]
    pub(crate) template: PathBuf,
    /// Number of the document as printed.
    #[arg(long, value_name = "NUMBER", default_value = "000/CONTOH")]
    pub(crate) number: String,
    /// The picture (PNG).
    #[arg(short, long, value_name = "PAGE.png")]
    pub(crate) out: PathBuf,
    /// Replace the picture when it exists.
    #[arg(long)]
    pub(crate) force: bool,
    /// PDF file.
    #[arg(value_name = "IN.pdf")]
    pub(crate) input: PathBuf,
}

/// `resume`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Resume {
    /// Configuration file.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// One JSON object a file on stdout.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `prepare`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Prepare {
    /// Configuration file: the profile is asked of the service.
    #[arg(long, value_name = "FILE", required_unless_present = "profile", conflicts_with = "profile")]
    pub(crate) config: Option<PathBuf>,
    /// Profile that `teken-office profile` printed: nothing is asked.
    #[arg(long, value_name = "FILE")]
    pub(crate) profile: Option<PathBuf>,
    /// Type of the document, for the message to send.
    #[arg(long = "type", value_name = "TYPE", requires = "number")]
    pub(crate) document_type: Option<String>,
    /// Number of the document, for the message to send.
    #[arg(long, value_name = "NUMBER", requires = "document_type")]
    pub(crate) number: Option<String>,
    /// Account of the officer who asks, for the message to send.
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) officer: Option<String>,
    /// The prepared document, for `embed`. Keep it until the signed file is safe.
    #[arg(short, long, value_name = "PREPARED")]
    pub(crate) out: PathBuf,
    /// Replace the file when it exists.
    #[arg(long)]
    pub(crate) force: bool,
    /// PDF file.
    #[arg(value_name = "IN.pdf")]
    pub(crate) input: PathBuf,
}

/// `embed`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Embed {
    /// What `prepare` wrote.
    #[arg(long, value_name = "PREPARED")]
    pub(crate) prepared: PathBuf,
    /// The CMS that the service gave, in DER.
    #[arg(long, value_name = "CMS.der")]
    pub(crate) cms: PathBuf,
    /// Profile that `teken-office profile` printed: the CMS must then be of its certificates.
    #[arg(long, value_name = "FILE")]
    pub(crate) profile: Option<PathBuf>,
    /// The signed file.
    #[arg(short, long, value_name = "OUT")]
    pub(crate) out: PathBuf,
    /// Replace the file when it exists.
    #[arg(long)]
    pub(crate) force: bool,
}

/// `profile`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Profile {
    /// Configuration file.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
}

/// `get`.
#[derive(Debug, ClapArgs)]
pub(crate) struct Get {
    /// Configuration file.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Write the CMS (DER) to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) cms: Option<PathBuf>,
    /// A request id, or a name such as offices/OFFICE/signatures/NUMBER.
    #[arg(value_name = "ID-OR-NAME")]
    pub(crate) key: String,
}

/// `list`.
#[derive(Debug, ClapArgs)]
pub(crate) struct List {
    /// Configuration file.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Most signatures to print.
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    pub(crate) most: usize,
}

/// `status`.
#[derive(Debug, Subcommand)]
pub(crate) enum Status {
    /// Print the status of a document, and whether a published list says so already.
    Get(StatusGet),
    /// Change the status of a document. Where the service's configuration lets this office do so.
    Set(StatusSet),
}

/// `status get`.
#[derive(Debug, ClapArgs)]
pub(crate) struct StatusGet {
    /// Configuration file.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// One JSON object on stdout.
    #[arg(long)]
    pub(crate) json: bool,
    /// Name of the signature: offices/OFFICE/signatures/NUMBER.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
}

/// `status set`.
#[derive(Debug, ClapArgs)]
#[command(after_help = STATUS_HELP)]
pub(crate) struct StatusSet {
    /// Configuration file.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Why, in words, at most 500 octets. The service keeps only a keyed hash of it: keep the text in your own file.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// Why, as a code that the register keeps.
    #[arg(long, value_name = "CODE", value_enum)]
    pub(crate) reason_code: Option<ReasonWord>,
    /// Account of the officer who asks, in place of the configured one.
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) officer: Option<String>,
    /// One JSON object on stdout.
    #[arg(long)]
    pub(crate) json: bool,
    /// Name of the signature: offices/OFFICE/signatures/NUMBER.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// What the status becomes.
    #[arg(value_name = "STATUS", value_enum)]
    pub(crate) status: StatusWord,
}

/// The codes are the service's; signer/README.md has them all.
const STATUS_HELP: &str = "\
invalid is final, as is the superseded status of a document that was replaced (sign --replaces). valid follows suspended only.
Exit codes: 0 changed; 1 refused; 2 command line, configuration or certificate; 3 the service is away;
4 this machine failed; 5 the service's answer is not acceptable. After 3 repeat the same command word for word: it is the same request,
and no second change is made. Those who verify see the change with the next published status list.";

/// What a status can be set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatusWord {
    /// In force again, after suspended.
    Valid,
    /// Withdrawn, for ever.
    Invalid,
    /// Not in force for now.
    Suspended,
}

/// Why a status is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReasonWord {
    /// Issued by mistake, or to the wrong person.
    IssuedInError,
    /// What the document says is wrong.
    ContentWrong,
    /// Obtained by fraud.
    Fraud,
    /// A court or another authority orders it.
    Order,
    /// It is being looked into.
    UnderReview,
    /// The review ended without a finding.
    ReviewEnded,
    /// The holder reports it lost or stolen.
    Lost,
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, error::ErrorKind};

    use super::*;

    fn refusal(line: &str) -> ErrorKind {
        Args::try_parse_from(line.split(' ')).expect_err("this command line must be refused").kind()
    }

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn the_line_of_the_design_is_read() {
        let line = "teken-office sign --config FILE --type surat --number N --upload IN.pdf -o OUT --json";
        let Command::Sign(sign) = Args::try_parse_from(line.split(' ')).expect("the documented line").command else {
            panic!("not sign")
        };
        assert_eq!(sign.document_type.as_deref(), Some("surat"));
        assert_eq!(sign.inputs, [PathBuf::from("IN.pdf")]);
        assert_eq!(sign.out, Some(PathBuf::from("OUT")));
        assert!(sign.upload && sign.json && !sign.force);
    }

    #[test]
    fn a_command_knows_the_name_under_which_it_was_called() {
        for (line, name) in [
            ("teken-office preview --template t a.pdf -o p.png", "preview"),
            ("teken-office status get --config c n", "status get"),
            ("teken-office status set n suspended --reason r --officer o --config c", "status set"),
        ] {
            let args = Args::try_parse_from(line.split(' ')).expect("a line that clap takes");
            assert_eq!(args.command.name(), name);
        }
    }

    #[test]
    fn what_is_missing_or_contradicts_is_refused() {
        for (line, kind) in [
            ("teken-office", ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand),
            ("teken-office sign --type kk --number 1 a.pdf", ErrorKind::MissingRequiredArgument),
            ("teken-office sign --config c --number 1 a.pdf", ErrorKind::MissingRequiredArgument),
            ("teken-office sign --config c --type kk a.pdf", ErrorKind::MissingRequiredArgument),
            ("teken-office sign --config c --type kk --number 1", ErrorKind::MissingRequiredArgument),
            ("teken-office sign --config c --numbers-from t --number 1", ErrorKind::ArgumentConflict),
            ("teken-office sign --config c --numbers-from t a.pdf", ErrorKind::ArgumentConflict),
            ("teken-office sign --config c --numbers-from t --replaces n", ErrorKind::ArgumentConflict),
            ("teken-office prepare a.pdf -o p", ErrorKind::MissingRequiredArgument),
            ("teken-office prepare --config c --profile p a.pdf -o p", ErrorKind::ArgumentConflict),
            ("teken-office prepare --config c --type kk a.pdf -o p", ErrorKind::MissingRequiredArgument),
            ("teken-office embed --prepared p --cms c", ErrorKind::MissingRequiredArgument),
            ("teken-office resume --config c --lang fr", ErrorKind::InvalidValue),
            ("teken-office status", ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand),
            ("teken-office status get --config c", ErrorKind::MissingRequiredArgument),
            ("teken-office status set --config c --reason r n", ErrorKind::MissingRequiredArgument),
            ("teken-office status set --config c n invalid", ErrorKind::MissingRequiredArgument),
            ("teken-office status set --config c --reason r n superseded", ErrorKind::InvalidValue),
            ("teken-office status set --config c --reason r --reason-code replaced n invalid", ErrorKind::InvalidValue),
        ] {
            assert_eq!(refusal(line), kind, "{line}");
        }
    }
}
