//! All fuzz targets in one program: `NIGHTJAR_FUZZ_TARGET` says which one runs. One program is built and linked once;
//! `scripts/fuzz` builds it and gives each target its time and its corpus (`fuzz/corpus/<target>`).
#![no_main]

mod targets;

/// The server is a program and no library, so its configuration is compiled into this one, too.
#[path = "../../crates/server/src"]
#[allow(dead_code, unused_imports, reason = "only `load` is wanted of it")]
mod server {
    pub(crate) mod config;
}

use std::process::exit;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use targets::{TARGETS, Target};

static CHOSEN: OnceLock<Target> = OnceLock::new();

fuzz_target!(
    init: {
        CHOSEN.get_or_init(choose);
    },
    |data: &[u8]| CHOSEN.get_or_init(choose)(data)
);

fn choose() -> Target {
    let name = std::env::var("NIGHTJAR_FUZZ_TARGET").unwrap_or_default();
    match TARGETS.iter().find(|(known, _)| *known == name) {
        Some((_, target)) => *target,
        None => {
            TARGETS.iter().for_each(|(name, _)| println!("{name}"));
            exit(if name.is_empty() { 0 } else { 2 });
        }
    }
}
