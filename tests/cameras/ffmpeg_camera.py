#!/usr/bin/env python3
"""An RTSP camera whose media is ffmpeg's: a clip, looped, in ffmpeg's own RTP packets.

ffmpeg sends RTP but is no RTSP server, so this program speaks RTSP and starts one ffmpeg a PLAY:
with UDP ffmpeg sends straight to the client, with TCP its packets are relayed unchanged.

    tests/cameras/ffmpeg_camera.py front=clip-h264-aac.mp4 yard=clip-h265.mp4

When it listens it prints one JSON line, {"ready": {"front": "rtsp://127.0.0.1:PORT/front", …}}; then it takes
commands on standard input, one a line, answered with a JSON line:
    drop NAME      cut the camera's connections now
    quit           (or the end of standard input) stop
The clip is copied (-re -stream_loop -1 -c copy), so `tests/cameras/frames.py CLIP` tells which frames are sent,
over and over.
"""

import argparse
import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import tempfile


class Clip:
    """A file and how ffmpeg describes it."""

    def __init__(self, name, path):
        self.name, self.path = name, path
        self.connections = set()
        probed = subprocess.run(
            ["ffprobe", "-v", "error", "-show_entries", "stream=codec_type", "-of", "csv=p=0", path],
            check=True, capture_output=True, text=True,
        ).stdout.split()
        # One RTP session each, video first.
        self.maps = [kind for kind in ("video", "audio") if any(line.startswith(kind) for line in probed)]
        self.sdp = self._sdp()

    def command(self, destinations):
        """ffmpeg sending each track to its destination; `-sdp_file` is added by the caller."""
        command = ["ffmpeg", "-v", "error", "-nostdin", "-re", "-stream_loop", "-1", "-i", self.path]
        for track, kind in enumerate(self.maps):
            command += ["-map", f"0:{kind[0]}:0", "-c", "copy", "-payload_type", str(96 + track),
                        "-f", "rtp", destinations[track]]
        return command

    def _sdp(self):
        """ffmpeg's SDP, with a control address a track instead of its ports."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "sdp")
            command = self.command(["rtp://127.0.0.1:9"] * len(self.maps))
            # Placed after -v so that it is a global option; the first packet makes it write.
            command[1:1] = ["-sdp_file", path]
            process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
            try:
                for _ in range(200):
                    if os.path.exists(path) and os.path.getsize(path) and process.poll() is None:
                        text = open(path).read()
                        if text.count("m=") == len(self.maps):
                            break
                    try:
                        process.wait(0.05)
                    except subprocess.TimeoutExpired:
                        pass
                else:
                    sys.exit(f"ffmpeg_camera.py: ffmpeg does not send {self.path}")
            finally:
                process.kill()
                process.wait()
        lines, track = [], 0
        for line in text.splitlines():
            if line.startswith("m="):
                lines.append(re.sub(r"^(m=\w+) \d+", r"\1 0", line))
                lines.append(f"a=control:track{track}")
                track += 1
            elif line.startswith(("v=", "s=", "t=", "b=", "a=rtpmap", "a=fmtp", "c=")):
                lines.append(line)
            elif line.startswith("o="):
                lines.append("o=- 0 0 IN IP4 127.0.0.1")
        return "\r\n".join(lines) + "\r\n"


class Connection:
    """One RTSP connection (RFC 2326)."""

    def __init__(self, clips, reader, writer):
        self.clips, self.reader, self.writer = clips, reader, writer
        self.clip = None
        self.transports = {}
        self.sockets = []
        self.process = None

    async def run(self):
        try:
            while request := await self._request():
                method, url, headers = request
                if not await self._answer(method, url, headers):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.close()

    def close(self):
        if self.process and self.process.returncode is None:
            self.process.kill()
        loop = asyncio.get_running_loop()
        for held in self.sockets:
            loop.remove_reader(held)
            held.close()
        self.sockets = []
        if self.clip:
            self.clip.connections.discard(self)
        self.writer.transport.abort()

    async def _request(self):
        while True:
            first = await self.reader.readexactly(1)
            if first == b"$":  # the client's RTCP, interleaved
                header = await self.reader.readexactly(3)
                await self.reader.readexactly(int.from_bytes(header[1:], "big"))
                continue
            text = (first + await self.reader.readuntil(b"\r\n\r\n")).decode()
            lines = text.split("\r\n")
            headers = dict(re.split(r":\s*", line, maxsplit=1) for line in lines[1:] if ":" in line)
            headers = {name.lower(): value for name, value in headers.items()}
            await self.reader.readexactly(int(headers.get("content-length", 0)))
            method, url, _version = lines[0].split(" ", 2)
            return method, url, headers

    async def _answer(self, method, url, headers):
        path = re.sub(r"^rtsp://[^/]*", "", url).strip("/").split("/")
        self.clip = self.clip or self.clips.get(path[0])
        reply = {"CSeq": headers.get("cseq", "0")}
        if self.clip is None:
            return self._send("404 Not Found", reply)
        self.clip.connections.add(self)
        if method == "OPTIONS":
            reply["Public"] = "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"
        elif method == "DESCRIBE":
            base = f"{url.rstrip('/')}/"
            reply |= {"Content-Type": "application/sdp", "Content-Base": base}
            return self._send("200 OK", reply, self.clip.sdp)
        elif method == "SETUP":
            reply |= {"Transport": self._setup(int(path[-1].removeprefix("track")), headers["transport"]),
                      "Session": "1;timeout=60"}
        elif method == "PLAY":
            reply |= {"Session": "1", "Range": "npt=0-"}
            self._send("200 OK", reply)
            await self._play()
            return True
        elif method == "TEARDOWN":
            self._send("200 OK", reply)
            return False
        return self._send("200 OK", reply)

    def _setup(self, track, transport):
        interleaved = re.search(r"interleaved=(\d+)-", transport)
        if interleaved or "TCP" in transport:
            channel = int(interleaved.group(1)) if interleaved else 2 * track
            self.transports[track] = ("tcp", channel)
            return f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}"
        client = int(re.search(r"client_port=(\d+)-", transport).group(1))
        local = free_port_pair()
        self.transports[track] = ("udp", client, local)
        return f"RTP/AVP;unicast;client_port={client}-{client + 1};server_port={local}-{local + 1}"

    async def _play(self):
        destinations = []
        peer = self.writer.get_extra_info("peername")[0]
        for track in range(len(self.clip.maps)):
            transport = self.transports.get(track)
            if transport is None:
                destinations.append("rtp://127.0.0.1:9")  # not asked for: thrown away
            elif transport[0] == "udp":
                destinations.append(f"rtp://{peer}:{transport[1]}?localrtpport={transport[2]}")
            else:
                destinations.append(f"rtp://127.0.0.1:{self._relay(transport[1])}?pkt_size=1400")
        self.process = await asyncio.create_subprocess_exec(*self.clip.command(destinations))

    def _relay(self, channel):
        """A pair of UDP ports whose packets go out interleaved; gives the first port."""
        port = free_port_pair()
        for offset in (0, 1):
            held = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            held.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            held.bind(("127.0.0.1", port + offset))
            held.setblocking(False)
            self.sockets.append(held)
            asyncio.get_running_loop().add_reader(held, self._forward, held, channel + offset)
        return port

    def _forward(self, held, channel):
        while True:
            try:
                packet = held.recv(65535)
            except BlockingIOError:
                return
            if not self.writer.is_closing():
                self.writer.write(b"$" + bytes([channel]) + len(packet).to_bytes(2, "big") + packet)

    def _send(self, status, headers, body=""):
        if body:
            headers["Content-Length"] = str(len(body.encode()))
        text = f"RTSP/1.0 {status}\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n" + body
        self.writer.write(text.encode())
        return True


def free_port_pair():
    """An even port that is free together with the next one (RFC 3550 §11)."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as first:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1] & ~1
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as low:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as high:
                    low.bind(("127.0.0.1", port))
                    high.bind(("127.0.0.1", port + 1))
            return port
        except OSError:
            continue


async def take_commands(clips):
    """Reads standard input until it ends or says `quit`."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := (await reader.readline()).decode():
        words = line.split()
        if words[:1] == ["quit"]:
            return
        if len(words) == 2 and words[0] == "drop" and words[1] in clips:
            for connection in list(clips[words[1]].connections):
                connection.close()
            print(json.dumps({"done": line.strip()}), flush=True)
        elif words:
            print(json.dumps({"error": f"unknown command: {line.strip()}"}), flush=True)


async def serve(clips, port):
    connections = []

    async def accept(reader, writer):
        connections.append(Connection(clips, reader, writer))
        await connections[-1].run()

    server = await asyncio.start_server(accept, "127.0.0.1", port)
    port = server.sockets[0].getsockname()[1]
    print(json.dumps({"ready": {name: f"rtsp://127.0.0.1:{port}/{name}" for name in clips}}), flush=True)
    await take_commands(clips)
    for connection in connections:
        connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cameras", nargs="+", metavar="NAME=CLIP")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    clips = {}
    for camera in options.cameras:
        name, _, path = camera.partition("=")
        clips[name] = Clip(name, path)
    try:
        asyncio.run(serve(clips, options.port))
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
