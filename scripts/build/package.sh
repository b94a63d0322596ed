#!/usr/bin/env bash
# The npm package: dist/ with the compiled TypeScript and the wasm.
source "$(dirname "$0")/../lib.sh"

scripts/build/wasm.sh
scripts/build/wasm-threads.sh
key=$(digest package.json package-lock.json tsconfig.base.json js/tsconfig.json js/src scripts/build/package.sh)
fresh target/stamps/package "$key" dist/index.js dist/wasm/core_bg.wasm dist/wasm-threads/core_bg.wasm && exit 0
scripts/setup/npm.sh
lock_tree
fresh target/stamps/package "$key" dist/index.js dist/wasm/core_bg.wasm dist/wasm-threads/core_bg.wasm && exit 0

say "building the package"
rm -f target/stamps/package
mkdir -p target
touch target/package-started
node_modules/.bin/tsc -p js/tsconfig.json
# Plain pages know no names of packages: the one library that they need comes along, with its licence.
{ printf '/*!\n'; cat node_modules/idb/LICENSE; printf '*/\n'; cat node_modules/idb/build/index.js; } > dist/vendor/idb.js
rm dist/vendor/idb.d.ts
for wasm in wasm wasm-threads; do
  mkdir -p "dist/$wasm"
  cp js/src/$wasm/core.js js/src/$wasm/core.d.ts js/src/$wasm/core_bg.wasm js/src/$wasm/core_bg.wasm.d.ts "dist/$wasm/"
done
(cd js/src/wasm-threads && find snippets -name '*.js' -exec cp --parents {} ../../../dist/wasm-threads/ \;)
# What no source stands for any more. Not a fresh folder, so that a failed build leaves the last good package.
find dist -type f ! -newer target/package-started -delete
find dist -type d -empty -delete
stamp target/stamps/package "$key"
