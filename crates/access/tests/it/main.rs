//! Who gets in and who does not, over a real catalog.

mod database;
mod make;

mod accounts;
mod api_tokens;
mod guessing;
mod oidc;
mod second_factor;
mod secrets;
mod setup;
mod sign_in;
mod two_nodes;
