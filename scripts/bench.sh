#!/usr/bin/env bash
# The benchmarks: natively with criterion, then in headless Chromium with the scripts of pkg-tests/bench.
source "$(dirname "$0")/lib.sh"

scripts/setup/all.sh
scripts/build/all.sh
scripts/build/tarball.sh
if [ -d benches ]; then
  (
    lock_target
    cargo bench --locked --package hubferry
    # Beside the reference implementation.
    cargo bench --locked --package hubferry-conformance
  )
fi
npm run --silent bench:abort -w pkg-tests
npm run --silent bench:list -w pkg-tests
npm run --silent bench:stages -w pkg-tests
npm run --silent bench -w pkg-tests -- --full
