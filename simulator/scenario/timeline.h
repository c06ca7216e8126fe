/* SPDX-License-Identifier: Apache-2.0 */
/* What happens in a scenario, and when: kubectl's commands, and what kubectl cannot say.
 *
 * Read in full when the scenario is loaded, so that a slip of the pen is an error with its place
 * and not the end of a run. Everything here is const afterwards and lives in the scenario's
 * arena.
 */
#ifndef MN_TIMELINE_H
#define MN_TIMELINE_H

#include "mullion/model/objects.h"
#include "mullion/os/winbuild.h"
#include "mullion/text/patch.h"

typedef enum mn_verb {
#define VERB(id, words, usage, summary) MN_VERB_##id,
#include "simulator/scenario/kubectl_verbs.def"
#undef VERB
    MN_VERB_NODE_FAIL, /* what kubectl has no words for */
    MN_VERB_NODE_RETURN,
    MN_VERB_POOL_RESIZE,
    MN_VERB_POOL_BUILD,
} mn_verb;

/* "taint", "rollout restart"; "node fail". */
const char *mn_verb_words(mn_verb verb);

typedef enum mn_kind {
#define KIND(id, name, plural, shorts, group, namespaced) MN_KIND_##id,
#include "simulator/scenario/kubectl_kinds.def"
#undef KIND
    MN_KIND_COUNT,
} mn_kind;

const char *mn_kind_name(mn_kind kind); /* "Deployment" */
/* As kubectl prints it, "deployment.apps", and as the API server has it, "deployments.apps". */
char *mn_kind_resource(mn_kind kind) G_GNUC_WARN_UNUSED_RESULT;
char *mn_kind_plural(mn_kind kind) G_GNUC_WARN_UNUSED_RESULT;
bool mn_kind_is_namespaced(mn_kind kind);
/* False when it makes no Pods. */
bool mn_kind_workload(mn_kind kind, mn_workload_kind *out);

/* One object by name, or with name NULL all of its kind that the selector takes. */
typedef struct mn_object_ref {
    mn_kind kind;
    const char *name;
} mn_object_ref;

typedef struct mn_targets {
    const mn_object_ref *items;
    size_t count;
    const mn_label_selector *selector; /* -l; NULL: all, where an item has no name */
    const char *selector_text;         /* as written, or NULL */
    const char *namespace_;            /* -n, or "default" */
    bool all_namespaces;
} mn_targets;

/* A label or an annotation; value NULL: `key-`. */
typedef struct mn_pair_edit {
    const char *key, *value;
} mn_pair_edit;

/* A taint that is set, or taken away: with `effect` MN_EFFECT_ANY all of that key. */
typedef struct mn_taint_edit {
    mn_taint taint;
    bool remove;
} mn_taint_edit;

/* container=image; container "*" is all of them. */
typedef struct mn_image_edit {
    const char *container, *image;
} mn_image_edit;

typedef struct mn_drain {
    bool ignore_daemon_sets, delete_empty_dir_data, force, disable_eviction;
    int64_t timeout_ms; /* 0: none */
    const mn_label_selector *pod_selector;
} mn_drain;

typedef struct mn_pool_change {
    const char *name;
    size_t index;                      /* in scenario->pools */
    size_t size;                       /* resize */
    mn_win_version build;              /* build 0: as it is */
    const char *container_runtime;     /* NULL: as it is */
    const char *kubelet, *os_image;    /* NULL: as they are, or what follows from the build */
    mn_labels labels;                  /* laid over what the nodes have */
    int64_t takes_ms, max_unavailable; /* how long a node is away, how many at once */
} mn_pool_change;

typedef struct mn_action {
    mn_verb verb;
    int64_t at_ms;
    size_t order;     /* in the file */
    const char *file; /* where it stands: "drain.yaml", 31, 12 */
    size_t line, column;
    const char *text; /* the command as it stands there: "kubectl drain linux-0" */

    mn_targets targets;

    const mn_objects *objects; /* -f, and what `create deployment` makes; NULL: none */
    const mn_pair_edit *pairs;
    const mn_taint_edit *taints;
    const mn_image_edit *images;
    size_t edits; /* of the one of these that the verb has */
    bool overwrite;

    int64_t replicas, current_replicas; /* scale; -1: not asked for */
    int64_t grace_period_s;             /* drain, delete; -1: each Pod's own */
    bool force, ignore_not_found;       /* delete */
    mn_drain drain;

    mn_patch_type patch_type;
    const char *patch; /* JSON */

    mn_pool_change pool;
    const char *node; /* fails, returns */
} mn_action;

/* Sorted by time; those of one time stand in the order of the file. */
typedef struct mn_timeline {
    const mn_action *items;
    size_t count;
} mn_timeline;

#endif
