#!/usr/bin/env bash
# One version of wasm-bindgen everywhere: the library and the CLI speak a private format. And one of the package and the crate.
source "$(dirname "$0")/../lib.sh"

same() {
  local what=$1 wanted=$2 found=$3
  [ "$wanted" = "$found" ] || die "$what: $found, but $wanted is expected"
}

library=$(sed -n 's/^wasm-bindgen = .*"=\([0-9.]*\)".*/\1/p' Cargo.toml)
[ -n "$library" ] || die "Cargo.toml must pin wasm-bindgen with =x.y.z"
same "wasm-bindgen-cli in tools/Cargo.toml" "$library" "$(sed -n 's/^wasm-bindgen-cli = .*"=\([0-9.]*\)".*/\1/p' tools/Cargo.toml)"
same "WASM_BINDGEN_VERSION in scripts/env.sh" "$library" "$WASM_BINDGEN_VERSION"
same "the installed wasm-bindgen" "wasm-bindgen $library" "$(wasm-bindgen --version)"
same "package.json" "$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)" "$(node -p 'require("./package.json").version')"
