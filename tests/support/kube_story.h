/* SPDX-License-Identifier: Apache-2.0 */
/* What happened to the nodes of a recorded cluster, told by a server that can be made to fail.
 *
 * A LIST gives the nodes at version 1063, a WATCH the events after the version it asks for, one a
 * chunk, as the recorded server sent them. The end of the story is worked out here by another JSON
 * parser, for comparison. */
#ifndef TESTS_SUPPORT_KUBE_STORY_H
#define TESTS_SUPPORT_KUBE_STORY_H

#include "tests/support/kube_server.h"

#include <stdatomic.h>

/* What is to go wrong with the first answers of a kind: `manner` after `at` bytes, head
 * included. Or another answer altogether. */
typedef struct kube_fault {
    bool watch;   /* an answer to a WATCH, or to a LIST */
    size_t times; /* so many answers; 0: none */
    size_t at;
    kube_manner manner;
    const char *instead; /* raw bytes; NULL: the answer, as far as `at` */
    size_t instead_len;  /* 0: all of it */
} kube_fault;

typedef struct kube_story {
    char *list; /* raw answer to the LIST */
    size_t list_len;
    char *watch_head;        /* of a WATCH */
    GPtrArray *events;       /* lines with their LF */
    GPtrArray *class_events; /* of RuntimeClasses: windows-2025 comes and changes */
    kube_fault fault;
    size_t lists, watches; /* answers so far; of the server's threads */
} kube_story;

kube_story *kube_story_new(void);
void kube_story_free(kube_story *story);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(kube_story, kube_story_free)

/* For kube_server_start(); `data` is the story. RuntimeClasses are listed and
 * watched as well; other paths get 404. */
kube_answer kube_story_tell(const kube_request *request, void *data);

/* The raw answer to a WATCH from that version; the caller frees. */
char *kube_story_watch(const kube_story *story, int64_t version, size_t *len);

/* "name@resourceVersion ..." sorted, at the end; the caller frees. */
char *kube_story_end(const kube_story *story);

/* Places in a raw chunked answer where it may break off: before, within and behind the head, a
 * chunk's size, its line's end, what it holds and the line's end behind that. The caller frees
 * it with g_array_unref: size_t. */
GArray *kube_breaking_points(const char *raw, size_t len);

#endif
