/* SPDX-License-Identifier: Apache-2.0 */
/* What explaining says against what placing does, on every recorded cluster. (That each verdict
 * and score is kube-scheduler's, the recordings themselves say: test_conform.c.) */
#include "mullion/io/file.h"
#include "simulator/conform/case.h"
#include "tests/support/expect.h"

#include <string.h>

static const char *const files[] = {
    "tests/vectors/adaptive.jsonl.gz",
    "tests/vectors/config-replay.jsonl.gz",
    "tests/vectors/config.jsonl.gz",
    "tests/vectors/replay.jsonl.gz",
    "tests/vectors/verdicts.jsonl.gz",
};

/* What is left of an explanation when the scheduler is asked again. */
typedef struct told {
    GHashTable *totals; /* name of a feasible node -> its total */
    size_t feasible, seen, fitting;
    bool failed;
} told;

static told listen(mn_scheduler *scheduler, const mn_pod *pod)
{
    const mn_explanation *explanation = mn_scheduler_explain(scheduler, pod);
    told t = {.totals = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
    t.failed = !mn_verdict_fits(explanation->pre_filter);
    for (size_t i = 0; i < explanation->count; i++) {
        const mn_node_explanation *node = &explanation->nodes[i];
        t.seen += node->seen;
        t.fitting += !t.failed && node->first_failure == NULL && !node->excluded;
        if (!node->feasible)
            continue;
        t.feasible++;
        g_hash_table_insert(t.totals,
                            g_strdup(mn_node_info_name(node->node)),
                            GSIZE_TO_POINTER((gsize)node->total));
    }
    return t;
}

static size_t different_totals(const told *t, const mn_outcome *outcome)
{
    size_t different = 0;
    for (size_t i = 0; i < outcome->feasible; i++) {
        gpointer total;
        if (!g_hash_table_lookup_extended(t->totals, outcome->totals[i].node, NULL, &total) ||
            (int64_t)GPOINTER_TO_SIZE(total) != outcome->totals[i].total)
            different++;
    }
    return different;
}

static void agrees(mn_scheduler *scheduler, const mn_pod *pod, const mn_outcome **outcome)
{
    told t = listen(scheduler, pod);
    const size_t everywhere = mn_scheduler_find_all(scheduler, pod).count;
    *outcome = mn_scheduler_place(scheduler, pod);
    const mn_outcome *got = *outcome;
    if (got->kind == MN_OUTCOME_GATED || got->nodes == 0) {
        g_hash_table_unref(t.totals);
        return;
    }
    EXPECT_INT((int64_t)t.feasible, (int64_t)got->feasible);
    EXPECT_INT((int64_t)t.seen, (int64_t)got->evaluated);
    if (got->scored)
        EXPECT_INT((int64_t)different_totals(&t, got), 0);
    if (got->kind == MN_OUTCOME_PLACED)
        EXPECT_TRUE(g_hash_table_contains(t.totals, got->node));
    if (pod->status.nominated_node_name == NULL)
        EXPECT_INT((int64_t)everywhere, (int64_t)t.fitting);
    g_hash_table_unref(t.totals);
}

static void bind(conform_case *c, const mn_pod *pod, const char *node)
{
    mn_pod *bound = MN_ARENA_NEW(c->arena, mn_pod, 1);
    *bound = *pod;
    bound->spec.node_name = mn_arena_strdup(c->arena, node);
    mn_cache_add_pod(c->cache, bound, bound->spec.node_name);
}

static size_t ask(conform_case *c, mn_engine engine)
{
    const mn_scheduler_options options = {
        .tie_break_first = true, .list_totals = true, .engine = engine};
    g_autoptr(mn_scheduler) scheduler = mn_scheduler_new(c->cache, c->profile, &options);
    const mn_outcome *outcome;
    size_t asked = 0;
    if (c->pod != NULL) {
        agrees(scheduler, c->pod, &outcome);
        return 1;
    }
    for (size_t i = 0; i < c->pods.count; i++) {
        const mn_pod *pod = c->pods.items[i];
        if (i % 7 == 0 || c->pods.count < 100) {
            agrees(scheduler, pod, &outcome);
            asked++;
        } else {
            outcome = mn_scheduler_place(scheduler, pod);
        }
        if (outcome->kind == MN_OUTCOME_PLACED)
            bind(c, pod, outcome->node);
    }
    return asked;
}

static size_t ask_file(const char *path, mn_engine engine)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_file) file = mn_file_read(path, (size_t)1 << 30, &error);
    size_t asked = 0;
    if (file == NULL) {
        CU_FAIL(error->message);
        return 0;
    }
    const char *at = file->source.bytes, *end = at + file->source.len;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline == NULL ? end : newline;
        const mn_str line = {.ptr = at, .len = (size_t)(stop - at)};
        at = stop + 1;
        if (line.len == 0)
            continue;
        g_autoptr(conform_case) c = conform_case_new(line, NULL);
        asked += ask(c, engine);
    }
    return asked;
}

static void explaining_tells_what_the_fast_engine_does(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
        EXPECT_TRUE(ask_file(files[i], MN_ENGINE_FAST) > 0);
}

static void explaining_tells_what_the_reference_engine_does(void)
{
    EXPECT_TRUE(ask_file("tests/vectors/verdicts.jsonl.gz", MN_ENGINE_REFERENCE) > 0);
    EXPECT_TRUE(ask_file("tests/vectors/adaptive.jsonl.gz", MN_ENGINE_REFERENCE) > 0);
}

extern CU_TestInfo suite_simulator_explain_cycle[];
CU_TestInfo suite_simulator_explain_cycle[] = {
    {"explaining tells what the fast engine does", explaining_tells_what_the_fast_engine_does},
    {"explaining tells what the reference engine does",
     explaining_tells_what_the_reference_engine_does},
    CU_TEST_INFO_NULL,
};
