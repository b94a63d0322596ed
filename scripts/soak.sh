#!/usr/bin/env bash
# The long tests at full size: the scripts of pkg-tests/soak, the load on the embedded Hub, pushes that chance makes up, and the fuzz
# targets, which `make test` runs scaled down.
source "$(dirname "$0")/lib.sh"

scripts/setup/all.sh
scripts/build/all.sh
scripts/build/tarball.sh
npm run --silent soak -w pkg-tests

say "sixteen clients at once"
lock_target
HUBFERRY_FULL=1 cargo test --quiet --locked --package hubferry-local-hub --test hub -- --nocapture sixteen_clients

say "ten thousand pushes that chance makes up"
HUBFERRY_RUNS=10000 cargo test --quiet --locked --package hubferry --test push -- random_pushes

say "ten minutes of every fuzz target"
HUBFERRY_FUZZ_SECONDS=600 scripts/ci/fuzz.sh
