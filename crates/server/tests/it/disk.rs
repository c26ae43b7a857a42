//! Volumes that are full, and volumes that stall: real ones, which takes root to make.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use nightjar_model::GapCause;
use nightjar_simulator::{ClipSpec, Video};

use crate::support::nightjar::told;
use crate::support::{Setup, let_pass, simulate, until};

/// A volume of its own; gone when dropped.
struct Volume {
    at: PathBuf,
    frozen: bool,
}

fn run(program: &str, arguments: &[&str]) {
    let status = Command::new(program).args(arguments).status();
    let status = status.unwrap_or_else(|error| panic!("can't run {program}: {error}"));
    assert!(status.success(), "{program} {arguments:?} failed: making a volume takes root");
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

impl Volume {
    fn in_memory(at: PathBuf, megabytes: u32) -> Self {
        std::fs::create_dir_all(&at).expect("mount point");
        let size = format!("size={megabytes}m");
        run("mount", &["-t", "tmpfs", "-o", &size, "tmpfs", text(&at)]);
        Self { at, frozen: false }
    }

    fn on_loop(at: PathBuf, image: &Path, megabytes: u64) -> Self {
        std::fs::create_dir_all(&at).expect("mount point");
        let file = std::fs::File::create(image).expect("image");
        file.set_len(megabytes << 20).expect("image");
        run("mkfs.ext4", &["-q", "-F", text(image)]);
        run("mount", &["-o", "loop", text(image), text(&at)]);
        Self { at, frozen: false }
    }

    fn freeze(&mut self) {
        run("fsfreeze", &["--freeze", text(&self.at)]);
        self.frozen = true;
    }

    fn thaw(&mut self) {
        self.frozen = false;
        run("fsfreeze", &["--unfreeze", text(&self.at)]);
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        if self.frozen {
            let _ = Command::new("fsfreeze").args(["--unfreeze", text(&self.at)]).status();
        }
        let _ = Command::new("umount").args(["--lazy", text(&self.at)]).status();
    }
}

/// Writes until there is no byte left.
fn fill(path: &Path) {
    let mut file = std::fs::File::create(path).expect("file");
    let mut block = vec![0u8; 1 << 20];
    while !block.is_empty() {
        if file.write_all(&block).is_err() {
            block.truncate(block.len() / 2);
        }
    }
}

fn clip(kbps: u32) -> ClipSpec {
    ClipSpec::painted(Video { kbps, ..Video::tiny() })
}

async fn until_status(server: &crate::support::Nightjar, what: &str, field: &str, least: u64) {
    until(what, Duration::from_secs(60), || async {
        let status = server.data("/api/v1/recording/status").await;
        (status[field].as_u64() >= Some(least)).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_pauses_recording_and_the_database_survives() {
    let folder = tempfile::tempdir().expect("temporary folder");
    // Database and footage share the volume, as they do at home.
    let volume = Volume::in_memory(folder.path().join("data"), 32);
    let cameras = simulate(2, &clip(1000), "segment_duration_secs = 10").await;
    let setup = Setup::in_folder(folder, &cameras.config);
    let server = setup.serve().await;
    server.until_recording(2, Duration::from_secs(30)).await;
    let foreign = volume.at.join("somebody-elses-file");
    // From one moment to the next there is not a byte left.
    fill(&foreign);
    until_status(&server, "recording to pause", "gap", 2).await;
    let_pass(Duration::from_secs(8)).await;
    std::fs::remove_file(&foreign).expect("removed");
    until_status(&server, "recording to resume", "recording", 2).await;
    let_pass(Duration::from_secs(3)).await;
    assert!(server.stop().await, "{}", setup.log());
    setup.verify(true).await;
    let catalog = setup.catalog().await;
    for key in ["cam0001", "cam0002"] {
        let ledger = told(&catalog, key).await;
        let full: Vec<_> = ledger.gaps.iter().filter(|gap| gap.2 == GapCause::DiskFull).collect();
        assert!(!full.is_empty(), "{key}: {:?}", ledger.gaps);
        let (_, end, _) = full.last().expect("a gap");
        assert!(ledger.segments.last().expect("footage").start >= end.expect("over"), "{key}");
    }
    catalog.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_disk_costs_bounded_memory_and_nothing_else() {
    const STALL: Duration = Duration::from_secs(20);
    let folder = tempfile::tempdir().expect("temporary folder");
    let mut volume = Volume::on_loop(folder.path().join("footage"), &folder.path().join("disk.img"), 512);
    let cameras = simulate(10, &clip(1000), "segment_duration_secs = 10").await;
    let config = format!("[recording]\ntemp_dir = \"{}\"\n{}", volume.at.display(), cameras.config);
    let setup = Setup::in_folder(folder, &config);
    let server = setup.serve().await;
    server.until_recording(10, Duration::from_secs(30)).await;
    let_pass(Duration::from_secs(3)).await;
    let before = server.resident();
    volume.freeze();
    let began = Instant::now();
    let mut most = before;
    while began.elapsed() < STALL {
        let_pass(Duration::from_millis(500)).await;
        most = most.max(server.resident());
        // Whoever asks is answered meanwhile.
        server.data("/api/v1/recording/status").await;
    }
    volume.thaw();
    // 10 cameras × 1 Mbit/s × 20 s are 25 MB; the queues' own bounds are wider.
    let grown = (most - before) >> 20;
    assert!(grown < 150, "{grown} MB more during the stall");
    println!("memory grew by {grown} MB while the disk stalled for {} s", STALL.as_secs());
    let_pass(Duration::from_secs(5)).await;
    server.until_recording(10, Duration::from_secs(30)).await;
    assert!(server.stop().await, "{}", setup.log());
    setup.verify(true).await;
    let catalog = setup.catalog().await;
    for number in 1..=10 {
        let key = format!("cam{number:04}");
        let ledger = told(&catalog, &key).await;
        let from = ledger.segments[0].start;
        let lost: Vec<_> = ledger.gaps.iter().filter(|gap| gap.0 > from).collect();
        let expected = |gap: &&&(_, Option<_>, GapCause)| {
            matches!(gap.2, GapCause::DiskStalled | GapCause::ServerStopped)
        };
        assert_eq!(lost.iter().filter(expected).count(), lost.len(), "{key}: {lost:?}");
    }
    catalog.close().await;
    drop(volume);
}
