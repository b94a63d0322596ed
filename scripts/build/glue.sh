#!/usr/bin/env bash
# `glue.sh FOLDER`: lets bundlers leave out the classes of the glue that a page does not use. Nobody here calls their Symbol.dispose, and
# whoever compiles against the package need not have the types of the newest language for it. Nor does anybody call initSync in the way
# that it has given up.
set -euo pipefail

glue=$1/core.js
for line in '^if (Symbol\.dispose) ' ': new FinalizationRegistry(' '^    if (module !== undefined) {$'; do
  grep -q "$line" "$glue" || { echo "error: the glue has changed: look for $line" >&2; exit 1; }
done
sed -i -e '/^if (Symbol\.dispose) /d' -e '/^    if (module !== undefined) {$/,/^    }$/{/({.*} = module)/!d}' -e 's#: new FinalizationRegistry(#: /* @__PURE__ */ new FinalizationRegistry(#' "$glue"
sed -i '/\[Symbol\.dispose\]/d' "$1/core.d.ts"
