//! How many worn, blurred, dim, tilted and compressed pictures of seals are read, and how long a large photograph takes.
//!
//! Run: `cargo bench -p tests --bench qr [-- SHOTS]`. Each share comes with its 95 % interval (Wilson).

use std::time::{Duration, Instant};

use tests::degraded::{Condition, Symbol, photograph, seal_text, take};
use verifier::qr::{Limits, read_image};

const PIXELS_A_MODULE: [f32; 5] = [2.0, 2.5, 3.0, 4.0, 5.0];

fn main() {
    let shots: u64 = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(40);
    println!("seals read, of {shots} shots a cell\n");
    for symbol in [Symbol::V10M, Symbol::V12Q] {
        for pixels in PIXELS_A_MODULE {
            for condition in &Condition::ALL {
                cell(symbol, pixels, condition, shots);
            }
        }
    }
    println!("\nphotographs of 4,000 by 3,000 pixels, JPEG, decoding included");
    timing();
}

fn cell(symbol: Symbol, pixels: f32, condition: &Condition, shots: u64) {
    let text = seal_text();
    let drawn = symbol.draw(&text);
    let (mut read, mut total, mut longest) = (0_u64, Duration::ZERO, Duration::ZERO);
    for seed in 0..shots {
        let picture = take(&drawn, condition, pixels, seed).to_jpeg(condition.jpeg_quality);
        let begun = Instant::now();
        let texts = read_image(&picture, &Limits::default());
        let took = begun.elapsed();
        (total, longest) = (total + took, longest.max(took));
        match texts {
            Ok(texts) if texts == [text.clone()] => read += 1,
            Ok(texts) => assert!(texts.is_empty(), "a text that is not there was read: {texts:?}"),
            Err(_) => {}
        }
    }
    let (low, high) = wilson(read, shots);
    println!(
        "{:<6} {pixels:>4.2} px/module  {:<10} {read:>4}/{shots}  {low:>5.1} % to {high:>5.1} %   mean {:>5.0} ms, longest {:>5.0} ms",
        symbol.name(),
        condition.name,
        total.as_secs_f64() * 1e3 / shots as f64,
        longest.as_secs_f64() * 1e3,
    );
}

/// The interval that holds the true share with 95 % confidence, in percent.
fn wilson(hits: u64, tries: u64) -> (f64, f64) {
    let (z, n) = (1.96_f64, tries as f64);
    let share = hits as f64 / n;
    let middle = share + z * z / (2.0 * n);
    let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 100.0 / (1.0 + z * z / n);
    (((middle - half) * scale).max(0.0), ((middle + half) * scale).min(100.0))
}

fn timing() {
    let drawn = Symbol::V10M.draw(&seal_text());
    let worn = Condition { wear: 0.1, ..Condition::CLEAN };
    let cases = [
        ("clean, 4 px/module", Some((4.0, Condition::CLEAN))),
        ("clean, 8 px/module", Some((8.0, Condition::CLEAN))),
        ("clean, 20 px/module", Some((20.0, Condition::CLEAN))),
        ("crease 0.1, 6 px/module", Some((6.0, worn))),
        ("no seal", None),
    ];
    for (name, case) in cases {
        let shot = case.map(|(pixels, condition)| take(&drawn, &condition, pixels, 1));
        let picture = photograph(shot.as_ref(), 4_000, 3_000).to_jpeg(85);
        let mut times: Vec<_> = (0..5)
            .map(|_| {
                let begun = Instant::now();
                let texts = read_image(&picture, &Limits::default());
                (begun.elapsed(), texts.map(|texts| texts.len()))
            })
            .collect();
        times.sort_by_key(|(took, _)| *took);
        println!("{name:<26} median {:>5.0} ms   {:?}", times[2].0.as_secs_f64() * 1e3, times[2].1);
    }
}
