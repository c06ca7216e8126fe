# SPDX-License-Identifier: Apache-2.0
# The rules of docs/ARCHITECTURE.md and docs/STYLE.md that a line of C can break. Reads C files
# by their paths from the top of the tree, prints file:line: message for each fault.
#
# Calls and words are looked for with comments and strings taken out; BEGIN is the table of rules.

# ban(WHERE, EXCEPT, KIND, WHAT, SAYS): WHERE and EXCEPT are patterns of paths. KIND says what
# WHAT is matched against: include (the name between <> or ""), call (a function name followed
# by a parenthesis), word (a whole word), or text (code with its strings).
function ban(where, except, kind, what, says)
{
    count++
    places[count] = where
    excepted[count] = except
    kinds[count] = kind
    says_[count] = says
    if (kind == "call")
        what = "(^|[^A-Za-z0-9_.>])(" what ")[ ]*\\("
    else if (kind == "word")
        what = "(^|[^A-Za-z0-9_])(" what ")([^A-Za-z0-9_]|$)"
    patterns[count] = what
}

BEGIN {
    layers = split("base text model os cluster sched plugins wire", order, " ")
    for (i = 1; i <= layers; i++)
        rank[order[i]] = i
    pure = "^(core|include/mullion)/(base|text|model|os|cluster|sched|plugins|wire)/"
    core = "^(core|include)/"
    ours = "^(core|include|extender|simulator)/"
    all = "."

    ban(ours, "^core/httpd/", "include", "^(microhttpd[.]h|gnutls/)", "only core/httpd may include this")
    ban(ours, "^core/kube/", "include", "^curl/", "only core/kube may include this")
    ban(ours, "^core/io/", "include", "^zlib[.]h", "only core/io may include this")
    ban(ours, "^core/text/", "include", "^yaml[.]h", "only core/text may include this")
    ban(pure, "", "include", "^(time|sys/time|pthread|threads|unistd|fcntl|dirent|signal|locale|poll|netdb|syslog|sys/(socket|stat|mman|types)|netinet/.*|arpa/.*|glib/gstdio)[.]h", "core is pure: no clock, file, socket, thread or signal")

    ban(pure, "", "call", "time|clock|clock_gettime|gettimeofday|localtime(_r)?|gmtime(_r)?|nanosleep|u?sleep|g_usleep|g_get_(monotonic|real)_time|g_date_time_new_now[a-z_]*|g_timer_[a-z_]+", "core reads no clock")
    ban(pure, "", "call", "(secure_)?getenv|setenv|unsetenv|g_(get|set|unset)env|g_get_(environ|home_dir|host_name|user_[a-z_]+|num_processors)|setlocale|localeconv", "core reads no environment and no locale")
    ban(pure, "", "call", "fopen|freopen|fdopen|open|openat|creat|opendir|l?stat|fstat|unlink|rename|mkdir|g_file_[a-z_]+|g_dir_[a-z_]+|g_mapped_file_[a-z_]+|g_fopen|g_open", "core touches no file")
    ban(pure, "", "call", "socket|getaddrinfo|popen|system|fork|exec[lv][a-z]*", "core opens no socket and starts no process")
    ban(pure, "", "call", "pthread_[a-z_]+|thrd_[a-z_]+", "core starts no thread and takes no lock")
    ban(pure, "", "call", "printf|fprintf|vfprintf|puts|fputs|putchar|perror|syslog|g_log[a-z_]*|g_(message|warning|critical|info|debug|print|printerr)", "core does not log or print")
    ban(pure, "", "call", "exit|_exit|_Exit|quick_exit|atexit", "core does not end the program")
    ban(all, "", "call", "rand|srand|random|srandom|[dlm]rand48|g_rand_[a-z_]+|g_random_[a-z_]+", "random numbers come from a generator that was handed down")

    ban(ours, "^core/text/document[.]c$", "call", "json_load[a-z]*", "only core/text/document.c parses JSON")
    ban(ours, "^core/text/(read|json_write)[.]c$", "call", "json_(object|array)_(getn?|foreach|iter|iter_[a-z_]+|keylen_foreach|foreach_safe)|json_(string|integer|real|boolean|number)_(value|length)|json_v?unpack[a-z_]*", "only core/text/read.c looks into a JSON tree")
    ban(ours, "^core/text/json_write[.]c$", "call", "json_dump[a-z_]*", "only core/text/json_write.c writes JSON")
    ban(ours, "^core/text/json_write[.]c$", "text", "\"[^\"]*[{,] *\\\\\"[^\"]*\\\\\" *:", "only core/text/json_write.c writes JSON")

    ban(all, "", "call", "atoi|atol|atoll|atof|strtok(_r)?|sprintf|vsprintf|strcpy|stpcpy|strcat|gets|alloca|g_alloca|g_newa", "not here: see docs/STYLE.md, types")
    ban(all, "", "call", "g_return_(val_)?if_fail|g_return_(val_)?if_reached", "a bug is a g_assert: this logs and carries on")
    ban(all, "", "call", "g_atomic_[a-z_]+|g_mutex_[a-z_]+|g_rw_lock_[a-z_]+|g_cond_[a-z_]+|g_thread_[a-z_]+", "threads are <stdatomic.h> and pthread")
    ban(all, "", "word", "goto", "no goto: return early, let g_autoptr clean up")
    ban(all, "", "word", "default[ ]*:", "a switch lists every case, so that the compiler reports a missing one")
}

function fault(message)
{
    printf "%s:%d: %s\n", FILENAME, FNR, message
    faults++
}

# core/os/x.c and include/mullion/os/x.h -> os; extender/x.c -> extender; tests/... -> tests.
function area_of(path,  part)
{
    split(path, part, "/")
    if (part[1] == "core" || part[1] == "mullion")
        return part[2]
    return part[1] == "include" ? part[3] : part[1]
}

# May a file of area FROM include a header of area TO?
function may_see(from, to)
{
    if (from == to || from == "tests" || to == "generated")
        return 1
    if (to == "extender" || to == "simulator" || to == "tests")
        return 0
    if (from == "extender" || from == "simulator")
        return 1
    if (from == "io" || from == "httpd" || from == "kube")
        return to == "base" || to == "text"
    # The registry is made from the table of plugins: rows and their declarations, no code.
    if (from == "sched" && name ~ /^core\/plugins\/plugins[.](def|h)$/)
        return 1
    return (from in rank) && (to in rank) && rank[to] < rank[from]
}

function check_include(line)
{
    name = line
    sub(/^[ ]*#[ ]*include[ ]*[<"]/, "", name)
    sub(/[>"].*/, "", name)
    if (line ~ /include[ ]*"/ && !may_see(area, area_of(name)))
        fault(area " may not include \"" name "\"")
    check_rules("include", name)
}

function check_rules(kind, text,  i)
{
    for (i = 1; i <= count; i++)
        if (kinds[i] == kind && applies[i] && text ~ patterns[i])
            fault(says_[i])
}

# Takes comments out of a line, and what is inside strings; sets `code`, and `text` which keeps
# the strings. A comment may go on over several lines.
function strip(line,  token, end)
{
    code = text = ""
    while (line != "") {
        if (in_comment) {
            end = index(line, "*/")
            if (!end)
                return
            in_comment = 0
            line = substr(line, end + 2)
            code = code " "
            text = text " "
            continue
        }
        if (!match(line, /"([^"\\]|\\.)*"|'([^'\\]|\\.)*'|\/\*|\/\//)) {
            code = code line
            text = text line
            return
        }
        token = substr(line, RSTART, RLENGTH)
        code = code substr(line, 1, RSTART - 1)
        text = text substr(line, 1, RSTART - 1)
        line = substr(line, RSTART + RLENGTH)
        if (token == "//")
            return
        if (token == "/*") {
            in_comment = 1
        } else {
            code = code substr(token, 1, 1) substr(token, 1, 1)
            text = text token
        }
    }
}

FNR == 1 {
    in_comment = 0
    area = area_of(FILENAME)
    for (i = 1; i <= count; i++)
        applies[i] = FILENAME ~ places[i] && (excepted[i] == "" || FILENAME !~ excepted[i])
    if ($0 != "/* SPDX-License-Identifier: Apache-2.0 */")
        fault("the first line is /* SPDX-License-Identifier: Apache-2.0 */")
    if (FILENAME ~ /^(core|include)\// && !(area in rank) && area !~ /^(io|httpd|kube)$/)
        fault("\"" area "\" is no layer of core: see CORE_LAYERS in the Makefile")
}

FNR == 701 {
    fault("more than 700 lines: split it by phase")
}

/\t/ {
    fault("tab: indent with spaces")
}

/^[ ]*#[ ]*include/ {
    check_include($0)
    next
}

# The guard of a header is its alone: two headers with one guard hide each other.
/^#ifndef [A-Z0-9_]+_H$/ && FILENAME ~ /[.]h$/ {
    if ($2 in guards && guards[$2] != FILENAME)
        fault("guard " $2 " is taken by " guards[$2])
    guards[$2] = FILENAME
    guarded[FILENAME] = 1
}

{
    strip($0)
    if (code ~ /[^ ]/) {
        check_rules("call", code)
        check_rules("word", code)
        check_rules("text", text)
    }
}

END {
    for (i = 1; i < ARGC; i++)
        if (ARGV[i] ~ /[.]h$/ && !(ARGV[i] in guarded)) {
            printf "%s:1: no include guard\n", ARGV[i]
            faults++
        }
    exit faults > 0
}
