//! Playback sessions: who watches which range, until when.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use nightjar_model::{CameraId, CameraKey, OrgId, StreamName, UserId, WallTime};
use parking_lot::Mutex;
use uuid::Uuid;

use crate::{PlaybackConfig, PlaybackError, Result};

/// A session's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionId(pub Uuid);

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for SessionId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::try_parse(text).map(Self)
    }
}

/// What is known of a session.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionInfo {
    /// Its id.
    pub id: SessionId,
    /// The tenant.
    pub org_id: OrgId,
    /// The camera.
    pub camera_id: CameraId,
    /// The camera's readable key.
    pub camera_key: CameraKey,
    /// The stream.
    pub stream: StreamName,
    /// First instant that was asked for.
    pub from: WallTime,
    /// First instant that was not asked for; none: goes on as it is recorded.
    pub to: Option<WallTime>,
    /// Wall-clock time at which the playlist begins: at or before `from`, or later where nothing
    /// was recorded.
    pub starts_at: WallTime,
    /// Where in the playlist `from` is, in microseconds from its beginning.
    pub offset_micros: i64,
    /// Whether the playlist may still grow.
    pub growing: bool,
    /// When it was started.
    pub created: WallTime,
    /// When it ends unless it is extended.
    pub expires: WallTime,
    /// Whose it is.
    pub user: UserId,
    /// Whether its range may be downloaded.
    pub export: bool,
    /// What lets a player fetch everything under the session's path.
    pub token: String,
}

/// Who watches what: never changes.
#[derive(Debug)]
pub(crate) struct SessionSpec {
    pub(crate) id: SessionId,
    pub(crate) org: OrgId,
    pub(crate) camera: CameraId,
    pub(crate) camera_key: CameraKey,
    pub(crate) stream: StreamName,
    pub(crate) from: WallTime,
    pub(crate) to: Option<WallTime>,
    /// First instant that no playlist of it shows: `to`, or the end of the longest range.
    pub(crate) limit: WallTime,
    pub(crate) starts_at: WallTime,
    pub(crate) offset_micros: i64,
    pub(crate) user: UserId,
    pub(crate) export: bool,
    pub(crate) token: String,
}

/// A session and what its playlists have promised so far.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) spec: SessionSpec,
    created: WallTime,
    expires: Mutex<WallTime>,
    /// `EXT-X-TARGETDURATION` must not change (RFC 8216 §6.2.1); it only ever grows here, for
    /// an entry longer than any seen before.
    pub(crate) target_secs: AtomicU32,
    /// Whether a playlist without an end was given out: its type must not change either.
    pub(crate) was_growing: AtomicBool,
}

impl Session {
    pub(crate) fn info(&self) -> SessionInfo {
        let spec = &self.spec;
        SessionInfo {
            id: spec.id,
            org_id: spec.org,
            camera_id: spec.camera,
            camera_key: spec.camera_key.clone(),
            stream: spec.stream,
            from: spec.from,
            to: spec.to,
            starts_at: spec.starts_at,
            offset_micros: spec.offset_micros,
            growing: self.was_growing.load(Ordering::Relaxed),
            created: self.created,
            expires: *self.expires.lock(),
            user: spec.user,
            export: spec.export,
            token: spec.token.clone(),
        }
    }
}

/// The living sessions. Bounded; those that have expired make room first.
#[derive(Debug)]
pub(crate) struct Sessions {
    ttl: Duration,
    max_age: Duration,
    limit: usize,
    limit_per_user: usize,
    living: Mutex<HashMap<SessionId, Arc<Session>>>,
}

impl Sessions {
    pub(crate) fn new(config: &PlaybackConfig) -> Self {
        Self {
            ttl: config.session_ttl,
            max_age: config.session_max_age,
            limit: config.max_sessions,
            limit_per_user: config.max_sessions_per_user.max(1),
            living: Mutex::new(HashMap::new()),
        }
    }

    /// Takes in a session, if there is room. One user's sessions never fill it: the one of theirs that
    /// would end first gives up its place, most often of a page that was closed long ago.
    pub(crate) fn insert(&self, spec: SessionSpec, now: WallTime) -> Result<Arc<Session>> {
        let session = Arc::new(Session {
            spec,
            created: now,
            expires: Mutex::new(now + self.ttl),
            target_secs: AtomicU32::new(0),
            was_growing: AtomicBool::new(false),
        });
        let mut living = self.living.lock();
        let of_user = || living.values().filter(|other| other.spec.user == session.spec.user);
        if of_user().count() >= self.limit_per_user
            && let Some(first) =
                of_user().min_by_key(|other| *other.expires.lock()).map(|other| other.spec.id)
        {
            living.remove(&first);
        }
        if living.len() >= self.limit {
            living.retain(|_, session| *session.expires.lock() > now);
        }
        if living.len() >= self.limit {
            return Err(PlaybackError::TooManySessions { limit: self.limit });
        }
        living.insert(session.spec.id, Arc::clone(&session));
        Ok(session)
    }

    /// A session that has not expired.
    pub(crate) fn get(&self, id: SessionId, now: WallTime) -> Result<Arc<Session>> {
        let mut living = self.living.lock();
        let Some(session) = living.get(&id) else { return Err(PlaybackError::NoSuchSession) };
        if *session.expires.lock() > now {
            return Ok(Arc::clone(session));
        }
        living.remove(&id);
        Err(PlaybackError::NoSuchSession)
    }

    /// Lets a session live on for another term from `now`, but not beyond the greatest age.
    pub(crate) fn extend(&self, id: SessionId, now: WallTime) -> Result<Arc<Session>> {
        let session = self.get(id, now)?;
        let mut expires = session.expires.lock();
        let last = session.created + self.max_age;
        let wanted = (now + self.ttl).min(last);
        if wanted <= *expires && *expires >= last {
            return Err(PlaybackError::SessionTooOld);
        }
        *expires = wanted.max(*expires);
        drop(expires);
        Ok(session)
    }

    /// Ends a session.
    pub(crate) fn remove(&self, id: SessionId, now: WallTime) -> Result<()> {
        self.get(id, now)?;
        self.living.lock().remove(&id);
        Ok(())
    }

    /// How many there are, expired ones not counted.
    pub(crate) fn count(&self, now: WallTime) -> usize {
        self.living.lock().values().filter(|session| *session.expires.lock() > now).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: WallTime = WallTime::from_millis(1_763_645_921_000);

    fn table(max_sessions: usize) -> Sessions {
        Sessions::new(&PlaybackConfig { max_sessions, ..PlaybackConfig::default() })
    }

    #[test]
    fn one_user_does_not_take_the_places_of_others() {
        let config =
            PlaybackConfig { max_sessions: 4, max_sessions_per_user: 2, ..PlaybackConfig::default() };
        let table = Sessions::new(&config);
        let of =
            |user: u128, number: u128| SessionSpec { user: UserId(Uuid::from_u128(user)), ..new(number) };
        table.insert(of(1, 10), NOW).expect("room");
        for number in 20..30 {
            table.insert(of(2, number), NOW + Duration::from_secs(number as u64)).expect("room");
        }
        let alive = |number| table.get(SessionId(Uuid::from_u128(number)), NOW).is_ok();
        assert!(alive(10) && alive(28) && alive(29));
        assert_eq!(table.count(NOW), 3);
    }

    fn new(number: u128) -> SessionSpec {
        SessionSpec {
            id: SessionId(Uuid::from_u128(number)),
            org: OrgId::DEFAULT,
            camera: CameraId(Uuid::from_u128(1)),
            camera_key: "a".parse().expect("valid"),
            stream: StreamName::Main,
            from: NOW,
            to: None,
            limit: NOW,
            starts_at: NOW,
            offset_micros: 0,
            user: UserId(Uuid::nil()),
            export: true,
            token: String::new(),
        }
    }

    #[test]
    fn an_expired_session_is_gone_and_makes_room() {
        let table = table(1);
        table.insert(new(1), NOW).expect("room");
        assert!(matches!(table.insert(new(2), NOW), Err(PlaybackError::TooManySessions { limit: 1 })));
        let later = NOW + Duration::from_secs(3600);
        assert!(matches!(table.get(SessionId(Uuid::from_u128(1)), later), Err(PlaybackError::NoSuchSession)));
        table.insert(new(2), later).expect("room");
        assert_eq!(table.count(later), 1);
    }

    #[test]
    fn a_session_is_extended_up_to_its_greatest_age() {
        let table = table(1);
        let id = table.insert(new(1), NOW).expect("room").spec.id;
        let mut now = NOW;
        for _ in 0..46 {
            now = now + Duration::from_secs(1800);
            table.extend(id, now).expect("still young");
        }
        let info = table.get(id, now).expect("alive").info();
        assert_eq!(info.expires, NOW + Duration::from_secs(24 * 3600));
        assert!(matches!(table.extend(id, now), Err(PlaybackError::SessionTooOld)));
        table.remove(id, now).expect("alive");
        assert!(matches!(table.remove(id, now), Err(PlaybackError::NoSuchSession)));
    }
}
