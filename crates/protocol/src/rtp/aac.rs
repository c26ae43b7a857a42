//! AAC over RTP in the mode AAC-hbr: 13 bits of size, 3 of index (RFC 3640 §3.3.6).

use bytes::Bytes;

use super::Payload;

/// The largest frame that 13 bits of AU-size can tell.
const MAX_FRAME: usize = (1 << 13) - 1;

/// Packets of one AAC frame, without ADTS header.
///
/// A frame has a packet of its own; one longer than `max_payload` is cut into fragments that all
/// repeat the AU header with the size of the whole (§3.2.3.1). An empty or impossible frame
/// gives none.
pub fn packetize_aac(frame: &Bytes, max_payload: usize) -> Vec<Payload> {
    if frame.is_empty() || frame.len() > MAX_FRAME {
        return Vec::new();
    }
    let [size_high, size_low] = ((frame.len() as u16) << 3).to_be_bytes();
    // AU-headers-length counts bits: one header of 16.
    let head = [0, 16, size_high, size_low];
    let step = max_payload.max(16) - head.len();
    let mut out = Vec::with_capacity(frame.len().div_ceil(step));
    for start in (0..frame.len()).step_by(step) {
        let end = frame.len().min(start + step);
        out.push(Payload::new(head, frame.slice(start..end), end == frame.len()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_has_its_size_in_front() {
        let packets = packetize_aac(&Bytes::from(vec![7; 300]), 1400);
        assert_eq!(packets.len(), 1);
        assert_eq!(packets[0].head(), [0, 16, 0x09, 0x60]);
        assert_eq!(packets[0].len(), 304);
        assert!(packets[0].marker);
    }

    #[test]
    fn a_long_frame_is_cut_and_only_its_end_is_marked() {
        let packets = packetize_aac(&Bytes::from(vec![7; 300]), 204);
        assert_eq!(packets.iter().map(Payload::len).collect::<Vec<_>>(), [204, 104]);
        assert_eq!(packets[0].head(), packets[1].head());
        assert_eq!(packets.iter().map(|packet| packet.marker).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn impossible_frames_give_nothing() {
        assert!(packetize_aac(&Bytes::new(), 1400).is_empty());
        assert!(packetize_aac(&Bytes::from(vec![0; 8192]), 1400).is_empty());
    }
}
