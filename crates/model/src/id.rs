//! Ids. Keys of rows are UUIDv7; a camera also has a readable key, used in paths and metrics.

use std::fmt;
use std::str::FromStr;

use nightjar_media::WallTime;
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
uuid_id!(
    /// A deletion of footage that somebody asked for.
    PurgeId
);

impl OrgId {
    /// The organization of an installation that has only one.
    pub const DEFAULT: Self = Self(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001));
}

impl EventId {
    /// An id that sorts by `start`, to the microsecond, and by `random` among those of the same one:
    /// a UUIDv7 whose 12 bits after the milliseconds count their fraction (RFC 9562 §6.2, method 3).
    pub fn at(start: WallTime, random: u64) -> Self {
        let low = Self::floor(start).0.as_u128();
        Self(Uuid::from_u128(low | u128::from(random & RANDOM_BITS)))
    }

    /// The least id of all that start at this time or later. Times that no UUIDv7 has are brought to
    /// the nearest that has one.
    pub fn floor(time: WallTime) -> Self {
        let micros = u64::try_from(time.micros()).unwrap_or(0).min(LAST_MICROS);
        let fraction = (micros % 1_000) * 4_096 / 1_000;
        let high = (u128::from(micros / 1_000) << 16) | 0x7000 | u128::from(fraction);
        Self(Uuid::from_u128((high << 64) | (0b10 << 62)))
    }

    /// The time that it sorts by.
    pub fn time(self) -> WallTime {
        let high = (self.0.as_u128() >> 64) as u64;
        let fraction = ((high & 0xfff) * 1_000).div_ceil(4_096);
        WallTime::from_micros(((high >> 16) * 1_000 + fraction).cast_signed())
    }

    /// The least id of its time that is greater; the next microsecond's if there is none.
    #[must_use]
    pub fn next(self) -> Self {
        let bits = self.0.as_u128();
        if (bits as u64) & RANDOM_BITS == RANDOM_BITS {
            return Self::floor(self.time().plus_micros(1));
        }
        Self(Uuid::from_u128(bits + 1))
    }
}

/// The random bits of a UUIDv7 behind its variant.
const RANDOM_BITS: u64 = (1 << 62) - 1;
/// The last microsecond that a UUIDv7 has.
const LAST_MICROS: u64 = (1 << 48) * 1_000 - 1;

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

    #[test]
    fn ids_of_events_sort_by_their_time_to_the_microsecond() {
        for micros in [0, 1, 999, 1_000, 1_763_000_000_123_456, 1_763_000_000_123_457] {
            let time = WallTime::from_micros(micros);
            let ids = [EventId::floor(time), EventId::at(time, 7), EventId::at(time, u64::MAX)];
            assert!(ids.is_sorted() && ids[2] < EventId::floor(time.plus_micros(1)), "{micros}");
            for id in ids {
                assert_eq!(id.time(), time);
                assert!(id.next() > id && id.next().time() <= time.plus_micros(1));
                assert_eq!((id.0.get_version_num(), id.0.get_variant()), (7, uuid::Variant::RFC4122));
            }
        }
        assert_eq!(EventId::floor(WallTime::from_micros(-5)).time().micros(), 0);
        let last = EventId::floor(WallTime::from_micros(i64::MAX));
        assert_eq!(last.time().micros(), LAST_MICROS.cast_signed());
    }
}
