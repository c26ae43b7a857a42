//! Ids. Keys of rows are UUIDv7; a camera also has a readable key, used in paths and metrics.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

uuid_id!(
    /// A camera's row.
    CameraId
);
uuid_id!(
    /// A segment's row, and the id in its file's `uuid` box.
    SegmentId
);
uuid_id!(
    /// A gapless run of segments.
    RecordingId
);
uuid_id!(
    /// A gap's row.
    GapId
);
uuid_id!(
    /// A tenant.
    OrgId
);

uuid_id!(
    /// An account.
    UserId
);
uuid_id!(
    /// A group of cameras.
    GroupId
);
uuid_id!(
    /// A sign-in, from its password until it is signed out.
    SessionId
);
uuid_id!(
    /// An API token.
    TokenId
);
uuid_id!(
    /// Something that happened.
    EventId
);

impl OrgId {
    /// The organization of an installation that has only one.
    pub const DEFAULT: Self = Self(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001));
}

/// The name of a Nightjar process in a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(pub String);

/// A camera's readable key: 1 to 64 of `a-z A-Z 0-9 _ -`, not beginning with `-`. It is part of
/// file names, object keys and metric labels, so nothing else is let in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CameraKey(String);

/// Why a text is not a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a valid id: use 1 to 64 letters, digits, `_` or `-`, not beginning with `-`")]
pub struct InvalidKey(pub String);

impl CameraKey {
    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for CameraKey {
    type Error = InvalidKey;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if is_key(&text) { Ok(Self(text)) } else { Err(InvalidKey(text)) }
    }
}

impl FromStr for CameraKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.to_owned().try_into()
    }
}

impl From<CameraKey> for String {
    fn from(key: CameraKey) -> Self {
        key.0
    }
}

impl fmt::Display for CameraKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_key(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && !text.starts_with('-')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// Which of a camera's streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamName {
    /// The full-resolution stream, which is recorded.
    Main,
    /// The small stream, for grids and detection.
    Sub,
}

impl StreamName {
    /// `main` or `sub`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Sub => "sub",
        }
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for StreamName {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "main" => Ok(Self::Main),
            "sub" => Ok(Self::Sub),
            _ => Err(InvalidKey(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_can_not_leave_its_folder() {
        for bad in ["", "..", "a/b", "a.b", "-x", "ä", "a b", &"x".repeat(65)] {
            assert!(CameraKey::from_str(bad).is_err(), "{bad} was let in");
        }
        for good in ["camera-1", "Front_Door", "0", &"x".repeat(64)] {
            assert!(CameraKey::from_str(good).is_ok(), "{good} was refused");
        }
    }
}
