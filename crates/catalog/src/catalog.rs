//! The handle on the database.

use std::fmt;
use std::sync::Arc;

use sea_orm::{DatabaseConnection, DatabaseTransaction, EntityTrait, TransactionTrait, UpdateMany};
use tokio::sync::watch;

use crate::cameras::Shelf;
use crate::{CatalogError, Result, Sealer, dialect, migrate};

/// How often a transaction is tried when others are in its way.
const ATTEMPTS: u32 = 4;

/// How the catalog uses its database.
#[derive(Debug, Clone)]
pub struct CatalogOptions {
    /// Connections at most. SQLite: readers; one more connection writes.
    pub max_connections: u32,
    /// Seals and opens secrets; without it, what needs one fails.
    pub sealer: Option<Sealer>,
}

impl Default for CatalogOptions {
    fn default() -> Self {
        Self { max_connections: 8, sealer: None }
    }
}

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// A file beside the footage.
    Sqlite,
    /// A server.
    Postgres,
}

impl DatabaseKind {
    /// `sqlite` or `postgres`, for logs and `/health`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// The catalog. Cheap to clone; clones share the connections.
#[derive(Clone)]
pub struct Catalog {
    inner: Arc<Inner>,
}

struct Inner {
    kind: DatabaseKind,
    reader: DatabaseConnection,
    writer: DatabaseConnection,
    changes: watch::Sender<u64>,
    shelf: Shelf,
    sealer: Option<Sealer>,
}

impl Catalog {
    /// Opens `sqlite:///abs/path.db` (created if it is not there) or `postgres://…`, and brings
    /// its tables up to date.
    pub async fn connect(url: &str, options: &CatalogOptions) -> Result<Self> {
        let kind = dialect::kind_of(url)
            .ok_or_else(|| CatalogError::InvalidUrl("expected sqlite:// or postgres://".to_owned()))?;
        let pools = dialect::open(kind, url, options).await?;
        migrate::run(kind, &pools.writer).await?;
        dialect::fill_reserve(kind, &pools.writer).await?;
        let (changes, _) = watch::channel(0);
        let sealer = options.sealer.clone();
        let (reader, writer) = (pools.reader, pools.writer);
        let inner = Inner { kind, reader, writer, changes, shelf: Shelf::default(), sealer };
        let catalog = Self { inner: Arc::new(inner) };
        catalog.upgrade_cameras().await?;
        Ok(catalog)
    }

    /// Whether there is a database that takes us, without touching what is in it.
    pub async fn probe(url: &str) -> Result<DatabaseKind> {
        let kind = dialect::kind_of(url)
            .ok_or_else(|| CatalogError::InvalidUrl("expected sqlite:// or postgres://".to_owned()))?;
        let pools = dialect::open(kind, url, &CatalogOptions { max_connections: 1, sealer: None }).await?;
        let answer = pools.reader.ping().await;
        let _ = pools.reader.close().await;
        let _ = pools.writer.close().await;
        answer?;
        Ok(kind)
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        Ok(self.reader().ping().await?)
    }

    /// Closes all connections; SQLite: after a last checkpoint of its log.
    pub async fn close(&self) {
        // Closing only waits for the connections that are in use; it has nothing to tell.
        let _ = self.inner.reader.close_by_ref().await;
        let _ = self.inner.writer.close_by_ref().await;
    }

    /// Which database it is.
    pub fn kind(&self) -> DatabaseKind {
        self.inner.kind
    }

    /// Bumped by every change of desired state that is made through this process.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }

    pub(crate) fn change_count(&self) -> u64 {
        *self.inner.changes.borrow()
    }

    pub(crate) fn shelf(&self) -> &Shelf {
        &self.inner.shelf
    }

    pub(crate) fn sealer(&self) -> Option<&Sealer> {
        self.inner.sealer.as_ref()
    }

    pub(crate) fn reader(&self) -> &DatabaseConnection {
        &self.inner.reader
    }

    pub(crate) fn writer(&self) -> &DatabaseConnection {
        &self.inner.writer
    }

    /// Begins a transaction that writes. Dropped without a commit, it is rolled back.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction> {
        Ok(self.writer().begin_with_options(dialect::write_transaction()).await?)
    }

    /// Does what writes: all writing goes through here. Tries it again while other transactions are
    /// in its way (a deadlock ends one of the two), and once more with the reserve when the disk is
    /// full.
    pub(crate) async fn write<T, F>(&self, mut work: impl FnMut() -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let (mut attempt, mut room_made) = (1, false);
        let outcome = loop {
            match work().await {
                Err(CatalogError::Conflict(_)) if attempt < ATTEMPTS => attempt += 1,
                Err(CatalogError::Full(_)) if !room_made => {
                    dialect::use_reserve(self.kind(), self.writer()).await?;
                    room_made = true;
                }
                outcome => break outcome,
            }
        };
        if outcome.is_ok()
            && let Err(error) = dialect::keep_reserve(self.kind(), self.writer()).await
        {
            // What was asked for is done; the next write tries this again.
            tracing::warn!(%error, "the catalog's reserve could not be kept");
        }
        outcome
    }

    /// One statement that changes rows; gives their number.
    pub(crate) async fn update<E: EntityTrait>(&self, update: UpdateMany<E>) -> Result<u64> {
        self.write(|| async { Ok(update.clone().exec(self.writer()).await?.rows_affected) }).await
    }

    /// Tells the supervisors that desired state has changed.
    pub(crate) fn changed(&self) {
        self.inner.changes.send_modify(|version| *version += 1);
    }
}

impl fmt::Debug for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The connections know the password of the database.
        f.debug_struct("Catalog").field("kind", &self.inner.kind).finish_non_exhaustive()
    }
}
