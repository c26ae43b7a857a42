//! Backups as files: whole, cut off, changed.

use std::fs;
use std::path::{Path, PathBuf};

use nightjar_backup::{BackupError, Source, create, load, verify};
use nightjar_database::{CatalogOptions, Database};
use nightjar_model::{Secret, WallTime};
use tempfile::TempDir;

struct Fixture {
    folder: TempDir,
    database: Secret,
}

impl Fixture {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = Secret::new(format!("sqlite://{}", folder.path().join("catalog.db").display()));
        Database::connect(database.expose(), &CatalogOptions::default()).await.expect("opens").close().await;
        Self { folder, database }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn source(&self) -> Source {
        Source {
            database: self.database.clone(),
            files: vec![
                ("config/nightjar.toml".into(), b"[service]\n".to_vec()),
                ("keys/secret.key".into(), vec![7; 32]),
            ],
            node: "node-1".into(),
            version: "1.2.3".into(),
            now: WallTime::from_millis(1_800_000_000_000),
        }
    }

    async fn backup(&self, name: &str, passphrase: Option<&str>) -> PathBuf {
        let path = self.path(name);
        let made = create(&path, passphrase.map(Secret::new), self.source(), &mut |_| {}).await;
        made.expect("is made");
        path
    }
}

fn words(text: &str) -> Option<Secret> {
    Some(Secret::new(text))
}

#[tokio::test]
async fn what_went_in_comes_out() {
    let fixture = Fixture::new().await;
    for passphrase in [None, Some("horse")] {
        let path = fixture.backup(&format!("{}.backup", passphrase.is_some()), passphrase).await;
        let secret = passphrase.map(Secret::new);
        let contents = verify(&path, secret.as_ref()).expect("is whole");
        assert_eq!(contents.files["keys/secret.key"], vec![7; 32]);
        assert_eq!(contents.header.created, "2027-01-15T08:00:00.000Z");
        assert_eq!(contents.manifest.rows["organizations"], 1);
        let target = Secret::new(format!("sqlite://{}.db", path.display()));
        load(&path, secret, &target, &contents.header).await.expect("is loaded");
        let error = load(&path, passphrase.map(Secret::new), &target, &contents.header).await;
        assert!(matches!(error, Err(BackupError::Database(_))), "is not empty any more: {error:?}");
    }
}

#[tokio::test]
async fn a_plain_backup_is_an_ordinary_archive() {
    let fixture = Fixture::new().await;
    let path = fixture.backup("one.backup", None).await;
    let listed = std::process::Command::new("tar").arg("-tzf").arg(&path).output().expect("tar runs");
    let listed = String::from_utf8(listed.stdout).expect("text");
    let names: Vec<&str> = listed.lines().collect();
    assert_eq!(names.first(), Some(&"header.json"));
    assert_eq!(names.last(), Some(&"manifest.json"));
    assert!(names.contains(&"tables/organizations/000001.jsonl"), "{names:?}");
}

/// Whether the file is refused, and how.
fn refused(path: &Path, content: &[u8], passphrase: Option<&Secret>) -> BackupError {
    fs::write(path, content).expect("is written");
    verify(path, passphrase).err().unwrap_or_else(|| panic!("{} bytes pass for whole", content.len()))
}

#[tokio::test]
async fn a_backup_that_is_cut_off_anywhere_is_refused() {
    let fixture = Fixture::new().await;
    let broken = fixture.path("broken");
    let plain = fs::read(fixture.backup("plain", None).await).expect("is readable");
    for length in (0..plain.len()).step_by(13).chain([plain.len() - 1]) {
        let error = refused(&broken, &plain[..length], None);
        let fits =
            matches!(error, BackupError::CutOff | BackupError::Damaged(_) | BackupError::NotABackup(_));
        assert!(fits, "{length} of {}: {error}", plain.len());
    }
    let sealed = fs::read(fixture.backup("sealed", Some("horse")).await).expect("is readable");
    for length in [1, 24, 25, 40, 60, 61, sealed.len() / 2, sealed.len() - 1] {
        refused(&broken, &sealed[..length], words("horse").as_ref());
    }
}

#[tokio::test]
async fn a_backup_that_was_changed_anywhere_is_refused() {
    let fixture = Fixture::new().await;
    let broken = fixture.path("broken");
    let plain = fs::read(fixture.backup("plain", None).await).expect("is readable");
    // The gzip head tells nothing that matters but its magic and method: name, time and system.
    for at in (10..plain.len()).step_by(7) {
        let mut changed = plain.clone();
        changed[at] ^= 0x10;
        refused(&broken, &changed, None);
    }
    let sealed = fs::read(fixture.backup("sealed", Some("horse")).await).expect("is readable");
    for at in [0, 24, 25, 41, 59, 60, sealed.len() / 2, sealed.len() - 1] {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        refused(&broken, &changed, words("horse").as_ref());
    }
    assert!(matches!(refused(&broken, &sealed, None), BackupError::NoPassphrase));
    assert!(matches!(refused(&broken, &sealed, words("house").as_ref()), BackupError::WrongPassphrase));
    assert!(matches!(refused(&broken, b"PK\x03\x04", None), BackupError::NotABackup(_)));
}

#[tokio::test]
async fn a_backup_that_fails_leaves_no_file() {
    let fixture = Fixture::new().await;
    let path = fixture.backup("one", None).await;
    let again = create(&path, None, fixture.source(), &mut |_| {}).await;
    assert!(matches!(again, Err(BackupError::Exists(_))), "{again:?}");
    let empty = Source {
        database: Secret::new(format!("sqlite://{}", fixture.path("empty.db").display())),
        ..fixture.source()
    };
    let failed = create(&fixture.path("two"), None, empty, &mut |_| {}).await;
    assert!(matches!(failed, Err(BackupError::Database(_))), "{failed:?}");
    let names =
        fs::read_dir(fixture.folder.path()).expect("is there").flatten().map(|entry| entry.file_name());
    let left: Vec<_> = names.filter(|name| name.to_string_lossy().contains("two")).collect();
    assert!(left.is_empty(), "{left:?}");
}
