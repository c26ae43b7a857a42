// Generated from crates/api/openapi.json by `npm run generate`. Do not edit.

export interface paths {
    "/api/v1/cameras": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List cameras
         * @description All configured cameras, each with what is going on with it now.
         */
        get: operations["list_cameras"];
        put?: never;
        post?: never;
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
        delete?: never;
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
         *     envelope: it is for machines.
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
        /**
         * @description What happens to G.711 sound.
         * @enum {string}
         */
        AudioPolicy: "aac" | "none";
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
        /** @description A camera. Its credentials are never shown. */
        Camera: {
            audio: components["schemas"]["AudioPolicy"];
            /**
             * @description How it is talked to.
             * @example rtsp
             */
            driver: string;
            /** @description Whether anything is done with it at all. */
            enabled: boolean;
            /** Format: uuid */
            id: string;
            /**
             * @description Readable id; paths take it as well.
             * @example front-door
             */
            key: string;
            managed_by: components["schemas"]["ManagedBy"];
            /** @description Started (`true`) or stopped (`false`) by hand; overrides `mode`. Null: as `mode` says. */
            manual: boolean | null;
            mode: components["schemas"]["Mode"];
            name: string;
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
            source: components["schemas"]["CameraSource"];
            status: components["schemas"]["CameraStatus"];
        };
        /** @description Which camera. */
        CameraBody: {
            /**
             * @description Id or key of the camera.
             * @example front-door
             */
            camera_id: string;
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
        /** @description How a part is. */
        Component: {
            /** @description What it is, or what is wrong with it. */
            details: string;
            status: components["schemas"]["HealthStatus"];
        };
        /** @description How the parts are. */
        Components: {
            /** @description In this process. */
            bus: components["schemas"]["Component"];
            /** @description In this process. */
            cache: components["schemas"]["Component"];
            cameras: components["schemas"]["CameraCounts"];
            database: components["schemas"]["Component"];
            storage: components["schemas"]["Component"];
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
        /**
         * @description Why a time was not recorded.
         * @enum {string}
         */
        GapCause: "camera_unreachable" | "auth_failed" | "stream_stalled" | "no_key_frame" | "codec_change" | "clock_step" | "disk_stalled" | "disk_full" | "node_down" | "server_stopped" | "disabled" | "schedule" | "no_motion" | "retention" | "deleted";
        /** @description How the process is. */
        Health: {
            components: components["schemas"]["Components"];
            status: components["schemas"]["HealthStatus"];
            timestamp: components["schemas"]["Timestamp"];
            /**
             * Format: int64
             * @description Seconds since the start.
             */
            uptime: number;
            version: string;
        };
        /**
         * @description How something is.
         * @enum {string}
         */
        HealthStatus: "healthy" | "degraded" | "unhealthy";
        /** @description A page of a list. */
        List_Camera: {
            /** @description The items of this page. */
            items: components["schemas"]["Camera"][];
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
        /** @description Where a file's bytes are. */
        Location: {
            /** @description On the local disk of its node. */
            local: boolean;
            /** @description In the bucket, verified. */
            remote: boolean;
        };
        /**
         * @description Who may change a camera.
         * @enum {string}
         */
        ManagedBy: "file" | "api";
        /**
         * @description When a camera is recorded.
         * @enum {string}
         */
        Mode: "continuous" | "off";
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
        /** @description A playback session. */
        PlaybackSession: {
            /** Format: uuid */
            camera_id: string;
            camera_key: string;
            created_at: components["schemas"]["Timestamp"];
            /** @description The range as one MP4, relative to this server; needs no other credentials. */
            download_url: string;
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
        /** @description A recorded file as it is stored. */
        Segment: {
            /** @description BLAKE3 of the finished file, in hex; null until then. */
            blake3: string | null;
            /** Format: int64 */
            bytes: number;
            /** Format: uuid */
            camera_id: string;
            download_expires_at: components["schemas"]["Timestamp"];
            /** @description Where it can be downloaded from, relative to this server, until `download_expires_at`. */
            download_url: string;
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
        /** @description A ready-to-use address. */
        SignedUrl: {
            /** @description Until when it works. */
            expires_at: components["schemas"]["Timestamp"];
            /** @description Relative to this server; needs no other credentials. */
            url: string;
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
        /**
         * Format: date-time
         * @description A time in a JSON body; which end of a range a date stands for is known when it is used.
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
        /**
         * @description How RTP travels.
         * @enum {string}
         */
        Transport: "tcp" | "udp";
        /** @description The local volume; zeros until it was looked at. */
        Volume: {
            /** Format: int64 */
            free_bytes: number;
            /** Format: int64 */
            total_bytes: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_cameras: {
        parameters: {
            query?: {
                /** @description Only those that are talked to like this; so far there is only `rtsp`. */
                driver?: string;
                /** @description Items of a page. */
                limit?: number;
                /** @description Number of the page. */
                page?: number;
                /** @description Only those with this text in their key or name, in upper or lower case. */
                q?: string;
                /** @description `key`, `-key`, `name` or `-name`. */
                sort?: string;
                /**
                 * @description Only those in one of these states, separated by commas: `online`, `offline` (whether media
                 *     arrives), `recording`, `gap`, `off` (what the recorder does).
                 */
                status?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_List_Camera"];
                };
            };
            /** @description A failure: `error.code` goes with the status */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Camera"];
                };
            };
            /** @description A failure: `error.code` goes with the status */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_CameraStatus"];
                };
            };
            /** @description A failure: `error.code` goes with the status */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_PlaybackSession"];
                };
            };
            /** @description A failure: `error.code` goes with the status */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
            /** @description A failure: `error.code` goes with the status */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
            /** @description A failure: `error.code` goes with the status */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_PlaybackSession"];
                };
            };
            /** @description A failure: `error.code` goes with the status */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
            /** @description A failure: `error.code` goes with the status */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
            /** @description A failure: `error.code` goes with the status */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
            /** @description A failure: `error.code` goes with the status */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
                "application/json": components["schemas"]["StartPlayback"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_PlaybackSession"];
                };
            };
            /** @description A failure: `error.code` goes with the status */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_List_Camera"];
                };
            };
            /** @description A failure: `error.code` goes with the status */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
                "application/json": components["schemas"]["CameraBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_CameraStatus"];
                };
            };
            /** @description A failure: `error.code` goes with the status */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_RecordingStatus"];
                };
            };
            /** @description A failure: `error.code` goes with the status */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
                "application/json": components["schemas"]["CameraBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_CameraStatus"];
                };
            };
            /** @description A failure: `error.code` goes with the status */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
                end_date?: string;
                /** @description Items of a page. */
                limit?: number;
                /** @description Number of the page. Pages deeper than 10,000 items are refused: use `cursor`. */
                page?: number;
                /** @description `start`, `-start`, `timestamp` or `-timestamp`: the same order, by the beginning. */
                sort?: string;
                /** @description Only those that end after this time, or after the beginning of this day. */
                start_date?: string;
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_List_Recording"];
                };
            };
            /** @description A failure: `error.code` goes with the status */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Recording"];
                };
            };
            /** @description A failure: `error.code` goes with the status */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_SignedUrl"];
                };
            };
            /** @description A failure: `error.code` goes with the status */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
    camera_timeline: {
        parameters: {
            query?: {
                /** @description A time, or the beginning of a day; default: 24 hours before `to`. */
                from?: string;
                /** @description Seconds of a bin: with it, `bins` says how much of each was recorded. At most 5,000 bins. */
                resolution?: number;
                /** @description Which stream. */
                stream?: components["schemas"]["StreamName"];
                /** @description A time, or the end of a day; default: now. At most 31 days after `from`. */
                to?: string;
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_Timeline"];
                };
            };
            /** @description A failure: `error.code` goes with the status */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
                end_date?: string;
                /** @description Items of a page. */
                limit?: number;
                /** @description Number of the page. Pages deeper than 10,000 items are refused: use `cursor`. */
                page?: number;
                /** @description `start`, `-start`, `timestamp` or `-timestamp`: the same order, by the beginning. */
                sort?: string;
                /** @description Only those that end after this time, or after the beginning of this day. */
                start_date?: string;
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_List_Segment"];
                };
            };
            /** @description A failure: `error.code` goes with the status */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
            /** @description A failure: `error.code` goes with the status */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success_StorageUsage"];
                };
            };
            /** @description A failure: `error.code` goes with the status */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description A failure: `error.code` goes with the status */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
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
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description A failure: `error.code` goes with the status */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                };
            };
        };
    };
}
