//! Listing a bucket in which somebody else has put names that can be none of ours.
//!
//! The library refuses a whole page of a listing for one key that is no path (`a//b`, `../c`). Such a page is
//! asked for again in smaller pieces, until the key is alone and can be passed by.

use futures::stream::{self, BoxStream, StreamExt, TryStreamExt};
use nightjar_model::WallTime;
use object_store::list::{PaginatedListOptions, PaginatedListResult, PaginatedListStore};
use object_store::path::Error as PathError;

use super::{ObjectSummary, RemoteTier, fault};
use crate::{Result, StorageError, validate_key};

/// Keys of one page.
const PAGE: usize = 1_000;

/// One line of a bucket's listing, whatever its name is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed {
    /// An object with a name that a tier takes.
    Object(ObjectSummary),
    /// A name that could leave its tier, or that no tier takes.
    Invalid(String),
}

/// Where the listing goes on.
struct Place {
    prefix: Option<String>,
    after: Option<String>,
    page: usize,
    ended: bool,
}

impl RemoteTier {
    /// All objects whose key begins with `prefix` (whole folders; none: all), in the order of their keys,
    /// fetched page by page, with the names that can't be ours.
    pub fn list_everything(&self, prefix: Option<&str>) -> BoxStream<'static, Result<Listed>> {
        let tier = self.clone();
        let prefix = prefix.map(|prefix| format!("{}/", prefix.trim_end_matches('/')));
        let start = Place { prefix, after: None, page: PAGE, ended: false };
        let pages = stream::try_unfold(start, move |place| {
            let tier = tier.clone();
            async move { tier.next_page(place).await }
        });
        pages.map_ok(|page| stream::iter(page.into_iter().map(Ok))).try_flatten().boxed()
    }

    async fn next_page(&self, mut place: Place) -> Result<Option<(Vec<Listed>, Place)>> {
        while !place.ended {
            match self.page_after(&place).await {
                Ok(answer) => {
                    let objects = answer.result.objects;
                    let last = objects.iter().map(|meta| meta.location.to_string()).max();
                    place.ended = answer.page_token.is_none() || last.is_none();
                    place.after = last.or(place.after);
                    place.page = (place.page * 2).min(PAGE);
                    let listed = objects.into_iter().map(|meta| {
                        let key = meta.location.to_string();
                        let modified = WallTime::from_micros(meta.last_modified.timestamp_micros());
                        match validate_key(&key) {
                            Ok(()) => Listed::Object(ObjectSummary { key, bytes: meta.size, modified }),
                            Err(_) => Listed::Invalid(key),
                        }
                    });
                    return Ok(Some((listed.collect(), place)));
                }
                Err(Refused::Page(_)) if place.page > 1 => place.page /= 2,
                Err(Refused::Page(key)) => {
                    place.after = Some(key.clone());
                    return Ok(Some((vec![Listed::Invalid(key)], place)));
                }
                Err(Refused::All(error)) => return Err(error),
            }
        }
        Ok(None)
    }

    async fn page_after(&self, place: &Place) -> Result<PaginatedListResult, Refused> {
        let options = PaginatedListOptions {
            offset: place.after.clone(),
            max_keys: Some(place.page),
            ..PaginatedListOptions::default()
        };
        let bucket = &self.config().bucket;
        let asked = self.inner.store.list_paginated(place.prefix.as_deref(), options);
        match tokio::time::timeout(self.config().small_timeout(), asked).await {
            Err(_) => Err(Refused::All(fault::too_slow("list", bucket))),
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(object_store::Error::InvalidPath { source })) => Err(match source {
                PathError::EmptySegment { path }
                | PathError::BadSegment { path, .. }
                | PathError::NonUnicode { path, .. }
                | PathError::PrefixMismatch { path, .. } => Refused::Page(path),
                other => Refused::All(StorageError::InvalidKey(other.to_string())),
            }),
            Ok(Err(error)) => Err(Refused::All(fault::explain(bucket, "list", bucket, error))),
        }
    }
}

/// Why a page did not come.
enum Refused {
    /// One of its keys is no path; names it.
    Page(String),
    /// Nothing comes.
    All(StorageError),
}
