//! `preview`: the page as it will look, without signing.

use std::fs;

use office::{
    Config, Existing,
    appearance::{self, Artwork},
    remembered_profile, write_whole,
};

use crate::{
    args::Preview,
    plan::{self, PlanError},
    report::{Exit, line},
    sign::now,
    texts::Failure,
};

/// `preview`.
pub(crate) fn preview(preview: &Preview) -> Result<Exit, Failure> {
    let artwork = Artwork::load(&preview.template)
        .map_err(|source| PlanError::Artwork { template: preview.template.clone(), source })?;
    let pdf = fs::read(&preview.input).map_err(|source| Failure::Read { path: preview.input.clone(), source })?;
    let profile = match &preview.config {
        Some(config) => remembered_profile(&Config::load(config)?.state_dir),
        None => None,
    };
    let values = appearance::Preview {
        signer_name: profile.as_ref().map_or("NAMA PENANDA TANGAN", |profile| profile.signer_name.as_str()),
        signer_title: profile.as_ref().map_or("Jabatan", |profile| profile.signer_title.as_str()),
        number: &preview.number,
        time: now()?.claimed_signing_time,
    };
    let (picture, drawing) = appearance::preview(pdf, &artwork, &values, &plan::sight()?)?;
    let existing = if preview.force { Existing::Replace } else { Existing::Keep };
    write_whole(&preview.out, &picture, existing)?;
    let page = drawing.page.saturating_add(1);
    line(&format!("pratinjau / preview: {} (halaman/page {page}: {})", preview.out.display(), drawing.area))?;
    Ok(Exit::Signed)
}
