//! Keys. Made of parts so that no part, whatever was typed, can be taken for another: what is not
//! plain is written `%XX`, what is long ends in a digest.

use std::fmt::{self, Write};

use sha2::{Digest, Sha256};

/// The longest part that is written out.
const MAX_PART: usize = 96;

/// The name of a value, a counter or a topic: `family:part:part`, without the installation's prefix.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(String);

impl Key {
    /// The key of `parts` in `family`. Each part ends up as at most 96 characters, so a key is as
    /// long as its number of parts allows, whoever wrote them.
    pub fn new(family: &'static str, parts: &[&str]) -> Self {
        let mut key = family.to_owned();
        for part in parts {
            key.push(':');
            push_part(&mut key, part);
        }
        Self(key)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// All keys that begin with the same whole parts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KeyPrefix(String);

impl KeyPrefix {
    /// All keys below `parts` in `family`.
    pub fn new(family: &'static str, parts: &[&str]) -> Self {
        let Key(mut text) = Key::new(family, parts);
        text.push(':');
        Self(text)
    }

    /// The text, with the colon at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn push_part(key: &mut String, part: &str) {
    let start = key.len();
    for byte in part.bytes() {
        if key.len() - start > MAX_PART {
            break;
        }
        if byte.is_ascii_alphanumeric() || b"_-.@".contains(&byte) {
            key.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(key, "%{byte:02X}");
        }
    }
    if key.len() - start > MAX_PART {
        // 31 readable characters, a mark that no part has otherwise, and 256 bits.
        key.truncate(start + 31);
        key.push('~');
        for byte in Sha256::digest(part.as_bytes()) {
            let _ = write!(key, "{byte:02x}");
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_parts_stay_readable() {
        let key = Key::new("camera", &["0190a1b2-0000-7000-8000-000000000001", "status"]);
        assert_eq!(key.as_str(), "camera:0190a1b2-0000-7000-8000-000000000001:status");
        assert_eq!(KeyPrefix::new("camera", &["7"]).as_str(), "camera:7:");
    }

    #[test]
    fn a_part_can_not_pretend_to_be_two_or_to_be_a_pattern() {
        assert_ne!(Key::new("failures", &["a:b"]), Key::new("failures", &["a", "b"]));
        assert_eq!(Key::new("failures", &["a*[?]%\n"]).as_str(), "failures:a%2A%5B%3F%5D%25%0A");
    }

    #[test]
    fn a_long_part_is_cut_and_still_itself() {
        let long = Key::new("failures", &[&"x".repeat(100_000)]);
        assert_eq!(long.as_str().len(), "failures:".len() + MAX_PART);
        assert_ne!(long, Key::new("failures", &[&"x".repeat(100_001)]));
        assert_eq!(Key::new("f", &[&"x".repeat(MAX_PART)]).as_str(), format!("f:{}", "x".repeat(MAX_PART)));
    }

    proptest! {
        #[test]
        fn different_parts_make_different_keys(a in ".{0,200}", b in ".{0,200}") {
            let (one, other) = (Key::new("k", &[&a]), Key::new("k", &[&b]));
            prop_assert_eq!(a == b, one == other);
            prop_assert!(one.as_str().len() <= 2 + MAX_PART);
            prop_assert!(one.as_str().bytes().all(|byte| byte.is_ascii_graphic() && !b"*?[]\\".contains(&byte)));
        }
    }
}
