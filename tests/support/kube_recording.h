/* SPDX-License-Identifier: Apache-2.0 */
/* A recorded answer to a LIST or a WATCH, what it says of nodes and RuntimeClasses, and where it
 * may break off: read here by another JSON parser than ours, in the plainest way, to compare
 * with. */
#ifndef TESTS_SUPPORT_KUBE_RECORDING_H
#define TESTS_SUPPORT_KUBE_RECORDING_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct kube_recording {
    char *raw; /* status line, headers and body as they came */
    size_t len;
    char *body; /* out of its chunks */
    size_t body_len;
    GPtrArray *lines; /* of a WATCH: char *, each with its LF */
    bool ends;        /* the body came to its end, and the connection stays */
} kube_recording;

/* tests/captures/watch/NAME.http; one that is not there ends the program. */
kube_recording *kube_recording_read(const char *name);
void kube_recording_free(kube_recording *recording);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(kube_recording, kube_recording_free)

typedef struct kube_break {
    size_t at;         /* bytes of `raw` that come */
    const char *where; /* "inside an event" */
    guint lines;       /* of a WATCH: so many are whole, but for the LF perhaps */
} kube_break;

/* In the head; before, inside and after an event, or an item of a list; inside a chunk's size and
 * the line ends around a chunk: at the first, one in the middle and the last of each. Sorted, no
 * place twice. The caller frees it with g_array_unref. */
GArray *kube_recording_breaks(const kube_recording *recording);

/* ---- what a cluster looks like to somebody who was told so */

/* "lin-1=linux win-1=windows/20348" */
typedef struct kube_picture kube_picture;

kube_picture *kube_picture_new(void);
void kube_picture_free(kube_picture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(kube_picture, kube_picture_free)

/* What is in `picture` goes; `body` is a list. `more`: a further page, nothing goes. */
void kube_picture_list(kube_picture *picture, const char *body, bool more);
/* A line of a WATCH. */
void kube_picture_event(kube_picture *picture, const char *line);
/* Sorted by name; the caller frees. */
char *kube_picture_text(const kube_picture *picture);

#endif
