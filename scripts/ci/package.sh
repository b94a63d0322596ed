#!/usr/bin/env bash
# The package as it is published: what is in it, its manifest, its types for each way to resolve them, then its tests in real projects, runtimes and browsers.
source "$(dirname "$0")/../lib.sh"

scripts/build/tarball.sh
node scripts/ci/contents.mjs "$HUBFERRY_TARBALL"
node_modules/.bin/publint run --strict "$HUBFERRY_TARBALL"
# The worker's script and the wasm are for bundlers and servers, and have no types.
node_modules/.bin/attw "$HUBFERRY_TARBALL" --profile esm-only --format table-flipped --no-emoji \
  --exclude-entrypoints ./worker.js ./core.wasm
npm run --silent test -w pkg-tests
