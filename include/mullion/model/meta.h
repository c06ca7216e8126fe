/* SPDX-License-Identifier: Apache-2.0 */
/* ObjectMeta, as far as scheduling looks at it. */
#ifndef MN_META_H
#define MN_META_H

#include "mullion/model/labels.h"

typedef struct mn_owner_reference {
    const char *api_version, *kind, *name, *uid;
    bool controller;
} mn_owner_reference;

typedef struct mn_owner_references {
    const mn_owner_reference *items;
    size_t count;
} mn_owner_references;

typedef struct mn_meta {
    const char *name; /* NULL only where generate_name is set */
    const char *generate_name;
    const char *namespace_; /* NULL: not said; "default" for namespaced kinds */
    const char *uid;
    const char *resource_version;
    mn_labels labels, annotations;
    mn_owner_references owners;
    mn_opt_int created_ms, deleted_ms; /* creationTimestamp, deletionTimestamp */
    const char *origin;                /* the file it came from, or NULL */
} mn_meta;

extern const mn_shape mn_meta_shape;

/* metadata.namespace, or "default". */
const char *mn_meta_namespace(const mn_meta *meta);

/* The owner with `controller: true`, or NULL. */
const mn_owner_reference *mn_meta_controller(const mn_meta *meta);

#endif
