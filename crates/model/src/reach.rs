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
    /// This machine itself: the loopback addresses, and those of its own interfaces.
    ThisMachine,
    /// Services of a cloud that know its secrets.
    Metadata,
    /// Nothing that one can connect to: groups, reserved ranges.
    Unusable,
}

/// The addresses of this machine's own interfaces, as they are now: whoever connects reads them anew,
/// because they change while the process runs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnAddresses {
    /// Addresses at which this machine answers.
    pub addresses: Vec<IpAddr>,
    /// Addresses at which everybody in a network of this machine answers.
    pub broadcasts: Vec<Ipv4Addr>,
}

/// Who asked to connect, and to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The operator, in the configuration: anything.
    Operator,
    /// A user, to a camera: cameras are in private networks.
    Camera {
        /// Whether this machine itself may be meant, at any of its addresses.
        this_machine: bool,
        /// Whether the camera may have a link-local address. Clouds have services there which give out
        /// credentials, more than any list knows.
        link_local: bool,
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
            AddressKind::ThisMachine => {
                "leads to this machine itself, which is not allowed (`service.allow_loopback_cameras` allows it)"
            }
            AddressKind::Metadata => {
                "leads to a service of the cloud that this machine is in, which is never allowed"
            }
            AddressKind::Unusable => "leads to no single machine",
            AddressKind::LinkLocal => {
                "leads to a link-local address, which is not allowed (`service.allow_link_local_cameras` allows it)"
            }
            AddressKind::Private => "leads into a private network, which is not allowed",
            AddressKind::Public => "is not allowed",
        })
    }
}

impl Reach {
    /// A user, to a camera, as long as the operator allows nothing more.
    pub const CAMERA: Self = Self::Camera { this_machine: false, link_local: false };

    /// Whether this address may be connected to by a machine with these addresses.
    ///
    /// # Errors
    /// If not: what it leads to.
    pub fn check(self, address: IpAddr, own: &OwnAddresses) -> Result<(), Refused> {
        self.judge(own.kind_of(address))
    }

    /// The same for the host of a URL, as far as it can be told without resolving it: numbers in all
    /// their forms, and names that always mean the same. What it resolves to is to be checked as well.
    ///
    /// # Errors
    /// If not: what it leads to.
    pub fn check_host(self, url: &Url, own: &OwnAddresses) -> Result<(), Refused> {
        url.host_str().and_then(|host| host_kind(host, own)).map_or(Ok(()), |kind| self.judge(kind))
    }

    fn judge(self, kind: AddressKind) -> Result<(), Refused> {
        use AddressKind::{LinkLocal, Metadata, Private, Public, ThisMachine, Unusable};
        let allowed = match (self, kind) {
            (Self::Operator, _) | (_, Public) => true,
            (_, Metadata | Unusable) => false,
            (Self::Camera { .. }, Private) => true,
            (Self::Camera { link_local, .. }, LinkLocal) => link_local,
            (Self::Camera { this_machine, .. }, ThisMachine) => this_machine,
            (Self::Webhook { private }, Private | LinkLocal | ThisMachine) => private,
        };
        if allowed { Ok(()) } else { Err(Refused { kind }) }
    }
}

impl OwnAddresses {
    /// What an address leads to from this machine; an IPv6 address that carries an IPv4 one is judged by
    /// that.
    pub fn kind_of(&self, address: IpAddr) -> AddressKind {
        let carried = match address {
            IpAddr::V4(_) => None,
            IpAddr::V6(ip) => carried_v4(ip),
        };
        let meant = carried.map_or(address, IpAddr::V4);
        match address_kind(address) {
            kind @ (AddressKind::Metadata | AddressKind::Unusable) => kind,
            _ if self.addresses.contains(&address) || self.addresses.contains(&meant) => {
                AddressKind::ThisMachine
            }
            _ if self.broadcasts.iter().any(|broadcast| meant == *broadcast) => AddressKind::Unusable,
            kind => kind,
        }
    }
}

/// What an address leads to, as far as the address alone tells it.
fn address_kind(address: IpAddr) -> AddressKind {
    match address {
        IpAddr::V4(ip) => kind_v4(ip),
        IpAddr::V6(ip) => kind_v6(ip),
    }
}

/// Metadata services outside of [`is_metadata_network`]: Tencent Cloud and Scaleway (link-local), Azure's
/// host, Alibaba Cloud, Oracle Cloud (classic), Volcano Engine, UCloud.
const METADATA_V4: [Ipv4Addr; 7] = [
    Ipv4Addr::new(169, 254, 0, 23),
    Ipv4Addr::new(169, 254, 42, 42),
    Ipv4Addr::new(168, 63, 129, 16),
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(192, 0, 0, 192),
    Ipv4Addr::new(100, 96, 0, 96),
    Ipv4Addr::new(100, 80, 80, 80),
];
/// Google Cloud, Scaleway, Akamai (Linode), OpenStack. AWS has a network: see [`kind_v6`].
const METADATA_V6: [Ipv6Addr; 4] = [
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42),
    Ipv6Addr::new(0xfd00, 0xa9fe, 0xa9fe, 0, 0, 0, 0, 1),
    Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0xa9fe, 0xa9fe),
];
/// Names under which metadata services answer in their clouds.
const METADATA_NAMES: [&str; 10] = [
    "metadata",
    "metadata.google.internal",
    "metadata.goog",
    "metadata.azure.internal",
    "metadata.tencentyun.com",
    "metadata.platformequinix.com",
    "api.metadata.cloud.ibm.com",
    "instance-data",
    "instance-data.ec2.internal",
    "rancher-metadata",
];

/// 169.254.169.0/24: AWS, Azure, Google, Oracle, OpenStack, DigitalOcean, Hetzner, IBM, Huawei, Vultr and
/// others at .254, GKE at .252, Rancher at .250; 169.254.170.0/24: AWS for containers and pods.
fn is_metadata_network(ip: Ipv4Addr) -> bool {
    matches!(ip.octets(), [169, 254, 169 | 170, _])
}

/// By the registry of special addresses (RFC 6890).
fn kind_v4(ip: Ipv4Addr) -> AddressKind {
    if METADATA_V4.contains(&ip) || is_metadata_network(ip) {
        return AddressKind::Metadata;
    }
    match ip.octets() {
        [0 | 224..=255, ..] => AddressKind::Unusable,
        [127, ..] => AddressKind::ThisMachine,
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
    if METADATA_V6.contains(&ip) {
        return AddressKind::Metadata;
    }
    let s = ip.segments();
    match (s, carried_v4(ip)) {
        ([0, 0, 0, 0, 0, 0, 0, 0], _) => AddressKind::Unusable,
        ([0, 0, 0, 0, 0, 0, 0, 1], _) => AddressKind::ThisMachine,
        // A NAT64 of one's own leads out of our sight.
        ([0x64, 0xff9b, 1, ..], Some(low)) => match kind_v4(low) {
            AddressKind::Public => AddressKind::Private,
            kind => kind,
        },
        (_, Some(carried)) => kind_v4(carried),
        // AWS's services for machines.
        ([0xfd00, 0xec2, ..], _) => AddressKind::Metadata,
        ([0xfe80..=0xfebf, ..], _) => AddressKind::LinkLocal,
        // Unique local, the site-local of old, examples.
        ([0xfc00..=0xfdff | 0xfec0..=0xfeff, ..] | [0x2001, 0xdb8, ..], _) => AddressKind::Private,
        ([0x2000..=0x3fff, ..], _) => AddressKind::Public,
        _ => AddressKind::Unusable,
    }
}

/// The IPv4 address that an IPv6 address carries.
fn carried_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = ip.segments();
    match s {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        // Compatible and mapped (RFC 4291 §2.5.5), translated (RFC 7915), NAT64 (RFC 6052, RFC 8215).
        [0, 0, 0, 0, 0, 0 | 0xffff, _, _]
        | [0, 0, 0, 0, 0xffff, 0, _, _]
        | [0x64, 0xff9b, 0, 0, 0, 0, _, _]
        | [0x64, 0xff9b, 1, ..] => Some(v4(s[6], s[7])),
        // 6to4 (RFC 3056), and Teredo (RFC 4380 §4), which hides it.
        [0x2002, high, low, ..] => Some(v4(high, low)),
        [0x2001, 0, ..] => Some(v4(!s[6], !s[7])),
        _ => None,
    }
}

fn v4(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low))
}

fn host_kind(host: &str, own: &OwnAddresses) -> Option<AddressKind> {
    // Only of web addresses does the library read `0x7f.1`, `017700000001` and `2130706433` as numbers,
    // as whoever resolves them will.
    let web = Url::parse(&format!("http://{host}/")).ok()?;
    match web.host()? {
        Host::Ipv4(ip) => Some(own.kind_of(ip.into())),
        Host::Ipv6(ip) => Some(own.kind_of(ip.into())),
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            if METADATA_NAMES.contains(&name) {
                Some(AddressKind::Metadata)
            } else if name == "localhost" || name.ends_with(".localhost") {
                Some(AddressKind::ThisMachine)
            } else {
                None
            }
        }
    }
}

#[cfg(test)]
mod tests;
