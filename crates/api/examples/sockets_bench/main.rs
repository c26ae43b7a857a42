//! How many WebSockets one core serves: 1,000 clients that are each told 200 events a second, which are
//! stored on their way. Run by `bench/sockets.sh`.
//!
//! The server is this process, with one thread for requests; the clients are another one, so that what
//! they cost is not counted. `NIGHTJAR_BENCH_CLIENTS`, `NIGHTJAR_BENCH_RATE` and
//! `NIGHTJAR_BENCH_SECONDS` make it smaller.

mod clients;
mod server;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use nightjar_events::Events;
use nightjar_model::{EventType, NewEvent, OrgId, Severity, WallTime};
use tokio::time::{MissedTickBehavior, interval};

/// What can go wrong ends the program.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let done = runtime.map_err(Into::into).and_then(|runtime| match &arguments[..] {
        [listen, address, token] if listen == "listen" => runtime.block_on(clients::listen(address, token)),
        _ => runtime.block_on(measure()),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Events of the whole run.
fn total() -> usize {
    number("NIGHTJAR_BENCH_RATE", 200) * number("NIGHTJAR_BENCH_SECONDS", 30)
}

async fn measure() -> Result<()> {
    let mut server = server::Server::start().await?;
    let mut child = Command::new(std::env::current_exe()?)
        .args(["listen", &server.address, &server.token])
        .stdout(Stdio::piped())
        .spawn()?;
    let mut said = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
    let ready = tokio::task::spawn_blocking(move || (said.next(), said)).await?;
    let (Some(Ok(_)), mut said) = ready else { return fail(child, "the clients did not connect") };
    let before = cpu_seconds()?;
    let took = publish(&server.events).await;
    let result = tokio::task::spawn_blocking(move || said.next()).await?;
    let cores = (cpu_seconds()? - before) / took.as_secs_f64();
    let Some(Ok(result)) = result else { return fail(child, "the clients gave up") };
    child.wait()?;
    server.stop().await;
    let clients = number("NIGHTJAR_BENCH_CLIENTS", 1_000);
    println!(
        "{clients} clients, {} events in {:.1} s: {cores:.2} cores; {result}",
        total(),
        took.as_secs_f64()
    );
    Ok(())
}

/// As many events a second as are asked for.
async fn publish(events: &Events) -> Duration {
    let started = monotonic();
    let rate = u32::try_from(number("NIGHTJAR_BENCH_RATE", 200)).unwrap_or(u32::MAX);
    let mut ticks = interval(Duration::from_secs(1) / rate);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    for number in 0..total() {
        ticks.tick().await;
        let event = NewEvent::new(OrgId::DEFAULT, EventType::MOTION_DETECTED, Severity::Warning, wall());
        let event = event.of(server::camera(number)).with("zone", "door").with("confidence", 0.87);
        events.publish(event.with("sent_micros", wall().micros()));
    }
    started.elapsed()
}

fn fail(mut child: Child, reason: &str) -> Result<()> {
    let _ = child.kill();
    Err(reason.into())
}

/// CPU time of this process: user and kernel, all threads (proc(5), clock ticks of 10 ms).
fn cpu_seconds() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields = stat.rsplit(") ").next().ok_or("no fields")?;
    let ticks = |place: usize| fields.split(' ').nth(place).and_then(|text| text.parse::<f64>().ok());
    Ok((ticks(11).ok_or("no user time")? + ticks(12).ok_or("no kernel time")?) / 100.0)
}

pub(crate) fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

pub(crate) fn wall() -> WallTime {
    #[expect(clippy::disallowed_methods, reason = "this program measures time")]
    std::time::SystemTime::now().into()
}

fn monotonic() -> std::time::Instant {
    #[expect(clippy::disallowed_methods, reason = "this program measures time")]
    std::time::Instant::now()
}
