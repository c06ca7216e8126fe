/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/kube_recording.h"

#include "tests/support/kube_server.h"

#include <jansson.h>
#include <string.h>

kube_recording *kube_recording_read(const char *name)
{
    kube_recording *recording = g_new0(kube_recording, 1);
    recording->raw = kube_recorded(name, &recording->len);
    recording->body = kube_recorded_body(name, &recording->body_len);
    recording->lines = g_ptr_array_new_with_free_func(g_free);
    const char *body = recording->body;
    for (const char *end; (end = strchr(body, '\n')) != NULL; body = end + 1)
        g_ptr_array_add(recording->lines, g_strndup(body, (size_t)(end + 1 - body)));
    recording->ends = strstr(recording->raw, "Connection: close") == NULL &&
                      (strstr(recording->raw, "Content-Length: ") != NULL ||
                       g_str_has_suffix(recording->raw, "\r\n0\r\n\r\n"));
    return recording;
}

void kube_recording_free(kube_recording *recording)
{
    if (recording == NULL)
        return;
    g_free(recording->raw);
    g_free(recording->body);
    g_ptr_array_unref(recording->lines);
    g_free(recording);
}

/* ---- where it may break off */

typedef struct span {
    size_t begin, end;
} span;

static void add_span(GArray *spans, size_t begin, size_t end)
{
    const span one = {.begin = begin, .end = end};
    if (end > begin)
        g_array_append_val(spans, one);
}

/* Where each chunk's size begins and its data end, in `raw`. */
static GArray *find_chunks(const kube_recording *recording)
{
    GArray *chunks = g_array_new(FALSE, FALSE, sizeof(span));
    const char *raw = recording->raw, *at = strstr(raw, "\r\n\r\n") + 4;
    if (strstr(raw, "Transfer-Encoding: chunked") == NULL)
        return chunks;
    while (at < raw + recording->len) {
        char *behind;
        const size_t size = (size_t)g_ascii_strtoull(at, &behind, 16);
        const char *end = behind + 2 + size;
        add_span(chunks, (size_t)(at - raw), (size_t)(end - raw));
        at = end + 2;
    }
    return chunks;
}

/* Events, a list's items, or the whole of what is neither: in the body. */
static GArray *find_objects(const kube_recording *recording)
{
    static const char item[] = "{\"metadata\":{\"name\":";
    GArray *objects = g_array_new(FALSE, FALSE, sizeof(span));
    const char *body = recording->body, *at = body;
    for (guint i = 0; g_str_has_prefix(body, "{\"type\":") && i < recording->lines->len; i++) {
        const char *line = recording->lines->pdata[i];
        add_span(objects, (size_t)(at - body), (size_t)(at - body) + strlen(line));
        at += strlen(line);
    }
    for (const char *begin = strstr(at, item); begin != NULL;) {
        const char *next = strstr(begin + 1, item);
        const size_t end = next == NULL ? recording->body_len : (size_t)(next - body);
        add_span(objects, (size_t)(begin - body), end);
        begin = next;
    }
    if (objects->len == 0)
        add_span(objects, 0, recording->body_len);
    return objects;
}

/* The place in `raw` of one in the body: before the byte, or behind the one before it. */
static size_t raw_place(const kube_recording *recording, const GArray *chunks, size_t at,
                        bool behind)
{
    size_t before = 0;
    for (guint i = 0; i < chunks->len; i++) {
        const span *chunk = &g_array_index(chunks, span, i);
        const size_t data =
            (size_t)(strstr(recording->raw + chunk->begin, "\r\n") + 2 - recording->raw);
        const size_t len = chunk->end - data;
        if (at < before + len || (behind && at == before + len))
            return data + at - before;
        before += len;
    }
    return (size_t)(strstr(recording->raw, "\r\n\r\n") + 4 - recording->raw) + at - before;
}

static int by_place(const void *a, const void *b)
{
    const kube_break *left = a, *right = b;
    return left->at < right->at ? -1 : left->at > right->at;
}

static void add_break(GArray *breaks, const kube_recording *recording, size_t at, const char *where)
{
    const kube_break one = {.at = at, .where = where};
    for (guint i = 0; i < breaks->len; i++)
        if (g_array_index(breaks, kube_break, i).at == at)
            return;
    if (at < recording->len)
        g_array_append_val(breaks, one);
}

static void break_object(GArray *breaks, const kube_recording *recording, const GArray *chunks,
                         const span *object)
{
    const size_t middle = (object->begin + object->end) / 2;
    add_break(
        breaks, recording, raw_place(recording, chunks, object->begin, false), "before an event");
    add_break(breaks, recording, raw_place(recording, chunks, middle, false), "inside an event");
    add_break(breaks,
              recording,
              raw_place(recording, chunks, object->end - 1, false),
              "before an event's last byte");
    add_break(breaks, recording, raw_place(recording, chunks, object->end, true), "after an event");
}

static void break_chunk(GArray *breaks, const kube_recording *recording, const span *chunk)
{
    const char *line = strstr(recording->raw + chunk->begin, "\r\n");
    const size_t behind_size = (size_t)(line - recording->raw);
    add_break(breaks, recording, chunk->begin, "before a chunk");
    add_break(breaks, recording, chunk->begin + 1, "inside a chunk's size");
    add_break(breaks, recording, behind_size + 1, "inside the line end of a chunk's size");
    add_break(breaks, recording, chunk->end + 1, "inside the line end of a chunk");
}

static void count_lines(kube_break *one, const kube_recording *recording, const GArray *chunks)
{
    size_t end = 0;
    for (guint i = 0; i < recording->lines->len; i++) {
        end += strlen(recording->lines->pdata[i]);
        one->lines += raw_place(recording, chunks, end - 1, true) <= one->at ? 1 : 0;
    }
}

GArray *kube_recording_breaks(const kube_recording *recording)
{
    GArray *breaks = g_array_new(FALSE, FALSE, sizeof(kube_break));
    g_autoptr(GArray) chunks = find_chunks(recording), objects = find_objects(recording);
    const size_t head = (size_t)(strstr(recording->raw, "\r\n\r\n") + 4 - recording->raw);
    const guint objects_at[] = {0, objects->len / 2, objects->len - 1};
    const guint chunks_at[] = {0, chunks->len / 2, chunks->len - 1};
    add_break(breaks, recording, 0, "before the head");
    add_break(breaks, recording, head / 2, "inside the head");
    add_break(breaks, recording, head, "behind the head");
    for (size_t i = 0; objects->len > 0 && i < G_N_ELEMENTS(objects_at); i++)
        break_object(breaks, recording, chunks, &g_array_index(objects, span, objects_at[i]));
    for (size_t i = 0; chunks->len > 0 && i < G_N_ELEMENTS(chunks_at); i++)
        break_chunk(breaks, recording, &g_array_index(chunks, span, chunks_at[i]));
    g_array_sort(breaks, by_place);
    for (guint i = 0; i < breaks->len; i++)
        count_lines(&g_array_index(breaks, kube_break, i), recording, chunks);
    return breaks;
}

/* ---- a cluster */

struct kube_picture {
    GHashTable *objects; /* name -> what it is */
};

kube_picture *kube_picture_new(void)
{
    kube_picture *picture = g_new0(kube_picture, 1);
    picture->objects = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return picture;
}

void kube_picture_free(kube_picture *picture)
{
    if (picture == NULL)
        return;
    g_hash_table_unref(picture->objects);
    g_free(picture);
}

static const json_t *labels_of(const json_t *object)
{
    const json_t *scheduling = json_object_get(object, "scheduling");
    return scheduling != NULL ? json_object_get(scheduling, "nodeSelector")
                              : json_object_get(json_object_get(object, "metadata"), "labels");
}

/* A node by its labels, a RuntimeClass by those that it selects: "linux", "windows/20348". */
static char *what_it_is(const json_t *object)
{
    const json_t *labels = labels_of(object);
    const char *os = json_string_value(json_object_get(labels, "kubernetes.io/os"));
    const char *build =
        json_string_value(json_object_get(labels, "node.kubernetes.io/windows-build"));
    if (os == NULL)
        return g_strdup("unknown");
    return build == NULL ? g_strdup(os) : g_strdup_printf("%s/%s", os, strrchr(build, '.') + 1);
}

static void put(kube_picture *picture, const json_t *object)
{
    const json_t *name = json_object_get(json_object_get(object, "metadata"), "name");
    g_hash_table_replace(picture->objects, g_strdup(json_string_value(name)), what_it_is(object));
}

void kube_picture_list(kube_picture *picture, const char *body, bool more)
{
    json_t *list = json_loads(body, 0, NULL), *item;
    size_t i;
    if (!more)
        g_hash_table_remove_all(picture->objects);
    json_array_foreach(json_object_get(list, "items"), i, item) {
        put(picture, item);
    }
    json_decref(list);
}

void kube_picture_event(kube_picture *picture, const char *line)
{
    json_t *event = json_loads(line, 0, NULL);
    const json_t *object = json_object_get(event, "object");
    const json_t *name = json_object_get(json_object_get(object, "metadata"), "name");
    const char *type = json_string_value(json_object_get(event, "type"));
    if (strcmp(type, "DELETED") == 0)
        g_hash_table_remove(picture->objects, json_string_value(name));
    else if (strcmp(type, "ADDED") == 0 || strcmp(type, "MODIFIED") == 0)
        put(picture, object);
    json_decref(event);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char *kube_picture_text(const kube_picture *picture)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    GHashTableIter iter;
    void *name, *what;
    g_hash_table_iter_init(&iter, picture->objects);
    while (g_hash_table_iter_next(&iter, &name, &what))
        g_ptr_array_add(words, g_strdup_printf("%s=%s", (char *)name, (char *)what));
    g_ptr_array_sort(words, by_text);
    g_ptr_array_add(words, NULL);
    return g_strjoinv(" ", (char **)words->pdata);
}
