//! Which segments this process is uploading right now.

use std::collections::HashSet;
use std::sync::Arc;

use nightjar_model::SegmentId;
use parking_lot::Mutex;

/// The uploads under way: of these segments the bucket may get the object at any moment. Cheap to
/// clone; clones share it.
#[derive(Debug, Clone, Default)]
pub struct Uploading(Arc<Mutex<HashSet<SegmentId>>>);

/// One of them, until it is dropped.
#[derive(Debug)]
pub(super) struct Claim {
    all: Uploading,
    id: SegmentId,
}

impl Uploading {
    pub(crate) fn contains(&self, id: SegmentId) -> bool {
        self.0.lock().contains(&id)
    }

    /// None if its upload is under way already.
    pub(super) fn claim(&self, id: SegmentId) -> Option<Claim> {
        self.0.lock().insert(id).then(|| Claim { all: self.clone(), id })
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.all.0.lock().remove(&self.id);
    }
}
