//! Room for connections: so many in all, and for one client no more than a quarter of them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use nightjar_access::site_of;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places. Whoever comes from this machine or through a trusted proxy speaks for many, and may have
/// all of them.
pub(super) struct Places {
    all: Arc<Semaphore>,
    each: usize,
    trusted: Vec<IpAddr>,
    taken: Mutex<HashMap<IpAddr, usize>>,
}

/// One of them, until it is dropped.
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
    places: Arc<Places>,
    client: Option<IpAddr>,
}

impl Places {
    pub(super) fn new(connections: u32, trusted: Vec<IpAddr>) -> Arc<Self> {
        let connections = connections as usize;
        Arc::new(Self {
            all: Arc::new(Semaphore::new(connections)),
            each: (connections / 4).max(1),
            trusted,
            taken: Mutex::default(),
        })
    }

    /// Waits until there is a place for somebody; none when there never will be.
    pub(super) async fn free(&self) -> Option<OwnedSemaphorePermit> {
        self.all.clone().acquire_owned().await.ok()
    }

    /// Gives the place to a client; none if it has as many as it may.
    pub(super) fn take(self: &Arc<Self>, permit: OwnedSemaphorePermit, peer: IpAddr) -> Option<Place> {
        let speaks_for_many = peer.to_canonical().is_loopback() || self.trusted.contains(&peer);
        let client = (!speaks_for_many).then(|| site_of(peer));
        if let Some(client) = client {
            let mut taken = self.taken.lock();
            let count = taken.entry(client).or_default();
            if *count >= self.each {
                return None;
            }
            *count += 1;
        }
        Some(Place { _permit: permit, places: self.clone(), client })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(client) = self.client else { return };
        let mut taken = self.places.taken.lock();
        if let Some(count) = taken.get_mut(&client) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[tokio::test]
    async fn one_client_does_not_take_all() {
        let places = Places::new(8, vec![ip("192.0.2.80")]);
        let take = async |peer: &str| places.take(places.free().await.expect("open"), ip(peer));
        let first = take("198.51.100.1").await.expect("room");
        let _second = take("198.51.100.1").await.expect("room");
        assert!(take("198.51.100.1").await.is_none());
        assert!(take("198.51.100.2").await.is_some());
        drop(first);
        let _third = take("198.51.100.1").await.expect("room again");
        let _network = [take("2001:db8::1").await, take("2001:db8::2").await];
        assert!(take("2001:db8:0:9::3").await.is_none(), "a site of IPv6 is one client");
        let many = [take("192.0.2.80").await, take("192.0.2.80").await, take("127.0.0.1").await];
        assert!(many.iter().all(Option::is_some), "a proxy speaks for many");
        drop(many);
        assert_eq!(places.taken.lock().len(), 2, "who has none is forgotten");
    }
}
