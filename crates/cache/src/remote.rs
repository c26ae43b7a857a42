//! The shared form: commands to one server, each with its time-out, none of which can fail for the
//! caller. Keys and channels get the installation's prefix here.

mod debts;
mod keeper;
mod link;
mod scripts;
mod server;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use nightjar_media::WallTime;
use nightjar_model::Secret;
use redis::{Cmd, FromRedisValue};
use tokio::task::JoinSet;
use tokio::time::timeout;
use uuid::Uuid;

use crate::failures::{FAILURES_FORGOTTEN_AFTER, Tally};
use crate::invalidation::Notices;
use crate::limit::{Place, Taken};
use crate::{CacheConfig, CacheError, CacheHealth, Invalidation, Key, KeyPrefix, Limit, keys, meter};

use self::debts::Debts;
use self::link::Link;
use self::server::Server;

/// How long a new cache waits for its server before it goes on without.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long removing by prefix may take; the rest is done in the background.
const SWEEP_PATIENCE: Duration = Duration::from_secs(1);

/// The server did not answer, or not with what was asked for. It has been counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unanswered;

/// The server and this node's connection to it.
pub(crate) struct Remote {
    shared: Arc<Shared>,
    /// Keeps the connection; ends with this.
    _keeper: JoinSet<()>,
}

/// What commands and the keeper both use.
struct Shared {
    server: Server,
    link: Link,
    debts: Debts,
    notices: Arc<Notices>,
    prefix: String,
    channel: String,
    /// Who this node is, to know its own news.
    origin: String,
    timeout: Duration,
}

impl Remote {
    pub(crate) async fn start(
        url: &Secret,
        config: &CacheConfig,
        notices: Arc<Notices>,
    ) -> Result<Self, CacheError> {
        let server = Server::parse(url)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte);
        if config.prefix.len() > 64 || !config.prefix.bytes().all(plain) {
            return Err(CacheError::Prefix);
        }
        let shared = Arc::new(Shared {
            server,
            link: Link::new(wall_time()),
            debts: Debts::default(),
            notices,
            prefix: config.prefix.clone(),
            channel: format!("{}invalidate", config.prefix),
            origin: Uuid::now_v7().simple().to_string(),
            timeout: config.timeout,
        });
        let mut keeper = JoinSet::new();
        keeper.spawn(keeper::keep(shared.clone()));
        let _ = timeout(PATIENCE, shared.link.attempted()).await;
        Ok(Self { shared, _keeper: keeper })
    }

    pub(crate) fn shown(&self) -> &str {
        self.shared.server.shown()
    }

    pub(crate) fn health(&self) -> CacheHealth {
        self.shared.link.health()
    }

    /// Which connection there is to the server, if there is one: with each new one, the server may be
    /// another, or have lost what it knew.
    pub(crate) fn generation(&self) -> Option<u64> {
        self.shared.link.generation()
    }

    pub(crate) async fn get(&self, key: &Key) -> Result<Option<Bytes>, Unanswered> {
        let value: Option<Vec<u8>> = self.ask("get", redis::cmd("GET").arg(self.name(key))).await?;
        Ok(value.map(Bytes::from))
    }

    pub(crate) async fn set(&self, key: &Key, value: Bytes, ttl: Duration) {
        let mut command = redis::cmd("SET");
        command.arg(self.name(key)).arg(value.as_ref()).arg("PX").arg(millis(ttl));
        if self.ask::<()>("set", &command).await.is_err() {
            // The older value must not be read for longer than the server is away.
            self.shared.owe(key.into());
        }
    }

    pub(crate) async fn remove(&self, key: &Key) {
        let news = Invalidation::from(key);
        let mut command = scripts::script(scripts::REMOVE, &[self.name(key)]);
        command.arg(&self.shared.channel).arg(self.shared.signed(&news));
        if self.ask::<()>("remove", &command).await.is_err() {
            self.shared.owe(news);
        }
    }

    pub(crate) async fn remove_all(&self, prefix: &KeyPrefix) {
        let news = Invalidation::from(prefix);
        let swept = match self.shared.link.connection() {
            Some((_, mut connection)) => {
                matches!(timeout(SWEEP_PATIENCE, self.shared.pay(&mut connection, &news)).await, Ok(Ok(())))
            }
            None => false,
        };
        if !swept {
            meter::failed("remove_all");
            self.shared.owe(news);
        }
    }

    pub(crate) async fn publish(&self, key: &Key) {
        let news = Invalidation::from(key);
        let mut command = redis::cmd("PUBLISH");
        command.arg(&self.shared.channel).arg(self.shared.signed(&news));
        if self.ask::<()>("publish", &command).await.is_err() {
            self.shared.owe(news);
        }
    }

    pub(crate) async fn incr(&self, key: &Key, ttl: Duration) -> Result<u64, Unanswered> {
        let mut command = scripts::script(scripts::INCR, &[self.name(key)]);
        command.arg(millis(ttl));
        self.ask("incr", &command).await
    }

    pub(crate) async fn add_once(&self, key: &Key, ttl: Duration) -> Result<bool, Unanswered> {
        let mut command = redis::cmd("SET");
        command.arg(self.name(key)).arg(1).arg("NX").arg("PX").arg(millis(ttl));
        let set: Option<String> = self.ask("add_once", &command).await?;
        Ok(set.is_some())
    }

    /// Takes one, if there is one; with it, or without, this much is taken.
    pub(crate) async fn take(
        &self,
        subject: &str,
        limit: Limit,
        place: Place,
    ) -> Result<(bool, Taken), Unanswered> {
        let per = limit.millis();
        let mut command = scripts::script(scripts::TAKE, &self.windows(subject, limit, place));
        command.arg(limit.max()).arg(per).arg(per - place.elapsed).arg(keep(limit));
        let (allowed, before, present) = self.ask("limit", &command).await?;
        Ok((allowed, Taken { before, present }))
    }

    /// This much was taken at least.
    pub(crate) async fn raise_taken(
        &self,
        subject: &str,
        limit: Limit,
        place: Place,
        taken: Taken,
    ) -> Result<(), Unanswered> {
        let mut command = scripts::script(scripts::RAISE, &self.windows(subject, limit, place));
        command.arg(taken.present).arg(taken.before).arg(keep(limit));
        self.ask("limit", &command).await
    }

    pub(crate) async fn note_failure(&self, subject: &str, now: WallTime) -> Result<Tally, Unanswered> {
        let mut command = scripts::script(scripts::NOTE_FAILURE, &[self.name(&keys::failures(subject))]);
        command.arg(now.micros().div_euclid(1_000)).arg(millis(FAILURES_FORGOTTEN_AFTER));
        let count = self.ask("failures", &command).await?;
        Ok(Tally { count, last: now })
    }

    pub(crate) async fn failures(&self, subject: &str) -> Result<Tally, Unanswered> {
        let mut command = redis::cmd("HMGET");
        command.arg(self.name(&keys::failures(subject))).arg("count").arg("last");
        let (count, last): (Option<u32>, Option<i64>) = self.ask("failures", &command).await?;
        Ok(Tally { count: count.unwrap_or(0), last: WallTime::from_millis(last.unwrap_or(0)) })
    }

    /// There were so many at least.
    pub(crate) async fn raise_failures(
        &self,
        subject: &str,
        tally: Tally,
        now: WallTime,
    ) -> Result<(), Unanswered> {
        let mut command = scripts::script(scripts::RAISE_FAILURES, &[self.name(&keys::failures(subject))]);
        command.arg(tally.count).arg(tally.last.micros().div_euclid(1_000));
        command.arg(now.micros().div_euclid(1_000)).arg(millis(FAILURES_FORGOTTEN_AFTER));
        self.ask("failures", &command).await
    }

    /// The counts of the present window and the one before.
    fn windows(&self, subject: &str, limit: Limit, place: Place) -> [String; 2] {
        [place.index, place.index.wrapping_sub(1)]
            .map(|index| self.name(&keys::rate_limit(subject, &limit.window(index))))
    }

    fn name(&self, key: &Key) -> String {
        self.shared.name(key.as_str())
    }

    /// One command, answered within the time-out or not at all.
    async fn ask<T: FromRedisValue>(&self, operation: &'static str, command: &Cmd) -> Result<T, Unanswered> {
        let answer = match self.shared.link.connection() {
            Some((generation, mut connection)) => {
                let answer = timeout(self.shared.timeout, command.query_async(&mut connection)).await;
                self.shared.judge(generation, answer)
            }
            None => Err(Unanswered),
        };
        answer.inspect_err(|_| meter::failed(operation))
    }
}

impl Shared {
    fn name(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    fn signed(&self, news: &Invalidation) -> String {
        format!("{} {}", self.origin, news.encode())
    }

    fn owe(&self, news: Invalidation) {
        self.debts.add(news);
    }

    /// Tells the link how it went.
    fn judge<T, E>(
        &self,
        generation: u64,
        answer: Result<redis::RedisResult<T>, E>,
    ) -> Result<T, Unanswered> {
        match answer {
            Ok(Ok(answer)) => {
                self.link.answered(generation);
                return Ok(answer);
            }
            Ok(Err(error)) if error.is_unrecoverable_error() => {
                self.link.lost(generation, link::describe(&error), wall_time());
            }
            Ok(Err(error)) => self.link.failed(generation, link::describe(&error), wall_time()),
            Err(_) => {
                let reason = format!("no answer within {} ms", self.timeout.as_millis());
                self.link.failed(generation, reason, wall_time());
            }
        }
        Err(Unanswered)
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Remote({})", self.shown())
    }
}

/// How long a window's count is kept, in milliseconds.
fn keep(limit: Limit) -> u64 {
    (2 * limit.millis()).max(millis(keys::RATE_LIMIT_TTL))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[expect(clippy::disallowed_methods, reason = "says since when the server is away; nothing is decided by it")]
fn wall_time() -> WallTime {
    std::time::SystemTime::now().into()
}
