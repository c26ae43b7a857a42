//! Failures: one type, one way into a response.
//!
//! A handler's error becomes an empty response that carries the [`ApiError`] as an extension;
//! the shell, which knows the request's id, logs it and writes the envelope. So the text for
//! outside and the one for the log are kept apart until the very end.

mod access;

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use nightjar_catalog::CatalogError;
use nightjar_model::{ErrorCode, to_rfc3339};
use nightjar_playback::{PlaybackError, TokenFault};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::echo::word;
use crate::time::Timestamp;

/// A failure on its way to the client. Cheap to clone, as an extension must be.
#[derive(Debug, Clone)]
pub struct ApiError {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    code: ErrorCode,
    message: String,
    details: BTreeMap<String, Value>,
    /// What the log gets to see besides; never sent.
    cause: Option<String>,
    retry_after_secs: Option<u64>,
}

impl ApiError {
    /// A failure with a message for a person.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let inner = Inner {
            code,
            message: message.into(),
            details: BTreeMap::new(),
            cause: None,
            retry_after_secs: None,
        };
        Self { inner: Arc::new(inner) }
    }

    /// A wrong field or parameter.
    pub fn field(code: ErrorCode, field: &str, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self::new(code, format!("`{field}` {reason}")).detail(field, reason)
    }

    /// No such event.
    pub fn event_not_found(asked: &str) -> Self {
        Self::new(ErrorCode::EventNotFound, "There is no such event.").about("id", asked)
    }

    /// No such camera.
    pub fn camera_not_found(asked: &str) -> Self {
        Self::new(ErrorCode::CameraNotFound, "There is no such camera.").about("camera_id", asked)
    }

    /// The camera has no such settings, or not in the version that was asked for.
    pub fn config_not_found(message: &str, config_type: &str) -> Self {
        Self::new(ErrorCode::CameraConfigNotFound, message).about("type", config_type)
    }

    /// No such recorded file.
    pub fn recording_not_found(asked: &str) -> Self {
        Self::new(ErrorCode::RecordingNotFound, "There is no such recording.").about("id", asked)
    }

    /// No such account.
    pub fn user_not_found(asked: &str) -> Self {
        Self::new(ErrorCode::UserNotFound, "There is no such account.").about("id", asked)
    }

    /// No such API token.
    pub fn token_not_found(asked: &str) -> Self {
        Self::new(ErrorCode::TokenNotFound, "There is no such API token.").about("id", asked)
    }

    /// No such group of cameras.
    pub fn group_not_found(asked: &str) -> Self {
        Self::new(ErrorCode::GroupNotFound, "There is no such camera group.").about("id", asked)
    }

    /// No such sign-in of the caller's.
    pub fn sign_in_not_found() -> Self {
        Self::new(ErrorCode::SessionNotFound, "There is no such sign-in: it may have ended.")
    }

    /// The version that the client means is not the newest.
    pub fn stale() -> Self {
        let message = "It was changed by somebody else meanwhile: load it again, and repeat your change.";
        Self::new(ErrorCode::VersionConflict, message)
    }

    /// No such playback session, or not any more.
    pub fn session_not_found() -> Self {
        Self::new(ErrorCode::SessionNotFound, "There is no such playback session: it may have expired.")
    }

    /// A defect of ours: the cause is for the log only.
    pub fn internal(cause: impl Into<String>) -> Self {
        Self::new(
            ErrorCode::Internal,
            "Something went wrong on our side. The log has more under the request id.",
        )
        .cause(cause)
    }

    /// Adds a fact for programs.
    pub fn detail(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.change().details.insert(key.to_owned(), value.into());
        self
    }

    /// Adds what was asked for, if it may be said back.
    fn about(self, key: &str, asked: &str) -> Self {
        match word(asked) {
            Some(asked) => self.detail(key, asked),
            None => self,
        }
    }

    /// Adds what only the log gets to see.
    pub fn cause(mut self, cause: impl Into<String>) -> Self {
        self.change().cause = Some(cause.into());
        self
    }

    /// Adds when to try again.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.change().retry_after_secs = Some(seconds);
        self
    }

    /// Its code.
    pub fn code(&self) -> ErrorCode {
        self.inner.code
    }

    /// What only the log gets to see.
    pub fn log_cause(&self) -> Option<&str> {
        self.inner.cause.as_deref()
    }

    /// When to try again.
    pub fn retry_after_secs(&self) -> Option<u64> {
        self.inner.retry_after_secs
    }

    /// Its HTTP status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.inner.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The envelope.
    pub fn envelope(&self, request_id: &str, now: Timestamp) -> Failure {
        Failure {
            success: false,
            data: (),
            error: self.body(),
            timestamp: now,
            request_id: request_id.to_owned(),
        }
    }

    /// What the client gets to see.
    pub fn body(&self) -> FailureBody {
        FailureBody {
            code: self.inner.code.as_str().to_owned(),
            message: self.inner.message.clone(),
            details: self.inner.details.clone(),
        }
    }

    fn change(&mut self) -> &mut Inner {
        Arc::get_mut(&mut self.inner).expect("an error is changed only by its maker, before it is shared")
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<CatalogError> for ApiError {
    fn from(error: CatalogError) -> Self {
        let cause = chain(&error);
        match error {
            CatalogError::Full(_) => {
                Self::new(ErrorCode::StorageFull, "There is no room left for the database.").cause(cause)
            }
            CatalogError::Stale => Self::stale(),
            CatalogError::Taken(field) => Self::field(ErrorCode::Conflict, field, "is taken"),
            CatalogError::NotFound(_) => {
                Self::new(ErrorCode::NotFound, "It was deleted in the meantime.").cause(cause)
            }
            error if error.is_transient() => {
                let message = "The database does not answer. Try again shortly.";
                Self::new(ErrorCode::DatabaseUnavailable, message).cause(cause).retry_after(5)
            }
            _ => Self::internal(cause),
        }
    }
}

impl From<PlaybackError> for ApiError {
    fn from(error: PlaybackError) -> Self {
        let said = error.to_string();
        match error {
            PlaybackError::NoSuchSession => Self::session_not_found(),
            PlaybackError::TooManySessions { limit } => {
                let message = "There are too many playback sessions. End one, or try again later.";
                Self::new(ErrorCode::ConcurrentLimitExceeded, message).detail("limit", limit).retry_after(60)
            }
            PlaybackError::SessionTooOld => Self::new(
                ErrorCode::Conflict,
                "The session can't be extended any further: start another one.",
            ),
            PlaybackError::EmptyRange | PlaybackError::RangeTooLong { .. } => {
                let reason = said.trim_start_matches("`to` ");
                Self::field(ErrorCode::InvalidTimeRange, "to", reason)
            }
            PlaybackError::InTheFuture => {
                Self::field(ErrorCode::InvalidTimeRange, "from", "must not be in the future")
            }
            PlaybackError::NothingRecorded { before } => {
                let error = Self::new(ErrorCode::RecordingNotFound, "Nothing was recorded in this range.");
                before.into_iter().fold(error, |error, time| error.detail("newest_before", to_rfc3339(time)))
            }
            PlaybackError::NoSuchEntry => {
                Self::new(ErrorCode::RecordingNotFound, "The playlist of this session has no such entry.")
            }
            PlaybackError::NotAvailable { source, .. } => {
                let message = "The footage is neither on the disk nor in the bucket at the moment.";
                let cause = source.map_or(said, |source| chain(&source));
                Self::new(ErrorCode::StorageUnavailable, message).cause(cause).retry_after(30)
            }
            PlaybackError::Catalog(error) => error.into(),
            PlaybackError::Storage(error) => {
                let message = "The footage storage does not answer. Try again shortly.";
                Self::new(ErrorCode::StorageUnavailable, message).cause(chain(&error)).retry_after(5)
            }
            PlaybackError::Footage(cause) => Self::internal(cause),
        }
    }
}

impl From<TokenFault> for ApiError {
    fn from(fault: TokenFault) -> Self {
        let message = match fault {
            TokenFault::Wrong => "The `token` is not valid for this address.",
            TokenFault::Expired => "The `token` has expired: ask for a new address.",
        };
        Self::new(ErrorCode::AuthTokenInvalid, message)
    }
}

/// An error with all its sources, for the log.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let more = inner.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        source = inner.source();
    }
    text
}

/// The envelope of every failed answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Failure {
    /// Always false.
    #[schema(example = false)]
    success: bool,
    /// Always null.
    #[schema(value_type = Option<String>, example = json!(null))]
    data: (),
    /// What went wrong.
    error: FailureBody,
    /// When the answer was made.
    timestamp: Timestamp,
    /// Also in the header `x-request-id` and in the log.
    #[schema(value_type = uuid::Uuid)]
    request_id: String,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct FailureBody {
    /// For programs; goes with the HTTP status.
    #[schema(example = "CAMERA_NOT_FOUND")]
    code: String,
    /// For people.
    message: String,
    /// More facts. For `VALIDATION_FAILED`: one entry a wrong field, with the reason.
    details: BTreeMap<String, Value>,
}
