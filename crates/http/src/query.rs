//! Strict query strings: what is unknown, repeated or impossible is a 400 that names it.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use nightjar_model::{ErrorCode, WallTime};

use crate::body::NUL;
use crate::echo::word;
use crate::enums::not_one_of;
use crate::error::ApiError;
use crate::time::{Bound, parse_time};

/// Longest query string that is read at all.
const MAX_QUERY: usize = 8 * 1024;

/// The parameters of an operation, read from the query string.
pub trait FromQuery: Sized {
    /// Takes each parameter from `reader`. What is wrong is noted there, and some value
    /// returned: it is thrown away.
    fn from_query(reader: &mut QueryReader) -> Self;
}

/// For operations without parameters.
impl FromQuery for () {
    fn from_query(_: &mut QueryReader) -> Self {}
}

/// Extracts the parameters of an operation.
pub struct Query<T>(pub T);

impl<T: FromQuery, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let mut reader = QueryReader::new(parts.uri.query().unwrap_or_default())?;
        let value = T::from_query(&mut reader);
        reader.finish()?;
        Ok(Self(value))
    }
}

/// Hands out parameters by name and remembers all that is wrong.
pub struct QueryReader {
    pairs: Vec<(String, String)>,
    known: BTreeSet<&'static str>,
    problems: Vec<Problem>,
}

struct Problem {
    code: ErrorCode,
    field: String,
    reason: String,
}

impl QueryReader {
    pub(crate) fn new(query: &str) -> Result<Self, ApiError> {
        if query.len() > MAX_QUERY {
            let message = format!("The query string is longer than {MAX_QUERY} bytes.");
            return Err(ApiError::new(ErrorCode::ValidationFailed, message));
        }
        let pairs = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Ok(Self { pairs, known: BTreeSet::new(), problems: Vec::new() })
    }

    /// Notes that a parameter is wrong.
    pub fn problem(&mut self, code: ErrorCode, field: &str, reason: impl Into<String>) {
        self.problems.push(Problem { code, field: field.to_owned(), reason: reason.into() });
    }

    /// A parameter as text.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        self.known.insert(name);
        let mut found = self.pairs.iter().filter(|(key, _)| key == name);
        let first = found.next().map(|(_, value)| value.clone());
        if found.next().is_some() {
            self.problem(ErrorCode::ValidationFailed, name, "is given more than once");
        }
        if first.as_ref().is_some_and(|value| value.contains('\0')) {
            self.problem(ErrorCode::ValidationFailed, name, NUL);
        }
        first
    }

    /// A parameter, parsed; `parse` gives the reason why a text is wrong, as in "must be …".
    pub fn parsed<T>(
        &mut self,
        name: &'static str,
        code: ErrorCode,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.text(name)?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.problem(code, name, reason);
                None
            }
        }
    }

    /// A parameter whose type says itself why a text is wrong.
    pub fn value<T: FromStr<Err: Display>>(&mut self, name: &'static str) -> Option<T> {
        self.parsed(name, ErrorCode::ValidationFailed, |text| text.parse().map_err(|e: T::Err| e.to_string()))
    }

    /// A list of values, separated by commas; empty if it is not given.
    pub fn values<T: FromStr<Err: Display>>(&mut self, name: &'static str) -> Vec<T> {
        let Some(text) = self.text(name) else { return Vec::new() };
        let mut values = Vec::new();
        for part in text.split(',') {
            match part.trim().parse() {
                Ok(value) => values.push(value),
                Err(error) => {
                    let error: T::Err = error;
                    self.problem(ErrorCode::ValidationFailed, name, error.to_string());
                    break;
                }
            }
        }
        values
    }

    /// One of these words.
    pub fn one_of(&mut self, name: &'static str, words: &[&str]) -> Option<String> {
        self.parsed(name, ErrorCode::ValidationFailed, |text| match words.contains(&text) {
            true => Ok(text.to_owned()),
            false => Err(not_one_of(text, words)),
        })
    }

    /// A whole number within limits.
    pub fn number(&mut self, name: &'static str, min: u64, max: u64) -> Option<u64> {
        self.parsed(name, ErrorCode::ValidationFailed, |text| match text.parse::<u64>() {
            Ok(number) if (min..=max).contains(&number) => Ok(number),
            _ => Err(format!("must be a whole number from {min} to {max}")),
        })
    }

    /// An instant; a bare date stands for the given end of its day.
    pub fn time(&mut self, name: &'static str, bound: Bound) -> Option<WallTime> {
        self.parsed(name, ErrorCode::InvalidTimeRange, |text| parse_time(text, bound))
    }

    /// Fails with all that was wrong, parameters that nobody asked for included.
    pub(crate) fn finish(mut self) -> Result<(), ApiError> {
        let unknown: BTreeSet<&str> =
            self.pairs.iter().map(|(key, _)| key.as_str()).filter(|key| !self.known.contains(key)).collect();
        let known: Vec<&str> = self.known.iter().copied().collect();
        for name in unknown {
            let reason = match known.as_slice() {
                [] => "is not a parameter: there are none here".to_owned(),
                known => format!("is not a parameter; valid ones: {}", known.join(", ")),
            };
            let field = word(name).unwrap_or("query").to_owned();
            self.problems.push(Problem { code: ErrorCode::ValidationFailed, field, reason });
        }
        combine(self.problems)
    }
}

/// One error out of all problems: with their common code, or else `VALIDATION_FAILED`.
fn combine(problems: Vec<Problem>) -> Result<(), ApiError> {
    let Some(first) = problems.first() else { return Ok(()) };
    let same = problems.iter().all(|problem| problem.code == first.code);
    let code = if same { first.code } else { ErrorCode::ValidationFailed };
    let sentences: Vec<String> = problems.iter().map(|p| format!("`{}` {}.", p.field, p.reason)).collect();
    let error = ApiError::new(code, sentences.join(" "));
    Err(problems.into_iter().fold(error, |error, p| error.detail(&p.field, p.reason)))
}
