//! The API's operations on accounts: setup, sign-in, users, API tokens, organizations, audit.
//!
//! Belongs here: one operation a file, and the conversion between `access` and JSON. Does not belong
//! here: what all operations share (`http`) and the rules of accounts (`access`).

mod audit_log;
mod auth;
mod organizations;
mod setup;
mod tokens;
mod users;

use nightjar_http::{
    answer, audit, body, cookie, echo, enums, error, guard, media, page, path, query, shell, state, time,
    version, words,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the operations, relative to the API's base path.
pub fn routes() -> OpenApiRouter<state::ApiState> {
    OpenApiRouter::new()
        .routes(routes!(setup::setup_state, setup::set_up))
        .routes(routes!(auth::login::log_in))
        .routes(routes!(auth::refresh::refresh))
        .routes(routes!(auth::logout::log_out))
        .routes(routes!(auth::providers::list_providers))
        .routes(routes!(auth::oidc::start::start_at_provider))
        .routes(routes!(auth::oidc::callback::back_from_provider))
        .routes(routes!(auth::me::me))
        .routes(routes!(auth::password::change_password))
        .routes(routes!(auth::proof::prove))
        .routes(routes!(auth::sessions::list_sign_ins))
        .routes(routes!(auth::sessions::end_sign_in))
        .routes(routes!(auth::totp::enroll_totp))
        .routes(routes!(auth::totp::confirm_totp))
        .routes(routes!(auth::totp::disable_totp))
        .routes(routes!(users::list::list_users, users::create::create_user))
        .routes(routes!(users::show::show_user, users::update::change_user, users::delete::delete_user))
        .routes(routes!(tokens::list::list_tokens, tokens::create::create_token))
        .routes(routes!(tokens::revoke::revoke_token))
        .routes(routes!(tokens::rights::set_token_rights))
        .routes(routes!(organizations::list_organizations, organizations::create_organization))
        .routes(routes!(audit_log::list_audit))
}
