"""Runs schemathesis over the document that the server serves; see scripts/contract."""

import argparse
import json
import os
import random
import subprocess
import sys
import urllib.request
from pathlib import Path

import jsonschema_rs
from house import ROOT, House

HERE = Path(__file__).resolve().parent
LOGS = ROOT / ".cache/contract"
WHO = ("admin", "viewer", "nobody")


def main():
    options = read_options()
    LOGS.mkdir(parents=True, exist_ok=True)
    print(f"seed {options.seed}; to repeat: scripts/contract --minutes {options.minutes:g} --seed {options.seed}", flush=True)
    who = options.who or WHO
    failed = []
    with House(os.environ["NIGHTJAR_BIN"], LOGS, options.database) as house:
        if not examples_fit(house):
            failed.append("examples")
        seconds = max(1, round(options.minutes * 60 / len(who)))
        for name in who:
            if not run(house, name, seconds, options.seed):
                failed.append(name)
        if not alive(house):
            failed.append("the server")
    if failed:
        sys.exit(f"error: failures: {', '.join(failed)}; the requests are in {LOGS.relative_to(ROOT)}")


def read_options():
    parser = argparse.ArgumentParser(prog="scripts/contract", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="time in all, shared by those who ask")
    parser.add_argument("--as", dest="who", action="append", choices=WHO, help="only as one of them")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32), help="of an earlier run, to repeat it")
    parser.add_argument("--database", help="postgres://…, instead of SQLite")
    return parser.parse_args()


def run(house, name, seconds, seed):
    """One run as somebody; whether nothing failed."""
    report = LOGS / f"{name}.json"
    report.unlink(missing_ok=True)
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "--config-file", str(HERE / "schemathesis.toml"),
        "run", f"{house.url}/api/openapi.json",
        "--checks", "all", "--max-time", str(seconds), "--seed", str(seed), "--continue-on-failure",
        "--request-timeout", "35", "--generation-database", "none", "--no-color",
        "--report", "json", "--report-json-path", str(report),
    ]
    if house.secrets[name]:
        command += ["--header", f"Authorization: Bearer {house.secrets[name]}"]
    environment = {
        **os.environ,
        "PYTHONPATH": str(HERE),
        "SCHEMATHESIS_HOOKS": "hooks",
        "NIGHTJAR_CONTRACT_MEDIA": " ".join(house.media),
        "NIGHTJAR_CONTRACT_FILE": house.file,
        "NIGHTJAR_CONTRACT_CAMERAS": house.cameras,
        "NIGHTJAR_CONTRACT_KEPT": ",".join(house.kept + house.kept_users),
    }
    log = LOGS / f"{name}.log"
    with log.open("w") as out:
        status = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, env=environment, cwd=LOGS).returncode
    print(f"{name}: {summary(report)}", flush=True)
    if status:
        print(log.read_text()[-20_000:], flush=True)
    return status == 0


def examples_fit(house):
    """Whether each example in the document fits its schema, patterns included."""
    with urllib.request.urlopen(f"{house.url}/api/openapi.json", timeout=30) as response:
        document = json.load(response)
    count, wrong = 0, []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            answers = {"body": operation.get("requestBody", {}), **operation["responses"]}
            for name, holder in answers.items():
                content = holder.get("content", {}).get("application/json", {})
                if "example" not in content:
                    continue
                count += 1
                schema = {**content["schema"], "components": document["components"]}
                faults = jsonschema_rs.Draft202012Validator(schema).iter_errors(content["example"])
                wrong += [f"{method.upper()} {path}, {name}: {fault.message}" for fault in faults]
    print(f"{count} examples, {len(wrong)} faults", *wrong, sep="\n  ", flush=True)
    return not wrong


def summary(report):
    try:
        report = json.loads(report.read_text())
    except (OSError, ValueError):
        return "no report"
    operations, cases = report["operations"], report["test_cases"]
    return (
        f"{operations['tested']} of {operations['selected']} operations, {cases['generated']} test cases, "
        f"{cases['unique_failures']} failures, {report['filtered']} answers excused, "
        f"{len(report['errors'])} errors, {report['running_time']:.0f} s"
    )


def alive(house):
    """Whether the server and the accounts of the run are still there, and nothing panicked or failed in it."""
    house.call("GET", "/auth/me", token=house.secrets["admin"])
    house.call("GET", "/auth/me", token=house.secrets["viewer"])
    lines = (house.logs / "server.log").read_text(errors="replace").splitlines()
    bad = [line for line in lines if "panic" in line or " ERROR " in line]
    for line in bad[:20]:
        print(line, flush=True)
    return not bad


if __name__ == "__main__":
    main()
