//! Failures of requests, in words that say what to do.

use object_store::client::{HttpError, HttpErrorKind};

use crate::StorageError;

/// Longest piece of a server's own words that is passed on.
const MAX_WORDS: usize = 300;

/// Turns the library's error into ours. `key` is the object, or what else was dealt with.
pub(super) fn explain(bucket: &str, action: &str, key: &str, error: object_store::Error) -> StorageError {
    use object_store::Error;
    let words = words_of(&error);
    let code = code_of(&words);
    let action = format!("{action} `{key}`");
    if code.as_deref() == Some("NoSuchBucket") {
        return StorageError::NoBucket(bucket.to_owned());
    }
    match &error {
        Error::NotFound { .. } => StorageError::NotFound(key.to_owned()),
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            refused(action, code.as_deref(), &words)
        }
        _ => StorageError::Unavailable { action, reason: transport(&error).unwrap_or_else(|| said(&words)) },
    }
}

/// The answer of a request that we sent ourselves.
pub(super) fn explain_status(action: &str, status: u16, body: &str) -> StorageError {
    let code = code_of(body);
    match status {
        401 | 403 => refused(action.to_owned(), code.as_deref(), body),
        _ => StorageError::Unavailable {
            action: action.to_owned(),
            reason: format!("{status}: {}", said(body)),
        },
    }
}

/// A request that we sent ourselves and that got no answer.
pub(super) fn explain_transport(action: &str, error: &HttpError) -> StorageError {
    StorageError::Unavailable { action: action.to_owned(), reason: kind(error) }
}

/// A request that took too long.
pub(super) fn too_slow(action: &str, key: &str) -> StorageError {
    StorageError::Unavailable { action: format!("{action} `{key}`"), reason: "no answer in time".to_owned() }
}

fn refused(action: String, code: Option<&str>, words: &str) -> StorageError {
    let reason = match code {
        Some("InvalidAccessKeyId") => "it does not know the access key id: check `access_key_id`".to_owned(),
        Some("SignatureDoesNotMatch") => {
            "the signature is wrong: check `secret_access_key` and `region`".to_owned()
        }
        Some("RequestTimeTooSkewed") => "this machine's clock is wrong: set it by NTP".to_owned(),
        Some("AccessDenied") | None => {
            "the key has no right to it: allow it in the bucket's policy".to_owned()
        }
        Some(code) => format!("{code}: {}", said(words)),
    };
    StorageError::Refused { action, reason }
}

/// The innermost words: those of the server or of the socket.
fn words_of(error: &object_store::Error) -> String {
    let mut current: &(dyn std::error::Error + 'static) = error;
    while let Some(source) = current.source() {
        current = source;
    }
    current.to_string()
}

fn transport(error: &object_store::Error) -> Option<String> {
    let mut current: &(dyn std::error::Error + 'static) = error;
    loop {
        if let Some(error) = current.downcast_ref::<HttpError>() {
            return Some(kind(error));
        }
        current = current.source()?;
    }
}

fn kind(error: &HttpError) -> String {
    let mut innermost: &(dyn std::error::Error + 'static) = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    match error.kind() {
        HttpErrorKind::Connect => {
            format!("no connection to the storage server ({innermost}): is it running, is `endpoint` right?")
        }
        HttpErrorKind::Timeout => "the storage server did not answer in time".to_owned(),
        _ => format!("the connection to the storage server broke ({innermost})"),
    }
}

/// What the server said: the message of its XML, else its first words.
fn said(words: &str) -> String {
    let text = match (code_of(words), between(words, "<Message>", "</Message>")) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code,
        _ => words.trim().to_owned(),
    };
    text.chars().take(MAX_WORDS).collect()
}

fn code_of(words: &str) -> Option<String> {
    between(words, "<Code>", "</Code>")
}

fn between(words: &str, start: &str, end: &str) -> Option<String> {
    let (_, rest) = words.split_once(start)?;
    let (inner, _) = rest.split_once(end)?;
    Some(inner.to_owned())
}
