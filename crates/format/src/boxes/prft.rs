//! `prft`, wall-clock time of a fragment (ISO/IEC 14496-12 §8.16.5).

use nightjar_media::{TrackId, WallTime};

use super::{Fields, Malformed, Writer};

pub(crate) const LEN: usize = 32;

/// Seconds from 1900, where NTP begins, to 1970.
const EPOCH_1900: i64 = 2_208_988_800;

/// When a decode time was, by the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ProducerTime {
    pub(crate) track: TrackId,
    pub(crate) wall: WallTime,
    /// In ticks of the track.
    pub(crate) media_time: u64,
}

impl ProducerTime {
    pub(crate) fn write(&self, w: &mut Writer) {
        // Flags 24: the time is that of capture, as well as it is known.
        w.full(*b"prft", 1, 24, |w| {
            w.u32(self.track.0);
            w.u64(to_ntp(self.wall));
            w.u64(self.media_time);
        });
    }

    pub(crate) fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Fields::new(body);
        let (version, _) = fields.version_flags()?;
        let track = TrackId(fields.u32()?);
        let wall = from_ntp(fields.u64()?);
        Ok(Self { track, wall, media_time: fields.sized(version == 1)? })
    }
}

/// 32 bits of seconds since 1900 and 32 of fraction, rounded so that microseconds read back. It
/// wraps in 2036; [`from_ntp`] takes what is before 1968 to be after that.
fn to_ntp(wall: WallTime) -> u64 {
    let seconds = wall.micros().div_euclid(1_000_000) + EPOCH_1900;
    let micros = wall.micros().rem_euclid(1_000_000) as u64;
    let fraction = (micros << 32).div_ceil(1_000_000);
    ((seconds as u64) << 32) | fraction
}

fn from_ntp(ntp: u64) -> WallTime {
    let mut seconds = (ntp >> 32) as i64;
    if seconds < 1 << 31 {
        seconds += 1 << 32;
    }
    let micros = ((ntp & 0xffff_ffff) * 1_000_000) >> 32;
    WallTime::from_micros((seconds - EPOCH_1900) * 1_000_000 + micros as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn microseconds_read_back(micros in 0i64..4_000_000_000_000_000) {
            let wall = WallTime::from_micros(micros);
            prop_assert_eq!(from_ntp(to_ntp(wall)), wall);
        }
    }
}
