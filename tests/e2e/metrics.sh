#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What Prometheus' own linter says of /metrics and of the alert rules, after some requests; and whether
# the rules fire when they should (alerts_test.yaml).
# Skipped, saying so, where promtool or curl is not installed; a test in C checks the format always.
set -eu

for tool in promtool curl; do
    command -v "$tool" >/dev/null || {
        echo "skipped: no $tool on this machine"
        exit 0
    }
done

work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid"; rm -rf "$work"' EXIT

: >"$work/log"
"$MULLION_BUILD/mullion-extender" --listen 127.0.0.1:0 2>"$work/log" &
pid=$!
port=
for _ in $(seq 100); do
    port=$(sed -n 's/.*listening on 127.0.0.1 port \([0-9]*\).*/\1/p' "$work/log")
    [ -z "$port" ] || break
    sleep 0.1
done
[ -n "$port" ]

url=http://127.0.0.1:$port
pod='{"Pod":{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"redis"}]}},"NodeNames":["a","b"]}'
for verb in filter prioritize filter; do
    curl -sSf -H 'Content-Type: application/json' -d "$pod" "$url/$verb" >/dev/null
done
curl -sS -d '{' -H 'Content-Type: application/json' "$url/preempt"
curl -sSf "$url/metrics" >"$work/page"

promtool check metrics <"$work/page" >"$work/lint" 2>&1 || {
    cat "$work/lint"
    exit 1
}
[ ! -s "$work/lint" ] || {
    cat "$work/lint"
    exit 1
}
promtool check rules deploy/monitoring/alerts.yaml >"$work/lint" 2>&1 || {
    cat "$work/lint"
    exit 1
}
promtool test rules tests/e2e/alerts_test.yaml >"$work/lint" 2>&1 || {
    cat "$work/lint"
    exit 1
}
grep -q '^mullion_nodes_in_total{verb="filter"} 4$' "$work/page"
echo "promtool finds nothing wrong with $(grep -c '^# HELP' "$work/page") metrics and $(grep -c -- '- alert:' deploy/monitoring/alerts.yaml) rules, which fire as $(grep -c -- '^- name:' tests/e2e/alerts_test.yaml) cases say"
