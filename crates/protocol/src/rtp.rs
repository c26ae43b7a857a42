//! RTP packets (RFC 3550 §5.1) and the payload formats of the codecs that Nightjar carries.
//!
//! A payload is made once and may be sent to any number of receivers: what differs between them
//! (sequence number, timestamp, SSRC, channel) is in the [`Header`], which each sender writes.

mod aac;
mod g711;
mod h264;
mod h265;

use bytes::Bytes;

pub use aac::packetize_aac;
pub use g711::packetize_g711;
pub use h264::packetize_h264;
pub use h265::packetize_h265;

/// Length of an RTP header without CSRCs and extensions.
pub const HEADER_LEN: usize = 12;

/// Length of the prefix of a packet that is interleaved in an RTSP connection (RFC 7826 §14).
pub const INTERLEAVED_LEN: usize = 4;

/// Payload bytes that leave room for RTP, UDP and IP headers in an Ethernet frame.
pub const DEFAULT_MAX_PAYLOAD: usize = 1400;

/// What is different in each packet and for each receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Payload type, 0 to 127.
    pub payload_type: u8,
    /// Video: the last packet of an access unit. Audio: always set.
    pub marker: bool,
    /// Sequence number.
    pub sequence: u16,
    /// Media time in ticks of the track's clock.
    pub timestamp: u32,
    /// The synchronization source.
    pub ssrc: u32,
}

impl Header {
    /// The header's bytes.
    pub fn to_bytes(self) -> [u8; HEADER_LEN] {
        let mut out = [0; HEADER_LEN];
        out[0] = 2 << 6;
        out[1] = u8::from(self.marker) << 7 | (self.payload_type & 0x7f);
        out[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        out[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
        out[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
        out
    }

    /// Reads the header of a packet; none if it is not RTP version 2. CSRCs, padding and
    /// extensions are not looked at.
    pub fn parse(packet: &[u8]) -> Option<Self> {
        let header: &[u8; HEADER_LEN] = packet.first_chunk()?;
        let [flags, kind, s0, s1, t0, t1, t2, t3, c0, c1, c2, c3] = *header;
        (flags >> 6 == 2).then_some(Self {
            payload_type: kind & 0x7f,
            marker: kind & 0x80 != 0,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([c0, c1, c2, c3]),
        })
    }
}

/// The four bytes in front of a packet of `len` bytes that is interleaved on `channel`.
///
/// A packet longer than 65,535 bytes can't be interleaved; the packetizers make none.
pub fn interleaved_prefix(channel: u8, len: usize) -> [u8; INTERLEAVED_LEN] {
    let [high, low] = u16::try_from(len).unwrap_or(u16::MAX).to_be_bytes();
    [b'$', channel, high, low]
}

/// The payload of one packet: a few bytes of the payload format, then shared bytes of the codec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    head: [u8; Self::MAX_HEAD],
    head_len: u8,
    /// The codec's own bytes.
    pub body: Bytes,
    /// The marker bit that goes with it.
    pub marker: bool,
}

impl Payload {
    /// The longest head of any payload format here.
    pub const MAX_HEAD: usize = 4;

    fn new<const N: usize>(head: [u8; N], body: Bytes, marker: bool) -> Self {
        const { assert!(N <= Self::MAX_HEAD) };
        let mut padded = [0; Self::MAX_HEAD];
        padded[..N].copy_from_slice(&head);
        Self { head: padded, head_len: N as u8, body, marker }
    }

    /// The payload format's bytes, which go before `body`.
    pub fn head(&self) -> &[u8] {
        &self.head[..usize::from(self.head_len)]
    }

    /// Bytes of head and body.
    pub fn len(&self) -> usize {
        usize::from(self.head_len) + self.body.len()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_has_the_bytes_of_rfc_3550() {
        let header = Header {
            payload_type: 96,
            marker: true,
            sequence: 0x1234,
            timestamp: 0x0102_0304,
            ssrc: 0xdead_beef,
        };
        assert_eq!(header.to_bytes(), [0x80, 0xe0, 0x12, 0x34, 1, 2, 3, 4, 0xde, 0xad, 0xbe, 0xef]);
        assert_eq!(Header::parse(&header.to_bytes()), Some(header));
        assert_eq!(Header::parse(&[0x80; 11]), None);
        assert_eq!(Header::parse(&[0x40; 12]), None);
    }

    #[test]
    fn an_interleaved_prefix_carries_channel_and_length() {
        assert_eq!(interleaved_prefix(2, 0x0514), [b'$', 2, 5, 0x14]);
    }
}
