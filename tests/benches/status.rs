//! The status list of a shard with a million documents: from the register's rows to the signed file, on one core.
//!
//! Run: `cargo bench -p tests --bench status`

#[path = "measure.rs"]
#[expect(dead_code, reason = "milliseconds are printed, not rates")]
mod measure;

use std::hint::black_box;

use evidence::{
    CommitmentKey, KeyHint, StatusIndex, StatusPrefix, UnixSeconds,
    status::{IndexPermutation, SHARD_VALUES, StatusList, StatusToken, StatusValue, TokenTimes, UnsignedToken},
};
use keys::{Passphrase, StatusKey};
use measure::{Work, per_second};
use tests::{PASSPHRASE, TestAgency};

/// What building, compressing and signing may take, in milliseconds.
const LIMIT: f64 = 50.0;
/// Of 2^20 that a shard has.
const DOCUMENTS: u32 = 1_000_000;
const SHARD: u32 = 7;

/// The draft's table "Size of Status Lists for varying amount of entries and revocation rates", line 1M.
const DRAFT: [(f64, &str); 10] = [
    (0.0001, "442 B"),
    (0.001, "2.2 KB"),
    (0.01, "13.7 KB"),
    (0.02, "23.0 KB"),
    (0.05, "43.9 KB"),
    (0.1, "67.6 KB"),
    (0.25, "102.2 KB"),
    (0.5, "122.1 KB"),
    (0.75, "102.4 KB"),
    (1.0, "144 B"),
];

/// What became of the documents: how many were released, and of these how many were withdrawn and superseded.
struct Case {
    name: &'static str,
    released: u32,
    withdrawn: u32,
    superseded: u32,
}

const CASES: [Case; 5] = [
    Case { name: "0.1 % withdrawn", released: DOCUMENTS, withdrawn: 1_000, superseded: 0 },
    Case { name: "and 10 % superseded", released: DOCUMENTS, withdrawn: 1_000, superseded: 100_000 },
    Case { name: "and 25 % superseded", released: DOCUMENTS, withdrawn: 1_000, superseded: 250_000 },
    // The most exceptions for which repetitions are searched: the slowest.
    Case { name: "no index free, 1 % withdrawn", released: SHARD_VALUES, withdrawn: SHARD_VALUES / 100, superseded: 0 },
    Case { name: "half full, 0.1 % withdrawn", released: DOCUMENTS / 2, withdrawn: 500, superseded: 0 },
];

fn main() -> anyhow::Result<()> {
    let agency = TestAgency::create()?;
    let key = StatusKey::open(&agency.layout().status_key(), &Passphrase::new(PASSPHRASE)?)?;
    let prefix = StatusPrefix::parse("https://tte.example.go.id/status/")?;
    let commitment = CommitmentKey::from_bytes([7; 32]);
    let places = IndexPermutation::new(&commitment, SHARD)?;
    let rows: Vec<StatusIndex> = (0..SHARD_VALUES).map(|counter| places.index(counter)).collect::<Result<_, _>>()?;

    let build = |case: &Case| {
        let mut list = StatusList::new_invalid(SHARD).expect("a shard");
        for (counter, index) in (0..case.released).zip(&rows) {
            // The rest of the shard's order is as random as the places are.
            let value = match counter {
                _ if counter < case.withdrawn => StatusValue::Invalid,
                _ if counter < case.withdrawn + case.superseded => StatusValue::Superseded,
                _ => StatusValue::Valid,
            };
            list.set(*index, value).expect("this shard");
        }
        list
    };
    let sign = |list: &StatusList| {
        let times = TokenTimes::usual(UnixSeconds(1_795_482_123));
        let unsigned = UnsignedToken::new(list, &prefix, times, KeyHint::of_spki(key.spki_der())).expect("a token");
        unsigned.sign_with(key.sign(&unsigned.to_be_signed()).expect("the key signs")).expect("a signature")
    };

    println!("one shard of 2^20 indexes; medians of nine rounds, all in turn; limit {LIMIT} ms\n");
    println!(
        "{:<30} {:>9} {:>9} {:>9} {:>10} {:>12} {:>12}",
        "", "build ms", "sign ms", "sum ms", "of limit", "octets", "entropy"
    );
    for case in &CASES {
        let list = build(case);
        let token = sign(&list);
        assert_eq!(StatusToken::from_cwt(&token)?.list(), &list);
        let mut works = [
            Work::new("build", || {
                black_box(build(black_box(case)));
            }),
            Work::new("sign", || {
                black_box(sign(black_box(&list)));
            }),
        ];
        let times: Vec<f64> = per_second(&mut works).into_iter().map(|rate| 1e3 / rate).collect();
        let [building, signing] = times[..] else { unreachable!("two works") };
        let sum = building + signing;
        println!(
            "{:<30} {building:>9.1} {signing:>9.1} {sum:>9.1} {:>10.2} {:>12} {:>12.0}",
            case.name,
            sum / LIMIT,
            token.len(),
            entropy(case)
        );
    }
    println!(
        "\nno index free, some withdrawn: the draft's size for a million values of one bit, and ours for 2^20 of two\n"
    );
    for (share, draft) in DRAFT {
        let withdrawn = (f64::from(SHARD_VALUES) * share) as u32;
        let mut list = StatusList::new_invalid(SHARD)?;
        for counter in withdrawn..SHARD_VALUES {
            list.set(places.index(counter)?, StatusValue::Valid)?;
        }
        println!(
            "{:>6.2} %   draft {draft:>9}   ours {:>9.1} KB",
            share * 100.0,
            list.compress().len() as f64 / 1024.0
        );
    }
    Ok(())
}

/// Octets that no compression of values in random order can fall below.
fn entropy(case: &Case) -> f64 {
    let all = f64::from(1_u32 << 20);
    let valid = f64::from(case.released - case.withdrawn - case.superseded);
    let invalid = all - f64::from(case.released) + f64::from(case.withdrawn);
    let bits = |count: f64| if count > 0.0 { -count * (count / all).log2() } else { 0.0 };
    (bits(valid) + bits(invalid) + bits(f64::from(case.superseded))) / 8.0
}
