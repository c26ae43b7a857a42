//! The cameras in memory, for what asks for all of them often.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use nightjar_media::WallTime;
use nightjar_model::{Camera, OrgId};
use tokio::sync::Mutex;

use crate::{Catalog, Result};

/// Another process may have changed something that this one was not told of.
const MAX_AGE_MICROS: i64 = 1_000_000;

/// All cameras that are not deleted, by tenant.
#[derive(Debug, Default)]
pub struct CameraBook {
    of: HashMap<OrgId, Vec<Arc<Camera>>>,
}

impl CameraBook {
    /// The cameras of a tenant, ordered by key.
    pub fn of(&self, org: OrgId) -> &[Arc<Camera>] {
        self.of.get(&org).map_or(&[], Vec::as_slice)
    }

    /// The cameras of all tenants.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Camera>> {
        self.of.values().flatten()
    }
}

/// The book that was read last.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    newest: RwLock<Option<Edition>>,
    /// Held by the one that reads anew, so that the others wait for it.
    reading: Mutex<()>,
}

#[derive(Debug, Clone)]
struct Edition {
    book: Arc<CameraBook>,
    /// The changes that were made before it was read.
    changes: u64,
    read_at: WallTime,
}

impl Shelf {
    fn newest(&self, changes: u64, now: WallTime) -> Option<Arc<CameraBook>> {
        let newest = self.newest.read().unwrap_or_else(PoisonError::into_inner);
        let edition = newest.as_ref()?;
        let fresh = edition.changes == changes && now.micros_since(edition.read_at).abs() <= MAX_AGE_MICROS;
        fresh.then(|| Arc::clone(&edition.book))
    }

    fn put(&self, edition: Edition) {
        *self.newest.write().unwrap_or_else(PoisonError::into_inner) = Some(edition);
    }
}

impl Catalog {
    /// All cameras: with every change that this process has made, and those of other processes at
    /// most a second late. Reads the database only when something has changed or that second is
    /// over.
    pub async fn camera_book(&self, now: WallTime) -> Result<Arc<CameraBook>> {
        if let Some(book) = self.shelf().newest(self.change_count(), now) {
            return Ok(book);
        }
        let _reading = self.shelf().reading.lock().await;
        // Before the rows: a change that comes meanwhile makes this edition an old one.
        let changes = self.change_count();
        if let Some(book) = self.shelf().newest(changes, now) {
            return Ok(book);
        }
        let mut book = CameraBook::default();
        for camera in self.every_camera().await? {
            book.of.entry(camera.org_id).or_default().push(Arc::new(camera));
        }
        let book = Arc::new(book);
        self.shelf().put(Edition { book: Arc::clone(&book), changes, read_at: now });
        Ok(book)
    }
}
