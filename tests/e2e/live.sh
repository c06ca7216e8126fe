#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The extender in a real control plane: etcd, kube-apiserver and kube-scheduler, whose paths are in
# ETCD, KUBE_APISERVER and KUBE_SCHEDULER, on loopback with certificates of their own; plugged in by
# the configurations of deploy/. Nodes and Pods are objects only: nothing runs them. The parts stand in
# tests/e2e/live/; LIVE_PARTS names those to run. What needs kubectl is skipped without one.
# `make e2e-live` runs it; skipped, saying so, without these paths.
set -eu

for variable in ETCD KUBE_APISERVER KUBE_SCHEDULER; do
    eval "value=\${$variable-}"
    [ -n "$value" ] || {
        echo "skipped: $variable does not name a program"
        exit 0
    }
    command -v "$value" >/dev/null || {
        echo "$variable: $value is no program"
        exit 2
    }
done
for tool in openssl curl; do
    command -v "$tool" >/dev/null || {
        echo "skipped: no $tool on this machine"
        exit 0
    }
done

. tests/e2e/live/control-plane.sh

start_etcd
start_api
namespace default
namespace kube-system
for part in ${LIVE_PARTS:-deploy landing preempt failures tls source second}; do
    echo "---- $part"
    # shellcheck source=/dev/null
    . "tests/e2e/live/$part.sh"
done

! grep -qs 'PRIVATE KEY\|eyJhbGci' "$work"/extender*.log || fail "a key or a token in the log"
[ "$wrong" = 0 ] || exit 1
failed=0
echo "every Pod landed where it was to land"
