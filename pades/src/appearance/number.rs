//! Numbers as PDF writes them (ISO 32000-2, 7.3.3): no exponent, no more digits than mean something.

/// Appends a number with up to five decimals: finer than any printer, coarse enough to be the same everywhere.
pub(super) fn push(out: &mut Vec<u8>, number: f64) {
    let written = format!("{number:.5}");
    let written = written.trim_end_matches('0').trim_end_matches('.');
    out.extend_from_slice(if written == "-0" { "0" } else { written }.as_bytes());
}

/// Appends numbers with a space behind each.
pub(super) fn push_all(out: &mut Vec<u8>, numbers: &[f64]) {
    for number in numbers {
        push(out, *number);
        out.push(b' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_no_exponent_and_no_needless_digits() {
        let mut out = Vec::new();
        push_all(&mut out, &[0.0, -0.0, 10.0, 100.5, -1e-9, 1e-5, 0.333_333_3, 1e9, -12.250]);
        assert_eq!(out, b"0 0 10 100.5 0 0.00001 0.33333 1000000000 -12.25 ");
    }
}
