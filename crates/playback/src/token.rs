//! Signed addresses: a token lets its bearer fetch what lies under one path, until it expires or
//! until the sign-in or API token that asked for it is ended.
//!
//! Layout: flags (1 byte), expiry (5), id of the sign-in or API token (16), signature (16); base64url.

use std::net::IpAddr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use nightjar_model::{SessionId as SignIn, TokenId, UserId, Via, WallTime};
use sha2::Sha256;
use uuid::Uuid;

/// Bytes of the signature that are kept (RFC 2104 §5 wants at least half of its 32).
const MAC_BYTES: usize = 16;
/// Bytes of the expiry: seconds since 1970, enough until the year 36,812.
const EXPIRY_BYTES: usize = 5;
/// Bytes in front of the signature.
const HEAD_BYTES: usize = 1 + EXPIRY_BYTES + 16;
/// The id is an API token's, not a sign-in's.
const BY_TOKEN: u8 = 1;
/// The client's address is part of what is signed.
const BOUND_TO_IP: u8 = 2;

/// Signs and checks tokens. `Debug` hides the key.
#[derive(Clone)]
pub struct MediaTokens {
    key: [u8; 32],
}

/// To whom an address is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// The account.
    pub user: UserId,
    /// What ends it: this sign-in or API token.
    pub via: Via,
    /// The only client that may use it; none: any.
    pub ip: Option<IpAddr>,
    /// Whether footage may be taken away too, not only watched.
    pub export: bool,
}

/// Why a token is not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// It was not made here, for another path, or for another client.
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
    pub fn sign(&self, prefix: &str, expires: WallTime, holder: &Holder) -> String {
        let seconds = u64::try_from(expires.micros() / 1_000_000).unwrap_or(0).to_be_bytes();
        let (kind, id) = match holder.via {
            Via::Session(id) => (0, id.0),
            Via::Token(id) => (BY_TOKEN, id.0),
        };
        let bound = if holder.ip.is_some() { BOUND_TO_IP } else { 0 };
        let mut token = [0; HEAD_BYTES + MAC_BYTES];
        token[0] = kind | bound;
        token[1..=EXPIRY_BYTES].copy_from_slice(&seconds[8 - EXPIRY_BYTES..]);
        token[1 + EXPIRY_BYTES..HEAD_BYTES].copy_from_slice(id.as_bytes());
        let mac = self.mac(prefix, &token[..HEAD_BYTES], holder.ip).finalize().into_bytes();
        token[HEAD_BYTES..].copy_from_slice(&mac[..MAC_BYTES]);
        URL_SAFE_NO_PAD.encode(token)
    }

    /// Whether the token is good for what lies under `prefix` at `now`, for a client at `ip`. Gives
    /// what it lives by: the caller asks whether that has been ended.
    pub fn verify(
        &self,
        token: &str,
        prefix: &str,
        ip: Option<IpAddr>,
        now: WallTime,
    ) -> Result<Via, TokenFault> {
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| TokenFault::Wrong)?;
        if bytes.len() != HEAD_BYTES + MAC_BYTES || bytes[0] & !(BY_TOKEN | BOUND_TO_IP) != 0 {
            return Err(TokenFault::Wrong);
        }
        let (head, mac) = bytes.split_at(HEAD_BYTES);
        let ip = ip.filter(|_| head[0] & BOUND_TO_IP != 0);
        if head[0] & BOUND_TO_IP != 0 && ip.is_none() {
            return Err(TokenFault::Wrong);
        }
        // In constant time.
        self.mac(prefix, head, ip).verify_truncated_left(mac).map_err(|_| TokenFault::Wrong)?;
        let seconds = head[1..=EXPIRY_BYTES].iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
        let expires = WallTime::from_micros(0) + Duration::from_secs(seconds);
        if now >= expires {
            return Err(TokenFault::Expired);
        }
        let id = Uuid::from_slice(&head[1 + EXPIRY_BYTES..]).map_err(|_| TokenFault::Wrong)?;
        let by_token = head[0] & BY_TOKEN != 0;
        Ok(if by_token { Via::Token(TokenId(id)) } else { Via::Session(SignIn(id)) })
    }

    fn mac(&self, prefix: &str, head: &[u8], ip: Option<IpAddr>) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(b"nightjar media 2\0");
        mac.update(head);
        // Of fixed length, so that no path can pass for an address and a path.
        mac.update(&ip.map_or([0; 16], |ip| canonical(ip).octets()));
        mac.update(prefix.as_bytes());
        mac
    }
}

/// IPv4 and the same address written as IPv6 are one client.
fn canonical(ip: IpAddr) -> std::net::Ipv6Addr {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.to_ipv6_mapped(),
        IpAddr::V6(ip) => ip,
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
    const SIGN_IN: Holder = Holder {
        user: UserId(Uuid::nil()),
        via: Via::Session(SignIn(Uuid::from_u128(5))),
        ip: None,
        export: true,
    };

    #[test]
    fn a_token_is_good_for_its_path_until_it_expires() {
        let tokens = MediaTokens::new([7; 32]);
        let expires = NOW + Duration::from_secs(900);
        for via in [SIGN_IN.via, Via::Token(TokenId(Uuid::from_u128(6)))] {
            let token = tokens.sign("/a/b/", expires, &Holder { via, ..SIGN_IN });
            assert_eq!(tokens.verify(&token, "/a/b/", None, NOW), Ok(via));
            assert_eq!(tokens.verify(&token, "/a/b/", None, expires), Err(TokenFault::Expired));
            assert_eq!(tokens.verify(&token, "/a/c/", None, NOW), Err(TokenFault::Wrong));
            assert_eq!(MediaTokens::new([8; 32]).verify(&token, "/a/b/", None, NOW), Err(TokenFault::Wrong));
        }
    }

    #[test]
    fn a_token_may_be_for_one_client_only() {
        let tokens = MediaTokens::new([7; 32]);
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        let bound = Holder { ip: Some(ip("192.0.2.7")), ..SIGN_IN };
        let token = tokens.sign("/a/", NOW + Duration::from_secs(900), &bound);
        let verify = |from: Option<&str>| tokens.verify(&token, "/a/", from.map(ip), NOW);
        assert_eq!(verify(Some("192.0.2.7")), Ok(SIGN_IN.via));
        assert_eq!(verify(Some("::ffff:192.0.2.7")), Ok(SIGN_IN.via));
        assert_eq!(verify(Some("192.0.2.8")), Err(TokenFault::Wrong));
        assert_eq!(verify(None), Err(TokenFault::Wrong));
    }

    #[test]
    fn no_changed_character_goes_unnoticed() {
        let tokens = MediaTokens::new([7; 32]);
        let token = tokens.sign("/a/", NOW + Duration::from_secs(900), &SIGN_IN);
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert_eq!(tokens.verify(&changed, "/a/", None, NOW), Err(TokenFault::Wrong), "at {at}");
        }
        for junk in ["", "A", "====", "ä", &token[1..], &format!("{token}AAAA")] {
            assert_eq!(tokens.verify(junk, "/a/", None, NOW), Err(TokenFault::Wrong));
        }
    }
}
