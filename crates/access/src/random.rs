//! Secrets nobody can guess, and the digests that are kept of them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::AccessError;

/// Bytes of a random secret: 256 bits.
pub(crate) const SECRET_BYTES: usize = 32;

/// What is kept of a secret. A secret of 256 random bits needs no salt and no slow hash.
pub(crate) type Digest = [u8; 32];

/// Random bytes of the system.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], AccessError> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| AccessError::Crypto("no random bytes"))?;
    Ok(bytes)
}

/// 256 random bits, safe in addresses and headers.
pub(crate) fn text() -> Result<String, AccessError> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<SECRET_BYTES>()?))
}

/// The digest of a secret for one purpose: digests of different purposes never match.
pub(crate) fn digest(purpose: &'static str, secret: &[u8]) -> Digest {
    let mut hasher = blake3::Hasher::new_derive_key(purpose);
    hasher.update(secret);
    *hasher.finalize().as_bytes()
}

/// Whether a text is what [`text`] makes.
pub(crate) fn is_text(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_are_recognised() {
        let (a, b) = (text().expect("random"), text().expect("random"));
        assert_ne!(a, b);
        assert!(is_text(&a) && is_text(&b) && !is_text(&a[1..]) && !is_text(&a.replace(&a[..1], "ä")));
    }

    #[test]
    fn digests_of_different_purposes_do_not_match() {
        assert_ne!(digest("a", b"secret"), digest("b", b"secret"));
        assert_eq!(digest("a", b"secret"), digest("a", b"secret"));
    }
}
