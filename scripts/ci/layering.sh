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
exit "$failed"
