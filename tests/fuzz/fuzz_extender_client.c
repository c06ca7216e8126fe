/* SPDX-License-Identifier: Apache-2.0 */
/* What an extender answers to kube-scheduler, good or bad: both engines make the same of it, and a
 * Pod that is placed is on a node that there is, or that the answer itself made up.
 *
 * The first byte: how the extender is configured, and whether the cluster is full, so that
 * preemption asks it, too. A line "--" ends an answer; one that begins with "500" has that
 * status; those that are missing never come. */
#include "mullion/model/objects.h"
#include "mullion/sched/cycle.h"
#include "mullion/wire/extender_client.h"

#include <stdlib.h>
#include <string.h>

enum { WHOLE_NODES = 1, IGNORABLE = 2, FULL = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NODE(name)                                             \
    "{apiVersion: v1, kind: Node, metadata: {name: " name "}," \
    " status: {allocatable: {cpu: 2, memory: 8Gi, pods: 110}}}\n---\n"
#define POD(name, priority, more)                                                         \
    "{apiVersion: v1, kind: Pod, metadata: {name: " name ", uid: " name "},"              \
    " spec: {priority: " priority ", " more "containers: [{name: c, image: i, resources:" \
    " {requests: {cpu: 1500m}}}]}}\n---\n"
#define ON(node) "nodeName: " node ", "

static const char cluster[] = NODE("a") NODE("b") NODE("c") POD("v", "0", ON("a"))
    POD("w", "0", ON("b")) POD("x", "0", ON("c")) POD("p", "9", "");

typedef struct peer {
    mn_str rest; /* answers to come */
} peer;

/* The next one; false: there is none. */
static bool take_answer(peer *from, mn_str *out)
{
    static const char between[] = "\n--\n";
    if (from->rest.len == 0)
        return false;
    const char *end = g_strstr_len(from->rest.ptr, (gssize)from->rest.len, between);
    const size_t len = end == NULL ? from->rest.len : (size_t)(end - from->rest.ptr);
    const size_t used = end == NULL ? len : len + strlen(between);
    *out = (mn_str){.ptr = from->rest.ptr, .len = len};
    from->rest = (mn_str){.ptr = from->rest.ptr + used, .len = from->rest.len - used};
    return true;
}

static bool post(void *data, mn_arena *arena, const char *url, const mn_wire_body *body,
                 mn_post_reply *reply, GError **error)
{
    (void)arena;
    g_assert(body->len > 0);
    if (!take_answer(data, &reply->body)) {
        g_set_error(error, MN_ERROR, MN_ERROR_IO, "Post \"%s\": EOF", url);
        return false;
    }
    const bool failed = reply->body.len >= 3 && memcmp(reply->body.ptr, "500", 3) == 0;
    reply->status = failed ? 500 : 200;
    return true;
}

static const mn_objects *the_objects(void)
{
    static mn_objects *objects;
    const mn_source source = {.name = "c", .bytes = cluster, .len = strlen(cluster)};
    if (objects != NULL)
        return objects;
    objects = mn_objects_new();
    g_assert(mn_objects_load(objects, &source, &mn_document_limits_default, NULL));
    return objects;
}

static mn_cache *make_cache(bool full, const mn_pod **pod)
{
    const mn_objects *objects = the_objects();
    mn_cache *cache = mn_cache_new();
    for (guint i = 0; i < objects->nodes->len; i++)
        mn_cache_add_node(cache, objects->nodes->pdata[i]);
    for (guint i = 0; i < objects->pods->len; i++) {
        const mn_pod *one = objects->pods->pdata[i];
        if (one->spec.node_name == NULL)
            *pod = one;
        else if (full)
            mn_cache_add_pod(cache, one, one->spec.node_name);
    }
    return cache;
}

/* What becomes of the Pod, in words. */
static char *place(const uint8_t *data, size_t size, mn_engine engine)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_extender_config config = {
        .url_prefix = "http://h",
        .filter_verb = "filter",
        .prioritize_verb = "prioritize",
        .preempt_verb = "preempt",
        .weight = {.set = true, .value = 5},
        .node_cache_capable = (data[0] & WHOLE_NODES) == 0,
        .ignorable = (data[0] & IGNORABLE) != 0,
    };
    peer from = {.rest = {.ptr = (const char *)data + 1, .len = size - 1}};
    const mn_extender *extender = mn_extender_client_new(arena, &config, post, &from);
    const mn_pod *pod = NULL;
    g_autoptr(mn_cache) cache = make_cache((data[0] & FULL) != 0, &pod);
    mn_profile *profile = mn_profile_default(arena);
    profile->extenders = &extender;
    profile->extender_count = 1;
    const mn_scheduler_options options = {.tie_break_first = true, .engine = engine};
    g_autoptr(mn_scheduler) scheduler = mn_scheduler_new(cache, profile, &options);
    const mn_outcome *outcome = mn_scheduler_place(scheduler, pod);
    g_assert((outcome->kind == MN_OUTCOME_PLACED) == (outcome->node != NULL));
    g_assert(outcome->node == NULL || !config.node_cache_capable ||
             (strlen(outcome->node) == 1 && strchr("abc", *outcome->node) != NULL));
    return g_strdup_printf("%d %s %s",
                           (int)outcome->kind,
                           outcome->node != NULL ? outcome->node : "",
                           outcome->message != NULL ? outcome->message : "");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    g_autofree char *fast = place(data, size, MN_ENGINE_FAST);
    g_autofree char *reference = place(data, size, MN_ENGINE_REFERENCE);
    if (strcmp(fast, reference) == 0)
        return 0;
    g_printerr("fast: %s\nreference: %s\n", fast, reference);
    abort();
}
