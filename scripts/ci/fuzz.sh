#!/usr/bin/env bash
# The fuzz targets, side by side, HUBFERRY_FUZZ_SECONDS each (20), or only those named: libFuzzer with the pinned stable compiler. They go
# on from what earlier runs found interesting (target/fuzz/corpus); an input that fails is kept in target/fuzz/found.
source "$(dirname "$0")/../lib.sh"

seconds=${HUBFERRY_FUZZ_SECONDS:-20}
targets=("$@")
[ $# -gt 0 ] || mapfile -t targets < <(basename -s .rs fuzz/fuzz_targets/*.rs)
folder="$HUBFERRY_ROOT/target/fuzz"
mkdir -p "$folder/found" "$folder/logs"

# Its own target folder: everything is compiled once more, with instrumentation. The target is named so that build scripts are not.
export CARGO_TARGET_DIR="$CARGO_TARGET_DIR/fuzz"
lock_target
host=$(rustc -vV | sed -n 's/^host: //p')
(
  # There is the configuration that asks for coverage.
  cd fuzz
  cargo build --quiet --locked --profile fuzz --target "$host"
  cargo clippy --quiet --locked --profile fuzz --target "$host" -- -D warnings
)
node fuzz/seeds.mjs "$folder/corpus"

# Lengths are mixed from the beginning (`len_control`); where a short input stands for long files, it may not be long itself.
fuzz() {
  local target=$1 seconds=$2 folder=$3 binaries=$4 log="$3/logs/$1" most_bytes=65536
  case $target in chunker | lanes) most_bytes=2048 ;; esac
  mkdir -p "$folder/corpus/$target"
  if "$binaries/$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len="$most_bytes" -len_control=0 \
    -print_final_stats=1 -artifact_prefix="$folder/found/$target-" "$folder/corpus/$target" > "$log" 2>&1; then
    printf '%-8s %s\n' "$target" "$(grep -E '^#[0-9]+\s+DONE' "$log" | tr '\t' ' ')"
  else
    tail -n 40 "$log"
    printf '%s FAILED; again: %s INPUT, with INPUT in %s\n' "$target" "$binaries/$target" "$folder/found"
    return 1
  fi
}
export -f fuzz
printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I '{}' bash -euo pipefail -c 'fuzz "$@"' fuzz '{}' "$seconds" "$folder" \
  "$CARGO_TARGET_DIR/$host/fuzz"
