//! What an incremental update adds, held against the rules of PDF/A-1 (ISO 19005-1) and PDF/A-2 (ISO 19005-2) that an update can break.
//!
//! It is no validator of PDF/A: it takes for granted that the file was one before, and looks at the objects that are new or were changed.
//! Clauses are given as PART:CLAUSE.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use lopdf::{Dictionary, Document, Object, Stream, content::Content};
use skrifa::{
    FontRef, GlyphId, MetadataProvider,
    instance::{LocationRef, Size},
};

/// A part of ISO 19005.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// PDF/A-1.
    One,
    /// PDF/A-2.
    Two,
}

/// The faults that the update of `before` to `after` makes.
///
/// # Errors
///
/// When one of them cannot be read, or the second is no update of the first.
pub fn faults(before: &[u8], after: &[u8], part: Part) -> anyhow::Result<BTreeSet<String>> {
    let update = after.strip_prefix(before).context("an incremental update")?;
    let mut faults = faults_of_objects(before, after, part)?;
    let has = |word: &[u8]| update.windows(word.len()).any(|window| window == word);
    if part == Part::One && (has(b"/ObjStm") || has(b"/XRef")) {
        faults.insert("1:6.1.4 an object stream or a cross-reference stream, which PDF 1.4 does not have".to_owned());
    }
    Ok(faults)
}

/// The faults of the objects that `after` has and `before` has not, or has otherwise.
///
/// # Errors
///
/// When one of them cannot be read.
pub fn faults_of_objects(before: &[u8], after: &[u8], part: Part) -> anyhow::Result<BTreeSet<String>> {
    let (old, new) = (Document::load_mem(before)?, Document::load_mem(after)?);
    let mut checker = Checker { document: &new, part, faults: BTreeSet::new() };
    if old.trailer.has(b"ID") && !new.trailer.has(b"ID") {
        checker.fault("1:6.1.3", "the trailer lost its ID");
    }
    for (_, object) in new.objects.iter().filter(|(id, object)| old.objects.get(id) != Some(object)) {
        checker.object(object);
    }
    checker.catalog()?;
    Ok(checker.faults)
}

struct Checker<'d> {
    document: &'d Document,
    part: Part,
    faults: BTreeSet<String>,
}

impl Checker<'_> {
    fn fault(&mut self, clause: &str, what: &str) {
        self.faults.insert(format!("{clause} {what}"));
    }

    fn follow<'o>(&'o self, object: &'o Object) -> &'o Object {
        self.document.dereference(object).map_or(object, |(_, object)| object)
    }

    fn get<'o>(&'o self, dictionary: &'o Dictionary, key: &str) -> Option<&'o Object> {
        dictionary.get(key.as_bytes()).ok().map(|object| self.follow(object))
    }

    fn is(&self, dictionary: &Dictionary, key: &str, name: &str) -> bool {
        self.get(dictionary, key).and_then(|value| value.as_name().ok()) == Some(name.as_bytes())
    }

    /// Limits and everything inside; references are objects of their own.
    fn object(&mut self, object: &Object) {
        match object {
            Object::Integer(value) if i32::try_from(*value).is_err() => {
                self.fault("1:6.1.12", "an integer over 32 bits")
            }
            Object::Real(value) if value.abs() > 32_767.0 && self.part == Part::One => {
                self.fault("1:6.1.12", "a real over 32,767");
            }
            Object::Name(name) if name.len() > 127 => self.fault("1:6.1.12", "a name over 127 octets"),
            // A hexadecimal string in the file has twice as many digits; what is limited are its octets.
            Object::String(octets, _) if octets.len() > 32_767 => self.fault("2:6.1.13", "a string over 32,767 octets"),
            Object::Array(items) => {
                if items.len() > 8_191 && self.part == Part::One {
                    self.fault("1:6.1.12", "an array over 8,191 elements");
                }
                items.iter().for_each(|item| self.object(item));
            }
            Object::Dictionary(dictionary) => self.dictionary(dictionary),
            Object::Stream(stream) => {
                self.dictionary(&stream.dict);
                self.stream(stream);
            }
            _ => {}
        }
    }

    fn dictionary(&mut self, dictionary: &Dictionary) {
        dictionary.iter().for_each(|(_, value)| self.object(value));
        if self.part == Part::One {
            if self.get(dictionary, "SMask").is_some_and(|mask| mask.as_name().ok() != Some(b"None")) {
                self.fault("1:6.4", "a soft mask");
            }
            let opaque = |value: &Object| value.as_float().is_ok_and(|value| value == 1.0);
            if ["ca", "CA"].iter().any(|key| self.get(dictionary, key).is_some_and(|value| !opaque(value))) {
                self.fault("1:6.4", "an opacity");
            }
            if let Some(Object::Dictionary(group)) = self.get(dictionary, "Group")
                && self.is(group, "S", "Transparency")
            {
                self.fault("1:6.4", "a transparency group");
            }
        } else if dictionary.has(b"SMask") && self.components() == 0 {
            self.fault("2:6.2.10", "transparency without an output intent or a colour space for blending");
        }
        if dictionary.has(b"BM") && !self.is(dictionary, "BM", "Normal") {
            self.fault("1:6.4", "a blend mode");
        }
        if self.is(dictionary, "Subtype", "Widget") {
            self.widget(dictionary);
        }
        if self.is(dictionary, "Subtype", "Type0") {
            self.font(dictionary);
        } else if self.is(dictionary, "Type", "Font") && !self.is(dictionary, "Subtype", "CIDFontType2") {
            self.fault("1:6.3.4", "a font of a kind that is not looked into");
        }
        if let Some(Object::Array(references)) = self.get(dictionary, "Reference") {
            let digests = ["DigestLocation", "DigestMethod", "DigestValue"];
            let digested = |reference: &Object| {
                self.follow(reference)
                    .as_dict()
                    .is_ok_and(|entries| digests.iter().any(|key| entries.has(key.as_bytes())))
            };
            if references.iter().any(digested) {
                self.fault("2:6.1.12", "a digest in a signature reference");
            }
        }
    }

    fn stream(&mut self, stream: &Stream) {
        let dictionary = &stream.dict;
        if ["F", "FFilter", "FDecodeParms"].iter().any(|key| dictionary.has(key.as_bytes())) {
            self.fault("1:6.1.7", "a stream in another file");
        }
        let filters = stream.filters().unwrap_or_default();
        if filters.iter().any(|filter| ["LZWDecode", "LZW", "Crypt", "JPXDecode"].map(str::as_bytes).contains(filter)) {
            self.fault("1:6.1.10", "a filter that is not allowed");
        }
        if self.is(dictionary, "Subtype", "Image") {
            self.image(dictionary);
        }
        if self.is(dictionary, "Subtype", "Form") {
            if ["OPI", "PS", "Ref", "Subtype2"].iter().any(|key| dictionary.has(key.as_bytes())) {
                self.fault("1:6.2.5", "a form with OPI, PS or Ref");
            }
            match stream
                .decompressed_content()
                .map_err(anyhow::Error::from)
                .and_then(|data| Ok(Content::decode(&data)?))
            {
                Ok(content) => self.content(dictionary, &content),
                Err(_) => self.fault("1:6.2.10", "a content stream that cannot be read"),
            }
        }
    }

    fn image(&mut self, dictionary: &Dictionary) {
        if ["Alternates", "OPI"].iter().any(|key| dictionary.has(key.as_bytes())) {
            self.fault("1:6.2.4", "an image with alternates or OPI");
        }
        if self.get(dictionary, "Interpolate").is_some_and(|value| value.as_bool().ok() != Some(false)) {
            self.fault("1:6.2.4", "an interpolated image");
        }
        // A mask's values are no colours.
        let mask = self.get(dictionary, "ImageMask").is_some_and(|value| value.as_bool().ok() == Some(true));
        let space = match self.get(dictionary, "ColorSpace") {
            Some(Object::Array(indexed)) => indexed.get(1).map(|base| self.follow(base)),
            space => space,
        };
        if let Some(Ok(space)) = space.map(Object::as_name)
            && !mask
        {
            let space = space.to_vec();
            self.colour(&space);
        }
    }

    /// Components of the output intent; 0 without one.
    fn components(&self) -> i64 {
        let components = || {
            let intents = self.get(self.document.catalog().ok()?, "OutputIntents")?.as_array().ok()?;
            let intent = self.follow(intents.first()?).as_dict().ok()?;
            self.get(&self.get(intent, "DestOutputProfile")?.as_stream().ok()?.dict, "N")?.as_i64().ok()
        };
        components().unwrap_or_default()
    }

    fn colour(&mut self, space: &[u8]) {
        let intent = self.components();
        let fits = match space {
            b"DeviceGray" | b"G" => intent > 0,
            b"DeviceRGB" | b"RGB" => intent == 3,
            b"DeviceCMYK" | b"CMYK" => intent == 4,
            _ => true,
        };
        if !fits {
            let space = String::from_utf8_lossy(space).into_owned();
            self.fault("1:6.2.3.3", &format!("{space} beside an output intent of {intent} components"));
        }
    }

    fn content(&mut self, form: &Dictionary, content: &Content) {
        const OPERATORS: [&str; 29] = [
            "q", "Q", "cm", "w", "J", "j", "M", "d", "i", "re", "m", "l", "c", "h", "S", "s", "f", "f*", "W", "n", "g",
            "G", "rg", "RG", "BT", "ET", "Tf", "Td", "Tj",
        ];
        let mut depth = 0_usize;
        let mut font = None;
        let mut shown = BTreeMap::<Vec<u8>, BTreeSet<u16>>::new();
        for operation in &content.operations {
            match operation.operator.as_str() {
                "q" => depth += 1,
                "Q" => depth = depth.saturating_sub(1),
                "g" | "G" => self.colour(b"DeviceGray"),
                "rg" | "RG" => self.colour(b"DeviceRGB"),
                "Tf" => font = operation.operands.first().and_then(|name| name.as_name().ok()).map(<[u8]>::to_vec),
                "Tj" => {
                    let octets = operation.operands.first().and_then(|text| text.as_str().ok()).unwrap_or_default();
                    let cids = octets.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
                    shown.entry(font.clone().unwrap_or_default()).or_default().extend(cids);
                }
                "Do" => {}
                other if OPERATORS.contains(&other) => {}
                other => self.fault("1:6.2.10", &format!("the operator {other}, which is not looked into")),
            }
            if depth > 28 {
                self.fault("1:6.1.12", "more than 28 graphics states");
            }
        }
        let Some(resources) = self.get(form, "Resources").and_then(|value| value.as_dict().ok()).cloned() else {
            return self.fault("1:6.2.10", "no resources");
        };
        for (name, cids) in shown {
            let fonts = self.get(&resources, "Font").and_then(|fonts| fonts.as_dict().ok());
            let font =
                fonts.and_then(|fonts| self.get(fonts, &String::from_utf8_lossy(&name))?.as_dict().ok()).cloned();
            match font {
                Some(font) => self.glyphs(&font, &cids),
                None => self.fault("1:6.3.4", "text in a font that is not there"),
            }
        }
    }

    fn widget(&mut self, widget: &Dictionary) {
        let flags = self.get(widget, "F").and_then(|flags| flags.as_i64().ok()).unwrap_or_default();
        let (invisible, hidden, print, no_view, toggle) = (1, 2, 4, 32, 256);
        if flags & print == 0 || flags & (invisible | hidden | no_view) != 0 {
            self.fault("1:6.5.3", "an annotation that is not printed or not shown");
        }
        if flags & toggle != 0 {
            self.fault("2:6.3.2", "an annotation that is shown now and then");
        }
        if ["A", "AA"].iter().any(|key| widget.has(key.as_bytes())) {
            self.fault("1:6.6.1", "a widget with an action");
        }
        let edges: Vec<f32> = match self.get(widget, "Rect") {
            Some(Object::Array(edges)) => edges.iter().filter_map(|edge| self.follow(edge).as_float().ok()).collect(),
            _ => Vec::new(),
        };
        let is_seen = matches!(edges[..], [left, low, right, high] if left != right && low != high);
        let appearance = self.get(widget, "AP").and_then(|appearance| appearance.as_dict().ok());
        let normal = appearance.is_some_and(|entries| {
            entries.len() == 1 && self.get(entries, "N").is_some_and(|normal| normal.as_stream().is_ok())
        });
        if is_seen && !normal {
            self.fault("1:6.5.3", "an appearance that is not exactly one stream");
        }
    }

    /// What a Type 0 font must have, whatever is written with it.
    fn font(&mut self, font: &Dictionary) {
        if self.parts(font).is_none() {
            self.fault("1:6.3.4", "a font that is not embedded, or lacks /W, /CIDToGIDMap or its descriptor");
        }
        let encoding = self.is(font, "Encoding", "Identity-H") || self.is(font, "Encoding", "Identity-V");
        if !encoding {
            self.fault("1:6.3.3.3", "a CMap that is not embedded");
        }
        if self.to_unicode(font).is_none_or(|map| map.is_empty()) {
            self.fault("1:6.3.8", "no ToUnicode");
        }
    }

    /// Each glyph that is written is in the font program, in /CIDSet and in ToUnicode, and as wide as the program says.
    fn glyphs(&mut self, font: &Dictionary, cids: &BTreeSet<u16>) {
        let Some((program, widths, set)) = self.parts(font) else {
            return self.fault("1:6.3.4", "a font that is not embedded");
        };
        let Ok(program) = FontRef::new(&program) else { return self.fault("1:6.3.4", "a font program that is none") };
        let metrics = program.glyph_metrics(Size::new(1000.0), LocationRef::default());
        let unicode = self.to_unicode(font).unwrap_or_default();
        for cid in cids {
            match (metrics.advance_width(GlyphId::from(*cid)), widths.get(cid)) {
                (Some(advance), Some(width)) if (advance - width).abs() <= 1.0 => {}
                (None, _) => self.fault("1:6.3.4", &format!("glyph {cid} is not in the font program")),
                (advance, width) => {
                    self.fault("1:6.3.6", &format!("glyph {cid} has the advance {advance:?} and the width {width:?}"));
                }
            }
            if !unicode.contains(cid) {
                self.fault("1:6.3.8", &format!("glyph {cid} stands for no character"));
            }
        }
        let count = usize::from(metrics.glyph_count() as u16);
        let is_set = |cid: usize| {
            set.as_ref().is_some_and(|set| set.get(cid / 8).is_some_and(|octet| octet & (0x80 >> (cid % 8)) != 0))
        };
        match (&set, self.part) {
            (None, Part::One) => self.fault("1:6.3.5", "no /CIDSet"),
            (Some(_), _) if !(0..count).all(is_set) => self.fault("2:6.2.11.4.2", "a /CIDSet that is not whole"),
            _ => {}
        }
    }

    /// Font program, widths by CID, and /CIDSet of a Type 0 font.
    #[expect(clippy::type_complexity, reason = "three things of one font, used twice")]
    fn parts(&self, font: &Dictionary) -> Option<(Vec<u8>, BTreeMap<u16, f32>, Option<Vec<u8>>)> {
        let descendants = self.get(font, "DescendantFonts")?.as_array().ok()?;
        let descendant = self.follow(descendants.first()?).as_dict().ok()?;
        if !self.is(descendant, "CIDToGIDMap", "Identity") {
            return None;
        }
        let descriptor = self.get(descendant, "FontDescriptor")?.as_dict().ok()?;
        let program = self.get(descriptor, "FontFile2")?.as_stream().ok()?.decompressed_content().ok()?;
        let set = self.get(descriptor, "CIDSet").and_then(|set| set.as_stream().ok()?.decompressed_content().ok());
        let mut widths = BTreeMap::new();
        let mut items = self.get(descendant, "W")?.as_array().ok()?.iter();
        while let (Some(first), Some(list)) = (items.next(), items.next()) {
            let first = u16::try_from(first.as_i64().ok()?).ok()?;
            for (cid, width) in (first..).zip(self.follow(list).as_array().ok()?) {
                widths.insert(cid, width.as_float().ok()?);
            }
        }
        Some((program, widths, set))
    }

    /// The CIDs that the ToUnicode map gives a character for, singly or in ranges (ISO 32000-2, 9.10.3), one entry a line.
    fn to_unicode(&self, font: &Dictionary) -> Option<BTreeSet<u16>> {
        let map = self.get(font, "ToUnicode")?.as_stream().ok()?;
        let map = map.decompressed_content().unwrap_or_else(|_| map.content.clone());
        let map = String::from_utf8(map).ok()?;
        let mut cids = BTreeSet::new();
        for kind in ["bfchar", "bfrange"] {
            for block in map.split(&format!("begin{kind}")).skip(1).filter_map(|block| block.split("end").next()) {
                for line in block.lines().filter(|line| line.starts_with('<')) {
                    let entry: Vec<_> = line.split(' ').map(|token| token.trim_matches(['<', '>'])).collect();
                    let [first, .., unicode] = entry[..] else { return None };
                    let last = if kind == "bfrange" { *entry.get(1)? } else { first };
                    let [first, last] = [first, last].map(|cid| u16::from_str_radix(cid, 16).ok());
                    // These three stand for nothing.
                    if !["0000", "FFFE", "FEFF"].contains(&unicode) {
                        cids.extend(first?..=last?);
                    }
                }
            }
        }
        Some(cids)
    }

    fn catalog(&mut self) -> anyhow::Result<()> {
        let catalog = self.document.catalog()?.clone();
        if let Some(Object::Dictionary(permissions)) = self.get(&catalog, "Perms")
            && permissions.iter().any(|(key, _)| key != b"DocMDP" && key != b"UR3")
        {
            self.fault("2:6.1.12", "a permission other than DocMDP and UR3");
        }
        if let Some(Object::Dictionary(form)) = self.get(&catalog, "AcroForm") {
            let form = form.clone();
            if self.get(&form, "NeedAppearances").is_some_and(|value| value.as_bool().ok() != Some(false)) {
                self.fault("1:6.9", "a form whose appearances are to be made by the reader");
            }
            if form.has(b"XFA") {
                self.fault("2:6.4.2", "an XFA form");
            }
        }
        Ok(())
    }
}
