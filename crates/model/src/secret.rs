//! What must never be printed.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

/// A password or key. It has no `Display`, its `Debug` hides it, and it is zero-length only when
/// the secret really is empty.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself: only for the call that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The address as it may be shown: user information replaced by `***`, and the values of query
/// parameters too, because many cameras take their password there.
pub fn redact_url(url: &Url) -> String {
    let mut shown = url.clone();
    if !shown.username().is_empty() || shown.password().is_some() {
        // Fails only for addresses without a host, which have no user information either.
        let _ = shown.set_username("***");
        let _ = shown.set_password(None);
    }
    if shown.query().is_some() {
        let keys: Vec<String> = url.query_pairs().map(|(key, _)| key.into_owned()).collect();
        shown.query_pairs_mut().clear().extend_pairs(keys.iter().map(|key| (key, "***")));
    }
    shown.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_is_shown() {
        let url = Url::parse("rtsp://admin:hunter2@cam/stream?channel=1&password=hunter2").expect("valid");
        let shown = redact_url(&url);
        assert!(!shown.contains("hunter2") && !shown.contains("admin"), "{shown}");
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(…)");
    }
}
