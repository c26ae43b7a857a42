//! The addresses at which people find the page.

use std::net::{IpAddr, SocketAddr, UdpSocket};

use crate::config::Config;

/// Addresses without a path, the best one first.
pub(in crate::serve) fn of_people(config: &Config) -> Vec<String> {
    if let Some(url) = &config.service.public_url {
        return vec![url.origin().ascii_serialization()];
    }
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    addresses(config.service.listen, machine())
        .into_iter()
        .map(|address| format!("{scheme}://{address}"))
        .collect()
}

/// What a browser can be given for an address that we listen on: nobody can go to `0.0.0.0`.
fn addresses(listen: SocketAddr, machine: Option<IpAddr>) -> Vec<String> {
    if !listen.ip().is_unspecified() {
        return vec![listen.to_string()];
    }
    let port = listen.port();
    let machine = machine.map(|ip| SocketAddr::new(ip, port).to_string());
    machine.into_iter().chain([format!("localhost:{port}")]).collect()
}

/// The address from which this machine would talk to others: asked of the system's routes, nothing
/// is sent.
fn machine() -> Option<IpAddr> {
    let routes = [("0.0.0.0:0", "192.0.2.1:9"), ("[::]:0", "[2001:db8::1]:9")];
    routes.into_iter().find_map(|(from, to)| {
        let socket = UdpSocket::bind(from).ok()?;
        socket.connect(to).ok()?;
        let ip = socket.local_addr().ok()?.ip();
        (!ip.is_loopback() && !ip.is_unspecified()).then_some(ip)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_all_interfaces_is_told_as_one_that_works() {
        let told = |listen: &str, machine: Option<&str>| {
            let machine = machine.map(|ip| ip.parse().expect("an address"));
            addresses(listen.parse().expect("an address"), machine)
        };
        assert_eq!(told("0.0.0.0:8080", Some("10.0.0.7")), ["10.0.0.7:8080", "localhost:8080"]);
        assert_eq!(told("[::]:443", Some("fd00::7")), ["[fd00::7]:443", "localhost:443"]);
        assert_eq!(told("0.0.0.0:8080", None), ["localhost:8080"]);
        assert_eq!(told("192.168.1.5:80", Some("10.0.0.7")), ["192.168.1.5:80"]);
        assert_eq!(told("127.0.0.1:8080", None), ["127.0.0.1:8080"]);
    }
}
