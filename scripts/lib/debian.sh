# Shared by the scripts that package Nightjar and try the packages. Sourced, not run, after say.sh.

need_root() { [ "$(id -u)" -eq 0 ] || fail "only root can make a Debian of its own: sudo $0 $*"; }

# install_missing PACKAGE…: Debian packages whose programs have the same name.
install_missing() {
  local package missing=()
  for package in "$@"; do command -v "$package" >/dev/null || missing+=("$package"); done
  [ ${#missing[@]} -eq 0 ] || {
    say "installing with apt: ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  }
}

target_folder() {
  cargo metadata --no-deps --format-version 1 | python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])'
}

# free_ports N: ports that nobody listens on, all different.
free_ports() {
  python3 - "$1" <<'PY'
import socket, sys
held = [socket.socket() for _ in range(int(sys.argv[1]))]
for s in held: s.bind(("127.0.0.1", 0))
print(*[s.getsockname()[1] for s in held])
PY
}

# debian_root FOLDER: a minimal Debian 12 that reaches packages as this machine does; made once.
debian_root() {
  local folder=$1 sources=/etc/apt/sources.list.d/debian.sources mirror=
  [ -e "$folder.ready" ] && return
  rm -rf --one-file-system "$folder"
  [ ! -e $sources ] || mirror=$(sed -n 's/^URIs: *//p' $sources | grep -v security | head -n 1)
  debootstrap --variant=minbase --include=ca-certificates bookworm "$folder" $mirror >"$folder.log" 2>&1 ||
    { tail -n 5 "$folder.log" >&2; return 1; }
  if [ -e $sources ]; then
    cp $sources "$folder/etc/apt/sources.list.d/"
    : >"$folder/etc/apt/sources.list"
  fi
  cp -a /etc/apt/apt.conf.d/. "$folder/etc/apt/apt.conf.d/"
  cp -L /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/"
  touch "$folder.ready"
}
