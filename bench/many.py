#!/usr/bin/env python3
"""Whether Nightjar loses a frame when one machine records 500 cameras, and what that costs.

    bench/many.py                        500 cameras of 2 Mbit/s for 3 minutes, after a release build by bench/run.py
    bench/many.py --cameras 50 --seconds 30

The simulated cameras send 25 frames a second on their own clock, so a camera has lost nothing if it was recorded in
one run without a gap, and its frames last exactly as long as its footage. `nightjar catalog verify` has the last word.
Results: bench/results/many.json.
"""

import argparse
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import run

FPS, TICKS = 25, 90_000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cameras", type=int, default=500)
    parser.add_argument("--kbps", type=int, default=2000)
    parser.add_argument("--seconds", type=int, default=180)
    options = parser.parse_args()
    options.no_build = True
    release = run.build(options)
    work = Path(tempfile.mkdtemp(prefix="nightjar-many-"))
    try:
        result = record(options, release, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    (run.ROOT / "bench/results").mkdir(exist_ok=True)
    (run.ROOT / "bench/results/many.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))
    sys.exit(0 if result["well"] else 1)


def record(options, release, work):
    port = run.free_port()
    simulator = run.start(
        [release / "nightjar", "simulate", "--cameras", options.cameras, "--kbps", options.kbps, "--fps", FPS, "--gop",
         2 * FPS, "--audio", "none", "--no-sub", "--listen", f"127.0.0.1:{port}", "--clip-dir",
         run.ROOT / ".cache/clips"], work / "simulator.log")
    try:
        run.wait_for(lambda: run.can_connect(port), simulator, "the simulator", 300)
        urls = [f"rtsp://127.0.0.1:{port}/cam{number:04}/main" for number in range(1, options.cameras + 1)]
        servers = run.start_nightjar(release, urls, work)
        time.sleep(20)
        usage, _ = run.watch(run.tree(servers), simulator, options.cameras, options.seconds)
        run.stop(servers)
        verified = subprocess.run([release / "nightjar", "catalog", "verify", "--config", work / "nightjar.toml"],
                                  capture_output=True, text=True)
        found = ledger(work / "data/nightjar.db")
    finally:
        run.stop([simulator])
    well = verified.returncode == 0 and not found["bad"] and found["cameras"] == options.cameras
    return {"machine": run.machine(), "cameras": options.cameras, "kbps": options.kbps, "seconds": options.seconds,
            "well": well, **found, "verify": verified.stdout.strip().splitlines()[-1:], **usage}


def ledger(path):
    """Frames of all cameras, and those cameras that lost any."""
    rows = sqlite3.connect(path).execute(
        "SELECT c.camera_key, sum(s.frames), sum(s.media_duration), count(DISTINCT s.recording_id), min(s.start_at),"
        " (SELECT count(*) FROM gaps g WHERE g.camera_id = c.id AND g.end_at IS NOT NULL"
        "   AND g.start_at > (SELECT min(start_at) FROM segments WHERE camera_id = c.id))"
        " FROM cameras c JOIN segments s ON s.camera_id = c.id GROUP BY c.id").fetchall()
    bad = [{"camera": key, "frames": frames, "lost": round(ticks * FPS / TICKS - frames, 2), "runs": runs, "gaps": gaps}
           for key, frames, ticks, runs, _, gaps in rows
           if runs != 1 or gaps or abs(ticks * FPS / TICKS - frames) > 0.5]
    return {"cameras": len(rows), "frames": sum(row[1] for row in rows), "bad": bad}


if __name__ == "__main__":
    main()
