#!/usr/bin/env bash
# What a page has to load, compressed, stays within the budget of size-budget.json.
source "$(dirname "$0")/../lib.sh"

node scripts/ci/size.mjs
