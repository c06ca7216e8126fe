/* SPDX-License-Identifier: Apache-2.0 */
/* Pods to classes. Between the files of core/cluster. */
#ifndef CORE_CLUSTER_POD_CLASS_H
#define CORE_CLUSTER_POD_CLASS_H

#include "mullion/cluster/pod_info.h"

#include <glib.h>

typedef struct mn_pod_classes mn_pod_classes;

/* Arena and names are the cache's. */
mn_pod_classes *mn_pod_classes_new(mn_arena *arena, mn_intern *names);
void mn_pod_classes_free(mn_pod_classes *classes);

const mn_pod_class *mn_pod_classes_get(mn_pod_classes *classes, const mn_pod *pod);

#endif
