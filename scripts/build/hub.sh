#!/usr/bin/env bash
# The embedded Hub: target/bin/hubferry-local-hub ($HUBFERRY_LOCAL_HUB).
source "$(dirname "$0")/../lib.sh"

bin=target/bin/hubferry-local-hub
# The root crate counts where the Hub depends on it.
key=$(digest Cargo.toml Cargo.lock rust-toolchain.toml .cargo src local-hub scripts/build/hub.sh)
fresh target/stamps/hub "$key" "$bin" && exit 0
scripts/setup/rust-target.sh
lock_tree
fresh target/stamps/hub "$key" "$bin" && exit 0
lock_target

say "building the embedded Hub"
# The profile of the tests: its dependencies are optimised and then shared with them.
cargo build --quiet --locked --package hubferry-local-hub --bin hubferry-local-hub
mkdir -p target/bin
cp "$CARGO_TARGET_DIR/debug/hubferry-local-hub" "$bin.new"
mv "$bin.new" "$bin"
stamp target/stamps/hub "$key"
