//! The interactive form as it stands: which fields there are, and what they hold
//! (ISO 32000-2, 12.7.3 and 12.7.4).

use crate::pdf::{Object, Ref, Value};
use crate::source::{Found, Sources};
use crate::write_error::{FieldDemand, Part, PrepareError};

/// Fields read before a form is refused. The largest public forms have some 10,000.
const FIELD_LIMIT: usize = 100_000;
/// Fields inside fields. Honest forms have fewer than ten levels.
const DEPTH_LIMIT: usize = 64;

/// One field with a name: a node of the field tree, terminal or not.
#[derive(Debug)]
pub(crate) struct Field<'d> {
    /// Fully qualified (12.7.4.2).
    pub(crate) name: String,
    pub(crate) found: Found<'d>,
    /// Of type `/Sig`, its own or inherited.
    pub(crate) is_signature: bool,
    /// No field below it has a name of its own.
    pub(crate) is_terminal: bool,
    /// `/V`, not null.
    pub(crate) value: Option<Found<'d>>,
}

/// What an existing field wants its signature to lock: the parameters of a FieldMDP transform,
/// as source octets.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Lock {
    pub(crate) parameters: Vec<u8>,
}

/// Reads every field of the form.
pub(crate) fn fields<'d>(sources: &Sources<'d>, form: &Found<'d>) -> Result<Vec<Field<'d>>, PrepareError> {
    let mut fields = Vec::new();
    let mut nodes_left = FIELD_LIMIT;
    if let Some(roots) = form.entry(sources, "Fields", Part::Fields)? {
        let parent = Inherited { name: String::new(), is_signature: false, path: Vec::new() };
        collect(sources, &roots, &parent, &mut nodes_left, &mut fields)?;
    }
    Ok(fields)
}

/// What a field takes over from those above it.
struct Inherited {
    name: String,
    is_signature: bool,
    /// The references on the way from the root: none may occur twice.
    path: Vec<Ref>,
}

/// Whether any of `kids` is a field of its own: named.
fn collect<'d>(
    sources: &Sources<'d>,
    kids: &Found<'d>,
    parent: &Inherited,
    nodes_left: &mut usize,
    fields: &mut Vec<Field<'d>>,
) -> Result<bool, PrepareError> {
    let mut any_named = false;
    for kid in kids.elements(Part::Fields)? {
        *nodes_left = nodes_left.checked_sub(1).ok_or(PrepareError::TooManyFields)?;
        let Some(found) = sources.follow(kids, kid, Part::Field)? else { continue };
        if parent.path.len() > DEPTH_LIMIT || (found.is_whole() && parent.path.contains(&found.reference)) {
            return Err(PrepareError::TooManyFields);
        }
        let Some(partial_name) = partial_name(sources, &found)? else {
            // A widget of the parent; at the root, something that is not a field at all.
            continue;
        };
        any_named = true;
        let own_type = found.entry(sources, "FT", Part::Field)?;
        let is_signature = match own_type {
            Some(own_type) => matches!(own_type.value.object, Object::Name(name) if name.is("Sig")),
            None => parent.is_signature,
        };
        let name = if parent.name.is_empty() { partial_name } else { format!("{}.{partial_name}", parent.name) };
        let value = found.entry(sources, "V", Part::Field)?;
        let below = found.entry(sources, "Kids", Part::Field)?;
        let position = fields.len();
        fields.push(Field { name: name.clone(), found: found.clone(), is_signature, is_terminal: true, value });
        if let Some(below) = below {
            let mut path = parent.path.clone();
            path.push(found.reference);
            let inherited = Inherited { name, is_signature, path };
            let named = collect(sources, &below, &inherited, nodes_left, fields)?;
            if let Some(field) = fields.get_mut(position) {
                field.is_terminal = !named;
            }
        }
    }
    Ok(any_named)
}

/// The empty signature field of this fully qualified name, if it can be signed.
pub(crate) fn empty_signature_field<'f, 'd>(
    fields: &'f [Field<'d>],
    name: &str,
) -> Result<&'f Field<'d>, PrepareError> {
    let mut named = fields.iter().filter(|field| field.name == name);
    let field = named.next().ok_or(PrepareError::FieldNotFound)?;
    if named.next().is_some() {
        return Err(PrepareError::FieldNameAmbiguous);
    }
    if !field.is_signature || !field.is_terminal {
        return Err(PrepareError::NotASignatureField);
    }
    if field.value.is_some() {
        return Err(PrepareError::FieldAlreadySigned);
    }
    if !field.found.is_whole() {
        return Err(PrepareError::FieldNotIndirect);
    }
    Ok(field)
}

/// `/T` of a field.
pub(crate) fn partial_name<'d>(sources: &Sources<'d>, field: &Found<'d>) -> Result<Option<String>, PrepareError> {
    match field.entry(sources, "T", Part::Field)? {
        Some(Found { value: Value { object: Object::String(name), .. }, .. }) => Ok(Some(name.to_text())),
        Some(_) => Err(PrepareError::WrongType { part: Part::Field, expected: "named by a string" }),
        None => Ok(None),
    }
}

/// The first of `Signature1`, `Signature2`, ... that no field at the root of the form has.
pub(crate) fn free_name<'d>(sources: &Sources<'d>, form: Option<&Found<'d>>) -> Result<String, PrepareError> {
    const STEM: &str = "Signature";
    let mut highest = 0_u64;
    if let Some(roots) = form.map(|form| form.entry(sources, "Fields", Part::Fields)).transpose()?.flatten() {
        let mut nodes_left = FIELD_LIMIT;
        for root in roots.elements(Part::Fields)? {
            nodes_left = nodes_left.checked_sub(1).ok_or(PrepareError::TooManyFields)?;
            let Some(root) = sources.follow(&roots, root, Part::Field)? else { continue };
            let number = partial_name(sources, &root)?.and_then(|name| name.strip_prefix(STEM)?.parse().ok());
            highest = highest.max(number.unwrap_or(0));
        }
    }
    let next = highest.checked_add(1).ok_or(PrepareError::TooManyFields)?;
    Ok(format!("{STEM}{next}"))
}

/// What the field demands of the signature that fills it (tables 236 and 237).
pub(crate) fn lock_of<'d>(sources: &Sources<'d>, field: &Found<'d>) -> Result<Option<Lock>, PrepareError> {
    if let Some(seed) = field.entry(sources, "SV", Part::Field)? {
        let required = seed.entry(sources, "Ff", Part::Field)?;
        if required.is_some_and(|flags| flags.value.object != Object::Integer(0)) {
            return Err(PrepareError::FieldDemand { demand: FieldDemand::SeedValue });
        }
    }
    let Some(lock) = field.entry(sources, "Lock", Part::Field)? else {
        return Ok(None);
    };
    let malformed = PrepareError::FieldDemand { demand: FieldDemand::Lock };
    if lock.entry(sources, "P", Part::Field)?.is_some() {
        return Err(PrepareError::FieldDemand { demand: FieldDemand::LockPermissions });
    }
    let Some(Found { value: Value { object: Object::Name(action), .. }, .. }) =
        lock.entry(sources, "Action", Part::Field)?
    else {
        return Err(malformed);
    };
    let mut parameters = b"<< /Type /TransformParams /V /1.2 /Action /".to_vec();
    parameters.extend_from_slice(action.raw());
    match (lock.entry(sources, "Fields", Part::Field)?, action) {
        (_, action) if action.is("All") => {}
        (Some(names), action) if action.is("Include") || action.is("Exclude") => {
            names.elements(Part::Field)?;
            parameters.extend_from_slice(b" /Fields ");
            parameters.extend_from_slice(names.octets());
        }
        _ => return Err(malformed),
    }
    parameters.extend_from_slice(b" >>");
    Ok(Some(Lock { parameters }))
}
