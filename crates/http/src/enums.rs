//! Enumerations of the API: names in JSON and in query strings, apart from those of the domain.

/// Defines an enumeration with its names, and its conversions from (and to) a domain type.
#[macro_export]
macro_rules! api_enum {
    ($(#[$meta:meta])* $vis:vis $name:ident = $domain:ty { $($(#[$doc:meta])* $variant:ident => $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        $vis enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// All names, in the order of the documentation.
            $vis const NAMES: &'static [&'static str] = &[$($text),+];
        }

        impl From<$domain> for $name {
            fn from(value: $domain) -> Self {
                match value { $(<$domain>::$variant => Self::$variant),+ }
            }
        }

        impl From<$name> for $domain {
            fn from(value: $name) -> Self {
                match value { $($name::$variant => Self::$variant),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::enums::not_one_of(text, Self::NAMES)),
                }
            }
        }
    };
}

pub use api_enum;

/// Says which values there are.
pub fn not_one_of(text: &str, names: &[&str]) -> String {
    let shown = crate::echo::word(text).map(|word| format!("value `{word}`"));
    format!("has no {}; valid ones: {}", shown.as_deref().unwrap_or("such value"), names.join(", "))
}

api_enum! {
    /// Which of a camera's streams.
    pub StreamName = nightjar_model::StreamName {
        /// The full-resolution stream, which is recorded.
        Main => "main",
        /// The small stream.
        Sub => "sub",
    }
}

api_enum! {
    /// What an account is there for.
    pub Role = nightjar_model::Role {
        /// Rules the organization.
        Admin => "admin",
        /// Works with cameras and footage.
        Operator => "operator",
        /// Watches.
        Viewer => "viewer",
        /// A program: acts by API tokens only.
        ApiOnly => "api_only",
    }
}

api_enum! {
    /// How it ended.
    pub Outcome = nightjar_model::Outcome {
        /// It was done.
        Done => "done",
        /// It was refused.
        Refused => "refused",
    }
}

api_enum! {
    /// How serious an event is.
    pub Severity = nightjar_model::Severity {
        /// Worth knowing.
        Info => "info",
        /// Somebody should look at it.
        Warning => "warning",
        /// Somebody must do something.
        Critical => "critical",
    }
}

api_enum! {
    /// How a camera is talked to.
    pub Driver = nightjar_model::Driver {
        /// Its streams are pulled over RTSP; nothing else is asked of it.
        Rtsp => "rtsp",
    }
}

api_enum! {
    /// When a camera is recorded.
    pub Mode = nightjar_model::Mode {
        /// Always.
        Continuous => "continuous",
        /// Never, unless started by hand.
        Off => "off",
    }
}

api_enum! {
    /// Who may change a camera.
    pub ManagedBy = nightjar_model::ManagedBy {
        /// The configuration file.
        File => "file",
        /// The API.
        Api => "api",
    }
}

api_enum! {
    /// What happens to G.711 sound.
    pub AudioPolicy = nightjar_model::AudioPolicy {
        /// It becomes AAC; AAC is copied.
        Aac => "aac",
        /// All sound is left out.
        None => "none",
    }
}

api_enum! {
    /// How RTP travels.
    pub Transport = nightjar_model::RtspTransport {
        /// Within the RTSP connection.
        Tcp => "tcp",
        /// In datagrams of its own.
        Udp => "udp",
    }
}

api_enum! {
    /// How far the recorder is with a file.
    pub SegmentState = nightjar_model::SegmentState {
        /// It is being written.
        Open => "open",
        /// It is complete and durable.
        Finished => "finished",
        /// It is about to be deleted.
        Deleting => "deleting",
    }
}

api_enum! {
    /// Why a time was not recorded.
    pub GapCause = nightjar_model::GapCause {
        /// The first connection to the camera is being made.
        Connecting => "connecting",
        /// No connection to the camera.
        CameraUnreachable => "camera_unreachable",
        /// The camera refused our credentials.
        AuthFailed => "auth_failed",
        /// Connected, but no media came.
        StreamStalled => "stream_stalled",
        /// Media came, but nothing that decoding could start from.
        NoKeyFrame => "no_key_frame",
        /// The codec or its parameters changed.
        CodecChange => "codec_change",
        /// Media time or the wall clock jumped.
        ClockStep => "clock_step",
        /// The disk did not take the bytes in time.
        DiskStalled => "disk_stalled",
        /// There was no room.
        DiskFull => "disk_full",
        /// The process died or its node was down.
        NodeDown => "node_down",
        /// The process was stopped in order.
        ServerStopped => "server_stopped",
        /// Recording was switched off.
        Disabled => "disabled",
        /// Outside the camera's schedule.
        Schedule => "schedule",
        /// Event recording, and nothing happened.
        NoMotion => "no_motion",
        /// Deleted by retention.
        Retention => "retention",
        /// Deleted by a person.
        Deleted => "deleted",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_json_and_in_queries_are_the_same() {
        for name in GapCause::NAMES {
            let cause: GapCause = name.parse().expect("its own name");
            assert_eq!(serde_json::to_value(cause).expect("plain"), *name);
            assert_eq!(nightjar_model::GapCause::from(cause).as_str(), *name);
        }
        for name in [StreamName::NAMES, SegmentState::NAMES].concat() {
            let json: Result<StreamName, _> = serde_json::from_value(name.into());
            assert_eq!(json.is_ok(), name.parse::<StreamName>().is_ok());
        }
    }
}
