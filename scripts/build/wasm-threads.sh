#!/usr/bin/env bash
# The engine with threads in shared memory, for lanes: js/src/wasm-threads/core{.js,.d.ts,_bg.wasm,_bg.wasm.d.ts} and the script of its
# threads. Glue and wasm belong together.
source "$(dirname "$0")/../lib.sh"

out=js/src/wasm-threads
key=$(digest Cargo.toml Cargo.lock .cargo build kernels src scripts/build/wasm-threads.sh scripts/build/glue.sh)-$HUBFERRY_NIGHTLY-$WASM_BINDGEN_VERSION-$(grep '"binaryen"' package.json)
fresh "$out/.stamp" "$key" "$out/core.js" "$out/core_bg.wasm" && exit 0
nightly=$(scripts/setup/nightly.sh)
scripts/setup/wasm-bindgen.sh
scripts/setup/npm.sh
lock_tree
fresh "$out/.stamp" "$key" "$out/core.js" "$out/core_bg.wasm" && exit 0

export CARGO_TARGET_DIR="$HUBFERRY_THREADS_TARGET_DIR"
lock_target

say "building the wasm with threads (its standard library too, once)"
cargo "+$nightly" --config build/wasm.toml --config build/threads.toml rustc --quiet --locked --package hubferry --lib --crate-type cdylib \
  --features wasm,threads --target wasm32-unknown-unknown --profile wasm

new=target/wasm-threads-new
rm -rf "$new"
wasm-bindgen "$CARGO_TARGET_DIR/wasm32-unknown-unknown/wasm/hubferry.wasm" --target web --out-dir "$new" --out-name core \
  --omit-default-module-path --remove-name-section --remove-producers-section
node_modules/.bin/wasm-opt -O3 --low-memory-unused "$new/core_bg.wasm" -o "$new/core_bg.wasm"
scripts/build/glue.sh "$new"
# A thread's script imports the glue as a folder, which bundlers understand and browsers do not.
helpers=("$new"/snippets/wasm-bindgen-rayon-*/src/workerHelpers.js)
grep -q "import('../../..')" "${helpers[0]}" || die "the script of the threads has changed: look for its import of the glue"
sed -i "s#import('../../..')#import('../../../core.js')#" "${helpers[0]}"

rm -rf "$out"
mv "$new" "$out"
stamp "$out/.stamp" "$key"
