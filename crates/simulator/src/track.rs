//! A track on its way to one client: numbering, time and where it goes.

use std::net::{IpAddr, SocketAddr};

use nightjar_protocol::rtp::{HEADER_LEN, Header, INTERLEAVED_LEN, Payload, interleaved_prefix};
use nightjar_protocol::rtsp::{RtpInfo, Transport};
use tokio::net::UdpSocket;

use crate::effects::Effects;

/// Interleaving prefix, RTP header and the head of the payload format.
pub(crate) const MAX_HEAD: usize = INTERLEAVED_LEN + HEADER_LEN + Payload::MAX_HEAD;

/// Sockets that all sessions share for UDP.
#[derive(Debug)]
pub(crate) struct UdpPair {
    pub(crate) rtp: UdpSocket,
    pub(crate) rtcp: UdpSocket,
}

/// One track of a session.
#[derive(Debug, Clone)]
pub(crate) struct Track {
    pub(crate) transport: Transport,
    pub(crate) payload_type: u8,
    pub(crate) hz: u64,
    pub(crate) info: RtpInfo,
    /// RTP time at the camera's epoch.
    pub(crate) base: u32,
    pub(crate) sequence: u16,
    pub(crate) packets: u32,
    pub(crate) octets: u32,
}

impl Track {
    /// RTP time of `ticks` of the track since the camera's epoch.
    pub(crate) fn timestamp(&self, ticks: u64, effects: &Effects) -> u32 {
        let shift = effects.shift_millis.wrapping_mul(self.hz as i64) / 1000;
        self.base.wrapping_add(ticks as u32).wrapping_add(shift as u32)
    }

    /// The bytes of a packet before its body, and how many they are; takes the next sequence
    /// number. A lost packet takes one too, but is not counted as sent.
    pub(crate) fn head(
        &mut self,
        payload: &Payload,
        timestamp: u32,
        is_lost: bool,
    ) -> ([u8; MAX_HEAD], usize) {
        let header = Header {
            payload_type: self.payload_type,
            marker: payload.marker,
            sequence: self.sequence,
            timestamp,
            ssrc: self.info.ssrc,
        };
        self.sequence = self.sequence.wrapping_add(1);
        if !is_lost {
            self.packets = self.packets.wrapping_add(1);
            self.octets = self.octets.wrapping_add(payload.len() as u32);
        }
        let channel = match self.transport {
            Transport::Interleaved { rtp, .. } => rtp,
            Transport::Udp { .. } => 0,
        };
        let mut head = [0; MAX_HEAD];
        let (prefix, rest) = head.split_at_mut(INTERLEAVED_LEN);
        prefix.copy_from_slice(&interleaved_prefix(channel, HEADER_LEN + payload.len()));
        rest[..HEADER_LEN].copy_from_slice(&header.to_bytes());
        let format = payload.head();
        rest[HEADER_LEN..HEADER_LEN + format.len()].copy_from_slice(format);
        (head, INTERLEAVED_LEN + HEADER_LEN + format.len())
    }

    /// Where its datagrams go; none if it is interleaved.
    pub(crate) fn rtp_address(&self, peer: IpAddr) -> Option<SocketAddr> {
        match self.transport {
            Transport::Udp { rtp_port, .. } => Some(SocketAddr::new(peer, rtp_port)),
            Transport::Interleaved { .. } => None,
        }
    }
}
