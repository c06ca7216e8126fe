/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/captures.h"

#include <glib.h>
#include <zlib.h>

char *captures_read(const char *name, size_t *len)
{
    g_autofree char *path = g_strconcat("tests/captures/", name, NULL);
    gzFile file = gzopen(path, "rbe");
    if (file == NULL)
        g_error("%s: cannot open (tests run in the top folder)", path);
    GString *text = g_string_new(NULL);
    char buffer[65536];
    int got;
    while ((got = gzread(file, buffer, sizeof buffer)) > 0)
        g_string_append_len(text, buffer, got);
    if (got < 0 || gzclose(file) != Z_OK)
        g_error("%s: damaged", path);
    *len = text->len;
    return g_string_free(text, FALSE);
}

static mn_str bytes_of(const json_t *line, const char *key)
{
    const json_t *text = json_object_get(line, key);
    return (mn_str){.ptr = json_string_value(text), .len = json_string_length(text)};
}

static void hand_over(const json_t *line, capture_fn each, void *data)
{
    g_autofree char *name = g_strdup_printf("%s/%s",
                                            json_string_value(json_object_get(line, "case")),
                                            json_string_value(json_object_get(line, "call")));
    const capture call = {
        .name = name,
        .verb = json_string_value(json_object_get(line, "verb")),
        .node_cache_capable = json_is_true(json_object_get(line, "nodeCacheCapable")),
        .status = (int)json_integer_value(json_object_get(line, "status")),
        .request = bytes_of(line, "request"),
        .response = bytes_of(line, "response"),
        .message = json_string_value(json_object_get(line, "message")),
        .offered = json_object_get(line, "offered"),
        .scores = json_object_get(line, "scores"),
        .line = line,
    };
    each(&call, data);
}

size_t captures_each(const char *file, capture_fn each, void *data)
{
    g_autofree char *name = g_strconcat(file, ".jsonl.gz", NULL);
    size_t len, count = 0;
    g_autofree char *text = captures_read(name, &len);
    for (char *at = text; at < text + len; count++) {
        char *end = strchr(at, '\n');
        json_t *line = json_loadb(at, (size_t)(end - at), 0, NULL);
        if (line == NULL)
            g_error("%s: line %zu is not JSON", name, count + 1);
        hand_over(line, each, data);
        json_decref(line);
        at = end + 1;
    }
    return count;
}
