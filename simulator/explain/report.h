/* SPDX-License-Identifier: Apache-2.0 */
/* What `mullion explain` prints. */
#ifndef MN_EXPLAIN_REPORT_H
#define MN_EXPLAIN_REPORT_H

#include "simulator/explain/explained.h"
#include "simulator/reports/layout.h"

typedef struct mn_explain_view {
    mn_page page;
    bool wide;        /* every node, every column, raw and normalized */
    const char *node; /* only this one; NULL: all */
    const char *next; /* a command line to try next, and what it answers; NULL: say nothing */
    const char *next_question;
} mn_explain_view;

void mn_explained_print(const mn_explained *explained, const mn_explain_view *view, GString *out);
void mn_explained_json(const mn_explained *explained, const char *node, GString *out);

/* A node in full: every plugin that objects, every score. */
void mn_explained_print_node(const mn_explained *explained, const mn_explained_node *node,
                             const mn_explain_view *view, GString *out);

/* "runs", "ImagePullBackOff for ever: no match for platform in manifest: not found" */
char *mn_explained_then(const mn_explained_node *node) G_GNUC_WARN_UNUSED_RESULT;

/* The ink of "runs", "ImagePullBackOff for ever". */
mn_ink mn_explained_ink(const mn_explained_node *node);

#endif
