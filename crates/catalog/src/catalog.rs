//! The handle on the catalog.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use nightjar_database::{Connection, Database};
use nightjar_model::Secret;
use sea_orm::{DatabaseTransaction, EntityTrait, UpdateMany};
use tokio::sync::watch;

use crate::cameras::Shelf;
use crate::{CatalogError, CatalogOptions, DatabaseKind, Result, Sealer};

/// The catalog. Cheap to clone; clones share the connections.
#[derive(Clone)]
pub struct Catalog {
    database: Database,
    inner: Arc<Inner>,
    /// Within a unit of work: whether it has changed desired state.
    changed: Option<Arc<AtomicBool>>,
}

struct Inner {
    changes: watch::Sender<u64>,
    shelf: Shelf,
}

impl Catalog {
    /// Opens `sqlite:///abs/path.db` (created if it is not there) or `postgres://…`, and brings
    /// its tables up to date.
    pub async fn connect(url: &str, options: &CatalogOptions) -> Result<Self> {
        let database = Database::connect(url, options).await?;
        let inner = Inner { changes: watch::Sender::new(0), shelf: Shelf::default() };
        let catalog = Self { database, inner: Arc::new(inner), changed: None };
        catalog.upgrade_cameras().await?;
        Ok(catalog)
    }

    /// Whether there is a database that takes us, without touching what is in it.
    pub async fn probe(url: &str) -> Result<DatabaseKind> {
        Database::probe(url).await
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.database.ping().await
    }

    /// Closes all connections; SQLite: after a last checkpoint of its log.
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// Which database it is.
    pub fn kind(&self) -> DatabaseKind {
        self.database.kind()
    }

    /// Bumped by every change of desired state that is made through this process.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }

    pub(crate) fn change_count(&self) -> u64 {
        *self.inner.changes.borrow()
    }

    /// Tells the supervisors that desired state has changed; within a unit of work, once that is
    /// committed.
    pub(crate) fn changed(&self) {
        match &self.changed {
            Some(changed) => changed.store(true, Ordering::Relaxed),
            None => self.inner.changes.send_modify(|version| *version += 1),
        }
    }

    /// Runs several operations in one transaction, as [`Database::atomically`] does.
    pub async fn atomically<T, E, F>(&self, work: impl Fn(Self) -> F) -> Result<T, E>
    where
        E: From<CatalogError>,
        F: Future<Output = Result<T, E>>,
    {
        let changed = self.changed.clone().unwrap_or_default();
        let within = |database| Self { database, inner: self.inner.clone(), changed: Some(changed.clone()) };
        let value = self.database.atomically(|database| work(within(database))).await?;
        if self.changed.is_none() && changed.load(Ordering::Relaxed) {
            self.changed();
        }
        Ok(value)
    }

    pub(crate) fn shelf(&self) -> &Shelf {
        &self.inner.shelf
    }

    /// Seals with the current key what is not. Gives the number of values.
    pub async fn reseal(&self) -> Result<u64> {
        self.database.reseal().await
    }

    /// Returns what a text is known again by, which nobody can compute without the installation's secret
    /// key; none without a key.
    pub fn fingerprint(&self, purpose: &str, text: &str) -> Option<String> {
        self.sealer().map(|sealer| sealer.fingerprint(purpose, text))
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    pub(crate) fn sealer(&self) -> Option<&Sealer> {
        self.database.sealer()
    }

    pub(crate) fn seal(&self, place: &str, secret: &Secret) -> Result<String> {
        self.database.seal(place, secret)
    }

    pub(crate) fn open_sealed(&self, place: &str, text: &str) -> Result<Secret> {
        self.database.open_sealed(place, text)
    }

    pub(crate) fn reader(&self) -> &Connection {
        self.database.reader()
    }

    pub(crate) fn writer(&self) -> &Connection {
        self.database.writer()
    }

    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction> {
        self.database.begin().await
    }

    /// Does what writes: all writing goes through here.
    pub(crate) async fn write<T, F>(&self, work: impl FnMut() -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        self.database.write(work).await
    }

    /// One statement that changes rows; gives their number.
    pub(crate) async fn update<E: EntityTrait>(&self, update: UpdateMany<E>) -> Result<u64> {
        self.database.update(update).await
    }
}

impl fmt::Debug for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalog").field("database", &self.database).finish_non_exhaustive()
    }
}
