# Shared by all scripts: strict mode, the environment, locks and stamps. Source it first.

set -euo pipefail
# shellcheck source=scripts/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$HUBFERRY_ROOT"

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# Holds an exclusive lock on a file until this script ends; a lock that a calling script holds already counts.
lock() {
  local file=$1 fd
  case ":${HUBFERRY_LOCKS:-}:" in *":$file:"*) return 0 ;; esac
  mkdir -p "$(dirname "$file")"
  exec {fd}>>"$file"
  if ! flock --nonblock "$fd"; then
    say "waiting for another run that holds $file"
    flock "$fd"
  fi
  export HUBFERRY_LOCKS="${HUBFERRY_LOCKS:-}:$file"
}

# For scripts that install into the cache.
lock_cache() { lock "$HUBFERRY_CACHE/locks/$1"; }

# `system_packages WHAT HELP PACKAGE...`: installs what was not found with the system's package manager, or says what to do.
system_packages() {
  local what=$1 help=$2 as_root=()
  shift 2
  command -v apt-get > /dev/null || die "$what not found; $help"
  if [ "$(id -u)" != 0 ]; then
    command -v sudo > /dev/null || die "$what not found, and neither root nor sudo to install it; $help"
    as_root=(sudo)
  fi
  lock_cache system-packages
  say "installing $what"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=600 "$@" > /dev/null
}

# For scripts that write generated files into the tree. Taken before `lock_target` where both are needed.
lock_tree() { lock "$HUBFERRY_ROOT/target/.lock"; }

# For scripts that run cargo and then use what it built. All checkouts share one target folder, but cargo names wasm modules and
# final binaries without the checkout's path, so one checkout's could pass for another's: a checkout that takes over forgets what
# the workspace's own crates left. Dependencies stay.
lock_target() {
  lock "$CARGO_TARGET_DIR/.hubferry-lock"
  local owner="$CARGO_TARGET_DIR/.hubferry-checkout"
  if [ "$(cat "$owner" 2> /dev/null)" != "$HUBFERRY_ROOT" ]; then
    rm -f "$owner"
    find "$CARGO_TARGET_DIR" -maxdepth 4 \( -name 'hubferry*' -o -name 'libhubferry*' \) \
      \( -path '*/.fingerprint/*' -o -path '*/deps/*' -o -path '*/incremental/*' -o -path '*/build/*' \) -prune -exec rm -rf {} +
    printf '%s\n' "$HUBFERRY_ROOT" > "$owner"
  fi
}

# `digest PATH...`: one checksum over names and contents of files and folders, without the node_modules and dist inside a folder.
# A path that does not exist counts as absent.
digest() {
  {
    printf '%s\n' "$@"
    find "$@" \( -path '*/node_modules' -o -path '*/dist' \) -prune -o -type f -print0 2> /dev/null | LC_ALL=C sort -z | xargs -0r sha256sum
  } | sha256sum | cut -d ' ' -f 1
}

# `fresh STAMP KEY OUTPUT...`: whether the step that wrote this stamp ran with the same key and its outputs still exist.
fresh() {
  local stamp=$1 key=$2 output
  shift 2
  [ "$(cat "$stamp" 2> /dev/null)" = "$key" ] || return 1
  for output in "$@"; do [ -e "$output" ] || return 1; done
}

# `stamp STAMP KEY`: says that the step is done for this key.
stamp() {
  mkdir -p "$(dirname "$1")"
  printf '%s\n' "$2" > "$1"
}
