//! Indexes of finished segments. They never change, so they are kept, up to a bound.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use nightjar_catalog::Catalog;
use nightjar_model::{SegmentId, SegmentIndex};
use parking_lot::Mutex;

use crate::Result;

/// Entries of all indexes that are kept: 8 bytes each. A day of one camera has about 17,000.
const MAX_ENTRIES: usize = 4_000_000;

/// The cache; the oldest leave first.
#[derive(Debug, Default)]
pub(crate) struct IndexCache {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    indexes: HashMap<SegmentId, Arc<SegmentIndex>>,
    order: VecDeque<SegmentId>,
    entries: usize,
}

impl IndexCache {
    /// The indexes of those of these segments that have one.
    pub(crate) async fn load(
        &self,
        catalog: &Catalog,
        ids: &[SegmentId],
    ) -> Result<HashMap<SegmentId, Arc<SegmentIndex>>> {
        let mut found = self.known(ids);
        let missing: Vec<SegmentId> = ids.iter().copied().filter(|id| !found.contains_key(id)).collect();
        if !missing.is_empty() {
            for (id, index) in catalog.indexes(&missing).await? {
                let index = Arc::new(index);
                self.keep(id, Arc::clone(&index));
                found.insert(id, index);
            }
        }
        Ok(found)
    }

    fn known(&self, ids: &[SegmentId]) -> HashMap<SegmentId, Arc<SegmentIndex>> {
        let inner = self.inner.lock();
        ids.iter().filter_map(|id| Some((*id, Arc::clone(inner.indexes.get(id)?)))).collect()
    }

    fn keep(&self, id: SegmentId, index: Arc<SegmentIndex>) {
        let mut inner = self.inner.lock();
        let added = index.entries.len();
        if inner.indexes.insert(id, index).is_some() {
            return;
        }
        inner.order.push_back(id);
        inner.entries += added;
        while inner.entries > MAX_ENTRIES {
            let Some(oldest) = inner.order.pop_front() else { break };
            let gone = inner.indexes.remove(&oldest).map_or(0, |index| index.entries.len());
            inner.entries -= gone;
        }
    }
}
