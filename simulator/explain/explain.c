/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/explain/explain.h"

#include "simulator/explain/ask.h"
#include "simulator/explain/pick.h"

#include <string.h>

/* ---------------------------------------------------------------- the first run: who and when */

/* How often kube-scheduler tried whom: "namespace/name" -> count. */
typedef struct census {
    GHashTable *attempts;
} census;

static char *key_of(const mn_pod *pod)
{
    return g_strdup_printf("%s/%s", mn_meta_namespace(&pod->meta), pod->meta.name);
}

static void count_attempt(void *data, const mn_sight *sight)
{
    const census *c = data;
    char *key = key_of(sight->pod);
    const size_t known = GPOINTER_TO_SIZE(g_hash_table_lookup(c->attempts, key));
    g_hash_table_replace(c->attempts, key, GSIZE_TO_POINTER(known + 1));
}

static void ignore_outcome(void *data, const mn_sight *sight, const mn_outcome *outcome)
{
    (void)data;
    (void)sight;
    (void)outcome;
}

static void ignore(void *data, const mn_sight *sight)
{
    (void)data;
    (void)sight;
}

/* ---------------------------------------------------------------- the second run */

/* The Pod that is waited for, and which of its attempts. */
typedef struct stakeout {
    mn_ask ask;
    const char *key;
    size_t attempt, wanted; /* wanted 0: it is never tried */
    bool answered;
    mn_candidate_pod *candidate;
} stakeout;

static bool is_the_one(const stakeout *s, const mn_sight *sight)
{
    g_autofree char *key = key_of(sight->pod);
    return !s->answered && strcmp(key, s->key) == 0;
}

/* What the Pod says, and what every node says to it. */
static void look(stakeout *s, const mn_sight *sight, mn_scheduler *scheduler, const mn_pod *pod)
{
    mn_ask *ask = &s->ask;
    ask->truth.objects = sight->objects;
    g_clear_pointer(&s->candidate, mn_candidate_pod_free);
    s->candidate = mn_candidate_pod_new(ask, pod);
    ask->asked = s->candidate;
    ask->cache = sight->cache;
    mn_explain_need(ask, s->candidate);
    mn_explain_nodes(ask, mn_scheduler_explain(scheduler, pod), s->candidate);
}

static void before(void *data, const mn_sight *sight)
{
    stakeout *s = data;
    if (!is_the_one(s, sight) || ++s->attempt != s->wanted)
        return;
    s->ask.profile = mn_schedulers_profile(sight->schedulers, sight->pod);
    s->ask.out->profile = mn_arena_strdup(s->ask.arena, s->ask.profile->scheduler_name);
    s->ask.out->time_ms = sight->time_ms;
    look(s, sight, mn_schedulers_find(sight->schedulers, sight->pod), sight->pod);
}

static void after(void *data, const mn_sight *sight, const mn_outcome *outcome)
{
    stakeout *s = data;
    if (!is_the_one(s, sight) || s->attempt != s->wanted)
        return;
    s->ask.out->moment = MN_EXPLAINED_ATTEMPT;
    s->ask.out->attempts = s->attempt;
    mn_explain_outcome(&s->ask, outcome);
    mn_explain_fixes(&s->ask);
    s->answered = true;
}

/* ---- Pods that nobody tried */

static const char *gates_text(mn_arena *arena, const mn_pod *pod)
{
    g_autoptr(GString) text = g_string_new("it waits behind its scheduling gates:");
    for (size_t i = 0; i < pod->spec.scheduling_gates.count; i++)
        g_string_append_printf(
            text, "%s %s", i == 0 ? "" : ",", pod->spec.scheduling_gates.items[i].name);
    return mn_arena_strdup(arena, text->str);
}

static const char *why_nobody_asked(const stakeout *s, const mn_sight *sight)
{
    mn_arena *arena = s->ask.arena;
    const mn_pod *pod = sight->pod;
    if (mn_schedulers_profile(sight->schedulers, pod) == NULL)
        return mn_arena_printf(
            arena, "no scheduler here is called \"%s\"", pod->spec.scheduler_name);
    if (s->ask.out->record->existed && pod->spec.node_name != NULL)
        return mn_arena_printf(arena, "it came bound to %s", pod->spec.node_name);
    if (pod->spec.node_name != NULL)
        return mn_arena_printf(
            arena, "its spec.nodeName is %s, which passes kube-scheduler by", pod->spec.node_name);
    if (pod->spec.scheduling_gates.count > 0)
        return gates_text(arena, pod);
    return "its turn had not come yet";
}

/* As it would come to kube-scheduler: without a node and without gates. */
static const mn_pod *as_new(mn_arena *arena, const mn_pod *pod)
{
    mn_pod *fresh = MN_ARENA_NEW(arena, mn_pod, 1);
    *fresh = *pod;
    fresh->spec.node_name = NULL;
    fresh->spec.scheduling_gates = (mn_scheduling_gates){0};
    fresh->status.nominated_node_name = NULL;
    return fresh;
}

static void ask_anew(stakeout *s, const mn_sight *sight)
{
    mn_ask *ask = &s->ask;
    const mn_pod *fresh = as_new(ask->arena, sight->pod);
    ask->profile = mn_schedulers_profile(sight->schedulers, sight->pod);
    if (ask->profile == NULL)
        ask->profile = mn_schedulers_first_profile(sight->schedulers);
    ask->out->profile = mn_arena_strdup(ask->arena, ask->profile->scheduler_name);
    g_autoptr(mn_scheduler) own = mn_scheduler_new(sight->cache, ask->profile, ask->how);
    look(s, sight, own, fresh);
    mn_explain_outcome(ask, mn_scheduler_place(own, fresh));
    mn_explain_fixes(ask);
}

static void at_end(void *data, const mn_sight *sight)
{
    stakeout *s = data;
    if (!is_the_one(s, sight))
        return;
    mn_explained *out = s->ask.out;
    out->moment = MN_EXPLAINED_ANEW;
    out->why_anew = why_nobody_asked(s, sight);
    const char *place =
        sight->bound == NULL ? NULL : mn_cache_find_pod_node(sight->cache, sight->bound);
    if (place != NULL)
        mn_cache_remove_pod(sight->cache, sight->bound);
    ask_anew(s, sight);
    if (place != NULL)
        mn_cache_add_pod(sight->cache, sight->bound, place);
    s->answered = true;
}

/* ---------------------------------------------------------------- the whole */

static void tell_pod(mn_explained *out, const mn_record *record, const mn_record_pod *pod)
{
    const mn_record_workload *workload = &record->workloads[pod->workload];
    out->scenario = record->scenario;
    out->kubernetes = record->kubernetes;
    out->extender = record->extender;
    out->strategy = record->strategy;
    out->seed = record->seed;
    out->namespace_ = pod->namespace_;
    out->name = pod->name;
    out->kind = workload->kind;
    out->owner = workload->name;
    out->record = pod;
    out->need = pod->need;
    out->moment = MN_EXPLAINED_NEVER;
    out->need_text = mn_arena_printf(out->arena, "needs %s", pod->need.text);
    out->conflict = out->why_anew = out->profile = out->event = out->event_text = "";
    out->pre_filter_by = out->pre_filter_reason = "";
}

static bool watch_it(const mn_scenario *scenario, const mn_run_options *options, size_t attempts,
                     mn_explained *out, GError **error)
{
    const mn_scheduler_options how = {
        .seed = out->seed,
        .tie_break_first = scenario->tie_break_first,
        .engine = MN_ENGINE_REFERENCE,
    };
    g_autofree char *key = g_strdup_printf("%s/%s", out->namespace_, out->name);
    stakeout s = {
        .ask =
            {
                .arena = out->arena,
                .scenario = scenario,
                .truth = mn_truth_new(out->arena, scenario),
                .findings = MN_ARENA_NEW(out->arena, mn_os_findings, 1),
                .how = &how,
                .mode =
                    options->has_extender_mode ? options->extender_mode : scenario->extender_mode,
                .out = out,
            },
        .key = key,
        .wanted = attempts,
    };
    const mn_watcher watcher = {.data = &s, .before = before, .after = after, .at_end = at_end};
    mn_run_options again = *options;
    again.watcher = &watcher;
    g_autoptr(mn_record) record = mn_engine_run(scenario, &again, error);
    mn_candidate_pod_free(s.candidate);
    return record != NULL;
}

mn_explained *mn_explain(const mn_scenario *scenario, const mn_run_options *options,
                         const mn_explain_request *request, GError **error)
{
    g_autoptr(GHashTable) attempts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    census c = {.attempts = attempts};
    const mn_watcher watcher = {
        .data = &c, .before = count_attempt, .after = ignore_outcome, .at_end = ignore};
    mn_run_options until = *options;
    if (request->has_at) {
        until.has_until = true;
        until.until_ms = request->at_ms;
    }
    mn_run_options first = until;
    first.watcher = &watcher;
    g_autoptr(mn_record) record = mn_engine_run(scenario, &first, error);
    if (record == NULL)
        return NULL;
    g_autoptr(mn_arena) arena = mn_arena_new();
    mn_explained *out = MN_ARENA_NEW(arena, mn_explained, 1);
    out->arena = arena;
    const mn_record_pod *pod = mn_pick_pod(arena, record, request->pod, &out->picked, error);
    if (pod == NULL)
        return NULL;
    tell_pod(out, record, pod);
    out->tie_break_first = scenario->tie_break_first;
    g_autofree char *key = g_strdup_printf("%s/%s", pod->namespace_, pod->name);
    const size_t count = GPOINTER_TO_SIZE(g_hash_table_lookup(attempts, key));
    if (pod->fate != MN_FATE_REJECTED && !watch_it(scenario, &until, count, out, error))
        return NULL;
    out->run = g_steal_pointer(&record);
    g_steal_pointer(&arena);
    return out;
}

void mn_explained_free(mn_explained *explained)
{
    if (explained == NULL)
        return;
    mn_record_free(explained->run);
    mn_arena_free(explained->arena);
}
