//! The addresses of this machine, as the system has them now.

use std::net::IpAddr;

use if_addrs::{IfAddr, get_if_addrs};
use nightjar_model::OwnAddresses;

/// Reads the addresses of all interfaces: one question to the kernel, without waiting. If it has no
/// answer, only the loopback addresses are known to be this machine's.
pub fn own_addresses() -> OwnAddresses {
    let interfaces = get_if_addrs().unwrap_or_else(|error| {
        tracing::warn!(%error, "the addresses of this machine can't be read: only loopback is protected");
        Vec::new()
    });
    let mut own = OwnAddresses::default();
    for interface in interfaces {
        own.addresses.push(interface.ip());
        if let IfAddr::V4(v4) = &interface.addr {
            own.broadcasts.extend(v4.broadcast.filter(|broadcast| IpAddr::V4(*broadcast) != interface.ip()));
        }
    }
    own
}
