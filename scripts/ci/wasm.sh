#!/usr/bin/env bash
# The engine's tests as wasm in headless Chromium: in a page and in a dedicated worker, and there with threads in shared memory.
source "$(dirname "$0")/../lib.sh"
lock_target

export WASM_BINDGEN_TEST_TIMEOUT=300 WASM_BINDGEN_TEST_DRIVER_TIMEOUT=60
# The driver looks for the browser on PATH.
PATH="$(dirname "$CHROMIUM"):$PATH"
for test in wasm_page wasm_worker; do
  wasm-pack --log-level error test --headless --chrome --chromedriver "$CHROMEDRIVER" -- --locked --test "$test"
done

# Without --quiet, which cargo would hand on to a runner that does not know it.
nightly=$(scripts/setup/nightly.sh)
export CARGO_TARGET_DIR="$HUBFERRY_THREADS_TARGET_DIR"
lock_target
cargo "+$nightly" --config build/threads.toml test --locked --package hubferry --features threads \
  --target wasm32-unknown-unknown --test threads_wasm
