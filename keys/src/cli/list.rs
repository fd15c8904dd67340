//! `list`: what an agency issued, and what it is worth now.

use anyhow::Result;
use keys::agency::{Agency, Purpose, Standing, StatementKind};
use serde_json::json;

use super::{DAY, arguments::List, output::print, rfc3339, trust_list};

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
    print(&text)?;
    for warning in warnings(&agency, now) {
        eprintln!("warning: {warning}");
    }
    Ok(())
}

/// How long before its end a key should have a successor: every verifier must have the list that names it.
const KEY_SOON: u64 = 60 * DAY;

/// What is to be done about the trust list and its keys. An agency without a list is none the worse.
fn warnings(agency: &Agency, now: u64) -> Vec<String> {
    let mut warnings = Vec::new();
    if agency.statement_keys().is_empty() {
        return warnings;
    }
    match trust_list::read(&agency.layout().trust_list()) {
        Ok(signed) => warnings.extend(
            trust_list::due(signed.list().expires_at.0, now)
                .map(|due| format!("the trust list {due}; teken-keys trust-list issue makes the next")),
        ),
        Err(error) => warnings.push(format!("{error:#}; teken-keys trust-list issue makes the next")),
    }
    for kind in StatementKind::ALL {
        let roll = format!("teken-keys {kind}-key roll");
        if agency.roll_was_interrupted(kind) {
            warnings.push(format!("a new {kind} key waits, because a roll was interrupted; {roll} finishes it"));
        }
        for key in agency.statement_keys().iter().filter(|key| key.kind == kind) {
            if key.standing == Standing::Active && key.until < now.saturating_add(KEY_SOON) {
                warnings.push(format!(
                    "{kind} key {} signs until {}; {roll} makes the next",
                    key.hint(),
                    rfc3339(key.until)
                ));
            }
        }
        if !agency.statement_keys().iter().any(|key| key.kind == kind && key.standing == Standing::Active) {
            warnings.push(format!("there is no {kind} key that may sign; {roll} makes one"));
        }
    }
    warnings
}
