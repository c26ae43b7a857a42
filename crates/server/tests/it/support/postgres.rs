//! A PostgreSQL database of a test's own.

use tokio::process::Command;
use uuid::Uuid;

/// An empty database.
pub(crate) struct TestDatabase {
    server: String,
    name: String,
}

/// Makes one on the server of `scripts/with-services`.
pub(crate) async fn database() -> TestDatabase {
    let server = std::env::var("NIGHTJAR_TEST_POSTGRES").expect("run it through scripts/with-services");
    let server = server.trim_end_matches('/').to_owned();
    let database = TestDatabase { server, name: format!("server_{}", Uuid::now_v7().simple()) };
    database.administer(&format!("CREATE DATABASE {}", database.name)).await;
    database
}

impl TestDatabase {
    pub(crate) fn url(&self) -> String {
        format!("{}/{}", self.server, self.name)
    }

    pub(crate) async fn drop(self) {
        self.administer(&format!("DROP DATABASE {} WITH (FORCE)", self.name)).await;
    }

    async fn administer(&self, command: &str) {
        let ran =
            Command::new("psql").arg(format!("{}/postgres", self.server)).args(["-qc", command]).output();
        let ran = ran.await.expect("psql is installed (scripts/setup --tests)");
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    }
}
