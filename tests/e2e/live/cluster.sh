# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034,SC2154 # variables of the others
# For the parts of tests/e2e/live.sh: a Linux node and a Windows one of each build, configurations as
# they are shipped but for ports and paths, images, and what the extender says of them.

private=registry.example/shop/web:1.4.2
linux=redis:7.2-alpine
ltsc2016=mcr.microsoft.com/windows/servercore:ltsc2016
ltsc2019=mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2019
ltsc2022=mcr.microsoft.com/windows/nanoserver:ltsc2022
ltsc2025=mcr.microsoft.com/windows/servercore:ltsc2025
needs_linux='node(s) ran Windows, the Pod needs Linux'
needs_windows='node(s) ran Linux, the Pod needs Windows'
wrong_build="node(s) had a Windows build that can't run the Pod"

# plug_in FILE NAME: a configuration of kube-scheduler, as $work/NAME.yaml.
plug_in() {
    sed -e "s|/etc/kubernetes/scheduler.conf|$work/scheduler.conf|" -e "s|/etc/kubernetes/mullion|$work|" \
        -e "s/127.0.0.1:8888/127.0.0.1:$extender_port/" -e "s/10.96.0.88:8888/127.0.0.1:$extender_port/" "$1" >"$work/$2.yaml"
}

plug_in deploy/static-pod/kube-scheduler-observe.yaml observe
plug_in deploy/static-pod/kube-scheduler-enforce.yaml enforce
sed -e "s|/etc/kubernetes/mullion/kubeconfig|$work/extender.conf|" -e "s/port: 8888/port: $extender_port/" \
    -e "s/port: 8889/port: $admin_port/" deploy/static-pod/extender.yaml >"$work/shipped.yaml"
[ -e "$work/extender.yaml" ] || cp "$work/shipped.yaml" "$work/extender.yaml"

quietly api GET /apis/rbac.authorization.k8s.io/v1/clusterroles/mullion-extender ||
    create /apis/rbac.authorization.k8s.io/v1/clusterroles deploy/rbac/role <deploy/rbac/role/clusterrole.yaml
quietly api GET /apis/rbac.authorization.k8s.io/v1/clusterrolebindings/mullion-extender-user ||
    create /apis/rbac.authorization.k8s.io/v1/clusterrolebindings deploy/rbac/user <deploy/rbac/user/clusterrolebinding.yaml

# To kube-scheduler the Windows ones look better, since they have more room.
quietly api GET /api/v1/nodes/linux-1 || {
    node linux-1 linux 4 8Gi 6.8.0-45-generic 'Ubuntu 24.04.1 LTS'
    node win19-1 windows 64 128Gi 10.0.17763.6293 'Windows Server 2019 Datacenter'
    node win22-1 windows 64 128Gi 10.0.20348.2700 'Windows Server 2022 Datacenter'
    node win25-1 windows 64 128Gi 10.0.26100.2894 'Windows Server 2025 Datacenter'
}
