//! The golden seals: made by another program, in another language, with keys that are gone.

use p256::ecdsa::{
    Signature, SigningKey, VerifyingKey,
    signature::{Signer, Verifier},
};
use proptest::prelude::*;

use super::{printed::*, *};
use crate::{CoseError, StatusIndex};

const NONCE: [u8; 5] = [0x8f, 0x21, 0xc0, 0x5e, 0x77];
const PREFIX: &str = "https://tte.bekasikota.go.id/v#";
/// The key of the golden seals, uncompressed.
const KEY: &str = "0485c3e844423b3fac9d9876ccdabffc7b4acc75ca65ea63634651361a22180998a3389ecea69b212fed5dcbd8a112c020b9d7f4bb4e519dd08df3012cf640104a";
const AKTA_PAYLOAD: &str = "8e02458f21c05e7719512d1a00703039054ec02ace248975c63cb995d473ad8f5007bb9c7002957fd902d134098ffc3840194e4401440d53094102190a044415526170449a51d590";
const AKTA_COSE: &str = "d28449a2012804442bf83c2fa058488e02458f21c05e7719512d1a00703039054ec02ace248975c63cb995d473ad8f5007bb9c7002957fd902d134098ffc3840194e4401440d53094102190a044415526170449a51d590584078f7d4c74dd226f2534da9b2ec263761f418a768d67a74f297e5a303749b195f2760030245252c4bf6f4ea7a394595bb5f2a804f091859f7f36a81d77fa625c3";
const AKTA_TEXT: &str = "https://tte.bekasikota.go.id/v#011698873896480822494592269734176454080094750281288000287819364739501203339034946366452139693764584654020589028575694296122034791400159516040289960775938037339469288635520113700243511944343422395873236292117815434554135852787366227713242813437049206895621222735230758426643438837534474873740894050213484118445614676089676082418706290712859611720634217835414091721896925115";
/// The same akta under another signature, a kartu keluarga of four members, and a letter, as texts.
const KK_TEXT: &str = "https://tte.bekasikota.go.id/v#01169887389648082249459226973417645408009475021444700028781936473950562137389425258200087349490156064435888138182985708184106699525731452493547794217778825543601234550336020020337501623505213931550995137566906069840807032439251488299085272204989533234504705241783986459716182406904470782983057762301875343718396";
const SURAT_TEXT: &str = "https://tte.bekasikota.go.id/v#01169887389648082249459226973417645408009475034579600028781936473950146734981567781111469298945551160721204375196746799225689033192410271330996700481159304301350526660658561196405570418682501863590370997715886266405352000025681973481143100452947833567981242556257854561472490070098949528576332647368890534755684357038754577216141726424708765416170341862947863682";

fn day(year: i32, month: u8, day: u8) -> Days {
    Days::from_date(year, month, day).expect("a day")
}

fn identity(text: &str) -> IdentityNumber {
    IdentityNumber::parse(text).expect("sixteen digits")
}

fn head(idx: u32) -> Head {
    Head { nonce: NONCE, issue_date: day(2026, 11, 24), status: StatusIndex::new(7, idx).expect("an index"), office: 5 }
}

fn akta() -> AktaFields {
    AktaFields {
        number: "3275-LU-24112026-0034".to_owned(),
        child: "Aisyah Putri Rahmawati".to_owned(),
        born: day(2024, 11, 9),
        sex: Sex::Female,
        birth_place: "BEKASI".to_owned(),
        child_order: 2,
        nik: Some(identity("3275054911240002")),
        father: Some("BUDI SANTOSO".to_owned()),
        mother: Some("SITI NURHALIZA".to_owned()),
        tags: Tags::Sealed,
    }
}

fn surat() -> SuratFields {
    SuratFields {
        number: "470/1234/DISDUKCAPIL.PIAK/XI/2026".to_owned(),
        letter_code: 14,
        name: "BUDI SANTOSO".to_owned(),
        nik: Some(identity("3275051708800012")),
        valid_until: Some(day(2027, 5, 24)),
        tags: Tags::Sealed,
    }
}

fn member(name: &str, nik: &str, sex: Sex, born: Days, relationship: Relationship) -> Member {
    Member { name: name.to_owned(), nik: identity(nik), sex, born, relationship }
}

fn kk(members: usize) -> KkFields {
    let mut family = vec![
        member("BUDI SANTOSO", "3275051708800012", Sex::Male, day(1980, 8, 17), Relationship::Head),
        member("SITI NURHALIZA", "3275055203830007", Sex::Female, day(1983, 3, 12), Relationship::Wife),
        member("MUHAMMAD RIZKY PRATAMA", "3275050105080003", Sex::Male, day(2008, 5, 1), Relationship::Child),
        member("AISYAH PUTRI RAHMAWATI", "3275054911120001", Sex::Female, day(2012, 11, 9), Relationship::Child),
    ];
    for number in family.len()..members {
        let nik = format!("32750501011500{number:02}");
        family.push(member(&format!("ANAK KE {number}"), &nik, Sex::Male, day(2015, 1, 1), Relationship::Child));
    }
    family.truncate(members);
    KkFields {
        number: identity("3275051203100045"),
        head_of_family: "BUDI SANTOSO".to_owned(),
        kelurahan: 1004,
        rt: 7,
        rw: 12,
        members: family,
        tags: Tags::Sealed,
    }
}

fn payload(fields: PrintedFields, idx: u32) -> SealPayload {
    SealPayload { head: head(idx), claims: fields.mask(&NONCE).expect("claims") }
}

fn three() -> [(SealPayload, &'static str); 3] {
    [
        (payload(PrintedFields::Kk(kk(4)), 815_402), KK_TEXT),
        (payload(PrintedFields::Akta(akta()), 12_345), AKTA_TEXT),
        (payload(PrintedFields::Surat(surat()), 999_999), SURAT_TEXT),
    ]
}

fn prefix() -> SealPrefix {
    SealPrefix::parse(PREFIX).expect("a prefix")
}

fn verifies(to_be_signed: &[u8], signature: &[u8; 64]) -> bool {
    let key = VerifyingKey::from_sec1_bytes(&hex::decode(KEY).expect("hexadecimal")).expect("a key");
    key.verify(to_be_signed, &Signature::from_slice(signature).expect("r and s")).is_ok()
}

#[test]
fn the_golden_akta_has_exactly_these_octets() {
    let payload = payload(PrintedFields::Akta(akta()), 12_345);
    assert_eq!(payload.to_cbor().map(hex::encode), Ok(AKTA_PAYLOAD.to_owned()));
    let cose = hex::decode(AKTA_COSE).expect("hexadecimal");
    let seal = Seal::from_cose(cose.clone(), prefix()).expect("a seal");
    assert_eq!(seal.payload(), &payload);
    assert!(verifies(seal.to_be_signed(), seal.signature()));
    let unsigned = UnsignedSeal::new(&payload, seal.key_hint(), &prefix()).expect("a payload");
    assert_eq!(unsigned.to_be_signed(), seal.to_be_signed());
    assert_eq!(unsigned.sign_with(*seal.signature()), Ok(seal));
}

#[test]
fn the_golden_seals_read_as_their_claims_and_their_signatures_verify() {
    for (payload, text) in three() {
        let seal = Seal::from_text(text).expect("a seal");
        assert_eq!(seal.payload(), &payload);
        assert_eq!(seal.to_text(), text);
        assert_eq!(seal.key_hint().to_string(), "2bf83c2f");
        assert!(verifies(seal.to_be_signed(), seal.signature()));
    }
}

#[test]
fn behind_another_prefix_the_signature_does_not_verify() {
    let seal = Seal::from_text(&AKTA_TEXT.replace("bekasikota.go.id", "bekasikota-go.id")).expect("a seal");
    assert!(!verifies(seal.to_be_signed(), seal.signature()));
}

#[test]
fn any_changed_digit_is_refused_or_gives_another_seal_that_does_not_verify() {
    let genuine = Seal::from_text(AKTA_TEXT).expect("a seal");
    for position in PREFIX.len()..AKTA_TEXT.len() {
        let mut text = AKTA_TEXT.to_owned();
        let digit = if text[position..].starts_with('0') { "1" } else { "0" };
        text.replace_range(position..=position, digit);
        if let Ok(seal) = Seal::from_text(&text) {
            assert_ne!(seal.hash(), genuine.hash());
            assert!(!verifies(seal.to_be_signed(), seal.signature()), "position {position}");
        }
    }
}

#[test]
fn the_twin_of_a_signature_is_refused() {
    let seal = Seal::from_text(AKTA_TEXT).expect("a seal");
    let signature = Signature::from_slice(seal.signature()).expect("r and s");
    let (r, s) = signature.split_scalars();
    let twin = Signature::from_scalars(r.to_bytes(), (-*s).to_bytes()).expect("r and s");
    let twin: [u8; 64] = twin.to_bytes().into();
    assert!(verifies(seal.to_be_signed(), &twin), "the attack works where nobody looks");
    let unsigned = UnsignedSeal::new(seal.payload(), seal.key_hint(), &prefix()).expect("a payload");
    assert_eq!(unsigned.sign_with(twin), Err(SealError::Cose(CoseError::HighS)));
}

#[test]
fn payloads_have_the_sizes_of_the_design() {
    for (members, length) in [(1, 35), (4, 47), (7, 60), (10, 72), (16, 96)] {
        let payload = payload(PrintedFields::Kk(kk(members)), 815_402);
        assert_eq!(payload.to_cbor().map(|octets| octets.len()), Ok(length), "{members} members");
    }
    assert_eq!(payload(PrintedFields::Surat(surat()), 999_999).to_cbor().map(|octets| octets.len()), Ok(68));
}

#[test]
fn a_payload_that_no_qr_code_holds_is_refused_with_the_numbers() {
    assert_eq!(payload(PrintedFields::Kk(kk(22)), 815_402).to_cbor().map(|octets| octets.len()), Ok(120));
    assert_eq!(payload(PrintedFields::Kk(kk(23)), 815_402).to_cbor().map(|octets| octets.len()), Ok(124));
    assert_eq!(
        payload(PrintedFields::Kk(kk(24)), 815_402).to_cbor(),
        Err(SealError::PayloadTooLong { length: 128, limit: 124 })
    );
    assert_eq!(PrintedFields::Kk(kk(26)).mask(&NONCE), Err(ClaimsError::TooManyMembers { members: 26, limit: 25 }));
}

#[test]
fn a_checker_compares_the_page_field_by_field() {
    let values = |payload: &SealPayload| payload.fields().into_iter().map(|field| field.value).collect::<Vec<_>>();
    let [(kk, _), (akta, _), (surat, _)] = three();
    assert_eq!(
        values(&akta),
        [
            "KUTIPAN AKTA KELAHIRAN",
            "24-11-2026",
            "5",
            "3275-LU-24112026-0034",
            "AISYAH PUTRI RAHMAWATI",
            "09-11-2024",
            "PEREMPUAN",
            "BEKASI",
            "2",
            "************0002",
            "BU** SA*****",
            "SI** NU*******"
        ]
    );
    assert_eq!(
        values(&surat)[3..],
        ["470/1234/DISDUKCAPIL.PIAK/XI/2026", "14", "BUDI SANTOSO", "************0012", "24-05-2027"]
    );
    assert_eq!(
        values(&kk)[3..8],
        ["************0045", "BU** SA*****", "1004 RT 007 RW 012", "4", "1: B*, LAKI-LAKI, **80, KEPALA KELUARGA"]
    );
}

#[test]
fn digits_and_rows_agree_only_with_what_was_sealed() {
    let [(kk_payload, _), (akta, _), _] = three();
    assert_eq!(akta.nik_agrees(&identity("3275054911240002")), Agreement::Agrees);
    assert_eq!(akta.nik_agrees(&identity("3275054911240003")), Agreement::Differs);
    assert_eq!(kk_payload.family_card_number_agrees(&identity("3275051203100045")), Agreement::Agrees);
    assert_eq!(kk_payload.nik_agrees(&identity("3275051708800012")), Agreement::NotSealed);
    let members = kk(4).members;
    for (row, member) in members.iter().enumerate() {
        assert_eq!(kk_payload.member_agrees(row, member), Agreement::Agrees);
        assert_eq!(kk_payload.member_agrees(row + 1, member), Agreement::Differs);
    }
    let other_name = Member { name: "BUNI SARTONO".to_owned(), ..members[0].clone() };
    assert_eq!(kk_payload.member_agrees(0, &other_name), Agreement::Differs);
    let withheld = payload(PrintedFields::Kk(KkFields { tags: Tags::Withheld, ..kk(4) }), 1);
    assert_eq!(withheld.member_agrees(0, &members[0]), Agreement::NotSealed);
    assert_eq!(withheld.member_agrees(0, &members[1]), Agreement::Differs);
}

#[test]
fn the_nonce_is_the_same_for_the_same_request_only() {
    let key = crate::CommitmentKey::from_bytes([0x0b; 32]);
    let office = crate::OfficeId::parse("kec-bekasi-timur").expect("a name");
    let fields = PrintedFields::Akta(akta());
    let one = nonce(&key, &office, "r1", &fields);
    assert_eq!(one, nonce(&key, &office, "r1", &fields));
    assert_ne!(one, nonce(&key, &office, "r2", &fields));
    assert_ne!(one, nonce(&key, &crate::OfficeId::parse("kec-x").expect("a name"), "r1", &fields));
    let other = PrintedFields::Akta(AktaFields { child_order: 3, ..akta() });
    assert_ne!(one, nonce(&key, &office, "r1", &other));
}

#[test]
fn text_that_is_no_seal_is_refused_with_the_reason() {
    let digits = &AKTA_TEXT[PREFIX.len()..];
    assert_eq!(Seal::from_text(digits), Err(SealError::NoPrefix));
    assert_eq!(Seal::from_text(&format!(" {AKTA_TEXT}")), Err(SealError::Prefix(AddressError::Scheme)));
    assert_eq!(Seal::from_text(&format!("{AKTA_TEXT} ")), Err(SealError::NotADigit { position: digits.len() }));
    assert_eq!(Seal::from_text(&format!("{AKTA_TEXT}0")), Err(SealError::DigitCount { digits: digits.len() + 1 }));
    let long = format!("{PREFIX}{}", "0".repeat(TEXT_LIMIT));
    assert_eq!(Seal::from_text(&long), Err(SealError::TextTooLong { length: long.len(), limit: TEXT_LIMIT }));
    assert!(matches!(Seal::from_text(PREFIX), Err(SealError::Cose(CoseError::Structure(_)))));
}

#[test]
fn an_unknown_profile_and_a_wrong_count_are_named() {
    let octets = hex::decode(AKTA_PAYLOAD).expect("hexadecimal");
    let changed = |at: usize, octet: u8| {
        let mut octets = octets.clone();
        octets[at] = octet;
        SealPayload::from_cbor(&octets)
    };
    assert_eq!(changed(1, 9), Err(SealError::Payload(PayloadError::Profile { found: 9 })));
    assert!(matches!(changed(0, 0x8d), Err(SealError::Payload(PayloadError::Cbor(_)))));
    assert!(matches!(changed(1, 1), Err(SealError::Payload(PayloadError::Cbor(_)))));
}

#[test]
fn a_seal_signed_here_reads_back_as_it_was_made() {
    let key = SigningKey::from_slice(&[7; 32]).expect("a key");
    for (payload, _) in three() {
        let unsigned = UnsignedSeal::new(&payload, KeyHint::from_bytes([1, 2, 3, 4]), &prefix()).expect("a payload");
        let signature: Signature = key.sign(&unsigned.to_be_signed());
        let seal = unsigned.sign_with(signature.normalize_s().to_bytes().into()).expect("a seal");
        assert_eq!(Seal::from_text(&seal.to_text()), Ok(seal));
    }
}

proptest! {
    #[test]
    fn octets_that_read_as_a_payload_are_its_only_ones(at in 0usize..72, octet: u8, cut in 0usize..=72) {
        for text in [AKTA_TEXT, KK_TEXT, SURAT_TEXT] {
            let mut octets = Seal::from_text(text).expect("a seal").payload().to_cbor().expect("a payload");
            if let Some(changed) = octets.get_mut(at) {
                *changed = octet;
            }
            octets.truncate(cut.max(octets.len().saturating_sub(cut)));
            if let Ok(payload) = SealPayload::from_cbor(&octets) {
                prop_assert_eq!(payload.to_cbor(), Ok(octets));
            }
        }
    }

    #[test]
    fn no_text_breaks_the_reader(text in "https://a/#[0-9]{0,400}|\\PC{0,200}") {
        if let Ok(seal) = Seal::from_text(&text) {
            prop_assert_eq!(seal.to_text(), text);
        }
    }

    #[test]
    fn no_octets_break_the_payloads_reader(octets in proptest::collection::vec(any::<u8>(), 0..130)) {
        if let Ok(payload) = SealPayload::from_cbor(&octets) {
            prop_assert_eq!(payload.to_cbor(), Ok(octets));
        }
    }
}
