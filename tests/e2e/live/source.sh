# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034,SC2154 # variables of the others
# Part of tests/e2e/live.sh: the extender and its API server. It has the rights of deploy/rbac and no
# others, and the token of a ServiceAccount; the server is killed, forgets what was, and no longer takes
# the token; nodes change fast, and are many.

. tests/e2e/live/cluster.sh

accounts=/api/v1/namespaces/mullion/serviceaccounts
rbac=/apis/rbac.authorization.k8s.io/v1
quietly api GET /api/v1/namespaces/mullion || create /api/v1/namespaces "namespace mullion" <deploy/extender/base/namespace.yaml

service_account() {
    create $accounts deploy/rbac/base <deploy/rbac/base/serviceaccount.yaml
}

token() {
    create "$accounts/mullion-extender/token" "a token" <<END
{apiVersion: authentication.k8s.io/v1, kind: TokenRequest, spec: {expirationSeconds: 600}}
END
    sed -n 's/.*"token": *"\([^"]*\)".*/\1/p' "$work/said" >"$work/token.new"
    mv "$work/token.new" "$work/token"
}

service_account
create $rbac/clusterrolebindings deploy/rbac/base <deploy/rbac/base/clusterrolebinding.yaml
token
kubeconfig account "tokenFile: $work/token"
sed "s|$work/extender.conf|$work/account.conf|" "$work/shipped.yaml" >"$work/account.yaml"
mv "$work/account.yaml" "$work/shipped.yaml"

# ---- rights: these, and no others

may() { # may STATUS PATH
    got=$(curl -s -o /dev/null -w '%{http_code}' --max-time 20 --cacert "$work/ca.crt" \
        -H "Authorization: Bearer $(cat "$work/token")" "https://127.0.0.1:$api_port$2?limit=1")
    [ "$got" = "$1" ] || fail "rights: $2 answers $got, not $1"
}

may 200 /api/v1/nodes
may 200 /apis/node.k8s.io/v1/runtimeclasses
for path in /api/v1/pods /api/v1/secrets /api/v1/configmaps /apis/apps/v1/deployments; do
    may 403 $path
done

configure enforce 'sightings: pods'
run_extender
within 20 quietly grep -q 'list pods: 403 Forbidden' "$work/extender.log" || fail "rights: the log does not say that Pods may not be listed"
stop_extender
create $rbac/clusterroles deploy/rbac/pods-role <deploy/rbac/pods-role/clusterrole.yaml
create $rbac/clusterrolebindings deploy/rbac/pods-role <deploy/rbac/pods-role/clusterrolebinding.yaml
may 200 /api/v1/pods

synced() { # synced RESOURCE
    [ "$(metric mullion_watch_synced "resource=\"$1\"")" = 1 ]
}

run_extender
within 20 synced pods || fail "rights: Pods are not followed"
ok "rights: nodes, RuntimeClasses, and Pods with their overlay"

# ---- Pods that run tell what their image is made for

pod running "$private" 1 1Gi 'nodeName: win19-1'
api PATCH /api/v1/namespaces/default/pods/running/status -H 'Content-Type: application/merge-patch+json' --data-binary \
    '{"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}}' >"$work/said" || fail "$(cat "$work/said")"
follows() { # follows RESOURCE NUMBER
    [ "$(metric mullion_watch_objects "resource=\"$1\"")" = "$2" ]
}
within 20 follows pods 1 || fail "sightings: a Pod that runs is not followed"
start_scheduler "$work/enforce.yaml"
pod replica "$private" 1 1Gi
lands replica 'win*' "sightings: pods"
remove replica running
within 20 follows pods 0 || fail "sightings: a Pod that is gone is still followed"
pod replica "$private" 1 1Gi
lands replica linux-1 "sightings: pods, gone again"
remove replica
configure enforce 'unknownNodes: fail'
stop_extender
run_extender

# ---- labels that change fast

events=$(metric mullion_watch_events_total 'resource="nodes"')
for round in $(seq 150); do
    for os in windows linux; do
        printf 'next\nurl = "https://127.0.0.1:%s/api/v1/nodes/linux-1"\nrequest = PATCH\n' "$api_port"
        printf 'header = "Content-Type: application/merge-patch+json"\noutput = /dev/null\nsilent\nfail\n'
        printf 'data = "{\\"metadata\\": {\\"labels\\": {\\"kubernetes.io/os\\": \\"%s\\", \\"round\\": \\"%s\\"}}}"\n' $os "$round"
        printf 'cacert = "%s/ca.crt"\ncert = "%s/admin.crt"\nkey = "%s/admin.key"\n' "$work" "$work" "$work"
    done
done | sed 1d >"$work/patches"
curl -K "$work/patches" || fail "labels: a change is refused"
all_came() {
    [ "$(($(metric mullion_watch_events_total 'resource="nodes"') - events))" -ge 300 ]
}
within 20 all_came || fail "labels: not all 300 changes came"
pod web "$linux" 1 1Gi
lands web linux-1 "300 changes of a label"
remove web
stop_scheduler

# ---- the API server is killed

# The extender asked as kube-scheduler would: which of these can run a Pod for Server 2019?
asked() {
    curl -s -H 'Content-Type: application/json' --data-binary "{\"Pod\": {\"metadata\": {\"name\": \"p\", \"namespace\": \"default\"},
 \"spec\": {\"containers\": [{\"name\": \"c\", \"image\": \"$ltsc2019\"}]}}, \"Nodes\": null, \"NodeNames\": [$1]}" \
        "http://127.0.0.1:$extender_port/filter" | sed 's/.*"NodeNames":\[\([^]]*\)\].*/\1/'
}

answers() { # answers NODES WHAT
    got=$(asked '"linux-1","win19-1","win22-1","win19-2"')
    if [ "$got" = "$1" ]; then
        ok "$2: it answers $got"
    else
        fail "$2: it answers $got, expected $1"
    fi
}

kill_api() {
    end KILL "$api_pid"
    api_pid=
}

node win19-2 linux 1 1Gi 6.8.0 'to become a Windows node'
within 20 follows nodes 5 || fail "killed: a new node is not known"
failures=$(metric mullion_watch_failures_total 'resource="nodes"')
kill_api
has_failed() {
    [ "$(metric mullion_watch_failures_total 'resource="nodes"')" != "$failures" ]
}
within 20 has_failed || fail "killed: the metrics do not say so"
ready || fail "killed: it is not ready any more"
answers '"win19-1"' "the API server is killed"
curl -s "http://127.0.0.1:$admin_port/readyz?verbose" >"$work/said"
grep -q 'nodes-fresh ok' "$work/said" || fail "killed: $(cat "$work/said")"
start_api
api PATCH /api/v1/nodes/win19-2 -H 'Content-Type: application/merge-patch+json' --data-binary \
    '{"metadata": {"labels": {"kubernetes.io/os": "windows", "node.kubernetes.io/windows-build": "10.0.17763"}}}' >/dev/null
api PATCH /api/v1/nodes/win19-2/status -H 'Content-Type: application/merge-patch+json' --data-binary \
    '{"status": {"nodeInfo": {"operatingSystem": "windows", "kernelVersion": "10.0.17763.6293"}}}' >"$work/said" || fail "$(cat "$work/said")"
is_taken() {
    [ "$(asked '"win19-2"')" = '"win19-2"' ]
}
within 60 is_taken || fail "up again: a changed node is not known"
answers '"win19-1","win19-2"' "the API server is up again"

# ---- it no longer knows where the watch was: changes that are missed, a new server, etcd compacted

etcd() { # etcd METHOD BODY
    curl -sf --max-time 20 "http://127.0.0.1:$etcd_port/v3/kv/$1" --data-binary "$2"
}

lists=$(metric mullion_watch_lists_total 'resource="nodes"')
kill -STOP "$extender_pid"
pod later "$linux" 1 1Gi # the new server begins behind the last change of a node
kill_api
start_api
remove later
api DELETE /api/v1/nodes/win19-2 >/dev/null
node win19-3 windows 1 1Gi 10.0.17763.6293 'Windows Server 2019 Datacenter'
revision=$(etcd range '{"key": "AA=="}' | sed -n 's/.*"revision":"\([0-9]*\)".*/\1/p')
etcd compaction "{\"revision\": \"$revision\"}" >/dev/null || fail "compaction: etcd refuses to compact at $revision"
kill -CONT "$extender_pid"
is_listed_anew() {
    [ "$(metric mullion_watch_lists_total 'resource="nodes"')" != "$lists" ] && [ "$(asked '"win19-3"')" = '"win19-3"' ]
}
within 60 is_listed_anew || fail "compaction: nodes are not listed anew"
counted mullion_watch_expired_total 'resource="nodes"' || fail "compaction: the metrics do not tell of 410 Gone"
follows nodes 5 || fail "compaction: a deleted node is still known"
api DELETE /api/v1/nodes/win19-3 >/dev/null
ok "410 Gone: listed anew"

# ---- its token is worth nothing any more, until there is a new one

api DELETE $accounts/mullion-extender >/dev/null
service_account
kill_api
start_api
within 30 quietly grep -q '401 Unauthorized' "$work/extender.log" || fail "token: the log does not say 401"
answers '"win19-1"' "the token is not taken any more"
token
within 60 follows nodes 4 || fail "token: the new one is not used"
ok "a new token is used"

# ---- many nodes

stop_extender
for number in $(seq 5000); do
    printf 'next\nurl = "https://127.0.0.1:%s/api/v1/nodes"\nheader = "Content-Type: application/json"\noutput = /dev/null\nsilent\nfail\n' "$api_port"
    printf 'data = "{\\"metadata\\": {\\"name\\": \\"many-%s\\", \\"labels\\": {\\"kubernetes.io/os\\": \\"linux\\", \\"many\\": \\"yes\\"}}' "$number"
    printf ', \\"status\\": {\\"nodeInfo\\": {\\"operatingSystem\\": \\"linux\\"}}}"\ncacert = "%s/ca.crt"\n' "$work"
    printf 'cert = "%s/admin.crt"\nkey = "%s/admin.key"\n' "$work" "$work"
done | sed 1d >"$work/many"
curl --no-progress-meter --parallel --parallel-max 8 -K "$work/many" || fail "many: a node is refused"
began=$(date +%s%3N)
start_extender
knows_many() {
    [ "$(metric mullion_cache_nodes)" = 5004 ] && ready
}
within 20 knows_many || fail "many: $(metric mullion_cache_nodes) nodes are known, not 5004"
ok "5,000 nodes: ready after less than $(($(date +%s%3N) - began)) ms," \
    "resident $(($(metric process_resident_memory_bytes) / 1048576)) MiB"
answers '"win19-1"' "5,000 nodes"
# A busy machine takes longer than an answer may.
within 5 quietly api DELETE '/api/v1/nodes?labelSelector=many%3Dyes' || fail "many: they cannot be deleted"
within 20 follows nodes 4 || fail "many: deleted nodes are still known"
stop_extender
