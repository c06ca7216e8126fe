#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# build-aux/deb.sh makes a package that dpkg takes: what is in it, on what it depends, what is a
# configuration file; it installs into an empty root and its programs run; twice the same bytes.
# Skipped, saying so, where dpkg is not installed.
set -eu

for tool in dpkg-deb dpkg xz; do
    command -v "$tool" >/dev/null || {
        echo "skipped: no $tool on this machine"
        exit 0
    }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "FAIL $*"
    exit 1
}

for n in 1 2; do
    make -s install DESTDIR="$work/tree$n" PREFIX=/usr >"$work/log" 2>&1 || {
        cat "$work/log"
        fail "make install"
    }
    package=$(SOURCE_DATE_EPOCH=1700000000 sh build-aux/deb.sh "$work/tree$n" "$work/out$n")
done
cmp "$work/out1/${package##*/}" "$package" || fail "the same tree, other bytes"

dpkg-deb -c "$package" >"$work/list"
for file in ./usr/bin/mullion ./usr/bin/mullion-extender ./etc/mullion/extender.yaml \
    ./lib/systemd/system/mullion-extender.service ./usr/share/man/man1/mullion.1.gz \
    ./usr/share/man/man1/mullion-extender.1.gz ./usr/share/doc/mullion/copyright \
    ./usr/share/doc/mullion/INSTALL.md.gz ./usr/share/mullion/deploy/static-pod/mullion-extender.yaml; do
    grep -q " $file\$" "$work/list" || fail "not in the package: $file"
done
grep -q ' ./usr/bin/kubectl-mullion -> mullion$' "$work/list" || fail "no kubectl-mullion"
! grep -v ' root/root ' "$work/list" || fail "not everything belongs to root"
! grep '^-.......w' "$work/list" || fail "somebody else may write"

depends=$(dpkg-deb -f "$package" Depends)
for need in libc6 libmicrohttpd12 libjansson4; do
    case $depends in
    *"$need"*) ;;
    *) fail "does not depend on $need: $depends" ;;
    esac
done
[ "$(dpkg-deb -f "$package" Version)" = "$(cat VERSION)-1" ]
dpkg-deb -e "$package" "$work/control"
[ "$(cat "$work/control/conffiles")" = /etc/mullion/extender.yaml ]
for script in postinst prerm postrm; do
    sh -n "$work/control/$script" || fail "$script"
done

# An empty root: dpkg's own books, and no packages in it to depend on.
root=$work/root
mkdir -p "$root/var/lib/dpkg/updates" "$root/var/lib/dpkg/info" "$root/var/log"
: >"$root/var/lib/dpkg/status"
# Maintainer scripts run outside of that root: where systemd runs, nothing of it is theirs to touch.
if [ "$(id -u)" = 0 ] && [ ! -d /run/systemd/system ]; then
    installs() {
        dpkg --root="$root" --force-depends --force-script-chrootless --log=/dev/null "$@" >"$work/log" 2>&1 || {
            cat "$work/log"
            fail "dpkg $*"
        }
    }
    installs -i "$package"
    how="installed by dpkg"
else
    dpkg-deb -x "$package" "$root"
    how="unpacked"
fi
"$root/usr/bin/mullion" version >/dev/null
"$root/usr/bin/mullion-extender" --version >/dev/null
sed 's/^  source: .*/  source: none/' "$root/etc/mullion/extender.yaml" >"$work/config.yaml"
"$root/usr/bin/mullion-extender" --check --config "$work/config.yaml" >/dev/null
if [ "$how" = "installed by dpkg" ]; then
    echo '# changed' >>"$root/etc/mullion/extender.yaml"
    installs -r mullion
    [ -e "$root/etc/mullion/extender.yaml" ] || fail "removing takes a changed configuration along"
    [ ! -e "$root/usr/bin/mullion-extender" ] || fail "removing leaves programs"
    echo 'a key' >"$root/etc/mullion/kubeconfig"
    installs -P mullion
    [ ! -e "$root/etc/mullion" ] || fail "purging leaves $(ls "$root/etc/mullion")"
fi
if command -v systemd-analyze >/dev/null; then
    exposure=$(systemd-analyze security --offline=true deploy/debian/mullion-extender.service 2>/dev/null |
        sed -n 's/.*exposure level.*: \([0-9]*\)\.[0-9].*/\1/p')
    [ -z "$exposure" ] || [ "$exposure" -le 2 ] || fail "the service is exposed: $exposure"
fi
echo "$(grep -c '^-' "$work/list") files packed, $how; needs $depends"
