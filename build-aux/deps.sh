#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# deps.sh GROUP...  sees to it that what these groups of work need is there.
#
# Nothing missing: one pkg-config call and no output. Something missing: apt-get
# installs it, as root or through sudo. Anywhere else, or with INSTALL_DEPS=no,
# it names the packages for every package manager it knows and fails.
set -eu

# One row a need: group, how it is looked for, what is looked for, packages for
# apt, dnf, apk, brew (several joined by commas, - for none). `cc` is whatever CC names.
table() {
    cat <<'ROWS'
build cc      gcc                gcc,libc6-dev      gcc,glibc-devel     gcc,musl-dev       gcc
build cc      clang              clang,libclang-rt-dev,libc6-dev clang,glibc-devel clang,musl-dev llvm
build command pkg-config         pkg-config         pkgconf-pkg-config  pkgconf            pkgconf
build module  glib-2.0>=2.74     libglib2.0-dev     glib2-devel         glib-dev           glib
build module  gnutls             libgnutls28-dev    gnutls-devel        gnutls-dev         gnutls
build module  jansson            libjansson-dev     jansson-devel       jansson-dev        jansson
build module  libcurl            libcurl4-gnutls-dev libcurl-devel      curl-dev           curl
build module  libmicrohttpd      libmicrohttpd-dev  libmicrohttpd-devel libmicrohttpd-dev  libmicrohttpd
build module  yaml-0.1           libyaml-dev        libyaml-devel       yaml-dev           libyaml
build module  zlib               zlib1g-dev         zlib-devel          zlib-dev           zlib
test  module  cunit              libcunit1-dev      CUnit-devel         cunit-dev          cunit
lint  command clang-format       clang-format       clang-tools-extra   clang-extra-tools  clang-format
lint  command clang-tidy         clang-tidy         clang-tools-extra   clang-extra-tools  llvm
lint  command shellcheck         shellcheck         ShellCheck          shellcheck         shellcheck
clang command clang              clang,libclang-rt-dev clang,compiler-rt   clang,compiler-rt  llvm
ROWS
}

have() {
    command -v "$1" >/dev/null 2>&1
}

# Modules that pkg-config knows, in the version asked for; it wants spaces around >=.
installed() {
    pkg-config --exists "$(echo "$1" | sed 's/>=/ >= /g')" 2>/dev/null
}

# The compiler family that CC asks for, as a row names it.
family() {
    case $1 in
    *clang*) echo clang ;;
    *) echo gcc ;;
    esac
}

# Rows of the groups asked for that nothing on this machine answers.
missing() {
    table | while read -r group kind what packages; do
        case " $groups " in *" $group "*) ;; *) continue ;; esac
        case $kind in
        cc)
            [ "$what" != "$(family "$cc")" ] || have "$cc" && continue
            what="$cc"
            ;;
        command) have "$what" && continue ;;
        module) installed "$what" && continue ;;
        esac
        echo "$what $packages"
    done
}

# The quick answer to "is anything missing?".
all_there() {
    modules=
    while read -r group kind what _; do
        case " $groups " in *" $group "*) ;; *) continue ;; esac
        case $kind in
        command) have "$what" || return 1 ;;
        module) modules="$modules $what" ;;
        esac
    done <<ROWS
$(table)
ROWS
    case " $groups " in *" build "*) have "$cc" || return 1 ;; esac
    [ -z "$modules" ] || installed "$modules"
}

# Packages of one manager (its column among the four) for the rows on stdin.
packages() {
    awk -v column="$(($1 + 1))" '$column != "-" { gsub(",", "\n", $column); print $column }' |
        sort -u | tr '\n' ' '
}

give_up() {
    {
        echo "$1: $(echo "$lacking" | awk '{ print $1 }' | tr '\n' ' ')"
        echo "  Debian, Ubuntu:  apt-get install $(echo "$lacking" | packages 1)"
        echo "  Fedora, RHEL:    dnf install $(echo "$lacking" | packages 2)"
        echo "  Alpine:          apk add $(echo "$lacking" | packages 3)"
        echo "  macOS:           brew install $(echo "$lacking" | packages 4)"
    } >&2
    exit 1
}

# apt-get, as whoever may; never waits for an answer.
apt() {
    set -- apt-get -q -y -o DPkg::Lock::Timeout=300 "$@"
    if [ "$(id -u)" -eq 0 ]; then
        DEBIAN_FRONTEND=noninteractive "$@" </dev/null
    elif [ -t 0 ]; then
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo -n env DEBIAN_FRONTEND=noninteractive "$@" </dev/null
    fi
}

# Package lists may be absent (a fresh image) or name versions that are gone.
install() {
    found=$(find /var/lib/apt/lists -name '*_Packages*' 2>/dev/null | head -n 1)
    [ -n "$found" ] || apt update || return 1
    apt install --no-install-recommends "$@" && return 0
    apt update && apt install --no-install-recommends "$@"
}

groups=${*:-build test}
cc=${CC:-cc}
cc=${cc%% *}
! all_there || exit 0

lacking=$(missing)
[ "${INSTALL_DEPS:-yes}" != no ] || give_up "not installed (and INSTALL_DEPS=no)"
have apt-get || give_up "not installed"
[ "$(id -u)" -eq 0 ] || have sudo || give_up "not installed, and neither root nor sudo to do it with"

wanted=$(echo "$lacking" | packages 1)
echo "installing: $wanted"
# shellcheck disable=SC2086 # one argument a package
install $wanted || give_up "apt-get could not install everything"
lacking=$(missing)
[ -z "$lacking" ] || give_up "still not there"
