//! Keys: the one name that a segment has on disk and in the bucket.

use crate::{Result, StorageError};

/// Longest key that S3 takes, in bytes.
const MAX_KEY: usize = 1024;
/// Longest name of one file or folder that Linux takes, in bytes.
const MAX_COMPONENT: usize = 255;

/// Refuses a key that could name anything outside its tier, or one of the tier's own hidden
/// files: each part between slashes is a plain, visible name.
pub fn validate_key(key: &str) -> Result<()> {
    let plain = |part: &str| {
        !part.is_empty()
            && part.len() <= MAX_COMPONENT
            && !part.starts_with('.')
            && !part.chars().any(|c| c.is_control() || c == '\\')
    };
    if key.len() <= MAX_KEY && key.split('/').all(plain) {
        Ok(())
    } else {
        Err(StorageError::InvalidKey(key.chars().take(MAX_KEY).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_can_not_leave_its_tier() {
        let long = "x".repeat(256);
        let bad = [
            "",
            "/",
            "/a",
            "a/",
            "a//b",
            "..",
            "a/../b",
            ".",
            "./a",
            ".nightjar-volume",
            "a\\b",
            "a\0b",
            &long,
        ];
        for key in bad {
            assert!(validate_key(key).is_err(), "{key:?} was let in");
        }
        for key in ["camera-1/20251214/01-30-00_camera-1.mp4", "a", "ä b/c..mp4"] {
            assert!(validate_key(key).is_ok(), "{key:?} was refused");
        }
    }
}
