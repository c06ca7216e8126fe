/* SPDX-License-Identifier: Apache-2.0 */
#include "extender/decision.h"
#include "extender/kube_source.h"
#include "extender/node_store.h"
#include "tests/support/expect.h"
#include "tests/support/extender_service.h"
#include "tests/support/kube_story.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

enum { PATIENT_MS = 5000 };

static const ext_environment nowhere;

/* An extender's nodes that come from a server. */
typedef struct fixture {
    kube_server *server;
    ext_settings *settings;
    ext_log *log;
    int null;
    ext_node_store *store;
} fixture;

static ext_config *config_of(const char *text)
{
    const mn_source source = {.name = "c.yaml", .bytes = text, .len = strlen(text)};
    g_autoptr(GError) error = NULL;
    ext_config *config = ext_config_load(&source, &error);
    if (config == NULL)
        g_error("%s", error->message);
    return config;
}

/* `more` are further lines of configuration. */
static void open_store(fixture *made, kube_answer_fn answer, void *data, const char *more)
{
    made->server = kube_server_start(answer, data);
    g_autofree char *url = kube_server_url(made->server);
    g_autofree char *text =
        g_strdup_printf("kube: {source: url, url: '%s', stallAfter: 1s}\n%s", url, more);
    g_autoptr(GError) error = NULL;
    made->settings = ext_settings_new(config_of(text));
    made->null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    made->log = ext_log_new(made->null, EXT_DEBUG);
    made->store = ext_node_store_open(made->settings, &nowhere, made->log, &error);
    if (made->store == NULL)
        g_error("%s", error->message);
}

static void close_store(fixture *made)
{
    ext_node_store_free(made->store);
    kube_server_free(made->server);
    ext_log_free(made->log);
    ext_settings_free(made->settings);
    close(made->null);
}

/* "linux", "windows 10.0.20348 abi-1", "unknown" */
static char *offer_of(ext_node_store *store, const char *name)
{
    const ext_nodes *nodes = ext_node_store_take(store);
    const uint32_t number = ext_name_table_find(nodes->names, mn_str_of(name));
    char *text = NULL;
    if (number != EXT_NAME_UNKNOWN) {
        const mn_os_offer *offer = &nodes->classes->offers[nodes->class_of[number]];
        text = offer->os == MN_OS_WINDOWS
                   ? g_strdup_printf("windows %u rule %d", offer->version.build, (int)offer->rule)
                   : g_strdup(mn_os_name(offer->os));
    }
    ext_nodes_release(nodes);
    return text;
}

static bool comes_to_be(ext_node_store *store, const char *name, const char *want)
{
    for (int waited = 0; waited < PATIENT_MS; waited++) {
        g_autofree char *now = offer_of(store, name);
        if (g_strcmp0(now, want) == 0)
            return true;
        poll(NULL, 0, 1);
    }
    g_autofree char *now = offer_of(store, name);
    EXPECT_STR(now, want);
    return false;
}

static bool comes_to_count(ext_node_store *store, uint32_t count)
{
    for (int waited = 0; waited < PATIENT_MS; waited++) {
        if (ext_node_store_state(store).nodes == count)
            return true;
        poll(NULL, 0, 1);
    }
    return false;
}

static const mn_runtime_class *find_class(const ext_nodes *nodes, const char *name)
{
    return mn_objects_find_runtime_class(nodes->objects, name);
}

/* ---- a recorded cluster */

static void nodes_and_runtime_classes_come_from_the_server(void)
{
    g_autoptr(kube_story) story = kube_story_new();
    fixture made;
    open_store(&made, kube_story_tell, story, "");
    EXPECT_TRUE(comes_to_be(made.store, "nb-new", "windows 20348 rule 2"));
    EXPECT_TRUE(comes_to_be(made.store, "lin-1", "linux"));
    EXPECT_TRUE(comes_to_be(made.store, "win-1", "windows 20348 rule 2"));
    EXPECT_TRUE(comes_to_be(made.store, "w-new", NULL));
    const ext_store_state state = ext_node_store_state(made.store);
    EXPECT_TRUE(state.synced);
    EXPECT_INT(state.nodes, 6);
    EXPECT_TRUE(state.age_ms < PATIENT_MS);
    for (int waited = 0; waited < PATIENT_MS; waited++) {
        const ext_nodes *nodes = ext_node_store_take(made.store);
        const bool there = find_class(nodes, "windows-2025") != NULL;
        ext_nodes_release(nodes);
        if (there)
            break;
        poll(NULL, 0, 1);
    }
    const ext_nodes *nodes = ext_node_store_take(made.store);
    EXPECT_TRUE(find_class(nodes, "windows-2022") != NULL);
    EXPECT_TRUE(find_class(nodes, "windows-2025") != NULL);
    ext_nodes_release(nodes);
    close_store(&made);
}

static void metrics_tell_how_it_goes(void)
{
    g_autoptr(kube_story) story = kube_story_new();
    fixture made;
    ext_store_stats stats;
    open_store(&made, kube_story_tell, story, "");
    EXPECT_TRUE(comes_to_be(made.store, "nb-new", "windows 20348 rule 2"));
    for (int i = 0; i < PATIENT_MS; i++) {
        ext_node_store_stats(made.store, &stats);
        if (stats.collections[0].watch.events == 7 && stats.collections[0].objects == 6)
            break;
        poll(NULL, 0, 1);
    }
    EXPECT_TRUE(stats.watching);
    EXPECT_INT((int64_t)stats.count, 2);
    EXPECT_STR(stats.collections[0].name, "nodes");
    EXPECT_STR(stats.collections[1].name, "runtimeclasses");
    EXPECT_INT(stats.collections[0].objects, 6);
    EXPECT_INT((int64_t)stats.collections[0].watch.lists, 1);
    EXPECT_INT((int64_t)stats.collections[0].watch.events, 7);
    EXPECT_TRUE(stats.snapshots >= 1 && stats.snapshots < 12);
    close_store(&made);
}

static kube_answer tell_nothing(const kube_request *request, void *data)
{
    (void)request;
    (void)data;
    return (kube_answer){.bytes = g_strdup(""), .then = KUBE_STALL};
}

static void until_everything_is_listed_nothing_is_known(void)
{
    fixture made;
    open_store(&made, tell_nothing, NULL, "");
    poll(NULL, 0, 60);
    const ext_store_state state = ext_node_store_state(made.store);
    EXPECT_TRUE(!state.synced);
    EXPECT_TRUE(state.age_ms >= 50);
    EXPECT_TRUE(comes_to_be(made.store, "lin-1", NULL));
    close_store(&made);
}

/* Nodes alone do not do: a Pod's RuntimeClass says which OS it needs. */
static kube_answer tell_nodes_only(const kube_request *request, void *data)
{
    if (strstr(request->path, "runtimeclasses") != NULL)
        return kube_answer_plain("403 Forbidden", "", (mn_str){.ptr = ""});
    return kube_story_tell(request, data);
}

static void runtime_classes_that_may_not_be_read_are_waited_for(void)
{
    g_autoptr(kube_story) story = kube_story_new();
    ext_store_stats stats;
    fixture made;
    open_store(&made, tell_nodes_only, story, "");
    for (int i = 0; i < PATIENT_MS; i++) {
        ext_node_store_stats(made.store, &stats);
        if (stats.collections[0].watch.synced && stats.collections[1].watch.failures > 0)
            break;
        poll(NULL, 0, 1);
    }
    EXPECT_TRUE(stats.collections[0].watch.synced && !stats.collections[1].watch.synced);
    EXPECT_TRUE(!ext_node_store_state(made.store).synced);
    close_store(&made);
}

static char *names_of(ext_node_store *store)
{
    static const char *const names[] = {
        "lin-1", "lin-2", "lin-3", "nb-new", "w-new", "win-1", "win-2"};
    g_autoptr(GString) text = g_string_new(NULL);
    const ext_nodes *nodes = ext_node_store_take(store);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (ext_name_table_find(nodes->names, mn_str_of(names[i])) != EXT_NAME_UNKNOWN)
            g_string_append_printf(text, "%s ", names[i]);
    g_string_append_printf(text, "%u", nodes->count);
    ext_nodes_release(nodes);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void a_stream_that_breaks_leaves_the_truth(void)
{
    static const kube_manner manners[] = {KUBE_CLOSE, KUBE_RESET};
    g_autoptr(kube_story) whole = kube_story_new();
    size_t len;
    g_autofree char *raw = kube_story_watch(whole, 1063, &len);
    g_autoptr(GArray) points = kube_breaking_points(raw, len);
    for (guint i = 0; i < points->len; i += 23) {
        g_autoptr(kube_story) story = kube_story_new();
        story->fault = (kube_fault){.watch = true,
                                    .times = 1,
                                    .at = g_array_index(points, size_t, i),
                                    .manner = manners[i % 2]};
        fixture made;
        open_store(&made, kube_story_tell, story, "");
        EXPECT_TRUE(comes_to_be(made.store, "nb-new", "windows 20348 rule 2"));
        g_autofree char *names = names_of(made.store);
        EXPECT_STR(names, "lin-1 lin-2 lin-3 nb-new win-1 win-2 6");
        close_store(&made);
    }
}

static void what_is_listed_again_is_not_parsed_again(void)
{
    g_autoptr(kube_story) story = kube_story_new();
    ext_store_stats stats;
    fixture made;
    size_t len;
    g_autofree char *gone = kube_recorded("watch-expired-410-after-restart", &len);
    story->fault = (kube_fault){.watch = true, .times = 1, .instead = gone, .manner = KUBE_KEEP};
    g_ptr_array_set_size(story->events, 0);
    g_ptr_array_set_size(story->class_events, 0);
    open_store(&made, kube_story_tell, story, "");
    for (int i = 0; i < PATIENT_MS; i++) {
        ext_node_store_stats(made.store, &stats);
        if (stats.collections[0].watch.lists == 2 && stats.snapshots > 0)
            break;
        poll(NULL, 0, 1);
    }
    poll(NULL, 0, 30);
    ext_node_store_stats(made.store, &stats);
    EXPECT_INT((int64_t)stats.collections[0].watch.lists, 2);
    EXPECT_INT((int64_t)stats.parsed, 5 + 1);
    EXPECT_INT((int64_t)stats.snapshots, 1);
    close_store(&made);
}

/* ---- a cluster made up */

typedef struct made_up {
    const char *nodes, *events, *pods, *pod_events;
} made_up;

static kube_answer list_of(const char *kind, const char *items)
{
    g_autofree char *body =
        g_strdup_printf("{\"kind\":\"%s\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":"
                        "\"10\"},\"items\":[%s]}",
                        kind,
                        items);
    return kube_answer_chunked(mn_str_of(body), 100, true);
}

static kube_answer tell_made_up(const kube_request *request, void *data)
{
    const made_up *cluster = data;
    const bool pods = strstr(request->path, "/pods") != NULL;
    const bool classes = strstr(request->path, "/runtimeclasses") != NULL;
    if (!request->watch)
        return classes ? list_of("RuntimeClassList", "")
                       : list_of("List", pods ? cluster->pods : cluster->nodes);
    const char *events = pods ? cluster->pod_events : cluster->events;
    return kube_answer_chunked(mn_str_of(classes || events == NULL ? "" : events), 33, false);
}

#define NODE_WITH(name, version, labels, status)                                                   \
    "{\"metadata\":{\"name\":\"" name "\",\"resourceVersion\":\"" version "\",\"labels\":{" labels \
    "}},\"status\":{" status "}}"
#define LINUX(name)         NODE_WITH(name, "1", "\"kubernetes.io/os\":\"linux\"", "")
#define WINDOWS(name)       NODE_WITH(name, "1", "\"kubernetes.io/os\":\"windows\"", "")
#define EVENT(type, object) "{\"type\":\"" type "\",\"object\":" object "}\n"

static void a_node_that_cannot_be_read_is_unknown_and_the_others_are_not(void)
{
    made_up cluster = {
        .nodes = LINUX("a") "," WINDOWS("b") "," LINUX("c"),
        .events = EVENT("MODIFIED",
                        "{\"metadata\":{\"name\":\"b\",\"resourceVersion\":\"11\","
                        "\"labels\":5}}")
            EVENT("MODIFIED", NODE_WITH("c", "12", "\"kubernetes.io/os\":\"windows\"", "")),
    };
    fixture made;
    open_store(&made, tell_made_up, &cluster, "");
    EXPECT_TRUE(comes_to_be(made.store, "c", "windows 0 rule 2"));
    EXPECT_TRUE(comes_to_be(made.store, "b", NULL));
    EXPECT_TRUE(comes_to_be(made.store, "a", "linux"));
    EXPECT_TRUE(comes_to_count(made.store, 2));
    close_store(&made);
}

/* kubelet reports every few minutes: images come and go, conditions change. */
static void updates_that_change_nothing_make_no_snapshot(void)
{
    g_autoptr(GString) events = g_string_new(NULL);
    for (int i = 0; i < 500; i++)
        g_string_append_printf(events,
                               "{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":\"a\","
                               "\"resourceVersion\":\"%d\",\"labels\":{\"kubernetes.io/os\":"
                               "\"linux\"}},\"status\":{\"images\":[{\"names\":[\"x:%d\"]}]}}}\n",
                               11 + i,
                               i);
    g_string_append(events, EVENT("ADDED", WINDOWS("last")));
    made_up cluster = {.nodes = LINUX("a"), .events = events->str};
    ext_store_stats stats;
    fixture made;
    open_store(&made, tell_made_up, &cluster, "");
    EXPECT_TRUE(comes_to_be(made.store, "last", "windows 0 rule 2"));
    ext_node_store_stats(made.store, &stats);
    EXPECT_INT((int64_t)stats.collections[0].watch.events, 501);
    EXPECT_TRUE(stats.snapshots <= 3);
    close_store(&made);
}

static void another_policy_sorts_the_nodes_anew(void)
{
    made_up cluster = {.nodes = WINDOWS("w")};
    fixture made;
    open_store(&made, tell_made_up, &cluster, "");
    EXPECT_TRUE(comes_to_be(made.store, "w", "windows 0 rule 2"));
    ext_settings_replace(made.settings, config_of("buildRule: exact\n"));
    ext_node_store_reclassify(made.store);
    EXPECT_TRUE(comes_to_be(made.store, "w", "windows 0 rule 1"));
    close_store(&made);
}

/* ---- what images have been seen where */

#define IMAGE(os, name)                          \
    NODE_WITH(os "-1",                           \
              "1",                               \
              "\"kubernetes.io/os\":\"" os "\"", \
              "\"images\":[{\"names\":[" name "],\"sizeBytes\":1}]")

#define POD(name, version, node, image, ready)                                                \
    "{\"metadata\":{\"name\":\"" name "\",\"namespace\":\"n\",\"resourceVersion\":\"" version \
    "\"},\"spec\":{\"nodeName\":\"" node "\",\"containers\":[{\"image\":\"" image             \
    "\"}]},\"status\":{\"conditions\":[{\"type\":\"Initialized\",\"status\":\"True\"},"       \
    "{\"type\":\"Ready\",\"status\":\"" ready "\"}]}}"

/* What a Pod with that image needs: "windows", and why. */
static char *need_of(fixture *made, const char *image)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const ext_nodes *nodes = ext_node_store_take(made->store);
    const ext_config *config = ext_settings_take(made->settings);
    const mn_os_policy policy = ext_config_policy(config);
    const mn_container container = {.name = "c", .image = image};
    const mn_meta meta = {.name = "p"};
    const mn_pod_spec spec = {.containers = {.items = &container, .count = 1}};
    mn_os_sightings seen = {.items = NULL};
    if (nodes->sightings != NULL)
        seen = ext_sightings_of_pod(nodes->sightings, &policy.image_map, arena, &spec);
    const mn_os_input input = {.meta = &meta, .spec = &spec, .sightings = &seen};
    mn_os_findings findings;
    mn_os_need need;
    g_autoptr(GString) why = g_string_new(NULL);
    mn_os_need_of(&policy, &input, &findings, &need);
    mn_os_need_why(&need, why);
    ext_settings_release(config);
    ext_nodes_release(nodes);
    return g_string_free(g_steal_pointer(&why), FALSE);
}

static bool comes_to_have_images(fixture *made, uint32_t count)
{
    ext_store_stats stats;
    for (int i = 0; i < 2 * PATIENT_MS; i++) {
        ext_node_store_stats(made->store, &stats);
        if (stats.images == count && stats.snapshots > 0)
            return true;
        poll(NULL, 0, 1);
    }
    EXPECT_INT(stats.images, count);
    return false;
}

static void says(fixture *made, const char *image, const char *want)
{
    g_autofree char *why = need_of(made, image);
    if (strstr(why, want) == NULL)
        EXPECT_STR(why, want);
}

static void an_image_on_nodes_of_one_os_alone_tells_the_os(void)
{
    made_up cluster = {
        .nodes = IMAGE(
            "windows",
            "\"reg.corp/shop@sha256:aa\",\"reg.corp/shop:1\",\"corp/both:1\","
            "\"golang:1.25\",\"reg.corp/mapped:1\"") "," IMAGE("linux",
                                                               "\"corp/both:1\",\"corp/web\""),
    };
    fixture made;
    open_store(&made,
               tell_made_up,
               &cluster,
               "sightings: nodes\nimages: [{match: 'reg.corp/mapped:*', os: unknown}]\n");
    EXPECT_TRUE(comes_to_have_images(&made, 5));
    says(&made, "reg.corp/shop:1", "needs windows");
    says(&made, "reg.corp/shop:1", "node.status.images of 1 nodes, all Windows");
    says(&made, "reg.corp/shop@sha256:aa", "needs windows");
    says(&made, "reg.corp/shop:2", "linux by default");
    says(&made, "corp/both:1", "linux by default");
    says(&made, "docker.io/corp/web:latest", "node.status.images of 1 nodes, all Linux");
    says(&made, "golang:1.25", "linux by default");       /* made for both */
    says(&made, "reg.corp/mapped:1", "linux by default"); /* the configuration says so */
    close_store(&made);
}

static void nobody_looks_at_images_unless_asked_to(void)
{
    made_up cluster = {.nodes = IMAGE("windows", "\"reg.corp/shop:1\"")};
    fixture made;
    open_store(&made, tell_made_up, &cluster, "");
    EXPECT_TRUE(comes_to_count(made.store, 1));
    says(&made, "reg.corp/shop:1", "linux by default");
    close_store(&made);
}

static void pods_that_are_ready_prove_that_their_images_run(void)
{
    made_up cluster = {
        .nodes = WINDOWS("w") "," LINUX("l"),
        .pods = POD("a", "1", "w", "corp/a:1", "True") "," POD(
            "b", "2", "w", "corp/b:1", "False") "," POD("c", "3", "l", "corp/c:1", "True"),
        .pod_events = EVENT("MODIFIED", POD("c", "11", "l", "corp/c:1", "False"))
            EVENT("ADDED", POD("d", "12", "w", "corp/d:1", "True"))
                EVENT("DELETED", POD("d", "13", "w", "corp/d:1", "True")),
    };
    fixture made;
    open_store(&made, tell_made_up, &cluster, "sightings: pods\n");
    EXPECT_TRUE(comes_to_have_images(&made, 1));
    says(&made, "corp/a:1", "1 Ready Pods on Windows nodes alone");
    says(&made, "corp/b:1", "linux by default");
    says(&made, "corp/d:1", "linux by default");
    g_autoptr(GPtrArray) log = kube_server_log(made.server);
    /* A second '?' would be part of the selector's value, which the API server refuses. */
    static const char *const queries[] = {"limit=500", "watch=true"};
    for (size_t q = 0; q < G_N_ELEMENTS(queries); q++) {
        g_autofree char *query =
            g_strconcat("/api/v1/pods?fieldSelector=status.phase%3DRunning&", queries[q], NULL);
        bool asked = false;
        for (guint i = 0; i < log->len; i++)
            asked |= strstr(log->pdata[i], query) != NULL;
        EXPECT_TRUE(asked);
    }
    close_store(&made);
}

/* ---- while others read */

static atomic_bool reading;

static void *read_all(void *data)
{
    ext_node_store *store = data;
    intptr_t torn = 0;
    while (atomic_load(&reading)) {
        const ext_nodes *nodes = ext_node_store_take(store);
        const uint32_t number = ext_name_table_find(nodes->names, MN_STR_LIT("a"));
        for (uint32_t i = 0; i < nodes->count; i++)
            torn += nodes->class_of[i] >= nodes->classes->count;
        torn += number != EXT_NAME_UNKNOWN && number >= nodes->count;
        (void)ext_node_store_state(store);
        ext_nodes_release(nodes);
    }
    return g_memdup2(&torn, sizeof torn);
}

/* Nodes come, go and change their OS as fast as they can be told. */
static void readers_never_see_half_a_change(void)
{
    g_autoptr(GString) events = g_string_new(NULL);
    for (int i = 0; i < 3000; i++)
        g_string_append_printf(events,
                               "{\"type\":\"%s\",\"object\":{\"metadata\":{\"name\":\"n%d\","
                               "\"resourceVersion\":\"%d\",\"labels\":{\"kubernetes.io/os\":"
                               "\"%s\"}}}}\n",
                               i % 5 == 4 ? "DELETED" : "MODIFIED",
                               i % 37,
                               11 + i,
                               i % 2 == 0 ? "linux" : "windows");
    g_string_append(events, EVENT("ADDED", WINDOWS("last")));
    made_up cluster = {.nodes = LINUX("a"), .events = events->str};
    fixture made;
    pthread_t readers[2];
    open_store(&made, tell_made_up, &cluster, "");
    atomic_store(&reading, true);
    for (size_t i = 0; i < G_N_ELEMENTS(readers); i++)
        pthread_create(&readers[i], NULL, read_all, made.store);
    EXPECT_TRUE(comes_to_be(made.store, "last", "windows 0 rule 2"));
    atomic_store(&reading, false);
    for (size_t i = 0; i < G_N_ELEMENTS(readers); i++) {
        void *torn;
        pthread_join(readers[i], &torn);
        EXPECT_INT(*(intptr_t *)torn, 0);
        g_free(torn);
    }
    close_store(&made);
}

/* ---- configuration */

static void refuses(const char *text, const ext_environment *environment, const char *want)
{
    ext_config *config = config_of(text);
    g_autoptr(ext_settings) settings = ext_settings_new(config);
    g_autoptr(GError) error = NULL;
    g_autofree char *summary = ext_node_store_check(config, environment, &error);
    EXPECT_STR(summary != NULL ? summary : error->message, want);
    ext_log *log = ext_log_new(STDERR_FILENO, EXT_ERROR);
    EXPECT_TRUE(ext_node_store_open(settings, environment, log, NULL) == NULL);
    ext_log_free(log);
}

static void where_no_server_can_be_asked_that_is_said_at_the_start(void)
{
    static const ext_environment two = {.kubeconfig = "/a:/b"}, home = {.home = "/no/such"};
    refuses("kube: {source: url, url: 'http://h'}\nnodes: {path: /n}\n",
            &nowhere,
            "nodes.path and kube.source: nodes come from one of them; drop the other");
    refuses("kube: {source: url}\n",
            &nowhere,
            "kube.url: expected a URL such as \"https://10.0.0.1:6443\", found \"\"");
    refuses("kube: {source: in-cluster}\n",
            &nowhere,
            "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: not in a Pod? "
            "outside of one use a kubeconfig");
    refuses("kube: {source: kubeconfig}\n",
            &two,
            "KUBECONFIG names several files, which are not merged here: name one with "
            "kube.kubeconfig (kubectl config view --flatten --minify > FILE)");
    refuses("kube: {source: kubeconfig}\n",
            &home,
            "/no/such/.kube/config: cannot open: No such file or directory; check the path");
}

/* As the start does: a check that says otherwise is worse than none. */
static void a_check_looks_for_the_files_of_a_kubeconfig(void)
{
    g_autofree char *path = write_temporary(
        "kc",
        "current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\n"
        "clusters: [{name: c, cluster: {server: 'https://h'}}]\n"
        "users: [{name: u, user: {tokenFile: /no/such/token}}]\n");
    g_autofree char *text = g_strdup_printf("kube: {source: kubeconfig, kubeconfig: '%s'}\n", path);
    refuses(text, &nowhere, "/no/such/token: No such file or directory");
}

static void a_check_says_where_nodes_come_from_without_asking(void)
{
    g_autofree char *path =
        write_temporary("kc",
                        "current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\n"
                        "clusters: [{name: c, cluster: {server: 'https://10.0.0.1:6443'}}]\n");
    g_autofree char *text = g_strdup_printf("kube: {source: kubeconfig, kubeconfig: '%s'}\n", path);
    g_autoptr(ext_config) config = config_of(text);
    g_autofree char *summary = ext_node_store_check(config, &nowhere, NULL);
    g_autofree char *want =
        g_strdup_printf("nodes from context \"a\" of %s (https://10.0.0.1:6443)", path);
    EXPECT_STR(summary, want);
}

extern CU_TestInfo suite_extender_kube_source[];
CU_TestInfo suite_extender_kube_source[] = {
    {"nodes and RuntimeClasses come from the server",
     nodes_and_runtime_classes_come_from_the_server},
    {"metrics tell how it goes", metrics_tell_how_it_goes},
    {"until everything is listed nothing is known", until_everything_is_listed_nothing_is_known},
    {"RuntimeClasses that may not be read are waited for",
     runtime_classes_that_may_not_be_read_are_waited_for},
    {"a stream that breaks leaves the truth", a_stream_that_breaks_leaves_the_truth},
    {"what is listed again is not parsed again", what_is_listed_again_is_not_parsed_again},
    {"a node that cannot be read is unknown, and the others are not",
     a_node_that_cannot_be_read_is_unknown_and_the_others_are_not},
    {"updates that change nothing make no snapshot", updates_that_change_nothing_make_no_snapshot},
    {"another policy sorts the nodes anew", another_policy_sorts_the_nodes_anew},
    {"an image on nodes of one OS alone tells the OS",
     an_image_on_nodes_of_one_os_alone_tells_the_os},
    {"nobody looks at images unless asked to", nobody_looks_at_images_unless_asked_to},
    {"Pods that are Ready prove that their images run",
     pods_that_are_ready_prove_that_their_images_run},
    {"readers never see half a change", readers_never_see_half_a_change},
    {"where no server can be asked, that is said at the start",
     where_no_server_can_be_asked_that_is_said_at_the_start},
    {"a check looks for the files of a kubeconfig", a_check_looks_for_the_files_of_a_kubeconfig},
    {"a check says where nodes come from without asking",
     a_check_says_where_nodes_come_from_without_asking},
    CU_TEST_INFO_NULL,
};
