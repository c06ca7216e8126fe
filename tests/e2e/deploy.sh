#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What is in deploy/ is what the programs take: configurations of the extender and of kube-scheduler,
# manifests, kustomizations; and the commands of docs/INSTALL.md that need no cluster do what it says.
# Certificates come from those commands. What wants openssl or kubectl is skipped, saying so.
set -eu

repo=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PATH="$MULLION_BUILD:$PATH" TMPDIR="$work"
checked=0 skipped=

fail() {
    echo "FAIL $*"
    exit 1
}

have() {
    command -v "$1" >/dev/null 2>&1
}

# Before 1.21 it knew no directories among the resources.
kubectl_minor=$(kubectl version --client 2>/dev/null | sed -n 's/.*v1\.\([0-9]*\)\..*/\1/p' | head -n 1)
kubectl_minor=${kubectl_minor:-0}

# ---- docs/INSTALL.md: each block behind a line "<!-- run: TOOL... -->"

mkdir "$work/install" "$work/pki"
ln -s "$repo/deploy" "$work/install/deploy"
if have openssl; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=kubernetes \
        -keyout "$work/pki/ca.key" -out "$work/pki/ca.crt" 2>/dev/null
fi
awk -v work="$work" '
    /^<!-- run:/ { tools = $0; sub(/^<!-- run: */, "", tools); sub(/ *-->$/, "", tools); armed = 1; next }
    armed && /^```/ { file = sprintf("%s/block%02d", work, ++count); print tools >(file ".tools"); armed = 0; next }
    file != "" && /^```/ { file = ""; next }
    file != "" { print >(file ".sh") }' docs/INSTALL.md
for block in "$work"/block*.sh; do
    missing=
    read -r tools <"${block%.sh}.tools" || :
    for tool in $tools; do
        have "$tool" || missing=$tool
    done
    case $missing in
    ?*)
        skipped="$skipped $missing"
        continue
        ;;
    esac
    # What a block makes, later ones use: a block that wanted openssl may not have run.
    ! grep -q 'from-file=tls.crt' "$block" || [ -e "$work/install/tls.crt" ] || continue
    (cd "$work/install" && PKI="$work/pki" SERVER=https://127.0.0.1:6443 sh -eu "$block") >"$work/said" 2>&1 || {
        # Debian 12's does, at times, where it writes YAML.
        ! grep -q '^panic: runtime error' "$work/said" || {
            skipped="$skipped kubectl-that-does-not-crash"
            continue
        }
        ! grep -q 'kubectl kustomize' "$block" || [ "$kubectl_minor" -ge 21 ] || {
            skipped="$skipped kubectl-1.21"
            continue
        }
        cat "$block" "$work/said"
        fail "a command of docs/INSTALL.md"
    }
    checked=$((checked + 1))
done
[ "$checked" -ge 2 ]
made=$work/install
if [ -e "$made/kubeconfig" ]; then
    printf 'kube: {source: kubeconfig, kubeconfig: %s}\n' "$made/kubeconfig" >"$work/config.yaml"
    mullion-extender --check --config "$work/config.yaml" >"$work/said" 2>&1 || {
        cat "$work/said"
        fail "the kubeconfig is not taken"
    }
fi

# ---- configurations of the extender

# try FILE: with the certificates of INSTALL.md, and no API server.
try() {
    sed -e "s|/etc/mullion/tls/client-ca.crt|$made/ca.crt|" -e "s|/etc/mullion/tls|$made|" \
        -e 's/^  source: .*/  source: none/' "$1" >"$work/config.yaml"
    have openssl || sed -i '/^tls:/,/clientNames/d; s/address: 0.0.0.0/address: 127.0.0.1/' "$work/config.yaml"
    mullion-extender --check --config "$work/config.yaml" >"$work/said" 2>&1 || {
        cat "$work/said"
        fail "$1 is refused"
    }
    checked=$((checked + 1))
}

# sets FILE LINE
sets() {
    grep -qx -- "$2" "$1" || fail "$1 has no line \"$2\""
}

for file in deploy/extender/base deploy/extender/overlays/* deploy/second-scheduler deploy/static-pod deploy/debian; do
    [ -e "$file/extender.yaml" ] || continue
    try "$file/extender.yaml"
    case $file in
    */enforce) sets "$file/extender.yaml" 'mode: enforce' ;;
    *) sets "$file/extender.yaml" 'mode: observe' ;;
    esac
done
# Overlays are the base but for what they are there for.
different() { # different OVERLAY NUMBER
    lines=$(diff deploy/extender/base/extender.yaml "deploy/extender/overlays/$1/extender.yaml" | grep -c '^[<>]') || :
    [ "$lines" = "$2" ] || fail "overlay $1: $lines lines differ from the base, not $2"
}
different enforce 2
different pods 2
sets deploy/extender/overlays/pods/extender.yaml 'sightings: pods'
sets deploy/debian/extender.yaml '  kubeconfig: /run/credentials/mullion-extender.service/kubeconfig'
sets deploy/debian/mullion-extender.service 'LoadCredential=kubeconfig:/etc/mullion/kubeconfig'
sets deploy/static-pod/extender.yaml '  kubeconfig: /etc/kubernetes/mullion/kubeconfig'
# A mistake in them would be seen.
sed 's/clientCA/clientCa/' deploy/extender/base/extender.yaml >"$work/wrong.yaml"
! mullion-extender --check --config "$work/wrong.yaml" >/dev/null 2>&1 || fail "a wrong key is not seen"

# ---- configurations of kube-scheduler

for file in deploy/*/kube-scheduler*.yaml; do
    mullion-extender check-config "$file" >"$work/said" 2>&1 || {
        cat "$work/said"
        fail "$file has traps"
    }
    mullion validate "$file" >"$work/said" 2>&1 || {
        cat "$work/said"
        fail "$file is no KubeSchedulerConfiguration"
    }
    case $file in
    *-observe.yaml) sets "$file" '  ignorable: true' ;;
    *) sets "$file" '  ignorable: false' ;;
    esac
    checked=$((checked + 1))
done

# ---- manifests

manifests=$(find deploy -name '*.yaml' ! -name extender.yaml ! -name alerts.yaml ! -path '*/kubeadm/*' | sort)
# shellcheck disable=SC2086 # a file a word
mullion validate $manifests >"$work/said" 2>&1 || {
    cat "$work/said"
    fail "a manifest is invalid"
}
checked=$((checked + $(echo "$manifests" | wc -l)))

if [ "$kubectl_minor" -ge 21 ]; then
    for dir in deploy/rbac/* deploy/extender/overlays/* deploy/second-scheduler; do
        if ! kubectl kustomize "$dir" >"$work/out.yaml" 2>"$work/said" || grep -q Warning "$work/said"; then
            cat "$work/said"
            fail "kubectl kustomize $dir"
        fi
        mullion validate "$work/out.yaml" >/dev/null || fail "$dir is invalid when put together"
        checked=$((checked + 1))
    done
    kubectl kustomize deploy/extender/overlays/enforce 2>/dev/null >"$work/out.yaml"
    grep -qx '    mode: enforce' "$work/out.yaml" || fail "the overlay's configuration is in the ConfigMap"
    grep -qx '  name: mullion-extender' "$work/out.yaml" || fail "the ConfigMap keeps its name"
    kubectl kustomize deploy/extender/overlays/pods 2>/dev/null | grep -qx '  name: mullion-extender-pods' ||
        fail "the overlay pods may read Pods"
    kubectl kustomize deploy/extender/overlays/enforce 2>/dev/null | grep -qx '  - pods' && fail "the others may not"
else
    skipped="$skipped kubectl-1.21"
fi

# ---- the image's root directory: what the Dockerfile makes, in which the program runs

sh build-aux/rootfs.sh "$MULLION_BUILD/mullion-extender" "$work/root"
! find "$work/root" -name '*sh' -path '*bin*' | grep . || fail "a shell in the image"
case $(ldd "$MULLION_BUILD/mullion-extender") in
*libasan* | *libtsan*) ;; # no /proc in there
*)
    if [ "$(id -u)" = 0 ] && chroot "$work/root" /usr/bin/mullion-extender --version >/dev/null 2>"$work/said"; then
        checked=$((checked + 1))
    else
        skipped="$skipped chroot"
    fi
    ;;
esac

echo "$checked files and commands checked${skipped:+; skipped without:$skipped}"
