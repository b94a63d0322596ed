#!/usr/bin/env bash
# Installs the npm packages of the workspace exactly as locked.
source "$(dirname "$0")/../lib.sh"

key=$(digest package-lock.json .npmrc)-$(node --version)
fresh node_modules/.hubferry-stamp "$key" && exit 0
lock_tree
fresh node_modules/.hubferry-stamp "$key" && exit 0

say "installing npm packages"
npm ci --no-audit --no-fund --loglevel=error
stamp node_modules/.hubferry-stamp "$key"
