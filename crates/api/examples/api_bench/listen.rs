//! The clients: they count what they are told, and how late.

use std::sync::Arc;

use futures::{SinkExt, StreamExt};
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::{Result, number, total, wall};

/// Where the time stands in a message.
const SENT: &str = "\"sent_micros\":";

/// What one client was told.
#[derive(Default)]
struct Told {
    events: usize,
    missed: usize,
    late_millis: Vec<f32>,
}

/// Connects all, says that they are, and tells what they heard once they have heard all.
pub(crate) async fn listen(address: &str, token: &str) -> Result<()> {
    let clients = number("NIGHTJAR_BENCH_CLIENTS", 1_000);
    let ready = Arc::new(Barrier::new(clients + 1));
    let mut tasks = JoinSet::new();
    for _ in 0..clients {
        let mut request = format!("ws://{address}/api/v1/ws/events").into_client_request()?;
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse()?);
        let (stream, _) = connect_async(request).await?;
        let ready = ready.clone();
        tasks.spawn(async move { client(stream, &ready).await });
    }
    ready.wait().await;
    println!("ready");
    let (mut events, mut missed, mut late) = (0, 0, Vec::new());
    while let Some(told) = tasks.join_next().await {
        let told = told?.ok_or("a client was closed")?;
        events += told.events;
        missed += told.missed;
        late.extend(told.late_millis);
    }
    late.sort_unstable_by(f32::total_cmp);
    let at = |share: f64| late[((late.len() - 1) as f64 * share) as usize];
    println!(
        "{events} messages, {missed} missed; from publishing to the client: p50 {:.0} ms, p95 {:.0} ms, max {:.0} ms",
        at(0.5),
        at(0.95),
        at(1.0)
    );
    Ok(())
}

async fn client<S>(mut stream: S, ready: &Barrier) -> Option<Told>
where
    S: StreamExt<Item = tokio_tungstenite::tungstenite::Result<Message>> + SinkExt<Message> + Unpin,
{
    stream.send(Message::text("{\"action\":\"subscribe\"}")).await.ok()?;
    stream.send(Message::Ping("subscribed".into())).await.ok()?;
    let mut told = Told::default();
    while told.events + told.missed < total() {
        match stream.next().await?.ok()? {
            Message::Pong(_) => {
                ready.wait().await;
            }
            Message::Text(text) => {
                if let Some((_, rest)) = text.split_once(SENT) {
                    let sent: i64 = rest.split(['}', ',']).next()?.parse().ok()?;
                    told.events += 1;
                    // Every tenth is enough.
                    if told.events % 10 == 0 {
                        told.late_millis.push((wall().micros() - sent) as f32 / 1_000.0);
                    }
                } else if let Some((_, rest)) = text.split_once("\"missed\":") {
                    told.missed += rest.split(['}', ',']).next()?.parse::<usize>().ok()?;
                }
            }
            Message::Close(_) => return None,
            _ => {}
        }
    }
    Some(told)
}
