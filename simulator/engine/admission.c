/* SPDX-License-Identifier: Apache-2.0 */
/* The order of admission, and its small plugins.
 *
 * Source: kube-apiserver v1.34 (defaulting, plugin order, pod strategy) and recordings of
 * what it answered, which the tests replay.
 */
#include "simulator/engine/admission.h"

#include "simulator/engine/admission_steps.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

enum { TAINT_TOLERATION_S = 300 };

void mn_admission_forbid(mn_admission *admission, const char *format, ...)
{
    if (admission->rejection != NULL)
        return;
    va_list args;
    va_start(args, format);
    g_autofree char *why = g_strdup_vprintf(format, args);
    va_end(args);
    /* Plugins that change a Pod run before generateName has become a name. */
    const mn_meta *meta = &admission->pod->meta;
    const char *name = meta->generate_name != NULL ? meta->generate_name : meta->name;
    admission->rejection =
        mn_arena_printf(admission->arena, "pods \"%s\" is forbidden: %s", name, why);
}

/* ---- Priority */

static const mn_priority_class system_classes[] = {
    {.meta.name = "system-cluster-critical", .value = {.set = true, .value = 2000000000}},
    {.meta.name = "system-node-critical", .value = {.set = true, .value = 2000001000}},
};

static const mn_priority_class *find_class(const mn_objects *objects, const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(system_classes); i++) {
        if (strcmp(system_classes[i].meta.name, name) == 0)
            return &system_classes[i];
    }
    return mn_objects_find_priority_class(objects, name);
}

/* Of several, the one with the lowest value, as the API server has it. */
static const mn_priority_class *find_global_default(const mn_objects *objects)
{
    const mn_priority_class *found = NULL;
    for (guint i = 0; i < objects->priority_classes->len; i++) {
        const mn_priority_class *candidate = objects->priority_classes->pdata[i];
        if (candidate->global_default &&
            (found == NULL || candidate->value.value < found->value.value))
            found = candidate;
    }
    return found;
}

static void set_priority(mn_admission *admission)
{
    mn_pod_spec *spec = &admission->pod->spec;
    bool named = spec->priority_class_name != NULL && *spec->priority_class_name != '\0';
    const mn_priority_class *found = named
                                         ? find_class(admission->objects, spec->priority_class_name)
                                         : find_global_default(admission->objects);
    if (named && found == NULL) {
        mn_admission_forbid(
            admission, "no PriorityClass with name %s was found", spec->priority_class_name);
        return;
    }
    int64_t value = found == NULL ? 0 : found->value.value;
    if (spec->priority.set && spec->priority.value != value) {
        mn_admission_forbid(admission,
                            "the integer value of priority (%" PRId64
                            ") must not be provided in pod spec; priority admission controller "
                            "computed %" PRId64 " from the given PriorityClass name",
                            spec->priority.value,
                            value);
        return;
    }
    spec->priority = (mn_opt_int){.set = true, .value = value};
    if (found == NULL)
        return;
    spec->priority_class_name = found->meta.name;
    if (spec->preemption_policy == MN_PREEMPTION_UNSET)
        spec->preemption_policy = found->preemption_policy;
}

/* ---- DefaultTolerationSeconds */

static const mn_toleration outages[] = {
    {.key = "node.kubernetes.io/not-ready",
     .value = "",
     .op = MN_TOLERATION_EXISTS,
     .effect = MN_EFFECT_NO_EXECUTE,
     .seconds = {.set = true, .value = TAINT_TOLERATION_S}},
    {.key = "node.kubernetes.io/unreachable",
     .value = "",
     .op = MN_TOLERATION_EXISTS,
     .effect = MN_EFFECT_NO_EXECUTE,
     .seconds = {.set = true, .value = TAINT_TOLERATION_S}},
};

static bool covers(const mn_tolerations *tolerations, const mn_toleration *outage)
{
    for (size_t i = 0; i < tolerations->count; i++) {
        const mn_toleration *t = &tolerations->items[i];
        bool key = *t->key == '\0' || strcmp(t->key, outage->key) == 0;
        if (key && (t->effect == MN_EFFECT_ANY || t->effect == outage->effect))
            return true;
    }
    return false;
}

static void tolerate_outages(mn_admission *admission)
{
    mn_tolerations *tolerations = &admission->pod->spec.tolerations;
    size_t count = tolerations->count;
    mn_toleration *items =
        MN_ARENA_NEW(admission->arena, mn_toleration, count + G_N_ELEMENTS(outages));
    if (count > 0)
        memcpy(items, tolerations->items, count * sizeof *items);
    for (size_t i = 0; i < G_N_ELEMENTS(outages); i++) {
        if (!covers(tolerations, &outages[i]))
            items[count++] = outages[i];
    }
    *tolerations = (mn_tolerations){.items = items, .count = count};
}

/* ---- in order */

typedef void (*step_fn)(mn_admission *admission);

static const step_fn steps[] = {
    mn_admission_default,
    mn_admission_default_selector,
    set_priority,
    tolerate_outages,
    mn_admission_merge_runtime_class,
    mn_admission_mutate,
    mn_admission_merge_label_keys,
    mn_admission_validate,
};

const mn_pod *mn_admit_under(mn_arena *arena, const mn_objects *objects,
                             const struct mn_strategy *strategy, const mn_pod *pod,
                             const char **rejection)
{
    mn_pod *copy = MN_ARENA_NEW(arena, mn_pod, 1);
    *copy = *pod;
    mn_admission admission = {
        .arena = arena, .objects = objects, .strategy = strategy, .pod = copy};
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        steps[i](&admission);
        if (admission.rejection != NULL) {
            *rejection = admission.rejection;
            return NULL;
        }
    }
    return copy;
}

const mn_pod *mn_admit(mn_arena *arena, const mn_objects *objects, const mn_pod *pod,
                       const char **rejection)
{
    return mn_admit_under(arena, objects, NULL, pod, rejection);
}
