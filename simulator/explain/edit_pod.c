/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to one manifest: selectors, tolerations, requests. */
#include "mullion/text/json_write.h"
#include "simulator/explain/edit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { BUILDS_MAX = 3, TAINT_SETS_MAX = 4 };

bool mn_plugin_objects(const mn_explained_node *node, const char *plugin)
{
    for (size_t i = 0; i < node->failure_count; i++) {
        if (strcmp(node->failures[i].plugin, plugin) == 0)
            return true;
    }
    return false;
}

bool mn_others_object(const mn_explained_node *node, const char *plugin)
{
    for (size_t i = 0; i < node->failure_count; i++) {
        if (strcmp(node->failures[i].plugin, plugin) != 0)
            return true;
    }
    return false;
}

static mn_pod *copy_of(mn_arena *arena, const mn_pod *pod)
{
    mn_pod *copy = MN_ARENA_NEW(arena, mn_pod, 1);
    *copy = *pod;
    return copy;
}

/* ---------------------------------------------------------------- nodeSelector */

static int by_key(const void *a, const void *b)
{
    return strcmp(((const mn_label *)a)->key, ((const mn_label *)b)->key);
}

static const mn_pod *apply_selector(mn_arena *arena, const mn_pod *pod, const mn_edit *edit)
{
    const mn_labels *old = &pod->spec.node_selector;
    mn_label *items = MN_ARENA_NEW(arena, mn_label, old->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < old->count; i++) {
        if (strcmp(old->items[i].key, edit->key) != 0)
            items[count++] = old->items[i];
    }
    if (edit->value != NULL)
        items[count++] = (mn_label){.key = edit->key, .value = edit->value};
    if (count > 1)
        qsort(items, count, sizeof *items, by_key);
    mn_pod *copy = copy_of(arena, pod);
    copy->spec.node_selector = (mn_labels){.items = items, .count = count};
    return copy;
}

const char *mn_patch_at(mn_arena *arena, const char *const *keys, size_t count, const char *value)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    for (size_t i = 0; i < count; i++) {
        mn_json_begin_object(&json);
        mn_json_key(&json, keys[i]);
    }
    mn_json_raw(&json, mn_str_of(value));
    for (size_t i = 0; i < count; i++)
        mn_json_end_object(&json);
    const mn_str text = mn_json_writer_text(&json);
    return mn_arena_strndup(arena, text.ptr, text.len);
}

static const char *selector_patch(mn_arena *arena, const char *key, const char *value)
{
    const char *const keys[] = {"nodeSelector", key};
    g_autofree char *quoted = value == NULL ? g_strdup("null") : mn_json_quote(value);
    return mn_patch_at(arena, keys, G_N_ELEMENTS(keys), quoted);
}

static void add_selector(mn_ask *ask, GArray *edits, mn_edit_subject subject, const char *key,
                         const char *value)
{
    const mn_edit edit = {
        .subject = subject,
        .touch = MN_TOUCH_POD,
        .what = mn_arena_printf(ask->arena, "nodeSelector %s: %s", key, value),
        .patch = selector_patch(ask->arena, key, value),
        .on_pod = true,
        .apply = apply_selector,
        .key = key,
        .value = value,
    };
    g_array_append_val(edits, edit);
}

static void select_os(mn_ask *ask, GArray *edits)
{
    const mn_pod_spec *spec = &ask->asked->pod->spec;
    const mn_os os = ask->out->need.os;
    if (os != MN_OS_UNKNOWN && mn_labels_find(&spec->node_selector, MN_LABEL_OS) == NULL)
        add_selector(ask, edits, MN_EDIT_OS_SELECTOR, MN_LABEL_OS, mn_os_name(os));
}

void mn_edit_to_select_build(mn_ask *ask, GArray *edits, const char *build)
{
    const mn_labels *selector = &ask->asked->pod->spec.node_selector;
    if (mn_labels_find(selector, MN_LABEL_WINDOWS_BUILD) == NULL)
        add_selector(ask,
                     edits,
                     MN_EDIT_OS_SELECTOR,
                     MN_LABEL_WINDOWS_BUILD,
                     mn_arena_strdup(ask->arena, build));
}

/* Builds of Windows nodes that would run it, where not all of them would. */
static void select_build(mn_ask *ask, GArray *edits)
{
    const char *builds[BUILDS_MAX];
    size_t count = 0;
    bool all_good = true;
    if (ask->out->need.os != MN_OS_WINDOWS)
        return;
    for (size_t i = 0; i < ask->out->node_count && count < BUILDS_MAX; i++) {
        const char *build = mn_labels_find(&ask->nodes[i]->meta.labels, MN_LABEL_WINDOWS_BUILD);
        bool known = build == NULL;
        all_good = all_good && (known || mn_node_is_good(ask, i));
        for (size_t j = 0; j < count && !known; j++)
            known = strcmp(builds[j], build) == 0;
        if (!known && mn_node_is_good(ask, i))
            builds[count++] = build;
    }
    for (size_t i = 0; i < count && !all_good; i++)
        mn_edit_to_select_build(ask, edits, builds[i]);
}

/* A value of that label which differs in upper and lower case only; NULL with *found set: the
 * very value is there. */
static const char *value_like(const mn_ask *ask, const mn_label *wanted, bool *found)
{
    const char *like = NULL;
    *found = false;
    for (size_t i = 0; i < ask->out->node_count && !*found; i++) {
        const char *value = mn_labels_find(&ask->nodes[i]->meta.labels, wanted->key);
        if (value == NULL)
            continue;
        *found = strcmp(value, wanted->value) == 0;
        if (g_ascii_strcasecmp(value, wanted->value) == 0)
            like = value;
    }
    return *found ? NULL : like;
}

static void mend_selector(mn_ask *ask, GArray *edits)
{
    const mn_labels *selector = &ask->asked->pod->spec.node_selector;
    for (size_t i = 0; i < selector->count; i++) {
        const mn_label *wanted = &selector->items[i];
        bool found;
        const char *like = value_like(ask, wanted, &found);
        if (found)
            continue;
        const char *value = like == NULL ? NULL : mn_arena_strdup(ask->arena, like);
        const mn_edit edit = {
            .subject = MN_EDIT_SELECTOR,
            .touch = like == NULL ? MN_TOUCH_REMOVE : MN_TOUCH_CASE,
            .what = like == NULL ? mn_arena_printf(ask->arena,
                                                   "no nodeSelector %s: %s, which no node has,",
                                                   wanted->key,
                                                   wanted->value)
                                 : mn_arena_printf(ask->arena,
                                                   "nodeSelector %s: %s instead of %s",
                                                   wanted->key,
                                                   value,
                                                   wanted->value),
            .patch = selector_patch(ask->arena, wanted->key, value),
            .on_pod = true,
            .apply = apply_selector,
            .key = wanted->key,
            .value = value,
        };
        g_array_append_val(edits, edit);
    }
}

/* ---------------------------------------------------------------- required node affinity */

static const mn_pod *apply_no_affinity(mn_arena *arena, const mn_pod *pod, const mn_edit *edit)
{
    (void)edit;
    mn_affinity *affinity = MN_ARENA_NEW(arena, mn_affinity, 1);
    mn_node_affinity *node = MN_ARENA_NEW(arena, mn_node_affinity, 1);
    *affinity = *pod->spec.affinity;
    *node = *affinity->node;
    node->required = NULL;
    affinity->node = node;
    mn_pod *copy = copy_of(arena, pod);
    copy->spec.affinity = affinity;
    return copy;
}

/* Of a DaemonSet's Pod it is the controller's. */
static void drop_affinity(mn_ask *ask, GArray *edits)
{
    static const char *const keys[] = {
        "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"};
    const mn_affinity *affinity = ask->asked->pod->spec.affinity;
    if (strcmp(ask->out->kind, "DaemonSet") == 0 || affinity == NULL || affinity->node == NULL ||
        affinity->node->required == NULL)
        return;
    const mn_edit edit = {
        .subject = MN_EDIT_AFFINITY,
        .touch = MN_TOUCH_POD,
        .what = "no required node affinity",
        .patch = mn_patch_at(ask->arena, keys, G_N_ELEMENTS(keys), "null"),
        .on_pod = true,
        .apply = apply_no_affinity,
    };
    g_array_append_val(edits, edit);
}

/* ---------------------------------------------------------------- tolerations */

static const mn_pod *apply_tolerations(mn_arena *arena, const mn_pod *pod, const mn_edit *edit)
{
    mn_pod *copy = copy_of(arena, pod);
    copy->spec.tolerations = edit->tolerations;
    return copy;
}

static void patch_toleration(mn_json_writer *json, const mn_toleration *toleration)
{
    mn_json_begin_object(json);
    if (*toleration->key != '\0')
        mn_json_member_string(json, "key", toleration->key);
    if (toleration->op == MN_TOLERATION_EXISTS)
        mn_json_member_string(json, "operator", "Exists");
    if (*toleration->value != '\0')
        mn_json_member_string(json, "value", toleration->value);
    if (toleration->effect != MN_EFFECT_ANY)
        mn_json_member_string(json, "effect", mn_taint_effect_name(toleration->effect));
    if (toleration->seconds.set)
        mn_json_member_int(json, "tolerationSeconds", toleration->seconds.value);
    mn_json_end_object(json);
}

/* kubectl replaces the list whole, so the patch has all of them, but for those that the API server
 * gave the Pod. */
static const char *tolerations_patch(mn_arena *arena, const mn_tolerations *tolerations)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_json_begin_object(&json);
    mn_json_key(&json, "tolerations");
    mn_json_begin_array(&json);
    for (size_t i = 0; i < tolerations->count; i++) {
        if (!g_str_has_prefix(tolerations->items[i].key, "node.kubernetes.io/"))
            patch_toleration(&json, &tolerations->items[i]);
    }
    mn_json_end_array(&json);
    mn_json_end_object(&json);
    const mn_str text = mn_json_writer_text(&json);
    return mn_arena_strndup(arena, text.ptr, text.len);
}

static bool keeps_away(const mn_taint *taint)
{
    return taint->effect == MN_EFFECT_NO_SCHEDULE || taint->effect == MN_EFFECT_NO_EXECUTE;
}

/* The place of a toleration that would match but for upper and lower case. */
static bool find_misspelt(const mn_tolerations *tolerations, const mn_taint *taint, size_t *place)
{
    for (size_t i = 0; i < tolerations->count; i++) {
        const mn_toleration *t = &tolerations->items[i];
        *place = i;
        if (g_ascii_strcasecmp(t->key, taint->key) == 0 &&
            (t->effect == MN_EFFECT_ANY || t->effect == taint->effect) &&
            (t->op == MN_TOLERATION_EXISTS || g_ascii_strcasecmp(t->value, taint->value) == 0))
            return true;
    }
    return false;
}

/* Copies what outlives the run. */
static mn_toleration toleration_of(mn_arena *arena, const mn_taint *taint)
{
    return (mn_toleration){
        .key = mn_arena_strdup(arena, taint->key),
        .value = mn_arena_strdup(arena, taint->value),
        .op = *taint->value == '\0' ? MN_TOLERATION_EXISTS : MN_TOLERATION_EQUAL,
        .effect = taint->effect,
    };
}

/* A toleration for each taint that repels the Pod from this node; *what is NULL where one of them
 * comes and goes with the node's health. */
static mn_tolerations tolerate_all(const mn_ask *ask, const mn_node *node, mn_edit *edit)
{
    mn_arena *arena = ask->arena;
    const mn_tolerations *old = &ask->asked->pod->spec.tolerations;
    const mn_taints *taints = &node->spec.taints;
    mn_toleration *items = MN_ARENA_NEW(arena, mn_toleration, old->count + taints->count);
    g_autoptr(GString) what = g_string_new(NULL);
    size_t count = old->count, place;
    for (size_t i = 0; i < old->count; i++)
        items[i] = old->items[i];
    for (size_t i = 0; i < taints->count; i++) {
        const mn_taint *taint = &taints->items[i];
        if (!keeps_away(taint) || mn_tolerations_tolerate(old, taint))
            continue;
        if (g_str_has_prefix(taint->key, "node.kubernetes.io/"))
            return (mn_tolerations){0};
        if (g_str_has_prefix(taint->key, "node-role.kubernetes.io/"))
            edit->touch = MN_TOUCH_CONTROL_PLANE;
        const bool misspelt = find_misspelt(old, taint, &place);
        g_string_append_printf(
            what, "%s%s", what->len == 0 ? "toleration of " : " and ", mn_taint_text(arena, taint));
        if (misspelt) {
            g_string_append_printf(what, " instead of %s=%s", items[place].key, items[place].value);
            edit->touch = MN_TOUCH_CASE;
            items[place].key = mn_arena_strdup(arena, taint->key);
            items[place].value = items[place].op == MN_TOLERATION_EXISTS
                                     ? items[place].value
                                     : mn_arena_strdup(arena, taint->value);
        } else {
            items[count++] = toleration_of(arena, taint);
        }
    }
    edit->what = mn_arena_strdup(arena, what->str);
    return (mn_tolerations){.items = items, .count = count};
}

static bool is_known(const GArray *edits, const char *what)
{
    for (guint i = 0; i < edits->len; i++) {
        if (strcmp(g_array_index(edits, mn_edit, i).what, what) == 0)
            return true;
    }
    return false;
}

void mn_edit_to_tolerate(mn_ask *ask, GArray *edits, const mn_node *node)
{
    mn_edit edit = {
        .subject = MN_EDIT_TOLERATIONS,
        .touch = MN_TOUCH_TOLERATION,
        .on_pod = true,
        .apply = apply_tolerations,
    };
    edit.tolerations = tolerate_all(ask, node, &edit);
    if (edit.tolerations.count == 0 || *edit.what == '\0' || is_known(edits, edit.what))
        return;
    edit.patch = tolerations_patch(ask->arena, &edit.tolerations);
    g_array_append_val(edits, edit);
}

static void tolerate(mn_ask *ask, GArray *edits)
{
    const guint most = edits->len + TAINT_SETS_MAX;
    for (size_t i = 0; i < ask->out->node_count && edits->len < most; i++) {
        if (mn_node_is_good(ask, i) && mn_plugin_objects(&ask->out->nodes[i], "TaintToleration"))
            mn_edit_to_tolerate(ask, edits, ask->nodes[i]);
    }
}

/* ---------------------------------------------------------------- requests */

/* The container that asks for most of it. */
static size_t largest(const mn_containers *containers, const char *resource, int64_t *milli)
{
    size_t found = 0;
    *milli = 0;
    for (size_t i = 0; i < containers->count; i++) {
        const mn_quantity *quantity =
            mn_resources_find(&containers->items[i].resources.requests, resource);
        const int64_t asked = quantity == NULL ? 0 : mn_quantity_milli_value(*quantity);
        if (asked > *milli) {
            *milli = asked;
            found = i;
        }
    }
    return found;
}

static bool request_less(mn_arena *arena, mn_container *container, const char *resource,
                         int64_t milli)
{
    const mn_resources *old = &container->resources.requests;
    mn_resource *items = MN_ARENA_NEW(arena, mn_resource, old->count);
    g_autofree char *text = g_strdup_printf("%" PRId64 "m", milli);
    for (size_t i = 0; i < old->count; i++) {
        items[i] = old->items[i];
        if (strcmp(items[i].name, resource) == 0 &&
            !mn_quantity_parse(text, &items[i].quantity, NULL))
            return false;
    }
    container->resources.requests.items = items;
    return true;
}

/* Takes what is too much from the largest container. */
static bool shrink(mn_arena *arena, mn_pod *pod, const char *resource, int64_t excess_milli)
{
    const mn_containers *old = &pod->spec.containers;
    int64_t milli;
    const size_t index = largest(old, resource, &milli);
    if (excess_milli <= 0)
        return true;
    if (milli <= excess_milli)
        return false;
    mn_container *items = MN_ARENA_NEW(arena, mn_container, old->count);
    for (size_t i = 0; i < old->count; i++)
        items[i] = old->items[i];
    pod->spec.containers.items = items;
    return request_less(arena, &items[index], resource, milli - excess_milli);
}

static const mn_pod *apply_requests(mn_arena *arena, const mn_pod *pod, const mn_edit *edit)
{
    mn_pod *copy = copy_of(arena, pod);
    const bool done = shrink(arena, copy, "cpu", edit->milli_cpu) &&
                      shrink(arena, copy, "memory", edit->memory * 1000);
    return done ? copy : pod;
}

static const char *amount_text(mn_arena *arena, int64_t milli_cpu, int64_t memory)
{
    if (milli_cpu >= 0 && milli_cpu % 1000 == 0)
        return mn_arena_printf(arena, "%" PRId64, milli_cpu / 1000);
    if (milli_cpu >= 0)
        return mn_arena_printf(arena, "%" PRId64 "m", milli_cpu);
    if (memory % (INT64_C(1) << 30) == 0)
        return mn_arena_printf(arena, "%" PRId64 "Gi", memory >> 30);
    return mn_arena_printf(arena, "%" PRId64 "Mi", memory >> 20);
}

/* How much the Pod asks for beyond what is free there: edit->milli_cpu and memory, 0 and more. */
static bool measure(const mn_ask *ask, const mn_node_info *node, mn_edit *edit)
{
    enum { MIB = 1 << 20 };
    mn_arena *arena = ask->arena;
    const mn_amounts *wanted = &mn_cache_class_of(ask->cache, ask->asked->pod)->fit;
    const int64_t cpu = node->allocatable.milli_cpu - node->requested.milli_cpu;
    const int64_t memory = (node->allocatable.memory - node->requested.memory) / MIB * MIB;
    if (cpu <= 0 || memory <= 0)
        return false;
    g_autoptr(GString) what = g_string_new("requests of at most");
    edit->milli_cpu = MAX(wanted->milli_cpu - cpu, 0);
    edit->memory = MAX(wanted->memory - memory, 0);
    if (edit->milli_cpu > 0)
        g_string_append_printf(what,
                               " %s cpu (of %s)",
                               amount_text(arena, cpu, 0),
                               amount_text(arena, wanted->milli_cpu, 0));
    if (edit->memory > 0)
        g_string_append_printf(what,
                               "%s %s memory (of %s)",
                               edit->milli_cpu > 0 ? " and" : "",
                               amount_text(arena, -1, memory),
                               amount_text(arena, -1, wanted->memory));
    edit->what = mn_arena_strdup(arena, what->str);
    return edit->milli_cpu > 0 || edit->memory > 0;
}

/* The node that wants the smallest cut. */
static void request_at_most(mn_ask *ask, GArray *edits)
{
    const mn_snapshot *snapshot = mn_cache_snapshot(ask->cache);
    mn_edit best = {.what = NULL};
    for (size_t i = 0; i < ask->out->node_count; i++) {
        const mn_explained_node *node = &ask->out->nodes[i];
        mn_edit edit = {
            .subject = MN_EDIT_REQUESTS,
            .touch = MN_TOUCH_REQUESTS,
            .on_pod = true,
            .apply = apply_requests,
        };
        if (!mn_node_is_good(ask, i) || !mn_plugin_objects(node, "NodeResourcesFit") ||
            mn_others_object(node, "NodeResourcesFit"))
            continue;
        const mn_node_info *info = mn_snapshot_find(snapshot, node->name);
        if (info == NULL || !measure(ask, info, &edit))
            continue;
        if (best.what == NULL || edit.milli_cpu < best.milli_cpu ||
            (edit.milli_cpu == best.milli_cpu && edit.memory < best.memory))
            best = edit;
    }
    if (best.what != NULL)
        g_array_append_val(edits, best);
}

void mn_edits_of_pod(mn_ask *ask, GArray *edits)
{
    select_os(ask, edits);
    select_build(ask, edits);
    mend_selector(ask, edits);
    drop_affinity(ask, edits);
    tolerate(ask, edits);
    request_at_most(ask, edits);
}
