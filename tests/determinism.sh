#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# determinism.sh BUILD [short]  runs every command that plays scenarios, each time twice, on one
# core and on several, in other time zones, locales and with other switches of GLib: the same
# bytes have to come out. `short` takes one scenario instead of all.
set -u

build=$1
kind=${2-all}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
runs=0
bad=0

# plain OUT COMMAND...  and the others: one environment each.
plain() {
    out=$1
    shift
    env -i PATH="$PATH" TMPDIR="$work" LC_ALL=C TZ=UTC "$@" >"$out" 2>&1 </dev/null
}

strange() {
    out=$1
    shift
    env -i PATH="$PATH" TMPDIR="$work" LC_ALL=tr_TR.UTF-8 LANG=de_DE.UTF-8 TZ=America/St_Johns \
        G_RANDOM_VERSION=2.0 G_SLICE=always-malloc MALLOC_PERTURB_=165 COLUMNS=20 NO_COLOR=1 \
        TERM=dumb HOME=/nonexistent "$@" >"$out" 2>&1 </dev/null
}

one_core() {
    out=$1
    shift
    if command -v taskset >/dev/null; then
        strange "$out" taskset -c "$first_core" "$@"
    else
        strange "$out" "$@"
    fi
}

first_core=$(sed -n 's/^Cpus_allowed_list:[^0-9]*\([0-9]*\).*/\1/p' /proc/self/status 2>/dev/null)
first_core=${first_core:-0}

# What the others are compared with; equal complaints prove nothing.
first() {
    plain "$work/first" "$@"
    [ $? -le 1 ] && return
    echo "fails: $*"
    head -n 5 "$work/first"
    bad=$((bad + 1))
}

# same COMMAND...  prints the same wherever it runs.
same() {
    first "$@"
    for environment in plain strange one_core; do
        "$environment" "$work/other" "$@"
        runs=$((runs + 1))
        if ! cmp -s "$work/first" "$work/other"; then
            echo "differs ($environment): $*"
            diff "$work/first" "$work/other" | head -n 5
            bad=$((bad + 1))
        fi
    done
}

# same_jobs COMMAND...  the same with one thread and with many.
same_jobs() {
    first "$@" --jobs 1
    for jobs in 2 7; do
        strange "$work/other" "$@" --jobs "$jobs"
        runs=$((runs + 1))
        cmp -s "$work/first" "$work/other" && continue
        echo "differs (--jobs $jobs): $*"
        diff "$work/first" "$work/other" | head -n 5
        bad=$((bad + 1))
    done
}

has() {
    "$build/mullion" "$1" --help >/dev/null 2>&1
}

first_pod() {
    "$build/mullion" run "$1" -o csv | tr -d '\r' | sed -n '2s/^\([^,]*\),\([^,]*\),.*/\1\/\2/p'
}

check() {
    scenario=$1
    same "$build/mullion" run "$scenario" -o json
    [ "$kind" = short ] || for output in wide timeline csv markdown; do
        same "$build/mullion" run "$scenario" -o "$output"
    done
    same "$build/mullion" run "$scenario" -o json --engine reference --seed 9
    same "$build/mullion" run "$scenario" -o json --strategy taint-and-selector
    if has compare; then
        same "$build/mullion" compare "$scenario" -o json
        same_jobs "$build/mullion" compare "$scenario" -o json --seeds 3
    fi
    pod=$(first_pod "$scenario")
    if has explain && [ -n "$pod" ]; then
        same "$build/mullion" explain "$scenario" "$pod"
    fi
}

if [ "$kind" = short ]; then
    check scenarios/demo.yaml
else
    for scenario in scenarios/*.yaml scenarios/lessons/*.yaml; do
        check "$scenario"
    done
fi
echo "$runs runs, $bad differ"
[ "$bad" -eq 0 ] && [ "$runs" -gt 0 ]
