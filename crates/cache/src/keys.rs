//! Every key there is and how long what is under it lives, as the requirement documents name them.
//! On a server each begins with the installation's prefix, `nightjar:` unless configured otherwise.

use std::time::Duration;

use nightjar_model::{CameraId, SessionId, UserId};

use crate::{Key, KeyPrefix};

/// How long a camera's status is believed.
pub const CAMERA_STATUS_TTL: Duration = Duration::from_secs(30);
/// How long what a camera is (name, address, model) is kept.
pub const CAMERA_INFO_TTL: Duration = Duration::from_secs(5 * 60);
/// How long what a camera can do is kept.
pub const CAMERA_CAPABILITIES_TTL: Duration = Duration::from_secs(60 * 60);
/// How long the status of a stream is believed.
pub const STREAM_STATUS_TTL: Duration = Duration::from_secs(30);
/// How long a sign-in is kept.
pub const SESSION_TTL: Duration = Duration::from_secs(24 * 60 * 60);
/// How long the digest of a user's newest access token is kept.
pub const USER_TOKEN_TTL: Duration = Duration::from_secs(24 * 60 * 60);
/// How long an idempotency key is remembered, at most.
pub const IDEMPOTENCY_TTL: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a window's count is kept where its limit is over half an hour or less; a longer limit
/// needs its own count for twice its length.
pub const RATE_LIMIT_TTL: Duration = Duration::from_secs(60 * 60);

/// The families of keys that only this crate counts under.
pub(crate) const COUNTED: [&str; 3] = ["once", "rate_limit", "failures"];

/// `camera:{id}:status`.
pub fn camera_status(id: CameraId) -> Key {
    Key::new("camera", &[&id.to_string(), "status"])
}

/// `camera:{id}:info`.
pub fn camera_info(id: CameraId) -> Key {
    Key::new("camera", &[&id.to_string(), "info"])
}

/// `camera:{id}:capabilities`.
pub fn camera_capabilities(id: CameraId) -> Key {
    Key::new("camera", &[&id.to_string(), "capabilities"])
}

/// `camera:{id}:*`: what goes when a camera is changed or deleted.
pub fn camera_all(id: CameraId) -> KeyPrefix {
    KeyPrefix::new("camera", &[&id.to_string()])
}

/// `stream:status:{camera}`: what a stream is doing, and on which node.
pub fn stream_status(id: CameraId) -> Key {
    Key::new("stream", &["status", &id.to_string()])
}

/// `session:{id}`: a sign-in.
pub fn session(id: SessionId) -> Key {
    Key::new("session", &[&id.to_string()])
}

/// `user:{id}:token`: the digest of a user's newest access token.
pub fn user_token(id: UserId) -> Key {
    Key::new("user", &[&id.to_string(), "token"])
}

/// `once:{purpose}:{id}`: that something was seen, for [`crate::Cache::add_once`].
pub fn once(purpose: &str, id: &str) -> Key {
    Key::new("once", &[purpose, id])
}

/// `rate_limit:{subject}:{window}`: the count of one window.
pub(crate) fn rate_limit(subject: &str, window: &str) -> Key {
    Key::new("rate_limit", &[subject, window])
}

/// `failures:{subject}`: attempts that failed.
pub(crate) fn failures(subject: &str) -> Key {
    Key::new("failures", &[subject])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_the_documents_keys() {
        let id = CameraId("0190a1b2-0000-7000-8000-000000000001".parse().expect("valid"));
        let all = camera_all(id);
        for (key, last) in [
            (camera_status(id), "status"),
            (camera_info(id), "info"),
            (camera_capabilities(id), "capabilities"),
        ] {
            assert_eq!(key.as_str(), format!("{}{last}", all.as_str()));
        }
        assert_eq!(stream_status(id).as_str(), format!("stream:status:{id}"));
        assert_eq!(rate_limit("10.0.0.1", "60s-7").as_str(), "rate_limit:10.0.0.1:60s-7");
    }
}
