#!/usr/bin/env bash
# The Rust tests: engine, embedded Hub, doc tests.
source "$(dirname "$0")/../lib.sh"
lock_target

cargo test --quiet --locked --workspace --exclude hubferry-fuzz
# What works on chunks gives the same with the feature `threads`.
cargo test --quiet --locked --package hubferry --features threads --test threads --test ingest --test vectors_native --test props_formats
