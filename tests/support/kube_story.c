/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/kube_story.h"

#include <jansson.h>
#include <string.h>

/* The lines of a recorded WATCH, from the first to the last one wanted. */
static void add_lines(GPtrArray *events, const char *name, size_t first, size_t count)
{
    size_t len, number = 0;
    g_autofree char *body = kube_recorded_body(name, &len);
    for (const char *at = body, *end; (end = strchr(at, '\n')) != NULL; at = end + 1, number++)
        if (number >= first && number < first + count)
            g_ptr_array_add(events, g_strndup(at, (size_t)(end + 1 - at)));
}

/* w-new comes, changes and goes, two bookmarks; nb-new comes, changes and stays. */
kube_story *kube_story_new(void)
{
    kube_story *story = g_new0(kube_story, 1);
    size_t len;
    g_autofree char *raw = kube_recorded("watch-nodes", &len);
    story->list = kube_recorded("list-nodes", &story->list_len);
    story->watch_head = g_strndup(raw, (size_t)(strstr(raw, "\r\n\r\n") + 4 - raw));
    story->events = g_ptr_array_new_with_free_func(g_free);
    add_lines(story->events, "watch-nodes", 0, 6);
    add_lines(story->events, "watch-nodes-no-bookmarks", 4, 3);
    story->class_events = g_ptr_array_new_with_free_func(g_free);
    add_lines(story->class_events, "watch-runtimeclasses", 0, 2);
    return story;
}

void kube_story_free(kube_story *story)
{
    if (story == NULL)
        return;
    g_free(story->list);
    g_free(story->watch_head);
    g_ptr_array_unref(story->events);
    g_ptr_array_unref(story->class_events);
    g_free(story);
}

static int64_t version_of(const char *event)
{
    static const char key[] = "\"resourceVersion\":\"";
    return (int64_t)g_ascii_strtoull(strstr(event, key) + sizeof key - 1, NULL, 10);
}

static char *events_after(const kube_story *story, const GPtrArray *events, int64_t version,
                          size_t *len)
{
    GString *raw = g_string_new(story->watch_head);
    for (guint i = 0; i < events->len; i++) {
        const char *event = events->pdata[i];
        if (version_of(event) > version)
            g_string_append_printf(raw, "%zx\r\n%s\r\n", strlen(event), event);
    }
    *len = raw->len;
    return g_string_free(raw, FALSE);
}

char *kube_story_watch(const kube_story *story, int64_t version, size_t *len)
{
    return events_after(story, story->events, version, len);
}

static kube_answer tell_classes(const kube_request *request, const kube_story *story)
{
    kube_answer answer = {.then = request->watch ? KUBE_STALL : KUBE_KEEP};
    answer.bytes = request->watch
                       ? events_after(story, story->class_events, request->version, &answer.len)
                       : kube_recorded("list-runtimeclasses", &answer.len);
    return answer;
}

static kube_answer spoil(const kube_fault *fault, kube_answer answer)
{
    if (fault->instead != NULL) {
        g_free(answer.bytes);
        answer.len = fault->instead_len > 0 ? fault->instead_len : strlen(fault->instead);
        answer.bytes = g_memdup2(fault->instead, answer.len);
    } else {
        answer.len = MIN(answer.len, fault->at);
    }
    answer.then = fault->manner;
    return answer;
}

kube_answer kube_story_tell(const kube_request *request, void *data)
{
    static const char nodes[] = "/api/v1/nodes";
    static const char classes[] = "/apis/node.k8s.io/v1/runtimeclasses";
    kube_story *story = data;
    kube_answer answer = {.then = request->watch ? KUBE_STALL : KUBE_KEEP};
    if (strncmp(request->path, classes, sizeof classes - 1) == 0)
        return tell_classes(request, story);
    if (strncmp(request->path, nodes, sizeof nodes - 1) != 0)
        return kube_answer_plain("404 Not Found", "", (mn_str){.ptr = ""});
    if (request->watch) {
        answer.bytes = kube_story_watch(story, request->version, &answer.len);
    } else {
        answer.bytes = g_memdup2(story->list, story->list_len);
        answer.len = story->list_len;
    }
    const size_t told = request->watch ? story->watches++ : story->lists++;
    if (story->fault.watch == request->watch && told < story->fault.times)
        return spoil(&story->fault, answer);
    return answer;
}

/* ---- the end of the story */

static void put(GHashTable *nodes, const json_t *object)
{
    const json_t *meta = json_object_get(object, "metadata");
    g_hash_table_insert(nodes,
                        g_strdup(json_string_value(json_object_get(meta, "name"))),
                        g_strdup(json_string_value(json_object_get(meta, "resourceVersion"))));
}

static void apply(GHashTable *nodes, const char *line)
{
    json_t *event = json_loads(line, 0, NULL);
    const char *type = json_string_value(json_object_get(event, "type"));
    const json_t *object = json_object_get(event, "object");
    const json_t *name = json_object_get(json_object_get(object, "metadata"), "name");
    if (strcmp(type, "DELETED") == 0)
        g_hash_table_remove(nodes, json_string_value(name));
    else if (strcmp(type, "BOOKMARK") != 0)
        put(nodes, object);
    json_decref(event);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *sorted(GHashTable *nodes)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    GHashTableIter iter;
    void *name, *version;
    g_hash_table_iter_init(&iter, nodes);
    while (g_hash_table_iter_next(&iter, &name, &version))
        g_ptr_array_add(words, g_strdup_printf("%s@%s", (char *)name, (char *)version));
    g_ptr_array_sort(words, by_text);
    g_ptr_array_add(words, NULL);
    return g_strjoinv(" ", (char **)words->pdata);
}

char *kube_story_end(const kube_story *story)
{
    g_autoptr(GHashTable) nodes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    size_t len, i;
    g_autofree char *body = kube_recorded_body("list-nodes", &len);
    json_t *list = json_loadb(body, len, 0, NULL), *item;
    json_array_foreach(json_object_get(list, "items"), i, item) {
        put(nodes, item);
    }
    json_decref(list);
    for (guint event = 0; event < story->events->len; event++)
        apply(nodes, story->events->pdata[event]);
    return sorted(nodes);
}

/* ---- where to break */

GArray *kube_breaking_points(const char *raw, size_t len)
{
    GArray *points = g_array_new(FALSE, FALSE, sizeof(size_t));
    size_t at = (size_t)(strstr(raw, "\r\n\r\n") + 4 - raw);
    const size_t in_head[] = {0, 1, 12, at / 2, at - 3, at - 1, at};
    g_array_append_vals(points, in_head, G_N_ELEMENTS(in_head));
    while (at < len) {
        char *behind;
        const size_t size = (size_t)g_ascii_strtoull(raw + at, &behind, 16);
        const size_t digits = (size_t)(behind - raw) - at, data = at + digits + 2;
        const size_t here[] = {at + 1,
                               at + digits,
                               data - 1,
                               data,
                               data + 1,
                               data + size / 3,
                               data + size / 2,
                               data + size - 2,
                               data + size - 1,
                               data + size,
                               data + size + 1,
                               data + size + 2};
        for (size_t i = 0; i < G_N_ELEMENTS(here); i++)
            if (here[i] < len)
                g_array_append_val(points, here[i]);
        at = data + size + 2;
    }
    return points;
}
