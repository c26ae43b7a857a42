//! Encryption of a whole backup under a passphrase.
//!
//! `NIGHTJAR-SEALED-BACKUP-1` and a line break, a salt of 16 bytes, the beginning of a nonce of 19 bytes; then
//! blocks of 64 KiB, the last one shorter, each with the tag of XChaCha20-Poly1305 behind it. The key is
//! Argon2id (64 MiB, 3 rounds) of the passphrase. The nonce of a block is its beginning, the block's number
//! (32 bits, high byte first) and a byte that is 1 for the last one: blocks can be neither reordered nor left
//! out nor cut off (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015). Everything before the
//! first block is authenticated with each of them.

use std::io::{self, BufRead, Read, Write};

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use nightjar_model::Secret;
use rand::RngCore;

use crate::BackupError;

/// What a sealed backup begins with.
pub(crate) const MAGIC: &[u8] = b"NIGHTJAR-SEALED-BACKUP-1\n";
const SALT: usize = 16;
const PREFIX: usize = 19;
const HEAD: usize = MAGIC.len() + SALT + PREFIX;
const BLOCK: usize = 64 * 1024;
const TAG: usize = 16;
const MEMORY_KIB: u32 = 64 * 1024;
const ROUNDS: u32 = 3;

struct Sealing {
    cipher: XChaCha20Poly1305,
    head: [u8; HEAD],
    number: u32,
}

impl Sealing {
    fn new(passphrase: &Secret, head: [u8; HEAD]) -> io::Result<Self> {
        let mut key = [0; 32];
        let params = Params::new(MEMORY_KIB, ROUNDS, 1, Some(key.len())).map_err(no_key)?;
        let salt = &head[MAGIC.len()..MAGIC.len() + SALT];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.expose().as_bytes(), salt, &mut key)
            .map_err(no_key)?;
        Ok(Self { cipher: XChaCha20Poly1305::new(&Key::from(key)), head, number: 0 })
    }

    fn nonce(&mut self, is_last: bool) -> io::Result<XNonce> {
        let mut nonce = [0; PREFIX + 5];
        nonce[..PREFIX].copy_from_slice(&self.head[MAGIC.len() + SALT..]);
        nonce[PREFIX..PREFIX + 4].copy_from_slice(&self.number.to_be_bytes());
        nonce[PREFIX + 4] = u8::from(is_last);
        let next = self.number.checked_add(1);
        self.number = next.ok_or_else(|| io::Error::other("the backup is too large to be encrypted"))?;
        Ok(XNonce::from(nonce))
    }
}

fn no_key(error: argon2::Error) -> io::Error {
    io::Error::other(format!("can't make a key of the passphrase: {error}"))
}

/// Encrypts what is written into it.
pub(crate) struct SealWriter<W> {
    inner: W,
    sealing: Sealing,
    block: Vec<u8>,
}

impl<W: Write> SealWriter<W> {
    pub(crate) fn new(mut inner: W, passphrase: &Secret) -> io::Result<Self> {
        let mut head = [0; HEAD];
        head[..MAGIC.len()].copy_from_slice(MAGIC);
        rand::rng().fill_bytes(&mut head[MAGIC.len()..]);
        let sealing = Sealing::new(passphrase, head)?;
        inner.write_all(&head)?;
        Ok(Self { inner, sealing, block: Vec::with_capacity(BLOCK) })
    }

    /// Writes the last block.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.seal(true)?;
        Ok(self.inner)
    }

    fn seal(&mut self, is_last: bool) -> io::Result<()> {
        let nonce = self.sealing.nonce(is_last)?;
        let payload = Payload { msg: &self.block, aad: &self.sealing.head };
        let sealed =
            self.sealing.cipher.encrypt(&nonce, payload).map_err(|_| io::Error::other("can't encrypt"))?;
        self.block.clear();
        self.inner.write_all(&sealed)
    }
}

impl<W: Write> Write for SealWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full block is only written when more comes: else it is the last one.
        if self.block.len() == BLOCK && !bytes.is_empty() {
            self.seal(false)?;
        }
        let taken = bytes.len().min(BLOCK - self.block.len());
        self.block.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        // A block that is not full can only be the last one.
        Ok(())
    }
}

/// Decrypts what is read from it. Errors carry a [`BackupError`].
pub(crate) struct SealReader<R> {
    inner: R,
    sealing: Sealing,
    block: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: BufRead> SealReader<R> {
    /// Reads the head, [`MAGIC`] included.
    pub(crate) fn new(mut inner: R, passphrase: &Secret) -> io::Result<Self> {
        let mut head = [0; HEAD];
        inner.read_exact(&mut head)?;
        Ok(Self { inner, sealing: Sealing::new(passphrase, head)?, block: Vec::new(), at: 0, ended: false })
    }

    fn open_next(&mut self) -> io::Result<()> {
        let mut sealed = Vec::with_capacity(BLOCK + TAG);
        (&mut self.inner).take((BLOCK + TAG) as u64).read_to_end(&mut sealed)?;
        let is_last = self.inner.fill_buf()?.is_empty();
        let is_first = self.sealing.number == 0;
        let nonce = self.sealing.nonce(is_last)?;
        let payload = Payload { msg: &sealed, aad: &self.sealing.head };
        let opened = self.sealing.cipher.decrypt(&nonce, payload);
        self.block = opened.map_err(|_| {
            io::Error::other(match (is_first, is_last) {
                (true, _) => BackupError::WrongPassphrase,
                // A block that is the last one only because what came behind it is gone.
                (false, true) => BackupError::CutOff,
                (false, false) => BackupError::Damaged("a block of it does not open".to_owned()),
            })
        })?;
        self.at = 0;
        self.ended = is_last;
        Ok(())
    }
}

impl<R: BufRead> Read for SealReader<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.at == self.block.len() {
            if self.ended {
                return Ok(0);
            }
            self.open_next()?;
        }
        let taken = buf.len().min(self.block.len() - self.at);
        buf[..taken].copy_from_slice(&self.block[self.at..self.at + taken]);
        self.at += taken;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(content: &[u8]) -> Vec<u8> {
        let mut writer = SealWriter::new(Vec::new(), &Secret::new("horse")).expect("is made");
        writer.write_all(content).expect("is written");
        writer.finish().expect("is finished")
    }

    fn open(sealed: &[u8], passphrase: &str) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        SealReader::new(sealed, &Secret::new(passphrase))?.read_to_end(&mut content)?;
        Ok(content)
    }

    #[test]
    fn what_was_sealed_opens_with_its_passphrase_only() {
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK] {
            let content: Vec<u8> = (0..length).map(|number| (number % 251) as u8).collect();
            let sealed = sealed(&content);
            assert_eq!(open(&sealed, "horse").expect("opens"), content, "{length}");
            assert!(open(&sealed, "house").is_err(), "{length}");
        }
    }

    #[test]
    fn a_block_that_is_changed_moved_or_missing_is_noticed() {
        let content: Vec<u8> = (0..3 * BLOCK).map(|number| (number / BLOCK) as u8).collect();
        let whole = sealed(&content);
        let block = |number: usize| HEAD + number * (BLOCK + TAG)..HEAD + (number + 1) * (BLOCK + TAG);
        let mut cases = vec![whole[..block(2).start].to_vec(), whole[..whole.len() - 1].to_vec()];
        cases.push([&whole[..], &[0]].concat());
        cases.push([&whole[..HEAD], &whole[block(1)], &whole[block(0)], &whole[block(2)]].concat());
        for at in [0, MAGIC.len(), HEAD - 1, HEAD, block(1).start, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            cases.push(changed);
        }
        for (number, case) in cases.iter().enumerate() {
            assert!(open(case, "horse").is_err(), "case {number}");
        }
    }
}
