#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run-tests.sh BUILD [SUITE]  runs what `make test` has built under BUILD: the unit
# tests (whose names contain SUITE, then nothing else), every fuzz corpus through
# its target, the end-to-end scripts, and the golden cases. Closes with "N passed, N failed".
set -u

build=$1
suite=${2-}
passed=0
failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Makes a failed assertion of GLib, and memory read before it was written, fail the test.
export G_DEBUG=fatal-criticals MALLOC_PERTURB_=85
# Slices are reused behind the back of the sanitizers.
export G_SLICE=always-malloc
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"
# For tests that start a program.
MULLION_BUILD=$(cd "$build" && pwd)
export MULLION_BUILD

# The runner says how much it did. One that dies does not, and one that leaks ends badly afterwards.
unit_tests() {
    "$build/tests/run" "$suite" >"$log" 2>&1
    status=$?
    cat "$log"
    counts=$(sed -n 's/^unit tests: \([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$log" | tail -n 1)
    counts=${counts:-0 0}
    if [ "$status" -ne 0 ] && [ "${counts#* }" -eq 0 ]; then
        echo "FAIL $build/tests/run ended with status $status"
        counts="${counts% *} 1"
    fi
    passed=$((passed + ${counts% *}))
    failed=$((failed + ${counts#* }))
}

# check NAME COMMAND...  one test: prints the output only when it fails.
check() {
    name=$1
    shift
    if "$@" >"$log" 2>&1; then
        passed=$((passed + 1))
        echo "ok   $name: $(tail -n 1 "$log")"
    else
        failed=$((failed + 1))
        cat "$log"
        echo "FAIL $name"
    fi
}

unit_tests
if [ -z "$suite" ]; then
    for target in "$build"/tests/fuzz/replay_*; do
        [ -e "$target" ] || continue
        corpus=tests/fuzz/corpus/${target##*/replay_}
        check "$corpus" "$target" "$corpus"
    done
    for script in tests/e2e/*.sh; do
        [ -e "$script" ] || continue
        # It is for `make e2e-live`.
        [ "${script##*/}" != live.sh ] || continue
        check "$script" sh "$script"
    done
    check tests/determinism.sh sh tests/determinism.sh "$MULLION_BUILD" short
    for golden in tests/golden/*/cmd; do
        [ -e "$golden" ] || continue
        check "${golden%/cmd}" sh tests/golden/run.sh "${golden%/cmd}"
    done
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
