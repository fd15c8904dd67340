//! `trust-list`, `seal-key`, `status-key`: the keys of seals and status tokens, and the list that tells the world of them.

use std::path::Path;

use anyhow::{Context, Result, bail};
use evidence::{
    KeyHint,
    trust_list::{KeyState, SignedTrustList, TrustedKey},
};
use keys::{
    Certificate, PublicKey,
    agency::{Agency, Compromise, Roll, StatementKind},
    chain_from_pem,
};
use serde_json::json;

use super::{
    DAY,
    arguments::{StatementKeyRoll, TrustListCommand, TrustListInit, TrustListIssue, TrustListShow},
    output::print,
    rfc3339,
};

/// A list is far shorter.
const LIMIT_BYTES: u64 = 1024 * 1024;

pub(super) fn run(command: TrustListCommand, now: u64) -> Result<()> {
    match command {
        TrustListCommand::Init(options) => init(&options, now),
        TrustListCommand::Issue(options) => issue(&options, now),
        TrustListCommand::Show(options) => show(&options, now),
    }
}

fn init(options: &TrustListInit, now: u64) -> Result<()> {
    let mut agency = Agency::open(&options.dir)?;
    let passphrase = options.passphrase.read("the signing key")?;
    let ca_passphrase = options.ca_passphrase.read()?;
    let ca_passphrase = ca_passphrase.as_ref().unwrap_or(&passphrase);
    let lifetime = u64::from(options.terms.days) * DAY;
    agency.init_trust_list(&options.terms.change(), lifetime, now, &passphrase, ca_passphrase)?;
    let layout = agency.layout();
    print(&format!("{}\n{}\n", layout.seal_key().display(), layout.status_key().display()))?;
    publish(&agency)
}

fn issue(options: &TrustListIssue, now: u64) -> Result<()> {
    let mut agency = Agency::open(&options.dir)?;
    let passphrase = options.passphrase.read("the CAs' keys")?;
    agency.issue_trust_list(&options.terms.change(), u64::from(options.terms.days) * DAY, now, &passphrase)?;
    publish(&agency)
}

pub(super) fn roll(kind: StatementKind, options: &StatementKeyRoll, now: u64) -> Result<()> {
    let mut agency = Agency::open(&options.dir)?;
    let passphrase = options.passphrase.read(&format!("the {kind} key"))?;
    let ca_passphrase = options.ca_passphrase.read()?;
    let ca_passphrase = ca_passphrase.as_ref().unwrap_or(&passphrase);
    let compromised = options.compromised.zip(options.at).map(|(hint, at)| Compromise { hint, at });
    let lifetime = u64::from(options.days) * DAY;
    let roll = agency.roll_statement_key(kind, compromised, lifetime, now, &passphrase, ca_passphrase)?;
    match roll {
        Roll::Done => {}
        Roll::EarlierFinished => {
            eprintln!("note: an earlier roll had been interrupted and was finished; no other key was made");
        }
        Roll::Marked => eprintln!("note: that key was out of use already; no new key was made"),
    }
    publish(&agency)?;
    if roll != Roll::Marked {
        eprintln!("then: start the service again; until then it goes on with the old {kind} key");
    }
    Ok(())
}

fn publish(agency: &Agency) -> Result<()> {
    let list = agency.layout().trust_list();
    print(&format!("{}\n", list.display()))?;
    eprintln!("next: publish {}; nobody knows of a new key before", list.display());
    Ok(())
}

/// What is to be said of a list whose time is over, or nearly.
pub(super) fn due(expires_at: u64, now: u64) -> Option<String> {
    /// A third of the usual 90 days is enough to reach everybody.
    const SOON: u64 = 30 * DAY;
    // A reader takes a list while `now < exp`.
    if now >= expires_at {
        Some(format!("is over since {}", rfc3339(expires_at)))
    } else if expires_at - now < SOON {
        Some(format!("is over on {}", rfc3339(expires_at)))
    } else {
        None
    }
}

/// Reads a list; its signature is not looked at.
pub(super) fn read(path: &Path) -> Result<SignedTrustList> {
    let length = std::fs::metadata(path).with_context(|| path.display().to_string())?.len();
    if length > LIMIT_BYTES {
        bail!("{}: is longer than {LIMIT_BYTES} octets", path.display());
    }
    let octets = std::fs::read(path).with_context(|| path.display().to_string())?;
    SignedTrustList::from_cose(&octets).with_context(|| path.display().to_string())
}

fn show(options: &TrustListShow, now: u64) -> Result<()> {
    let signed = read(&options.file)?;
    if let Some(path) = &options.trust {
        let octets = std::fs::read(path).with_context(|| path.display().to_string())?;
        let chain = chain_from_pem(&octets).with_context(|| path.display().to_string())?;
        let root = Certificate::from_der(chain.first().context("no certificate")?)?;
        let key = PublicKey::from_spki_der(root.spki_der())?;
        if !key.verifies_statement(signed.to_be_signed(), signed.signature()) {
            bail!("{}: was not signed by {}", options.file.display(), path.display());
        }
    }
    let text = if options.json { as_json(&signed, options.trust.is_some()) } else { as_text(&signed) };
    print(&text)?;
    if options.trust.is_none() {
        eprintln!("note: the signature was not looked at; give --trust anchors/root.pem");
    }
    if let Some(due) = due(signed.list().expires_at.0, now) {
        eprintln!("warning: this list {due}; teken-keys trust-list issue makes the next");
    }
    Ok(())
}

fn state(key: &TrustedKey) -> (&'static str, Option<u64>) {
    match key.state {
        KeyState::Active => ("active", None),
        KeyState::Retired => ("retired", None),
        KeyState::Compromised { at } => ("compromised", Some(at.0)),
    }
}

/// Lines of a name and a value, and one line for each key.
pub(super) fn as_text(signed: &SignedTrustList) -> String {
    let list = signed.list();
    let mut text = String::new();
    let mut line = |name: &str, value: &str| text.push_str(&format!("  {name:<22}{value}\n"));
    line("sequence number", &list.sequence.to_string());
    line("signed by key", &signed.key_hint().to_string());
    line("issued", &rfc3339(list.issued_at.0));
    line("next one due", &rfc3339(list.expires_at.0));
    for prefix in &list.prefixes {
        line("prefix of seals", prefix.as_str());
    }
    line("prefix of tokens", list.status_prefix.as_str());
    for key in &list.keys {
        let (state, since) = state(key);
        let since = since.map_or_else(String::new, |at| format!(" since {}", rfc3339(at)));
        let window = format!("from {} until {}", rfc3339(key.issue_from.0), rfc3339(key.issue_to.0));
        line(
            &format!("{} key", key.purpose),
            &format!("{}  {window}  {state}{since}", KeyHint::of_spki(&key.spki_der)),
        );
    }
    text
}

fn as_json(signed: &SignedTrustList, verified: bool) -> String {
    let list = signed.list();
    let keys: Vec<_> = list
        .keys
        .iter()
        .map(|key| {
            let (state, compromised_at) = state(key);
            json!({
                "keyHint": KeyHint::of_spki(&key.spki_der).to_string(),
                "spki": hex::encode(&key.spki_der),
                "purpose": key.purpose.to_string(),
                "from": rfc3339(key.issue_from.0),
                "until": rfc3339(key.issue_to.0),
                "state": state,
                "compromisedAt": compromised_at.map(rfc3339),
            })
        })
        .collect();
    let object = json!({
        "sequence": list.sequence,
        "signedBy": signed.key_hint().to_string(),
        "signatureVerified": verified,
        "issuedAt": rfc3339(list.issued_at.0),
        "expiresAt": rfc3339(list.expires_at.0),
        "prefixes": list.prefixes.iter().map(|prefix| prefix.as_str()).collect::<Vec<_>>(),
        "statusPrefix": list.status_prefix.as_str(),
        "keys": keys,
    });
    format!("{object}\n")
}

#[cfg(test)]
mod tests {
    use super::{DAY, due};

    #[test]
    fn a_list_is_over_from_its_last_second_on() {
        let over = 1_000 * DAY;
        assert_eq!(due(over, over - 30 * DAY), None);
        assert_eq!(due(over, over - 1).as_deref(), Some("is over on 1972-09-27T00:00:00Z"));
        assert_eq!(due(over, over).as_deref(), Some("is over since 1972-09-27T00:00:00Z"));
    }
}
