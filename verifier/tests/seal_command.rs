//! `teken-verify seal` and `--status` as a script sees them: exit codes, one line of JSON that follows `seal.schema.json`, hints.

#![allow(missing_docs, clippy::unwrap_used, reason = "a test binary")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

#[path = "support/schema.rs"]
mod schema;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fixture").join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(fixture(name)).unwrap().trim().to_owned()
}

/// The moment at which the fixture holds, as many seconds later.
fn moment(name: &str, later: i64) -> String {
    let seconds: i64 = read(name).parse().unwrap();
    verifier::UnixTime::from_seconds(seconds + later).to_string()
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_teken-verify"))
}

/// With the agency's root and trust list.
fn seal(at: &str) -> Command {
    let mut command = program();
    command.arg("seal").args(["--at", at, "--trust"]).arg(fixture("evidence-root.der"));
    command.arg("--trust-list").arg(fixture("evidence-trust-list.cose"));
    command
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn schema_of(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// A file of its own for each, because whoever reads one of the two needs nothing of the other.
#[test]
fn what_both_schemas_define_is_defined_alike() {
    let [seals, signatures] = ["seal.schema.json", "report.schema.json"].map(schema_of);
    let definitions = seals["$defs"].as_object().unwrap();
    let shared: Vec<_> = definitions.iter().filter(|(name, _)| signatures["$defs"].get(name).is_some()).collect();
    assert!(shared.len() >= 6, "{shared:?}");
    for (name, definition) in shared {
        assert_eq!(*definition, signatures["$defs"][name], "{name}");
    }
}

/// One line of JSON, which follows the schema and says the exit code.
fn follows(command: &mut Command) -> Value {
    let output = command.arg("--json").output().unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}{}", String::from_utf8_lossy(&output.stderr));
    let value: Value = serde_json::from_str(&text).unwrap();
    schema::check(&schema_of("seal.schema.json"), &value).unwrap_or_else(|failure| panic!("{failure}: {text}"));
    assert_eq!(value["exitCode"], code(&output), "{text}");
    value
}

#[test]
fn a_genuine_seal_is_0_and_says_what_to_compare() {
    let now = moment("evidence-moment", 0);
    let output = seal(&now).arg(read("evidence-seal")).output().unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(code(&output), 0, "{text}");
    assert!(text.contains("BANDINGKAN DENGAN KERTAS") && text.contains("[ ] Nomor surat: 470/0001/2026"), "{text}");
    let value = follows(seal(&now).arg(read("evidence-seal")));
    assert_eq!((&value["verdict"], &value["documentStatus"]), (&json!("TOTAL-PASSED"), &Value::Null));
    // The same from a file and from standard input.
    assert_eq!(follows(seal(&now).arg(fixture("evidence-seal")))["seals"], value["seals"]);
    let mut child =
        seal(&now).arg("-").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{}", read("evidence-seal")).unwrap();
    assert_eq!(code(&child.wait_with_output().unwrap()), 0);
}

#[test]
fn a_status_list_decides_between_0_3_and_5() {
    let with_status = |at: &str| {
        let mut command = seal(at);
        command.arg("--status").arg(fixture("evidence-status.cwt")).arg(read("evidence-seal"));
        follows(&mut command)
    };
    let now = with_status(&moment("evidence-moment", 0));
    assert_eq!((&now["documentStatus"], &now["exitCode"]), (&json!("VALID"), &json!(0)));
    assert_eq!(now["seals"][0]["status"]["isFresh"], json!(true));
    let aged = with_status(&moment("evidence-moment", 86_400));
    assert_eq!((&aged["exitCode"], &aged["seals"][0]["status"]["isFresh"]), (&json!(0), &json!(false)));
    let expired = with_status(&moment("evidence-moment", 8 * 86_400));
    assert_eq!((&expired["documentStatus"], &expired["exitCode"]), (&json!("NOT-CHECKED"), &json!(3)));
    assert_eq!(expired["verdict"], "TOTAL-PASSED");
    assert_eq!(expired["seals"][0]["status"]["code"], "STATUS_LIST_EXPIRED");
}

#[test]
fn a_forged_seal_is_1_and_nothing_of_it_is_shown() {
    let text = read("evidence-seal").replacen("example", "exarnple", 1);
    let value = follows(seal(&moment("evidence-moment", 0)).arg(text));
    assert_eq!((&value["verdict"], &value["exitCode"]), (&json!("TOTAL-FAILED"), &json!(1)));
    assert_eq!(value["seals"][0]["fields"], json!([]));
}

#[test]
fn what_is_missing_is_3_4_6_or_2_with_a_hint() {
    let now = moment("evidence-moment", 0);
    let without = follows(program().args(["seal", "--at", &now]).arg(read("evidence-seal")));
    assert_eq!(without["exitCode"], 3);
    assert_eq!(without["seals"][0]["findings"][0]["code"], "TRUST_LIST_MISSING");
    let no_seal = follows(seal(&now).arg(fixture("plain.pdf")));
    assert_eq!((&no_seal["verdict"], &no_seal["exitCode"]), (&json!("NO-SEAL"), &json!(4)));
    assert_eq!(follows(seal(&now).arg(fixture("root.der")))["exitCode"], 6);
    assert_eq!(follows(seal(&now).arg(fixture("no such file")))["exitCode"], 6);
    let large = Path::new(env!("CARGO_TARGET_TMPDIR")).join("large.pdf");
    std::fs::File::create(&large).unwrap().set_len((1 << 30) + 1).unwrap();
    let large = follows(seal(&now).arg(large));
    assert_eq!((&large["exitCode"], &large["findings"][0]["code"]), (&json!(6), &json!("TOO_LARGE")));
    for wrong in [&["0123456789"][..], &["--nik", "1", "https://a/#1"], &["--status", "no such folder", "https://a/#1"]]
    {
        let output = seal(&now).args(wrong).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(code(&output), 2, "{wrong:?}: {text}");
        assert!(!text.contains("panicked"), "{text}");
    }
    let digits = seal(&now).arg("0123456789").output().unwrap();
    assert!(String::from_utf8_lossy(&digits.stderr).contains("https://"), "the hint says what to give");
}

#[test]
fn a_number_is_compared() {
    let now = moment("evidence-moment", 0);
    let with =
        |number: &str| follows(seal(&now).args(["--nik", number]).arg(read("evidence-seal")))["exitCode"].clone();
    assert_eq!((with("3275054911240002"), with("3275054911240003")), (json!(0), json!(1)));
}

#[test]
fn a_signed_file_whose_status_nobody_can_look_up_is_3_only_where_somebody_asks() {
    let verify = |asks: bool| {
        let mut command = program();
        command.args(["--at", &moment("moment", 0), "--json", "--trust"]).arg(fixture("root.der"));
        command.arg("--crl").arg(fixture("root.crl")).arg("--crl").arg(fixture("issuing.crl"));
        if asks {
            command.arg("--trust-list").arg(fixture("evidence-trust-list.cose"));
            command.arg("--status").arg(fixture("evidence-status.cwt"));
        }
        let output = command.arg(fixture("plain.pdf")).output().unwrap();
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(value["exitCode"], code(&output));
        (value["verdict"].clone(), value["documentStatus"].clone(), code(&output))
    };
    assert_eq!(verify(false), (json!("TOTAL-PASSED"), Value::Null, 0));
    assert_eq!(verify(true), (json!("TOTAL-PASSED"), json!("NOT-CHECKED"), 3));
}

/// A page with these QR codes below each other, 5 pixels a module.
#[cfg(feature = "qr")]
fn picture(name: &str, texts: &[&str]) -> PathBuf {
    const MODULE: usize = 5;
    let codes: Vec<_> =
        texts.iter().map(|text| qrcodegen::QrCode::encode_text(text, qrcodegen::QrCodeEcc::Medium).unwrap()).collect();
    let widest = codes.iter().map(|code| usize::try_from(code.size()).unwrap()).max().unwrap() + 8;
    let (width, height) = (widest * MODULE, widest * MODULE * codes.len());
    let dark = |x: usize, y: usize| {
        let (code, y) = (&codes[y / (widest * MODULE)], y % (widest * MODULE));
        let module = |pixel: usize| i32::try_from(pixel / MODULE).unwrap() - 4;
        code.get_module(module(x), module(y))
    };
    let pixels: Vec<u8> = (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .map(|(x, y)| if dark(x, y) { 0 } else { 255 })
        .collect();
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let (width, height) = (u32::try_from(width).unwrap(), u32::try_from(height).unwrap());
    let mut encoder = png::Encoder::new(std::fs::File::create(&path).unwrap(), width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    path
}

#[cfg(feature = "qr")]
#[test]
fn a_picture_is_judged_by_the_seals_in_it() {
    let now = moment("evidence-moment", 0);
    let text = read("evidence-seal");
    let genuine = follows(seal(&now).arg(picture("genuine.png", &[&text])));
    assert_eq!((&genuine["exitCode"], &genuine["seals"][0]["origin"]), (&json!(0), &json!("PICTURE")));
    let forged = text.replacen("tte.example", "tte-example", 1);
    let forged = follows(seal(&now).arg(picture("forged.png", &[&forged])));
    assert_eq!((&forged["exitCode"], &forged["verdict"]), (&json!(1), &json!("TOTAL-FAILED")));
    // The code of 2023: an address, and nothing that anybody sealed.
    let link = follows(seal(&now).arg(picture("link.png", &["https://tte-example.go.id/cek?id=1"])));
    assert_eq!((&link["exitCode"], &link["verdict"]), (&json!(4), &json!("NO-SEAL")));
    assert_eq!(link["findings"][0]["code"], "QR_CODE_IS_NO_SEAL");
    let blank = Path::new(env!("CARGO_TARGET_TMPDIR")).join("blank.png");
    let mut encoder = png::Encoder::new(std::fs::File::create(&blank).unwrap(), 100, 100);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&[255; 10_000]).unwrap();
    let blank = follows(seal(&now).arg(blank));
    assert_eq!((&blank["exitCode"], &blank["findings"][0]["code"]), (&json!(6), &json!("NO_QR_CODE")));
}
