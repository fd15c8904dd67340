//! What a person compares with the page, field by field, in the order of the page.

use crate::seal::{Claims, SealPayload};

/// One line of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedField {
    /// What it is, in Indonesian.
    pub label_id: &'static str,
    /// What it is, in English.
    pub label_en: &'static str,
    /// What was sealed, in the words of the page; `*` stands for what is not sealed, `?` for what is no letter.
    pub value: String,
}

fn field(label_id: &'static str, label_en: &'static str, value: impl ToString) -> SealedField {
    SealedField { label_id, label_en, value: value.to_string() }
}

impl SealPayload {
    /// Everything that the seal says about the document. Whatever else the page shows is not sealed.
    #[must_use]
    pub fn fields(&self) -> Vec<SealedField> {
        let mut fields = vec![
            field("Jenis dokumen", "Document type", self.claims.profile()),
            field("Tanggal terbit", "Issue date", self.head.issue_date),
            field("Kode kantor", "Office code", self.head.office),
        ];
        fields.extend(self.claims.fields());
        fields
    }
}

impl Claims {
    /// What the claims say, without document type, issue date and office. What was not stated has no line.
    #[must_use]
    pub fn fields(&self) -> Vec<SealedField> {
        match self {
            Self::Kk(claims) => {
                let mut fields = vec![
                    field("Nomor KK", "Family card number", claims.number),
                    field("Kepala keluarga", "Head of the family", &claims.head_of_family),
                    field("Kelurahan, RT, RW", "Kelurahan, RT, RW", claims.neighbourhood),
                    field("Jumlah anggota", "Number of members", claims.members.len()),
                ];
                let rows = claims.members.iter().enumerate();
                fields.extend(rows.map(|(row, member)| {
                    field("Anggota keluarga", "Family member", format_args!("{}: {member}", row.saturating_add(1)))
                }));
                fields
            }
            Self::Akta(claims) => [
                Some(field("Nomor akta", "Certificate number", &claims.number)),
                Some(field("Nama anak", "Child's name", &claims.child)),
                Some(field("Tanggal lahir", "Date of birth", claims.born)),
                Some(field("Jenis kelamin", "Sex", claims.sex)),
                Some(field("Tempat lahir", "Place of birth", &claims.birth_place)),
                Some(field("Anak ke", "Child number", claims.child_order)),
                claims.nik.map(|nik| field("NIK", "NIK", nik)),
                claims.father.as_ref().map(|name| field("Ayah", "Father", name)),
                claims.mother.as_ref().map(|name| field("Ibu", "Mother", name)),
            ]
            .into_iter()
            .flatten()
            .collect(),
            Self::Surat(claims) => [
                Some(field("Nomor surat", "Letter number", &claims.number)),
                Some(field("Kode jenis surat", "Letter type code", claims.letter_code)),
                Some(field("Nama", "Name", &claims.name)),
                claims.nik.map(|nik| field("NIK", "NIK", nik)),
                claims.valid_until.map(|days| field("Berlaku sampai", "Valid until", days)),
            ]
            .into_iter()
            .flatten()
            .collect(),
        }
    }
}
