//! The markers of a JPEG (ITU-T T.81, annex B): enough to know that a PDF may contain it (ISO 32000-2, 7.4.8), and what
//! its dictionary must say. The compressed data are not decoded.

/// What an image dictionary must know of a JPEG.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Jpeg {
    pub(super) width: u16,
    pub(super) height: u16,
    pub(super) components: u8,
    /// It has Adobe's marker (APP14), whose CMYK is inverted.
    pub(super) is_adobe: bool,
    /// The file from its start to its end marker, without notes.
    pub(super) data: Vec<u8>,
}

/// Why a file is no JPEG that a PDF may contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JpegFault {
    /// It does not begin with the start marker.
    #[error("no start of image")]
    NoStart,
    /// It ends before its end marker, or inside a segment.
    #[error("it is cut off")]
    Truncated,
    /// A segment does not begin with a marker, or is shorter than its own length.
    #[error("a damaged segment")]
    Segment,
    /// Arithmetic coding, lossless or hierarchical: 7.4.8 wants Huffman-coded baseline or progressive ones.
    #[error("a coding process that PDF does not have (SOF marker {marker:#04x})")]
    Process {
        /// The second octet of the marker.
        marker: u8,
    },
    /// More or fewer than eight bits a sample.
    #[error("samples of {bits} bits")]
    Precision {
        /// Bits of a sample.
        bits: u8,
    },
    /// Neither one, three nor four components.
    #[error("{components} components")]
    Components {
        /// Components.
        components: u8,
    },
    /// No extent, or a height that stands elsewhere.
    #[error("a picture without extent")]
    NoExtent,
    /// No frame, two of them, or no scan after it.
    #[error("not exactly one frame with a scan")]
    Frame,
    /// Components named R, G, B without Adobe's marker: readers differ on what they are.
    #[error("colours that readers understand differently")]
    Ambiguous,
}

const START: &[u8] = &[0xFF, 0xD8];

/// Reads the markers from the start to the end of the image.
pub(super) fn parse(file: &[u8]) -> Result<Jpeg, JpegFault> {
    let mut rest = file.strip_prefix(START).ok_or(JpegFault::NoStart)?;
    let mut data = START.to_vec();
    let mut frame: Option<Frame> = None;
    let (mut is_adobe, mut has_scan) = (false, false);
    loop {
        let (marker, after) = marker(rest)?;
        data.extend_from_slice(&[0xFF, marker]);
        rest = after;
        // End of image; start, restart and TEM have no segment and no place here.
        match marker {
            0xD9 => break,
            0x01 | 0xD0..=0xD8 => return Err(JpegFault::Segment),
            _ => {}
        }
        let (segment, after) = segment(rest)?;
        rest = after;
        let content = segment.get(2..).unwrap_or_default();
        match marker {
            // Huffman tables, quantization tables, restart interval, JFIF.
            0xC4 | 0xDB | 0xDD | 0xE0 => {}
            0xC0..=0xC2 => {
                if frame.is_some() {
                    return Err(JpegFault::Frame);
                }
                frame = Some(Frame::read(content)?);
            }
            0xC3 | 0xC5..=0xCF => return Err(JpegFault::Process { marker }),
            0xEE if content.starts_with(b"Adobe") => is_adobe = true,
            0xDA => {
                if frame.is_none() {
                    return Err(JpegFault::Frame);
                }
                has_scan = true;
            }
            // Notes: Exif, thumbnails, profiles, comments.
            0xE1..=0xEF | 0xFE => {
                data.truncate(data.len().saturating_sub(2));
                continue;
            }
            _ => return Err(JpegFault::Segment),
        }
        data.extend_from_slice(segment);
        if marker == 0xDA {
            let length = scan_length(rest).ok_or(JpegFault::Truncated)?;
            let (scan, after) = rest.split_at_checked(length).ok_or(JpegFault::Truncated)?;
            data.extend_from_slice(scan);
            rest = after;
        }
    }
    let Frame { width, height, components, is_named_rgb } = frame.filter(|_| has_scan).ok_or(JpegFault::Frame)?;
    if is_named_rgb && !is_adobe {
        return Err(JpegFault::Ambiguous);
    }
    Ok(Jpeg { width, height, components, is_adobe, data })
}

#[derive(Clone, Copy)]
struct Frame {
    width: u16,
    height: u16,
    components: u8,
    is_named_rgb: bool,
}

impl Frame {
    /// B.2.2: precision, lines, samples a line, components.
    fn read(content: &[u8]) -> Result<Self, JpegFault> {
        let [bits, h0, h1, w0, w1, components, specifications @ ..] = content else {
            return Err(JpegFault::Segment);
        };
        if *bits != 8 {
            return Err(JpegFault::Precision { bits: *bits });
        }
        if !matches!(components, 1 | 3 | 4) {
            return Err(JpegFault::Components { components: *components });
        }
        let specifications = specifications.as_chunks::<3>();
        if specifications.0.len() != usize::from(*components) || !specifications.1.is_empty() {
            return Err(JpegFault::Segment);
        }
        let (height, width) = (u16::from_be_bytes([*h0, *h1]), u16::from_be_bytes([*w0, *w1]));
        if width == 0 || height == 0 {
            return Err(JpegFault::NoExtent);
        }
        let is_named_rgb = specifications.0.iter().map(|[name, ..]| *name).eq(*b"RGB");
        Ok(Self { width, height, components: *components, is_named_rgb })
    }
}

/// The second octet of a marker, which any number of 0xFF may precede (B.1.1.2).
fn marker(octets: &[u8]) -> Result<(u8, &[u8]), JpegFault> {
    let rest = octets.strip_prefix(&[0xFF]).ok_or(if octets.is_empty() {
        JpegFault::Truncated
    } else {
        JpegFault::Segment
    })?;
    let fill = rest.iter().take_while(|octet| **octet == 0xFF).count();
    match rest.get(fill..).and_then(<[u8]>::split_first) {
        Some((0, _)) => Err(JpegFault::Segment),
        Some((marker, rest)) => Ok((*marker, rest)),
        None => Err(JpegFault::Truncated),
    }
}

/// A segment with its two octets of length (B.1.1.4).
fn segment(octets: &[u8]) -> Result<(&[u8], &[u8]), JpegFault> {
    let [high, low, ..] = octets else { return Err(JpegFault::Truncated) };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    if length < 2 {
        return Err(JpegFault::Segment);
    }
    octets.split_at_checked(length).ok_or(JpegFault::Truncated)
}

/// Where the next marker stands that does not belong to the scan: neither a stuffed zero nor a restart (B.1.1.5).
fn scan_length(octets: &[u8]) -> Option<usize> {
    octets.array_windows().position(|[first, second]| *first == 0xFF && !matches!(second, 0 | 0xD0..=0xD7 | 0xFF))
}
