//! Two processes on one folder: the second one ends at once and names the first.

use std::process::Output;
use std::time::{Duration, Instant};

use crate::support::Postgres;
use crate::support::nightjar::{Nightjar, Setup, free_port};

/// A second process has to say so at once; starting takes less, but this machine may be busy.
const AT_ONCE: Duration = Duration::from_secs(20);

async fn refused(setup: &Setup, arguments: &[&str], holder: &Nightjar) -> String {
    let started = Instant::now();
    let Output { status, stdout, stderr } = setup.output(arguments).await;
    let said = String::from_utf8_lossy(&stderr).into_owned() + &String::from_utf8_lossy(&stdout);
    assert_eq!(status.code(), Some(1), "{arguments:?}: {said}");
    assert!(started.elapsed() < AT_ONCE, "{arguments:?}: took {:?}", started.elapsed());
    assert!(said.contains(&format!("pid {}", holder.id())), "{arguments:?} does not name the holder: {said}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_on_the_same_folder_ends_at_once_and_names_the_first() {
    let setup = Setup::new("");
    let first = setup.serve().await;
    let other = format!("127.0.0.1:{}", free_port());
    let said = refused(&setup, &["serve", "--listen", &other], &first).await;
    assert!(said.contains("service.data_dir"), "{said}");
    refused(&setup, &["catalog", "rebuild", "--from", "disk"], &first).await;
    // What only asks the database goes on beside the server.
    for arguments in
        [&["user", "list"][..], &["user", "add", "ada"], &["catalog", "verify"], &["audit", "verify"]]
    {
        let output = setup.output(arguments).await;
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(first.stop().await);
    let output = setup.output(&["catalog", "rebuild", "--from", "disk"]).await;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("accounts") && said.contains("audit trail"), "what it can't restore: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_data_folders_do_not_share_footage_or_a_database() {
    let setup = Setup::new("");
    let first = setup.serve().await;
    let apart = |more: &str| {
        let arguments = format!(
            "serve --listen 127.0.0.1:{} --data-dir {} {more}",
            free_port(),
            setup.path("other").display()
        );
        arguments.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    let shared = setup.footage();
    let arguments = apart(&format!("--set recording.temp_dir={}", shared.display()));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let said = refused(&setup, &arguments, &first).await;
    assert!(said.contains("recording.temp_dir"), "{said}");
    let theirs = format!("--set database.url=sqlite://{}", setup.path("data/nightjar.db").display());
    let arguments = apart(&theirs);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let said = refused(&setup, &arguments, &first).await;
    assert!(said.contains("database.url"), "{said}");
    drop(first);

    // A database file that lies elsewhere has a lock of its own.
    let database = format!("database.url=sqlite://{}", setup.path("shared.db").display());
    let elsewhere =
        Setup::new(&format!("[database]\nurl = \"sqlite://{}\"", setup.path("shared.db").display()));
    let first = elsewhere.serve().await;
    let arguments = apart(&format!("--set {database}"));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let said = refused(&setup, &arguments, &first).await;
    assert!(said.contains("database.url"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_process_leaves_no_lock() {
    let setup = Setup::new("");
    for _ in 0..3 {
        setup.serve().await.kill();
    }
    let server = setup.serve().await;
    assert!(server.stop().await, "{}", setup.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_of_one_postgres_do_not_share_a_name() {
    let database = Postgres::make();
    let config = format!("[database]\nurl = \"{}\"", database.url());
    let (one, two) = (Setup::new(&config), Setup::new(&config));
    let first = one.serve().await;
    let said = refused(&two, &["serve"], &first).await;
    assert!(said.contains("service.node"), "{said}");
    // Under another name it is another node.
    let third = Setup::new(&format!("node = \"node-2\"\n{config}"));
    for other in [&two, &third] {
        // Those who share a database share the key that opens its secrets.
        std::fs::create_dir_all(other.path("data/keys")).expect("made");
        std::fs::copy(one.path("data/keys/secret.key"), other.path("data/keys/secret.key")).expect("copied");
    }
    drop(third.serve().await);
    first.kill();
    // The server of the database may need a moment to notice.
    let again = two.serve().await;
    drop(again);
}
