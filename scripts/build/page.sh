#!/usr/bin/env bash
# The page: www/dist, built by Vite on the built package.
source "$(dirname "$0")/../lib.sh"

scripts/build/package.sh
key=$(digest dist package-lock.json www scripts/build/page.sh)-${HUBFERRY_CONNECT_SRC:-}
fresh target/stamps/page "$key" www/dist/index.html && exit 0
scripts/setup/npm.sh
lock_tree
fresh target/stamps/page "$key" www/dist/index.html && exit 0

say "building the page"
rm -f target/stamps/page
npm run --silent build -w www
stamp target/stamps/page "$key"
