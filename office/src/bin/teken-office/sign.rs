//! `sign` and `resume`.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use office::{Client, Config, KnownProfile, Moment, Moments, Outcome, Profile, RequestId, SignError, Unfinished};
use pades::PrepareError;
use tokio::sync::mpsc;

use crate::{
    args::{Resume, Sign},
    plan,
    report::{Exit, Form, Report},
    texts::{Failure, Language},
};

/// `sign`: every file becomes a signed file or a reason.
pub(crate) async fn sign(sign: Sign, language: Language) -> Result<Exit, Failure> {
    // 1. What is asked, checked before anything is sent.
    let config = Config::load(&sign.config)?;
    let jobs = plan::jobs(&sign, &config)?;
    let moments = moments()?;
    let stationery = plan::stationery(&sign, &jobs)?;

    // 2. Whom it is asked of.
    let client = Client::connect(&config).await?;
    let (client, profile) = profile_of(client).await?;
    let client = match stationery {
        Some(stationery) => client.drawing(stationery),
        None => client,
    };

    // 3. The work, told file by file.
    let files: Vec<PathBuf> = jobs.iter().map(|job| job.input.clone()).collect();
    let outcomes = client.sign_files(Arc::new(profile), jobs, moments);
    tell(outcomes, &files, sign.json, language).await
}

/// `resume`: every request in the journal is sent again as it was recorded.
pub(crate) async fn resume(resume: &Resume, language: Language) -> Result<Exit, Failure> {
    let config = Config::load(&resume.config)?;
    let client = Client::connect(&config).await?;
    let unfinished = client.journal().unfinished()?;

    // 1. Entries that cannot be read are told, and stay.
    let mut report = Report::new(form(resume.json), language, unfinished.len());
    let mut requests: Vec<RequestId> = Vec::new();
    let mut files: Vec<PathBuf> = Vec::new();
    for Unfinished { request_id, request } in unfinished {
        match request {
            Ok(request) => {
                requests.push(request_id);
                files.push(request.input.unwrap_or_else(|| PathBuf::from(request_id.to_string())));
            }
            Err(error) => report.tell(Path::new(&request_id.to_string()), &Err(SignError::Journal(error)))?,
        }
    }
    let damaged = report.finish();

    // 2. The others go on.
    if requests.is_empty() {
        return Ok(damaged);
    }
    let (client, profile) = profile_of(client).await?;
    let outcomes = client.resume(Arc::new(profile), requests);
    Ok(damaged.worse(tell(outcomes, &files, resume.json, language).await?))
}

/// The profile. When only the remembered one is at hand the service was just asked in vain: each request is then sent once, so that it
/// is recorded and nobody waits.
async fn profile_of(client: Client) -> Result<(Client, Profile), Failure> {
    Ok(match client.known_profile().await? {
        KnownProfile::Current(profile) => (client, profile),
        KnownProfile::Remembered { profile, .. } => (client.giving_up_after(std::time::Duration::ZERO), profile),
    })
}

async fn tell(
    mut outcomes: mpsc::Receiver<Outcome>,
    files: &[PathBuf],
    json: bool,
    language: Language,
) -> Result<Exit, Failure> {
    let mut report = Report::new(form(json), language, files.len());
    while let Some(outcome) = outcomes.recv().await {
        let file = files.get(outcome.position).map_or(Path::new("?"), PathBuf::as_path);
        report.tell(file, &outcome.result)?;
    }
    Ok(report.finish())
}

const fn form(json: bool) -> Form {
    if json { Form::Json } else { Form::Text }
}

/// The clock and the generator of this program. The clock is tried once: one that is beyond the year 9999 is told before anything is
/// read.
fn moments() -> Result<Moments, PrepareError> {
    now()?;
    Ok(Arc::new(|| now().expect("the clock was tried when the program began")))
}

pub(crate) fn now() -> Result<Moment, PrepareError> {
    // A clock before 1970 gives 1970: the service's own time is the one that counts.
    let unix_seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    Moment::new(RequestId::generate(), unix_seconds)
}
