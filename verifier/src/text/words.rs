//! The words around the facts, in both languages.

use evidence::SigningStatement;

use super::{CertificateFacts, CheckResult, FileVerdict, Indication, Language, ListSource, ListUsed, short};
use crate::clock::UnixTime;
use crate::published::headline;
use crate::report::{Check, CoverageWord, Report, TimeBasis};

/// What they have in common with reports on seals, those take from here.
#[derive(Clone, Copy)]
pub(crate) struct Words(pub(crate) Language);

impl Words {
    pub(crate) fn pick<'t>(self, indonesian: &'t str, english: &'t str) -> &'t str {
        match self.0 {
            Language::Indonesian => indonesian,
            Language::English => english,
        }
    }

    pub(super) fn file(self, verdict: FileVerdict) -> &'static str {
        match verdict {
            FileVerdict::Signed(Indication::TotalPassed) => {
                self.pick("Semua tanda tangan lolos semua pemeriksaan", "Every signature passed every check")
            }
            FileVerdict::Signed(Indication::Indeterminate) => {
                self.pick("Belum dapat dipastikan; lihat alasannya", "Not decided; see the reasons")
            }
            FileVerdict::Signed(Indication::TotalFailed) => self.pick(
                "JANGAN DITERIMA: tanda tangan atau isi berkas salah",
                "DO NOT ACCEPT: a signature or the content is wrong",
            ),
            FileVerdict::NoSignature => {
                self.pick("Tidak ada tanda tangan elektronik", "There is no electronic signature")
            }
            FileVerdict::Unreadable => self.pick("Berkas tidak dapat dibaca", "The file cannot be read"),
        }
    }

    /// The verdict in a sentence, with what became of the document where that takes something from it.
    pub(super) fn file_with_status(self, report: &Report) -> String {
        let verdict = self.file(report.verdict);
        match report.document_status.as_ref().and_then(|status| headline(status, self.0)) {
            Some(status) => format!("{verdict}, {} {status}.", self.pick("TETAPI", "BUT")),
            None => format!("{verdict}."),
        }
    }

    pub(crate) fn status(self) -> &'static str {
        self.pick("Status dokumen", "Status of the document")
    }

    pub(crate) fn judged_at(self, time: UnixTime) -> String {
        format!("{} {time}.", self.pick("Putusan ini berlaku untuk saat", "This verdict holds for the moment"))
    }

    pub(super) fn no_field(self) -> &'static str {
        self.pick("(tanpa isian)", "(no field)")
    }

    pub(super) fn signed_by(self) -> &'static str {
        self.pick("Ditandatangani oleh", "Signed by")
    }

    pub(super) fn stated(self) -> &'static str {
        self.pick("Dinyatakan layanan", "Stated by the service")
    }

    pub(super) fn claimed(self) -> &'static str {
        self.pick("Waktu yang diklaim", "Claimed time")
    }

    pub(super) fn document(self) -> &'static str {
        self.pick("Isi dokumen", "Document")
    }

    pub(super) fn revision(self) -> &'static str {
        self.pick("Revisi kemudian", "Later revision")
    }

    pub(super) fn integrity(self, integrity: CheckResult, coverage: CoverageWord) -> &'static str {
        match (integrity, coverage) {
            (CheckResult::Passed, CoverageWord::WholeFile) => self.pick(
                "tidak berubah sejak ditandatangani (seluruh berkas)",
                "unchanged since it was signed (whole file)",
            ),
            (CheckResult::Passed, _) => self.pick(
                "bagian yang ditandatangani tidak berubah; ada tambahan kemudian",
                "the signed part is unchanged; more was added later",
            ),
            (CheckResult::Failed, _) => self.pick("BERUBAH atau rusak", "CHANGED or damaged"),
            (CheckResult::NotChecked | CheckResult::NotApplicable, _) => {
                self.pick("tidak dapat dinilai", "could not be judged")
            }
        }
    }

    pub(super) fn certificate(self) -> &'static str {
        self.pick("Sertifikat", "Certificate")
    }

    pub(super) fn certificate_of(self, certificate: &CertificateFacts) -> String {
        let CertificateFacts { serial, issuer, not_after, sha256, .. } = certificate;
        let sha256 = short(sha256);
        match self.0 {
            Language::Indonesian => {
                format!("nomor seri {serial}, terbitan \"{issuer}\", berlaku sampai {not_after}, SHA-256 {sha256}")
            }
            Language::English => {
                format!("serial number {serial}, issued by \"{issuer}\", valid until {not_after}, SHA-256 {sha256}")
            }
        }
    }

    pub(super) fn statement(self, statement: &SigningStatement) -> String {
        let at = UnixTime::from_seconds(i64::try_from(statement.signed_at.0).unwrap_or(i64::MAX));
        let SigningStatement { office, document_type, sequence, .. } = statement;
        let (kind, number) = (document_type.as_str(), self.pick("urutan register", "register sequence"));
        format!("{at}, {office}, {kind}, {number} {sequence}")
    }

    pub(super) fn claimed_by(self, time: &str) -> String {
        format!("{time} {}", self.pick("(menurut pembuat berkas)", "(by the maker of the file)"))
    }

    pub(super) fn proved(self) -> &'static str {
        self.pick("Terbukti sudah ada pada", "Proved to exist at")
    }

    pub(super) fn best_time(self, time: UnixTime, basis: &TimeBasis) -> String {
        let basis = match (self.0, basis) {
            (Language::Indonesian, TimeBasis::Validation) => {
                "saat pemeriksaan; tidak ada stempel waktu yang membuktikan lebih awal".to_owned()
            }
            (Language::English, TimeBasis::Validation) => {
                "the moment of validation; no time-stamp proves an earlier one".to_owned()
            }
            (Language::Indonesian, TimeBasis::SignatureTimeStamp { authority }) => {
                format!("stempel waktu dari \"{authority}\"")
            }
            (Language::English, TimeBasis::SignatureTimeStamp { authority }) => {
                format!("time-stamp by \"{authority}\"")
            }
            (Language::Indonesian, TimeBasis::DocumentTimeStamp { authority }) => {
                format!("stempel waktu dokumen dari \"{authority}\"")
            }
            (Language::English, TimeBasis::DocumentTimeStamp { authority }) => {
                format!("document time-stamp by \"{authority}\"")
            }
        };
        format!("{time} ({basis})")
    }

    pub(crate) fn anchor(self) -> &'static str {
        self.pick("Jangkar kepercayaan", "Trust anchor")
    }

    pub(super) fn list(self) -> &'static str {
        self.pick("Daftar pencabutan", "Revocation list")
    }

    pub(super) fn list_used(self, list: &ListUsed) -> String {
        let ListUsed { issuer, this_update, sha256, source, .. } = list;
        let source = match source {
            ListSource::Given => "--crl",
            ListSource::Carried => self.pick("di dalam dokumen", "in the document"),
        };
        let made = self.pick("terbit", "of");
        format!("\"{issuer}\", {made} {this_update} ({source}), SHA-256 {}", short(sha256))
    }

    pub(super) fn not_checked(self) -> &'static str {
        self.pick("Tidak diperiksa", "Not checked")
    }

    /// Why a step was not done: it works on what another one establishes.
    pub(super) fn needs(self, check: Check) -> String {
        let name = self.step(check);
        match self.0 {
            Language::Indonesian => format!("menunggu hasil langkah {} ({name})", check.number()),
            Language::English => format!("needs what step {} ({name}) did not establish", check.number()),
        }
    }

    pub(super) fn detail(self) -> &'static str {
        self.pick("rincian teknis", "technical detail")
    }

    pub(super) fn procedure(self) -> &'static str {
        self.pick("Langkah pemeriksaan", "Steps of the procedure")
    }

    pub(super) fn step(self, check: Check) -> &'static str {
        match check {
            Check::Format => self.pick("bentuk tanda tangan", "form of the signature"),
            Check::Document => self.pick("isi dokumen", "the document's octets"),
            Check::SignatureValue => self.pick("nilai tanda tangan", "signature value"),
            Check::SignedAttributes => self.pick("atribut yang ditandatangani", "signed attributes"),
            Check::Algorithms => self.pick("algoritma", "algorithms"),
            Check::Statement => self.pick("pernyataan layanan", "the service's statement"),
            Check::SignerCertificate => self.pick("kegunaan sertifikat", "purpose of the certificate"),
            Check::Path => self.pick("jalur sertifikat", "certificate path"),
            Check::Revocation => self.pick("pencabutan", "revocation"),
            Check::TimeStamps => self.pick("stempel waktu", "time-stamps"),
            Check::ValidationData => self.pick("data validasi di dalam dokumen", "validation data in the document"),
            Check::LaterRevisions => self.pick("perubahan kemudian", "later changes"),
        }
    }
}
