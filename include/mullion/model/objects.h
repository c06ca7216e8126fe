/* SPDX-License-Identifier: Apache-2.0 */
/* A heap of Kubernetes objects, as files and dumps bring them.
 *
 * Objects of kinds that nobody here has a use for are counted and named, never an
 * error; a malformed object of a kind that is used is an error. Order is the order
 * of arrival.
 */
#ifndef MN_OBJECTS_H
#define MN_OBJECTS_H

#include "mullion/model/cluster_objects.h"
#include "mullion/model/node.h"
#include "mullion/model/pod.h"
#include "mullion/model/workload.h"

typedef struct mn_ignored_kind {
    const char *api_version, *kind;
    size_t count;
} mn_ignored_kind;

/* Everything in it lives as long as the collection. The arrays hold pointers to
 * const objects of the type in the comment. */
typedef struct mn_objects {
    mn_arena *arena;
    GPtrArray *nodes;              /* mn_node */
    GPtrArray *pods;               /* mn_pod */
    GPtrArray *workloads;          /* mn_workload */
    GPtrArray *services;           /* mn_service */
    GPtrArray *namespaces;         /* mn_namespace */
    GPtrArray *runtime_classes;    /* mn_runtime_class */
    GPtrArray *priority_classes;   /* mn_priority_class */
    GPtrArray *disruption_budgets; /* mn_disruption_budget */
    GArray *ignored;               /* mn_ignored_kind, in order of first appearance */
    const char *last_origin;       /* of the newest object; shared by those of one file */
} mn_objects;

mn_objects *mn_objects_new(void);
/* Another collection of the same objects, to be changed on its own; the objects stay the first
 * one's, which outlives it. */
mn_objects *mn_objects_share(const mn_objects *objects);
void mn_objects_free(mn_objects *objects);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_objects, mn_objects_free)

/* Takes in one object. False with SCHEMA when it has no apiVersion or kind, or is
 * malformed. */
bool mn_objects_add(mn_objects *objects, const mn_document *document,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for an object inside a document: a strategy's, a list's. */
bool mn_objects_add_at(mn_objects *objects, const mn_at *at,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Every object of a source, Lists unpacked. */
bool mn_objects_load(mn_objects *objects, const mn_source *source, const mn_document_limits *limits,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The object with that metadata.name, or NULL. Linear: for the few. */
const mn_runtime_class *mn_objects_find_runtime_class(const mn_objects *objects, const char *name);
const mn_priority_class *mn_objects_find_priority_class(const mn_objects *objects,
                                                        const char *name);

#endif
