#!/usr/bin/env bash
# Two Python environments with the Hub's own client, which the tests use to read what we wrote and to push to the embedded Hub: the
# present version, and the last of version 1, which pushes in other ways.
source "$(dirname "$0")/../lib.sh"

# `environment PYTHON VENV REQUIREMENTS`: makes the environment, unless somebody chose another Python.
environment() {
  local python=$1 venv=$2 requirements=$3
  [ -e "$venv/.complete" ] && return
  if [ "$python" != "$venv/bin/python" ]; then
    [ -x "$python" ] || die "$python does not exist"
    return
  fi
  lock_cache python
  [ -e "$venv/.complete" ] && return

  say "installing Python packages of ${requirements##*/}"
  rm -rf "$venv"
  python3 -m venv "$venv" || die "python3 cannot make a virtual environment; install its venv package (Debian: python3-venv)"
  "$python" -m pip install --quiet --disable-pip-version-check --no-deps -r "$requirements"
  touch "$venv/.complete"
}

environment "$HUBFERRY_PYTHON" "$HUBFERRY_VENV" "$HUBFERRY_REQUIREMENTS"
environment "$HUBFERRY_PYTHON_V1" "$HUBFERRY_VENV_V1" "$HUBFERRY_REQUIREMENTS_V1"
