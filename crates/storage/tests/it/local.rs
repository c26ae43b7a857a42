//! The local tier.

use std::fs;
use std::io::Write;

use futures::TryStreamExt;
use nightjar_storage::{BLOCK_BYTES, LocalTier, MARKER_NAME};

use crate::support::{Folder, NOW, node};

#[test]
fn a_file_that_exists_is_never_overwritten() {
    let folder = Folder::new();
    folder.file("cam/20261120/10-00-00_cam.mp4", 10);
    let error = folder.tier.create("cam/20261120/10-00-00_cam.mp4").expect_err("it exists");
    assert!(error.to_string().contains("10-00-00_cam.mp4"), "{error}");
    assert_eq!(folder.tier.size("cam/20261120/10-00-00_cam.mp4").expect("readable"), Some(10));
}

#[test]
fn no_key_leaves_the_folder() {
    let folder = Folder::new();
    fs::write(folder.folder.path().join("secret"), "x").expect("written");
    for key in ["../secret", "a/../../secret", "/etc/passwd", MARKER_NAME] {
        assert!(folder.tier.open_file(key).is_err(), "{key} was opened");
        assert!(folder.tier.create(key).is_err(), "{key} was created");
        assert!(folder.tier.delete(key).is_err(), "{key} was deleted");
    }
}

#[test]
fn deletion_takes_empty_folders_along_and_is_no_error_twice() {
    let folder = Folder::new();
    folder.file("cam/day/a.mp4", 1);
    folder.file("cam/day/b.mp4", 1);
    assert!(folder.tier.delete("cam/day/a.mp4").expect("deleted"));
    assert!(folder.path("cam/day").exists());
    assert!(folder.tier.delete("cam/day/b.mp4").expect("deleted"));
    assert!(!folder.path("cam").exists(), "the empty folders stay behind");
    assert!(folder.tier.root().exists());
    assert!(!folder.tier.delete("cam/day/b.mp4").expect("no error"));
}

#[test]
fn files_can_be_created_while_deletions_prune_their_folder() {
    let folder = Folder::new();
    let create_and_delete = |name: &str| {
        (0..100).find_map(|number| {
            let key = format!("cam/day/{name}-{number}.mp4");
            folder.tier.create(&key).and_then(|_| folder.tier.delete(&key)).err()
        })
    };
    std::thread::scope(|scope| {
        let threads = ["a", "b", "c"].map(|name| scope.spawn(move || create_and_delete(name)));
        for thread in threads {
            let failure = thread.join().expect("no panic");
            assert!(failure.is_none(), "{failure:?}");
        }
    });
    assert!(!folder.path("cam").exists());
}

#[test]
fn the_marker_stays_and_tells_another_volume() {
    let folder = Folder::new();
    assert!(folder.tier.marker_is_new());
    let again = LocalTier::open(folder.tier.root(), &node(), NOW).expect("opens");
    assert!(!again.marker_is_new());
    assert_eq!(again.marker(), folder.tier.marker());
    assert_eq!(again.marker().created(), NOW);
    assert!(folder.tier.is_same_volume());

    fs::remove_file(folder.tier.root().join(MARKER_NAME)).expect("removed");
    assert!(!folder.tier.is_same_volume(), "the volume is gone");
    LocalTier::open(folder.tier.root(), &node(), NOW).expect("opens");
    assert!(!folder.tier.is_same_volume(), "another volume took its place");
}

#[test]
fn a_broken_marker_is_an_error_and_stays() {
    let folder = Folder::new();
    let marker = folder.tier.root().join(MARKER_NAME);
    fs::write(&marker, "{}").expect("written");
    let error = LocalTier::open(folder.tier.root(), &node(), NOW).expect_err("broken").to_string();
    assert!(error.contains(MARKER_NAME) && error.contains("volume"), "{error}");
    assert_eq!(fs::read_to_string(&marker).expect("still there"), "{}");
}

#[test]
fn the_walk_gives_keys_in_order_and_no_hidden_files() {
    let folder = Folder::new();
    for key in ["b/2.mp4", "b/1.mp4", "a/x/3.mp4", "top.mp4"] {
        folder.file(key, 7);
    }
    let mut keys = Vec::new();
    let visit = &mut |entry: nightjar_storage::LocalEntry| {
        assert_eq!(entry.bytes, 7);
        keys.push(entry.key);
        true
    };
    folder.tier.walk(visit).expect("walked");
    assert_eq!(keys, ["a/x/3.mp4", "b/1.mp4", "b/2.mp4", "top.mp4"]);
    assert_eq!(folder.tier.footage_bytes().expect("summed"), 28);
}

#[test]
fn the_volume_has_a_size_and_some_room() {
    let usage = Folder::new().tier.usage().expect("known");
    assert!(usage.total >= usage.free && usage.free > 0, "{usage:?}");
}

#[tokio::test]
async fn a_stream_goes_on_when_its_file_is_deleted() {
    let folder = Folder::new();
    let len = BLOCK_BYTES as usize * 2 + 100;
    let source = folder.file("cam/a.mp4", len);
    let content = fs::read(folder.path("cam/a.mp4")).expect("readable");
    let mut stream = std::pin::pin!(source.file.stream(10..len as u64));
    let mut read = stream.try_next().await.expect("readable").expect("not empty").to_vec();
    assert_eq!(read.len() as u64, BLOCK_BYTES);
    folder.tier.delete("cam/a.mp4").expect("deleted");
    while let Some(block) = stream.try_next().await.expect("readable") {
        assert!(block.len() as u64 <= BLOCK_BYTES);
        read.extend_from_slice(&block);
    }
    assert!(read == content[10..], "the bytes differ");
}

#[tokio::test]
async fn a_stream_beyond_the_end_is_an_error_and_not_silence() {
    let folder = Folder::new();
    let source = folder.file("a.mp4", 100);
    let read: Result<Vec<_>, _> = source.file.stream(50..101).try_collect().await;
    assert_eq!(read.expect_err("too short").kind(), std::io::ErrorKind::UnexpectedEof);
}

#[test]
fn a_growing_file_is_read_as_far_as_it_is() {
    let folder = Folder::new();
    let mut file = folder.tier.create("a.mp4").expect("new");
    let reader = folder.tier.open_file("a.mp4").expect("opens");
    let mut buf = [0; 4];
    assert_eq!(reader.read_at(0, &mut buf).expect("readable"), 0);
    file.write_all(b"abc").expect("written");
    assert_eq!(reader.read_at(1, &mut buf).expect("readable"), 2);
    assert_eq!(reader.size().expect("known"), 3);
}
