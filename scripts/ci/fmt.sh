#!/usr/bin/env bash
# Formatting of Rust and TypeScript. `make fmt` puts it right.
source "$(dirname "$0")/../lib.sh"

cargo fmt --all --check
cargo fmt --check --manifest-path tools/Cargo.toml
node_modules/.bin/prettier --check --log-level warn .
