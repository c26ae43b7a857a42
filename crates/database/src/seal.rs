//! Sealing: secrets that Nightjar needs again (passwords of cameras, keys, TOTP secrets) lie
//! encrypted in their columns, so that a copy of the database alone gives none away.
//!
//! A sealed value is `s1:<key>:<data>`: `key` is the first 4 bytes of the key's BLAKE3 in hex and
//! says which key opens it; `data` is base64 of a random nonce of 24 bytes and the output of
//! XChaCha20-Poly1305. The associated data is the value's place, `table.column:row-id`, so that a
//! value moved to another row or column does not open. Values without that form are from before
//! there was sealing.

use std::fmt::{self, Display};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use nightjar_model::Secret;
use rand::RngCore;

use crate::{CatalogError, Result};

/// The form's name and version.
const FORM: &str = "s1:";
const NONCE_BYTES: usize = 24;

/// Holds the keys that secrets are sealed with.
#[derive(Clone)]
pub struct Sealer {
    keys: Arc<[SealingKey]>,
}

struct SealingKey {
    id: String,
    key: [u8; 32],
}

impl Sealer {
    /// Seals with `current`; also opens what was sealed with one of `older`.
    pub fn new(current: [u8; 32], older: Vec<[u8; 32]>) -> Self {
        let keys = std::iter::once(current).chain(older).map(SealingKey::new).collect();
        Self { keys }
    }

    /// A secret as it goes into its column. `place` is `table.column:row-id`.
    pub fn seal(&self, place: &str, secret: &Secret) -> Result<String> {
        let current = &self.keys[0];
        let mut nonce = [0; NONCE_BYTES];
        rand::rng().fill_bytes(&mut nonce);
        let payload = Payload { msg: secret.expose().as_bytes(), aad: place.as_bytes() };
        let sealed = current
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| CatalogError::Refused(format!("the value of {place} is too long to be sealed")))?;
        let data = STANDARD_NO_PAD.encode([&nonce[..], &sealed].concat());
        Ok(format!("{FORM}{}:{data}", current.id))
    }

    /// A secret as it came out of its column. A text that was never sealed is given as it is.
    pub fn open(&self, place: &str, text: &str) -> Result<Secret> {
        let Some((id, data)) = sealed_parts(text) else { return Ok(Secret::new(text)) };
        let broken = || CatalogError::Damaged(format!("the sealed value of {place} does not open"));
        let bytes = STANDARD_NO_PAD.decode(data).map_err(|_| broken())?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or_else(broken)?;
        let mut fitting = self.keys.iter().filter(|key| key.id == id).peekable();
        if fitting.peek().is_none() {
            let message = format!("{place} was sealed with the key {id}, which is not configured");
            return Err(CatalogError::Damaged(message));
        }
        // Two keys may share their short name; only one opens the value.
        let opened = fitting.find_map(|key| {
            let payload = Payload { msg: sealed, aad: place.as_bytes() };
            key.cipher().decrypt(&XNonce::from(*nonce), payload).ok()
        });
        let text = String::from_utf8(opened.ok_or_else(broken)?).map_err(|_| broken())?;
        Ok(Secret::new(text))
    }
}

impl Sealer {
    /// What a secret is known again by: the same for the same text at the same kind of place, under
    /// the current key. Without the key nobody can try texts out.
    pub fn fingerprint(&self, column: &str, text: &str) -> String {
        let key = blake3::derive_key("nightjar fingerprint 1", &self.keys[0].key);
        let told = format!("{column}\0{text}");
        blake3::keyed_hash(&key, told.as_bytes()).to_hex()[..32].to_owned()
    }

    /// A key for one purpose, derived from the current key by BLAKE3's key derivation. `context` names
    /// the purpose, is unique to it and never changes.
    pub fn derive(&self, context: &str) -> [u8; 32] {
        blake3::derive_key(context, &self.keys[0].key)
    }

    /// The same of all keys, the current one first.
    pub fn derive_all(&self, context: &str) -> impl Iterator<Item = [u8; 32]> {
        self.keys.iter().map(move |key| blake3::derive_key(context, &key.key))
    }

    /// Whether a text is sealed, with whatever key.
    pub fn is_sealed(&self, text: &str) -> bool {
        is_sealed(text)
    }

    /// Whether a text is sealed with the current key.
    pub fn is_current(&self, text: &str) -> bool {
        sealed_parts(text).is_some_and(|(id, _)| id == self.keys[0].id)
    }
}

impl SealingKey {
    fn new(key: [u8; 32]) -> Self {
        Self { id: blake3::hash(&key).to_hex()[..8].to_owned(), key }
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(self.key))
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<&str> = self.keys.iter().map(|key| key.id.as_str()).collect();
        f.debug_struct("Sealer").field("keys", &ids).finish()
    }
}

/// Where a sealed value lies: `table.column:row-id`.
pub fn place(column: &str, id: impl Display) -> String {
    format!("{column}:{id}")
}

/// Whether a text is sealed, with whatever key.
pub(crate) fn is_sealed(text: &str) -> bool {
    sealed_parts(text).is_some()
}

/// The key's name and the data; none if the text is not sealed.
fn sealed_parts(text: &str) -> Option<(&str, &str)> {
    let (id, data) = text.strip_prefix(FORM)?.split_once(':')?;
    (id.len() == 8 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some((id, data))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: &str = "cameras.password:7";

    fn open(sealer: &Sealer, place: &str, text: &str) -> Result<Secret> {
        assert!(sealed_parts(text).is_some(), "is sealed");
        sealer.open(place, text)
    }

    #[test]
    fn a_sealed_secret_opens_at_its_place_only() {
        let sealer = Sealer::new([1; 32], Vec::new());
        for text in ["", "hunter2", "s1:", "pässword\n"] {
            let sealed = sealer.seal(PLACE, &Secret::new(text)).expect("is sealed");
            assert!(text.is_empty() || !sealed[FORM.len()..].contains(text), "{sealed}");
            assert_eq!(open(&sealer, PLACE, &sealed), Ok(Secret::new(text)));
            for place in ["cameras.password:8", "users.totp_secret:7", ""] {
                let error = open(&sealer, place, &sealed).expect_err("is another place");
                assert!(text.is_empty() || !format!("{error} {error:?}").contains(text), "{error}");
            }
        }
        let again = |_| sealer.seal(PLACE, &Secret::new("x")).expect("is sealed");
        assert_ne!(again(0), again(1), "each has its own nonce");
    }

    #[test]
    fn every_changed_character_is_noticed() {
        let sealer = Sealer::new([1; 32], vec![[2; 32]]);
        let sealed = sealer.seal(PLACE, &Secret::new("hunter2")).expect("is sealed");
        let start = FORM.len() + 9;
        for place in start..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).expect("is ASCII");
            let error = open(&sealer, PLACE, &changed).expect_err("was changed");
            assert!(!format!("{error:?}").contains("hunter2"), "{error}");
            assert!(open(&sealer, PLACE, &sealed[..place]).is_err(), "was cut at {place}");
        }
    }

    #[test]
    fn older_keys_open_and_foreign_ones_do_not() {
        let old = Sealer::new([1; 32], Vec::new());
        let sealed = old.seal(PLACE, &Secret::new("hunter2")).expect("is sealed");
        let rotated = Sealer::new([2; 32], vec![[1; 32]]);
        assert_eq!(open(&rotated, PLACE, &sealed), Ok(Secret::new("hunter2")));
        let foreign = Sealer::new([3; 32], Vec::new());
        let error = open(&foreign, PLACE, &sealed).expect_err("has another key");
        assert!(matches!(error, CatalogError::Damaged(_)), "{error}");
        // The key's name alone opens nothing.
        let renamed = sealed.replace(&old.keys[0].id, &foreign.keys[0].id);
        let error = open(&foreign, PLACE, &renamed).expect_err("has another key");
        assert!(!format!("{error:?}").contains("hunter2"), "{error}");
    }

    #[test]
    fn a_sealer_does_not_show_its_keys() {
        let shown = format!("{:?}", Sealer::new([7; 32], vec![[8; 32]]));
        assert!(!shown.contains("7, 7") && !shown.contains("0707"), "{shown}");
    }

    #[test]
    fn old_plain_values_are_told_from_sealed_ones() {
        for plain in ["", "hunter2", "s1:", "s1:x:y", "s1:0123456g:x", "s2:01234567:x"] {
            assert_eq!(sealed_parts(plain), None, "{plain}");
        }
        assert_eq!(sealed_parts("s1:01234567:x"), Some(("01234567", "x")));
    }
}
