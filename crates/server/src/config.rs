//! Configuration: where it comes from, what it may say, and what it means.
//!
//! Four layers, each stronger than the one before: the file, the environment names of the first
//! recorder (`S3_ENDPOINT`, `CAMERA1_RTSP_URL`, …), `NIGHTJAR__SECTION__KEY`, and flags. They are
//! merged into one [`document`] that remembers where each value came from (as typed), and that
//! is read into [`Config`] (as meant). All problems are collected and told at once.
//!
//! Belongs here: reading and meaning. Does not belong here: using it; components take their own
//! small configuration, which the composition root fills from this one.

mod build;
mod cameras;
mod clients;
mod document;
mod environment;
mod interpolate;
mod oidc;
mod problem;
mod reader;
mod schema;
mod summary;
mod toml_file;
mod transport;
mod types;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub(crate) use problem::ConfigErrors;
pub(crate) use schema::is_short_name;
pub(crate) use summary::{reference, summary};
pub(crate) use types::{CameraConfig, Config, Delivery, LogFormat, Service, Storage, Tls};

use document::Table;
use problem::Problems;

/// Where the file is looked for when nobody names one.
pub(crate) const DEFAULT_FILES: [&str; 2] = ["nightjar.toml", "/etc/nightjar/nightjar.toml"];

/// Everything that a configuration is made from, so that reading it depends on nothing else.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    /// The file, if there is one.
    pub(crate) file: Option<PathBuf>,
    /// The environment.
    pub(crate) environment: Vec<(String, String)>,
    /// Values given by flags, weakest first.
    pub(crate) overrides: Vec<Override>,
}

/// A value given on the command line.
#[derive(Debug, Clone)]
pub(crate) struct Override {
    /// As the person typed it, for messages: `--listen`.
    pub(crate) flag: String,
    /// `section.key`.
    pub(crate) path: String,
    /// The value.
    pub(crate) value: String,
}

/// The file to read: the one that was named, else the first default that exists.
pub(crate) fn find_file(named: Option<&Path>) -> Option<PathBuf> {
    match named {
        Some(path) => Some(path.to_owned()),
        None => DEFAULT_FILES.iter().map(PathBuf::from).find(|path| path.exists()),
    }
}

/// Reads the configuration, or tells everything that is wrong with it.
pub(crate) fn load(inputs: &Inputs) -> Result<Config, ConfigErrors> {
    let mut problems = Problems::default();
    let mut document = match &inputs.file {
        Some(path) => match toml_file::read(path, &inputs.environment, &mut problems) {
            Some(document) => document,
            // Without its file, everything else would look wrong too.
            None => return Err(problems.into_errors()),
        },
        None => Table::default(),
    };
    environment::overlay(&mut document, &inputs.environment, &mut problems);
    environment::overlay_flags(&mut document, &inputs.overrides, &mut problems);
    let config = build::config(&document, inputs, &mut problems);
    if problems.is_empty() { Ok(config) } else { Err(problems.into_errors()) }
}
