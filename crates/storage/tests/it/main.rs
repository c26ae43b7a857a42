//! The two tiers against a real file system and a real S3 server, with faults in between.

mod fault_proxy;
mod listing;
mod local;
mod remote;
mod remote_faults;
mod support;
