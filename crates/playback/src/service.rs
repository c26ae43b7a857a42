//! The operations.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use nightjar_catalog::{Catalog, Page, PageStart, SegmentFilter, SortOrder};
use nightjar_model::{Camera, CameraId, OrgId, Segment, SegmentId, SegmentState, StreamName, WallTime};
use nightjar_storage::{LocalTier, RemoteTier};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::footage::{Delivery, EntryFile, Store};
use crate::index_cache::IndexCache;
use crate::open_scan::OpenScans;
use crate::playlist::{self, Frame, Playlist};
use crate::session::{SessionSpec, Sessions};
use crate::window::{Part, Window};
use crate::{Holder, MediaTokens, PlaybackConfig, PlaybackError, RangeFile, Result, SessionId, SessionInfo};

/// Segments of a range at most: a day of the shortest ones, with as many interruptions again.
const MAX_SEGMENTS: u32 = 20_000;
/// How long after the end of a range something may still be added to it.
const SETTLED_MICROS: i64 = 30_000_000;
/// How far before "now" a session without an end may have to begin, to begin with anything.
const TAIL_MICROS: i64 = 30_000_000;

/// Plays what was recorded. Cheap to clone; clones share everything.
#[derive(Debug, Clone)]
pub struct PlaybackService {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    catalog: Catalog,
    store: Store,
    config: PlaybackConfig,
    tokens: MediaTokens,
    sessions: Sessions,
    indexes: IndexCache,
    scans: OpenScans,
    plans: Semaphore,
}

impl PlaybackService {
    /// Plays from these tiers; tokens are signed with `key`.
    pub fn new(
        catalog: Catalog,
        local: LocalTier,
        remote: Option<RemoteTier>,
        key: [u8; 32],
        config: PlaybackConfig,
    ) -> Self {
        let store = Store { local, remote, delivery: config.remote, presigned_ttl: config.token_ttl };
        let inner = Inner {
            catalog,
            store,
            config,
            tokens: MediaTokens::new(key),
            sessions: Sessions::new(&config),
            indexes: IndexCache::default(),
            scans: OpenScans::default(),
            plans: Semaphore::new(config.concurrent_plans),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Its limits.
    pub fn config(&self) -> &PlaybackConfig {
        &self.inner.config
    }

    /// Signs and checks addresses of media.
    pub fn tokens(&self) -> &MediaTokens {
        &self.inner.tokens
    }

    /// Living sessions.
    pub fn session_count(&self, now: WallTime) -> usize {
        self.inner.sessions.count(now)
    }

    /// Starts a session over `from..to`, or from `from` on for as long as recording goes on (up to
    /// the longest range). `path` gives the path under which the session's media is served: its
    /// token is good for all that begins with it.
    pub async fn start(
        &self,
        camera: &Camera,
        stream: StreamName,
        (from, to): (WallTime, Option<WallTime>),
        holder: &Holder,
        now: WallTime,
        path: impl FnOnce(SessionId) -> String,
    ) -> Result<SessionInfo> {
        let limit = self.check_range(from, to, now)?;
        let range = Range { org: camera.org_id, camera: camera.id, stream, from, limit };
        let mut window = self.inner.window(&range, now).await?;
        let mut from = from;
        if window.parts.is_empty() && to.is_none() {
            // Nothing is that new: begin with the newest there is, if it is only seconds old.
            let earlier = Range { from: from.plus_micros(-TAIL_MICROS), ..range };
            window = self.inner.window(&earlier, now).await?;
            from = window.keep_last_entry().unwrap_or(from);
        }
        let Some(starts_at) = window.start() else {
            return Err(PlaybackError::NothingRecorded { before: self.newest_before(&range).await? });
        };
        let id = SessionId(Uuid::now_v7());
        let token = self.inner.tokens.sign(&path(id), now + self.inner.config.session_max_age, holder);
        let spec = SessionSpec {
            id,
            org: camera.org_id,
            camera: camera.id,
            camera_key: camera.key.clone(),
            stream,
            from,
            to,
            limit,
            starts_at,
            offset_micros: from.micros_since(starts_at).max(0),
            user: holder.user,
            export: holder.export,
            token,
        };
        let session = self.inner.sessions.insert(spec, now)?;
        session.was_growing.store(!settled(&window, limit, now), Ordering::Relaxed);
        Ok(session.info())
    }

    /// A living session.
    pub fn session(&self, id: SessionId, now: WallTime) -> Result<SessionInfo> {
        Ok(self.inner.sessions.get(id, now)?.info())
    }

    /// Lets a session live on.
    pub fn extend(&self, id: SessionId, now: WallTime) -> Result<SessionInfo> {
        Ok(self.inner.sessions.extend(id, now)?.info())
    }

    /// Ends a session: from now on its addresses lead nowhere.
    pub fn delete(&self, id: SessionId, now: WallTime) -> Result<()> {
        self.inner.sessions.remove(id, now)
    }

    /// The session's playlist as of `now`. With `skip`, a growing one may leave out what the
    /// player has already.
    pub async fn playlist(&self, id: SessionId, skip: bool, now: WallTime) -> Result<Playlist> {
        let session = self.inner.sessions.get(id, now)?;
        let spec = &session.spec;
        let window = self.inner.window(&Range::of(spec), now).await?;
        let needed = playlist::target_secs(&window);
        let target_secs = session.target_secs.fetch_max(needed, Ordering::Relaxed).max(needed);
        let ended = settled(&window, spec.limit, now);
        let was_growing = session.was_growing.load(Ordering::Relaxed);
        let frame = Frame {
            target_secs,
            ended,
            was_growing,
            start_micros: spec.offset_micros,
            token: &spec.token,
            skip,
        };
        if !ended {
            session.was_growing.store(true, Ordering::Relaxed);
        }
        Ok(playlist::write(&window, &frame))
    }

    /// An entry of the session's playlist by its media sequence number.
    pub async fn entry(&self, id: SessionId, index: usize, now: WallTime) -> Result<EntryFile> {
        let session = self.inner.sessions.get(id, now)?;
        let window = self.inner.window(&Range::of(&session.spec), now).await?;
        let (part, number) = playlist::entry(&window, index).ok_or(PlaybackError::NoSuchEntry)?;
        let range = part.bytes(number);
        Ok(EntryFile { footage: self.inner.store.open(&part.segment).await?, range })
    }

    /// The init section that an entry of the session's playlist needs.
    pub async fn entry_init(&self, id: SessionId, index: usize, now: WallTime) -> Result<EntryFile> {
        let session = self.inner.sessions.get(id, now)?;
        let window = self.inner.window(&Range::of(&session.spec), now).await?;
        let (part, _) = playlist::entry(&window, index).ok_or(PlaybackError::NoSuchEntry)?;
        let start = u64::from(part.segment.init_offset);
        let range = start..start + u64::from(part.segment.init_len);
        Ok(EntryFile { footage: self.inner.store.open(&part.segment).await?, range })
    }

    /// A file of the session's playlist.
    pub async fn session_media(&self, id: SessionId, segment: SegmentId, now: WallTime) -> Result<Delivery> {
        let session = self.inner.sessions.get(id, now)?;
        let spec = &session.spec;
        let found = self.inner.catalog.segment(spec.org, segment).await?;
        let found = found.filter(|segment| belongs(segment, spec)).ok_or(PlaybackError::NoSuchEntry)?;
        self.inner.store.deliver(&found).await
    }

    /// The session's range as one MP4: of a growing one, what there is until `now`.
    pub async fn download(&self, id: SessionId, now: WallTime) -> Result<RangeFile> {
        let session = self.inner.sessions.get(id, now)?;
        let spec = &session.spec;
        let range = Range::of(spec);
        let mut segments = Vec::new();
        for segment in self.inner.segments(&range).await? {
            // Of a file that was only just begun there may not even be a head.
            let open = segment.state == SegmentState::Open;
            if !open || self.inner.scans.look(&self.inner.store, &segment, now).await?.is_some() {
                segments.push(segment);
            }
        }
        if segments.is_empty() {
            return Err(PlaybackError::NothingRecorded { before: None });
        }
        let name = format!("{}_{}.mp4", spec.camera_key, file_time(spec.from));
        let bounds = (spec.from, spec.limit);
        RangeFile::plan(&self.inner.store, &self.inner.plans, segments, bounds, name).await
    }

    /// One stored file, whole.
    pub async fn segment_file(&self, segment: &Segment) -> Result<Delivery> {
        self.inner.store.deliver(segment).await
    }

    /// The end of what may be shown.
    fn check_range(&self, from: WallTime, to: Option<WallTime>, now: WallTime) -> Result<WallTime> {
        let max = self.inner.config.max_range;
        if from > now {
            return Err(PlaybackError::InTheFuture);
        }
        match to {
            Some(to) if to <= from => Err(PlaybackError::EmptyRange),
            Some(to) if to > from + max => Err(PlaybackError::RangeTooLong { max }),
            Some(to) => Ok(to),
            None => Ok(from + max),
        }
    }

    async fn newest_before(&self, range: &Range) -> Result<Option<WallTime>> {
        let filter = SegmentFilter {
            cameras: vec![range.camera],
            stream: Some(range.stream),
            to: Some(range.from),
            ..SegmentFilter::all(range.org)
        };
        let page = Page { start: PageStart::Number(1), limit: 1, order: SortOrder::Descending };
        let found = self.inner.catalog.list_segments(&filter, &page).await?;
        Ok(found.items.first().map(|segment| segment.end))
    }
}

/// What a window is made for.
#[derive(Debug, Clone, Copy)]
struct Range {
    org: OrgId,
    camera: CameraId,
    stream: StreamName,
    from: WallTime,
    limit: WallTime,
}

impl Range {
    fn of(spec: &SessionSpec) -> Self {
        Self { org: spec.org, camera: spec.camera, stream: spec.stream, from: spec.from, limit: spec.limit }
    }
}

impl Inner {
    async fn segments(&self, range: &Range) -> Result<Vec<Segment>> {
        let Range { camera, stream, from, limit, .. } = *range;
        let earlier = from.plus_micros(-TAIL_MICROS);
        let mut segments =
            self.catalog.segments_between(camera, stream, earlier, limit, MAX_SEGMENTS).await?;
        // The file of an open one may reach further than its row says.
        segments.retain(|segment| segment.state == SegmentState::Open || segment.end > from);
        Ok(segments)
    }

    /// The entries that there are in the range at this moment.
    async fn window(&self, range: &Range, now: WallTime) -> Result<Window> {
        let segments = self.segments(range).await?;
        let finished: Vec<SegmentId> =
            segments.iter().filter(|s| s.state == SegmentState::Finished).map(|s| s.id).collect();
        let mut indexes = self.indexes.load(&self.catalog, &finished).await?;
        let mut window = Window::default();
        for segment in segments {
            let (index, end) = match indexes.remove(&segment.id) {
                Some(index) => {
                    self.scans.forget(segment.id);
                    (index, segment.end)
                }
                None => match self.scans.look(&self.store, &segment, now).await? {
                    Some(open) => (open.index, open.end),
                    None => continue,
                },
            };
            window.covered = window.covered.max(Some(end));
            window.parts.extend(Part::cut(segment, index, end, range.from, range.limit));
        }
        Ok(window)
    }
}

/// Whether nothing can be added to a window any more.
fn settled(window: &Window, limit: WallTime, now: WallTime) -> bool {
    window.covered.is_some_and(|covered| covered >= limit) || now.micros_since(limit) >= SETTLED_MICROS
}

fn belongs(segment: &Segment, spec: &SessionSpec) -> bool {
    let open = segment.state == SegmentState::Open;
    segment.camera_id == spec.camera
        && segment.stream == spec.stream
        && segment.state != SegmentState::Deleting
        && segment.start < spec.limit
        && (open || segment.end > spec.from)
}

/// `2026-11-20T13-38-41Z`: a time that every file system takes.
fn file_time(time: WallTime) -> String {
    let text = nightjar_model::to_rfc3339(time);
    format!("{}Z", text.get(..19).unwrap_or(&text).replace(':', "-"))
}
