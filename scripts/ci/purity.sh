#!/usr/bin/env bash
# The engine, that is the crate without features, touches no host: as wasm it imports nothing, and nothing it depends on could.
source "$(dirname "$0")/../lib.sh"
lock_target

tree=$(cargo tree --locked --package hubferry --no-default-features --edges normal --target wasm32-unknown-unknown --prefix none)
if grep -E '^(web-sys|js-sys|getrandom|wasm-bindgen[a-z-]*|tokio|reqwest|rand) ' <<< "$tree"; then
  die "the engine depends on crates that reach for a host"
fi

# Both crate types are built, so every function is compiled; without garbage collection the linker keeps them all.
cargo rustc --quiet --locked --package hubferry --lib --no-default-features --target wasm32-unknown-unknown -- \
  -C link-arg=--no-gc-sections
node scripts/ci/imports.mjs "$CARGO_TARGET_DIR/wasm32-unknown-unknown/debug/hubferry.wasm"
