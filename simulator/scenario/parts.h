/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this folder share: a Scenario document as written, before defaults. */
#ifndef MN_SCENARIO_PARTS_H
#define MN_SCENARIO_PARTS_H

#include "simulator/compare/expectation.h"
#include "simulator/scenario/scenario.h"
#include "simulator/scenario/timeline_parts.h"

typedef struct mn_pool_spec {
    const char *name;
    mn_opt_int count;
    int platform; /* index into mn_platform_names plus 1; 0: none */
    mn_os os;
    mn_win_version build; /* build 0: not said */
    const char *arch, *container_runtime, *kubelet, *os_image;
    mn_resources allocatable;
    mn_labels labels;
    mn_taints taints, registered; /* registered: of registerWithTaints */
    const mn_node *template;      /* NULL: none */
} mn_pool_spec;

typedef struct mn_pool_specs {
    const mn_pool_spec *items;
    size_t count;
} mn_pool_specs;

typedef struct mn_image_truths {
    const mn_image_truth *items;
    size_t count;
} mn_image_truths;

typedef struct mn_extender_spec {
    mn_extender_mode mode;
    mn_os default_os;
    mn_build_rule build_rule, fallback_rule;
} mn_extender_spec;

typedef struct mn_scenario_spec {
    const char *description, *kubernetes;
    mn_opt_int seed, percentage;
    bool tie_break_first;
    mn_pool_specs pools;
    mn_image_truths images;
    mn_extender_spec extender;
    mn_quirks quirks; /* upstreamFixes */
    mn_kubelet_settings kubelet;
    bool has_extender;
    mn_strings include, strategies;
    mn_expectations expectations;
    mn_timeline_spec timeline;
} mn_scenario_spec;

typedef struct mn_scenario_document {
    mn_meta meta;
    mn_scenario_spec spec;
} mn_scenario_document;

extern const mn_shape mn_scenario_document_shape, mn_pool_spec_shape, mn_image_truth_shape;

/* metadata of our own kinds, strict. */
extern const mn_shape mn_our_meta_shape;

/* One value, or a list of them: `each` takes them one by one and adds to `out`. */
bool mn_decode_one_or_many(mn_arena *arena, const mn_at *at, mn_decode_fn each, void *out,
                           GError **error);

/* Bytes: 280Mi. */
bool mn_decode_size(mn_arena *arena, const mn_at *at, void *out, GError **error);

/* kubelet_document.c: an mn_kubelet_settings. */
bool mn_decode_kubelet(mn_arena *arena, const mn_at *at, void *out, GError **error);
extern const mn_kubelet_settings mn_kubelet_settings_default;
extern const mn_shape mn_kubelet_shape;

/* A row's decoder: fills an mn_extender_spec, with a default for what is not said. */
extern const mn_shape mn_extender_shape;
bool mn_decode_extender(mn_arena *arena, const mn_at *at, void *out, GError **error);

/* "linux", "windows" */
extern const char *const mn_os_words[];
bool mn_decode_os(mn_arena *arena, const mn_at *at, void *out, GError **error);

/* Rows of shapes: text that stands for a build ("10.0.20348", 20348, ltsc2022), and
 * kubectl's notation of taints ("os=windows:NoSchedule", several with commas or as a list). */
bool mn_decode_build(mn_arena *arena, const mn_at *at, void *out, GError **error);
bool mn_decode_builds(mn_arena *arena, const mn_at *at, void *out, GError **error);
bool mn_decode_kubectl_taints(mn_arena *arena, const mn_at *at, void *out, GError **error);

/* The nodes of a pool, as their kubelets register them, appended to `nodes`. */
void mn_pool_make_nodes(mn_arena *arena, const mn_pool_spec *pool, GPtrArray *nodes);

/* What every scenario has when its document does not say. */
extern const mn_extender_spec mn_extender_spec_default;

#endif
