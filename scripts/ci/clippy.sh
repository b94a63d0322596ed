#!/usr/bin/env bash
# clippy over the whole workspace natively, and over the wasm surface for wasm; every warning is an error.
source "$(dirname "$0")/../lib.sh"
lock_target

cargo clippy --quiet --locked --workspace --exclude hubferry-fuzz --all-targets -- -D warnings
cargo clippy --quiet --locked --workspace --exclude hubferry-fuzz --all-targets --all-features -- -D warnings
cargo clippy --quiet --locked --package hubferry --all-targets --features wasm,gloo --target wasm32-unknown-unknown -- -D warnings
