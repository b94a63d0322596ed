#!/usr/bin/env bash
# A Python environment with the Hub's own client, which the tests use to read what we wrote.
source "$(dirname "$0")/../lib.sh"

[ -e "$HUBFERRY_VENV/.complete" ] && exit 0
if [ "$HUBFERRY_PYTHON" != "$HUBFERRY_VENV/bin/python" ]; then
  [ -x "$HUBFERRY_PYTHON" ] || die "HUBFERRY_PYTHON=$HUBFERRY_PYTHON does not exist"
  exit 0
fi
lock_cache python
[ -e "$HUBFERRY_VENV/.complete" ] && exit 0

say "installing Python packages"
rm -rf "$HUBFERRY_VENV"
python3 -m venv "$HUBFERRY_VENV" || die "python3 cannot make a virtual environment; install its venv package (Debian: python3-venv)"
"$HUBFERRY_PYTHON" -m pip install --quiet --disable-pip-version-check --no-deps -r "$HUBFERRY_REQUIREMENTS"
touch "$HUBFERRY_VENV/.complete"
