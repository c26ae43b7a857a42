//! One file, opened once: whoever reads it goes on reading when it is deleted meanwhile.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::Stream;
use futures::stream;

/// Bytes that a stream reads and holds at a time.
pub const BLOCK_BYTES: u64 = 256 * 1024;

/// A file of the local tier, open for reading. Clones share it.
#[derive(Debug, Clone)]
pub struct LocalFile {
    file: Arc<File>,
}

impl LocalFile {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { file: Arc::new(File::open(path)?) })
    }

    /// Reads at `offset`; fewer bytes than asked for only at the end of the file. Blocks.
    pub fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buf.len() {
            match self.file.read_at(&mut buf[filled..], offset + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(filled)
    }

    /// Its size now. Blocks.
    pub fn size(&self) -> io::Result<u64> {
        self.file.metadata().map(|metadata| metadata.len())
    }

    /// Reads a range whole; a range beyond the end is an error. Blocks.
    pub fn read_range(&self, range: Range<u64>) -> io::Result<Bytes> {
        let len = usize::try_from(range.end.saturating_sub(range.start)).map_err(io::Error::other)?;
        let mut buf = BytesMut::zeroed(len);
        if self.read_at(range.start, &mut buf)? < len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(buf.freeze())
    }

    /// The range as a stream of blocks of at most [`BLOCK_BYTES`], one in memory at a time, read
    /// in blocking tasks when the consumer asks for it. Ends with an error if the file does.
    pub fn stream(&self, range: Range<u64>) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        let file = self.clone();
        stream::try_unfold(range.start, move |offset| {
            let file = file.clone();
            let block = offset..range.end.min(offset.saturating_add(BLOCK_BYTES));
            async move {
                if block.is_empty() {
                    return Ok(None);
                }
                let next = block.end;
                let read = tokio::task::spawn_blocking(move || file.read_range(block)).await;
                let bytes = read.map_err(io::Error::other)??;
                Ok(Some((bytes, next)))
            }
        })
    }
}
