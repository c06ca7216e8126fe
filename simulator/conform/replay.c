/* SPDX-License-Identifier: Apache-2.0 */
/* Pods placed one after another, ties going to the smallest name, written as the
 * recordings write it.
 *
 * A placed Pod has started at once, a second after the one before it in the queue.
 * Victims vanish at once and the preemptor is tried again, nominated. */
#include "simulator/conform/answer.h"

#include <inttypes.h>
#include <string.h>

enum { FIRST_START_S = 1735689600 }; /* 2025-01-01T00:00:00Z */

struct tally {
    int64_t placed, failed;
};

static mn_pod *copy_pod(const conform_case *c, const mn_pod *pod)
{
    mn_pod *copy = MN_ARENA_NEW(c->arena, mn_pod, 1);
    *copy = *pod;
    return copy;
}

static void bind(conform_case *c, const mn_pod *pod, const char *node, size_t index)
{
    mn_pod *bound = copy_pod(c, pod);
    bound->spec.node_name = mn_arena_strdup(c->arena, node);
    bound->status.nominated_node_name = NULL;
    bound->status.start_time_ms = (mn_opt_int){
        .set = true,
        .value = ((int64_t)FIRST_START_S + (int64_t)index) * 1000,
    };
    mn_cache_add_pod(c->cache, bound, node);
}

/* FNV-1a over "NODE=TOTAL\n" of all feasible nodes by name. */
static uint64_t hash_totals(const mn_total *totals, size_t count)
{
    uint64_t hash = 0xcbf29ce484222325U;
    for (size_t i = 0; i < count; i++) {
        g_autofree char *line =
            g_strdup_printf("%s=%" PRId64 "\n", totals[i].node, totals[i].total);
        for (const char *c = line; *c != '\0'; c++)
            hash = (hash ^ (unsigned char)*c) * 0x100000001b3U;
    }
    return hash;
}

static void write_placed(mn_json_writer *json, const mn_outcome *outcome)
{
    mn_json_member_string(json, "node", outcome->node);
    mn_json_member_int(json, "feasible", (int64_t)outcome->feasible);
    mn_json_key(json, "ties");
    conform_texts(json, outcome->ties, outcome->tie_count);
    if (!outcome->scored)
        return;
    g_autofree char *hash =
        g_strdup_printf("%016" PRIx64, hash_totals(outcome->totals, outcome->feasible));
    mn_json_member_int(json, "best", outcome->best);
    mn_json_member_string(json, "totalsFnv1a64", hash);
}

static void write_outcome(mn_json_writer *json, const mn_outcome *outcome)
{
    switch (outcome->kind) {
    case MN_OUTCOME_PLACED:
        write_placed(json, outcome);
        return;
    case MN_OUTCOME_UNSCHEDULABLE:
        mn_json_member_int(json, "feasible", (int64_t)outcome->feasible);
        mn_json_member_string(json, "message", outcome->message);
        return;
    case MN_OUTCOME_GATED:
        mn_json_member_int(json, "feasible", 0);
        mn_json_member_bool(json, "gated", true);
        return;
    case MN_OUTCOME_ERROR:
        mn_json_member_int(json, "feasible", (int64_t)outcome->feasible);
        mn_json_member_string(json, "error", outcome->message);
        return;
    }
}

/* What is kept of a preemption while the Pod is tried again. */
struct eviction {
    mn_pod_info *victims;
    size_t victim_count;
    const char **ties; /* the first one is nominated */
    size_t tie_count;
};

static struct eviction keep_eviction(const conform_case *c, const mn_outcome *outcome)
{
    struct eviction kept = {
        .victims = MN_ARENA_NEW(c->arena, mn_pod_info, outcome->victim_count),
        .victim_count = outcome->victim_count,
        .ties = MN_ARENA_NEW(c->arena, const char *, outcome->nominated_tie_count),
        .tie_count = outcome->nominated_tie_count,
    };
    for (size_t i = 0; i < kept.victim_count; i++)
        kept.victims[i].pod = outcome->victims[i];
    for (size_t i = 0; i < kept.tie_count; i++)
        kept.ties[i] = mn_arena_strdup(c->arena, outcome->nominated_ties[i]);
    return kept;
}

/* Removes the victims; the Pod as it then is. */
static const mn_pod *evict(conform_case *c, const mn_pod *pod, const struct eviction *eviction)
{
    mn_pod *nominated = copy_pod(c, pod);
    nominated->status.nominated_node_name = eviction->ties[0];
    for (size_t i = 0; i < eviction->victim_count; i++)
        mn_cache_remove_pod(c->cache, eviction->victims[i].pod);
    mn_cache_nominate(c->cache, nominated, eviction->ties[0]);
    return nominated;
}

static void write_eviction(mn_json_writer *json, const struct eviction *eviction)
{
    mn_json_key(json, "preempted");
    conform_victims(json, eviction->victims, eviction->victim_count);
    mn_json_member_string(json, "nominated", eviction->ties[0]);
    if (eviction->tie_count > 1) {
        mn_json_key(json, "nominatedTies");
        conform_texts(json, eviction->ties, eviction->tie_count);
    }
}

static void replay_pod(conform_case *c, mn_scheduler *scheduler, size_t index, mn_json_writer *json,
                       struct tally *tally)
{
    const mn_pod *pod = c->pods.items[index];
    g_autofree char *name = g_strdup_printf("%s/%s", mn_meta_namespace(&pod->meta), pod->meta.name);
    mn_json_member_string(json, "pod", name);
    if (pod->spec.node_name != NULL) {
        mn_cache_add_pod(c->cache, pod, pod->spec.node_name);
        mn_json_member_string(json, "node", pod->spec.node_name);
        mn_json_member_int(json, "feasible", 0);
        return;
    }
    const mn_outcome *outcome = mn_scheduler_place(scheduler, pod);
    if (c->preemption && outcome->nominated_node != NULL) {
        const struct eviction eviction = keep_eviction(c, outcome);
        pod = evict(c, pod, &eviction);
        outcome = mn_scheduler_place(scheduler, pod);
        write_outcome(json, outcome);
        write_eviction(json, &eviction);
    } else {
        write_outcome(json, outcome);
    }
    if (outcome->kind == MN_OUTCOME_PLACED) {
        bind(c, pod, outcome->node, index);
        tally->placed++;
    } else {
        tally->failed++;
    }
}

void conform_replay(conform_case *c, mn_scheduler *scheduler, mn_json_writer *json)
{
    struct tally tally = {0};
    mn_json_begin_object(json);
    mn_json_member_string(json, "name", c->name);
    mn_json_member_string(json, "group", c->group);
    mn_json_key(json, "results");
    mn_json_begin_array(json);
    for (size_t i = 0; i < c->pods.count; i++) {
        mn_json_begin_object(json);
        replay_pod(c, scheduler, i, json, &tally);
        mn_json_end_object(json);
    }
    mn_json_end_array(json);
    mn_json_member_int(json, "placed", tally.placed);
    mn_json_member_int(json, "failed", tally.failed);
    mn_json_end_object(json);
}

char *conform_answer(conform_case *c, mn_engine engine)
{
    const mn_scheduler_options options = {
        .tie_break_first = true,
        .list_ties = true,
        .list_totals = true,
        .engine = engine,
    };
    g_autoptr(mn_scheduler) scheduler = mn_scheduler_new(c->cache, c->profile, &options);
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    if (c->pod != NULL)
        conform_verdict(c, scheduler, &json);
    else
        conform_replay(c, scheduler, &json);
    return mn_json_writer_steal(&json, NULL);
}
