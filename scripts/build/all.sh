#!/usr/bin/env bash
# Everything that is built: the page (and before it the package, and before that the wasm) and the embedded Hub. Each step skips
# itself when its inputs are unchanged.
source "$(dirname "$0")/../lib.sh"

scripts/build/page.sh
scripts/build/hub.sh
