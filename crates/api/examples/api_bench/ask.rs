//! Clients that ask over and over for the same, each over one connection.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::{Result, monotonic, number};

const CLIENTS: usize = 16;

/// Prints how many answers all clients had.
pub(crate) async fn ask(address: &str, path: &str, token: &str) -> Result<()> {
    let mut tasks = JoinSet::new();
    for _ in 0..CLIENTS {
        let (stream, request) = (connect(address).await?, request(path, token));
        tasks.spawn(async move { client(stream, &request).await.map_err(|error| error.to_string()) });
    }
    println!("ready");
    let mut answers = 0;
    while let Some(answered) = tasks.join_next().await {
        answers += answered??;
    }
    println!("{answers}");
    Ok(())
}

/// The body of one answer.
pub(crate) async fn once(address: &str, path: &str, token: &str) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    answer(&mut connect(address).await?, &request(path, token), &mut body).await?;
    Ok(body)
}

async fn client(mut stream: BufStream<TcpStream>, request: &str) -> Result<u64> {
    let until = monotonic() + Duration::from_secs(number("NIGHTJAR_BENCH_SECONDS", 10) as u64);
    let (mut answers, mut body) = (0, Vec::new());
    while monotonic() < until {
        answer(&mut stream, request, &mut body).await?;
        answers += 1;
    }
    Ok(answers)
}

async fn connect(address: &str) -> Result<BufStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(BufStream::with_capacity(1 << 16, 1 << 10, stream))
}

fn request(path: &str, token: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\r\n")
}

/// One request and its answer (RFC 9112): the server must say how long it is.
async fn answer(stream: &mut BufStream<TcpStream>, request: &str, body: &mut Vec<u8>) -> Result<()> {
    stream.write_all(request.as_bytes()).await?;
    stream.flush().await?;
    let (mut line, mut length) = (String::new(), None);
    stream.read_line(&mut line).await?;
    if !line.starts_with("HTTP/1.1 200 ") {
        return Err(format!("not answered: {line}").into());
    }
    while line != "\r\n" {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Err("the connection was closed".into());
        }
        if let Some(bytes) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = Some(bytes.trim().parse()?);
        }
    }
    body.resize(length.ok_or("an answer without a length")?, 0);
    stream.read_exact(body).await?;
    Ok(())
}
