//! Every single bit of a small signed file, flipped: none may pass.
//!
//! The file is the smallest that our code signs, whole: header, page, signature dictionary, CMS, padding, cross-reference tables.
//! A flip that leaves the octets of `/Contents` as they were, which is the case of a hexadecimal digit, is the same signature in
//! another spelling: the gap is not signed, so nothing can tell, and nothing need. Such flips are counted apart.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Instant,
};

use anyhow::{Context, ensure};
use pades::{Limits, SignedPdf};
use tests::{Outcome, Suite};

use crate::sample::{Signatory, codes, moment, passes};

pub(crate) fn cases(suite: &mut Suite) {
    suite.case("no_flipped_bit_of_a_signed_file_passes", every_bit);
}

/// Bits handed to a thread at a time.
const PORTION: usize = 256;

fn every_bit() -> Outcome {
    let begun = Instant::now();
    let signatory = Signatory::create()?;
    let file = signatory.sign()?;
    let (validator, time) = (signatory.validator_with_lists()?, moment()?);
    let report = validator.verify(&file, time);
    ensure!(passes(&report), "the file itself does not pass: {report:#?}");
    let contents = contents_of(&file)?;

    let bits = file.len() * 8;
    let next = AtomicUsize::new(0);
    let threads = thread::available_parallelism().map_or(2, usize::from);
    let work = || {
        let (mut spellings, mut wrong) = (0_usize, Vec::new());
        loop {
            let first = next.fetch_add(PORTION, Ordering::Relaxed);
            if first >= bits {
                return (spellings, wrong);
            }
            let mut changed = file.clone();
            for bit in first..bits.min(first + PORTION) {
                changed[bit / 8] ^= 1 << (bit % 8);
                let report = validator.verify(&changed, time);
                if passes(&report) {
                    if contents_of(&changed).is_ok_and(|now| now == contents) {
                        spellings += 1;
                    } else {
                        wrong.push(format!("octet {}, bit {}: {:?}", bit / 8, bit % 8, codes(&report)));
                    }
                }
                changed[bit / 8] ^= 1 << (bit % 8);
            }
        }
    };
    let (mut spellings, mut wrong) = (0, Vec::new());
    thread::scope(|scope| -> anyhow::Result<()> {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for thread in running {
            let (some, mut others) = thread.join().ok().context("a thread panicked")?;
            spellings += some;
            wrong.append(&mut others);
        }
        Ok(())
    })?;
    println!(
        "bit flips: {bits} in a file of {} octets, {spellings} of them another spelling of the same /Contents; {:.1?}",
        file.len(),
        begun.elapsed()
    );
    ensure!(wrong.is_empty(), "{} flips pass: {wrong:#?}", wrong.len());
    // Every letter among the digits has two cases; were none found, the exemption would be dead.
    ensure!(spellings > 0 && spellings < contents.len() * 2, "{spellings} spellings");
    Ok(())
}

/// The decoded `/Contents` of the only signature.
fn contents_of(file: &[u8]) -> anyhow::Result<Vec<u8>> {
    let pdf = SignedPdf::open(file, &Limits::default())?;
    let [signature] = pdf.signatures() else { anyhow::bail!("not one signature") };
    Ok(signature.contents().to_vec())
}
