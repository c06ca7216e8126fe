# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034,SC2154 # variables of the others
# Part of tests/e2e/live.sh: the matrix of docs/EXTENDER.md, "When something is wrong". What becomes of a
# Pod for Linux under mode enforce while the extender is down, hangs, or has no nodes to decide by; with
# `ignorable: true` (kube-scheduler-observe.yaml) and `false` (kube-scheduler-enforce.yaml).

. tests/e2e/live/cluster.sh

# any WHAT: it lands, on a Windows node as without an extender.
any() {
    pod web "$linux" 1 1Gi
    lands web 'win*' "$1"
    remove web
}

right() {
    pod web "$linux" 1 1Gi
    lands web linux-1 "$1"
    remove web
}

held_up() { # held_up TEXT WHAT
    pod web "$linux" 1 1Gi
    waits web "$1" "$2"
    remove web
}

restart_extender() {
    stop_extender
    start_extender "$@"
    within 30 quietly curl -sf "http://127.0.0.1:$admin_port/livez" || give_up "the extender does not answer"
}

sed "s/:$api_port/:$((first + 9))/" "$work/extender.conf" >"$work/nowhere.conf"

# each WHAT: in the four states in which it has no answer, what is to become of the Pod says $outcome.
each() {
    stop_extender
    "$outcome" 'connect: connection refused' "$1, down"

    run_extender
    kill -STOP "$extender_pid"
    "$outcome" 'Client.Timeout exceeded while awaiting headers' "$1, it hangs"
    kill -CONT "$extender_pid"
    right "$1, it hangs no more"

    sed "s|$work/extender.conf|$work/nowhere.conf|" "$work/extender.yaml" >"$work/blind.yaml"
    restart_extender "$work/blind.yaml"
    ! ready || fail "$1: ready without nodes"
    "$outcome" 'mullion-extender: nodes have not been read yet' "$1, no nodes read yet"
    echo 'cache: {notSynced: pass}' >>"$work/blind.yaml"
    restart_extender "$work/blind.yaml"
    any "$1, no nodes read yet, notSynced: pass"

    restart_extender
    # The API server says something about each watch once a minute.
    for policy in use pass fail; do
        configure enforce "cache: {staleAfter: 1s, whenStale: $policy}"
        within 20 counted mullion_cache_stale || fail "$1: the cache is never stale"
        case $policy in
        use) right "$1, stale, whenStale: use" ;;
        pass) any "$1, stale, whenStale: pass" ;;
        fail)
            ! ready || fail "$1: ready with stale nodes"
            "$outcome" 'mullion-extender: nodes are stale' "$1, stale, whenStale: fail"
            ;;
        esac
    done
    configure enforce

    sed '/^kube:/,/^  kubeconfig:/d' "$work/extender.yaml" >"$work/unknown.yaml"
    restart_extender "$work/unknown.yaml"
    any "$1, unknownNodes: pass"
    echo 'unknownNodes: fail' >>"$work/unknown.yaml"
    restart_extender "$work/unknown.yaml"
    held_up '0/4 nodes are available: 4 node(s) were not known to the extender yet' "$1, unknownNodes: fail"

    sed 's/bodyBytes: .*/bodyBytes: 64Ki/' "$work/extender.yaml" >"$work/small.yaml"
    stop_extender
    run_extender "$work/small.yaml"
    large="annotations: {filler: $(head -c 70000 /dev/zero | tr '\0' x)}"
    pod web "$linux" 1 1Gi '' "$large"
    case $outcome in
    held_up) waits web 'code 413' "$1, a request over limits.bodyBytes" ;;
    *) lands web 'win*' "$1, a request over limits.bodyBytes" ;;
    esac
    remove web
}

passes_without() { # passes_without TEXT WHAT
    any "$2"
}

configure enforce
start_scheduler "$work/observe.yaml"
outcome=passes_without
each "ignorable: true"

restart_scheduler "$work/enforce.yaml"
outcome=held_up
each "ignorable: false"

# ---- who waits comes in when it is up again, and not before

stop_extender
pod web "$linux" 1 1Gi
waits web 'connection refused' "ignorable: false, down"
run_extender
lands web linux-1 "ignorable: false, up again"
remove web

# A preempt that fails makes no room, and the Pod is tried again.
stop_extender
pod tenant "$linux" 4 1Gi 'nodeName: linux-1'
pod large "$linux" 4 1Gi 'priorityClassName: system-cluster-critical, nodeSelector: {kubernetes.io/os: linux}'
waits large 'connection refused' "ignorable: false, preempt while down"
exists tenant || fail "ignorable: false, preempt while down: a Pod is evicted all the same"
run_extender
remove tenant
lands large linux-1 "ignorable: false, preempt, up again"
remove large
stop_scheduler
stop_extender
