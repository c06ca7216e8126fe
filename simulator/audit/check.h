/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule sees, and how it reports.
 *
 * A rule is asked once for each workload, RuntimeClass and node of the input, and once for
 * the cluster (`object` NULL); it answers for those it is about. Workload rules find all
 * conclusions ready here.
 */
#ifndef SIMULATOR_AUDIT_CHECK_H
#define SIMULATOR_AUDIT_CHECK_H

#include "simulator/audit/audit.h"

/* Why a workload may be placed on nodes of the other OS: the one reason that tells most. */
typedef enum mn_exposure {
    MN_EXPOSED_NOT,
    MN_EXPOSED_SPEC_OS,    /* spec.os alone, which does not schedule */
    MN_EXPOSED_PREFERENCE, /* the OS is only preferred */
    MN_EXPOSED_TOLERATION, /* Windows Pods that tolerate the taint and do not select */
    MN_EXPOSED_DAEMON_SET_BLANKET,
    MN_EXPOSED_DAEMON_SET_SYSTEM,
    MN_EXPOSED_DAEMON_SET,
    MN_EXPOSED_HOOK,
    MN_EXPOSED_CRON_JOB,
    MN_EXPOSED_BLANKET,
    MN_EXPOSED_UNKNOWN, /* nothing says what the Pod is */
    MN_EXPOSED_LINUX,
    MN_EXPOSED_WINDOWS,
} mn_exposure;

/* A nodeSelector that the API server adds for the Pod's namespace. */
typedef struct mn_default_selector {
    const char *annotation, *namespace_;
    mn_labels labels;
} mn_default_selector;

typedef struct mn_owners mn_owners;

struct mn_check {
    mn_audit *audit;
    mn_audit_input *input;
    const mn_audit_options *options;
    const mn_audit_cluster *cluster;
    mn_arena *arena;
    const mn_owners *owners;
    const mn_rule *rule; /* that is being asked */

    const mn_audit_object *object; /* NULL: the cluster */

    /* Of workloads; spec is NULL otherwise. */
    const mn_meta *pod_meta;
    const mn_pod_spec *spec; /* as written */
    const char *prefix;      /* before "spec.x" of a Pod: "spec.template." */
    bool daemon_set;
    mn_os_need need;
    mn_os_findings findings;
    const mn_runtime_class *runtime_class; /* NULL: none, or not known */
    mn_pod_spec effective; /* with what the API server adds: RuntimeClass, namespace */
    const char *refusal;   /* of the RuntimeClass plugin, in the API server's words; or NULL */
    const char *invalid;   /* of validation: what spec.os forbids; or NULL */
    const mn_namespace *namespace_;
    mn_default_selector by_namespace; /* annotation NULL: none */
    size_t selected;                  /* nodes that selectors and affinity allow */
    size_t lands, runs; /* nodes where filters let it; of these, nodes that can run it */
    bool multi;         /* every image comes for Linux and Windows */
    mn_strings wrong_os_nodes, wrong_build_nodes; /* where it lands and cannot run */
    const GPtrArray *pods; /* mn_pod: those that are there already; NULL: none */
    mn_exposure exposure;
};

/* Begins a finding of this rule, with its severity; the path is below the object when it
 * begins with "metadata", and below its Pod otherwise. The result may be filled further. */
mn_finding *mn_report(mn_check *check, const char *path, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* What would mend it, in words. */
void mn_mend(mn_check *check, mn_finding *finding, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* The same as a patch, step by step. */
void mn_edit_add(mn_check *check, mn_finding *finding, mn_edit edit);

/* "nodeSelector kubernetes.io/os: windows": the usual mending, words and patch. */
void mn_mend_by_selector(mn_check *check, mn_finding *finding, const char *key, const char *value);

/* The same for an OS, and tolerations where all nodes of that OS are tainted. */
void mn_mend_by_os(mn_check *check, mn_finding *finding, mn_os os);

/* "2 of 5 nodes (win-0, win-1)"; the finding gets their names. */
const char *mn_check_landing(const mn_check *check, const mn_strings *nodes);

/* "spec.containers[0].image "redis:7-alpine" says alpine" without the strength. */
const char *mn_check_evidence(mn_check *check, const mn_os_evidence *evidence);

/* Does a toleration name no key, and so tolerate every taint? Its index, or the count. */
size_t mn_blanket_toleration(const mn_tolerations *tolerations);

/* Pods of these are asked for by Windows and Linux alike. */
mn_os mn_need_os(const mn_os_need *need);

/* Is the cluster one of real nodes, and not assumed? */
static inline bool mn_check_knows_nodes(const mn_check *check)
{
    return check->cluster->source != MN_CLUSTER_TYPICAL;
}

/* workload.c: fills in what concerns the object, a workload or a Pod. */
void mn_check_open(mn_check *check, const mn_audit_object *object);

/* cluster.c */
mn_audit_cluster mn_audit_cluster_of(mn_arena *arena, const mn_audit_input *input,
                                     const mn_audit_options *options);

/* owners.c: whose Pods are whose, by "Kind/namespace/name". */
mn_owners *mn_owners_new(mn_arena *arena, const mn_audit_input *input);
void mn_owners_free(mn_owners *owners);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_owners, mn_owners_free)
/* Is the object audited by itself? Not when its owner is there, when another Pod of the same
 * owner stands for it already, or when it has ended. May name the owner in `object`. */
bool mn_owners_stands(mn_owners *owners, mn_audit_object *object);
const GPtrArray *mn_owners_pods(const mn_owners *owners, const mn_audit_object *object);
/* Those that have not ended; NULL: none. */
const GPtrArray *mn_owners_pods_on(const mn_owners *owners, const char *node);

#define RULE(code, function, severity, title, why, example, mend) \
    void mn_rule_##function(mn_check *check);
#include "simulator/audit/rules.def"
#undef RULE

#endif
