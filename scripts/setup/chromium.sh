#!/usr/bin/env bash
# Finds Chromium and its driver, or installs them with the system's package manager.
source "$(dirname "$0")/../lib.sh"

[ -n "$CHROMIUM" ] && [ -n "$CHROMEDRIVER" ] && exit 0

# The fonts make screenshots readable: Latin text and emoji.
system_packages "Chromium, its driver and fonts" \
  "install Chromium and chromedriver of the same version, or set CHROMIUM and CHROMEDRIVER to their paths" \
  chromium chromium-driver fonts-liberation fonts-noto-color-emoji
