/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to the cluster: nodes, their taints, an extender. */
#include "simulator/explain/edit.h"

#include <stdlib.h>
#include <string.h>

enum { UNCORDONED_MAX = 10 };

static mn_node *copy_of(mn_arena *arena, const mn_node *node)
{
    mn_node *copy = MN_ARENA_NEW(arena, mn_node, 1);
    *copy = *node;
    return copy;
}

/* ---------------------------------------------------------------- cordoned nodes */

static mn_taints without_cordon(mn_arena *arena, const mn_taints *taints)
{
    mn_taint *items = MN_ARENA_NEW(arena, mn_taint, taints->count);
    size_t count = 0;
    for (size_t i = 0; i < taints->count; i++) {
        if (strcmp(taints->items[i].key, "node.kubernetes.io/unschedulable") != 0)
            items[count++] = taints->items[i];
    }
    return (mn_taints){.items = items, .count = count};
}

static void uncordon(mn_ask *ask, GArray *edits)
{
    g_autoptr(GString) command = g_string_new("kubectl uncordon");
    const mn_node **nodes = MN_ARENA_NEW(ask->arena, const mn_node *, UNCORDONED_MAX);
    size_t count = 0;
    for (size_t i = 0; i < ask->out->node_count && count < UNCORDONED_MAX; i++) {
        if (!mn_node_is_good(ask, i) || !ask->nodes[i]->spec.unschedulable)
            continue;
        mn_node *node = copy_of(ask->arena, ask->nodes[i]);
        node->spec.unschedulable = false;
        node->spec.taints = without_cordon(ask->arena, &node->spec.taints);
        nodes[count++] = node;
        g_string_append_printf(command, " %s", node->meta.name);
    }
    const char *text = mn_arena_strdup(ask->arena, command->str);
    const mn_edit edit = {
        .subject = MN_EDIT_NODES,
        .touch = MN_TOUCH_UNCORDON,
        .what = text,
        .command = text,
        .nodes = nodes,
        .node_count = count,
    };
    if (count > 0)
        g_array_append_val(edits, edit);
}

/* ---------------------------------------------------------------- a taint on Windows */

static const mn_taint windows_taint = {
    .key = "os", .value = "windows", .effect = MN_EFFECT_NO_SCHEDULE};

static mn_taints with_taint(mn_arena *arena, const mn_taints *taints, const mn_taint *taint)
{
    mn_taint *items = MN_ARENA_NEW(arena, mn_taint, taints->count + 1);
    for (size_t i = 0; i < taints->count; i++)
        items[i] = taints->items[i];
    items[taints->count] = *taint;
    return (mn_taints){.items = items, .count = taints->count + 1};
}

/* Every Windows node, as people taint them, for Pods that need Linux and do not tolerate it. */
static void taint_windows(mn_ask *ask, GArray *edits)
{
    const mn_explained *out = ask->out;
    const mn_node **nodes = MN_ARENA_NEW(ask->arena, const mn_node *, out->node_count);
    size_t count = 0, fitting = 0;
    if (out->need.os != MN_OS_LINUX)
        return;
    for (size_t i = 0; i < out->node_count; i++) {
        const mn_os_offer offer = mn_os_offer_of(&ask->truth.policy, ask->nodes[i]);
        if (offer.os != MN_OS_WINDOWS)
            continue;
        mn_node *node = copy_of(ask->arena, ask->nodes[i]);
        node->spec.taints = with_taint(ask->arena, &node->spec.taints, &windows_taint);
        nodes[count++] = node;
        fitting += out->nodes[i].failure_count == 0;
    }
    const mn_edit edit = {
        .subject = MN_EDIT_NODES,
        .touch = MN_TOUCH_TAINT,
        .what = mn_arena_printf(ask->arena,
                                "taint os=windows:NoSchedule on the %zu Windows node%s",
                                count,
                                count == 1 ? "" : "s"),
        .command = "kubectl taint nodes -l kubernetes.io/os=windows os=windows:NoSchedule",
        .nodes = nodes,
        .node_count = count,
        .taint = &windows_taint,
    };
    if (fitting > 0)
        g_array_append_val(edits, edit);
}

/* ---------------------------------------------------------------- an extender */

static void enforce(mn_ask *ask, GArray *edits)
{
    const mn_edit edit = {
        .subject = MN_EDIT_EXTENDER,
        .touch = MN_TOUCH_EXTENDER,
        .what = "mullion-extender, mode enforce",
        .command = "",
        .enforce = true,
    };
    if (ask->mode != MN_EXTENDER_ENFORCE && ask->out->feasible > ask->out->good)
        g_array_append_val(edits, edit);
}

/* ---------------------------------------------------------------- one more node */

static int by_key(const void *a, const void *b)
{
    return strcmp(((const mn_label *)a)->key, ((const mn_label *)b)->key);
}

/* The labels of `below`, those of `above` instead of theirs; value NULL: without. */
static mn_labels lay(mn_arena *arena, const mn_labels *below, const mn_label *above, size_t count)
{
    mn_label *items = MN_ARENA_NEW(arena, mn_label, below->count + count);
    size_t kept = 0;
    for (size_t i = 0; i < below->count; i++) {
        bool covered = false;
        for (size_t j = 0; j < count; j++)
            covered = covered || strcmp(below->items[i].key, above[j].key) == 0;
        if (!covered)
            items[kept++] = below->items[i];
    }
    for (size_t j = 0; j < count; j++) {
        if (above[j].value != NULL)
            items[kept++] = above[j];
    }
    if (kept > 1)
        qsort(items, kept, sizeof *items, by_key);
    return (mn_labels){.items = items, .count = kept};
}

static mn_node *another_like(mn_arena *arena, const mn_node *model)
{
    mn_node *node = copy_of(arena, model);
    node->meta.name = mn_arena_printf(arena, "%s-another", model->meta.name);
    node->meta.uid = NULL;
    node->spec.unschedulable = false;
    node->spec.taints = without_cordon(arena, &model->spec.taints);
    const mn_label labels[] = {{.key = MN_LABEL_HOSTNAME, .value = node->meta.name}};
    node->meta.labels = lay(arena, &model->meta.labels, labels, G_N_ELEMENTS(labels));
    return node;
}

static void make_it(mn_arena *arena, mn_node *node, mn_os os, uint16_t build)
{
    const bool windows = os == MN_OS_WINDOWS;
    const char *version =
        windows && build != 0 ? mn_arena_printf(arena, "10.0.%u", (unsigned)build) : NULL;
    const mn_label labels[] = {
        {.key = MN_LABEL_OS, .value = mn_os_name(os)},
        {.key = MN_LABEL_OS_BETA, .value = mn_os_name(os)},
        {.key = MN_LABEL_WINDOWS_BUILD, .value = version},
    };
    node->meta.labels = lay(arena, &node->meta.labels, labels, G_N_ELEMENTS(labels));
    node->status.info.operating_system = mn_os_name(os);
    node->status.info.kernel_version = windows ? version : "6.1.0";
    node->status.info.os_image = windows ? "Windows" : "Debian GNU/Linux 12 (bookworm)";
    node->status.runtime_handlers = (mn_runtime_handlers){0};
    node->status.images = (mn_node_images){0};
}

static void add_node(mn_ask *ask, GArray *edits, const mn_node *node, const char *what)
{
    const mn_node **nodes = MN_ARENA_NEW(ask->arena, const mn_node *, 1);
    nodes[0] = node;
    const mn_edit edit = {
        .subject = MN_EDIT_NODES,
        .touch = MN_TOUCH_NODE,
        .what = what,
        .command = "",
        .nodes = nodes,
        .node_count = 1,
    };
    g_array_append_val(edits, edit);
}

/* Of a node that would run it, and has no room for it or no more than that against it. */
static bool one_more_like(mn_ask *ask, GArray *edits)
{
    for (size_t i = 0; i < ask->out->node_count; i++) {
        if (!mn_node_is_good(ask, i))
            continue;
        const mn_node *model = ask->nodes[i];
        add_node(ask,
                 edits,
                 another_like(ask->arena, model),
                 mn_arena_printf(ask->arena, "one more node like %s", model->meta.name));
        return true;
    }
    return false;
}

/* A node of that OS, or any. */
static const mn_node *model_for(const mn_ask *ask, mn_os os, bool *of_that_os)
{
    for (size_t i = 0; i < ask->out->node_count; i++) {
        *of_that_os = mn_os_offer_of(&ask->truth.policy, ask->nodes[i]).os == os;
        if (*of_that_os)
            return ask->nodes[i];
    }
    return ask->out->node_count == 0 ? NULL : ask->nodes[0];
}

/* Nobody here could run it: the OS that it needs, the newest build that it names. */
static void one_that_runs_it(mn_ask *ask, GArray *edits)
{
    const mn_record_need *need = &ask->out->need;
    const bool windows = need->os == MN_OS_WINDOWS;
    bool of_that_os = false;
    const mn_node *model = model_for(ask, need->os, &of_that_os);
    if (model == NULL || need->os == MN_OS_UNKNOWN ||
        (need->builds.bounded && need->builds.count == 0))
        return;
    const uint16_t build =
        need->builds.bounded ? need->builds.builds[need->builds.count - 1] : (uint16_t)0;
    mn_node *node = another_like(ask->arena, model);
    make_it(ask->arena, node, need->os, build);
    if (!of_that_os)
        node->spec.taints = (mn_taints){0};
    const char *what = "one Linux node";
    if (windows && build != 0)
        what = mn_arena_printf(ask->arena, "one Windows node of build 10.0.%u", (unsigned)build);
    else if (windows)
        what = "one Windows node";
    add_node(ask, edits, node, what);
    mn_edit_to_tolerate(ask, edits, node);
    if (windows && build != 0)
        mn_edit_to_select_build(ask, edits, node->status.info.kernel_version);
}

void mn_edits_of_cluster(mn_ask *ask, GArray *edits)
{
    uncordon(ask, edits);
    taint_windows(ask, edits);
    enforce(ask, edits);
    if (!one_more_like(ask, edits))
        one_that_runs_it(ask, edits);
}
