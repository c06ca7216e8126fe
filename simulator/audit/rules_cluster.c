/* SPDX-License-Identifier: Apache-2.0 */
/* MU4xx: nodes, their labels and taints. */
#include "simulator/audit/check.h"

#include <string.h>

/* ---- the cluster as a whole */

/* Asked once, of real nodes of both OSes. */
static bool is_mixed_cluster(const mn_check *check)
{
    return check->object == NULL && mn_check_knows_nodes(check) && check->cluster->on_windows > 0 &&
           check->cluster->on_linux > 0;
}

static bool keeps_off(const mn_taint *taint)
{
    return taint->effect == MN_EFFECT_NO_SCHEDULE || taint->effect == MN_EFFECT_NO_EXECUTE;
}

static const mn_taint *first_taint(const mn_node *node, bool (*is_wanted)(const mn_taint *))
{
    for (size_t i = 0; i < node->spec.taints.count; i++) {
        if (is_wanted(&node->spec.taints.items[i]))
            return &node->spec.taints.items[i];
    }
    return NULL;
}

/* Windows nodes with a taint that keeps Pods off, or without; in the arena. */
static mn_strings windows_nodes(const mn_check *check, bool tainted)
{
    const char **names = MN_ARENA_NEW(check->arena, const char *, check->cluster->count);
    mn_strings found = {.items = names};
    for (size_t i = 0; i < check->cluster->count; i++) {
        const mn_node *node = check->cluster->nodes[i];
        if (check->cluster->offers[i].os == MN_OS_WINDOWS &&
            (first_taint(node, keeps_off) != NULL) == tainted)
            names[found.count++] = node->meta.name;
    }
    return found;
}

static void set_nodes(mn_finding *finding, const mn_strings *nodes)
{
    finding->nodes = nodes->items;
    finding->node_count = nodes->count;
}

#define TAINT_ALL "kubectl taint nodes -l kubernetes.io/os=windows os=windows:NoSchedule"

void mn_rule_untainted(mn_check *check)
{
    if (!is_mixed_cluster(check))
        return;
    mn_strings bare = windows_nodes(check, false);
    if (bare.count < check->cluster->on_windows)
        return;
    mn_finding *finding =
        mn_report(check,
                  "spec.taints",
                  "no Windows node is tainted: any Pod without a selector may land on %s",
                  mn_check_landing(check, &bare));
    set_nodes(finding, &bare);
    mn_mend(check, finding, "%s", TAINT_ALL);
}

void mn_rule_partly_tainted(mn_check *check)
{
    if (!is_mixed_cluster(check))
        return;
    mn_strings bare = windows_nodes(check, false), tainted = windows_nodes(check, true);
    if (bare.count == 0 || tainted.count == 0)
        return;
    mn_finding *finding = mn_report(check,
                                    "spec.taints",
                                    "%s tainted, %s not: Pods without a selector go to the latter",
                                    mn_check_landing(check, &tainted),
                                    mn_check_landing(check, &bare));
    set_nodes(finding, &bare);
    mn_mend(check, finding, "the same taint on all Windows nodes, in the definition of their pool");
}

static bool is_soft(const mn_taint *taint)
{
    return taint->effect == MN_EFFECT_PREFER_NO_SCHEDULE;
}

static const char *taint_text(mn_arena *arena, const mn_taint *taint)
{
    return mn_arena_printf(
        arena, "%s=%s:%s", taint->key, taint->value, mn_taint_effect_name(taint->effect));
}

void mn_rule_soft_taint(mn_check *check)
{
    if (!is_mixed_cluster(check))
        return;
    const char **names = MN_ARENA_NEW(check->arena, const char *, check->cluster->count);
    mn_strings found = {.items = names};
    const mn_taint *soft = NULL;
    for (size_t i = 0; i < check->cluster->count; i++) {
        const mn_node *node = check->cluster->nodes[i];
        const mn_taint *taint = first_taint(node, is_soft);
        if (check->cluster->offers[i].os != MN_OS_WINDOWS || taint == NULL ||
            first_taint(node, keeps_off) != NULL)
            continue;
        soft = soft == NULL ? taint : soft;
        names[found.count++] = node->meta.name;
    }
    if (soft == NULL)
        return;
    mn_finding *finding = mn_report(check,
                                    "spec.taints",
                                    "%s is only a wish on %s",
                                    taint_text(check->arena, soft),
                                    mn_check_landing(check, &found));
    set_nodes(finding, &found);
    mn_mend(check, finding, "effect NoSchedule");
}

static bool same_but_for_case(const mn_taint *a, const mn_taint *b)
{
    bool same = strcmp(a->key, b->key) == 0 && strcmp(a->value, b->value) == 0;
    return !same && g_ascii_strcasecmp(a->key, b->key) == 0 &&
           g_ascii_strcasecmp(a->value, b->value) == 0;
}

/* Of the Windows nodes: another taint that is the same but for case, and its node. */
static const mn_taint *other_spelling(const mn_check *check, const mn_taint *taint,
                                      const char **node_name)
{
    for (size_t i = 0; i < check->cluster->count; i++) {
        const mn_node *node = check->cluster->nodes[i];
        for (size_t j = 0;
             check->cluster->offers[i].os == MN_OS_WINDOWS && j < node->spec.taints.count;
             j++) {
            if (!same_but_for_case(taint, &node->spec.taints.items[j]))
                continue;
            *node_name = node->meta.name;
            return &node->spec.taints.items[j];
        }
    }
    return NULL;
}

static const mn_node *first_windows_node(const mn_check *check)
{
    for (size_t i = 0; i < check->cluster->count; i++) {
        if (check->cluster->offers[i].os == MN_OS_WINDOWS)
            return check->cluster->nodes[i];
    }
    return NULL;
}

/* What the first node has is what the others are held to. */
void mn_rule_taints_differ(mn_check *check)
{
    if (!is_mixed_cluster(check))
        return;
    const mn_node *node = first_windows_node(check);
    for (size_t i = 0; node != NULL && i < node->spec.taints.count; i++) {
        const char *where = "";
        const mn_taint *taint = &node->spec.taints.items[i];
        const mn_taint *other = other_spelling(check, taint, &where);
        if (other == NULL)
            continue;
        mn_finding *finding = mn_report(check,
                                        "spec.taints",
                                        "%s on %s, %s on %s",
                                        taint_text(check->arena, taint),
                                        node->meta.name,
                                        taint_text(check->arena, other),
                                        where);
        mn_mend(check, finding, "one spelling, and tolerations of both until then");
        return;
    }
}

/* ---- single nodes */

static const mn_node *node_of(const mn_check *check)
{
    return check->object == NULL ? NULL : check->object->node;
}

void mn_rule_label_missing(mn_check *check)
{
    const mn_node *node = node_of(check);
    if (node == NULL || mn_labels_find(&node->meta.labels, MN_LABEL_OS) != NULL)
        return;
    mn_os os = mn_os_offer_of(&mn_os_policy_default, node).os;
    if (os == MN_OS_UNKNOWN)
        return;
    mn_finding *finding = mn_report(check,
                                    "metadata.labels",
                                    "is a %s node without the label %s",
                                    os == MN_OS_WINDOWS ? "Windows" : "Linux",
                                    MN_LABEL_OS);
    mn_mend(check,
            finding,
            "kubectl label node %s %s=%s",
            node->meta.name,
            MN_LABEL_OS,
            mn_os_name(os));
    mn_edit_add(check,
                finding,
                (mn_edit){.kind = MN_EDIT_LABEL, .key = MN_LABEL_OS, .value = mn_os_name(os)});
}

void mn_rule_build_label_differs(mn_check *check)
{
    const mn_node *node = node_of(check);
    if (node == NULL)
        return;
    mn_os_offer offer = mn_os_offer_of(&mn_os_policy_default, node);
    if (offer.label_build == 0)
        return;
    mn_finding *finding = mn_report(check,
                                    "metadata.labels[" MN_LABEL_WINDOWS_BUILD "]",
                                    "the label says 10.0.%u, the kernel is 10.0.%u",
                                    (unsigned)offer.label_build,
                                    (unsigned)offer.version.build);
    mn_mend(check, finding, "restart kubelet: it sets the label when it registers");
    const char *build = mn_arena_printf(check->arena, "10.0.%u", (unsigned)offer.version.build);
    mn_edit_add(check,
                finding,
                (mn_edit){.kind = MN_EDIT_LABEL, .key = MN_LABEL_WINDOWS_BUILD, .value = build});
}

/* The taint that would keep the Pod off, were it placed now. */
static const mn_taint *untolerated(const mn_node *node, const mn_pod *pod)
{
    for (size_t i = 0; i < node->spec.taints.count; i++) {
        const mn_taint *taint = &node->spec.taints.items[i];
        if (taint->effect == MN_EFFECT_NO_SCHEDULE &&
            !g_str_has_prefix(taint->key, "node.kubernetes.io/un") &&
            !mn_tolerations_tolerate(&pod->spec.tolerations, taint))
            return taint;
    }
    return NULL;
}

void mn_rule_taint_too_late(mn_check *check)
{
    const mn_node *node = node_of(check);
    if (node == NULL || mn_os_offer_of(&mn_os_policy_default, node).os != MN_OS_WINDOWS)
        return;
    size_t count = 0;
    const mn_pod *first = NULL;
    const mn_taint *taint = NULL;
    const GPtrArray *pods = mn_owners_pods_on(check->owners, node->meta.name);
    for (guint i = 0; pods != NULL && i < pods->len; i++) {
        const mn_pod *pod = pods->pdata[i];
        const mn_taint *found = untolerated(node, pod);
        if (found == NULL)
            continue;
        first = first == NULL ? pod : first;
        taint = taint == NULL ? found : taint;
        count++;
    }
    if (first == NULL)
        return;
    mn_finding *finding = mn_report(check,
                                    "spec.taints",
                                    "%zu Pod%s here do%s not tolerate %s (%s): NoSchedule evicts "
                                    "nobody, a restart moves them",
                                    count,
                                    count == 1 ? "" : "s",
                                    count == 1 ? "es" : "",
                                    taint_text(check->arena, taint),
                                    first->meta.name);
    mn_mend(
        check, finding, "toleration and selector for those that belong here; delete the others");
}
