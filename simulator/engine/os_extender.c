/* SPDX-License-Identifier: Apache-2.0 */
/* It knows what the real one knows: objects and its configuration, not the scenario's truth
 * about images. */
#include "simulator/engine/os_extender.h"

#include <string.h>

/* A change of a node is another object, so the class of this one stays what it is. */
typedef struct known_node {
    const mn_node *node;
    uint16_t class;
} known_node;

typedef struct os_extender {
    mn_extender base;
    const mn_scenario *scenario;
    mn_os_policy policy;
    mn_os_mode mode;
    mn_os_classes classes;
    mn_arena *arena;
    known_node *by_number;
    size_t number_count;
    uint16_t *offered;
    size_t offered_max;
    mn_os_findings findings;
    mn_os_decision decision;
} os_extender;

/* Nodes come during a run; what the arrays were stays in the arena, half of them at most. */
static void make_room_for(os_extender *e, uint32_t number)
{
    size_t count = MAX(2 * e->number_count, (size_t)number + 1);
    known_node *items = MN_ARENA_NEW(e->arena, known_node, count);
    if (e->number_count > 0)
        memcpy(items, e->by_number, e->number_count * sizeof *items);
    e->by_number = items;
    e->number_count = count;
}

static uint16_t class_of(os_extender *e, const mn_node_info *info)
{
    if (info->number == UINT32_MAX)
        return MN_CLASS_UNKNOWN;
    if (info->number >= e->number_count)
        make_room_for(e, info->number);
    known_node *known = &e->by_number[info->number];
    if (known->node != info->node) {
        const mn_os_offer offer = mn_os_offer_of(&e->policy, info->node);
        *known = (known_node){info->node, mn_os_classes_add(&e->classes, &offer)};
    }
    return known->class;
}

/* Fills `offered` with the classes and `decision` with what they get. */
static void decide(os_extender *e, const mn_pod *pod, const mn_node_info *const *nodes,
                   size_t count)
{
    if (count > e->offered_max) {
        e->offered_max = MAX(2 * e->offered_max, count);
        e->offered = MN_ARENA_NEW(e->arena, uint16_t, e->offered_max);
    }
    const char *class_name = pod->spec.runtime_class_name;
    const mn_os_input input = {
        .meta = &pod->meta,
        .spec = &pod->spec,
        .runtime_class = class_name == NULL
                             ? NULL
                             : mn_objects_find_runtime_class(e->scenario->objects, class_name),
    };
    mn_os_need need;
    uint32_t counts[MN_OS_CLASSES_MAX];
    mn_os_need_of(&e->policy, &input, &e->findings, &need);
    for (size_t i = 0; i < count; i++)
        e->offered[i] = class_of(e, nodes[i]);
    mn_os_count_classes(e->offered, count, counts);
    mn_os_decide(&need, e->mode, &e->classes, counts, &e->decision);
}

static bool filter(const mn_extender *extender, const mn_pod *pod, const mn_node_info *const *nodes,
                   size_t count, mn_extender_answer *answer, GError **error)
{
    os_extender *e = extender->data;
    (void)error;
    decide(e, pod, nodes, count);
    for (size_t i = 0; i < count; i++) {
        const mn_os_verdict *verdict = &e->decision.verdicts[e->offered[i]];
        if (verdict->passes) {
            g_ptr_array_add(answer->kept, (gpointer)(uintptr_t)nodes[i]);
            continue;
        }
        const mn_extender_failure failure = {
            .node = mn_node_info_name(nodes[i]),
            .reason = mn_os_reason_text(verdict->reason),
            .unresolvable = true,
        };
        g_array_append_val(answer->failures, failure);
    }
    return true;
}

static bool prioritize(const mn_extender *extender, const mn_pod *pod,
                       const mn_node_info *const *nodes, size_t count, int64_t *scores,
                       GError **error)
{
    os_extender *e = extender->data;
    (void)error;
    decide(e, pod, nodes, count);
    for (size_t i = 0; i < count; i++)
        scores[i] = e->decision.verdicts[e->offered[i]].score;
    return true;
}

/* Victims as they came, without the nodes that the Pod could not run on anyway. */
static bool preempt(const mn_extender *extender, const mn_pod *pod, mn_extender_victims *nodes,
                    size_t count, mn_arena *arena, GError **error)
{
    os_extender *e = extender->data;
    const mn_node_info **infos = MN_ARENA_NEW(arena, const mn_node_info *, count);
    for (size_t i = 0; i < count; i++)
        infos[i] = nodes[i].node;
    (void)error;
    decide(e, pod, infos, count);
    for (size_t i = 0; i < count; i++)
        nodes[i].kept = e->decision.verdicts[e->offered[i]].passes;
    return true;
}

static const mn_os_mode modes[] = {
    [MN_EXTENDER_OBSERVE] = MN_MODE_OBSERVE,
    [MN_EXTENDER_PREFER] = MN_MODE_PREFER,
    [MN_EXTENDER_ENFORCE] = MN_MODE_ENFORCE,
};

const mn_extender *mn_os_extender_new(mn_arena *arena, const mn_scenario *scenario,
                                      mn_extender_mode mode)
{
    if (mode == MN_EXTENDER_OFF)
        return NULL;
    os_extender *e = MN_ARENA_NEW(arena, os_extender, 1);
    e->scenario = scenario;
    e->policy = mn_os_policy_default;
    e->policy.default_os = scenario->extender_default_os;
    e->policy.build_rule = scenario->build_rule;
    e->policy.fallback_rule = scenario->fallback_rule;
    e->mode = modes[mode];
    e->arena = arena;
    mn_os_classes_init(&e->classes);
    e->base = (mn_extender){
        .name = "mullion-extender",
        .node_cache_capable = true,
        .weight = MN_OS_EXTENDER_WEIGHT,
        .data = e,
        .filter = filter,
        .prioritize = prioritize,
        .preempt = preempt,
    };
    return &e->base;
}
