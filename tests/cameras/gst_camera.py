#!/usr/bin/python3
"""RTSP cameras that are not ours: GStreamer's RTSP server with live encoders behind it.

Needs Debian's own Python (/usr/bin/python3) with python3-gi, gir1.2-gst-rtsp-server-1.0 and the
good, bad and ugly plugins (scripts/setup --tests installs them).

    tests/cameras/gst_camera.py --log FOLDER --all
    tests/cameras/gst_camera.py --log FOLDER front=h264-baseline+aac yard=h265+pcma door=h264-b

A camera is NAME=VIDEO[+AUDIO]; --all makes one of each of the eight in ALL below.
    VIDEO  h264-baseline | h264 (main profile) | h264-b (with B-frames) | h265
    AUDIO  aac | pcma | pcmu; nothing: no sound
    --size 320x180, --fps 15, --gop 30 (frames from key frame to key frame), --kbps 300
    --auth USER:PASSWORD (digest), --basic-auth USER:PASSWORD

When all are reachable it prints one JSON line, {"ready": {"front": "rtsp://127.0.0.1:PORT/front", …}},
and from then on takes commands on standard input, one a line, and answers each with a JSON line:
    drop NAME          cut the camera's connections now, without a goodbye
    refuse NAME SECS   cut them, and cut each new one, for SECS seconds
    quit               (or the end of standard input) stop

FOLDER/NAME.jsonl gets one line for everything that happens to a camera, with the wall clock `t` in
microseconds. Each PLAY gets its own encoder, whose frames count from 0; `session` tells them apart.
    {"event": "session", "session": 1, "t": …}         a client asked for the stream
    {"event": "play", "session": 1, "t": …}            PLAY was answered
    {"event": "frame", "session": 1, "track": "video", "n": 0, "key": true, "pts": ns, "md5": "…",
     "bytes": …, "t": …}                               an access unit went into the RTP payloader
    {"event": "sent", "session": 1, "pts": ns, "t": …}  the last packet of the video frame left it
    {"event": "closed", "session": 1, "t": …}          the connection ended
    {"event": "drop", "t": …}                          a command was carried out

`md5` is what `tests/cameras/frames.py` prints for the same frame of a recorded file: for video the MD5 of
its VCL NAL units alone, because servers add and leave out parameter sets, SEI and delimiters as
they like; for AAC that of the raw frame. Frames logged before `play` were not sent. Of those
logged just before `closed`, the last few may have been on their way when the connection was cut.
"""

import argparse
import hashlib
import json
import os
import sys
import threading
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

ALL = {
    "h264-baseline-aac": "h264-baseline+aac",
    "h264-main-pcma": "h264+pcma",
    "h264-b-frames": "h264-b",
    "h264-b-frames-aac": "h264-b+aac",
    "h265-aac": "h265+aac",
    "h265": "h265",
    "h264-pcmu": "h264-baseline+pcmu",
    "h264-silent": "h264",
}

# Byte streams, because that is what the probe in front of the payloader reads.
PAY_H264 = "! h264parse ! video/x-h264,stream-format=byte-stream,alignment=au ! rtph264pay name=pay0 pt=96"
PAY_H265 = "! h265parse ! video/x-h265,stream-format=byte-stream,alignment=au ! rtph265pay name=pay0 pt=96"

# key-int-max and bitrate are filled in; `pay0` and `pay1` are names that the server looks for.
VIDEO = {
    "h264-baseline": "x264enc tune=zerolatency speed-preset=ultrafast bitrate={kbps} key-int-max={gop} aud=false "
    "! video/x-h264,profile=constrained-baseline {h264} config-interval=1",
    "h264": "x264enc speed-preset=ultrafast tune=zerolatency cabac=true bitrate={kbps} key-int-max={gop} "
    "! video/x-h264,profile=main {h264} config-interval=-1",
    "h264-b": "x264enc speed-preset=superfast bframes=2 b-adapt=false rc-lookahead=4 sync-lookahead=0 "
    "bitrate={kbps} key-int-max={gop} ! video/x-h264,profile=high {h264} config-interval=-1",
    "h265": "x265enc speed-preset=ultrafast tune=zerolatency bitrate={kbps} key-int-max={gop} log-level=error "
    "{h265} config-interval=-1",
}
# Not avenc_aac: once in some hundred sessions libav's encoder came to no end, and nobody could stop it.
AUDIO = {
    "aac": "audioconvert ! audio/x-raw,rate=16000,channels=1 ! voaacenc bitrate=32000 ! aacparse "
    "! rtpmp4gpay name=pay1 pt=97",
    "pcma": "audioconvert ! audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay name=pay1 pt=8",
    "pcmu": "audioconvert ! audio/x-raw,rate=8000,channels=1 ! mulawenc ! rtppcmupay name=pay1 pt=0",
}


def now_micros():
    return time.time_ns() // 1000


class Camera:
    """One mount point: its pipeline, its log, and the clients that watch it."""

    def __init__(self, name, what, options):
        self.name = name
        self.video, _, self.audio = what.partition("+")
        if self.video not in VIDEO or (self.audio and self.audio not in AUDIO):
            sys.exit(f"gst_camera.py: unknown camera {name}={what}; see --help")
        self.launch = self._launch(options)
        self.log_file = open(os.path.join(options.log, name + ".jsonl"), "w", buffering=1)
        self.lock = threading.Lock()
        self.sessions = 0
        self.session_of_media = {}
        self.refused_until = 0.0
        self.clients = []

    def _launch(self, options):
        width, height = options.size.split("x")
        video = VIDEO[self.video].format(
            kbps=options.kbps, gop=options.gop, h264=PAY_H264, h265=PAY_H265
        )
        launch = (
            f"( videotestsrc is-live=true pattern=ball animation-mode=frames ! video/x-raw,width={width},height={height},"
            f"framerate={options.fps}/1 ! videoconvert ! video/x-raw,format=I420 "
            f"! queue ! {video}"
        )
        if self.audio:
            launch += f" audiotestsrc is-live=true wave=ticks ! queue ! {AUDIO[self.audio]}"
        return launch + " )"

    def log(self, **entry):
        entry["t"] = now_micros()
        with self.lock:
            self.log_file.write(json.dumps(entry) + "\n")

    def on_media(self, _factory, media):
        self.sessions += 1
        session = self.sessions
        self.session_of_media[hash(media)] = session
        self.log(event="session", session=session)
        bin_ = media.get_element()
        for payloader, track, codec in (("pay0", "video", self.video), ("pay1", "audio", self.audio)):
            element = bin_.get_by_name(payloader)
            if element:
                pad = element.get_static_pad("sink")
                pad.add_probe(Gst.PadProbeType.BUFFER, self._probe(session, track, codec))
                if track == "video":
                    kinds = Gst.PadProbeType.BUFFER | Gst.PadProbeType.BUFFER_LIST
                    element.get_static_pad("src").add_probe(kinds, self._sent_probe(session))

    def _probe(self, session, track, codec):
        count = 0
        last = None

        def probe(_pad, info):
            nonlocal count, last
            buffer = info.get_buffer()
            ok, mapped = buffer.map(Gst.MapFlags.READ)
            if ok:
                data = bytes(mapped.data)
                buffer.unmap(mapped)
                key = not buffer.has_flags(Gst.BufferFlags.DELTA_UNIT)
                digest = identity(data, codec)
                # The buffer on which the server held the pipeline until PLAY comes by twice.
                if (buffer.pts, digest) == last:
                    return Gst.PadProbeReturn.OK
                last = (buffer.pts, digest)
                self.log(event="frame", session=session, track=track, n=count, key=key,
                         pts=buffer.pts, md5=digest, bytes=len(data))
                count += 1
            return Gst.PadProbeReturn.OK

        return probe

    def _sent_probe(self, session):
        def probe(_pad, info):
            packets = info.get_buffer_list() if info.type & Gst.PadProbeType.BUFFER_LIST else None
            packets = [packets.get(n) for n in range(packets.length())] if packets else [info.get_buffer()]
            # The marker is on a frame's last packet (RFC 6184 section 5.1).
            for packet in packets:
                if packet.has_flags(Gst.BufferFlags.MARKER):
                    self.log(event="sent", session=session, pts=packet.pts)
            return Gst.PadProbeReturn.OK

        return probe

    def cut(self):
        for client in list(self.clients):
            hang_up(client)


def hang_up(client):
    """Ends a client's connection; its own thread notices and clears up.

    `client.close()` would do so in this thread, where it can wait for ever for the other.
    """
    connection = client.get_connection()
    if connection is None:
        return
    try:
        connection.get_read_socket().shutdown(True, True)
    except GLib.Error:
        pass  # The client was quicker.


def identity(data, codec):
    """The frame's identity: see the header."""
    if not codec.startswith("h26"):
        return hashlib.md5(data).hexdigest()
    hevc = codec.startswith("h265")
    digest = hashlib.md5()
    start_code = b"\0\0\0\1"
    for nal in nal_units(data):
        kind = (nal[0] >> 1) & 0x3F if hevc else nal[0] & 0x1F
        if (kind <= 31) if hevc else (1 <= kind <= 5):
            digest.update(start_code + nal)
            start_code = b"\0\0\1"
    return digest.hexdigest()


def nal_units(data):
    """The NAL units of an Annex B access unit (ISO/IEC 14496-10 Annex B)."""
    at = data.find(b"\0\0\1")
    while at >= 0:
        following = data.find(b"\0\0\1", at + 3)
        nal = data[at + 3 : following if following >= 0 else len(data)].rstrip(b"\0")
        if nal:
            yield nal
        at = following


class Server:
    """The RTSP server with all cameras.

    What is known of a client or a media is kept here by its address (`hash`), never as an attribute
    of the GObject: such an attribute makes Python hold the object to its end, so that its pipeline is
    stopped with Python's lock held, for which the pipeline's threads wait in the probes for ever.
    """

    def __init__(self, options):
        self.cameras = {}
        # Camera and session that a client, by its address, watches.
        self.watched = {}
        self.server = GstRtspServer.RTSPServer()
        self.server.set_address("127.0.0.1")
        self.server.set_service(str(options.port))
        self._authenticate(options)
        for name, what in options.cameras.items():
            self._mount(Camera(name, what, options), options)
        self.server.connect("client-connected", self._on_client)
        if not self.server.attach(None):
            sys.exit(f"gst_camera.py: can not listen on port {options.port}")

    def _authenticate(self, options):
        given = options.auth or options.basic_auth
        if not given:
            return
        user, password = given.split(":", 1)
        auth = GstRtspServer.RTSPAuth()
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "user")
        if options.auth:
            auth.set_supported_methods(2)  # GST_RTSP_AUTH_DIGEST
            auth.add_digest(user, password, token)
        else:
            auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
        self.server.set_auth(auth)

    def _mount(self, camera, options):
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(camera.launch)
        factory.set_shared(False)
        if options.auth or options.basic_auth:
            factory.add_role_from_structure(
                Gst.Structure.from_string("user,media.factory.access=true,media.factory.construct=true")[0]
            )
        factory.connect("media-configure", camera.on_media)
        self.server.get_mount_points().add_factory("/" + camera.name, factory)
        self.cameras[camera.name] = camera

    def _on_client(self, _server, client):
        client.connect("describe-request", self._on_describe)
        client.connect("play-request", self._on_play)
        client.connect("closed", self._on_closed)

    def _camera_of(self, context):
        return self.cameras.get(context.uri.abspath.strip("/").split("/")[0]) if context.uri else None

    def _on_describe(self, client, context):
        camera = self._camera_of(context)
        if camera is None:
            return
        self.watched[hash(client)] = (camera, None)
        camera.clients.append(client)
        if time.monotonic() < camera.refused_until:
            GLib.idle_add(hang_up, client)

    def _on_play(self, client, context):
        camera, _ = self.watched.get(hash(client), (None, None))
        if camera and context.media is not None:
            session = camera.session_of_media.get(hash(context.media), camera.sessions)
            self.watched[hash(client)] = (camera, session)
            camera.log(event="play", session=session)

    def _on_closed(self, client):
        camera, session = self.watched.pop(hash(client), (None, None))
        if camera:
            camera.clients = [other for other in camera.clients if other != client]
            camera.log(event="closed", session=session)

    def command(self, line):
        """Carries out a command; false to stop."""
        words = line.split()
        if not words:
            return True
        if words[0] == "quit":
            return False
        camera = self.cameras.get(words[1]) if len(words) > 1 else None
        if camera is None or words[0] not in ("drop", "refuse"):
            print(json.dumps({"error": f"unknown command: {line.strip()}"}), flush=True)
            return True
        if words[0] == "refuse":
            camera.refused_until = time.monotonic() + float(words[2])
        camera.log(event=words[0])
        camera.cut()
        print(json.dumps({"done": line.strip()}), flush=True)
        return True


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cameras", nargs="*", metavar="NAME=VIDEO[+AUDIO]")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--log", required=True, metavar="FOLDER")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--size", default="320x180")
    parser.add_argument("--fps", type=int, default=15)
    parser.add_argument("--gop", type=int, default=30)
    parser.add_argument("--kbps", type=int, default=300)
    parser.add_argument("--auth", metavar="USER:PASSWORD")
    parser.add_argument("--basic-auth", metavar="USER:PASSWORD")
    options = parser.parse_args()
    cameras = dict(ALL) if options.all else {}
    cameras.update(camera.split("=", 1) for camera in options.cameras)
    options.cameras = cameras
    if not cameras:
        parser.error("name a camera, or --all")
    os.makedirs(options.log, exist_ok=True)
    return options


def main():
    options = parse_options()
    Gst.init(None)
    server = Server(options)
    port = server.server.get_bound_port()
    loop = GLib.MainLoop()

    def read_commands():
        for line in sys.stdin:
            GLib.idle_add(lambda line=line: (server.command(line) or loop.quit()) and False)
        GLib.idle_add(loop.quit)

    threading.Thread(target=read_commands, daemon=True).start()
    urls = {name: f"rtsp://127.0.0.1:{port}/{name}" for name in server.cameras}
    print(json.dumps({"ready": urls}), flush=True)
    try:
        loop.run()
    except KeyboardInterrupt:
        pass
    # The pipelines' own threads may still be running; there is nothing left to save.
    for camera in server.cameras.values():
        camera.log_file.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
