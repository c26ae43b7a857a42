//! Optimistic locking: `ETag` and `If-Match` (RFC 9110 §8.8.3, §13.1.1) over counted versions.

use axum::extract::FromRequestParts;
use axum::http::header::{ETAG, IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use nightjar_model::ErrorCode;

use crate::answer::Answer;
use crate::error::ApiError;
use crate::media::{names_etag, set};

/// The version that a client means to change; none: whichever there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub Option<i64>);

/// How the document shows it.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes what `IfMatch` reads")]
pub struct IfMatchParam {
    /// `ETag` of the version that is meant; `*` is any.
    #[param(rename = "If-Match", format = "entity-tag", pattern = r#"^(\*|(W/)?"[0-9]{1,18}")$"#)]
    if_match: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get(IF_MATCH) else { return Ok(Self(None)) };
        parse(value.to_str().unwrap_or_default()).map(Self).ok_or_else(|| {
            let reason = "must be the `ETag` of an earlier answer, as \"3\", or `*`";
            ApiError::field(ErrorCode::ValidationFailed, "If-Match", reason)
        })
    }
}

/// A proxy that compresses what passes through makes a tag weak. It is taken all the same: it counts
/// changes of what is stored, not of the bytes that were sent.
pub(crate) fn parse(text: &str) -> Option<Option<i64>> {
    let text = text.trim();
    if text == "*" {
        return Some(None);
    }
    let digits = text.strip_prefix("W/").unwrap_or(text).strip_prefix('"')?.strip_suffix('"')?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten().map(Some)
}

/// An answer that tells the version of what is in it.
pub fn tagged<T: serde::Serialize>(answer: Answer<T>, version: i64) -> Response {
    let mut response = answer.into_response();
    set(&mut response, ETAG, &format!("\"{version}\""));
    response
}

/// How the document shows the header that [`unless_known`] reads.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes what `unless_known` reads")]
pub struct IfNoneMatchParam {
    /// `ETag` of an earlier answer: if nothing has changed since, there is none but its status, 304.
    #[param(rename = "If-None-Match")]
    if_none_match: Option<String>,
}

/// An answer with a weak tag (RFC 9110 §8.8.1), or 304 to a client that names it (§13.1.2).
pub fn unless_known<T: serde::Serialize>(answer: Answer<T>, tag: u64, headers: &HeaderMap) -> Response {
    let tag = format!("\"{tag:016x}\"");
    let is_known = names_etag(headers.get(IF_NONE_MATCH), &tag);
    let mut response =
        if is_known { StatusCode::NOT_MODIFIED.into_response() } else { answer.into_response() };
    set(&mut response, ETAG, &format!("W/{tag}"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_one_tag_or_any() {
        assert_eq!(parse("\"12\""), Some(Some(12)));
        assert_eq!(parse("W/\"12\""), Some(Some(12)));
        assert_eq!(parse(" * "), Some(None));
        for wrong in ["", "12", "\"\"", "\"-1\"", "\"a\"", "W/1", "w/\"1\"", "\"1\", \"2\""] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
