//! Whatever the umask is, nobody but the owner reads what Nightjar writes.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use nightjar_simulator::{ClipSpec, Video};

use crate::support::nightjar::{Setup, recordings};
use crate::support::{simulate, until};

/// Everything below a folder, the folder too.
fn everything(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.to_owned()];
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(everything(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// What others have rights to.
fn open_to_others(folder: &Path) -> Vec<String> {
    let mode = |path: &Path| fs::symlink_metadata(path).map_or(0, |metadata| metadata.mode() & 0o7777);
    let all = everything(folder).into_iter();
    let open = all.filter(|path| mode(path) & 0o077 != 0);
    open.map(|path| format!("{:o} {}", mode(&path), path.display())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_written_is_private_whatever_the_umask() {
    let cameras = simulate(1, &ClipSpec::painted(Video::tiny()), "segment_duration_secs = 10").await;
    let setup = Setup::new(&cameras.config);
    let server = setup.serve_with_umask("000").await;
    server.until_recording(1, Duration::from_secs(30)).await;
    until("two files", Duration::from_secs(60), || async {
        (recordings(&setup.footage()).len() >= 2).then_some(())
    })
    .await;
    assert_eq!(open_to_others(&setup.path("data")), Vec::<String>::new());
    assert!(server.stop().await, "{}", setup.log());
    assert_eq!(open_to_others(&setup.path("data")), Vec::<String>::new());

    // As an older version left it; what is not footage is not ours to change.
    let data = setup.path("data");
    for path in everything(&data) {
        let mode = if path.is_dir() { 0o755 } else { 0o644 };
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("set");
    }
    let note = setup.footage().join("note.txt");
    fs::write(&note, "mine").expect("written");
    fs::set_permissions(&note, Permissions::from_mode(0o644)).expect("set");
    let server = setup.serve().await;
    until("footage to be private", Duration::from_secs(60), || async {
        (open_to_others(&data) == [format!("644 {}", note.display())]).then_some(())
    })
    .await;
    assert!(server.stop().await, "{}", setup.log());
    let told = setup.log().matches("footage that others could read is private now").count();
    assert_eq!(told, 1, "{}", setup.log());
}
