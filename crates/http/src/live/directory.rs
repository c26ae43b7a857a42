//! Names and groups of cameras, as they were a few seconds ago at most: events name them two hundred
//! times a second.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nightjar_catalog::{Catalog, CatalogError};
use nightjar_model::{Camera, CameraId, GroupId, GroupScope, OrgId};
use parking_lot::Mutex;
use tokio::sync::watch;
use uuid::Uuid;

/// How long it is good. Changes that are made through this process do not wait for that.
const LIFETIME: Duration = Duration::from_secs(5);

/// The cameras of organizations.
pub struct Directory {
    catalog: Catalog,
    changes: watch::Receiver<u64>,
    known: Mutex<HashMap<OrgId, Known>>,
}

#[derive(Clone)]
struct Known {
    cameras: Arc<Cameras>,
    version: u64,
    read_at: Instant,
}

/// The cameras of an organization, deleted ones included: their events are still there.
#[derive(Debug, Default)]
pub struct Cameras {
    by_id: HashMap<CameraId, Entry>,
    by_key: HashMap<String, CameraId>,
}

/// A camera.
#[derive(Debug)]
pub struct Entry {
    pub name: String,
    pub group: Option<GroupId>,
}

impl Directory {
    pub fn new(catalog: Catalog) -> Self {
        Self { changes: catalog.changes(), catalog, known: Mutex::default() }
    }

    /// The cameras of an organization.
    pub async fn cameras(&self, org: OrgId) -> Result<Arc<Cameras>, CatalogError> {
        let version = *self.changes.borrow();
        let known = self.known.lock().get(&org).cloned();
        if let Some(known) = known
            && known.version == version
            && monotonic().duration_since(known.read_at) < LIFETIME
        {
            return Ok(known.cameras);
        }
        let read_at = monotonic();
        let cameras = Arc::new(Cameras::new(self.catalog.cameras_with_deleted(org).await?));
        self.known.lock().insert(org, Known { cameras: cameras.clone(), version, read_at });
        Ok(cameras)
    }

    /// The same; while the database does not answer, as they were when it last did.
    pub async fn known(&self, org: OrgId) -> Arc<Cameras> {
        match self.cameras(org).await {
            Ok(cameras) => cameras,
            Err(error) => {
                tracing::debug!(%error, "the names of cameras can't be read");
                self.known.lock().get(&org).map(|known| known.cameras.clone()).unwrap_or_default()
            }
        }
    }
}

impl Cameras {
    fn new(cameras: Vec<Camera>) -> Self {
        let by_key = cameras.iter().map(|camera| (camera.key.to_string(), camera.id)).collect();
        let entry = |camera: Camera| (camera.id, Entry { name: camera.name, group: camera.group_id });
        Self { by_id: cameras.into_iter().map(entry).collect(), by_key }
    }

    /// One of them.
    pub fn entry(&self, id: CameraId) -> Option<&Entry> {
        self.by_id.get(&id)
    }

    /// The one with this id or key, if it is in reach.
    pub fn named(&self, asked: &str, scope: &GroupScope) -> Option<CameraId> {
        let id = match Uuid::try_parse(asked) {
            Ok(id) => CameraId(id),
            Err(_) => *self.by_key.get(asked)?,
        };
        self.by_id.get(&id).filter(|entry| scope.covers(entry.group)).map(|_| id)
    }

    /// Those in reach; none: no limit.
    pub fn in_scope(&self, scope: &GroupScope) -> Option<Vec<CameraId>> {
        let covered = |(id, entry): (&CameraId, &Entry)| scope.covers(entry.group).then_some(*id);
        match scope {
            GroupScope::All => None,
            GroupScope::Only(_) => Some(self.by_id.iter().filter_map(covered).collect()),
        }
    }
}

fn monotonic() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "the edge measures how old a copy is")]
    Instant::now()
}
