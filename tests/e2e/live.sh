#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The extender in a real control plane: etcd, kube-apiserver and kube-scheduler, whose paths are in
# ETCD, KUBE_APISERVER and KUBE_SCHEDULER, on loopback with certificates of their own; plugged in by
# the configurations of deploy/static-pod. Nodes and Pods are objects only: nothing runs them. Checks
# where Pods land and what their events say, in every mode and with the extender down.
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

work=$(mktemp -d)
first=$((20000 + $$ % 20000))
etcd_port=$first peer_port=$((first + 1)) api_port=$((first + 2)) scheduler_port=$((first + 3))
extender_port=$((first + 4)) admin_port=$((first + 5))
etcd_pid='' api_pid='' scheduler_pid='' extender_pid=''
failed=0

end() { # end PID...
    for pid in "$@"; do
        kill "$pid" 2>/dev/null || continue
        wait "$pid" 2>/dev/null || :
    done
}

cleanup() {
    # shellcheck disable=SC2086 # those that run
    end $scheduler_pid $extender_pid $api_pid $etcd_pid
    [ "$failed" = 0 ] || for log in "$work"/*.log; do
        echo "---- the end of ${log##*/}"
        tail -n 30 "$log"
    done
    rm -rf "$work"
}
failed=1 # until the end is reached
trap cleanup EXIT
trap 'exit 1' INT TERM

wrong=0
fail() {
    echo "FAIL $*"
    wrong=1
}

give_up() {
    echo "FAIL $*"
    exit 1
}

# within SECONDS COMMAND...: until it succeeds; not longer than the control plane lives.
within() {
    tries=$(($1 * 5))
    shift
    while [ "$tries" -gt 0 ]; do
        ! "$@" || return 0
        for pid in $etcd_pid $api_pid $scheduler_pid; do
            kill -0 "$pid" 2>/dev/null || return 1
        done
        sleep 0.2
        tries=$((tries - 1))
    done
    return 1
}

# ---- certificates and kubeconfigs

newkey='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'

# signed NAME SUBJECT USAGE [ALTERNATIVE-NAMES]
signed() {
    # shellcheck disable=SC2086 # words
    openssl req $newkey -subj "$2" -keyout "$work/$1.key" -out "$work/$1.csr" 2>/dev/null
    printf 'extendedKeyUsage=%s\n%s\n' "$3" "${4:+subjectAltName=$4}" >"$work/$1.ext"
    openssl x509 -req -in "$work/$1.csr" -CA "$work/ca.crt" -CAkey "$work/ca.key" -CAcreateserial \
        -days 2 -extfile "$work/$1.ext" -out "$work/$1.crt" 2>/dev/null
}

kubeconfig() { # kubeconfig NAME
    cat >"$work/$1.conf" <<END
apiVersion: v1
kind: Config
current-context: default
contexts:
- {name: default, context: {cluster: live, user: $1}}
clusters:
- name: live
  cluster: {server: "https://127.0.0.1:$api_port", certificate-authority: $work/ca.crt}
users:
- name: $1
  user: {client-certificate: $work/$1.crt, client-key: $work/$1.key}
END
}

# shellcheck disable=SC2086 # words
openssl req -x509 $newkey -days 2 -subj /CN=live -keyout "$work/ca.key" -out "$work/ca.crt" 2>/dev/null
openssl genrsa -out "$work/sa.key" 2048 2>/dev/null
signed server /CN=kube-apiserver serverAuth IP:127.0.0.1,DNS:localhost
signed admin /O=system:masters/CN=admin clientAuth
signed scheduler /CN=system:kube-scheduler clientAuth
signed extender /CN=mullion-extender clientAuth
kubeconfig scheduler
kubeconfig extender

# api METHOD PATH [CURL-OPTION...]: prints the answer; fails when it is no success.
api() {
    method=$1 path=$2
    shift 2
    curl -sS --fail-with-body --max-time 20 --cacert "$work/ca.crt" --cert "$work/admin.crt" \
        --key "$work/admin.key" -X "$method" "https://127.0.0.1:$api_port$path" "$@"
}

quietly() {
    "$@" >/dev/null 2>&1
}

# ---- the control plane

"$ETCD" --data-dir "$work/etcd" --listen-client-urls "http://127.0.0.1:$etcd_port" \
    --advertise-client-urls "http://127.0.0.1:$etcd_port" --listen-peer-urls "http://127.0.0.1:$peer_port" \
    --initial-advertise-peer-urls "http://127.0.0.1:$peer_port" \
    --initial-cluster "default=http://127.0.0.1:$peer_port" >"$work/etcd.log" 2>&1 </dev/null &
etcd_pid=$!
within 30 quietly curl -sf --max-time 2 "http://127.0.0.1:$etcd_port/health" || give_up "etcd does not answer"

# No controllers run here: nothing would ever take the taint of a new node away, or make ServiceAccounts.
"$KUBE_APISERVER" --etcd-servers="http://127.0.0.1:$etcd_port" \
    --bind-address=127.0.0.1 --secure-port="$api_port" --advertise-address=127.0.0.1 \
    --endpoint-reconciler-type=none --tls-cert-file="$work/server.crt" \
    --tls-private-key-file="$work/server.key" --client-ca-file="$work/ca.crt" \
    --service-account-key-file="$work/sa.key" --service-account-signing-key-file="$work/sa.key" \
    --service-account-issuer=https://kubernetes.default.svc --service-cluster-ip-range=10.0.0.0/24 \
    --authorization-mode=RBAC --disable-admission-plugins=ServiceAccount,TaintNodesByCondition \
    --cert-dir="$work/apiserver" >"$work/apiserver.log" 2>&1 </dev/null &
api_pid=$!
within 90 quietly api GET /readyz || give_up "kube-apiserver is not ready"
within 30 quietly api GET /api/v1/namespaces/default || give_up "there is no namespace default"

for row in clusterroles:role/clusterrole clusterrolebindings:user/clusterrolebinding; do
    api POST "/apis/rbac.authorization.k8s.io/v1/${row%%:*}" -H 'Content-Type: application/yaml' \
        --data-binary "@deploy/rbac/${row#*:}.yaml" >"$work/said" || give_up "deploy/rbac: $(cat "$work/said")"
done

# ---- nodes: to kube-scheduler the Windows ones look better, since they have more room

node() { # node NAME OS CPU MEMORY KERNEL IMAGE
    api POST /api/v1/nodes -H 'Content-Type: application/json' --data-binary @- >"$work/said" <<END || give_up "node $1: $(cat "$work/said")"
{"apiVersion": "v1", "kind": "Node",
 "metadata": {"name": "$1", "labels": {"kubernetes.io/os": "$2", "kubernetes.io/arch": "amd64", "kubernetes.io/hostname": "$1"}},
 "status": {
  "capacity": {"cpu": "$3", "memory": "$4", "pods": "110"},
  "allocatable": {"cpu": "$3", "memory": "$4", "pods": "110"},
  "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady"}],
  "nodeInfo": {"operatingSystem": "$2", "architecture": "amd64", "kernelVersion": "$5", "osImage": "$6",
   "containerRuntimeVersion": "containerd://1.7.20", "kubeletVersion": "v1.34.1", "kubeProxyVersion": "",
   "machineID": "", "systemUUID": "", "bootID": ""}}}
END
}

node linux-1 linux 2 4Gi 6.8.0-45-generic 'Ubuntu 24.04.1 LTS'
node win19-1 windows 64 128Gi 10.0.17763.6293 'Windows Server 2019 Datacenter'
node win22-1 windows 64 128Gi 10.0.20348.2700 'Windows Server 2022 Datacenter'

# ---- the extender and kube-scheduler, as shipped but for ports and paths

sed -e "s|/etc/kubernetes/mullion/kubeconfig|$work/extender.conf|" -e "s/port: 8888/port: $extender_port/" \
    -e "s/port: 8889/port: $admin_port/" deploy/static-pod/extender.yaml >"$work/extender.yaml"
for stage in observe enforce; do
    sed -e "s|/etc/kubernetes/scheduler.conf|$work/scheduler.conf|" -e "s/127.0.0.1:8888/127.0.0.1:$extender_port/" \
        "deploy/static-pod/kube-scheduler-$stage.yaml" >"$work/kube-scheduler-$stage.yaml"
    "$MULLION_BUILD/mullion-extender" check-config "$work/kube-scheduler-$stage.yaml" >"$work/said" ||
        give_up "kube-scheduler-$stage.yaml: $(cat "$work/said")"
done

start_extender() {
    "$MULLION_BUILD/mullion-extender" --config "$work/extender.yaml" 2>>"$work/extender.log" </dev/null &
    extender_pid=$!
    within 30 quietly curl -sf "http://127.0.0.1:$admin_port/readyz" || give_up "the extender is not ready"
}

stop_extender() {
    end "$extender_pid"
    extender_pid=
}

start_scheduler() { # start_scheduler STAGE
    "$KUBE_SCHEDULER" --config="$work/kube-scheduler-$1.yaml" --bind-address=127.0.0.1 \
        --secure-port="$scheduler_port" --cert-dir="$work/scheduler" >>"$work/scheduler.log" 2>&1 </dev/null &
    scheduler_pid=$!
    within 60 quietly curl -sfk "https://127.0.0.1:$scheduler_port/healthz" || give_up "kube-scheduler does not answer"
}

# Without its Lease the next one would wait until it has run out.
restart_scheduler() {
    end "$scheduler_pid"
    scheduler_pid=
    quietly api DELETE /apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler || :
    start_scheduler "$1"
}

metric() { # metric NAME PATTERN: its value, of the first line that matches
    curl -s "http://127.0.0.1:$admin_port/metrics" | sed -n "s/^$1{.*$2.*} //p" | head -n 1
}

runs_in() {
    [ "$(metric mullion_mode "mode=\"$1\"")" = 1 ]
}

mode() {
    sed "s/^mode: .*/mode: $1/" "$work/extender.yaml" >"$work/extender.yaml.new"
    mv "$work/extender.yaml.new" "$work/extender.yaml"
    within 20 runs_in "$1" || give_up "mode $1 is not taken"
}

# ---- Pods

pods=/api/v1/namespaces/default/pods

pod() { # pod NAME IMAGE CPU MEMORY
    api POST "$pods" -H 'Content-Type: application/json' --data-binary @- >"$work/said" <<END || give_up "pod $1: $(cat "$work/said")"
{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "$1"},
 "spec": {"terminationGracePeriodSeconds": 0, "containers": [{"name": "c", "image": "$2",
  "resources": {"requests": {"cpu": "$3", "memory": "$4"}}}]}}
END
}

remove() {
    for name in "$@"; do
        quietly api DELETE "$pods/$name?gracePeriodSeconds=0" || fail "pod $name cannot be deleted"
    done
}

where() {
    api GET "$pods/$1?pretty=true" | sed -n 's/^ *"nodeName": "\([^"]*\)".*/\1/p'
}

is_placed() {
    [ -n "$(where "$1")" ]
}

events() {
    api GET "/api/v1/namespaces/default/events?fieldSelector=involvedObject.name=$1,reason=FailedScheduling&pretty=true" |
        sed -n 's/^ *"message": "\(.*\)",\{0,1\}$/\1/p'
}

has_event() {
    events "$1" | grep -qF -- "$2"
}

lands() { # lands POD PATTERN WHAT
    within 60 is_placed "$1" || {
        fail "$3: $1 is not placed: $(events "$1")"
        return
    }
    got=$(where "$1")
    # shellcheck disable=SC2254 # a pattern
    case $got in
    $2) echo "ok   $3: $1 lands on $got" ;;
    *) fail "$3: $1 lands on $got, expected $2" ;;
    esac
}

waits() { # waits POD TEXT WHAT
    if within 60 has_event "$1" "$2"; then
        echo "ok   $3: $1 waits: $(events "$1" | tail -n 1)"
    else
        fail "$3: no event of $1 says \"$2\": $(events "$1")"
    fi
    ! is_placed "$1" || fail "$3: $1 is placed on $(where "$1")"
}

linux=redis:7.2-alpine
iis=mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2019
newest=mcr.microsoft.com/windows/servercore:ltsc2025
needs_linux='node(s) ran Windows, the Pod needs Linux'
needs_windows='node(s) ran Linux, the Pod needs Windows'
wrong_build="node(s) had a Windows build that can't run the Pod"

# ---- observe, prefer, enforce: kube-scheduler as it is to begin with

start_extender
start_scheduler observe

within 5 runs_in observe || give_up "it does not begin in mode observe"
pod seen "$linux" 1 2Gi
lands seen 'win*' "observe"
[ "$(metric mullion_nodes_would_reject_total 'verb="filter".*reason="needs_linux"')" -gt 0 ] ||
    fail "observe: metrics do not say what enforce would have done"
remove seen

mode prefer
pod wanted "$linux" 1 2Gi
lands wanted linux-1 "prefer"
remove wanted

mode enforce
pod cache "$linux" 1 2Gi
lands cache linux-1 "enforce"
pod shop "$iis" 1 2Gi
lands shop win19-1 "enforce, build"
pod next "$newest" 1 2Gi
waits next "$wrong_build" "enforce, no such build"
waits next "$needs_windows" "enforce, no such build"
pod large "$linux" 2 1Gi
waits large "$needs_linux" "enforce, the Linux node is full"
remove cache
lands large linux-1 "enforce, when there is room"
remove large shop next

# ---- the extender down

stop_extender
pod open "$linux" 1 2Gi
lands open 'win*' "down, ignorable: true"
remove open

restart_scheduler enforce
pod closed "$linux" 1 2Gi
waits closed "connection refused" "down, ignorable: false"
start_extender
lands closed linux-1 "up again"
remove closed

# ---- and back

mode observe
pod back "$linux" 1 2Gi
lands back 'win*' "observe again"
remove back

! grep -q 'PRIVATE KEY' "$work/extender.log" || fail "a key in the log"
[ "$wrong" = 0 ] || exit 1
failed=0
echo "every Pod landed where it was to land"
