#!/usr/bin/env bash
# The long tests at full size: the scripts of pkg-tests/soak, which `make test` runs scaled down.
source "$(dirname "$0")/lib.sh"

scripts/setup/all.sh
scripts/build/all.sh
scripts/build/tarball.sh
npm run --silent soak -w pkg-tests
