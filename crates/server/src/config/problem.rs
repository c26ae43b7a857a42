//! What is wrong, and where it was written.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// A place in the file, counted from 1.
    File { path: Arc<PathBuf>, line: usize, column: usize },
    /// A variable.
    Environment(String),
    /// A flag.
    Flag(String),
    /// Nobody: a default, or something that is missing.
    Nowhere,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line, column } => write!(f, "{}:{line}:{column}: ", path.display()),
            Self::Environment(name) => write!(f, "environment {name}: "),
            Self::Flag(flag) => write!(f, "{flag}: "),
            Self::Nowhere => Ok(()),
        }
    }
}

/// The problems found so far.
#[derive(Debug, Default)]
pub(super) struct Problems {
    found: Vec<(Origin, String)>,
}

impl Problems {
    /// Notes a problem. `text` names the key and says what to do; it never holds a secret.
    pub(super) fn add(&mut self, origin: &Origin, text: impl Into<String>) {
        self.found.push((origin.clone(), text.into()));
    }

    /// Whether nothing is wrong.
    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The problems as one error.
    pub(super) fn into_errors(self) -> ConfigErrors {
        let mut found = self.found;
        // In the order in which a person meets them: down the file, then the environment, flags.
        found.sort_by_key(|(origin, _)| match origin {
            Origin::File { line, column, .. } => (0, *line, *column),
            Origin::Environment(_) => (1, 0, 0),
            Origin::Flag(_) => (2, 0, 0),
            Origin::Nowhere => (3, 0, 0),
        });
        ConfigErrors(found.into_iter().map(|(origin, text)| format!("{origin}{text}")).collect())
    }
}

/// A configuration that can not be used, with everything that is wrong with it.
#[derive(Debug)]
pub(crate) struct ConfigErrors(Vec<String>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [one] => writeln!(f, "the configuration has a problem:\n  {one}"),
            many => {
                writeln!(f, "the configuration has {} problems:", many.len())?;
                many.iter().try_for_each(|line| writeln!(f, "  {line}"))
            }
        }
    }
}

impl std::error::Error for ConfigErrors {}

/// The candidate that was most likely meant, if one is near enough.
pub(super) fn nearest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&typed, &candidate.to_lowercase()), candidate))
        .filter(|(score, _)| *score >= 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// `; did you mean …?`, or what there is to choose from.
pub(super) fn suggestion(typed: &str, candidates: &[&str]) -> String {
    match nearest(typed, candidates.iter().copied()) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => format!("; known are {}", candidates.join(", ")),
    }
}
