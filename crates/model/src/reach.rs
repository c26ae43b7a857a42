//! Which addresses may be connected to because somebody asked us to: the one place that decides.
//!
//! An address that a person enters makes this server a client inside its own network, where there
//! are services that trust whoever can reach them: the metadata service of a cloud gives out
//! credentials. Names are no answer, since who owns one can make it lead anywhere, and elsewhere
//! a moment later: what is judged is the address that is then connected to.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// What an address leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressKind {
    /// The Internet.
    Public,
    /// A network of somebody's own.
    Private,
    /// What is on the same wire.
    LinkLocal,
    /// This machine.
    Loopback,
    /// Services of a cloud that know its secrets.
    Metadata,
    /// Nothing that one can connect to: groups, reserved ranges.
    Unusable,
}

/// Who asked to connect, and to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The operator, in the configuration: anything.
    Operator,
    /// A user, to a camera: cameras are in private networks and find themselves addresses on the wire.
    Camera {
        /// Whether this machine itself may be meant.
        loopback: bool,
    },
    /// A user, to a service that is told of events.
    Webhook {
        /// Whether it may be in a network of our own; this machine counts as one.
        private: bool,
    },
}

/// An address that must not be connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// What it leads to.
    pub kind: AddressKind,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            AddressKind::Loopback => "leads to this machine itself, which is not allowed",
            AddressKind::Metadata => {
                "leads to a service of the cloud that this machine is in, which is never allowed"
            }
            AddressKind::Unusable => "leads to no single machine",
            AddressKind::Private | AddressKind::LinkLocal => {
                "leads into a private network, which is not allowed"
            }
            AddressKind::Public => "is not allowed",
        })
    }
}

impl Reach {
    /// Whether this address may be connected to.
    ///
    /// # Errors
    /// If not: what it leads to.
    pub fn check(self, address: IpAddr) -> Result<(), Refused> {
        self.judge(address_kind(address))
    }

    /// The same for the host of a URL, as far as it can be told without resolving it: numbers in all
    /// their forms, and names that always mean the same. What it resolves to is to be checked as well.
    ///
    /// # Errors
    /// If not: what it leads to.
    pub fn check_host(self, url: &Url) -> Result<(), Refused> {
        url.host_str().and_then(host_kind).map_or(Ok(()), |kind| self.judge(kind))
    }

    fn judge(self, kind: AddressKind) -> Result<(), Refused> {
        use AddressKind::{LinkLocal, Loopback, Metadata, Private, Public, Unusable};
        let allowed = match (self, kind) {
            (Self::Operator, _) | (_, Public) => true,
            (_, Metadata | Unusable) => false,
            (Self::Camera { .. }, Private | LinkLocal) => true,
            (Self::Camera { loopback }, Loopback) => loopback,
            (Self::Webhook { private }, Private | LinkLocal | Loopback) => private,
        };
        if allowed { Ok(()) } else { Err(Refused { kind }) }
    }
}

/// What an address leads to; an IPv6 address that carries an IPv4 one is judged by that.
pub fn address_kind(address: IpAddr) -> AddressKind {
    match address {
        IpAddr::V4(ip) => kind_v4(ip),
        IpAddr::V6(ip) => kind_v6(ip),
    }
}

/// Metadata services: AWS, Azure, Google and others; AWS for containers; Azure's host; Alibaba; Oracle.
const METADATA_V4: [Ipv4Addr; 6] = [
    Ipv4Addr::new(169, 254, 169, 254),
    Ipv4Addr::new(169, 254, 170, 2),
    Ipv4Addr::new(169, 254, 170, 23),
    Ipv4Addr::new(168, 63, 129, 16),
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(192, 0, 0, 192),
];
/// Google's.
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254);
/// Names under which metadata services answer in their clouds.
const METADATA_NAMES: [&str; 5] =
    ["metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal"];

/// By the registry of special addresses (RFC 6890).
fn kind_v4(ip: Ipv4Addr) -> AddressKind {
    if METADATA_V4.contains(&ip) {
        return AddressKind::Metadata;
    }
    match ip.octets() {
        [0 | 224..=255, ..] => AddressKind::Unusable,
        [127, ..] => AddressKind::Loopback,
        [169, 254, ..] => AddressKind::LinkLocal,
        // RFC 1918, carriers' NAT, and what is reserved for protocols, examples and benchmarks.
        [10, ..]
        | [172, 16..=31, ..]
        | [192, 168, ..]
        | [100, 64..=127, ..]
        | [192, 0, 0 | 2, _]
        | [198, 18..=19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _] => AddressKind::Private,
        _ => AddressKind::Public,
    }
}

fn kind_v6(ip: Ipv6Addr) -> AddressKind {
    if ip == METADATA_V6 {
        return AddressKind::Metadata;
    }
    let s = ip.segments();
    let low = || kind_v4(v4(s[6], s[7]));
    match s {
        [0, 0, 0, 0, 0, 0, 0, 0] => AddressKind::Unusable,
        [0, 0, 0, 0, 0, 0, 0, 1] => AddressKind::Loopback,
        // IPv4 within IPv6: compatible and mapped (RFC 4291 §2.5.5), translated (RFC 7915), NAT64 (RFC 6052).
        [0, 0, 0, 0, 0, 0 | 0xffff, _, _]
        | [0, 0, 0, 0, 0xffff, 0, _, _]
        | [0x64, 0xff9b, 0, 0, 0, 0, _, _] => low(),
        // A NAT64 of one's own (RFC 8215) leads out of our sight.
        [0x64, 0xff9b, 1, ..] => match low() {
            AddressKind::Public => AddressKind::Private,
            kind => kind,
        },
        // 6to4 (RFC 3056), and Teredo (RFC 4380 §4), which hides it.
        [0x2002, high, low, ..] => kind_v4(v4(high, low)),
        [0x2001, 0, ..] => kind_v4(v4(!s[6], !s[7])),
        // AWS's services for machines.
        [0xfd00, 0xec2, ..] => AddressKind::Metadata,
        [0xfe80..=0xfebf, ..] => AddressKind::LinkLocal,
        // Unique local, the site-local of old, examples.
        [0xfc00..=0xfdff | 0xfec0..=0xfeff, ..] | [0x2001, 0xdb8, ..] => AddressKind::Private,
        [0x2000..=0x3fff, ..] => AddressKind::Public,
        _ => AddressKind::Unusable,
    }
}

fn v4(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}

fn host_kind(host: &str) -> Option<AddressKind> {
    // Only of web addresses does the library read `0x7f.1`, `017700000001` and `2130706433` as numbers,
    // as whoever resolves them will.
    let web = Url::parse(&format!("http://{host}/")).ok()?;
    match web.host()? {
        Host::Ipv4(ip) => Some(kind_v4(ip)),
        Host::Ipv6(ip) => Some(kind_v6(ip)),
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            if METADATA_NAMES.contains(&name) {
                Some(AddressKind::Metadata)
            } else if name == "localhost" || name.ends_with(".localhost") {
                Some(AddressKind::Loopback)
            } else {
                None
            }
        }
    }
}

#[cfg(test)]
mod tests;
