/* SPDX-License-Identifier: Apache-2.0 */
/* An audit: what in these manifests could put a Pod where it cannot run, and how to mend it.
 *
 * Every workload is asked for its OS evidence, as the extender does it, and placed on every
 * node of the cluster by what kube-scheduler's filters would let through: nodeName,
 * nodeSelector, required affinity, taints. Rules (rules.def) look at both.
 *
 * The result is a function of input, cluster and options. All of it lives as long as the audit.
 */
#ifndef SIMULATOR_AUDIT_AUDIT_H
#define SIMULATOR_AUDIT_AUDIT_H

#include "mullion/os/policy.h"
#include "simulator/audit/input.h"

typedef enum mn_severity {
    MN_SEVERITY_NOTE,    /* worth knowing */
    MN_SEVERITY_WARNING, /* wrong under conditions that are likely */
    MN_SEVERITY_ERROR,   /* wrong */
} mn_severity;

enum { MN_SEVERITIES = MN_SEVERITY_ERROR + 1 };

/* "note", "warning", "error" */
const char *mn_severity_name(mn_severity severity);

typedef struct mn_check mn_check;

/* A row of rules.def. */
typedef struct mn_rule {
    const char *code; /* "MU101": stable, never used for anything else */
    mn_severity severity;
    const char *title, *why, *example, *mend; /* one line each */
    void (*check)(mn_check *check);
} mn_rule;

extern const mn_rule mn_rules[];
extern const size_t mn_rule_count;
const mn_rule *mn_rule_find(const char *code);

/* One step of a patch. Paths are those of a Pod's spec. */
typedef enum mn_edit_kind {
    MN_EDIT_SELECT,     /* nodeSelector[key] = value; value NULL: without the key */
    MN_EDIT_OS,         /* os.name = value; NULL: without os */
    MN_EDIT_TOLERATE,   /* tolerations[index] = toleration; index is the count: added */
    MN_EDIT_UNTOLERATE, /* without tolerations[index] */
    MN_EDIT_POD_FIELD,  /* without the field `key` of the Pod's spec: "securityContext.fsGroup" */
    MN_EDIT_TEMPLATE_LABEL, /* the Pod's label `key` = value; NULL: without */
    MN_EDIT_SCHEDULING,     /* of a RuntimeClass: scheduling.nodeSelector[key] = value */
    MN_EDIT_LABEL,          /* of the object itself: metadata.labels[key] = value */
    MN_EDIT_HOST_NETWORK,   /* hostNetwork = true */
} mn_edit_kind;

typedef struct mn_edit {
    mn_edit_kind kind;
    const char *key, *value;
    size_t index;
    mn_toleration toleration;
} mn_edit;

typedef struct mn_finding {
    const mn_rule *rule;
    mn_severity severity;
    const mn_audit_object *object;        /* NULL: about the cluster as a whole */
    const char *kind, *namespace_, *name; /* namespace_ "": none */
    const char *file;                     /* "" for what is in no file */
    mn_position place;                    /* {0, 0}: not known */
    const char *path;                     /* of the field: "spec.template.spec.nodeSelector" */
    const char *message;
    const char *evidence; /* of the workload, in one line; "" for what is none */
    const char *fix;      /* in words; "" when there is none */
    const mn_edit *edits; /* the same as a patch; none when it takes a person */
    size_t edit_count;
    const char *const *nodes; /* on which it goes wrong */
    size_t node_count;
    const char *ignored; /* the annotation that suppresses it, or NULL */
} mn_finding;

/* A workload and what was concluded of it. */
typedef struct mn_audited {
    const mn_audit_object *object;
    const char *kind, *namespace_, *name;
    mn_os_need_kind need;
    bool by_default;
    const char *evidence; /* one line */
    size_t lands, runs;   /* nodes it may be placed on; of these, nodes that can run it */
    size_t first, count;  /* its findings */
} mn_audited;

typedef enum mn_cluster_source {
    MN_CLUSTER_TYPICAL, /* assumed: nobody gave any node */
    MN_CLUSTER_INPUT,   /* nodes among what is audited */
    MN_CLUSTER_FILE,    /* nodes of --cluster */
} mn_cluster_source;

typedef struct mn_audit_cluster {
    mn_cluster_source source;
    const mn_node *const *nodes;
    const mn_os_offer *offers; /* one a node */
    size_t count, on_linux, on_windows;
    GHashTable *by_name;        /* of a node -> its offer */
    mn_build_set builds;        /* of the Windows nodes, as far as they are known */
    bool knows_runtime_classes; /* then one that is not among them does not exist */
} mn_audit_cluster;

typedef struct mn_audit_options {
    mn_audit_input *cluster; /* of --cluster; NULL: none */
    bool typical;            /* audit for the typical cluster, whatever is in the input */
    mn_severity least;       /* what is less is not reported */
    mn_strings rules, skip;  /* codes or their beginnings; rules none: all */
} mn_audit_options;

typedef struct mn_audit {
    mn_arena *arena;
    mn_audit_cluster cluster;
    GArray *workloads;            /* mn_audited, as they came */
    GArray *findings;             /* mn_finding: workload by workload, then the rest; by rule */
    size_t counts[MN_SEVERITIES]; /* without those that are ignored */
    size_t ignored;
} mn_audit;

/* The input must outlive the audit, and so must the cluster's. */
mn_audit *mn_audit_run(mn_audit_input *input, const mn_audit_options *options);
void mn_audit_free(mn_audit *audit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_audit, mn_audit_free)

/* "3 linux + 3 windows nodes (10.0.20348, 10.0.26100)" */
const char *mn_audit_cluster_text(mn_arena *arena, const mn_audit_cluster *cluster);

/* "2 errors, 1 warning"; "no findings" */
void mn_audit_counts_text(const mn_audit *audit, GString *out);

#endif
