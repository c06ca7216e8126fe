/* SPDX-License-Identifier: Apache-2.0 */
/* MU3xx: selectors that cannot match what was meant. */
#include "simulator/audit/check.h"

#include <string.h>

#define REQUIRED "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"

/* ---- every requirement of nodeSelector and required affinity */

/* One label that the Pod asks for, and what it may be. */
typedef struct wish {
    const char *path; /* of the value, or of the values */
    const char *key;
    int op;
    const char *const *values;
    size_t count;
    bool in_selector; /* nodeSelector: it can be mended by key */
} wish;

typedef void (*wish_fn)(mn_check *check, const wish *one);

static void each_expression(mn_check *check, size_t term, const mn_requirements *all, wish_fn take)
{
    for (size_t i = 0; i < all->count; i++) {
        const mn_requirement *r = &all->items[i];
        const wish one = {
            .path = mn_arena_printf(
                check->arena, REQUIRED ".nodeSelectorTerms[%zu].matchExpressions[%zu]", term, i),
            .key = r->key,
            .op = r->op,
            .values = r->values.items,
            .count = r->values.count,
        };
        take(check, &one);
    }
}

static void each_wish(mn_check *check, wish_fn take)
{
    const mn_labels *selector = &check->spec->node_selector;
    for (size_t i = 0; i < selector->count; i++) {
        const mn_label *label = &selector->items[i];
        const wish one = {
            .path = mn_arena_printf(check->arena, "spec.nodeSelector[%s]", label->key),
            .key = label->key,
            .op = MN_OP_IN,
            .values = &label->value,
            .count = 1,
            .in_selector = true,
        };
        take(check, &one);
    }
    const mn_affinity *affinity = check->spec->affinity;
    if (affinity == NULL || affinity->node == NULL || affinity->node->required == NULL)
        return;
    const mn_node_selector_terms *terms = &affinity->node->required->terms;
    for (size_t i = 0; i < terms->count; i++)
        each_expression(check, i, &terms->items[i].match_expressions, take);
}

static bool is_os_label(const char *key)
{
    return strcmp(key, MN_LABEL_OS) == 0 || strcmp(key, MN_LABEL_OS_BETA) == 0;
}

static bool is_os(const char *value)
{
    return strcmp(value, "linux") == 0 || strcmp(value, "windows") == 0;
}

/* What the value was meant to be: "Windows", "win" -> "windows". NULL: no idea. */
static const char *meant(const char *value)
{
    static const char *const names[] = {"linux", "windows"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (g_ascii_strcasecmp(value, names[i]) == 0 ||
            (strlen(value) >= 3 && g_ascii_strncasecmp(value, names[i], 3) == 0))
            return names[i];
    }
    return mn_nearest(value, names, G_N_ELEMENTS(names));
}

/* ---- rules */

static void check_os_value(mn_check *check, const wish *one)
{
    if (!is_os_label(one->key) || one->op != MN_OP_IN)
        return;
    for (size_t i = 0; i < one->count; i++) {
        const char *value = one->values[i], *better = meant(value);
        if (is_os(value))
            continue;
        mn_finding *finding =
            mn_report(check, one->path, "%s: %s matches no node", one->key, value);
        if (better == NULL)
            mn_mend(check, finding, "linux or windows");
        else if (one->in_selector)
            mn_mend_by_selector(check, finding, one->key, better);
        else
            mn_mend(check, finding, "%s", better);
    }
}

void mn_rule_os_value(mn_check *check)
{
    if (check->spec == NULL)
        return;
    each_wish(check, check_os_value);
    const char *os = check->spec->os.name;
    if (os == NULL || is_os(os))
        return;
    const char *better = meant(os);
    mn_finding *finding =
        mn_report(check,
                  "spec.os.name",
                  "spec.os.name: %s: the API server refuses all but linux and windows",
                  os);
    mn_mend(check, finding, "os.name: %s", better == NULL ? "linux or windows" : better);
    if (better != NULL)
        mn_edit_add(check, finding, (mn_edit){.kind = MN_EDIT_OS, .value = better});
}

static void check_beta(mn_check *check, const wish *one)
{
    if (strcmp(one->key, MN_LABEL_OS_BETA) != 0)
        return;
    mn_finding *finding = mn_report(check, one->path, "%s is deprecated", one->key);
    mn_mend(check, finding, "%s", MN_LABEL_OS);
    if (!one->in_selector || !is_os(one->values[0]))
        return;
    mn_mend_by_selector(check, finding, MN_LABEL_OS, one->values[0]);
    mn_edit_add(check, finding, (mn_edit){.kind = MN_EDIT_SELECT, .key = MN_LABEL_OS_BETA});
}

void mn_rule_beta_label(mn_check *check)
{
    if (check->spec != NULL)
        each_wish(check, check_beta);
}

static void check_operator(mn_check *check, const wish *one)
{
    if (strcmp(one->key, MN_LABEL_WINDOWS_BUILD) != 0 ||
        (one->op != MN_OP_GT && one->op != MN_OP_LT))
        return;
    mn_finding *finding = mn_report(check,
                                    one->path,
                                    "%s %s compares integers and never matches a build",
                                    one->key,
                                    mn_selector_operator_name(one->op));
    mn_mend(check, finding, "operator In with the list of builds");
}

void mn_rule_build_operator(mn_check *check)
{
    if (check->spec != NULL)
        each_wish(check, check_operator);
}

/* "10.0.20348.2527", "20348" and "ltsc2022" -> "10.0.20348"; NULL: no idea. */
static const char *build_label(mn_arena *arena, const char *value)
{
    mn_win_version version;
    const mn_winbuild *row = mn_winbuild_find_sure(mn_str_of(value));
    if (row != NULL)
        return mn_arena_printf(arena, "10.0.%u", (unsigned)row->build);
    if (strlen(value) == 5 && strspn(value, "0123456789") == 5)
        return mn_arena_printf(arena, "10.0.%s", value);
    if (!mn_win_version_parse(mn_str_of(value), &version) || version.build == 0)
        return NULL;
    return mn_arena_printf(arena,
                           "%u.%u.%u",
                           (unsigned)version.major,
                           (unsigned)version.minor,
                           (unsigned)version.build);
}

static void check_build_value(mn_check *check, const wish *one)
{
    if (strcmp(one->key, MN_LABEL_WINDOWS_BUILD) != 0 || one->op != MN_OP_IN)
        return;
    for (size_t i = 0; i < one->count; i++) {
        const char *value = one->values[i], *better = build_label(check->arena, value);
        if (better != NULL && strcmp(value, better) == 0)
            continue;
        mn_finding *finding =
            mn_report(check, one->path, "%s: %s matches no node", one->key, value);
        if (better == NULL)
            mn_mend(check, finding, "MAJOR.MINOR.BUILD, such as 10.0.20348");
        else if (one->in_selector)
            mn_mend_by_selector(check, finding, one->key, better);
        else
            mn_mend(check, finding, "%s", better);
    }
}

void mn_rule_build_value(mn_check *check)
{
    if (check->spec != NULL)
        each_wish(check, check_build_value);
}

/* The first wish that not one node grants. */
static const mn_label *ungranted(const mn_check *check)
{
    const mn_labels *selector = &check->effective.node_selector;
    for (size_t i = 0; i < selector->count; i++) {
        const mn_label *label = &selector->items[i];
        bool granted = false;
        for (size_t j = 0; j < check->cluster->count && !granted; j++)
            granted = g_strcmp0(mn_labels_find(&check->cluster->nodes[j]->meta.labels, label->key),
                                label->value) == 0;
        if (!granted)
            return label;
    }
    return NULL;
}

void mn_rule_no_node(mn_check *check)
{
    if (check->spec == NULL || !mn_check_knows_nodes(check) || check->cluster->count == 0 ||
        check->selected > 0)
        return;
    const mn_label *label = ungranted(check);
    /* Said better by another rule. */
    if (label != NULL && is_os_label(label->key) && !is_os(label->value))
        return;
    mn_finding *finding = NULL;
    if (label != NULL)
        finding = mn_report(check,
                            mn_arena_printf(check->arena, "spec.nodeSelector[%s]", label->key),
                            "none of %zu nodes has %s: %s",
                            check->cluster->count,
                            label->key,
                            label->value);
    else
        finding = mn_report(check,
                            check->spec->affinity == NULL ? "spec.nodeSelector" : "spec.affinity",
                            "none of %zu nodes matches nodeSelector and required affinity together",
                            check->cluster->count);
    mn_mend(check, finding, "a selector that some node has");
}

void mn_rule_namespace_conflict(mn_check *check)
{
    const mn_default_selector *all = &check->by_namespace;
    for (size_t i = 0; check->spec != NULL && i < all->labels.count; i++) {
        const mn_label *label = &all->labels.items[i];
        const char *own = mn_labels_find(&check->spec->node_selector, label->key);
        if (own == NULL || strcmp(own, label->value) == 0)
            continue;
        mn_finding *finding =
            mn_report(check,
                      mn_arena_printf(check->arena, "spec.nodeSelector[%s]", label->key),
                      "the API server refuses it: namespace %s brings %s: %s (%s)",
                      all->namespace_,
                      label->key,
                      label->value,
                      all->annotation);
        mn_mend(check, finding, "another namespace, or that annotation without %s", label->key);
    }
}
