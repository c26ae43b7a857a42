//! Faults over the commands and the schedule of `nightjar simulate`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use nightjar_simulator::{SimulateOptions, simulate};
use parking_lot::Mutex;
use tokio::io::{AsyncWriteExt, BufReader, duplex};
use tokio_util::sync::CancellationToken;

use crate::client::{Client, LONG};
use crate::ffmpeg::{brisk, clip_dir};

fn options() -> SimulateOptions {
    SimulateOptions {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        cameras: 2,
        looks: 1,
        video: brisk(),
        audio: nightjar_simulator::Audio::None,
        sub: None,
        clip_dir: clip_dir(),
        ..SimulateOptions::default()
    }
}

async fn said(lines: &Mutex<Vec<String>>, count: usize) -> Vec<String> {
    let wait = async {
        while lines.lock().len() < count {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(LONG, wait).await.expect("an answer");
    lines.lock().clone()
}

#[tokio::test]
async fn lines_begin_and_end_faults() {
    let (mut commands, input) = duplex(1024);
    let lines = Arc::new(Mutex::new(Vec::new()));
    let (heard, cancel) = (Arc::clone(&lines), CancellationToken::new());
    let say = move |text: &str| heard.lock().push(text.to_owned());
    let running = simulate(options(), BufReader::new(input), say, cancel.clone());
    let test = async {
        let urls = said(&lines, 1).await.remove(0);
        let (first, second) = urls.split_once('\n').expect("two cameras");
        let mut client = Client::play(first).await.expect("played");
        client.frames(2).await.expect("media");
        commands
            .write_all(b"cam0001 drop\ncam0001 unauthorized 1m\nnobody stall\ncam0001 x\n")
            .await
            .expect("open");
        let answers = said(&lines, 5).await;
        assert_eq!(answers[1..3], ["ok", "ok"]);
        assert!(answers[3].contains("`nobody`") && answers[4].contains("not a fault"), "{answers:?}");
        client.end().await;
        let mut client = Client::connect(first).await.expect("connected");
        assert_eq!(client.request("DESCRIBE", "", "").await.expect("answer").status, 401);
        Client::play(second).await.expect("the other is well").frames(2).await.expect("media");
        commands.write_all(b"all clear\nstats\nhelp\n").await.expect("open");
        assert!(said(&lines, 8).await[6].contains("frames"));
        Client::play(first).await.expect("well again").frames(2).await.expect("media");
        cancel.cancel();
    };
    let (result, ()) = tokio::join!(running, test);
    result.expect("stopped in order");
}

#[tokio::test]
async fn scheduled_faults_come_at_their_time() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let (heard, cancel) = (Arc::clone(&lines), CancellationToken::new());
    let mut options = options();
    options.faults =
        vec!["all:drop@500ms".parse().expect("valid"), "cam0001:refuse@1s+30s".parse().expect("valid")];
    let say = move |text: &str| heard.lock().push(text.to_owned());
    let running = simulate(options, tokio::io::empty(), say, cancel.clone());
    let test = async {
        let urls = said(&lines, 1).await.remove(0);
        let url = urls.lines().next().expect("a camera");
        let mut client = Client::play(url).await.expect("played");
        client.end().await;
        let refused = async {
            while Client::play(url).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(LONG, refused).await.expect("refused");
        cancel.cancel();
    };
    let (result, ()) = tokio::join!(running, test);
    result.expect("stopped in order");
}
