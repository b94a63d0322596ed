#!/usr/bin/env bash
# The Rust documentation builds and its links lead somewhere.
source "$(dirname "$0")/../lib.sh"
lock_target

RUSTDOCFLAGS="-D warnings" cargo doc --quiet --locked --workspace --exclude hubferry-fuzz --features hubferry/gloo --no-deps
