//! The remote tier against a real server.

use std::fs;
use std::time::Duration;

use futures::TryStreamExt;
use nightjar_model::Secret;
use nightjar_storage::{BucketState, Proof, RemoteTier, StorageError};

use crate::support::{Folder, bucket, new_bucket, node, s3_endpoint};

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn a_bucket_is_made_once_and_then_found() {
    let tier = RemoteTier::new(new_bucket(s3_endpoint())).expect("valid settings");
    // (SeaweedFS makes a bucket by itself when something is written to it, so only read here.)
    let listed: Result<Vec<_>, _> = tier.list(None).try_collect().await;
    let error = listed.expect_err("there is no bucket");
    assert!(matches!(error, StorageError::NoBucket(_)), "{error:?}");
    assert_eq!(tier.ensure_bucket().await.expect("made"), BucketState::Created);
    assert_eq!(tier.ensure_bucket().await.expect("found"), BucketState::Existed);
}

#[tokio::test]
async fn a_probe_of_a_good_bucket_leaves_nothing_behind() {
    let tier = bucket().await;
    tier.probe(&node()).await.expect("usable");
    let left: Vec<_> = tier.list(Some(".nightjar")).try_collect().await.expect("listed");
    assert_eq!(left, []);
}

#[tokio::test]
async fn a_wrong_secret_is_named_and_not_shown() {
    let mut config = new_bucket(s3_endpoint());
    config.secret_access_key = Secret::new("hunter2-canary");
    let tier = RemoteTier::new(config).expect("valid settings");
    let error = tier.ensure_bucket().await.expect_err("refused");
    assert!(matches!(error, StorageError::Refused { .. }), "{error:?}");
    assert!(error.to_string().contains("secret_access_key"), "{error}");
    assert!(!format!("{error} {error:?} {tier:?}").contains("hunter2"), "the secret is shown");
}

#[tokio::test]
async fn small_and_large_files_are_stored_and_confirmed_by_their_entity_tag() {
    let (tier, folder) = (bucket().await, Folder::new());
    let sizes = [("c-empty.mp4", 0), ("b-small.mp4", 1000), ("a-large.mp4", 20 * MIB + 17)];
    for (name, len) in sizes {
        let key = &folder.key(name);
        let source = folder.file(key, len);
        let stored = tier.upload(key, &source).await.expect("stored");
        assert_eq!(stored.proof, Proof::EntityTag, "{key}");
        let info = tier.head(key).await.expect("answered").expect("there");
        assert_eq!((info.bytes, info.blake3), (len as u64, Some(source.blake3)), "{key}");
        assert_eq!(tier.digest(key, len as u64).await.expect("read back"), source.blake3, "{key}");
    }
    let listed: Vec<_> = tier.list(Some(&folder.key(""))).try_collect().await.expect("listed");
    let listed: Vec<_> = listed.into_iter().map(|entry| (entry.key, entry.bytes)).collect();
    let mut expected = sizes.map(|(name, len)| (folder.key(name), len as u64));
    expected.sort();
    assert_eq!(listed, expected);
}

#[tokio::test]
async fn an_upload_can_be_repeated() {
    let (tier, folder) = (bucket().await, Folder::new());
    let key = &folder.key("a.mp4");
    let source = folder.file(key, 9 * MIB);
    let first = tier.upload(key, &source).await.expect("stored");
    assert_eq!(tier.upload(key, &source).await.expect("stored again"), first);
}

#[tokio::test]
async fn an_object_with_another_content_is_not_replaced() {
    let (tier, folder) = (bucket().await, Folder::new());
    let key = &folder.key("a.mp4");
    let first = folder.file(key, 1000);
    tier.upload(key, &first).await.expect("stored");
    for len in [1000, 9 * MIB] {
        let other = folder.file(&folder.key(&format!("{len}.mp4")), len);
        let error = tier.upload(key, &other).await.expect_err("the key is taken");
        assert!(matches!(&error, StorageError::Taken(taken) if taken == key), "{error:?}");
    }
    assert_eq!(tier.digest(key, 1000).await.expect("read back"), first.blake3);
}

#[tokio::test]
async fn a_file_that_is_not_what_was_recorded_is_not_stored() {
    let (tier, folder) = (bucket().await, Folder::new());
    for len in [1000, 9 * MIB] {
        let key = folder.key(&format!("{len}.mp4"));
        let mut source = folder.file(&key, len);
        source.blake3[0] ^= 1;
        let error = tier.upload(&key, &source).await.expect_err("another checksum");
        assert!(error.is_source_fault() && error.to_string().contains("checksum"), "{error}");
        source.blake3[0] ^= 1;
        source.bytes += 1;
        let error = tier.upload(&key, &source).await.expect_err("too short");
        assert!(error.is_source_fault() && error.to_string().contains("shorter"), "{error}");
        source.bytes -= 2;
        let error = tier.upload(&key, &source).await.expect_err("too long");
        assert!(error.is_source_fault(), "{error}");
        assert_eq!(tier.head(&key).await.expect("answered"), None);
    }
}

#[tokio::test]
async fn ranges_streams_readers_and_downloads_give_the_bytes() {
    let (tier, folder) = (bucket().await, Folder::new());
    let key = &folder.key("a.mp4");
    let source = folder.file(key, 9 * MIB);
    let content = fs::read(folder.path(key)).expect("readable");
    tier.upload(key, &source).await.expect("stored");

    assert!(tier.get_range(key, 5..70_000).await.expect("there") == content[5..70_000]);
    assert!(tier.get_range(key, 0..source.bytes + 1).await.is_err(), "beyond the end");
    let blocks: Vec<_> = tier.stream(key, 7..3_000_000).try_collect().await.expect("streamed");
    assert!(blocks.len() > 1 && blocks.concat() == content[7..3_000_000]);

    let target = folder.folder.path().join("copy.mp4");
    tier.download(key, source.bytes, &target).await.expect("fetched");
    assert!(fs::read(&target).expect("there") == content);

    let reader = tier.reader(key, source.bytes);
    let read = tokio::task::spawn_blocking(move || {
        let mut bufs = Vec::new();
        for (offset, len) in [(0, 8), (4, 300_000), (source.bytes - 3, 10), (source.bytes, 5)] {
            let mut buf = vec![0; len];
            let filled = reader.read_at(offset, &mut buf).expect("readable");
            buf.truncate(filled);
            bufs.push(buf);
        }
        bufs
    });
    let read = read.await.expect("no panic");
    assert!(read[0] == content[..8] && read[1] == content[4..300_004]);
    assert!(read[2] == content[content.len() - 3..] && read[3].is_empty());
}

#[tokio::test]
async fn deletion_is_no_error_twice() {
    let (tier, folder) = (bucket().await, Folder::new());
    let key = &folder.key("b.mp4");
    tier.upload(key, &folder.file(key, 10)).await.expect("stored");
    tier.delete(key).await.expect("deleted");
    tier.delete(key).await.expect("no error");
    assert_eq!(tier.head(key).await.expect("answered"), None);
    let error = tier.get_range(key, 0..1).await.expect_err("gone");
    assert!(error.is_not_found(), "{error:?}");
}

#[tokio::test]
async fn a_presigned_address_gives_ranges_until_it_expires() {
    let (tier, folder) = (bucket().await, Folder::new());
    let key = &folder.key("a.mp4");
    tier.upload(key, &folder.file(key, 1000)).await.expect("stored");
    let content = fs::read(folder.path(key)).expect("readable");
    let url = tier.presigned_get(key, Duration::from_secs(4)).await.expect("signed");
    assert!(url.query().is_some_and(|query| query.contains("X-Amz-Expires=4")), "{url}");
    let client = reqwest::Client::new();
    let answer = client.get(url.clone()).header("range", "bytes=10-19").send().await.expect("answered");
    assert_eq!(answer.status(), 206);
    assert_eq!(answer.bytes().await.expect("read"), content[10..20]);

    let expired = async {
        while client.get(url.clone()).send().await.expect("answered").status() != 403 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), expired).await.expect("it expires");
}
