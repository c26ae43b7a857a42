#!/usr/bin/env bash
# Measures the catalog with 4.4 million segments on SQLite and PostgreSQL:
#
#   bench/catalog.sh                 # 500 cameras, 90 days; about 4 GB in $TMPDIR
#   NIGHTJAR_BENCH_DAYS=5 bench/catalog.sh
#   PROFILE=dev bench/catalog.sh     # without a release build
#
# Prints a table and writes bench/results/catalog.json. PostgreSQL runs with its defaults, and with
# its durability, which the servers of the tests do without.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/lib/say.sh"
bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1)
[ -n "$bin" ] || fail "PostgreSQL is missing; run scripts/setup --tests"

work=$(mktemp -d "${TMPDIR:-/tmp}/nightjar-bench.XXXXXX")
chmod 755 "$work"
server=
stop() {
  trap - EXIT INT TERM
  [ -z "$server" ] || kill -INT "$server" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "building"
(cd "$root" && cargo build -q --profile "${PROFILE:-release}" -p nightjar-catalog --example timeline_bench)
folder=${PROFILE:-release}
[ "$folder" != dev ] || folder=debug

say "starting PostgreSQL"
mkdir "$work/postgres"
as=()
if [ "$(id -u)" -eq 0 ]; then
  # PostgreSQL refuses to run as root.
  chown postgres "$work/postgres"
  as=(setpriv --reuid=postgres --regid="$(id -g postgres)" --clear-groups)
fi
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
(cd / && "${as[@]}" "$bin/initdb" -D "$work/postgres/data" -U nightjar -A trust -E UTF8 --locale=C.UTF-8) >"$work/log" 2>&1 ||
  { cat "$work/log" >&2; fail "initdb failed"; }
(cd / && exec "${as[@]}" "$bin/postgres" -D "$work/postgres/data" -p "$port" \
  -c listen_addresses=127.0.0.1 -c unix_socket_directories=) >>"$work/log" 2>&1 &
server=$!
for attempt in $(seq 300); do
  "$bin/pg_isready" -q -h 127.0.0.1 -p "$port" -U nightjar -d postgres && break
  kill -0 "$server" 2>/dev/null && [ "$attempt" -lt 300 ] || { cat "$work/log" >&2; fail "PostgreSQL did not start"; }
  sleep 0.1
done
"$bin/createdb" -h 127.0.0.1 -p "$port" -U nightjar catalog

say "measuring"
mkdir -p "$root/bench/results"
"${CARGO_TARGET_DIR:-$root/target}/$folder/examples/timeline_bench" "$root/bench/results/catalog.json" \
  "sqlite://$work/catalog.db" "postgres://nightjar@127.0.0.1:$port/catalog"
say "databases: SQLite $(du -sh "$work/catalog.db" | cut -f1), PostgreSQL $(du -sh "$work/postgres/data/base" | cut -f1)"
