//! `GET /cameras?limit=50` with 500 cameras that are recorded, beside a handler that only hands out the same bytes.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use nightjar_model::StatusBoard;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::interval;

use crate::crowd::Crowd;
use crate::server::{Server, camera};
use crate::{Result, ask, cpu_seconds, wall};

const CAMERAS: usize = 500;
const PATH: &str = "/api/v1/cameras?limit=50";

/// Prints how many requests one second of one core answers.
pub(crate) async fn measure() -> Result<()> {
    let server = Server::start(CAMERAS).await?;
    let page = ask::once(&server.address, PATH, &server.token).await?;
    let mut tasks = JoinSet::new();
    let floor = floor(&mut tasks, page.clone()).await?;
    tasks.spawn(keep_moving(server.status.clone()));
    println!("a page has {} bytes", page.len());
    // In turns: what else the machine does meanwhile hits both.
    for _ in 0..3 {
        let ours = rate(&server.address, &server.token).await?;
        let least = rate(&floor, &server.token).await?;
        println!("{ours:.0} a second of one core; the floor {least:.0}: {:.2} times its cost", least / ours);
    }
    server.stop().await;
    Ok(())
}

/// Posts what a recorder posts: twice a second of each camera that its newest frame is a newer one.
async fn keep_moving(status: StatusBoard) {
    let mut ticks = interval(Duration::from_secs(1) / (2 * CAMERAS as u32));
    for number in 0.. {
        ticks.tick().await;
        let now = wall();
        status.update_camera(camera(number % CAMERAS), now, |status| status.last_frame = Some(now));
    }
}

/// A bare handler; gives its address.
async fn floor(tasks: &mut JoinSet<()>, page: Vec<u8>) -> Result<String> {
    let page = Bytes::from(page);
    let answer = move || async move { ([(CONTENT_TYPE, "application/json")], page) };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let router: Router = Router::new().route("/api/v1/cameras", get(answer));
    tasks.spawn(async move { axum::serve(listener, router).await.expect("serves") });
    Ok(address)
}

/// Requests that are answered by a second of CPU time.
async fn rate(address: &str, token: &str) -> Result<f64> {
    let crowd = Crowd::start(&["ask", address, PATH, token]).await?;
    let before = cpu_seconds()?;
    let answered: f64 = crowd.told().await?.parse()?;
    Ok(answered / (cpu_seconds()? - before))
}
