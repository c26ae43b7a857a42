//! Going through everything: rows against files, files against rows.

use nightjar_media::WallTime;
use nightjar_model::{Segment, SegmentState};
use nightjar_storage::{LocalEntry, LocalTier, TEMPORARY_SUFFIX};

use super::adopt::{Adoption, adopt, row_of};
use super::dangling::settle_dangling;
use super::digests::complete;
use super::recover::pass_by;
use super::{KeySet, ReconcileConfig, ReconcileReport};
use crate::footage::{Footage, Result};

/// Rows that are read in one go.
const PAGE: u32 = 5_000;
/// Files that one sweep deals with; the rest comes with the next one.
const MAX_FINDINGS: usize = 10_000;

/// What is kept of a row in the set: whether its file should be here, is a leftover, or is none
/// of our business.
const EXPECTED: u64 = 0;
const ELSEWHERE: u64 = 1;
const LEFT_ALONE: u64 = 2;

/// Goes through all rows and all files once. Safe while the recorder runs: files that are young
/// or being written are left alone.
pub async fn sweep(footage: &Footage, config: &ReconcileConfig) -> Result<ReconcileReport> {
    let mut report = ReconcileReport::default();
    let rows = collect_rows(footage, config, &mut report).await?;
    let (files, findings) = look_at_files(footage, config, rows).await?;
    deal_with(footage, findings, &mut report).await?;
    check_rows(footage, &files, &mut report).await?;
    Ok(report)
}

/// The keys of all rows; on the way, what is incomplete is completed.
async fn collect_rows(
    footage: &Footage,
    config: &ReconcileConfig,
    report: &mut ReconcileReport,
) -> Result<KeySet> {
    let mut rows = KeySet::default();
    let mut after = None;
    loop {
        let page = footage.catalog.segments_after(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        let full = page.len() == PAGE as usize;
        for row in page {
            rows.push(&row.key, class_of(footage, &row));
            if row.state == SegmentState::Finished && footage.is_here(&row) {
                complete(footage, config, row, report).await?;
            }
        }
        if !full {
            break;
        }
    }
    rows.seal();
    Ok(rows)
}

fn class_of(footage: &Footage, row: &Segment) -> u64 {
    match row.state {
        SegmentState::Open | SegmentState::Deleting => LEFT_ALONE,
        SegmentState::Finished if footage.is_here(row) => EXPECTED,
        SegmentState::Finished if row.location.remote => ELSEWHERE,
        SegmentState::Finished => LEFT_ALONE,
    }
}

/// Files that need something done.
#[derive(Debug, Default)]
struct Findings {
    orphans: Vec<String>,
    leftovers: Vec<String>,
}

/// All files that belong to a row, with their sizes, and those that do not.
async fn look_at_files(
    footage: &Footage,
    config: &ReconcileConfig,
    rows: KeySet,
) -> Result<(KeySet, Findings)> {
    let settled: WallTime = footage.now() - config.settle;
    let look = move |local: &LocalTier| {
        let (mut files, mut findings) = (KeySet::default(), Findings::default());
        let mut visit = |entry: LocalEntry| {
            let old = entry.modified <= settled;
            if entry.key.ends_with(TEMPORARY_SUFFIX) {
                if old {
                    findings.leftovers.push(entry.key);
                }
                return true;
            }
            match rows.get(&entry.key) {
                Some(EXPECTED) => files.push(&entry.key, entry.bytes),
                Some(ELSEWHERE) if old => findings.leftovers.push(entry.key),
                None if old && entry.key.ends_with(".mp4") => findings.orphans.push(entry.key),
                _ => {}
            }
            findings.orphans.len() + findings.leftovers.len() < MAX_FINDINGS
        };
        local.walk_readable(&mut visit, &mut pass_by)?;
        files.seal();
        Ok((files, findings))
    };
    footage.on_disk(look).await
}

async fn deal_with(footage: &Footage, findings: Findings, report: &mut ReconcileReport) -> Result<()> {
    for key in findings.orphans {
        adopt_orphan(footage, &key, report).await;
    }
    for key in findings.leftovers {
        match is_leftover(footage, &key).await {
            Ok(true) => {
                tracing::info!(key, "removed a leftover");
                footage.on_disk(move |local| Ok(local.delete(&key)?)).await?;
                report.leftovers += 1;
            }
            // It has the name of a segment in the bucket, and is not that one.
            Ok(false) => adopt_orphan(footage, &key, report).await,
            Err(error) => {
                report.failed += 1;
                tracing::warn!(key, %error, "a file that looks like a leftover can't be read now");
            }
        }
    }
    Ok(())
}

async fn adopt_orphan(footage: &Footage, key: &str, report: &mut ReconcileReport) {
    match adopt(footage, key).await {
        Ok(Adoption::Known) => {}
        Ok(Adoption::Adopted) => report.adopted += 1,
        Ok(Adoption::Worthless) => report.leftovers += 1,
        Ok(Adoption::Unknown) => report.unknown_files += 1,
        Err(error) => {
            report.failed += 1;
            tracing::warn!(key, %error, "a file without a row can't be adopted now");
        }
    }
}

/// Looks again before a file is deleted: rows may share a key, since the clock was set back, and the
/// file itself knows which of them it is of.
async fn is_leftover(footage: &Footage, key: &str) -> Result<bool> {
    if key.ends_with(TEMPORARY_SUFFIX) {
        return Ok(true);
    }
    let row = row_of(footage, key).await?;
    Ok(row.is_some_and(|row| row.key == key && class_of(footage, &row) == ELSEWHERE))
}

/// Rows whose file was not seen, or has another size.
async fn check_rows(footage: &Footage, files: &KeySet, report: &mut ReconcileReport) -> Result<()> {
    let mut after = None;
    loop {
        let page = footage.catalog.segments_after(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id);
        let full = page.len() == PAGE as usize;
        for row in page {
            let checked = row.state == SegmentState::Finished && footage.is_here(&row);
            if checked && files.get(&row.key) != Some(row.bytes) {
                match settle_dangling(footage, &row, report).await {
                    Err(error) if error.concerns_all() => return Err(error),
                    Err(error) => {
                        report.failed += 1;
                        tracing::warn!(key = row.key, %error, "the file of a segment can't be checked now");
                    }
                    Ok(()) => {}
                }
            }
        }
        if !full {
            return Ok(());
        }
    }
}
