//! Pixels to image dictionaries (ISO 32000-2, 8.9.5): the smallest colour space that holds them, a soft mask for their
//! transparency (11.6.5.2), or a stencil of them (8.9.6.2).

use std::collections::BTreeMap;

use super::deflate;
use super::image::stream;
use super::shared::{Piece, SharedObjects};
use crate::pdf::paeth;

/// A picture, its pixels from left to right and from top to bottom: red, green, blue, alpha.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Raster {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) pixels: Vec<[u8; 4]>,
}

/// Half of what an octet holds: from here on a pixel is opaque, up to here it is dark.
const HALF: u8 = 128;

/// The picture, and its entry in `/ProcSet`.
pub(super) fn objects(raster: &Raster) -> (&'static str, SharedObjects) {
    let colours = visible_colours(raster);
    let (space, bits, procedures, rows) = encode(raster, &colours);
    let size = format!("/Width {} /Height {}", raster.width, raster.height);
    let image = |entries: &str, data: &[u8]| {
        [b"<< /Type /XObject /Subtype /Image ".as_slice(), entries.as_bytes(), data].concat()
    };
    let picture = compressed(&rows);
    let is_opaque = raster.pixels.iter().all(|[.., alpha]| *alpha == u8::MAX);
    let entries = format!("{size} /ColorSpace {space} /BitsPerComponent {bits} ");
    let parameters = picture.parameters(rows.colours, bits, raster.width);
    if is_opaque {
        let data = image(&format!("{entries}{parameters}"), &picture.tail());
        return (procedures, SharedObjects::new(vec![vec![Piece::Octets(data)]]));
    }
    let alpha = Rows {
        octets: raster.pixels.iter().map(|[.., alpha]| *alpha).collect(),
        width: raster.width as usize,
        pixel: 1,
        colours: 1,
        is_filtered: true,
    };
    let mask = compressed(&alpha);
    let mask_entries =
        format!("{size} /ColorSpace /DeviceGray /BitsPerComponent 8 {}", mask.parameters(1, 8, raster.width));
    let parts = vec![
        vec![
            Piece::Octets(image(&format!("{entries}/SMask "), b"")),
            Piece::Reference(1),
            Piece::Octets([format!(" {parameters}").as_bytes(), &picture.tail()].concat()),
        ],
        vec![Piece::Octets(image(&mask_entries, &mask.tail()))],
    ];
    (procedures, SharedObjects::new(parts))
}

/// The stencil, `None` when nothing would be painted.
pub(super) fn stencil(raster: &Raster) -> Option<SharedObjects> {
    let is_opaque = raster.pixels.iter().all(|[.., alpha]| *alpha == u8::MAX);
    let is_painted = |[red, green, blue, alpha]: &[u8; 4]| {
        if is_opaque { luminance([*red, *green, *blue]) < HALF } else { *alpha >= HALF }
    };
    if !raster.pixels.iter().any(is_painted) {
        return None;
    }
    // A bit that is 0 is painted (8.9.6.2).
    let rows = pack(raster, 1, |pixel| u8::from(!is_painted(pixel)));
    let entries = format!(
        "/Type /XObject /Subtype /Image /Width {} /Height {} /ImageMask true /BitsPerComponent 1 ",
        raster.width, raster.height
    );
    Some(SharedObjects::new(vec![vec![Piece::Octets(stream(&entries, &deflate::thoroughly(&rows)))]]))
}

/// As the eye weighs the primaries (ITU-R BT.601), in 1/256.
fn luminance([red, green, blue]: [u8; 3]) -> u8 {
    let weighed = u32::from(red)
        .saturating_mul(77)
        .saturating_add(u32::from(green).saturating_mul(150))
        .saturating_add(u32::from(blue).saturating_mul(29));
    u8::try_from(weighed >> 8).unwrap_or(u8::MAX)
}

/// Colours with those of pixels that nobody sees replaced by the last one seen: they cost nothing then, and leave no
/// fringe where a reader blends neighbours.
fn visible_colours(raster: &Raster) -> Vec<[u8; 3]> {
    let first = raster.pixels.iter().find(|[.., alpha]| *alpha > 0);
    let mut last = first.map_or([u8::MAX; 3], |[red, green, blue, _]| [*red, *green, *blue]);
    let visible = raster.pixels.iter().map(|[red, green, blue, alpha]| {
        if *alpha > 0 {
            last = [*red, *green, *blue];
        }
        last
    });
    visible.collect()
}

/// Sample data before compression.
struct Rows {
    octets: Vec<u8>,
    /// Octets of a row.
    width: usize,
    /// Octets of a pixel.
    pixel: usize,
    colours: u8,
    /// Whether PNG's filters may help: they do for shades, not for indexes.
    is_filtered: bool,
}

/// The colour space, bits of a component, entry in `/ProcSet`, and samples.
fn encode(raster: &Raster, colours: &[[u8; 3]]) -> (String, u8, &'static str, Rows) {
    let width = raster.width as usize;
    let whole = |octets, pixel: usize, colours| Rows {
        octets,
        width: width.saturating_mul(pixel),
        pixel,
        colours,
        is_filtered: true,
    };
    if colours.iter().all(|[red, green, blue]| red == green && green == blue) {
        let octets = colours.iter().map(|[grey, ..]| *grey).collect();
        return ("/DeviceGray".to_owned(), 8, "/ImageB", whole(octets, 1, 1));
    }
    let mut palette: BTreeMap<[u8; 3], u8> = BTreeMap::new();
    for colour in colours {
        if palette.contains_key(colour) {
            continue;
        }
        // The 257th colour has no index.
        let Ok(index) = u8::try_from(palette.len()) else {
            return ("/DeviceRGB".to_owned(), 8, "/ImageC", whole(colours.concat(), 3, 3));
        };
        palette.insert(*colour, index);
    }
    let bits = match palette.len() {
        0..=2 => 1,
        3..=4 => 2,
        5..=16 => 4,
        _ => 8,
    };
    let mut in_order: Vec<_> = palette.iter().map(|(colour, index)| (*index, *colour)).collect();
    in_order.sort_unstable();
    let digits: String = in_order.iter().flat_map(|(_, colour)| colour).map(|octet| format!("{octet:02X}")).collect();
    let space = format!("[/Indexed /DeviceRGB {} <{digits}>]", palette.len().saturating_sub(1));
    let indexes: Vec<u8> = colours.iter().map(|colour| palette.get(colour).copied().unwrap_or_default()).collect();
    let octets = pack_samples(&indexes, width, bits);
    let row = width.saturating_mul(usize::from(bits)).div_ceil(8);
    (space, bits, "/ImageI", Rows { octets, width: row, pixel: 1, colours: 1, is_filtered: false })
}

fn pack(raster: &Raster, bits: u8, sample: impl Fn(&[u8; 4]) -> u8) -> Vec<u8> {
    let samples: Vec<u8> = raster.pixels.iter().map(sample).collect();
    pack_samples(&samples, raster.width as usize, bits)
}

/// Samples of 1, 2, 4 or 8 bits, each row beginning with an octet of its own (8.9.5.2).
fn pack_samples(samples: &[u8], width: usize, bits: u8) -> Vec<u8> {
    let per_octet = usize::from(8_u8.checked_div(bits).unwrap_or(1)).max(1);
    let mut octets = Vec::new();
    for row in samples.chunks(width.max(1)) {
        for group in row.chunks(per_octet) {
            let mut octet = 0_u16;
            for index in 0..per_octet {
                octet = (octet << bits) | u16::from(group.get(index).copied().unwrap_or_default());
            }
            octets.push(u8::try_from(octet & 0xFF).unwrap_or_default());
        }
    }
    octets
}

struct Compressed {
    data: Vec<u8>,
    is_predicted: bool,
}

impl Compressed {
    fn parameters(&self, colours: u8, bits: u8, width: u32) -> String {
        let predictor = if self.is_predicted {
            format!("/DecodeParms << /Predictor 15 /Colors {colours} /BitsPerComponent {bits} /Columns {width} >> ")
        } else {
            String::new()
        };
        format!("{predictor}/Filter /FlateDecode /Length {} >>\nstream\n", self.data.len())
    }

    fn tail(&self) -> Vec<u8> {
        [self.data.as_slice(), b"\nendstream"].concat()
    }
}

/// Deflated as they are or behind PNG's filters, whichever is smaller.
fn compressed(rows: &Rows) -> Compressed {
    let plain = deflate::thoroughly(&rows.octets);
    if rows.is_filtered {
        let predicted = deflate::thoroughly(&filtered(rows));
        if predicted.len() < plain.len() {
            return Compressed { data: predicted, is_predicted: true };
        }
    }
    Compressed { data: plain, is_predicted: false }
}

/// Each row behind the filter that leaves the smallest differences (PNG, 12.8).
fn filtered(rows: &Rows) -> Vec<u8> {
    let mut out = Vec::with_capacity(rows.octets.len());
    let mut above = vec![0; rows.width];
    for row in rows.octets.chunks(rows.width.max(1)) {
        let candidates = (0..=4_u8).map(|filter| (filter, differences(filter, row, &above, rows.pixel)));
        let cost =
            |differences: &[u8]| -> u64 { differences.iter().map(|d| u64::from((*d).min(d.wrapping_neg()))).sum() };
        if let Some((filter, differences)) = candidates.min_by_key(|(_, differences)| cost(differences)) {
            out.push(filter);
            out.extend_from_slice(&differences);
        }
        above = row.to_vec();
    }
    out
}

fn differences(filter: u8, row: &[u8], above: &[u8], pixel: usize) -> Vec<u8> {
    let before = |list: &[u8], index: usize| index.checked_sub(pixel).and_then(|at| list.get(at)).copied().unwrap_or(0);
    let difference = |(index, octet): (usize, &u8)| {
        let up = above.get(index).copied().unwrap_or(0);
        let (left, corner) = (before(row, index), before(above, index));
        octet.wrapping_sub(match filter {
            1 => left,
            2 => up,
            3 => left.midpoint(up),
            4 => paeth(left, up, corner),
            _ => 0,
        })
    };
    row.iter().enumerate().map(difference).collect()
}
