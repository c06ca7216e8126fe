# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034,SC2154 # variables of the others
# For tests/e2e/live.sh, which reads it in: etcd, kube-apiserver, kube-scheduler and the extender on
# loopback, with certificates of their own, and what one asks them. Whatever is started ends with the script.

work=$(mktemp -d)
# Below the ports that the system hands out by itself.
first=$((10000 + $$ % 2000 * 10))
etcd_port=$first peer_port=$((first + 1)) api_port=$((first + 2)) scheduler_port=$((first + 3))
extender_port=$((first + 4)) admin_port=$((first + 5))
etcd_pid='' api_pid='' scheduler_pid='' extender_pid=''
failed=1 # until the end is reached
wrong=0

end() { # end SIGNAL PID...
    signal=$1
    shift
    for pid in "$@"; do
        kill "-$signal" "$pid" 2>/dev/null || continue
        kill -CONT "$pid" 2>/dev/null || : # it may have been stopped
        wait "$pid" 2>/dev/null || :
    done
}

cleanup() {
    # shellcheck disable=SC2086 # those that run
    end TERM $scheduler_pid $extender_pid
    # They would wait for open watches.
    # shellcheck disable=SC2086
    end KILL $api_pid $etcd_pid
    [ "$failed" = 0 ] || for log in "$work"/*.log; do
        echo "---- the end of ${log##*/}"
        tail -n 30 "$log"
    done
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

ok() {
    echo "ok   $*"
}

fail() {
    echo "FAIL $*"
    wrong=1
}

give_up() {
    echo "FAIL $*"
    exit 1
}

quietly() {
    "$@" >/dev/null 2>&1
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

kubeconfig() { # kubeconfig NAME CREDENTIALS
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
  user: {$2}
END
}

of_certificate() {
    kubeconfig "$1" "client-certificate: $work/$1.crt, client-key: $work/$1.key"
}

# shellcheck disable=SC2086 # words
openssl req -x509 $newkey -days 2 -subj /CN=live -keyout "$work/ca.key" -out "$work/ca.crt" 2>/dev/null
openssl genrsa -out "$work/sa.key" 2048 2>/dev/null
signed server /CN=kube-apiserver serverAuth IP:127.0.0.1,DNS:localhost
signed admin /O=system:masters/CN=admin clientAuth
signed scheduler /CN=system:kube-scheduler clientAuth
signed extender /CN=mullion-extender clientAuth
of_certificate admin
of_certificate scheduler
of_certificate extender

# ---- the API

# api METHOD PATH [CURL-OPTION...]: prints the answer; fails when it is no success.
api() {
    method=$1 path=$2
    shift 2
    curl -sS --fail-with-body --max-time 20 --cacert "$work/ca.crt" --cert "$work/admin.crt" \
        --key "$work/admin.key" -X "$method" "https://127.0.0.1:$api_port$path" "$@"
}

# create PATH WHAT: of what stands on standard input, YAML or JSON.
create() {
    api POST "$1" -H 'Content-Type: application/yaml' --data-binary @- >"$work/said" ||
        give_up "$2: $(cat "$work/said")"
}

start_etcd() {
    "$ETCD" --data-dir "$work/etcd" --listen-client-urls "http://127.0.0.1:$etcd_port" \
        --advertise-client-urls "http://127.0.0.1:$etcd_port" --listen-peer-urls "http://127.0.0.1:$peer_port" \
        --initial-advertise-peer-urls "http://127.0.0.1:$peer_port" \
        --initial-cluster "default=http://127.0.0.1:$peer_port" >>"$work/etcd.log" 2>&1 </dev/null &
    etcd_pid=$!
    within 30 quietly curl -sf --max-time 2 "http://127.0.0.1:$etcd_port/health" || give_up "etcd does not answer"
}

# No controllers run here: nothing would ever take the taint of a new node away, or make ServiceAccounts.
start_api() {
    "$KUBE_APISERVER" --etcd-servers="http://127.0.0.1:$etcd_port" \
        --bind-address=127.0.0.1 --secure-port="$api_port" --advertise-address=127.0.0.1 \
        --endpoint-reconciler-type=none --tls-cert-file="$work/server.crt" \
        --tls-private-key-file="$work/server.key" --client-ca-file="$work/ca.crt" \
        --service-account-key-file="$work/sa.key" --service-account-signing-key-file="$work/sa.key" \
        --service-account-issuer=https://kubernetes.default.svc --service-cluster-ip-range=10.0.0.0/24 \
        --authorization-mode=RBAC --disable-admission-plugins=TaintNodesByCondition \
        --cert-dir="$work/apiserver" >>"$work/apiserver.log" 2>&1 </dev/null &
    api_pid=$!
    within 90 quietly api GET /readyz || give_up "kube-apiserver is not ready"
    within 30 quietly api GET /api/v1/namespaces/default || give_up "there is no namespace default"
    within 30 quietly api GET /apis/scheduling.k8s.io/v1/priorityclasses/system-cluster-critical ||
        give_up "there are no PriorityClasses"
}

namespace() { # namespace NAME: with the ServiceAccount that a controller would make
    quietly api GET "/api/v1/namespaces/$1" || create /api/v1/namespaces "namespace $1" <<END
{apiVersion: v1, kind: Namespace, metadata: {name: $1}}
END
    create "/api/v1/namespaces/$1/serviceaccounts" "ServiceAccount of $1" <<END
{apiVersion: v1, kind: ServiceAccount, metadata: {name: default}}
END
}

# ---- kube-scheduler and the extender

start_scheduler() { # start_scheduler CONFIGURATION [OPTION...]
    file=$1
    shift
    "$KUBE_SCHEDULER" --config="$file" --bind-address=127.0.0.1 --secure-port="$scheduler_port" \
        --cert-dir="$work/scheduler" "$@" >>"$work/scheduler.log" 2>&1 </dev/null &
    scheduler_pid=$!
    within 60 quietly curl -sfk "https://127.0.0.1:$scheduler_port/healthz" || give_up "kube-scheduler does not answer"
}

stop_scheduler() {
    # shellcheck disable=SC2086 # if it runs
    end TERM $scheduler_pid
    scheduler_pid=
    # Without its Lease the next one would wait until it has run out.
    quietly api DELETE /apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler || :
}

restart_scheduler() {
    stop_scheduler
    start_scheduler "$1"
}

start_extender() { # start_extender [CONFIGURATION]
    "$MULLION_BUILD/mullion-extender" --config "${1:-$work/extender.yaml}" 2>>"$work/extender.log" </dev/null &
    extender_pid=$!
}

ready() {
    curl -sf "http://127.0.0.1:$admin_port/readyz" >/dev/null 2>&1
}

run_extender() { # run_extender [CONFIGURATION]: and wait until it is ready
    start_extender "$@"
    within 30 ready || give_up "the extender is not ready: $(curl -s "http://127.0.0.1:$admin_port/readyz?verbose")"
}

stop_extender() {
    # shellcheck disable=SC2086 # if it runs
    end TERM $extender_pid
    extender_pid=
}

# metric NAME [PATTERN]: its value, of the first line whose labels match
metric() {
    curl -s "http://127.0.0.1:$admin_port/metrics" | sed -n "s/^$1${2:+{.*$2.*\}} //p" | head -n 1
}

# counted NAME PATTERN: has the counter got anywhere?
counted() {
    value=$(metric "$1" "${2-}")
    [ "${value:-0}" -gt 0 ]
}

runs_in() {
    [ "$(metric mullion_mode "mode=\"$1\"")" = 1 ]
}

reloads() {
    metric mullion_config_reloads_total 'result="success"'
}

has_reloaded() { # has_reloaded SINCE
    [ "$(reloads)" != "$1" ]
}

# configure MODE [LINE...]: the extender's configuration as shipped, in this mode and with these lines more,
# which it reads by itself.
configure() {
    sed "s/^mode: .*/mode: $1/" "$work/shipped.yaml" >"$work/extender.yaml.new"
    shift
    [ $# = 0 ] || printf '%s\n' "$@" >>"$work/extender.yaml.new"
    ! cmp -s "$work/extender.yaml.new" "$work/extender.yaml" || return 0
    before=$(reloads)
    mv "$work/extender.yaml.new" "$work/extender.yaml"
    [ -n "$extender_pid" ] || return 0
    within 20 has_reloaded "$before" || give_up "the configuration is not taken: $(cat "$work/extender.yaml")"
}

# ---- nodes and Pods: objects only, nothing runs them

node() { # node NAME OS CPU MEMORY KERNEL IMAGE
    build=
    [ "$2" != windows ] || build=", \"node.kubernetes.io/windows-build\": \"${5%.*}\""
    create /api/v1/nodes "node $1" <<END
{"apiVersion": "v1", "kind": "Node",
 "metadata": {"name": "$1", "labels": {"kubernetes.io/os": "$2", "kubernetes.io/arch": "amd64", "kubernetes.io/hostname": "$1"$build}},
 "status": {
  "capacity": {"cpu": "$3", "memory": "$4", "pods": "110"},
  "allocatable": {"cpu": "$3", "memory": "$4", "pods": "110"},
  "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady"}],
  "nodeInfo": {"operatingSystem": "$2", "architecture": "amd64", "kernelVersion": "$5", "osImage": "$6",
   "containerRuntimeVersion": "containerd://1.7.20", "kubeletVersion": "v1.34.1", "kubeProxyVersion": "",
   "machineID": "", "systemUUID": "", "bootID": ""}}}
END
}

space=default

# pod NAME IMAGE CPU MEMORY [SPEC [METADATA]]: the last two in YAML's flow style, as `key: value, key: value`
pod() {
    create "/api/v1/namespaces/$space/pods" "pod $1" <<END
apiVersion: v1
kind: Pod
metadata: {name: $1${6:+, $6}}
spec: {terminationGracePeriodSeconds: 0${5:+, $5}, containers: [
  {name: c, image: "$2", resources: {requests: {cpu: "$3", memory: "$4"}}}]}
END
}

remove() {
    for name in "$@"; do
        quietly api DELETE "/api/v1/namespaces/$space/pods/$name?gracePeriodSeconds=0" || fail "pod $name cannot be deleted"
    done
}

exists() {
    quietly api GET "/api/v1/namespaces/$space/pods/$1"
}

gone() {
    ! exists "$1"
}

where() {
    api GET "/api/v1/namespaces/$space/pods/$1?pretty=true" 2>/dev/null | sed -n 's/^ *"nodeName": "\([^"]*\)".*/\1/p'
}

is_placed() {
    [ -n "$(where "$1")" ]
}

events() {
    api GET "/api/v1/namespaces/$space/events?fieldSelector=involvedObject.name=$1,reason=FailedScheduling&pretty=true" |
        sed -n 's/^ *"message": "\(.*\)",\{0,1\}$/\1/p'
}

has_event() {
    events "$1" | grep -qF -- "$2"
}

lands() { # lands POD PATTERN WHAT
    within 45 is_placed "$1" || {
        fail "$3: $1 is not placed: $(events "$1")"
        return
    }
    got=$(where "$1")
    # shellcheck disable=SC2254 # a pattern
    case $got in
    $2) ok "$3: $1 lands on $got" ;;
    *) fail "$3: $1 lands on $got, expected $2" ;;
    esac
}

waits() { # waits POD TEXT WHAT
    if within 30 has_event "$1" "$2"; then
        ok "$3: $1 waits: $(events "$1" | grep -F -- "$2" | tail -n 1)"
    else
        fail "$3: no event of $1 says \"$2\": $(events "$1")"
    fi
    ! is_placed "$1" || fail "$3: $1 is placed on $(where "$1")"
}

# kubectl as somebody who may do everything; its files stay here.
as_admin() {
    HOME=$work kubectl --kubeconfig "$work/admin.conf" "$@"
}
