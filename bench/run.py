#!/usr/bin/env python3
"""What recording a camera costs: CPU and memory of Nightjar, of ffmpeg and of a floor, side by side.

    bench/run.py                                 all, as `make bench`: about 35 minutes
    bench/run.py --only floor,ffmpeg --cases 50x2000 --window 30
    bench/run.py --no-build                      with what target/release holds already

A case is CAMERASxKBPS. For each, one simulator process serves all cameras (H.264, 1280x720, 25 frames a second,
2-second GOPs, no sound), and each contestant in turn pulls them over TCP and records to disk:
    nightjar   nightjar serve, with its defaults
    ffmpeg     one `ffmpeg -c copy -f segment` a camera
    floor      crates/sources/examples/floor.rs: reads the sockets, writes the bytes, nothing else
Only the contestant is counted (utime + stime of it and its children from /proc), in a window of steady state
after a warm-up in which everybody has connected; the bytes that reached the disk must be those that the cameras
sent, or the run does not count. Results: bench/results/DATE.json and bench/results/latest.md.
"""

import argparse
import datetime
import json
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CASES = ["50x2000", "200x2000", "500x2000", "50x4000"]
CONTESTANTS = ["floor", "nightjar", "ffmpeg"]
TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
# The part of the cameras' bytes that must have reached the disk: packet headers are not recorded, and a
# little is always on its way.
LEAST_SHARE = 0.90


def main():
    options = parse_options()
    release = build(options)
    work = Path(tempfile.mkdtemp(prefix="nightjar-bench-", dir=options.work))
    results = {"machine": machine(), "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
               "window_seconds": options.window, "runs": []}
    try:
        for case in options.cases:
            results["runs"] += run_case(case, options, release, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    write_results(results)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(CONTESTANTS), metavar="NAMES")
    parser.add_argument("--cases", default=",".join(CASES), metavar="CASES")
    parser.add_argument("--warmup", type=int, default=30, metavar="SECONDS")
    parser.add_argument("--window", type=int, default=60, metavar="SECONDS")
    parser.add_argument("--work", default=None, metavar="FOLDER", help="where to record (default: the temporary folder)")
    parser.add_argument("--no-build", action="store_true")
    options = parser.parse_args()
    options.only = options.only.split(",")
    options.cases = [tuple(int(number) for number in case.split("x")) for case in options.cases.split(",")]
    unknown = set(options.only) - set(CONTESTANTS)
    if unknown:
        parser.error(f"unknown contestants: {', '.join(sorted(unknown))}")
    return options


def build(options):
    """Builds what is measured; gives the folder of the programs."""
    metadata = json.loads(
        subprocess.run(["cargo", "metadata", "--no-deps", "--format-version", "1"], cwd=ROOT, check=True,
                       capture_output=True).stdout)
    release = Path(metadata["target_directory"]) / "release"
    if not options.no_build:
        say("building in release mode")
        subprocess.run(["cargo", "build", "--release", "--bin", "nightjar"], cwd=ROOT, check=True)
        subprocess.run(["cargo", "build", "--release", "-p", "nightjar-sources", "--example", "floor"], cwd=ROOT,
                       check=True)
    return release


def run_case(case, options, release, work):
    cameras, kbps = case
    say(f"{cameras} cameras of {kbps / 1000:g} Mbit/s")
    port = free_port()
    simulator = start(
        [release / "nightjar", "simulate", "--cameras", cameras, "--kbps", kbps, "--fps", 25, "--gop", 50,
         "--audio", "none", "--no-sub", "--listen", f"127.0.0.1:{port}", "--clip-dir", ROOT / ".cache/clips"],
        work / "simulator.log", stdin=subprocess.DEVNULL)
    runs = []
    try:
        wait_for(lambda: can_connect(port), simulator, "the simulator", 300)
        urls = [f"rtsp://127.0.0.1:{port}/cam{number:04}/main" for number in range(1, cameras + 1)]
        for name in options.only:
            folder = work / name
            folder.mkdir()
            run = {"contestant": name, "cameras": cameras, "kbps": kbps}
            run |= measure(STARTERS[name](release, urls, folder), simulator, folder, cameras, kbps, options)
            shutil.rmtree(folder)
            runs.append(run)
            note(row_text(run))
    finally:
        stop([simulator])
    return runs


def start_floor(release, urls, folder):
    return [start([release / "examples/floor", folder / "footage", *urls], folder / "log")]


def start_ffmpeg(_release, urls, folder):
    (folder / "footage").mkdir()
    return [
        start(["ffmpeg", "-v", "error", "-nostdin", "-rtsp_transport", "tcp", "-i", url, "-map", "0:v", "-c", "copy",
               "-f", "segment", "-segment_time", "900", "-segment_format", "mp4", "-segment_format_options",
               "movflags=+frag_keyframe+empty_moov+default_base_moof", "-reset_timestamps", "1",
               folder / f"footage/{number}-%03d.mp4"], folder / "log")
        for number, url in enumerate(urls)
    ]


def start_nightjar(release, urls, folder):
    config = folder / "nightjar.toml"
    lines = ["[service]", f'listen = "127.0.0.1:{free_port()}"', "metrics_port = 0", f'data_dir = "{folder}/data"',
             'log = "warn"', "[recording]", f'temp_dir = "{folder}/footage"']
    for number, url in enumerate(urls):
        lines += ["[[cameras]]", f'id = "cam{number}"', f'rtsp_url = "{url}"']
    config.write_text("\n".join(lines) + "\n")
    return [start([release / "nightjar", "serve", "--config", config], folder / "log")]


STARTERS = {"floor": start_floor, "ffmpeg": start_ffmpeg, "nightjar": start_nightjar}


def measure(processes, simulator, folder, cameras, kbps, options):
    """Lets them warm up, then measures for a window; {"error": …} if they do not record as they should."""
    try:
        time.sleep(options.warmup)
        least = LEAST_SHARE * cameras * kbps * 1000 / 8
        # Warm means that bytes arrive at the rate at which they are sent: everybody is connected.
        deadline = time.monotonic() + 120
        while grown(folder / "footage", 5) < least:
            if time.monotonic() > deadline:
                return {"error": "does not record as much as the cameras send", **tail(folder)}
        before = size(folder / "footage")
        result, elapsed = watch(tree(processes), simulator, cameras, options.window)
        written = (size(folder / "footage") - before) / elapsed
        if written < least:
            return {"error": "recorded less than the cameras sent", **tail(folder)}
        return result | {"written_mbit_per_camera": round(written * 8 / 1e6 / cameras, 3)}
    except (FileNotFoundError, ProcessLookupError):
        return {"error": "a process ended", **tail(folder)}
    finally:
        stop(processes)


def watch(pids, simulator, cameras, window):
    """CPU and memory of the processes over the window, and how long it really was."""
    began, (user, system), peak = time.monotonic(), cpu_seconds(pids), 0
    simulator_cpu = sum(cpu_seconds([simulator.pid]))
    while time.monotonic() - began < window:
        time.sleep(1)
        peak = max(peak, resident(pids))
    elapsed = time.monotonic() - began
    user, system = (now - before for now, before in zip(cpu_seconds(pids), (user, system)))
    used = user + system
    return {
        "cpu_cores": round(used / elapsed, 4),
        "cpu_user_cores": round(user / elapsed, 4),
        "cpu_system_cores": round(system / elapsed, 4),
        "cpu_cores_per_camera": round(used / elapsed / cameras, 6),
        "rss_mb": round(peak / 1e6, 1),
        "pss_mb": round(proportional(pids) / 1e6, 1),
        "simulator_cpu_cores": round((sum(cpu_seconds([simulator.pid])) - simulator_cpu) / elapsed, 4),
        "processes": len(pids),
    }, elapsed


def write_results(results):
    folder = ROOT / "bench/results"
    folder.mkdir(exist_ok=True)
    name = results["date"].replace(":", "").split("+")[0]
    (folder / f"{name}.json").write_text(json.dumps(results, indent=1) + "\n")
    (folder / "latest.md").write_text(table(results))
    print(table(results))


def table(results):
    machine_, lines = results["machine"], []
    lines.append(f"Measured {results['date']} on {machine_['cpus']} cores of {machine_['cpu']}, Linux "
                 f"{machine_['kernel']}, {results['window_seconds']} s of steady state each; {machine_['ffmpeg']}. "
                 "CPU in cores (CPU seconds a second). RSS counts the pages of a program once for each of its processes, "
                 "PSS once in all.\n")
    lines.append("| cameras | Mbit/s | program | CPU | of it user | CPU a camera | of floor | of ffmpeg | RSS MB | PSS MB | written Mbit/s a camera |")
    lines.append("|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for run in results["runs"]:
        head = f"| {run['cameras']} | {run['kbps'] / 1000:g} | {run['contestant']} |"
        if "error" in run:
            lines.append(f"{head} {run['error']} ||||||||")
            continue
        shares = [share(run, peer, results["runs"]) for peer in ("floor", "ffmpeg")]
        lines.append(f"{head} {run['cpu_cores']:.3f} | {run['cpu_user_cores']:.3f} | "
                     f"{run['cpu_cores_per_camera']:.5f} | {shares[0]} | {shares[1]} | "
                     f"{run['rss_mb']:.0f} | {run['pss_mb']:.0f} | {run['written_mbit_per_camera']:.2f} |")
    return "\n".join(lines) + "\n"


def share(run, peer, runs):
    for other in runs:
        same = (other["cameras"], other["kbps"], other["contestant"]) == (run["cameras"], run["kbps"], peer)
        if same and other.get("cpu_cores"):
            return f"{run['cpu_cores'] / other['cpu_cores']:.2f}"
    return ""


def row_text(run):
    if "error" in run:
        return f"{run['contestant']:9} {run['error']}\n{run.get('log', '')}"
    return (f"{run['contestant']:9} {run['cpu_cores']:.3f} cores, {run['cpu_cores_per_camera']:.5f} a camera, "
            f"{run['rss_mb']:.0f} MB, {run['written_mbit_per_camera']:.2f} Mbit/s a camera")


# What the system knows

def stat(pid):
    """The fields of /proc/PID/stat after the name, which may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def tree(processes):
    """The processes and all their descendants that live."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int(stat(entry.name)[1])
            except (OSError, IndexError):
                continue
    pids = {process.pid for process in processes if process.poll() is None}
    while more := {pid for pid, parent in parents.items() if parent in pids} - pids:
        pids |= more
    return sorted(pids)


def cpu_seconds(pids):
    """In user mode and in the kernel, children that were waited for included."""
    fields = [[int(field) for field in stat(pid)[11:15]] for pid in pids]
    return sum(own[0] + own[2] for own in fields) / TICK, sum(own[1] + own[3] for own in fields) / TICK


def resident(pids):
    """Resident bytes; pages that several processes share count once for each (they are the program's text)."""
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE for pid in pids)


def proportional(pids):
    """The same, with each shared page divided among those who share it. Dear to read, so it is read once."""
    total = 0
    for pid in pids:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        total += next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def size(folder):
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(path, name)).st_size
            except FileNotFoundError:
                continue
    return total


def grown(folder, seconds):
    """Bytes a second by which the folder grows."""
    began, before = time.monotonic(), size(folder)
    time.sleep(seconds)
    return (size(folder) - before) / (time.monotonic() - began)


def machine():
    cpu = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.machine())
    version = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True).stdout.split(" Copyright")[0]
    return {"cpus": os.cpu_count(), "cpu": cpu, "kernel": platform.release(), "ffmpeg": version}


def tail(folder):
    log = folder / "log"
    return {"log": log.read_text(errors="replace")[-2000:] if log.exists() else ""}


def start(command, log, stdin=subprocess.DEVNULL):
    with open(log, "ab") as output:
        return subprocess.Popen([str(word) for word in command], stdin=stdin, stdout=output, stderr=output,
                                start_new_session=True)


def stop(processes):
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + 40
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def can_connect(port):
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def wait_for(condition, process, name, seconds):
    deadline = time.monotonic() + seconds
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"bench: {name} did not start")
        time.sleep(0.2)


def say(text):
    print(f"\033[1m==>\033[0m {text}", file=sys.stderr, flush=True)


def note(text):
    print(f"    {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
