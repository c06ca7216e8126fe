/* SPDX-License-Identifier: Apache-2.0 */
/* What a reader should know beside the fate of the Pods.
 *
 * The same remark about several objects is one note with a count, under the first of them.
 */
#include "simulator/engine/notes.h"

#include "simulator/engine/world_parts.h"
#include "simulator/strategy/strategy.h"

#include <string.h>

enum { MAX_NOTES = 200 };

typedef struct collector {
    mn_world *world;
    mn_arena *arena;
    GArray *notes; /* mn_record_note */
} collector;

static void add(collector *c, mn_note_kind kind, bool warning, const char *subject,
                const char *text, size_t count)
{
    for (guint i = 0; i < c->notes->len; i++) {
        mn_record_note *known = &g_array_index(c->notes, mn_record_note, i);
        if (known->kind == kind && strcmp(known->text, text) == 0) {
            known->count += count;
            return;
        }
    }
    if (c->notes->len >= MAX_NOTES)
        return;
    const mn_record_note note = {
        .kind = kind, .warning = warning, .subject = subject, .text = text, .count = count};
    g_array_append_val(c->notes, note);
}

static const char *subject_of(collector *c, const mn_world_workload *w)
{
    return mn_arena_printf(c->arena, "%s %s/%s", w->kind, w->namespace_, w->name);
}

/* ---- nodes */

static void node_facts(collector *c)
{
    const GPtrArray *nodes = c->world->nodes;
    mn_arena *arena = c->arena;
    for (guint i = 0; i < nodes->len; i++) {
        const mn_node *node = ((const mn_world_node *)nodes->pdata[i])->node;
        const mn_os_offer *offer = &((const mn_world_node *)nodes->pdata[i])->offer;
        const char *subject = mn_arena_printf(arena, "Node %s", node->meta.name);
        const char *text = NULL;
        if (offer->os == MN_OS_UNKNOWN)
            text = "neither labels nor nodeInfo tell its OS: every Pod counts as running there";
        else if (offer->os == MN_OS_WINDOWS && offer->version.build == 0)
            text = "its Windows build is not known: every build counts as running there";
        else if (offer->label_build != 0)
            text = mn_arena_printf(arena,
                                   "the label " MN_LABEL_WINDOWS_BUILD
                                   " says 10.0.%u, the kernel is 10.0.%u: containers go by the "
                                   "kernel, selectors by the label",
                                   (unsigned)offer->label_build,
                                   (unsigned)offer->version.build);
        else if (offer->os == MN_OS_WINDOWS &&
                 mn_labels_find(&node->meta.labels, MN_LABEL_WINDOWS_BUILD) == NULL)
            text = "no label " MN_LABEL_WINDOWS_BUILD
                   " (kubelet sets it since 1.17): selectors and RuntimeClasses that ask for it "
                   "never match";
        if (text != NULL)
            add(c, MN_NOTE_NODE_FACTS, true, subject, text, 1);
    }
}

/* ---- tolerations that miss a taint by case */

static bool same_but_for_case(const mn_toleration *t, const mn_taint *taint)
{
    if (g_ascii_strcasecmp(t->key, taint->key) != 0 ||
        (t->effect != MN_EFFECT_ANY && t->effect != taint->effect))
        return false;
    return t->op == MN_TOLERATION_EXISTS || g_ascii_strcasecmp(t->value, taint->value) == 0;
}

static void compare_with_taint(collector *c, const mn_world_workload *w, const mn_pod_spec *spec,
                               const mn_taint *taint)
{
    if (mn_tolerations_tolerate(&spec->tolerations, taint))
        return;
    for (size_t i = 0; i < spec->tolerations.count; i++) {
        const mn_toleration *t = &spec->tolerations.items[i];
        if (!same_but_for_case(t, taint))
            continue;
        bool exists = t->op == MN_TOLERATION_EXISTS;
        add(c,
            MN_NOTE_TAINT_CASE,
            true,
            subject_of(c, w),
            mn_arena_printf(c->arena,
                            "its toleration %s%s%s does not match the taint %s%s%s: upper and "
                            "lower case differ",
                            t->key,
                            exists ? "" : "=",
                            exists ? "" : t->value,
                            taint->key,
                            *taint->value == '\0' ? "" : "=",
                            taint->value),
            1);
    }
}

static bool is_listed(const GPtrArray *taints, const mn_taint *taint)
{
    for (guint i = 0; i < taints->len; i++) {
        const mn_taint *known = taints->pdata[i];
        if (known->effect == taint->effect && strcmp(known->key, taint->key) == 0 &&
            strcmp(known->value, taint->value) == 0)
            return true;
    }
    return false;
}

static GPtrArray *different_taints(const mn_world *world)
{
    enum { MAX_TAINTS = 64 };
    GPtrArray *taints = g_ptr_array_new();
    const GPtrArray *nodes = world->nodes;
    for (guint i = 0; i < nodes->len; i++) {
        const mn_node *node = ((const mn_world_node *)nodes->pdata[i])->node;
        for (size_t t = 0; t < node->spec.taints.count && taints->len < MAX_TAINTS; t++) {
            const mn_taint *taint = &node->spec.taints.items[t];
            if (!is_listed(taints, taint))
                g_ptr_array_add(taints, (gpointer)(uintptr_t)taint);
        }
    }
    return taints;
}

/* ---- what a Pod says */

/* The oldest slot, of a ReplicaSet where there is one. */
/* NOLINTNEXTLINE(misc-no-recursion): a Deployment, its ReplicaSets, and no deeper */
static const mn_slot *first_slot(const mn_world_workload *w)
{
    if (w->slots != NULL)
        return w->slots;
    const mn_slot *found = NULL;
    for (guint i = 0; i < w->children->len && found == NULL; i++)
        found = first_slot(w->children->pdata[i]);
    return found;
}

static void claims(collector *c, const mn_world_workload *w, const mn_pod_spec *spec)
{
    size_t count = 0;
    const char *name = NULL;
    for (size_t i = 0; i < spec->volumes.count; i++) {
        const mn_volume *volume = &spec->volumes.items[i];
        if (volume->claim == NULL && !volume->has_ephemeral)
            continue;
        if (count++ == 0)
            name = volume->claim != NULL && volume->claim->claim_name != NULL
                       ? volume->claim->claim_name
                       : volume->name;
    }
    if (count > 0)
        add(c,
            MN_NOTE_CLAIM,
            false,
            subject_of(c, w),
            mn_arena_printf(c->arena,
                            "its volume claim %s is taken to bind on any node",
                            name == NULL ? "" : name),
            count);
}

static void contradictions(collector *c, const mn_world_workload *w, const mn_os_need *need)
{
    if (need->kind != MN_NEED_MIXED && need->kind != MN_NEED_CONTRADICTORY && !need->conflict)
        return;
    g_autoptr(GString) why = g_string_new(NULL);
    mn_os_need_why(need, why);
    add(c, MN_NOTE_CONTRADICTION, true, subject_of(c, w), mn_arena_strdup(c->arena, why->str), 1);
}

/* nodeName, tolerations and volumes are those of the first Pod, or of the template when
 * there is none. */
static void notes_on(collector *c, const mn_world_workload *w, const GPtrArray *taints)
{
    const mn_slot *first = first_slot(w);
    const mn_pod_spec *spec = w->templ == NULL ? NULL : &w->templ->spec;
    if (first != NULL && first->sample != NULL)
        spec = &first->sample->spec;
    if (*w->remark != '\0')
        add(c, MN_NOTE_NO_PODS, false, subject_of(c, w), mn_arena_strdup(c->arena, w->remark), 1);
    if (spec == NULL)
        return;
    for (guint t = 0; t < taints->len; t++)
        compare_with_taint(c, w, spec, taints->pdata[t]);
    if (first != NULL && first->sample != NULL) {
        mn_os_need need;
        mn_world_need(c->world, first->sample, &need);
        contradictions(c, w, &need);
    }
    claims(c, w, spec);
}

static void workload_notes(collector *c)
{
    g_autoptr(GPtrArray) taints = different_taints(c->world);
    for (guint i = 0; i < c->world->workloads->len; i++)
        notes_on(c, c->world->workloads->pdata[i], taints);
}

/* ---- preemption */

typedef struct displacement {
    const char *by, *of; /* interned */
    size_t count;
} displacement;

static void count_displacement(GArray *kinds, const displacement *one)
{
    for (guint i = 0; i < kinds->len; i++) {
        displacement *known = &g_array_index(kinds, displacement, i);
        if (known->by == one->by && known->of == one->of) {
            known->count++;
            return;
        }
    }
    if (kinds->len < MAX_NOTES)
        g_array_append_val(kinds, *one);
}

static void displacements(collector *c)
{
    const GArray *preemptions = c->world->preemptions;
    g_autoptr(GArray) kinds = g_array_new(FALSE, FALSE, sizeof(displacement));
    for (guint i = 0; i < preemptions->len; i++) {
        const mn_world_preemption *one = &g_array_index(preemptions, mn_world_preemption, i);
        const displacement kind = {.by = one->by, .of = one->of, .count = 1};
        count_displacement(kinds, &kind);
    }
    for (guint i = 0; i < kinds->len; i++) {
        const displacement *kind = &g_array_index(kinds, displacement, i);
        add(c,
            MN_NOTE_PREEMPTION,
            false,
            mn_arena_strdup(c->arena, kind->by),
            mn_arena_printf(c->arena,
                            "to make room for it %zu %s of %s had to go",
                            kind->count,
                            kind->count == 1 ? "Pod" : "Pods",
                            kind->of),
            1);
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): a Deployment, its ReplicaSets, and no deeper */
static void endless_preemptions(collector *c, const mn_world_workload *workload)
{
    for (const mn_world_pod *pod = workload->pods; pod != NULL; pod = pod->of_workload.next) {
        if (!pod->gave_up)
            continue;
        add(c,
            MN_NOTE_PREEMPTION,
            true,
            mn_arena_printf(c->arena, "Pod %s/%s", workload->namespace_, pod->name),
            mn_arena_printf(c->arena,
                            "others made room for it %zu times, and it got no place: in a cluster "
                            "this goes on for ever",
                            pod->preemptions),
            1);
    }
    for (guint i = 0; i < workload->children->len; i++)
        endless_preemptions(c, workload->children->pdata[i]);
}

/* ---- without end */

typedef struct turning {
    size_t slots;
    double an_hour;
    const mn_slot *first;
} turning;

/* NOLINTNEXTLINE(misc-no-recursion): a Deployment, its ReplicaSets, and no deeper */
static void count_loops(const mn_world_workload *workload, turning *t)
{
    for (const mn_slot *slot = workload->slots; slot != NULL; slot = slot->next) {
        if (!slot->loop.on)
            continue;
        if (t->slots++ == 0)
            t->first = slot;
        t->an_hour += 3600000.0 / (double)slot->loop.period_ms;
    }
    for (guint i = 0; i < workload->children->len; i++)
        count_loops(workload->children->pdata[i], t);
}

static void livelocks(collector *c)
{
    for (guint i = 0; i < c->world->workloads->len; i++) {
        const mn_world_workload *w = c->world->workloads->pdata[i];
        turning t = {0};
        count_loops(w, &t);
        if (t.slots == 0)
            continue;
        add(c,
            MN_NOTE_LIVELOCK,
            true,
            subject_of(c, w),
            mn_arena_printf(c->arena,
                            "kubelet refuses its Pods (%s) as often as they are made again, "
                            "%.0f an hour: this goes on for ever",
                            t.first->state.reason,
                            t.an_hour),
            1);
    }
}

/* ---- what was in the files */

static void input_notes(collector *c)
{
    const mn_scenario *scenario = c->world->scenario;
    for (size_t i = 0; i < scenario->replaced_count; i++)
        add(c,
            MN_NOTE_OTHER,
            true,
            scenario->replaced[i],
            "given more than once: the last one counts",
            1);
    for (size_t i = 0; i < scenario->strategy_notes.count; i++)
        add(c,
            MN_NOTE_STRATEGY,
            false,
            mn_arena_printf(c->arena, "Strategy %s", scenario->strategy->name),
            scenario->strategy_notes.items[i],
            1);
    if (c->world->finished_pods > 0)
        add(c,
            MN_NOTE_FINISHED_PODS,
            false,
            "",
            "Pods that have ended are left out",
            c->world->finished_pods);
    const GArray *ignored = scenario->objects->ignored;
    for (guint i = 0; i < ignored->len; i++) {
        const mn_ignored_kind *kind = &g_array_index(ignored, mn_ignored_kind, i);
        add(c,
            MN_NOTE_IGNORED_KIND,
            false,
            kind->kind,
            mn_arena_printf(c->arena, "%s (%s) has no say here", kind->kind, kind->api_version),
            kind->count);
    }
}

GArray *mn_notes_make(mn_world *world, mn_arena *arena)
{
    collector c = {
        .world = world,
        .arena = arena,
        .notes = g_array_new(FALSE, TRUE, sizeof(mn_record_note)),
    };
    node_facts(&c);
    workload_notes(&c);
    displacements(&c);
    for (guint i = 0; i < world->workloads->len; i++)
        endless_preemptions(&c, world->workloads->pdata[i]);
    livelocks(&c);
    input_notes(&c);
    return c.notes;
}
