#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the README shows of `mullion` is what it prints: runs each command that stands behind
# "$ build/bin/mullion" and looks for every line shown below it. A line of "..." stands for any
# number of lines, a line that ends with " ..." for any ending.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

awk -v work="$work" '
    /^\$ build\/bin\/mullion / { file = sprintf("%s/%02d", work, ++count); print substr($0, 21) >(file ".args"); next }
    /^(\$|```)/ { file = "" }
    file != "" && $0 !~ /^(\.\.\.)?$/ { print >(file ".shown") }' README.md

lines=0
for shown in "$work"/*.shown; do
    args=$(cat "${shown%.shown}.args")
    # shellcheck disable=SC2086 # words of the command line
    "$MULLION_BUILD/mullion" $args >"$work/printed"
    while IFS= read -r line; do
        lines=$((lines + 1))
        case $line in
        *" ...") grep -qF -- "${line%...}" "$work/printed" ;;
        *) grep -qxF -- "$line" "$work/printed" ;;
        esac || {
            echo "README.md shows of \"mullion $args\" what it does not print: $line"
            exit 1
        }
    done <"$shown"
done
[ "$lines" -gt 10 ]
echo "$lines lines of README.md are as printed"
