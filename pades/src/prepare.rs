//! Preparing: everything about the signed document but the CMS (ISO 32000-2, 7.5.6 and 12.8;
//! EN 319 142-1, 5 and 6.3).
//!
//! An incremental update adds the signature dictionary with a hole for the CMS, a field that
//! holds it, and the links that make the field part of the form and of the first page. Nothing
//! else changes. The result is deterministic: the same document and the same options give the
//! same octets, even the new `/ID`.

use sha2::{Digest, Sha256};

use crate::DocumentDigest;
#[cfg(feature = "appearance")]
use crate::appearance::Canvas;
use crate::options::{Appearance, DocMdpLevel, FieldChoice, PrepareOptions};
use crate::pdf::{Object, Ref};
use crate::prepared::PreparedPdf;
use crate::source::{Changes, Found, Sources};
use crate::unsigned::UnsignedPdf;
use crate::update::{Numbers, Update};
use crate::write_error::{Part, PrepareError};
use crate::{certification, form, page_tree, permissions, signature_dictionary};

/// `SigFlags`: signatures exist, append only (table 225).
const SIGNATURE_FLAGS: i64 = 3;
/// Annotation flags: Print and Locked (table 167). PDF/A wants Print.
const WIDGET_FLAGS: u32 = 4 | 128;
/// What an update costs beside `/Contents`, `/Reference` and the objects that are copied: room
/// that is reserved, not a limit.
const UPDATE_ROOM: usize = 4 * 1024;

impl UnsignedPdf {
    /// Adds the signature field, its dictionary and the hole for the CMS.
    ///
    /// # Errors
    /// [`PrepareError`] says whether the request or the document is to blame, and which part.
    pub fn prepare(self, options: &PrepareOptions) -> Result<PreparedPdf, PrepareError> {
        // 1. The request itself.
        options.check()?;

        // 2. The document as its newest revision shows it, and whether it may be signed.
        let plan = Plan::make(&self, options)?;

        // 3. The update: objects first, then the cross-reference section.
        let Plan { field_name, signature, objects, level, reference, previous, next_number } = plan;
        let input = self.into_bytes();
        let input_length = input.len();
        let mut covered = Sha256::new();
        covered.update(&input);
        let copied: usize = objects.iter().map(|(_, octets)| octets.len()).sum();
        let contents_digits = options.contents_size.octets().saturating_mul(2);
        let room = copied.saturating_add(contents_digits).saturating_add(UPDATE_ROOM);
        let mut update = Update::begin(input, previous, next_number, room);
        for (reference, octets) in objects {
            update.object(reference, |out| out.extend_from_slice(&octets));
        }
        let placeholder =
            update.object(signature, |out| signature_dictionary::write(out, options, reference.as_deref()));
        let second_id =
            revision_id(&covered, update.bytes(), [input_length, placeholder.gap.start, placeholder.gap.end]);
        let mut bytes = update.finish(second_id)?;

        // 4. The ByteRange is the last octet-changing step; after it everything is hashed, the
        //    input not a second time.
        placeholder.fill_byte_range(&mut bytes);
        let gap = placeholder.gap;
        covered.update(bytes.get(input_length..gap.start).expect("the gap lies in the update"));
        covered.update(bytes.get(gap.end..).expect("the gap lies in the update"));
        let document_digest = DocumentDigest::from_sha256(covered.finalize().into());
        let seal = options.seal.clone();
        Ok(PreparedPdf { bytes, input_length, gap, document_digest, field_name, level, seal })
    }
}

/// The second string of `/ID` (14.4): told from the content, so that it is the same every time.
/// The digits of the gap say nothing but their number, so only that is hashed.
fn revision_id(input: &Sha256, file: &[u8], [input_length, gap_start, gap_end]: [usize; 3]) -> [u8; 16] {
    let mut id = Sha256::new();
    id.update(b"teken revision\n");
    id.update(input.clone().finalize());
    id.update(gap_end.to_string());
    id.update(file.get(input_length..gap_start).unwrap_or_default());
    id.update(file.get(gap_end..).unwrap_or_default());
    let id: [u8; 32] = id.finalize().into();
    *id.first_chunk().expect("16 of 32 octets")
}

/// What will be written, worked out before the document is touched.
struct Plan {
    field_name: String,
    signature: Ref,
    /// New and changed objects, without the signature dictionary.
    objects: Vec<(Ref, Vec<u8>)>,
    /// What it certifies.
    level: Option<DocMdpLevel>,
    /// `/Reference` of the signature dictionary.
    reference: Option<Vec<u8>>,
    previous: crate::update::PreviousSection,
    next_number: Numbers,
}

impl Plan {
    fn make(document: &UnsignedPdf, options: &PrepareOptions) -> Result<Self, PrepareError> {
        let sources = Sources::newest(document.signed_pdf().document());
        let previous = sources.previous_section()?;
        let catalog = sources.catalog()?;
        let form = catalog.entry(&sources, "AcroForm", Part::AcroForm)?;
        check_xfa(&sources, &catalog)?;
        permissions::check_certification(&sources, &catalog, &options.field)?;
        let has_signatures = !document.signed_pdf().signatures().is_empty();
        let level = certification::level(&sources, &catalog, options.certification, has_signatures)?;

        let mut numbers = Numbers::after(&previous, document.promised().clone());
        let signature = numbers.allocate()?;
        let mut changes = Changes::default();
        let mut objects = Vec::new();
        let (field_name, lock) = match &options.field {
            FieldChoice::New => {
                let name = form::free_name(&sources, form.as_ref())?;
                if let Some(form) = form.as_ref().filter(|_| has_signatures) {
                    permissions::check_locks(&sources, &form::fields(&sources, form)?, &name, &options.field)?;
                }
                let field = numbers.allocate()?;
                let (page, place) = match &options.appearance {
                    Appearance::Invisible => (page_tree::page(&sources, &catalog, 0)?, NO_EXTENT.to_owned()),
                    #[cfg(feature = "appearance")]
                    Appearance::Visible(visible) => {
                        let page = page_tree::page(&sources, &catalog, visible.page)?;
                        let mut canvas = Canvas { sources: &sources, numbers: &mut numbers, objects: &mut objects };
                        let place = visible.on_page(&mut canvas, &page, form.as_ref().filter(|_| has_signatures))?;
                        (page, place)
                    }
                };
                objects.push((field, new_field(&name, &place, page.found.reference, signature)));
                add_to_page(&sources, &mut changes, &page.found, field)?;
                add_to_form(&sources, &mut changes, &catalog, form.as_ref(), field, &mut numbers, &mut objects)?;
                (name, None)
            }
            FieldChoice::Existing(name) => {
                let form = form.as_ref().ok_or(PrepareError::FieldNotFound)?;
                let fields = form::fields(&sources, form)?;
                let field = form::empty_signature_field(&fields, name)?;
                permissions::check_locks(&sources, &fields, name, &options.field)?;
                let lock = form::lock_of(&sources, &field.found)?;
                #[cfg(feature = "appearance")]
                if let Appearance::Visible(visible) = &options.appearance {
                    let mut canvas = Canvas { sources: &sources, numbers: &mut numbers, objects: &mut objects };
                    visible.in_field(&mut canvas, &catalog, field, form, &mut changes)?;
                }
                changes.set(&field.found, "V", signature.to_string().as_bytes(), Part::Field)?;
                set_signature_flags(&sources, &mut changes, form)?;
                (name.clone(), lock)
            }
        };
        if level.is_some() {
            certification::add_to_catalog(&sources, &mut changes, &catalog, signature)?;
        }
        objects.extend(changes.write());
        let reference = certification::reference(level, lock.as_ref(), catalog.reference);
        Ok(Self { field_name, signature, objects, level, reference, previous, next_number: numbers })
    }
}

/// A dynamic XFA form is drawn from its template, not from the pages (12.7.8, table 29).
fn check_xfa<'d>(sources: &Sources<'d>, catalog: &Found<'d>) -> Result<(), PrepareError> {
    match catalog.entry(sources, "NeedsRendering", Part::Catalog)? {
        Some(needs) if needs.value.object != Object::Boolean(false) => Err(PrepareError::DynamicXfa),
        _ => Ok(()),
    }
}

/// The place of an invisible signature.
const NO_EXTENT: &str = "/Rect [0 0 0 0]";

/// A field and its only widget in one dictionary (12.5.6.19). `place` is `/Rect`, and `/AP` where there is one.
fn new_field(name: &str, place: &str, page: Ref, signature: Ref) -> Vec<u8> {
    let mut out = b"<< /Type /Annot /Subtype /Widget /FT /Sig /T ".to_vec();
    signature_dictionary::push_text_string(&mut out, name);
    let rest = format!(" {place} /F {WIDGET_FLAGS} /P {page} /V {signature} >>");
    out.extend_from_slice(rest.as_bytes());
    out
}

fn add_to_page<'d>(
    sources: &Sources<'d>,
    changes: &mut Changes<'d>,
    page: &Found<'d>,
    field: Ref,
) -> Result<(), PrepareError> {
    match page.entry(sources, "Annots", Part::Annots)? {
        Some(annots) => changes.push(&annots, &field.to_string(), Part::Annots),
        None => changes.set(page, "Annots", format!("[{field}]").as_bytes(), Part::Page),
    }
}

fn add_to_form<'d>(
    sources: &Sources<'d>,
    changes: &mut Changes<'d>,
    catalog: &Found<'d>,
    form: Option<&Found<'d>>,
    field: Ref,
    numbers: &mut Numbers,
    objects: &mut Vec<(Ref, Vec<u8>)>,
) -> Result<(), PrepareError> {
    let Some(form) = form else {
        // An object of its own, so that the next signature need not copy the catalog again.
        let form = numbers.allocate()?;
        objects.push((form, format!("<< /Fields [{field}] /SigFlags {SIGNATURE_FLAGS} >>").into_bytes()));
        return changes.set(catalog, "AcroForm", form.to_string().as_bytes(), Part::Catalog);
    };
    match form.entry(sources, "Fields", Part::Fields)? {
        Some(fields) => changes.push(&fields, &field.to_string(), Part::Fields)?,
        None => changes.set(form, "Fields", format!("[{field}]").as_bytes(), Part::AcroForm)?,
    }
    set_signature_flags(sources, changes, form)
}

fn set_signature_flags<'d>(
    sources: &Sources<'d>,
    changes: &mut Changes<'d>,
    form: &Found<'d>,
) -> Result<(), PrepareError> {
    let flags = match form.entry(sources, "SigFlags", Part::AcroForm)?.map(|flags| flags.value.object) {
        Some(Object::Integer(flags)) => flags,
        _ => 0,
    };
    let wanted = flags | SIGNATURE_FLAGS;
    if flags == wanted {
        return Ok(());
    }
    changes.set(form, "SigFlags", wanted.to_string().as_bytes(), Part::AcroForm)
}
