//! Keeping those who guess waiting, by account and by address, and saying when it becomes a burst.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use nightjar_cache::{FailureState, Key};
use nightjar_model::{OrgId, WallTime};
use tokio::sync::broadcast;

use crate::{Access, AccessError, ClientInfo, Result};

/// Bursts that wait for whoever raises the events; more are dropped, oldest first.
pub(crate) const WAITING: usize = 64;
/// More failures than this in a minute are a burst.
const BURST: u64 = 10;
/// What the counters of accounts begin with.
const ACCOUNT: &str = "login.account.";
const MINUTE: Duration = Duration::from_secs(60);

/// Many failed sign-ins in a short time: reported once a minute for each suspect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginBurst {
    /// Whose.
    pub suspect: Suspect,
    /// The organization of the account; of the installation itself where there is none.
    pub org: OrgId,
    /// When it became one.
    pub at: WallTime,
}

/// What failed sign-ins have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suspect {
    /// The name of an account.
    Account(String),
    /// A name that no account has. It is not told: people type passwords where names belong.
    Nobody,
    /// Where they come from.
    Ip(IpAddr),
}

/// Whom an attempt is counted against.
pub(crate) struct Suspects {
    account: String,
    address: Option<(String, IpAddr)>,
}

impl Suspects {
    pub(crate) fn new(username: &str, client: &ClientInfo) -> Self {
        let account = format!("{ACCOUNT}{}", username.trim().to_lowercase());
        let address = client.ip.map(|ip| (format!("login.ip.{}", network_of(ip)), ip));
        Self { account, address }
    }

    /// The name that was typed, as accounts are found by it.
    fn typed(&self) -> &str {
        self.account.trim_start_matches(ACCOUNT)
    }
}

impl Access {
    /// Bursts of failed sign-ins from now on: for the event `login_failed_burst`.
    pub fn login_bursts(&self) -> broadcast::Receiver<LoginBurst> {
        self.inner.bursts.subscribe()
    }

    /// Refuses who has to wait. Costs nothing but two counters, and none is kept for whoever has not
    /// failed before: an address that has to wait can name accounts without end.
    pub(crate) async fn refuse_waiting(&self, suspects: &Suspects, now: WallTime) -> Result<()> {
        let failures = self.inner.cache.failures();
        let account = failures.state(&suspects.account, now).await;
        let address = match &suspects.address {
            Some((address, _)) => failures.state(address, now).await,
            None => FailureState::default(),
        };
        let retry_after = account.retry_after.max(address.retry_after);
        if retry_after.is_zero() {
            return Ok(());
        }
        if account.count > 0 {
            self.count_account_for_burst(suspects, now).await;
        }
        if address.count > 0 {
            self.count_address_for_burst(suspects, now).await;
        }
        Err(AccessError::TooMany { retry_after })
    }

    /// Counts against the account, before its password is looked at: attempts at the same time must
    /// not all slip through before the first has failed.
    pub(crate) async fn note_attempt(&self, suspects: &Suspects, now: WallTime) {
        self.inner.cache.failures().note_failure(&suspects.account, now).await;
    }

    /// Counts against the address, after it went wrong.
    pub(crate) async fn note_failure(&self, suspects: &Suspects, now: WallTime) {
        if let Some((address, _)) = &suspects.address {
            self.inner.cache.failures().note_failure(address, now).await;
        }
        self.count_account_for_burst(suspects, now).await;
        self.count_address_for_burst(suspects, now).await;
    }

    /// Forgets what was counted against the account. The address stays suspect: with an account of
    /// their own, guessers could have it forgotten whenever they like.
    pub(crate) async fn note_success(&self, suspects: &Suspects) {
        self.inner.cache.failures().forget(&suspects.account).await;
    }

    async fn count_account_for_burst(&self, suspects: &Suspects, now: WallTime) {
        if self.is_burst(&suspects.account).await {
            let known = self.account_named(suspects.typed()).await.unwrap_or_default();
            let (suspect, org) = known.map_or((Suspect::Nobody, OrgId::DEFAULT), |user| {
                (Suspect::Account(user.username), user.org_id)
            });
            self.tell_burst(LoginBurst { suspect, org, at: now });
        }
    }

    async fn count_address_for_burst(&self, suspects: &Suspects, now: WallTime) {
        if let Some((address, ip)) = &suspects.address
            && self.is_burst(address).await
        {
            self.tell_burst(LoginBurst { suspect: Suspect::Ip(*ip), org: OrgId::DEFAULT, at: now });
        }
    }

    /// Counts; says whether it becomes a burst with this one.
    async fn is_burst(&self, subject: &str) -> bool {
        self.inner.cache.incr(&Key::new("login_burst", &[subject]), MINUTE).await == BURST + 1
    }

    fn tell_burst(&self, burst: LoginBurst) {
        // Nobody may be listening.
        let _ = self.inner.bursts.send(burst);
    }
}

/// What an address is counted as: itself, or its network, because who has one IPv6 address has 2^64 of
/// them (RFC 4291 §2.5.1).
pub fn network_of(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(v4) => v4.into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_and_neighbouring_addresses_make_no_new_suspect() {
        let suspects = |name: &str, ip: &str| {
            let client = ClientInfo { ip: Some(ip.parse().expect("an address")), user_agent: String::new() };
            let suspects = Suspects::new(name, &client);
            (suspects.account, suspects.address.map(|(key, _)| key))
        };
        assert_eq!(suspects("Ada ", "2001:db8::1"), suspects("ada", "2001:db8::ffff:1"));
        assert_eq!(suspects("ada", "10.0.0.1"), suspects("ADA", "::ffff:10.0.0.1"));
        assert_ne!(suspects("ada", "10.0.0.1").1, suspects("ada", "10.0.0.2").1);
        assert_ne!(suspects("ada", "10.0.0.1").0, suspects("bob", "10.0.0.1").0);
    }
}
