//! What is wrong with a cache's configuration; nothing else is an error.

/// Why a cache can not be made. It never holds the address, which may have a password in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CacheError {
    /// The address can not be one of a server.
    #[error("the cache's address is not redis://[user:password@]host[:port][/database]: {0}")]
    Address(&'static str),
    /// The prefix has characters that mean something else in a pattern.
    #[error("the cache's prefix must be at most 64 of A-Z a-z 0-9 _ - . :")]
    Prefix,
    /// `rediss://` before the process chose its cryptography.
    #[error("an encrypted cache needs a rustls provider, and none is installed in this process")]
    NoCrypto,
}
