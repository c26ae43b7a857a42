//! Why a bitstream could not be read.

/// What is wrong with a parameter set or configuration record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// It ended before all of it was there.
    #[error("{0} is truncated")]
    Truncated(&'static str),
    /// A field has a value that the standard does not allow.
    #[error("{what} is invalid: {why}")]
    Invalid {
        /// Which structure.
        what: &'static str,
        /// What about it.
        why: String,
    },
    /// It is allowed, but not supported here.
    #[error("{what} is not supported: {why}")]
    Unsupported {
        /// Which structure.
        what: &'static str,
        /// What about it.
        why: String,
    },
}

impl CodecError {
    pub(crate) fn invalid(what: &'static str, why: impl Into<String>) -> Self {
        Self::Invalid { what, why: why.into() }
    }

    pub(crate) fn unsupported(what: &'static str, why: impl Into<String>) -> Self {
        Self::Unsupported { what, why: why.into() }
    }
}
