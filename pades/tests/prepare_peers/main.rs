//! Other people's programs judge what we write: every shape of document, signed once and twice.
//!
//! A program that is not installed is reported as ignored, by name; with `TEKEN_REQUIRE_PEERS=1` its
//! absence is a failure. The Python with pyHanko is `TEKEN_PYTHON`, else `python3`.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output, Stdio};
use std::sync::{Arc, OnceLock};

use der::EncodePem;
use libtest_mimic::{Arguments, Failed, Trial};
use pades::{Certification, DocMdpLevel, FieldChoice, PrepareOptions, SignedPdf, contents_size};
use tempfile::TempDir;

#[path = "../prepare/flow.rs"]
#[expect(dead_code, reason = "the other suite refuses more")]
mod flow;
#[path = "../prepare/pki.rs"]
mod pki;
#[path = "../prepare/shapes.rs"]
#[expect(dead_code, reason = "the other suite has more shapes")]
mod shapes;

fn main() -> ExitCode {
    let python = std::env::var("TEKEN_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let documents = Arc::new(OnceLock::new());
    let case =
        |name: &str, peer: &str, probe: &[&str], run: Judge| case(name, peer, probe, run, Arc::clone(&documents));
    let trials = vec![
        case("qpdf_finds_no_fault", "qpdf", &["qpdf", "--version"], qpdf),
        case("pdfsig_says_that_every_signature_is_valid", "pdfsig", &["pdfsig", "-v"], pdfsig),
        case("openssl_verifies_the_cms_as_cades", "openssl", &["openssl", "version"], openssl),
        case(
            "pyhanko_validates_every_signature_and_permits_the_later_one",
            "pyhanko",
            &[&python, "-c", "import pyhanko.sign.validation"],
            pyhanko,
        ),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

type Judge = fn(&Signed) -> Result<(), Failed>;

fn case(name: &str, peer: &str, probe: &[&str], run: Judge, documents: Arc<OnceLock<Signed>>) -> Trial {
    let is_present = command(probe).is_ok_and(|output| output.status.success());
    if is_present {
        Trial::test(name, move || run(documents.get_or_init(signed)))
    } else if std::env::var("TEKEN_REQUIRE_PEERS").as_deref() == Ok("1") {
        let missing = format!("TEKEN_REQUIRE_PEERS is set and {peer} is missing");
        Trial::test(name, || Err(Failed::from(missing)))
    } else {
        Trial::test(format!("{name} [needs {peer}]"), || Ok(())).with_ignored_flag(true)
    }
}

fn command(arguments: &[&str]) -> std::io::Result<Output> {
    let (program, arguments) = arguments.split_first().expect("a program");
    Command::new(program).args(arguments).stdin(Stdio::null()).output()
}

/// Signed documents in a folder that vanishes.
struct Signed {
    folder: TempDir,
    files: Vec<PathBuf>,
}

fn signed() -> Signed {
    let folder = TempDir::new().expect("the folder for temporary files can be written");
    let mut files = Vec::new();
    let write = |name: String, octets: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, octets).expect("the folder for temporary files can be written");
        path
    };
    write("root.pem".to_owned(), root_pem().as_bytes());
    for layout in shapes::LAYOUTS {
        for (name, source) in shapes::every_source() {
            let name = name.replace([' ', '/', ','], "_");
            let once = flow::sign(source.file(layout), FieldChoice::New);
            files.push(write(format!("{name}_{layout:?}_once.pdf"), once.bytes()));
            let twice = flow::sign(once.into_bytes(), FieldChoice::New);
            files.push(write(format!("{name}_{layout:?}_twice.pdf"), twice.bytes()));
        }
        // Certified, and signed once more in a field that was there: the only second signature that is made of such a file.
        let once = certified(with_empty_field().file(layout));
        files.push(write(format!("certified_{layout:?}_once.pdf"), once.bytes()));
        let twice = flow::sign(once.into_bytes(), FieldChoice::Existing("ttd".to_owned()));
        files.push(write(format!("certified_{layout:?}_twice.pdf"), twice.bytes()));
    }
    Signed { folder, files }
}

fn with_empty_field() -> shapes::Source {
    shapes::Source::plain()
        .replacing(1, "/Catalog", "/Catalog/AcroForm<</Fields[5 0 R]>>")
        .replacing(3, "/Type/Page", "/Type/Page/Annots[5 0 R]")
        .with(5, "<</Type/Annot/Subtype/Widget/FT/Sig/T(ttd)/Rect[0 0 0 0]/F 4/P 3 0 R>>")
}

fn certified(bytes: Vec<u8>) -> SignedPdf<'static> {
    let options = PrepareOptions {
        certification: Certification::FirstSignature(DocMdpLevel::FormFilling),
        contents_size: contents_size(&pki::TestSigner::new().chain, &[]),
        ..flow::options(FieldChoice::New)
    };
    let prepared = flow::prepare(bytes, &options).expect("prepares");
    let cms = flow::cms(&prepared);
    prepared.embed(&cms).expect("embeds")
}

impl Signed {
    /// Those with two signatures: the first one is in them, too.
    fn twice(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(PathBuf::as_path).filter(|path| text(path).ends_with("_twice.pdf"))
    }
}

fn root_pem() -> String {
    use der::Decode;
    let chain = pki::TestSigner::new().chain;
    let root = chain.certificates().last().expect("not empty");
    let root = x509_cert::Certificate::from_der(root.as_der()).expect("parses");
    root.to_pem(der::pem::LineEnding::LF).expect("encodes")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("the folder for temporary files is UTF-8")
}

fn qpdf(signed: &Signed) -> Result<(), Failed> {
    for path in signed.twice() {
        let output = command(&["qpdf", "--check", text(path)])?;
        if !output.status.success() || !output.stderr.is_empty() {
            return Err(format!("{}: {output:?}", path.display()).into());
        }
    }
    Ok(())
}

fn pdfsig(signed: &Signed) -> Result<(), Failed> {
    for path in signed.twice() {
        let output = command(&["pdfsig", "-nocert", text(path)])?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let counts = [
            said.matches("Signature is Valid.").count() == 2,
            said.matches("ETSI.CAdES.detached").count() == 2,
            said.matches("Total document signed").count() == 1,
        ];
        if counts != [true; 3] {
            return Err(format!("{}: {said}", path.display()).into());
        }
    }
    Ok(())
}

fn openssl(signed: &Signed) -> Result<(), Failed> {
    let (cms, content) = (signed.folder.path().join("signature.der"), signed.folder.path().join("content"));
    let root = signed.folder.path().join("root.pem");
    // One of each layout: the CMS does not depend on the document.
    for path in signed.files.iter().filter(|path| text(path).contains("nothing_")) {
        let bytes = std::fs::read(path)?;
        let document = SignedPdf::open(bytes.as_slice(), &pades::Limits::service())?;
        let last = document.signatures().last().ok_or("not signed")?;
        let covered: Vec<u8> =
            last.byte_range()?.spans().into_iter().flat_map(|span| bytes[span].iter().copied()).collect();
        std::fs::write(&cms, last.cms_der())?;
        std::fs::write(&content, covered)?;
        let output = command(&[
            "openssl",
            "cms",
            "-verify",
            "-cades",
            "-purpose",
            "any",
            "-binary",
            "-inform",
            "DER",
            "-in",
            text(&cms),
            "-content",
            text(&content),
            "-CAfile",
            text(&root),
            "-attime",
            "1767200400",
            "-out",
            "/dev/null",
        ])?;
        if !output.status.success() {
            return Err(format!("{}: {output:?}", path.display()).into());
        }
    }
    Ok(())
}

/// Reads strictly, trusts the root, and wants every signature valid, whole and not undone by what
/// came later. Its strict mode refuses hybrid files, and generations without a history of updates,
/// before it looks at a signature; those are read leniently.
const PYHANKO: &str = r#"
import datetime, io, os, sys
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
folder = sys.argv[1]
root = load_cert_from_pemder(os.path.join(folder, 'root.pem'))
moment = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
judged = 0
for name in sorted(os.listdir(folder)):
    if not name.endswith('.pdf'):
        continue
    with open(os.path.join(folder, name), 'rb') as file:
        data = io.BytesIO(file.read())
    signatures = PdfFileReader(data, strict=not ('Hybrid' in name or 'generation' in name)).embedded_signatures
    assert len(signatures) == (2 if name.endswith('_twice.pdf') else 1), name
    for index, signature in enumerate(signatures):
        context = ValidationContext(trust_roots=[root], allow_fetching=False, moment=moment)
        status = validate_pdf_signature(signature, context)
        assert status.bottom_line and status.docmdp_ok, (name, index, status.summary())
        last = index + 1 == len(signatures)
        assert status.coverage.name == ('ENTIRE_FILE' if last else 'ENTIRE_REVISION'), (name, index)
        judged += 1
print(judged)
"#;

fn pyhanko(signed: &Signed) -> Result<(), Failed> {
    let python = std::env::var("TEKEN_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let output = command(&[&python, "-c", PYHANKO, text(signed.folder.path())])?;
    let expected = signed.files.len() / 2 * 3;
    if !output.status.success() || String::from_utf8_lossy(&output.stdout).trim() != expected.to_string() {
        return Err(format!("{expected} signatures: {output:?}").into());
    }
    Ok(())
}
