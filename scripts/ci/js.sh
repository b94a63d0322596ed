#!/usr/bin/env bash
# The unit tests of the TypeScript, under Node; those of the Worker inside workerd, against the embedded Hub.
source "$(dirname "$0")/../lib.sh"

node_modules/.bin/vitest run
scripts/build/page.sh
scripts/build/hub.sh
cd worker
WRANGLER_SEND_METRICS=false CI=1 ../node_modules/.bin/vitest run
