//! What the server was not told while it did not answer: a value that should be gone would be
//! believed again, by all nodes, once it is back. What is owed is paid before anything is read.

use std::collections::HashSet;
use std::time::Duration;

use parking_lot::Mutex;
use redis::aio::MultiplexedConnection;
use redis::{Cmd, FromRedisValue};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::{Invalidation, keys};

use super::{Shared, link, scripts};

/// So many debts are remembered one by one; more are paid by dropping every value.
const MOST: usize = 10_000;
/// Keys that the server looks at in one step.
const STEP: usize = 1_000;

#[derive(Default)]
pub(super) struct Debts {
    owed: Mutex<HashSet<Invalidation>>,
    added: Notify,
}

impl Debts {
    pub(super) fn add(&self, news: Invalidation) {
        let mut owed = self.owed.lock();
        if owed.len() >= MOST {
            owed.clear();
            owed.insert(Invalidation::All);
        } else if !owed.contains(&Invalidation::All) {
            owed.insert(news);
        }
        self.added.notify_one();
    }

    /// Waits until something is owed that was not before.
    pub(super) async fn added(&self) {
        self.added.notified().await;
    }

    /// Takes all of them, to be paid.
    fn take(&self) -> HashSet<Invalidation> {
        std::mem::take(&mut *self.owed.lock())
    }
}

impl Shared {
    /// Pays all that is owed.
    pub(super) async fn settle(&self, connection: &mut MultiplexedConnection) -> Result<(), String> {
        let mut owed = self.debts.take().into_iter();
        while let Some(news) = owed.next() {
            if let Err(reason) = self.pay(connection, &news).await {
                [news].into_iter().chain(owed).for_each(|unpaid| self.debts.add(unpaid));
                return Err(reason);
            }
        }
        Ok(())
    }

    /// Removes what `news` is about, and tells all nodes.
    pub(super) async fn pay(
        &self,
        connection: &mut MultiplexedConnection,
        news: &Invalidation,
    ) -> Result<(), String> {
        let prefix = match news {
            Invalidation::Key(key) => {
                let mut command = scripts::script(scripts::REMOVE, &[self.name(key)]);
                command.arg(&self.channel).arg(self.signed(news));
                return self.step(connection, &command).await;
            }
            Invalidation::Prefix(prefix) => self.name(prefix),
            Invalidation::All => self.prefix.clone(),
        };
        self.sweep(connection, &prefix).await?;
        let mut command = redis::cmd("PUBLISH");
        command.arg(&self.channel).arg(self.signed(news));
        self.step(connection, &command).await
    }

    /// Removes all keys that begin so. Neither prefixes nor keys have characters in them that mean
    /// something in a pattern.
    async fn sweep(&self, connection: &mut MultiplexedConnection, prefix: &str) -> Result<(), String> {
        let mut cursor = 0u64;
        loop {
            let mut scan = redis::cmd("SCAN");
            scan.arg(cursor).arg("MATCH").arg(format!("{prefix}*")).arg("COUNT").arg(STEP);
            let (next, mut found): (u64, Vec<String>) = self.step(connection, &scan).await?;
            found.retain(|key| !self.is_only_counted(prefix, key));
            if !found.is_empty() {
                self.step::<()>(connection, redis::cmd("UNLINK").arg(found)).await?;
            }
            if next == 0 {
                return Ok(());
            }
            cursor = next;
        }
    }

    /// Whether it is a count that dropping all values must leave alone: else many values changed
    /// while the server was away would lift every limit.
    fn is_only_counted(&self, prefix: &str, key: &str) -> bool {
        let family = key.strip_prefix(&self.prefix).and_then(|key| key.split(':').next());
        prefix == self.prefix && family.is_some_and(|family| keys::COUNTED.contains(&family))
    }

    /// One command on a connection that may not be in use yet.
    pub(super) async fn step<T: FromRedisValue>(
        &self,
        connection: &mut MultiplexedConnection,
        command: &Cmd,
    ) -> Result<T, String> {
        // Nobody waits for it, and looking at a thousand keys takes its time.
        let within = self.timeout.max(Duration::from_millis(500));
        match timeout(within, command.query_async(connection)).await {
            Ok(answer) => answer.map_err(|error| link::describe(&error)),
            Err(_) => Err(format!("no answer within {} ms", within.as_millis())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_owed_has_a_bound() {
        let debts = Debts::default();
        for number in 0..=MOST + 10 {
            debts.add(Invalidation::Key(number.to_string()));
        }
        assert_eq!(debts.take(), HashSet::from([Invalidation::All]));
    }
}
