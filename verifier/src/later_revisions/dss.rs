//! The document security store (ISO 32000-2, 12.8.4.3; EN 319 142-1, 5.4.2).
//!
//! Job: a later revision may add one, or add to it, under every certification. So it may hold what the standard gives
//! it, certificates, revocation lists and responses in streams of their own, and nothing else.

use pades::pdf::{Dictionary, Object, Value, View};

use super::change::{Change, Place};
use super::compare::{Compared, Comparison};

impl<'d> Comparison<'d> {
    /// Compares the `/DSS` of both catalogs.
    pub(super) fn security_store(&mut self, old: Option<&Value<'d>>, new: Option<&Value<'d>>) -> Compared {
        if !self.differs(old, new) {
            return Ok(());
        }
        let is_store = match new {
            Some(new) => is_store(self.after, new)?,
            None => false,
        };
        if is_store { self.push(Change::SecurityStore) } else { self.unexplained(Place::Catalog("DSS".into()), None) }
    }
}

/// Tables 261 and 262; the time-stamp and the time of a `/VRI` entry are of its own.
fn is_store(view: View<'_>, store: &Value<'_>) -> Compared<bool> {
    let store = view.resolve(store)?;
    let Ok(store) = store.as_dictionary() else { return Ok(false) };
    for (key, value) in store.entries() {
        let is_known = match &*key.octets() {
            b"Type" => view.resolve(value)?.as_name().is_ok_and(|name| name.is("DSS")),
            b"Certs" | b"OCSPs" | b"CRLs" => are_streams(view, value)?,
            b"VRI" => is_list_of_related_information(view, value)?,
            _ => false,
        };
        if !is_known {
            return Ok(false);
        }
    }
    Ok(store.duplicate_key().is_none())
}

fn is_list_of_related_information(view: View<'_>, list: &Value<'_>) -> Compared<bool> {
    let list = view.resolve(list)?;
    let Ok(list) = list.as_dictionary() else { return Ok(false) };
    for (key, value) in list.entries() {
        let value = view.resolve(value)?;
        let is_known = match value.as_dictionary() {
            Ok(one) => is_related_information(view, one)?,
            Err(_) => key.is("Type"),
        };
        if !is_known {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_related_information(view: View<'_>, one: &Dictionary<'_>) -> Compared<bool> {
    for (key, value) in one.entries() {
        let is_known = match &*key.octets() {
            b"Type" => view.resolve(value)?.as_name().is_ok_and(|name| name.is("VRI")),
            b"Cert" | b"CRL" | b"OCSP" => are_streams(view, value)?,
            b"TU" => view.resolve(value)?.as_string().is_ok(),
            b"TS" => is_stream(view, value)?,
            _ => false,
        };
        if !is_known {
            return Ok(false);
        }
    }
    Ok(true)
}

fn are_streams(view: View<'_>, list: &Value<'_>) -> Compared<bool> {
    let list = view.resolve(list)?;
    let Ok(elements) = list.as_array() else { return Ok(list.object == Object::Null) };
    for element in elements {
        if !is_stream(view, element)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_stream(view: View<'_>, value: &Value<'_>) -> Compared<bool> {
    let Object::Reference(reference) = value.object else { return Ok(false) };
    Ok(view.object(reference)?.is_some_and(|object| object.data.is_some()))
}

#[cfg(test)]
mod tests;
