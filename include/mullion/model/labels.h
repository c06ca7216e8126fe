/* SPDX-License-Identifier: Apache-2.0 */
/* Labels, annotations, nodeSelectors: sorted maps of strings. */
#ifndef MN_LABELS_H
#define MN_LABELS_H

#include "mullion/text/decode.h"

#include <stdbool.h>
#include <stddef.h>

/* Sorted by key, keys unique. items is NULL when the field was absent, and not
 * NULL when it was there but empty (`selector: {}`): some rules tell them apart. */
typedef struct mn_labels {
    const mn_label *items;
    size_t count;
} mn_labels;

/* The value, or NULL when there is no such key. Borrowed. */
const char *mn_labels_find(const mn_labels *labels, const char *key);

/* Is every entry of `wanted` in `labels`, with that very value? */
bool mn_labels_contain(const mn_labels *labels, const mn_labels *wanted);

/* A list of strings; items is NULL when the field was absent. */
typedef struct mn_strings {
    const char *const *items;
    size_t count;
} mn_strings;

bool mn_strings_contain(const mn_strings *strings, const char *text);

/* Names the labels that Kubernetes itself gives a meaning.
 * https://kubernetes.io/docs/reference/labels-annotations-taints/ */
#define MN_LABEL_OS            "kubernetes.io/os"
#define MN_LABEL_OS_BETA       "beta.kubernetes.io/os"
#define MN_LABEL_ARCH          "kubernetes.io/arch"
#define MN_LABEL_HOSTNAME      "kubernetes.io/hostname"
#define MN_LABEL_WINDOWS_BUILD "node.kubernetes.io/windows-build"
#define MN_LABEL_ZONE          "topology.kubernetes.io/zone"
#define MN_LABEL_REGION        "topology.kubernetes.io/region"

#endif
