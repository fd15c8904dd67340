//! Documents changed at random: whatever opens and can be prepared can be signed, and comes back
//! with its octets as a prefix and exactly one signature more.

use pades::{ContentsSize, FieldChoice, Limits, SignedAttributes, UnsignedPdf};

use crate::flow::options;
use crate::pki::TestSigner;
use crate::shapes::{LAYOUTS, every_source};

/// Numbers that look random and are the same every time (xorshift64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound.max(1)).expect("fits")).expect("below a usize")
    }
}

const TOKENS: [&[u8]; 20] = [
    b"/Annots",
    b"/AcroForm",
    b"/Fields",
    b"/Kids",
    b"/V",
    b"/FT/Sig",
    b"/T(Signature1)",
    b" 1 0 R",
    b" 6 0 R",
    b" 7 0 R",
    b"[",
    b"]",
    b"<<",
    b">>",
    b"null",
    b"/Size 9",
    b"/XRefStm 17",
    b"(",
    b"%",
    b"-1",
];

fn mutate(file: &mut Vec<u8>, numbers: &mut Numbers) {
    let at = numbers.below(file.len());
    let token = TOKENS[numbers.below(TOKENS.len())];
    match numbers.below(5) {
        0 => file[at] = u8::try_from(numbers.below(256)).expect("an octet"),
        1 => {
            let end = (at + numbers.below(8)).min(file.len());
            file.drain(at..end);
        }
        2 => {
            file.splice(at..at, token.iter().copied());
        }
        3 => {
            // Offsets behind stay right, so that more of these open.
            let end = (at + token.len()).min(file.len());
            file.splice(at..end, token.iter().copied());
        }
        _ => {
            let digit = b'0' + u8::try_from(numbers.below(10)).expect("a digit");
            file.iter_mut().skip(at).find(|octet| octet.is_ascii_digit()).into_iter().for_each(|octet| *octet = digit);
        }
    }
}

#[test]
fn whatever_is_prepared_can_be_signed() {
    const ROUNDS: usize = 40;
    let signer = TestSigner::new();
    // Of the right form, and no more: this crate does not look at the value.
    let value = [&[0x30, 0x44, 2, 0x20], [1_u8; 32].as_slice(), &[2, 0x20], &[1; 32]].concat();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let (mut opened, mut signed) = (0, 0);
    for layout in LAYOUTS {
        for (name, source) in every_source() {
            let file = source.file(layout);
            for round in 0..ROUNDS {
                let mut input = file.clone();
                for _ in 0..=numbers.below(2) {
                    mutate(&mut input, &mut numbers);
                }
                let field =
                    if round % 4 == 0 { FieldChoice::Existing("Signature1".to_owned()) } else { FieldChoice::New };
                let mut options = options(field);
                options.contents_size = ContentsSize::new(1536);
                let Ok(document) = UnsignedPdf::open(input.clone(), &Limits::service()) else { continue };
                opened += 1;
                let before = document.signed_pdf().signatures().len();
                let Ok(prepared) = document.prepare(&options) else { continue };
                let attributes =
                    SignedAttributes::new(prepared.document_digest(), signer.chain.signing_certificate(), &[])
                        .expect("valid");
                let cms = attributes.seal(&value, &signer.chain).expect("seals");
                let output =
                    prepared.embed(&cms).unwrap_or_else(|error| panic!("{name}, {layout:?}, {round}: {error}"));
                assert!(output.bytes().starts_with(&input), "{name}, {layout:?}, {round}");
                assert_eq!(output.signatures().len(), before + 1, "{name}, {layout:?}, {round}");
                signed += 1;
            }
        }
    }
    // Enough of them must get through for the claim to mean something.
    assert!(opened > 500 && signed > 300, "{opened} opened, {signed} signed");
}
