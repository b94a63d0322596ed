#!/usr/bin/env bash
# The Rust tests: engine, embedded Hub, doc tests.
source "$(dirname "$0")/../lib.sh"
lock_target

cargo test --quiet --locked --workspace --exclude hubferry-fuzz
