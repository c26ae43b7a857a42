//! The command line: what can be asked for, and the help that teaches it.

use std::collections::HashSet;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use nightjar_catalog::AuditHead;
use nightjar_simulator::ScheduledFault;

use crate::config::{self, ConfigErrors, Inputs, Override};

/// Nightjar records IP cameras and plays the recordings back on a web page
#[derive(Debug, Parser)]
#[command(name = "nightjar", version, arg_required_else_help = true, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  nightjar check                        check nightjar.toml and everything it connects to
  nightjar serve                        record; the page is on http://127.0.0.1:8080
  CAMERA1_RTSP_URL=rtsp://user:pass@192.168.1.97:554/stream1 nightjar serve
                                        record one camera without any file
  nightjar simulate --cameras 4         simulate four cameras
  nightjar catalog verify --deep        verify that no recorded time is missing and no file has changed

The configuration is nightjar.toml, then the environment, then flags; each wins over the one before.
Documentation: docs/user-guide.md";

const SIMULATE_HELP: &str = "\
It prints the cameras' addresses, then reads commands from standard input, one per line:
  cam0003 stall 20s        a fault, for a time or until cleared; `all` for every camera
  cam0003 clear            no fault any more
  stats, urls, help
Faults: drop, reset, stall, lose=PERCENT, garbage, no-key-frame, jump=TIME, wrap=TIME, codec, resolution,
fps=N, drip=BYTES, refuse, unauthorized, silent, half-open

Example:
  nightjar simulate -n 8 --mixed --fault cam0001:drop@30s+10s";

const BACKUP_HELP: &str = "\
It holds accounts, cameras, settings, events, the audit trail and the list of footage, with the keys that open
the cameras' passwords. It does not hold footage: that stays in its folder and in the bucket. Run it as the
server's user.

Example:
  nightjar backup --passphrase-file /root/passphrase /backup/nightjar-$(date +%F).backup";

const RESTORE_HELP: &str = "\
The configuration file is written where there is none; the database and the data folder must be empty, but
for footage. Afterwards `nightjar catalog rebuild` adds what was recorded since the backup.

Example:
  nightjar restore --config /etc/nightjar/nightjar.toml nightjar-2026-11-30.backup

Exit status: 0 restored (or, with --check, whole), 1 it failed and nothing was changed, 2 the configuration is wrong.";

/// What can be asked for.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Record the configured cameras and serve the API and the page, until it is told to stop
    #[command(after_help = "\
Stop it with Ctrl-C or SIGTERM: the segments being written are finished and pending uploads are
tried for a while. A second signal stops at once; even that loses at most the last second.")]
    Serve(ServeArgs),
    /// Check the configuration and try to reach everything that it names
    #[command(after_help = "\
Exit status: 0 everything works, 1 something can't be reached, 2 the configuration is wrong.")]
    Check(CheckArgs),
    /// Simulate cameras: RTSP streams made from a clip, with faults on command
    #[command(after_help = SIMULATE_HELP)]
    Simulate(SimulateArgs),
    /// Verify or rebuild the catalog, the database of recordings
    #[command(subcommand)]
    Catalog(CatalogCommand),
    /// Manage accounts from this machine, for example when nobody can sign in
    #[command(subcommand)]
    User(UserCommand),
    /// Verify the audit trail
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Save database, keys and configuration in one file, while the server runs
    #[command(after_help = BACKUP_HELP)]
    Backup(BackupArgs),
    /// Restore a backup onto a machine that has no data yet, or only check it
    #[command(after_help = RESTORE_HELP)]
    Restore(RestoreArgs),
    /// Run a program with few rights: how the server starts ffmpeg
    #[command(hide = true)]
    Sandbox(SandboxArgs),
}

/// `nightjar sandbox`
#[derive(Debug, Clone, Args)]
pub(crate) struct SandboxArgs {
    /// Bytes of address space
    #[arg(long, value_name = "BYTES")]
    pub(crate) memory: u64,
    /// Seconds of processor time
    #[arg(long, value_name = "SECONDS")]
    pub(crate) cpu_secs: u64,
    /// Print which restrictions are missing instead of running the program
    #[arg(long)]
    pub(crate) report: bool,
    /// The program's absolute path, and its arguments
    #[arg(last = true, required = true, value_name = "PROGRAM")]
    pub(crate) program: Vec<OsString>,
}

/// Where the configuration comes from.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ConfigArgs {
    /// The configuration file [default: ./nightjar.toml, then /etc/nightjar/nightjar.toml]
    #[arg(long, short, value_name = "PATH", env = "NIGHTJAR_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Folder of the database, keys and footage [service.data_dir]
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<String>,
    /// What to log, as `debug` or `info,nightjar_sources=trace` [service.log; RUST_LOG]
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,
    /// `auto`, `text` or `json` [service.log_format]
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
    /// Any other key of the configuration, as `--set upload.max_concurrent=8`; repeatable
    #[arg(long, value_name = "SECTION.KEY=VALUE", value_parser = parse_set)]
    set: Vec<(String, String)>,
}

/// `nightjar serve`
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Address and port of the API and the page [service.listen]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Port of the metrics, 0 for none of their own [service.metrics_port]
    #[arg(long, value_name = "PORT")]
    metrics_port: Option<String>,
}

/// `nightjar check`
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Only read the configuration; connect to nothing
    #[arg(long)]
    pub(crate) offline: bool,
    /// Print every key of the configuration, with its default and what it means
    #[arg(long)]
    pub(crate) keys: bool,
    /// How long to wait for each answer, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=300))]
    pub(crate) timeout: u64,
}

/// `nightjar catalog …`
#[derive(Debug, Subcommand)]
pub(crate) enum CatalogCommand {
    /// Verify that recordings and gaps account for all time, and that rows and files agree
    #[command(
        after_help = "Exit status: 0 everything agrees, 1 something is wrong, 2 the configuration is wrong."
    )]
    Verify(VerifyArgs),
    /// Restore the catalog from the footage itself, into an empty database
    #[command(after_help = "\
Files that can't be restored are named and left out; the others are restored. Stop the server first.
Accounts, settings, events and the audit trail are not in the footage: only a backup restores them.

Exit status: 0 everything was restored, 3 done, but files were left out, 1 it failed, 2 the configuration
is wrong.")]
    Rebuild(RebuildArgs),
}

/// `nightjar catalog verify`
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Read every file and compare its BLAKE3 digest too
    #[arg(long)]
    pub(crate) deep: bool,
    /// Print the report as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `nightjar catalog rebuild`
#[derive(Debug, Clone, Args)]
pub(crate) struct RebuildArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Where to read recorded files
    #[arg(long, value_enum)]
    pub(crate) from: RebuildSource,
}

/// A tier that the catalog can be rebuilt from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RebuildSource {
    /// The footage folder
    Disk,
    /// The bucket
    Bucket,
}

/// `nightjar user …`
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Add an account
    #[command(after_help = "\
The password is read from the first line of standard input; without one (or on a terminal) a random
one is made and printed.

Example:
  echo 'correct horse battery' | nightjar user add ada --role operator")]
    Add(UserAddArgs),
    /// Reset an account's password and sign it out everywhere
    ResetPassword(UserResetArgs),
    /// List the accounts
    List(UserListArgs),
}

/// `nightjar user add`
#[derive(Debug, Clone, Args)]
pub(crate) struct UserAddArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// User name of the new account
    pub(crate) username: String,
    /// Role: `admin`, `operator`, `viewer` or `api_only`
    #[arg(long, default_value = "viewer")]
    pub(crate) role: nightjar_model::Role,
    /// Also make it a system administrator, who manages all organizations
    #[arg(long)]
    pub(crate) system_admin: bool,
    /// Organization of the account [default: the first one]
    #[arg(long, value_name = "NAME")]
    pub(crate) organization: Option<String>,
}

/// `nightjar user reset-password`
#[derive(Debug, Clone, Args)]
pub(crate) struct UserResetArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// User name of the account
    pub(crate) username: String,
    /// Also remove its second factor
    #[arg(long)]
    pub(crate) totp: bool,
    /// Keep its API tokens, which are revoked otherwise
    #[arg(long)]
    pub(crate) keep_api_tokens: bool,
}

/// `nightjar user list`
#[derive(Debug, Clone, Args)]
pub(crate) struct UserListArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

/// `nightjar audit …`
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Verify that no entry was changed or removed
    #[command(after_help = "Exit status: 0 intact, 1 something is wrong, 2 the configuration is wrong.")]
    Verify(AuditVerifyArgs),
    /// Print where each organization's trail ends, to be kept somewhere else
    Head(AuditHeadArgs),
}

/// `nightjar audit verify`
#[derive(Debug, Clone, Args)]
pub(crate) struct AuditVerifyArgs {
    /// A head that `audit head` or the log has printed: the trail must contain it; repeatable
    #[arg(long, value_name = "HEAD")]
    pub(crate) expect: Vec<AuditHead>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

/// `nightjar audit head`
#[derive(Debug, Clone, Args)]
pub(crate) struct AuditHeadArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

/// A passphrase for backups.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct PassphraseArgs {
    /// File whose first line is the passphrase that encrypts the backup [NIGHTJAR_BACKUP_PASSPHRASE]
    #[arg(long, value_name = "PATH")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// `nightjar backup`
#[derive(Debug, Clone, Args)]
pub(crate) struct BackupArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    #[command(flatten)]
    pub(crate) passphrase: PassphraseArgs,
    /// The file to write; one that exists is not overwritten
    pub(crate) file: PathBuf,
}

/// `nightjar restore`
#[derive(Debug, Clone, Args)]
pub(crate) struct RestoreArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    #[command(flatten)]
    pub(crate) passphrase: PassphraseArgs,
    /// Only check that every byte is as it was written
    #[arg(long)]
    pub(crate) check: bool,
    /// The backup
    pub(crate) file: PathBuf,
}

/// `nightjar simulate`
#[derive(Debug, Clone, Args)]
pub(crate) struct SimulateArgs {
    /// Number of cameras: rtsp://ADDRESS/cam0001/main (and /sub), cam0002, …
    #[arg(long, short = 'n', value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=5000))]
    pub(crate) cameras: u32,
    /// Address and port to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8554")]
    pub(crate) listen: SocketAddr,
    /// Number of different pictures
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub(crate) looks: u32,
    /// Different codecs: of four cameras H.264 with AAC, H.265 with AAC, H.264 with A-law, H.264 silent
    #[arg(long)]
    pub(crate) mixed: bool,
    /// Codec of the main streams
    #[arg(long, value_enum, default_value_t = SimulatedCodec::H264)]
    pub(crate) codec: SimulatedCodec,
    /// Sound of the main streams
    #[arg(long, value_enum, default_value_t = SimulatedAudio::Aac)]
    pub(crate) audio: SimulatedAudio,
    /// Size of the main streams' pictures
    #[arg(long, value_name = "WxH", default_value = "1280x720", value_parser = parse_size)]
    pub(crate) size: (u32, u32),
    /// Frames a second
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=120))]
    pub(crate) fps: u32,
    /// Kilobits a second of a main stream
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(50..=100_000))]
    pub(crate) kbps: u32,
    /// Frames from key frame to key frame
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=3000))]
    pub(crate) gop: u32,
    /// B-frames between two others
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=4))]
    pub(crate) b_frames: u32,
    /// No sub streams
    #[arg(long)]
    pub(crate) no_sub: bool,
    /// A file to send, copied as it is, instead of painted pictures
    #[arg(long, value_name = "FILE")]
    pub(crate) clip: Option<PathBuf>,
    /// Where painted clips are kept; they are made with ffmpeg at first use
    #[arg(long, value_name = "FOLDER", default_value = ".cache/clips")]
    pub(crate) clip_dir: PathBuf,
    /// Require these credentials (digest authentication)
    #[arg(long, value_name = "USER:PASSWORD", value_parser = parse_auth)]
    pub(crate) auth: Option<(String, String)>,
    /// A fault: CAMERA:FAULT[@START][+DURATION], as `cam0003:stall@10s+20s`; repeatable
    #[arg(long = "fault", value_name = "FAULT")]
    pub(crate) faults: Vec<ScheduledFault>,
}

/// Codecs of simulated cameras.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SimulatedCodec {
    /// H.264
    H264,
    /// H.265
    H265,
}

/// Sound of simulated cameras.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SimulatedAudio {
    /// No sound
    None,
    /// AAC
    Aac,
    /// G.711 A-law
    Pcma,
    /// G.711 µ-law
    Pcmu,
}

impl ConfigArgs {
    /// Reads the configuration, `more` flags included.
    pub(crate) fn load(&self, more: Vec<Override>) -> Result<config::Config, ConfigErrors> {
        self.read(more, Vec::new())
    }

    /// The same with variables beside those of the environment, which are stronger.
    pub(crate) fn load_with(&self, variables: Vec<(String, String)>) -> Result<config::Config, ConfigErrors> {
        self.read(Vec::new(), variables)
    }

    fn read(
        &self,
        more: Vec<Override>,
        variables: Vec<(String, String)>,
    ) -> Result<config::Config, ConfigErrors> {
        let named = [
            ("--data-dir", "service.data_dir", &self.data_dir),
            ("--log", "service.log", &self.log),
            ("--log-format", "service.log_format", &self.log_format),
        ];
        let sets = self.set.iter().map(|(path, value)| Override {
            flag: format!("--set {path}"),
            path: path.clone(),
            value: value.clone(),
        });
        let overrides = sets.chain(overrides(&named)).chain(more).collect();
        let mut environment = crate::process_env::all();
        let known: HashSet<String> = environment.iter().map(|(name, _)| name.clone()).collect();
        environment.extend(variables.into_iter().filter(|(name, _)| !known.contains(name)));
        config::load(&Inputs { file: config::find_file(self.config.as_deref()), environment, overrides })
    }
}

impl ServeArgs {
    /// Reads the configuration.
    pub(crate) fn load(&self) -> Result<config::Config, ConfigErrors> {
        let own = [
            ("--listen", "service.listen", &self.listen),
            ("--metrics-port", "service.metrics_port", &self.metrics_port),
        ];
        self.config.load(overrides(&own).collect())
    }
}

fn overrides(flags: &[(&str, &str, &Option<String>)]) -> impl Iterator<Item = Override> {
    flags.iter().filter_map(|(flag, path, value)| {
        let value = value.as_ref()?.clone();
        Some(Override { flag: (*flag).to_owned(), path: (*path).to_owned(), value })
    })
}

fn parse_set(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((path, value)) if path.contains('.') => Ok((path.trim().to_lowercase(), value.to_owned())),
        _ => Err("write it as section.key=value".to_owned()),
    }
}

fn parse_size(text: &str) -> Result<(u32, u32), String> {
    let (width, height) = text.split_once('x').ok_or("write it as 1280x720")?;
    let side = |text: &str| match text.parse() {
        Ok(side) if (64..=8192).contains(&side) && side % 2 == 0 => Ok(side),
        _ => Err(format!("`{text}` is not an even number from 64 to 8192")),
    };
    Ok((side(width)?, side(height)?))
}

fn parse_auth(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((user, password)) if !user.is_empty() => Ok((user.to_owned(), password.to_owned())),
        _ => Err("write it as user:password".to_owned()),
    }
}
