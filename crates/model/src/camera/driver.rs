//! How a camera is talked to.

use std::fmt;
use std::str::FromStr;

use crate::UnknownWord;

/// The kind of source of a camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Driver {
    /// Its streams are pulled over RTSP; nothing else is asked of it.
    #[default]
    Rtsp,
}

impl Driver {
    /// All of them.
    pub const ALL: [Self; 1] = [Self::Rtsp];

    /// The name in the configuration, in the catalog and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rtsp => "rtsp",
        }
    }
}

impl fmt::Display for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Driver {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let found = Self::ALL.into_iter().find(|driver| driver.as_str() == text);
        found.ok_or_else(|| UnknownWord(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drivers_are_found_by_their_names() {
        for driver in Driver::ALL {
            assert_eq!(driver.as_str().parse(), Ok(driver));
        }
        assert_eq!("RTSP".parse::<Driver>(), Err(UnknownWord("RTSP".to_owned())));
    }
}
