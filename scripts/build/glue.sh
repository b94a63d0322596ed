#!/usr/bin/env bash
# `glue.sh FOLDER`: lets bundlers leave out the classes of the glue that a page does not use. Nobody here calls their Symbol.dispose, and
# whoever compiles against the package need not have the types of the newest language for it. Nor does anybody call initSync in the way
# that it has given up. What the package itself makes is freed by it (a digest that somebody dropped in the middle of it is a hundred bytes):
# the collector watches none of that.
set -euo pipefail

glue=$1/core.js
owned="CallHandle DedupAuthority FolderCheck FolderRules GitBlobHasher Packer PushHandle Sha256Crowd Sha256Hasher"
lines=('^if (Symbol\.dispose) ' ': new FinalizationRegistry(' '^    if (module !== undefined) {$')
edits=()
for class in $owned; do
  lines+=(" ${class}Finalization\.unregister(" "^const ${class}Finalization = ")
  edits+=(-e "/ ${class}Finalization\.\(un\)\?register(/d" -e "/^const ${class}Finalization = /,/;\$/d")
done
for line in "${lines[@]}"; do
  grep -q "$line" "$glue" || { echo "error: the glue has changed: look for $line" >&2; exit 1; }
done
sed -i -e '/^if (Symbol\.dispose) /d' -e '/^    if (module !== undefined) {$/,/^    }$/{/({.*} = module)/!d}' "${edits[@]}" \
  -e 's#: new FinalizationRegistry(#: /* @__PURE__ */ new FinalizationRegistry(#' "$glue"
sed -i '/\[Symbol\.dispose\]/d' "$1/core.d.ts"
