/* SPDX-License-Identifier: Apache-2.0 */
/* Why a Pod did not fit, in kube-scheduler's words.
 *
 * Surprise: the reasons are sorted as texts that begin with their count, so "10 x" stands
 * before "2 y".
 */
#include "core/sched/cycle.h"

#include <string.h>

static void count_reason(GHashTable *counts, const char *reason, size_t more)
{
    gpointer key = (gpointer)(uintptr_t)reason;
    const size_t known = GPOINTER_TO_SIZE(g_hash_table_lookup(counts, reason));
    g_hash_table_insert(counts, key, GSIZE_TO_POINTER(known + more));
}

/* Verdicts are often shared: as many as this are told apart by where their reasons are,
 * and counted together. */
enum { SHARED = 32 };

struct shared {
    const mn_verdict *verdict;
    size_t times;
};

static void count_verdict(GHashTable *counts, const mn_verdict *verdict, size_t times)
{
    for (size_t i = 0; i < verdict->count; i++)
        count_reason(counts, verdict->reasons[i], times);
}

static void count_all(GHashTable *counts, const mn_rejection *rejections, size_t count)
{
    struct shared shared[SHARED] = {{0}};
    for (size_t i = 0; i < count; i++) {
        const mn_verdict *verdict = &rejections[i].verdict;
        struct shared *slot = &shared[((uintptr_t)verdict->reasons >> 4) % SHARED];
        if (slot->verdict != NULL && slot->verdict->reasons == verdict->reasons &&
            slot->verdict->count == verdict->count) {
            slot->times++;
            continue;
        }
        if (slot->verdict != NULL)
            count_verdict(counts, slot->verdict, slot->times);
        *slot = (struct shared){.verdict = verdict, .times = 1};
    }
    for (size_t i = 0; i < SHARED; i++) {
        if (shared[i].verdict != NULL)
            count_verdict(counts, shared[i].verdict, shared[i].times);
    }
}

struct line {
    char *text;
    mn_reason_count count;
};

static int by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(((const struct line *)a)->text, ((const struct line *)b)->text);
}

static GArray *sorted_lines(GHashTable *counts)
{
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(struct line));
    GHashTableIter iter;
    gpointer key, value;
    g_hash_table_iter_init(&iter, counts);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        const size_t nodes = GPOINTER_TO_SIZE(value);
        const struct line line = {
            .text = g_strdup_printf("%zu %s", nodes, (const char *)key),
            .count = {.reason = key, .nodes = nodes},
        };
        g_array_append_val(lines, line);
    }
    g_array_sort(lines, by_text);
    return lines;
}

static mn_fit_error join(mn_arena *arena, const GArray *lines)
{
    g_autoptr(GString) text = g_string_new(NULL);
    mn_reason_count *reasons = MN_ARENA_NEW(arena, mn_reason_count, lines->len);
    for (guint i = 0; i < lines->len; i++) {
        const struct line *line = &g_array_index(lines, struct line, i);
        g_string_append_printf(text, "%s%s", i == 0 ? "" : ", ", line->text);
        reasons[i] = line->count;
        g_free(line->text);
    }
    return (mn_fit_error){
        .text = mn_arena_strdup(arena, text->str),
        .reasons = reasons,
        .count = lines->len,
    };
}

mn_fit_error mn_fit_error_new(mn_arena *arena, const mn_rejection *rejections, size_t count,
                              size_t nodes, const char *absent)
{
    g_autoptr(GHashTable) counts = g_hash_table_new(g_str_hash, g_str_equal);
    count_all(counts, rejections, count);
    if (absent != NULL && count < nodes)
        count_reason(counts, absent, nodes - count);
    g_autoptr(GArray) lines = sorted_lines(counts);
    return join(arena, lines);
}

const char *mn_fit_error_text(mn_arena *arena, const mn_fit_error *fit, size_t nodes,
                              const char *pre_filter, const char *post_filter)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, "0/%zu nodes are available:", nodes);
    if (pre_filter != NULL && *pre_filter != '\0')
        g_string_append_printf(text, " %s.", pre_filter);
    else if (fit->count > 0)
        g_string_append_printf(text, " %s.", fit->text);
    if (post_filter != NULL && *post_filter != '\0')
        g_string_append_printf(text, " %s", post_filter);
    return mn_arena_strdup(arena, text->str);
}

char *mn_message_event(const char *message)
{
    enum { EVENT_MAX = 1024 };
    static const char dots[] = " ...";
    if (strlen(message) <= EVENT_MAX)
        return g_strdup(message);
    const size_t kept = EVENT_MAX - (sizeof dots - 1);
    return g_strdup_printf("%.*s%s", (int)kept, message, dots);
}
