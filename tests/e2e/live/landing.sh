# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034,SC2154 # variables of the others
# Part of tests/e2e/live.sh: where Pods land, in every mode, with names and with whole nodes, and what
# the events of those that fit nowhere say.

. tests/e2e/live/cluster.sh

images() { # images WHAT: a Pod of each kind lands on a host that runs it, and one that fits nowhere waits
    pod chart "$private" 1 1Gi
    pod cache "$linux" 500m 1Gi
    pod shop19 "$ltsc2019" 1 1Gi
    pod shop22 "$ltsc2022" 1 1Gi
    pod shop25 "$ltsc2025" 1 1Gi
    pod nowhere "$ltsc2016" 1 1Gi
    lands chart linux-1 "$1, an image that says nothing"
    lands cache linux-1 "$1, a Linux image"
    lands shop19 win19-1 "$1, Server 2019"
    lands shop22 win22-1 "$1, Server 2022"
    lands shop25 win25-1 "$1, Server 2025"
    waits nowhere "0/4 nodes are available: 1 $needs_windows, 3 $wrong_build" "$1, Server 2016"
    remove chart cache shop19 shop22 shop25 nowhere
}

# ---- kube-scheduler as it is to begin with: the Windows nodes have more room, so it takes one of them

start_scheduler "$work/observe.yaml"
configure observe
run_extender
runs_in observe || give_up "it does not begin in mode observe"

pod chart "$private" 1 1Gi
lands chart 'win*' "observe"
counted mullion_nodes_would_reject_total 'verb="filter".*reason="needs_linux"' ||
    fail "observe: metrics do not say what enforce would have done"
counted mullion_request_duration_seconds_count 'verb="prioritize"' || fail "observe: no prioritize"
curl -s "http://127.0.0.1:$admin_port/explain?pod=default/chart" >"$work/said"
grep -q "$needs_linux" "$work/said" || fail "observe: /explain does not say why: $(cat "$work/said")"
grep '"pod":"default/chart"' "$work/extender.log" | grep -q '"wouldFail":{[^}]*needs Linux' ||
    fail "observe: the log does not say whom enforce would reject"
remove chart

configure prefer
pod chart "$private" 1 1Gi
lands chart linux-1 "prefer"
remove chart
pod nowhere "$ltsc2016" 1 1Gi
lands nowhere 'win*' "prefer, Server 2016"
remove nowhere

# ---- enforce

configure enforce
images enforce

pod full "$linux" 4 1Gi
lands full linux-1 "enforce"
pod large "$linux" 2 1Gi
waits large "0/4 nodes are available: 1 Insufficient cpu, 3 $needs_linux" "enforce, the Linux node is full"
curl -s "http://127.0.0.1:$admin_port/explain?pod=default/large" >"$work/said"
grep -q "$needs_linux" "$work/said" || fail "enforce: /explain does not say why: $(cat "$work/said")"
remove full
lands large linux-1 "enforce, when there is room"
remove large

# A newer host runs the image, too, but the very build is better.
pod full "$ltsc2022" 63 1Gi
lands full win22-1 "enforce"
pod next "$ltsc2022" 2 1Gi
lands next win25-1 "enforce, the host of the very build is full"
remove full next

# ---- RuntimeClasses

runtime_class() { # runtime_class NAME HANDLER [MORE]
    create /apis/node.k8s.io/v1/runtimeclasses "RuntimeClass $1" <<END
{apiVersion: node.k8s.io/v1, kind: RuntimeClass, metadata: {name: $1}, handler: $2${3:+, $3}}
END
}

knows_classes() {
    [ "$(metric mullion_watch_objects 'resource="runtimeclasses"')" = "$1" ]
}

runtime_class process runhcs-wcow-process
runtime_class hyperv runhcs-wcow-hypervisor
runtime_class selected docker 'scheduling: {nodeSelector: {kubernetes.io/os: windows, node.kubernetes.io/windows-build: 10.0.17763}}'
within 20 knows_classes 3 || fail "RuntimeClasses are not followed"
# kube-scheduler itself keeps only the last one from the Linux node.
pod process "$private" 1 1Gi 'runtimeClassName: process'
lands process 'win*' "enforce, the RuntimeClass's handler"
pod isolated "$ltsc2016" 1 1Gi 'runtimeClassName: hyperv'
lands isolated 'win*' "enforce, Hyper-V runs older builds"
pod selected "$private" 1 1Gi 'runtimeClassName: selected'
lands selected win19-1 "enforce, the RuntimeClass's nodeSelector"
remove process isolated selected

# ---- selectors, and whom it leaves alone

pod both "$linux" 1 1Gi 'os: {name: linux}, nodeSelector: {kubernetes.io/os: windows}'
waits both "1 node(s) didn't match Pod's node affinity/selector, 3 node(s) couldn't run a Pod whose OS settings contradict each other" \
    "enforce, a contradiction"
remove both

daemon='affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [
  {matchFields: [{key: metadata.name, operator: In, values: [win19-1]}]}]}}}'
owner='ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: logs, uid: 6a8f6a5e-0000-4000-8000-000000000001, controller: true}]'
pod logs-1 "$linux" 100m 64Mi "$daemon" "$owner"
waits logs-1 "1 $needs_linux" "enforce, a Pod of a DaemonSet"
configure enforce 'daemonSets: pass'
pod logs-2 "$linux" 100m 64Mi "$daemon" "$owner"
lands logs-2 win19-1 "daemonSets: pass"
remove logs-1 logs-2

configure enforce 'exempt: {namespaces: [kube-*], podLabels: [mullion=no]}'
space=kube-system
pod system "$linux" 1 1Gi
lands system 'win*' "exempt.namespaces"
remove system
space=default
pod labelled "$linux" 1 1Gi '' 'labels: {mullion: "no"}'
lands labelled 'win*' "exempt.podLabels"
pod chart "$private" 1 1Gi
lands chart linux-1 "not exempt"
remove labelled chart
configure enforce

# ---- nodes come, change and go

knows_nodes() {
    [ "$(metric mullion_cache_nodes)" = "$1" ]
}

node win16-1 windows 64 128Gi 10.0.14393.7606 'Windows Server 2016 Datacenter'
within 20 knows_nodes 5 || fail "a new node is not known"
pod old "$ltsc2016" 1 1Gi
lands old win16-1 "a new node"
remove old
api DELETE /api/v1/nodes/win16-1 >/dev/null
within 20 knows_nodes 4 || fail "a deleted node is still known"
pod old "$ltsc2016" 1 1Gi
waits old "0/4 nodes are available: 1 $needs_windows, 3 $wrong_build" "the node is deleted"
remove old

# ---- the form with whole nodes

sed 's/nodeCacheCapable: true/nodeCacheCapable: false/' "$work/enforce.yaml" >"$work/whole.yaml"
restart_scheduler "$work/whole.yaml"
images "whole nodes"
grep '"msg":"filter"' "$work/extender.log" | tail -n 1 | grep -q '"form":"nodes"' || fail "these were no whole nodes"
configure observe
pod chart "$private" 1 1Gi
lands chart '*' "whole nodes, observe" # kube-scheduler's scores see empty nodes then
remove chart

# ---- nothing else is ever asked of it

for code in 400 404 405 411 415 other; do
    value=$(metric mullion_requests_invalid_total "code=\"$code\"")
    [ "$value" = 0 ] || fail "$value requests were refused with $code"
done
stop_scheduler
stop_extender
