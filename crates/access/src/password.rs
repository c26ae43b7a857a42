//! Passwords: what may be one, and how it is kept (Argon2id, RFC 9106).

mod phc;
mod workers;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use argon2::Params;
use argon2::password_hash::phc::PasswordHash;
use nightjar_cache::Concurrency;
use nightjar_model::Secret;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use self::workers::Workers;
use crate::{AccessError, random};

/// Characters of a password at least.
pub const MIN_CHARS: usize = 10;
/// Bytes of a password at most.
pub const MAX_BYTES: usize = 256;

/// Frequent passwords, and the words that most of them are made of; in small letters, sorted.
const COMMON: &str = include_str!("password/common.txt");
/// Characters around a frequent word that do not make it less frequent: `password2026!`.
const DECORATION: usize = 6;
/// Who may wait for the processor, for each one that is served.
const WAITING: usize = 32;
/// Strangers of one site who may wait at the same time.
const WAITING_OF_SITE: u32 = 8;

/// Why a text may not be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRule {
    /// Fewer than 10 characters.
    #[error("must have at least {MIN_CHARS} characters")]
    TooShort,
    /// More than 256 bytes.
    #[error("must have at most {MAX_BYTES} bytes")]
    TooLong,
    /// In the list of frequent ones, or one short pattern over and over.
    #[error("is one of the passwords that are tried first")]
    Common,
    /// The account's name.
    #[error("must not be the username")]
    IsUsername,
}

/// Whether a text may be a password of this account.
pub fn check_password(password: &Secret, username: &str) -> Result<(), PasswordRule> {
    let text = password.expose();
    if text.len() > MAX_BYTES {
        return Err(PasswordRule::TooLong);
    }
    if text.chars().count() < MIN_CHARS {
        return Err(PasswordRule::TooShort);
    }
    let small = text.to_lowercase();
    if small == username.to_lowercase() {
        return Err(PasswordRule::IsUsername);
    }
    if is_common(small.trim()) { Err(PasswordRule::Common) } else { Ok(()) }
}

/// How much work a hash is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Default for HashCost {
    /// OWASP's first recommendation for one lane.
    fn default() -> Self {
        Self { memory_kib: 19 * 1_024, passes: 2 }
    }
}

/// Whether a password was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It was not, or there is none.
    Wrong,
    /// It was.
    Right {
        /// Its hash was made with another cost than is asked for now.
        outdated: bool,
    },
}

/// Who waits for the processor, so that a crowd of strangers does not keep out those who are known.
#[derive(Debug, Clone)]
pub(crate) enum Lane {
    /// Somebody who is signed in, or signs in from a device or a network that has before. Has places of its
    /// own, and never waits for more than one stranger.
    Known,
    /// Somebody from this site.
    Stranger(String),
}

/// Hashes passwords, a few at once.
#[derive(Clone)]
pub(crate) struct Hasher {
    inner: Arc<Inner>,
}

struct Inner {
    params: Params,
    permits: Arc<Semaphore>,
    /// One fewer than `permits`, where there is more than one: held by strangers on top of one of those.
    strangers: Arc<Semaphore>,
    waiting: Semaphore,
    strangers_waiting: Semaphore,
    sites: Concurrency,
    workers: Workers,
    /// The hash of a password that nobody has: verified for accounts that do not exist.
    nobodys: String,
    done: AtomicU64,
}

/// The right to hash, until it is dropped.
#[derive(Clone)]
pub(crate) struct Turn {
    inner: Arc<Inner>,
    permits: Arc<[OwnedSemaphorePermit]>,
}

impl Hasher {
    /// Hashes at this cost, so many at once. Computes one hash, so it takes as long as a sign-in.
    pub(crate) fn new(cost: HashCost, at_once: usize) -> Result<Self, AccessError> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, None)
            .map_err(|_| AccessError::Crypto("the cost of a password hash is out of range"))?;
        let nobodys = phc::hash(&params, &Secret::new(random::text()?))?.expose().to_owned();
        let at_once = at_once.max(1);
        let permits = Arc::new(Semaphore::new(at_once));
        let strangers = Arc::new(Semaphore::new((at_once - 1).max(1)));
        let waiting = Semaphore::new(at_once * WAITING);
        let strangers_waiting = Semaphore::new(at_once * WAITING);
        let sites = Concurrency::new(2 * at_once * WAITING);
        let workers = Workers::start(at_once)?;
        let done = AtomicU64::new(0);
        let inner =
            Inner { params, permits, strangers, waiting, strangers_waiting, sites, workers, nobodys, done };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Waits for the processor. Who finds the waiting room full is sent away.
    pub(crate) async fn turn(&self, lane: Lane) -> Result<Turn, AccessError> {
        let inner = &self.inner;
        let busy = || AccessError::TooMany { retry_after: Duration::from_secs(1) };
        let closed = |_| AccessError::Crypto("no passwords are hashed any more");
        let permits: Arc<[OwnedSemaphorePermit]> = match lane {
            Lane::Known => {
                let _waiting = inner.waiting.try_acquire().map_err(|_| busy())?;
                [inner.permits.clone().acquire_owned().await.map_err(closed)?].into()
            }
            Lane::Stranger(site) => {
                let _site = inner.sites.enter(&site, WAITING_OF_SITE).ok_or_else(busy)?;
                let _waiting = inner.strangers_waiting.try_acquire().map_err(|_| busy())?;
                // In this order: of all strangers, only those who hold one of theirs queue with the known.
                let theirs = inner.strangers.clone().acquire_owned().await.map_err(closed)?;
                [theirs, inner.permits.clone().acquire_owned().await.map_err(closed)?].into()
            }
        };
        Ok(Turn { inner: inner.clone(), permits })
    }

    /// Hashes computed so far.
    pub(crate) fn done(&self) -> u64 {
        self.inner.done.load(Ordering::Relaxed)
    }
}

impl Turn {
    /// The hash of a password, in the PHC form.
    pub(crate) async fn hash(&self, password: &Secret) -> Result<Secret, AccessError> {
        let password = password.clone();
        self.work(move |inner| phc::hash(&inner.params, &password)).await?
    }

    /// Whether the password has this hash. Without a hash it takes as long, so that the time does
    /// not tell whether an account exists.
    pub(crate) async fn verify(
        &self,
        password: &Secret,
        hash: Option<&Secret>,
    ) -> Result<Verdict, AccessError> {
        let (password, hash) = (password.clone(), hash.cloned());
        self.work(move |inner| verify(inner, &password, hash.as_ref())).await
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> T + Send + 'static,
    ) -> Result<T, AccessError> {
        let (turn, (tell, told)) = (self.clone(), oneshot::channel());
        self.inner.workers.run(move || {
            turn.inner.done.fetch_add(1, Ordering::Relaxed);
            let result = work(&turn.inner);
            // Held by the work itself: it goes on when the caller has gone away.
            drop(turn.permits);
            let _ = tell.send(result);
        })?;
        told.await.map_err(|_| AccessError::Crypto("hashing a password panicked"))
    }
}

fn verify(inner: &Inner, password: &Secret, hash: Option<&Secret>) -> Verdict {
    let known = hash.and_then(|hash| PasswordHash::new(hash.expose()).ok());
    let is_known = known.is_some();
    let Some(hash) = known.or_else(|| PasswordHash::new(&inner.nobodys).ok()) else { return Verdict::Wrong };
    if !phc::fits(&hash, password) || !is_known {
        return Verdict::Wrong;
    }
    let wanted = &inner.params;
    let outdated = Params::try_from(&hash).map_or(true, |has| {
        (has.m_cost(), has.t_cost(), has.p_cost()) != (wanted.m_cost(), wanted.t_cost(), wanted.p_cost())
    });
    Verdict::Right { outdated }
}

/// Whether a text is in the list, is a word of it twice or with a few digits and signs around it,
/// also with the signs that look like letters, or is a short pattern over and over.
fn is_common(text: &str) -> bool {
    let word = |text: &str| text.trim_matches(|c: char| !c.is_alphabetic()).to_owned();
    let letters = |text: &str| text.chars().map(looks_like).collect::<String>();
    let mut spellings = vec![text.to_owned(), letters(text)];
    for core in [word(text), letters(&word(text)), word(&letters(text))] {
        if text.chars().count() - core.chars().count() <= DECORATION {
            spellings.push(core);
        }
    }
    let is =
        |common: &str| spellings.iter().any(|it| it == common || it.strip_prefix(common) == Some(common));
    COMMON.lines().any(is) || repeats(text)
}

/// The letter that a sign stands for in `p@$$w0rd`.
fn looks_like(sign: char) -> char {
    match sign {
        '@' | '4' => 'a',
        '0' => 'o',
        '3' => 'e',
        '$' | '5' => 's',
        '1' => 'i',
        '7' => 't',
        other => other,
    }
}

/// Whether a text is one pattern of up to four characters over and over.
fn repeats(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=4).any(|period| chars.iter().zip(chars.iter().skip(period)).all(|(a, b)| a == b))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: HashCost = HashCost { memory_kib: 8, passes: 1 };

    fn check(password: &str) -> Result<(), PasswordRule> {
        check_password(&Secret::new(password), "grandmother")
    }

    #[test]
    fn the_rules_name_what_is_wrong() {
        assert_eq!(check("short"), Err(PasswordRule::TooShort));
        assert_eq!(check("ääääääääb"), Err(PasswordRule::TooShort), "characters count, not bytes");
        assert_eq!(check(&"long".repeat(100)), Err(PasswordRule::TooLong));
        assert_eq!(check("GrandMother"), Err(PasswordRule::IsUsername));
        for common in [
            "Password123",
            "P@$$w0rd2026!",
            "qwertyuiop",
            "1234567890",
            "camera12345",
            " password123 ",
            "ababababab",
            "WinterWinter",
        ] {
            assert_eq!(check(common), Err(PasswordRule::Common), "{common}");
        }
        for good in ["four barn owls at dusk", "Xk3-vq9Tz_w", "winter-garden-47", "password for the shed"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn the_list_is_as_it_is_searched() {
        let lines: Vec<&str> = COMMON.lines().collect();
        assert!(lines.len() >= 1_000 && lines.is_sorted());
        assert!(
            lines.iter().all(|line| line.to_lowercase() == **line && line.trim() == *line && line.len() > 2)
        );
    }

    #[tokio::test]
    async fn a_password_is_known_again_and_no_other() {
        let hasher = Hasher::new(CHEAP, 1).expect("a cost in range");
        let turn = hasher.turn(Lane::Known).await.expect("free");
        let hash = turn.hash(&Secret::new("right")).await.expect("hashes");
        assert!(hash.expose().starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "the PHC form");
        for (password, hash, verdict) in [
            ("right", Some(&hash), Verdict::Right { outdated: false }),
            ("wrong", Some(&hash), Verdict::Wrong),
            ("right", None, Verdict::Wrong),
            ("right", Some(&Secret::new("junk")), Verdict::Wrong),
        ] {
            assert_eq!(turn.verify(&Secret::new(password), hash).await.expect("done"), verdict);
        }
        assert_eq!(hasher.done(), 5, "each of them was work, also for nobody");
    }

    #[tokio::test]
    async fn a_hash_of_another_cost_is_seen() {
        let cheap = Hasher::new(CHEAP, 1).expect("in range").turn(Lane::Known).await.expect("free");
        let hash = cheap.hash(&Secret::new("right")).await.expect("hashes");
        let dearer = Hasher::new(HashCost { memory_kib: 16, passes: 1 }, 1).expect("in range");
        let verdict =
            dearer.turn(Lane::Known).await.expect("free").verify(&Secret::new("right"), Some(&hash)).await;
        assert_eq!(verdict.expect("done"), Verdict::Right { outdated: true });
    }

    #[tokio::test]
    async fn a_full_waiting_room_sends_people_away() {
        let hasher = Hasher::new(CHEAP, 1).expect("in range");
        let turn = hasher.turn(Lane::Known).await.expect("free");
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 0..WAITING {
            let hasher = hasher.clone();
            waiting.spawn(async move { hasher.turn(Lane::Known).await.is_ok() });
        }
        while hasher.inner.waiting.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(hasher.turn(Lane::Known).await, Err(AccessError::TooMany { .. })));
        drop(turn);
        assert!(waiting.join_all().await.into_iter().all(|served| served));
    }

    #[tokio::test]
    async fn a_crowd_of_strangers_keeps_nobody_out_who_is_known() {
        for at_once in [1, 2] {
            let hasher = Hasher::new(CHEAP, at_once).expect("in range");
            let mut crowd = tokio::task::JoinSet::new();
            for number in 0..10 * WAITING {
                let (hasher, site) = (hasher.clone(), Lane::Stranger(format!("site {number}")));
                crowd.spawn(async move {
                    let turn = hasher.turn(site).await?;
                    turn.hash(&Secret::new("x")).await
                });
            }
            while hasher.inner.strangers_waiting.available_permits() > 0 {
                tokio::task::yield_now().await;
            }
            let before = hasher.done();
            let turn = hasher.turn(Lane::Known).await.expect("has a place");
            let waited_for = hasher.done() - before;
            assert!(waited_for <= 2, "{waited_for} strangers came first");
            drop(turn);
            let outcomes = crowd.join_all().await;
            assert!(outcomes.iter().any(Result::is_err), "there is no end of waiting rooms");
            assert!(outcomes.iter().filter(|outcome| outcome.is_ok()).count() >= at_once * WAITING);
        }
    }

    #[tokio::test]
    async fn one_site_does_not_take_all_places_of_strangers() {
        let hasher = Hasher::new(CHEAP, 1).expect("in range");
        let turn = hasher.turn(Lane::Known).await.expect("free");
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 0..100 {
            let hasher = hasher.clone();
            waiting.spawn(async move { hasher.turn(Lane::Stranger("one".to_owned())).await.is_ok() });
        }
        let other = hasher.clone();
        waiting.spawn(async move { other.turn(Lane::Stranger("other".to_owned())).await.is_ok() });
        while hasher.inner.sites.running("other") == 0 {
            tokio::task::yield_now().await;
        }
        drop(turn);
        let served = waiting.join_all().await.into_iter().filter(|served| *served).count();
        assert_eq!(served, WAITING_OF_SITE as usize + 1);
    }
}
