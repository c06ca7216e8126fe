#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The extender behind TLS, as curl meets it: with a client certificate, without one, with a foreign
# one; the listener for probes beside it; certificates that change while it runs.
# Skipped, saying so, where openssl or curl is not installed; a test in C checks it always.
set -eu

for tool in openssl curl; do
    command -v "$tool" >/dev/null || {
        echo "skipped: no $tool on this machine"
        exit 0
    }
done

work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || :; rm -rf "$work"' EXIT
cd "$work"
failed=0

fail() {
    echo "FAIL $*"
    failed=1
}

ca() { # ca NAME
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" \
        -keyout "$1.key" -out "$1.crt" 2>/dev/null
}

# signed NAME CA USAGE
signed() {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
        -keyout "$1.key" -out "$1.csr" 2>/dev/null
    printf 'extendedKeyUsage=%s\nsubjectAltName=DNS:localhost,IP:127.0.0.1\n' "$3" >"$1.ext"
    openssl x509 -req -in "$1.csr" -CA "$2.crt" -CAkey "$2.key" -CAcreateserial -days 2 \
        -extfile "$1.ext" -out "$1.crt" 2>/dev/null
}

ca good
ca bad
signed server good serverAuth
signed scheduler good clientAuth
signed stranger bad clientAuth
signed other good clientAuth

cat >config.yaml <<END
tls:
  certificate: $work/server.crt
  key: $work/server.key
  clientCA: $work/good.crt
  clientNames: [scheduler]
  check: 1s
admin: {address: 127.0.0.1, port: 0}
END
: >log # it is read before the program has made it
"$MULLION_BUILD/mullion-extender" --listen 127.0.0.1:0 --config config.yaml 2>log &
pid=$!
port='' admin=''
for _ in $(seq 100); do
    port=$(sed -n 's/.*listening on 127.0.0.1 port \([0-9]*\).*/\1/p' log)
    [ -z "$port" ] || break
    sleep 0.1
done
admin=$(sed -n 's/.*metrics on 127.0.0.1 port \([0-9]*\).*/\1/p' log)
[ -n "$port" ] && [ -n "$admin" ]

pod='{"Pod":{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"redis"}]}},"NodeNames":["a"]}'

# ask STATUS WHAT CURL-OPTIONS...: 000 is no answer at all.
ask() {
    want=$1 what=$2
    shift 2
    got=$(curl -s -o answer -w '%{http_code}' --cacert good.crt "$@") || :
    [ "$got" = "$want" ] || fail "$what: expected $want, got $got"
}

filter() { # filter STATUS WHAT CURL-OPTIONS...
    want=$1 what=$2
    shift 2
    ask "$want" "$what" -H 'Content-Type: application/json' -d "$pod" "$@" "https://localhost:$port/filter"
}

filter 200 "the scheduler's certificate" --cert scheduler.crt --key scheduler.key
filter 000 "no certificate"
filter 000 "a certificate of another CA" --cert stranger.crt --key stranger.key
filter 000 "a certificate of the CA with another name" --cert other.crt --key other.key
filter 000 "TLS 1.1" --cert scheduler.crt --key scheduler.key --tls-max 1.1
filter 200 "TLS 1.2" --cert scheduler.crt --key scheduler.key --tls-max 1.2
ask 000 "plain HTTP to the TLS port" "http://localhost:$port/filter"
ask 404 "probes are not on the scheduler's listener" --cert scheduler.crt --key scheduler.key "https://localhost:$port/readyz"
ask 200 "probes need no certificate" "http://localhost:$admin/readyz"
ask 200 "nor do metrics" "http://localhost:$admin/metrics"
ask 404 "verbs are not on the listener for probes" -d "$pod" "http://localhost:$admin/filter"
curl -s "http://localhost:$admin/metrics" | grep -q '^mullion_tls_client_certificates_refused_total [1-9]' ||
    fail "refused certificates are counted"
curl -s "http://localhost:$admin/metrics" | grep -q '^mullion_tls_certificate_expiry_timestamp_seconds 1\.\?[0-9]' ||
    fail "the end of the certificate is told"


# Another server certificate, another CA of clients.
before=$(openssl x509 -in server.crt -noout -serial)
signed server good serverAuth
after=$(openssl x509 -in server.crt -noout -serial)
[ "$before" != "$after" ]
cat bad.crt >>good-and-bad.crt
cat good.crt >>good-and-bad.crt
seen=
for _ in $(seq 50); do
    seen=$(openssl s_client -connect "localhost:$port" -cert scheduler.crt -key scheduler.key </dev/null 2>/dev/null |
        openssl x509 -noout -serial 2>/dev/null || :)
    [ "$seen" != "$after" ] || break
    sleep 0.1
done
[ "$seen" = "$after" ] || fail "the new certificate is served: $seen"
filter 200 "after the change" --cert scheduler.crt --key scheduler.key
echo garbage >server.key
for _ in $(seq 50); do
    ! grep -q 'those in use stay' log || break
    sleep 0.1
done
grep -q 'those in use stay' log || fail "a key that will not do is logged"
curl -s "http://localhost:$admin/metrics" | grep -qx 'mullion_tls_last_reload_successful 0' ||
    fail "a key that will not do is seen by who watches the metrics"
filter 200 "with the old ones" --cert scheduler.crt --key scheduler.key
# In one line, or in two when it looked between them.
for reason in '1 not signed by tls.clientCA' '1 with none of tls.clientNames'; do
    for _ in $(seq 50); do
        ! grep -q "client certificates refused.* $reason" log || break
        sleep 0.1
    done
    grep -q "client certificates refused.* $reason" log || fail "the log tells of refused certificates: $reason"
done
! grep -q 'PRIVATE KEY' log || fail "no key in the log"

kill -TERM "$pid"
wait "$pid" || fail "it ends with status 0"
pid=

# What will not do at the start is named.
status=0
"$MULLION_BUILD/mullion-extender" --check --config config.yaml >/dev/null 2>err || status=$?
[ "$status" = 3 ] || fail "a bad key is found by --check: status $status"
grep -q 'server.key' err || fail "it names the file: $(cat err)"
printf 'listen: {address: 0.0.0.0}\n' >plain.yaml
status=0
"$MULLION_BUILD/mullion-extender" --config plain.yaml 2>err || status=$?
[ "$status" = 3 ] || fail "plain HTTP beyond loopback has to be asked for: status $status"
grep -q 'listen.plainHTTP' err || fail "it names the remedy: $(cat err)"

[ "$failed" = 0 ]
