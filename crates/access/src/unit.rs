//! Changes of accounts in one transaction with whatever else belongs to them: above all their entry
//! in the audit trail.

use std::sync::Arc;

use nightjar_cache::{Invalidation, Key};
use nightjar_catalog::{Catalog, CatalogError};
use nightjar_model::WallTime;
use parking_lot::Mutex;

use crate::news::Change;
use crate::published::Granted;
use crate::{Access, Result};

/// The unit of work that a handle is bound to.
#[derive(Clone)]
pub(crate) struct Unit {
    pub(crate) catalog: Catalog,
    /// What has changed, to be told after the commit: whoever heard of it earlier would read the old
    /// state and remember it.
    pub(crate) news: Arc<Mutex<Vec<News>>>,
}

/// What is told after the commit, in the order in which it happened.
pub(crate) enum News {
    /// What is remembered under this key has changed.
    Changed(Key),
    /// A sign-in has a new access token.
    Granted(Box<Granted>),
}

impl Access {
    /// Runs several operations in one transaction: all of what they write is kept, or nothing. `work`
    /// gets a handle that is bound to the transaction and may run several times, as
    /// [`Catalog::atomically`] says. Others hear of the changes after the commit.
    pub async fn atomically<T, E, F>(&self, work: impl Fn(Self) -> F) -> Result<T, E>
    where
        E: From<CatalogError>,
        F: Future<Output = Result<T, E>>,
    {
        if self.unit.is_some() {
            return work(self.clone()).await;
        }
        let news = Arc::new(Mutex::new(Vec::new()));
        let within = |catalog| {
            news.lock().clear();
            Self { inner: self.inner.clone(), unit: Some(Unit { catalog, news: news.clone() }) }
        };
        let value = self.inner.catalog.atomically(|catalog| work(within(catalog))).await?;
        let news = std::mem::take(&mut *news.lock());
        for one in news {
            match one {
                News::Changed(key) => self.tell(&key).await,
                News::Granted(granted) => self.publish(&granted).await,
            }
        }
        Ok(value)
    }

    /// The catalog; within a unit of work, bound to it.
    pub fn catalog(&self) -> &Catalog {
        self.unit.as_ref().map_or(&self.inner.catalog, |unit| &unit.catalog)
    }

    /// Tells everybody that what is remembered under this key has changed.
    pub(crate) async fn forget(&self, key: Key) {
        match &self.unit {
            Some(unit) => unit.news.lock().push(News::Changed(key)),
            None => self.tell(&key).await,
        }
    }

    async fn tell(&self, key: &Key) {
        match Change::of(&Invalidation::from(key)) {
            Some(Change::Session(id)) => self.withdraw_session(id).await,
            Some(Change::User(id)) => self.withdraw_user(id).await,
            _ => self.inner.cache.invalidate(key).await,
        }
    }

    /// Makes sure that there is a key to sign access tokens with. A new key is written outside of the
    /// unit of work, because it stays in memory when the unit is rolled back: so before the unit's
    /// first write, which on SQLite locks all others out.
    pub(crate) async fn prepare_signer(&self, now: WallTime) -> Result<()> {
        self.inner.keys.signer(&self.inner.catalog, now).await.map(drop)
    }
}
