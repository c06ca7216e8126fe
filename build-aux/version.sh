#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# version.sh OUTPUT  writes a header with the release (the VERSION file) and the
# commit (from git, or MN_COMMIT in the environment, or empty), and leaves the
# file alone when it would not change, so that nothing is rebuilt for it.
set -eu

version=$(cat VERSION)
commit=${MN_COMMIT-}
if [ -z "$commit" ] && [ -e .git ]; then
    commit=$(git describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null || true)
fi

new=$(
    cat <<HEADER
/* SPDX-License-Identifier: Apache-2.0 */
/* Written by build-aux/version.sh. */
#define MN_VERSION "$version"
#define MN_COMMIT  "$commit"
HEADER
)
[ "$new" != "$(cat "$1" 2>/dev/null)" ] || exit 0
mkdir -p "$(dirname "$1")"
printf '%s\n' "$new" >"$1"
