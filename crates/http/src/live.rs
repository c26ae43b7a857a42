//! Telling those who are connected: what the pipeline of events tells becomes text once, and the text
//! is shared by all sockets of the organization.

pub mod directory;
pub mod event;
mod frame;
pub(crate) mod message;
mod replay;
mod socket;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use nightjar_access::{Access, Changes};
use nightjar_catalog::Catalog;
use nightjar_events::{Events, Notice, Notices};
use nightjar_model::OrgId;
use parking_lot::Mutex;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::directory::Directory;
use self::frame::Frame;

pub use self::socket::{MAX_MESSAGE, Socket};

/// Texts that are kept for sockets that are slow; who is slower misses some and is told.
const FEED: usize = 4_096;

/// The sockets' side of the API. Cheap to clone; clones share it.
#[derive(Clone)]
pub struct Live {
    inner: Arc<Inner>,
}

struct Inner {
    directory: Directory,
    feeds: Mutex<HashMap<OrgId, broadcast::Sender<Arc<Frame>>>>,
    /// Counts the times at which rights may have changed: each socket then looks at its own.
    rights: watch::Sender<u64>,
    sockets: TaskTracker,
    stop: CancellationToken,
}

impl Live {
    /// Nobody is connected yet.
    pub fn new(catalog: Catalog) -> Self {
        let inner = Inner {
            directory: Directory::new(catalog),
            feeds: Mutex::default(),
            rights: watch::Sender::new(0),
            sockets: TaskTracker::new(),
            stop: CancellationToken::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Passes on what `events` tells until stopped; then all sockets are closed.
    pub fn run(
        &self,
        events: &Events,
        access: &Access,
        stop: CancellationToken,
    ) -> impl Future<Output = ()> + Send + use<> {
        // From now on, not from when it is first polled.
        self.clone().pass_on(events.subscribe(), access.changes(), stop)
    }

    async fn pass_on(self, mut notices: Notices, mut changes: Changes, stop: CancellationToken) {
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                change = changes.next() => match change {
                    Some(_) => self.inner.rights.send_modify(|count| *count += 1),
                    None => break,
                },
                notice = notices.next() => match notice {
                    Some(notice) => self.tell(notice).await,
                    None => break,
                },
            }
        }
        self.inner.stop.cancel();
        self.inner.sockets.close();
        self.inner.sockets.wait().await;
    }

    /// The cameras of organizations.
    pub fn directory(&self) -> &Directory {
        &self.inner.directory
    }

    /// What an organization is told from now on.
    fn subscribe(&self, org: OrgId) -> broadcast::Receiver<Arc<Frame>> {
        let mut feeds = self.inner.feeds.lock();
        feeds.retain(|_, feed| feed.receiver_count() > 0);
        feeds.entry(org).or_insert_with(|| broadcast::Sender::new(FEED)).subscribe()
    }

    async fn tell(&self, notice: Notice) {
        let org = match &notice {
            Notice::Event(event) => event.org_id,
            Notice::Status(change) => change.org_id,
            Notice::Missed(missed) => {
                let feeds: Vec<_> = self.inner.feeds.lock().values().cloned().collect();
                let frame = Arc::new(Frame::missed(*missed));
                return feeds.into_iter().for_each(|feed| drop(feed.send(frame.clone())));
            }
        };
        let feed = self.inner.feeds.lock().get(&org).cloned();
        // Nobody listens: then nothing is made of it.
        let Some(feed) = feed.filter(|feed| feed.receiver_count() > 0) else { return };
        let cameras = self.inner.directory.known(org).await;
        let frame = match notice {
            Notice::Event(event) => Frame::event(&event, &cameras),
            Notice::Status(change) => Frame::status(&change, &cameras),
            Notice::Missed(missed) => Frame::missed(missed),
        };
        // The last listener may just have gone.
        let _ = feed.send(Arc::new(frame));
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").field("sockets", &self.inner.sockets.len()).finish_non_exhaustive()
    }
}
