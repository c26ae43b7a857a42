#!/usr/bin/env bash
# Measures lists of events with 20 million of them, on SQLite and then on PostgreSQL:
#
#   bench/events.sh                  # about 8 GB in $TMPDIR, for one database after the other
#   NIGHTJAR_BENCH_EVENTS=2000000 bench/events.sh
#   PROFILE=dev bench/events.sh      # without a release build
#   bench/events.sh sqlite           # only one of them
#
# Prints tables and writes bench/results/events-*.json. PostgreSQL runs with its defaults, and with
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
(cd "$root" && cargo build -q --profile "${PROFILE:-release}" -p nightjar-catalog --example events_bench)
folder=${PROFILE:-release}
[ "$folder" != dev ] || folder=debug
program="${CARGO_TARGET_DIR:-$root/target}/$folder/examples/events_bench"
mkdir -p "$root/bench/results"

measure_sqlite() {
  say "SQLite"
  "$program" "$root/bench/results/events-sqlite.json" "sqlite://$work/catalog.db"
  say "SQLite takes $(du -sh "$work/catalog.db" | cut -f1)"
  rm -f "$work"/catalog.db*
}

measure_postgres() {
  say "PostgreSQL"
  mkdir "$work/postgres"
  local as=() port attempt
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
  "$program" "$root/bench/results/events-postgres.json" "postgres://nightjar@127.0.0.1:$port/catalog"
  say "PostgreSQL takes $(du -sh "$work/postgres/data/base" | cut -f1)"
}

[ "${1:-}" = postgres ] || measure_sqlite
[ "${1:-}" = sqlite ] || measure_postgres
