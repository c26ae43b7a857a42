#!/usr/bin/env bash
# Measures what it costs to tell 1,000 clients 200 events a second over WebSockets:
#
#   bench/sockets.sh
#   NIGHTJAR_BENCH_CLIENTS=100 bench/sockets.sh
#   PROFILE=dev bench/sockets.sh     # without a release build
#
# Cost is the CPU time of the server's process, storing the events included.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/lib/say.sh"
say "building"
(cd "$root" && cargo build -q --profile "${PROFILE:-release}" -p nightjar-api --example sockets_bench)
folder=${PROFILE:-release}
[ "$folder" != dev ] || folder=debug
ulimit -n 8192
"${CARGO_TARGET_DIR:-$root/target}/$folder/examples/sockets_bench"
