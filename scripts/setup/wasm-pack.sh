#!/usr/bin/env bash
# Installs wasm-pack, which runs the wasm tests in a browser.
source "$(dirname "$0")/../lib.sh"

[ -x "$HUBFERRY_WASM_PACK_DIR/wasm-pack" ] && exit 0
lock_cache wasm-pack
[ -x "$HUBFERRY_WASM_PACK_DIR/wasm-pack" ] && exit 0

say "building wasm-pack $WASM_PACK_VERSION (a few minutes, once)"
# cargo puts the binary in place as its last act, so a broken run leaves none. Unoptimised, as it only starts other programs.
root=$(dirname "$HUBFERRY_WASM_PACK_DIR")
build="$HUBFERRY_CACHE/build/wasm-pack-$WASM_PACK_VERSION"
# From the cache folder, so that the tree's own cargo settings do not apply; the toolchain is the tree's.
toolchain=$(rustup show active-toolchain | cut -d ' ' -f 1)
mkdir -p "$build" && cd "$build"
CARGO_TARGET_DIR="$build" RUSTUP_TOOLCHAIN="$toolchain" \
  cargo install --quiet --debug --locked --root "$root" --version "$WASM_PACK_VERSION" wasm-pack
cd "$HUBFERRY_ROOT"
rm -rf "$build"
