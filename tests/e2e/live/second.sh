# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034,SC2154 # variables of the others
# Part of tests/e2e/live.sh: the second kube-scheduler of deploy/second-scheduler, with the rights that
# are shipped, as its ServiceAccount. Wants kubectl.

. tests/e2e/live/cluster.sh

second() {
    quietly as_admin apply -f deploy/second-scheduler/namespace.yaml
    as_admin apply -k deploy/second-scheduler >"$work/said" 2>&1 || give_up "deploy/second-scheduler: $(cat "$work/said")"
    as_admin -n mullion create token mullion-scheduler --duration 10m >"$work/token" 2>"$work/said" || give_up "a token: $(cat "$work/said")"
    kubeconfig second "tokenFile: $work/token"
    plug_in deploy/second-scheduler/kube-scheduler.yaml second
    printf 'clientConnection: {kubeconfig: %s}\n' "$work/second.conf" >>"$work/second.yaml"
    sed -e "s/port: 8888/port: $extender_port/" -e "s/port: 8889/address: 127.0.0.1\n  port: $admin_port/" \
        -e "s|source: in-cluster|source: kubeconfig\n  kubeconfig: $work/second.conf|" \
        deploy/second-scheduler/extender.yaml >"$work/shipped.yaml"

    configure observe
    run_extender
    : >"$work/scheduler.log"
    start_scheduler "$work/second.yaml" --authentication-kubeconfig="$work/second.conf" \
        --authorization-kubeconfig="$work/second.conf"
    pod web "$linux" 1 1Gi 'schedulerName: mullion-scheduler'
    lands web 'win*' "second kube-scheduler, observe"
    remove web
    configure enforce
    pod others "$linux" 1 1Gi
    pod web "$linux" 1 1Gi 'schedulerName: mullion-scheduler'
    pod large "$linux" 4 1Gi 'schedulerName: mullion-scheduler'
    lands web linux-1 "second kube-scheduler"
    waits large "3 $needs_linux" "second kube-scheduler"
    ! is_placed others || fail "second kube-scheduler: it schedules Pods that are not its own"
    pod urgent "$linux" 4 1Gi 'schedulerName: mullion-scheduler, priorityClassName: system-cluster-critical'
    lands urgent linux-1 "second kube-scheduler, room is made"
    remove others large urgent
    quietly api GET /apis/coordination.k8s.io/v1/namespaces/mullion/leases/mullion-scheduler || fail "second kube-scheduler: it has no Lease"
    ! grep -i 'forbidden\|cannot ' "$work/scheduler.log" >"$work/said" || fail "second kube-scheduler: $(head -n 3 "$work/said")"
    stop_scheduler
    stop_extender
}

if command -v kubectl >/dev/null; then
    second
else
    echo "skipped: no kubectl to apply deploy/ with"
fi
