#!/usr/bin/env bash
# The package as it is published: its manifest, then its tests in real projects, runtimes and browsers.
source "$(dirname "$0")/../lib.sh"

scripts/build/tarball.sh
node_modules/.bin/publint run --strict "$HUBFERRY_TARBALL"
npm run --silent test -w pkg-tests
