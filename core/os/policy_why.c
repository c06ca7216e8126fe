/* SPDX-License-Identifier: Apache-2.0 */
/* Needs, offers and matches in one line that a human likes to read. */
#include "mullion/os/policy.h"

static void append_builds(const mn_os_need *need, GString *out)
{
    char text[MN_BUILD_SET_TEXT];
    bool any = false;
    if (need->selector_builds.bounded) {
        g_string_append_printf(out, " %s", mn_build_set_format(&need->selector_builds, text));
        any = true;
    }
    for (size_t i = 0; i < need->image_build_count; i++) {
        if (mn_build_set_equal(&need->image_builds[i], &need->selector_builds))
            continue;
        g_string_append_printf(
            out, "%s %s", any ? " and" : "", mn_build_set_format(&need->image_builds[i], text));
        any = true;
    }
    if (!any)
        g_string_append(out, " of any build");
    if (need->host_process)
        g_string_append(out, " (HostProcess)");
    else if (need->hyperv)
        g_string_append(out, " (Hyper-V: older images too)");
}

static bool same_evidence(const mn_os_evidence *a, const mn_os_evidence *b)
{
    return a->signal == b->signal && a->scope == b->scope && a->container == b->container &&
           a->key == b->key && a->field == b->field;
}

static void need_of_windows(const mn_os_need *need, GString *out)
{
    g_string_append(out, "needs windows");
    append_builds(need, out);
    g_string_append(out, ": ");
    mn_os_evidence_format(&need->evidence, out);
    if (mn_os_need_wants_build(need) && need->build_by.signal != NULL &&
        !same_evidence(&need->evidence, &need->build_by)) {
        g_string_append(out, "; ");
        mn_os_evidence_format(&need->build_by, out);
    }
}

static void append_against(const mn_os_need *need, const char *glue, GString *out)
{
    if (need->against.signal == NULL)
        return;
    g_string_append(out, glue);
    mn_os_evidence_format(&need->against, out);
}

static void need_by_default(const mn_os_need *need, GString *out)
{
    if (need->kind == MN_NEED_UNKNOWN)
        g_string_append(out, "unknown: no strong signal, and there is no default OS");
    else
        g_string_append_printf(out, "%s by default: ", mn_os_need_name(need->kind));
    if (need->against.signal == NULL) {
        g_string_append(out, need->kind == MN_NEED_UNKNOWN ? "" : "no signal says otherwise");
        return;
    }
    g_string_append(out, need->kind == MN_NEED_UNKNOWN ? "; at most " : "only ");
    mn_os_evidence_format(&need->against, out);
    g_string_append(out, need->kind == MN_NEED_UNKNOWN ? "" : " says otherwise");
}

static void need_that_cannot_be(const mn_os_need *need, const char *what, GString *out)
{
    g_string_append_printf(out, "%s: ", what);
    mn_os_evidence_format(&need->evidence, out);
    append_against(need, ", but ", out);
}

static void need_of_kind(const mn_os_need *need, GString *out)
{
    switch (need->kind) {
    case MN_NEED_UNKNOWN:
        need_by_default(need, out);
        return;
    case MN_NEED_LINUX:
        g_string_append(out, "needs linux: ");
        mn_os_evidence_format(&need->evidence, out);
        return;
    case MN_NEED_WINDOWS:
        need_of_windows(need, out);
        return;
    case MN_NEED_MIXED:
        need_that_cannot_be(need, "mixes linux and windows containers", out);
        return;
    case MN_NEED_CONTRADICTORY:
        need_that_cannot_be(need, "contradicts itself", out);
        return;
    }
}

void mn_os_need_why(const mn_os_need *need, GString *out)
{
    if (need->by_default)
        need_by_default(need, out);
    else
        need_of_kind(need, out);
    if (need->conflict && need->kind != MN_NEED_CONTRADICTORY)
        append_against(need, "; overruled: ", out);
    if (need->exempt)
        g_string_append(out, "; let through as a DaemonSet's");
}

static void append_source(const mn_os_offer *offer, GString *out)
{
    static const char *const sources[] = {
        [MN_BUILD_FROM_NOTHING] = "",
        [MN_BUILD_FROM_LABEL] = "",
        [MN_BUILD_FROM_KERNEL] = "; no windows-build label, kernelVersion says so",
        [MN_BUILD_FROM_OS_IMAGE] = "; no windows-build label, osImage says so",
    };
    if (offer->label_build != 0)
        g_string_append_printf(
            out,
            "; node label says 10.0.%u but kernelVersion says 10.0.%u: the kernel is right",
            (unsigned)offer->label_build,
            (unsigned)offer->version.build);
    else
        g_string_append(out, sources[offer->source]);
}

void mn_os_offer_why(const mn_os_offer *offer, GString *out)
{
    if (offer->os == MN_OS_UNKNOWN) {
        g_string_append(out, "offers an unknown OS: neither labels nor nodeInfo tell");
        return;
    }
    g_string_append_printf(out, "offers %s", mn_os_name(offer->os));
    if (offer->os != MN_OS_WINDOWS)
        return;
    if (offer->version.build == 0)
        g_string_append(out, " of unknown build");
    else
        g_string_append_printf(out, " 10.0.%u", (unsigned)offer->version.build);
    g_string_append_printf(out,
                           ", rule %s (%s)",
                           mn_build_rule_name(offer->rule),
                           offer->rule_from_runtime ? "from its containerd" : "configured");
    append_source(offer, out);
}

static void why_it_runs(const mn_os_need *need, const mn_os_offer *offer, bool compatible,
                        GString *out)
{
    char text[MN_BUILD_SET_TEXT];
    if (!mn_os_need_wants_build(need)) {
        g_string_append_printf(out, "fits: %s, and no build is asked for", mn_os_name(offer->os));
        return;
    }
    if (!compatible) {
        g_string_append_printf(
            out, "fits: the very build, 10.0.%u", (unsigned)offer->version.build);
        return;
    }
    for (size_t i = 0; i < need->image_build_count; i++) {
        if (mn_build_set_has(&need->image_builds[i], offer->version.build))
            continue;
        g_string_append_printf(out,
                               "fits: an image of %s runs on 10.0.%u (%s)",
                               mn_build_set_format(&need->image_builds[i], text),
                               (unsigned)offer->version.build,
                               need->hyperv ? "Hyper-V" : mn_build_rule_name(offer->rule));
        return;
    }
}

/* Server 2016 alone: the build is right, the revision is not. */
static bool why_not_this_revision(const mn_os_need *need, const mn_os_offer *offer, GString *out)
{
    if (need->image_version.build != offer->version.build)
        return false;
    g_string_append_printf(
        out,
        "wrong build: an image of 10.0.%u.%u needs that very revision, this one is 10.0.%u.%u",
        (unsigned)need->image_version.build,
        (unsigned)need->image_version.revision,
        (unsigned)offer->version.build,
        (unsigned)offer->version.revision);
    return true;
}

/* Asks again, set by set, to name the first that does not run. */
static void why_not_this_image(const mn_os_need *need, const mn_os_offer *offer, GString *out)
{
    char text[MN_BUILD_SET_TEXT];
    for (size_t i = 0; i < need->image_build_count; i++) {
        mn_os_need one = *need;
        one.image_builds[0] = need->image_builds[i];
        one.image_build_count = 1;
        if (mn_os_match_of(&one, offer).fit != MN_FIT_WRONG_BUILD)
            continue;
        if (mn_build_set_has(&need->image_builds[i], offer->version.build) &&
            why_not_this_revision(need, offer, out))
            return;
        g_string_append_printf(out,
                               "wrong build: an image of %s does not run on 10.0.%u (%s)",
                               mn_build_set_format(&need->image_builds[i], text),
                               (unsigned)offer->version.build,
                               need->hyperv ? "Hyper-V" : mn_build_rule_name(offer->rule));
        return;
    }
}

static void why_not_this_build(const mn_os_need *need, const mn_os_offer *offer, GString *out)
{
    char text[MN_BUILD_SET_TEXT];
    if (mn_build_set_has(&need->selector_builds, offer->version.build))
        why_not_this_image(need, offer, out);
    else
        g_string_append_printf(out,
                               "wrong build: asks for nodes of %s, this one is 10.0.%u",
                               mn_build_set_format(&need->selector_builds, text),
                               (unsigned)offer->version.build);
}

static void why_unknown(const mn_os_need *need, const mn_os_offer *offer, GString *out)
{
    if (need->kind == MN_NEED_UNKNOWN)
        g_string_append(out, "unknown: the Pod does not tell its OS");
    else if (offer->os == MN_OS_UNKNOWN)
        g_string_append(out, "unknown: the node does not tell its OS");
    else
        g_string_append(out, "unknown: the node does not tell its build");
}

void mn_os_match_why(const mn_os_need *need, const mn_os_offer *offer, GString *out)
{
    mn_os_match match = mn_os_match_of(need, offer);
    switch (match.fit) {
    case MN_FIT_RUNS:
        why_it_runs(need, offer, match.compatible, out);
        return;
    case MN_FIT_UNKNOWN:
        why_unknown(need, offer, out);
        return;
    case MN_FIT_WRONG_OS:
        g_string_append_printf(out,
                               "wrong OS: the Pod needs %s, the node runs %s",
                               mn_os_need_name(need->kind),
                               mn_os_name(offer->os));
        return;
    case MN_FIT_WRONG_BUILD:
        why_not_this_build(need, offer, out);
        return;
    case MN_FIT_MIXED:
        g_string_append(out, "fits nowhere: no node runs linux and windows containers");
        return;
    case MN_FIT_CONTRADICTORY:
        g_string_append(out, "fits nowhere: what the Pod says of its OS contradicts itself");
        return;
    }
}
