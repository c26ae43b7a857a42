//! `nightjar backup` while recording, and `nightjar restore` onto a machine without anything.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use nightjar_catalog::{Catalog, CatalogOptions};
use nightjar_simulator::{ClipSpec, Video};
use serde_json::{Value, json};

use crate::support::nightjar::{Nightjar, PASSWORD, Setup, recordings};
use crate::support::{Postgres, simulate, until};

const SECRET: &str = "the words of a passphrase";

async fn succeeds(setup: &Setup, arguments: &[&str]) -> String {
    let output = setup.output(arguments).await;
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    said
}

async fn fails(setup: &Setup, arguments: &[&str]) -> String {
    let output = setup.output(arguments).await;
    let said =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
    said
}

/// What people made, as the API shows it.
async fn made(server: &Nightjar) -> Value {
    let mut all = json!({});
    for path in ["users", "cameras", "camera-groups", "tokens"] {
        all[path] = server.data(&format!("/api/v1/{path}")).await;
    }
    // What changes by itself: states, times of use.
    fn still(value: &mut Value) {
        match value {
            Value::Object(map) => {
                for key in ["status", "state", "last_used_at", "last_login_at", "last_used", "last_used_ip"] {
                    map.remove(key);
                }
                map.values_mut().for_each(still);
            }
            Value::Array(list) => list.iter_mut().for_each(still),
            _ => {}
        }
    }
    still(&mut all);
    all
}

async fn files(setup: &Setup, at_least: usize) {
    until("recorded files", Duration::from_secs(90), || async {
        (recordings(&setup.footage()).len() >= at_least).then_some(())
    })
    .await;
}

/// Everything that a machine loses with its system disk; footage lies on another one.
fn lose_everything_but_footage(setup: &Setup) {
    for entry in fs::read_dir(setup.path("data")).expect("the data folder").flatten() {
        let path = entry.path();
        match path.is_dir() {
            true if path == setup.footage() => {}
            true => fs::remove_dir_all(path).expect("removed"),
            false => fs::remove_file(path).expect("removed"),
        }
    }
    fs::remove_file(setup.path("nightjar.toml")).expect("removed");
}

/// Spoils the bytes of a backup.
type Spoil<'a> = &'a dyn Fn(&mut Vec<u8>);

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_brings_back_accounts_cameras_and_footage() {
    let cameras = simulate(1, &ClipSpec::painted(Video::tiny()), "segment_duration_secs = 10").await;
    let setup = Setup::new(&cameras.config);
    let server = setup.serve().await;
    server
        .post_in_person(
            "/api/v1/users",
            &json!({ "username": "ada", "password": PASSWORD, "role": "operator" }),
        )
        .await;
    let source =
        json!({ "main_url": "rtsp://192.168.55.7:554/main", "username": "u", "password": "hunter2" });
    let camera = json!({ "name": "Yard", "key": "yard", "enabled": false, "source": source });
    server.post("/api/v1/cameras", &camera).await;
    server.until_recording(1, Duration::from_secs(30)).await;
    files(&setup, 2).await;
    let before = made(&server).await;

    let (backup, words) = (setup.path("one.backup"), setup.path("words"));
    fs::write(&words, format!("{SECRET}\n")).expect("written");
    let (file, words) = (backup.to_str().expect("text"), words.to_str().expect("text"));
    succeeds(&setup, &["backup", "--passphrase-file", words, file]).await;
    assert_eq!(fs::metadata(&backup).expect("there").mode() & 0o777, 0o600);
    let said = fails(&setup, &["backup", "--passphrase-file", words, file]).await;
    assert!(said.contains("exists already"), "{said}");
    let content = fs::read(&backup).expect("readable");
    assert!(!content.windows(7).any(|part| part == b"hunter2" || part == b"cam0001"), "it is encrypted");

    // The server records on, and then everything is lost but the footage.
    files(&setup, 4).await;
    assert!(server.stop().await, "{}", setup.log());
    let recorded = recordings(&setup.footage()).len();
    let said = fails(&setup, &["restore", "--passphrase-file", words, file]).await;
    assert!(said.contains("not empty"), "{said}");
    lose_everything_but_footage(&setup);

    let said = fails(&setup, &["restore", file]).await;
    assert!(said.contains("encrypted"), "{said}");
    assert!(!setup.path("nightjar.toml").exists(), "nothing is written before the backup was checked");
    let said = succeeds(&setup, &["restore", "--passphrase-file", words, file]).await;
    assert!(said.contains("catalog rebuild"), "says what is left to do: {said}");
    succeeds(&setup, &["catalog", "rebuild", "--from", "disk"]).await;
    setup.verify(true).await;
    let server = setup.serve().await;
    assert_eq!(made_without_new_tokens(&server).await, made_by(&before));
    let timeline = recordings(&setup.footage()).len();
    assert!(timeline >= recorded, "{timeline} of {recorded} files are left");
    assert!(server.stop().await, "{}", setup.log());
    setup.verify(true).await;
}

/// Each start of a test's server makes an API token of its own.
async fn made_without_new_tokens(server: &Nightjar) -> Value {
    made_by(&made(server).await)
}

fn made_by(all: &Value) -> Value {
    json!({ "users": all["users"], "cameras": all["cameras"], "camera-groups": all["camera-groups"] })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_sqlite_is_restored_into_postgres() {
    let setup = Setup::new("");
    let server = setup.serve().await;
    server
        .post_in_person(
            "/api/v1/users",
            &json!({ "username": "ada", "password": PASSWORD, "role": "viewer" }),
        )
        .await;
    let backup = setup.path("one.backup");
    let file = backup.to_str().expect("text");
    let said = succeeds(&setup, &["backup", file]).await;
    assert!(said.contains("not encrypted"), "warns: {said}");
    assert!(server.stop().await);

    let database = Postgres::make();
    let other = Setup::new(&format!("[database]\nurl = \"{}\"", database.url()));
    let said = succeeds(&other, &["restore", file]).await;
    assert!(said.contains("restored-nightjar.toml"), "another configuration is in use: {said}");
    let said = fails(&other, &["restore", file]).await;
    assert!(said.contains("not empty"), "{said}");
    let server = other.serve().await;
    let users = server.data("/api/v1/users").await.to_string();
    assert!(users.contains("ada") && users.contains("admin"), "{users}");
    // And back from there, while it runs.
    let back = other.path("two.backup");
    succeeds(&other, &["backup", back.to_str().expect("text")]).await;
    assert!(server.stop().await, "{}", other.log());
    let third = Setup::new("");
    succeeds(&third, &["restore", back.to_str().expect("text")]).await;
    let catalog = open(&third.path("data")).await;
    assert!(catalog.login_record("ada").await.expect("is read").is_some());
    catalog.close().await;
}

async fn open(data: &Path) -> Catalog {
    let url = format!("sqlite://{}", data.join("nightjar.db").display());
    Catalog::connect(&url, &CatalogOptions::default()).await.expect("opens")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_whole_backup_is_refused_and_changes_nothing() {
    let setup = Setup::new("");
    assert!(setup.serve().await.stop().await);
    let words = setup.path("words");
    fs::write(&words, SECRET).expect("written");
    let words = words.to_str().expect("text").to_owned();
    let path = |name: &str| setup.path(name).to_str().expect("text").to_owned();
    succeeds(&setup, &["backup", &path("plain.backup")]).await;
    succeeds(&setup, &["backup", "--passphrase-file", &words, &path("sealed.backup")]).await;
    lose_everything_but_footage(&setup);

    let broken = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut content = fs::read(path(name)).expect("readable");
        change(&mut content);
        fs::write(path("broken.backup"), content).expect("written");
    };
    let cases: [(&str, Spoil<'_>, &[&str]); 8] = [
        ("plain.backup", &|content| content.truncate(content.len() / 2), &["cut off", "damaged"]),
        ("plain.backup", &|content| content.truncate(content.len() - 1), &["cut off", "damaged"]),
        ("plain.backup", &|content| content.clear(), &["not a backup"]),
        ("plain.backup", &|content| *content = b"PK\x03\x04 something else".to_vec(), &["not a backup"]),
        (
            "plain.backup",
            &|content| {
                let middle = content.len() / 2;
                content[middle] ^= 1
            },
            &["damaged", "cut off"],
        ),
        ("sealed.backup", &|content| content.truncate(content.len() / 2), &["cut off", "does not open"]),
        (
            "sealed.backup",
            &|content| {
                let last = content.len() - 1;
                content[last] ^= 1
            },
            &["cut off", "damaged", "does not open"],
        ),
        ("sealed.backup", &|content| content[30] ^= 1, &["does not open"]),
    ];
    for (number, (name, change, wanted)) in cases.into_iter().enumerate() {
        broken(name, change);
        let arguments = ["restore", "--passphrase-file", &words, &path("broken.backup")];
        let said = fails(&setup, &arguments).await;
        assert!(wanted.iter().any(|text| said.contains(text)), "case {number}: {said}");
        assert!(!setup.path("nightjar.toml").exists(), "case {number}");
        let left: Vec<_> = fs::read_dir(setup.path("data")).expect("there").flatten().collect();
        assert!(left.iter().all(|entry| entry.path() == setup.footage()), "case {number}: {left:?}");
    }
    fs::write(&words, "other words").expect("written");
    let said = fails(&setup, &["restore", "--passphrase-file", &words, &path("sealed.backup")]).await;
    assert!(said.contains("passphrase is wrong"), "{said}");
    let said = succeeds(&setup, &["restore", "--check", &path("plain.backup")]).await;
    assert!(said.contains("whole"), "{said}");
    succeeds(&setup, &["restore", &path("plain.backup")]).await;
}
