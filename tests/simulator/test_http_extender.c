/* SPDX-License-Identifier: Apache-2.0 */
/* The cycle, asking a server that answers as the recorded extender did, comes to the
 * recorded outcome: every case of tests/captures, with both engines.
 *
 * A case is one attempt to place the Pod, and a second one after a preemption. The cluster
 * is made of what the recordings show of it.
 */
#include "mullion/sched/cycle.h"
#include "simulator/engine/http_extender.h"
#include "tests/support/captures.h"
#include "tests/support/expect.h"
#include "tests/support/load.h"
#include "tests/support/replay_server.h"

#include <string.h>

enum { CALLS_MAX = 8 };

typedef struct recording {
    json_t *cases;       /* array of rows */
    json_t *calls;       /* case -> array of lines */
    mn_objects *objects; /* nodes, budgets */
    size_t played;
} recording;

/* One case being played. */
typedef struct play {
    const recording *from;
    const json_t *row, *calls;
    const char *name;
    mn_engine engine;
    mn_arena *arena;
    replay_answer answers[CALLS_MAX];
    char *zipped[CALLS_MAX];
    size_t count; /* of the calls that can be made */
    replay_server *server;
    mn_cache *cache;
    mn_profile *profile;
    mn_scheduler *scheduler;
    mn_http_extenders *extenders;
    const mn_pod *pod;
    GPtrArray *bound; /* const mn_pod * */
} play;

static void same(const play *p, const char *got, const char *want)
{
    g_autofree char *left = g_strdup_printf("%s: %s", p->name, got);
    g_autofree char *right = g_strdup_printf("%s: %s", p->name, want);
    EXPECT_STR(left, right);
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static bool says(const play *p, const char *word)
{
    return strstr(p->name, word) != NULL;
}

static char *replaced(const char *text, const char *from, const char *to)
{
    g_auto(GStrv) parts = g_strsplit(text, from, -1);
    return g_strjoinv(to, parts);
}

/* ---- recordings */

static void sort_in(const capture *call, void *data)
{
    recording *into = data;
    const char *name = text_of(call->line, "case");
    json_t *calls = json_object_get(into->calls, name);
    if (calls == NULL)
        json_object_set_new(into->calls, name, calls = json_array());
    json_array_append(calls, (json_t *)(uintptr_t)call->line);
}

static json_t *read_lines(const char *name)
{
    size_t len;
    g_autofree char *text = captures_read(name, &len);
    json_t *rows = json_array();
    for (char *at = text; at < text + len;) {
        char *end = strchr(at, '\n');
        json_array_append_new(rows, json_loadb(at, (size_t)(end - at), 0, NULL));
        at = end + 1;
    }
    return rows;
}

static void recording_read(recording *r, const char *file)
{
    g_autofree char *cases = g_strconcat(file, "-cases.jsonl.gz", NULL);
    *r = (recording){.cases = read_lines(cases), .calls = json_object()};
    captures_each(file, sort_in, r);
}

static void recording_clear(recording *r)
{
    json_decref(r->cases);
    json_decref(r->calls);
    mn_objects_free(r->objects);
}

/* The request of the first call of a case; the caller owns it. */
static json_t *request_of(const recording *r, const char *name)
{
    const json_t *call = json_array_get(json_object_get(r->calls, name), 0);
    return call == NULL ? NULL : json_loads(text_of(call, "request"), 0, NULL);
}

/* ---- the server */

/* A binding would be for the owner of the cluster to make: it is not asked for, and nothing that
 * came of it is ours. */
static bool is_made(const json_t *call)
{
    return strcmp(text_of(call, "verb"), "bind") != 0;
}

static void prepare_answer(play *p, const json_t *call)
{
    replay_answer *answer = &p->answers[p->count];
    const char *head = text_of(json_object_get(p->row, "heads"), text_of(call, "call"));
    const char *body = text_of(call, "response");
    *answer = (replay_answer){.head = head, .body = body, .len = strlen(body)};
    if (json_integer_value(json_object_get(call, "status")) == 0)
        answer->manner = says(p, "timeout") ? REPLAY_HANG : REPLAY_CLOSE;
    else if (strstr(head, "gzip") != NULL)
        answer->body = p->zipped[p->count] = replay_gzip(body, answer->len, &answer->len);
    p->count++;
}

static void start_server(play *p)
{
    for (size_t i = 0; i < json_array_size(p->calls) && p->count < CALLS_MAX; i++) {
        if (!is_made(json_array_get(p->calls, i)))
            break;
        prepare_answer(p, json_array_get(p->calls, i));
    }
    p->server = replay_server_start(p->answers, p->count);
}

/* ---- the cluster */

static const mn_pod *decode_pod(play *p, const json_t *tree)
{
    g_autoptr(GError) error = NULL;
    const mn_at at = mn_at_tree(tree);
    const mn_pod *pod = mn_pod_decode(p->arena, &at, &error);
    if (pod == NULL)
        g_error("%s: %s", p->name, error->message);
    return pod;
}

static void bind_pod(play *p, const mn_pod *pod)
{
    g_ptr_array_add(p->bound, (gpointer)(uintptr_t)pod);
    mn_cache_add_pod(p->cache, pod, pod->spec.node_name);
}

/* The Pods that preemption may evict: as one recording has them whole, with the UIDs that
 * this case's request names. */
static void bind_victims(play *p, const json_t *uids)
{
    json_t *request = request_of(p->from, "preempt-nocache-echo");
    const json_t *nodes = json_object_get(request, "NodeNameToVictims");
    void *iter = json_object_iter((json_t *)(uintptr_t)nodes);
    for (; iter != NULL; iter = json_object_iter_next((json_t *)(uintptr_t)nodes, iter)) {
        const char *node = json_object_iter_key(iter);
        const json_t *pods = json_object_get(json_object_iter_value(iter), "Pods");
        const json_t *named = json_object_get(json_object_get(uids, node), "Pods");
        mn_pod pod = *decode_pod(p, json_array_get(pods, 0));
        pod.meta.name = mn_arena_printf(p->arena, "victim-%s-%s", node, p->name);
        const char *uid = text_of(json_array_get(named, 0), "UID");
        if (uid != NULL)
            pod.meta.uid = mn_arena_strdup(p->arena, uid);
        bind_pod(p, memcpy(MN_ARENA_NEW(p->arena, mn_pod, 1), &pod, sizeof pod));
    }
    json_decref(request);
}

static void bind_new(play *p, const char *node, int priority, const char *requests)
{
    json_t *tree = json_pack("{s:{s:s,s:s},s:{s:s,s:i,s:[{s:s,s:{s:o}}]}}",
                             "metadata",
                             "name",
                             node,
                             "uid",
                             node,
                             "spec",
                             "nodeName",
                             node,
                             "priority",
                             priority,
                             "containers",
                             "name",
                             "c",
                             "resources",
                             "requests",
                             json_loads(requests, 0, NULL));
    bind_pod(p, decode_pod(p, tree));
    json_decref(tree);
}

/* What the cases do not show in their requests. */
static void bind_others(play *p)
{
    static const char *const nodes[] = {"lin-1", "lin-2", "lin-3"};
    if (says(p, "existing-pods"))
        bind_new(p, nodes[0], 0, "{\"cpu\":\"3\",\"memory\":\"4Gi\"}");
    for (size_t i = 0; says(p, "after-filter") && i < G_N_ELEMENTS(nodes); i++)
        bind_new(p, nodes[i], -10, "{\"cpu\":\"1\"}");
}

static void fill_cache(play *p)
{
    const mn_objects *objects = p->from->objects;
    const json_t *recorded = json_object_get(json_array_get(p->calls, 0), "victims");
    const json_t *items = json_object_get(recorded, "items");
    json_t *request = request_of(p->from, p->calls == NULL ? "nocache-basic" : p->name);
    const json_t *uids = json_object_get(request, "NodeNameToMetaVictims");
    const json_t *pods = json_object_get(request, "NodeNameToVictims");
    for (guint i = 0; i < objects->nodes->len; i++)
        mn_cache_add_node(p->cache, objects->nodes->pdata[i]);
    for (guint i = 0; i < objects->disruption_budgets->len; i++)
        mn_cache_add_disruption_budget(p->cache, objects->disruption_budgets->pdata[i]);
    for (size_t i = 0; i < json_array_size(items); i++)
        bind_pod(p, decode_pod(p, json_array_get(items, i)));
    if (items == NULL && (json_is_object(uids) || json_is_object(pods)))
        bind_victims(p, uids);
    bind_others(p);
    p->pod = decode_pod(p, json_object_get(request, "Pod"));
    json_decref(request);
}

/* The extenders as recorded, on the port that was free, and with less patience. */
static void make_extenders(play *p)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = json_dumps(json_object_get(p->row, "extenders"), 0);
    g_autofree char *port = g_strdup_printf(":%u/", replay_server_port(p->server));
    g_autofree char *here = replaced(text, ":18888/", port);
    g_autofree char *quick = replaced(here, "\"2s\"", says(p, "timeout") ? "\"150ms\"" : "\"9s\"");
    g_autofree char *whole =
        g_strdup_printf("{\"apiVersion\":\"kubescheduler.config.k8s.io/v1\","
                        "\"kind\":\"KubeSchedulerConfiguration\",\"extenders\":%s}",
                        quick);
    json_t *tree = json_loads(whole, 0, NULL);
    const mn_at at = mn_at_tree(tree);
    const mn_scheduler_config *config = mn_scheduler_config_decode(p->arena, &at, &error);
    if (config == NULL)
        g_error("%s: %s", p->name, error->message);
    p->extenders = mn_http_extenders_new(p->arena, &config->extenders, &error);
    if (p->extenders == NULL)
        g_error("%s: %s", p->name, error->message);
    p->profile = mn_profile_default(p->arena);
    p->profile->extenders = p->extenders->items;
    p->profile->extender_count = p->extenders->count;
    json_decref(tree);
}

static void play_open(play *p)
{
    p->arena = mn_arena_new();
    p->cache = mn_cache_new();
    p->bound = g_ptr_array_new();
    start_server(p);
    fill_cache(p);
    make_extenders(p);
    const mn_scheduler_options options = {
        .engine = p->engine,
        .tie_break_first = true,
        .list_ties = true,
        .list_totals = true,
    };
    p->scheduler = mn_scheduler_new(p->cache, p->profile, &options);
}

static void play_close(play *p)
{
    mn_scheduler_free(p->scheduler);
    mn_http_extenders_free(p->extenders);
    replay_server_free(p->server);
    mn_cache_free(p->cache);
    g_ptr_array_unref(p->bound);
    mn_arena_free(p->arena);
    for (size_t i = 0; i < CALLS_MAX; i++)
        g_free(p->zipped[i]);
}

/* ---- what was asked */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of nodes, sorted: kube-scheduler's order turns from cycle to cycle. */
static char *sorted_names(GPtrArray *names)
{
    if (names->len > 1)
        qsort(names->pdata, names->len, sizeof *names->pdata, by_text);
    g_ptr_array_add(names, NULL);
    return g_strjoinv(" ", (char **)names->pdata);
}

static char *names_in_list(const json_t *list)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        const char *name = json_is_string(item)
                               ? json_string_value(item)
                               : text_of(json_object_get(item, "metadata"), "name");
        g_ptr_array_add(names, (gpointer)(uintptr_t)name);
    }
    return sorted_names(names);
}

/* "Nodes: a b", "NodeNames: a b" */
static char *offer_in(const json_t *request)
{
    const json_t *names = json_object_get(request, "NodeNames");
    const json_t *nodes = json_object_get(json_object_get(request, "Nodes"), "items");
    g_autofree char *list = names_in_list(json_is_array(names) ? names : nodes);
    return g_strconcat(json_is_array(names) ? "NodeNames: " : "Nodes: ", list, NULL);
}

/* Of whole Pods their UIDs, so that both forms compare. */
static json_t *victims_in(const json_t *request)
{
    json_t *whole = json_object_get(request, "NodeNameToVictims");
    json_t *map = json_deep_copy(
        json_is_object(whole) ? whole : json_object_get(request, "NodeNameToMetaVictims"));
    for (void *i = json_object_iter(map); i != NULL; i = json_object_iter_next(map, i)) {
        json_t *pods = json_object_get(json_object_iter_value(i), "Pods");
        for (size_t j = 0; json_is_object(whole) && j < json_array_size(pods); j++) {
            const json_t *meta = json_object_get(json_array_get(pods, j), "metadata");
            json_array_set_new(pods, j, json_pack("{s:s}", "UID", text_of(meta, "uid")));
        }
    }
    json_object_set_new(map, "whole", json_boolean(json_is_object(whole)));
    return map;
}

static void check_victims(const play *p, const json_t *got, const json_t *want)
{
    json_t *left = victims_in(got), *right = victims_in(want);
    g_autofree char *left_text = json_dumps(left, JSON_SORT_KEYS);
    g_autofree char *right_text = json_dumps(right, JSON_SORT_KEYS);
    same(p, left_text, right_text);
    json_decref(left);
    json_decref(right);
}

static void check_request(const play *p, const replay_request *request, const json_t *call)
{
    json_t *got = json_loads(request->body, 0, NULL);
    json_t *want = json_loads(text_of(call, "request"), 0, NULL);
    g_autofree char *offer = offer_in(got), *recorded = offer_in(want);
    same(p, request->path, text_of(call, "path"));
    same(p, offer, recorded);
    same(p,
         text_of(json_object_get(json_object_get(got, "Pod"), "metadata"), "uid"),
         text_of(json_object_get(json_object_get(want, "Pod"), "metadata"), "uid"));
    if (strcmp(text_of(call, "verb"), "preempt") == 0)
        check_victims(p, got, want);
    json_decref(got);
    json_decref(want);
}

static const json_t *made_call(const play *p, size_t place)
{
    for (size_t i = 0; i < json_array_size(p->calls); i++) {
        const json_t *call = json_array_get(p->calls, i);
        if (is_made(call) && place-- == 0)
            return call;
    }
    return NULL;
}

/* Connections change where those of kube-scheduler did. */
static void check_requests(play *p, size_t expected)
{
    const GPtrArray *requests = replay_server_stop(p->server);
    const json_t *connections = json_object_get(p->row, "connections");
    g_autofree char *got = g_strdup_printf("%u calls", requests->len);
    g_autofree char *want = g_strdup_printf("%zu calls", expected);
    same(p, got, want);
    for (guint i = 0; i < requests->len && i < expected; i++) {
        const replay_request *request = g_ptr_array_index(requests, i);
        check_request(p, request, made_call(p, i));
        if (i == 0)
            continue;
        const replay_request *before = g_ptr_array_index(requests, i - 1);
        const bool kept =
            json_equal(json_array_get(connections, i), json_array_get(connections, i - 1)) != 0;
        same(p, request->connection == before->connection ? "kept" : "new", kept ? "kept" : "new");
    }
}

/* ---- what came of it */

/* kube-scheduler joins the errors of nodes in the order of a map. */
static char *normal(const play *p, const char *text)
{
    g_autofree char *port = g_strdup_printf(":%u/", replay_server_port(p->server));
    char *there = replaced(text, port, ":18888/");
    char *open = strchr(there, '['), *close = strrchr(there, ']');
    if (open == NULL || close == NULL)
        return there;
    g_autofree char *inside = g_strndup(open + 1, (size_t)(close - open - 1));
    g_auto(GStrv) parts = g_strsplit(inside, ", ", -1);
    qsort(parts, g_strv_length(parts), sizeof *parts, by_text);
    g_autofree char *sorted = g_strjoinv(", ", parts);
    char *text_out = g_strdup_printf("%.*s[%s]%s", (int)(open - there), there, sorted, close + 1);
    g_free(there);
    return text_out;
}

static void check_event(const play *p, const char *message)
{
    const json_t *failures = json_object_get(p->row, "failures");
    g_autofree char *event = mn_message_event(message);
    g_autofree char *got = normal(p, event);
    for (size_t i = 0; i < json_array_size(failures); i++) {
        g_autofree char *note = normal(p, json_string_value(json_array_get(failures, i)));
        if (strcmp(note, got) == 0)
            return;
    }
    same(p, got, "an event that was recorded");
}

static bool contains(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void check_totals(const play *p, const mn_outcome *outcome)
{
    const json_t *totals = json_object_get(p->row, "totals");
    EXPECT_TRUE((json_object_size(totals) > 0) == outcome->scored);
    for (size_t i = 0; outcome->scored && i < outcome->feasible; i++) {
        const mn_total *total = &outcome->totals[i];
        const json_t *want = json_object_get(totals, total->node);
        g_autofree char *got_text = g_strdup_printf("%s %" PRId64, total->node, total->total);
        g_autofree char *want_text =
            g_strdup_printf("%s %" JSON_INTEGER_FORMAT, total->node, json_integer_value(want));
        same(p, got_text, want_text);
    }
}

/* The node that the Pod was to be bound to; the caller frees. */
static char *placed_on(const play *p)
{
    for (size_t i = 0; i < json_array_size(p->calls); i++) {
        const json_t *call = json_array_get(p->calls, i);
        if (is_made(call))
            continue;
        json_t *binding = json_loads(text_of(call, "request"), 0, NULL);
        char *node = g_strdup(text_of(binding, "Node"));
        json_decref(binding);
        return node;
    }
    return g_strdup(text_of(p->row, "nodeName"));
}

static void check_placed(const play *p, const mn_outcome *outcome, const char *node)
{
    if (outcome->kind != MN_OUTCOME_PLACED) {
        same(p, outcome->message, node);
        return;
    }
    if (!contains(outcome->ties, outcome->tie_count, node))
        same(p, outcome->node, node);
    check_totals(p, outcome);
}

static void check_failed(const play *p, const mn_outcome *outcome)
{
    const bool internal = g_strcmp0(text_of(p->row, "reason"), "SchedulerError") == 0;
    if (outcome->kind == MN_OUTCOME_PLACED) {
        same(p, outcome->node, text_of(p->row, "message"));
        return;
    }
    EXPECT_INT(outcome->kind, internal ? MN_OUTCOME_ERROR : MN_OUTCOME_UNSCHEDULABLE);
    if (text_of(p->row, "message") == NULL) { /* kube-scheduler died */
        EXPECT_TRUE(strstr(outcome->message, "where kube-scheduler v1.34 crashes") != NULL);
        return;
    }
    g_autofree char *got = normal(p, outcome->message);
    g_autofree char *want = normal(p, text_of(p->row, "message"));
    same(p, got, want);
    check_event(p, outcome->message);
}

/* ---- preemption: a second attempt on the recorded node, without the recorded victims */

static const mn_pod *bound_pod(const play *p, const char *name)
{
    for (guint i = 0; i < p->bound->len; i++) {
        const mn_pod *pod = g_ptr_array_index(p->bound, i);
        if (strcmp(pod->meta.name, name) == 0)
            return pod;
    }
    g_error("%s: no Pod %s", p->name, name);
}

static char *victim_names(const mn_outcome *outcome, const char *node)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (size_t i = 0; i < outcome->candidate_count; i++) {
        const mn_candidate *candidate = &outcome->candidates[i];
        const bool chosen = strcmp(mn_node_info_name(candidate->node), node) == 0;
        for (size_t j = 0; chosen && j < candidate->victim_count; j++)
            g_ptr_array_add(names, (gpointer)(uintptr_t)candidate->victims[j].pod->meta.name);
    }
    return sorted_names(names);
}

static const mn_pod *preempted_for(play *p, const mn_outcome *outcome)
{
    const char *node = text_of(p->row, "nominatedNodeName");
    const json_t *victims = json_object_get(p->row, "victims");
    mn_pod *pod = memcpy(MN_ARENA_NEW(p->arena, mn_pod, 1), p->pod, sizeof *pod);
    g_autofree char *got = victim_names(outcome, node);
    g_autofree char *want = names_in_list(victims);
    EXPECT_INT(outcome->kind, MN_OUTCOME_UNSCHEDULABLE);
    EXPECT_TRUE(contains(outcome->nominated_ties, outcome->nominated_tie_count, node));
    same(p, got, want);
    check_event(p, outcome->message);
    for (size_t i = 0; i < json_array_size(victims); i++)
        mn_cache_remove_pod(p->cache, bound_pod(p, json_string_value(json_array_get(victims, i))));
    pod->status.nominated_node_name = node;
    mn_cache_nominate(p->cache, pod, node);
    return pod;
}

static void check_case(play *p)
{
    g_autofree char *node = placed_on(p);
    const bool preempts = text_of(p->row, "nominatedNodeName") != NULL;
    const mn_outcome *outcome = mn_scheduler_place(p->scheduler, p->pod);
    if (preempts) {
        const mn_pod *again = preempted_for(p, outcome);
        outcome = mn_scheduler_place(p->scheduler, again);
    }
    if (node != NULL)
        check_placed(p, outcome, node);
    else
        check_failed(p, outcome);
    check_requests(p, node != NULL ? p->count : 1); /* retries that followed are not ours */
}

/* What these show needs TLS. */
static bool is_left_out(const char *name)
{
    static const char *const names[] = {"tls-clientcert", "tls-no-clientcert"};
    return contains(names, G_N_ELEMENTS(names), name);
}

static void play_all(recording *r)
{
    static const mn_engine engines[] = {MN_ENGINE_FAST, MN_ENGINE_REFERENCE};
    for (size_t i = 0; i < json_array_size(r->cases) * G_N_ELEMENTS(engines); i++) {
        const json_t *row = json_array_get(r->cases, i / G_N_ELEMENTS(engines));
        const char *name = text_of(row, "case");
        play p = {
            .from = r,
            .row = row,
            .name = name,
            .calls = json_object_get(r->calls, name),
            .engine = engines[i % G_N_ELEMENTS(engines)],
        };
        if (is_left_out(name))
            continue;
        play_open(&p);
        check_case(&p);
        play_close(&p);
        r->played++;
    }
}

/* ---- the two clusters */

/* The Linux nodes as they were sent whole; the Windows nodes were never sent. */
static void an_extender_that_answers_well_badly_late_or_not_at_all(void)
{
    static const char *const windows =
        "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"win-%d\"},\"spec\":{"
        "\"taints\":[{\"key\":\"os\",\"value\":\"windows\",\"effect\":\"NoSchedule\"}]}}";
    recording r;
    recording_read(&r, "extender");
    json_t *request = request_of(&r, "nocache-basic");
    json_t *nodes = json_object_get(json_object_get(request, "Nodes"), "items");
    for (size_t i = 0; i < json_array_size(nodes); i++) {
        json_object_set_new(json_array_get(nodes, i), "apiVersion", json_string("v1"));
        json_object_set_new(json_array_get(nodes, i), "kind", json_string("Node"));
    }
    for (int i = 1; i <= 2; i++) {
        g_autofree char *node = g_strdup_printf(windows, i);
        json_array_append_new(nodes, json_loads(node, 0, NULL));
    }
    json_t *list = json_pack("{s:s,s:s,s:O}", "apiVersion", "v1", "kind", "List", "items", nodes);
    g_autofree char *text = json_dumps(list, 0);
    r.objects = load_objects(text);
    json_decref(list);
    json_decref(request);
    play_all(&r);
    EXPECT_INT((int64_t)r.played, 2 * 82);
    recording_clear(&r);
}

static void pods_of_thirty_kinds_on_linux_and_windows(void)
{
    static const char *const budget =
        "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: guard, namespace: "
        "default}, spec: {selector: {matchLabels: {guarded: 'yes'}}}, status: "
        "{disruptionsAllowed: 0}}";
    recording r;
    size_t len;
    recording_read(&r, "extender-windows");
    g_autofree char *nodes = captures_read("extender-windows-nodes.json.gz", &len);
    g_autofree char *text = g_strdup_printf("%s\n---\n%s\n", budget, nodes);
    r.objects = load_objects(text);
    play_all(&r);
    EXPECT_INT((int64_t)r.played, 2 * 60);
    recording_clear(&r);
}

extern CU_TestInfo suite_simulator_http_extender[];
CU_TestInfo suite_simulator_http_extender[] = {
    {"an extender that answers well, badly, late or not at all",
     an_extender_that_answers_well_badly_late_or_not_at_all},
    {"Pods of thirty kinds on Linux and Windows", pods_of_thirty_kinds_on_linux_and_windows},
    CU_TEST_INFO_NULL,
};
