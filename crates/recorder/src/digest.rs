//! BLAKE3 of files.

use std::io;

use nightjar_storage::{BLOCK_BYTES, LocalFile};

/// Reads a file whole; one block in memory. Blocks.
pub(crate) fn of_file(file: &LocalFile) -> io::Result<[u8; 32]> {
    let mut hasher = blake3::Hasher::new();
    let mut block = vec![0; BLOCK_BYTES as usize];
    let mut offset = 0;
    loop {
        match file.read_at(offset, &mut block)? {
            0 => return Ok(*hasher.finalize().as_bytes()),
            read => {
                hasher.update(&block[..read]);
                offset += read as u64;
            }
        }
    }
}
