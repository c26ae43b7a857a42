//! `nightjar sandbox`, through which the server runs ffmpeg: what a program can do in it, and what it can't.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use seccompiler::{SeccompAction, SeccompFilter, apply_filter};

use crate::support::Setup;

const BINARY: &str = env!("CARGO_BIN_EXE_nightjar");

/// Tries everything that a decoder that was taken over would try. Perl, because it needs no file of its own for that.
const ATTACK: &str = r#"
my ($ptrace, $mount, $unshare, $written, @files) = @ARGV;
sub told { my ($what, $done) = @_; syswrite(STDOUT, "$what\t" . ($done ? "done" : "denied") . "\n"); }
# Nothing is done even where it is possible: nobody has this number, and nothing is at this path.
sub possible { my ($call, @more) = @_; return syscall($call, @more) >= 0 || $! != 1; }
told("socket inet", socket(my $inet, 2, 1, 0));
told("socket unix", socket(my $unix, 1, 1, 0));
told("read $_", open(my $file, "<", $_)) for @files;
told("write", open(my $file, ">", $written));
told("list", opendir(my $folder, "/"));
told("signal", kill(0, getppid()));
told("trace", possible($ptrace + 0, 16, 2147483646, 0, 0));
told("mount", possible($mount + 0, "none", "/nothing/here", "tmpfs", 0, 0));
told("namespace", possible($unshare + 0, 0x40000000 | 0x1));
told("io_uring", possible(425, 0, "x" x 120));
told("environment", scalar(keys %ENV) > 0);
told("descriptors", open(my $other, "<&=", 7));
my $child = fork();
exit(0) if defined($child) && $child == 0;
told("fork", defined($child));
exec { "/bin/sh" } "sh", "-c", "printf 'execute\tdone\n'" or told("execute", 0);
"#;

/// The arguments that restrict a program as the server does.
fn restricted(program: &Path) -> Command {
    let mut command = Command::new(BINARY);
    command.args(["sandbox", "--memory=1073741824", "--cpu-secs=5", "--"]).arg(program);
    command
}

/// What came of each attempt.
fn attack(mut command: Command, folder: &Path, files: &[PathBuf]) -> BTreeMap<String, bool> {
    let numbers = [libc::SYS_ptrace, libc::SYS_mount, libc::SYS_unshare];
    command.args(["-e", ATTACK]).args(numbers.map(|number| number.to_string()));
    command.arg(folder.join("written")).args(files).current_dir("/").stdin(Stdio::null());
    let Output { status, stdout, stderr } = command.output().expect("perl runs");
    let said = String::from_utf8_lossy(&stdout).into_owned();
    assert!(said.contains("execute"), "{status}: {said}{}", String::from_utf8_lossy(&stderr));
    let lines = said.lines().map(|line| line.split_once('\t').expect("two words"));
    lines.map(|(what, came)| (what.to_owned(), came == "done")).collect()
}

/// A key frame as a camera sends it.
fn key_frame(encoder: &str, format: &str) -> Vec<u8> {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "quiet", "-f", "lavfi", "-i", "testsrc2=size=1920x1080", "-frames:v", "1"]);
    let made = command.args(["-c:v", encoder, "-f", format, "pipe:1"]).stderr(Stdio::null()).output();
    made.expect("ffmpeg runs").stdout
}

/// The frame as JPEG, decoded by ffmpeg in the sandbox.
fn decoded(encoder: &str, format: &str) -> Vec<u8> {
    let frame = key_frame(encoder, format);
    let mut command = restricted(&nightjar_sandbox::find("ffmpeg").expect("ffmpeg is installed"));
    command.args(["-v", "error", "-threads", "1", "-f", format, "-i", "pipe:0", "-frames:v", "1"]);
    command.args(["-f", "mjpeg", "pipe:1"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().expect("nightjar runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let feeding = std::thread::spawn(move || stdin.write_all(&frame));
    let output = child.wait_with_output().expect("ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", output.status);
    feeding.join().expect("joined").expect("all of it was read");
    output.stdout
}

/// Runs `tests` on a thread, and in its children, for which the system has none of these calls.
fn on_a_kernel_without(calls: &[i64], tests: impl FnOnce() + Send) {
    let rules = calls.iter().map(|call| (*call, Vec::new())).collect();
    let missing = SeccompAction::Errno(libc::ENOSYS.cast_unsigned());
    let arch = std::env::consts::ARCH.try_into().expect("a known processor");
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, missing, arch).expect("a filter");
    let filter: Vec<_> = filter.try_into().expect("a program");
    std::thread::scope(|scope| {
        let thread = scope.spawn(move || {
            apply_filter(&filter).expect("the kernel has seccomp");
            tests();
        });
        thread.join().expect("the thread's tests pass");
    });
}

/// What the helper says is missing.
fn gaps() -> BTreeSet<String> {
    let mut command = Command::new(BINARY);
    command.args(["sandbox", "--memory=1073741824", "--cpu-secs=5", "--report", "--", "/usr/bin/perl"]);
    let output = command.output().expect("nightjar runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

fn perl() -> PathBuf {
    nightjar_sandbox::find("perl").expect("perl is installed")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confined_program_reaches_nothing_but_its_pipes() {
    // Keys, database and footage of a real server, which goes on running.
    let setup = Setup::new("");
    let server = setup.serve().await;
    let data = setup.path("data");
    std::fs::write(setup.path("data/recordings/footage.mp4"), "footage").expect("written");
    let secrets = ["keys/secret.key", "nightjar.db", "recordings/footage.mp4"].map(|name| data.join(name));
    let others = ["/etc/passwd", "/proc/self/environ", "/proc/1/cmdline"].map(PathBuf::from);
    let files: Vec<PathBuf> = secrets.into_iter().chain(others).collect();

    let free = attack(Command::new(perl()), setup.folder.path(), &files);
    let tried =
        ["socket inet", "socket unix", "write", "list", "signal", "trace", "fork", "execute", "environment"];
    for what in tried
        .map(str::to_owned)
        .into_iter()
        .chain(files.iter().map(|file| format!("read {}", file.display())))
    {
        assert_eq!(free.get(&what), Some(&true), "a program that is not confined can do it: {what}");
    }
    std::fs::remove_file(setup.path("written")).expect("it wrote");
    assert_eq!(gaps(), BTreeSet::new(), "this system permits everything");
    let confined = attack(restricted(&perl()), setup.folder.path(), &files);
    assert_eq!(confined.keys().collect::<Vec<_>>(), free.keys().collect::<Vec<_>>());
    let done: Vec<_> = confined.iter().filter(|(_, done)| **done).map(|(what, _)| what).collect();
    assert_eq!(done, Vec::<&String>::new(), "nothing of it is possible");
    assert!(!setup.path("written").exists());
    assert!(setup.log().contains("/usr/bin/ffmpeg runs confined"), "{}", setup.log());
    assert!(server.stop().await);
}

#[test]
fn ffmpeg_decodes_pictures_in_it() {
    for (encoder, format) in [("libx264", "h264"), ("libx265", "hevc")] {
        let picture = decoded(encoder, format);
        assert!(
            picture.starts_with(&[0xff, 0xd8]) && picture.len() > 10_000,
            "{format}: {} bytes",
            picture.len()
        );
    }
}

#[test]
fn what_the_kernel_lacks_is_left_out_and_told() {
    on_a_kernel_without(&[libc::SYS_landlock_create_ruleset], || {
        assert_eq!(gaps(), BTreeSet::from(["files".to_owned()]));
        assert!(decoded("libx264", "h264").starts_with(&[0xff, 0xd8]));
    });
    on_a_kernel_without(&[libc::SYS_landlock_create_ruleset, libc::SYS_unshare, libc::SYS_seccomp], || {
        let all = ["files", "network", "system-calls", "user"].map(str::to_owned);
        let missing: BTreeSet<String> = gaps();
        // Root becomes another user even so.
        assert!(missing.is_superset(&BTreeSet::from_iter(all.into_iter().take(3))), "{missing:?}");
        assert!(decoded("libx265", "hevc").starts_with(&[0xff, 0xd8]));
    });
    on_a_kernel_without(&[libc::SYS_unshare], || {
        let folder = tempfile::tempdir().expect("temporary folder");
        let confined = attack(restricted(&perl()), folder.path(), &[PathBuf::from("/etc/passwd")]);
        assert!(
            confined.values().all(|done| !done),
            "without namespaces, seccomp and Landlock hold: {confined:?}"
        );
        let check =
            Command::new(BINARY).arg("check").arg("--data-dir").arg(folder.path()).output().expect("runs");
        let said = String::from_utf8_lossy(&check.stdout);
        assert!(
            said.contains("as far as the system permits: ") && said.contains("no network namespace"),
            "{said}"
        );
    });
}
