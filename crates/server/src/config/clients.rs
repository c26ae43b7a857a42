//! What concerns those who connect: limits, proxies, the cache that counts them.

use std::net::IpAddr;

use nightjar_model::Secret;

use super::reader::Reader;
use super::types::Limits;

/// `[limits]`
pub(super) fn limits(reader: &mut Reader<'_>) -> Limits {
    let mut number = |key, default| {
        let number = reader.number(key, 1..=10_000_000).unwrap_or(default);
        u32::try_from(number).unwrap_or(u32::MAX)
    };
    Limits {
        user_per_minute: number("user_per_minute", 600),
        ip_per_minute: number("ip_per_minute", 1_000),
        concurrent: number("concurrent", 20),
        sockets: number("sockets", 20),
    }
}

/// `[cache] url`
pub(super) fn cache_url(reader: &mut Reader<'_>) -> Option<Secret> {
    let url = reader.secret("url")?;
    if url.expose().starts_with("redis://") || url.expose().starts_with("rediss://") {
        return Some(url);
    }
    // The address may hold a password, so it is not repeated.
    reader.wrong("url", "must begin with redis:// or rediss://");
    None
}

/// Addresses, separated by commas.
pub(super) fn addresses(reader: &mut Reader<'_>, key: &str) -> Vec<IpAddr> {
    let text = reader.text(key).unwrap_or_default();
    let mut addresses = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        match part.parse::<IpAddr>() {
            Ok(address) => addresses.push(address.to_canonical()),
            Err(_) => reader.wrong(key, format!("`{part}` is no address, as 10.0.0.1")),
        }
    }
    addresses
}
