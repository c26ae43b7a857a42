//! The conformance suite: every test runs on SQLite and on PostgreSQL.

mod database;
mod make;
mod make_accounts;
mod model;

mod accounts;
mod audit;
mod audit_keys;
mod cameras;
mod dump;
mod events;
mod groups;
mod ledger;
mod limits;
mod listing;
mod migrations;
mod purges;
mod random;
mod retention;
mod seal;
mod secrets;
mod sessions;
mod survival;
mod timeline;
mod tokens;
mod totp;
mod uploads;
