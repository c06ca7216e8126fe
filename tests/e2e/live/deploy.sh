# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034,SC2154 # variables of the others
# Part of tests/e2e/live.sh: the API server takes what is in deploy/, without a warning, and
# kube-scheduler each configuration that is shipped or printed.

. tests/e2e/live/cluster.sh

# ---- configurations of kube-scheduler

# loads FILE WHAT
loads() {
    "$KUBE_SCHEDULER" --config="$1" --write-config-to="$work/written.yaml" --secure-port=0 >"$work/said" 2>&1 </dev/null || {
        fail "$2: kube-scheduler does not take it: $(grep -v '^[^ ]* I' "$work/said" | tail -n 3)"
        return
    }
    grep -q 'filterVerb: filter' "$work/written.yaml" || fail "$2: kube-scheduler has no extender after it"
    "$MULLION_BUILD/mullion-extender" check-config "$1" >"$work/said" 2>&1 || fail "$2: $(cat "$work/said")"
    # What kube-scheduler made of it, with every default: still the same to us.
    "$MULLION_BUILD/mullion-extender" check-config "$work/written.yaml" >"$work/said" 2>&1 || fail "$2, written: $(cat "$work/said")"
    ok "kube-scheduler takes $2"
}

with_client() { # with_client FILE: what stands on standard input, and whom it asks
    { cat && printf 'clientConnection: {kubeconfig: %s}\n' "$work/scheduler.conf"; } |
        sed "s|/etc/kubernetes/mullion|$work|" >"$1"
}

for file in deploy/static-pod/kube-scheduler-*.yaml deploy/extender/kube-scheduler-*.yaml; do
    plug_in "$file" tried
    loads "$work/tried.yaml" "$file"
done
with_client "$work/tried.yaml" <deploy/second-scheduler/kube-scheduler.yaml
loads "$work/tried.yaml" deploy/second-scheduler/kube-scheduler.yaml

cat >"$work/tls-extender.yaml" <<END
listen: {address: 0.0.0.0}
tls: {certificate: $work/server.crt, key: $work/server.key, clientCA: $work/ca.crt}
urlPrefix: /mullion
END
for options in '' --fail-closed; do
    for at in '--listen 127.0.0.1:9000' '--listen [::1]:9000' "--config $work/tls-extender.yaml"; do
        # shellcheck disable=SC2086 # words
        "$MULLION_BUILD/mullion-extender" print-scheduler-config $options $at | with_client "$work/tried.yaml"
        loads "$work/tried.yaml" "print-scheduler-config $options ${at#--config *}"
    done
done

# ---- manifests

# taken WHAT COMMAND...: by the API server, and nobody has anything to say against it.
taken() {
    what=$1
    shift
    if "$@" >"$work/said" 2>"$work/warned" && ! grep . "$work/warned" | grep -v '^WARNING: version difference' >"$work/against"; then
        ok "the API server takes $what: $(grep -c 'dry run' "$work/said") objects"
    else
        fail "$what: $(cat "$work/warned")"
    fi
}

if command -v kubectl >/dev/null; then
    quietly as_admin apply -f deploy/extender/base/namespace.yaml || fail "deploy/extender/base/namespace.yaml"
    # Deployments are only warned about, their Pods would be refused.
    quietly as_admin label namespace mullion pod-security.kubernetes.io/warn=restricted || fail "a label for the namespace"
    quietly as_admin delete clusterrole mullion-extender
    quietly as_admin delete clusterrolebinding mullion-extender-user
    for dir in deploy/rbac/* deploy/extender/overlays/* deploy/second-scheduler; do
        taken "$dir" as_admin apply -k "$dir" --dry-run=server --validate=strict
    done
    taken deploy/static-pod/mullion-extender.yaml as_admin create -f deploy/static-pod/mullion-extender.yaml \
        --dry-run=server --validate=strict

    # The patch for kubeadm, on what kubeadm writes; and its options beside our configuration.
    cat >"$work/manifest.yaml" <<END
apiVersion: v1
kind: Pod
metadata: {name: kube-scheduler, namespace: kube-system}
spec:
  hostNetwork: true
  containers:
  - name: kube-scheduler
    image: registry.k8s.io/kube-scheduler:v1.36.2
    command: [kube-scheduler, --authentication-kubeconfig=/etc/kubernetes/scheduler.conf,
      --authorization-kubeconfig=/etc/kubernetes/scheduler.conf, --bind-address=127.0.0.1,
      --kubeconfig=/etc/kubernetes/scheduler.conf, --leader-elect=true]
    volumeMounts: [{name: kubeconfig, mountPath: /etc/kubernetes/scheduler.conf, readOnly: true}]
  volumes: [{name: kubeconfig, hostPath: {path: /etc/kubernetes/scheduler.conf, type: FileOrCreate}}]
END
    as_admin patch --local --type=json -f "$work/manifest.yaml" -o yaml \
        --patch-file deploy/static-pod/kubeadm/kube-scheduler0+json.yaml >"$work/patched.yaml" || fail "the patch for kubeadm"
    taken "kube-scheduler's manifest with the patch for kubeadm" as_admin create -f "$work/patched.yaml" \
        --dry-run=server --validate=strict
    plug_in deploy/static-pod/kube-scheduler-observe.yaml kube-scheduler
    options=$(sed -n 's/^ *- \(--.*=.*\)$/\1/p' "$work/patched.yaml" |
        sed -e "s|/etc/kubernetes/mullion|$work|" -e "s|/etc/kubernetes|$work|")
    case $options in *--config=*) ;; *) fail "the patch for kubeadm adds no --config" ;; esac
    # shellcheck disable=SC2086 # an option a word
    "$KUBE_SCHEDULER" $options --write-config-to="$work/written.yaml" --secure-port=0 \
        --authentication-tolerate-lookup-failure >"$work/said" 2>&1 </dev/null || fail "kubeadm's options: $(tail -n 3 "$work/said")"
    grep -q 'filterVerb: filter' "$work/written.yaml" || fail "kubeadm's options: no extender"

    sed 's/runAsNonRoot: true/runAsNonRoot: false/' deploy/extender/base/deployment.yaml >"$work/root.yaml"
    as_admin apply -f "$work/root.yaml" --dry-run=server 2>&1 | grep -q 'Warning: would violate PodSecurity' ||
        fail "a Deployment of root would not be warned about"
    quietly as_admin delete namespace mullion --wait=false
    # No controller finishes it.
    quietly as_admin replace --raw /api/v1/namespaces/mullion/finalize -f - <<END || :
{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "mullion"}, "spec": {"finalizers": []}}
END
else
    echo "skipped: no kubectl to apply deploy/ with"
fi
