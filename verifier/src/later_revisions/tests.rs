//! Small files in two revisions, made in code, for the tests of this module's parts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use pades::pdf::Ref;
use pades::{Limits, SignedPdf};

use super::change::{Change, Place};
use super::compare::compare;
use super::{History, NOT_COMPARED, Permitted, Ruling, is_padding, layout};
use crate::findings::Finding;
use crate::outcome::Outcome;
use crate::report::{CheckResult, LaterRevision};

pub(super) const FONT: &str = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>";

/// Helvetica, but every digit looks like a nine.
pub(super) const NINES: &str =
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Differences[48/nine/nine/nine]>>>>";

/// A file with its newest objects.
#[derive(Clone)]
pub(super) struct Paper {
    octets: String,
    xref: usize,
    objects: BTreeMap<u32, String>,
}

/// A revision that is being written.
pub(super) struct Draft {
    paper: Paper,
    objects: BTreeMap<u32, String>,
    generations: BTreeMap<u32, u16>,
    freed: Vec<u32>,
    trailer: String,
    before: String,
}

pub(super) fn stream(dictionary: &str, data: &str) -> String {
    let dictionary = dictionary.strip_suffix(">>").expect("a dictionary");
    format!("{dictionary}/Length {}>>\nstream\n{data}\nendstream", data.len())
}

/// What programs make for a text field.
pub(super) fn appearance(text: &str) -> String {
    appearance_of(&format!("/Tx BMC q BT /Helv 12 Tf 0 g 2 5 Td ({text}) Tj ET Q EMC"))
}

pub(super) fn appearance_of(content: &str) -> String {
    let form = "<</Type/XObject/Subtype/Form/BBox[0 0 128 20]/Resources<</Font<</Helv 6 0 R>>>>>>";
    stream(form, content)
}

impl Paper {
    /// Two pages; on the first one a text, a check box, a choice, an unsigned signature field, and a note.
    pub(super) fn form() -> Draft {
        let objects = [
            (1, "<</Type/Catalog/Pages 2 0 R/AcroForm 9 0 R>>".to_owned()),
            (2, "<</Type/Pages/Count 2/Kids[3 0 R 4 0 R]/Resources<</Font<</F1 6 0 R>>>>>>".into()),
            (
                3,
                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R\
                 /Annots[10 0 R 11 0 R 12 0 R 17 0 R 20 0 R]>>"
                    .into(),
            ),
            (4, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 7 0 R>>".into()),
            (5, stream("<<>>", "BT /F1 18 Tf 72 700 Td (Rp 100) Tj ET")),
            (6, FONT.into()),
            (7, stream("<<>>", "BT /F1 18 Tf 72 700 Td (two) Tj ET")),
            (8, "<</Title(Surat)>>".into()),
            (9, "<</Fields[10 0 R 11 0 R 12 0 R 17 0 R]/DR<</Font<</Helv 6 0 R>>>>>>".into()),
            (10, "<</Subtype/Widget/FT/Tx/T(amount)/V(100)/F 4/Rect[72 600 200 620]/AP<</N 13 0 R>>>>".into()),
            (
                11,
                "<</Subtype/Widget/FT/Btn/T(agree)/V/Off/AS/Off/F 4/Rect[72 560 92 580]\
                 /AP<</N<</Yes 14 0 R/Off 15 0 R>>>>>>"
                    .into(),
            ),
            (
                12,
                "<</Subtype/Widget/FT/Ch/Ff 131072/T(city)/V(B)/Opt[[(B)(Bekasi)][(J)(Jakarta)]]\
                 /F 4/Rect[72 520 200 540]/AP<</N 16 0 R>>>>"
                    .into(),
            ),
            (13, appearance("100")),
            (14, stream("<</Subtype/Form/BBox[0 0 20 20]>>", "0 0 20 20 re f")),
            (15, stream("<</Subtype/Form/BBox[0 0 20 20]>>", "0 0 20 20 re S")),
            (16, appearance("Bekasi")),
            (17, "<</Subtype/Widget/FT/Sig/T(Approval)/F 4/Rect[300 500 400 520]>>".into()),
            (20, "<</Type/Annot/Subtype/Text/Rect[500 700 520 720]/Contents(note)>>".into()),
        ];
        let paper = Self { octets: "%PDF-2.0\n".into(), xref: 0, objects: BTreeMap::new() };
        Draft { objects: BTreeMap::from(objects), ..paper.begin() }
    }

    /// A revision behind the last one.
    pub(super) fn begin(&self) -> Draft {
        Draft {
            paper: self.clone(),
            objects: BTreeMap::new(),
            generations: BTreeMap::new(),
            freed: Vec::new(),
            trailer: String::new(),
            before: String::new(),
        }
    }

    pub(super) fn octets(&self) -> &[u8] {
        self.octets.as_bytes()
    }

    /// What the last revision changed.
    pub(super) fn changes(&self) -> Vec<Change> {
        self.changes_within(&Limits::default())
    }

    /// What the last revision changed, for one who opens files within these limits.
    pub(super) fn changes_within(&self, limits: &Limits) -> Vec<Change> {
        let pdf = SignedPdf::open(self.octets(), limits).expect("a file that can be opened");
        let last = pdf.revisions().len() - 1;
        compare(pdf.document().view(last - 1).expect("it exists"), pdf.document().view(last).expect("it exists"))
    }

    /// What is wrong with the octets of the last revision.
    pub(super) fn layout(&self) -> Vec<Change> {
        let pdf = SignedPdf::open(self.octets(), &Limits::default()).expect("a file that can be opened");
        layout::review(&pdf, pdf.revisions().len() - 1)
    }
}

impl Draft {
    pub(super) fn put(mut self, number: u32, body: impl Into<String>) -> Self {
        self.objects.insert(number, body.into());
        self
    }

    /// The newest object of this number with one text in place of another.
    pub(super) fn edit(mut self, number: u32, from: &str, to: &str) -> Self {
        let body = self.objects.get(&number).or_else(|| self.paper.objects.get(&number)).expect("it exists");
        assert!(body.contains(from), "{from} in {body}");
        self.objects.insert(number, body.replacen(from, to, 1));
        self
    }

    pub(super) fn generation(mut self, number: u32, generation: u16) -> Self {
        self.generations.insert(number, generation);
        self
    }

    pub(super) fn free(mut self, number: u32) -> Self {
        self.freed.push(number);
        self
    }

    pub(super) fn trailer(mut self, entries: &str) -> Self {
        self.trailer.push_str(entries);
        self
    }

    /// Octets before the first object.
    pub(super) fn before(mut self, octets: &str) -> Self {
        self.before.push_str(octets);
        self
    }

    pub(super) fn end(self) -> Paper {
        let Self { mut paper, objects, generations, freed, trailer, before } = self;
        let octets = &mut paper.octets;
        octets.push_str(&before);
        let mut entries = BTreeMap::new();
        for (number, body) in objects {
            let generation = generations.get(&number).copied().unwrap_or(0);
            entries.insert(number, format!("{:010} {generation:05} n \n", octets.len()));
            write!(octets, "{number} {generation} obj\n{body}\nendobj\n").expect("a string takes everything");
            paper.objects.insert(number, body);
        }
        entries.extend(freed.into_iter().map(|number| (number, "0000000000 00001 f \n".to_owned())));
        let start = octets.len();
        octets.push_str("xref\n");
        for (number, entry) in entries {
            write!(octets, "{number} 1\n{entry}").expect("a string takes everything");
        }
        let previous = if paper.xref == 0 { String::new() } else { format!("/Prev {}", paper.xref) };
        let root = if trailer.contains("/Root") { "" } else { "/Root 1 0 R" };
        let info = if trailer.contains("/Info") { "" } else { "/Info 8 0 R" };
        write!(octets, "trailer<</Size 200{root}{info}{previous}{trailer}>>\nstartxref\n{start}\n%%EOF\n")
            .expect("a string takes everything");
        paper.xref = start;
        paper
    }

    /// What this revision changes.
    pub(super) fn changes(self) -> Vec<Change> {
        self.end().changes()
    }
}

/// Something that no rule knows; `0` for no object.
pub(super) fn unexplained(place: Place, number: u32) -> Change {
    let object = (number != 0).then_some(Ref { number, generation: 0 });
    Change::Unexplained { place, object }
}

pub(super) fn in_catalog(key: &str) -> Place {
    Place::Catalog(key.into())
}

#[test]
fn a_revision_that_was_not_compared_is_not_unchanged() {
    let paper = Paper::form().end().begin().end();
    let pdf = SignedPdf::open(paper.octets(), &Limits::default()).expect("a file that can be opened");
    let history = History::of(&pdf);
    assert_eq!(history.changes(&pdf, 1), []);
    assert_eq!(history.changes(&pdf, 0), [NOT_COMPARED]);
    assert_eq!(history.changes(&pdf, 2), [NOT_COMPARED]);
}

/// Both halves of the review count: what the objects say, and where they lie.
#[test]
fn a_revision_is_compared_and_its_octets_are_accounted_for() {
    let paper = Paper::form().end();
    let start = paper.octets().len();
    let update = paper.begin().before("hello\n").put(7, stream("<<>>", "")).end();
    let pdf = SignedPdf::open(update.octets(), &Limits::default()).expect("a file that can be opened");
    let expected = [unexplained(Place::Octets { offset: start }, 0), unexplained(Place::Page(2), 7)];
    assert_eq!(History::of(&pdf).changes(&pdf, 1), expected);
}

#[test]
fn only_white_space_and_zeros_are_padding() {
    assert!(is_padding(b"") && is_padding(b" \r\n\t\0\x0c"));
    for octets in [b"x".as_slice(), b"\n%comment", b"\0\0\x01", b"\x0b"] {
        assert!(!is_padding(octets), "{octets:?}");
    }
}

/// What the first signature of a file, which covers its first revision, makes of what stands behind it.
fn judged(octets: &[u8]) -> (Outcome<Permitted>, Vec<LaterRevision>, Vec<Finding>) {
    let pdf = SignedPdf::open(octets, &Limits::default()).expect("a file that can be opened");
    let signature = pdf.signatures().first().expect("one signature");
    let (mut later, mut notes) = (Vec::new(), Vec::new());
    let outcome = Permitted::behind(0, &pdf, signature, &History::of(&pdf), &mut later, &mut notes);
    (outcome, later, notes)
}

fn signed_paper() -> Paper {
    Paper::form().edit(17, "/F 4", "/F 4/V 30 0 R").put(30, "<</Type/Sig>>").end()
}

/// A revision with a new signature over the text of the first page.
fn with_seal_over_text(paper: &Paper) -> Paper {
    let seal = "<</Subtype/Widget/FT/Sig/T(seal)/F 4/Rect[60 680 400 740]/AP<</N 13 0 R>>/V 41 0 R>>";
    let draft = paper.begin().put(40, seal).put(41, "<</Type/Sig>>");
    draft.edit(9, "17 0 R]", "17 0 R 40 0 R]").edit(3, "20 0 R]", "20 0 R 40 0 R]").end()
}

fn with_two_new_actions(paper: &Paper) -> Paper {
    paper.begin().edit(1, "/Type", "/OpenAction<<>>/AA<<>>/Type").end()
}

fn later_change(change: &Change, ruling: Ruling) -> Finding {
    Finding::LaterChange { change: change.clone(), ruling }
}

#[test]
fn the_first_of_the_worst_changes_decides_and_the_others_are_noted() {
    let [first, second] = ["OpenAction", "AA"].map(|key| unexplained(in_catalog(key), 0));
    let (first, second) = (later_change(&first, Ruling::Forbidden), later_change(&second, Ruling::Forbidden));
    let paper = signed_paper();
    let is_about_the_seal = |finding: &Finding| {
        matches!(finding, Finding::LaterChange { change: Change::SignatureAdded { .. }, ruling: Ruling::Open })
    };

    let (outcome, later, notes) = judged(with_seal_over_text(&paper).octets());
    assert!(matches!(outcome, Outcome::NotChecked(finding) if is_about_the_seal(&finding)));
    assert_eq!((later.len(), notes.as_slice()), (1, [].as_slice()));

    let (outcome, later, notes) = judged(with_two_new_actions(&with_seal_over_text(&paper)).octets());
    assert!(matches!(outcome, Outcome::Failed(finding) if finding == first));
    assert_eq!(later.iter().map(|revision| revision.number).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(
        later.iter().map(|revision| revision.result).collect::<Vec<_>>(),
        [CheckResult::NotChecked, CheckResult::Failed]
    );
    assert!(matches!(notes.as_slice(), [seal, rest] if is_about_the_seal(seal) && *rest == second));

    let (outcome, _, notes) = judged(with_seal_over_text(&with_two_new_actions(&paper)).octets());
    assert!(matches!(outcome, Outcome::Failed(finding) if finding == first));
    assert!(matches!(notes.as_slice(), [rest, seal] if is_about_the_seal(seal) && *rest == second));
}

#[test]
fn octets_behind_the_end_are_padding_which_is_noted_or_fail() {
    let paper = signed_paper();
    let with = |behind: &[u8]| judged(&[paper.octets(), behind].concat());

    let (outcome, _, notes) = with(b"");
    assert!(matches!(outcome, Outcome::Passed(_)) && notes.is_empty());

    let (outcome, _, notes) = with(b"\n\0");
    assert!(matches!(outcome, Outcome::Passed(_)));
    assert_eq!(notes, [Finding::PaddingAfterEnd { length: 2 }]);

    let (outcome, _, notes) = with(b"\nhello");
    let offset = paper.octets().len();
    assert!(matches!(outcome, Outcome::Failed(found) if found == Finding::UnexplainedOctets { offset, length: 6 }));
    assert_eq!(notes, []);
}
