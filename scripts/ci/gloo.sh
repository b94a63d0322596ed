#!/usr/bin/env bash
# The Rust client: the recorded transcripts through its driver, the examples of its documentation, its pushes from headless Chromium to
# embedded Hubs beside those of the npm package, and the example application.
source "$(dirname "$0")/../lib.sh"

scripts/build/hub.sh
scripts/build/tarball.sh
lock_target

cargo test --quiet --locked --package hubferry --lib --features gloo gloo::
cargo test --quiet --locked --package hubferry --doc --features gloo
node pkg-tests/gloo/run.mjs

# The example, as its README says, and in Chromium.
cargo fmt --check --manifest-path examples/yew/Cargo.toml
cargo build --quiet --locked --manifest-path examples/yew/Cargo.toml --target wasm32-unknown-unknown
site=target/examples/yew
mkdir -p "$site"
cp examples/yew/index.html "$site"
wasm-bindgen --target web --out-dir "$site/pkg" "$CARGO_TARGET_DIR/wasm32-unknown-unknown/debug/hubferry-example-yew.wasm"
node pkg-tests/gloo/example.mjs
