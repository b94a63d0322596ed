#!/usr/bin/env bash
# Finds Chromium and its driver, or installs them with the system's package manager.
source "$(dirname "$0")/../lib.sh"

[ -n "$CHROMIUM" ] && [ -n "$CHROMEDRIVER" ] && exit 0

help="install Chromium and chromedriver of the same version, or set CHROMIUM and CHROMEDRIVER to their paths"
command -v apt-get > /dev/null || die "no Chromium with driver found; $help"
as_root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo > /dev/null || die "no Chromium with driver found, and neither root nor sudo to install it; $help"
  as_root=(sudo)
fi

lock_cache chromium
say "installing Chromium, its driver and fonts"
"${as_root[@]}" apt-get update -qq
# The fonts make screenshots readable: Latin text and emoji.
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=600 \
  chromium chromium-driver fonts-liberation fonts-noto-color-emoji > /dev/null
