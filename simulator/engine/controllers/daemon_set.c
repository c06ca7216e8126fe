/* SPDX-License-Identifier: Apache-2.0 */
/* DaemonSet: a Pod on each node that takes one, pinned there and scheduled like any other.
 *
 * Only nodes where something changed are looked at: `due`. A Pod that Failed is made again
 * after 1 s, 2 s, ... 15 min on that node.
 * Source: pkg/controller/daemon (daemon_controller.go, update.go), v1.34.
 */
#include "simulator/engine/controllers/controller.h"
#include "simulator/engine/loops.h"
#include "simulator/engine/stamps.h"

#include <string.h>

enum { BACKOFF_FIRST_MS = 1000, BACKOFF_LAST_MS = 15 * 60 * 1000, PROOF = 3 };

/* What is known of a node; those that were ever due. */
typedef struct place {
    const char *name;
    mn_slot *slot; /* NULL: none is wanted or there */
    bool due;
    unsigned failures;
    int64_t not_before_ms;
} place;

typedef struct places {
    GHashTable *by_node;
    GPtrArray *due; /* place */
    bool adopted, rolling;
} places;

/* ---- the Pod */

#define TOLERATES(taint_key, taint_effect)                                                    \
    {                                                                                         \
        .key = (taint_key), .value = "", .op = MN_TOLERATION_EXISTS, .effect = (taint_effect) \
    }

/* The last one is for Pods of the host's network only. */
static const mn_toleration daemon_tolerations[] = {
    TOLERATES("node.kubernetes.io/not-ready", MN_EFFECT_NO_EXECUTE),
    TOLERATES("node.kubernetes.io/unreachable", MN_EFFECT_NO_EXECUTE),
    TOLERATES("node.kubernetes.io/disk-pressure", MN_EFFECT_NO_SCHEDULE),
    TOLERATES("node.kubernetes.io/memory-pressure", MN_EFFECT_NO_SCHEDULE),
    TOLERATES("node.kubernetes.io/pid-pressure", MN_EFFECT_NO_SCHEDULE),
    TOLERATES("node.kubernetes.io/unschedulable", MN_EFFECT_NO_SCHEDULE),
    TOLERATES("node.kubernetes.io/network-unavailable", MN_EFFECT_NO_SCHEDULE),
};

static mn_tolerations with_daemon_tolerations(mn_arena *arena, const mn_pod_spec *spec)
{
    const size_t more = G_N_ELEMENTS(daemon_tolerations) - (spec->host_network ? 0 : 1);
    const size_t count = spec->tolerations.count;
    mn_toleration *items = MN_ARENA_NEW(arena, mn_toleration, count + more);
    for (size_t i = 0; i < count; i++)
        items[i] = spec->tolerations.items[i];
    for (size_t i = 0; i < more; i++)
        items[count + i] = daemon_tolerations[i];
    return (mn_tolerations){.items = items, .count = count + more};
}

/* The controller puts this in place of the template's own terms, which the node has passed. */
static const mn_affinity *pinned_to(mn_arena *arena, const mn_affinity *affinity, const char *node)
{
    const char **values = MN_ARENA_NEW(arena, const char *, 1);
    mn_requirement *field = MN_ARENA_NEW(arena, mn_requirement, 1);
    mn_node_selector_term *term = MN_ARENA_NEW(arena, mn_node_selector_term, 1);
    mn_node_selector *selector = MN_ARENA_NEW(arena, mn_node_selector, 1);
    mn_node_affinity *node_affinity = MN_ARENA_NEW(arena, mn_node_affinity, 1);
    mn_affinity *pinned = MN_ARENA_NEW(arena, mn_affinity, 1);
    values[0] = mn_arena_strdup(arena, node);
    *field = (mn_requirement){
        .key = "metadata.name", .op = MN_OP_IN, .values = {.items = values, .count = 1}};
    term->match_fields = (mn_requirements){.items = field, .count = 1};
    selector->terms = (mn_node_selector_terms){.items = term, .count = 1};
    if (affinity != NULL)
        *pinned = *affinity;
    if (pinned->node != NULL)
        *node_affinity = *pinned->node;
    node_affinity->required = selector;
    pinned->node = node_affinity;
    return pinned;
}

mn_pod *mn_daemon_set_pod(mn_arena *arena, const mn_world_workload *set, const char *node)
{
    mn_pod *pod = mn_stamp_pod(arena, set, NULL, 0);
    pod->spec.tolerations = with_daemon_tolerations(arena, &pod->spec);
    pod->spec.affinity = pinned_to(arena, pod->spec.affinity, node);
    pod->meta.owners = mn_owned_by(arena, "apps/v1", "DaemonSet", set->name);
    return pod;
}

static mn_pod_spec template_of(mn_world *world, const mn_world_workload *set)
{
    mn_pod_spec spec = set->templ->spec;
    spec.tolerations = with_daemon_tolerations(world->scratch, &spec);
    return spec;
}

/* ---- places */

static place *place_of(mn_world *world, const mn_world_workload *set, const char *node)
{
    places *p = set->state;
    place *known = g_hash_table_lookup(p->by_node, node);
    if (known != NULL)
        return known;
    known = MN_ARENA_NEW(world->arena, place, 1);
    known->name = mn_world_text(world, node);
    g_hash_table_insert(p->by_node, (gpointer)(uintptr_t)known->name, known);
    return known;
}

static void make_due(mn_world *world, const mn_world_workload *set, const char *node)
{
    places *p = set->state;
    place *at = place_of(world, set, node);
    if (!at->due)
        g_ptr_array_add(p->due, at);
    at->due = true;
}

static void make_all_due(mn_world *world, const mn_world_workload *set)
{
    for (guint i = 0; i < world->nodes->len; i++) {
        const mn_world_node *node = world->nodes->pdata[i];
        make_due(world, set, node->node->meta.name);
    }
}

/* ---- one node */

static void drop(mn_world *world, place *at)
{
    mn_slot *slot = at->slot;
    at->slot = NULL;
    if (slot == NULL)
        return;
    if (slot->pod != NULL)
        mn_controller_delete(world, slot->pod);
    else
        mn_slot_close(world, slot);
}

/* Somebody of this set still leaves the node. */
static bool is_occupied(const mn_world_workload *set, const char *node)
{
    if (set->leaving_count == 0)
        return false;
    for (const mn_world_pod *pod = set->pods; pod != NULL; pod = pod->of_workload.next) {
        if (pod->leaving && g_strcmp0(pod->key, node) == 0)
            return true;
    }
    return false;
}

static void create(mn_world *world, mn_world_workload *set, place *at)
{
    if (is_occupied(set, at->name))
        return;
    if (at->not_before_ms > world->now_ms || set->retry_ms > world->now_ms) {
        make_due(world, set, at->name);
        return;
    }
    if (!mn_controller_check(world, set, 1))
        return;
    if (at->slot == NULL)
        at->slot = mn_slot_new(world, set);
    mn_slot_claim(at->slot);
    if (!mn_controller_create(world, set, at->slot, at->name, NULL)) {
        mn_controller_retry(world, set);
        make_due(world, set, at->name);
    }
}

static void look(mn_world *world, mn_world_workload *set, const mn_pod_spec *spec, place *at)
{
    const mn_world_node *node = mn_world_find_node(world, at->name);
    if (node == NULL) {
        drop(world, at);
        return;
    }
    const mn_daemon_verdict verdict = mn_daemon_on_node(spec, node->node);
    const bool there = at->slot != NULL && at->slot->pod != NULL;
    if (there ? !verdict.continues : !verdict.runs)
        drop(world, at);
    else if (!there && !(at->slot != NULL && at->slot->loop.on))
        create(world, set, at);
}

/* ---- rolling update */

static void roll(mn_world *world, mn_world_workload *set)
{
    places *p = set->state;
    const mn_update_strategy *strategy = &set->object->spec.update_strategy;
    const mn_rolling_update *how = &strategy->rolling_update;
    const int64_t total = (int64_t)set->slot_count;
    int64_t spare = MAX(mn_int_or_percent(how->max_unavailable, total, true, "1"),
                        mn_int_or_percent(how->max_surge, total, true, "0"));
    bool any = false;
    if (g_strcmp0(strategy->type, "OnDelete") == 0)
        return;
    for (const mn_slot *slot = set->slots; slot != NULL; slot = slot->next)
        spare -= slot->pod == NULL || !slot->pod->ready;
    for (mn_slot *slot = set->slots, *next; slot != NULL; slot = next) {
        next = slot->next;
        mn_world_pod *pod = slot->pod;
        if (pod == NULL || pod->revision == set->fingerprint)
            continue;
        any = true;
        if (pod->ready && spare-- <= 0)
            continue;
        mn_world_delete_pod(world, pod, MN_DEPARTS_DELETED, -1);
    }
    p->rolling = any;
}

/* ---- */

/* Pods that were there before the run. */
static void adopt(mn_world *world, const mn_world_workload *set)
{
    ((places *)set->state)->adopted = true;
    for (mn_slot *slot = set->slots; slot != NULL; slot = slot->next) {
        if (slot->pod == NULL || slot->pod->key == NULL)
            continue;
        place *at = place_of(world, set, slot->pod->key);
        if (at->slot == NULL)
            at->slot = slot;
    }
}

static void sync(mn_world *world, mn_world_workload *set)
{
    places *p = set->state;
    const mn_pod_spec spec = template_of(world, set);
    if (!p->adopted)
        adopt(world, set);
    g_autoptr(GPtrArray) due = p->due;
    p->due = g_ptr_array_new();
    for (guint i = 0; i < due->len; i++) {
        place *at = due->pdata[i];
        at->due = false;
        look(world, set, &spec, at);
    }
    if (p->rolling)
        roll(world, set);
    set->remark = set->slot_count == 0 ? "no node is eligible" : "";
}

static void changed(mn_world *world, mn_world_workload *set, const mn_workload *before)
{
    set->fingerprint = mn_template_fingerprint(world, set->templ);
    if (set->state == NULL) {
        places *p = g_new0(places, 1);
        p->by_node = g_hash_table_new(g_str_hash, g_str_equal);
        p->due = g_ptr_array_new();
        set->state = p;
    }
    ((places *)set->state)->rolling = before != NULL;
    make_all_due(world, set);
}

static void node_changed(mn_world *world, mn_world_workload *set, const mn_node *before,
                         const mn_node *after)
{
    make_due(world, set, (after == NULL ? before : after)->meta.name);
    mn_workload_touch(world, set);
}

static void gone(mn_world *world, mn_world_workload *set, mn_world_pod *pod)
{
    if (pod->key != NULL)
        make_due(world, set, pod->key);
}

static void finished(mn_world *world, mn_world_workload *set, mn_world_pod *pod, mn_slot *slot,
                     bool succeeded)
{
    if (pod->key == NULL)
        return;
    place *at = place_of(world, set, pod->key);
    const unsigned doublings = MIN(at->failures, 10);
    at->failures++;
    at->not_before_ms =
        world->now_ms + MIN((int64_t)BACKOFF_FIRST_MS << doublings, BACKOFF_LAST_MS);
    if (slot != NULL && !succeeded && mn_loop_note_failure(world, slot, BACKOFF_LAST_MS))
        return;
    mn_controller_wake(world, set, at->not_before_ms, at->failures > PROOF);
}

static void forget(mn_world_workload *set)
{
    places *p = set->state;
    g_hash_table_unref(p->by_node);
    g_ptr_array_unref(p->due);
    g_free(p);
}

const mn_controller mn_daemon_set_controller = {
    .changed = changed,
    .sync = sync,
    .finished = finished,
    .gone = gone,
    .node_changed = node_changed,
    .forget = forget,
};
