/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of a Pod, summed as component-helpers' resource.PodRequests does.
 *
 * Quantities stay exact until the Pod's total is known. A table of exact sums by name
 * is small (a handful of names), so it is a plain list.
 */
#include "mullion/cluster/amounts.h"

#include <string.h>

enum { DEFAULT_MILLI_CPU = 100, DEFAULT_MEMORY = 200 * 1024 * 1024 };

struct sum {
    const char *name;
    mn_quantity quantity;
};

/* A ResourceList under construction. */
struct sums {
    GArray *items; /* struct sum */
};

static struct sums sums_new(void)
{
    return (struct sums){.items = g_array_new(FALSE, FALSE, sizeof(struct sum))};
}

static void sums_free(struct sums *sums)
{
    g_array_unref(sums->items);
}

static struct sum *sums_at(const struct sums *sums, size_t index)
{
    return &g_array_index(sums->items, struct sum, index);
}

static mn_quantity *sums_find(const struct sums *sums, const char *name)
{
    for (size_t i = 0; i < sums->items->len; i++) {
        struct sum *sum = sums_at(sums, i);
        if (strcmp(sum->name, name) == 0)
            return &sum->quantity;
    }
    return NULL;
}

static void sums_set(struct sums *sums, const char *name, mn_quantity quantity)
{
    mn_quantity *known = sums_find(sums, name);
    if (known != NULL) {
        *known = quantity;
        return;
    }
    const struct sum sum = {.name = name, .quantity = quantity};
    g_array_append_val(sums->items, sum);
}

static void sums_add_one(struct sums *sums, const char *name, mn_quantity quantity)
{
    const mn_quantity *known = sums_find(sums, name);
    sums_set(sums, name, known == NULL ? quantity : mn_quantity_add(*known, quantity));
}

static void sums_max_one(struct sums *sums, const char *name, mn_quantity quantity)
{
    const mn_quantity *known = sums_find(sums, name);
    if (known == NULL || mn_quantity_cmp(quantity, *known) > 0)
        sums_set(sums, name, quantity);
}

static void sums_add(struct sums *sums, const struct sums *more)
{
    for (size_t i = 0; i < more->items->len; i++)
        sums_add_one(sums, sums_at(more, i)->name, sums_at(more, i)->quantity);
}

static void sums_max(struct sums *sums, const struct sums *more)
{
    for (size_t i = 0; i < more->items->len; i++)
        sums_max_one(sums, sums_at(more, i)->name, sums_at(more, i)->quantity);
}

static void sums_max_list(struct sums *sums, const mn_resources *list)
{
    for (size_t i = 0; i < list->count; i++)
        sums_max_one(sums, list->items[i].name, list->items[i].quantity);
}

static void sums_add_list(struct sums *sums, const mn_resources *list)
{
    for (size_t i = 0; i < list->count; i++)
        sums_add_one(sums, list->items[i].name, list->items[i].quantity);
}

/* ------------------------------------------------------------------ containers */

static const mn_container_status *find_status(const mn_container_statuses *statuses,
                                              const char *name)
{
    for (size_t i = 0; i < statuses->count; i++) {
        if (g_strcmp0(statuses->items[i].name, name) == 0)
            return &statuses->items[i];
    }
    return NULL;
}

static const mn_container_status *container_status(const mn_pod *pod, const char *name)
{
    const mn_container_status *found = find_status(&pod->status.container_statuses, name);
    return found != NULL ? found : find_status(&pod->status.init_container_statuses, name);
}

/* Only the first PodResizePending condition is looked at. */
static bool resize_is_infeasible(const mn_pod *pod)
{
    for (size_t i = 0; i < pod->status.conditions.count; i++) {
        const mn_pod_condition *condition = &pod->status.conditions.items[i];
        if (g_strcmp0(condition->type, "PodResizePending") == 0)
            return g_strcmp0(condition->reason, "Infeasible") == 0;
    }
    return false;
}

static void container_requests(const mn_pod *pod, const mn_container *container, bool resizable,
                               mn_request_options options, struct sums *out)
{
    const mn_container_status *status = NULL;
    g_array_set_size(out->items, 0);
    if (options.use_status && resizable)
        status = container_status(pod, container->name);
    const bool resized = status != NULL && status->resources != NULL;
    if (!resized || !resize_is_infeasible(pod))
        sums_add_list(out, &container->resources.requests);
    if (resized) {
        sums_max_list(out, &status->resources->requests);
        sums_max_list(out, &status->allocated_resources);
    }
    if (options.default_cpu && sums_find(out, "cpu") == NULL) {
        mn_quantity milli = mn_quantity_of(DEFAULT_MILLI_CPU);
        milli.scale = -3;
        sums_set(out, "cpu", milli);
    }
    if (options.default_memory && sums_find(out, "memory") == NULL)
        sums_set(out, "memory", mn_quantity_of(DEFAULT_MEMORY));
}

/* Sidecars add up with the containers; any other init container runs alone beside the
 * sidecars that were started before it. */
static void add_init_containers(const mn_pod *pod, mn_request_options options, struct sums *total)
{
    struct sums sidecars = sums_new(), peak = sums_new(), one = sums_new();
    for (size_t i = 0; i < pod->spec.init_containers.count; i++) {
        const mn_container *container = &pod->spec.init_containers.items[i];
        const bool sidecar = mn_container_is_sidecar(container);
        container_requests(pod, container, sidecar, options, &one);
        if (sidecar) {
            sums_add(total, &one);
            sums_add(&sidecars, &one);
            sums_max(&peak, &sidecars);
        } else {
            sums_add(&one, &sidecars);
            sums_max(&peak, &one);
        }
    }
    sums_max(total, &peak);
    sums_free(&sidecars);
    sums_free(&peak);
    sums_free(&one);
}

static bool is_pod_level_name(const char *name)
{
    return strcmp(name, "cpu") == 0 || strcmp(name, "memory") == 0 ||
           g_str_has_prefix(name, "hugepages-");
}

static bool has_pod_level_requests(const mn_pod *pod)
{
    const mn_resource_requirements *level = pod->spec.resources;
    for (size_t i = 0; level != NULL && i < level->requests.count; i++) {
        if (is_pod_level_name(level->requests.items[i].name))
            return true;
    }
    return false;
}

static void replace_pod_level(const mn_pod *pod, struct sums *total)
{
    const mn_resource_requirements *level = pod->spec.resources;
    for (size_t i = 0; level != NULL && i < level->requests.count; i++) {
        const mn_resource *resource = &level->requests.items[i];
        if (is_pod_level_name(resource->name))
            sums_set(total, resource->name, resource->quantity);
    }
}

static struct sums pod_sums(const mn_pod *pod, mn_request_options options)
{
    struct sums total = sums_new(), one = sums_new();
    for (size_t i = 0; i < pod->spec.containers.count; i++) {
        container_requests(pod, &pod->spec.containers.items[i], true, options, &one);
        sums_add(&total, &one);
    }
    sums_free(&one);
    add_init_containers(pod, options, &total);
    if (!options.ignore_pod_level)
        replace_pod_level(pod, &total);
    sums_add_list(&total, &pod->spec.overhead);
    return total;
}

/* ------------------------------------------------------------------ amounts */

/* What validation calls a qualified name: "[dns-subdomain/]name". */
static bool is_qualified_name(const char *name)
{
    const char *slash = strchr(name, '/');
    const char *base = slash == NULL ? name : slash + 1;
    const size_t length = strlen(base);
    if (length == 0 || length > 63 || strchr(base, '/') != NULL)
        return false;
    if (slash != NULL && (slash == name || slash - name > 253))
        return false;
    for (size_t i = 0; i < length; i++) {
        const bool inner = i > 0 && i + 1 < length && strchr("-_.", base[i]) != NULL;
        if (!g_ascii_isalnum(base[i]) && !inner)
            return false;
    }
    return true;
}

bool mn_resource_is_extended(const char *name)
{
    return strchr(name, '/') != NULL && strstr(name, "kubernetes.io/") == NULL &&
           !g_str_has_prefix(name, "requests.") && is_qualified_name(name);
}

bool mn_resource_is_scalar(const char *name)
{
    return g_str_has_prefix(name, "hugepages-") || strstr(name, "kubernetes.io/") != NULL ||
           g_str_has_prefix(name, "attachable-volumes-") || mn_resource_is_extended(name);
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(((const mn_scalar *)a)->name, ((const mn_scalar *)b)->name);
}

static void take_amount(mn_amounts *amounts, mn_intern *names, const char *name,
                        mn_quantity quantity)
{
    if (strcmp(name, "cpu") == 0) {
        amounts->milli_cpu = mn_quantity_milli_value(quantity);
    } else if (strcmp(name, "memory") == 0) {
        amounts->memory = mn_quantity_value(quantity);
    } else if (strcmp(name, "ephemeral-storage") == 0) {
        amounts->ephemeral_storage = mn_quantity_value(quantity);
    } else if (mn_resource_is_scalar(name)) {
        amounts->scalars[amounts->scalar_count++] = (mn_scalar){
            .name = mn_intern_text(names, mn_intern_add(names, name)),
            .value = mn_quantity_value(quantity),
        };
    }
}

static mn_amounts round_sums(mn_arena *arena, mn_intern *names, const struct sums *sums)
{
    mn_amounts amounts = {.scalars = MN_ARENA_NEW(arena, mn_scalar, sums->items->len)};
    for (size_t i = 0; i < sums->items->len; i++)
        take_amount(&amounts, names, sums_at(sums, i)->name, sums_at(sums, i)->quantity);
    if (amounts.scalar_count > 1)
        qsort(amounts.scalars, amounts.scalar_count, sizeof(mn_scalar), by_name);
    return amounts;
}

mn_amounts mn_amounts_of_pod(mn_arena *arena, mn_intern *names, const mn_pod *pod,
                             mn_request_options options)
{
    struct sums sums = pod_sums(pod, options);
    const mn_amounts amounts = round_sums(arena, names, &sums);
    sums_free(&sums);
    return amounts;
}

/* With pod-level requests the defaults are put in only for what nobody names. */
void mn_amounts_nonzero(mn_arena *arena, mn_intern *names, const mn_pod *pod, int64_t *milli_cpu,
                        int64_t *memory)
{
    mn_request_options options = {
        .use_status = true,
        .default_cpu = true,
        .default_memory = true,
    };
    if (has_pod_level_requests(pod)) {
        struct sums plain = pod_sums(pod, (mn_request_options){.use_status = true});
        options.default_cpu = sums_find(&plain, "cpu") == NULL;
        options.default_memory = sums_find(&plain, "memory") == NULL;
        sums_free(&plain);
    }
    const mn_amounts amounts = mn_amounts_of_pod(arena, names, pod, options);
    *milli_cpu = amounts.milli_cpu;
    *memory = amounts.memory;
}

mn_amounts mn_amounts_of_list(mn_arena *arena, mn_intern *names, const mn_resources *list,
                              int64_t *pods)
{
    struct sums sums = sums_new();
    sums_add_list(&sums, list);
    const mn_amounts amounts = round_sums(arena, names, &sums);
    sums_free(&sums);
    const mn_quantity *limit = mn_resources_find(list, "pods");
    *pods = limit == NULL ? 0 : mn_quantity_value(*limit);
    return amounts;
}

int64_t mn_amounts_get(const mn_amounts *amounts, const char *name)
{
    if (strcmp(name, "cpu") == 0)
        return amounts->milli_cpu;
    if (strcmp(name, "memory") == 0)
        return amounts->memory;
    if (strcmp(name, "ephemeral-storage") == 0)
        return amounts->ephemeral_storage;
    for (size_t i = 0; i < amounts->scalar_count; i++) {
        if (strcmp(amounts->scalars[i].name, name) == 0)
            return amounts->scalars[i].value;
    }
    return 0;
}
