//! A database of its own for each test, gone afterwards.

use std::future::Future;
use std::sync::Arc;

use nightjar_catalog::{Catalog, CatalogOptions, DatabaseKind, Sealer};
use sea_orm::{ConnectionTrait, Database as Connector, DatabaseConnection};
use tempfile::TempDir;
use tokio::task::JoinSet;
use uuid::Uuid;

/// Declares each of these `async fn(TestDatabase)` as two tests, `sqlite::…` and `postgres::…`.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $test() {
                crate::database::run(nightjar_catalog::DatabaseKind::Sqlite, super::$test).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $test() {
                crate::database::run(nightjar_catalog::DatabaseKind::Postgres, super::$test).await;
            })+
        }
    };
}
pub(crate) use on_both;

/// An empty database.
#[derive(Clone)]
pub(crate) struct TestDatabase {
    pub(crate) url: String,
    /// How many connections the catalog may have.
    pub(crate) connections: u32,
    pub(crate) _folder: Option<Arc<TempDir>>,
}

impl TestDatabase {
    /// Opens it as Nightjar would.
    pub(crate) async fn open(&self) -> Catalog {
        self.open_sealing(Some(Sealer::new([1; 32], Vec::new()))).await
    }

    /// Opens it with other keys, or without any.
    pub(crate) async fn open_sealing(&self, sealer: Option<Sealer>) -> Catalog {
        let options = CatalogOptions { max_connections: self.connections, sealer };
        Catalog::connect(&self.url, &options).await.expect("opens")
    }

    /// Opens it beside the catalog, to look at what the catalog does not show.
    pub(crate) async fn raw(&self) -> DatabaseConnection {
        Connector::connect(&self.url).await.expect("opens")
    }
}

/// Runs a test on a new database and drops the database, whether it went well or not.
pub(crate) async fn run<F, T>(kind: DatabaseKind, test: F)
where
    F: FnOnce(TestDatabase) -> T,
    T: Future<Output = ()> + Send + 'static,
{
    let database = match kind {
        DatabaseKind::Sqlite => sqlite(),
        DatabaseKind::Postgres => postgres().await,
    };
    let mut body = JoinSet::new();
    body.spawn(test(database.clone()));
    let outcome = body.join_next().await.expect("one was spawned");
    if kind == DatabaseKind::Postgres {
        drop_postgres(&database).await;
    }
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic.into_panic());
    }
}

/// Another empty database, for tests that need two.
pub(crate) async fn empty(kind: DatabaseKind) -> TestDatabase {
    match kind {
        DatabaseKind::Sqlite => sqlite(),
        DatabaseKind::Postgres => postgres().await,
    }
}

/// Drops what [`empty`] made.
pub(crate) async fn drop_empty(kind: DatabaseKind, database: &TestDatabase) {
    if kind == DatabaseKind::Postgres {
        drop_postgres(database).await;
    }
}

fn sqlite() -> TestDatabase {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite://{}", folder.path().join("catalog.db").display());
    TestDatabase { url, connections: 4, _folder: Some(Arc::new(folder)) }
}

async fn postgres() -> TestDatabase {
    let name = format!("catalog_{}", Uuid::now_v7().simple());
    administer(&format!("CREATE DATABASE {name}")).await;
    TestDatabase { url: format!("{}/{name}", server()), connections: 4, _folder: None }
}

async fn drop_postgres(database: &TestDatabase) {
    let name = database.url.rsplit('/').next().expect("has a name");
    administer(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
}

async fn administer(command: &str) {
    let connection = Connector::connect(format!("{}/postgres", server())).await.expect("the server answers");
    connection.execute_unprepared(command).await.expect("is done");
    connection.close().await.expect("closes");
}

/// Address of the PostgreSQL server, without a database.
pub(crate) fn server() -> String {
    let url = std::env::var("NIGHTJAR_TEST_POSTGRES").expect("run it through scripts/with-services");
    url.trim_end_matches('/').to_owned()
}
