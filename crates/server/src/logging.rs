//! Log output: text on a terminal, JSON otherwise.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::config::{LogFormat, Service};

/// Sets up logging to standard error for the rest of the process. Nothing here
/// redacts: secrets are kept out of the log by their types.
pub(crate) fn init(service: &Service) {
    // The RTSP library tells each oddity of a camera at `info`, and the WebSocket library whole messages,
    // whatever is in them, at `trace`; whoever wants that names it.
    let directives = format!("retina=warn,tungstenite=info,{}", service.log);
    let filter =
        EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).parse_lossy(&directives);
    let stderr = std::io::stderr;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    let json = match service.log_format {
        LogFormat::Auto => !stderr().is_terminal(),
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    // Fails only if logging was already set up, which is then kept.
    let _ = if json {
        builder.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init()
    } else {
        builder.with_ansi(stderr().is_terminal()).try_init()
    };
}
