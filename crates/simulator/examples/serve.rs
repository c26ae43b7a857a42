//! Serves cameras until it is killed: `serve [CAMERAS] [PORT]`; commands on standard input.

use nightjar_simulator::{SimulateOptions, simulate};
use tokio::io::{BufReader, stdin};
use tokio_util::sync::CancellationToken;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut options = SimulateOptions::default();
    if let Some(cameras) = arguments.next().and_then(|text| text.parse().ok()) {
        options.cameras = cameras;
    }
    if let Some(port) = arguments.next().and_then(|text| text.parse().ok()) {
        options.listen.set_port(port);
    }
    options.mixed = arguments.next().is_some_and(|text| text == "mixed");
    let say = |text: &str| println!("{text}");
    if let Err(error) = simulate(options, BufReader::new(stdin()), say, CancellationToken::new()).await {
        eprintln!("{error}");
    }
}
