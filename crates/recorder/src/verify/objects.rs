//! Rows against the objects in the bucket, and the objects against the rows.

use futures::TryStreamExt;

use super::report::{Problem, Progress, Stage, VerifyReport};
use super::{PAGE, is_settled};
use crate::footage::{Footage, Result};
use crate::reconcile::KeySet;

/// Objects between two calls of the progress.
const STEP: u64 = 1_000;

pub(super) async fn check(
    footage: &Footage,
    report: &mut VerifyReport,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<()> {
    let Some(bucket) = &footage.remote else { return Ok(()) };
    let rows = remote_rows(footage).await?;
    let mut objects = KeySet::default();
    let mut listing = bucket.list(None);
    while let Some(object) = listing.try_next().await? {
        if !object.key.ends_with(".mp4") {
            continue;
        }
        report.objects += 1;
        match rows.get(&object.key) {
            Some(expected) if expected != object.bytes => {
                let found = object.bytes;
                report.add(Problem::ObjectSize { key: object.key.clone(), expected, found });
            }
            Some(_) => {}
            None => report.add(Problem::ObjectWithoutRow(object.key.clone())),
        }
        objects.push(&object.key, object.bytes);
        if report.objects.is_multiple_of(STEP) {
            progress(Progress { stage: Stage::Objects, done: report.objects, total: None });
        }
    }
    objects.seal();
    check_rows(footage, &objects, report).await
}

/// Rows that may have an object: with its size. A row whose upload is not noted yet may have one
/// too, so every finished row is in the set.
async fn remote_rows(footage: &Footage) -> Result<KeySet> {
    let mut rows = KeySet::default();
    let mut after = None;
    loop {
        let page = footage.catalog.segments_after(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        page.iter().for_each(|row| rows.push(&row.key, row.bytes));
        if page.len() < PAGE as usize {
            break;
        }
    }
    rows.seal();
    Ok(rows)
}

async fn check_rows(footage: &Footage, objects: &KeySet, report: &mut VerifyReport) -> Result<()> {
    let Some(bucket) = &footage.remote else { return Ok(()) };
    let mut after = None;
    loop {
        let page = footage.catalog.segments_after(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id);
        let full = page.len() == PAGE as usize;
        for row in page {
            let expected = row.location.remote && is_settled(row.state);
            // One that was stored after the listing is found by asking for it.
            if expected && objects.get(&row.key).is_none() && bucket.head(&row.key).await?.is_none() {
                report.add(Problem::MissingObject(row.key));
            }
        }
        if !full {
            return Ok(());
        }
    }
}
