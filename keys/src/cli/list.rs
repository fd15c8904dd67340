//! `list`: what an agency issued, and what it is worth now.

use anyhow::Result;
use keys::agency::{Agency, Purpose};
use serde_json::json;

use super::{arguments::List, output::print, rfc3339};

pub(super) fn run(options: &List, now: u64) -> Result<()> {
    let agency = Agency::open(&options.dir)?;
    let mut text = String::new();
    for (authority, issued) in agency.issued() {
        let state = issued.state(now);
        let (purpose, office) = match &issued.purpose {
            Purpose::Authority => ("authority", None),
            Purpose::Signing => ("signing", None),
            Purpose::Server => ("server", None),
            Purpose::Office(id) => ("office", Some(id)),
        };
        if options.json {
            let line = json!({
                "serial": issued.serial,
                "state": state.to_string(),
                "issuer": authority.as_str(),
                "purpose": purpose,
                "office": office,
                "subject": issued.subject,
                "keyId": issued.key_id,
                "notBefore": rfc3339(issued.not_before),
                "notAfter": rfc3339(issued.not_after),
                "revokedAt": issued.revoked.as_ref().map(|revoked| rfc3339(revoked.at)),
                "reason": issued.revoked.as_ref().map(|revoked| revoked.reason),
            });
            text.push_str(&format!("{line}\n"));
        } else {
            let purpose = office.map_or_else(|| purpose.to_owned(), |id| format!("{purpose} {id}"));
            text.push_str(&format!(
                "{}  {:<13}  {:<8}  {purpose:<20}  until {}  {}\n",
                issued.serial,
                state.to_string(),
                authority.as_str(),
                rfc3339(issued.not_after),
                issued.subject,
            ));
        }
    }
    print(&text)
}
