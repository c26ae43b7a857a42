//! What came out of a server, and the search for secrets in it.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::planted::{MARK, Planted};

/// All that came out, by where.
#[derive(Default)]
pub(super) struct Evidence {
    texts: Vec<(String, Vec<u8>)>,
}

impl Evidence {
    pub(super) fn add(&mut self, place: &str, text: impl Into<Vec<u8>>) {
        self.texts.push((place.to_owned(), text.into()));
    }

    pub(super) fn file(&mut self, path: &Path) {
        self.add(&path.display().to_string(), std::fs::read(path).unwrap_or_default());
    }

    pub(super) fn mentions(&self, word: &str) -> bool {
        self.texts.iter().any(|(_, text)| find(text, word.as_bytes()).is_some())
    }

    /// Arguments of the server and of what it has started: everybody on the machine can read them.
    pub(super) fn processes(&mut self, id: u32) {
        for entry in std::fs::read_dir("/proc").expect("/proc").flatten() {
            let read = |name: &str| std::fs::read_to_string(entry.path().join(name)).unwrap_or_default();
            let parent =
                read("status").lines().find_map(|line| line.strip_prefix("PPid:\t")?.parse::<u32>().ok());
            let is_server = entry.file_name().to_string_lossy() == id.to_string();
            if is_server || parent == Some(id) {
                self.add("the arguments of a process", read("cmdline"));
            }
        }
    }

    /// What lies on the disk and in the database. The keys lie in their own files, and the configuration in its.
    pub(super) async fn store(&mut self, planted: &Planted) {
        let mut folders = vec![planted.setup.path("data")];
        let before = self.texts.len();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                match path.is_dir() {
                    true if path.ends_with("keys") => {}
                    true => folders.push(path),
                    false => self.file(&path),
                }
            }
        }
        assert!(self.texts.len() > before, "there are files");
        if let Some(database) = &planted.postgres {
            self.add("the database", database.dump());
        }
    }

    /// The log, but for the link that it prints for the first administrator, which is not a line of it.
    pub(super) fn log(&mut self, log: &str) {
        let lines: Vec<&str> = log.lines().filter(|line| !line.contains("/setup?token=")).collect();
        assert!(lines.iter().any(|line| line.contains("TRACE")), "the log tells all");
        self.add("the log", lines.join("\n"));
    }

    /// Fails with all places that have a secret, and what stands around it.
    pub(super) fn has_none_of(&self, secrets: &[String]) {
        let mut needles: Vec<Vec<u8>> = secrets.iter().map(|secret| secret.as_bytes().to_vec()).collect();
        needles.extend(marks());
        let mut found = Vec::new();
        for (place, text) in &self.texts {
            for needle in &needles {
                if let Some(at) = find(text, needle) {
                    let around = &text[at.saturating_sub(160)..(at + 80).min(text.len())];
                    let needle = String::from_utf8_lossy(needle);
                    found.push(format!("{place} has {needle}: …{}…", String::from_utf8_lossy(around)));
                }
            }
        }
        assert!(found.is_empty(), "{} places have a secret:\n\n{}", found.len(), found.join("\n\n"));
    }
}

/// The word of all planted secrets as it is, in small and in large letters, in hex, and in Base64 at each offset.
fn marks() -> Vec<Vec<u8>> {
    let hex: String = MARK.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut marks = vec![MARK.to_owned(), MARK.to_lowercase(), MARK.to_uppercase(), hex];
    for offset in 0..3_usize {
        let text = STANDARD.encode([&b"xx"[..offset], MARK.as_bytes()].concat());
        // Those that stay the same whatever comes before and after.
        let stable = (offset * 8).div_ceil(6)..(offset + MARK.len()) * 8 / 6;
        marks.push(text[stable].to_owned());
    }
    marks.into_iter().map(String::into_bytes).collect()
}

/// Where it begins: by the first byte, then the whole.
fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    while let Some(at) = text.get(from..)?.iter().position(|byte| *byte == first) {
        let at = from + at;
        if text[at..].starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}
