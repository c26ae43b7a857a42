//! Serving bytes of stored files: ranges (RFC 9110 §14), validators, redirections.

use std::ops::Range;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, IF_RANGE, LOCATION, RANGE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use nightjar_cache::Key;
use nightjar_model::{Caller, CameraId, ErrorCode, OrgId, Permission};
use nightjar_playback::{Delivery, Footage, Holder, TokenFault};
use sha2::{Digest, Sha256};

use crate::error::ApiError;
use crate::guard::{self, client::Client};
use crate::query::{FromQuery, QueryReader};
use crate::state::ApiState;

/// For how long what a client fetches with an address is one access.
const SAME_ACCESS: Duration = Duration::from_secs(3600);
/// Type of all media.
const MP4: &str = "video/mp4";

/// What lets a client fetch media.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `TokenQuery` reads")]
pub struct TokenParams {
    /// Signature of the address; part of the addresses that the API gives out.
    token: String,
}

/// The token of a request.
pub struct TokenQuery(Option<String>);

impl FromQuery for TokenQuery {
    fn from_query(reader: &mut QueryReader) -> Self {
        Self(reader.text("token"))
    }
}

/// To whom addresses of a request are given.
pub fn holder(state: &ApiState, caller: &Caller, client: &Client) -> Holder {
    Holder {
        user: caller.user,
        via: caller.via,
        ip: client.ip.filter(|_| state.config.media_bound_to_ip),
        export: caller.permissions.contains(Permission::RecordingExport),
    }
}

impl TokenQuery {
    /// The token, if there is one.
    pub fn text(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// Who asked for the address, with what it may do now. Fails unless the token is good for what lies
    /// under `prefix`, and the sign-in or API token that asked for it is still alive.
    pub async fn check(&self, state: &ApiState, client: &Client, prefix: &str) -> Result<Caller, ApiError> {
        let Some(token) = &self.0 else {
            let message = "This address needs a `token`: use one that the API gave out.";
            return Err(ApiError::new(ErrorCode::AuthTokenMissing, message));
        };
        let now = state.clock.now();
        let via = state.playback.tokens().verify(token, prefix, client.ip, now)?;
        Ok(state.access.holder(via, now).await?.ok_or(TokenFault::Wrong)?)
    }
}

/// Whether `caller` may still do `action` to footage of a camera: rights are lowered, and cameras change
/// their group, while an address or a session lives.
pub async fn still_may(
    state: &ApiState,
    caller: &Caller,
    action: Permission,
    (org, camera): (OrgId, CameraId),
    hidden: impl Fn() -> ApiError,
) -> Result<(), ApiError> {
    if org != caller.org {
        return Err(hidden());
    }
    let cameras = state.live.directory().known(org).await;
    let group = cameras.entry(camera).map(|entry| entry.group);
    guard::may(caller, action, group.flatten(), hidden)
}

/// Whether a client uses a signed address for the first time within the hour: whatever part of the file
/// it asks for, that is an access to footage.
pub async fn is_first_use(state: &ApiState, token: &str, client: &Client) -> bool {
    let digest: String = Sha256::digest(token).iter().map(|byte| format!("{byte:02x}")).collect();
    let ip = client.ip.map(|ip| ip.to_string()).unwrap_or_default();
    state.cache.add_once(&Key::new("footage_use", &[&digest, &ip]), SAME_ACCESS).await
}

/// Whether a request asks for a file from its beginning: what follows is the rest of the same access.
pub fn is_first_part(headers: &HeaderMap) -> bool {
    let range = headers.get(RANGE).and_then(|value| value.to_str().ok());
    range.is_none_or(|range| range.starts_with("bytes=0-"))
}

/// How long a client may keep an answer, and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caching {
    /// A file to be saved.
    Download,
    /// Media of a player.
    Player,
}

/// Answers with a file or the part of it that was asked for.
pub fn serve(
    delivery: Delivery,
    method: &Method,
    headers: &HeaderMap,
    caching: Caching,
) -> Result<Response, ApiError> {
    let footage = match delivery {
        Delivery::Bytes(footage) => footage,
        Delivery::Elsewhere(url) => return redirect(url.as_str()),
    };
    if let Some(etag) = footage.etag()
        && names_etag(headers.get(IF_NONE_MATCH), etag)
    {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        set(&mut response, ETAG, etag);
        return Ok(response);
    }
    let range = match asked_range(headers, &footage) {
        Asked::Whole => None,
        Asked::Part(range) => Some(range),
        Asked::Impossible => {
            let error = ApiError::new(ErrorCode::RangeNotSatisfiable, "The byte range is outside the file.");
            let mut response = error.detail("bytes", footage.len()).into_response();
            set(&mut response, CONTENT_RANGE, &format!("bytes */{}", footage.len()));
            return Ok(response);
        }
    };
    Ok(part(&footage, range, method, caching))
}

/// Answers with a fixed part of a file as if it were a file of its own.
pub fn serve_part(footage: &Footage, range: Range<u64>, method: &Method) -> Response {
    let mut response = Response::new(body(footage, range.clone(), method));
    set(&mut response, CONTENT_TYPE, MP4);
    set(&mut response, CONTENT_LENGTH, &(range.end - range.start).to_string());
    set(&mut response, CACHE_CONTROL, "private, max-age=3600");
    response
}

fn part(footage: &Footage, range: Option<Range<u64>>, method: &Method, caching: Caching) -> Response {
    let whole = 0..footage.len();
    let sent = range.clone().unwrap_or(whole);
    let mut response = Response::new(body(footage, sent.clone(), method));
    if range.is_some() {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let last = sent.end.saturating_sub(1);
        set(&mut response, CONTENT_RANGE, &format!("bytes {}-{last}/{}", sent.start, footage.len()));
    }
    set(&mut response, CONTENT_TYPE, MP4);
    set(&mut response, CONTENT_LENGTH, &(sent.end - sent.start).to_string());
    set(&mut response, ACCEPT_RANGES, "bytes");
    match footage.etag() {
        Some(etag) => {
            set(&mut response, ETAG, etag);
            set(&mut response, CACHE_CONTROL, "private, max-age=3600");
        }
        // It is still being written: the same range may have more tomorrow.
        None => set(&mut response, CACHE_CONTROL, "no-store"),
    }
    if caching == Caching::Download {
        attach(&mut response, footage.name());
    }
    response
}

fn body(footage: &Footage, range: Range<u64>, method: &Method) -> Body {
    if *method == Method::HEAD || range.is_empty() {
        Body::empty()
    } else {
        Body::from_stream(footage.stream(range))
    }
}

/// Names the file as a browser saves it. Keys hold nothing that would need quoting.
pub fn attach(response: &mut Response, name: &str) {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_graphic() && c != '"' && c != '\\' { c } else { '_' }).collect();
    set(response, CONTENT_DISPOSITION, &format!("attachment; filename=\"{plain}\""));
}

fn redirect(url: &str) -> Result<Response, ApiError> {
    let mut response = StatusCode::TEMPORARY_REDIRECT.into_response();
    let location =
        HeaderValue::from_str(url).map_err(|_| ApiError::internal("a presigned address is no header"))?;
    response.headers_mut().insert(LOCATION, location);
    set(&mut response, CACHE_CONTROL, "no-store");
    Ok(response)
}

/// Sets a header whose value is known to be plain text.
pub fn set(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// What a `Range` header asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    Whole,
    Part(Range<u64>),
    Impossible,
}

fn asked_range(headers: &HeaderMap, footage: &Footage) -> Asked {
    let Some(text) = headers.get(RANGE).and_then(|value| value.to_str().ok()) else { return Asked::Whole };
    // RFC 9110 §13.1.5: only if the client has a part of the very same file.
    if let Some(condition) = headers.get(IF_RANGE)
        && footage.etag().is_none_or(|etag| condition.as_bytes() != etag.as_bytes())
    {
        return Asked::Whole;
    }
    parse_range(text, footage.len())
}

/// One range. Several at once, other units and what is no range at all are ignored, as the
/// standard allows (RFC 9110 §14.2).
pub(crate) fn parse_range(text: &str, len: u64) -> Asked {
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|spec| spec.trim().split_once('-')) else {
        return Asked::Whole;
    };
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first > last => Asked::Whole,
        (Some(first), _) if first >= len && (last.is_empty() || number(last).is_some()) => Asked::Impossible,
        (Some(first), Some(last)) => Asked::Part(first..last.saturating_add(1).min(len)),
        (Some(first), None) if last.is_empty() => Asked::Part(first..len),
        (None, Some(0)) if first.is_empty() => Asked::Impossible,
        (None, Some(_)) if first.is_empty() && len == 0 => Asked::Impossible,
        (None, Some(suffix)) if first.is_empty() => Asked::Part(len.saturating_sub(suffix)..len),
        _ => Asked::Whole,
    }
}

/// Digits only, unlike `parse`, which takes a sign.
fn number(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // More digits than fit are beyond the end of any file.
    Some(text.parse().unwrap_or(u64::MAX))
}

/// Whether an `If-None-Match` header names this tag (weak comparison).
pub(crate) fn names_etag(header: Option<&HeaderValue>, etag: &str) -> bool {
    let Some(text) = header.and_then(|value| value.to_str().ok()) else { return false };
    text.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        let cases = [
            ("bytes=0-99", Asked::Part(0..100)),
            ("bytes=0-0", Asked::Part(0..1)),
            ("bytes=900-", Asked::Part(900..1000)),
            ("bytes=-100", Asked::Part(900..1000)),
            ("bytes=-5000", Asked::Part(0..1000)),
            ("bytes=500-99999999999999999999999", Asked::Part(500..1000)),
            ("bytes=1000-", Asked::Impossible),
            ("bytes=1000-1001", Asked::Impossible),
            ("bytes=99999999999999999999999-", Asked::Impossible),
            ("bytes=-0", Asked::Impossible),
            ("bytes=5-4", Asked::Whole),
            ("bytes=0-1,5-6", Asked::Whole),
            ("bytes=a-b", Asked::Whole),
            ("bytes=+1-2", Asked::Whole),
            ("bytes=", Asked::Whole),
            ("bytes=-", Asked::Whole),
            ("items=0-1", Asked::Whole),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_range(text, 1000), expected, "{text}");
        }
        assert_eq!(parse_range("bytes=-5", 0), Asked::Impossible);
    }

    #[test]
    fn a_name_stays_within_its_quotes_and_its_line() {
        for name in
            ["a\r\nset-cookie: x=1", "a\"; filename=\"b.exe", "a\\", "\u{202e}4pm.exe", "\0", "ä/../b"]
        {
            let mut response = Response::new(Body::empty());
            attach(&mut response, name);
            let value = response.headers()[CONTENT_DISPOSITION].to_str().expect("plain text").to_owned();
            let inner = value.strip_prefix("attachment; filename=\"").and_then(|rest| rest.strip_suffix('"'));
            let inner = inner.unwrap_or_else(|| panic!("{name:?} gave {value}"));
            assert!(
                inner.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\'),
                "{value}"
            );
        }
    }
}
