/* SPDX-License-Identifier: Apache-2.0 */
/* A workload: what it needs, and on which nodes kube-scheduler's filters let it.
 *
 * What the API server adds to its Pods (RuntimeClass, the namespace's default selector) counts
 * for where they land. A namespace's annotation is taken at its word: whether the plugin that
 * reads it is on, manifests do not say (it is on AKS, and OpenShift has its own).
 */
#include "simulator/audit/check.h"
#include "simulator/engine/admission_steps.h"
#include "simulator/engine/controllers/daemon_nodes.h"

#include <stdlib.h>
#include <string.h>

/* ---- what the API server adds */

static const char *const selector_annotations[] = {
    "scheduler.alpha.kubernetes.io/node-selector",
    "openshift.io/node-selector",
};

static int by_key(const void *a, const void *b)
{
    return strcmp(((const mn_label *)a)->key, ((const mn_label *)b)->key);
}

/* "a=b,c=d" */
static mn_labels parse_selector(mn_arena *arena, const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, ",", -1);
    mn_label *labels = MN_ARENA_NEW(arena, mn_label, g_strv_length(parts));
    size_t count = 0;
    for (size_t i = 0; parts[i] != NULL; i++) {
        char *equal = strchr(parts[i], '=');
        if (equal == NULL)
            continue;
        *equal = '\0';
        labels[count++] = (mn_label){
            .key = mn_arena_strdup(arena, g_strstrip(parts[i])),
            .value = mn_arena_strdup(arena, g_strstrip(equal + 1)),
        };
    }
    if (count > 1)
        qsort(labels, count, sizeof *labels, by_key);
    return (mn_labels){.items = labels, .count = count};
}

static const mn_namespace *find_namespace(const GPtrArray *namespaces, const char *name)
{
    for (guint i = 0; i < namespaces->len; i++) {
        const mn_namespace *one = namespaces->pdata[i];
        if (g_strcmp0(one->meta.name, name) == 0)
            return one;
    }
    return NULL;
}

static void set_namespace(mn_check *check)
{
    const char *name = mn_meta_namespace(check->object->meta);
    check->namespace_ = find_namespace(check->input->objects->namespaces, name);
    if (check->namespace_ == NULL && check->options->cluster != NULL)
        check->namespace_ = find_namespace(check->options->cluster->objects->namespaces, name);
    check->by_namespace = (mn_default_selector){.namespace_ = name};
    for (size_t i = 0; check->namespace_ != NULL && i < G_N_ELEMENTS(selector_annotations); i++) {
        const char *text =
            mn_labels_find(&check->namespace_->meta.annotations, selector_annotations[i]);
        if (text == NULL)
            continue;
        check->by_namespace.annotation = selector_annotations[i];
        check->by_namespace.labels = parse_selector(check->arena, text);
        return;
    }
}

/* The Pod's own keys stay: a conflict is the API server's to refuse. */
static void add_default_selector(mn_check *check)
{
    const mn_labels *own = &check->effective.node_selector, *more = &check->by_namespace.labels;
    mn_label *items = MN_ARENA_NEW(check->arena, mn_label, own->count + more->count);
    size_t count = 0;
    for (size_t i = 0; i < own->count; i++)
        items[count++] = own->items[i];
    for (size_t i = 0; i < more->count; i++) {
        if (mn_labels_find(own, more->items[i].key) == NULL)
            items[count++] = more->items[i];
    }
    if (count > 1)
        qsort(items, count, sizeof *items, by_key);
    check->effective.node_selector = (mn_labels){.items = items, .count = count};
}

static const mn_objects *objects_with_class(const mn_check *check, const char *name)
{
    if (mn_objects_find_runtime_class(check->input->objects, name) != NULL)
        return check->input->objects;
    if (check->options->cluster != NULL &&
        mn_objects_find_runtime_class(check->options->cluster->objects, name) != NULL)
        return check->options->cluster->objects;
    return NULL;
}

static mn_admission admission_of(const mn_check *check, const mn_objects *objects)
{
    mn_pod *pod = MN_ARENA_NEW(check->arena, mn_pod, 1);
    pod->meta = *check->pod_meta;
    pod->meta.name = mn_object_name(check->object);
    pod->meta.generate_name = NULL;
    pod->spec = check->effective;
    return (mn_admission){.arena = check->arena, .objects = objects, .pod = pod};
}

static void add_runtime_class(mn_check *check)
{
    const char *name = check->spec->runtime_class_name;
    const mn_objects *objects = name == NULL ? NULL : objects_with_class(check, name);
    if (objects == NULL)
        return;
    check->runtime_class = mn_objects_find_runtime_class(objects, name);
    mn_admission admission = admission_of(check, objects);
    /* Overhead is what the plugin itself puts there. */
    admission.pod->spec.overhead = (mn_resources){0};
    mn_admission_merge_runtime_class(&admission);
    check->refusal = admission.rejection;
    if (admission.rejection == NULL) {
        check->effective.node_selector = admission.pod->spec.node_selector;
        check->effective.tolerations = admission.pod->spec.tolerations;
    }
}

static void validate(mn_check *check)
{
    if (check->spec->os.name == NULL)
        return;
    mn_admission admission = admission_of(check, check->input->objects);
    mn_admission_validate(&admission);
    if (admission.rejection != NULL && (strstr(admission.rejection, "windows pod") != NULL ||
                                        strstr(admission.rejection, "linux pod") != NULL))
        check->invalid = admission.rejection;
}

/* ---- where it lands */

/* A DaemonSet's Pod in a dump is pinned to its node by the controller. */
static const mn_affinity *without_pin(mn_arena *arena, const mn_affinity *affinity)
{
    if (affinity == NULL || affinity->node == NULL || affinity->node->required == NULL)
        return affinity;
    const mn_node_selector_terms *terms = &affinity->node->required->terms;
    if (terms->count == 0 || terms->items[0].match_fields.count == 0)
        return affinity;
    mn_affinity *copy = MN_ARENA_NEW(arena, mn_affinity, 1);
    mn_node_affinity *node = MN_ARENA_NEW(arena, mn_node_affinity, 1);
    *copy = *affinity;
    *node = *affinity->node;
    node->required = NULL;
    copy->node = node;
    return copy;
}

static void add_name(mn_check *check, mn_strings *names, const char *name)
{
    const char **items = NULL;
    if (names->count == 0)
        items = MN_ARENA_NEW(check->arena, const char *, check->cluster->count);
    else
        items = (const char **)(uintptr_t)names->items;
    items[names->count++] = name;
    names->items = items;
}

static void land(mn_check *check)
{
    for (size_t i = 0; i < check->cluster->count; i++) {
        const mn_node *node = check->cluster->nodes[i];
        if (!mn_node_is_selected(&check->effective, node))
            continue;
        check->selected++;
        if (!mn_daemon_on_node(&check->effective, node).runs)
            continue;
        check->lands++;
        mn_os_fit fit = mn_os_match_of(&check->need, &check->cluster->offers[i]).fit;
        check->runs += fit == MN_FIT_RUNS;
        if (fit == MN_FIT_WRONG_OS)
            add_name(check, &check->wrong_os_nodes, node->meta.name);
        else if (fit == MN_FIT_WRONG_BUILD)
            add_name(check, &check->wrong_build_nodes, node->meta.name);
    }
}

/* ---- why it is exposed */

static bool prefers_os(const mn_pod_spec *spec)
{
    if (spec->affinity == NULL || spec->affinity->node == NULL)
        return false;
    const mn_preferred_node_terms *terms = &spec->affinity->node->preferred;
    for (size_t i = 0; i < terms->count; i++) {
        const mn_requirements *all = &terms->items[i].preference.match_expressions;
        for (size_t j = 0; j < all->count; j++) {
            const char *key = all->items[j].key;
            if (strcmp(key, MN_LABEL_OS) == 0 || strcmp(key, MN_LABEL_OS_BETA) == 0)
                return true;
        }
    }
    return false;
}

static bool tolerates_windows(const mn_check *check)
{
    for (size_t i = 0; i < check->findings.count; i++) {
        const mn_os_evidence *evidence = &check->findings.items[i];
        if (evidence->os == MN_OS_WINDOWS && strcmp(evidence->signal->id, "tolerations") == 0)
            return true;
    }
    return false;
}

static bool is_system(const mn_check *check)
{
    const char *priority = check->spec->priority_class_name;
    return strcmp(mn_meta_namespace(check->object->meta), "kube-system") == 0 ||
           (priority != NULL && g_str_has_prefix(priority, "system-"));
}

static mn_exposure exposure_of_daemon_set(const mn_check *check)
{
    const mn_tolerations *tolerations = &check->spec->tolerations;
    if (mn_blanket_toleration(tolerations) < tolerations->count)
        return MN_EXPOSED_DAEMON_SET_BLANKET;
    return is_system(check) ? MN_EXPOSED_DAEMON_SET_SYSTEM : MN_EXPOSED_DAEMON_SET;
}

static bool is_hook(const mn_meta *meta)
{
    return mn_labels_find(&meta->annotations, "helm.sh/hook") != NULL ||
           mn_labels_find(&meta->annotations, "argocd.argoproj.io/hook") != NULL;
}

static mn_exposure exposure_of(const mn_check *check)
{
    const mn_tolerations *tolerations = &check->spec->tolerations;
    if (check->wrong_os_nodes.count == 0)
        return MN_EXPOSED_NOT;
    if (check->spec->os.name != NULL)
        return MN_EXPOSED_SPEC_OS;
    if (prefers_os(check->spec))
        return MN_EXPOSED_PREFERENCE;
    if (check->daemon_set)
        return exposure_of_daemon_set(check);
    if (check->need.kind == MN_NEED_WINDOWS)
        return tolerates_windows(check) ? MN_EXPOSED_TOLERATION : MN_EXPOSED_WINDOWS;
    if (is_hook(check->object->meta))
        return MN_EXPOSED_HOOK;
    if (strcmp(mn_object_kind(check->object), "CronJob") == 0)
        return MN_EXPOSED_CRON_JOB;
    if (mn_blanket_toleration(tolerations) < tolerations->count)
        return MN_EXPOSED_BLANKET;
    return check->need.by_default ? MN_EXPOSED_UNKNOWN : MN_EXPOSED_LINUX;
}

/* ---- the whole */

static void set_template(mn_check *check, const mn_audit_object *object)
{
    const mn_workload *workload = object->workload;
    check->object = object;
    check->daemon_set = strcmp(mn_object_kind(object), "DaemonSet") == 0;
    if (workload == NULL) {
        check->pod_meta = &object->pod->meta;
        check->spec = &object->pod->spec;
        check->prefix = "";
        return;
    }
    check->pod_meta = &workload->spec.template.meta;
    check->spec = &workload->spec.template.spec;
    check->prefix = workload->kind == MN_WORKLOAD_CRON_JOB ? "spec.jobTemplate.spec.template."
                                                           : "spec.template.";
}

static bool comes_for_both(const mn_containers *containers)
{
    for (size_t i = 0; i < containers->count; i++) {
        const char *image = containers->items[i].image;
        if (image == NULL || !mn_image_judge(mn_str_of(image)).multi)
            return false;
    }
    return true;
}

void mn_check_open(mn_check *check, const mn_audit_object *object)
{
    set_template(check, object);
    check->effective = *check->spec;
    bool running = object->pod != NULL && object->pod->status.phase != NULL;
    if (running)
        check->effective.node_name = NULL;
    if (running && check->daemon_set)
        check->effective.affinity = without_pin(check->arena, check->spec->affinity);
    set_namespace(check);
    add_default_selector(check);
    add_runtime_class(check);
    validate(check);
    const mn_os_image_map images = {
        .items = (const mn_os_image_row *)(const void *)check->input->image_rows->data,
        .count = check->input->image_rows->len,
    };
    const mn_os_input input = {
        .meta = check->pod_meta,
        .spec = check->spec,
        .runtime_class = check->runtime_class,
        .image_map = &images,
    };
    mn_os_need_of(&mn_os_policy_default, &input, &check->findings, &check->need);
    check->multi = check->need.by_default && comes_for_both(&check->spec->containers) &&
                   comes_for_both(&check->spec->init_containers);
    check->pods = mn_owners_pods(check->owners, object);
    land(check);
    check->exposure = exposure_of(check);
}
