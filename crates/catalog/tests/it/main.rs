//! The conformance suite: every test runs on SQLite and on PostgreSQL.

mod database;
mod make;
mod model;

mod cameras;
mod ledger;
mod limits;
mod listing;
mod migrations;
mod random;
mod retention;
mod secrets;
mod survival;
mod timeline;
mod uploads;
