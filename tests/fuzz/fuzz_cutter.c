/* SPDX-License-Identifier: Apache-2.0 */
/* However a stream comes in pieces, the same is cut out of it; and what the scanner takes for a
 * whole object is cut at its end.
 *
 * The first byte chooses the form and the pieces. */
#include "core/kube/cutter.h"
#include "core/kube/object.h"
#include "mullion/text/json_scan.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OBJECT_MAX = 64, PIECES = 8 };

typedef struct taken {
    mn_arena *arena;
    uint64_t sum;
    size_t count;
} taken;

static void fold(taken *into, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        into->sum = into->sum * 31 + (unsigned char)bytes[i];
}

static bool take(const kube_cut *cut, void *data, GError **error)
{
    taken *into = data;
    kube_event event;
    kube_list_meta meta;
    mn_kube_object object;
    kube_status status;
    (void)error;
    into->count++;
    into->sum = into->sum * 31 + (cut->whole ? 1 : 2) + (unsigned)cut->kind;
    fold(into, cut->bytes.ptr, cut->bytes.len);
    if (cut->bytes.len > OBJECT_MAX)
        abort();
    mn_arena_reset(into->arena);
    (void)kube_event_read(into->arena, cut->bytes, &event, NULL);
    (void)kube_list_meta_read(into->arena, cut->bytes, &meta, NULL);
    (void)kube_object_peek(into->arena, cut->bytes, "object", &object);
    kube_status_read(into->arena, cut->bytes, &status);
    mn_scan scan;
    mn_scan_init(&scan, cut->bytes, KUBE_DEPTH_MAX);
    const mn_str value = mn_scan_take(&scan);
    if (cut->kind != KUBE_CUT_MEMBER && cut->whole && value.ptr != NULL &&
        value.len != cut->bytes.len)
        abort();
    return true;
}

static bool cut_up(kube_cut_form form, mn_str text, size_t piece, taken *out)
{
    g_autoptr(kube_cutter) cutter = kube_cutter_new(form, OBJECT_MAX);
    g_autoptr(GError) error = NULL;
    bool fine = true;
    for (size_t at = 0; at < text.len && fine; at += piece) {
        const mn_str part = {.ptr = text.ptr + at, .len = MIN(piece, text.len - at)};
        fine = kube_cutter_feed(cutter, part, take, out, &error);
    }
    if (fine == (error != NULL))
        abort();
    return fine && kube_cutter_is_complete(cutter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    const mn_str text = {.ptr = (const char *)data + 1, .len = size - 1};
    const kube_cut_form form = (data[0] & 1) != 0 ? KUBE_CUT_LIST : KUBE_CUT_WATCH;
    g_autoptr(mn_arena) arena = mn_arena_new();
    taken whole = {.arena = arena}, pieces = {.arena = arena};
    const bool complete = cut_up(form, text, MAX(text.len, 1), &whole);
    if (cut_up(form, text, 1 + (data[0] >> 1) % PIECES, &pieces) != complete ||
        whole.sum != pieces.sum || whole.count != pieces.count)
        abort();
    return 0;
}
