#!/usr/bin/env bash
# The TypeScript carries requests out and knows nothing of them: no path of the Hub's API, no header of its own, no status code.
# Exempt is js/src/edge, which is a server.
source "$(dirname "$0")/../lib.sh"

failed=0
absent() {
  local what=$1 pattern=$2
  if grep -rnEi --include='*.ts' --exclude-dir=edge --exclude-dir=wasm --exclude-dir=wasm-threads "$pattern" js/src; then
    say "$what: belongs to the engine (src/hub, src/cas)"
    failed=1
  fi
}

[ -d js/src ] || die "js/src does not exist"
absent "a path of the Hub's API" '/api/'
absent "a header of the Hub" "[\"'\`]x-"
absent "a status code" '(status[a-z]*|case)\b[^"]{0,24}\b[1-5][0-9][0-9]\b|\b[1-5][0-9][0-9]\b.{0,12}[<=>].{0,12}\bstatus'

# The Rust client the same; and of the engine nothing reaches for a host, but what converts for one.
rust() {
  local what=$1 pattern=$2 found
  shift 2
  found=$(grep -rnE "$pattern" "$@" | grep -vE '^[^:]*:[0-9]+: *//' || true)
  [ -z "$found" ] && return
  say "$what: $found"
  failed=1
}
mapfile -t client < <(find src/gloo -name '*.rs' ! -name transcripts.rs)
mapfile -t engine < <(find src -name '*.rs' ! -path 'src/gloo/*' ! -path 'src/wasm/*')
rust "a path of the Hub's API in src/gloo" '/api/' "${client[@]}"
rust "a header of the Hub in src/gloo" '"x-' "${client[@]}"
rust "a status code in src/gloo" '\bstatus[a-z_]*\b[^"]{0,24}\b[1-5][0-9][0-9]\b' "${client[@]}"
rust "a host in the engine" '\b(gloo_net|gloo_timers|web_sys|js_sys|wasm_bindgen_futures|futures_core)::' "${engine[@]}"
rust "gloo-net outside of src/gloo/transport.rs" '\bgloo_net\b' $(printf '%s\n' "${client[@]}" | grep -v transport.rs)
exit "$failed"
