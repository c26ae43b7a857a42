//! Every byte: checksums, and whether a file's own fragments give the tables at its end.

use nightjar_format::{ReadAt, recover};
use nightjar_model::Segment;
use nightjar_storage::LocalFile;

use super::report::{Problem, Progress, Stage, VerifyReport};
use super::{PAGE, is_settled};
use crate::digest::of_file;
use crate::footage::{Footage, FootageError, Readable, Result};

pub(super) async fn check(
    footage: &Footage,
    report: &mut VerifyReport,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<()> {
    let (mut after, mut done) = (None, 0);
    loop {
        let page = footage.catalog.segments_after(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id);
        let full = page.len() == PAGE as usize;
        for row in page.into_iter().filter(|row| is_settled(row.state)) {
            check_segment(footage, row, report).await?;
            done += 1;
            progress(Progress { stage: Stage::Content, done, total: Some(report.segments) });
        }
        if !full {
            return Ok(());
        }
    }
}

async fn check_segment(footage: &Footage, row: Segment, report: &mut VerifyReport) -> Result<()> {
    let Some(expected) = row.blake3 else {
        report.add(Problem::NoChecksum(row.key));
        return Ok(());
    };
    if footage.is_here(&row) {
        check_file(footage, row.clone(), expected, report).await?;
    }
    let Some(bucket) = footage.remote.as_ref().filter(|_| row.location.remote) else { return Ok(()) };
    match bucket.digest(&row.key, row.bytes).await {
        Ok(digest) if digest == expected => report.bytes_read += row.bytes,
        Ok(_) => report.add(Problem::Checksum { key: row.key, remote: true }),
        // Reported already, as a missing object.
        Err(error) if error.is_not_found() => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

async fn check_file(
    footage: &Footage,
    row: Segment,
    expected: [u8; 32],
    report: &mut VerifyReport,
) -> Result<()> {
    let (key, bytes) = (row.key.clone(), row.bytes);
    let found = footage.on_disk(move |local| {
        let file = match local.open_file(&row.key) {
            Ok(file) => file,
            // Reported already, as a missing file.
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let digest =
            of_file(&file).map_err(|source| FootageError::Unreadable { key: row.key.clone(), source })?;
        Ok(Some((digest, damage(file, &row))))
    });
    let Some((digest, damage)) = found.await? else { return Ok(()) };
    report.bytes_read += bytes;
    if digest != expected {
        report.add(Problem::Checksum { key: key.clone(), remote: false });
    }
    if let Some(reason) = damage {
        report.add(Problem::Damaged { key, reason });
    }
    Ok(())
}

/// What is wrong with a finished file, compared with its own fragments and with its row.
fn damage(file: LocalFile, row: &Segment) -> Option<String> {
    let file = Readable(file);
    let read = match recover(&file) {
        Ok(read) => read,
        Err(error) => return Some(error.to_string()),
    };
    if !read.already_finished {
        return Some("the file is not finished, though its row says so".to_owned());
    }
    let end = read.builder.finish();
    let mut tail = vec![0; end.tail.len()];
    let same = file.read_at(read.valid_len, &mut tail).is_ok_and(|len| len == tail.len() && tail == end.tail);
    if !same {
        return Some("its sample tables do not agree with its fragments".to_owned());
    }
    let differs = [
        ("id", read.meta.segment_id != *row.id.0.as_bytes()),
        ("number of frames", end.summary.frames != row.frames),
        ("duration", end.summary.media_duration != row.media_duration),
        ("init section", end.summary.init_hash != row.init_hash),
        ("decode time", end.summary.media_start != row.media_start),
    ];
    let names: Vec<&str> = differs.iter().filter(|(_, differs)| *differs).map(|(name, _)| *name).collect();
    (!names.is_empty()).then(|| format!("its row has another {}", names.join(" and another ")))
}
