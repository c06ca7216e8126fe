#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# globals.sh ARCHIVE...  fails when an object of core keeps something that can change: it is a
# library of pure functions. The one exception is the number that GLib gives an error domain.
set -eu

faults=$(
    nm -A --format=sysv "$@" | awk -F '|' '
        { gsub(/ /, "", $NF) }
        $NF ~ /^[.](data|bss|tdata|tbss|ldata|lbss)([.]|$)/ && $NF !~ /^[.]data[.]rel[.]ro/ ||
        $NF == "*COM*" {
            n = split($1, part, ":")
            name = part[n]
            gsub(/ /, "", name)
            if ($4 ~ /OBJECT|TLS/ && !(part[n - 1] == "error.o" && name ~ /^(q[.]|mn_error_quark[.]q$)/))
                print part[n - 1] ": \"" name "\" can change (" $NF "): core holds no mutable globals"
        }'
)
[ -z "$faults" ] || {
    echo "$faults"
    exit 1
}
echo "globals ok"
