#!/usr/bin/env bash
# Everything that building and testing need.
source "$(dirname "$0")/../lib.sh"

scripts/setup/rust-target.sh
scripts/setup/nightly.sh > /dev/null
scripts/setup/wasm-bindgen.sh
scripts/setup/wasm-pack.sh
scripts/setup/npm.sh
scripts/setup/python.sh
scripts/setup/chromium.sh
scripts/setup/browsers.sh
