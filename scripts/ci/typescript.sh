#!/usr/bin/env bash
# Types and lint of everything written in TypeScript or JavaScript.
source "$(dirname "$0")/../lib.sh"

tsc=node_modules/.bin/tsc
$tsc --noEmit -p js/tsconfig.json
$tsc -p js/tsconfig.worker.json
$tsc -p js/test/tsconfig.json
$tsc --noEmit -p www/tsconfig.json
# The Worker is compiled against the built package.
scripts/build/package.sh
$tsc -p worker/tsconfig.json
$tsc -p tsconfig.json
node_modules/.bin/eslint --max-warnings 0 .
