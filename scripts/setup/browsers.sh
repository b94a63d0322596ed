#!/usr/bin/env bash
# The browsers beside Chromium in which the package is tested: Firefox, and WebKit by the small browser of WebKitGTK, which needs a display.
source "$(dirname "$0")/../lib.sh"

[ -n "$FIREFOX" ] && [ -n "$MINIBROWSER" ] && command -v Xvfb > /dev/null && exit 0

system_packages "Firefox, WebKitGTK and a display without a screen" \
  "install Firefox, WebKitGTK's MiniBrowser and Xvfb, or set FIREFOX and MINIBROWSER to their paths" \
  firefox-esr webkit2gtk-driver xvfb
