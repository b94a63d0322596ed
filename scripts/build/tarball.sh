#!/usr/bin/env bash
# The package as it is published: target/hubferry.tgz ($HUBFERRY_TARBALL).
source "$(dirname "$0")/../lib.sh"

scripts/build/package.sh
key=$(digest dist package.json LICENSE README.md CHANGELOG.md scripts/build/tarball.sh)
fresh target/stamps/tarball "$key" target/hubferry.tgz && exit 0
lock_tree
fresh target/stamps/tarball "$key" target/hubferry.tgz && exit 0

say "packing the package"
rm -rf target/pack
mkdir -p target/pack
npm pack --silent --pack-destination target/pack > /dev/null
mv target/pack/*.tgz target/hubferry.tgz
stamp target/stamps/tarball "$key"
