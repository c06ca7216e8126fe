/* SPDX-License-Identifier: Apache-2.0 */
/* Findings to a need, a node to an offer, and the match of the two.
 *
 * The order of the questions is the policy: contradiction, mixture, the best of
 * what is decisive or strong, the default. Medium and weak evidence never moves a
 * Pod away from the default; it is kept in `against` and reported.
 */
#include "mullion/os/policy.h"

enum { SERVER_2016 = 14393 };

const mn_os_policy mn_os_policy_default = {
    .default_os = MN_OS_LINUX,
    .build_rule = MN_BUILD_RULE_AUTO,
    .fallback_rule = MN_BUILD_RULE_ABI_1,
    .on_conflict = MN_ON_CONFLICT_HONOUR,
    .daemon_sets = MN_DAEMON_SETS_ENFORCE,
};

const char *mn_os_on_conflict_name(mn_os_on_conflict value)
{
    static const char *const names[] = {"honour", "refuse"};
    return names[value];
}

const char *mn_os_daemon_sets_name(mn_os_daemon_sets value)
{
    static const char *const names[] = {"enforce", "pass"};
    return names[value];
}

const char *mn_os_need_name(mn_os_need_kind kind)
{
    static const char *const names[] = {"unknown", "linux", "windows", "mixed", "contradictory"};
    return names[kind];
}

const char *mn_os_fit_name(mn_os_fit fit)
{
    static const char *const names[] = {
        "runs", "unknown", "wrong-os", "wrong-build", "mixed", "contradictory"};
    return names[fit];
}

static mn_os_need_kind kind_of(mn_os os)
{
    static const mn_os_need_kind kinds[MN_OS_COUNT] = {
        MN_NEED_UNKNOWN, MN_NEED_LINUX, MN_NEED_WINDOWS};
    return kinds[os];
}

static bool is_decisive(const mn_os_evidence *evidence)
{
    return evidence->strength == MN_STRENGTH_DECISIVE;
}

/* Both sides of something that cannot be; the better evidence first. */
static void set_both(mn_os_need *need, mn_os_need_kind kind, const mn_os_evidence sides[])
{
    bool windows = mn_os_evidence_outweighs(&sides[MN_OS_WINDOWS], &sides[MN_OS_LINUX]);
    need->kind = kind;
    need->evidence = sides[windows ? MN_OS_WINDOWS : MN_OS_LINUX];
    need->against = sides[windows ? MN_OS_LINUX : MN_OS_WINDOWS];
}

/* No strong signal: the default, and what weaker evidence says against it. */
static void set_default(const mn_os_policy *policy, const mn_os_findings *findings,
                        mn_os_need *need)
{
    const mn_os_evidence *linux_side = &findings->best[MN_OS_LINUX];
    const mn_os_evidence *windows_side = &findings->best[MN_OS_WINDOWS];
    need->kind = kind_of(policy->default_os);
    need->by_default = true;
    need->against = policy->default_os == MN_OS_WINDOWS ? *linux_side : *windows_side;
}

static void set_kind(const mn_os_policy *policy, const mn_os_findings *findings, mn_os_need *need)
{
    const mn_os_evidence *best = findings->best;
    const mn_os_evidence *container = findings->container;
    bool windows = mn_os_evidence_outweighs(&best[MN_OS_WINDOWS], &best[MN_OS_LINUX]);
    const mn_os_evidence *winner = &best[windows ? MN_OS_WINDOWS : MN_OS_LINUX];
    const mn_os_evidence *loser = &best[windows ? MN_OS_LINUX : MN_OS_WINDOWS];

    if (is_decisive(winner) && is_decisive(loser)) {
        set_both(need, MN_NEED_CONTRADICTORY, best);
    } else if (container[MN_OS_LINUX].signal != NULL && container[MN_OS_WINDOWS].signal != NULL) {
        set_both(need, MN_NEED_MIXED, container);
    } else if (winner->strength < MN_STRENGTH_STRONG) {
        set_default(policy, findings, need);
    } else {
        need->kind = kind_of(winner->os);
        need->evidence = *winner;
        need->against = *loser;
        need->conflict = loser->strength >= MN_STRENGTH_MEDIUM;
        if (need->conflict && policy->on_conflict == MN_ON_CONFLICT_REFUSE)
            need->kind = MN_NEED_CONTRADICTORY;
    }
}

void mn_os_need_conclude(const mn_os_policy *policy, const mn_os_findings *findings,
                         bool daemon_set, mn_os_need *out)
{
    *out = (mn_os_need){.kind = MN_NEED_UNKNOWN, .daemon_set = daemon_set};
    out->exempt = daemon_set && policy->daemon_sets == MN_DAEMON_SETS_PASS;
    set_kind(policy, findings, out);
    if (out->kind != MN_NEED_WINDOWS)
        return;
    out->host_process = findings->host_process;
    out->hyperv = findings->hyperv;
    out->selector_builds = findings->selector_builds;
    out->build_by = findings->build_by;
    if (out->host_process)
        return;
    out->image_version = findings->image_version;
    out->image_build_count = findings->image_build_count;
    memcpy(out->image_builds, findings->image_builds, sizeof out->image_builds);
}

void mn_os_need_of(const mn_os_policy *policy, const mn_os_input *input, mn_os_findings *findings,
                   mn_os_need *out)
{
    mn_os_input filled = *input;
    const mn_owner_reference *owner = mn_meta_controller(input->meta);
    if (filled.image_map == NULL)
        filled.image_map = &policy->image_map;
    if (filled.hypervisor_handlers == NULL)
        filled.hypervisor_handlers = &policy->hypervisor_handlers;
    mn_os_collect(&filled, findings);
    bool daemon_set = owner != NULL && g_strcmp0(owner->kind, "DaemonSet") == 0;
    mn_os_need_conclude(policy, findings, daemon_set, out);
}

bool mn_os_need_wants_build(const mn_os_need *need)
{
    return need->kind == MN_NEED_WINDOWS &&
           (need->selector_builds.bounded || need->image_build_count > 0);
}

static mn_os os_of_node(const mn_node *node)
{
    const char *const said[] = {
        mn_labels_find(&node->meta.labels, MN_LABEL_OS),
        mn_labels_find(&node->meta.labels, MN_LABEL_OS_BETA),
        node->status.info.operating_system,
    };
    for (size_t i = 0; i < G_N_ELEMENTS(said); i++) {
        if (g_strcmp0(said[i], "linux") == 0)
            return MN_OS_LINUX;
        if (g_strcmp0(said[i], "windows") == 0)
            return MN_OS_WINDOWS;
    }
    return MN_OS_UNKNOWN;
}

static bool read_windows_version(const char *text, mn_win_version *out)
{
    mn_win_version version;
    if (text == NULL || !mn_win_version_parse(mn_str_of(text), &version) || version.build == 0)
        return false;
    if (version.major != 10 || version.minor != 0)
        return false;
    *out = version;
    return true;
}

/* The label is set when the node registers and stays when the host is upgraded or
 * somebody edits it; the kernel version is reported afresh. So the kernel is right. */
static void set_build(const mn_node *node, mn_os_offer *offer)
{
    const mn_node_system_info *info = &node->status.info;
    mn_win_version label = {.build = 0}, kernel = {.build = 0};
    bool has_label =
        read_windows_version(mn_labels_find(&node->meta.labels, MN_LABEL_WINDOWS_BUILD), &label);
    bool has_kernel = read_windows_version(info->kernel_version, &kernel);
    const mn_winbuild *row =
        info->os_image != NULL ? mn_winbuild_find_os_image(mn_str_of(info->os_image)) : NULL;

    if (has_kernel) {
        bool agrees = has_label && label.build == kernel.build;
        offer->version = kernel;
        offer->source = agrees ? MN_BUILD_FROM_LABEL : MN_BUILD_FROM_KERNEL;
        offer->label_build = has_label && !agrees ? label.build : 0;
    } else if (has_label) {
        offer->version = label;
        offer->source = MN_BUILD_FROM_LABEL;
    } else if (row != NULL) {
        offer->version = (mn_win_version){.major = 10, .build = row->build};
        offer->source = MN_BUILD_FROM_OS_IMAGE;
    }
}

static void set_rule(const mn_os_policy *policy, const char *runtime, mn_os_offer *offer)
{
    mn_build_rule told =
        runtime != NULL ? mn_build_rule_of_runtime(mn_str_of(runtime)) : MN_BUILD_RULE_AUTO;
    offer->rule_from_runtime =
        policy->build_rule == MN_BUILD_RULE_AUTO && told != MN_BUILD_RULE_AUTO;
    if (policy->build_rule != MN_BUILD_RULE_AUTO)
        offer->rule = policy->build_rule;
    else
        offer->rule = offer->rule_from_runtime ? told : policy->fallback_rule;
    if (offer->rule == MN_BUILD_RULE_AUTO)
        offer->rule = mn_os_policy_default.fallback_rule;
}

mn_os_offer mn_os_offer_of(const mn_os_policy *policy, const mn_node *node)
{
    mn_os_offer offer = {.os = os_of_node(node)};
    set_rule(policy, node->status.info.container_runtime_version, &offer);
    if (offer.os == MN_OS_WINDOWS)
        set_build(node, &offer);
    return offer;
}

/* The revision matters on Server 2016 alone; elsewhere it would only make classes. */
uint64_t mn_os_offer_key(const mn_os_offer *offer)
{
    uint64_t key = (uint64_t)offer->os;
    if (offer->os != MN_OS_WINDOWS)
        return key;
    key |= (uint64_t)offer->rule << 2 | (uint64_t)offer->version.build << 4;
    if (offer->version.build == SERVER_2016 && offer->version.has_revision)
        key |= UINT64_C(1) << 20 | (uint64_t)offer->version.revision << 21;
    return key;
}

static bool runs_image(const mn_os_need *need, const mn_os_offer *offer, uint16_t build)
{
    mn_win_version image = {.major = 10, .build = build};
    if (need->hyperv)
        return mn_winbuild_runs_in_hyperv(offer->version.build, build);
    if (need->image_version.build == build)
        image = need->image_version;
    return mn_win_version_runs(&offer->version, &image, offer->rule);
}

static bool runs_one_of(const mn_os_need *need, const mn_os_offer *offer, const mn_build_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (runs_image(need, offer, set->builds[i]))
            return true;
    return false;
}

static mn_os_match match_builds(const mn_os_need *need, const mn_os_offer *offer)
{
    mn_os_match match = {.fit = MN_FIT_RUNS};
    if (!mn_build_set_has(&need->selector_builds, offer->version.build))
        return (mn_os_match){.fit = MN_FIT_WRONG_BUILD};
    for (size_t i = 0; i < need->image_build_count; i++) {
        if (!runs_one_of(need, offer, &need->image_builds[i]))
            return (mn_os_match){.fit = MN_FIT_WRONG_BUILD};
        match.compatible |= !mn_build_set_has(&need->image_builds[i], offer->version.build);
    }
    return match;
}

mn_os_match mn_os_match_of(const mn_os_need *need, const mn_os_offer *offer)
{
    if (need->kind == MN_NEED_MIXED)
        return (mn_os_match){.fit = MN_FIT_MIXED};
    if (need->kind == MN_NEED_CONTRADICTORY)
        return (mn_os_match){.fit = MN_FIT_CONTRADICTORY};
    if (need->kind == MN_NEED_UNKNOWN || offer->os == MN_OS_UNKNOWN)
        return (mn_os_match){.fit = MN_FIT_UNKNOWN};
    if (need->kind != kind_of(offer->os))
        return (mn_os_match){.fit = MN_FIT_WRONG_OS};
    if (!mn_os_need_wants_build(need))
        return (mn_os_match){.fit = MN_FIT_RUNS};
    if (offer->version.build == 0)
        return (mn_os_match){.fit = MN_FIT_UNKNOWN};
    return match_builds(need, offer);
}
