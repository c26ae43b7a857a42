//! A range as one ordinary MP4, put together while it is sent.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use nightjar_format::{Concat, ConcatError, ConcatInput, ReadAt};
use nightjar_model::{Segment, WallTime};
use nightjar_storage::StorageError;
use tokio::sync::Semaphore;

use crate::footage::{Store, blocking};
use crate::{PlaybackError, Result};

/// One MP4 out of many segments.
#[derive(Debug)]
pub struct RangeFile {
    /// What a person would call it.
    pub name: String,
    /// Wall-clock time of its first frame.
    pub start: WallTime,
    /// Wall-clock time at which its last frame ends.
    pub end: WallTime,
    plan: Concat,
    segments: Arc<Vec<Segment>>,
    store: Store,
}

impl RangeFile {
    /// Plans the file: reads the headers of all segments, but none of the media.
    pub(crate) async fn plan(
        store: &Store,
        permits: &Semaphore,
        segments: Vec<Segment>,
        (from, to): (WallTime, WallTime),
        name: String,
    ) -> Result<Self> {
        let permit = permits.acquire().await;
        let (segments, job) = (Arc::new(segments), store.clone());
        let inputs = Arc::clone(&segments);
        let planned = blocking(move || plan(&job, &inputs, from, to)).await;
        drop(permit);
        let plan = planned.map_err(|error| PlaybackError::Footage(error.to_string()))??;
        Ok(Self { name, start: plan.start, end: plan.end, plan, segments, store: store.clone() })
    }

    /// Number of bytes.
    pub fn len(&self) -> u64 {
        self.plan.total_len
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.plan.total_len == 0
    }

    /// Its bytes, one file open at a time.
    pub fn stream(self) -> BoxStream<'static, io::Result<Bytes>> {
        let Self { plan, segments, store, .. } = self;
        let head = stream::once(async move { Ok(plan.head) });
        let media = stream::iter(plan.ranges).then(move |range| {
            let (segments, store) = (Arc::clone(&segments), store.clone());
            async move {
                let segment = segments.get(range.input).ok_or(io::ErrorKind::NotFound)?;
                let footage = store.open(segment).await.map_err(to_io)?;
                Ok(footage.stream(range.offset..range.offset + range.len))
            }
        });
        head.chain(media.flat_map(|part: io::Result<_>| match part {
            Ok(stream) => stream,
            Err(error) => stream::once(async move { Err(error) }).boxed(),
        }))
        .boxed()
    }
}

fn plan(store: &Store, segments: &[Segment], from: WallTime, to: WallTime) -> Result<Concat> {
    let open = store.one_open_file();
    let mut readers = Vec::with_capacity(segments.len());
    for segment in segments {
        let missing = || PlaybackError::NotAvailable { segment: segment.id.to_string(), source: None };
        readers.push(store.reader(segment, &open).ok_or_else(missing)?);
    }
    let inputs: Vec<ConcatInput<'_>> =
        readers.iter().map(|reader| ConcatInput { file: reader as &dyn ReadAt }).collect();
    Concat::plan(&inputs, from, to).map_err(|error| match error {
        ConcatError::Empty => PlaybackError::NothingRecorded { before: None },
        ConcatError::Segment { index, source } => {
            let segment = segments.get(index).map(|segment| segment.id.to_string()).unwrap_or_default();
            PlaybackError::Footage(format!("segment {segment}: {source}"))
        }
    })
}

fn to_io(error: PlaybackError) -> io::Error {
    match error {
        PlaybackError::Storage(error) => error.into(),
        PlaybackError::NotAvailable { source: Some(error), .. } => StorageError::into(error),
        other => io::Error::other(other.to_string()),
    }
}
