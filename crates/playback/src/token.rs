//! Signed addresses: a token lets its bearer fetch what lies under one path, until it expires.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use nightjar_model::WallTime;
use sha2::Sha256;

/// Bytes of the signature that are kept (RFC 2104 §5 wants at least half of its 32).
const MAC_BYTES: usize = 16;
/// Bytes of the expiry: seconds since 1970, enough until the year 36,812.
const EXPIRY_BYTES: usize = 5;

/// Signs and checks tokens. `Debug` hides the key.
#[derive(Clone)]
pub struct MediaTokens {
    key: [u8; 32],
}

/// Why a token is not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// It was not made here, or for another path.
    #[error("the token is not valid for this address")]
    Wrong,
    /// It is too old.
    #[error("the token has expired")]
    Expired,
}

impl MediaTokens {
    /// Signs with this key.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// A token for everything under `prefix` until `expires` (whole seconds).
    pub fn sign(&self, prefix: &str, expires: WallTime) -> String {
        let seconds = u64::try_from(expires.micros() / 1_000_000).unwrap_or(0).to_be_bytes();
        let mut token = [0; EXPIRY_BYTES + MAC_BYTES];
        token[..EXPIRY_BYTES].copy_from_slice(&seconds[8 - EXPIRY_BYTES..]);
        let mac = self.mac(prefix, &token[..EXPIRY_BYTES]).finalize().into_bytes();
        token[EXPIRY_BYTES..].copy_from_slice(&mac[..MAC_BYTES]);
        URL_SAFE_NO_PAD.encode(token)
    }

    /// Whether the token is good for what lies under `prefix` at `now`.
    pub fn verify(&self, token: &str, prefix: &str, now: WallTime) -> Result<(), TokenFault> {
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| TokenFault::Wrong)?;
        if bytes.len() != EXPIRY_BYTES + MAC_BYTES {
            return Err(TokenFault::Wrong);
        }
        let (expiry, mac) = bytes.split_at(EXPIRY_BYTES);
        // In constant time.
        self.mac(prefix, expiry).verify_truncated_left(mac).map_err(|_| TokenFault::Wrong)?;
        let seconds = expiry.iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
        let expires = WallTime::from_micros(0) + Duration::from_secs(seconds);
        if now < expires { Ok(()) } else { Err(TokenFault::Expired) }
    }

    fn mac(&self, prefix: &str, expiry: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(b"nightjar media 1\0");
        mac.update(expiry);
        mac.update(prefix.as_bytes());
        mac
    }
}

impl std::fmt::Debug for MediaTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MediaTokens(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: WallTime = WallTime::from_millis(1_763_645_921_000);

    #[test]
    fn a_token_is_good_for_its_path_until_it_expires() {
        let tokens = MediaTokens::new([7; 32]);
        let expires = NOW + Duration::from_secs(900);
        let token = tokens.sign("/a/b/", expires);
        assert_eq!(tokens.verify(&token, "/a/b/", NOW), Ok(()));
        assert_eq!(tokens.verify(&token, "/a/b/", expires), Err(TokenFault::Expired));
        assert_eq!(tokens.verify(&token, "/a/c/", NOW), Err(TokenFault::Wrong));
        assert_eq!(MediaTokens::new([8; 32]).verify(&token, "/a/b/", NOW), Err(TokenFault::Wrong));
    }

    #[test]
    fn no_changed_character_goes_unnoticed() {
        let tokens = MediaTokens::new([7; 32]);
        let token = tokens.sign("/a/", NOW + Duration::from_secs(900));
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert_eq!(tokens.verify(&changed, "/a/", NOW), Err(TokenFault::Wrong), "at {at}");
        }
        for junk in ["", "A", "====", "ä", &token[1..], &format!("{token}AAAA")] {
            assert_eq!(tokens.verify(junk, "/a/", NOW), Err(TokenFault::Wrong));
        }
    }
}
