/* SPDX-License-Identifier: Apache-2.0 */
/* The cluster that manifests are audited for.
 *
 * Taints that come and go by themselves (not-ready, pressure, cordons) are taken off: an audit
 * says what may happen, not what happens this minute.
 */
#include "simulator/audit/check.h"
#include "simulator/reports/phrase.h"
#include "simulator/scenario/parts.h"

#include <string.h>

/* Mixed clusters of late 2026: untainted, as AKS, EKS, RKE2 and kubeadm make them. */
static const mn_pool_spec typical[] = {
    {.name = "linux", .os = MN_OS_LINUX, .count = {.set = true, .value = 3}},
    {.name = "win2022",
     .os = MN_OS_WINDOWS,
     .build = {.major = 10, .build = 20348},
     .count = {.set = true, .value = 2}},
    {.name = "win2025",
     .os = MN_OS_WINDOWS,
     .build = {.major = 10, .build = 26100},
     .count = {.set = true, .value = 1}},
};

static bool is_passing(const mn_taint *taint)
{
    return (g_str_has_prefix(taint->key, "node.kubernetes.io/") &&
            strcmp(taint->key, "node.kubernetes.io/os") != 0) ||
           g_str_has_prefix(taint->key, "node.cloudprovider.kubernetes.io/");
}

static const mn_node *without_passing_taints(mn_arena *arena, const mn_node *node)
{
    mn_node *copy = MN_ARENA_NEW(arena, mn_node, 1);
    mn_taint *taints = MN_ARENA_NEW(arena, mn_taint, node->spec.taints.count);
    size_t count = 0;
    for (size_t i = 0; i < node->spec.taints.count; i++) {
        if (!is_passing(&node->spec.taints.items[i]))
            taints[count++] = node->spec.taints.items[i];
    }
    *copy = *node;
    copy->spec.taints = (mn_taints){.items = taints, .count = count};
    return copy;
}

static const GPtrArray *typical_nodes(mn_arena *arena, GPtrArray *nodes)
{
    for (size_t i = 0; i < G_N_ELEMENTS(typical); i++)
        mn_pool_make_nodes(arena, &typical[i], nodes);
    return nodes;
}

static mn_cluster_source source_of(const mn_audit_input *input, const mn_audit_options *options)
{
    if (options->cluster != NULL)
        return MN_CLUSTER_FILE;
    return options->typical || input->objects->nodes->len == 0 ? MN_CLUSTER_TYPICAL
                                                               : MN_CLUSTER_INPUT;
}

static void fill(mn_arena *arena, mn_audit_cluster *cluster, const GPtrArray *nodes)
{
    const mn_node **items = MN_ARENA_NEW(arena, const mn_node *, nodes->len);
    mn_os_offer *offers = MN_ARENA_NEW(arena, mn_os_offer, nodes->len);
    cluster->builds.bounded = true;
    cluster->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < nodes->len; i++) {
        items[i] = without_passing_taints(arena, nodes->pdata[i]);
        offers[i] = mn_os_offer_of(&mn_os_policy_default, items[i]);
        g_hash_table_insert(cluster->by_name, (gpointer)(uintptr_t)items[i]->meta.name, &offers[i]);
        cluster->on_linux += offers[i].os == MN_OS_LINUX;
        cluster->on_windows += offers[i].os == MN_OS_WINDOWS;
        if (offers[i].os == MN_OS_WINDOWS && offers[i].version.build != 0)
            mn_build_set_add(&cluster->builds, offers[i].version.build);
    }
    cluster->nodes = items;
    cluster->offers = offers;
    cluster->count = nodes->len;
}

mn_audit_cluster mn_audit_cluster_of(mn_arena *arena, const mn_audit_input *input,
                                     const mn_audit_options *options)
{
    mn_audit_cluster cluster = {.source = source_of(input, options)};
    g_autoptr(GPtrArray) made = g_ptr_array_new();
    switch (cluster.source) {
    case MN_CLUSTER_TYPICAL:
        fill(arena, &cluster, typical_nodes(arena, made));
        break;
    case MN_CLUSTER_INPUT:
        fill(arena, &cluster, input->objects->nodes);
        break;
    case MN_CLUSTER_FILE:
        fill(arena, &cluster, options->cluster->objects->nodes);
        break;
    }
    cluster.knows_runtime_classes =
        input->objects->runtime_classes->len > 0 ||
        (options->cluster != NULL && options->cluster->objects->runtime_classes->len > 0);
    return cluster;
}

const char *mn_audit_cluster_text(mn_arena *arena, const mn_audit_cluster *cluster)
{
    g_autoptr(GString) text = g_string_new(NULL);
    size_t others = cluster->count - cluster->on_linux - cluster->on_windows;
    mn_phrase_count(text, cluster->on_linux, "Linux node");
    if (others > 0) {
        g_string_append(text, ", ");
        mn_phrase_count(text, others, "node");
        g_string_append(text, " of unknown OS");
    }
    g_string_append(text, " and ");
    mn_phrase_count(text, cluster->on_windows, "Windows node");
    for (size_t i = 0; i < cluster->builds.count; i++)
        g_string_append_printf(
            text, "%s10.0.%u", i == 0 ? " (" : ", ", (unsigned)cluster->builds.builds[i]);
    if (cluster->builds.count > 0)
        g_string_append_c(text, ')');
    return mn_arena_strdup(arena, text->str);
}
