//! The QR seal: what a printed document states, signed, in a QR code on the paper.
//!
//! # Specification
//!
//! ```text
//! text     prefix digits                      prefix: https://host/path#, 64 octets at most ([`SealPrefix`])
//!
//! octets   D2 84                              COSE_Sign1 (RFC 9052, 4.2), tag 18
//!             49 A2 01 28 04 44 kid           protected { 1: -9 (ESP256, RFC 9864), 4: kid }
//!             A0                              unprotected {}
//!             58 nn payload                   an array in deterministic CBOR (RFC 8949, 4.2.1)
//!             58 40 r || s                    low s
//!
//! signed   84                                 Sig_structure (RFC 9052, 4.4)
//!             6A "Signature1"
//!             49 A2 01 28 04 44 kid           protected, as above
//!             58 nn prefix                    external_aad: the prefix in ASCII, from "https" to "#"
//!             58 nn payload                   as above
//! ```
//!
//! The signature is ECDSA on P-256 with SHA-256 over the octets `signed`, `r` and `s` big-endian, 32 octets each. A string below 24
//! octets has the head `40 + nn` instead of `58 nn`, as deterministic CBOR says. The kid is the first four octets of SHA-256 over the
//! key's SubjectPublicKeyInfo in DER ([`KeyHint`]). Because the prefix is signed, digits moved behind another address are no seal. The
//! hash of a seal is SHA-256 of `octets`: the `sealHash` of the [signing statement](crate::signing_statement).
//!
//! In print the text is a QR code (ISO/IEC 18004) of version 13 at most, the prefix in byte mode, the digits in numeric mode; a reader takes
//! any that gives the text. In a signed PDF it is also the entry `/TKN_Seal` of the signature's dictionary.
//!
//! **Digits** are the scheme of CTAP 2.2, 11.5 ("FIDO:/"), for the numeric mode of a QR code. Each seven octets are read as a
//! little-endian number and written with 17 digits; the one to six octets that are left over take 3, 5, 8, 10, 13 or 15 digits. Leading
//! zeros stay.
//!
//! ## Payload
//!
//! One array, without keys. Every profile begins with the same five entries:
//!
//! | # | what | how |
//! | --- | --- | --- |
//! | 0 | profile | 1 kartu keluarga, 2 akta kelahiran, 3 surat |
//! | 1 | nonce | byte string of 5 octets ([`nonce`]) |
//! | 2 | day of issue in Jakarta (UTC+7) | days, from 0 |
//! | 3 | [status index](crate::StatusIndex) | unsigned, 40 bits: `shard * 2^20 + idx` |
//! | 4 | office, by the agency's list | unsigned, 16 bits |
//!
//! | # | kartu keluarga, 9 entries | akta kelahiran, 14 entries | surat, 10 entries |
//! | --- | --- | --- | --- |
//! | 5 | nomor KK: number check | nomor akta: text | nomor surat: text string, as printed |
//! | 6 | head of the family: mask | child: text | kind of letter, by the agency's list: unsigned, 16 bits |
//! | 7 | `kelurahan * 2^16 + RT * 2^8 + RW` | born: days | name: text |
//! | 8 | rows | sex: 0 LAKI-LAKI, 1 PEREMPUAN | NIK: number check, or 0 |
//! | 9 | | place of birth: text | last day on which it holds: days from 1, or 0 |
//! | 10 | | how-manieth child: unsigned, 8 bits | |
//! | 11 | | NIK: number check, or 0 | |
//! | 12 | | father: mask, or none | |
//! | 13 | | mother: mask, or none | |
//!
//! - **days**: an integer, days since 1970-01-01, from -62,091 (1800-01-01) to 2,932,896 (9999-12-31).
//! - **text**: without spaces at its ends or two in a row, in upper case (Unicode), without characters that do not show. If all its
//!   characters are among ` ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.'-` it is a byte string in *base 40*: these characters are the digits 0
//!   to 39, the text is filled up with spaces to a multiple of three, and each three `a b c` are the 16-bit big-endian number
//!   `1600 a + 40 b + c`. Otherwise it is a text string. The number of a surat is always a text string and keeps its case: the
//!   commitment to it is over these octets.
//! - **mask**, of a name brought into the form of a text: a byte string, 14 bits for each of the first six words: first letter (5 bits),
//!   second letter (5), characters (4; more than 15 count as 15). A to Z are 1 to 26, anything else is 0, and so is the second letter of a
//!   word of one character. Packed from the most significant bit on and filled up with zero bits to whole octets. No octets: not stated.
//! - **number check**: `last four digits * 2^10 + check`, the check of a NIK being `bits(10, "NIK", its 16 digits)` and that of a nomor
//!   KK `bits(10, "KK", its 16 digits)`. No such number ends with 0000, so that 0 is none.
//! - **kelurahan**: its code of four digits; RT and RW are below 256.
//! - **rows**: a byte string, four octets for each member in the order of the card, at least one: the 32-bit big-endian number
//!   `initial (5 bits) | sex (1) | year of birth mod 100 (7) | relationship (4) | tag (15)`. The initial is numbered as in a mask;
//!   relationships are 0 to 9 in the order of [`Relationship::ALL`]. The tag is `bits(15, row from 0 in decimal, NIK, name in the form
//!   of a text, day of birth as YYYYMMDD, relationship in the card's words)`.
//! - **`bits(n, field, ...)`**: the leading n bits of HMAC-SHA-256, its key the nonce, over the fields joined by the octet 1F. Where they
//!   are withheld ([`Tags::Withheld`]) they are 0.
//!
//! ## Masking (policy L1)
//!
//! Nothing is hidden by the reader: what a mask leaves out is not in the seal.
//!
//! | printed | sealed | a reader shows |
//! | --- | --- | --- |
//! | number and kind of the document, office, days | all of it | `470/1234/DISDUKCAPIL.PIAK/XI/2026`, `24-11-2026` |
//! | whom a surat or an akta is about; the child's sex, place and order of birth | all of it | `BUDI SANTOSO` |
//! | NIK, nomor KK | last four digits, 10 check bits | `************0012`, and whether a number that was typed agrees |
//! | parents, head of a family | first two letters and length of each of six words | `BU** SA*****` |
//! | member of a family | initial, sex, last two digits of the year, relationship, 15 check bits | `1: B*, LAKI-LAKI, **80, KEPALA KELUARGA` |
//! | kelurahan, RT, RW | the numbers | `1004 RT 007 RW 012` |
//! | everything else: street, religion, school, work, photograph | nothing | nothing |
//!
//! ## Limits
//!
//! | of | at most | because |
//! | --- | --- | --- |
//! | payload | 124 octets ([`PAYLOAD_LIMIT`]) | with a prefix of 31 octets a QR code of version 13-Q holds no more |
//! | payload, better | 87 octets ([`PREFERRED_PAYLOAD`]) | that is version 12-Q: a kartu keluarga of 13 members |
//! | text | 120 octets in UTF-8 | the payload is tighter for all texts together |
//! | rows | 25 | with one more the payload is too long; with usual names it is with more than 23 |
//! | text of the QR code | 1,200 octets ([`TEXT_LIMIT`]) | refused unread; the longest seal has 562 |
//!
//! # Rules for a reader
//!
//! 1. The order is: form, trust list, signature over the prefix *that was read*, the key's state and time, the prefix, the day of issue,
//!    what was printed, the status. Only a seal that passed may be called genuine.
//! 2. Form: a seal has one text. Refused are whatever precedes the prefix or follows the digits, another number of digits, a group of
//!    digits whose number does not fit its octets, every other encoding of a value, an unknown profile, an unprotected header, and a
//!    signature with the upper `s`: anybody can make it from the lower one, and the seal's hash would be another.
//! 3. The key is one of the [trust list](crate::trust_list)'s seal keys, never one that the paper names: every one with this kid is tried.
//!    It holds if some moment of the day of issue lies in its time. Nothing that a compromised key signed holds by itself.
//! 4. The prefix is one of the trust list's, octet for octet. A page behind it proves nothing: whoever prints a false seal also
//!    chooses the address of a false page.
//! 5. A day of issue that has not begun in Jakarta is refused. A letter whose last day is over is genuine all the same: say so.
//! 6. A genuine seal proves what was issued, not that this sheet is it, for anybody can copy a QR code. Show every field
//!    ([`SealPayload::fields`]) for a person to compare with the paper, and say that whatever else stands there is not sealed.
//! 7. The [status](crate::status) is looked up by the index, in a list of the trusted status prefix. INVALID in a list that was not issued
//!    after the end of the day of issue is *not checked*: that list may be older than the document.
//!
//! [`Seal::from_text`] does the second of these; the others are for the reader.
//!
//! # What a seal gives away
//!
//! Whoever reads the QR code reads all of it but the check bits and tags: nothing is encrypted. They in turn confirm guesses, which
//! anybody who has the seal can try at will, since the nonce is in it: a wrong number with the right last four digits passes once in
//! 1,024, a wrong row with the right initial, sex, year and relationship once in 32,768. That is little, because a NIK is no secret of
//! 16 digits but a region (6), the day of birth and sex (6) and a serial number (4):
//!
//! - **akta with a NIK**: day of birth, sex and serial number stand in the seal. Only the region is missing, and the check tells a city's
//!   dozen of them apart. Count the child's NIK as readable; withholding the check does not change that much. Where it must not be,
//!   leave the NIK out.
//! - **surat with a NIK**: the same for whoever knows the person's day of birth.
//! - **kartu keluarga**: whoever knows a member's name and day of birth is left with about 120,000 NIKs in a city of a dozen
//!   regions, four of which have the row's tag. With the tags withheld no NIK can be confirmed.
//!
//! The paper prints all this anyway. It matters where the QR code goes without the paper: to other people's scanners, or into pictures.
//!
//! # Worked example
//!
//! The akta of a child born on 2024-11-09 in Bekasi, issued on 2026-11-24 by office 5, its status at place 12,345 of shard 7:
//!
//! ```text
//! 8e                                      array of 14
//!    02                                      akta kelahiran
//!    45 8f21c05e77                           nonce
//!    19 512d                                 20,781: 2026-11-24
//!    1a 00703039                             7 * 2^20 + 12,345
//!    05                                      office 5
//!    4e c02ace248975c63cb995d473ad8f         "3275-LU-24112026-0034"
//!    50 07bb9c7002957fd902d134098ffc3840     "AISYAH PUTRI RAHMAWATI"
//!    19 4e44                                 20,036: 2024-11-09
//!    01                                      PEREMPUAN
//!    44 0d530941                             "BEKASI"
//!    02                                      the second child
//!    19 0a04                                 2 * 2^10 + 516: the NIK ends with 0002
//!    44 15526170                             BU** SA*****
//!    44 9a51d590                             SI** NU*******
//! ```
//!
//! Those are 72 octets. Around them, signed by a key with the kid `2bf83c2f`, the seal has 153 octets and 372 digits:
//!
//! ```
//! use evidence::{SealPrefix, StatusIndex, seal::{printed::*, *}};
//!
//! let fields = AktaFields {
//!     number: "3275-LU-24112026-0034".to_owned(),
//!     child: "Aisyah Putri Rahmawati".to_owned(),
//!     born: Days::from_date(2024, 11, 9)?,
//!     sex: Sex::Female,
//!     birth_place: "Bekasi".to_owned(),
//!     child_order: 2,
//!     nik: Some(IdentityNumber::parse("3275054911240002")?),
//!     father: Some("Budi Santoso".to_owned()),
//!     mother: Some("Siti Nurhaliza".to_owned()),
//!     tags: Tags::Sealed,
//! };
//! let nonce = [0x8f, 0x21, 0xc0, 0x5e, 0x77];
//! let head = Head { nonce, issue_date: Days::from_date(2026, 11, 24)?, status: StatusIndex::new(7, 12_345)?, office: 5 };
//! let payload = SealPayload { head, claims: fields.mask(&nonce)? };
//! let expected = "8e02458f21c05e7719512d1a00703039054ec02ace248975c63cb995d473ad8f5007bb9c7002957fd902d134098ffc3840\
//!                 194e4401440d53094102190a044415526170449a51d590";
//! assert_eq!(payload.to_cbor()?, hex::decode(expected)?);
//!
//! let text = "https://tte.bekasikota.go.id/v#\
//!     0116988738964808224945922697341764540800947502812880002878193647395012033390349463664521396937645846540205\
//!     8902857569429612203479140015951604028996077593803733946928863552011370024351194434342239587323629211781543\
//!     4554135852787366227713242813437049206895621222735230758426643438837534474873740894050213484118445614676089\
//!     676082418706290712859611720634217835414091721896925115";
//! let seal = Seal::from_text(text)?;
//! assert_eq!((seal.key_hint().to_string().as_str(), seal.payload()), ("2bf83c2f", &payload));
//! assert_eq!(hex::encode(seal.hash()), "d44cc587bc3a9ab7f7d0b2cf21b935fe17ee72567f4ced404dc1927786a22082");
//!
//! // What was signed, and by which key (a point of P-256, uncompressed).
//! let prefix = hex::encode("https://tte.bekasikota.go.id/v#");
//! let signed = format!("846a5369676e61747572653149a2012804442bf83c2f581f{prefix}5848{expected}");
//! assert_eq!(hex::encode(seal.to_be_signed()), signed);
//! use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier};
//! let key = VerifyingKey::from_sec1_bytes(&hex::decode(
//!     "0485c3e844423b3fac9d9876ccdabffc7b4acc75ca65ea63634651361a22180998\
//!      a3389ecea69b212fed5dcbd8a112c020b9d7f4bb4e519dd08df3012cf640104a",
//! )?)?;
//! key.verify(seal.to_be_signed(), &Signature::from_slice(seal.signature())?)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
mod claims;
mod days;
mod digits;
mod error;
mod fields;
mod mask;
mod payload;
pub mod printed;
mod row;
mod sealed;
mod text;

pub use crate::{
    address::{AddressError, SealPrefix},
    cose::KeyHint,
};
pub use check::{Agreement, IdentityNumber, NumberCheck, Tags};
pub use claims::{AktaClaims, Claims, KkClaims, Neighbourhood, Profile, Sex, SuratClaims};
pub use days::{DateError, Days};
pub use error::{ClaimsError, PayloadError, PrintedField, SealError};
pub use fields::SealedField;
pub use mask::MaskedName;
pub use payload::{Head, PAYLOAD_LIMIT, PREFERRED_PAYLOAD, SealPayload};
pub use printed::nonce;
pub use row::{Member, Relationship, SealedMember};
pub use sealed::{Seal, TEXT_LIMIT, UnsignedSeal};
pub use text::{SealedNumber, SealedText, TextError};

#[cfg(test)]
mod tests;
