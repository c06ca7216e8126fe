/* SPDX-License-Identifier: Apache-2.0 */
/* What the nodes of a pool have because of who runs the cluster: the rows of platforms.def.
 *
 * A preset lies above what kubelet sets and below what the pool itself says.
 */
#ifndef SIMULATOR_PLATFORMS_H
#define SIMULATOR_PLATFORMS_H

#include "simulator/scenario/parts.h"

/* Names of platforms, NULL-terminated, and their titles in the same order. */
extern const char *const mn_platform_names[];
extern const char *const mn_platform_titles[];

typedef enum mn_preset_kind {
    MN_PRESET_LABEL,
    MN_PRESET_TAINT,    /* value: "windows:NoSchedule" */
    MN_PRESET_RESOURCE, /* of status.allocatable */
    MN_PRESET_RUNTIME,  /* containerRuntimeVersion; no key */
    MN_PRESET_OS_IMAGE, /* nodeInfo.osImage; no key */
} mn_preset_kind;

typedef struct mn_preset_row {
    int platform; /* index into mn_platform_names */
    mn_os os;     /* of the pool; UNKNOWN: either */
    mn_preset_kind kind;
    const char *key, *value;
} mn_preset_row;

const mn_preset_row *mn_preset_rows(size_t *count);

/* All that the pool's platform says of its nodes; NULL and empty where it says nothing. */
typedef struct mn_preset {
    mn_labels labels; /* sorted by key */
    mn_taints taints;
    mn_resources allocatable; /* sorted by name */
    const char *container_runtime, *os_image;
} mn_preset;

void mn_preset_of(mn_arena *arena, const mn_pool_spec *pool, mn_preset *out);

/* A row's decoder: the word as index into mn_platform_names plus 1. */
bool mn_decode_platform(mn_arena *arena, const mn_at *at, void *out, GError **error);

#endif
