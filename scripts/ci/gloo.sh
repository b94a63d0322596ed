#!/usr/bin/env bash
# The Rust client: the recorded transcripts through its driver, the examples of its documentation, and its pushes from headless Chromium
# to embedded Hubs beside those of the npm package.
source "$(dirname "$0")/../lib.sh"

scripts/build/hub.sh
scripts/build/tarball.sh
lock_target

cargo test --quiet --locked --package hubferry --lib --features gloo gloo::
cargo test --quiet --locked --package hubferry --doc --features gloo
node pkg-tests/gloo/run.mjs
