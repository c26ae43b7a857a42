//! The clients are another process, so that what they cost is not counted.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::Result;

/// Clients that have connected and are about to begin.
pub(crate) struct Crowd {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
}

impl Crowd {
    /// This program again, with other arguments; it has connected once this returns.
    pub(crate) async fn start(arguments: &[&str]) -> Result<Self> {
        let program = std::env::current_exe()?;
        let mut child = Command::new(program).args(arguments).stdout(Stdio::piped()).spawn()?;
        let mut said = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let (first, said) = tokio::task::spawn_blocking(move || (said.next(), said)).await?;
        let crowd = Self { child, said };
        match first {
            Some(Ok(_)) => Ok(crowd),
            _ => crowd.fail("the clients did not connect"),
        }
    }

    /// What they have to tell at the end.
    pub(crate) async fn told(mut self) -> Result<String> {
        let (last, said) = tokio::task::spawn_blocking(move || (self.said.next(), self.said)).await?;
        self.said = said;
        match last {
            Some(Ok(last)) => {
                self.child.wait()?;
                Ok(last)
            }
            _ => self.fail("the clients gave up"),
        }
    }

    fn fail<T>(mut self, reason: &str) -> Result<T> {
        let _ = self.child.kill();
        Err(reason.into())
    }
}
