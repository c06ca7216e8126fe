/* SPDX-License-Identifier: Apache-2.0 */
/* From a run to its record: Pods put beside those of their workload, sums, names for people. */
#include "simulator/engine/recorder.h"

#include "simulator/engine/run.h"
#include "simulator/strategy/strategy.h"

#include <string.h>

enum { NODES_NAMED = 2 };

/* ---- words */

static const struct {
    const char *title, *id;
} fates[] = {
    [MN_FATE_RUNS] = {"runs", "runs"},
    [MN_FATE_WRONG_OS] = {"wrong OS", "wrong-os"},
    [MN_FATE_WRONG_BUILD] = {"wrong build", "wrong-build"},
    [MN_FATE_FAILED] = {"failed", "failed"},
    [MN_FATE_PENDING] = {"Pending", "pending"},
    [MN_FATE_REJECTED] = {"rejected", "rejected"},
};

const char *mn_fate_title(mn_fate fate)
{
    return fates[fate].title;
}

const char *mn_fate_id(mn_fate fate)
{
    return fates[fate].id;
}

bool mn_fate_is_dead(mn_fate fate)
{
    return mn_fate_is_misplaced(fate) || fate == MN_FATE_FAILED;
}

bool mn_fate_is_misplaced(mn_fate fate)
{
    return fate == MN_FATE_WRONG_OS || fate == MN_FATE_WRONG_BUILD;
}

static const char *const note_ids[] = {
    [MN_NOTE_IGNORED_KIND] = "ignored-kind",
    [MN_NOTE_FINISHED_PODS] = "finished-pods",
    [MN_NOTE_CLAIM] = "claim",
    [MN_NOTE_NODE_FACTS] = "node-facts",
    [MN_NOTE_TAINT_CASE] = "taint-case",
    [MN_NOTE_CONTRADICTION] = "contradiction",
    [MN_NOTE_NO_PODS] = "no-pods",
    [MN_NOTE_PREEMPTION] = "preemption",
    [MN_NOTE_STRATEGY] = "strategy",
    [MN_NOTE_OTHER] = "other",
};

const char *mn_note_kind_id(mn_note_kind kind)
{
    return note_ids[kind];
}

void mn_record_free(mn_record *record)
{
    if (record == NULL)
        return;
    mn_arena *arena = record->arena; /* the record itself stands in it */
    mn_arena_free(arena);
}

/* ---- sums */

static void add_amount(mn_record_amount *sum, const mn_record_amount *amount)
{
    sum->milli_cpu += amount->milli_cpu;
    sum->memory_bytes += amount->memory_bytes;
}

static void add_counts(size_t sum[MN_FATE_COUNT], const size_t counts[MN_FATE_COUNT])
{
    for (int i = 0; i < MN_FATE_COUNT; i++)
        sum[i] += counts[i];
}

/* ---- nodes and pools */

static const char *platform_of(mn_arena *arena, const mn_os_offer *offer)
{
    if (offer->os != MN_OS_WINDOWS)
        return offer->os == MN_OS_LINUX ? "linux" : "OS unknown";
    if (offer->version.build == 0)
        return "windows, build unknown";
    return mn_arena_printf(arena,
                           "windows %u.%u.%u",
                           (unsigned)offer->version.major,
                           (unsigned)offer->version.minor,
                           (unsigned)offer->version.build);
}

static const char *taints_of(mn_arena *arena, const mn_taints *taints)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < taints->count; i++) {
        const mn_taint *taint = &taints->items[i];
        g_string_append_printf(text,
                               "%s%s%s%s:%s",
                               i == 0 ? "" : ", ",
                               taint->key,
                               *taint->value == '\0' ? "" : "=",
                               taint->value,
                               mn_taint_effect_name(taint->effect));
    }
    return mn_arena_strdup(arena, text->str);
}

static mn_record_node record_node(const mn_run *run, const mn_snapshot *snapshot, guint index)
{
    const mn_node *node = run->scenario->objects->nodes->pdata[index];
    const mn_node_info *info = mn_snapshot_find(snapshot, node->meta.name);
    const mn_os_offer *offer = &run->offers[index];
    const char *runtime = node->status.info.container_runtime_version;
    return (mn_record_node){
        .name = node->meta.name,
        .os = offer->os,
        .build = offer->os == MN_OS_WINDOWS ? offer->version.build : 0,
        .platform = platform_of(run->arena, offer),
        .runtime = runtime == NULL ? "" : runtime,
        .taints = taints_of(run->arena, &node->spec.taints),
        .unschedulable = node->spec.unschedulable,
        .allocatable = {info->allocatable.milli_cpu, info->allocatable.memory},
        .requested = {info->requested.milli_cpu, info->requested.memory},
        .allocatable_pods = info->allowed_pods,
    };
}

static mn_record_node *record_nodes(const mn_run *run)
{
    const GPtrArray *nodes = run->scenario->objects->nodes;
    const mn_snapshot *snapshot = mn_cache_snapshot(run->cache);
    mn_record_node *records = MN_ARENA_NEW(run->arena, mn_record_node, nodes->len);
    for (guint i = 0; i < nodes->len; i++)
        records[i] = record_node(run, snapshot, i);
    for (size_t i = 0; i < run->plan->pods->len; i++) {
        const mn_record_pod *pod = &run->records[i];
        if (pod->node == NULL)
            continue;
        records[pod->node_index].counts[pod->fate]++;
        if (pod->holds)
            add_amount(&records[pod->node_index].held, &pod->requests);
    }
    return records;
}

static mn_record_pool pool_like(const mn_record_node *node, const char *name, bool declared)
{
    return (mn_record_pool){
        .name = name,
        .declared = declared,
        .os = node->os,
        .build = node->build,
        .platform = node->platform,
        .runtime = node->runtime,
        .taints = node->taints,
    };
}

static void join_pool(mn_record_pool *pool, mn_record_node *node, size_t index)
{
    node->pool = index;
    pool->node_count++;
    add_counts(pool->counts, node->counts);
    add_amount(&pool->allocatable, &node->allocatable);
    add_amount(&pool->requested, &node->requested);
    add_amount(&pool->held, &node->held);
}

/* Nodes that came one by one: the same platform and taints make a pool. */
static size_t find_or_add_group(GArray *pools, const mn_record_node *node)
{
    for (guint i = 0; i < pools->len; i++) {
        const mn_record_pool *pool = &g_array_index(pools, mn_record_pool, i);
        if (!pool->declared && strcmp(pool->platform, node->platform) == 0 &&
            strcmp(pool->taints, node->taints) == 0)
            return i;
    }
    const mn_record_pool fresh = pool_like(node, node->platform, false);
    g_array_append_val(pools, fresh);
    return pools->len - 1;
}

static void record_pools(const mn_run *run, mn_record_node *nodes, mn_record *out)
{
    const mn_scenario *scenario = run->scenario;
    g_autoptr(GArray) pools = g_array_new(FALSE, TRUE, sizeof(mn_record_pool));
    size_t count = scenario->objects->nodes->len, first_declared = count;
    for (size_t i = 0; i < scenario->pool_count; i++) {
        const mn_node_pool *declared = &scenario->pools[i];
        first_declared = MIN(first_declared, declared->first);
        if (declared->count == 0)
            continue;
        const mn_record_pool fresh = pool_like(&nodes[declared->first], declared->name, true);
        g_array_append_val(pools, fresh);
        for (size_t n = 0; n < declared->count; n++)
            join_pool(&g_array_index(pools, mn_record_pool, pools->len - 1),
                      &nodes[declared->first + n],
                      pools->len - 1);
    }
    for (size_t i = 0; i < first_declared; i++) {
        size_t index = find_or_add_group(pools, &nodes[i]);
        join_pool(&g_array_index(pools, mn_record_pool, index), &nodes[i], index);
    }
    mn_record_pool *items = MN_ARENA_NEW(run->arena, mn_record_pool, pools->len);
    for (guint i = 0; i < pools->len; i++)
        items[i] = g_array_index(pools, mn_record_pool, i);
    out->pools = items;
    out->pool_count = pools->len;
}

/* ---- workloads */

/* Stable: the Pods of a workload stay in the order in which they were made. `places` gets where
 * the Pods of the plan went. */
static mn_record_pod *pods_by_workload(const mn_run *run, mn_record_workload *workloads,
                                       size_t *places)
{
    size_t count = run->plan->pods->len, next = 0;
    mn_record_pod *sorted = MN_ARENA_NEW(run->arena, mn_record_pod, count);
    for (size_t i = 0; i < count; i++)
        workloads[run->records[i].workload].pod_count++;
    for (guint w = 0; w < run->plan->workloads->len; w++) {
        workloads[w].first_pod = next;
        next += workloads[w].pod_count;
        workloads[w].pod_count = 0;
    }
    for (size_t i = 0; i < count; i++) {
        mn_record_workload *workload = &workloads[run->records[i].workload];
        places[i] = workload->first_pod + workload->pod_count++;
        sorted[places[i]] = run->records[i];
    }
    return sorted;
}

static const char *where(mn_arena *arena, const mn_record_workload *workload,
                         const mn_record_pod *pods, const mn_record_node *nodes, size_t node_count)
{
    g_autofree bool *seen = g_new0(bool, node_count);
    for (size_t i = 0; i < workload->pod_count; i++) {
        const mn_record_pod *pod = &pods[workload->first_pod + i];
        if (pod->node != NULL)
            seen[pod->node_index] = true;
    }
    g_autoptr(GString) text = g_string_new(NULL);
    size_t named = 0, more = 0;
    for (size_t i = 0; i < node_count; i++) {
        if (!seen[i])
            continue;
        if (named == NODES_NAMED) {
            more++;
            continue;
        }
        g_string_append_printf(text, "%s%s", named++ == 0 ? "" : ", ", nodes[i].name);
    }
    if (more > 0)
        g_string_append_printf(text, ", %zu more", more);
    return mn_arena_strdup(arena, text->str);
}

static mn_record_need template_need(const mn_run *run, const mn_plan_workload *planned)
{
    if (planned->templ == NULL)
        return (mn_record_need){.text = "", .why = ""};
    mn_os_need need;
    mn_truth_need(&run->truth, &planned->templ->meta, &planned->templ->spec, run->scratch, &need);
    return mn_truth_record(run->arena, &need);
}

static void record_preemptions(const mn_run *run, const size_t *places, mn_record *out)
{
    const size_t count = run->preemptions->len;
    mn_record_preemption *items = MN_ARENA_NEW(run->arena, mn_record_preemption, count);
    for (size_t i = 0; i < count; i++) {
        items[i] = g_array_index(run->preemptions, mn_record_preemption, i);
        items[i].preemptor = places[items[i].preemptor];
        items[i].victim = places[items[i].victim];
    }
    out->preemptions = items;
    out->preemption_count = count;
}

static void record_workloads(const mn_run *run, const mn_record_node *nodes, mn_record *out)
{
    guint count = run->plan->workloads->len;
    mn_record_workload *records = MN_ARENA_NEW(run->arena, mn_record_workload, count);
    g_autofree size_t *places = g_new0(size_t, run->plan->pods->len);
    mn_record_pod *pods = pods_by_workload(run, records, places);
    record_preemptions(run, places, out);
    for (guint w = 0; w < count; w++) {
        const mn_plan_workload *planned = &g_array_index(run->plan->workloads, mn_plan_workload, w);
        mn_record_workload *record = &records[w];
        record->kind = planned->kind;
        record->namespace_ = planned->namespace_;
        record->name = planned->name;
        record->origin = planned->origin;
        record->remark = planned->remark;
        for (size_t i = 0; i < record->pod_count; i++) {
            const mn_record_pod *pod = &pods[record->first_pod + i];
            record->counts[pod->fate]++;
            if (pod->holds)
                add_amount(&record->held, &pod->requests);
        }
        record->need =
            record->pod_count > 0 ? pods[record->first_pod].need : template_need(run, planned);
        record->nodes = where(run->arena, record, pods, nodes, out->node_count);
    }
    out->workloads = records;
    out->workload_count = count;
    out->pods = pods;
    out->pod_count = run->plan->pods->len;
}

/* ---- totals */

static size_t different_builds(const mn_record *record)
{
    size_t count = 0;
    for (size_t i = 0; i < record->pool_count; i++) {
        bool fresh = record->pools[i].build != 0;
        for (size_t j = 0; j < i; j++)
            fresh = fresh && record->pools[j].build != record->pools[i].build;
        count += fresh;
    }
    return count;
}

static mn_record_totals totals_of(const mn_record *record)
{
    mn_record_totals totals = {.workloads = record->workload_count, .pods = record->pod_count};
    for (size_t i = 0; i < record->workload_count; i++) {
        add_counts(totals.counts, record->workloads[i].counts);
        add_amount(&totals.held, &record->workloads[i].held);
    }
    for (size_t i = 0; i < record->node_count; i++) {
        const mn_record_node *node = &record->nodes[i];
        totals.linux_nodes += node->os == MN_OS_LINUX;
        totals.windows_nodes += node->os == MN_OS_WINDOWS;
        totals.other_nodes += node->os == MN_OS_UNKNOWN;
        add_amount(&totals.allocatable, &node->allocatable);
        add_amount(&totals.requested, &node->requested);
    }
    totals.windows_builds = different_builds(record);
    return totals;
}

static void record_live_extenders(const mn_run *run, mn_record *record)
{
    const mn_scheduler_config *config = run->scenario->scheduler;
    const size_t count = config == NULL ? 0 : config->extenders.count;
    const char **urls = MN_ARENA_NEW(run->arena, const char *, count);
    for (size_t i = 0; i < count; i++)
        urls[i] = config->extenders.items[i].url_prefix;
    record->live_extenders = urls;
    record->live_extender_count = count;
}

mn_record *mn_record_make(const mn_run *run)
{
    mn_record *record = MN_ARENA_NEW(run->arena, mn_record, 1);
    record->scenario = run->scenario->name;
    record->description = run->scenario->description;
    record->kubernetes = run->scenario->kubernetes;
    record->seed = run->seed;
    record->extender = mn_extender_mode_name(run->extender_mode);
    if (run->scenario->strategy != NULL)
        record->strategy = run->scenario->strategy->name;
    record_live_extenders(run, record);
    mn_record_node *nodes = record_nodes(run);
    record->nodes = nodes;
    record->node_count = run->scenario->objects->nodes->len;
    record_pools(run, nodes, record);
    record_workloads(run, nodes, record);
    g_autoptr(GArray) notes = mn_notes_make(run);
    mn_record_note *items = MN_ARENA_NEW(run->arena, mn_record_note, notes->len);
    for (guint i = 0; i < notes->len; i++)
        items[i] = g_array_index(notes, mn_record_note, i);
    record->notes = items;
    record->note_count = notes->len;
    record->totals = totals_of(record);
    return record;
}
