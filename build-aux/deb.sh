#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deb.sh TREE OUTPUT  makes a Debian package of TREE, what `make install PREFIX=/usr` put there, with
# the service and its configuration; dpkg-deb alone, no debhelper. Prints its path. The same tree
# and the same commit give the same bytes.
set -eu

tree=$1 output=$2
[ -x "$tree/usr/bin/mullion-extender" ] || {
    echo "deb.sh: no usr/bin/mullion-extender below $tree" >&2
    exit 1
}
version=$(cat VERSION)-1
arch=$(dpkg --print-architecture)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date -r VERSION +%s)}
export SOURCE_DATE_EPOCH
day=$(LC_ALL=C date -u -d "@$SOURCE_DATE_EPOCH" '+%a, %d %b %Y %H:%M:%S +0000')
doc=$tree/usr/share/doc/mullion
maintainer='Mullion contributors <noreply@localhost>'

# What the libraries it names belong to, without versions: for a machine without dpkg-dev. dpkg may
# know a file as /lib/... that is found as /usr/lib/..., and the other way round.
owners() {
    for program in "$@"; do
        for library in $(readelf -d "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
            path=$(ldd "$program" | sed -n "s|^[[:space:]]*$library => \\([^ ]*\\) .*|\\1|p")
            dpkg -S "*${path#/usr}" 2>/dev/null | sed -n '1s/:.*//p'
        done
    done | sort -u | paste -sd, | sed 's/,/, /g'
}

depends() {
    set -- "$tree/usr/bin/mullion" "$tree/usr/bin/mullion-extender"
    command -v dpkg-shlibdeps >/dev/null || {
        owners "$@"
        return
    }
    # It wants a source package around it.
    scratch=$(mktemp -d)
    mkdir "$scratch/debian"
    printf 'Source: mullion\n\nPackage: mullion\nArchitecture: any\n' >"$scratch/debian/control"
    programs=
    for program in "$@"; do
        cp "$program" "$scratch/"
        programs="$programs $scratch/${program##*/}"
    done
    # shellcheck disable=SC2086 # words
    (cd "$scratch" && dpkg-shlibdeps -O $programs 2>"$scratch/log") >"$scratch/vars" || {
        cat "$scratch/log" >&2
        exit 1
    }
    sed -n 's/^shlibs:Depends=//p' "$scratch/vars"
    rm -rf "$scratch"
}

# ---- what make install does not put anywhere

install -D -m 644 deploy/debian/mullion-extender.service "$tree/lib/systemd/system/mullion-extender.service"
install -D -m 644 deploy/debian/extender.yaml "$tree/etc/mullion/extender.yaml"
install -d "$doc"
{
    echo 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/'
    printf 'Upstream-Name: mullion\n\nFiles: *\nCopyright: The Mullion authors\nLicense: Apache-2.0\n'
    echo ' On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.'
} >"$doc/copyright"
printf 'mullion (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md.gz.\n\n -- %s  %s\n' \
    "$version" "$maintainer" "$day" | gzip -9n >"$doc/changelog.Debian.gz"
gzip -9nc CHANGELOG.md >"$doc/CHANGELOG.md.gz"
for page in EXTENDER INSTALL CONFIG METRICS RUNBOOK OS-POLICY; do
    gzip -9nc "docs/$page.md" >"$doc/$page.md.gz"
done
mkdir -p "$tree/usr/share/mullion"
cp -R deploy "$tree/usr/share/mullion/"
gzip -9nf "$tree"/usr/share/man/man1/*.1
for program in mullion mullion-extender; do
    strip "$tree/usr/bin/$program" 2>/dev/null || :
done

# ---- what dpkg reads

needs=$(depends)
install -d -m 755 "$tree/DEBIAN"
cat >"$tree/DEBIAN/control" <<CONTROL
Package: mullion
Version: $version
Architecture: $arch
Maintainer: $maintainer
Section: admin
Priority: optional
Installed-Size: $(du -sk --exclude=DEBIAN "$tree" | cut -f1)
Depends: $needs
Description: keeps Windows and Linux Pods on nodes that can run them
 mullion-extender is an HTTP extender of kube-scheduler: a Pod gets only nodes of
 its operating system and, on Windows, of a build that its images run on.
 .
 mullion shows beforehand where kube-scheduler would put the Pods of a mixed
 cluster, and what would become of them there. It needs no cluster.
CONTROL
echo /etc/mullion/extender.yaml >"$tree/DEBIAN/conffiles"
(cd "$tree" && find etc lib usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$tree/DEBIAN/md5sums"

# The service is not enabled: it has a kubeconfig to wait for.
script() { # script NAME  from standard input
    { printf '#!/bin/sh\nset -e\n' && cat; } >"$tree/DEBIAN/$1"
    chmod 755 "$tree/DEBIAN/$1"
}
script postinst <<'POSTINST'
[ -d /run/systemd/system ] || exit 0
systemctl --system daemon-reload || true
[ -z "$2" ] || systemctl try-restart mullion-extender.service || true
POSTINST
script prerm <<'PRERM'
[ -d /run/systemd/system ] || exit 0
[ "$1" != remove ] || systemctl --no-reload disable --now mullion-extender.service || true
PRERM
script postrm <<'POSTRM'
[ ! -d /run/systemd/system ] || systemctl --system daemon-reload || true
if [ "$1" = purge ]; then
    # A credential, which nobody else would take away. DPKG_ROOT is empty but for dpkg --root.
    rm -f "$DPKG_ROOT/etc/mullion/kubeconfig"
    rmdir "$DPKG_ROOT/etc/mullion" 2>/dev/null || true
fi
POSTRM

find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
chmod -R u+w,go-w,a+rX "$tree"
mkdir -p "$output"
package=$output/mullion_${version}_$arch.deb
dpkg-deb --root-owner-group -Zxz --build "$tree" "$package" >/dev/null
echo "$package"
