//! [`AgencyOptions`]: everything that has to be decided before an agency is made.

use evidence::OfficeId;
use serde::{Deserialize, Serialize};

use super::{
    AgencyError,
    profile::{NameAttribute, ServerName},
    trust_book::{TrustBook, TrustListChange},
};
use crate::Passphrase;

const DAY: u64 = 24 * 60 * 60;
/// Leap days are nobody's concern here: a validity is a number of days.
const YEAR: u64 = 365 * DAY;

/// What an agency that was told no other puts before its seals.
pub const SEAL_PREFIX: &str = "https://tte.example.go.id/v#";
/// Where the status tokens of such an agency are said to be.
pub const STATUS_PREFIX: &str = "https://tte.example.go.id/status/";

/// Are these certificates for anybody to rely on?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TestMark {
    /// Test material: organization, CAs and signer carry `UJI COBA` in their names.
    UjiCoba,
    /// Not test material.
    Unmarked,
}

impl TestMark {
    /// What a name of test material says.
    pub const TEXT: &'static str = "UJI COBA";

    pub(super) fn mark(self, text: &str) -> String {
        match self {
            Self::UjiCoba if !text.contains(Self::TEXT) => format!("{text} ({})", Self::TEXT),
            Self::UjiCoba | Self::Unmarked => text.to_owned(),
        }
    }
}

/// How long what an agency issues is valid, in seconds. A certificate never outlives its issuer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// The public anchor and the anchor of TLS: 20 years.
    pub root: u64,
    /// The issuing CA: 10 years.
    pub issuing: u64,
    /// The signing certificate: 2 years.
    pub signing: u64,
    /// TLS certificates of the service and the offices: 1 year.
    pub tls: u64,
    /// CRLs, until the next one is due: 7 days.
    pub crl: u64,
    /// The keys of seals and status tokens: 2 years. Roll them each year, so that every list names the next key in time.
    pub statement_keys: u64,
    /// The trust list: 90 days.
    pub trust_list: u64,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            root: 20 * YEAR,
            issuing: 10 * YEAR,
            signing: 2 * YEAR,
            tls: YEAR,
            crl: 7 * DAY,
            statement_keys: 2 * YEAR,
            trust_list: 90 * DAY,
        }
    }
}

/// Everything that has to be decided before an agency is made. [`AgencyOptions::new`] fills in what most do not change.
#[derive(Debug, Clone)]
pub struct AgencyOptions<'a> {
    /// O of every certificate, at most 64 characters with its mark.
    pub organization: String,
    /// OU of the signer, when there is one.
    pub organizational_unit: Option<String>,
    /// CN of the signing certificate: the person's name.
    pub signer_name: String,
    /// Title of the signing certificate: the office that the person holds.
    pub signer_title: String,
    /// DNS names and IP addresses of the service, beside `localhost` and `127.0.0.1`.
    pub server_names: Vec<String>,
    /// Offices that may connect, with the name that their certificate shows.
    pub offices: Vec<(OfficeId, String)>,
    /// Start of every validity, Unix seconds.
    pub now: u64,
    /// How long.
    pub validity: Lifetimes,
    /// Where CRLs will be found: `/root.crl`, `/issuing.crl` and `/access.crl` are put after it.
    pub crl_base_uri: String,
    /// With what every seal's text begins, `https://...#`: a URL under which the agency explains its seals.
    pub seal_prefix: String,
    /// Where status tokens will be found, `https://.../`: the shard's number is put after it.
    pub status_prefix: String,
    /// Protects the signing key, the seal key and the status key.
    pub passphrase: &'a Passphrase,
    /// Protects the keys of the CAs; the same when there is none.
    pub ca_passphrase: Option<&'a Passphrase>,
    /// Test material or not.
    pub test: TestMark,
}

impl<'a> AgencyOptions<'a> {
    /// A test agency for the given organization and signer, with no offices yet.
    pub fn new(
        organization: &str,
        signer_name: &str,
        signer_title: &str,
        now: u64,
        passphrase: &'a Passphrase,
    ) -> Self {
        Self {
            organization: organization.to_owned(),
            organizational_unit: None,
            signer_name: signer_name.to_owned(),
            signer_title: signer_title.to_owned(),
            server_names: Vec::new(),
            offices: Vec::new(),
            now,
            validity: Lifetimes::default(),
            crl_base_uri: "http://crl.invalid".to_owned(),
            seal_prefix: SEAL_PREFIX.to_owned(),
            status_prefix: STATUS_PREFIX.to_owned(),
            passphrase,
            ca_passphrase: None,
            test: TestMark::UjiCoba,
        }
    }

    /// Looks at everything that can be wrong before the first key is made.
    pub(super) fn check(&self) -> Result<(), AgencyError> {
        NameAttribute::Organization.check(&self.test.mark(&self.organization))?;
        NameAttribute::CommonName.check(&self.test.mark(&self.signer_name))?;
        NameAttribute::Title.check(&self.signer_title)?;
        if let Some(unit) = &self.organizational_unit {
            NameAttribute::OrganizationalUnit.check(unit)?;
        }
        check_crl_base_uri(&self.crl_base_uri)?;
        TrustBook::new(&self.trust_list())?;
        self.server_names()?;
        for (position, (office, name)) in self.offices.iter().enumerate() {
            NameAttribute::CommonName.check(name)?;
            if self.offices.iter().take(position).any(|(earlier, _)| earlier == office) {
                return Err(AgencyError::OfficeExists { office: office.clone() });
            }
        }
        Ok(())
    }

    /// What the first trust list says.
    pub(super) fn trust_list(&self) -> TrustListChange {
        TrustListChange { prefixes: vec![self.seal_prefix.clone()], status_prefix: Some(self.status_prefix.clone()) }
    }

    pub(super) fn server_names(&self) -> Result<Vec<ServerName>, AgencyError> {
        server_names(&self.server_names)
    }
}

/// The given names, and always those of the machine itself.
pub(super) fn server_names(given: &[String]) -> Result<Vec<ServerName>, AgencyError> {
    let mut names = Vec::new();
    for text in given.iter().map(String::as_str).chain(["localhost", "127.0.0.1"]) {
        let name = ServerName::parse(text)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

/// RFC 5280, 4.2.1.13 and 8: over TLS a CRL would need a certificate whose revocation would need a CRL.
fn check_crl_base_uri(uri: &str) -> Result<(), AgencyError> {
    let host = uri.strip_prefix("http://").unwrap_or_default();
    let printable = uri.bytes().all(|octet| octet.is_ascii_graphic() && !matches!(octet, b'"' | b'<' | b'>' | b'\\'));
    if host.is_empty() || host.starts_with('/') || !printable || uri.len() > 200 {
        return Err(AgencyError::CrlUri { uri: uri.to_owned() });
    }
    Ok(())
}
