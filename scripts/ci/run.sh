#!/usr/bin/env bash
# All checks, in order, cheap ones first; stops at the first that fails and says which. `scripts/ci/run.sh NAME...` runs only those.
source "$(dirname "$0")/../lib.sh"

steps=(setup hygiene pins fmt build layering typescript clippy features docs purity native fuzz wasm js package gloo size)
[ $# -gt 0 ] && steps=("$@")

command_of() {
  case $1 in
    setup) echo scripts/setup/all.sh ;;
    build) echo scripts/build/all.sh ;;
    *) echo "scripts/ci/$1.sh" ;;
  esac
}

summary=""
for step in "${steps[@]}"; do
  printf '\n=== %s\n' "$step"
  started=$SECONDS
  status=0
  "$(command_of "$step")" < /dev/null || status=$?
  summary+=$(printf '%-12s %5d s' "$step" $((SECONDS - started)))$'\n'
  if [ "$status" != 0 ]; then
    printf '\n%s\n"%s" FAILED (%s, exit code %d)\n' "$summary" "$step" "$(command_of "$step")" "$status"
    exit 1
  fi
done
printf '\n%s\nall %d checks passed in %d s\n' "$summary" "${#steps[@]}" "$SECONDS"
