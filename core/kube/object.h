/* SPDX-License-Identifier: Apache-2.0 */
/* What of an object, an event or a Status has to be known to follow a collection. Private.
 *
 * Found by the scanner; no tree is built. Strings that hold escapes are decoded into the arena,
 * the others point into the bytes.
 */
#ifndef MN_KUBE_OBJECT_H
#define MN_KUBE_OBJECT_H

#include "mullion/base/arena.h"
#include "mullion/kube/watch.h"

enum { KUBE_DEPTH_MAX = 256 };

/* Errors: SYNTAX, LIMIT, SCHEMA (no object, or names that are no strings). */
bool kube_object_read(mn_arena *arena, mn_str bytes, mn_kube_object *out, GError **error);

/* The names in as much of an object as there is. `within`: the member that the object stands in,
 * or NULL. False when even its name is not in it. */
bool kube_object_peek(mn_arena *arena, mn_str bytes, const char *within, mn_kube_object *out);

/* kind Status: what an error is told with. */
typedef struct kube_status {
    int64_t code; /* 0: not said */
    mn_str reason, message;
    int64_t retry_after_s;
} kube_status;

/* As much as can be read of it. */
void kube_status_read(mn_arena *arena, mn_str bytes, kube_status *out);

typedef enum kube_event_type {
    KUBE_EVENT_ADDED,
    KUBE_EVENT_MODIFIED,
    KUBE_EVENT_DELETED,
    KUBE_EVENT_BOOKMARK,
    KUBE_EVENT_ERROR,
    KUBE_EVENT_OTHER,
} kube_event_type;

typedef struct kube_event {
    kube_event_type type;
    mn_kube_object object; /* of an ERROR only its bytes, a Status */
} kube_event;

bool kube_event_read(mn_arena *arena, mn_str bytes, kube_event *out, GError **error);

/* metadata of a list. */
typedef struct kube_list_meta {
    mn_str resource_version, continue_;
} kube_list_meta;

bool kube_list_meta_read(mn_arena *arena, mn_str bytes, kube_list_meta *out, GError **error);

#endif
