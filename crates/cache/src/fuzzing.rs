//! Entry points of the fuzz targets (`fuzz/`): what other nodes tell over Redis. Compiled with `--cfg fuzzing` only.

use crate::{Invalidation, Key};

/// A message of the invalidation channel.
pub fn invalidation(text: &str) {
    let read = Invalidation::decode(text);
    assert_eq!(Invalidation::decode(&read.encode()), read);
    let _ = read.covers(&Key::new("camera", &[text]));
}
