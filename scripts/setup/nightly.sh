#!/usr/bin/env bash
# The nightly Rust that compiles the standard library for the page, small or with atomics, and that library's sources: neither comes with a
# stable release. Prints its name for `cargo +NAME`.
source "$(dirname "$0")/../lib.sh"

has_sources() { [ -d "$(rustc "+$1" --print sysroot 2> /dev/null)/lib/rustlib/src/rust/library" ]; }

# Where rustup has that very version under another name (`nightly`), that one is used.
find_nightly() {
  local name
  for name in "$HUBFERRY_NIGHTLY" nightly; do
    case "$(rustc "+$name" --version 2> /dev/null)" in
      "rustc $HUBFERRY_NIGHTLY_VERSION") echo "$name" && return ;;
    esac
  done
  echo "$HUBFERRY_NIGHTLY"
}

name=$(find_nightly)
if ! has_sources "$name"; then
  lock_cache nightly
  say "installing $name with the sources of its standard library"
  if rustc "+$name" --version > /dev/null 2>&1; then
    rustup component add --toolchain "$name" rust-src >&2
  else
    rustup toolchain install "$name" --profile minimal --component rust-src --target wasm32-unknown-unknown >&2
  fi
  has_sources "$name" || die "the wasm needs $HUBFERRY_NIGHTLY with rust-src; rustup could not install it"
fi
echo "$name"
