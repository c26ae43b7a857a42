//! Proves who somebody is: passwords, sign-ins, access and refresh tokens, API tokens, second
//! factors, the set-up link, sign-ins at OpenID providers, and back-off from those who guess.
//!
//! Belongs here: everything between a secret that was sent and the [`Caller`](nightjar_model::Caller)
//! it proves, and the rules by which accounts and tokens change. Does not belong here: serving HTTP (`api`),
//! tables (`catalog`), what a caller may do to an object (`model::authorize`).

mod api_token;
mod authenticate;
mod backoff;
mod base32;
mod device;
mod error;
#[cfg(fuzzing)]
pub mod fuzzing;
mod jwt;
mod keys;
mod live;
mod login;
mod news;
pub mod oidc;
mod organizations;
mod password;
mod proof;
mod published;
mod random;
mod rights;
mod run;
mod second_factor;
mod session;
mod setup;
mod tokens;
mod totp;
mod unit;
mod users;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use nightjar_cache::{Cache, Copies};
use nightjar_catalog::Catalog;
use tokio::sync::{Mutex, broadcast};

pub use backoff::{LoginBurst, Suspect, network_of, site_of};
pub use error::{AccessError, AuthFault, Forbidden, TotpFault};
pub use login::Login;
pub use news::{Change, Changes};
pub use password::{HashCost, MAX_BYTES, MIN_CHARS, PasswordRule, check_password};
pub use proof::{FRESH_FOR, Proof};
pub use rights::needs_session;
pub use second_factor::Enrolment;
pub use session::{ClientInfo, SignIn};
pub use setup::FirstAdmin;
pub use tokens::{NewToken, TokenDraft};
pub use totp::code as totp_code;
pub use users::{UserDraft, UserPatch};

/// What every operation gives.
pub type Result<T, E = AccessError> = std::result::Result<T, E>;

/// Lifetimes and bounds.
#[derive(Debug, Clone)]
pub struct AccessConfig {
    /// How long an access token is good.
    pub access_lifetime: Duration,
    /// How long a sign-in lives without being refreshed.
    pub refresh_lifetime: Duration,
    /// How long a sign-in lives at most, however often it is refreshed.
    pub session_lifetime: Duration,
    /// For how long a key signs access tokens.
    pub key_rotation: Duration,
    /// For how long the state of accounts, sign-ins and API tokens is believed before it is read
    /// again. Changes that Nightjar makes itself do not wait for that.
    pub state_lifetime: Duration,
    /// How much work a password hash is.
    pub hash_cost: HashCost,
    /// Passwords hashed at once.
    pub hashes_at_once: usize,
    /// Sign-ins of a user; one more ends the one that was unused for longest.
    pub sessions_per_user: usize,
    /// API tokens of a user.
    pub tokens_per_user: usize,
    /// What authenticators show as the name of the installation.
    pub totp_issuer: String,
}

impl Default for AccessConfig {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        Self {
            access_lifetime: Duration::from_secs(15 * 60),
            refresh_lifetime: 7 * DAY,
            session_lifetime: 30 * DAY,
            key_rotation: 30 * DAY,
            state_lifetime: Duration::from_secs(5),
            hash_cost: HashCost::default(),
            hashes_at_once: 2,
            sessions_per_user: 50,
            tokens_per_user: 100,
            totp_issuer: "Nightjar".to_owned(),
        }
    }
}

/// The service. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Access {
    inner: Arc<Inner>,
    unit: Option<unit::Unit>,
}

struct Inner {
    catalog: Catalog,
    cache: Cache,
    config: AccessConfig,
    hasher: password::Hasher,
    keys: keys::KeyRing,
    live: live::LiveStates,
    /// Access tokens whose signature was checked, by their digest.
    proven: Copies<jwt::Claims>,
    /// Networks that people have signed in from, by username.
    networks: Copies<Arc<[IpAddr]>>,
    uses: run::TokenUses,
    bursts: broadcast::Sender<LoginBurst>,
    /// Held while administrators are counted and changed, so that two can't remove each other.
    ruling: Mutex<()>,
}

impl Access {
    /// Makes the service. Computes one password hash.
    pub fn new(catalog: Catalog, cache: Cache, config: AccessConfig) -> Result<Self> {
        let inner = Inner {
            hasher: password::Hasher::new(config.hash_cost, config.hashes_at_once)?,
            keys: keys::KeyRing::new(config.key_rotation, config.access_lifetime),
            live: live::LiveStates::new(&cache, config.state_lifetime, config.session_lifetime),
            proven: cache.copies(live::CAPACITY, config.access_lifetime),
            networks: cache.copies(live::CAPACITY, backoff::NETWORKS_LIFETIME),
            uses: run::TokenUses::default(),
            bursts: broadcast::Sender::new(backoff::WAITING),
            ruling: Mutex::new(()),
            catalog,
            cache,
            config,
        };
        Ok(Self { inner: Arc::new(inner), unit: None })
    }

    /// Password hashes computed so far: what sign-ins cost.
    pub fn hashes(&self) -> u64 {
        self.inner.hasher.done()
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Keys and what is proven by them are not for logs.
        f.debug_struct("Access").field("config", &self.inner.config).finish_non_exhaustive()
    }
}
