#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The pages of docs/tutorial show what the programs print: runs every "$ mullion ..." line of their
# ```console blocks at the top of the tree and compares. A line of "..." stands for any number of
# lines. A command ends with 0, an audit that finds something with 1.
#
# With GOLDEN_UPDATE in the environment the pages are rewritten instead. What "..." left out stays
# left out where each shown line is still found, by its first word (a number for any number); else
# the whole output is put there, to be shortened by hand. Read the diff: the text speaks of it.
#
# Each page has a scenario of the same name, and is in both indexes; the expectations of every
# lesson hold under all strategies that it compares.
set -eu

pages=docs/tutorial
lessons=scenarios/lessons
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset COLUMNS NO_COLOR
export LC_ALL=C TZ=UTC PATH="$MULLION_BUILD:$PATH"

cat >"$work/play.awk" <<'AWK'
function play(    command, line, status) {
    got = 0
    command = "( " told " ) 2>&1 </dev/null; echo \"status $?\""
    while ((command | getline line) > 0)
        printed[++got] = line
    close(command)
    status = substr(printed[got--], 8)
    while (got > 0 && printed[got] == "")
        got--
    commands++
    if (status != 0 && !(status == 1 && told ~ /^mullion audit/))
        complain("ends with status " status ": " (got > 0 ? printed[got] : ""))
}

function complain(what) {
    print page ": $ " told ": " what >"/dev/stderr"
    bad++
}

# Do the shown lines from..to stand in the output from line `at` on?
function stands(from, to, at,    i) {
    if (at + to - from > got)
        return 0
    for (i = from; i <= to; i++)
        if (shown[i] != printed[at + i - from])
            return 0
    return 1
}

# Returns the first shown line that is not found, 0 if all are.
function mismatch(    from, to, next_line, at, open) {
    next_line = 1
    for (from = 1; from <= want; from = to + 1) {
        if (shown[from] == "...") {
            open = 1
            to = from
            continue
        }
        for (to = from; to < want && shown[to + 1] != "..."; )
            to++
        at = to == want && open ? got - (to - from) : next_line
        if (at < next_line)
            return from
        while (open && to < want && at <= got && !stands(from, to, at))
            at++
        if (!stands(from, to, at))
            return first_wrong(from, to, at)
        next_line = at + to - from + 1
        open = 0
    }
    return open || next_line == got + 1 ? 0 : want + 1
}

function first_wrong(from, to, at,    i) {
    for (i = from; i < to && shown[i] == printed[at + i - from]; )
        i++
    return i
}

function first_word(text,    words) {
    split(text, words, " ")
    gsub(/[0-9]+/, "0", words[1])
    return words[1]
}

# The output, shortened as the page had it; whole if that does not fit it any more.
function shorten(    i, at, open, kept) {
    at = 0
    kept = ""
    for (i = 1; i <= want; i++) {
        if (shown[i] == "...") {
            kept = kept "...\n"
            open = 1
            continue
        }
        while (++at <= got && open && first_word(printed[at]) != first_word(shown[i]))
            ;
        if (at > got || first_word(printed[at]) != first_word(shown[i]))
            return whole()
        kept = kept printed[at] "\n"
        open = 0
    }
    return open || at == got ? kept : whole()
}

function whole(    i, all) {
    all = ""
    for (i = 1; i <= got; i++)
        all = all printed[i] "\n"
    return all
}

# The end of a command's output: compares, or puts the new one into the page.
function settle(    wrong, blank) {
    if (told == "")
        return
    for (blank = 0; want > 0 && shown[want] == ""; want--)
        blank++
    play()
    wrong = mismatch()
    lines += want
    if (wrong && !update)
        complain("does not print: " (wrong > want ? "(nothing more), but: " printed[got] : shown[wrong]))
    printf "%s", wrong ? shorten() : shown_text() >rewritten
    while (blank-- > 0)
        print "" >rewritten
    told = ""
    want = 0
}

function shown_text(    i, all) {
    all = ""
    for (i = 1; i <= want; i++)
        all = all shown[i] "\n"
    return all
}

/^```console$/ { inside = 1; print >rewritten; next }
inside && /^```$/ { settle(); inside = 0 }
inside && /^\$ / { settle(); told = substr($0, 3); print >rewritten; next }
inside && told != "" { shown[++want] = $0; next }
{ print >rewritten }
END {
    if (commands == 0) {
        print page ": shows no command" >"/dev/stderr"
        bad++
    }
    print commands + 0, lines + 0
    exit bad > 0
}
AWK

commands=0
bad=0
for page in "$pages"/[0-9]*.md; do
    counts=$(awk -v page="$page" -v update="${GOLDEN_UPDATE:+1}" -v rewritten="$work/page" -f "$work/play.awk" "$page") || bad=1
    commands=$((commands + ${counts%% *}))
    [ -z "${GOLDEN_UPDATE-}" ] || cmp -s "$work/page" "$page" || cp "$work/page" "$page"
    name=$(basename "$page" .md)
    [ -f "$lessons/$name.yaml" ] || { echo "$page: there is no $lessons/$name.yaml" && bad=1; }
    grep -qF "($name.md)" "$pages/README.md" || { echo "$pages/README.md: does not list $name.md" && bad=1; }
done

count=0
for lesson in "$lessons"/[0-9]*.yaml; do
    name=$(basename "$lesson" .yaml)
    count=$((count + 1))
    [ -f "$pages/$name.md" ] || { echo "$lesson: there is no $pages/$name.md" && bad=1; }
    grep -qF "(lessons/$name.yaml)" scenarios/README.md || { echo "scenarios/README.md: does not list lessons/$name.yaml" && bad=1; }
    grep -q '^  expect:' "$lesson" || { echo "$lesson: expects nothing" && bad=1; }
    mullion compare "$lesson" >"$work/compared" 2>&1 || { cat "$work/compared" && bad=1; }
done

mullion validate "$lessons" >"$work/validated" 2>&1 || { cat "$work/validated" && bad=1; }
[ "$bad" -eq 0 ] || exit 1
[ "$count" -gt 0 ] || exit 1
echo "$count lessons hold, $commands commands print what their pages show"
