#!/usr/bin/env bash
# The unit tests of the TypeScript, under Node.
source "$(dirname "$0")/../lib.sh"

node_modules/.bin/vitest run
