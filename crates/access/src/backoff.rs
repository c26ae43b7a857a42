//! Keeping those who guess waiting, without keeping out those whom they guess.
//!
//! Failures are counted by account and network together first: whoever guesses waits, and others who sign
//! in to the same account elsewhere don't. An account alone is slowed down only after many more failures,
//! which take many networks, and neither for devices nor for networks that it has signed in from before.
//! A network is a /64 of IPv6, and a site, with more failures for free, a /48. Bounds: docs/adr/0009.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use nightjar_cache::{Key, SlowDown};
use nightjar_model::{Caller, OrgId, SessionId, UserId, Via, WallTime};
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::password::Lane;
use crate::{Access, AccessError, ClientInfo, Result};

/// Bursts that wait for whoever raises the events; more are dropped, oldest first.
pub(crate) const WAITING: usize = 64;
/// For how long the networks of an account are believed before they are read again.
pub(crate) const NETWORKS_LIFETIME: Duration = Duration::from_secs(60);
/// More failures than this in a minute are a burst.
const BURST: u64 = 10;
const MINUTE: Duration = Duration::from_secs(60);
/// An account, over all networks that it has not signed in from before.
const ACCOUNT: SlowDown = SlowDown { free: 20, longest: Duration::from_secs(5 * 60) };
/// A site: many people, and for an attacker 65,536 networks.
const SITE: SlowDown = SlowDown { free: 30, longest: Duration::from_secs(15 * 60) };

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
    /// The name that was typed, as accounts are found by it.
    account: String,
    origin: Origin,
    ip: Option<IpAddr>,
}

/// Where an attempt comes from.
enum Origin {
    /// Somewhere: counted by account and network, and by network.
    Network,
    /// A device that has signed in with this name before: counted by itself.
    Device(String),
    /// Somebody who is signed in: counted by the session.
    Session(SessionId),
}

impl Suspects {
    /// Somebody who signs in, from a device that is known or not.
    pub(crate) fn of_login(username: &str, client: &ClientInfo, device: Option<String>) -> Self {
        let origin = device.map_or(Origin::Network, Origin::Device);
        Self { account: username.trim().to_lowercase(), origin, ip: client.ip }
    }

    /// Somebody who is signed in and proves it again.
    pub(crate) fn of_caller(caller: &Caller, client: &ClientInfo) -> Self {
        let origin = match caller.via {
            Via::Session(id) => Origin::Session(id),
            Via::Token(_) => Origin::Network,
        };
        Self { account: caller.username.to_lowercase(), origin, ip: client.ip }
    }

    /// The counter that an attempt is noted in before it is looked at.
    fn own(&self) -> String {
        match (&self.origin, self.ip) {
            (Origin::Device(id), _) => format!("login.device.{id}"),
            (Origin::Session(id), _) => format!("login.session.{id}"),
            (Origin::Network, Some(ip)) => format!("login.pair.{}|{}", network_of(ip), self.account),
            (Origin::Network, None) => format!("login.pair.nowhere|{}", self.account),
        }
    }

    /// The counters of the network and the site, where these count.
    fn networks(&self) -> impl Iterator<Item = (String, SlowDown)> {
        let ip = self.ip.filter(|_| matches!(self.origin, Origin::Network));
        let network = ip.map(|ip| (format!("login.ip.{}", network_of(ip)), SlowDown::default()));
        let site = ip
            .filter(|ip| ip.to_canonical().is_ipv6())
            .map(|ip| (format!("login.site.{}", site_of(ip)), SITE));
        network.into_iter().chain(site)
    }

    /// The counter of the account over all networks, where that counts.
    fn all(&self) -> Option<String> {
        matches!(self.origin, Origin::Network).then(|| format!("login.account.{}", self.account))
    }
}

impl Access {
    /// Bursts of failed sign-ins from now on: for the event `login_failed_burst`.
    pub fn login_bursts(&self) -> broadcast::Receiver<LoginBurst> {
        self.inner.bursts.subscribe()
    }

    /// Refuses who has to wait. Costs nothing but some counters, and none is kept for whoever has not
    /// failed before: an address that has to wait can name accounts without end.
    pub(crate) async fn refuse_waiting(&self, suspects: &Suspects, now: WallTime) -> Result<()> {
        let failures = self.inner.cache.failures();
        let own = failures.state(&suspects.own(), now).await;
        let (mut retry_after, mut network_failed) = (own.retry_after, false);
        for (subject, slow_down) in suspects.networks() {
            let state = failures.state_with(&subject, slow_down, now).await;
            retry_after = retry_after.max(state.retry_after);
            network_failed |= state.count > 0;
        }
        let mut account_failed = own.count > 0;
        if let Some(subject) = suspects.all() {
            let state = failures.state_with(&subject, ACCOUNT, now).await;
            account_failed |= state.count > 0;
            if !state.retry_after.is_zero() && !self.is_known_network(suspects).await? {
                retry_after = retry_after.max(state.retry_after);
            }
        }
        if retry_after.is_zero() {
            return Ok(());
        }
        if account_failed {
            self.count_account_for_burst(suspects, now).await;
        }
        if network_failed {
            self.count_address_for_burst(suspects, now).await;
        }
        Err(AccessError::TooMany { retry_after })
    }

    /// Counts against the account where it is tried from, before its password is looked at: attempts at
    /// the same time must not all slip through before the first has failed.
    pub(crate) async fn note_attempt(&self, suspects: &Suspects, now: WallTime) {
        self.inner.cache.failures().note_failure(&suspects.own(), now).await;
    }

    /// Counts against the network and the account as a whole, after it went wrong. More than are hashed at
    /// once can't slip through: who waited for the processor is looked at again.
    pub(crate) async fn note_failure(&self, suspects: &Suspects, now: WallTime) {
        let failures = self.inner.cache.failures();
        for (subject, _) in suspects.networks() {
            failures.note_failure(&subject, now).await;
        }
        if let Some(subject) = suspects.all()
            && failures.note_failure(&subject, now).await.count == ACCOUNT.free + 1
        {
            // Slow guessing from many networks is no burst, and somebody must hear of it.
            self.tell_account(suspects, now).await;
        }
        self.count_account_for_burst(suspects, now).await;
        self.count_address_for_burst(suspects, now).await;
    }

    /// Forgets what was counted against the account from there. Networks stay suspect: with an account of
    /// their own, guessers could have them forgotten whenever they like. So does the account as a whole, or
    /// its owner's sign-ins would give them more guesses.
    pub(crate) async fn note_success(&self, suspects: &Suspects) {
        self.inner.cache.failures().forget(&suspects.own()).await;
    }

    /// Which places among those who wait for the processor are for this attempt.
    pub(crate) async fn lane_of(&self, suspects: &Suspects) -> Result<Lane> {
        let is_known = !matches!(suspects.origin, Origin::Network) || self.is_known_network(suspects).await?;
        Ok(match suspects.ip {
            _ if is_known => Lane::Known,
            Some(ip) => Lane::Stranger(site_of(ip).to_string()),
            None => Lane::Stranger(String::new()),
        })
    }

    /// Tells all nodes that somebody has signed in with this name, maybe from a network that is new.
    pub(crate) async fn networks_changed(&self, username: &str) {
        self.inner.cache.invalidate(&networks_key(&username.to_lowercase())).await;
    }

    /// Whether the account has signed in from this network lately.
    async fn is_known_network(&self, suspects: &Suspects) -> Result<bool> {
        let Some(ip) = suspects.ip else { return Ok(false) };
        let read = async {
            let record = self.catalog().login_record(&suspects.account).await?;
            // Asked for nobody too, so that the time does not tell whether an account exists.
            let user = record.map_or(UserId(Uuid::nil()), |record| record.user.id);
            let addresses = self.catalog().addresses_of(user).await?;
            Ok::<Arc<[IpAddr]>, AccessError>(addresses.into_iter().map(network_of).collect())
        };
        Ok(self
            .inner
            .networks
            .get_or_read(&networks_key(&suspects.account), read)
            .await?
            .contains(&network_of(ip)))
    }

    async fn count_account_for_burst(&self, suspects: &Suspects, now: WallTime) {
        if self.is_burst(&format!("login.account.{}", suspects.account)).await {
            self.tell_account(suspects, now).await;
        }
    }

    async fn tell_account(&self, suspects: &Suspects, now: WallTime) {
        let known = self.account_named(&suspects.account).await.unwrap_or_default();
        let (suspect, org) = known
            .map_or((Suspect::Nobody, OrgId::DEFAULT), |user| (Suspect::Account(user.username), user.org_id));
        self.tell_burst(LoginBurst { suspect, org, at: now });
    }

    async fn count_address_for_burst(&self, suspects: &Suspects, now: WallTime) {
        if let Some(ip) = suspects.ip
            && self.is_burst(&format!("login.ip.{}", network_of(ip))).await
        {
            self.tell_burst(LoginBurst { suspect: Suspect::Ip(ip), org: OrgId::DEFAULT, at: now });
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

fn networks_key(account: &str) -> Key {
    Key::new("login_networks", &[account])
}

/// What an address is counted as: itself, or its network, because who has one IPv6 address has 2^64 of
/// them (RFC 4291 §2.5.1).
pub fn network_of(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(v4) => v4.into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
    }
}

/// The site that an address belongs to: itself, or its /48, which is what one customer or one building
/// gets (RFC 6177), with 65,536 networks in it.
pub fn site_of(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(v4) => v4.into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 80)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_and_neighbouring_addresses_make_no_new_suspect() {
        let counters = |name: &str, ip: &str| {
            let client = ClientInfo { ip: Some(ip.parse().expect("an address")), user_agent: String::new() };
            let suspects = Suspects::of_login(name, &client, None);
            let networks: Vec<String> = suspects.networks().map(|(subject, _)| subject).collect();
            (suspects.own(), networks, suspects.all())
        };
        assert_eq!(counters("Ada ", "2001:db8::1"), counters("ada", "2001:db8::ffff:1"));
        assert_eq!(counters("ada", "10.0.0.1"), counters("ADA", "::ffff:10.0.0.1"));
        let (own, networks, all) = counters("ada", "2001:db8::1");
        let neighbour = counters("ada", "2001:db8:0:1::1");
        assert!(own != neighbour.0 && networks[0] != neighbour.1[0], "another network");
        assert_eq!((&networks[1], all), (&neighbour.1[1], neighbour.2), "of the same site, for one account");
        assert_ne!(counters("ada", "10.0.0.1").0, counters("bob", "10.0.0.1").0);
        assert_ne!(counters("ada", "10.0.0.1").1, counters("ada", "10.0.0.2").1);
    }

    #[test]
    fn a_known_device_is_counted_by_itself() {
        let client = ClientInfo { ip: Some([10, 0, 0, 1].into()), user_agent: String::new() };
        let suspects = Suspects::of_login("ada", &client, Some("x".to_owned()));
        assert_eq!((suspects.own().as_str(), suspects.networks().count()), ("login.device.x", 0));
        assert_eq!(suspects.all(), None);
    }
}
