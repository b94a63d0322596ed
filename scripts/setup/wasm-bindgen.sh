#!/usr/bin/env bash
# Builds the wasm-bindgen CLI and test runner from tools/, under the names that wasm-pack and cargo look for.
source "$(dirname "$0")/../lib.sh"

[ -x "$HUBFERRY_WASM_BINDGEN_DIR/wasm-bindgen-test-runner" ] && exit 0
lock_cache wasm-bindgen
[ -x "$HUBFERRY_WASM_BINDGEN_DIR/wasm-bindgen-test-runner" ] && exit 0

say "building the wasm-bindgen tools $WASM_BINDGEN_VERSION (about a minute, once)"
build="$HUBFERRY_CACHE/build/wasm-bindgen-$WASM_BINDGEN_VERSION"
CARGO_TARGET_DIR="$build" cargo build --quiet --locked --manifest-path tools/Cargo.toml
mkdir -p "$HUBFERRY_WASM_BINDGEN_DIR"
install -m 755 "$build/debug/wbg" "$HUBFERRY_WASM_BINDGEN_DIR/wasm-bindgen"
install -m 755 "$build/debug/wbg-test-runner" "$HUBFERRY_WASM_BINDGEN_DIR/.new"
mv "$HUBFERRY_WASM_BINDGEN_DIR/.new" "$HUBFERRY_WASM_BINDGEN_DIR/wasm-bindgen-test-runner"
rm -rf "$build"
