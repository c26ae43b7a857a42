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
