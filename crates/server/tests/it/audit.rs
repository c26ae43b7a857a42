//! `nightjar audit verify` finds what somebody with access to the database has changed.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::Setup;

/// Changes the database behind the server's back, as whoever can write its file is able to.
fn tamper(setup: &Setup, change: &str) {
    let program = "import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
for (name,) in db.execute(\"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_log'\").fetchall():
    db.execute(f'DROP TRIGGER {name}')
changed = db.execute(sys.argv[2]).rowcount
db.commit()
assert changed == 1, changed
";
    let database = setup.path("data/nightjar.db");
    let output = Command::new("python3").args(["-c", program]).arg(database).arg(change).output();
    let output = output.expect("python3 runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// What `audit verify` says, and whether it is content.
async fn verify(setup: &Setup, log: &str) -> (bool, String) {
    let content = setup.run(&["audit", "verify"], log).await;
    (content, std::fs::read_to_string(setup.path(log)).expect("its output"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_and_a_removed_entry_are_named() {
    let setup = Setup::new("");
    let server = setup.serve().await;
    for name in ["Yard", "Hall", "Roof"] {
        server.post("/api/v1/camera-groups", &json!({ "name": name })).await;
    }
    let entries = server.data("/api/v1/audit?action=camera_group.create").await;
    let entries = entries["items"].as_array().expect("a list").clone();
    let all = server.data("/api/v1/audit").await;
    let newest = all["items"][0]["seq"].as_i64().expect("a number");
    assert!(newest >= 5, "{all:#}");
    let placed = |entry: &Value| entry["request_id"].is_string() && entry["ip"] == "127.0.0.1";
    assert!(entries.len() == 3 && entries.iter().all(placed), "{entries:#?}");
    assert!(server.stop().await);
    let (content, said) = verify(&setup, "whole.log").await;
    assert!(content && said.contains(&format!("{newest} entries, whole")), "{said}");

    tamper(&setup, &format!("UPDATE audit_log SET actor_name = 'mallory' WHERE seq = {}", newest - 1));
    let (content, said) = verify(&setup, "changed.log").await;
    assert!(!content && said.contains(&format!("entry {} is wrong", newest - 1)), "{said}");

    tamper(&setup, &format!("DELETE FROM audit_log WHERE seq = {}", newest - 2));
    let (content, said) = verify(&setup, "removed.log").await;
    assert!(!content && said.contains(&format!("entry {} is wrong", newest - 2)), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_tail_is_found_by_a_head_that_was_kept_elsewhere() {
    let setup = Setup::new("");
    let server = setup.serve().await;
    for name in ["Yard", "Hall", "Roof"] {
        server.post("/api/v1/camera-groups", &json!({ "name": name })).await;
    }
    assert!(server.stop().await);
    assert!(setup.run(&["audit", "head"], "head.log").await);
    let printed = std::fs::read_to_string(setup.path("head.log")).expect("its output");
    let head = printed.lines().find(|line| line.matches(':').count() == 2).expect("a head").to_owned();
    let newest: i64 = head.split(':').nth(1).expect("a place").parse().expect("a number");
    let expect = async |log: &str| {
        let whole = setup.run(&["audit", "verify", "--expect", &head], log).await;
        (whole, std::fs::read_to_string(setup.path(log)).expect("its output"))
    };
    let (content, said) = expect("before.log").await;
    assert!(content, "{said}");

    tamper(&setup, &format!("DELETE FROM audit_log WHERE seq = {newest}"));
    let cut = format!(
        "UPDATE audit_heads SET seq = {0}, digest = (SELECT digest FROM audit_log WHERE seq = {0})",
        newest - 1
    );
    tamper(&setup, &cut);
    let (content, said) = verify(&setup, "cut.log").await;
    assert!(content, "by itself, a shorter trail is whole: {said}");
    let (content, said) = expect("after.log").await;
    assert!(!content && said.contains("cut off"), "{said}");
}
