// Generated from crates/api/openapi.json by `npm run generate`. Do not edit.

export interface paths {
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the audit trail
         * @description Who did what to which object, from where; every access to footage too. Newest first. Entries are
         *     chained by digests, so that `nightjar audit verify` finds what was changed or removed. It is of the
         *     whole organization: whoever is limited to camera groups does not see it.
         */
        get: operations["list_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in
         * @description Gives an access token for 15 minutes, and a refresh token that gets the next one. Failures slow
         *     down further tries, by account and network. A browser that has signed in before is known by a cookie, and
         *     is not slowed down by the failures of others.
         */
        post: operations["log_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign out
         * @description The sign-in ends at once, with its tokens and the signed addresses that it asked for. API tokens
         *     are not signed in: with one, nothing ends, and `everywhere` is refused.
         */
        post: operations["log_out"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get one's own account */
        get: operations["me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/oidc/{provider}/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Finish signing in at an OpenID provider
         * @description The provider sends the browser here. Signs in with the refresh token as a cookie and goes on to the
         *     page that was asked for; or to the sign-in page, with the reason in `error`.
         */
        get: operations["back_from_provider"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/oidc/{provider}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Begin to sign in at an OpenID provider
         * @description To be opened by a browser: sends it to the provider. It comes back to `callback`, with a cookie by
         *     which it is known, within ten minutes. If the provider can't be reached, the browser is sent to the
         *     sign-in page with the reason in `error`.
         */
        get: operations["start_at_provider"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change one's password
         * @description All other sign-ins of the account end, and its API tokens unless they are to be kept.
         */
        put: operations["change_password"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/proof": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Prove again that it is you
         * @description For operations that answer `AUTH_FRESH_PROOF_REQUIRED`: they take a proof of the last 10 minutes, and
         *     signing in is one. An account without a password that has no second factor proves it at its provider:
         *     `/auth/oidc/{provider}/start?proof=true`.
         */
        post: operations["prove"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the OpenID providers to sign in with */
        get: operations["list_providers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get the next access token
         * @description A refresh token works once and is replaced by the one in the answer. Using an old one again ends
         *     the sign-in, because then two have it. If the answer got lost, the same token can be sent again, three
         *     times at most, within a minute of its first use: the one of the lost answer is void then, and ends the
         *     sign-in if it is used.
         */
        post: operations["refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List one's sign-ins
         * @description Those that are alive. Asked by whoever is signed in: an API token can't.
         */
        get: operations["list_sign_ins"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End one of one's sign-ins
         * @description An API token can't.
         */
        delete: operations["end_sign_in"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/totp/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Confirm the second factor
         * @description From now on signing in takes a code.
         */
        post: operations["confirm_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/totp/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Do without a second factor */
        post: operations["disable_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/totp/enroll": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin with a second factor
         * @description Nothing changes until a code of it is confirmed.
         */
        post: operations["enroll_totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/camera-groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List camera groups
         * @description Those that you may see, ordered by name.
         */
        get: operations["list_groups"];
        put?: never;
        /** Add a camera group */
        post: operations["create_group"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/camera-groups/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a camera group */
        get: operations["show_group"];
        /** Replace a camera group */
        put: operations["replace_group"];
        post?: never;
        /**
         * Delete a camera group
         * @description Its cameras stay, without a group. Accounts and tokens that are limited to it see nothing of them
         *     any more.
         */
        delete: operations["delete_group"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/camera-tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the tags of cameras */
        get: operations["list_tags"];
        put?: never;
        /**
         * Tag many cameras
         * @description All of them, or none if one of them is not there.
         */
        post: operations["change_tags"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cameras": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List cameras
         * @description All configured cameras, each with what is going on with it now. The `ETag` is a weak one: frame and bit rate, the time of
         *     the newest frame, the open file and the count of reconnections do not change it.
         */
        get: operations["list_cameras"];
        put?: never;
        /**
         * Add a camera
         * @description It is connected to, and recorded if it should be, within a few seconds.
         */
        post: operations["create_camera"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cameras/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a camera */
        get: operations["show_camera"];
        /**
         * Replace a camera
         * @description What is left out gets its default, but for user name and password, which stay. Recording goes on
         *     while names and the like change; a changed address is connected to at once.
         */
        put: operations["replace_camera"];
        post?: never;
        /**
         * Delete a camera
         * @description It is disconnected from at once. Its footage stays as long as its retention says, or until
         *     `DELETE /cameras/{id}/footage`, before or after this.
         */
        delete: operations["delete_camera"];
        options?: never;
        head?: never;
        /**
         * Change a camera
         * @description Merges the body into the camera (RFC 7396): what is left out stays, null means the default. How long
         *     footage is kept says who may delete it (`recording:delete`), and a password has to be entered again
         *     when an address leads to another device.
         */
        patch: operations["change_camera"];
        trace?: never;
    };
    "/api/v1/cameras/{id}/configs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a camera's own settings
         * @description The parts that something is wanted of, each with its newest version.
         */
        get: operations["list_configs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cameras/{id}/configs/{type}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get one part of a camera's own settings
         * @description What is wanted, in its newest version or an older one: 20 are kept. Whether the camera has been
         *     told is said by `applied`.
         */
        get: operations["show_config"];
        /**
         * Replace one part of a camera's own settings
         * @description The body is the whole object, at most 64 KiB. It becomes the newest version; the same again makes
         *     none. It is kept as what is wanted: `applied` says whether the camera has been told. With
         *     `If-Match: "0"` it must be the first one.
         */
        put: operations["put_config"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cameras/{id}/footage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a camera's footage
         * @description Deletes recorded files before their time, from every disk and from the bucket. This can't be
         *     undone. It also works for a camera that was deleted; its id or key still names it as long as
         *     there is footage.
         *
         *     Only whole files go: one that reaches out of the range stays, and so does the one that is being
         *     written. What is deleted is a gap with the cause `deleted` from then on.
         *
         *     The answer says what was found; the deletion goes on in the background, over restarts too, and
         *     waits for a bucket that is away. How far it is: `GET /cameras/{id}/footage/deletions`.
         */
        delete: operations["delete_footage"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cameras/{id}/footage/deletions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the deletions of a camera's footage
         * @description What somebody asked for, and how far it is. What retention deletes is not among them.
         */
        get: operations["list_deletions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cameras/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a camera's status
         * @description What is going on with the camera now: whether media arrives, and whether it is recorded.
         */
        get: operations["camera_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/cameras/probe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try a camera
         * @description Pulls the stream for a moment, within 8 s, and tells what it has; nothing is kept of it. When that fails, `details.reason` says
         *     why: `host_not_found`, `connection_refused`, `unreachable` and `timeout` come with `CAMERA_UNREACHABLE`; `wrong_credentials`, `basic_refused`,
         *     `not_rtsp`, `stream_not_found`, `no_video`, `codec_not_supported` and `no_media` with `CAMERA_ERROR`. At most four cameras are
         *     tried at the same time.
         */
        post: operations["probe_camera"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List events
         * @description Newest first. What lasts, as motion or a gap, is one event with an end. Whoever is limited to
         *     camera groups sees the events of their cameras, and none of the installation.
         */
        get: operations["list_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get an event */
        get: operations["show_event"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events/{id}/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Acknowledge an event
         * @description Says that somebody has seen it. Doing it again changes nothing: the first one stays.
         */
        post: operations["acknowledge_event"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/organizations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List organizations */
        get: operations["list_organizations"];
        put?: never;
        /**
         * Add an organization
         * @description Give it an administrator with `POST /users` and its `organization_id`. Takes a fresh proof that it is
         *     you: see `/auth/proof`.
         */
        post: operations["create_organization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/playback/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a playback session */
        get: operations["show_session"];
        put?: never;
        post?: never;
        /**
         * End a playback session
         * @description All its addresses stop working at once.
         */
        delete: operations["delete_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/playback/sessions/{id}/download.mp4": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download a session's range as one MP4
         * @description An ordinary, seekable MP4 put together from the stored files while it is sent, without
         *     transcoding; gaps are left out. Of a session without an end: what was recorded until now.
         *     Serves no byte ranges.
         */
        get: operations["download_session"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/playback/sessions/{id}/extend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Extend a playback session
         * @description It lives for another hour from now, up to 24 hours from its start; then 409. Takes no body.
         */
        post: operations["extend_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/playback/sessions/{id}/media/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get media of a session's playlist
         * @description What the entries of the playlist point at, by byte ranges: `{segment id}.mp4`, a stored file.
         *     Answered with 307 to a presigned address if the file is only in the bucket and the server is
         *     configured so. There is no `gap.mp4`: players do not fetch the entries of gaps, and those that do
         *     not know `EXT-X-GAP` go on after a 404 (an empty file makes ffmpeg wait for ever).
         */
        get: operations["session_media"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/playback/sessions/{id}/playlist.m3u8": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a session's HLS playlist
         * @description While the session grows it is an `EVENT` playlist that offers delta updates; players load it
         *     again and again.
         */
        get: operations["session_playlist"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/playback/sessions/{id}/segment/{entry}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an entry of a session's playlist
         * @description The bytes of one entry as a file of its own, for players that know no byte ranges:
         *     `{index}.m4s` are the fragments of the entry with this media sequence number, and
         *     `{index}.init.mp4` is the init section that they need.
         */
        get: operations["session_entry"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/playback/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start playback
         * @description Opens a session over a range of recorded footage. Its playlist has byte ranges of the stored
         *     files as entries: whole fragments, exactly as they were recorded. Where nothing was recorded
         *     there is one short `EXT-X-GAP` entry, and `EXT-X-PROGRAM-DATE-TIME` tells the wall clock on.
         *     404 if nothing at all was recorded in the range.
         */
        post: operations["start_playback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/recording/cameras": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List cameras that are being recorded
         * @description Ordered by key. A camera that should be recorded but is not is not in the list: see
         *     `/recording/status`.
         */
        get: operations["recording_cameras"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/recording/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start recording
         * @description The camera is recorded from now on, whatever its mode says, until it is stopped. Answers at
         *     once with the status as it is: recording begins within a second or two. Starting a camera
         *     that is recorded changes nothing.
         */
        post: operations["start_recording"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/recording/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the recording status */
        get: operations["recording_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/recording/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop recording
         * @description The camera is not recorded from now on, whatever its mode says, until it is started. The file
         *     being written is finished; the time is a gap with the cause `disabled`. Stopping a camera
         *     that is not recorded changes nothing.
         */
        post: operations["stop_recording"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/recordings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List recordings
         * @description Recorded files of all cameras, newest first. A file is one segment of a recording; those
         *     with the same `recording_id` follow each other without a gap.
         */
        get: operations["list_recordings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/recordings/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a recording */
        get: operations["show_recording"];
        put?: never;
        post?: never;
        /**
         * Delete a recording
         * @description The file can't be seen any more at once; its bytes are deleted from every disk and from the bucket
         *     in the background, as with `DELETE /cameras/{id}/footage`. Its time is a gap with the cause
         *     `deleted` from then on. One that is being written can't be deleted (409).
         */
        delete: operations["delete_recording"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/recordings/{id}/signed-url": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a signed address of a recording
         * @description Anybody who has it can download the file until it expires. It serves byte ranges, so that a
         *     `<video>` element can play and seek it; a file that is only in the bucket is answered with a
         *     redirection to a presigned address there, or passed through, as the server is configured.
         */
        get: operations["sign_recording_url"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/recordings/timeline/{camera_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a camera's timeline
         * @description Recorded spans and gaps (each with its cause) of a window, and how well the promise to record
         *     was kept in it.
         */
        get: operations["camera_timeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Ask whether the server is set up */
        get: operations["setup_state"];
        put?: never;
        /**
         * Make the first administrator
         * @description Works once, with the token of the link that the server printed, as long as there is no account.
         */
        post: operations["set_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/storage/segments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List stored files
         * @description The files behind the recordings: where each is, and its digest.
         */
        get: operations["list_segments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/storage/segments/{id}/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download a stored file
         * @description One MP4 with the recorder's own bytes. Byte ranges and `If-Range` are honoured. The address
         *     comes from `/recordings/{id}/signed-url` or from the list. A file that is only in the bucket is
         *     answered with 307 to a presigned address there, if the server is configured so.
         */
        get: operations["download_segment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/storage/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the storage usage */
        get: operations["storage_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List API tokens
         * @description Your own; with `user:admin` all of the organization. Revoked ones too.
         */
        get: operations["list_tokens"];
        put?: never;
        /**
         * Make an API token
         * @description Its secret is in this answer and nowhere else: only a hash of it is kept. Only whoever is signed in
         *     makes tokens, with a fresh proof (see `/auth/proof`): an API token can't.
         */
        post: operations["create_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke an API token
         * @description It stops working at once, and so do the signed addresses that were made with it.
         */
        delete: operations["revoke_token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{id}/permissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change what an API token may do
         * @description Only whoever is signed in does, with a fresh proof (see `/auth/proof`): an API token can't.
         */
        put: operations["set_token_rights"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List accounts
         * @description Those of your organization, ordered by user name.
         */
        get: operations["list_users"];
        put?: never;
        /**
         * Add an account
         * @description Takes a fresh proof that it is you: see `/auth/proof`.
         */
        post: operations["create_user"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get an account */
        get: operations["show_user"];
        put?: never;
        post?: never;
        /**
         * Delete an account
         * @description Its sign-ins and API tokens end. Takes a fresh proof that it is you: see `/auth/proof`. What it did stays in the audit trail.
         */
        delete: operations["delete_user"];
        options?: never;
        head?: never;
        /**
         * Change an account
         * @description Takes a fresh proof that it is you: see `/auth/proof`.
         */
        patch: operations["change_user"];
        trace?: never;
    };
    "/api/v1/ws/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Listen to events
         * @description A WebSocket. Connect with `Authorization: Bearer`, or with `token`, which takes an access token, an API token or a ticket
         *     (`POST /ws/tickets`). Prefer a ticket: it works once, and proxies log addresses. Nothing is sent before the first
         *     `subscribe`. The client sends JSON texts:
         *
         *     - `{"action":"subscribe","cameras":[…],"event_types":[…],"topics":["events","alerts","status"]}`: each list is optional and
         *       replaces the one before; an empty `cameras` or `event_types` takes the limit away. Without `topics`: `events` and
         *       `alerts`. Cameras are named by id or key.
         *     - `{"action":"unsubscribe","topics":[…]}`; without `topics`: from all.
         *     - `{"action":"resume","last_event_id":"…"}`: what was missed since that event is sent, up to 10,000 events; if there are
         *       more, `lagged` says how many: resume again from the last one. First comes what began before and has ended or been
         *       acknowledged since, as it is now; then what began since, oldest first. Because an event may be reported late, what
         *       began up to six minutes before the one that you name comes again: keep events by their `id`.
         *
         *     The server sends `{"type":"event","event":{…}}` when something happens, and again when it ends or is acknowledged;
         *     `{"type":"status",…}` when a camera connects, disconnects, is recorded or is not;
         *     `{"type":"error","error":{"code","message","details"}}`; and `{"type":"lagged","missed":N}` when the client was too slow: up
         *     to N messages are lost, and `resume` brings back the events among them.
         *
         *     The server pings every 30 s, and closes when it hears nothing for 60 s. Close codes: 1001 the server stops, 1002 a message
         *     that is too large (32 KiB) or none, 1008 too many messages (60 in 30 s), 4401 the sign-in or token has ended, 4403 the permission is gone.
         */
        get: operations["listen_to_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ws/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get a ticket for a WebSocket
         * @description For browsers, which can't send `Authorization` with a WebSocket. It works once, within a minute. The connection ends
         *     with the sign-in or API token that asked for the ticket.
         */
        post: operations["create_ticket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the health of the process
         * @description Always 200 while the process lives, always fast, and without the envelope: it is for
         *     machines. Cameras that are offline degrade it, but never make it unhealthy.
         */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the readiness of the process
         * @description 200 when the database answers and the recorders run, else 503 with the reasons; without the
         *     envelope: it is for machines. Cameras are named on the metrics port and to `metrics:read`; others
         *     get their number.
         */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Who did it. */
        Actor: {
            /**
             * Format: uuid
             * @description Of the account or the API token.
             */
            id: string | null;
            kind: components["schemas"]["ActorKind"];
            /** @description Its name at that time; of somebody unknown, the name that was tried. */
            name: string;
        };
        /**
         * @description What kind of actor it was.
         * @enum {string}
         */
        ActorKind: "user" | "token" | "anonymous" | "system";
        /** @description An API token, without its secret. */
        ApiToken: {
            /** @description Addresses or networks it may be used from; empty: any. */
            allowed_ips: string[];
            created_at: components["schemas"]["Timestamp"];
            expires_at: components["schemas"]["Timestamp"] | null;
            /** @description The camera groups it is limited to; null: all that its owner sees. */
            groups: string[] | null;
            /** Format: uuid */
            id: string;
            last_used_at: components["schemas"]["Timestamp"] | null;
            last_used_ip: string | null;
            /** @example nightly export */
            name: string;
            /** @description What it may do, as `camera:read`. */
            permissions: string[];
            /**
             * @description The beginning of the secret, to tell tokens apart.
             * @example njt_4fQ2xk9B
             */
            prefix: string;
            /**
             * Format: int32
             * @description Requests an hour.
             */
            rate_limit: number;
            remark: string;
            revoked_at: components["schemas"]["Timestamp"] | null;
            /**
             * Format: uuid
             * @description Whose: it never may do more than its owner.
             */
            user_id: string;
            username: string;
        };
        /**
         * @description What happens to G.711 sound.
         * @enum {string}
         */
        AudioPolicy: "aac" | "none";
        /** @description An entry of the audit trail. */
        AuditEntry: {
            /** @example camera.update */
            action: string;
            actor: components["schemas"]["Actor"];
            at: components["schemas"]["Timestamp"];
            /** @description What changed, without secrets. */
            details: Record<string, never>;
            /** Format: uuid */
            id: string;
            /** @description From where. */
            ip: string | null;
            /** @description Empty for none. */
            object_id: string;
            /**
             * @description Empty for none.
             * @example camera
             */
            object_kind: string;
            outcome: components["schemas"]["Outcome"];
            /**
             * Format: uuid
             * @description As in the answer and in the log.
             */
            request_id: string | null;
            /**
             * Format: int64
             * @description Place in the organization's chain.
             */
            seq: number;
        };
        /** @description One step of a binned timeline. */
        Bin: {
            /**
             * Format: double
             * @description Time in gaps that count as loss.
             */
            lost_seconds: number;
            /** Format: double */
            recorded_seconds: number;
            start: components["schemas"]["Timestamp"];
        };
        /** @description The bucket. */
        Bucket: {
            /** @description Whether the last upload or probe went well. */
            ok: boolean;
            /**
             * Format: int64
             * @description Finished files that wait for their upload.
             */
            uploads_pending: number;
        };
        /** @description Tags for many cameras. */
        BulkTags: {
            /** @description Tags that they get. */
            add?: components["schemas"]["Tag"][];
            /** @description Ids or keys, 500 at most. */
            camera_ids: string[];
            /** @description Tags that they lose. */
            remove?: components["schemas"]["Tag"][];
        };
        /** @description A camera. Its credentials are never shown. */
        Camera: {
            audio: components["schemas"]["AudioPolicy"];
            /** @description Who made it; empty: not known. */
            company: string;
            created_at: components["schemas"]["Timestamp"];
            /** @description How it is talked to. */
            driver: components["schemas"]["Driver"];
            /** @description Whether anything is done with it at all. */
            enabled: boolean;
            /** @description Version of its software, where it is known. */
            firmware: string | null;
            /**
             * Format: uuid
             * @description The group it is in.
             */
            group_id: string | null;
            /** Format: uuid */
            id: string;
            /**
             * @description Readable id; paths take it as well.
             * @example front-door
             */
            key: string;
            /** @description Where it is: site or building. */
            location: string;
            managed_by: components["schemas"]["ManagedBy"];
            /** @description Started (`true`) or stopped (`false`) by hand; overrides `mode`. Null: as `mode` says. */
            manual: boolean | null;
            mode: components["schemas"]["Mode"];
            /** @description What the maker calls it; empty: not known. */
            model: string;
            name: string;
            /** @description Where it is there: floor, door, pole. */
            place: string;
            recording_since: components["schemas"]["Timestamp"] | null;
            /**
             * Format: int64
             * @description Oldest footage is deleted when the camera has more; null: no such limit.
             */
            retention_bytes: number | null;
            /**
             * Format: int64
             * @description Footage older than this is deleted; null: kept until space is needed.
             */
            retention_seconds: number | null;
            /**
             * Format: int32
             * @description Seconds of a recorded file.
             */
            segment_seconds: number;
            serial_number: string | null;
            source: components["schemas"]["CameraSource"];
            status: components["schemas"]["CameraStatus"];
            tags: string[];
            updated_at: components["schemas"]["Timestamp"];
            /**
             * Format: int64
             * @description Counts changes; also the `ETag`.
             */
            version: number;
        };
        /** @description Which camera. */
        CameraBody: {
            /**
             * @description Id or key of the camera.
             * @example front-door
             */
            camera_id: string;
        };
        /** @description A camera as it should be. What is left out gets its default. */
        CameraChange: {
            audio?: components["schemas"]["AudioPolicy"] | null;
            /** @description Who made it. */
            company?: string;
            driver?: components["schemas"]["Driver"] | null;
            /** @description Whether anything is done with it at all; default: yes. */
            enabled?: boolean | null;
            /**
             * Format: uuid
             * @description The group it is in.
             */
            group_id?: string | null;
            /**
             * @description Readable id: letters, digits, `_` and `-`. It is part of file names, so it can't be changed
             *     later. Default: made from the name.
             * @example front-door
             */
            key?: string | null;
            /** @description Where it is: site or building. */
            location?: string;
            mode?: components["schemas"]["Mode"] | null;
            /** @description What the maker calls it. */
            model?: string;
            /** @example Front door */
            name?: string;
            /** @description Where it is there: floor, door, pole. */
            place?: string;
            /**
             * Format: int64
             * @description The oldest footage beyond this is deleted; default: no such limit.
             */
            retention_bytes?: number | null;
            /**
             * Format: int64
             * @description Footage older than this is deleted; default: kept until space is needed.
             */
            retention_seconds?: number | null;
            /**
             * Format: int32
             * @description Seconds of a recorded file; default: 900.
             */
            segment_seconds?: number | null;
            /** @description Unique in the organization. */
            serial_number?: string | null;
            source?: components["schemas"]["SourceChange"];
            /** @description At most 32 of at most 64 characters. */
            tags?: components["schemas"]["Tag"][];
        };
        /** @description Which of a camera's own settings there are. */
        CameraConfigs: {
            /** Format: uuid */
            camera_id: string;
            /** @description The parts that something is wanted of, by name. */
            configs: components["schemas"]["ConfigSummary"][];
            /** @description All parts that there can be. */
            types: components["schemas"]["ConfigType"][];
        };
        /** @description Enabled cameras. */
        CameraCounts: {
            /** Format: int64 */
            offline: number;
            /** Format: int64 */
            online: number;
            /** Format: int64 */
            total: number;
        };
        /** @description A group of cameras. */
        CameraGroup: {
            created_at: components["schemas"]["Timestamp"];
            description: string;
            /** Format: uuid */
            id: string;
            /** @example Entrances */
            name: string;
            updated_at: components["schemas"]["Timestamp"];
            /**
             * Format: int64
             * @description Counts changes; also the `ETag`.
             */
            version: number;
        };
        /** @description A camera as it should be. What is left out gets its default. */
        CameraInput: {
            audio?: components["schemas"]["AudioPolicy"] | null;
            /** @description Who made it. */
            company?: string;
            driver?: components["schemas"]["Driver"] | null;
            /** @description Whether anything is done with it at all; default: yes. */
            enabled?: boolean | null;
            /**
             * Format: uuid
             * @description The group it is in.
             */
            group_id?: string | null;
            /**
             * @description Readable id: letters, digits, `_` and `-`. It is part of file names, so it can't be changed
             *     later. Default: made from the name.
             * @example front-door
             */
            key?: string | null;
            /** @description Where it is: site or building. */
            location?: string;
            mode?: components["schemas"]["Mode"] | null;
            /** @description What the maker calls it. */
            model?: string;
            /** @example Front door */
            name: string;
            /** @description Where it is there: floor, door, pole. */
            place?: string;
            /**
             * Format: int64
             * @description The oldest footage beyond this is deleted; default: no such limit.
             */
            retention_bytes?: number | null;
            /**
             * Format: int64
             * @description Footage older than this is deleted; default: kept until space is needed.
             */
            retention_seconds?: number | null;
            /**
             * Format: int32
             * @description Seconds of a recorded file; default: 900.
             */
            segment_seconds?: number | null;
            /** @description Unique in the organization. */
            serial_number?: string | null;
            source: components["schemas"]["SourceInput"];
            /** @description At most 32 of at most 64 characters. */
            tags?: components["schemas"]["Tag"][];
        };
        /** @description What a camera gives, measured over a moment. */
        CameraProbe: {
            audio: components["schemas"]["ProbedAudio"] | null;
            /**
             * Format: int64
             * @description Bits a second of picture and sound; null if too little came to tell.
             */
            bitrate: number | null;
            picture: components["schemas"]["ProbedPicture"] | null;
            /** @description Why there is no picture; null if there is one. */
            picture_missing: string | null;
            video: components["schemas"]["ProbedVideo"];
        };
        /** @description One part of a camera's own settings, as it is wanted. */
        CameraSettings: {
            /** @description Whether the camera is set like this. False: it is only what is wanted. */
            applied: boolean;
            applied_at: components["schemas"]["Timestamp"] | null;
            /** Format: uuid */
            camera_id: string;
            /** @description When this version was made. */
            created_at: components["schemas"]["Timestamp"];
            /**
             * Format: uuid
             * @description The account that made it.
             */
            created_by: string | null;
            /**
             * @description What it is to be set to, as the camera's driver understands it. Without `camera:write`,
             *     passwords, keys and the like are `***`.
             */
            data: Record<string, never>;
            /** @description For a person: why it is not; null if it is. */
            not_applied_because: string | null;
            type: components["schemas"]["ConfigType"];
            /**
             * Format: int64
             * @description Counts the changes of this part, from 1; also the `ETag`.
             */
            version: number;
            /** @description The last versions, the newest first: 20 are kept. */
            versions: components["schemas"]["ConfigVersion"][];
        };
        /** @description Where a camera's streams come from. */
        CameraSource: {
            /** @description Whether a user name or password is set. */
            has_credentials: boolean;
            /**
             * @description Address of the main stream, without credentials.
             * @example rtsp://192.0.2.10/main
             */
            main_url: string;
            /** @description Address of the sub stream, without credentials. */
            sub_url: string | null;
            transport: components["schemas"]["Transport"];
        };
        /** @description What is going on with a camera's main stream. */
        CameraStatus: {
            /**
             * Format: int64
             * @description Bits a second, measured.
             */
            bitrate: number;
            /** Format: uuid */
            camera_id: string;
            /** @description Codec names, as `h264`, `aac`. */
            codecs: string[];
            /** @description Whether media is arriving. */
            connected: boolean;
            /** @description For a person: why it is not recording; empty while it is. */
            details: string;
            /**
             * Format: float
             * @description Frames a second, measured.
             */
            fps: number;
            gap_cause: components["schemas"]["GapCause"] | null;
            /** Format: int32 */
            height: number | null;
            last_frame: components["schemas"]["Timestamp"] | null;
            /**
             * Format: uuid
             * @description The file being written.
             */
            open_segment: string | null;
            /** @description Whether the camera takes its password only in the clear (Basic), where others can read it. */
            password_in_clear: boolean;
            /**
             * Format: int64
             * @description Successful connections after the first.
             */
            reconnects: number;
            recording_state: components["schemas"]["RecordingState"];
            since: components["schemas"]["Timestamp"] | null;
            /** @description Whether it should be recorded now. */
            wants_recording: boolean;
            /** Format: int32 */
            width: number | null;
        };
        /** @description What a camera's footage takes. */
        CameraUsage: {
            /** Format: int64 */
            bytes: number;
            /** Format: uuid */
            camera_id: string;
            camera_key: string;
            camera_name: string;
            /** Format: int64 */
            local_bytes: number;
            newest: components["schemas"]["Timestamp"] | null;
            oldest: components["schemas"]["Timestamp"] | null;
            /** Format: int64 */
            remote_bytes: number;
            /** Format: int64 */
            segments: number;
        };
        /** @description What was changed. */
        Changed: {
            /** Format: int64 */
            cameras: number;
        };
        /** @description A code of the second factor. */
        CodeOnly: {
            /** @example 123456 */
            code: string;
        };
        /** @description How the parts are. */
        Components: {
            /** @description In this process. */
            bus: components["schemas"]["HealthStatus"];
            /** @description In this process, or the server that all nodes share. */
            cache: components["schemas"]["HealthStatus"];
            cameras: components["schemas"]["CameraCounts"];
            database: components["schemas"]["HealthStatus"];
            /** @description The same as `cache`. */
            redis: components["schemas"]["HealthStatus"];
            storage: components["schemas"]["HealthStatus"];
        };
        /** @description One part of a camera's own settings, without what it is set to. */
        ConfigSummary: {
            /** @description Whether the camera is set like this. False: it is only what is wanted. */
            applied: boolean;
            applied_at: components["schemas"]["Timestamp"] | null;
            /** @description When that was made. */
            created_at: components["schemas"]["Timestamp"];
            /**
             * Format: uuid
             * @description The account that made it.
             */
            created_by: string | null;
            /** @description For a person: why it is not; null if it is. */
            not_applied_because: string | null;
            type: components["schemas"]["ConfigType"];
            /**
             * Format: int64
             * @description Its newest version.
             */
            version: number;
        };
        /**
         * @description A part of a camera's own settings.
         * @enum {string}
         */
        ConfigType: "image" | "encoding" | "osd" | "audio" | "alarm" | "light" | "ptz" | "network" | "time" | "notification" | "recording";
        /** @description A version that is kept. */
        ConfigVersion: {
            created_at: components["schemas"]["Timestamp"];
            /**
             * Format: uuid
             * @description The account that made it.
             */
            created_by: string | null;
            /** Format: int64 */
            version: number;
        };
        /** @description A token and its secret. */
        CreatedToken: {
            /** @description The token itself, for `Authorization: Bearer`. It is shown only now. */
            secret: string;
            token: components["schemas"]["ApiToken"];
        };
        /**
         * @description How far a deletion is.
         * @enum {string}
         */
        DeletionState: "running" | "finished";
        /**
         * @description How a camera is talked to.
         * @enum {string}
         */
        Driver: "rtsp";
        /** @description What an authenticator app needs (RFC 6238). */
        Enrolment: {
            /** @description In base32, to be typed. */
            secret: string;
            /** @description `otpauth://…`, to be shown as a QR code. */
            uri: string;
        };
        /** @description Something that happened. */
        Event: {
            /** @description Whether somebody has seen it. */
            acknowledged: boolean;
            acknowledged_at: components["schemas"]["Timestamp"] | null;
            /**
             * Format: uuid
             * @description The account that did.
             */
            acknowledged_by: string | null;
            /**
             * Format: uuid
             * @description Null for what concerns the installation.
             */
            camera_id: string | null;
            /** @description Null without a camera, and when its footage is gone too. */
            camera_name: string | null;
            end_timestamp: components["schemas"]["Timestamp"] | null;
            /**
             * @description `motion_detected`, `ai_person`, `ai_vehicle`, `ai_pet`, `ai_face`, `ai_package`, `audio_alarm`, `doorbell`,
             *     `recording_start`, `recording_stop`, `recording_gap`, `camera_online`, `camera_offline`,
             *     `stream_degraded`, `storage_full`, `upload_failed`, `login_failed_burst`,
             *     `refresh_token_reused`, or one of a device's own.
             * @example motion_detected
             */
            event_type: string;
            /** Format: uuid */
            id: string;
            /** @description What else is known. */
            metadata: Record<string, never>;
            severity: components["schemas"]["Severity"];
            /** @description When it happened, or began. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every failed answer. */
        Failure: {
            /**
             * @description Always null.
             * @example null
             */
            data: string | null;
            /** @description What went wrong. */
            error: components["schemas"]["FailureBody"];
            /**
             * Format: uuid
             * @description Also in the header `x-request-id` and in the log.
             */
            request_id: string;
            /**
             * @description Always false.
             * @example false
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description What went wrong. */
        FailureBody: {
            /**
             * @description For programs; goes with the HTTP status.
             * @example CAMERA_NOT_FOUND
             */
            code: string;
            /** @description More facts. For `VALIDATION_FAILED`: one entry a wrong field, with the reason. */
            details: {
                [key: string]: unknown;
            };
            /** @description For people. */
            message: string;
        };
        /** @description Files and their bytes. */
        FootageAmount: {
            /** Format: int64 */
            bytes: number;
            /** Format: int64 */
            segments: number;
        };
        /** @description Footage that is to go before its time, and how far that is. */
        FootageDeletion: {
            /** Format: uuid */
            camera_id: string;
            /** @description What is gone, from every disk and bucket. */
            deleted: components["schemas"]["FootageAmount"];
            finished_at: components["schemas"]["Timestamp"] | null;
            /** @description Finished files in the range when it was asked for, and their bytes. */
            found: components["schemas"]["FootageAmount"];
            from: components["schemas"]["Timestamp"] | null;
            /** Format: uuid */
            id: string;
            /**
             * Format: uuid
             * @description Only this file; null: all whole files of the range.
             */
            recording_id: string | null;
            requested_at: components["schemas"]["Timestamp"];
            /** @description The name of the account. */
            requested_by: string;
            state: components["schemas"]["DeletionState"];
            to: components["schemas"]["Timestamp"] | null;
        };
        /** @description Deletions of a camera's footage. */
        FootageDeletions: {
            /** @description The last 50, the newest first. */
            deletions: components["schemas"]["FootageDeletion"][];
        };
        /** @description A proof that was accepted. */
        FreshProof: {
            /** @description Until when it counts. */
            fresh_until: components["schemas"]["Timestamp"];
        };
        /**
         * @description Why a time was not recorded.
         * @enum {string}
         */
        GapCause: "connecting" | "camera_unreachable" | "auth_failed" | "stream_stalled" | "no_key_frame" | "codec_change" | "clock_step" | "disk_stalled" | "disk_full" | "node_down" | "server_stopped" | "disabled" | "schedule" | "no_motion" | "retention" | "deleted";
        /** @description A group as clients write it. */
        GroupInput: {
            description?: string;
            /**
             * @description Unique in the organization.
             * @example Entrances
             */
            name: string;
        };
        /** @description How the process is. */
        Health: {
            components: components["schemas"]["Components"];
            details: components["schemas"]["HealthDetails"];
            status: components["schemas"]["HealthStatus"];
            timestamp: components["schemas"]["Timestamp"];
            /**
             * @description Time since the start.
             * @example 24h30m15s
             */
            uptime: string;
            /** Format: int64 */
            uptime_seconds: number;
            version: string;
        };
        /** @description What the parts are, or what is wrong with them. */
        HealthDetails: {
            bus: string;
            cache: string;
            database: string;
            storage: string;
        };
        /**
         * @description How something is.
         * @enum {string}
         */
        HealthStatus: "healthy" | "degraded" | "unhealthy";
        /** @description A page of a list. */
        List_ApiToken: {
            /** @description The items of this page. */
            items: components["schemas"]["ApiToken"][];
            /** @description Where in the list they are. */
            pagination: components["schemas"]["Pagination"];
        };
        /** @description A page of a list. */
        List_AuditEntry: {
            /** @description The items of this page. */
            items: components["schemas"]["AuditEntry"][];
            /** @description Where in the list they are. */
            pagination: components["schemas"]["Pagination"];
        };
        /** @description A page of a list. */
        List_Camera: {
            /** @description The items of this page. */
            items: components["schemas"]["Camera"][];
            /** @description Where in the list they are. */
            pagination: components["schemas"]["Pagination"];
        };
        /** @description A page of a list. */
        List_CameraGroup: {
            /** @description The items of this page. */
            items: components["schemas"]["CameraGroup"][];
            /** @description Where in the list they are. */
            pagination: components["schemas"]["Pagination"];
        };
        /** @description A page of a list. */
        List_Event: {
            /** @description The items of this page. */
            items: components["schemas"]["Event"][];
            /** @description Where in the list they are. */
            pagination: components["schemas"]["Pagination"];
        };
        /** @description A page of a list. */
        List_Organization: {
            /** @description The items of this page. */
            items: components["schemas"]["Organization"][];
            /** @description Where in the list they are. */
            pagination: components["schemas"]["Pagination"];
        };
        /** @description A page of a list. */
        List_Recording: {
            /** @description The items of this page. */
            items: components["schemas"]["Recording"][];
            /** @description Where in the list they are. */
            pagination: components["schemas"]["Pagination"];
        };
        /** @description A page of a list. */
        List_Segment: {
            /** @description The items of this page. */
            items: components["schemas"]["Segment"][];
            /** @description Where in the list they are. */
            pagination: components["schemas"]["Pagination"];
        };
        /** @description A page of a list. */
        List_SignInEntry: {
            /** @description The items of this page. */
            items: components["schemas"]["SignInEntry"][];
            /** @description Where in the list they are. */
            pagination: components["schemas"]["Pagination"];
        };
        /** @description A page of a list. */
        List_User: {
            /** @description The items of this page. */
            items: components["schemas"]["User"][];
            /** @description Where in the list they are. */
            pagination: components["schemas"]["Pagination"];
        };
        /** @description Where a file's bytes are. */
        Location: {
            /** @description On the local disk of its node. */
            local: boolean;
            /** @description In the bucket, verified. */
            remote: boolean;
        };
        /** @description Who wants to sign in. */
        LoginBody: {
            /** @description Whether the refresh token is wanted as an `HttpOnly` cookie, for browsers. */
            cookie?: boolean;
            /** Format: password */
            password: string;
            /** @description A code of the second factor, or a recovery code. */
            totp?: string | null;
            /** @example ada */
            username: string;
        };
        /** @description How far. */
        LogoutBody: {
            /** @description Whether all sign-ins of the account end, not only this one. */
            everywhere?: boolean;
        };
        /**
         * @description Who may change a camera.
         * @enum {string}
         */
        ManagedBy: "file" | "api";
        /** @description One's own account. */
        Me: {
            display_name: string;
            email: string | null;
            /** @description The camera groups it is limited to; null: all cameras. */
            groups: string[] | null;
            /** @description Whether it has a password: one that came from a provider has none. */
            has_password: boolean;
            /** Format: uuid */
            id: string;
            organization: components["schemas"]["OrganizationName"];
            /** @description What may be done, as `camera:read`: of an API token, what that one may do. */
            permissions: string[];
            role: components["schemas"]["Role"];
            /**
             * Format: uuid
             * @description The sign-in; null for an API token.
             */
            session_id: string | null;
            /** @description Whether signing in takes a second factor. */
            totp: boolean;
            /** @example ada */
            username: string;
        };
        /**
         * @description When a camera is recorded.
         * @enum {string}
         */
        Mode: "continuous" | "off";
        /**
         * Format: ip-network
         * @description An address, or a network.
         * @example 10.0.0.0/8
         */
        Network: string;
        /** @description A new token. */
        NewApiToken: {
            /** @description Addresses or networks (`10.0.0.0/8`) it may be used from; default: any. */
            allowed_ips?: components["schemas"]["Network"][];
            expires_at?: components["schemas"]["TimeInput"] | null;
            /** @description The camera groups it is limited to; null: all that you see. */
            groups?: string[] | null;
            /** @example nightly export */
            name: string;
            /**
             * @description What it may do: part of what its owner may.
             * @example [
             *       "camera:read",
             *       "recording:read"
             *     ]
             */
            permissions: components["schemas"]["PermissionName"][];
            /**
             * Format: int32
             * @description Requests an hour; default: 1,000.
             */
            rate_limit?: number | null;
            remark?: string;
            /**
             * Format: uuid
             * @description Whose it is; default: yours. Another account's only with `user:admin`.
             */
            user_id?: string | null;
        };
        /** @description A new organization. */
        NewOrganization: {
            /**
             * @description Unique in the installation.
             * @example North campus
             */
            name: string;
        };
        /** @description A new account. */
        NewUser: {
            display_name?: string;
            email?: string | null;
            /** @description The camera groups it is limited to; null: all cameras. */
            groups?: string[] | null;
            /**
             * Format: uuid
             * @description The organization; default: yours. Another one only for those who rule the installation.
             */
            organization_id?: string | null;
            /**
             * Format: password
             * @description At least 10 characters; neither the user name nor one that everybody tries first. Not for
             *     `api_only`.
             */
            password?: string | null;
            role: components["schemas"]["Role"];
            /** @description Whether it also rules the installation; only for those who do to give. */
            system_admin?: boolean;
            /**
             * @description What is typed to sign in; unique, in upper or lower case.
             * @example ada
             */
            username: string;
        };
        /** @description An organization: a tenant. */
        Organization: {
            created_at: components["schemas"]["Timestamp"];
            /** Format: uuid */
            id: string;
            name: string;
        };
        /** @description An organization, by name. */
        OrganizationName: {
            /** Format: uuid */
            id: string;
            name: string;
        };
        /**
         * @description How it ended.
         * @enum {string}
         */
        Outcome: "done" | "refused";
        /** @description Where in a list a page is. */
        Pagination: {
            /**
             * Format: int64
             * @description Most items of a page.
             */
            limit: number;
            /**
             * @description What to give as `cursor` to get the page after this one; null on the last page, and in
             *     lists that take no cursor.
             */
            next_cursor: string | null;
            /**
             * Format: int64
             * @description Number of the page, from 1; null when a `cursor` was given.
             */
            page: number | null;
            /**
             * Format: int64
             * @description Items in the whole list; null when a `cursor` was given, because counting would cost
             *     more than the page.
             */
            total: number | null;
            /**
             * Format: int64
             * @description Pages in the whole list; null when a `cursor` was given.
             */
            total_pages: number | null;
        };
        /** @description The old password and the new one. */
        PasswordBody: {
            /** Format: password */
            current_password: string;
            /** @description Whether the account's API tokens stay; without it they are revoked. */
            keep_api_tokens?: boolean;
            /**
             * Format: password
             * @description At least 10 characters; neither the user name nor one that everybody tries first.
             */
            new_password: string;
        };
        /** @description The password, once more. */
        PasswordOnly: {
            /** Format: password */
            password: string;
        };
        /**
         * @description What somebody may do.
         * @enum {string}
         */
        PermissionName: "camera:read" | "camera:write" | "camera:control" | "recording:read" | "recording:delete" | "recording:export" | "event:read" | "event:ack" | "metadata:write" | "user:admin" | "token:write" | "audit:read" | "system:admin" | "metrics:read";
        /** @description A playback session. */
        PlaybackSession: {
            /** Format: uuid */
            camera_id: string;
            camera_key: string;
            created_at: components["schemas"]["Timestamp"];
            /**
             * @description The range as one MP4, relative to this server; needs no other credentials. Null without the
             *     permission `recording:export`.
             */
            download_url: string | null;
            /** @description When all its addresses stop working, unless the session is extended. */
            expires_at: components["schemas"]["Timestamp"];
            /** @description First instant of the range. Earlier than asked for if that was newer than all footage. */
            from: components["schemas"]["Timestamp"];
            /** @description Whether the playlist may still grow. */
            growing: boolean;
            /** Format: uuid */
            id: string;
            /** @description HLS media playlist, relative to this server; needs no other credentials. */
            playlist_url: string;
            /**
             * Format: double
             * @description Seconds from the beginning of the playlist to `from`; also its `EXT-X-START`.
             */
            start_offset_seconds: number;
            /**
             * @description Wall-clock time at which the playlist begins: it begins with a key frame, so a little
             *     before `from`, or later if nothing was recorded at `from`.
             */
            starts_at: components["schemas"]["Timestamp"];
            stream: components["schemas"]["StreamName"];
            to: components["schemas"]["Timestamp"] | null;
        };
        /** @description The sound of a camera. */
        ProbedAudio: {
            /** Format: int32 */
            channels: number;
            /** @example aac */
            codec: string;
            /**
             * Format: int32
             * @description Samples a second.
             */
            sample_rate: number;
        };
        /** @description An image. */
        ProbedPicture: {
            /** @example image/jpeg */
            content_type: string;
            /** @description The image, in Base64. */
            data: string;
        };
        /** @description The picture of a camera. */
        ProbedVideo: {
            /** @example h264 */
            codec: string;
            /**
             * Format: double
             * @description Frames a second; null if too few came to tell.
             */
            fps: number | null;
            /** Format: int32 */
            height: number;
            /**
             * Format: double
             * @description Seconds from one key frame to the next; null if there was only one.
             */
            key_frame_interval: number | null;
            /** Format: int32 */
            width: number;
        };
        /** @description What is to be tried. */
        ProbeInput: {
            /**
             * Format: password
             * @description Password for the camera.
             */
            password?: string | null;
            transport?: components["schemas"]["Transport"] | null;
            /**
             * Format: rtsp-uri
             * @description Address of the stream. May hold user name and password.
             * @example rtsp://192.0.2.10/main
             */
            url: string;
            /** @description User name for the camera. */
            username?: string | null;
        };
        /** @description A proof that it is you: one of the two. */
        ProofBody: {
            /**
             * @description A code of the second factor, or a recovery code.
             * @example 123456
             */
            code?: string | null;
            /** Format: password */
            password?: string | null;
        };
        /** @description Whether the process can do its work. */
        Readiness: {
            ready: boolean;
            /** @description Why not; empty if it is. */
            reasons: string[];
        };
        /** @description One recorded file. */
        Recording: {
            /** Format: int64 */
            bytes: number;
            /** Format: uuid */
            camera_id: string;
            /** @example front-door */
            camera_key: string;
            camera_name: string;
            /**
             * @description RFC 6381 codec strings, separated by commas.
             * @example avc1.64001f,mp4a.40.2
             */
            codecs: string;
            /** Format: double */
            duration_seconds: number;
            /** @description While it is being written: as far as is durable. */
            end: components["schemas"]["Timestamp"];
            /**
             * Format: int32
             * @description Pictures in it.
             */
            frames: number;
            /**
             * Format: int32
             * @description Null without pictures.
             */
            height: number | null;
            /**
             * Format: uuid
             * @description Its id; the same as that of the segment under `/storage/segments`.
             */
            id: string;
            /**
             * Format: uuid
             * @description The gapless run of files that it belongs to.
             */
            recording_id: string;
            start: components["schemas"]["Timestamp"];
            state: components["schemas"]["SegmentState"];
            stream: components["schemas"]["StreamName"];
            /**
             * Format: int32
             * @description Null without pictures.
             */
            width: number | null;
        };
        /**
         * @description What the recorder is doing.
         * @enum {string}
         */
        RecordingState: "recording" | "gap" | "off";
        /** @description What the recorder is doing. */
        RecordingStatus: {
            /** @description Each camera, ordered by key. */
            cameras: components["schemas"]["CameraStatus"][];
            /**
             * Format: int64
             * @description Cameras that should be recorded, but are not.
             */
            gap: number;
            /**
             * Format: int64
             * @description Cameras that should not be recorded.
             */
            off: number;
            /**
             * Format: int64
             * @description Cameras that are recorded.
             */
            recording: number;
            /**
             * Format: int64
             * @description Cameras in all.
             */
            total: number;
            /**
             * Format: int64
             * @description Finished files that wait for their upload.
             */
            uploads_pending: number;
        };
        /** @description What to keep for the day on which the second factor is lost. */
        RecoveryCodes: {
            /** @description Each works once in place of a code. They are shown only now. */
            recovery_codes: string[];
        };
        /** @description What lets a sign-in go on. */
        RefreshBody: {
            /** @description The refresh token; without it, that of the cookie. */
            refresh_token?: string | null;
        };
        /**
         * @description What an account is there for.
         * @enum {string}
         */
        Role: "admin" | "operator" | "viewer" | "api_only";
        /** @description A recorded file as it is stored. */
        Segment: {
            /** @description BLAKE3 of the finished file, in hex; null until then. */
            blake3: string | null;
            /** Format: int64 */
            bytes: number;
            /** Format: uuid */
            camera_id: string;
            download_expires_at: components["schemas"]["Timestamp"] | null;
            /**
             * @description Where it can be downloaded from, relative to this server, until `download_expires_at`; null
             *     without the permission `recording:export`.
             */
            download_url: string | null;
            /** @description While it is being written: as far as is durable. */
            end: components["schemas"]["Timestamp"];
            /** Format: uuid */
            id: string;
            /**
             * @description Its name in the footage folder and in the bucket.
             * @example front-door/20261120/13-30-00_front-door.mp4
             */
            key: string;
            location: components["schemas"]["Location"];
            /** @description The node whose disk holds the local copy. */
            node: string;
            /**
             * Format: uuid
             * @description The gapless run of files that it belongs to.
             */
            recording_id: string;
            start: components["schemas"]["Timestamp"];
            state: components["schemas"]["SegmentState"];
            stream: components["schemas"]["StreamName"];
        };
        /**
         * @description How far the recorder is with a file.
         * @enum {string}
         */
        SegmentState: "open" | "finished" | "deleting";
        /** @description The first administrator. */
        SetupBody: {
            /** @description Whether the refresh token is wanted as an `HttpOnly` cookie, for browsers. */
            cookie?: boolean;
            display_name?: string | null;
            /** @description Name of the organization. */
            organization?: string | null;
            /**
             * Format: password
             * @description At least 10 characters; neither the user name nor one that everybody tries first.
             */
            password: string;
            /** @description From the link that the server printed when it started. */
            token: string;
            /** @example ada */
            username: string;
        };
        /** @description Whether there is an account yet. */
        SetupState: {
            /** @description Whether the first administrator is still to be made, with the link that the server printed. */
            needed: boolean;
        };
        /**
         * @description How serious an event is.
         * @enum {string}
         */
        Severity: "info" | "warning" | "critical";
        /** @description A ready-to-use address. */
        SignedUrl: {
            /** @description Until when it works. */
            expires_at: components["schemas"]["Timestamp"];
            /** @description Relative to this server; needs no other credentials. */
            url: string;
        };
        /** @description A sign-in. */
        SignIn: {
            /** @description When it ends; get another one with the refresh token before that. */
            expires_at: components["schemas"]["Timestamp"];
            /** @description Works once, at `/auth/refresh`. Null if it was asked for as a cookie. */
            refresh_token: string | null;
            /** @description Access token, for `Authorization: Bearer`. */
            token: string;
            user: components["schemas"]["Me"];
        };
        /** @description A sign-in of one's own. */
        SignInEntry: {
            created_at: components["schemas"]["Timestamp"];
            /** @description Whether it is the one that asks. */
            current: boolean;
            /** @description When it ends unless it is used. */
            expires_at: components["schemas"]["Timestamp"];
            /** Format: uuid */
            id: string;
            /** @description From where it was last used. */
            ip: string | null;
            /** @description When it last got an access token. */
            last_used_at: components["schemas"]["Timestamp"];
            /** @description With what. */
            user_agent: string;
        };
        /** @description An OpenID provider. */
        SignInProvider: {
            /**
             * @description What people know it as.
             * @example Google
             */
            label: string;
            /**
             * @description For `/auth/oidc/{provider}/start`.
             * @example google
             */
            name: string;
        };
        /** @description What one can sign in with, besides a password. */
        SignInProviders: {
            items: components["schemas"]["SignInProvider"][];
        };
        /** @description How much of what should have been recorded was. */
        Slo: {
            /**
             * Format: double
             * @description Time in gaps that count as loss.
             */
            lost_seconds: number;
            /**
             * Format: double
             * @description `recorded / (recorded + lost)`; 1 when nothing should have been recorded.
             */
            ratio: number;
            /** Format: double */
            recorded_seconds: number;
        };
        /** @description Where its streams come from. */
        SourceChange: {
            /**
             * Format: rtsp-uri
             * @description Address of the main stream, which is recorded. May hold user name and password.
             * @example rtsp://192.0.2.10/main
             */
            main_url?: string;
            /**
             * Format: password
             * @description Password for the camera; it is never shown. Left out: it stays as it is; null: none.
             */
            password?: string | null;
            /**
             * Format: rtsp-uri
             * @description Address of the sub stream.
             * @example rtsp://192.0.2.10/sub
             */
            sub_url?: string | null;
            transport?: components["schemas"]["Transport"] | null;
            /** @description User name for the camera. Left out: it stays as it is; null: none. */
            username?: string | null;
        };
        /** @description Where its streams come from. */
        SourceInput: {
            /**
             * Format: rtsp-uri
             * @description Address of the main stream, which is recorded. May hold user name and password.
             * @example rtsp://192.0.2.10/main
             */
            main_url: string;
            /**
             * Format: password
             * @description Password for the camera; it is never shown. Left out: it stays as it is; null: none.
             */
            password?: string | null;
            /**
             * Format: rtsp-uri
             * @description Address of the sub stream.
             * @example rtsp://192.0.2.10/sub
             */
            sub_url?: string | null;
            transport?: components["schemas"]["Transport"] | null;
            /** @description User name for the camera. Left out: it stays as it is; null: none. */
            username?: string | null;
        };
        /** @description A gapless run of footage, clipped to the window. */
        Span: {
            /**
             * Format: int64
             * @description Bytes of its files.
             */
            bytes: number;
            end: components["schemas"]["Timestamp"];
            /** @description Whether it is being recorded. */
            open: boolean;
            /** Format: uuid */
            recording_id: string;
            /**
             * Format: int32
             * @description Number of its files.
             */
            segments: number;
            start: components["schemas"]["Timestamp"];
        };
        /** @description What to play. */
        StartPlayback: {
            /**
             * @description Id or key of the camera.
             * @example front-door
             */
            camera_id: string;
            /** @description A time, or the beginning of a day. */
            from: components["schemas"]["TimeInput"];
            stream?: components["schemas"]["StreamName"] | null;
            to?: components["schemas"]["TimeInput"] | null;
        };
        /** @description What footage takes. */
        StorageUsage: {
            bucket: components["schemas"]["Bucket"] | null;
            /**
             * Format: int64
             * @description Bytes of all footage, wherever it is.
             */
            bytes: number;
            /** @description Each camera, those without footage included. */
            cameras: components["schemas"]["CameraUsage"][];
            /**
             * Format: int64
             * @description Bytes on local disks.
             */
            local_bytes: number;
            /**
             * Format: int64
             * @description Bytes in the bucket.
             */
            remote_bytes: number;
            /**
             * Format: int64
             * @description Number of files.
             */
            segments: number;
            volume: components["schemas"]["Volume"];
        };
        /**
         * @description Which of a camera's streams.
         * @enum {string}
         */
        StreamName: "main" | "sub";
        /** @description The envelope of every successful answer. */
        Success_ApiToken: {
            data: components["schemas"]["ApiToken"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_Camera: {
            data: components["schemas"]["Camera"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_CameraConfigs: {
            data: components["schemas"]["CameraConfigs"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_CameraGroup: {
            data: components["schemas"]["CameraGroup"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_CameraProbe: {
            data: components["schemas"]["CameraProbe"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_CameraSettings: {
            data: components["schemas"]["CameraSettings"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_CameraStatus: {
            data: components["schemas"]["CameraStatus"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_Changed: {
            data: components["schemas"]["Changed"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_CreatedToken: {
            data: components["schemas"]["CreatedToken"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_Enrolment: {
            data: components["schemas"]["Enrolment"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_Event: {
            data: components["schemas"]["Event"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_FootageDeletion: {
            data: components["schemas"]["FootageDeletion"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_FootageDeletions: {
            data: components["schemas"]["FootageDeletions"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_FreshProof: {
            data: components["schemas"]["FreshProof"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_List_ApiToken: {
            data: components["schemas"]["List_ApiToken"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_List_AuditEntry: {
            data: components["schemas"]["List_AuditEntry"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_List_Camera: {
            data: components["schemas"]["List_Camera"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_List_CameraGroup: {
            data: components["schemas"]["List_CameraGroup"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_List_Event: {
            data: components["schemas"]["List_Event"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_List_Organization: {
            data: components["schemas"]["List_Organization"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_List_Recording: {
            data: components["schemas"]["List_Recording"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_List_Segment: {
            data: components["schemas"]["List_Segment"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_List_SignInEntry: {
            data: components["schemas"]["List_SignInEntry"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_List_User: {
            data: components["schemas"]["List_User"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_Me: {
            data: components["schemas"]["Me"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_Organization: {
            data: components["schemas"]["Organization"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_PlaybackSession: {
            data: components["schemas"]["PlaybackSession"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_Recording: {
            data: components["schemas"]["Recording"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_RecordingStatus: {
            data: components["schemas"]["RecordingStatus"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_RecoveryCodes: {
            data: components["schemas"]["RecoveryCodes"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_SetupState: {
            data: components["schemas"]["SetupState"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_SignedUrl: {
            data: components["schemas"]["SignedUrl"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_SignIn: {
            data: components["schemas"]["SignIn"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_SignInProviders: {
            data: components["schemas"]["SignInProviders"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_StorageUsage: {
            data: components["schemas"]["StorageUsage"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_Tags: {
            data: components["schemas"]["Tags"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_Ticket: {
            data: components["schemas"]["Ticket"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_Timeline: {
            data: components["schemas"]["Timeline"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /** @description The envelope of every successful answer. */
        Success_User: {
            data: components["schemas"]["User"];
            /**
             * @description Always null.
             * @example null
             */
            error: string | null;
            /**
             * @description Always true.
             * @example true
             */
            success: boolean;
            /** @description When the answer was made. */
            timestamp: components["schemas"]["Timestamp"];
        };
        /**
         * @description A word that cameras are found by. Spaces around it do not count.
         * @example entrance
         */
        Tag: string;
        /** @description A tag, and how often it is used. */
        TagCount: {
            /** Format: int64 */
            cameras: number;
            tag: string;
        };
        /** @description All tags. */
        Tags: {
            /** @description In alphabetical order. */
            tags: components["schemas"]["TagCount"][];
        };
        /** @description Lets a browser, which can't send the header `Authorization` with a WebSocket, connect once. */
        Ticket: {
            /** @description Until when one can connect with it. */
            expires_at: components["schemas"]["Timestamp"];
            /** @description Goes into the address as `token`. */
            token: string;
            /**
             * @description The address, relative to this server.
             * @example /api/v1/ws/events?token=…
             */
            url: string;
        };
        /**
         * @description A time, or a day: RFC 3339, as `2026-11-20T13:38:41Z` or `2026-11-20`.
         * @example 2026-11-20T13:38:41Z
         */
        TimeInput: string;
        /** @description What was recorded in a window, and what was not. */
        Timeline: {
            /** @description The same in equal steps, if `resolution` was given. */
            bins: components["schemas"]["Bin"][] | null;
            /** Format: uuid */
            camera_id: string;
            camera_key: string;
            from: components["schemas"]["Timestamp"];
            /** @description Where there is none, in order. */
            gaps: components["schemas"]["TimelineGap"][];
            recording_since: components["schemas"]["Timestamp"] | null;
            slo: components["schemas"]["Slo"];
            /** @description Where there is footage, in order. */
            spans: components["schemas"]["Span"][];
            stream: components["schemas"]["StreamName"];
            to: components["schemas"]["Timestamp"];
        };
        /** @description A time without footage, clipped to the window. */
        TimelineGap: {
            cause: components["schemas"]["GapCause"];
            /** @description For a person. */
            details: string;
            end: components["schemas"]["Timestamp"];
            /** Format: uuid */
            id: string;
            /** @description Whether the camera was meant to be recorded: it counts against the objective. */
            loss: boolean;
            /** @description Whether it is not over yet. */
            ongoing: boolean;
            start: components["schemas"]["Timestamp"];
        };
        /**
         * Format: date-time
         * @description An instant: RFC 3339, UTC, milliseconds.
         * @example 2026-11-20T13:38:41.123Z
         */
        Timestamp: string;
        /** @description What a token may do from now on. */
        TokenRights: {
            /** @description The camera groups it is limited to; null: all that you see. */
            groups?: string[] | null;
            /**
             * @description Part of what its owner may.
             * @example [
             *       "camera:read"
             *     ]
             */
            permissions: components["schemas"]["PermissionName"][];
        };
        /**
         * @description How RTP travels.
         * @enum {string}
         */
        Transport: "tcp" | "udp";
        /** @description An account. */
        User: {
            /** @description Whether it may do anything at all. */
            active: boolean;
            created_at: components["schemas"]["Timestamp"];
            display_name: string;
            email: string | null;
            /** @description The camera groups it is limited to; null: all cameras. */
            groups: string[] | null;
            /** @description Whether it has a password: one that came from a provider has none. */
            has_password: boolean;
            /** Format: uuid */
            id: string;
            last_login_at: components["schemas"]["Timestamp"] | null;
            role: components["schemas"]["Role"];
            /** @description Whether it also rules the installation (`system:admin`). */
            system_admin: boolean;
            /** @description Whether signing in takes a second factor. */
            totp: boolean;
            updated_at: components["schemas"]["Timestamp"];
            /** @example ada */
            username: string;
            /**
             * Format: int64
             * @description Counts changes; also the `ETag`.
             */
            version: number;
        };
        /** @description What changes; what is left out stays. */
        UserChange: {
            /** @description False ends its sign-ins and revokes its API tokens. */
            active?: boolean | null;
            display_name?: string | null;
            /** @description Null takes it away. */
            email?: string | null;
            /** @description The camera groups it is limited to; null: all cameras. */
            groups?: string[] | null;
            /** @description Whether its API tokens outlive a new password, and work again after it was disabled. */
            keep_api_tokens?: boolean;
            /**
             * Format: password
             * @description A new password; ends its sign-ins and revokes its API tokens. One's own is changed at `/auth/password`.
             */
            password?: string | null;
            role?: components["schemas"]["Role"] | null;
            /** @description Only for those who rule the installation. */
            system_admin?: boolean | null;
            /** @description False takes its second factor away and ends its sign-ins; only itself can set one up. */
            totp?: boolean | null;
        };
        /** @description The local volume; zeros until it was looked at. */
        Volume: {
            /** Format: int64 */
            free_bytes: number;
            /** Format: int64 */
            total_bytes: number;
        };
    };
    responses: {
        /** @description The camera can't be reached, or answers with an error: `error.details.reason` says which */
        BadGateway: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "data": null,
                 *       "error": {
                 *         "code": "CAMERA_UNREACHABLE",
                 *         "details": {},
                 *         "message": "The camera did not answer in time. Check the address, the camera's power and firewalls."
                 *       },
                 *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                 *       "success": false,
                 *       "timestamp": "2026-11-20T13:38:41.123Z"
                 *     }
                 */
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description The request is wrong: `error.details` has an entry for each field or parameter */
        BadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "data": null,
                 *       "error": {
                 *         "code": "VALIDATION_FAILED",
                 *         "details": {},
                 *         "message": "`limit` must be a whole number from 1 to 500."
                 *       },
                 *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                 *       "success": false,
                 *       "timestamp": "2026-11-20T13:38:41.123Z"
                 *     }
                 */
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description It does not go together with what is there already, or was changed meanwhile */
        Conflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "data": null,
                 *       "error": {
                 *         "code": "VERSION_CONFLICT",
                 *         "details": {},
                 *         "message": "It was changed by somebody else meanwhile. Load it again."
                 *       },
                 *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                 *       "success": false,
                 *       "timestamp": "2026-11-20T13:38:41.123Z"
                 *     }
                 */
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description You may not do this */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "data": null,
                 *       "error": {
                 *         "code": "AUTH_INSUFFICIENT_PERMISSIONS",
                 *         "details": {},
                 *         "message": "This needs the permission `camera:write`, which you do not have."
                 *       },
                 *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                 *       "success": false,
                 *       "timestamp": "2026-11-20T13:38:41.123Z"
                 *     }
                 */
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description A defect of Nightjar; the log tells more under the `request_id` */
        InternalServerError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "data": null,
                 *       "error": {
                 *         "code": "INTERNAL",
                 *         "details": {},
                 *         "message": "Something went wrong on our side. The log has more under this request id."
                 *       },
                 *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                 *       "success": false,
                 *       "timestamp": "2026-11-20T13:38:41.123Z"
                 *     }
                 */
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description It is not there, or you may not know of it */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "data": null,
                 *       "error": {
                 *         "code": "CAMERA_NOT_FOUND",
                 *         "details": {},
                 *         "message": "There is no such camera."
                 *       },
                 *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                 *       "success": false,
                 *       "timestamp": "2026-11-20T13:38:41.123Z"
                 *     }
                 */
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description The body is too large */
        PayloadTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "data": null,
                 *       "error": {
                 *         "code": "PAYLOAD_TOO_LARGE",
                 *         "details": {},
                 *         "message": "The body is too large."
                 *       },
                 *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                 *       "success": false,
                 *       "timestamp": "2026-11-20T13:38:41.123Z"
                 *     }
                 */
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description The byte range lies outside the file; `Content-Range` tells its length */
        RangeNotSatisfiable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "data": null,
                 *       "error": {
                 *         "code": "RANGE_NOT_SATISFIABLE",
                 *         "details": {},
                 *         "message": "The byte range is outside the file."
                 *       },
                 *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                 *       "success": false,
                 *       "timestamp": "2026-11-20T13:38:41.123Z"
                 *     }
                 */
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description The database or the footage storage does not answer, or the answer took too long */
        ServiceUnavailable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "data": null,
                 *       "error": {
                 *         "code": "DATABASE_UNAVAILABLE",
                 *         "details": {},
                 *         "message": "The database does not answer. Try again shortly."
                 *       },
                 *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                 *       "success": false,
                 *       "timestamp": "2026-11-20T13:38:41.123Z"
                 *     }
                 */
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Too many requests in this time, or at once */
        TooManyRequests: {
            headers: {
                /** @description Seconds to wait */
                "Retry-After": number;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "data": null,
                 *       "error": {
                 *         "code": "RATE_LIMIT_EXCEEDED",
                 *         "details": {},
                 *         "message": "Too many requests. Try again in 12 s."
                 *       },
                 *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                 *       "success": false,
                 *       "timestamp": "2026-11-20T13:38:41.123Z"
                 *     }
                 */
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description Nobody is signed in, or what proves it is not valid (any more) */
        Unauthorized: {
            headers: {
                /** @description How to prove who you are */
                "WWW-Authenticate": "Bearer";
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "data": null,
                 *       "error": {
                 *         "code": "AUTH_TOKEN_INVALID",
                 *         "details": {},
                 *         "message": "The token is not valid, or not any more. Get the next one at /auth/refresh, or sign in again."
                 *       },
                 *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                 *       "success": false,
                 *       "timestamp": "2026-11-20T13:38:41.123Z"
                 *     }
                 */
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description The `Idempotency-Key` belongs to another request */
        UnprocessableContent: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "data": null,
                 *       "error": {
                 *         "code": "IDEMPOTENCY_KEY_REUSED",
                 *         "details": {},
                 *         "message": "This Idempotency-Key was used for another request. Give each request a key of its own."
                 *       },
                 *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                 *       "success": false,
                 *       "timestamp": "2026-11-20T13:38:41.123Z"
                 *     }
                 */
                "application/json": components["schemas"]["Failure"];
            };
        };
        /** @description The body is not JSON */
        UnsupportedMediaType: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "data": null,
                 *       "error": {
                 *         "code": "UNSUPPORTED_MEDIA_TYPE",
                 *         "details": {},
                 *         "message": "The body must be JSON, with `Content-Type: application/json`."
                 *       },
                 *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                 *       "success": false,
                 *       "timestamp": "2026-11-20T13:38:41.123Z"
                 *     }
                 */
                "application/json": components["schemas"]["Failure"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_audit: {
        parameters: {
            query?: {
                /**
                 * @description Only this action, or with a final `.` all that begin with it.
                 * @example camera.
                 */
                action?: string;
                /** @description Only of this account. */
                actor?: string;
                /** @description `next_cursor` of the page before; goes with the same filters. */
                cursor?: string;
                /** @description Only before this time, or before the end of this day. */
                end_date?: components["schemas"]["TimeInput"];
                /** @description Items of a page. */
                limit?: number;
                /** @description Only on this object. */
                object_id?: string;
                /**
                 * @description Only on objects of this kind.
                 * @example camera
                 */
                object_kind?: string;
                /** @description Only those that ended like this. */
                outcome?: components["schemas"]["Outcome"];
                /** @description Only with this text in them. */
                q?: string;
                /** @description Only from this time, or from the beginning of this day. */
                start_date?: components["schemas"]["TimeInput"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "items": [
                     *           {
                     *             "action": "camera.update",
                     *             "actor": {
                     *               "id": "019a3c10-1c00-7a55-8d21-5f0c3b7e9a01",
                     *               "kind": "user",
                     *               "name": "ada"
                     *             },
                     *             "at": "2026-11-20T13:38:41.123Z",
                     *             "details": {
                     *               "name": {
                     *                 "from": "Door",
                     *                 "to": "Front door"
                     *               }
                     *             },
                     *             "id": "019a3c6a-77d1-7b02-8e3f-0a1b2c3d4e5f",
                     *             "ip": "192.0.2.33",
                     *             "object_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *             "object_kind": "camera",
                     *             "outcome": "done",
                     *             "request_id": "019a3c6a-77c8-7e64-a1b2-c3d4e5f60718",
                     *             "seq": 4711
                     *           }
                     *         ],
                     *         "pagination": {
                     *           "limit": 50,
                     *           "next_cursor": null,
                     *           "page": 1,
                     *           "total": 1,
                     *           "total_pages": 1
                     *         }
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_List_AuditEntry"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    log_in: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "cookie": false,
                 *       "password": "four barn owls at dusk",
                 *       "username": "ada"
                 *     }
                 */
                "application/json": components["schemas"]["LoginBody"];
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "expires_at": "2026-11-20T13:53:41.123Z",
                     *         "refresh_token": "njr_8sKd2Lx0QpVb7Tz4Ym1Hc",
                     *         "token": "eyJhbGciOiJFZERTQSIsImtpZCI6IjEifQ.eyJpc3MiOiJuaWdodGphciJ9.c2lnbmF0dXJl",
                     *         "user": {
                     *           "display_name": "Ada Kowalska",
                     *           "email": "ada@example.org",
                     *           "groups": null,
                     *           "has_password": true,
                     *           "id": "019a3c10-1c00-7a55-8d21-5f0c3b7e9a01",
                     *           "organization": {
                     *             "id": "019a3c0f-0000-7d01-8e55-0b1c2d3e4f50",
                     *             "name": "North campus"
                     *           },
                     *           "permissions": [
                     *             "camera:read",
                     *             "recording:read",
                     *             "event:read"
                     *           ],
                     *           "role": "operator",
                     *           "session_id": "019a3c66-30e0-7b1c-8f2a-9b0c1d2e3f40",
                     *           "totp": true,
                     *           "username": "ada"
                     *         }
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_SignIn"];
                };
            };
            400: components["responses"]["BadRequest"];
            /** @description Wrong user name, password or code, or a code is needed (`AUTH_TOTP_REQUIRED`) */
            401: {
                headers: {
                    /** @description How to prove who you are */
                    "WWW-Authenticate": "Bearer";
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "AUTH_TOKEN_INVALID",
                     *         "details": {},
                     *         "message": "The token is not valid, or not any more. Get the next one at /auth/refresh, or sign in again."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The account is for programs */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "AUTH_INSUFFICIENT_PERMISSIONS",
                     *         "details": {},
                     *         "message": "This needs the permission `camera:write`, which you do not have."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    log_out: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "everywhere": false
                 *     }
                 */
                "application/json": components["schemas"]["LogoutBody"];
            };
        };
        responses: {
            /** @description Signed out */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "display_name": "Ada Kowalska",
                     *         "email": "ada@example.org",
                     *         "groups": null,
                     *         "has_password": true,
                     *         "id": "019a3c10-1c00-7a55-8d21-5f0c3b7e9a01",
                     *         "organization": {
                     *           "id": "019a3c0f-0000-7d01-8e55-0b1c2d3e4f50",
                     *           "name": "North campus"
                     *         },
                     *         "permissions": [
                     *           "camera:read",
                     *           "recording:read",
                     *           "event:read"
                     *         ],
                     *         "role": "operator",
                     *         "session_id": "019a3c66-30e0-7b1c-8f2a-9b0c1d2e3f40",
                     *         "totp": true,
                     *         "username": "ada"
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Me"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    back_from_provider: {
        parameters: {
            query?: {
                /** @description What the provider gave the browser */
                code?: string;
                /** @description Why it gave none */
                error?: string;
                /** @description The same in a sentence */
                error_description?: string;
                /** @description Which provider it is; other parameters of the provider's are not looked at */
                iss?: string;
                /** @description Which sign-in it is, from `start` */
                state?: string;
            };
            header?: never;
            path: {
                /** @description Name of the provider */
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed in, or on to the sign-in page */
            303: {
                headers: {
                    /** @description A path of ours */
                    Location?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    start_at_provider: {
        parameters: {
            query?: {
                /** @description Whether the provider has to ask for the password again, for a fresh proof that it is you */
                proof?: boolean;
                /** @description Path of the page to be shown afterwards; `/` without it */
                return_to?: string;
            };
            header?: never;
            path: {
                /** @description Name of the provider, as /auth/providers lists it */
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description On to the provider */
            303: {
                headers: {
                    /** @description Its sign-in page */
                    Location?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    change_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "current_password": "four barn owls at dusk",
                 *       "new_password": "nine kestrels over the hill"
                 *     }
                 */
                "application/json": components["schemas"]["PasswordBody"];
            };
        };
        responses: {
            /** @description It is changed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description The account has no password */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "VERSION_CONFLICT",
                     *         "details": {},
                     *         "message": "It was changed by somebody else meanwhile. Load it again."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    prove: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "123456",
                 *       "password": null
                 *     }
                 */
                "application/json": components["schemas"]["ProofBody"];
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "fresh_until": "2026-11-20T13:38:41.123Z"
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_FreshProof"];
                };
            };
            400: components["responses"]["BadRequest"];
            /** @description The password or the code is wrong */
            401: {
                headers: {
                    /** @description How to prove who you are */
                    "WWW-Authenticate": "Bearer";
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "AUTH_TOKEN_INVALID",
                     *         "details": {},
                     *         "message": "The token is not valid, or not any more. Get the next one at /auth/refresh, or sign in again."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            403: components["responses"]["Forbidden"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    list_providers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "items": [
                     *           {
                     *             "label": "Okta",
                     *             "name": "okta"
                     *           }
                     *         ]
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_SignInProviders"];
                };
            };
            400: components["responses"]["BadRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "refresh_token": "njr_8sKd2Lx0QpVb7Tz4Ym1Hc"
                 *     }
                 */
                "application/json": components["schemas"]["RefreshBody"];
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "expires_at": "2026-11-20T13:53:41.123Z",
                     *         "refresh_token": "njr_8sKd2Lx0QpVb7Tz4Ym1Hc",
                     *         "token": "eyJhbGciOiJFZERTQSIsImtpZCI6IjEifQ.eyJpc3MiOiJuaWdodGphciJ9.c2lnbmF0dXJl",
                     *         "user": {
                     *           "display_name": "Ada Kowalska",
                     *           "email": "ada@example.org",
                     *           "groups": null,
                     *           "has_password": true,
                     *           "id": "019a3c10-1c00-7a55-8d21-5f0c3b7e9a01",
                     *           "organization": {
                     *             "id": "019a3c0f-0000-7d01-8e55-0b1c2d3e4f50",
                     *             "name": "North campus"
                     *           },
                     *           "permissions": [
                     *             "camera:read",
                     *             "recording:read",
                     *             "event:read"
                     *           ],
                     *           "role": "operator",
                     *           "session_id": "019a3c66-30e0-7b1c-8f2a-9b0c1d2e3f40",
                     *           "totp": true,
                     *           "username": "ada"
                     *         }
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_SignIn"];
                };
            };
            400: components["responses"]["BadRequest"];
            /** @description The sign-in has ended, or there is no refresh token */
            401: {
                headers: {
                    /** @description How to prove who you are */
                    "WWW-Authenticate": "Bearer";
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "AUTH_TOKEN_INVALID",
                     *         "details": {},
                     *         "message": "The token is not valid, or not any more. Get the next one at /auth/refresh, or sign in again."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The account may not sign in any more */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "AUTH_INSUFFICIENT_PERMISSIONS",
                     *         "details": {},
                     *         "message": "This needs the permission `camera:write`, which you do not have."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    list_sign_ins: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "items": [
                     *           {
                     *             "created_at": "2026-11-20T08:01:12.000Z",
                     *             "current": true,
                     *             "expires_at": "2026-12-20T13:31:12.000Z",
                     *             "id": "019a3c66-30e0-7b1c-8f2a-9b0c1d2e3f40",
                     *             "ip": "192.0.2.33",
                     *             "last_used_at": "2026-11-20T13:31:12.000Z",
                     *             "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
                     *           }
                     *         ],
                     *         "pagination": {
                     *           "limit": 50,
                     *           "next_cursor": null,
                     *           "page": 1,
                     *           "total": 1,
                     *           "total_pages": 1
                     *         }
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_List_SignInEntry"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    end_sign_in: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the sign-in */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    confirm_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "492039"
                 *     }
                 */
                "application/json": components["schemas"]["CodeOnly"];
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "recovery_codes": [
                     *           "k7w2-9dqf-3xtm",
                     *           "p4hs-6bnv-8rzc"
                     *         ]
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_RecoveryCodes"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description Nothing was begun */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "VERSION_CONFLICT",
                     *         "details": {},
                     *         "message": "It was changed by somebody else meanwhile. Load it again."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    disable_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "password": "four barn owls at dusk"
                 *     }
                 */
                "application/json": components["schemas"]["PasswordOnly"];
            };
        };
        responses: {
            /** @description Signing in takes only the password */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no second factor */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "VERSION_CONFLICT",
                     *         "details": {},
                     *         "message": "It was changed by somebody else meanwhile. Load it again."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    enroll_totp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "password": "four barn owls at dusk"
                 *     }
                 */
                "application/json": components["schemas"]["PasswordOnly"];
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
                     *         "uri": "otpauth://totp/Nightjar:ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Nightjar"
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Enrolment"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is a second factor already, or no password */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "VERSION_CONFLICT",
                     *         "details": {},
                     *         "message": "It was changed by somebody else meanwhile. Load it again."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    list_groups: {
        parameters: {
            query?: {
                /** @description Items of a page. */
                limit?: number;
                /** @description Number of the page. */
                page?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "items": [
                     *           {
                     *             "created_at": "2026-10-02T07:50:00.000Z",
                     *             "description": "All doors and gates",
                     *             "id": "019a3c1f-0100-7c77-8b90-1a2b3c4d5e6f",
                     *             "name": "Entrances",
                     *             "updated_at": "2026-10-02T07:50:00.000Z",
                     *             "version": 1
                     *           }
                     *         ],
                     *         "pagination": {
                     *           "limit": 50,
                     *           "next_cursor": null,
                     *           "page": 1,
                     *           "total": 1,
                     *           "total_pages": 1
                     *         }
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_List_CameraGroup"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    create_group: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request, as a UUID. Sent again with the same body within 24 hours, it is answered as it was, with `Idempotency-Replayed: true`, and nothing is made twice; with another body it is refused (422 `IDEMPOTENCY_KEY_REUSED`), and while the first one is under way too (409). Failures are not remembered. What holds a secret is not shown again: the answer is then 409 with the `id` of what was made. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "description": "All doors and gates",
                 *       "name": "Entrances"
                 *     }
                 */
                "application/json": components["schemas"]["GroupInput"];
            };
        };
        responses: {
            /** @description What was made */
            201: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "created_at": "2026-10-02T07:50:00.000Z",
                     *         "description": "All doors and gates",
                     *         "id": "019a3c1f-0100-7c77-8b90-1a2b3c4d5e6f",
                     *         "name": "Entrances",
                     *         "updated_at": "2026-10-02T07:50:00.000Z",
                     *         "version": 1
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_CameraGroup"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description Another group has this name */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "VERSION_CONFLICT",
                     *         "details": {},
                     *         "message": "It was changed by somebody else meanwhile. Load it again."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableContent"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    show_group: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the group */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "created_at": "2026-10-02T07:50:00.000Z",
                     *         "description": "All doors and gates",
                     *         "id": "019a3c1f-0100-7c77-8b90-1a2b3c4d5e6f",
                     *         "name": "Entrances",
                     *         "updated_at": "2026-10-02T07:50:00.000Z",
                     *         "version": 1
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_CameraGroup"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    replace_group: {
        parameters: {
            query?: never;
            header?: {
                /** @description `ETag` of the version that is meant; `*` is any. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of the group */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "description": "All doors and gates",
                 *       "name": "Entrances"
                 *     }
                 */
                "application/json": components["schemas"]["GroupInput"];
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "created_at": "2026-10-02T07:50:00.000Z",
                     *         "description": "All doors and gates",
                     *         "id": "019a3c1f-0100-7c77-8b90-1a2b3c4d5e6f",
                     *         "name": "Entrances",
                     *         "updated_at": "2026-10-02T07:50:00.000Z",
                     *         "version": 1
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_CameraGroup"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    delete_group: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the group */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            /** @description It does not go together with what is there already, or was changed meanwhile */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "VERSION_CONFLICT",
                     *         "details": {},
                     *         "message": "It was changed by somebody else meanwhile. Load it again."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    list_tags: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "tags": [
                     *           {
                     *             "cameras": 2,
                     *             "tag": "outside"
                     *           }
                     *         ]
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Tags"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    change_tags: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "add": [
                 *         "outside"
                 *       ],
                 *       "camera_ids": [
                 *         "front-door",
                 *         "yard"
                 *       ],
                 *       "remove": [
                 *         "new"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["BulkTags"];
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "cameras": 2
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Changed"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description One of the cameras is not there */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "CAMERA_NOT_FOUND",
                     *         "details": {},
                     *         "message": "There is no such camera."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description One of the cameras stands in the configuration file */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "VERSION_CONFLICT",
                     *         "details": {},
                     *         "message": "It was changed by somebody else meanwhile. Load it again."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    list_cameras: {
        parameters: {
            query?: {
                /** @description Only those that are talked to like this; so far there is only `rtsp`. */
                driver?: string;
                /** @description Only those of one of these groups, by id, separated by commas. */
                group_id?: string;
                /** @description Items of a page. */
                limit?: number;
                /** @description Number of the page. */
                page?: number;
                /**
                 * @description Only those with this text in their key, name, host, serial number, location or place, in upper
                 *     or lower case.
                 */
                q?: string;
                /** @description `key`, `-key`, `name` or `-name`. */
                sort?: string;
                /**
                 * @description Only those in one of these states, separated by commas: `online`, `offline` (whether media
                 *     arrives), of those offline `error` (refused the credentials) and `connecting` (has not sent anything yet),
                 *     `recording`, `gap`, `off` (what the recorder does).
                 */
                status?: string;
                /** @description Only those with all of these tags, separated by commas. */
                tag?: string;
            };
            header?: {
                /** @description `ETag` of an earlier answer: if nothing has changed since, there is none but its status, 304. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    /** @description Of this page */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "items": [
                     *           {
                     *             "audio": "aac",
                     *             "company": "Example Optics",
                     *             "created_at": "2026-10-02T07:59:58.200Z",
                     *             "driver": "rtsp",
                     *             "enabled": true,
                     *             "firmware": null,
                     *             "group_id": "019a3c1f-0100-7c77-8b90-1a2b3c4d5e6f",
                     *             "id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *             "key": "front-door",
                     *             "location": "North campus",
                     *             "managed_by": "api",
                     *             "manual": null,
                     *             "mode": "continuous",
                     *             "model": "EO-4K",
                     *             "name": "Front door",
                     *             "place": "Gate 2",
                     *             "recording_since": "2026-10-02T08:00:00.000Z",
                     *             "retention_bytes": null,
                     *             "retention_seconds": 2592000,
                     *             "segment_seconds": 900,
                     *             "serial_number": "EO4K-0017",
                     *             "source": {
                     *               "has_credentials": true,
                     *               "main_url": "rtsp://192.0.2.10/main",
                     *               "sub_url": "rtsp://192.0.2.10/sub",
                     *               "transport": "tcp"
                     *             },
                     *             "status": {
                     *               "bitrate": 4120000,
                     *               "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *               "codecs": [
                     *                 "h264",
                     *                 "aac"
                     *               ],
                     *               "connected": true,
                     *               "details": "",
                     *               "fps": 25,
                     *               "gap_cause": null,
                     *               "height": 1440,
                     *               "last_frame": "2026-11-20T13:38:41.080Z",
                     *               "open_segment": "019a3c68-4f00-7a91-8c12-3d4e5f6a7b8c",
                     *               "password_in_clear": false,
                     *               "reconnects": 0,
                     *               "recording_state": "recording",
                     *               "since": "2026-11-20T06:14:02.310Z",
                     *               "wants_recording": true,
                     *               "width": 2560
                     *             },
                     *             "tags": [
                     *               "entrance",
                     *               "outside"
                     *             ],
                     *             "updated_at": "2026-11-20T13:38:41.123Z",
                     *             "version": 3
                     *           }
                     *         ],
                     *         "pagination": {
                     *           "limit": 50,
                     *           "next_cursor": null,
                     *           "page": 1,
                     *           "total": 1,
                     *           "total_pages": 1
                     *         }
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_List_Camera"];
                };
            };
            /** @description Nothing has changed since the answer with this `ETag` */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    create_camera: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request, as a UUID. Sent again with the same body within 24 hours, it is answered as it was, with `Idempotency-Replayed: true`, and nothing is made twice; with another body it is refused (422 `IDEMPOTENCY_KEY_REUSED`), and while the first one is under way too (409). Failures are not remembered. What holds a secret is not shown again: the answer is then 409 with the `id` of what was made. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "key": "side-door",
                 *       "location": "North campus",
                 *       "mode": "continuous",
                 *       "name": "Side door",
                 *       "place": "Gate 3",
                 *       "retention_seconds": 2592000,
                 *       "segment_seconds": 900,
                 *       "source": {
                 *         "main_url": "rtsp://192.0.2.11/main",
                 *         "sub_url": "rtsp://192.0.2.11/sub",
                 *         "transport": "tcp"
                 *       },
                 *       "tags": [
                 *         "entrance"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["CameraInput"];
            };
        };
        responses: {
            /** @description What was made */
            201: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "audio": "aac",
                     *         "company": "Example Optics",
                     *         "created_at": "2026-10-02T07:59:58.200Z",
                     *         "driver": "rtsp",
                     *         "enabled": true,
                     *         "firmware": null,
                     *         "group_id": "019a3c1f-0100-7c77-8b90-1a2b3c4d5e6f",
                     *         "id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *         "key": "front-door",
                     *         "location": "North campus",
                     *         "managed_by": "api",
                     *         "manual": null,
                     *         "mode": "continuous",
                     *         "model": "EO-4K",
                     *         "name": "Front door",
                     *         "place": "Gate 2",
                     *         "recording_since": "2026-10-02T08:00:00.000Z",
                     *         "retention_bytes": null,
                     *         "retention_seconds": 2592000,
                     *         "segment_seconds": 900,
                     *         "serial_number": "EO4K-0017",
                     *         "source": {
                     *           "has_credentials": true,
                     *           "main_url": "rtsp://192.0.2.10/main",
                     *           "sub_url": "rtsp://192.0.2.10/sub",
                     *           "transport": "tcp"
                     *         },
                     *         "status": {
                     *           "bitrate": 4120000,
                     *           "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *           "codecs": [
                     *             "h264",
                     *             "aac"
                     *           ],
                     *           "connected": true,
                     *           "details": "",
                     *           "fps": 25,
                     *           "gap_cause": null,
                     *           "height": 1440,
                     *           "last_frame": "2026-11-20T13:38:41.080Z",
                     *           "open_segment": "019a3c68-4f00-7a91-8c12-3d4e5f6a7b8c",
                     *           "password_in_clear": false,
                     *           "reconnects": 0,
                     *           "recording_state": "recording",
                     *           "since": "2026-11-20T06:14:02.310Z",
                     *           "wants_recording": true,
                     *           "width": 2560
                     *         },
                     *         "tags": [
                     *           "entrance",
                     *           "outside"
                     *         ],
                     *         "updated_at": "2026-11-20T13:38:41.123Z",
                     *         "version": 3
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Camera"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description Key, address or serial number is that of another camera */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "VERSION_CONFLICT",
                     *         "details": {},
                     *         "message": "It was changed by somebody else meanwhile. Load it again."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableContent"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    show_camera: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or key of the camera */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "audio": "aac",
                     *         "company": "Example Optics",
                     *         "created_at": "2026-10-02T07:59:58.200Z",
                     *         "driver": "rtsp",
                     *         "enabled": true,
                     *         "firmware": null,
                     *         "group_id": "019a3c1f-0100-7c77-8b90-1a2b3c4d5e6f",
                     *         "id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *         "key": "front-door",
                     *         "location": "North campus",
                     *         "managed_by": "api",
                     *         "manual": null,
                     *         "mode": "continuous",
                     *         "model": "EO-4K",
                     *         "name": "Front door",
                     *         "place": "Gate 2",
                     *         "recording_since": "2026-10-02T08:00:00.000Z",
                     *         "retention_bytes": null,
                     *         "retention_seconds": 2592000,
                     *         "segment_seconds": 900,
                     *         "serial_number": "EO4K-0017",
                     *         "source": {
                     *           "has_credentials": true,
                     *           "main_url": "rtsp://192.0.2.10/main",
                     *           "sub_url": "rtsp://192.0.2.10/sub",
                     *           "transport": "tcp"
                     *         },
                     *         "status": {
                     *           "bitrate": 4120000,
                     *           "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *           "codecs": [
                     *             "h264",
                     *             "aac"
                     *           ],
                     *           "connected": true,
                     *           "details": "",
                     *           "fps": 25,
                     *           "gap_cause": null,
                     *           "height": 1440,
                     *           "last_frame": "2026-11-20T13:38:41.080Z",
                     *           "open_segment": "019a3c68-4f00-7a91-8c12-3d4e5f6a7b8c",
                     *           "password_in_clear": false,
                     *           "reconnects": 0,
                     *           "recording_state": "recording",
                     *           "since": "2026-11-20T06:14:02.310Z",
                     *           "wants_recording": true,
                     *           "width": 2560
                     *         },
                     *         "tags": [
                     *           "entrance",
                     *           "outside"
                     *         ],
                     *         "updated_at": "2026-11-20T13:38:41.123Z",
                     *         "version": 3
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Camera"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    replace_camera: {
        parameters: {
            query?: never;
            header?: {
                /** @description `ETag` of the version that is meant; `*` is any. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id or key of the camera */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "key": "side-door",
                 *       "location": "North campus",
                 *       "mode": "continuous",
                 *       "name": "Side door",
                 *       "place": "Gate 3",
                 *       "retention_seconds": 2592000,
                 *       "segment_seconds": 900,
                 *       "source": {
                 *         "main_url": "rtsp://192.0.2.11/main",
                 *         "sub_url": "rtsp://192.0.2.11/sub",
                 *         "transport": "tcp"
                 *       },
                 *       "tags": [
                 *         "entrance"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["CameraInput"];
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "audio": "aac",
                     *         "company": "Example Optics",
                     *         "created_at": "2026-10-02T07:59:58.200Z",
                     *         "driver": "rtsp",
                     *         "enabled": true,
                     *         "firmware": null,
                     *         "group_id": "019a3c1f-0100-7c77-8b90-1a2b3c4d5e6f",
                     *         "id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *         "key": "front-door",
                     *         "location": "North campus",
                     *         "managed_by": "api",
                     *         "manual": null,
                     *         "mode": "continuous",
                     *         "model": "EO-4K",
                     *         "name": "Front door",
                     *         "place": "Gate 2",
                     *         "recording_since": "2026-10-02T08:00:00.000Z",
                     *         "retention_bytes": null,
                     *         "retention_seconds": 2592000,
                     *         "segment_seconds": 900,
                     *         "serial_number": "EO4K-0017",
                     *         "source": {
                     *           "has_credentials": true,
                     *           "main_url": "rtsp://192.0.2.10/main",
                     *           "sub_url": "rtsp://192.0.2.10/sub",
                     *           "transport": "tcp"
                     *         },
                     *         "status": {
                     *           "bitrate": 4120000,
                     *           "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *           "codecs": [
                     *             "h264",
                     *             "aac"
                     *           ],
                     *           "connected": true,
                     *           "details": "",
                     *           "fps": 25,
                     *           "gap_cause": null,
                     *           "height": 1440,
                     *           "last_frame": "2026-11-20T13:38:41.080Z",
                     *           "open_segment": "019a3c68-4f00-7a91-8c12-3d4e5f6a7b8c",
                     *           "password_in_clear": false,
                     *           "reconnects": 0,
                     *           "recording_state": "recording",
                     *           "since": "2026-11-20T06:14:02.310Z",
                     *           "wants_recording": true,
                     *           "width": 2560
                     *         },
                     *         "tags": [
                     *           "entrance",
                     *           "outside"
                     *         ],
                     *         "updated_at": "2026-11-20T13:38:41.123Z",
                     *         "version": 3
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Camera"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    delete_camera: {
        parameters: {
            query?: never;
            header?: {
                /** @description `ETag` of the version that is meant; `*` is any. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id or key of the camera */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            /** @description It was changed meanwhile, or stands in the configuration file */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "VERSION_CONFLICT",
                     *         "details": {},
                     *         "message": "It was changed by somebody else meanwhile. Load it again."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    change_camera: {
        parameters: {
            query?: never;
            header?: {
                /** @description `ETag` of the version that is meant; `*` is any. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id or key of the camera */
                id: string;
            };
            cookie?: never;
        };
        /** @description Any of the fields */
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Front door, left",
                 *       "tags": [
                 *         "entrance"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["CameraChange"];
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "audio": "aac",
                     *         "company": "Example Optics",
                     *         "created_at": "2026-10-02T07:59:58.200Z",
                     *         "driver": "rtsp",
                     *         "enabled": true,
                     *         "firmware": null,
                     *         "group_id": "019a3c1f-0100-7c77-8b90-1a2b3c4d5e6f",
                     *         "id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *         "key": "front-door",
                     *         "location": "North campus",
                     *         "managed_by": "api",
                     *         "manual": null,
                     *         "mode": "continuous",
                     *         "model": "EO-4K",
                     *         "name": "Front door",
                     *         "place": "Gate 2",
                     *         "recording_since": "2026-10-02T08:00:00.000Z",
                     *         "retention_bytes": null,
                     *         "retention_seconds": 2592000,
                     *         "segment_seconds": 900,
                     *         "serial_number": "EO4K-0017",
                     *         "source": {
                     *           "has_credentials": true,
                     *           "main_url": "rtsp://192.0.2.10/main",
                     *           "sub_url": "rtsp://192.0.2.10/sub",
                     *           "transport": "tcp"
                     *         },
                     *         "status": {
                     *           "bitrate": 4120000,
                     *           "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *           "codecs": [
                     *             "h264",
                     *             "aac"
                     *           ],
                     *           "connected": true,
                     *           "details": "",
                     *           "fps": 25,
                     *           "gap_cause": null,
                     *           "height": 1440,
                     *           "last_frame": "2026-11-20T13:38:41.080Z",
                     *           "open_segment": "019a3c68-4f00-7a91-8c12-3d4e5f6a7b8c",
                     *           "password_in_clear": false,
                     *           "reconnects": 0,
                     *           "recording_state": "recording",
                     *           "since": "2026-11-20T06:14:02.310Z",
                     *           "wants_recording": true,
                     *           "width": 2560
                     *         },
                     *         "tags": [
                     *           "entrance",
                     *           "outside"
                     *         ],
                     *         "updated_at": "2026-11-20T13:38:41.123Z",
                     *         "version": 3
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Camera"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    list_configs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or key of the camera */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *         "configs": [
                     *           {
                     *             "applied": false,
                     *             "applied_at": null,
                     *             "created_at": "2026-11-20T13:38:41.123Z",
                     *             "created_by": "019a3c10-1c00-7a55-8d21-5f0c3b7e9a01",
                     *             "not_applied_because": null,
                     *             "type": "image",
                     *             "version": 2
                     *           }
                     *         ],
                     *         "types": [
                     *           "image",
                     *           "encoding"
                     *         ]
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_CameraConfigs"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    show_config: {
        parameters: {
            query?: {
                /** @description An older version; the newest if it is left out. */
                version?: number;
            };
            header?: never;
            path: {
                /** @description Id or key of the camera */
                id: string;
                /** @description Which part */
                type: components["schemas"]["ConfigType"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "applied": false,
                     *         "applied_at": null,
                     *         "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *         "created_at": "2026-11-20T13:38:41.123Z",
                     *         "created_by": "019a3c10-1c00-7a55-8d21-5f0c3b7e9a01",
                     *         "data": {
                     *           "brightness": 60,
                     *           "flip": true
                     *         },
                     *         "not_applied_because": null,
                     *         "type": "image",
                     *         "version": 2,
                     *         "versions": [
                     *           {
                     *             "created_at": "2026-11-20T13:38:41.123Z",
                     *             "created_by": "019a3c10-1c00-7a55-8d21-5f0c3b7e9a01",
                     *             "version": 2
                     *           }
                     *         ]
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_CameraSettings"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    put_config: {
        parameters: {
            query?: never;
            header?: {
                /** @description `ETag` of the version that is meant; `*` is any. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id or key of the camera */
                id: string;
                /** @description Which part */
                type: components["schemas"]["ConfigType"];
            };
            cookie?: never;
        };
        /** @description What the camera is to be set to */
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "brightness": 60,
                 *       "flip": true
                 *     }
                 */
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "applied": false,
                     *         "applied_at": null,
                     *         "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *         "created_at": "2026-11-20T13:38:41.123Z",
                     *         "created_by": "019a3c10-1c00-7a55-8d21-5f0c3b7e9a01",
                     *         "data": {
                     *           "brightness": 60,
                     *           "flip": true
                     *         },
                     *         "not_applied_because": null,
                     *         "type": "image",
                     *         "version": 2,
                     *         "versions": [
                     *           {
                     *             "created_at": "2026-11-20T13:38:41.123Z",
                     *             "created_by": "019a3c10-1c00-7a55-8d21-5f0c3b7e9a01",
                     *             "version": 2
                     *           }
                     *         ]
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_CameraSettings"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    delete_footage: {
        parameters: {
            query?: {
                /** @description Only files that begin at or after this time, or this day; all of the past if it is left out. */
                from?: components["schemas"]["TimeInput"];
                /**
                 * @description Only files that end at or before this time, or the end of this day; up to now if it is left
                 *     out.
                 */
                to?: components["schemas"]["TimeInput"];
            };
            header?: never;
            path: {
                /** @description Id or key of the camera */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has begun */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *         "deleted": {
                     *           "bytes": 21600000000,
                     *           "segments": 96
                     *         },
                     *         "finished_at": null,
                     *         "found": {
                     *           "bytes": 21600000000,
                     *           "segments": 96
                     *         },
                     *         "from": "2026-11-19T00:00:00.000Z",
                     *         "id": "019a3c77-0b1c-7d2e-8f30-415263748596",
                     *         "recording_id": null,
                     *         "requested_at": "2026-11-20T13:38:41.123Z",
                     *         "requested_by": "ada",
                     *         "state": "running",
                     *         "to": "2026-11-20T00:00:00.000Z"
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_FootageDeletion"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    list_deletions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or key of the camera */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "deletions": [
                     *           {
                     *             "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *             "deleted": {
                     *               "bytes": 21600000000,
                     *               "segments": 96
                     *             },
                     *             "finished_at": null,
                     *             "found": {
                     *               "bytes": 21600000000,
                     *               "segments": 96
                     *             },
                     *             "from": "2026-11-19T00:00:00.000Z",
                     *             "id": "019a3c77-0b1c-7d2e-8f30-415263748596",
                     *             "recording_id": null,
                     *             "requested_at": "2026-11-20T13:38:41.123Z",
                     *             "requested_by": "ada",
                     *             "state": "running",
                     *             "to": "2026-11-20T00:00:00.000Z"
                     *           }
                     *         ]
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_FootageDeletions"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    camera_status: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id or key of the camera */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "bitrate": 4120000,
                     *         "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *         "codecs": [
                     *           "h264",
                     *           "aac"
                     *         ],
                     *         "connected": true,
                     *         "details": "",
                     *         "fps": 25,
                     *         "gap_cause": null,
                     *         "height": 1440,
                     *         "last_frame": "2026-11-20T13:38:41.080Z",
                     *         "open_segment": "019a3c68-4f00-7a91-8c12-3d4e5f6a7b8c",
                     *         "password_in_clear": false,
                     *         "reconnects": 0,
                     *         "recording_state": "recording",
                     *         "since": "2026-11-20T06:14:02.310Z",
                     *         "wants_recording": true,
                     *         "width": 2560
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_CameraStatus"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    probe_camera: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "password": "camera password",
                 *       "transport": "tcp",
                 *       "url": "rtsp://192.0.2.10/main",
                 *       "username": "viewer"
                 *     }
                 */
                "application/json": components["schemas"]["ProbeInput"];
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "audio": {
                     *           "channels": 1,
                     *           "codec": "aac",
                     *           "sample_rate": 16000
                     *         },
                     *         "bitrate": 4120000,
                     *         "picture": {
                     *           "content_type": "image/jpeg",
                     *           "data": "/9j/4AAQSkZJRgABAQAAAQABAAD/2Q=="
                     *         },
                     *         "picture_missing": null,
                     *         "video": {
                     *           "codec": "h264",
                     *           "fps": 25,
                     *           "height": 1440,
                     *           "key_frame_interval": 2,
                     *           "width": 2560
                     *         }
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_CameraProbe"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            /** @description The camera can't be reached, or answers with an error: `error.details.reason` says which */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "CAMERA_UNREACHABLE",
                     *         "details": {},
                     *         "message": "The camera did not answer in time. Check the address, the camera's power and firewalls."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    list_events: {
        parameters: {
            query?: {
                /** @description Only those that somebody has acknowledged, or nobody. */
                acknowledged?: boolean;
                /** @description Only of these cameras: ids or keys, separated by commas. */
                camera_id?: string;
                /** @description `next_cursor` of the page before; goes with the same filters and `sort`. */
                cursor?: string;
                /** @description Only those that began before this time, or before the end of this day. */
                end_date?: components["schemas"]["TimeInput"];
                /** @description Items of a page. */
                limit?: number;
                /** @description Number of the page. Pages deeper than 10,000 items are refused: use `cursor`. */
                page?: number;
                /**
                 * @description Only of these severities, separated by commas.
                 * @example warning,critical
                 */
                severity?: string;
                /** @description `-timestamp`, the newest first, or `timestamp`. */
                sort?: string;
                /** @description Only those that began at this time or later, or since the beginning of this day. */
                start_date?: components["schemas"]["TimeInput"];
                /**
                 * @description Only of these types, separated by commas.
                 * @example motion_detected,ai_person
                 */
                type?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "items": [
                     *           {
                     *             "acknowledged": true,
                     *             "acknowledged_at": "2026-11-20T07:30:00.000Z",
                     *             "acknowledged_by": "019a3c10-1c00-7a55-8d21-5f0c3b7e9a01",
                     *             "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *             "camera_name": "Front door",
                     *             "end_timestamp": "2026-11-20T06:14:02.310Z",
                     *             "event_type": "camera_offline",
                     *             "id": "019a3c69-1200-7d45-9e88-4c5d6e7f8091",
                     *             "metadata": {
                     *               "cause": "camera_unreachable",
                     *               "details": "connection refused"
                     *             },
                     *             "severity": "warning",
                     *             "timestamp": "2026-11-20T05:58:13.402Z"
                     *           }
                     *         ],
                     *         "pagination": {
                     *           "limit": 50,
                     *           "next_cursor": null,
                     *           "page": 1,
                     *           "total": 1,
                     *           "total_pages": 1
                     *         }
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_List_Event"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description One of the cameras is not there */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "CAMERA_NOT_FOUND",
                     *         "details": {},
                     *         "message": "There is no such camera."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    show_event: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the event */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "acknowledged": true,
                     *         "acknowledged_at": "2026-11-20T07:30:00.000Z",
                     *         "acknowledged_by": "019a3c10-1c00-7a55-8d21-5f0c3b7e9a01",
                     *         "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *         "camera_name": "Front door",
                     *         "end_timestamp": "2026-11-20T06:14:02.310Z",
                     *         "event_type": "camera_offline",
                     *         "id": "019a3c69-1200-7d45-9e88-4c5d6e7f8091",
                     *         "metadata": {
                     *           "cause": "camera_unreachable",
                     *           "details": "connection refused"
                     *         },
                     *         "severity": "warning",
                     *         "timestamp": "2026-11-20T05:58:13.402Z"
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Event"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    acknowledge_event: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the event */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "acknowledged": true,
                     *         "acknowledged_at": "2026-11-20T07:30:00.000Z",
                     *         "acknowledged_by": "019a3c10-1c00-7a55-8d21-5f0c3b7e9a01",
                     *         "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *         "camera_name": "Front door",
                     *         "end_timestamp": "2026-11-20T06:14:02.310Z",
                     *         "event_type": "camera_offline",
                     *         "id": "019a3c69-1200-7d45-9e88-4c5d6e7f8091",
                     *         "metadata": {
                     *           "cause": "camera_unreachable",
                     *           "details": "connection refused"
                     *         },
                     *         "severity": "warning",
                     *         "timestamp": "2026-11-20T05:58:13.402Z"
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Event"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    list_organizations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "items": [
                     *           {
                     *             "created_at": "2026-10-02T07:45:00.000Z",
                     *             "id": "019a3c0f-0000-7d01-8e55-0b1c2d3e4f50",
                     *             "name": "North campus"
                     *           }
                     *         ],
                     *         "pagination": {
                     *           "limit": 50,
                     *           "next_cursor": null,
                     *           "page": 1,
                     *           "total": 1,
                     *           "total_pages": 1
                     *         }
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_List_Organization"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    create_organization: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request, as a UUID. Sent again with the same body within 24 hours, it is answered as it was, with `Idempotency-Replayed: true`, and nothing is made twice; with another body it is refused (422 `IDEMPOTENCY_KEY_REUSED`), and while the first one is under way too (409). Failures are not remembered. What holds a secret is not shown again: the answer is then 409 with the `id` of what was made. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "North campus"
                 *     }
                 */
                "application/json": components["schemas"]["NewOrganization"];
            };
        };
        responses: {
            /** @description What was made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "created_at": "2026-10-02T07:45:00.000Z",
                     *         "id": "019a3c0f-0000-7d01-8e55-0b1c2d3e4f50",
                     *         "name": "North campus"
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Organization"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description Another organization has this name */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "VERSION_CONFLICT",
                     *         "details": {},
                     *         "message": "It was changed by somebody else meanwhile. Load it again."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableContent"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    show_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the session */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *         "camera_key": "front-door",
                     *         "created_at": "2026-11-20T13:38:41.123Z",
                     *         "download_url": "/api/v1/playback/sessions/019a3c6b-2200-7c3d-9d66-5e6f708192a3/download.mp4?token=eyJwIjoi",
                     *         "expires_at": "2026-11-20T14:38:41.123Z",
                     *         "from": "2026-11-20T12:00:00.000Z",
                     *         "growing": false,
                     *         "id": "019a3c6b-2200-7c3d-9d66-5e6f708192a3",
                     *         "playlist_url": "/api/v1/playback/sessions/019a3c6b-2200-7c3d-9d66-5e6f708192a3/playlist.m3u8?token=eyJwIjoi",
                     *         "start_offset_seconds": 0.96,
                     *         "starts_at": "2026-11-20T11:59:59.040Z",
                     *         "stream": "main",
                     *         "to": "2026-11-20T13:00:00.000Z"
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_PlaybackSession"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    delete_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the session */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    download_session: {
        parameters: {
            query: {
                /** @description Signature of the address; part of the addresses that the API gives out. */
                token: string;
            };
            header?: never;
            path: {
                /** @description Id of the session */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The whole file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "video/mp4": unknown;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            /** @description Whoever started the session does not have the permission `recording:export` */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "AUTH_INSUFFICIENT_PERMISSIONS",
                     *         "details": {},
                     *         "message": "This needs the permission `camera:write`, which you do not have."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            404: components["responses"]["NotFound"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    extend_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the session */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *         "camera_key": "front-door",
                     *         "created_at": "2026-11-20T13:38:41.123Z",
                     *         "download_url": "/api/v1/playback/sessions/019a3c6b-2200-7c3d-9d66-5e6f708192a3/download.mp4?token=eyJwIjoi",
                     *         "expires_at": "2026-11-20T14:38:41.123Z",
                     *         "from": "2026-11-20T12:00:00.000Z",
                     *         "growing": false,
                     *         "id": "019a3c6b-2200-7c3d-9d66-5e6f708192a3",
                     *         "playlist_url": "/api/v1/playback/sessions/019a3c6b-2200-7c3d-9d66-5e6f708192a3/playlist.m3u8?token=eyJwIjoi",
                     *         "start_offset_seconds": 0.96,
                     *         "starts_at": "2026-11-20T11:59:59.040Z",
                     *         "stream": "main",
                     *         "to": "2026-11-20T13:00:00.000Z"
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_PlaybackSession"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            /** @description It can not live any longer */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "VERSION_CONFLICT",
                     *         "details": {},
                     *         "message": "It was changed by somebody else meanwhile. Load it again."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    session_media: {
        parameters: {
            query: {
                /** @description Signature of the address; part of the addresses that the API gives out. */
                token: string;
            };
            header?: never;
            path: {
                /** @description `{segment id}.mp4` */
                file: string;
                /** @description Id of the session */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The whole file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "video/mp4": unknown;
                };
            };
            /** @description A part of it */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "video/mp4": unknown;
                };
            };
            /** @description The client has it already */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It is in the bucket, at `Location` */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            /** @description The byte range lies outside the file; `Content-Range` tells its length */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "RANGE_NOT_SATISFIABLE",
                     *         "details": {},
                     *         "message": "The byte range is outside the file."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    session_playlist: {
        parameters: {
            query: {
                /** @description `YES` or `v2`: leave out what the player has (a delta update of HLS). */
                _HLS_skip?: string;
                /** @description Signature of the address; part of `playlist_url`. */
                token: string;
            };
            header?: never;
            path: {
                /** @description Id of the session */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Media playlist (RFC 8216) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.apple.mpegurl": unknown;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    session_entry: {
        parameters: {
            query: {
                /** @description Signature of the address; part of the addresses that the API gives out. */
                token: string;
            };
            header?: never;
            path: {
                /**
                 * @description `{index}.m4s` or `{index}.init.mp4`
                 * @example 0.m4s
                 */
                entry: string;
                /** @description Id of the session */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Fragments, or an init section */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "video/mp4": unknown;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    start_playback: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "camera_id": "front-door",
                 *       "from": "2026-11-20T12:00:00Z",
                 *       "to": "2026-11-20T13:00:00Z"
                 *     }
                 */
                "application/json": components["schemas"]["StartPlayback"];
            };
        };
        responses: {
            /** @description What was made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *         "camera_key": "front-door",
                     *         "created_at": "2026-11-20T13:38:41.123Z",
                     *         "download_url": "/api/v1/playback/sessions/019a3c6b-2200-7c3d-9d66-5e6f708192a3/download.mp4?token=eyJwIjoi",
                     *         "expires_at": "2026-11-20T14:38:41.123Z",
                     *         "from": "2026-11-20T12:00:00.000Z",
                     *         "growing": false,
                     *         "id": "019a3c6b-2200-7c3d-9d66-5e6f708192a3",
                     *         "playlist_url": "/api/v1/playback/sessions/019a3c6b-2200-7c3d-9d66-5e6f708192a3/playlist.m3u8?token=eyJwIjoi",
                     *         "start_offset_seconds": 0.96,
                     *         "starts_at": "2026-11-20T11:59:59.040Z",
                     *         "stream": "main",
                     *         "to": "2026-11-20T13:00:00.000Z"
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_PlaybackSession"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such camera, or nothing was recorded in this range */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "CAMERA_NOT_FOUND",
                     *         "details": {},
                     *         "message": "There is no such camera."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    recording_cameras: {
        parameters: {
            query?: {
                /** @description Items of a page. */
                limit?: number;
                /** @description Number of the page. */
                page?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "items": [
                     *           {
                     *             "audio": "aac",
                     *             "company": "Example Optics",
                     *             "created_at": "2026-10-02T07:59:58.200Z",
                     *             "driver": "rtsp",
                     *             "enabled": true,
                     *             "firmware": null,
                     *             "group_id": "019a3c1f-0100-7c77-8b90-1a2b3c4d5e6f",
                     *             "id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *             "key": "front-door",
                     *             "location": "North campus",
                     *             "managed_by": "api",
                     *             "manual": null,
                     *             "mode": "continuous",
                     *             "model": "EO-4K",
                     *             "name": "Front door",
                     *             "place": "Gate 2",
                     *             "recording_since": "2026-10-02T08:00:00.000Z",
                     *             "retention_bytes": null,
                     *             "retention_seconds": 2592000,
                     *             "segment_seconds": 900,
                     *             "serial_number": "EO4K-0017",
                     *             "source": {
                     *               "has_credentials": true,
                     *               "main_url": "rtsp://192.0.2.10/main",
                     *               "sub_url": "rtsp://192.0.2.10/sub",
                     *               "transport": "tcp"
                     *             },
                     *             "status": {
                     *               "bitrate": 4120000,
                     *               "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *               "codecs": [
                     *                 "h264",
                     *                 "aac"
                     *               ],
                     *               "connected": true,
                     *               "details": "",
                     *               "fps": 25,
                     *               "gap_cause": null,
                     *               "height": 1440,
                     *               "last_frame": "2026-11-20T13:38:41.080Z",
                     *               "open_segment": "019a3c68-4f00-7a91-8c12-3d4e5f6a7b8c",
                     *               "password_in_clear": false,
                     *               "reconnects": 0,
                     *               "recording_state": "recording",
                     *               "since": "2026-11-20T06:14:02.310Z",
                     *               "wants_recording": true,
                     *               "width": 2560
                     *             },
                     *             "tags": [
                     *               "entrance",
                     *               "outside"
                     *             ],
                     *             "updated_at": "2026-11-20T13:38:41.123Z",
                     *             "version": 3
                     *           }
                     *         ],
                     *         "pagination": {
                     *           "limit": 50,
                     *           "next_cursor": null,
                     *           "page": 1,
                     *           "total": 1,
                     *           "total_pages": 1
                     *         }
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_List_Camera"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    start_recording: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "camera_id": "front-door"
                 *     }
                 */
                "application/json": components["schemas"]["CameraBody"];
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "bitrate": 4120000,
                     *         "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *         "codecs": [
                     *           "h264",
                     *           "aac"
                     *         ],
                     *         "connected": true,
                     *         "details": "",
                     *         "fps": 25,
                     *         "gap_cause": null,
                     *         "height": 1440,
                     *         "last_frame": "2026-11-20T13:38:41.080Z",
                     *         "open_segment": "019a3c68-4f00-7a91-8c12-3d4e5f6a7b8c",
                     *         "password_in_clear": false,
                     *         "reconnects": 0,
                     *         "recording_state": "recording",
                     *         "since": "2026-11-20T06:14:02.310Z",
                     *         "wants_recording": true,
                     *         "width": 2560
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_CameraStatus"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such camera */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "CAMERA_NOT_FOUND",
                     *         "details": {},
                     *         "message": "There is no such camera."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The camera is disabled */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "VERSION_CONFLICT",
                     *         "details": {},
                     *         "message": "It was changed by somebody else meanwhile. Load it again."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    recording_status: {
        parameters: {
            query?: {
                /** @description Only this camera: id or key. */
                camera_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "cameras": [
                     *           {
                     *             "bitrate": 4120000,
                     *             "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *             "codecs": [
                     *               "h264",
                     *               "aac"
                     *             ],
                     *             "connected": true,
                     *             "details": "",
                     *             "fps": 25,
                     *             "gap_cause": null,
                     *             "height": 1440,
                     *             "last_frame": "2026-11-20T13:38:41.080Z",
                     *             "open_segment": "019a3c68-4f00-7a91-8c12-3d4e5f6a7b8c",
                     *             "password_in_clear": false,
                     *             "reconnects": 0,
                     *             "recording_state": "recording",
                     *             "since": "2026-11-20T06:14:02.310Z",
                     *             "wants_recording": true,
                     *             "width": 2560
                     *           }
                     *         ],
                     *         "gap": 0,
                     *         "off": 0,
                     *         "recording": 1,
                     *         "total": 1,
                     *         "uploads_pending": 0
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_RecordingStatus"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description One of the cameras is not there */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "CAMERA_NOT_FOUND",
                     *         "details": {},
                     *         "message": "There is no such camera."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    stop_recording: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "camera_id": "front-door"
                 *     }
                 */
                "application/json": components["schemas"]["CameraBody"];
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "bitrate": 4120000,
                     *         "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *         "codecs": [
                     *           "h264",
                     *           "aac"
                     *         ],
                     *         "connected": true,
                     *         "details": "",
                     *         "fps": 25,
                     *         "gap_cause": null,
                     *         "height": 1440,
                     *         "last_frame": "2026-11-20T13:38:41.080Z",
                     *         "open_segment": "019a3c68-4f00-7a91-8c12-3d4e5f6a7b8c",
                     *         "password_in_clear": false,
                     *         "reconnects": 0,
                     *         "recording_state": "recording",
                     *         "since": "2026-11-20T06:14:02.310Z",
                     *         "wants_recording": true,
                     *         "width": 2560
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_CameraStatus"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such camera */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "CAMERA_NOT_FOUND",
                     *         "details": {},
                     *         "message": "There is no such camera."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    list_recordings: {
        parameters: {
            query?: {
                /** @description Only of these cameras: ids or keys, separated by commas. */
                camera_id?: string;
                /** @description `next_cursor` of the page before; goes with the same filters and `sort`. */
                cursor?: string;
                /** @description Only those that begin before this time, or before the end of this day. */
                end_date?: components["schemas"]["TimeInput"];
                /** @description Items of a page. */
                limit?: number;
                /** @description Number of the page. Pages deeper than 10,000 items are refused: use `cursor`. */
                page?: number;
                /** @description `start`, `-start`, `timestamp` or `-timestamp`: the same order, by the beginning. */
                sort?: string;
                /** @description Only those that end after this time, or after the beginning of this day. */
                start_date?: components["schemas"]["TimeInput"];
                /** @description Only those in this state. */
                state?: components["schemas"]["SegmentState"];
                /** @description Only of this stream. */
                stream?: components["schemas"]["StreamName"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "items": [
                     *           {
                     *             "bytes": 463500288,
                     *             "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *             "camera_key": "front-door",
                     *             "camera_name": "Front door",
                     *             "codecs": "avc1.64001f,mp4a.40.2",
                     *             "duration_seconds": 900,
                     *             "end": "2026-11-20T13:30:00.000Z",
                     *             "frames": 22500,
                     *             "height": 1440,
                     *             "id": "019a3c60-9c80-7e5f-8a77-6f708192a3b4",
                     *             "recording_id": "019a3c4f-1100-7f60-9b88-708192a3b4c5",
                     *             "start": "2026-11-20T13:15:00.000Z",
                     *             "state": "finished",
                     *             "stream": "main",
                     *             "width": 2560
                     *           }
                     *         ],
                     *         "pagination": {
                     *           "limit": 50,
                     *           "next_cursor": null,
                     *           "page": 1,
                     *           "total": 1,
                     *           "total_pages": 1
                     *         }
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_List_Recording"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description One of the cameras is not there */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "CAMERA_NOT_FOUND",
                     *         "details": {},
                     *         "message": "There is no such camera."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    show_recording: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the recorded file */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "bytes": 463500288,
                     *         "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *         "camera_key": "front-door",
                     *         "camera_name": "Front door",
                     *         "codecs": "avc1.64001f,mp4a.40.2",
                     *         "duration_seconds": 900,
                     *         "end": "2026-11-20T13:30:00.000Z",
                     *         "frames": 22500,
                     *         "height": 1440,
                     *         "id": "019a3c60-9c80-7e5f-8a77-6f708192a3b4",
                     *         "recording_id": "019a3c4f-1100-7f60-9b88-708192a3b4c5",
                     *         "start": "2026-11-20T13:15:00.000Z",
                     *         "state": "finished",
                     *         "stream": "main",
                     *         "width": 2560
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Recording"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    delete_recording: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the recorded file */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has begun */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *         "deleted": {
                     *           "bytes": 21600000000,
                     *           "segments": 96
                     *         },
                     *         "finished_at": null,
                     *         "found": {
                     *           "bytes": 21600000000,
                     *           "segments": 96
                     *         },
                     *         "from": "2026-11-19T00:00:00.000Z",
                     *         "id": "019a3c77-0b1c-7d2e-8f30-415263748596",
                     *         "recording_id": null,
                     *         "requested_at": "2026-11-20T13:38:41.123Z",
                     *         "requested_by": "ada",
                     *         "state": "running",
                     *         "to": "2026-11-20T00:00:00.000Z"
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_FootageDeletion"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            /** @description It is still being written */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "VERSION_CONFLICT",
                     *         "details": {},
                     *         "message": "It was changed by somebody else meanwhile. Load it again."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    sign_recording_url: {
        parameters: {
            query?: {
                /** @description Seconds that the address shall work. */
                expires_in?: number;
            };
            header?: never;
            path: {
                /** @description Id of the recorded file */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "expires_at": "2026-11-20T13:53:41.123Z",
                     *         "url": "/api/v1/storage/segments/019a3c60-9c80-7e5f-8a77-6f708192a3b4/download?token=eyJwIjoi"
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_SignedUrl"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    camera_timeline: {
        parameters: {
            query?: {
                /** @description A time, or the beginning of a day; default: 24 hours before `to`. */
                from?: components["schemas"]["TimeInput"];
                /** @description Seconds of a bin: with it, `bins` says how much of each was recorded. At most 5,000 bins. */
                resolution?: number;
                /** @description Which stream. */
                stream?: components["schemas"]["StreamName"];
                /** @description A time, or the end of a day; default: now. At most 31 days after `from`. */
                to?: components["schemas"]["TimeInput"];
            };
            header?: never;
            path: {
                /** @description Id or key of the camera */
                camera_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "bins": null,
                     *         "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *         "camera_key": "front-door",
                     *         "from": "2026-11-19T13:38:41.123Z",
                     *         "gaps": [
                     *           {
                     *             "cause": "camera_unreachable",
                     *             "details": "connection refused",
                     *             "end": "2026-11-20T06:14:02.310Z",
                     *             "id": "019a3c4e-0000-7b71-8c99-8192a3b4c5d6",
                     *             "loss": true,
                     *             "ongoing": false,
                     *             "start": "2026-11-20T05:58:13.402Z"
                     *           }
                     *         ],
                     *         "recording_since": "2026-10-02T08:00:00.000Z",
                     *         "slo": {
                     *           "lost_seconds": 17.3,
                     *           "ratio": 0.9998,
                     *           "recorded_seconds": 86382.7
                     *         },
                     *         "spans": [
                     *           {
                     *             "bytes": 13348823,
                     *             "end": "2026-11-20T13:38:40.960Z",
                     *             "open": true,
                     *             "recording_id": "019a3c4f-1100-7f60-9b88-708192a3b4c5",
                     *             "segments": 30,
                     *             "start": "2026-11-20T06:14:02.310Z"
                     *           }
                     *         ],
                     *         "stream": "main",
                     *         "to": "2026-11-20T13:38:41.123Z"
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Timeline"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    setup_state: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "needed": false
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_SetupState"];
                };
            };
            400: components["responses"]["BadRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    set_up: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "cookie": false,
                 *       "display_name": "Ada Kowalska",
                 *       "organization": "North campus",
                 *       "password": "four barn owls at dusk",
                 *       "token": "Jx4vQ2mZ8kR1tW6y",
                 *       "username": "ada"
                 *     }
                 */
                "application/json": components["schemas"]["SetupBody"];
            };
        };
        responses: {
            /** @description What was made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "expires_at": "2026-11-20T13:53:41.123Z",
                     *         "refresh_token": "njr_8sKd2Lx0QpVb7Tz4Ym1Hc",
                     *         "token": "eyJhbGciOiJFZERTQSIsImtpZCI6IjEifQ.eyJpc3MiOiJuaWdodGphciJ9.c2lnbmF0dXJl",
                     *         "user": {
                     *           "display_name": "Ada Kowalska",
                     *           "email": "ada@example.org",
                     *           "groups": null,
                     *           "has_password": true,
                     *           "id": "019a3c10-1c00-7a55-8d21-5f0c3b7e9a01",
                     *           "organization": {
                     *             "id": "019a3c0f-0000-7d01-8e55-0b1c2d3e4f50",
                     *             "name": "North campus"
                     *           },
                     *           "permissions": [
                     *             "camera:read",
                     *             "recording:read",
                     *             "event:read"
                     *           ],
                     *           "role": "operator",
                     *           "session_id": "019a3c66-30e0-7b1c-8f2a-9b0c1d2e3f40",
                     *           "totp": true,
                     *           "username": "ada"
                     *         }
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_SignIn"];
                };
            };
            400: components["responses"]["BadRequest"];
            /** @description The link is wrong, was used, or is not needed any more */
            401: {
                headers: {
                    /** @description How to prove who you are */
                    "WWW-Authenticate": "Bearer";
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "AUTH_TOKEN_INVALID",
                     *         "details": {},
                     *         "message": "The token is not valid, or not any more. Get the next one at /auth/refresh, or sign in again."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    list_segments: {
        parameters: {
            query?: {
                /** @description Only of these cameras: ids or keys, separated by commas. */
                camera_id?: string;
                /** @description `next_cursor` of the page before; goes with the same filters and `sort`. */
                cursor?: string;
                /** @description Only those that begin before this time, or before the end of this day. */
                end_date?: components["schemas"]["TimeInput"];
                /** @description Items of a page. */
                limit?: number;
                /** @description Number of the page. Pages deeper than 10,000 items are refused: use `cursor`. */
                page?: number;
                /** @description `start`, `-start`, `timestamp` or `-timestamp`: the same order, by the beginning. */
                sort?: string;
                /** @description Only those that end after this time, or after the beginning of this day. */
                start_date?: components["schemas"]["TimeInput"];
                /** @description Only those in this state. */
                state?: components["schemas"]["SegmentState"];
                /** @description Only of this stream. */
                stream?: components["schemas"]["StreamName"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "items": [
                     *           {
                     *             "blake3": "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
                     *             "bytes": 463500288,
                     *             "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *             "download_expires_at": "2026-11-20T13:53:41.123Z",
                     *             "download_url": "/api/v1/storage/segments/019a3c60-9c80-7e5f-8a77-6f708192a3b4/download?token=eyJwIjoi",
                     *             "end": "2026-11-20T13:30:00.000Z",
                     *             "id": "019a3c60-9c80-7e5f-8a77-6f708192a3b4",
                     *             "key": "front-door/20261120/13-15-00_front-door.mp4",
                     *             "location": {
                     *               "local": true,
                     *               "remote": true
                     *             },
                     *             "node": "node-1",
                     *             "recording_id": "019a3c4f-1100-7f60-9b88-708192a3b4c5",
                     *             "start": "2026-11-20T13:15:00.000Z",
                     *             "state": "finished",
                     *             "stream": "main"
                     *           }
                     *         ],
                     *         "pagination": {
                     *           "limit": 50,
                     *           "next_cursor": null,
                     *           "page": 1,
                     *           "total": 1,
                     *           "total_pages": 1
                     *         }
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_List_Segment"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description One of the cameras is not there */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "CAMERA_NOT_FOUND",
                     *         "details": {},
                     *         "message": "There is no such camera."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    download_segment: {
        parameters: {
            query: {
                /** @description Signature of the address; part of the addresses that the API gives out. */
                token: string;
            };
            header?: never;
            path: {
                /** @description Id of the file */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The whole file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "video/mp4": unknown;
                };
            };
            /** @description A part of it */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "video/mp4": unknown;
                };
            };
            /** @description The client has it already */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It is in the bucket, at `Location` */
            307: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            404: components["responses"]["NotFound"];
            /** @description The byte range lies outside the file; `Content-Range` tells its length */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "RANGE_NOT_SATISFIABLE",
                     *         "details": {},
                     *         "message": "The byte range is outside the file."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    storage_usage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "bucket": {
                     *           "ok": true,
                     *           "uploads_pending": 2
                     *         },
                     *         "bytes": 1334882304,
                     *         "cameras": [
                     *           {
                     *             "bytes": 1334882304,
                     *             "camera_id": "019a3c20-52b0-7d10-9a43-6b1f0e2d3c4a",
                     *             "camera_key": "front-door",
                     *             "camera_name": "Front door",
                     *             "local_bytes": 115343360,
                     *             "newest": "2026-11-20T13:38:40.960Z",
                     *             "oldest": "2026-10-21T13:30:00.000Z",
                     *             "remote_bytes": 1334882304,
                     *             "segments": 2880
                     *           }
                     *         ],
                     *         "local_bytes": 115343360,
                     *         "remote_bytes": 1334882304,
                     *         "segments": 2880,
                     *         "volume": {
                     *           "free_bytes": 812344320000,
                     *           "total_bytes": 2000398934016
                     *         }
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_StorageUsage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    list_tokens: {
        parameters: {
            query?: {
                /** @description Items of a page. */
                limit?: number;
                /** @description Number of the page. */
                page?: number;
                /** @description Only of this account. */
                user_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "items": [
                     *           {
                     *             "allowed_ips": [
                     *               "10.0.0.0/8"
                     *             ],
                     *             "created_at": "2026-11-01T09:12:44.120Z",
                     *             "expires_at": "2027-11-20T00:00:00.000Z",
                     *             "groups": null,
                     *             "id": "019a3c61-0a20-7f3b-9c54-7d1e2f3a4b5c",
                     *             "last_used_at": "2026-11-20T03:00:00.000Z",
                     *             "last_used_ip": "10.0.4.17",
                     *             "name": "nightly export",
                     *             "permissions": [
                     *               "camera:read",
                     *               "recording:read"
                     *             ],
                     *             "prefix": "njt_4fQ2xk9B",
                     *             "rate_limit": 1000,
                     *             "remark": "the backup machine in the cellar",
                     *             "revoked_at": null,
                     *             "user_id": "019a3c10-1c00-7a55-8d21-5f0c3b7e9a01",
                     *             "username": "ada"
                     *           }
                     *         ],
                     *         "pagination": {
                     *           "limit": 50,
                     *           "next_cursor": null,
                     *           "page": 1,
                     *           "total": 1,
                     *           "total_pages": 1
                     *         }
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_List_ApiToken"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    create_token: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request, as a UUID. Sent again with the same body within 24 hours, it is answered as it was, with `Idempotency-Replayed: true`, and nothing is made twice; with another body it is refused (422 `IDEMPOTENCY_KEY_REUSED`), and while the first one is under way too (409). Failures are not remembered. What holds a secret is not shown again: the answer is then 409 with the `id` of what was made. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "allowed_ips": [
                 *         "10.0.0.0/8"
                 *       ],
                 *       "name": "nightly export",
                 *       "permissions": [
                 *         "camera:read",
                 *         "recording:read"
                 *       ],
                 *       "rate_limit": 1000,
                 *       "remark": "the backup machine in the cellar"
                 *     }
                 */
                "application/json": components["schemas"]["NewApiToken"];
            };
        };
        responses: {
            /** @description What was made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "secret": "njt_4fQ2xk9BvW7mZs1Ye8Rt3Hc6Lp0Nd5Ja",
                     *         "token": {
                     *           "allowed_ips": [
                     *             "10.0.0.0/8"
                     *           ],
                     *           "created_at": "2026-11-01T09:12:44.120Z",
                     *           "expires_at": "2027-11-20T00:00:00.000Z",
                     *           "groups": null,
                     *           "id": "019a3c61-0a20-7f3b-9c54-7d1e2f3a4b5c",
                     *           "last_used_at": "2026-11-20T03:00:00.000Z",
                     *           "last_used_ip": "10.0.4.17",
                     *           "name": "nightly export",
                     *           "permissions": [
                     *             "camera:read",
                     *             "recording:read"
                     *           ],
                     *           "prefix": "njt_4fQ2xk9B",
                     *           "rate_limit": 1000,
                     *           "remark": "the backup machine in the cellar",
                     *           "revoked_at": null,
                     *           "user_id": "019a3c10-1c00-7a55-8d21-5f0c3b7e9a01",
                     *           "username": "ada"
                     *         }
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_CreatedToken"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such account */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "CAMERA_NOT_FOUND",
                     *         "details": {},
                     *         "message": "There is no such camera."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description There are too many tokens already */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "VERSION_CONFLICT",
                     *         "details": {},
                     *         "message": "It was changed by somebody else meanwhile. Load it again."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableContent"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    revoke_token: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the token */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is revoked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    set_token_rights: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the token */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "permissions": [
                 *         "camera:read"
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["TokenRights"];
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "allowed_ips": [
                     *           "10.0.0.0/8"
                     *         ],
                     *         "created_at": "2026-11-01T09:12:44.120Z",
                     *         "expires_at": "2027-11-20T00:00:00.000Z",
                     *         "groups": null,
                     *         "id": "019a3c61-0a20-7f3b-9c54-7d1e2f3a4b5c",
                     *         "last_used_at": "2026-11-20T03:00:00.000Z",
                     *         "last_used_ip": "10.0.4.17",
                     *         "name": "nightly export",
                     *         "permissions": [
                     *           "camera:read",
                     *           "recording:read"
                     *         ],
                     *         "prefix": "njt_4fQ2xk9B",
                     *         "rate_limit": 1000,
                     *         "remark": "the backup machine in the cellar",
                     *         "revoked_at": null,
                     *         "user_id": "019a3c10-1c00-7a55-8d21-5f0c3b7e9a01",
                     *         "username": "ada"
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_ApiToken"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    list_users: {
        parameters: {
            query?: {
                /** @description Only those that may do something, or only those that may not. */
                active?: boolean;
                /** @description Items of a page. */
                limit?: number;
                /** @description Number of the page. */
                page?: number;
                /** @description Only those with this text in their name or address, in upper or lower case. */
                q?: string;
                /** @description Only of this role. */
                role?: components["schemas"]["Role"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "items": [
                     *           {
                     *             "active": true,
                     *             "created_at": "2026-10-02T07:46:10.000Z",
                     *             "display_name": "Ada Kowalska",
                     *             "email": "ada@example.org",
                     *             "groups": null,
                     *             "has_password": true,
                     *             "id": "019a3c10-1c00-7a55-8d21-5f0c3b7e9a01",
                     *             "last_login_at": "2026-11-20T08:01:12.000Z",
                     *             "role": "operator",
                     *             "system_admin": false,
                     *             "totp": true,
                     *             "updated_at": "2026-11-01T10:00:00.000Z",
                     *             "username": "ada",
                     *             "version": 2
                     *           }
                     *         ],
                     *         "pagination": {
                     *           "limit": 50,
                     *           "next_cursor": null,
                     *           "page": 1,
                     *           "total": 1,
                     *           "total_pages": 1
                     *         }
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_List_User"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    create_user: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request, as a UUID. Sent again with the same body within 24 hours, it is answered as it was, with `Idempotency-Replayed: true`, and nothing is made twice; with another body it is refused (422 `IDEMPOTENCY_KEY_REUSED`), and while the first one is under way too (409). Failures are not remembered. What holds a secret is not shown again: the answer is then 409 with the `id` of what was made. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "display_name": "Grace Adeyemi",
                 *       "email": "grace@example.org",
                 *       "password": "seven herons in the reeds",
                 *       "role": "viewer",
                 *       "username": "grace"
                 *     }
                 */
                "application/json": components["schemas"]["NewUser"];
            };
        };
        responses: {
            /** @description What was made */
            201: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "active": true,
                     *         "created_at": "2026-10-02T07:46:10.000Z",
                     *         "display_name": "Ada Kowalska",
                     *         "email": "ada@example.org",
                     *         "groups": null,
                     *         "has_password": true,
                     *         "id": "019a3c10-1c00-7a55-8d21-5f0c3b7e9a01",
                     *         "last_login_at": "2026-11-20T08:01:12.000Z",
                     *         "role": "operator",
                     *         "system_admin": false,
                     *         "totp": true,
                     *         "updated_at": "2026-11-01T10:00:00.000Z",
                     *         "username": "ada",
                     *         "version": 2
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_User"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            /** @description There is no such organization */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "CAMERA_NOT_FOUND",
                     *         "details": {},
                     *         "message": "There is no such camera."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description Another account has this user name */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "VERSION_CONFLICT",
                     *         "details": {},
                     *         "message": "It was changed by somebody else meanwhile. Load it again."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["UnprocessableContent"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    show_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the account */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "active": true,
                     *         "created_at": "2026-10-02T07:46:10.000Z",
                     *         "display_name": "Ada Kowalska",
                     *         "email": "ada@example.org",
                     *         "groups": null,
                     *         "has_password": true,
                     *         "id": "019a3c10-1c00-7a55-8d21-5f0c3b7e9a01",
                     *         "last_login_at": "2026-11-20T08:01:12.000Z",
                     *         "role": "operator",
                     *         "system_admin": false,
                     *         "totp": true,
                     *         "updated_at": "2026-11-01T10:00:00.000Z",
                     *         "username": "ada",
                     *         "version": 2
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_User"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    delete_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the account */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            /** @description It is the last administrator */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": null,
                     *       "error": {
                     *         "code": "VERSION_CONFLICT",
                     *         "details": {},
                     *         "message": "It was changed by somebody else meanwhile. Load it again."
                     *       },
                     *       "request_id": "019a3c5e-7d40-7c11-9f1e-2b8a6d5c4e3f",
                     *       "success": false,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    change_user: {
        parameters: {
            query?: never;
            header?: {
                /** @description `ETag` of the version that is meant; `*` is any. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of the account */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "display_name": "Ada K.",
                 *       "role": "operator"
                 *     }
                 */
                "application/json": components["schemas"]["UserChange"];
            };
        };
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    /** @description Its version */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "active": true,
                     *         "created_at": "2026-10-02T07:46:10.000Z",
                     *         "display_name": "Ada Kowalska",
                     *         "email": "ada@example.org",
                     *         "groups": null,
                     *         "has_password": true,
                     *         "id": "019a3c10-1c00-7a55-8d21-5f0c3b7e9a01",
                     *         "last_login_at": "2026-11-20T08:01:12.000Z",
                     *         "role": "operator",
                     *         "system_admin": false,
                     *         "totp": true,
                     *         "updated_at": "2026-11-01T10:00:00.000Z",
                     *         "username": "ada",
                     *         "version": 2
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_User"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    listen_to_events: {
        parameters: {
            query?: {
                /** @description A ticket, access token or API token, unless there is an `Authorization` header */
                token?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The protocol is a WebSocket from here on */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    create_ticket: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": {
                     *         "expires_at": "2026-11-20T13:39:41.123Z",
                     *         "token": "019a3c6b33007a1b8c2d3e4f50617283.eyJwIjoi",
                     *         "url": "/api/v1/ws/events?token=019a3c6b33007a1b8c2d3e4f50617283.eyJwIjoi"
                     *       },
                     *       "error": null,
                     *       "success": true,
                     *       "timestamp": "2026-11-20T13:38:41.123Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Success_Ticket"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "components": {
                     *         "bus": "healthy",
                     *         "cache": "healthy",
                     *         "cameras": {
                     *           "offline": 1,
                     *           "online": 15,
                     *           "total": 16
                     *         },
                     *         "database": "healthy",
                     *         "redis": "healthy",
                     *         "storage": "healthy"
                     *       },
                     *       "details": {
                     *         "bus": "in process",
                     *         "cache": "in process",
                     *         "database": "sqlite",
                     *         "storage": "local"
                     *       },
                     *       "status": "healthy",
                     *       "timestamp": "2026-11-20T13:38:41.123Z",
                     *       "uptime": "24h0m0s",
                     *       "uptime_seconds": 86400,
                     *       "version": "0.1.0"
                     *     }
                     */
                    "application/json": components["schemas"]["Health"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            503: components["responses"]["ServiceUnavailable"];
        };
    };
    ready: {
        parameters: {
            query?: {
                /** @description `cameras`: also that every enabled camera is connected. */
                strict?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "ready": true,
                     *       "reasons": []
                     *     }
                     */
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            400: components["responses"]["BadRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
            /** @description It can not: the reasons */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
        };
    };
}
