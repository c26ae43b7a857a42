//! JSON bodies: a wrong one is told by field and reason.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use nightjar_model::ErrorCode;
use serde::de::{self, DeserializeOwned};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Number, Value};

use crate::echo;
use crate::error::ApiError;

/// Why a text with that character is refused, in bodies and in queries.
pub(crate) const NUL: &str = "must not hold the character U+0000";

/// From here on reals skip whole numbers.
const MOST_WHOLE: f64 = 9_007_199_254_740_992.0;

/// A JSON body.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            let message = "The body must be JSON, with `Content-Type: application/json`.";
            return Err(ApiError::new(ErrorCode::UnsupportedMediaType, message));
        }
        let bytes = read(request, state).await?;
        parse(&bytes).map(Self)
    }
}

/// A body to its end, if it is not larger than bodies may be.
pub(crate) async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, state).await.map_err(|rejection| match rejection.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => ApiError::new(ErrorCode::ValidationFailed, "The body could not be read to its end."),
    })
}

/// The body is larger than any that makes sense.
pub fn too_large() -> ApiError {
    ApiError::new(ErrorCode::PayloadTooLarge, "The body is too large.")
}

/// `patch` merged into `value` (RFC 7396): null takes a field away.
pub fn merge(value: Value, patch: Value) -> Value {
    let Value::Object(changes) = patch else { return patch };
    let mut object = match value {
        Value::Object(object) => object,
        _ => Map::new(),
    };
    for (field, change) in changes {
        let old = object.remove(&field).unwrap_or_default();
        let nested = change.is_object();
        // A null that is new says "none", as for a password, which no answer shows: it is kept.
        object.insert(field, if nested { merge(old, change) } else { change });
    }
    Value::Object(object)
}

/// A value as the type that an operation takes; what is wrong is told by field and reason.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, ApiError> {
    serde_path_to_error::deserialize(value).map_err(|error| wrong(error.path().to_string(), error.inner()))
}

/// A whole number; JSON has but one kind of numbers, so `900.0` is one too.
pub fn whole<'de, D: Deserializer<'de>, T: TryFrom<u64>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let Some(number) = Option::<Number>::deserialize(deserializer)? else { return Ok(None) };
    let real = || number.as_f64().filter(|real| real.fract() == 0.0 && (0.0..MOST_WHOLE).contains(real));
    let whole = number.as_u64().or_else(|| real().map(|real| real as u64));
    let value = whole.and_then(|whole| T::try_from(whole).ok());
    value.map(Some).ok_or_else(|| de::Error::custom("must be a whole number within its limits"))
}

fn wrong(path: String, error: &serde_json::Error) -> ApiError {
    let named = path.split('.').all(|part| echo::word(part.split('[').next().unwrap_or_default()).is_some());
    let field = if named && error.is_data() { path } else { "body".to_owned() };
    ApiError::field(ErrorCode::ValidationFailed, &field, reason(error))
}

pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    if holds_nul(bytes) {
        return Err(ApiError::field(ErrorCode::ValidationFailed, "body", NUL));
    }
    // A list would do for serde: its values would be the fields in their order.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(ApiError::field(ErrorCode::ValidationFailed, "body", "must be a JSON object"));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| wrong(error.path().to_string(), error.inner()))?;
    match deserializer.end() {
        Ok(()) => Ok(value),
        Err(_) => Err(ApiError::field(ErrorCode::ValidationFailed, "body", "has more than one JSON value")),
    }
}

/// Whether a text in the JSON has the character U+0000, which databases do not take. It is written
/// as `\u0000`; behind an even number of backslashes that are themselves escaped.
fn holds_nul(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let escape = &rest[at + 1..];
        if escape.starts_with(b"u0000") {
            return true;
        }
        rest = escape.get(1..).unwrap_or_default();
    }
    false
}

fn reason(error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "is not JSON: it ends too early".to_owned();
    }
    if error.is_syntax() {
        return format!("is not JSON: see line {}, column {}", error.line(), error.column());
    }
    // The position says nothing that the field's name does not say better.
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
    format!("is wrong: {}", echo::without_value(text).chars().take(300).collect::<String>())
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_character_that_databases_do_not_take_is_found() {
        for with in [r#""\u0000""#, r#"{"a":"x\\\u0000"}"#] {
            assert!(holds_nul(with.as_bytes()), "{with}");
        }
        for without in [r#""\\u0000""#, r#""\u00001""#.replace("0000", "0001").as_str(), r#""u0000\\""#, "\""]
        {
            assert!(!holds_nul(without.as_bytes()), "{without}");
        }
    }

    #[test]
    fn a_list_is_no_object() {
        #[derive(Deserialize)]
        struct Named {
            name: String,
        }
        let named: Result<Named, ApiError> = parse(br#" {"name":"Yard"}"#);
        assert_eq!(named.expect("an object").name, "Yard");
        let list: Result<Named, ApiError> = parse(b" [\"Yard\"]");
        assert!(list.is_err());
    }

    #[test]
    fn a_whole_number_may_be_written_as_a_real_one() {
        #[derive(Deserialize)]
        struct Kept {
            #[serde(default, deserialize_with = "whole")]
            seconds: Option<u32>,
        }
        let read = |value: Value| serde_json::from_value(value).map(|kept: Kept| kept.seconds).ok();
        for (value, expected) in [
            (json!({ "seconds": 900 }), Some(Some(900))),
            (json!({ "seconds": 900.0 }), Some(Some(900))),
            (json!({ "seconds": null }), Some(None)),
            (json!({}), Some(None)),
            (json!({ "seconds": 900.5 }), None),
            (json!({ "seconds": -1 }), None),
            (json!({ "seconds": 4_294_967_296_u64 }), None),
            (json!({ "seconds": "900" }), None),
        ] {
            assert_eq!(read(value.clone()), expected, "{value}");
        }
    }

    #[test]
    fn a_patch_changes_only_what_it_names() {
        let value = json!({ "name": "Door", "source": { "main_url": "a", "sub_url": "b" }, "tags": ["x"] });
        let patch = json!({ "source": { "sub_url": null, "password": null }, "tags": [] });
        let merged = json!({ "name": "Door", "source": { "main_url": "a", "sub_url": null, "password": null }, "tags": [] });
        assert_eq!(merge(value, patch), merged);
        assert_eq!(merge(json!({ "a": 1 }), json!("text")), json!("text"));
    }
}
