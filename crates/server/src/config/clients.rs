//! What concerns those who connect: limits, proxies, the cache that counts them.

use std::net::IpAddr;
use std::time::Duration;

use nightjar_model::Secret;
use url::{Host, Url};

use super::document::{Table, Value};
use super::problem::Problems;
use super::reader::Reader;
use super::types::{Accounts, Audit, Limits, Service};

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
        connections: number("connections", 4_096),
        sockets: number("sockets", 20),
    }
}

/// `[accounts]`
pub(super) fn accounts(reader: &mut Reader<'_>) -> Accounts {
    let mut days = |key, default| {
        let days = reader.number(key, 1..=3_650).unwrap_or(default);
        Duration::from_secs(days * 24 * 60 * 60)
    };
    Accounts { session: days("session_days", 30), idle: days("idle_days", 7) }
}

/// `[audit]`
pub(super) fn audit(reader: &mut Reader<'_>, has_bucket: bool) -> Audit {
    let syslog = reader.text("syslog").and_then(|text| match text.parse() {
        Ok(address) => Some(address),
        Err(wanted) => {
            reader.wrong("syslog", wanted);
            None
        }
    });
    let prefix = reader.text("bucket_prefix").map(|text| text.trim_matches('/').to_owned());
    if let Some(prefix) = &prefix {
        if !has_bucket {
            reader.wrong("bucket_prefix", "needs a bucket: set [storage]");
        } else if nightjar_storage::validate_key(&format!("{prefix}/x")).is_err() {
            reader.wrong("bucket_prefix", "must be a folder, as `audit`");
        }
    }
    Audit { syslog, bucket_prefix: prefix }
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

/// Providers send browsers back to an address that they were told before: it can't be guessed.
pub(super) fn check_public_url(
    document: &Table,
    service: &Service,
    problems: &mut Problems,
) -> Option<String> {
    let providers = document.entries.get("oidc")?;
    match &service.public_url {
        None if !given(document) => {
            let text = "[[oidc]] needs [service] `public_url`, the address that browsers know Nightjar by, as \
                        https://nightjar.example.org: providers send them back there";
            problems.add(&providers.key_origin, text);
            None
        }
        Some(url) if url.scheme() == "http" && !is_this_machine(url) => Some(format!(
            "service.public_url is {url}: most providers take only https://, and so should browsers"
        )),
        _ => None,
    }
}

/// Whether it was written, be it wrong.
fn given(document: &Table) -> bool {
    let service = document.entries.get("service").map(|entry| &entry.node.value);
    matches!(service, Some(Value::Table(table)) if table.entries.contains_key("public_url"))
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
