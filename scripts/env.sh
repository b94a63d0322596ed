# Where the project's tools live. `source scripts/env.sh` gives a shell (bash) what `make` uses.
#
# Everything installed lies outside the tree, in one cache that all checkouts share:
#   HUBFERRY_CACHE    default: $XDG_CACHE_HOME/hubferry, else ~/.cache/hubferry
#   CARGO_TARGET_DIR  default: $HUBFERRY_CACHE/target
#   CHROMIUM, CHROMEDRIVER, FIREFOX, MINIBROWSER  default: found on PATH, the last below /usr/lib
# A value that is set already is kept. Sourcing installs nothing; `scripts/setup/*.sh` do.

HUBFERRY_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export HUBFERRY_ROOT
export HUBFERRY_CACHE="${HUBFERRY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/hubferry}"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HUBFERRY_CACHE/target}"
export npm_config_cache="${npm_config_cache:-$HUBFERRY_CACHE/npm}"

# The pinned Rust. Where rustup has that very version under another name only (`stable`), that one is used.
HUBFERRY_RUST_VERSION=$(sed -n 's/^channel = "\(.*\)"$/\1/p' "$HUBFERRY_ROOT/rust-toolchain.toml")
if [ -z "${RUSTUP_TOOLCHAIN:-}" ] && ! compgen -G "${RUSTUP_HOME:-$HOME/.rustup}/toolchains/$HUBFERRY_RUST_VERSION-*" > /dev/null; then
  case "$(rustc +stable --version 2> /dev/null)" in
    "rustc $HUBFERRY_RUST_VERSION "*) export RUSTUP_TOOLCHAIN=stable ;;
  esac
fi

# The nightly that compiles the standard library with the engine, as rustup names it and as it names itself (the day before).
HUBFERRY_NIGHTLY=nightly-2026-05-20
HUBFERRY_NIGHTLY_VERSION="1.97.0-nightly (e50aa6fba 2026-05-19)"
# Of its own: another compiler with other flags would make the stable builds begin anew. Its standard library is compiled too, once.
HUBFERRY_THREADS_TARGET_DIR="$HUBFERRY_CACHE/target-threads"

# Tools are kept by version, so that two checkouts with different pins do not disturb each other.
WASM_BINDGEN_VERSION=0.2.130
WASM_PACK_VERSION=0.15.1
HUBFERRY_WASM_BINDGEN_DIR="$HUBFERRY_CACHE/tools/wasm-bindgen-$WASM_BINDGEN_VERSION/bin"
HUBFERRY_WASM_PACK_DIR="$HUBFERRY_CACHE/tools/wasm-pack-$WASM_PACK_VERSION/bin"
for hubferry_dir in "$HUBFERRY_WASM_PACK_DIR" "$HUBFERRY_WASM_BINDGEN_DIR"; do
  case ":$PATH:" in
    *":$hubferry_dir:"*) ;;
    *) PATH="$hubferry_dir:$PATH" ;;
  esac
done
export PATH
unset hubferry_dir

# The Python of the tests that talk to us through the Hub's own client; and one with the client's version 1.
HUBFERRY_REQUIREMENTS="$HUBFERRY_ROOT/scripts/setup/requirements.txt"
HUBFERRY_VENV="$HUBFERRY_CACHE/python-$(cksum < "$HUBFERRY_REQUIREMENTS" | cut -d ' ' -f 1)"
export HUBFERRY_PYTHON="${HUBFERRY_PYTHON:-$HUBFERRY_VENV/bin/python}"
HUBFERRY_REQUIREMENTS_V1="$HUBFERRY_ROOT/scripts/setup/requirements-v1.txt"
HUBFERRY_VENV_V1="$HUBFERRY_CACHE/python-$(cksum < "$HUBFERRY_REQUIREMENTS_V1" | cut -d ' ' -f 1)"
export HUBFERRY_PYTHON_V1="${HUBFERRY_PYTHON_V1:-$HUBFERRY_VENV_V1/bin/python}"

# What tests run: the embedded Hub as scripts/build/hub.sh leaves it, and the package as scripts/build/tarball.sh does.
export HUBFERRY_TARBALL="${HUBFERRY_TARBALL:-$HUBFERRY_ROOT/target/hubferry.tgz}"
export HUBFERRY_LOCAL_HUB="${HUBFERRY_LOCAL_HUB:-$HUBFERRY_ROOT/target/bin/hubferry-local-hub}"

if [ -z "${CHROMIUM:-}" ]; then
  CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
fi
if [ -z "${CHROMEDRIVER:-}" ]; then
  CHROMEDRIVER=$(command -v chromedriver || true)
fi
if [ -z "${FIREFOX:-}" ]; then
  FIREFOX=$(command -v firefox-esr || command -v firefox || true)
fi
if [ -z "${MINIBROWSER:-}" ]; then
  MINIBROWSER=$(compgen -G '/usr/lib/*/webkit2gtk-4.1/MiniBrowser' | head -n 1 || true)
fi
export CHROMIUM CHROMEDRIVER FIREFOX MINIBROWSER

# A RUSTFLAGS variable would replace the flags of .cargo/config.toml, `+simd128` among them.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS
