//! Events on PostgreSQL with TimescaleDB: the same as elsewhere, in a hypertable that is compressed, and
//! from which whole chunks go. The server is a real one, which serves one connection at a time.

#![expect(
    clippy::disallowed_methods,
    reason = "a real server is waited for, and its jobs go by its own clock"
)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nightjar_catalog::EventFilter;
use nightjar_model::NodeId;
use sea_orm::{ConnectionTrait, Database as Connector, DatabaseConnection, Statement};

use super::*;

const WEEK: i64 = 7 * DAY;

/// A server, stopped when dropped.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start() -> Self {
        let program =
            std::env::var("NIGHTJAR_TEST_TIMESCALEDB").expect("run it through scripts/with-services");
        let mut command = Command::new("node");
        command.arg(program).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("node is installed");
        let mut lines = BufReader::new(child.stdout.take().expect("is piped")).lines();
        let url = lines
            .find_map(|line| Some(line.expect("text").strip_prefix("ready ")?.to_owned()))
            .expect("it starts");
        Self { child, url }
    }

    fn database(&self) -> TestDatabase {
        TestDatabase { url: self.url.clone(), connections: 1, _folder: None }
    }

    /// The one connection, once the last one is gone.
    async fn connect(&self) -> DatabaseConnection {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            match Connector::connect(&self.url).await {
                Ok(connection) => return connection,
                Err(error) => assert!(Instant::now() < deadline, "{error}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn execute(&self, text: &str) {
        let connection = self.connect().await;
        connection.execute_unprepared(text).await.unwrap_or_else(|error| panic!("{text}: {error}"));
        connection.close().await.expect("closes");
    }

    /// The first column of each row.
    async fn query<T: sea_orm::TryGetable>(&self, text: &str) -> Vec<T> {
        let connection = self.connect().await;
        let rows = connection.query_all_raw(Statement::from_string(connection.get_database_backend(), text));
        let rows = rows.await.unwrap_or_else(|error| panic!("{text}: {error}"));
        connection.close().await.expect("closes");
        rows.iter().map(|row| row.try_get_by_index(0).expect("is of this type")).collect()
    }

    /// How many rows of compressed chunks lie there uncompressed.
    async fn loose(&self) -> i64 {
        let chunks: Vec<String> = self.query(COMPRESSED).await;
        let mut loose = 0;
        for chunk in chunks {
            loose += self.query::<i64>(&format!("SELECT count(*) FROM ONLY {chunk}")).await[0];
        }
        loose
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const COMPRESSED: &str = "SELECT chunk_schema || '.' || chunk_name FROM timescaledb_information.chunks
                          WHERE hypertable_name = 'events' AND is_compressed ORDER BY range_start_integer";
const CHUNKS: &str = "SELECT range_start_integer FROM timescaledb_information.chunks
                      WHERE hypertable_name = 'events' ORDER BY 1";
const HYPERTABLES: &str = "SELECT CAST(hypertable_name AS TEXT) FROM timescaledb_information.hypertables";

#[tokio::test]
async fn events_are_the_same_in_a_hypertable() {
    // A server each: the extension can't be created twice in one session, and there is only one.
    macro_rules! run {
        ($($test:ident),+ $(,)?) => {$({
            let server = Server::start();
            super::$test(server.database()).await;
            assert_eq!(server.query::<String>(HYPERTABLES).await, ["events"], stringify!($test));
        })+};
    }
    run!(
        an_event_reads_back_as_it_was_written,
        a_batch_that_is_written_twice_counts_once,
        what_lasts_is_one_event_with_an_end,
        what_was_left_open_ends_with_its_process,
        the_first_to_acknowledge_stays,
        what_became_of_events_is_found_in_its_order,
        pages_are_what_a_plain_filter_gives,
        a_page_by_number_counts_all,
        another_tenant_sees_nothing,
    );
}

#[tokio::test]
async fn old_chunks_are_compressed_and_go_whole() {
    let server = Server::start();
    let catalog = server.database().open().await;
    catalog.prepare_events(at(0)).await.expect("nothing is to be made");
    // Ten weeks, the last of which is now; each has the events of four hours, and one that lasts.
    let now = WallTime::from(std::time::SystemTime::now());
    let of = |week: i64, number: i64| now - Duration::from_secs((week * WEEK + number * 60).unsigned_abs());
    let mut events: Vec<Event> = Vec::new();
    for week in 0..10 {
        events.extend((0..240).map(|number| event(of(week, number), number.unsigned_abs())));
    }
    events.sort_by_key(|event| event.id);
    catalog.apply_events(&happened(&events)).await.expect("is written");
    let lasting = event(of(8, 500), 1);
    let began = EventWrite::Began(lasting.clone(), node());
    catalog.apply_events(&[began]).await.expect("is written");
    catalog.close().await;

    let jobs: Vec<i32> = server
        .query("SELECT job_id FROM timescaledb_information.jobs WHERE proc_name = 'policy_compression'")
        .await;
    assert_eq!(jobs.len(), 1, "compression runs by itself");
    server.execute(&format!("CALL run_job({})", jobs[0])).await;
    let compressed = server.query::<String>(COMPRESSED).await.len();
    assert!((8..=9).contains(&compressed), "all but the last week or two: {compressed}");
    assert_eq!(server.loose().await, 0);

    // Compressed events are found, acknowledged, ended, and written again, and the rest stays compressed.
    let catalog = server.database().open().await;
    let all = EventFilter::all(OrgId::DEFAULT);
    assert_eq!(total(&catalog, &all).await, 2_401);
    let old = &events[3];
    let acknowledged =
        catalog.acknowledge_event(OrgId::DEFAULT, old.id, seen(1, 1)).await.expect("is written");
    assert_eq!(acknowledged.and_then(|event| event.acknowledged), Some(seen(1, 1)));
    assert_eq!(catalog.end_events_left_open(&NodeId("another".to_owned()), now).await, Ok(0));
    assert_eq!(catalog.end_events_left_open(&node(), now).await, Ok(1));
    let ended = catalog.event(OrgId::DEFAULT, lasting.id).await.expect("is read").expect("is there");
    assert_eq!(ended.end, Some(now));
    catalog.apply_events(&happened(&events[..5])).await.expect("they are there already");
    assert_eq!(total(&catalog, &all).await, 2_401);
    catalog.close().await;
    let loose = server.loose().await;
    assert!(loose <= 500, "only what was near has been decompressed: {loose} of 2,400");

    // Whole weeks go at once, with their numbers; nothing else is decompressed by it.
    let catalog = server.database().open().await;
    let cutoff = now - Duration::from_secs((4 * WEEK).unsigned_abs());
    assert_eq!(catalog.forget_events(cutoff).await, Ok(false));
    let begin = cutoff.micros().div_euclid(WEEK * SECOND) * WEEK * SECOND;
    let kept: Vec<Event> = events.iter().filter(|event| event.start.micros() >= begin).cloned().collect();
    assert!(kept.len() >= 4 * 240, "{}", kept.len());
    assert_eq!(total(&catalog, &all).await, kept.len() as u64);
    assert_eq!(by_cursor(&catalog, &all, 500, SortOrder::Ascending).await, kept);
    assert_eq!(catalog.forget_events(cutoff).await, Ok(false), "nothing is left to do");
    catalog.close().await;
    assert_eq!(server.query::<i64>(CHUNKS).await.first(), Some(&begin));
    assert_eq!(server.loose().await, 0, "what was loose was in old chunks");
}
