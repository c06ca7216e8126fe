/* SPDX-License-Identifier: Apache-2.0 */
/* Taints and Tolerations.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/ */
#ifndef MN_TAINT_H
#define MN_TAINT_H

#include "mullion/text/decode.h"

typedef enum mn_taint_effect {
    MN_EFFECT_ANY, /* a Toleration that names none */
    MN_EFFECT_NO_SCHEDULE,
    MN_EFFECT_PREFER_NO_SCHEDULE,
    MN_EFFECT_NO_EXECUTE,
} mn_taint_effect;

typedef enum mn_toleration_operator {
    MN_TOLERATION_UNSET, /* means Equal */
    MN_TOLERATION_EXISTS,
    MN_TOLERATION_EQUAL,
} mn_toleration_operator;

/* Strings are never NULL: an absent value is "". */
typedef struct mn_taint {
    const char *key, *value;
    int effect; /* mn_taint_effect */
} mn_taint;

typedef struct mn_taints {
    const mn_taint *items;
    size_t count;
} mn_taints;

typedef struct mn_toleration {
    const char *key, *value;
    int op;     /* mn_toleration_operator */
    int effect; /* mn_taint_effect */
    mn_opt_int seconds;
} mn_toleration;

typedef struct mn_tolerations {
    const mn_toleration *items;
    size_t count;
} mn_tolerations;

extern const mn_shape mn_taint_shape, mn_toleration_shape;

/* "NoSchedule", ...; "" for MN_EFFECT_ANY. */
const char *mn_taint_effect_name(int effect);

/* k8s.io/api/core/v1 Toleration.ToleratesTaint. */
bool mn_toleration_tolerates(const mn_toleration *toleration, const mn_taint *taint);
bool mn_tolerations_tolerate(const mn_tolerations *tolerations, const mn_taint *taint);

#endif
