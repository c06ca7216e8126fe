/* SPDX-License-Identifier: Apache-2.0 */
/* Signals that name nodes: spec.os, nodeSelector, required node affinity,
 * RuntimeClass.
 *
 * A selector is read for what it leaves possible: a mask of OSes and a set of
 * builds. Requirements of a term narrow it, terms widen it, and only what remains
 * when exactly one OS is left says anything. */
#include "core/os/signals.h"

#define LABEL_OS_SKU           "kubernetes.azure.com/os-sku"
#define LABEL_OS_SKU_EFFECTIVE "kubernetes.azure.com/os-sku-effective"
#define LABEL_OS_SKU_REQUESTED "kubernetes.azure.com/os-sku-requested"
#define REQUIRED_AFFINITY      "spec.affinity.nodeAffinity"

enum { ON_LINUX = 1, ON_WINDOWS = 2, ON_BOTH = ON_LINUX | ON_WINDOWS };

/* What a label is about; the values are ranks of the signals that read it. */
typedef enum label_kind {
    LABEL_OTHER = 0,
    LABEL_IS_OS = 2,
    LABEL_IS_BETA_OS = 3,
    LABEL_IS_BUILD = 4,
    LABEL_IS_ARCH = 15,
} label_kind;

static const struct {
    const char *key;
    label_kind kind;
} known_labels[] = {
    {.key = MN_LABEL_OS, .kind = LABEL_IS_OS},
    {.key = MN_LABEL_OS_BETA, .kind = LABEL_IS_BETA_OS},
    {.key = MN_LABEL_WINDOWS_BUILD, .kind = LABEL_IS_BUILD},
    {.key = LABEL_OS_SKU, .kind = LABEL_IS_BUILD},
    {.key = LABEL_OS_SKU_EFFECTIVE, .kind = LABEL_IS_BUILD},
    {.key = LABEL_OS_SKU_REQUESTED, .kind = LABEL_IS_BUILD},
    {.key = MN_LABEL_ARCH, .kind = LABEL_IS_ARCH},
    {.key = "beta.kubernetes.io/arch", .kind = LABEL_IS_ARCH},
};

struct demand {
    unsigned oses;
    mn_build_set builds;
    const char *key, *op; /* of the requirement that left one OS; NULL: none did */
    const char *value;
    label_kind kind;
};

static label_kind kind_of(const char *key)
{
    for (size_t i = 0; i < G_N_ELEMENTS(known_labels); i++)
        if (strcmp(known_labels[i].key, key) == 0)
            return known_labels[i].kind;
    return LABEL_OTHER;
}

static mn_os os_of(const char *text)
{
    if (text == NULL)
        return MN_OS_UNKNOWN;
    if (strcmp(text, "linux") == 0)
        return MN_OS_LINUX;
    return strcmp(text, "windows") == 0 ? MN_OS_WINDOWS : MN_OS_UNKNOWN;
}

static unsigned mask_of(mn_os os)
{
    static const unsigned masks[MN_OS_COUNT] = {0, ON_LINUX, ON_WINDOWS};
    return masks[os];
}

static mn_os only_os(unsigned oses)
{
    static const mn_os only[ON_BOTH + 1] = {
        MN_OS_UNKNOWN, MN_OS_LINUX, MN_OS_WINDOWS, MN_OS_UNKNOWN};
    return only[oses & ON_BOTH];
}

/* What one wanted value of a build label means. */
static struct demand demand_of_build(const char *key, const char *value)
{
    mn_win_version version;
    struct demand windows = {.oses = ON_WINDOWS};
    if (strcmp(key, MN_LABEL_WINDOWS_BUILD) == 0) {
        if (mn_win_version_parse(mn_str_of(value), &version))
            windows.builds = mn_build_set_of(version.build);
        return windows;
    }
    if (!g_str_has_prefix(value, "Windows"))
        return (struct demand){.oses = ON_LINUX};
    const mn_winbuild *row = mn_winbuild_find_os_sku(mn_str_of(value));
    if (row != NULL)
        windows.builds = mn_build_set_of(row->build);
    return windows;
}

/* Either will do: of builds, any if one of them leaves any. */
static void widen(struct demand *all, const struct demand *one)
{
    bool first = all->oses == 0;
    all->oses |= one->oses;
    if (first)
        all->builds = one->builds;
    else if (!one->builds.bounded)
        all->builds = (mn_build_set){.bounded = false};
    for (size_t i = 0; all->builds.bounded && i < one->builds.count; i++)
        mn_build_set_add(&all->builds, one->builds.builds[i]);
    if (all->key == NULL) {
        all->key = one->key;
        all->op = one->op;
        all->value = one->value;
        all->kind = one->kind;
    }
}

static struct demand demand_in(const char *key, label_kind kind, const mn_strings *values)
{
    struct demand all = {.oses = 0};
    for (size_t i = 0; i < values->count; i++) {
        struct demand one = kind == LABEL_IS_BUILD
                                ? demand_of_build(key, values->items[i])
                                : (struct demand){.oses = mask_of(os_of(values->items[i]))};
        widen(&all, &one);
    }
    return all;
}

static unsigned mask_not_in(const mn_strings *values)
{
    unsigned oses = ON_BOTH;
    for (size_t i = 0; i < values->count; i++)
        oses &= ~mask_of(os_of(values->items[i]));
    return oses;
}

static struct demand demand_of(const mn_requirement *requirement)
{
    label_kind kind = kind_of(requirement->key);
    struct demand demand = {.oses = ON_BOTH};
    if (kind == LABEL_OTHER || kind == LABEL_IS_ARCH)
        return demand;
    if (requirement->op == MN_OP_IN)
        demand = demand_in(requirement->key, kind, &requirement->values);
    else if (requirement->op == MN_OP_NOT_IN && kind != LABEL_IS_BUILD)
        demand.oses = mask_not_in(&requirement->values);
    else if (requirement->op == MN_OP_EXISTS &&
             strcmp(requirement->key, MN_LABEL_WINDOWS_BUILD) == 0)
        demand.oses = ON_WINDOWS;
    demand.kind = kind;
    demand.key = demand.oses != ON_BOTH ? requirement->key : NULL;
    demand.op = mn_selector_operator_name(requirement->op);
    demand.value = requirement->values.count > 0 ? requirement->values.items[0] : NULL;
    return demand;
}

/* All of them: what is left narrows; the best-ranked reason is remembered. */
static struct demand demand_of_term(const mn_node_selector_term *term)
{
    struct demand all = {.oses = ON_BOTH};
    for (size_t i = 0; i < term->match_expressions.count; i++) {
        struct demand one = demand_of(&term->match_expressions.items[i]);
        unsigned oses = all.oses & one.oses;
        mn_build_set builds = mn_build_set_intersect(&all.builds, &one.builds);
        if (one.key != NULL && (all.key == NULL || one.kind < all.kind))
            all = one;
        all.oses = oses;
        all.builds = builds;
    }
    return all;
}

/* A term that no node can match adds nothing; neither does an empty one. */
static struct demand demand_of_affinity(const mn_pod_spec *spec)
{
    struct demand all = {.oses = 0};
    const mn_node_affinity *affinity = spec->affinity != NULL ? spec->affinity->node : NULL;
    if (affinity == NULL || affinity->required == NULL)
        return (struct demand){.oses = ON_BOTH};
    const mn_node_selector_terms *terms = &affinity->required->terms;
    for (size_t i = 0; i < terms->count; i++) {
        const mn_node_selector_term *term = &terms->items[i];
        struct demand one = demand_of_term(term);
        if (one.oses != 0 && term->match_expressions.count + term->match_fields.count > 0)
            widen(&all, &one);
    }
    return all;
}

static mn_os_evidence evidence_of(const struct demand *demand, const char *field,
                                  mn_strength strength)
{
    return (mn_os_evidence){
        .os = only_os(demand->oses),
        .strength = strength,
        .field = field,
        .key = demand->key,
        .op = demand->op,
        .said = demand->value != NULL ? mn_str_of(demand->value) : (mn_str){.len = 0},
        .builds = demand->builds,
    };
}

static void emit_demand(mn_collector *collector, const mn_os_evidence *evidence)
{
    if (evidence->os == MN_OS_UNKNOWN)
        return;
    mn_os_emit(collector, evidence);
    if (evidence->os == MN_OS_WINDOWS && evidence->builds.bounded)
        mn_os_demand_selector_builds(collector, evidence);
}

static struct demand demand_of_label(const mn_label *label, label_kind kind)
{
    const mn_strings values = {.items = &label->value, .count = 1};
    struct demand demand = demand_in(label->key, kind, &values);
    demand.key = label->key;
    demand.value = label->value;
    return demand;
}

static void read_node_selector(mn_collector *collector, label_kind kind)
{
    const mn_labels *selector = &collector->in->spec->node_selector;
    for (size_t i = 0; i < selector->count; i++) {
        if (kind_of(selector->items[i].key) != kind)
            continue;
        struct demand demand = demand_of_label(&selector->items[i], kind);
        mn_os_evidence evidence = evidence_of(&demand, "spec.nodeSelector", MN_STRENGTH_DECISIVE);
        emit_demand(collector, &evidence);
    }
}

/* Builds are the business of the build signal, whatever said the OS. */
static void read_affinity(mn_collector *collector, label_kind kind)
{
    struct demand demand = demand_of_affinity(collector->in->spec);
    bool builds = kind == LABEL_IS_BUILD && demand.builds.bounded;
    if (demand.key == NULL || (demand.kind != kind && !builds))
        return;
    if (kind != LABEL_IS_BUILD)
        demand.builds = (mn_build_set){.bounded = false};
    if (kind != demand.kind) {
        demand.key = MN_LABEL_WINDOWS_BUILD;
        demand.op = "In";
        demand.value = NULL;
    }
    mn_os_evidence evidence = evidence_of(&demand, REQUIRED_AFFINITY, MN_STRENGTH_DECISIVE);
    emit_demand(collector, &evidence);
}

static void read_selectors(mn_collector *collector, const mn_container *container, label_kind kind)
{
    if (container != NULL)
        return;
    read_node_selector(collector, kind);
    read_affinity(collector, kind);
}

void mn_os_read_spec_os(mn_collector *collector, const mn_container *container)
{
    const char *name = collector->in->spec->os.name;
    mn_os os = os_of(name);
    if (container != NULL || os == MN_OS_UNKNOWN)
        return;
    mn_os_emit(collector,
               &(mn_os_evidence){.os = os,
                                 .strength = MN_STRENGTH_DECISIVE,
                                 .field = "spec.os.name",
                                 .said = mn_str_of(name)});
}

void mn_os_read_os_selector(mn_collector *collector, const mn_container *container)
{
    read_selectors(collector, container, LABEL_IS_OS);
}

void mn_os_read_beta_selector(mn_collector *collector, const mn_container *container)
{
    read_selectors(collector, container, LABEL_IS_BETA_OS);
}

void mn_os_read_build_selector(mn_collector *collector, const mn_container *container)
{
    read_selectors(collector, container, LABEL_IS_BUILD);
}

static bool is_other_arch(const char *arch)
{
    return strcmp(arch, "amd64") != 0;
}

static void emit_arch(mn_collector *collector, const mn_os_evidence *place, const char *arch)
{
    mn_os_evidence evidence = *place;
    evidence.os = MN_OS_LINUX;
    evidence.strength = MN_STRENGTH_MEDIUM;
    evidence.said = mn_str_of(arch);
    mn_os_emit(collector, &evidence);
}

/* The first architecture of a term that allows no amd64, or NULL. */
static const char *other_arch_of_term(const mn_node_selector_term *term)
{
    for (size_t i = 0; i < term->match_expressions.count; i++) {
        const mn_requirement *requirement = &term->match_expressions.items[i];
        if (requirement->op == MN_OP_IN && requirement->values.count > 0 &&
            kind_of(requirement->key) == LABEL_IS_ARCH &&
            !mn_strings_contain(&requirement->values, "amd64"))
            return requirement->values.items[0];
    }
    return NULL;
}

static const char *other_arch_of_affinity(const mn_pod_spec *spec)
{
    const mn_node_affinity *affinity = spec->affinity != NULL ? spec->affinity->node : NULL;
    const char *first = NULL;
    if (affinity == NULL || affinity->required == NULL)
        return NULL;
    for (size_t i = 0; i < affinity->required->terms.count; i++) {
        const char *arch = other_arch_of_term(&affinity->required->terms.items[i]);
        if (arch == NULL)
            return NULL;
        first = first != NULL ? first : arch;
    }
    return first;
}

void mn_os_read_arch_selector(mn_collector *collector, const mn_container *container)
{
    const mn_pod_spec *spec = collector->in->spec;
    if (container != NULL)
        return;
    for (size_t i = 0; i < spec->node_selector.count; i++) {
        const mn_label *label = &spec->node_selector.items[i];
        if (kind_of(label->key) == LABEL_IS_ARCH && is_other_arch(label->value))
            emit_arch(collector,
                      &(mn_os_evidence){.field = "spec.nodeSelector", .key = label->key},
                      label->value);
    }
    const char *arch = other_arch_of_affinity(spec);
    if (arch != NULL)
        emit_arch(collector,
                  &(mn_os_evidence){.field = REQUIRED_AFFINITY, .key = MN_LABEL_ARCH, .op = "In"},
                  arch);
}

void mn_os_read_class_selector(mn_collector *collector, const mn_labels *selector)
{
    for (size_t i = 0; i < selector->count; i++) {
        const mn_label *label = &selector->items[i];
        label_kind kind = kind_of(label->key);
        if (kind == LABEL_OTHER || kind == LABEL_IS_ARCH)
            continue;
        struct demand demand = demand_of_label(label, kind);
        mn_os_evidence evidence = evidence_of(&demand, "spec.runtimeClassName", MN_STRENGTH_STRONG);
        evidence.key = NULL;
        evidence.because = evidence.said;
        evidence.said = mn_str_of(collector->in->spec->runtime_class_name);
        emit_demand(collector, &evidence);
    }
}
