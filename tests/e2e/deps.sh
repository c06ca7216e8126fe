#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What build-aux/deps.sh does on machines that lack something: with apt-get, without, as root,
# with sudo and with neither. The machines are folders of links and stand-ins put into PATH.
set -eu

top=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0

# A machine with a shell and what every system has, and user id $1.
machine() {
    rm -rf "${work:?}/bin" "$work/log"
    mkdir "$work/bin"
    for tool in sh awk sed sort tr cat head find env dirname touch chmod; do
        ln -s "$(command -v "$tool")" "$work/bin/$tool"
    done
    stand_in id "echo $1"
}

stand_in() {
    printf '#!/bin/sh\n%s\n' "$2" >"$work/bin/$1"
    chmod +x "$work/bin/$1"
}

# An apt-get that notes what it was asked and, asked to install, brings a compiler and the rest.
apt_get() {
    # shellcheck disable=SC2016
    stand_in apt-get 'echo "apt-get $*" >>"$LOG"; case " $* " in *" install "*)
        for tool in cc pkg-config; do
            printf "#!/bin/sh\nexit 0\n" >"$BIN/$tool"; chmod +x "$BIN/$tool"
        done ;; esac'
}

deps() {
    status=0
    output=$(env -i PATH="$work/bin" LOG="$work/log" BIN="$work/bin" "$@" \
        sh "$top/build-aux/deps.sh" build test 2>&1 </dev/null) || status=$?
    asked=$(cat "$work/log" 2>/dev/null || true)
}

expect() {
    count=$((count + 1))
    case $2 in
    *"$3"*) ;;
    *)
        printf '%s: expected "%s" in: %s\n' "$1" "$3" "$2"
        exit 1
        ;;
    esac
}

machine 0
deps
expect "without a package manager it fails" "$status" 1
expect "and names apt's packages" "$output" "apt-get install gcc libc6-dev libcunit1-dev libcurl4-gnutls-dev libglib2.0-dev libgnutls28-dev libjansson-dev libmicrohttpd-dev libyaml-dev pkg-config zlib1g-dev"
expect "and dnf's" "$output" "dnf install CUnit-devel gcc glib2-devel glibc-devel gnutls-devel jansson-devel libcurl-devel libmicrohttpd-devel libyaml-devel pkgconf-pkg-config zlib-devel"
expect "and apk's" "$output" "apk add cunit-dev curl-dev gcc glib-dev gnutls-dev jansson-dev libmicrohttpd-dev musl-dev pkgconf yaml-dev zlib-dev"
expect "and brew's" "$output" "brew install cunit curl gcc glib gnutls jansson libmicrohttpd libyaml pkgconf zlib"

apt_get
deps INSTALL_DEPS=no
expect "told not to install it fails" "$status" 1
expect "having asked nothing" "<$asked>" "<>"

deps
expect "as root it installs" "$status" 0
expect "without asking anybody" "$asked" "-y"
expect "what is missing" "$asked" "install --no-install-recommends gcc libc6-dev"

rm "$work/log"
deps
expect "with everything there it succeeds" "$status" 0
expect "and installs nothing" "<$asked>" "<>"
expect "and says nothing" "<$output>" "<>"

machine 1000
apt_get
deps
expect "neither root nor sudo: it fails" "$status" 1
expect "and says so" "$output" "neither root nor sudo"
expect "and names the packages" "$output" "apk add"

# shellcheck disable=SC2016
stand_in sudo 'echo "sudo $*" >>"$LOG"; [ "$1" != -n ] || shift; exec "$@"'
deps
expect "through sudo it installs" "$status" 0
expect "and never waits for a password that nobody can type" "$asked" "sudo -n env DEBIAN_FRONTEND=noninteractive apt-get"

# shellcheck disable=SC2016
stand_in apt-get 'echo "apt-get $*" >>"$LOG"; exit 100'
rm -f "$work/bin/cc"
deps
expect "an apt-get that fails fails" "$status" 1
expect "after new package lists" "$asked" "update"
expect "and the packages are named" "$output" "brew install"

deps CC=clang
expect "another compiler is another package" "$output" "apt-get install clang libc6-dev libclang-rt-dev"

echo "$count expectations met"
