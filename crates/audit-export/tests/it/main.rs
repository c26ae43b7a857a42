//! The export with real receivers: sockets, and a bucket of `scripts/with-services`.

use std::time::Duration;

use futures::TryStreamExt;
use nightjar_audit_export::{BucketTarget, Exporter, SyslogAddress, SyslogTarget, Target};
use nightjar_catalog::{Catalog, CatalogOptions, Sealer};
use nightjar_media::WallTime;
use nightjar_model::{Actor, AuditRecord, OrgId, Outcome, Secret};
use nightjar_storage::{RemoteConfig, RemoteTier};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, BufReader};
use tokio::net::{TcpListener, TcpStream, UdpSocket, UnixDatagram};
use tokio::time::timeout;
use uuid::Uuid;

const LIMIT: Duration = Duration::from_secs(30);

async fn catalog() -> (TempDir, Catalog) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite://{}", folder.path().join("catalog.db").display());
    let options = CatalogOptions { sealer: Some(Sealer::new([1; 32], Vec::new())), ..Default::default() };
    (folder, Catalog::connect(&url, &options).await.expect("opens"))
}

async fn append(catalog: &Catalog, count: usize, details: Value) {
    let record = |number| AuditRecord {
        id: Uuid::now_v7(),
        org_id: OrgId::DEFAULT,
        at: WallTime::from_millis(1_795_176_000_000 + number),
        actor: Actor::System,
        action: "camera.update".to_owned(),
        object_kind: "camera".to_owned(),
        object_id: "front\ndoor".to_owned(),
        outcome: if number == 1 { Outcome::Refused } else { Outcome::Done },
        ip: None,
        request_id: None,
        details: details.clone(),
    };
    let records: Vec<_> = (0..count as i64).map(record).collect();
    catalog.append_audit(&records).await.expect("are added");
}

fn syslog(catalog: &Catalog, address: &str) -> Exporter {
    let address: SyslogAddress = address.parse().expect("an address");
    Exporter::new(catalog.clone(), Target::Syslog(SyslogTarget::new(address, "node-1")))
}

/// The entry of a message.
fn entry(message: &[u8]) -> Value {
    let text = std::str::from_utf8(message).expect("UTF-8");
    let json = &text[text.find('{').expect("an object")..];
    serde_json::from_str(json).expect("JSON")
}

/// The places of so many messages, with counted octets (RFC 6587 §3.4.1).
async fn receive(stream: &mut BufReader<TcpStream>, count: usize) -> Vec<i64> {
    let mut places = Vec::new();
    while places.len() < count {
        let mut length = String::new();
        loop {
            match timeout(LIMIT, stream.read_u8()).await.expect("in time").expect("a byte") {
                b' ' => break,
                digit => length.push(char::from(digit)),
            }
        }
        let mut message = vec![0; length.parse().expect("a number")];
        timeout(LIMIT, stream.read_exact(&mut message)).await.expect("in time").expect("a message");
        places.push(entry(&message)["seq"].as_i64().expect("a number"));
    }
    places
}

#[tokio::test]
async fn a_broken_connection_and_a_restart_lose_no_entry() {
    let (_folder, catalog) = catalog().await;
    append(&catalog, 1_200, json!({ "name": "Nëw" })).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("tcp://{}", listener.local_addr().expect("has one"));
    let mut exporter = syslog(&catalog, &address);
    // The first receiver dies over the first entries.
    let dies = async {
        let (mut stream, _) = listener.accept().await.expect("comes");
        stream.read_u8().await.expect("a byte");
    };
    let (sent, ()) = tokio::join!(exporter.advance(), dies);
    let mut failed = sent.is_err();
    while !failed {
        failed = exporter.advance().await.is_err();
        tokio::task::yield_now().await;
    }
    // The second one gets everything from the first entry on, in order.
    let lives = async {
        let (stream, _) = listener.accept().await.expect("comes");
        let mut stream = BufReader::new(stream);
        let places = receive(&mut stream, 1_200).await;
        (stream, places)
    };
    let (sent, (mut stream, places)) = tokio::join!(exporter.advance(), lives);
    assert_eq!(sent.expect("is sent"), 1_200);
    assert_eq!(places, (1..=1_200).collect::<Vec<_>>());
    assert_eq!(exporter.advance().await.expect("is confirmed"), 0);

    append(&catalog, 3, json!(null)).await;
    assert_eq!(exporter.advance().await.expect("is sent"), 3);
    assert_eq!(receive(&mut stream, 3).await, [1_201, 1_202, 1_203]);
    drop(exporter);
    // The last three were sent and not confirmed: after a restart they come once more.
    let mut exporter = syslog(&catalog, &address);
    let again = async {
        let (stream, _) = listener.accept().await.expect("comes");
        receive(&mut BufReader::new(stream), 3).await
    };
    let (sent, places) = tokio::join!(exporter.advance(), again);
    assert_eq!((sent.expect("is sent"), places), (3, vec![1_201, 1_202, 1_203]));
}

#[tokio::test]
async fn datagrams_are_messages_of_rfc_5424() {
    let (folder, catalog) = catalog().await;
    append(&catalog, 2, json!({ "name": "Gate" })).await;
    append(&catalog, 1, json!({ "long": "x".repeat(100_000) })).await;
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let mut exporter = syslog(&catalog, &format!("udp://{}", socket.local_addr().expect("has one")));
    assert_eq!(exporter.advance().await.expect("is sent"), 3);
    let path = folder.path().join("log");
    let unix = UnixDatagram::bind(&path).expect("a socket");
    let mut other = syslog(&catalog, &format!("unix://{}", path.display()));
    assert_eq!(other.advance().await.expect("is sent"), 3);
    let (mut buffer, mut again) = (vec![0; 70_000], vec![0; 70_000]);
    let expected = ["<110>1 2026-11-20T12:00:00.000Z", "<109>1 2026-11-20T12:00:00.001Z", "<110>1 2026"];
    for (number, expected) in expected.iter().enumerate() {
        let length = timeout(LIMIT, socket.recv(&mut buffer)).await.expect("in time").expect("a message");
        let same = timeout(LIMIT, unix.recv(&mut again)).await.expect("in time").expect("a message");
        assert_eq!(buffer[..length], again[..same]);
        let text = String::from_utf8_lossy(&buffer[..length]);
        assert!(text.starts_with(expected) && text.contains("Z node-1 nightjar - audit - {"), "{text}");
        let entry = entry(&buffer[..length]);
        assert_eq!((&entry["seq"], &entry["object"]["id"]), (&json!(number + 1), &json!("front\ndoor")));
        assert_eq!(entry["details"].get("left_out").is_some(), number == 2, "{text}");
    }
    // What was sent is not sent again after a restart.
    let mut exporter = syslog(&catalog, &format!("udp://{}", socket.local_addr().expect("has one")));
    assert_eq!(exporter.advance().await.expect("nothing is left"), 0);
}

#[tokio::test]
async fn a_bucket_gets_objects_of_lines() {
    let variable = |name| std::env::var(name).expect("run it through scripts/with-services");
    let (_folder, catalog) = catalog().await;
    append(&catalog, 700, json!({ "name": "Gate" })).await;
    // SeaweedFS has room for few buckets: each run has a folder of its own.
    let config = RemoteConfig::new(
        variable("NIGHTJAR_TEST_S3_ENDPOINT").parse().expect("an address"),
        "nightjar-audit-tests".to_owned(),
        variable("NIGHTJAR_TEST_S3_ACCESS_KEY"),
        Secret::new(variable("NIGHTJAR_TEST_S3_SECRET_KEY")),
    );
    let prefix = format!("audit-{}", Uuid::now_v7().simple());
    let remote = RemoteTier::new(config).expect("can be used");
    remote.ensure_bucket().await.expect("is made");
    let target = || Target::Bucket(BucketTarget { remote: remote.clone(), prefix: prefix.clone() });
    let mut exporter = Exporter::new(catalog.clone(), target());
    assert_eq!(exporter.advance().await.expect("is stored"), 700);
    append(&catalog, 1, json!(null)).await;
    let mut exporter = Exporter::new(catalog.clone(), target());
    assert_eq!(exporter.advance().await.expect("is stored"), 1, "it goes on where the last one ended");
    let objects: Vec<_> = remote.list(Some(&prefix)).try_collect().await.expect("are listed");
    let names: Vec<&str> = objects.iter().filter_map(|object| object.key.rsplit('/').next()).collect();
    let expected = ["000000000001-000000000500", "000000000501-000000000700", "000000000701-000000000701"];
    assert_eq!(names, expected.map(|name| format!("{name}.jsonl")));
    let mut places = Vec::new();
    for object in objects {
        let bytes = remote.get_range(&object.key, 0..object.bytes).await.expect("is read");
        let lines = std::str::from_utf8(&bytes).expect("UTF-8").lines();
        places.extend(lines.map(|line| entry(line.as_bytes())["seq"].as_i64().expect("a number")));
    }
    assert_eq!(places, (1..=701).collect::<Vec<_>>());
}
