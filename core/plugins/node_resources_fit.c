/* SPDX-License-Identifier: Apache-2.0 */
/* NodeResourcesFit: the node has room for what the Pod requests; how full it would be is
 * its score.
 *
 * Surprises kept from v1.34: the score ignores pod-level requests of the incoming Pod and
 * takes 100m and 200Mi for containers that request nothing; products wrap in int64.
 */
#include "core/plugins/plugins.h"
#include "core/plugins/resource_weights.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum strategy { UNSET, LEAST_ALLOCATED, MOST_ALLOCATED, REQUESTED_TO_CAPACITY };

struct point {
    mn_opt_int utilization, score;
};

struct points {
    const struct point *items;
    size_t count;
};

struct ratio {
    struct points shape;
};

struct scoring {
    int type; /* enum strategy */
    mn_resource_weights resources;
    struct ratio ratio;
};

struct args {
    bool header;
    mn_strings ignored, ignored_groups;
    struct scoring scoring;
};

static const char *const strategies[] = {
    "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio", NULL};

static const mn_field point_fields[] = {
    MN_FIELD(struct point, utilization, "utilization", MN_FIELD_INT32),
    MN_FIELD(struct point, score, "score", MN_FIELD_INT32),
};
static const mn_shape point_shape = {
    .name = "UtilizationShapePoint",
    .size = sizeof(struct point),
    .fields = point_fields,
    .count = G_N_ELEMENTS(point_fields),
    .strict = true,
};
static const mn_field ratio_fields[] = {
    MN_FIELD_OF(struct ratio, shape, "shape", MN_FIELD_LIST, point_shape),
};
static const mn_shape ratio_shape = {
    .name = "RequestedToCapacityRatioParam",
    .size = sizeof(struct ratio),
    .fields = ratio_fields,
    .count = G_N_ELEMENTS(ratio_fields),
    .strict = true,
};
static const mn_field scoring_fields[] = {
    MN_FIELD_ENUM_OF(struct scoring, type, "type", strategies),
    MN_FIELD_OF(struct scoring, resources, "resources", MN_FIELD_LIST, mn_resource_weight_shape),
    MN_FIELD_OF(struct scoring, ratio, "requestedToCapacityRatio", MN_FIELD_OBJECT, ratio_shape),
};
static const mn_shape scoring_shape = {
    .name = "ScoringStrategy",
    .size = sizeof(struct scoring),
    .fields = scoring_fields,
    .count = G_N_ELEMENTS(scoring_fields),
    .strict = true,
};
static const mn_field arg_fields[] = {
    ARGS_HEADER(struct args),
    MN_FIELD(struct args, ignored, "ignoredResources", MN_FIELD_STRING_LIST),
    MN_FIELD(struct args, ignored_groups, "ignoredResourceGroups", MN_FIELD_STRING_LIST),
    MN_FIELD_OF(struct args, scoring, "scoringStrategy", MN_FIELD_OBJECT, scoring_shape),
};
static const mn_shape arg_shape = {
    .name = "NodeResourcesFitArgs",
    .size = sizeof(struct args),
    .fields = arg_fields,
    .count = G_N_ELEMENTS(arg_fields),
    .strict = true,
};

static bool check_shape(const struct scoring *scoring, const mn_at *at, GError **error)
{
    const struct points *shape = &scoring->ratio.shape;
    if (scoring->type != REQUESTED_TO_CAPACITY)
        return true;
    if (shape->count == 0)
        return mn_at_error(at,
                           MN_ERROR_SCHEMA,
                           error,
                           "scoringStrategy.requestedToCapacityRatio.shape needs at least one "
                           "point");
    for (size_t i = 1; i < shape->count; i++) {
        if (shape->items[i].utilization.value <= shape->items[i - 1].utilization.value)
            return mn_at_error(at,
                               MN_ERROR_SCHEMA,
                               error,
                               "utilization values of the shape must grow, found %" PRId64
                               " after %" PRId64,
                               shape->items[i].utilization.value,
                               shape->items[i - 1].utilization.value);
    }
    return true;
}

static const void *configure(mn_arena *arena, const mn_at *at, GError **error)
{
    struct args *args = MN_ARENA_NEW(arena, struct args, 1);
    if (at != NULL &&
        (!mn_decode(arena, &arg_shape, at, args, error) || !check_shape(&args->scoring, at, error)))
        return NULL;
    if (args->scoring.type == UNSET)
        args->scoring.type = LEAST_ALLOCATED;
    if (args->scoring.resources.count == 0)
        args->scoring.resources = mn_resource_weights_default;
    return args;
}

static const struct args *args_of(const mn_cycle *cycle)
{
    return mn_cycle_args(cycle, &mn_plugin_node_resources_fit);
}

/* ------------------------------------------------------------------ Filter */

/* Reasons as they are found; most nodes have none, so the list is made on demand. */
struct shortages {
    const mn_cycle *cycle;
    const char **reasons;
    size_t count, capacity;
    bool unresolvable; /* the whole node is too small */
};

static void add_reason(struct shortages *found, const char *reason)
{
    if (found->reasons == NULL)
        found->reasons = MN_ARENA_NEW(found->cycle->arena, const char *, found->capacity);
    found->reasons[found->count++] = reason;
}

static void check(struct shortages *found, const char *reason, int64_t request, int64_t allocatable,
                  int64_t used)
{
    if (request <= mn_wrap_sub(allocatable, used))
        return;
    add_reason(found, reason);
    found->unresolvable |= request > allocatable;
}

static bool is_ignored(const struct args *args, const char *name)
{
    if (args->ignored.count == 0 && args->ignored_groups.count == 0)
        return false;
    if (!mn_resource_is_extended(name))
        return false;
    g_autofree char *group = g_strndup(name, strcspn(name, "/"));
    return mn_strings_contain(&args->ignored, name) ||
           mn_strings_contain(&args->ignored_groups, group);
}

static bool is_ignored_by_extender(const mn_cycle *cycle, const char *name)
{
    const mn_profile *profile = cycle->profile;
    for (size_t i = 0; i < profile->extender_count; i++) {
        const mn_extender *extender = profile->extenders[i];
        const mn_strings ignored = {
            .items = extender->ignored_resources,
            .count = extender->ignored_count,
        };
        if (mn_strings_contain(&ignored, name))
            return true;
    }
    return false;
}

static void check_scalars(struct shortages *found, const mn_amounts *wanted,
                          const mn_node_info *node)
{
    const struct args *args = args_of(found->cycle);
    for (size_t i = 0; i < wanted->scalar_count; i++) {
        const mn_scalar *scalar = &wanted->scalars[i];
        const int64_t allocatable = mn_amounts_get(&node->allocatable, scalar->name);
        const int64_t used = mn_amounts_get(&node->requested, scalar->name);
        if (scalar->value == 0 || scalar->value <= mn_wrap_sub(allocatable, used) ||
            is_ignored(args, scalar->name) || is_ignored_by_extender(found->cycle, scalar->name))
            continue;
        add_reason(found, mn_arena_printf(found->cycle->arena, "Insufficient %s", scalar->name));
        found->unresolvable |= scalar->value > allocatable;
    }
}

static mn_verdict filter(const mn_cycle *cycle, const mn_node_info *node)
{
    const mn_amounts *wanted = &cycle->class_->fit, *have = &node->allocatable;
    struct shortages found = {.cycle = cycle, .capacity = 4 + wanted->scalar_count};
    if ((int64_t)mn_node_info_pod_count(node) + 1 > node->allowed_pods)
        add_reason(&found, "Too many pods");
    if (wanted->milli_cpu > 0)
        check(&found,
              "Insufficient cpu",
              wanted->milli_cpu,
              have->milli_cpu,
              node->requested.milli_cpu);
    if (wanted->memory > 0)
        check(&found, "Insufficient memory", wanted->memory, have->memory, node->requested.memory);
    if (wanted->ephemeral_storage > 0)
        check(&found,
              "Insufficient ephemeral-storage",
              wanted->ephemeral_storage,
              have->ephemeral_storage,
              node->requested.ephemeral_storage);
    check_scalars(&found, wanted, node);
    if (found.count == 0)
        return mn_fits();
    return (mn_verdict){
        .code = found.unresolvable ? MN_CODE_UNRESOLVABLE : MN_CODE_UNSCHEDULABLE,
        .reasons = found.reasons,
        .count = found.count,
    };
}

/* ------------------------------------------------------------------ Score */

static int64_t least_allocated(int64_t requested, int64_t allocatable)
{
    if (requested > allocatable)
        return 0;
    return mn_wrap_mul(mn_wrap_sub(allocatable, requested), MN_SCORE_MAX) / allocatable;
}

static int64_t most_allocated(int64_t requested, int64_t allocatable)
{
    return mn_wrap_mul(MIN(requested, allocatable), MN_SCORE_MAX) / allocatable;
}

/* Straight lines between the points of the shape; scores of the shape go to 10. */
static int64_t by_shape(const struct points *shape, int64_t requested, int64_t allocatable)
{
    enum { PER_POINT = 10 };
    const int64_t utilization =
        requested > allocatable ? 100 : mn_wrap_mul(requested, 100) / allocatable;
    for (size_t i = 0; i < shape->count; i++) {
        const int64_t x = shape->items[i].utilization.value;
        const int64_t y = shape->items[i].score.value * PER_POINT;
        if (utilization > x)
            continue;
        if (i == 0)
            return y;
        const int64_t x0 = shape->items[i - 1].utilization.value;
        const int64_t y0 = shape->items[i - 1].score.value * PER_POINT;
        return y0 + (y - y0) * (utilization - x0) / (x - x0);
    }
    return shape->items[shape->count - 1].score.value * PER_POINT;
}

static int64_t score_resource(const struct scoring *scoring, int64_t requested, int64_t allocatable)
{
    switch ((enum strategy)scoring->type) {
    case MOST_ALLOCATED:
        return most_allocated(requested, allocatable);
    case REQUESTED_TO_CAPACITY:
        return by_shape(&scoring->ratio.shape, requested, allocatable);
    case UNSET:
    case LEAST_ALLOCATED:
        break;
    }
    return least_allocated(requested, allocatable);
}

static mn_verdict score(const mn_cycle *cycle, const mn_node_info *node, int64_t *raw)
{
    const struct scoring *scoring = &args_of(cycle)->scoring;
    const bool by_ratio = scoring->type == REQUESTED_TO_CAPACITY;
    const mn_pod_class *class_ = cycle->class_;
    const mn_amounts *wanted =
        cycle->profile->quirks.fix_pod_level_score ? &class_->score_pod_level : &class_->score;
    int64_t sum = 0, weights = 0;
    for (size_t i = 0; i < scoring->resources.count; i++) {
        const mn_resource_weight *resource = &scoring->resources.items[i];
        const int64_t request = mn_amounts_get(wanted, resource->name);
        const int64_t weight = mn_resource_weight_value(resource);
        int64_t allocatable, requested;
        if (!mn_resource_use(node, resource->name, request, true, &allocatable, &requested))
            continue;
        const int64_t points = score_resource(scoring, requested, allocatable);
        if (by_ratio && points <= 0)
            continue;
        sum += points * weight;
        weights += weight;
    }
    if (weights == 0)
        *raw = 0;
    else
        *raw = by_ratio ? (int64_t)round((double)sum / (double)weights) : sum / weights;
    return mn_fits();
}

/* ------------------------------------------------------------------ queueing */

/* In milli-units for cpu, as mn_amounts has it. */
static int64_t allocatable_of(const mn_node *node, const char *name)
{
    const mn_quantity *quantity = mn_resources_find(&node->status.allocatable, name);
    if (quantity == NULL)
        return 0;
    return strcmp(name, "cpu") == 0 ? mn_quantity_milli_value(*quantity)
                                    : mn_quantity_value(*quantity);
}

/* Would the Pod fit if nothing else were on the node? */
static bool fits_empty(const mn_cycle *cycle, const mn_node *node)
{
    static const char *const names[] = {"cpu", "memory", "ephemeral-storage"};
    const mn_amounts *wanted = &cycle->class_->fit;
    if (allocatable_of(node, "pods") < 1)
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const int64_t amount = mn_amounts_get(wanted, names[i]);
        if (amount > 0 && amount > allocatable_of(node, names[i]))
            return false;
    }
    for (size_t i = 0; i < wanted->scalar_count; i++) {
        const mn_scalar *scalar = &wanted->scalars[i];
        if (scalar->value > allocatable_of(node, scalar->name) &&
            !is_ignored(args_of(cycle), scalar->name) &&
            !is_ignored_by_extender(cycle, scalar->name))
            return false;
    }
    return true;
}

/* Has the node more of something that the Pod requests? */
static bool has_grown(const mn_cycle *cycle, const mn_event *event)
{
    const mn_resources *now = &event->node->status.allocatable;
    for (size_t i = 0; i < now->count; i++) {
        const char *name = now->items[i].name;
        const bool matters =
            strcmp(name, "pods") == 0 || mn_amounts_get(&cycle->class_->fit, name) > 0;
        if (matters && allocatable_of(event->node, name) > allocatable_of(event->old_node, name))
            return true;
    }
    return false;
}

/* Does a Pod, this one or one on a node, request less of something that this one requests? */
static bool has_shrunk(const mn_cycle *cycle, const mn_event *event)
{
    const mn_amounts *before = &event->old_pod.class_->requested;
    const mn_amounts *after = &event->pod.class_->requested;
    const mn_amounts *wanted = &cycle->class_->fit;
    if (mn_pod_is_same(event->pod.pod, cycle->pod))
        return true;
    if (!mn_pod_is_assigned(event->pod.pod))
        return false;
    for (size_t i = 0; i < wanted->scalar_count; i++) {
        const char *name = wanted->scalars[i].name;
        if (wanted->scalars[i].value > 0 &&
            mn_amounts_get(after, name) < mn_amounts_get(before, name))
            return true;
    }
    return (wanted->milli_cpu > 0 && after->milli_cpu < before->milli_cpu) ||
           (wanted->memory > 0 && after->memory < before->memory) ||
           (wanted->ephemeral_storage > 0 && after->ephemeral_storage < before->ephemeral_storage);
}

static bool hint(const mn_cycle *cycle, const mn_event *event)
{
    if (event->kind == MN_EVENT_POD_DELETE)
        return true;
    if (event->kind == MN_EVENT_POD_SCALE_DOWN)
        return has_shrunk(cycle, event);
    return fits_empty(cycle, event->node) && (event->old_node == NULL || has_grown(cycle, event));
}

const mn_plugin mn_plugin_node_resources_fit = {
    .name = "NodeResourcesFit",
    .summary = "requests of the Pod against what is left of the node",
    .index = MN_INDEX_node_resources_fit,
    .points = AT(PRE_FILTER) | AT(FILTER) | AT(PRE_SCORE) | AT(SCORE),
    .weight = 1,
    .filter_scope = MN_SCOPE_LOCAL,
    .score_scope = MN_SCOPE_LOCAL,
    .configure = configure,
    .filter = filter,
    .score = score,
    .events = ON(POD_DELETE) | ON(POD_SCALE_DOWN) | ON(NODE_ADD) | ON(NODE_ALLOCATABLE),
    .hint = hint,
};
