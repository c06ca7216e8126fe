# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034,SC2154 # variables of the others
# Part of tests/e2e/live.sh: the layout of deploy/extender, in which kube-scheduler and the extender
# show each other certificates.

. tests/e2e/live/cluster.sh

server_certificate() {
    signed tls /CN=mullion-extender.mullion.svc serverAuth DNS:mullion-extender.mullion.svc
}

# The extender's configuration in this overlay, but for addresses, files and where the API server is.
overlay() {
    sed -e "s|/etc/mullion/tls/client-ca.crt|$work/ca.crt|" -e "s|/etc/mullion/tls|$work|" \
        -e 's/address: 0.0.0.0/address: 127.0.0.1/' -e "s/port: 8888/port: $extender_port/" \
        -e "s/port: 8889/address: 127.0.0.1\n  port: $admin_port/" -e 's/^tls:/&\n  check: 1s/' \
        -e "s|source: in-cluster|source: kubeconfig\n  kubeconfig: $work/extender.conf|" \
        "deploy/extender/overlays/$1/extender.yaml"
}

server_certificate
plug_in deploy/extender/kube-scheduler-observe.yaml observe-tls
plug_in deploy/extender/kube-scheduler-enforce.yaml enforce-tls
overlay enforce >"$work/extender-tls.yaml"
run_extender "$work/extender-tls.yaml"
start_scheduler "$work/enforce-tls.yaml"
pod web "$linux" 1 1Gi
lands web linux-1 "TLS both ways"
pod large "$linux" 4 1Gi
waits large "3 $needs_linux" "TLS both ways"
remove web large
[ "$(metric mullion_connections)" -le 3 ] || fail "TLS: $(metric mullion_connections) connections for one kube-scheduler"

# ---- a renewed certificate is taken while connections stand

is_served() { # is_served FILE
    served=$(openssl s_client -connect "127.0.0.1:$extender_port" -cert "$work/scheduler.crt" -key "$work/scheduler.key" \
        </dev/null 2>/dev/null | openssl x509 -noout -serial 2>/dev/null)
    [ "$served" = "$(openssl x509 -noout -serial -in "$1")" ]
}

within 10 is_served "$work/tls.crt" || fail "TLS: its certificate is not what is served"
server_certificate
within 20 is_served "$work/tls.crt" || fail "TLS: a renewed certificate is not served"
counted mullion_tls_reloads_total || fail "TLS: the metrics do not count the renewal"
pod web "$linux" 1 1Gi
lands web linux-1 "TLS, a renewed certificate"
remove web

# ---- somebody else's certificate

signed other /CN=somebody clientAuth
sed -e "s,/scheduler.crt,/other.crt," -e "s,/scheduler.key,/other.key," "$work/enforce-tls.yaml" >"$work/foreign.yaml"
restart_scheduler "$work/foreign.yaml"
pod web "$linux" 1 1Gi
waits web '/filter' "TLS, a client of another name, ignorable: false"
within 20 quietly grep -q 'client certificates refused: .* [1-9][0-9]* with none of tls.clientNames' "$work/extender.log" ||
    fail "TLS: the log does not say who was refused"
counted mullion_tls_client_certificates_refused_total || fail "TLS: the metrics do not count who was refused"
remove web
sed -e "s,/scheduler.crt,/other.crt," -e "s,/scheduler.key,/other.key," "$work/observe-tls.yaml" >"$work/foreign.yaml"
restart_scheduler "$work/foreign.yaml"
pod web "$linux" 1 1Gi
lands web 'win*' "TLS, a client of another name, ignorable: true"
remove web
stop_scheduler
stop_extender
