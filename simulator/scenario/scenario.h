/* SPDX-License-Identifier: Apache-2.0 */
/* A scenario: everything that the files on the command line say, const after loading.
 *
 * Files are YAML or JSON streams of Kubernetes objects; at most one document in all of
 * them is `kind: Scenario` (apiVersion mullion.dev/v1alpha1), and it may be left out: a
 * plain dump of a cluster is a scenario too. At most one is kube-scheduler's own
 * configuration, as the real file is written. Node pools are nodes already, in
 * `objects->nodes`, and behave as any other Node from then on.
 *
 *     g_autoptr(mn_scenario) scenario = mn_scenario_load(paths, count, error);
 */
#ifndef MN_SCENARIO_H
#define MN_SCENARIO_H

#include "mullion/model/objects.h"
#include "mullion/os/os.h"
#include "mullion/os/winbuild.h"
#include "mullion/sched/config.h"
#include "mullion/text/source.h"
#include "simulator/scenario/timeline.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum mn_extender_mode {
    MN_EXTENDER_OFF, /* no extender: kube-scheduler alone */
    MN_EXTENDER_OBSERVE,
    MN_EXTENDER_PREFER,
    MN_EXTENDER_ENFORCE,
} mn_extender_mode;

/* "off", "observe", "prefer", "enforce" */
const char *mn_extender_mode_name(mn_extender_mode mode);

/* A pool as the file wrote it; its nodes are in objects->nodes[first .. first + count). */
typedef struct mn_node_pool {
    const char *name;
    mn_os os;
    size_t first, count;
    const mn_node *sample; /* the first node, also where there is none */
} mn_node_pool;

typedef struct mn_platforms {
    bool linux, windows;
} mn_platforms;

/* What nodes are like that run Pods, as far as it takes time. Bytes a second. */
typedef struct mn_kubelet_settings {
    int64_t bandwidth;                              /* from the registry */
    int64_t linux_unpack_rate, windows_unpack_rate; /* of what an image is on disk */
    bool serialize_pulls;                           /* one at a time on a node, kubelet's default */
} mn_kubelet_settings;

/* The truth about images, apart from what a Pod's spec suggests: first match counts. */
typedef struct mn_image_truth {
    const char *match; /* glob over the reference as written, or as normalised */
    mn_platforms platforms;
    mn_build_set builds; /* of the Windows part; unbounded: any build */
    mn_tristate single;  /* FALSE: a manifest list, which fails when pulled; UNSET: not said */
    int64_t size_bytes;  /* 0: not said */
} mn_image_truth;

/* What a strategy asks of people. */
typedef struct mn_touched {
    size_t nodes;     /* labels or taints to set */
    size_t manifests; /* of workloads and plain Pods, to edit */
    size_t objects, namespaces;
    size_t scheduler_files, apiserver_files; /* of the control plane */
} mn_touched;

enum { MN_SCENARIO_MAX_NODES = 15000 };

typedef struct mn_scenario {
    const char *name;        /* metadata.name, or the first file's name without folder and suffix */
    const char *description; /* "" when there is none */
    const char *kubernetes;  /* "1.34" */
    uint64_t seed;
    bool tie_break_first;
    int percentage_of_nodes_to_score; /* 0: adaptive, as kube-scheduler does it */
    mn_quirks quirks;                 /* upstreamFixes: bugs of v1.34 that are mended */

    mn_extender_mode extender_mode;
    mn_os default_os;          /* extender.defaultOS: what an image is of which nothing is known */
    mn_os extender_default_os; /* the same, unless a strategy has the extender guess otherwise */
    mn_build_rule build_rule;  /* extender.buildRule: of every node; AUTO: ask its containerd */
    mn_build_rule fallback_rule; /* extender.fallbackRule: where AUTO finds no answer */

    /* The KubeSchedulerConfiguration among the files; NULL: kube-scheduler's defaults. */
    const mn_scheduler_config *scheduler;
    const char *scheduler_text; /* the same as JSON */

    const struct mn_expectations *expectations; /* spec.expect (simulator/compare/expectation.h) */
    mn_strings strategies; /* names and files: what `compare` compares unless told */

    /* What it stands under (simulator/strategy/strategy.h); NULL: as the files say. */
    const struct mn_strategy *strategy;
    mn_touched touched;
    mn_strings strategy_notes; /* "spec.nodes[0] matches no node" */

    const mn_node_pool *pools;
    size_t pool_count;
    const mn_image_truth *images;
    size_t image_count;
    mn_kubelet_settings kubelet;

    /* "Deployment shop/web": given more than once; the last counts, as with kubectl apply. */
    const char *const *replaced;
    size_t replaced_count;

    mn_timeline timeline;
    GPtrArray *timeline_objects; /* mn_objects: what the actions apply, create and delete */

    mn_objects *objects;      /* nodes of pools included */
    const char *folder;       /* that strategies are looked for in; NULL: there is none */
    const char *const *files; /* every file that was read, in order; "-" for stdin */
    size_t file_count;
    mn_arena *arena;
} mn_scenario;

/* Reads files, directories (*.yaml, *.yml, *.json, sorted by name, not into hidden ones) and
 * "-" for stdin, with all they include. Errors name file, line, column and field. Whether
 * there are nodes is not asked here: `mullion validate` takes a file of workloads. */
mn_scenario *mn_scenario_load(const char *const *paths, size_t count,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* From memory: the built-in scenario. `include` is an error there. */
mn_scenario *mn_scenario_load_source(const mn_source *source,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

void mn_scenario_free(mn_scenario *scenario);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_scenario, mn_scenario_free)

#endif
