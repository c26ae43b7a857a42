//! RTCP: what a sender says about its own streams (RFC 3550 §6).

use nightjar_media::WallTime;

/// Seconds from 1900 (NTP) to 1970 (Unix).
const NTP_TO_UNIX: i64 = 2_208_988_800;

/// A sender report: which RTP time belongs to which wall-clock time, and what was sent so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderReport {
    /// The sender.
    pub ssrc: u32,
    /// An instant of the wall clock …
    pub wall: WallTime,
    /// … and the same instant in the RTP clock.
    pub timestamp: u32,
    /// Packets sent.
    pub packets: u32,
    /// Payload bytes sent.
    pub octets: u32,
}

impl SenderReport {
    /// A compound packet: the report and an SDES packet with `cname`, which §6.1 demands. A
    /// `cname` is cut at 255 bytes.
    pub fn to_bytes(self, cname: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(64);
        out.extend([0x80, 200, 0, 6]);
        out.extend(self.ssrc.to_be_bytes());
        out.extend(ntp(self.wall).to_be_bytes());
        out.extend(self.timestamp.to_be_bytes());
        out.extend(self.packets.to_be_bytes());
        out.extend(self.octets.to_be_bytes());
        put_sdes(&mut out, self.ssrc, cname);
        out
    }
}

/// The packet that ends a stream (§6.6).
pub fn bye(ssrc: u32) -> [u8; 8] {
    let [a, b, c, d] = ssrc.to_be_bytes();
    [0x81, 203, 0, 1, a, b, c, d]
}

fn put_sdes(out: &mut Vec<u8>, ssrc: u32, cname: &str) {
    let name = &cname.as_bytes()[..cname.len().min(255)];
    // The items end with at least one null octet and are padded to 32 bits.
    let items = (2 + name.len() + 1).next_multiple_of(4);
    let words = 1 + items / 4;
    out.extend([0x81, 202]);
    out.extend((words as u16).to_be_bytes());
    out.extend(ssrc.to_be_bytes());
    out.extend([1, name.len() as u8]);
    out.extend(name);
    out.resize(out.len() + items - 2 - name.len(), 0);
}

/// 32.32 fixed point seconds since 1900; wraps in 2036 as NTP does.
fn ntp(wall: WallTime) -> u64 {
    let seconds = wall.micros().div_euclid(1_000_000).wrapping_add(NTP_TO_UNIX) as u64;
    let micros = wall.micros().rem_euclid(1_000_000) as u64;
    (seconds << 32) | ((micros << 32) / 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_the_layout_of_rfc_3550() {
        let wall = WallTime::from_micros(1_500_000);
        let report = SenderReport { ssrc: 7, wall, timestamp: 9, packets: 3, octets: 400 };
        let bytes = report.to_bytes("cam");
        assert_eq!(bytes[..8], [0x80, 200, 0, 6, 0, 0, 0, 7]);
        assert_eq!(bytes[8..12], 2_208_988_801u32.to_be_bytes());
        assert_eq!(bytes[12..16], 0x8000_0000u32.to_be_bytes());
        assert_eq!(bytes[16..28], [0, 0, 0, 9, 0, 0, 0, 3, 0, 0, 1, 0x90]);
        assert_eq!(bytes[28..], [0x81, 202, 0, 3, 0, 0, 0, 7, 1, 3, b'c', b'a', b'm', 0, 0, 0]);
    }

    #[test]
    fn every_length_of_cname_gives_whole_words() {
        for len in 0..300 {
            let report =
                SenderReport { ssrc: 1, wall: WallTime::default(), timestamp: 0, packets: 0, octets: 0 };
            let bytes = report.to_bytes(&"x".repeat(len));
            let words = usize::from(u16::from_be_bytes([bytes[30], bytes[31]]));
            assert_eq!(bytes.len(), 28 + 4 * (words + 1));
            assert_eq!(bytes.last(), Some(&0));
        }
    }
}
