//! Entry points of the fuzz targets (`fuzz/`): what an OpenID provider answers.

use nightjar_model::WallTime;

use super::discovery::{self, Document};
use super::id_token::{self, Expected};
use super::issuer::Issuer;
use super::jwks::{self, KeySet};
use super::{http, username};

/// A key set and an ID token, separated by a line break.
pub fn id_token(data: &[u8]) {
    let (keys, token) = data.split_at(data.iter().position(|byte| *byte == b'\n').unwrap_or(0));
    let set = http::decode::<KeySet>("key set", keys).map(|set| set.keys).unwrap_or_default();
    let keys: Vec<_> = set.into_iter().filter_map(jwks::read).collect();
    let Ok(unproven) = id_token::parse(str::from_utf8(token).unwrap_or_default().trim()) else { return };
    let now = WallTime::from_millis(1_763_645_921_000);
    let expected = Expected { issuer: "https://id.example", client_id: "nightjar", nonce: "n", now };
    if let Ok(claims) = unproven.open(&keys, &expected) {
        let _ = (username::candidates(&claims), claims.email_verified(), claims.values("a.b"));
    }
}

/// A discovery document; its issuer's address before the first line break.
pub fn discovery(data: &[u8]) {
    let (issuer, document) = data.split_at(data.iter().position(|byte| *byte == b'\n').unwrap_or(0));
    let Ok(issuer) = Issuer::parse(str::from_utf8(issuer).unwrap_or_default()) else { return };
    if let Ok(document) = http::decode::<Document>("discovery document", document) {
        let _ = discovery::read(document, &issuer);
    }
}
