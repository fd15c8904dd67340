//! Measures several things in turn, so that noise of the machine strikes all of them, and tells medians and ratios of one run.

use std::time::{Duration, Instant};

/// Rounds in which each thing is measured once.
const ROUNDS: usize = 9;
/// How long each thing runs in a round.
const SPAN: Duration = Duration::from_millis(300);

/// Something that can be done again and again.
pub(crate) struct Work<'a> {
    pub(crate) name: &'static str,
    pub(crate) once: Box<dyn FnMut() + 'a>,
}

impl<'a> Work<'a> {
    pub(crate) fn new(name: &'static str, once: impl FnMut() + 'a) -> Self {
        Self { name, once: Box::new(once) }
    }
}

/// Times a second that each thing was done: the median over the rounds, in the order given.
pub(crate) fn per_second(works: &mut [Work<'_>]) -> Vec<f64> {
    let mut rates = vec![Vec::with_capacity(ROUNDS); works.len()];
    for _ in 0..ROUNDS {
        for (work, rates) in works.iter_mut().zip(&mut rates) {
            let (begun, mut times) = (Instant::now(), 0_u32);
            while begun.elapsed() < SPAN {
                (work.once)();
                times += 1;
            }
            rates.push(f64::from(times) / begun.elapsed().as_secs_f64());
        }
    }
    rates.into_iter().map(median).collect()
}

/// The middle of a list that is not empty.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Prints one line: a rate, and what share it is of another.
pub(crate) fn print(name: &str, per_second: f64, of: Option<(&str, f64)>) {
    let share = of.map_or_else(String::new, |(what, rate)| format!("   {:.2} x {what}", per_second / rate));
    println!("{name:<58} {per_second:>9.0} /s{share}");
}
