//! A lab over either database, for what concerns the database too.

use std::process::Command;

use nightjar_api::ApiConfig;
use nightjar_playback::PlaybackConfig;
use uuid::Uuid;

use crate::lab::Lab;
use crate::studio::Studio;

/// Declares each of these `async fn(&Lab)` as two tests, `sqlite::…` and `postgres::…`.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $test() {
                super::$test(&crate::database::on_sqlite().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $test() {
                let database = crate::database::Postgres::make();
                super::$test(&database.lab().await).await;
            })+
        }
    };
}
pub(crate) use on_both;

/// Nobody is refused for asking too much, and addresses of media are one client's.
fn config() -> ApiConfig {
    ApiConfig { user_rate: 1_000_000, ip_rate: 1_000_000, media_bound_to_ip: true, ..ApiConfig::default() }
}

pub(crate) async fn on_sqlite() -> Lab {
    Lab::over(Studio::new().await, config(), PlaybackConfig::default()).await
}

/// A database of its own, gone when this is dropped.
pub(crate) struct Postgres {
    name: String,
}

impl Postgres {
    pub(crate) fn make() -> Self {
        let name = format!("api_{}", Uuid::now_v7().simple());
        administer(&format!("CREATE DATABASE {name}"));
        Self { name }
    }

    pub(crate) async fn lab(&self) -> Lab {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let studio = Studio::over(folder, &format!("{}/{}", server(), self.name)).await;
        Lab::over(studio, config(), PlaybackConfig::default()).await
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        administer(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// With PostgreSQL's own client: the database library stays at home.
fn administer(command: &str) {
    let database = format!("{}/postgres", server());
    let psql = Command::new("psql").args(["--no-psqlrc", "--quiet", "-d", &database, "-c", command]).output();
    let output = psql.expect("psql runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Address of the PostgreSQL server, without a database.
fn server() -> String {
    let url = std::env::var("NIGHTJAR_TEST_POSTGRES").expect("run it through scripts/with-services");
    url.trim_end_matches('/').to_owned()
}
