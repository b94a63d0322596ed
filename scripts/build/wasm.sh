#!/usr/bin/env bash
# The engine as wasm with its JavaScript glue: js/src/wasm/core{.js,.d.ts,_bg.wasm,_bg.wasm.d.ts}. Glue and wasm belong together:
# always ship those of the same run.
source "$(dirname "$0")/../lib.sh"

out=js/src/wasm
key=$(digest Cargo.toml Cargo.lock .cargo build kernels src scripts/build/wasm.sh scripts/build/glue.sh)-$HUBFERRY_NIGHTLY-$WASM_BINDGEN_VERSION-$(grep '"binaryen"' package.json)
fresh "$out/.stamp" "$key" "$out/core.js" "$out/core_bg.wasm" && exit 0
nightly=$(scripts/setup/nightly.sh)
scripts/setup/wasm-bindgen.sh
scripts/setup/npm.sh
lock_tree
fresh "$out/.stamp" "$key" "$out/core.js" "$out/core_bg.wasm" && exit 0

# Its own target folder: another compiler, and other flags.
export CARGO_TARGET_DIR="$CARGO_TARGET_DIR/page"
lock_target

say "building the wasm (its standard library too, once)"
# The one crate type that is shipped: beside an rlib, link-time optimization must keep what the rlib might be asked for, an eighth more.
cargo "+$nightly" --config build/wasm.toml rustc --quiet --locked --package hubferry --lib --crate-type cdylib --features wasm \
  --target wasm32-unknown-unknown --profile wasm

# `web` is the one target that every runtime can load; finding the module is left to js/src/entry. Without the default path no
# bundler emits the wasm a second time. Names and producers are a quarter of the size and nobody reads them.
new=target/wasm-new
rm -rf "$new"
wasm-bindgen "$CARGO_TARGET_DIR/wasm32-unknown-unknown/wasm/hubferry.wasm" --target web --out-dir "$new" --out-name core \
  --omit-default-module-path --remove-name-section --remove-producers-section
# The first kilobyte of the memory is the far end of the stack, which nothing points to: sums of addresses may go into the instructions.
# What has one caller stays a function where the compiler left it one: moved into its caller it compresses worse.
node_modules/.bin/wasm-opt -O3 --low-memory-unused --one-caller-inline-max-function-size=1 "$new/core_bg.wasm" -o "$new/core_bg.wasm"
scripts/build/glue.sh "$new"

rm -rf "$out"
mv "$new" "$out"
stamp "$out/.stamp" "$key"
