# Shared by the scripts: how they tell what they do. Sourced, not run.

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
note() { printf '    %s\n' "$*" >&2; }
fail() { printf '\033[1;31merror:\033[0m %s\n' "$*" >&2; exit 1; }

# step NAME COMMAND…: runs a command with a title, and tells how long it took.
step() {
  local name=$1 began status; shift
  say "$name"
  began=$SECONDS
  status=0
  "$@" || status=$?
  local took=$((SECONDS - began))
  STEPS="${STEPS:-}$(printf '%4d s  %s%s' "$took" "$name" "$([ $status -eq 0 ] || echo '  FAILED')")"$'\n'
  [ $status -eq 0 ] || { printf '\n%s' "$STEPS" >&2; fail "$name failed after $took s (exit status $status)"; }
}
