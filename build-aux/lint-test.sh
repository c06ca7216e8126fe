#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A check that cannot fail is worth nothing: plants one fault of each kind in a copy of the tree
# and expects `make lint` to name it, then things that only look like faults.
set -u

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
tar -cf - --exclude=./build --exclude=./.git . | tar -xf - -C "$copy" || exit 2
planted=0
failed=0

# In the copy, whose products stay out of ours. Never installs anything.
check() {
    make -s -C "$copy" MAKEFLAGS= CC=cc FLAVOR=release INSTALL_DEPS=no "$@" 2>&1
}

complain() {
    failed=$((failed + 1))
    printf 'FAIL %s\n' "$1"
    [ -z "$output" ] || echo "$output" | head -n 5 | sed 's/^/     /'
}

# write FILE TEXT  C files get the line that every one of them has, so TEXT begins on line 2.
write() {
    mkdir -p "$copy/$(dirname "$1")"
    [ ! -e "$copy/$1" ] || cp "$copy/$1" "$copy/.saved"
    case $1 in
    *.[ch] | *.def) printf '/* SPDX-License-Identifier: Apache-2.0 */\n%s\n' "$2" >"$copy/$1" ;;
    *) printf '%s\n' "$2" >"$copy/$1" ;;
    esac
}

remove() {
    rm -f "$copy/$1"
    [ ! -e "$copy/.saved" ] || mv "$copy/.saved" "$copy/$1"
}

# fails TARGET FILE TEXT SAYS [VARIABLE=...]  the check names the fault and fails.
fails() {
    target=$1 file=$2 text=$3 says=$4
    shift 4
    planted=$((planted + 1))
    write "$file" "$text"
    if output=$(check "$@" "$target"); then
        complain "$target accepts $file: $text"
    elif ! echo "$output" | grep -qF "$says"; then
        complain "$target does not say \"$says\" of $file: $text"
    fi
    remove "$file"
}

# bad FILE TEXT SAYS  the commonest kind: `make layers` names line 2 of the file.
bad() {
    fails layers "$1" "$2" "$1:2: $3"
}

good() {
    planted=$((planted + 1))
    write "$1" "$2"
    output=$(check layers) || complain "layers refuses $1: $2"
    remove "$1"
}

output=$(check layers) || {
    complain "the tree itself is not clean"
    exit 1
}

# ---- who includes whom
bad core/base/x.c '#include "mullion/text/read.h"' 'base may not include'
bad core/text/x.c '#include "mullion/model/pod.h"' 'text may not include'
bad core/model/x.c '#include "mullion/os/policy.h"' 'model may not include'
bad core/os/x.c '#include "mullion/cluster/node_info.h"' 'os may not include'
bad core/cluster/x.c '#include "mullion/sched/cycle.h"' 'cluster may not include'
bad core/sched/x.c '#include "mullion/plugins/fit.h"' 'sched may not include'
bad core/plugins/x.c '#include "mullion/wire/extender_wire.h"' 'plugins may not include'
bad core/wire/x.c '#include "mullion/io/file.h"' 'wire may not include'
bad core/io/x.c '#include "mullion/model/pod.h"' 'io may not include'
bad core/httpd/x.c '#include "mullion/wire/extender_wire.h"' 'httpd may not include'
bad include/mullion/model/x.h '#include "mullion/sched/cycle.h"' 'model may not include'
bad core/wire/x.c '#include "extender/config.h"' 'wire may not include'
bad core/sched/x.c '#include "tests/support/expect.h"' 'sched may not include'
bad core/base/x.c '#include "arena.h"' 'base may not include'
bad extender/x.c '#include "simulator/engine/engine.h"' 'extender may not include'
bad extender/x.c '#include "tests/support/expect.h"' 'extender may not include'
bad simulator/engine/x.c '#include "extender/config.h"' 'simulator may not include'
bad extender/x.c '#include <microhttpd.h>' 'only core/httpd'
bad core/io/x.c '#include <gnutls/gnutls.h>' 'only core/httpd'
bad simulator/engine/x.c '#include <curl/curl.h>' 'only core/kube'
bad core/text/x.c '#include <zlib.h>' 'only core/io'
bad simulator/engine/x.c '#include <yaml.h>' 'only core/text'
bad core/base/x.c '#include <pthread.h>' 'core is pure'
bad include/mullion/sched/x.h '#include <time.h>' 'core is pure'

# ---- what core calls
bad core/base/x.c 'long now(void) { return time(0); }' 'core reads no clock'
bad core/sched/x.c 'int x = f(), y = clock_gettime(0, 0);' 'core reads no clock'
bad core/sched/x.c 'x = g_get_monotonic_time();' 'core reads no clock'
bad core/os/x.c 'x = getenv("HOME");' 'core reads no environment'
bad core/os/x.c 'setlocale(0, "");' 'core reads no environment'
bad core/text/x.c 'f = fopen(path, "r");' 'core touches no file'
bad core/text/x.c 'g_file_get_contents(path, 0, 0, 0);' 'core touches no file'
bad core/wire/x.c 'fd = socket(1, 2, 3);' 'core opens no socket'
bad core/cluster/x.c 'pthread_mutex_lock(&lock);' 'core starts no thread'
bad core/cluster/x.c 'g_warning("oh");' 'core does not log'
bad core/cluster/x.c 'printf("oh");' 'core does not log'
bad core/model/x.c 'exit(1);' 'core does not end'
bad simulator/engine/x.c 'x = g_random_int();' 'random numbers'

# ---- one parser, one reader, one writer
bad extender/x.c 'tree = json_loadb(bytes, n, 0, 0);' 'only core/text/document.c parses JSON'
bad core/wire/x.c 'v = json_object_get(tree, "a");' 'only core/text/read.c'
bad simulator/engine/x.c 'json_array_foreach (a, i, v) {' 'only core/text/read.c'
bad core/model/x.c 'json_object_foreach(a, key, v)' 'only core/text/read.c'
bad core/model/x.c 's = json_string_value(v);' 'only core/text/read.c'
bad extender/x.c 's = json_dumps(tree, 0);' 'only core/text/json_write.c'
bad extender/x.c 'const char *body = "{\"Error\": \"no\"}";' 'only core/text/json_write.c'

# ---- words and functions
bad core/base/x.c 'n = atoi(text);' 'not here'
bad tests/support/x.c 'strcpy(a, b);' 'not here'
bad simulator/engine/x.c 'sprintf(a, "%d", 1);' 'not here'
bad extender/x.c 'g_return_val_if_fail(x, 0);' 'a bug is a g_assert'
bad extender/x.c 'g_mutex_lock(&m);' 'threads are'
bad extender/x.c 'goto out;' 'no goto'
bad extender/x.c '    default:' 'a switch lists every case'
bad extender/x.c "$(printf '\tint x;')" 'tab'
bad tests/x.def "$(printf 'ROW(a,\tb)')" 'tab'
bad extender/x.c 'int x; ' 'white space'
bad docs/x.md "$(printf 'first\nsecond ')" 'white space'

# ---- files
fails layers core/base/string_utils.c '' 'core/base/string_utils.c:1: a file is named after what it holds'
fails layers simulator/engine/helpers.h '' 'simulator/engine/helpers.h:1: a file is named after what it holds'
fails layers core/base/x.c "$(awk 'BEGIN { for (i = 0; i < 700; i++) print "int x;" }')" 'core/base/x.c:701: more than 700 lines'
fails layers core/base/x.h 'int x;' 'core/base/x.h:1: no include guard'
fails layers extender/x.h "$(printf '#ifndef MN_ARENA_H\n#endif')" 'guard MN_ARENA_H is taken'
fails layers core/nowhere/x.c 'int x;' 'core/nowhere/x.c:1: "nowhere" is no layer'
fails layers core/nowhere/x.c 'int x;' 'core/nowhere/x.c:1: in no source list'
fails layers tests/core/test_planted.c 'int x;' 'tests/core/test_planted.c:1: no row in tests/suites.def'
fails layers docs/x.sh 'echo' 'docs/x.sh:1: no SPDX line'
output=
printf 'int x;\n' >"$copy/core/base/x.c"
check layers | grep -qF 'core/base/x.c:1: the first line is' || complain "layers accepts a C file with no SPDX line"
rm "$copy/core/base/x.c"

# ---- tables
fails layers tests/x.def "$(printf '/* Sorted. */\nROW(b)\nROW(a)')" 'tests/x.def:4: "a" stands behind "b"'
fails layers tests/x.def "$(printf '/* Ascending. */\nROW(9, 1)\nROW(10, 2)\nROW(10, 1)')" 'tests/x.def:5: row does not ascend'
fails layers tests/x.def "$(printf '/* In the order of use. */\nROW(a, 1)\nROW(b)\nROW(a, 1)')" 'tests/x.def:5: the same row'

# ---- what only looks like a fault
good core/base/x.c '/* time(0), goto and fopen( are words here'"$(printf '\n')"' */ int x; // exit(1)'
good core/base/x.c 'const char *x = "time(0) goto \" exit(1)";'
good core/base/x.c 'y = node->time(0) + mn_time(1) + x.open(2);'
good core/plugins/x.c '#include "mullion/sched/plugin.h"'
good core/sched/x.c '#include "core/plugins/plugins.def"'
good extender/x.c '#include "mullion/httpd/server.h"'
good tests/support/x.c '#include "simulator/engine/engine.h"'
good tests/x.def "$(printf '/* In the order of use. */\nROW(b)\nROW(a)')"

# ---- the tools
bin=build/release-cc
fails headers include/mullion/base/x.h "$(printf '#ifndef X_H\n#define X_H\nbool f(size_t n);\n#endif')" 'unknown type name' HEADERS=include/mullion/base/x.h
fails format-check extender/x.c 'int  x ;' 'code should be clang-formatted' SOURCES=extender/x.c
# shellcheck disable=SC2016
fails shellcheck build-aux/x.sh "$(printf '#!/bin/sh\necho $1')" 'Double quote' SCRIPTS=build-aux/x.sh
fails globals core/base/x.c "$(printf 'int mn_count(void);\nint mn_count(void)\n{\n    static int n;\n    return n++;\n}')" 'can change'
long=$(awk 'BEGIN { print "int mn_x(int x);\nint mn_x(int x)\n{"; for (i = 0; i < 61; i++) print "    x += x;"; print "    return x;\n}" }')
fails "$bin/core/base/x.tidy" core/base/x.c "$long" 'readability-function-size'
fails "$bin/core/base/x.tidy" core/base/x.c "$(printf 'int mnX(int x);\nint mnX(int x)\n{\n    return x;\n}')" 'readability-identifier-naming'

echo "lint-test: $planted planted, $failed not as expected"
[ "$failed" -eq 0 ]
