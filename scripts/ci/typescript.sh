#!/usr/bin/env bash
# Types and lint of everything written in TypeScript or JavaScript.
source "$(dirname "$0")/../lib.sh"

tsc=node_modules/.bin/tsc
$tsc --noEmit -p js/tsconfig.json
$tsc -p js/tsconfig.worker.json
$tsc -p js/test/tsconfig.json
$tsc --noEmit -p www/tsconfig.json
$tsc -p tsconfig.json
node_modules/.bin/eslint --max-warnings 0 .
