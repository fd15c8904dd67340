//! A PEM text with one block, read without the code under test.

/// The octets of the block.
pub(crate) fn der(text: &str) -> Vec<u8> {
    let body = text.lines().filter(|line| !line.starts_with("-----"));
    let (mut octets, mut bits, mut count) = (Vec::new(), 0_u32, 0_u32);
    for digit in body.flat_map(str::bytes).filter(|digit| !matches!(digit, b'=' | b' ' | b'\r')) {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            other => panic!("{other:#x} is no digit of base64"),
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            octets.extend(u8::try_from((bits >> count) & 0xff));
        }
    }
    octets
}
