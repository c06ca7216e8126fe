/* SPDX-License-Identifier: Apache-2.0 */
/* MU2xx, and what else is about taints and tolerations. */
#include "simulator/audit/check.h"

#include <string.h>

static bool keeps_off(const mn_taint *taint)
{
    return taint->effect == MN_EFFECT_NO_SCHEDULE || taint->effect == MN_EFFECT_NO_EXECUTE;
}

static const char *taint_text(mn_arena *arena, const mn_taint *taint)
{
    return mn_arena_printf(arena,
                           "%s%s%s:%s",
                           taint->key,
                           *taint->value == '\0' ? "" : "=",
                           taint->value,
                           mn_taint_effect_name(taint->effect));
}

static const char *toleration_path(mn_arena *arena, size_t index)
{
    return mn_arena_printf(arena, "spec.tolerations[%zu]", index);
}

static mn_toleration toleration_of(const mn_taint *taint)
{
    return (mn_toleration){
        .key = taint->key,
        .value = taint->value,
        .op = *taint->value == '\0' ? MN_TOLERATION_EXISTS : MN_TOLERATION_EQUAL,
        .effect = taint->effect,
    };
}

/* The first taint of the node that keeps the Pod off it; NULL: none does. */
static const mn_taint *untolerated(const mn_check *check, const mn_node *node)
{
    for (size_t i = 0; i < node->spec.taints.count; i++) {
        const mn_taint *taint = &node->spec.taints.items[i];
        if (keeps_off(taint) && !mn_tolerations_tolerate(&check->effective.tolerations, taint))
            return taint;
    }
    return NULL;
}

/* "toleration of os=windows:NoSchedule", with every taint of that node. */
static void mend_by_tolerating(mn_check *check, mn_finding *finding, const mn_node *node)
{
    g_autoptr(GString) text = g_string_new(finding->fix);
    size_t index = check->spec->tolerations.count;
    for (size_t i = 0; i < node->spec.taints.count; i++) {
        const mn_taint *taint = &node->spec.taints.items[i];
        if (!keeps_off(taint) || mn_tolerations_tolerate(&check->effective.tolerations, taint))
            continue;
        g_string_append_printf(text,
                               "%s%s",
                               text->len == 0 ? "toleration of " : ", toleration of ",
                               taint_text(check->arena, taint));
        const mn_edit edit = {
            .kind = MN_EDIT_TOLERATE, .index = index++, .toleration = toleration_of(taint)};
        mn_edit_add(check, finding, edit);
    }
    mn_mend(check, finding, "%s", text->str);
}

void mn_mend_by_os(mn_check *check, mn_finding *finding, mn_os os)
{
    const mn_node *tainted = NULL;
    mn_mend_by_selector(check, finding, MN_LABEL_OS, mn_os_name(os));
    for (size_t i = 0; i < check->cluster->count; i++) {
        if (check->cluster->offers[i].os != os)
            continue;
        if (untolerated(check, check->cluster->nodes[i]) == NULL)
            return;
        if (tainted == NULL)
            tainted = check->cluster->nodes[i];
    }
    if (tainted != NULL)
        mend_by_tolerating(check, finding, tainted);
}

/* ---- workloads */

void mn_rule_blanket_toleration(mn_check *check)
{
    if (check->exposure != MN_EXPOSED_BLANKET)
        return;
    size_t index = mn_blanket_toleration(&check->spec->tolerations);
    mn_finding *finding = mn_report(check,
                                    toleration_path(check->arena, index),
                                    "tolerates every taint and has no selector: may land on %s",
                                    mn_check_landing(check, &check->wrong_os_nodes));
    finding->nodes = check->wrong_os_nodes.items;
    finding->node_count = check->wrong_os_nodes.count;
    if (!check->need.by_default)
        finding->severity = MN_SEVERITY_ERROR;
    mn_mend_by_os(check, finding, mn_need_os(&check->need));
}

void mn_rule_tolerates_only(mn_check *check)
{
    if (check->exposure != MN_EXPOSED_TOLERATION)
        return;
    mn_finding *finding = mn_report(
        check,
        "spec.tolerations",
        "tolerates the taint of Windows nodes, but nothing keeps it on Windows: may land on %s",
        mn_check_landing(check, &check->wrong_os_nodes));
    finding->nodes = check->wrong_os_nodes.items;
    finding->node_count = check->wrong_os_nodes.count;
    mn_mend_by_os(check, finding, MN_OS_WINDOWS);
}

/* ---- Windows DaemonSets */

/* As platforms and their documents spell it. */
static const mn_taint known_taints[] = {
    {.key = "os", .value = "windows", .effect = MN_EFFECT_NO_SCHEDULE},
    {.key = "os", .value = "Windows", .effect = MN_EFFECT_NO_SCHEDULE},
    {.key = "node.kubernetes.io/os", .value = "windows", .effect = MN_EFFECT_NO_SCHEDULE},
    {.key = "node.kubernetes.io/os", .value = "Windows", .effect = MN_EFFECT_NO_SCHEDULE},
    {.key = "kubernetes.io/os", .value = "windows", .effect = MN_EFFECT_NO_SCHEDULE},
    {.key = "windows", .value = "true", .effect = MN_EFFECT_NO_SCHEDULE},
    {.key = "cattle.io/os", .value = "windows", .effect = MN_EFFECT_NO_SCHEDULE},
    {.key = "cattle.io/os", .value = "linux", .effect = MN_EFFECT_NO_SCHEDULE},
};

static bool tolerates_a_known_taint(const mn_check *check)
{
    for (size_t i = 0; i < G_N_ELEMENTS(known_taints); i++) {
        if (mn_tolerations_tolerate(&check->effective.tolerations, &known_taints[i]))
            return true;
    }
    return false;
}

/* What would happen if somebody tainted the nodes. */
static void report_intolerant(mn_check *check)
{
    if (tolerates_a_known_taint(check))
        return;
    mn_finding *finding =
        mn_report(check,
                  "spec.tolerations",
                  "tolerates no taint: a cluster that taints its Windows nodes runs none of it");
    finding->severity = MN_SEVERITY_NOTE;
    mn_mend(check, finding, "toleration of the Windows taint, such as os=windows:NoSchedule");
}

void mn_rule_daemon_set_dropped(mn_check *check)
{
    if (!check->daemon_set || check->need.kind != MN_NEED_WINDOWS || check->spec == NULL)
        return;
    if (!mn_check_knows_nodes(check)) {
        report_intolerant(check);
        return;
    }
    const char **names = MN_ARENA_NEW(check->arena, const char *, check->cluster->count);
    mn_strings dropped = {.items = names};
    const mn_node *first = NULL;
    for (size_t i = 0; i < check->cluster->count; i++) {
        const mn_node *node = check->cluster->nodes[i];
        if (check->cluster->offers[i].os != MN_OS_WINDOWS || untolerated(check, node) == NULL ||
            mn_os_match_of(&check->need, &check->cluster->offers[i]).fit > MN_FIT_UNKNOWN)
            continue;
        first = first == NULL ? node : first;
        names[dropped.count++] = node->meta.name;
    }
    if (first == NULL)
        return;
    mn_finding *finding = mn_report(check,
                                    "spec.tolerations",
                                    "does not tolerate %s: no Pod of it on %s",
                                    taint_text(check->arena, untolerated(check, first)),
                                    mn_check_landing(check, &dropped));
    finding->nodes = dropped.items;
    finding->node_count = dropped.count;
    mend_by_tolerating(check, finding, first);
}

/* ---- spelling */

static bool equal_but_for_case(const mn_toleration *toleration, const mn_taint *taint)
{
    if (*toleration->key == '\0' || mn_toleration_tolerates(toleration, taint))
        return false;
    bool effect = toleration->effect == MN_EFFECT_ANY || toleration->effect == taint->effect;
    return effect && g_ascii_strcasecmp(toleration->key, taint->key) == 0 &&
           (toleration->op == MN_TOLERATION_EXISTS ||
            g_ascii_strcasecmp(toleration->value, taint->value) == 0);
}

static void report_case(mn_check *check, size_t index, const mn_taint *taint, const char *where)
{
    const mn_toleration *t = &check->spec->tolerations.items[index];
    mn_toleration better = *t;
    better.key = taint->key;
    if (t->op != MN_TOLERATION_EXISTS)
        better.value = taint->value;
    bool by_value = strcmp(t->key, taint->key) == 0;
    mn_finding *finding =
        mn_report(check,
                  mn_arena_printf(
                      check->arena, "spec.tolerations[%zu].%s", index, by_value ? "value" : "key"),
                  "toleration %s%s%s does not match the taint %s%s (case)",
                  t->key,
                  t->op == MN_TOLERATION_EXISTS ? "" : "=",
                  t->op == MN_TOLERATION_EXISTS ? "" : t->value,
                  taint_text(check->arena, taint),
                  where);
    if (!mn_check_knows_nodes(check))
        finding->severity = MN_SEVERITY_WARNING;
    mn_mend(check,
            finding,
            "%s: %s in the toleration",
            by_value ? "value" : "key",
            by_value ? taint->value : taint->key);
    mn_edit_add(
        check, finding, (mn_edit){.kind = MN_EDIT_TOLERATE, .index = index, .toleration = better});
}

/* The first taint that the toleration means and misses, of a node that could run the Pod. */
static const mn_taint *missed_by(const mn_check *check, const mn_toleration *t, const char **node)
{
    for (size_t i = 0; i < check->cluster->count; i++) {
        const mn_taints *taints = &check->cluster->nodes[i]->spec.taints;
        bool fits = mn_os_match_of(&check->need, &check->cluster->offers[i]).fit <= MN_FIT_UNKNOWN;
        for (size_t j = 0; fits && j < taints->count; j++) {
            if (!equal_but_for_case(t, &taints->items[j]) ||
                mn_tolerations_tolerate(&check->effective.tolerations, &taints->items[j]))
                continue;
            *node = check->cluster->nodes[i]->meta.name;
            return &taints->items[j];
        }
    }
    return NULL;
}

/* Nobody spells it so: "OS=windows". */
static const mn_taint *misspelled(const mn_toleration *t)
{
    const mn_taint *found = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(known_taints); i++) {
        mn_taint taint = known_taints[i];
        if (t->effect != MN_EFFECT_ANY)
            taint.effect = t->effect;
        if (mn_toleration_tolerates(t, &taint))
            return NULL;
        if (found == NULL && equal_but_for_case(t, &taint))
            found = &known_taints[i];
    }
    return found;
}

void mn_rule_toleration_case(mn_check *check)
{
    if (check->spec == NULL)
        return;
    for (size_t i = 0; i < check->spec->tolerations.count; i++) {
        const mn_toleration *t = &check->spec->tolerations.items[i];
        const char *node = "";
        const mn_taint *taint =
            mn_check_knows_nodes(check) ? missed_by(check, t, &node) : misspelled(t);
        if (taint == NULL)
            continue;
        report_case(check,
                    i,
                    taint,
                    *node == '\0' ? " as platforms spell it"
                                  : mn_arena_printf(check->arena, " of %s", node));
    }
}

/* ---- Pending for ever */

/* Said by the rule above. */
static bool misses_by_case(const mn_check *check)
{
    const char *node = "";
    for (size_t i = 0; i < check->spec->tolerations.count; i++) {
        if (missed_by(check, &check->spec->tolerations.items[i], &node) != NULL)
            return true;
    }
    return false;
}

void mn_rule_taints_not_tolerated(mn_check *check)
{
    if (check->spec == NULL || check->daemon_set || !mn_check_knows_nodes(check) ||
        check->selected == 0 || check->lands > 0 || misses_by_case(check))
        return;
    for (size_t i = 0; i < check->cluster->count; i++) {
        const mn_node *node = check->cluster->nodes[i];
        const mn_taint *taint = untolerated(check, node);
        if (taint == NULL ||
            mn_os_match_of(&check->need, &check->cluster->offers[i]).fit > MN_FIT_UNKNOWN)
            continue;
        mn_finding *finding = mn_report(check,
                                        "spec.tolerations",
                                        "none of the %zu nodes that it selects is one whose taints "
                                        "it tolerates: %s has %s",
                                        check->selected,
                                        node->meta.name,
                                        taint_text(check->arena, taint));
        mend_by_tolerating(check, finding, node);
        return;
    }
}
