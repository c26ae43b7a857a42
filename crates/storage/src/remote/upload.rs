//! Verified upload of a file.
//!
//! When an upload counts as stored, and only then:
//! 1. The file was read once, and what was sent has the size and BLAKE3 that the catalog has.
//! 2. Each request carried the SHA-256 of its content (`x-amz-content-sha256`, signed), so that
//!    a server can refuse content that was changed on its way.
//! 3. A HEAD afterwards gives the same size and, in the metadata, the same BLAKE3.
//! 4. Its entity tag is the one that S3 derives from the MD5 of what was sent; or else the
//!    object, read back whole, has the right BLAKE3. The second is what a server costs that
//!    encrypts or that has entity tags of its own.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path as ObjectPath;
use object_store::{
    Attribute, Attributes, MultipartId, ObjectStore, PutMultipartOptions, PutOptions, PutPayload,
};
use parking_lot::Mutex;

use super::etag::{self, PartDigest};
use super::{BLAKE3_FIELD, RemoteTier, object_path};
use crate::local::LocalFile;
use crate::{Result, StorageError};

/// Most parts that S3 takes, with some to spare.
const MAX_PARTS: u64 = 9_000;
const MIB: u64 = 1024 * 1024;

/// What is to be stored.
#[derive(Debug, Clone)]
pub struct UploadSource {
    /// The file, open.
    pub file: LocalFile,
    /// The size that it must have.
    pub bytes: u64,
    /// The digest that it must have.
    pub blake3: [u8; 32],
}

/// An object that is safely stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// What the bucket calls this content.
    pub etag: Option<String>,
    /// How the content was confirmed.
    pub proof: Proof,
}

/// How the content of an upload was confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// The entity tag is the MD5 of what was sent.
    EntityTag,
    /// The object was read back, and has the right BLAKE3.
    ReadBack,
}

impl RemoteTier {
    /// Stores a file, and makes sure of it. Holds one part in memory. An object of this key that
    /// exists already is replaced if it is an earlier attempt; one with another digest stays.
    pub async fn upload(&self, key: &str, source: &UploadSource) -> Result<Stored> {
        let path = object_path(key)?;
        self.check_vacant(key, source).await?;
        let part_bytes = part_size(source.bytes, self.config().part_bytes);
        let expected = if source.bytes <= part_bytes {
            self.put_whole(key, &path, source).await?
        } else {
            self.put_parts(key, &path, source, part_bytes).await?
        };
        self.confirm(key, source, &expected).await
    }

    async fn check_vacant(&self, key: &str, source: &UploadSource) -> Result<()> {
        match self.head(key).await {
            Ok(Some(info)) if info.blake3.is_some_and(|digest| digest != source.blake3) => {
                Err(StorageError::Taken(key.to_owned()))
            }
            // A key that may not list the bucket is not told that there is no such object.
            Ok(_) | Err(StorageError::Refused { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn put_whole(&self, key: &str, path: &ObjectPath, source: &UploadSource) -> Result<String> {
        let hasher = Arc::new(Mutex::new(blake3::Hasher::new()));
        let (content, digest) = read_part(key, source, 0..source.bytes, Arc::clone(&hasher)).await?;
        check_source(key, source, &hasher)?;
        let options = PutOptions { attributes: attributes(source), ..PutOptions::default() };
        let put = self.inner.store.put_opts(path, PutPayload::from(content), options).await;
        put.map_err(|error| self.explain_write("store", key, error))?;
        Ok(etag::of_whole(&digest))
    }

    async fn put_parts(
        &self,
        key: &str,
        path: &ObjectPath,
        source: &UploadSource,
        part: u64,
    ) -> Result<String> {
        let options =
            PutMultipartOptions { attributes: attributes(source), ..PutMultipartOptions::default() };
        let id = MultipartStore::create_multipart_opts(&self.inner.store, path, options).await;
        let id = id.map_err(|error| self.explain_write("store", key, error))?;
        match self.send_parts(key, path, source, part, &id).await {
            Ok(expected) => Ok(expected),
            Err(error) => {
                // Best effort: a bucket's lifecycle rule cleans up what an outage leaves behind.
                if let Err(left) =
                    self.small("clean up", key, self.inner.store.abort_multipart(path, &id)).await
                {
                    tracing::debug!(key, error = %left, "parts of a failed upload stay behind in the bucket");
                }
                Err(error)
            }
        }
    }

    async fn send_parts(
        &self,
        key: &str,
        path: &ObjectPath,
        source: &UploadSource,
        part_bytes: u64,
        id: &MultipartId,
    ) -> Result<String> {
        let hasher = Arc::new(Mutex::new(blake3::Hasher::new()));
        let mut digests: Vec<PartDigest> = Vec::new();
        let mut parts: Vec<PartId> = Vec::new();
        let mut offset = 0;
        while offset < source.bytes {
            let range = offset..source.bytes.min(offset + part_bytes);
            offset = range.end;
            let (content, digest) = read_part(key, source, range, Arc::clone(&hasher)).await?;
            let sent = self.inner.store.put_part(path, id, parts.len(), PutPayload::from(content)).await;
            parts.push(sent.map_err(|error| self.explain_write("store", key, error))?);
            digests.push(digest);
        }
        check_source(key, source, &hasher)?;
        let completed = self.inner.store.complete_multipart(path, id, parts).await;
        completed.map_err(|error| self.explain_write("store", key, error))?;
        Ok(etag::of_parts(&digests))
    }

    /// Steps 3 and 4 of the module's definition.
    async fn confirm(&self, key: &str, source: &UploadSource, expected: &str) -> Result<Stored> {
        let unconfirmed = |reason: String| Err(StorageError::Unconfirmed { key: key.to_owned(), reason });
        let Some(info) = self.head(key).await? else {
            return unconfirmed("it says that there is no such object".to_owned());
        };
        if info.bytes != source.bytes {
            return unconfirmed(format!("it has {} bytes, {} were sent", info.bytes, source.bytes));
        }
        if info.blake3 != Some(source.blake3) {
            return unconfirmed("the digest in its metadata is not the one that was sent".to_owned());
        }
        if info.etag.as_deref() == Some(expected) {
            return Ok(Stored { etag: info.etag, proof: Proof::EntityTag });
        }
        if self.digest(key, source.bytes).await? != source.blake3 {
            return unconfirmed("its content, read back, has another checksum".to_owned());
        }
        Ok(Stored { etag: info.etag, proof: Proof::ReadBack })
    }
}

/// The configured size, or larger whole MiB where that would be too many parts.
fn part_size(bytes: u64, configured: u64) -> u64 {
    configured.max(bytes.div_ceil(MAX_PARTS).div_ceil(MIB) * MIB)
}

fn attributes(source: &UploadSource) -> Attributes {
    let digest = blake3::Hash::from_bytes(source.blake3).to_hex().to_string();
    Attributes::from_iter([
        (Attribute::ContentType, "video/mp4".to_owned()),
        (Attribute::Metadata(BLAKE3_FIELD.into()), digest),
    ])
}

/// Reads a part and digests it, off the async threads.
async fn read_part(
    key: &str,
    source: &UploadSource,
    range: Range<u64>,
    hasher: Arc<Mutex<blake3::Hasher>>,
) -> Result<(Bytes, PartDigest)> {
    let file = source.file.clone();
    let read = tokio::task::spawn_blocking(move || {
        let content = file.read_range(range)?;
        hasher.lock().update(&content);
        let digest = etag::part_digest(&content);
        Ok::<_, std::io::Error>((content, digest))
    });
    let read = read.await.map_err(std::io::Error::other).and_then(|read| read);
    read.map_err(|error| StorageError::SourceChanged {
        key: key.to_owned(),
        reason: match error.kind() {
            std::io::ErrorKind::UnexpectedEof => format!("it is shorter than {} bytes", source.bytes),
            _ => format!("it can't be read: {error}"),
        },
    })
}

fn check_source(key: &str, source: &UploadSource, hasher: &Mutex<blake3::Hasher>) -> Result<()> {
    let size = source.file.size().map_err(|error| StorageError::SourceChanged {
        key: key.to_owned(),
        reason: format!("it can't be read: {error}"),
    })?;
    let changed = |reason: String| Err(StorageError::SourceChanged { key: key.to_owned(), reason });
    if size != source.bytes {
        return changed(format!("it has {size} bytes instead of {}", source.bytes));
    }
    if *hasher.lock().finalize().as_bytes() != source.blake3 {
        return changed("its checksum is another one".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_grow_with_the_file_so_that_they_never_are_too_many() {
        assert_eq!(part_size(1, 8 * MIB), 8 * MIB);
        assert_eq!(part_size(8 * MIB * 9_000, 8 * MIB), 8 * MIB);
        let huge = 90 * 1024 * MIB;
        let size = part_size(huge, 8 * MIB);
        assert_eq!(size, 11 * MIB);
        assert!(huge.div_ceil(size) <= MAX_PARTS);
    }
}
