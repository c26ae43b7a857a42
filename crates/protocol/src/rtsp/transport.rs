//! The `Transport` header (RFC 2326 §12.39), read tolerantly.

use std::fmt::Write;

/// How one track reaches the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// Interleaved in the RTSP connection.
    Interleaved {
        /// Channel of RTP packets.
        rtp: u8,
        /// Channel of RTCP packets.
        rtcp: u8,
    },
    /// In datagrams to the host that the RTSP connection comes from.
    Udp {
        /// The client's port for RTP.
        rtp_port: u16,
        /// The client's port for RTCP.
        rtcp_port: u16,
    },
}

impl Transport {
    /// The first of the offers in `header` that can be had. `udp` says whether datagrams can;
    /// `track` chooses the channels of an offer that names none.
    pub(super) fn choose(header: &str, track: usize, udp: bool) -> Option<Self> {
        header.split(',').find_map(|offer| Self::parse(offer.trim(), track, udp))
    }

    fn parse(offer: &str, track: usize, udp: bool) -> Option<Self> {
        let mut parts = offer.split(';').map(str::trim);
        let protocol = parts.next()?.to_ascii_uppercase();
        let (mut multicast, mut channels, mut ports) = (false, None, None);
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            match name.to_ascii_lowercase().as_str() {
                "multicast" => multicast = true,
                "interleaved" => channels = pair::<u8>(value),
                "client_port" => ports = pair::<u16>(value),
                _ => {}
            }
        }
        match protocol.as_str() {
            "RTP/AVP/TCP" => {
                let first = u8::try_from(track * 2).ok()?;
                let (rtp, rtcp) = channels.or_else(|| Some((first, first.checked_add(1)?)))?;
                Some(Self::Interleaved { rtp, rtcp })
            }
            "RTP/AVP" | "RTP/AVP/UDP" if udp && !multicast => {
                let (rtp_port, rtcp_port) = ports.filter(|&(rtp, rtcp)| rtp != 0 && rtcp != 0)?;
                Some(Self::Udp { rtp_port, rtcp_port })
            }
            _ => None,
        }
    }

    /// The header that answers it.
    pub(super) fn answer(self, ssrc: u32, server_ports: Option<(u16, u16)>) -> String {
        let mut out = match self {
            Self::Interleaved { rtp, rtcp } => format!("RTP/AVP/TCP;unicast;interleaved={rtp}-{rtcp}"),
            Self::Udp { rtp_port, rtcp_port } => {
                let mut out = format!("RTP/AVP;unicast;client_port={rtp_port}-{rtcp_port}");
                if let Some((rtp, rtcp)) = server_ports {
                    // Writing into a String can't fail.
                    let _ = write!(out, ";server_port={rtp}-{rtcp}");
                }
                out
            }
        };
        let _ = write!(out, ";ssrc={ssrc:08X};mode=\"PLAY\"");
        out
    }
}

/// `a-b`, or `a` for `a` and the number after it.
fn pair<T>(text: &str) -> Option<(T, T)>
where
    T: std::str::FromStr + TryFrom<u32> + Copy,
    u32: From<T>,
{
    match text.split_once('-') {
        Some((first, second)) => Some((first.trim().parse().ok()?, second.trim().parse().ok()?)),
        None => {
            let first: T = text.trim().parse().ok()?;
            Some((first, T::try_from(u32::from(first) + 1).ok()?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_possible_offer_is_taken() {
        let offers = "RTP/AVP;multicast;client_port=1-2, RTP/AVP;unicast;client_port=5000-5001,RTP/AVP/TCP";
        let udp = Transport::Udp { rtp_port: 5000, rtcp_port: 5001 };
        assert_eq!(Transport::choose(offers, 1, true), Some(udp));
        assert_eq!(Transport::choose(offers, 1, false), Some(Transport::Interleaved { rtp: 2, rtcp: 3 }));
    }

    #[test]
    fn one_number_stands_for_two() {
        let choose = |text| Transport::choose(text, 0, true);
        assert_eq!(choose("rtp/avp/tcp;interleaved=4"), Some(Transport::Interleaved { rtp: 4, rtcp: 5 }));
        assert_eq!(
            choose("RTP/AVP/UDP;client_port=6000"),
            Some(Transport::Udp { rtp_port: 6000, rtcp_port: 6001 })
        );
    }

    #[test]
    fn nonsense_is_no_transport() {
        for text in
            ["", ";;;", "RTP/SAVP/TCP", "RTP/AVP", "RTP/AVP;client_port=0-0", "RTP/AVP;client_port=70000"]
        {
            assert_eq!(Transport::choose(text, 0, true), None, "{text}");
        }
        assert_eq!(Transport::choose("RTP/AVP/TCP", 200, true), None);
    }

    #[test]
    fn an_answer_names_the_server_ports() {
        let transport = Transport::Udp { rtp_port: 5000, rtcp_port: 5001 };
        assert_eq!(
            transport.answer(0xab, Some((7000, 7001))),
            "RTP/AVP;unicast;client_port=5000-5001;server_port=7000-7001;ssrc=000000AB;mode=\"PLAY\""
        );
    }
}
