#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# lint.sh SOURCE...  what docs/ARCHITECTURE.md and docs/STYLE.md ask of the tree and a few greps
# can tell. The arguments are the C sources that the Makefile builds. Each fault is printed as
# file:line: what; any output is a failure. build-aux/lint-test.sh proves that each check can fail.
set -u
export LC_ALL=C

[ "$#" -gt 0 ] || {
    echo "usage: lint.sh SOURCE... (or: make layers)" >&2
    exit 2
}
sources=" $* "

# Text files of the project. Recorded and expected bytes under tests/ stay as they were recorded.
texts=$(
    find . \( -name .git -o -path ./build -o -path ./tests/golden -o -path ./tests/vectors \
        -o -path ./tests/fuzz/corpus -o -path ./tests/data \) -prune -o -type f \
        \( -name '*.[ch]' -o -name '*.def' -o -name '*.sh' -o -name '*.awk' -o -name '*.md' \
        -o -name '*.yaml' -o -name '*.yml' -o -name '*.1' -o -name Makefile -o -path './.ci/*' \) -print |
        sed 's,^\./,,' | sort
)

# Those whose path matches, one argument each: no path of ours holds a blank.
matching() {
    echo "$texts" | grep -E "$1"
}

# grep -n, with what is wrong in place of the line.
lines() {
    pattern=$1
    says=$2
    shift 2
    grep -nE "$pattern" "$@" /dev/null | sed "s/^\([^:]*:[0-9]*\):.*/\1: $says/"
}

# Exit status 1 says that there were faults, which are printed; anything else is a broken check.
awk_check() {
    awk -f "$@" || [ $? -eq 1 ] || echo "$1:1: does not run"
}

faults=$(
    # shellcheck disable=SC2046
    {
        awk_check build-aux/lint.awk $(matching '\.[ch]$')
        awk_check build-aux/tables.awk $(matching '\.def$')
        lines '[[:blank:]]+$' "white space at the end of the line" $(matching .)
        lines "$(printf '\t')" "tab: indent with spaces" $(matching '\.def$')
        matching '(^|[/_-])(utils?|common|misc|helpers?)([_.-][^/]*)?$' |
            sed 's/$/:1: a file is named after what it holds, not util, common, misc or helper/'
    }
    for file in $(matching '\.(sh|awk|def)$|^\.ci/'); do
        head -n 2 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' ||
            echo "$file:1: no SPDX line in the first two"
    done
    # A source that no list of the Makefile has is never built, a suite without a row never run.
    for file in $(matching '^(core|extender|simulator|tests)/.*\.c$'); do
        case $sources in
        *" $file "*) ;;
        *) echo "$file:1: in no source list of the Makefile" ;;
        esac
    done
    for file in $(matching '^tests/[a-z]+/test_[a-z0-9_]+\.c$'); do
        suite=$(echo "$file" | sed 's,^tests/\(.*\)/test_\(.*\)\.c$,\1_\2,')
        grep -q "^SUITE($suite)" tests/suites.def || echo "$file:1: no row in tests/suites.def"
    done
)
if [ -n "$faults" ]; then
    echo "$faults"
    exit 1
fi
echo "layers ok"
