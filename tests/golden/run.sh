#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh CASE  runs the command line in CASE/cmd and compares what it prints with CASE/stdout and
# CASE/stderr (absent: nothing) and its status with CASE/exit (absent: 0). With GOLDEN_UPDATE in
# the environment the expectations are rewritten instead.
#
# The command is started at the top of the tree. Its environment has $case, and an odd time zone
# and terminal, since what it prints depends on its arguments and files alone.
set -u

case=$1
got=$(mktemp -d)
trap 'rm -rf "$got"' EXIT

run() {
    env -i PATH="$MULLION_BUILD:$PATH" TMPDIR="$got" case="$case" \
        G_DEBUG=fatal-criticals MALLOC_PERTURB_=85 UBSAN_OPTIONS="${UBSAN_OPTIONS-}" "$@" \
        sh "$case/cmd" >"$got/stdout" 2>"$got/stderr" </dev/null
    echo $? >"$got/exit"
}

# Absent and empty say the same.
keep() {
    if [ -s "$got/$1" ] && [ "$(cat "$got/$1")" != "$2" ]; then
        cp "$got/$1" "$case/$1"
    else
        rm -f "$case/$1"
    fi
}

differs() {
    want=$case/$1
    if [ ! -e "$want" ]; then
        printf '%s' "$2" >"$got/want"
        want=$got/want
    fi
    ! diff -u --label "$case/$1" --label "got" "$want" "$got/$1"
}

run LC_ALL=C TZ=Asia/Kathmandu TERM=xterm-256color COLUMNS=33 G_RANDOM_VERSION=2.0
if [ -n "${GOLDEN_UPDATE-}" ]; then
    keep stdout ""
    keep stderr ""
    keep exit 0
    echo "written"
    exit 0
fi
bad=0
differs stdout "" && bad=1
differs stderr "" && bad=1
differs exit "0
" && bad=1
[ "$bad" -eq 0 ] || exit 1
sed -n 1p "$case/cmd"
