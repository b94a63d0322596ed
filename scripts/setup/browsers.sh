#!/usr/bin/env bash
# The browsers beside Chromium in which the package is tested: Firefox, and WebKit by the small browser of WebKitGTK, which needs a display.
source "$(dirname "$0")/../lib.sh"

has_all() { [ -n "$FIREFOX" ] && [ -n "$MINIBROWSER" ] && command -v Xvfb > /dev/null; }

has_all && exit 0
help="install Firefox, WebKitGTK's MiniBrowser and Xvfb, or set FIREFOX and MINIBROWSER to their paths"
command -v apt-get > /dev/null || die "not all browsers found; $help"
as_root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo > /dev/null || die "not all browsers found, and neither root nor sudo to install them; $help"
  as_root=(sudo)
fi

lock_cache browsers
say "installing Firefox, WebKitGTK and a display without a screen"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=600 \
  firefox-esr webkit2gtk-driver xvfb > /dev/null
