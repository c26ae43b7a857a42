"""A Nightjar with something in it: cameras, footage, events, accounts; and whoever the requests come from."""

import json
import os
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CLIPS = os.environ.get("NIGHTJAR_CLIPS", str(ROOT / ".cache/clips"))
PASSWORD = "four barn owls at dusk"
# The two accounts' own limits: the run asks more often than people do.
LIMITS = "user_per_minute = 1000000\nip_per_minute = 1000000\nconcurrent = 200\n"


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def until(what, condition, seconds):
    """Waits for a condition and gives what it gave."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise SystemExit(f"error: {what} did not come within {seconds} s")
        time.sleep(0.2)


class House:
    """Everything that runs, in a folder that goes with it."""

    def __init__(self, binary, logs, database=None):
        self.binary = binary
        self.logs = logs
        self.database = database
        self.programs = []
        self.folder = tempfile.TemporaryDirectory(prefix="nightjar-contract-")
        self.cameras = f"127.0.0.1:{free_port()}"
        self.address = f"127.0.0.1:{free_port()}"
        self.url = f"http://{self.address}"
        self.token = None

    def __enter__(self):
        try:
            self.start_cameras()
            self.start_server()
            self.furnish()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        # The server first, so that it does not see its cameras go.
        for program in reversed(self.programs):
            program.terminate()
            try:
                program.wait(30)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()
        self.programs = []
        self.folder.cleanup()

    def run(self, name, *args, **env):
        log = open(self.logs / f"{name}.log", "w")
        program = subprocess.Popen(
            [self.binary, *args], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **env},
            # A Ctrl-C is for the script, which then stops them in order.
            start_new_session=True,
        )
        self.programs.append(program)
        return program

    def start_cameras(self):
        self.run("cameras", "simulate", "--cameras", "3", "--listen", self.cameras, "--no-sub", "--clip-dir", CLIPS)
        host, port = self.cameras.split(":")

        def answers():
            try:
                socket.create_connection((host, int(port)), 1).close()
                return True
            except OSError:
                return False

        until("the simulated cameras", answers, 180)

    def start_server(self):
        folder = self.folder.name
        file = Path(folder, "nightjar.toml")
        database = f'[database]\nurl = "{self.database}"\n' if self.database else ""
        file.write_text(
            f'[service]\nlisten = "{self.address}"\nmetrics_port = 0\ndata_dir = "{folder}/data"\n'
            'log = "warn"\nlog_format = "text"\nallow_loopback_cameras = true\n'
            f"{database}[limits]\n{LIMITS}"
            "[recording]\nmax_disk_percent = 99\nsegment_duration_secs = 10\n"
            f'[[cameras]]\nid = "front-door"\nname = "Front door"\nrtsp_url = "rtsp://{self.cameras}/cam0001/main"\n'
        )
        server = self.run("server", "serve", "--config", str(file), NIGHTJAR_ADMIN_PASSWORD=PASSWORD)

        def ready():
            if server.poll() is not None:
                raise SystemExit((self.logs / "server.log").read_text() + "error: the server ended")
            try:
                return urllib.request.urlopen(f"{self.url}/ready", timeout=5).status == 200
            except OSError:
                return False

        until("the server", ready, 60)

    def call(self, method, path, body=None, token=None):
        request = urllib.request.Request(f"{self.url}/api/v1{path}", method=method)
        if token or self.token:
            request.add_header("Authorization", f"Bearer {token or self.token}")
        data = None
        if body is not None:
            request.add_header("Content-Type", "application/json")
            data = json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request, data, timeout=30) as response:
                text = response.read()
                return json.loads(text)["data"] if text else None
        except urllib.error.HTTPError as error:
            raise SystemExit(f"error: {method} {path}: {error.code} {error.read().decode()}") from error

    def furnish(self):
        """What the requests shall find: one of everything."""
        self.token = self.call("POST", "/auth/login", {"username": "admin", "password": PASSWORD})["token"]
        me = self.call("GET", "/auth/me")
        group = self.call("POST", "/camera-groups", {"name": "Entrances"})
        source = {"main_url": f"rtsp://{self.cameras}/cam0002/main"}
        self.call("POST", "/cameras", {"name": "Yard", "key": "yard", "source": source, "group_id": group["id"]})
        viewer = self.call("POST", "/users", {"username": "vera", "password": PASSWORD, "role": "viewer"})
        self.call("POST", "/users", {"username": "otto", "password": PASSWORD, "role": "operator"})
        self.call("POST", "/tokens", {"name": "spare", "permissions": ["camera:read"]})
        own = {"rate_limit": 1_000_000}
        admin = self.call("POST", "/tokens", {"name": "contract", "permissions": me["permissions"], **own})
        session = self.call("POST", "/auth/login", {"username": "vera", "password": PASSWORD})
        # A viewer makes no tokens of its own; its administrator does.
        rights = [word for word in session["user"]["permissions"] if word in me["permissions"]]
        seen = self.call(
            "POST", "/tokens", {"name": "contract", "permissions": rights, "user_id": viewer["id"], **own}
        )
        self.secrets = {"admin": admin["secret"], "viewer": seen["secret"], "nobody": None}
        self.kept = [admin["token"]["id"], seen["token"]["id"]]
        self.kept_users = [me["id"], viewer["id"]]
        self.token = admin["secret"]
        finished = lambda: self.call("GET", "/recordings?state=finished&limit=1")["items"]
        until("a recorded file", finished, 90)
        file = finished()[0]
        start = {"camera_id": file["camera_id"], "from": file["start"], "to": file["end"]}
        session = self.call("POST", "/playback/start", start)
        signed = self.call("GET", f"/recordings/{file['id']}/signed-url?expires_in=86400")
        self.kept.append(session["id"])
        self.media = [session["playlist_url"], signed["url"]]
        self.file = f"{file['id']}.mp4"
        until("events", lambda: len(self.call("GET", "/events")["items"]) > 1, 60)
