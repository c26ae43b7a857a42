//! The table of results, printed row by row as they come.

use super::Outcome;

/// The rows so far.
#[derive(Debug, Default)]
pub(super) struct Table {
    failures: usize,
}

impl Table {
    /// Prints a row.
    pub(super) fn row(&mut self, kind: &str, name: &str, outcome: Outcome) {
        let (mark, text) = match outcome {
            Ok(text) => ("ok", text),
            Err(text) => {
                self.failures += 1;
                ("FAILED", text)
            }
        };
        println!("  {kind:<9} {name:<20} {mark:<7} {text}");
    }

    /// Whether no row failed; says so.
    pub(super) fn all_well(&self) -> bool {
        match self.failures {
            0 => println!("\nAll is well."),
            1 => println!("\nOne of these failed."),
            failures => println!("\n{failures} of these failed."),
        }
        self.failures == 0
    }
}
