//! What a check found, for programs and for people.

use std::fmt::{self, Write};

use nightjar_catalog::verify::{TilingFault, TilingFaultKind};
use nightjar_catalog::{LedgerItem, LedgerRow};
use nightjar_model::{StreamName, to_rfc3339};
use serde::{Serialize, Serializer};

/// Problems that are kept; of the others only the number is.
const MAX_KEPT: usize = 1_000;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct VerifyReport {
    /// Cameras whose ledger was checked.
    pub cameras: u64,
    /// Rows of segments.
    pub segments: u64,
    /// Rows of gaps.
    pub gaps: u64,
    /// Footage files on this node's disk.
    pub files: u64,
    /// Objects in the bucket.
    pub objects: u64,
    /// Bytes that were read and compared.
    pub bytes_read: u64,
    /// The first problems, each as a sentence.
    #[serde(serialize_with = "as_text")]
    pub problems: Vec<Problem>,
    /// How many there are in all.
    pub problem_count: u64,
}

/// Something that is not as promised.
#[derive(Debug, Clone, PartialEq)]
pub enum Problem {
    /// A camera's ledger says nothing of a time, or says two things.
    Tiling {
        /// The camera's readable key.
        camera: String,
        /// The stream.
        stream: StreamName,
        /// Where.
        fault: Box<TilingFault>,
    },
    /// A row whose file is not on the disk.
    MissingFile(String),
    /// A file without a row.
    FileWithoutRow(String),
    /// A file of another size than its row says.
    FileSize {
        /// Key of the segment.
        key: String,
        /// What its row says.
        expected: u64,
        /// What it has.
        found: u64,
    },
    /// A row whose object is not in the bucket.
    MissingObject(String),
    /// An object without a row.
    ObjectWithoutRow(String),
    /// An object of another size than its row says.
    ObjectSize {
        /// Key of the segment.
        key: String,
        /// What its row says.
        expected: u64,
        /// What it has.
        found: u64,
    },
    /// A finished segment whose bytes are nowhere, as its own row says.
    Nowhere(String),
    /// A finished segment without a checksum.
    NoChecksum(String),
    /// Bytes that are not those that were recorded.
    Checksum {
        /// Key of the segment.
        key: String,
        /// Whether it is the object or the file.
        remote: bool,
    },
    /// A file that can't be read as the segment that its row describes.
    Damaged {
        /// Key of the segment.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// How far a check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being looked at.
    pub stage: Stage,
    /// How many of them are done.
    pub done: u64,
    /// How many there are, where that is known.
    pub total: Option<u64>,
}

/// What is being looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Cameras' ledgers.
    Ledger,
    /// Files on the disk.
    Files,
    /// Objects in the bucket.
    Objects,
    /// Content of segments.
    Content,
}

fn as_text<S: Serializer>(problems: &[Problem], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(problems.iter().map(ToString::to_string))
}

impl VerifyReport {
    /// Whether everything is as promised.
    pub fn is_clean(&self) -> bool {
        self.problem_count == 0
    }

    pub(crate) fn add(&mut self, problem: Problem) {
        self.problem_count += 1;
        if self.problems.len() < MAX_KEPT {
            self.problems.push(problem);
        }
    }

    /// For a terminal: the problems one a line, then the sums.
    pub fn render(&self) -> String {
        let mut text = String::new();
        for problem in &self.problems {
            let _ = writeln!(text, "{problem}");
        }
        let left_out = self.problem_count - self.problems.len() as u64;
        if left_out > 0 {
            let _ = writeln!(text, "… and {left_out} more");
        }
        let _ = write!(
            text,
            "{} cameras, {} segments, {} gaps, {} files, {} objects",
            self.cameras, self.segments, self.gaps, self.files, self.objects
        );
        if self.bytes_read > 0 {
            let _ = write!(text, ", {:.1} MB read", self.bytes_read as f64 / 1e6);
        }
        match self.problem_count {
            0 => text.push_str(": all is as it should be\n"),
            1 => text.push_str(": 1 problem\n"),
            count => {
                let _ = writeln!(text, ": {count} problems");
            }
        }
        text
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tiling { camera, stream, fault } => write!(f, "{camera}/{stream}: {}", fault_text(fault)),
            Self::MissingFile(key) => write!(f, "{key}: the file is missing"),
            Self::FileWithoutRow(key) => write!(f, "{key}: a file that the catalog does not know"),
            Self::FileSize { key, expected, found } => {
                write!(f, "{key}: the file has {found} bytes instead of {expected}")
            }
            Self::MissingObject(key) => write!(f, "{key}: the object is missing in the bucket"),
            Self::ObjectWithoutRow(key) => write!(f, "{key}: an object that the catalog does not know"),
            Self::ObjectSize { key, expected, found } => {
                write!(f, "{key}: the object has {found} bytes instead of {expected}")
            }
            Self::Nowhere(key) => write!(f, "{key}: its bytes are neither on a disk nor in the bucket"),
            Self::NoChecksum(key) => write!(f, "{key}: it has no checksum yet"),
            Self::Checksum { key, remote } => {
                let what = if *remote { "object" } else { "file" };
                write!(f, "{key}: the {what} is not what was recorded (BLAKE3 differs)")
            }
            Self::Damaged { key, reason } => write!(f, "{key}: {reason}"),
        }
    }
}

fn fault_text(fault: &TilingFault) -> String {
    let what = match fault.kind {
        TilingFaultKind::Hole => "nothing is known about",
        TilingFaultKind::Overlap => "two entries claim",
        TilingFaultKind::Reversed => "an entry ends before it starts:",
    };
    let millis = fault.end.micros_since(fault.start) / 1000;
    let side = |row: &Option<LedgerRow>| row.as_ref().map_or("nothing".to_owned(), row_text);
    format!(
        "{what} {} to {} ({millis} ms), between {} and {}",
        to_rfc3339(fault.start),
        to_rfc3339(fault.end),
        side(&fault.rows.0),
        side(&fault.rows.1)
    )
}

fn row_text(row: &LedgerRow) -> String {
    match row.item {
        LedgerItem::Segment { id, .. } => format!("segment {id}"),
        LedgerItem::Gap { id, cause } => format!("gap {id} ({cause})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_each_problem_and_then_the_sums() {
        let mut report = VerifyReport { cameras: 1, segments: 2, ..VerifyReport::default() };
        assert!(report.render().ends_with("0 objects: all is as it should be\n"));
        report.add(Problem::MissingFile("cam/a.mp4".to_owned()));
        let text = report.render();
        assert!(text.starts_with("cam/a.mp4: the file is missing\n"), "{text}");
        assert!(text.ends_with(": 1 problem\n"), "{text}");
    }

    #[test]
    fn endless_problems_take_bounded_memory() {
        let mut report = VerifyReport::default();
        (0..5_000).for_each(|n| report.add(Problem::MissingFile(n.to_string())));
        assert_eq!(report.problems.len(), MAX_KEPT);
        assert!(report.render().contains("… and 4000 more"));
    }
}
