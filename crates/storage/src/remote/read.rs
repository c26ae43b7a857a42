//! Getting bytes back from the bucket.

use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;

use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use object_store::ObjectStoreExt;
use parking_lot::Mutex;
use tokio::runtime::Handle;

use super::{RemoteTier, object_path};
use crate::local::{TEMPORARY_SUFFIX, sync_folder};
use crate::private::private_file;
use crate::{Result, StorageError};

/// What a stream or digest asks for at a time: each block is a request of its own, so that
/// neither a slow consumer nor a large object runs into a request's time limit.
const STREAM_BLOCK: u64 = 1024 * 1024;
/// What a reader asks for at a time: most reads are of headers, close to each other.
const READER_BLOCK: u64 = 256 * 1024;

impl RemoteTier {
    /// A range of an object, whole.
    pub async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let path = object_path(key)?;
        let bytes = self.small("read", key, self.inner.store.get_range(&path, range.clone())).await?;
        if bytes.len() as u64 != range.end - range.start {
            let reason = format!("it gave {} bytes of {}..{}", bytes.len(), range.start, range.end);
            return Err(StorageError::Unavailable { action: format!("read `{key}`"), reason });
        }
        Ok(bytes)
    }

    /// A range of an object as a stream of blocks, one in memory at a time.
    pub fn stream(
        &self,
        key: &str,
        range: Range<u64>,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        self.blocks(key, range).map_err(io::Error::from)
    }

    fn blocks(&self, key: &str, range: Range<u64>) -> impl Stream<Item = Result<Bytes>> + Send + 'static {
        let tier = self.clone();
        let key = key.to_owned();
        stream::try_unfold(range.start, move |offset| {
            let (tier, key) = (tier.clone(), key.clone());
            let block = offset..range.end.min(offset.saturating_add(STREAM_BLOCK));
            async move {
                if block.is_empty() {
                    return Ok(None);
                }
                let next = block.end;
                tier.get_range(&key, block).await.map(|bytes| Some((bytes, next)))
            }
        })
    }

    /// BLAKE3 of what the bucket really gives back.
    pub async fn digest(&self, key: &str, bytes: u64) -> Result<[u8; 32]> {
        let mut hasher = blake3::Hasher::new();
        let mut blocks = std::pin::pin!(self.blocks(key, 0..bytes));
        while let Some(block) = blocks.next().await {
            // About a millisecond a block.
            hasher.update(&block?);
        }
        Ok(*hasher.finalize().as_bytes())
    }

    /// Fetches an object into a file that appears whole and durable, or not at all.
    pub async fn download(&self, key: &str, bytes: u64, target: &Path) -> Result<()> {
        let mut name = target.as_os_str().to_owned();
        name.push(TEMPORARY_SUFFIX);
        let temporary = Path::new(&name).to_owned();
        let wrong = |error| StorageError::local("write", &temporary, error);
        let options = private_file().create(true).truncate(true).to_owned();
        let mut file = options.open(&temporary).map_err(wrong)?;
        let mut blocks = std::pin::pin!(self.blocks(key, 0..bytes));
        while let Some(block) = blocks.next().await {
            let block = block?;
            file = blocking(move || file.write_all(&block).map(|()| file)).await.map_err(wrong)?;
        }
        let (from, to) = (temporary.clone(), target.to_owned());
        blocking(move || file.sync_all().and_then(|()| std::fs::rename(from, to))).await.map_err(wrong)?;
        target.parent().map_or(Ok(()), sync_folder)
    }

    /// The object as something to read at offsets from a blocking task. Call within a runtime.
    pub fn reader(&self, key: &str, bytes: u64) -> ObjectReader {
        ObjectReader {
            tier: self.clone(),
            key: key.to_owned(),
            bytes,
            runtime: Handle::current(),
            block: Mutex::new((0, Bytes::new())),
        }
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

/// An object, read at offsets from a blocking task; keeps the last block.
#[derive(Debug)]
pub struct ObjectReader {
    tier: RemoteTier,
    key: String,
    bytes: u64,
    runtime: Handle,
    block: Mutex<(u64, Bytes)>,
}

impl ObjectReader {
    /// Reads at `offset`; fewer bytes than asked for only at the end of the object. Blocks; not
    /// to be called from an async task.
    pub fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let end = offset.saturating_add(buf.len() as u64).min(self.bytes);
        let mut filled = 0;
        let mut block = self.block.lock();
        while offset + (filled as u64) < end {
            let at = offset + filled as u64;
            let (start, bytes) = &*block;
            if at < *start || at >= start + bytes.len() as u64 {
                let range = at..self.bytes.min(at + READER_BLOCK.max(end - at));
                *block = (at, self.runtime.block_on(self.tier.get_range(&self.key, range))?);
            }
            let (start, bytes) = &*block;
            let available = &bytes[usize::try_from(at - start).map_err(io::Error::other)?..];
            let wanted = usize::try_from(end - at).map_err(io::Error::other)?.min(available.len());
            buf[filled..filled + wanted].copy_from_slice(&available[..wanted]);
            filled += wanted;
        }
        Ok(filled)
    }

    /// Its size.
    pub fn size(&self) -> io::Result<u64> {
        Ok(self.bytes)
    }
}
