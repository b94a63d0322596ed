#!/usr/bin/env bash
# Makes sure of the pinned Rust toolchain with the wasm target.
source "$(dirname "$0")/../lib.sh"

has_target() { [ -d "$(rustc --print target-libdir --target wasm32-unknown-unknown 2> /dev/null)" ]; }

command -v cargo > /dev/null || die "no cargo found; install Rust with rustup (https://rustup.rs)"
has_target && exit 0
lock_cache rust-target
has_target && exit 0
# Reads rust-toolchain.toml: the version, its components, and the wasm target.
rustup toolchain install || die "Rust $HUBFERRY_RUST_VERSION with the target wasm32-unknown-unknown is needed; rustup could not install it"
has_target || die "rustup installed Rust without the target wasm32-unknown-unknown"
