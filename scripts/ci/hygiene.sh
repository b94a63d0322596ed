#!/usr/bin/env bash
# What must not be in the repository: paths of a machine, addresses of package registries, large files, placeholders, tests
# that are switched off.
source "$(dirname "$0")/../lib.sh"

failed=0
# Runs a command that lists offenders; any line of it is a failure.
none() {
  local what=$1 found
  shift
  found=$("$@" || true)
  [ -z "$found" ] && return
  printf '%s:\n%s\n' "$what" "$found" >&2
  failed=1
}

tracked_over_kib() { git ls-files -z | xargs -0r du -k 2> /dev/null | awk -v limit="$1" '$1 > limit { print $1 " KiB " $2 }'; }

# The patterns are spelt so that they do not find themselves. Cargo's lock files name their index, which is no choice of ours.
none "paths of a machine" \
  git grep -nIE '/wor[k]/(main|shared)|/hom[e]/[a-z]|/roo[t]/|/tmp/bas[h]' -- . ':!*.lock'
none "addresses of package registries" \
  git grep -nIE 'registr[y][.]npmjs|npmmirro[r]|(static|index)[.]crate[s][.]io|pyp[i][.]org|pythonhoste[d]|deb[.]debia[n]' -- . ':!*.lock'
none "addresses in the npm lock file" \
  git grep -nE '"resolved": "http' -- package-lock.json
none "files over 600 KiB" tracked_over_kib 600
none "placeholders" \
  git grep -nE 'TOD[O]|FIXM[E]|tod[o]!\(|unimplemente[d]!\(' -- . ':!*.lock' ':!LICENSE'
none "tests that are switched off" \
  git grep -nE '\.only\(|\b(it|test|describe)\.(skip|todo)\(|#\[ignor[e]' -- '*.rs' '*.ts' '*.js' '*.mjs'
# In the wasm it writes nothing (build/wasm.toml). Tests may use it; they stand at the end of a file.
none "{:?} in what people read; quote::Quoted does it" \
  awk '/^#\[cfg\(test\)\]/ { nextfile } /^ *\/\// { next } /:[#]?[?][}]/ { print FILENAME ":" FNR ": " $0 }' $(git ls-files 'src/*.rs')
exit "$failed"
