/* SPDX-License-Identifier: Apache-2.0 */
/* Walks the text again along one path. Slow and only for errors; whatever is not
 * found ends the walk at the innermost parent that is there.
 */
#include "mullion/text/locate.h"

#include "core/text/yaml.h"
#include "mullion/text/json_scan.h"

#include <string.h>

/* "items[3].items[0]" and what follows it, as steps. */
static GArray *whole_path(const mn_document *document, const mn_step *steps, size_t count)
{
    GArray *path = g_array_new(FALSE, FALSE, sizeof(mn_step));

    /* In JSON the root itself is known. */
    bool is_known = document->format == MN_DOCUMENT_JSON && document->begin > 0;
    const char *prefix = is_known ? "" : document->prefix;
    for (const char *at = strchr(prefix, '['); at != NULL; at = strchr(at + 1, '[')) {
        const mn_step inner[] = {
            {.key = "items"},
            {.index = (size_t)g_ascii_strtoull(at + 1, NULL, 10)},
        };
        g_array_append_vals(path, inner, G_N_ELEMENTS(inner));
    }
    if (count > 0)
        g_array_append_vals(path, steps, (guint)count);
    return path;
}

static mn_str json_step(mn_str value, const mn_step *step)
{
    mn_scan scan;
    mn_scan_string key;
    size_t left = step->index;

    mn_scan_init(&scan, value, MN_SCAN_DEPTH_MAX);
    if (step->key != NULL) {
        if (mn_scan_peek(&scan) != MN_SCAN_OBJECT || !mn_scan_enter(&scan, MN_SCAN_OBJECT))
            return (mn_str){0};
        while (mn_scan_next_member(&scan, &key)) {
            if (mn_scan_string_is(key, step->key))
                return mn_scan_take(&scan);
        }
        return (mn_str){0};
    }
    if (mn_scan_peek(&scan) != MN_SCAN_ARRAY || !mn_scan_enter(&scan, MN_SCAN_ARRAY))
        return (mn_str){0};
    while (mn_scan_next_element(&scan)) {
        if (left-- == 0)
            return mn_scan_take(&scan);
    }
    return (mn_str){0};
}

/* The value that is the `ordinal`th of the stream. */
static mn_str json_document(const mn_source *source, size_t ordinal)
{
    mn_str rest = {.ptr = source->bytes, .len = source->len};
    mn_scan scan;

    if (rest.len >= 3 && memcmp(rest.ptr, "\xef\xbb\xbf", 3) == 0)
        rest = (mn_str){.ptr = rest.ptr + 3, .len = rest.len - 3};
    for (;;) {
        mn_scan_init(&scan, rest, MN_SCAN_DEPTH_MAX);
        mn_str value = mn_scan_take(&scan);
        if (value.ptr == NULL || ordinal-- == 0)
            return value;
        rest.len -= (size_t)(value.ptr + value.len - rest.ptr);
        rest.ptr = value.ptr + value.len;
    }
}

static mn_position json_locate(const mn_document *document, const mn_step *steps, size_t count)
{
    const mn_source *source = document->source;
    mn_str found = document->begin > 0 ? (mn_str){.ptr = source->bytes + document->begin,
                                                  .len = source->len - document->begin}
                                       : json_document(source, document->ordinal);

    if (found.ptr == NULL)
        return (mn_position){0};
    for (size_t i = 0; i < count; i++) {
        mn_str inner = json_step(found, &steps[i]);
        if (inner.ptr == NULL)
            break;
        found = inner;
    }
    return mn_source_position(source, (size_t)(found.ptr - source->bytes));
}

mn_position mn_locate(const mn_document *document, const mn_step *steps, size_t count)
{
    g_autoptr(GArray) path = whole_path(document, steps, count);
    const mn_step *first = (const mn_step *)(const void *)path->data;

    switch (document->format) {
    case MN_DOCUMENT_JSON:
        return json_locate(document, first, path->len);
    case MN_DOCUMENT_YAML:
        return mn_yaml_locate(document, first, path->len);
    }
    g_assert_not_reached();
}
