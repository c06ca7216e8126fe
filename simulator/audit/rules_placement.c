/* SPDX-License-Identifier: Apache-2.0 */
/* MU1xx: where Pods may land. */
#include "simulator/audit/check.h"

#include <string.h>

/* In front of where it lands; the evidence stands beside the finding. */
static const char *subject(mn_check *check)
{
    static const char *const kept[] = {"its OS", "Linux", "Windows"};
    const mn_tolerations *tolerations = &check->spec->tolerations;
    bool all = mn_blanket_toleration(tolerations) < tolerations->count;
    const char *prefix = all ? "tolerates every taint, and " : "";
    if (check->need.by_default)
        return mn_arena_printf(check->arena, "%snothing says which OS it needs", prefix);
    return mn_arena_printf(
        check->arena, "%snothing keeps it on %s", prefix, kept[mn_need_os(&check->need)]);
}

/* "may land on ..."; a DaemonSet's Pods do. */
static const char *landing(const mn_check *check, const mn_strings *nodes)
{
    const char *where = mn_check_landing(check, nodes);
    if (check->daemon_set)
        return mn_arena_printf(check->arena, "runs on %s, where it cannot start", where);
    return mn_arena_printf(check->arena,
                           "may land on %s%s",
                           where,
                           check->runs == 0 ? ", and on none that can run it" : "");
}

static mn_finding *report_exposed(mn_check *check)
{
    mn_finding *finding = mn_report(check,
                                    "spec.nodeSelector",
                                    "%s: %s",
                                    subject(check),
                                    landing(check, &check->wrong_os_nodes));
    finding->nodes = check->wrong_os_nodes.items;
    finding->node_count = check->wrong_os_nodes.count;
    mn_mend_by_os(check, finding, mn_need_os(&check->need));
    return finding;
}

/* What is only assumed to be Linux is no error. */
static void report_if(mn_check *check, mn_exposure exposure)
{
    if (check->exposure != exposure)
        return;
    mn_finding *finding = report_exposed(check);
    if (check->need.by_default && finding->severity > MN_SEVERITY_WARNING)
        finding->severity = MN_SEVERITY_WARNING;
}

void mn_rule_linux_unplaced(mn_check *check)
{
    report_if(check, MN_EXPOSED_LINUX);
}

void mn_rule_windows_unplaced(mn_check *check)
{
    report_if(check, MN_EXPOSED_WINDOWS);
}

void mn_rule_cron_job_unplaced(mn_check *check)
{
    report_if(check, MN_EXPOSED_CRON_JOB);
}

void mn_rule_daemon_set_unplaced(mn_check *check)
{
    report_if(check, MN_EXPOSED_DAEMON_SET);
}

void mn_rule_daemon_set_blanket(mn_check *check)
{
    report_if(check, MN_EXPOSED_DAEMON_SET_BLANKET);
}

void mn_rule_daemon_set_system(mn_check *check)
{
    report_if(check, MN_EXPOSED_DAEMON_SET_SYSTEM);
}

/* A release that hangs is worth an error even where Linux is only assumed. */
void mn_rule_hook_unplaced(mn_check *check)
{
    if (check->exposure != MN_EXPOSED_HOOK)
        return;
    const mn_labels *annotations = &check->object->meta->annotations;
    const char *helm = mn_labels_find(annotations, "helm.sh/hook");
    const char *argo = mn_labels_find(annotations, "argocd.argoproj.io/hook");
    mn_finding *finding = report_exposed(check);
    finding->message = mn_arena_printf(check->arena,
                                       "%s hook %s: %s",
                                       helm != NULL ? "Helm" : "Argo CD",
                                       helm != NULL ? helm : argo,
                                       finding->message);
}

void mn_rule_unknown_unplaced(mn_check *check)
{
    if (check->exposure != MN_EXPOSED_UNKNOWN)
        return;
    mn_finding *finding = report_exposed(check);
    if (!check->multi)
        return;
    finding->severity = MN_SEVERITY_NOTE;
    finding->message = mn_arena_printf(
        check->arena,
        "its images come for Linux and Windows, and no selector says which is meant: %s",
        landing(check, &check->wrong_os_nodes));
}

/* Whatever selectors and taints say. A node that does not tell may run it. */
static bool is_there_a_node(const mn_check *check)
{
    for (size_t i = 0; i < check->cluster->count; i++) {
        mn_os_fit fit = mn_os_match_of(&check->need, &check->cluster->offers[i]).fit;
        if (fit == MN_FIT_RUNS || fit == MN_FIT_UNKNOWN)
            return true;
    }
    return false;
}

/* Said better by another rule: refused, no such node, selects the wrong build itself. */
static bool is_hopeless(const mn_check *check)
{
    return check->refusal != NULL || (mn_check_knows_nodes(check) && !is_there_a_node(check)) ||
           (check->need.selector_builds.bounded && check->runs == 0);
}

void mn_rule_wrong_build(mn_check *check)
{
    const mn_strings *nodes = &check->wrong_build_nodes;
    if (check->need.kind != MN_NEED_WINDOWS || nodes->count == 0 || is_hopeless(check))
        return;
    char builds[MN_BUILD_SET_TEXT];
    mn_build_set wanted = check->need.selector_builds;
    for (size_t i = 0; i < check->need.image_build_count; i++)
        wanted = mn_build_set_intersect(&wanted, &check->need.image_builds[i]);
    mn_finding *finding = mn_report(check,
                                    "spec.nodeSelector",
                                    "its image is of %s: %s",
                                    mn_build_set_format(&wanted, builds),
                                    landing(check, nodes));
    finding->nodes = nodes->items;
    finding->node_count = nodes->count;
    if (!mn_check_knows_nodes(check))
        finding->severity = MN_SEVERITY_WARNING;
    if (wanted.count == 1)
        mn_mend_by_selector(check,
                            finding,
                            MN_LABEL_WINDOWS_BUILD,
                            mn_arena_printf(check->arena, "10.0.%u", (unsigned)wanted.builds[0]));
    else
        mn_mend(
            check, finding, "node affinity on %s In the builds it runs on", MN_LABEL_WINDOWS_BUILD);
}

void mn_rule_nowhere(mn_check *check)
{
    mn_os os = check->spec == NULL ? MN_OS_UNKNOWN : mn_need_os(&check->need);
    /* That it selects no node says another rule. */
    if (os == MN_OS_UNKNOWN || !mn_check_knows_nodes(check) || check->selected == 0 ||
        is_there_a_node(check))
        return;
    size_t same_os = os == MN_OS_WINDOWS ? check->cluster->on_windows : check->cluster->on_linux;
    const char *name = os == MN_OS_WINDOWS ? "Windows" : "Linux";
    mn_finding *finding = NULL;
    if (same_os == 0)
        finding = mn_report(check, "spec", "the cluster has no %s node", name);
    else
        finding = mn_report(check, "spec", "no Windows node of the cluster runs its build");
    mn_mend(check,
            finding,
            "%s",
            same_os == 0 ? "a pool of such nodes" : "an image for a build that the cluster has");
}

/* ---- Pods that are there already */

static bool is_wrong(const mn_check *check, const mn_pod *pod)
{
    const char *node = pod->spec.node_name;
    const mn_os_offer *offer =
        node == NULL ? NULL : g_hash_table_lookup(check->cluster->by_name, node);
    if (offer == NULL || check->need.by_default)
        return false;
    mn_os_fit fit = mn_os_match_of(&check->need, offer).fit;
    return fit == MN_FIT_WRONG_OS || fit == MN_FIT_WRONG_BUILD;
}

void mn_rule_already_wrong(mn_check *check)
{
    if (check->spec == NULL || check->pods == NULL || !mn_check_knows_nodes(check))
        return;
    const char **nodes = MN_ARENA_NEW(check->arena, const char *, check->pods->len);
    size_t count = 0;
    const mn_pod *first = NULL;
    for (guint i = 0; i < check->pods->len; i++) {
        const mn_pod *pod = check->pods->pdata[i];
        if (!is_wrong(check, pod))
            continue;
        if (count == 0)
            first = pod;
        nodes[count++] = pod->spec.node_name;
    }
    if (count == 0)
        return;
    mn_finding *finding =
        mn_report(check,
                  "spec.nodeName",
                  "%zu of %u Pods %s bound to nodes that cannot run them: %s on %s%s",
                  count,
                  check->pods->len,
                  count == 1 ? "is" : "are",
                  first->meta.name,
                  nodes[0],
                  count > 1 ? ", ..." : "");
    finding->nodes = nodes;
    finding->node_count = count;
    mn_mend(check, finding, "a selector on the workload, then delete these Pods");
}
