//! The API as a client sees it: requests against the router.

mod attacks;
mod audited;
mod auth;
mod authorization;
mod camera_changes;
mod cameras;
mod configs;
mod conventions;
mod deletions;
mod events;
mod examples;
mod headers;
mod idempotency;
mod junk;
mod lab;
mod listener;
mod lowered;
mod oidc;
mod openapi;
mod page;
mod people;
mod playback;
mod player;
mod probe;
mod proofs;
mod recording;
mod recordings;
mod replays;
mod sockets;
mod storage;
#[path = "../../../playback/tests/it/stores.rs"]
mod stores;
#[path = "../../../playback/tests/it/studio.rs"]
mod studio;
mod system;
