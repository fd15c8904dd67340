//! Extensions and algorithms in words.

use const_oid::{ObjectIdentifier, db::DB};
use der::{Decode, oid::AssociatedOid};
use x509_cert::{
    ext::{
        Extension, Extensions,
        pkix::{
            BasicConstraints, CrlDistributionPoints, CrlNumber, CrlReason, ExtendedKeyUsage, KeyUsage, SubjectAltName,
            name::{DistributionPointName, GeneralName},
        },
    },
    spki::AlgorithmIdentifierOwned,
};

use super::Report;

/// The algorithm's name in the standards, or its number.
pub(super) fn algorithm(algorithm: &AlgorithmIdentifierOwned) -> String {
    named(algorithm.oid)
}

fn named(oid: ObjectIdentifier) -> String {
    DB.by_oid(&oid).map_or_else(|| oid.to_string(), str::to_owned)
}

/// The extensions that matter to a person who asks what a certificate is for.
pub(super) fn describe(extensions: Option<&Extensions>, report: &mut Report) {
    for extension in extensions.into_iter().flatten() {
        if let Some(constraints) = read::<BasicConstraints>(extension) {
            if constraints.ca {
                let length = constraints.path_len_constraint;
                report.line(
                    "CA",
                    &length.map_or_else(|| "yes".to_owned(), |length| format!("yes, path length {length}")),
                );
            }
        } else if let Some(usage) = read::<KeyUsage>(extension) {
            let uses: Vec<String> = usage.0.into_iter().map(|each| format!("{each:?}")).collect();
            report.line("key usage", &uses.join(", "));
        } else if let Some(usage) = read::<ExtendedKeyUsage>(extension) {
            let uses: Vec<String> = usage.0.iter().map(|oid| purpose(*oid)).collect();
            report.line("extended key usage", &uses.join(", "));
        } else if let Some(names) = read::<SubjectAltName>(extension) {
            let names: Vec<String> = names.0.iter().map(general_name).collect();
            report.line("alternative names", &names.join(", "));
        } else if let Some(points) = read::<CrlDistributionPoints>(extension) {
            for point in points.0 {
                if let Some(DistributionPointName::FullName(names)) = point.distribution_point {
                    let names: Vec<String> = names.iter().map(general_name).collect();
                    report.line("CRL at", &names.join(", "));
                }
            }
        } else if let Some(number) = read::<CrlNumber>(extension) {
            let octets = number.0.as_bytes();
            let number = octets.iter().try_fold(0_u64, |sum, &octet| Some(sum.checked_mul(256)? + u64::from(octet)));
            report.line("number", &number.map_or_else(|| hex::encode(octets), |number| number.to_string()));
        } else if extension.critical {
            report.line("critical extension", &named(extension.extn_id));
        }
    }
}

/// The reason that a CRL entry tells, with a comma before it.
pub(super) fn reason(extensions: Option<&Extensions>) -> String {
    extensions
        .into_iter()
        .flatten()
        .find_map(read::<CrlReason>)
        .map_or_else(String::new, |reason| format!(", {reason:?}"))
}

fn read<T: AssociatedOid + for<'a> Decode<'a>>(extension: &Extension) -> Option<T> {
    (extension.extn_id == T::OID).then(|| T::from_der(extension.extn_value.as_bytes()).ok()).flatten()
}

fn purpose(oid: ObjectIdentifier) -> String {
    // RFC 9336; too young for the table of names.
    if oid == ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.36") {
        return "document signing".to_owned();
    }
    named(oid)
}

fn general_name(name: &GeneralName) -> String {
    match name {
        GeneralName::DnsName(text) => text.to_string(),
        GeneralName::UniformResourceIdentifier(text) => text.to_string(),
        GeneralName::Rfc822Name(text) => text.to_string(),
        GeneralName::DirectoryName(name) => name.to_string(),
        GeneralName::IpAddress(octets) => match octets.as_bytes() {
            [a, b, c, d] => format!("{a}.{b}.{c}.{d}"),
            other => <[u8; 16]>::try_from(other)
                .map_or_else(|_| hex::encode(other), |octets| std::net::Ipv6Addr::from(octets).to_string()),
        },
        _ => "another kind of name".to_owned(),
    }
}
