//! The handle on the database.

use std::fmt;
use std::sync::Arc;

use nightjar_model::Secret;
use sea_orm::{DatabaseTransaction, EntityTrait, UpdateMany};

use crate::unit::{Connection, Unit};
use crate::{CatalogError, Result, Sealer, dialect, migrate};

/// How often a transaction is tried when others are in its way.
pub(crate) const ATTEMPTS: u32 = 4;

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

/// The handle on the database. Cheap to clone; clones share the connections.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
    connections: Arc<Connections>,
    /// The unit of work that this handle is bound to.
    pub(crate) unit: Option<Arc<Unit>>,
}

struct Inner {
    kind: DatabaseKind,
    sealer: Option<Sealer>,
}

struct Connections {
    reader: Connection,
    writer: Connection,
}

impl Database {
    /// Opens `sqlite:///abs/path.db` (created if it is not there) or `postgres://…`, and brings
    /// its tables up to date.
    pub async fn connect(url: &str, options: &CatalogOptions) -> Result<Self> {
        let kind = dialect::kind_of(url)
            .ok_or_else(|| CatalogError::InvalidUrl("expected sqlite:// or postgres://".to_owned()))?;
        dialect::prepare(kind, url).await;
        let pools = dialect::open(kind, url, options).await?;
        migrate::run(kind, &pools.writer).await?;
        dialect::fill_reserve(kind, &pools.writer).await?;
        let sealer = options.sealer.clone();
        let (reader, writer) = (Connection::reader(pools.reader), Connection::writer(pools.writer));
        let connections = Arc::new(Connections { reader, writer });
        Ok(Self { inner: Arc::new(Inner { kind, sealer }), connections, unit: None })
    }

    /// The same database, bound to a unit of work.
    pub(crate) fn within(&self, unit: &Arc<Unit>) -> Self {
        let reader = self.connections.reader.within(unit);
        let writer = self.connections.writer.within(unit);
        let connections = Arc::new(Connections { reader, writer });
        Self { inner: self.inner.clone(), connections, unit: Some(unit.clone()) }
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
        Ok(self.reader().pool().ping().await?)
    }

    /// Closes all connections; SQLite: after a last checkpoint of its log.
    pub async fn close(&self) {
        // Closing only waits for the connections that are in use; it has nothing to tell.
        let _ = self.reader().pool().close_by_ref().await;
        let _ = self.writer().pool().close_by_ref().await;
    }

    /// Which database it is.
    pub fn kind(&self) -> DatabaseKind {
        self.inner.kind
    }

    /// Seals and opens secrets; none if no key was given.
    pub fn sealer(&self) -> Option<&Sealer> {
        self.inner.sealer.as_ref()
    }

    /// A secret as it goes into its column. `place` is `table.column:row-id`.
    pub fn seal(&self, place: &str, secret: &Secret) -> Result<String> {
        self.sealer().ok_or(CatalogError::NoSecretKey)?.seal(place, secret)
    }

    /// A secret as it came out of its column. A text that was never sealed is given as it is.
    pub fn open_sealed(&self, place: &str, text: &str) -> Result<Secret> {
        match self.sealer() {
            Some(sealer) => sealer.open(place, text),
            None if crate::seal::is_sealed(text) => Err(CatalogError::NoSecretKey),
            None => Ok(Secret::new(text)),
        }
    }

    /// For what only reads.
    pub fn reader(&self) -> &Connection {
        &self.connections.reader
    }

    /// For what writes: within [`Self::write`].
    pub fn writer(&self) -> &Connection {
        &self.connections.writer
    }

    /// Begins a transaction that writes. Dropped without a commit, it is rolled back.
    pub async fn begin(&self) -> Result<DatabaseTransaction> {
        Ok(self.writer().begin().await?)
    }

    /// Does what writes: all writing goes through here. Tries it again while other transactions are
    /// in its way (a deadlock ends one of the two), and once more with the reserve when the disk is
    /// full. Within a unit of work, that is done with the whole unit.
    pub async fn write<T, F>(&self, mut work: impl FnMut() -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        if let Some(unit) = &self.unit {
            let outcome = work().await;
            unit.note(&outcome);
            return outcome;
        }
        let (mut attempt, mut room_made) = (1, false);
        let outcome = loop {
            match work().await {
                Err(CatalogError::Conflict(_)) if attempt < ATTEMPTS => attempt += 1,
                Err(CatalogError::Full(_)) if !room_made => {
                    self.use_reserve().await?;
                    room_made = true;
                }
                outcome => break outcome,
            }
        };
        if outcome.is_ok() {
            self.keep_reserve().await;
        }
        outcome
    }

    /// Makes room on a full disk.
    pub(crate) async fn use_reserve(&self) -> Result<()> {
        dialect::use_reserve(self.kind(), self.writer().pool()).await
    }

    /// Keeps room for the next write on a full disk.
    pub(crate) async fn keep_reserve(&self) {
        if let Err(error) = dialect::keep_reserve(self.kind(), self.writer().pool()).await {
            // What was asked for is done; the next write tries this again.
            tracing::warn!(%error, "the catalog's reserve could not be kept");
        }
    }

    /// One statement that changes rows; gives their number.
    pub async fn update<E: EntityTrait>(&self, update: UpdateMany<E>) -> Result<u64> {
        self.write(|| async { Ok(update.clone().exec(self.writer()).await?.rows_affected) }).await
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The connections know the password of the database.
        f.debug_struct("Database").field("kind", &self.inner.kind).finish_non_exhaustive()
    }
}
