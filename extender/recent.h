/* SPDX-License-Identifier: Apache-2.0 */
/* The last decisions, kept for whoever asks why a Pod waits. A fixed number of records of a
 * fixed size: the oldest makes room. */
#ifndef EXT_RECENT_H
#define EXT_RECENT_H

#include "extender/decision.h"

enum { EXT_RECENT_GROUPS = 12, EXT_RECENT_POD = 320, EXT_RECENT_WHY = 512 };

/* Nodes that were decided alike. */
typedef struct ext_group {
    mn_os_offer offer;
    mn_os_verdict verdict;
    uint32_t nodes;
} ext_group;

typedef struct ext_record {
    int64_t at_ms; /* since 1970 */
    int64_t took_us;
    ext_verb verb;
    mn_os_mode mode;
    ext_exempt exempt;
    ext_trust trust;
    bool conflict;
    mn_os_need_kind need;
    uint32_t nodes_in, nodes_out;
    uint32_t group_count, groups_left_out;
    ext_group groups[EXT_RECENT_GROUPS];
    char pod[EXT_RECENT_POD]; /* "namespace/name" */
    char uid[64];
    char why[EXT_RECENT_WHY]; /* of an error: its text */
    bool failed;
} ext_record;

typedef struct ext_recent ext_recent;

/* With 0 nothing is kept. */
ext_recent *ext_recent_new(size_t count);
void ext_recent_free(ext_recent *recent);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ext_recent, ext_recent_free)

/* What is to be remembered of a request; needs its Pod. `why` as ext_decision_why(), or the
 * text of the error. */
typedef struct ext_answered {
    const ext_decision *decision;
    const ext_tally *tally;
    const char *why;
    mn_os_mode mode;
    int64_t took_us;
    bool failed;
} ext_answered;

/* By any thread. */
void ext_recent_add(ext_recent *recent, const ext_answered *answered);

/* Gives records to `each`, the newest first, until it returns false; of one Pod, or of all when
 * `pod` is NULL. Records that are overwritten meanwhile may be left out. */
typedef bool (*ext_recent_fn)(const ext_record *record, void *data);
void ext_recent_each(ext_recent *recent, const char *pod, ext_recent_fn each, void *data);

#endif
