/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of admission.c that fill a file of their own. */
#ifndef MN_ADMISSION_STEPS_H
#define MN_ADMISSION_STEPS_H

#include "mullion/model/objects.h"

struct mn_strategy;

/* A Pod on its way in: `pod` is a copy that may be written to, its slices are not. */
typedef struct mn_admission {
    mn_arena *arena;
    const mn_objects *objects;
    const struct mn_strategy *strategy; /* NULL: none */
    mn_pod *pod;
    const char *rejection; /* NULL until a step refuses the Pod */
} mn_admission;

/* Defaults of the API: requests, host ports, names, pod-level requests. */
void mn_admission_default(mn_admission *admission);

/* The PodNodeSelector plugin, and mutations: only under a strategy that has them. */
void mn_admission_default_selector(mn_admission *admission);
void mn_admission_mutate(mn_admission *admission);

/* Adds to the Pod's nodeSelector, which stays as it is when one of its values differs: false,
 * with the entry in *conflict (which may be NULL). */
bool mn_admission_merge_selector(mn_admission *admission, const mn_labels *wanted,
                                 const mn_label **conflict);

/* The RuntimeClass plugin: overhead, nodeSelector, tolerations. */
void mn_admission_merge_runtime_class(mn_admission *admission);

/* matchLabelKeys become part of the selectors they belong to. */
void mn_admission_merge_label_keys(mn_admission *admission);

/* Invalid Pods: "Pod "x" is invalid: spec....". */
void mn_admission_validate(mn_admission *admission);

/* "pods "x" is forbidden: " and what the format says; the first refusal counts. */
void mn_admission_forbid(mn_admission *admission, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* `first` with `second` behind it, without those that another makes needless. */
mn_tolerations mn_tolerations_merge(mn_arena *arena, mn_tolerations first, mn_tolerations second);

#endif
