/* SPDX-License-Identifier: Apache-2.0 */
/* Collects what the signals find, and puts a finding into words.
 *
 * The list is bounded, the decision is not: the best evidence for each OS, the
 * first container of each OS and the sets of builds are kept as they come, so the
 * hundredth container counts as much as the first.
 */
#include "mullion/os/evidence.h"

#include "core/os/signals.h"

const mn_os_signal mn_os_signals[] = {
#define SIGNAL(number, name, word, fields, says, but) \
    {.rank = (number), .id = (word), .reads = (fields), .trust = (says), .caveat = (but)},
#include "core/os/signals.def"
#undef SIGNAL
};
const size_t mn_os_signal_count = G_N_ELEMENTS(mn_os_signals);

typedef void (*read_fn)(mn_collector *collector, const mn_container *container);

static const read_fn readers[] = {
#define SIGNAL(rank, name, id, reads, trust, caveat) mn_os_read_##name,
#include "core/os/signals.def"
#undef SIGNAL
};

/* Places in the list that weak and medium evidence must leave to stronger. */
enum { RESERVED = 16 };

bool mn_os_evidence_outweighs(const mn_os_evidence *a, const mn_os_evidence *b)
{
    if (a->strength != b->strength)
        return a->strength > b->strength;
    return a->signal != NULL && b->signal != NULL && a->signal->rank < b->signal->rank;
}

static void list(mn_os_findings *out, const mn_os_evidence *found)
{
    bool strong = found->strength >= MN_STRENGTH_STRONG;
    size_t places = strong ? MN_OS_EVIDENCE_MAX : MN_OS_EVIDENCE_MAX - RESERVED;
    if (out->count < places)
        out->items[out->count++] = *found;
    else
        out->dropped++;
}

static void keep_best(mn_os_evidence *best, const mn_os_evidence *found)
{
    if (mn_os_evidence_outweighs(found, best))
        *best = *found;
}

static mn_os_evidence complete(const mn_collector *collector, const mn_os_evidence *found)
{
    mn_os_evidence evidence = *found;
    evidence.signal = collector->signal;
    evidence.scope = collector->scope;
    evidence.container = collector->container;
    return evidence;
}

void mn_os_emit(mn_collector *collector, const mn_os_evidence *found)
{
    g_assert(found->os != MN_OS_UNKNOWN && found->strength != MN_STRENGTH_NONE);
    mn_os_evidence evidence = complete(collector, found);
    keep_best(&collector->out->best[evidence.os], &evidence);
    if (evidence.scope != MN_OS_SCOPE_POD)
        keep_best(&collector->own[evidence.os], &evidence);
    list(collector->out, &evidence);
}

static void keep_build_by(mn_collector *collector, const mn_os_evidence *by)
{
    if (collector->out->build_by.signal == NULL)
        collector->out->build_by = complete(collector, by);
}

void mn_os_demand_selector_builds(mn_collector *collector, const mn_os_evidence *by)
{
    mn_build_set *builds = &collector->out->selector_builds;
    *builds = mn_build_set_intersect(builds, &by->builds);
    keep_build_by(collector, by);
}

void mn_os_demand_image_builds(mn_collector *collector, const mn_os_evidence *by)
{
    mn_os_findings *out = collector->out;
    keep_build_by(collector, by);
    for (size_t i = 0; i < out->image_build_count; i++)
        if (mn_build_set_equal(&out->image_builds[i], &by->builds))
            return;
    if (out->image_build_count < MN_OS_BUILD_SETS)
        out->image_builds[out->image_build_count++] = by->builds;
}

bool mn_os_has_word(mn_str text, const char *word)
{
    size_t len = strlen(word);
    for (size_t at = 0; at + len <= text.len; at++) {
        bool starts = at == 0 || !g_ascii_isalnum(text.ptr[at - 1]);
        bool ends = at + len == text.len || !g_ascii_isalnum(text.ptr[at + len]);
        if (starts && ends && g_ascii_strncasecmp(text.ptr + at, word, len) == 0)
            return true;
    }
    return false;
}

static void run_readers(mn_collector *collector, const mn_container *container)
{
    for (size_t i = 0; i < G_N_ELEMENTS(readers); i++) {
        collector->signal = &mn_os_signals[i];
        readers[i](collector, container);
    }
}

/* A container is of the OS that its own strong evidence says, if any. */
static void conclude_container(mn_collector *collector)
{
    const mn_os_evidence *on_linux = &collector->own[MN_OS_LINUX];
    const mn_os_evidence *on_windows = &collector->own[MN_OS_WINDOWS];
    const mn_os_evidence *best =
        mn_os_evidence_outweighs(on_windows, on_linux) ? on_windows : on_linux;
    mn_os_evidence *first = &collector->out->container[best->os];

    if (best->strength >= MN_STRENGTH_STRONG && first->signal == NULL)
        *first = *best;
    memset(collector->own, 0, sizeof collector->own);
}

static void read_containers(mn_collector *collector, const mn_containers *containers,
                            mn_os_scope scope)
{
    collector->scope = scope;
    for (size_t i = 0; i < containers->count; i++) {
        collector->container = i;
        run_readers(collector, &containers->items[i]);
        conclude_container(collector);
    }
}

static bool is_host_process(const mn_pod_spec *spec)
{
    const mn_pod_security_context *pod = spec->security_context;
    if (pod != NULL && pod->windows_options != NULL &&
        pod->windows_options->host_process == MN_TRUE)
        return true;
    for (size_t i = 0; i < spec->containers.count; i++) {
        const mn_security_context *own = spec->containers.items[i].security_context;
        if (own != NULL && own->windows_options != NULL &&
            own->windows_options->host_process == MN_TRUE)
            return true;
    }
    return false;
}

void mn_os_collect(const mn_os_input *input, mn_os_findings *out)
{
    memset(out, 0, offsetof(mn_os_findings, items));
    mn_collector collector = {
        .in = input,
        .out = out,
        .openshift = mn_labels_find(&input->meta->annotations, "openshift.io/scc") != NULL,
    };
    collector.linux_fields = mn_os_sets_linux_fields(input->spec);
    out->host_process = is_host_process(input->spec);
    run_readers(&collector, NULL);
    read_containers(&collector, &input->spec->init_containers, MN_OS_SCOPE_INIT_CONTAINER);
    read_containers(&collector, &input->spec->containers, MN_OS_SCOPE_CONTAINER);
}

/* Evidence is put into words for each request of an extender: without printf(). */
static void append_all(GString *out, const char *first, const char *second)
{
    g_string_append(out, first);
    g_string_append(out, second);
}

static void append_index(GString *out, size_t index)
{
    char text[32];
    size_t at = sizeof text;
    text[--at] = ']';
    do
        text[--at] = (char)('0' + index % 10);
    while ((index /= 10) != 0);
    text[--at] = '[';
    g_string_append_len(out, text + at, (gssize)(sizeof text - at));
}

void mn_os_evidence_path(const mn_os_evidence *evidence, GString *out)
{
    static const char *const lists[] = {"", "spec.initContainers", "spec.containers"};
    if (evidence->scope != MN_OS_SCOPE_POD) {
        g_string_append(out, lists[evidence->scope]);
        append_index(out, evidence->container);
        g_string_append_c(out, '.');
    }
    const char *brackets = strstr(evidence->field, "[]");
    if (brackets == NULL) {
        g_string_append(out, evidence->field);
    } else {
        g_string_append_len(out, evidence->field, brackets - evidence->field);
        append_index(out, evidence->item);
        g_string_append(out, brackets + 2);
    }
    if (evidence->key != NULL) {
        append_all(out, "[", evidence->key);
        g_string_append_c(out, ']');
    }
}

/* What a log line and a terminal can bear: printable, and not endless. An image
 * name loses folders rather than its tag. */
static void append_quoted(GString *out, mn_str said)
{
    enum { WIDTH = 60 };
    size_t start = 0, slash = 0;
    for (size_t i = 0; i < said.len && said.len > WIDTH; i++)
        if (said.ptr[i] == '/')
            slash = i;
    if (slash > 0 && said.len - slash <= WIDTH)
        start = slash;
    size_t end = MIN(said.len, start + WIDTH);

    append_all(out, " \"", start > 0 ? "…" : "");
    for (size_t i = start; i < end; i++)
        g_string_append_c(out, g_ascii_isprint(said.ptr[i]) ? said.ptr[i] : '?');
    g_string_append(out, end < said.len ? "…\"" : "\"");
}

void mn_os_evidence_format(const mn_os_evidence *evidence, GString *out)
{
    mn_os_evidence_path(evidence, out);
    if (evidence->op != NULL)
        append_all(out, " ", evidence->op);
    if (mn_str_eq(evidence->said, MN_STR_LIT("true")))
        g_string_append(out, ": true");
    else if (evidence->said.len > 0)
        append_quoted(out, evidence->said);
    if (evidence->because.len > 0 && !mn_str_eq(evidence->because, evidence->said)) {
        g_string_append(out, " says ");
        g_string_append_len(out, evidence->because.ptr, (gssize)evidence->because.len);
    }
    append_all(out, " (", mn_strength_name(evidence->strength));
    g_string_append_c(out, ')');
}
