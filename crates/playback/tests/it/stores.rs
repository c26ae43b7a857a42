//! Where tests keep their catalogs: SQLite, or PostgreSQL with `NIGHTJAR_TEST_STORES=shared`, as
//! several nodes would (the tests of the API then have their cache in Redis as well). Shared with
//! the tests of the API.

use std::process::Command;

use tempfile::TempDir;
use uuid::Uuid;

/// Whether the catalog, and the cache, are those that several nodes would share.
pub(crate) fn are_shared() -> bool {
    match std::env::var("NIGHTJAR_TEST_STORES").as_deref() {
        Ok("shared") => true,
        Ok(other) => panic!("NIGHTJAR_TEST_STORES is `{other}`; set `shared`, or nothing"),
        Err(_) => false,
    }
}

/// A database of one test, gone when it is dropped.
pub(crate) struct TestDatabase {
    pub(crate) url: String,
    /// On the server.
    name: Option<String>,
}

impl TestDatabase {
    pub(crate) fn new(folder: &TempDir) -> Self {
        if !are_shared() {
            return Self { url: format!("sqlite://{}/catalog.db", folder.path().display()), name: None };
        }
        let name = format!("studio_{}", Uuid::now_v7().simple());
        administer(&format!("CREATE DATABASE {name}"));
        Self { url: format!("{}/{name}", server()), name: Some(name) }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            administer(&format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

/// With PostgreSQL's own client: the database library stays at home in `database`.
fn administer(command: &str) {
    let database = format!("{}/postgres", server());
    let mut psql = Command::new("psql");
    let output = psql.args(["--no-psqlrc", "--quiet", "-d", &database, "-c", command]).output();
    let output = output.expect("psql runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Address of the PostgreSQL server, without a database.
fn server() -> String {
    let url = std::env::var("NIGHTJAR_TEST_POSTGRES").expect("run it through scripts/with-services");
    url.trim_end_matches('/').to_owned()
}
