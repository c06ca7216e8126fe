/* SPDX-License-Identifier: Apache-2.0 */
/* What the files behind actions.h share. */
#ifndef MN_ACT_H
#define MN_ACT_H

#include "simulator/engine/actions/actions.h"

typedef struct mn_act {
    mn_actions *actions;
    mn_world *world;
    const mn_action *action;
    size_t lines; /* said so far */
} mn_act;

struct mn_actions {
    mn_world *world;
    GArray *said;    /* mn_record_action */
    GPtrArray *acts; /* mn_act, one an action */
    GPtrArray *drains, *rebuilds;
};

enum { MN_ACT_MAX_LINES = 100 }; /* of one action; the last one counts the rest */

/* A line that kubectl prints. */
void mn_act_say(mn_act *act, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Always false: the run ends here, in these words of kubectl's. */
bool mn_act_fail(mn_act *act, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* `ring` is called with `data` at that time, after what the timeline does then. */
void mn_act_later(mn_act *act, int64_t delay_ms, bool background, mn_alarm_fn ring, void *data);

/* ---- targets.c: the objects that are meant, as kubectl lists them */

typedef struct mn_found {
    mn_kind kind;
    mn_world_node *node;
    mn_world_workload *workload;
    mn_world_pod *pod;
    const mn_meta *meta; /* of the current version */
    const void *other;   /* a namespace, service, class or budget */
} mn_found;

/* "node/win-0", "deployment.apps/web": the caller's. */
char *mn_found_text(const mn_found *found);

/* mn_found, by namespace and name where nobody gave an order; NULL: it failed. What is not
 * there is passed over, with `missing_is_fine`. */
GArray *mn_act_find(mn_act *act, bool missing_is_fine);

/* The object of that kind and name, whatever it is; false: there is none. */
bool mn_act_find_one(const mn_world *world, mn_kind kind, const char *namespace_, const char *name,
                     mn_found *out);

/* Always false: kubectl's NotFound, with the nearest name. */
bool mn_act_not_found(mn_act *act, mn_kind kind, const char *namespace_, const char *name);

/* ---- what each verb does; false: the run has ended */

bool mn_act_annotate(mn_act *act);
bool mn_act_apply(mn_act *act);
bool mn_act_build(mn_act *act);
bool mn_act_cordon(mn_act *act);
bool mn_act_create(mn_act *act);
bool mn_act_delete(mn_act *act);
bool mn_act_drain(mn_act *act);
bool mn_act_fail_node(mn_act *act);
bool mn_act_label(mn_act *act);
bool mn_act_patch(mn_act *act);
bool mn_act_resize(mn_act *act);
bool mn_act_restart(mn_act *act);
bool mn_act_return_node(mn_act *act);
bool mn_act_scale(mn_act *act);
bool mn_act_set_image(mn_act *act);
bool mn_act_taint(mn_act *act);
bool mn_act_uncordon(mn_act *act);

/* A copy of the node that may be changed and put; labels with one set or (value NULL) removed. */
mn_node *mn_act_copy_node(const mn_world *world, const mn_node *node);
mn_labels mn_act_with_label(mn_arena *arena, const mn_labels *labels, const char *key,
                            const char *value);

/* Cut off, and back again with `after` (NULL: as it was). Both leave the rest of the node as it
 * is by then. */
void mn_act_cut_off(mn_act *act, mn_world_node *node);
void mn_act_bring_back(mn_act *act, mn_world_node *node, const mn_node *after);

/* Unschedulable or not; false: it was so. */
bool mn_act_set_cordon(mn_act *act, mn_world_node *node, bool unschedulable);

void mn_act_free_drain(gpointer data);

#endif
