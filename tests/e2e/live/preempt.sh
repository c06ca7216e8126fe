# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034,SC2154 # variables of the others
# Part of tests/e2e/live.sh: on whose account kube-scheduler makes room. An urgent Pod for Server 2019
# fits in none of the rooms that are left; to kube-scheduler the tenant of the Linux node is the one
# to evict, since it matters least.

. tests/e2e/live/cluster.sh

priority() { # priority NAME VALUE
    create /apis/scheduling.k8s.io/v1/priorityclasses "PriorityClass $1" <<END
{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: $1}, value: $2}
END
}

priority least 5
priority less 10
priority urgent 1000

fill() {
    pod tenant "$linux" 4 1Gi 'priorityClassName: least, nodeName: linux-1'
    pod legacy "$ltsc2019" 64 1Gi 'priorityClassName: less, nodeName: win19-1'
}

clear_away() {
    for name in tenant legacy urgent "$@"; do
        gone "$name" || remove "$name"
    done
}

# evicts VICTIM WHAT
evicts() {
    if within 30 gone "$1"; then
        ok "$2: $1 is evicted"
    else
        fail "$2: $1 is not evicted: $(events urgent)"
    fi
}

# ---- enforce, with names and with whole nodes

for form in names whole; do
    [ "$form" = names ] || sed 's/nodeCacheCapable: true/nodeCacheCapable: false/' "$work/enforce.yaml" >"$work/whole.yaml"
    [ "$form" = whole ] || cp "$work/enforce.yaml" "$work/names.yaml"
    [ -n "$extender_pid" ] || {
        configure enforce
        run_extender
    }
    restart_scheduler "$work/$form.yaml"
    fill
    pod urgent "$ltsc2019" 2 1Gi 'priorityClassName: urgent'
    evicts legacy "preempt, $form"
    lands urgent win19-1 "preempt, $form"
    exists tenant || fail "preempt, $form: the tenant of the Linux node is evicted, too"
    clear_away
done
counted mullion_nodes_rejected_total 'verb="preempt".*reason="needs_windows"' || fail "preempt: the metrics do not say so"

# What it is for: without the verb the tenant goes, and the Pod does not even come.
grep -v preemptVerb "$work/enforce.yaml" >"$work/without.yaml"
restart_scheduler "$work/without.yaml"
fill
pod urgent "$ltsc2019" 2 1Gi 'priorityClassName: urgent'
evicts tenant "no preemptVerb"
! is_placed urgent || [ "$(where urgent)" != linux-1 ] || fail "no preemptVerb: urgent lands on linux-1"
clear_away

# ---- no room is made where none would help

restart_scheduler "$work/enforce.yaml"
fill
pod urgent "$ltsc2016" 2 1Gi 'priorityClassName: urgent'
waits urgent "2 $wrong_build" "preempt, fits nowhere"
for name in tenant legacy; do
    exists "$name" || fail "preempt, fits nowhere: $name is evicted"
done
clear_away

# ---- a PodDisruptionBudget counts more than who matters least: its count goes back as it came

node win19-2 windows 64 128Gi 10.0.17763.6293 'Windows Server 2019 Datacenter'
create /apis/policy/v1/namespaces/default/poddisruptionbudgets PodDisruptionBudget <<END
{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: guarded}, spec: {minAvailable: 1, selector: {matchLabels: {guarded: "yes"}}}}
END
pod guarded "$ltsc2019" 64 1Gi 'priorityClassName: least, nodeName: win19-2' 'labels: {guarded: "yes"}'
fill
pod urgent "$ltsc2019" 2 1Gi 'priorityClassName: urgent'
evicts legacy "preempt, a PodDisruptionBudget"
lands urgent win19-1 "preempt, a PodDisruptionBudget"
exists guarded || fail "preempt: the guarded Pod is evicted"
clear_away guarded
api DELETE /apis/policy/v1/namespaces/default/poddisruptionbudgets/guarded >/dev/null
api DELETE /api/v1/nodes/win19-2 >/dev/null

# ---- observe: as if it were not there

configure observe
restart_scheduler "$work/observe.yaml"
fill
pod other "$ltsc2016" 63 1Gi 'priorityClassName: less, nodeName: win22-1'
pod another "$ltsc2016" 63 1Gi 'priorityClassName: less, nodeName: win25-1'
pod urgent "$ltsc2019" 2 1Gi 'priorityClassName: urgent'
evicts tenant "preempt, observe"
lands urgent linux-1 "preempt, observe"
counted mullion_nodes_would_reject_total 'verb="preempt".*reason="needs_windows"' || fail "preempt, observe: the metrics do not say so"
clear_away other another

stop_scheduler
stop_extender
