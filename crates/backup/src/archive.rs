//! The file as a sequence of named entries.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use nightjar_model::Secret;

use crate::format::{Digest, MOST_BYTES};
use crate::seal::{self, SealReader, SealWriter};
use crate::{BackupError, Result};

/// How the name of a file ends that is not complete yet.
const UNFINISHED: &str = ".nightjar-tmp";
/// What gzip begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

enum Sink {
    Plain(BufWriter<File>),
    Sealed(Box<SealWriter<BufWriter<File>>>),
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(sink) => sink.write(bytes),
            Self::Sealed(sink) => sink.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(sink) => sink.flush(),
            Self::Sealed(sink) => sink.flush(),
        }
    }
}

/// An archive that is being written. Dropped before it is finished, it leaves nothing.
pub(crate) struct Writer {
    builder: tar::Builder<GzEncoder<Sink>>,
    unfinished: Unfinished,
    target: PathBuf,
    digest: Digest,
    /// Seconds since the epoch, for whoever unpacks it.
    modified: u64,
}

/// Removes the name of an unfinished file.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        // It may have been renamed; and if this fails, the name says what it is.
        let _ = fs::remove_file(&self.0);
    }
}

impl Writer {
    /// Begins a file for its owner alone. One that exists is not overwritten.
    pub(crate) fn create(target: &Path, passphrase: Option<&Secret>, modified: u64) -> Result<Self> {
        if target.symlink_metadata().is_ok() {
            return Err(BackupError::Exists(target.to_owned()));
        }
        let mut name = target.as_os_str().to_owned();
        name.push(UNFINISHED);
        let path = PathBuf::from(name);
        let wrong = |error| BackupError::file("create", &path, error);
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path);
        let file = BufWriter::new(file.map_err(wrong)?);
        let unfinished = Unfinished(path.clone());
        let sink = match passphrase {
            Some(passphrase) => Sink::Sealed(Box::new(SealWriter::new(file, passphrase).map_err(wrong)?)),
            None => Sink::Plain(file),
        };
        let builder = tar::Builder::new(GzEncoder::new(sink, Compression::default()));
        let target = target.to_owned();
        Ok(Self { builder, unfinished, target, digest: Digest::default(), modified })
    }

    /// Appends an entry.
    pub(crate) fn add(&mut self, name: &str, content: &[u8]) -> Result<()> {
        self.digest.add(name, content);
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(self.modified);
        let added = self.builder.append_data(&mut header, name, content);
        added.map_err(|error| BackupError::file("write", &self.target, error))
    }

    /// The digest of all entries so far.
    pub(crate) fn digest(&self) -> String {
        self.digest.hex()
    }

    /// Makes it durable under its name. Returns its size.
    pub(crate) fn finish(self) -> Result<u64> {
        let wrong = |error| BackupError::file("write", &self.target, error);
        let sink = self.builder.into_inner().and_then(GzEncoder::finish).map_err(wrong)?;
        let file = match sink {
            Sink::Plain(file) => file,
            Sink::Sealed(sealed) => sealed.finish().map_err(wrong)?,
        };
        let file = file.into_inner().map_err(|error| wrong(error.into_error()))?;
        file.sync_all().map_err(wrong)?;
        let bytes = file.metadata().map_err(wrong)?.len();
        // A link does not replace what has appeared meanwhile, as a renaming would.
        match fs::hard_link(&self.unfinished.0, &self.target) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(BackupError::Exists(self.target));
            }
            // Not every file system has links.
            Err(_) => fs::rename(&self.unfinished.0, &self.target).map_err(wrong)?,
        }
        let folder = self.target.parent().filter(|folder| *folder != Path::new(""));
        let folder = File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all());
        folder.map_err(wrong)?;
        Ok(bytes)
    }
}

/// Calls `visit` for each entry, in their order, with the digest of all before it; then reads the rest of
/// the file, so that its own checks are made.
pub(crate) fn read(
    path: &Path,
    passphrase: Option<&Secret>,
    mut visit: impl FnMut(&str, Vec<u8>, &str) -> Result<()>,
) -> Result<()> {
    let wrong = |error| BackupError::reading(path, error);
    let file = File::open(path).map_err(|error| BackupError::file("open", path, error))?;
    let mut file = BufReader::with_capacity(128 * 1024, file);
    let start = file.fill_buf().map_err(|error| BackupError::file("read", path, error))?;
    let input: Box<dyn Read> = if start.starts_with(seal::MAGIC) {
        let passphrase = passphrase.ok_or(BackupError::NoPassphrase)?;
        Box::new(SealReader::new(file, passphrase).map_err(wrong)?)
    } else if start.starts_with(&GZIP) {
        Box::new(file)
    } else if !start.is_empty() && (seal::MAGIC.starts_with(start) || GZIP.starts_with(start)) {
        return Err(BackupError::CutOff);
    } else {
        return Err(BackupError::NotABackup("it is neither an archive nor an encrypted one".to_owned()));
    };
    let mut archive = tar::Archive::new(GzDecoder::new(input));
    let mut digest = Digest::default();
    for entry in archive.entries().map_err(wrong)? {
        let mut entry = entry.map_err(wrong)?;
        let name = entry.path().map_err(wrong)?.to_str().map(str::to_owned);
        let name = name.ok_or_else(|| BackupError::Damaged("the name of an entry is not text".to_owned()))?;
        if entry.size() > MOST_BYTES || !entry.header().entry_type().is_file() {
            return Err(BackupError::Damaged(format!("`{name}` is not what it should be")));
        }
        let mut content = Vec::new();
        entry.read_to_end(&mut content).map_err(wrong)?;
        if content.len() as u64 != entry.size() {
            return Err(BackupError::CutOff);
        }
        let before = digest.hex();
        digest.add(&name, &content);
        visit(&name, content, &before)?;
    }
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(wrong)?;
    Ok(())
}
