//! What operators read: sentences with fields, never the debug output of Rust; and no secrets in what the
//! system shows of the process.

use std::path::{Path, PathBuf};
use std::time::Duration;

use nightjar_simulator::{ClipSpec, Video};
use serde_json::Value;

use crate::support::{Setup, nightjar::PASSWORD, root, simulate};

/// Macros that log.
const MACROS: [&str; 5] = ["trace!(", "debug!(", "info!(", "warn!(", "error!("];

#[test]
fn no_source_logs_debug_output() {
    let mut found = Vec::new();
    for file in sources(&root().join("crates")) {
        let text = std::fs::read_to_string(&file).expect("a source");
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for (at, _) in MACROS.iter().flat_map(|name| code.match_indices(name)) {
            let call = call(&code[at..]);
            let sigil = call.split(['(', ',', '=']).any(|part| part.trim_start().starts_with('?'));
            if sigil || has_debug_format(call) {
                found.push(format!("{}: {call}", file.display()));
            }
        }
        // Errors end up in the log by their texts.
        let texts = code.lines().filter(|line| has_debug_format(line));
        let harmless = |line: &&str| {
            ["assert", "panic!", "unreachable!", "expect"].iter().any(|word| line.contains(word))
        };
        found.extend(texts.filter(|line| !harmless(line)).map(|line| format!("{}: {line}", file.display())));
    }
    assert!(found.is_empty(), "write a sentence with fields by Display:\n{}", found.join("\n"));
}

fn has_debug_format(text: &str) -> bool {
    text.contains(":?}") || text.contains(":#?}")
}

/// The text of a macro's call, from its name to the parenthesis that ends it.
fn call(text: &str) -> &str {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return &text[..=at];
                }
            }
            _ => {}
        }
    }
    text
}

/// All sources of the crates but their tests.
fn sources(crates: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let folders = std::fs::read_dir(crates).expect("crates").flatten().map(|entry| entry.path().join("src"));
    let mut folders: Vec<PathBuf> = folders.collect();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            let is_test = path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("tests"));
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test {
                found.push(path);
            }
        }
    }
    assert!(found.len() > 300, "the sources were found: {}", found.len());
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn each_line_of_the_log_is_a_sentence_with_fields() {
    let simulated = simulate(1, &ClipSpec::painted(Video::tiny()), "").await;
    let gone = "[[cameras]]\nid = \"gone\"\nrtsp_url = \"rtsp://127.0.0.1:1/stream\"\n";
    let mut setup = Setup::new(&format!("{}{gone}", simulated.config));
    setup.set("service.log", "warn,nightjar=debug");
    setup.set("service.log_format", "json");
    let server = setup.serve().await;
    server.until_recording(1, Duration::from_secs(30)).await;
    server.kill();
    // Recovers, and is told of a camera that leaves.
    let server = setup.serve().await;
    server.until_recording(1, Duration::from_secs(30)).await;
    simulated.simulator.shutdown().await;
    assert_eq!(server.try_post("/api/v1/cameras", &serde_json::json!({ "name": 1 })).await.0, 400);
    assert!(server.stop().await);

    let log = setup.log();
    let lines: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    for needed in ["connected", "recovered what was being written", "session ended", "stopped"] {
        assert!(
            lines.iter().any(|line| line["message"].as_str().is_some_and(|text| text.contains(needed))),
            "{log}"
        );
    }
    for line in &lines {
        let fields = line.as_object().expect("an object");
        assert!(fields["message"].as_str().is_some_and(|text| text.len() > 3), "{line}");
        for text in fields.values().filter_map(Value::as_str) {
            assert!(!is_debug_output(text), "{text}\n in {line}");
        }
    }
}

/// Names of variants with their content, structs, options, quoted strings in lists.
fn is_debug_output(text: &str) -> bool {
    let shows_type = |text: &str, end: &str| {
        text.match_indices(end).any(|(at, _)| {
            let word = text[..at].trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').len();
            let word = &text[word..at];
            word.starts_with(|c: char| c.is_ascii_uppercase())
                && word.contains(|c: char| c.is_ascii_lowercase())
        })
    };
    shows_type(text, " { ")
        || shows_type(text, "(\"")
        || ["Some(", "Ok(", "Err("].iter().any(|word| text.contains(word))
}

#[test]
fn debug_output_is_known_when_it_is_seen() {
    for text in ["Report { recovered: 1 }", "Some(3)", "failed: Io(\"x\")", "Err(Gone)"] {
        assert!(is_debug_output(text), "{text}");
    }
    for text in ["recovered 1, gaps 2", "GET /api/v1 (RFC 2326)", "the camera refused our credentials (401)"]
    {
        assert!(!is_debug_output(text), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_stays_in_what_the_system_shows_of_the_process() {
    const CANARY: &str = "canary-c0ffee";
    let key = "5e".repeat(32);
    let camera = format!("rtsp://admin:{CANARY}@127.0.0.1:1/stream");
    let mut setup = Setup::new("");
    setup.environment = vec![
        ("NIGHTJAR_SECRET_KEY".to_owned(), key.clone()),
        ("CAMERA1_RTSP_URL".to_owned(), camera),
        ("NIGHTJAR__STORAGE__ENDPOINT".to_owned(), "http://127.0.0.1:1".to_owned()),
        ("S3_BUCKET".to_owned(), "nowhere".to_owned()),
        ("S3_ACCESS_KEY_ID".to_owned(), "key".to_owned()),
        ("S3_SECRET_ACCESS_KEY".to_owned(), CANARY.to_owned()),
    ];
    let server = setup.serve().await;
    // All of it has been read: the sign-in used the password, and the camera is there.
    let cameras = server.data("/api/v1/cameras").await;
    assert_eq!(cameras["items"].as_array().map(Vec::len), Some(1), "{cameras}");
    assert!(!setup.path("data/keys/secret.key").exists(), "the key is that of the environment");
    let process = PathBuf::from(format!("/proc/{}", server.id()));
    for file in ["environ", "cmdline", "fd/0"] {
        let shown = std::fs::read(process.join(file)).expect("is shown");
        let shown = String::from_utf8_lossy(&shown);
        for secret in [PASSWORD, CANARY, &key] {
            assert!(!shown.contains(secret), "{file}: {shown}");
        }
        assert!(file != "environ" || shown.contains("PATH="), "what others need stays: {shown}");
    }
    let name = std::fs::read_to_string(process.join("comm")).expect("is shown");
    assert_eq!(name.trim(), "nightjar");
    assert!(server.stop().await);
}

#[tokio::test]
async fn help_opens_with_what_the_program_is_for() {
    let setup = Setup::new("");
    let help = setup.printed(&["--help"]).await;
    assert!(help.starts_with("Nightjar records IP cameras"), "{help}");
    for command in ["serve", "check", "simulate", "catalog", "user", "audit"] {
        let help = setup.printed(&[command, "--help"]).await;
        let first = help.lines().next().unwrap_or_default();
        let is_sentence = first.starts_with(|c: char| c.is_ascii_uppercase()) && first.contains(' ');
        assert!(is_sentence && !first.contains('`'), "{command}: {first}");
    }
}
