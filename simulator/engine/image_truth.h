/* SPDX-License-Identifier: Apache-2.0 */
/* What a Pod's images really are, and what the Pod therefore needs.
 *
 * The scenario's images come first, then the image rules, then what the policy makes of the
 * rest of the Pod, down to its default OS.
 */
#ifndef MN_IMAGE_TRUTH_H
#define MN_IMAGE_TRUTH_H

#include "mullion/os/policy.h"
#include "simulator/engine/recorder.h"
#include "simulator/scenario/scenario.h"

/* Built once a run; what it points to lives in the run's arena and the scenario. */
typedef struct mn_truth {
    const mn_scenario *scenario;
    const mn_objects *objects; /* RuntimeClasses as they are now; at first the scenario's */
    mn_os_policy policy;       /* the nodes' own rules, the scenario's images */
} mn_truth;

typedef struct mn_image_facts {
    mn_platforms platforms; /* neither: nobody knows, and it counts as fitting */
    mn_build_set builds;    /* of Windows; unbounded: any, or not known */
    mn_win_version version; /* of a tag with a revision; build 0: none */
    mn_tristate single;
} mn_image_facts;

mn_truth mn_truth_new(mn_arena *arena, const mn_scenario *scenario);

/* `scratch` is overwritten; strings of the need are borrowed from Pod, class and scenario. */
void mn_truth_need(const mn_truth *truth, const mn_meta *meta, const mn_pod_spec *spec,
                   mn_os_findings *scratch, mn_os_need *out);

mn_image_facts mn_truth_image(const mn_truth *truth, const char *image, const mn_os_need *need);

/* For the record: strings go to the arena. */
mn_record_need mn_truth_record(mn_arena *arena, const mn_os_need *need);

#endif
