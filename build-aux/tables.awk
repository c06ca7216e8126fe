# SPDX-License-Identifier: Apache-2.0
# A table whose opening comment says "sorted" has its rows in the order of their first cell,
# bytes compared; one that says "ascending" in the order of the numbers its rows begin with.
# No table has the same row twice.

function fault(message)
{
    printf "%s:%d: %s\n", FILENAME, FNR, message
    faults++
}

# Is row A before row B by the numbers they begin with?
function ascends(a, b,  x, y, n, i)
{
    n = split(a, x, /, */)
    split(b, y, /, */)
    for (i = 1; i <= n && x[i] ~ /^[0-9]+$/ && y[i] ~ /^[0-9]+$/; i++)
        if (x[i] + 0 != y[i] + 0)
            return x[i] + 0 < y[i] + 0
    return 0
}

FNR == 1 {
    order = last = macro = ""
    opening = 1
}

/^[A-Z][A-Z0-9_]*\(/ {
    opening = 0
    row = $0
    sub(/\(.*/, "", row)
    # A file may hold several tables, a macro each.
    if (row != macro)
        last = ""
    macro = row
    row = substr($0, length(macro) + 2)
    cell = row
    sub(/[,)].*/, "", cell)
    key = order == "sorted" ? cell : row
    if (order != "" && last != "") {
        if (order == "sorted" && key "" <= last "")
            fault("\"" key "\" stands behind \"" last "\" in a table that claims to be sorted")
        if (order == "ascending" && !ascends(last, key))
            fault("row does not ascend in a table that claims to")
    }
    last = key
    if ((FILENAME, $0) in seen)
        fault("the same row as line " seen[FILENAME, $0])
    seen[FILENAME, $0] = FNR
    next
}

opening && /[Ss]orted/ { order = "sorted" }
opening && /[Aa]scending/ { order = "ascending" }

END { exit faults > 0 }
