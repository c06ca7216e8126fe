#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `make install` puts everything below DESTDIR and PREFIX, what it installed runs from there,
# and `make uninstall` leaves no file behind.
set -eu

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

make_here() {
    make -s "$@" DESTDIR="$root" PREFIX=/opt/mullion
}

make_here install
cd "$root/opt/mullion"
for file in bin/mullion bin/mullion-extender bin/kubectl-mullion \
    share/man/man1/mullion.1 share/man/man1/mullion-extender.1 \
    share/bash-completion/completions/mullion share/zsh/site-functions/_mullion \
    share/fish/vendor_completions.d/mullion.fish share/mullion/scenarios/demo.yaml \
    share/mullion/schema/scenario.schema.json; do
    [ -s "$file" ] || {
        echo "not installed: $file"
        exit 1
    }
done
version=$(bin/mullion version)
[ "$(bin/kubectl-mullion version)" = "$version" ]
bin/mullion-extender --version >/dev/null
installed=$(find . -type f | wc -l)
cd - >/dev/null

make_here uninstall
left=$(find "$root" ! -type d)
[ -z "$left" ] || {
    echo "left behind: $left"
    exit 1
}
echo "$installed files installed and removed again"
