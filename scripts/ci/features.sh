#!/usr/bin/env bash
# Every combination of the crate's features compiles without a warning, natively and for wasm.
source "$(dirname "$0")/../lib.sh"
lock_target

read -ra features < <(cargo metadata --locked --no-deps --format-version 1 | node -e '
  const { packages } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  console.log(Object.keys(packages.find((p) => p.name === "hubferry").features).filter((f) => f !== "default").join(" "));
')
for ((set = 0; set < 1 << ${#features[@]}; set++)); do
  chosen=()
  for i in "${!features[@]}"; do ((set >> i & 1)) && chosen+=("${features[i]}"); done
  list=$(IFS=,; echo "${chosen[*]}")
  for target in "" wasm32-unknown-unknown; do
    say "features [$list] ${target:-native}"
    cargo clippy --quiet --locked --package hubferry --lib --no-default-features --features "$list" ${target:+--target "$target"} -- -D warnings
  done
done
