#!/usr/bin/env bash
# Shows a push from end to end: builds, installs the packed package into an empty project, starts the embedded Hub, pushes a sample
# folder under Node, and serves the page until Ctrl-C. DEMO_PORT chooses the port (default: a free one); with DEMO_ONCE=1 it ends
# after the push.
source "$(dirname "$0")/lib.sh"

scripts/setup/rust-target.sh
scripts/setup/npm.sh
scripts/build/all.sh
scripts/build/tarball.sh

mkdir -p "$HUBFERRY_CACHE"
work=$(mktemp -d "$HUBFERRY_CACHE/demo.XXXXXX")
hub_pid=
finish() {
  trap '' INT TERM
  if [ -n "$hub_pid" ]; then
    kill "$hub_pid" 2> /dev/null || true
    wait "$hub_pid" 2> /dev/null || true
  fi
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

mkdir "$work/project" "$work/sample"
cp pkg-tests/demo/push.mjs "$work/project/"
(
  cd "$work/project"
  echo '{ "private": true, "type": "module" }' > package.json
  npm install --silent --no-audit --no-fund --ignore-scripts --prefer-offline "$HUBFERRY_TARBALL"
)
node pkg-tests/demo/sample.mjs "$work/sample"

# Everybody on this machine can reach the port, so the token is a new one each time.
token="hf_$(od -An -N 17 -tx1 /dev/urandom | tr -d ' \n')"
"$HUBFERRY_LOCAL_HUB" --data "$work/hub" --port "${DEMO_PORT:-0}" --user "demo:$token" --page www/dist > "$work/hub.ready" &
hub_pid=$!
url=
for _ in $(seq 100); do
  url=$(sed -n 's/.*"url":"\([^"]*\)".*/\1/p' "$work/hub.ready")
  [ -n "$url" ] && break
  kill -0 "$hub_pid" 2> /dev/null || die "the embedded Hub did not start"
  sleep 0.1
done
[ -n "$url" ] || die "the embedded Hub did not say where it listens"

echo "pushing the sample folder to $url/datasets/demo/first-push"
(cd "$work/project" && HF_ENDPOINT=$url HF_TOKEN=$token node push.mjs datasets/demo/first-push "$work/sample")
[ "${DEMO_ONCE:-}" = 1 ] && exit 0

cat << TEXT

page    $url/
token   $token

Open the page, paste the token, drop a folder. Ctrl-C stops the Hub and forgets what was pushed.
TEXT
wait "$hub_pid"
