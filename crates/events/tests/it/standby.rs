//! A database that answers, and takes no writes for a while.

use std::time::Duration;

use crate::database::TestDatabase;
use crate::lab::{Lab, config, doorbell, told};

#[tokio::test]
async fn events_wait_while_the_database_takes_no_writes_on_sqlite() {
    events_wait_while_the_database_takes_no_writes(TestDatabase::sqlite()).await;
}

#[tokio::test]
async fn events_wait_while_the_database_takes_no_writes_on_postgres() {
    events_wait_while_the_database_takes_no_writes(TestDatabase::postgres()).await;
}

async fn events_wait_while_the_database_takes_no_writes(database: TestDatabase) {
    let mut lab = Lab::on(config(), &database.url()).await;
    let mut notices = lab.events.subscribe();
    lab.events.publish(doorbell(0));
    let mut expected = told(&mut notices, 1).await;
    database.refuse_writes();
    for number in 1..20 {
        lab.events.publish(doorbell(number));
    }
    // Time for some attempts.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(lab.events.dropped(), 0);
    database.take_writes();
    expected.extend(told(&mut notices, 19).await);
    assert_eq!(lab.stored().await, expected);
    lab.stop().await;
    assert_eq!((lab.events.dropped(), expected.len()), (0, 20));
}
