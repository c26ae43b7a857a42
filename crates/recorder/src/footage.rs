//! What everything shares that keeps footage: the catalog, the tiers, the clock.

use std::fmt;
use std::io;
use std::sync::Arc;

use nightjar_catalog::{Catalog, CatalogError};
use nightjar_format::{ReadAt, RecoverError};
use nightjar_media::WallTime;
use nightjar_model::{CameraId, NodeId, Segment, StatusBoard};
use nightjar_storage::{LocalFile, LocalTier, ObjectReader, RemoteTier, StorageError};

use crate::upload::Uploading;

/// Tells the time of the wall clock.
pub type Clock = Arc<dyn Fn() -> WallTime + Send + Sync>;

/// Footage and where it is known. Cheap to clone.
#[derive(Clone)]
pub struct Footage {
    /// What is said to be there.
    pub catalog: Catalog,
    /// This node's disk.
    pub local: LocalTier,
    /// The bucket, if there is one.
    pub remote: Option<RemoteTier>,
    /// What is on its way there.
    pub uploading: Uploading,
    /// Where the state is posted.
    pub status: StatusBoard,
    /// This node.
    pub node: NodeId,
    /// The wall clock.
    pub clock: Clock,
}

impl fmt::Debug for Footage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Footage")
            .field("local", &self.local)
            .field("remote", &self.remote)
            .finish_non_exhaustive()
    }
}

/// Why keeping footage failed.
#[derive(Debug, thiserror::Error)]
pub enum FootageError {
    /// The catalog did not do it.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// A tier did not do it.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A file is no segment, or can't be read as one.
    #[error("`{key}`: {source}")]
    NotASegment {
        /// Its key.
        key: String,
        /// What is wrong with it.
        source: RecoverError,
    },
    /// A segment file could not be changed.
    #[error("can't finish `{key}`: {source}")]
    Finish {
        /// Its key.
        key: String,
        /// What the system said.
        source: io::Error,
    },
    /// A segment file could not be read.
    #[error("can't read `{key}`: {source}")]
    Unreadable {
        /// Its key.
        key: String,
        /// What the system said.
        source: io::Error,
    },
    /// A blocking task died, or the process is stopping.
    #[error("interrupted")]
    Interrupted,
}

impl FootageError {
    /// Whether the next file would meet the same error: the catalog or a tier does not work as a whole.
    pub(crate) fn concerns_all(&self) -> bool {
        match self {
            Self::Catalog(error) => {
                use CatalogError::{Damaged, Refused, Taken};
                !matches!(error, Refused(_) | Taken(_) | Damaged(_))
            }
            Self::Storage(error) => {
                error.is_full() || matches!(error, StorageError::NoBucket(_) | StorageError::Settings(_))
            }
            Self::Finish { source, .. } => {
                matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::ReadOnlyFilesystem)
            }
            Self::NotASegment { .. } | Self::Unreadable { .. } | Self::Interrupted => false,
        }
    }
}

/// What keeping footage gives.
pub(crate) type Result<T, E = FootageError> = std::result::Result<T, E>;

impl Footage {
    /// The time now.
    pub fn now(&self) -> WallTime {
        (self.clock)()
    }

    /// Runs something that blocks on the disk, off the async threads.
    pub(crate) async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&LocalTier) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let local = self.local.clone();
        tokio::task::spawn_blocking(move || work(&local)).await.map_err(|_| FootageError::Interrupted)?
    }

    /// Whether the file of a segment is on this node's disk, as far as the catalog knows.
    pub(crate) fn is_here(&self, segment: &Segment) -> bool {
        segment.location.local && segment.node == self.node
    }

    /// The camera's readable key, for metrics and logs; its id if it is not in the catalog.
    pub(crate) async fn camera_label(&self, id: CameraId) -> String {
        match self.catalog.camera_by_id_with_deleted(id).await {
            Ok(Some(camera)) => camera.metrics_label(),
            _ => id.to_string(),
        }
    }
}

/// A file or an object, as `format` reads it.
#[derive(Debug)]
pub(crate) struct Readable<T>(pub(crate) T);

impl ReadAt for Readable<LocalFile> {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read_at(offset, buf)
    }

    fn size(&self) -> io::Result<u64> {
        self.0.size()
    }
}

impl ReadAt for Readable<ObjectReader> {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read_at(offset, buf)
    }

    fn size(&self) -> io::Result<u64> {
        self.0.size()
    }
}
