/* SPDX-License-Identifier: Apache-2.0 */
/* With a Content-Length (kube-scheduler always sends one) the buffer is allocated
 * once and 60 MB are copied once; without one it doubles. Only what was received
 * becomes resident: promising 128 MiB and sending none costs address space alone.
 *
 * That is why huge pages, 30 page faults instead of 15,000 for the 60 MB of 5,000 whole
 * nodes, begin behind the first 8 MiB: a body that reached them has sent far more than
 * the page of 2 MiB that its next byte brings. Before, they are forbidden, also where the
 * system gives them to everybody. Memory of malloc() cannot be told so, parts of it go to
 * others and come from others; so all buffers but small ones are mapped.
 */
#define _DEFAULT_SOURCE /* NOLINT(*): madvise(), MAP_ANONYMOUS */

#include "core/httpd/body.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    FIRST_CAPACITY = 16 << 10,
    KEPT_CAPACITY = 512 << 10, /* from malloc(); more is mapped */
    HUGE_PAGE = 2 << 20,
    SMALL_PAGES = 4 * HUGE_PAGE,
};

/* Hints: without them the body is the same. */
static void advise(char *bytes, size_t capacity)
{
    const size_t beyond = SMALL_PAGES + HUGE_PAGE - (uintptr_t)bytes % HUGE_PAGE;
    (void)madvise(bytes, MIN(capacity, beyond), MADV_NOHUGEPAGE);
    if (capacity > beyond)
        (void)madvise(bytes + beyond, capacity - beyond, MADV_HUGEPAGE);
}

static char *allocate(size_t capacity)
{
    if (capacity <= KEPT_CAPACITY)
        return g_try_malloc(capacity);
    void *memory = mmap(NULL, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    advise(memory, capacity);
    return memory;
}

static void release(mn_body *body)
{
    if (body->capacity > KEPT_CAPACITY)
        (void)munmap(body->bytes, body->capacity);
    else
        free(body->bytes);
}

static bool grow(mn_body *body, size_t len)
{
    size_t capacity;
    if (!g_size_checked_add(&capacity, len, MN_BODY_PADDING))
        return false;
    if (capacity <= body->capacity)
        return true;
    char *bytes = allocate(capacity);
    if (bytes == NULL)
        return false;
    if (body->len > 0)
        memcpy(bytes, body->bytes, body->len);
    release(body);
    body->bytes = bytes;
    body->capacity = capacity;
    return true;
}

mn_body_status mn_body_begin(mn_body *body, uint64_t content_length, size_t max)
{
    body->len = 0;
    body->max = max;
    if (content_length == MN_BODY_LENGTH_UNKNOWN)
        return MN_BODY_OK;
    if (content_length > max)
        return MN_BODY_TOO_LARGE;
    return grow(body, (size_t)content_length) ? MN_BODY_OK : MN_BODY_NO_MEMORY;
}

mn_body_status mn_body_append(mn_body *body, const char *bytes, size_t len)
{
    if (len > body->max - body->len)
        return MN_BODY_TOO_LARGE;
    size_t need = body->len + len;
    if (need + MN_BODY_PADDING > body->capacity) {
        size_t wanted = MIN(MAX(MAX(need, 2 * body->len), (size_t)FIRST_CAPACITY), body->max);
        if (!grow(body, wanted))
            return MN_BODY_NO_MEMORY;
    }
    memcpy(body->bytes + body->len, bytes, len);
    body->len = need;
    return MN_BODY_OK;
}

mn_str mn_body_text(mn_body *body)
{
    static const char nothing[MN_BODY_PADDING];
    if (body->bytes == NULL)
        return (mn_str){.ptr = nothing, .len = 0};
    memset(body->bytes + body->len, 0, MN_BODY_PADDING);
    return (mn_str){.ptr = body->bytes, .len = body->len};
}

void mn_body_trim(mn_body *body)
{
    if (body->capacity > KEPT_CAPACITY)
        mn_body_clear(body);
    body->len = 0;
}

void mn_body_clear(mn_body *body)
{
    release(body);
    *body = (mn_body){0};
}
