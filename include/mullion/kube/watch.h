/* SPDX-License-Identifier: Apache-2.0 */
/* Follows collections of an API server: LIST in pages, then WATCH, for as long as it runs.
 *
 *     list -- all pages --> SYNCED --> watch -- it ends, or breaks --> watch, from where it was
 *       ^                                |
 *       +---- 410 Gone, too much lost ---+
 *
 * One thread speaks to the server and makes every call back, so that whoever is called needs no
 * lock against itself. Objects come one by one as the bytes that the server sent, cut out of the
 * stream while it flows; no list ever stands in memory. What fails is tried again, with a back-off
 * that doubles and is spread by chance; Retry-After is obeyed.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
 */
#ifndef MN_WATCH_H
#define MN_WATCH_H

#include "mullion/base/error.h"
#include "mullion/base/str.h"
#include "mullion/kube/access.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed for the call. Texts are decoded; empty: absent. */
typedef struct mn_kube_object {
    mn_str bytes; /* the object: JSON whose structure has been checked */
    mn_str name, namespace_, uid, resource_version;
} mn_kube_object;

typedef enum mn_watch_news {
    MN_WATCH_LIST_BEGINS, /* what is not LISTED until SYNCED is gone; may begin again before */
    MN_WATCH_LISTED,
    MN_WATCH_SYNCED,
    MN_WATCH_ADDED,
    MN_WATCH_MODIFIED,
    MN_WATCH_DELETED,    /* with its last state */
    MN_WATCH_UNREADABLE, /* there is an object of that name, but it is too large or no JSON */
    MN_WATCH_BOOKMARK,   /* nothing changed; the stream is alive */
    MN_WATCH_FAILED,     /* see `error`; tried again in `retry_ms` */
} mn_watch_news;

/* Borrowed for the call. */
typedef struct mn_watch_message {
    mn_watch_news news;
    size_t collection;            /* index in the options */
    const mn_kube_object *object; /* LISTED, ADDED, MODIFIED, DELETED; UNREADABLE: names only */
    const GError *error;          /* UNREADABLE, FAILED: never with a secret in it */
    int64_t retry_ms;             /* FAILED */
} mn_watch_message;

/* By the watcher's thread. */
typedef void (*mn_watch_fn)(const mn_watch_message *message, void *data);
/* All that had arrived is handed over. Gives the milliseconds after which it wants to be called
 * again at the latest; negative: when there is news. */
typedef int64_t (*mn_watch_settled_fn)(void *data);

typedef struct mn_watch_collection {
    const char *path; /* "/api/v1/nodes", with a query of its own if need be */
    const char *name; /* "nodes", in errors */
} mn_watch_collection;

typedef struct mn_watch_options {
    const mn_kube_access *access;
    const mn_watch_collection *collections; /* at most MN_WATCH_COLLECTIONS_MAX */
    size_t count;
    const char *user_agent;
    size_t page_size;       /* of a LIST; 0: all at once */
    size_t object_max;      /* bytes of an object */
    size_t objects_max;     /* of a collection; more fail the LIST */
    int64_t connect_ms;     /* until there is a connection */
    int64_t answer_ms;      /* without a byte of an answer: until it begins, and within a LIST */
    int64_t stall_ms;       /* without a byte of a WATCH, which has a bookmark a minute */
    int64_t watch_min_ms;   /* length of a WATCH that is asked for: from this */
    int64_t watch_max_ms;   /* to this, drawn anew for each */
    int64_t backoff_min_ms; /* after the first failure in a row */
    int64_t backoff_max_ms;
    uint64_t seed; /* of all that is drawn */
    mn_watch_fn each;
    mn_watch_settled_fn settled; /* or NULL */
    void *data;
} mn_watch_options;

enum { MN_WATCH_COLLECTIONS_MAX = 8 };

/* Everything but access, collections, user agent, seed and what is called. */
extern const mn_watch_options mn_watch_options_default;

typedef struct mn_watch_stats {
    bool synced;        /* a LIST has been completed */
    int64_t contact_ms; /* CLOCK_MONOTONIC when the server last said something of this
                           collection that made sense; 0: never */
    uint64_t lists;     /* completed */
    uint64_t watches;   /* begun */
    uint64_t events;    /* ADDED, MODIFIED, DELETED */
    uint64_t bookmarks;
    uint64_t expired;  /* times that the server no longer knew where we were */
    uint64_t failures; /* requests that ended in an error */
    uint64_t unreadable;
    uint64_t bytes; /* of bodies, unpacked */
} mn_watch_stats;

typedef struct mn_watcher mn_watcher;

/* Starts the thread; a server that does not answer is no error, only what no client can be
 * made of is: IO, SCHEMA. Copies what it needs of the options but for `data` and `access`. */
mn_watcher *mn_watcher_start(const mn_watch_options *options,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ends the thread within 100 ms, but for a call back that is under way. */
void mn_watcher_free(mn_watcher *watcher);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_watcher, mn_watcher_free)

/* Makes it call `settled` soon. By any thread. */
void mn_watcher_wake(mn_watcher *watcher);

/* By any thread. */
mn_watch_stats mn_watcher_stats(const mn_watcher *watcher, size_t collection);

#endif
