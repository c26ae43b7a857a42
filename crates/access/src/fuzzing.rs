//! Entry points of the fuzz targets (`fuzz/`): the secrets and tokens that clients and providers send. Compiled
//! with `--cfg fuzzing` only.

use nightjar_model::{Secret, UserId, WallTime};
use uuid::Uuid;

use crate::{api_token, base32, jwt, password, totp};

pub use crate::oidc::fuzzing::{discovery, id_token};

/// What stands behind `Bearer`, and the other secrets that people type.
pub fn credentials(text: &str) {
    let now = WallTime::from_millis(1_763_645_921_000);
    if let Ok(unproven) = jwt::parse(text) {
        assert!(unproven.kid.len() <= text.len());
    }
    let _ = (api_token::is_one(text), api_token::parse(text), api_token::Network::parse(text));
    if let Some(bytes) = base32::decode(text) {
        let again = base32::decode(&base32::encode(&bytes));
        assert_eq!(again, Some(bytes), "what was decoded does not come back");
    }
    let secret = Secret::new(text);
    let _ = (totp::matching_step(&secret, "123456", now), totp::code(&secret, now));
    let _ = (totp::matching_step(&Secret::new("MZXW6YQ"), text, now), totp::address(&secret, text, text));
    let _ = totp::recovery_digest(UserId(Uuid::nil()), text);
    let _ = password::check_password(&secret, text);
}
