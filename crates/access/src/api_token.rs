//! The secret of an API token and the networks that it may come from.

use std::net::IpAddr;

use nightjar_model::Secret;

use crate::AccessError;
use crate::random::{self, Digest};

const MARK: &str = "njt_";
const PREFIX: usize = 8;

/// A token that was just made: shown once.
#[derive(Debug)]
pub(crate) struct NewSecret {
    /// `njt_` + 8 characters that stay visible + `_` + 256 random bits.
    pub(crate) text: Secret,
    /// `njt_` and the 8 characters.
    pub(crate) prefix: String,
    /// What is kept.
    pub(crate) digest: Digest,
}

/// Makes one.
pub(crate) fn new_secret() -> Result<NewSecret, AccessError> {
    let visible: String = random::text()?.chars().filter(char::is_ascii_alphanumeric).take(PREFIX).collect();
    // Of 43 characters, 35 being `-` or `_` is less likely than any guess; still, never too short.
    let prefix = format!("{MARK}{visible:0<PREFIX$}");
    let text = format!("{prefix}_{}", random::text()?);
    let digest = digest_of(&text);
    Ok(NewSecret { text: Secret::new(text), prefix, digest })
}

/// Whether it says that it is an API token.
pub(crate) fn is_one(bearer: &str) -> bool {
    bearer.starts_with(MARK)
}

/// What is kept of a token; none if it can't be one, so that nothing is looked up.
pub(crate) fn parse(text: &str) -> Option<Digest> {
    let rest = text.strip_prefix(MARK)?;
    let (prefix, secret) = rest.split_at_checked(PREFIX)?;
    let secret = secret.strip_prefix('_')?;
    let fits = prefix.bytes().all(|byte| byte.is_ascii_alphanumeric()) && random::is_text(secret);
    fits.then(|| digest_of(text))
}

fn digest_of(text: &str) -> Digest {
    random::digest("nightjar api token 1", text.as_bytes())
}

/// Some addresses: one, or all that begin alike. IPv4 is seen as its part of IPv6, so that an
/// address means the same in both forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    bits: u128,
    length: u32,
}

impl Network {
    /// Reads `192.0.2.7`, `10.0.0.0/8`, `2001:db8::/32`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.trim().split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().ok()?;
        let (width, before) = if address.is_ipv4() { (32, 96) } else { (128, 0) };
        let length = length.unwrap_or(width);
        (length <= width).then(|| Self { bits: bits_of(address), length: before + length })
    }

    /// Whether the address is one of these.
    pub(crate) fn contains(self, address: IpAddr) -> bool {
        let different = self.bits ^ bits_of(address);
        different.leading_zeros() >= self.length
    }
}

/// Whether a token with this list may be used from there. An empty list lets everybody in; with a
/// list, whoever comes from nowhere is kept out.
pub(crate) fn may_come_from(allowed: &[String], address: Option<IpAddr>) -> bool {
    let Some(address) = address else { return allowed.is_empty() };
    allowed.is_empty()
        || allowed.iter().filter_map(|text| Network::parse(text)).any(|network| network.contains(address))
}

fn bits_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_shows_its_beginning_and_is_recognised_by_its_digest() {
        let (a, b) = (new_secret().expect("random"), new_secret().expect("random"));
        assert!(is_one(a.text.expose()) && a.text.expose().starts_with(&a.prefix));
        assert_eq!(a.prefix.len(), 12);
        assert_eq!(parse(a.text.expose()), Some(a.digest));
        assert_ne!(a.digest, b.digest);
        assert!(!format!("{a:?}").contains(a.text.expose()));
    }

    #[test]
    fn what_can_not_be_a_token_is_not_looked_up() {
        let token = new_secret().expect("random").text;
        let token = token.expose();
        for junk in ["", "njt_", "njt_ä", &token[1..], &token[..token.len() - 1], &format!("{token}x")] {
            assert_eq!(parse(junk), None, "{junk}");
        }
        assert_eq!(parse(&token.replacen('_', "-", 2)), None);
    }

    #[test]
    fn networks_hold_what_begins_alike_in_both_forms() {
        let holds = |network: &str, address: &str| {
            let address = address.parse().expect("an address");
            may_come_from(&[network.to_owned()], Some(address))
        };
        assert!(holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("192.0.2.7", "192.0.2.7") && !holds("192.0.2.7", "192.0.2.8"));
        assert!(holds("10.0.0.0/8", "::ffff:10.1.2.3") && holds("::ffff:10.1.2.3", "10.1.2.3"));
        assert!(holds("2001:db8::/32", "2001:db8:1::1") && !holds("2001:db8::/32", "2001:db9::1"));
        assert!(holds("0.0.0.0/0", "8.8.8.8") && !holds("0.0.0.0/0", "2001:db8::1"));
        assert!(holds("::/0", "2001:db8::1"));
    }

    #[test]
    fn a_list_is_read_strictly() {
        for bad in ["", "x", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8", "10.0.0.1/8/8"]
        {
            assert_eq!(Network::parse(bad), None, "{bad}");
        }
        assert!(may_come_from(&[], None) && !may_come_from(&["10.0.0.0/8".into()], None));
    }
}
