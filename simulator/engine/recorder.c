/* SPDX-License-Identifier: Apache-2.0 */
/* From a world to its record: Pods put beside those of their workload, sums, names for people.
 * The record holds copies: the world goes on. */
#include "simulator/engine/recorder.h"

#include "simulator/engine/actions/actions.h"
#include "simulator/engine/controllers/controller.h"
#include "simulator/engine/loops.h"
#include "simulator/engine/notes.h"
#include "simulator/engine/release.h"
#include "simulator/engine/world_parts.h"
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
    [MN_FATE_STARTING] = {"starting", "starting"},
    [MN_FATE_ABSENT] = {"not made", "not-made"},
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
    [MN_NOTE_LIVELOCK] = "livelock",
    [MN_NOTE_STRATEGY] = "strategy",
    [MN_NOTE_OTHER] = "other",
};

const char *mn_note_kind_id(mn_note_kind kind)
{
    return note_ids[kind];
}

/* NOLINTNEXTLINE(misc-no-recursion): checkpoints have none of their own */
void mn_record_free(mn_record *record)
{
    if (record == NULL)
        return;
    for (size_t i = 0; i < record->checkpoint_count; i++)
        mn_record_free(record->checkpoints[i]);
    g_free(record->checkpoints);
    mn_arena *arena = record->arena; /* the record itself stands in it */
    mn_arena_free(arena);
}

/* What is being written. */
typedef struct scribe {
    mn_world *world;
    mn_arena *arena; /* of the record */
    mn_record *record;
    mn_record_node *nodes;
    mn_record_pod *pods;
    size_t pod_count;
    GHashTable *node_places, *slot_places; /* name, number -> place + 1 */
    const mn_pod *needs_of;
    const mn_label *labels_of;
    const mn_labels *labels;
    mn_record_need need;
    const char *message;
} scribe;

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

static mn_record_node record_node(const scribe *s, const mn_world_node *node)
{
    const mn_node *object = node->node;
    const mn_node_info *info =
        mn_snapshot_find(mn_cache_snapshot(s->world->cache), object->meta.name);
    const mn_os_offer *offer = &node->offer;
    const char *runtime = object->status.info.container_runtime_version;
    return (mn_record_node){
        .name = mn_arena_strdup(s->arena, object->meta.name),
        .os = offer->os,
        .build = offer->os == MN_OS_WINDOWS ? offer->version.build : 0,
        .platform = platform_of(s->arena, offer),
        .runtime = runtime == NULL ? "" : mn_arena_strdup(s->arena, runtime),
        .taints = taints_of(s->arena, &object->spec.taints),
        .unschedulable = object->spec.unschedulable,
        .allocatable = {info->allocatable.milli_cpu, info->allocatable.memory},
        .requested = {info->requested.milli_cpu, info->requested.memory},
        .allocatable_pods = info->allowed_pods,
    };
}

static void record_nodes(scribe *s)
{
    const GPtrArray *nodes = s->world->nodes;
    mn_record_node *records = MN_ARENA_NEW(s->arena, mn_record_node, nodes->len);
    for (guint i = 0; i < nodes->len; i++) {
        const mn_world_node *node = nodes->pdata[i];
        records[i] = record_node(s, node);
        g_hash_table_insert(
            s->node_places, (gpointer)(uintptr_t)node->node->meta.name, GSIZE_TO_POINTER(i + 1));
    }
    s->nodes = records;
    s->record->nodes = records;
    s->record->node_count = nodes->len;
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

static void record_declared(const scribe *s, size_t declared, GArray *pools)
{
    const GPtrArray *nodes = s->world->nodes;
    const char *name = s->world->scenario->pools[declared].name;
    bool found = false;
    for (guint i = 0; i < nodes->len; i++) {
        if (((const mn_world_node *)nodes->pdata[i])->pool != declared)
            continue;
        const mn_record_pool fresh = pool_like(&s->nodes[i], name, true);
        if (!found)
            g_array_append_val(pools, fresh);
        found = true;
        join_pool(
            &g_array_index(pools, mn_record_pool, pools->len - 1), &s->nodes[i], pools->len - 1);
    }
}

/* Declared pools first, in the order of the scenario; those without nodes are left out. */
static void record_pools(const scribe *s)
{
    const mn_world *world = s->world;
    const mn_scenario *scenario = world->scenario;
    g_autoptr(GArray) pools = g_array_new(FALSE, TRUE, sizeof(mn_record_pool));
    for (size_t p = 0; p < scenario->pool_count; p++)
        record_declared(s, p, pools);
    for (guint i = 0; i < world->nodes->len; i++) {
        const mn_world_node *node = world->nodes->pdata[i];
        if (node->pool != SIZE_MAX)
            continue;
        const size_t index = find_or_add_group(pools, &s->nodes[i]);
        join_pool(&g_array_index(pools, mn_record_pool, index), &s->nodes[i], index);
    }
    mn_record_pool *items = MN_ARENA_NEW(s->arena, mn_record_pool, pools->len);
    for (guint i = 0; i < pools->len; i++)
        items[i] = g_array_index(pools, mn_record_pool, i);
    s->record->pools = items;
    s->record->pool_count = pools->len;
}

/* ---- Pods */

/* Replicas share their sample, and what it needs. */
static mn_record_need need_of(scribe *s, const mn_pod *sample)
{
    if (s->needs_of != sample) {
        mn_os_need need;
        mn_world_need(s->world, sample, &need);
        s->need = mn_truth_record(s->arena, &need);
        s->needs_of = sample;
    }
    return s->need;
}

/* Replicas share them, too. */
static const mn_labels *labels_of(scribe *s, const mn_labels *labels)
{
    if (s->labels != NULL && s->labels_of == labels->items)
        return s->labels;
    mn_label *items = MN_ARENA_NEW(s->arena, mn_label, labels->count);
    for (size_t i = 0; i < labels->count; i++)
        items[i] = (mn_label){.key = mn_arena_strdup(s->arena, labels->items[i].key),
                              .value = mn_arena_strdup(s->arena, labels->items[i].value)};
    mn_labels *copy = MN_ARENA_NEW(s->arena, mn_labels, 1);
    *copy = (mn_labels){.items = items, .count = labels->count};
    s->labels = copy;
    s->labels_of = labels->items;
    return copy;
}

static const char *text_of(const scribe *s, const char *text)
{
    return text == NULL ? "" : mn_arena_strdup(s->arena, text);
}

/* Thousands wait with the same words. */
static const char *message_of(scribe *s, const char *text)
{
    if (s->message == NULL || strcmp(s->message, text) != 0)
        s->message = mn_arena_strdup(s->arena, text);
    return s->message;
}

static mn_record_pod record_pod(scribe *s, const mn_slot *slot, size_t workload)
{
    const mn_pod_state *state = &slot->state;
    const gsize place =
        slot->node == NULL ? 0 : GPOINTER_TO_SIZE(g_hash_table_lookup(s->node_places, slot->node));
    return (mn_record_pod){
        .namespace_ = text_of(s, mn_meta_namespace(&slot->sample->meta)),
        .name = text_of(s, slot->name),
        .workload = workload,
        .sequence = slot->sequence == SIZE_MAX ? 0 : slot->sequence,
        .priority = slot->priority,
        .node = place == 0 ? NULL : s->nodes[place - 1].name,
        .node_index = place == 0 ? 0 : place - 1,
        .labels = labels_of(s, &slot->sample->meta.labels),
        .need = need_of(s, slot->sample),
        .requests = slot->requests,
        .ties = slot->ties,
        .feasible = slot->feasible,
        .created_ms = slot->created_ms,
        .scheduled_ms = slot->scheduled_ms,
        .ready_ms = slot->ready_ms,
        .recreations = slot->recreations,
        .evictions = slot->evictions,
        .existed = slot->existed,
        .holds = state->holds,
        .fate = state->fate,
        .status = text_of(s, state->status),
        .reason = text_of(s, state->reason),
        .message = message_of(s, state->message),
        .remark = text_of(s, state->remark),
    };
}

/* NOLINTNEXTLINE(misc-no-recursion): a Deployment, its ReplicaSets, and no deeper */
static void collect(GPtrArray *slots, const mn_world_workload *workload)
{
    for (mn_slot *slot = workload->slots; slot != NULL; slot = slot->next) {
        if (slot->sample != NULL)
            g_ptr_array_add(slots, slot);
    }
    for (guint i = 0; i < workload->children->len; i++)
        collect(slots, workload->children->pdata[i]);
}

/* NOLINTNEXTLINE(misc-no-recursion): a Deployment, its ReplicaSets, and no deeper */
static size_t count_slots(const mn_world_workload *workload)
{
    size_t count = workload->slot_count;
    for (guint i = 0; i < workload->children->len; i++)
        count += count_slots(workload->children->pdata[i]);
    return count;
}

static void record_slots(scribe *s, const mn_world_workload *workload, mn_record_workload *record,
                         size_t index)
{
    g_autoptr(GPtrArray) slots = g_ptr_array_new();
    collect(slots, workload);
    record->first_pod = s->pod_count;
    record->pod_count = slots->len;
    for (guint i = 0; i < slots->len; i++) {
        const mn_slot *slot = slots->pdata[i];
        mn_record_pod *pod = &s->pods[s->pod_count];
        *pod = record_pod(s, slot, index);
        record->counts[pod->fate]++;
        if (pod->holds)
            add_amount(&record->held, &pod->requests);
        if (s->slot_places != NULL)
            g_hash_table_insert(s->slot_places,
                                GSIZE_TO_POINTER(slot->number + 1),
                                GSIZE_TO_POINTER(s->pod_count + 1));
        s->pod_count++;
        if (pod->node == NULL)
            continue;
        s->nodes[pod->node_index].counts[pod->fate]++;
        if (pod->holds)
            add_amount(&s->nodes[pod->node_index].held, &pod->requests);
    }
}

/* ---- workloads */

static const char *where(scribe *s, const mn_record_workload *workload)
{
    const size_t node_count = s->record->node_count;
    g_autofree bool *seen = g_new0(bool, node_count + 1);
    for (size_t i = 0; i < workload->pod_count; i++) {
        const mn_record_pod *pod = &s->pods[workload->first_pod + i];
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
        g_string_append_printf(text, "%s%s", named++ == 0 ? "" : ", ", s->nodes[i].name);
    }
    if (more > 0)
        g_string_append_printf(text, ", %zu more", more);
    return mn_arena_strdup(s->arena, text->str);
}

static mn_record_need template_need(const scribe *s, const mn_world_workload *workload)
{
    if (workload->templ == NULL)
        return (mn_record_need){.text = "", .why = ""};
    mn_os_need need;
    mn_truth_need(&s->world->truth,
                  &workload->templ->meta,
                  &workload->templ->spec,
                  s->world->findings,
                  &need);
    return mn_truth_record(s->arena, &need);
}

/* What a blocked Job or a StatefulSet would make if it could. */
static size_t absent_of(const mn_world_workload *workload, size_t pods)
{
    int64_t wanted = 0;
    if (workload->own != NULL)
        wanted = workload->created == 0 && !mn_release_is_left_out(workload);
    else if (workload->object != NULL && !mn_release_is_left_out(workload))
        wanted = mn_controller_wanted(workload);
    return wanted > (int64_t)pods ? (size_t)wanted - pods : 0;
}

static void record_workload(scribe *s, const mn_world_workload *workload,
                            mn_record_workload *record, size_t index)
{
    *record = (mn_record_workload){
        .kind = text_of(s, workload->kind),
        .namespace_ = text_of(s, workload->namespace_),
        .name = text_of(s, workload->name),
        .origin = text_of(s, workload->origin),
        .remark = text_of(s, workload->remark),
        .created = workload->created,
        .deleted = workload->deleted,
        .evicted = workload->evicted,
        .preempted = workload->preempted,
        .recreated = workload->recreated,
        .refused = workload->refused,
        .failed_left = workload->failed_left,
    };
    record_slots(s, workload, record, index);
    record->counts[MN_FATE_ABSENT] = absent_of(workload, record->pod_count);
    record->asked = record->pod_count + record->counts[MN_FATE_ABSENT];
    record->need =
        record->pod_count > 0 ? s->pods[record->first_pod].need : template_need(s, workload);
    record->nodes = where(s, record);
}

static void record_workloads(scribe *s)
{
    const GPtrArray *workloads = s->world->workloads;
    size_t most = 0;
    for (guint i = 0; i < workloads->len; i++)
        most += count_slots(workloads->pdata[i]);
    mn_record_workload *records = MN_ARENA_NEW(s->arena, mn_record_workload, workloads->len);
    s->pods = MN_ARENA_NEW(s->arena, mn_record_pod, most);
    for (guint i = 0; i < workloads->len; i++)
        record_workload(s, workloads->pdata[i], &records[i], i);
    s->record->workloads = records;
    s->record->workload_count = workloads->len;
    s->record->pods = s->pods;
    s->record->pod_count = s->pod_count;
}

static size_t place_of(const scribe *s, uint64_t slot)
{
    const gsize place =
        GPOINTER_TO_SIZE(g_hash_table_lookup(s->slot_places, GSIZE_TO_POINTER(slot + 1)));
    return place == 0 ? MN_RECORD_NONE : place - 1;
}

static void record_preemptions(const scribe *s)
{
    const GArray *preemptions = s->world->preemptions;
    mn_record_preemption *items = MN_ARENA_NEW(s->arena, mn_record_preemption, preemptions->len);
    for (guint i = 0; i < preemptions->len; i++) {
        const mn_world_preemption *one = &g_array_index(preemptions, mn_world_preemption, i);
        items[i] = (mn_record_preemption){
            .time_ms = one->time_ms,
            .node = text_of(s, one->node),
            .preemptor = place_of(s, one->preemptor),
            .victim = place_of(s, one->victim),
            .preemptor_namespace = text_of(s, one->preemptor_namespace),
            .victim_namespace = text_of(s, one->victim_namespace),
            .preemptor_name = text_of(s, one->preemptor_name),
            .victim_name = text_of(s, one->victim_name),
        };
    }
    s->record->preemptions = items;
    s->record->preemption_count = preemptions->len;
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
    mn_record_totals totals = {.workloads = record->workload_count};
    for (size_t i = 0; i < record->workload_count; i++) {
        totals.pods += record->workloads[i].asked;
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

static void record_live_extenders(const scribe *s)
{
    const mn_scheduler_config *config = s->world->scenario->scheduler;
    const size_t count = config == NULL ? 0 : config->extenders.count;
    const char **urls = MN_ARENA_NEW(s->arena, const char *, count);
    for (size_t i = 0; i < count; i++)
        urls[i] = config->extenders.items[i].url_prefix;
    s->record->live_extenders = urls;
    s->record->live_extender_count = count;
}

static void add_history(const mn_world *world, mn_record *record)
{
    mn_record_totals *totals = &record->totals;
    totals->deleted = world->deleted;
    totals->evictions = world->evictions;
    totals->preemptions = world->preemption_count;
    for (size_t i = 0; i < record->workload_count; i++) {
        totals->created += record->workloads[i].created;
        totals->recreations += record->workloads[i].recreated;
        totals->failed_left += record->workloads[i].failed_left;
    }
}

static void record_actions(const scribe *s)
{
    size_t count;
    const mn_record_action *said = mn_actions_said(s->world->actions, &count);
    mn_record_action *items = MN_ARENA_NEW(s->arena, mn_record_action, count);
    for (size_t i = 0; i < count; i++) {
        items[i] = said[i];
        items[i].text = mn_arena_strdup(s->arena, said[i].text);
    }
    s->record->actions = items;
    s->record->action_count = count;
}

mn_record *mn_record_make(mn_world *world)
{
    mn_arena *arena = mn_arena_new();
    mn_record *record = MN_ARENA_NEW(arena, mn_record, 1);
    g_autoptr(GHashTable) node_places = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) slot_places = g_hash_table_new(g_direct_hash, g_direct_equal);
    scribe s = {
        .world = world,
        .arena = arena,
        .record = record,
        .node_places = node_places,
        .slot_places = world->preemptions->len > 0 ? slot_places : NULL,
    };
    mn_loops_settle(world);
    record->arena = arena;
    record->time_ms = world->now_ms;
    record->at_rest = mn_world_is_at_rest(world);
    record->scenario = world->scenario->name;
    record->description = world->scenario->description;
    record->kubernetes = world->scenario->kubernetes;
    record->seed = world->seed;
    record->extender = mn_extender_mode_name(world->extender_mode);
    if (world->scenario->strategy != NULL)
        record->strategy = world->scenario->strategy->name;
    record_live_extenders(&s);
    record_nodes(&s);
    record_workloads(&s);
    record_pools(&s);
    record_preemptions(&s);
    record_actions(&s);
    g_autoptr(GArray) notes = mn_notes_make(world, arena);
    mn_record_note *items = MN_ARENA_NEW(arena, mn_record_note, notes->len);
    for (guint i = 0; i < notes->len; i++)
        items[i] = g_array_index(notes, mn_record_note, i);
    record->notes = items;
    record->note_count = notes->len;
    record->totals = totals_of(record);
    add_history(world, record);
    return record;
}
