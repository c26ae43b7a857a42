//! Rows against the files on this node's disk, and the files against the rows.

use std::time::Duration;

use nightjar_model::{Segment, SegmentState};

use super::report::{Problem, Progress, Stage, VerifyReport};
use super::{COMMIT_LAG, PAGE, is_settled};
use crate::footage::{Footage, Result};
use crate::reconcile::KeySet;

pub(super) async fn check(
    footage: &Footage,
    report: &mut VerifyReport,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<()> {
    let files = list_files(footage).await?;
    report.files = files.len() as u64;
    let mut rows = KeySet::default();
    let mut after = None;
    loop {
        let page = footage.catalog.segments_after(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        let full = page.len() == PAGE as usize;
        for row in page {
            rows.push(&row.key, 0);
            report.segments += 1;
            check_row(footage, &row, &files, report).await?;
        }
        progress(Progress { stage: Stage::Files, done: report.segments, total: None });
        if !full {
            break;
        }
    }
    rows.seal();
    check_files(footage, rows, report).await
}

async fn check_row(
    footage: &Footage,
    row: &Segment,
    files: &KeySet,
    report: &mut VerifyReport,
) -> Result<()> {
    if is_settled(row.state) && !row.location.local && !row.location.remote {
        report.add(Problem::Nowhere(row.key.clone()));
    }
    if !footage.is_here(row) || !is_settled(row.state) || files.get(&row.key) == Some(row.bytes) {
        return Ok(());
    }
    // The files were listed before: look at this one now, at what its row says now.
    let Some(row) = footage.catalog.segment(row.org_id, row.id).await? else { return Ok(()) };
    if !footage.is_here(&row) || !is_settled(row.state) {
        return Ok(());
    }
    let key = row.key.clone();
    match footage.on_disk(move |local| Ok(local.size(&key)?)).await? {
        None => report.add(Problem::MissingFile(row.key)),
        Some(found) if found != row.bytes => {
            report.add(Problem::FileSize { key: row.key, expected: row.bytes, found });
        }
        Some(_) => {}
    }
    Ok(())
}

async fn list_files(footage: &Footage) -> Result<KeySet> {
    let list = |local: &nightjar_storage::LocalTier| {
        let mut files = KeySet::default();
        local.walk(&mut |entry| {
            if entry.key.ends_with(".mp4") {
                files.push(&entry.key, entry.bytes);
            }
            true
        })?;
        files.seal();
        Ok(files)
    };
    footage.on_disk(list).await
}

async fn check_files(footage: &Footage, rows: KeySet, report: &mut VerifyReport) -> Result<()> {
    let unknown = footage.on_disk(move |local| {
        let mut unknown = Vec::new();
        local.walk(&mut |entry| {
            if entry.key.ends_with(".mp4") && rows.get(&entry.key).is_none() {
                unknown.push(entry.key);
            }
            true
        })?;
        Ok(unknown)
    });
    // A segment that was begun or deleted since the rows were read is in order, and so is one
    // whose row is on its way.
    let mut unknown = unknown.await?;
    for patience in [Duration::ZERO, COMMIT_LAG] {
        if unknown.is_empty() {
            break;
        }
        tokio::time::sleep(patience).await;
        for key in std::mem::take(&mut unknown) {
            if !is_new_or_gone(footage, &key).await? {
                unknown.push(key);
            }
        }
    }
    unknown.into_iter().for_each(|key| report.add(Problem::FileWithoutRow(key)));
    Ok(())
}

/// Whether the file went away meanwhile, or has a row by now.
async fn is_new_or_gone(footage: &Footage, key: &str) -> Result<bool> {
    let owned = key.to_owned();
    let head = footage.on_disk(move |local| match local.open_file(&owned) {
        Ok(file) => {
            let file = crate::footage::Readable(file);
            Ok(Some(
                nightjar_format::scan::FragmentScanner::open(&file).ok().map(|head| head.meta().segment_id),
            ))
        }
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error.into()),
    });
    let id = match head.await? {
        None => return Ok(true),
        Some(None) => return Ok(false),
        Some(Some(id)) => nightjar_model::SegmentId(uuid::Uuid::from_bytes(id)),
    };
    let row = footage.catalog.segment_by_id(id).await?;
    Ok(row.is_some_and(|row| row.key == key && row.state != SegmentState::Deleting))
}
