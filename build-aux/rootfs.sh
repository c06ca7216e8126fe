#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# rootfs.sh PROGRAM DIRECTORY  makes a root directory in which PROGRAM runs: itself in /usr/bin, the
# libraries it loads, and the few files that glibc looks at. For images that hold nothing else.
set -eu

program=$1 root=$2
[ ! -e "$root" ] || {
    echo "rootfs.sh: $root is there already" >&2
    exit 1
}

install -D -m 755 "$program" "$root/usr/bin/${program##*/}"
strip "$root/usr/bin/${program##*/}" 2>/dev/null || :

# "libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x...)", and the loader: "/lib64/ld-linux-x86-64.so.2 (0x...)".
libraries=$(ldd "$program" | sed -n 's/^[[:space:]]*\(.* => \)\{0,1\}\(\/[^ ]*\) (.*/\2/p')
[ -n "$libraries" ]
for library in $libraries; do
    install -D -m 755 "$library" "$root$library"
done

install -d -m 755 "$root/etc/ssl/certs"
install -d -m 1777 "$root/tmp"
[ ! -e /etc/ssl/certs/ca-certificates.crt ] ||
    install -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
echo 'nonroot:x:65532:65532:nonroot:/:/nonexistent' >"$root/etc/passwd"
echo 'nonroot:x:65532:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
