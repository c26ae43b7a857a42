//! H.264 over RTP, packetization mode 1 (RFC 6184).

use bytes::{BufMut, Bytes, BytesMut};

use super::Payload;

const STAP_A: u8 = 24;
const FU_A: u8 = 28;

/// Packets of one access unit: `nals` in decoding order, without start codes or lengths.
///
/// Parameter sets in front of a picture go together into one STAP-A (§5.7.1) if they fit, other
/// NAL units alone (§5.6), those longer than `max_payload` as FU-A (§5.8). Empty NAL units are
/// left out. The last packet has the marker.
pub fn packetize_h264(nals: &[Bytes], max_payload: usize) -> Vec<Payload> {
    let max_payload = max_payload.clamp(16, usize::from(u16::MAX) - super::HEADER_LEN);
    let mut out = Vec::new();
    let mut rest = nals;
    while let Some((nal, after)) = rest.split_first() {
        let sets = rest.iter().take_while(|nal| is_parameter_set(nal)).count();
        if sets >= 2
            && let Some(packet) = stap_a(&rest[..sets], max_payload)
        {
            out.push(packet);
            rest = &rest[sets..];
            continue;
        }
        rest = after;
        push_nal(nal, max_payload, &mut out);
    }
    if let Some(last) = out.last_mut() {
        last.marker = true;
    }
    out
}

fn is_parameter_set(nal: &[u8]) -> bool {
    matches!(nal.first().map(|header| header & 0x1f), Some(7 | 8 | 13 | 15))
}

fn stap_a(nals: &[Bytes], max_payload: usize) -> Option<Payload> {
    let size = 1 + nals.iter().map(|nal| 2 + nal.len()).sum::<usize>();
    if size > max_payload {
        return None;
    }
    // §5.7: the largest NRI of the units within.
    let nri = nals.iter().filter_map(|nal| nal.first()).map(|header| header & 0x60).max()?;
    let mut body = BytesMut::with_capacity(size - 1);
    for nal in nals {
        body.put_u16(u16::try_from(nal.len()).ok()?);
        body.put_slice(nal);
    }
    Some(Payload::new([nri | STAP_A], body.freeze(), false))
}

fn push_nal(nal: &Bytes, max_payload: usize, out: &mut Vec<Payload>) {
    let Some(&header) = nal.first() else { return };
    if nal.len() <= max_payload {
        out.push(Payload::new([], nal.clone(), false));
        return;
    }
    let indicator = header & 0xe0 | FU_A;
    let mut start = 1;
    while start < nal.len() {
        let end = nal.len().min(start + max_payload - 2);
        let first = u8::from(start == 1) << 7;
        let last = u8::from(end == nal.len()) << 6;
        out.push(Payload::new([indicator, first | last | header & 0x1f], nal.slice(start..end), false));
        start = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(payload: &Payload) -> Vec<u8> {
        [payload.head(), &payload.body].concat()
    }

    #[test]
    fn parameter_sets_share_a_packet_and_the_picture_follows() {
        let nals = [
            Bytes::from_static(&[0x67, 1, 2]),
            Bytes::from_static(&[0x68, 3]),
            Bytes::from_static(&[0x65, 4, 5, 6]),
        ];
        let packets = packetize_h264(&nals, 1400);
        let all: Vec<_> = packets.iter().map(bytes).collect();
        assert_eq!(all, [vec![0x78, 0, 3, 0x67, 1, 2, 0, 2, 0x68, 3], vec![0x65, 4, 5, 6]]);
        assert_eq!(packets.iter().map(|packet| packet.marker).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn a_long_unit_is_fragmented_and_nothing_of_it_is_lost() {
        let mut nal = vec![0x65];
        nal.extend((0..50u8).collect::<Vec<_>>());
        let packets = packetize_h264(&[Bytes::from(nal.clone())], 20);
        assert_eq!(packets.len(), 3);
        assert_eq!(packets[0].head(), [0x7c, 0x85]);
        assert_eq!(packets[1].head(), [0x7c, 0x05]);
        assert_eq!(packets[2].head(), [0x7c, 0x45]);
        assert!(packets.iter().all(|packet| packet.len() <= 20));
        let joined: Vec<u8> = packets.iter().flat_map(|packet| packet.body.to_vec()).collect();
        assert_eq!(joined, nal[1..]);
    }

    #[test]
    fn empty_units_are_left_out() {
        assert!(packetize_h264(&[Bytes::new()], 1400).is_empty());
        let packets = packetize_h264(&[Bytes::from_static(&[0x61, 1]), Bytes::new()], 1400);
        assert_eq!(packets.len(), 1);
        assert!(packets[0].marker);
    }
}
