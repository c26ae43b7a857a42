//! What the API costs on one core. Run by `bench/api.sh`:
//!
//! - `sockets`: 1,000 WebSockets that are each told 200 events a second, which are stored on their way.
//!   `NIGHTJAR_BENCH_CLIENTS`, `NIGHTJAR_BENCH_RATE` and `NIGHTJAR_BENCH_SECONDS` make it smaller.
//! - `cameras`: `GET /cameras?limit=50` with 500 cameras, as often as it goes, and the same bytes from
//!   a handler that does nothing else.
//!
//! The server is this process, with one thread for requests; the clients are another one.

mod ask;
mod cameras;
mod crowd;
mod listen;
mod server;
mod sockets;

use std::process::ExitCode;

use nightjar_model::WallTime;

/// What can go wrong ends the program.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let done = runtime.map_err(Into::into).and_then(|runtime| match arguments[..] {
        ["sockets"] => runtime.block_on(sockets::measure()),
        ["cameras"] => runtime.block_on(cameras::measure()),
        ["listen", address, token] => runtime.block_on(listen::listen(address, token)),
        ["ask", address, path, token] => runtime.block_on(ask::ask(address, path, token)),
        _ => Err("give `sockets` or `cameras`".into()),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Events of a whole run with sockets.
fn total() -> usize {
    number("NIGHTJAR_BENCH_RATE", 200) * number("NIGHTJAR_BENCH_SECONDS", 30)
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
