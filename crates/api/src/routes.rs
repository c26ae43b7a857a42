//! All routes: the table of contents of the API.

mod cameras;
pub(crate) mod events;
mod groups;
mod playback;
mod recording;
mod recordings;
mod storage;
mod system;
mod ws;

use axum::routing::get;
use axum::{Extension, Router};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::cameras::texts::CameraTexts;
use crate::openapi;
use crate::state::ApiState;

/// Path in front of all operations.
pub(crate) const BASE: &str = "/api/v1";

/// The operations under [`BASE`], and the three outside of it that are documented with them.
pub(crate) fn api() -> OpenApiRouter<ApiState> {
    let operations = OpenApiRouter::new()
        .merge(nightjar_api_accounts::routes())
        .routes(routes!(cameras::list::list_cameras, cameras::create::create_camera))
        .routes(routes!(
            cameras::show::show_camera,
            cameras::update::replace_camera,
            cameras::update::change_camera,
            cameras::delete::delete_camera
        ))
        .routes(routes!(cameras::probe::probe_camera))
        .routes(routes!(cameras::configs::list::list_configs))
        .routes(routes!(cameras::configs::show::show_config, cameras::configs::put::put_config))
        .routes(routes!(cameras::footage::delete::delete_footage))
        .routes(routes!(cameras::footage::deletions::list_deletions))
        .routes(routes!(cameras::tags::list_tags, cameras::tags::change_tags))
        .routes(routes!(groups::list::list_groups, groups::create::create_group))
        .routes(routes!(
            groups::show::show_group,
            groups::update::replace_group,
            groups::delete::delete_group
        ))
        .routes(routes!(cameras::status::camera_status))
        .routes(routes!(events::list::list_events))
        .routes(routes!(events::show::show_event))
        .routes(routes!(events::acknowledge::acknowledge_event))
        .routes(routes!(ws::create_ticket))
        .routes(routes!(ws::listen_to_events))
        .routes(routes!(recordings::list::list_recordings))
        .routes(routes!(recordings::show::show_recording, recordings::delete::delete_recording))
        .routes(routes!(recordings::signed_url::sign_recording_url))
        .routes(routes!(recordings::timeline::camera_timeline))
        .routes(routes!(recording::start::start_recording))
        .routes(routes!(recording::stop::stop_recording))
        .routes(routes!(recording::status::recording_status))
        .routes(routes!(recording::cameras::recording_cameras))
        .routes(routes!(storage::segments::list_segments))
        .routes(routes!(storage::download::download_segment))
        .routes(routes!(storage::usage::storage_usage))
        .routes(routes!(playback::start::start_playback))
        .routes(routes!(playback::show::show_session, playback::delete::delete_session))
        .routes(routes!(playback::extend::extend_session))
        .routes(routes!(playback::playlist::session_playlist))
        .routes(routes!(playback::entry::session_entry))
        .routes(routes!(playback::media::session_media))
        .routes(routes!(playback::download::download_session));
    OpenApiRouter::with_openapi(openapi::base())
        .nest(BASE, operations)
        .layer(Extension(CameraTexts::default()))
}

/// What lies outside the base path.
pub(crate) fn root() -> Router<ApiState> {
    system_routes().split_for_parts().0.route("/metrics", get(system::metrics::metrics))
}

/// The documented ones of them.
pub(crate) fn system_routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(system::health::health)).routes(routes!(system::ready::ready))
}
