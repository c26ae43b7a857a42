//! A PostgreSQL database of a test's own.

use std::process::Command;

use uuid::Uuid;

/// A variable that `scripts/with-services` sets.
pub(crate) fn need(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("no {name}: run it through scripts/with-services"))
}

/// A database of its own, gone when this is dropped.
pub(crate) struct Postgres {
    name: String,
}

impl Postgres {
    pub(crate) fn make() -> Self {
        let name = format!("test_{}", Uuid::now_v7().simple());
        administer(&format!("CREATE DATABASE {name}"));
        Self { name }
    }

    /// Its address. The server trusts everybody, so that any password is taken.
    pub(crate) fn url_with(&self, password: &str) -> String {
        self.url().replacen('@', &format!(":{password}@"), 1)
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/{}", need("NIGHTJAR_TEST_POSTGRES").trim_end_matches('/'), self.name)
    }

    /// All that is in it.
    pub(crate) fn dump(&self) -> Vec<u8> {
        let dump = Command::new("pg_dump").args(["--inserts", "-d", &self.url()]).output();
        let dump = dump.expect("pg_dump runs");
        assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
        dump.stdout
    }
}

/// The program that runs these SQL commands.
pub(crate) fn psql(database: &str, commands: &str) -> Command {
    let mut command = Command::new("psql");
    command.args(["--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", commands]);
    command
}

impl Drop for Postgres {
    fn drop(&mut self) {
        administer(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

fn administer(command: &str) {
    let database = format!("{}/postgres", need("NIGHTJAR_TEST_POSTGRES").trim_end_matches('/'));
    let psql = psql(&database, command).output();
    let output = psql.expect("psql runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
