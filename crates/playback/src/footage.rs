//! The bytes of one stored file, wherever they are.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use nightjar_format::ReadAt;
use nightjar_model::{Segment, SegmentState};
use nightjar_storage::{LocalFile, LocalTier, ObjectReader, RemoteTier, StorageError};
use parking_lot::Mutex;
use url::Url;

use crate::{PlaybackError, RemoteDelivery, Result};

/// How a player gets at a file.
#[derive(Debug)]
pub enum Delivery {
    /// From here.
    Bytes(Footage),
    /// From this address of the bucket, which works for a while.
    Elsewhere(Url),
}

/// A stored file, open for reading: it goes on being readable when it is deleted meanwhile.
#[derive(Debug)]
pub struct Footage {
    source: Source,
    len: u64,
    etag: Option<String>,
    name: String,
}

/// An entry of a playlist.
#[derive(Debug)]
pub struct EntryFile {
    /// The file that it is a part of.
    pub footage: Footage,
    /// Which part.
    pub range: Range<u64>,
}

#[derive(Debug)]
enum Source {
    Local(LocalFile),
    Remote { tier: RemoteTier, key: String },
}

impl Footage {
    /// Number of bytes: all of a finished file, or what was written so far.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether nothing was written yet.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Names the content; none while it is still being written.
    pub fn etag(&self) -> Option<&str> {
        self.etag.as_deref()
    }

    /// What a person would call the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A range as blocks of at most 1 MiB, each read when it is asked for.
    pub fn stream(&self, range: Range<u64>) -> BoxStream<'static, io::Result<Bytes>> {
        match &self.source {
            Source::Local(file) => file.stream(range).boxed(),
            Source::Remote { tier, key } => tier.stream(key, range).boxed(),
        }
    }
}

/// Finds the bytes of segments on the disk of this node or in the bucket.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    pub(crate) local: LocalTier,
    pub(crate) remote: Option<RemoteTier>,
    pub(crate) delivery: RemoteDelivery,
    pub(crate) presigned_ttl: Duration,
}

impl Store {
    /// How a player gets at a segment: from the disk if it is there.
    pub(crate) async fn deliver(&self, segment: &Segment) -> Result<Delivery> {
        let footage = self.open(segment).await?;
        match (&footage.source, self.delivery) {
            (Source::Remote { tier, key }, RemoteDelivery::Redirect) => {
                Ok(Delivery::Elsewhere(tier.presigned_get(key, self.presigned_ttl).await?))
            }
            _ => Ok(Delivery::Bytes(footage)),
        }
    }

    /// A segment's bytes: from the disk if it is there, else through here from the bucket.
    pub(crate) async fn open(&self, segment: &Segment) -> Result<Footage> {
        let missing = match self.open_local(segment).await {
            Ok(Some(footage)) => return Ok(footage),
            Ok(None) => None,
            Err(error) => Some(error),
        };
        let Some(tier) = self.remote.as_ref().filter(|_| segment.location.remote) else {
            return Err(PlaybackError::NotAvailable { segment: segment.id.to_string(), source: missing });
        };
        Ok(Footage {
            source: Source::Remote { tier: tier.clone(), key: segment.key.clone() },
            len: segment.bytes,
            etag: etag(segment),
            name: name(segment),
        })
    }

    async fn open_local(&self, segment: &Segment) -> Result<Option<Footage>, StorageError> {
        if !segment.location.local {
            return Ok(None);
        }
        let (tier, key) = (self.local.clone(), segment.key.clone());
        let failed = |source| StorageError::Local {
            action: "look at",
            path: self.local.root().join(&segment.key),
            source,
        };
        let opened = blocking(move || tier.open_file(&key).map(|file| (file.size(), file)));
        match opened.await.map_err(failed)? {
            Ok((len, file)) => Ok(Some(Footage {
                source: Source::Local(file),
                // A finished file is never longer than it was then.
                len: written(segment, len.map_err(failed)?),
                etag: etag(segment),
                name: name(segment),
            })),
            Err(error) if error.is_not_found() => {
                tracing::warn!(segment = %segment.id, key = segment.key, "the local file of a segment is missing");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The segment as something to read at offsets; none if its bytes are nowhere. `open` is shared
    /// by all readers of one job. Blocks; call it from a blocking task of a runtime.
    pub(crate) fn reader(&self, segment: &Segment, open: &Arc<OneOpenFile>) -> Option<Reader> {
        if segment.location.local && matches!(self.local.size(&segment.key), Ok(Some(_))) {
            return Some(Reader::Local { open: Arc::clone(open), key: segment.key.clone() });
        }
        let tier = self.remote.as_ref().filter(|_| segment.location.remote)?;
        Some(Reader::Remote(Box::new(tier.reader(&segment.key, segment.bytes))))
    }

    /// For [`Self::reader`].
    pub(crate) fn one_open_file(&self) -> Arc<OneOpenFile> {
        Arc::new(OneOpenFile { tier: self.local.clone(), current: Mutex::new(None) })
    }
}

/// How much of a file of `len` bytes is footage: a finished one never grows any more.
fn written(segment: &Segment, len: u64) -> u64 {
    if segment.state == SegmentState::Open { len } else { len.min(segment.bytes) }
}

/// Runs what blocks where blocking is allowed. Fails if it panicked.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)
}

/// The local file that was read last. A range may have more files than a process may have open,
/// but they are read one after the other.
#[derive(Debug)]
pub(crate) struct OneOpenFile {
    tier: LocalTier,
    current: Mutex<Option<(String, LocalFile)>>,
}

impl OneOpenFile {
    fn get(&self, key: &str) -> io::Result<LocalFile> {
        let mut current = self.current.lock();
        match &*current {
            Some((open, file)) if open == key => Ok(file.clone()),
            _ => {
                let file = self.tier.open_file(key)?;
                *current = Some((key.to_owned(), file.clone()));
                Ok(file)
            }
        }
    }
}

/// A segment to be read at offsets.
#[derive(Debug)]
pub(crate) enum Reader {
    Local { open: Arc<OneOpenFile>, key: String },
    Remote(Box<ObjectReader>),
}

impl ReadAt for Reader {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Local { open, key } => open.get(key)?.read_at(offset, buf),
            Self::Remote(reader) => reader.read_at(offset, buf),
        }
    }

    fn size(&self) -> io::Result<u64> {
        match self {
            Self::Local { open, key } => open.get(key)?.size(),
            Self::Remote(reader) => reader.size(),
        }
    }
}

/// A strong entity tag (RFC 9110 §8.8.3): half of the digest of the finished file.
fn etag(segment: &Segment) -> Option<String> {
    let digest = segment.blake3.as_ref().filter(|_| segment.state == SegmentState::Finished)?;
    let hex: String = digest[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("\"{hex}\""))
}

/// The last part of the key: `01-30-00_front-door.mp4`.
fn name(segment: &Segment) -> String {
    segment.key.rsplit('/').next().unwrap_or(&segment.key).to_owned()
}
