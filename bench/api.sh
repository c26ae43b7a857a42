#!/usr/bin/env bash
# Measures what the API costs on one core:
#
#   bench/api.sh                     both of these:
#   bench/api.sh cameras             GET /cameras?limit=50 with 500 cameras, beside a bare handler
#   bench/api.sh sockets             1,000 WebSockets that are told 200 events a second each
#   NIGHTJAR_BENCH_CLIENTS=100 bench/api.sh sockets
#   PROFILE=dev bench/api.sh         without a release build
#
# Cost is the CPU time of the server's process; storing the events is included.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/lib/say.sh"
say "building"
(cd "$root" && cargo build -q --profile "${PROFILE:-release}" -p nightjar-api --example api_bench)
folder=${PROFILE:-release}
[ "$folder" != dev ] || folder=debug
ulimit -n 8192
[ $# -gt 0 ] || set -- cameras sockets
for what in "$@"; do
  say "$what"
  "${CARGO_TARGET_DIR:-$root/target}/$folder/examples/api_bench" "$what"
done
