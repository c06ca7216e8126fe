/* SPDX-License-Identifier: Apache-2.0 */
/* One collection: which request comes next, and what its answer means. Private.
 *
 * Knows nothing of sockets: it is told what an answer says as it comes and when it has ended, and
 * gives the path of the next request and the time for it.
 */
#ifndef MN_KUBE_FOLLOWER_H
#define MN_KUBE_FOLLOWER_H

#include "core/kube/cutter.h"
#include "mullion/base/arena.h"
#include "mullion/base/rng.h"
#include "mullion/kube/watch.h"

#include <stdatomic.h>

typedef enum kube_count {
    KUBE_COUNT_SYNCED,  /* 0 or 1 */
    KUBE_COUNT_CONTACT, /* a time, not a count */
    KUBE_COUNT_LISTS,
    KUBE_COUNT_WATCHES,
    KUBE_COUNT_EVENTS,
    KUBE_COUNT_BOOKMARKS,
    KUBE_COUNT_EXPIRED,
    KUBE_COUNT_FAILURES,
    KUBE_COUNT_UNREADABLE,
    KUBE_COUNT_BYTES,
    KUBE_COUNTS,
} kube_count;

typedef struct kube_follower {
    const mn_watch_options *options;
    size_t collection;
    mn_rng rng;
    bool watching; /* what the next request, or the one under way, is: a WATCH, or a LIST */
    GString *version, *continue_;
    GString *page_version, *page_continue; /* of the page under way */
    bool unpaged;                          /* pages have failed us: all at once */
    size_t listed;
    unsigned failures; /* in a row */
    unsigned expiries; /* of these: that the server no longer knows where we are */
    unsigned silent;   /* WATCHes in a row that said nothing at all */
    int64_t due_ms;
    /* of the request under way */
    int64_t began_ms;
    kube_cutter *cutter;
    mn_arena *arena;
    GString *refusal; /* body of a status that is not 200 */
    long status;      /* 0: none yet */
    int64_t retry_after_s;
    GError *fault;
    bool expired, news;
    bool sound; /* what came last had something whole in it, of the kind that was asked for */
    _Atomic uint64_t counts[KUBE_COUNTS]; /* written by one thread, read by any */
} kube_follower;

/* `options` is borrowed. */
void kube_follower_init(kube_follower *self, const mn_watch_options *options, size_t collection);
void kube_follower_clear(kube_follower *self);

/* The path and query of the next request, which thereby begins. The caller frees. */
char *kube_follower_begin(kube_follower *self, int64_t now_ms);

/* The head of the answer. `type` is its Content-Type, or NULL. False, as of the two below: there
 * is nothing more to be had of this answer. */
bool kube_follower_head(kube_follower *self, long status, const char *type, int64_t retry_after_s,
                        int64_t now_ms);
bool kube_follower_body(kube_follower *self, mn_str bytes, int64_t now_ms);

/* The answer has ended; `broken` says how, when not well. */
void kube_follower_end(kube_follower *self, const char *broken, int64_t now_ms);

/* How long without a byte is too long, now. */
int64_t kube_follower_patience_ms(const kube_follower *self);

#endif
