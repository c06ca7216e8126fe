/* SPDX-License-Identifier: Apache-2.0 */
/* What an audit reads: objects, and where each of them is written.
 *
 * The files stay in memory, so that a finding can name line and column. A `kind: Scenario`
 * brings its node pools and what it knows of images.
 */
#ifndef SIMULATOR_AUDIT_INPUT_H
#define SIMULATOR_AUDIT_INPUT_H

#include "mullion/io/file.h"
#include "mullion/model/objects.h"
#include "mullion/os/evidence.h"
#include "mullion/text/document.h"

/* Exactly one of the pointers to objects is set, and `meta` is its metadata. */
typedef struct mn_audit_object {
    const char *api_version, *kind; /* as written */
    const mn_meta *meta;
    const mn_workload *workload;
    const mn_pod *pod;
    const mn_node *node;
    const mn_runtime_class *runtime_class;
    mn_document document; /* for places; its root is gone */
    /* A Pod of a dump that stands for all Pods of an owner that is not there: whose they are. */
    const char *owner_kind, *owner_name;
} mn_audit_object;

/* Of the owner that it stands for, or its own. */
const char *mn_object_kind(const mn_audit_object *object);
const char *mn_object_name(const mn_audit_object *object);

typedef struct mn_audit_input {
    mn_arena *arena;
    mn_objects *objects;
    GArray *items;       /* mn_audit_object: workloads, Pods, nodes, RuntimeClasses, as they came */
    GPtrArray *files;    /* mn_file */
    GPtrArray *includes; /* paths that scenarios include, still to be read; in the arena */
    GHashTable *seen;    /* canonical paths of what was read */
    GArray *image_rows;  /* mn_os_image_row: what scenarios say of images */
    /* Up to where lines are counted, and what places have cost so far in bytes. */
    const char *counted_source;
    size_t counted_bytes, counted_lines, scanned;
} mn_audit_input;

mn_audit_input *mn_audit_input_new(void);
void mn_audit_input_free(mn_audit_input *input);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_audit_input, mn_audit_input_free)

/* Adds files, folders and "-". Errors name file, line, column and field. */
bool mn_audit_input_read(mn_audit_input *input, const char *const *paths, size_t count,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same from memory. The source must outlive the input. */
bool mn_audit_input_read_source(mn_audit_input *input, const mn_source *source,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Where the field is written, or the innermost around it that is: "spec.nodeSelector[a.b/c]".
 * {0, 0} when too many bytes were looked through already. */
mn_position mn_audit_locate(mn_audit_input *input, const mn_audit_object *object, const char *path);

/* The byte at a place of the object's document; 0 when there is none. */
char mn_audit_byte_at(mn_audit_input *input, const mn_audit_object *object, mn_position place);

#endif
