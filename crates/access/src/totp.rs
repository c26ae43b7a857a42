//! Second factors: time-based one-time passwords (RFC 6238 over RFC 4226) and recovery codes.

use aws_lc_rs::hmac;
use nightjar_model::{Secret, UserId, WallTime};

use crate::random::{self, Digest};
use crate::{AccessError, base32};

/// Seconds of a step (RFC 6238 §5.2).
const STEP: i64 = 30;
/// Digits of a code.
const DIGITS: u32 = 6;
/// Recovery codes of an account.
const CODES: usize = 10;

/// A new secret in base32: 160 bits, as RFC 4226 §4 recommends.
pub(crate) fn new_secret() -> Result<Secret, AccessError> {
    Ok(Secret::new(base32::encode(&random::bytes::<20>()?)))
}

/// The step whose code this is: the present one, or one beside it, because clocks differ.
pub(crate) fn matching_step(secret: &Secret, code: &str, now: WallTime) -> Option<i64> {
    let key = base32::decode(secret.expose())?;
    let code = code.trim();
    if code.len() != DIGITS as usize || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let present = now.micros().div_euclid(1_000_000).div_euclid(STEP);
    // All three are computed, so that the time tells nothing.
    let mut found = None;
    for step in [present - 1, present + 1, present] {
        let expected = code_at(&key, step);
        if aws_lc_rs::constant_time::verify_slices_are_equal(expected.as_bytes(), code.as_bytes()).is_ok() {
            found = Some(step);
        }
    }
    found
}

/// The code of a moment, as an authenticator shows it; none if the secret is not base32.
pub fn code(secret: &Secret, now: WallTime) -> Option<String> {
    let key = base32::decode(secret.expose())?;
    Some(code_at(&key, now.micros().div_euclid(1_000_000).div_euclid(STEP)))
}

/// The address that authenticators read from a picture.
pub(crate) fn address(secret: &Secret, issuer: &str, username: &str) -> Secret {
    let (issuer, account) = (percent(issuer), percent(username));
    Secret::new(format!(
        "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP}",
        secret.expose()
    ))
}

/// Codes for the day the authenticator is lost, with what is kept of them.
pub(crate) fn recovery_codes(user: UserId) -> Result<(Vec<Secret>, Vec<Digest>), AccessError> {
    let mut codes = Vec::with_capacity(CODES);
    for _ in 0..CODES {
        let text = base32::encode(&random::bytes::<10>()?).to_ascii_lowercase();
        let groups: Vec<&str> = [0, 4, 8, 12].iter().map(|at| &text[*at..*at + 4]).collect();
        codes.push(Secret::new(groups.join("-")));
    }
    let digests = codes.iter().filter_map(|code| recovery_digest(user, code.expose())).collect();
    Ok((codes, digests))
}

/// What is kept of a recovery code; none if the text is none. Blanks, dashes and case do not count.
pub(crate) fn recovery_digest(user: UserId, code: &str) -> Option<Digest> {
    let plain: String = code.chars().filter(|c| !c.is_whitespace() && *c != '-').take(17).collect();
    if plain.len() != 16 {
        return None;
    }
    let mut bytes = user.0.as_bytes().to_vec();
    bytes.extend_from_slice(plain.to_ascii_lowercase().as_bytes());
    Some(random::digest("nightjar recovery code 1", &bytes))
}

/// RFC 4226 §5.3.
fn code_at(key: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let at = usize::from(tag[tag.len() - 1] & 0x0f);
    let number = u32::from_be_bytes([tag[at] & 0x7f, tag[at + 1], tag[at + 2], tag[at + 3]]);
    format!("{:0width$}", number % 10_u32.pow(DIGITS), width = DIGITS as usize)
}

fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const USER: UserId = UserId(Uuid::from_u128(1));

    fn at(seconds: i64) -> WallTime {
        WallTime::from_millis(seconds * 1_000)
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, SHA-1; the last six of its eight digits.
        let secret = Secret::new(base32::encode(b"12345678901234567890"));
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(&secret, at(seconds)).as_deref(), Some(expected));
            assert_eq!(matching_step(&secret, expected, at(seconds)), Some(seconds / 30));
        }
    }

    #[test]
    fn a_code_is_good_one_step_early_and_late() {
        let secret = new_secret().expect("random");
        let code = code(&secret, at(3_000)).expect("a code");
        for (now, good) in [(2_940, false), (2_970, true), (3_000, true), (3_059, true), (3_060, false)] {
            assert_eq!(matching_step(&secret, &code, at(now)).is_some(), good, "at {now}");
        }
        for junk in ["", "12345", "1234567", "12a456", "１２３４５６"] {
            assert_eq!(matching_step(&secret, junk, at(3_000)), None, "{junk}");
        }
    }

    #[test]
    fn the_address_is_one_that_authenticators_read() {
        let address = address(&Secret::new("ABC"), "My House", "ada@example.org");
        assert_eq!(
            address.expose(),
            "otpauth://totp/My%20House:ada%40example.org?secret=ABC&issuer=My%20House&algorithm=SHA1&digits=6&period=30"
        );
    }

    #[test]
    fn recovery_codes_are_read_as_people_type_them() {
        let (codes, digests) = recovery_codes(USER).expect("random");
        assert_eq!((codes.len(), digests.len()), (CODES, CODES));
        let typed = codes[3].expose().to_uppercase().replace('-', " ");
        assert_eq!(recovery_digest(USER, &typed), Some(digests[3]));
        let other = UserId(Uuid::from_u128(2));
        assert_ne!(recovery_digest(other, &typed), Some(digests[3]));
        assert_eq!(recovery_digest(USER, "short"), None);
        assert_eq!(recovery_digest(USER, &"x".repeat(100_000)), None);
    }
}
