/* SPDX-License-Identifier: Apache-2.0 */
/* Defaults of the Pod API, as far as they change what is scheduled where, and the merging of
 * matchLabelKeys, which the API server does when a Pod is created. */
#include "simulator/engine/admission_steps.h"

#include <stdlib.h>
#include <string.h>

/* ---- requests := limits */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const mn_resource *)a)->name, ((const mn_resource *)b)->name);
}

/* `wanted` with what only `others` has. */
static mn_resources fill_in(mn_arena *arena, mn_resources wanted, const mn_resources *others)
{
    mn_resource *items = MN_ARENA_NEW(arena, mn_resource, wanted.count + others->count);
    size_t count = wanted.count;
    if (count > 0)
        memcpy(items, wanted.items, count * sizeof *items);
    for (size_t i = 0; i < others->count; i++) {
        if (mn_resources_find(&wanted, others->items[i].name) == NULL)
            items[count++] = others->items[i];
    }
    if (count == wanted.count)
        return wanted;
    qsort(items, count, sizeof *items, by_name);
    return (mn_resources){.items = items, .count = count};
}

/* ---- host ports */

static mn_container_ports host_ports(mn_arena *arena, const mn_container_ports *ports)
{
    mn_container_port *items = MN_ARENA_NEW(arena, mn_container_port, ports->count);
    for (size_t i = 0; i < ports->count; i++) {
        items[i] = ports->items[i];
        if (!items[i].host_port.set || items[i].host_port.value == 0)
            items[i].host_port = items[i].container_port;
    }
    return (mn_container_ports){.items = items, .count = ports->count};
}

static void default_containers(mn_admission *admission, mn_containers *containers)
{
    mn_container *items = MN_ARENA_NEW(admission->arena, mn_container, containers->count);
    for (size_t i = 0; i < containers->count; i++) {
        items[i] = containers->items[i];
        mn_resource_requirements *resources = &items[i].resources;
        resources->requests = fill_in(admission->arena, resources->requests, &resources->limits);
        if (admission->pod->spec.host_network && items[i].ports.count > 0)
            items[i].ports = host_ports(admission->arena, &items[i].ports);
    }
    if (containers->count > 0)
        containers->items = items;
}

/* ---- pod-level resources (KEP-2837) */

static mn_quantity larger(mn_quantity a, mn_quantity b)
{
    return mn_quantity_cmp(a, b) >= 0 ? a : b;
}

static mn_quantity request_of(const mn_container *container, const char *name)
{
    const mn_quantity *found = mn_resources_find(&container->resources.requests, name);
    return found == NULL ? mn_quantity_of(0) : *found;
}

/* Containers and sidecars run together; an init container runs beside the sidecars that were
 * started before it. False when no container requests any. */
static bool aggregate(const mn_pod_spec *spec, const char *name, mn_quantity *out)
{
    mn_quantity together = mn_quantity_of(0), sidecars = together, peak = together;
    bool any = false;
    for (size_t i = 0; i < spec->containers.count; i++) {
        const mn_container *container = &spec->containers.items[i];
        together = mn_quantity_add(together, request_of(container, name));
        any = any || mn_resources_find(&container->resources.requests, name) != NULL;
    }
    for (size_t i = 0; i < spec->init_containers.count; i++) {
        const mn_container *container = &spec->init_containers.items[i];
        mn_quantity request = request_of(container, name);
        any = any || mn_resources_find(&container->resources.requests, name) != NULL;
        if (mn_container_is_sidecar(container)) {
            together = mn_quantity_add(together, request);
            sidecars = mn_quantity_add(sidecars, request);
            request = mn_quantity_of(0);
        }
        peak = larger(peak, mn_quantity_add(sidecars, request));
    }
    *out = larger(together, peak);
    return any;
}

static void default_pod_level(mn_admission *admission)
{
    static const char *const names[] = {"cpu", "memory"};
    mn_pod_spec *spec = &admission->pod->spec;
    if (spec->resources == NULL || spec->resources->limits.count == 0)
        return;
    mn_resource sums[G_N_ELEMENTS(names)];
    mn_resources aggregated = {.items = sums};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        mn_quantity sum;
        if (aggregate(spec, names[i], &sum))
            sums[aggregated.count++] = (mn_resource){.name = names[i], .quantity = sum};
    }
    mn_resource_requirements *resources =
        MN_ARENA_NEW(admission->arena, mn_resource_requirements, 1);
    *resources = *spec->resources;
    resources->requests = fill_in(admission->arena, resources->requests, &aggregated);
    resources->requests = fill_in(admission->arena, resources->requests, &resources->limits);
    spec->resources = resources;
}

void mn_admission_default(mn_admission *admission)
{
    mn_pod *pod = admission->pod;
    pod->meta.namespace_ = mn_meta_namespace(&pod->meta);
    if (pod->spec.scheduler_name == NULL || *pod->spec.scheduler_name == '\0')
        pod->spec.scheduler_name = "default-scheduler";
    if (pod->spec.restart_policy == NULL)
        pod->spec.restart_policy = "Always";
    default_containers(admission, &pod->spec.init_containers);
    default_containers(admission, &pod->spec.containers);
    default_pod_level(admission);
}

/* ---- matchLabelKeys */

/* The selector and, for each key that the Pod has as a label, a requirement on its value. */
static const mn_label_selector *with_keys(mn_admission *admission,
                                          const mn_label_selector *selector, const mn_strings *keys,
                                          mn_selector_operator op)
{
    if (selector == NULL || keys->count == 0)
        return selector;
    const mn_requirements *old = &selector->match_expressions;
    mn_requirement *items =
        MN_ARENA_NEW(admission->arena, mn_requirement, old->count + keys->count);
    size_t count = old->count;
    if (count > 0)
        memcpy(items, old->items, count * sizeof *items);
    for (size_t i = 0; i < keys->count; i++) {
        const char *value = mn_labels_find(&admission->pod->meta.labels, keys->items[i]);
        if (value == NULL)
            continue;
        const char **values = MN_ARENA_NEW(admission->arena, const char *, 1);
        values[0] = value;
        items[count++] = (mn_requirement){
            .key = keys->items[i], .op = (int)op, .values = {.items = values, .count = 1}};
    }
    mn_label_selector *merged = MN_ARENA_NEW(admission->arena, mn_label_selector, 1);
    *merged = *selector;
    merged->match_expressions = (mn_requirements){.items = items, .count = count};
    return merged;
}

static void merge_term(mn_admission *admission, mn_pod_affinity_term *term)
{
    term->label_selector =
        with_keys(admission, term->label_selector, &term->match_label_keys, MN_OP_IN);
    term->label_selector =
        with_keys(admission, term->label_selector, &term->mismatch_label_keys, MN_OP_NOT_IN);
}

static const mn_pod_affinity *merge_affinity(mn_admission *admission, const mn_pod_affinity *old)
{
    if (old == NULL)
        return NULL;
    mn_pod_affinity *copy = MN_ARENA_NEW(admission->arena, mn_pod_affinity, 1);
    *copy = *old;
    mn_pod_affinity_term *required =
        MN_ARENA_NEW(admission->arena, mn_pod_affinity_term, old->required.count);
    for (size_t i = 0; i < old->required.count; i++) {
        required[i] = old->required.items[i];
        merge_term(admission, &required[i]);
    }
    mn_weighted_pod_affinity_term *preferred =
        MN_ARENA_NEW(admission->arena, mn_weighted_pod_affinity_term, old->preferred.count);
    for (size_t i = 0; i < old->preferred.count; i++) {
        preferred[i] = old->preferred.items[i];
        merge_term(admission, &preferred[i].term);
    }
    copy->required.items = required;
    copy->preferred.items = preferred;
    return copy;
}

static void merge_spread(mn_admission *admission, mn_spread_constraints *constraints)
{
    if (constraints->count == 0)
        return;
    mn_spread_constraint *items =
        MN_ARENA_NEW(admission->arena, mn_spread_constraint, constraints->count);
    for (size_t i = 0; i < constraints->count; i++) {
        items[i] = constraints->items[i];
        items[i].label_selector =
            with_keys(admission, items[i].label_selector, &items[i].match_label_keys, MN_OP_IN);
    }
    constraints->items = items;
}

void mn_admission_merge_label_keys(mn_admission *admission)
{
    mn_pod_spec *spec = &admission->pod->spec;
    merge_spread(admission, &spec->topology_spread_constraints);
    if (spec->affinity == NULL)
        return;
    mn_affinity *affinity = MN_ARENA_NEW(admission->arena, mn_affinity, 1);
    *affinity = *spec->affinity;
    affinity->pod = merge_affinity(admission, affinity->pod);
    affinity->pod_anti = merge_affinity(admission, affinity->pod_anti);
    spec->affinity = affinity;
}
