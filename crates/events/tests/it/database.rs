//! A database that can be made to take nothing, and to take all again.

use std::process::Command;

use tempfile::TempDir;
use uuid::Uuid;

/// A database of one test, gone when it is dropped.
pub(crate) enum TestDatabase {
    Sqlite(TempDir),
    /// Its name on the server.
    Postgres(String),
}

impl TestDatabase {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(crate) fn postgres() -> Self {
        let name = format!("events_{}", Uuid::now_v7().simple());
        administer(&[format!("CREATE DATABASE {name}")]);
        Self::Postgres(name)
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite://{}/catalog.db", folder.path().display()),
            Self::Postgres(name) => format!("{}/{name}", server()),
        }
    }

    /// It answers, and takes no event: as a standby does before it is promoted.
    pub(crate) fn refuse_writes(&self) {
        match self {
            Self::Sqlite(folder) => rename(folder, "events", "events_away"),
            Self::Postgres(name) => reconfigure(name, "SET default_transaction_read_only = on"),
        }
    }

    /// It is as it was.
    pub(crate) fn take_writes(&self) {
        match self {
            Self::Sqlite(folder) => rename(folder, "events_away", "events"),
            Self::Postgres(name) => reconfigure(name, "RESET default_transaction_read_only"),
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Self::Postgres(name) = self {
            administer(&[format!("DROP DATABASE {name} WITH (FORCE)")]);
        }
    }
}

/// With Python's client: the database library stays at home in `database`.
fn rename(folder: &TempDir, from: &str, to: &str) {
    let program = "import sqlite3, sys; sqlite3.connect(sys.argv[1], 30).execute(sys.argv[2])";
    let mut python = Command::new("python3");
    python.args(["-c", program]).arg(folder.path().join("catalog.db"));
    run(python.arg(format!("ALTER TABLE {from} RENAME TO {to}")));
}

/// Changes what new connections begin with, and has all made anew.
fn reconfigure(name: &str, change: &str) {
    let end = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    administer(&[format!("ALTER DATABASE {name} {change}"), end]);
}

/// With PostgreSQL's own client.
fn administer(commands: &[String]) {
    let mut psql = Command::new("psql");
    psql.args(["--no-psqlrc", "--quiet", "-d", &format!("{}/postgres", server())]);
    run(psql.args(commands.iter().flat_map(|command| ["-c", command])));
}

fn run(command: &mut Command) {
    let output = command.output().expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Address of the PostgreSQL server, without a database.
fn server() -> String {
    let url = std::env::var("NIGHTJAR_TEST_POSTGRES").expect("run it through scripts/with-services");
    url.trim_end_matches('/').to_owned()
}
