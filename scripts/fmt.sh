#!/usr/bin/env bash
# Formats Rust and TypeScript in place.
source "$(dirname "$0")/lib.sh"

scripts/setup/rust-target.sh
scripts/setup/npm.sh
cargo fmt --all
cargo fmt --manifest-path tools/Cargo.toml
node_modules/.bin/prettier --write --log-level warn .
