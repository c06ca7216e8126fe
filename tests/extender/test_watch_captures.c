/* SPDX-License-Identifier: Apache-2.0 */
/* Every recorded LIST and WATCH answer of a real API server (tests/captures/watch), told to an
 * extender whole and broken off wherever it may break: its nodes and RuntimeClasses become what the
 * recording says, and are nothing else on the way there.
 *
 * The server tells the recording, then the truth: what comes after the version it is asked for.
 * Last it tells of "zz-last": whoever knows that has heard everything. Many extenders run
 * at a time: each waits half a second before it asks again.
 */
#include "extender/node_store.h"
#include "tests/support/expect.h"
#include "tests/support/kube_recording.h"
#include "tests/support/kube_server.h"

#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { AT_ONCE = 80, PATIENT_MS = 20000, CHUNK = 700 };

/* What the recording is an answer to, and what it makes whoever gets it do. */
typedef enum told_as {
    LIST,         /* the LIST */
    PAGE,         /* one page of it */
    WATCH,        /* the WATCH that follows */
    LIST_REFUSED, /* the LIST is told next time */
    PAGE_REFUSED, /* the LIST begins anew */
    WATCH_REFUSED,
    WATCH_EXPIRED, /* the LIST is another one next time */
} told_as;

typedef struct answer_row {
    const char *name;
    told_as as;
    const char *list; /* another recording: of the LIST before a WATCH, or behind a refusal */
    const char *then; /* of the LIST the second time; NULL: an empty one, both */
} answer_row;

static const answer_row rows[] = {
    {"get-node-404", LIST_REFUSED, "list-nodes", NULL},
    {"list-after-restart", LIST, NULL, NULL},
    {"list-bad-token-401", LIST_REFUSED, "list-nodes", NULL},
    {"list-before-shutdown", LIST, NULL, NULL},
    {"list-exact-old-rv-410", LIST_REFUSED, "list-nodes", NULL},
    {"list-expired-continue-410", PAGE_REFUSED, "list-nodes", NULL},
    {"list-forbidden-403", LIST_REFUSED, "list-nodes", NULL},
    {"list-future-rv", LIST_REFUSED, "list-nodes", NULL},
    {"list-no-credentials-403-anonymous", LIST_REFUSED, "list-nodes", NULL},
    {"list-nodes", LIST, NULL, NULL},
    {"list-nodes-gzip", LIST, NULL, NULL},
    {"list-nodes-label", LIST, NULL, NULL},
    {"list-nodes-page1", PAGE, NULL, NULL},
    {"list-nodes-page2", PAGE, NULL, NULL},
    {"list-nodes-page3", PAGE, NULL, NULL},
    {"list-nodes-rv0", LIST, NULL, NULL},
    {"list-runtimeclasses", LIST, NULL, NULL},
    {"list-unknown-resource-404", LIST_REFUSED, "list-nodes", NULL},
    {"watch-bad-rv", WATCH_REFUSED, "list-nodes", NULL},
    {"watch-bad-token-401", WATCH_REFUSED, "list-nodes", NULL},
    {"watch-connection-close", WATCH, "list-nodes", NULL},
    {"watch-during-apiserver-shutdown", WATCH, "list-before-shutdown", NULL},
    {"watch-expired-410-after-restart", WATCH_EXPIRED, "list-nodes", "list-nodes-label"},
    {"watch-expired-410-runtimeclasses", WATCH_EXPIRED, "list-runtimeclasses", NULL},
    {"watch-forbidden-403", WATCH_REFUSED, "list-nodes", NULL},
    {"watch-future-rv", WATCH, "list-nodes", NULL},
    {"watch-labelselector", WATCH, "list-nodes-label", NULL},
    {"watch-nodes", WATCH, "list-nodes", NULL},
    {"watch-nodes-idle-90s", WATCH, "list-after-restart", NULL},
    {"watch-nodes-no-bookmarks", WATCH, "list-nodes", NULL},
    {"watch-nodes-no-rv", WATCH, NULL, NULL},
    {"watch-nodes-rv0", WATCH, NULL, NULL},
    {"watch-nodes-sendinitialevents", WATCH, NULL, NULL},
    {"watch-old-rv-still-in-watchcache", WATCH, "list-nodes", NULL},
    {"watch-runtimeclasses", WATCH, "list-runtimeclasses", NULL},
    {"watch-runtimeclasses-sendinitialevents", WATCH, NULL, NULL},
    {"watch-rv1-expired", WATCH, NULL, NULL},
    {"watch-sendinitialevents-no-bookmarks", WATCH, NULL, NULL},
    {"watch-sendinitialevents-without-match", WATCH_REFUSED, "list-nodes", NULL},
    {"watch-single-node-fieldselector", WATCH, NULL, NULL},
    {"watch-table", WATCH, NULL, NULL},
    {"watch-timeout3", WATCH, "list-nodes", NULL},
};

/* A row's recording, and what is to be seen of it. */
typedef struct story {
    const answer_row *row;
    kube_recording *recording;
    GPtrArray *lines;   /* what a WATCH tells */
    GPtrArray *history; /* of the nodes, or the RuntimeClasses: each state there ever was */
    GPtrArray *ends;    /* what it comes to when it stops after that many lines */
    char *last;         /* and ends with this one */
} story;

/* An extender that is told one. */
typedef struct listener {
    const story *story;
    kube_break cut;
    kube_manner manner;
    guint lines;             /* that are told all in all */
    size_t told, lists;      /* of the server's threads */
    _Atomic int64_t resumed; /* version that the rest was first asked for from; -1: never */
    kube_server *server;
    ext_settings *settings;
    ext_node_store *store;
    int waited_ms;
} listener;

static bool is_about_classes(const answer_row *row)
{
    return strstr(row->name, "runtimeclasses") != NULL;
}

/* ---- what there is to see */

static char *last_line(const answer_row *row)
{
    return g_strdup_printf(
        "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"zz-last\",\"resourceVersion\":"
        "\"99999998\",\"labels\":{\"kubernetes.io/os\":\"linux\"}}%s}}\n",
        is_about_classes(row)
            ? ",\"handler\":\"x\",\"scheduling\":{\"nodeSelector\":{\"kubernetes.io/os\":\"linux\"}}"
            : "");
}

/* zz-last sorts last. */
static void remember(story *told, const kube_picture *picture)
{
    char *text = kube_picture_text(picture);
    g_ptr_array_add(told->history, text);
    g_ptr_array_add(told->ends,
                    g_strdup_printf("%s%szz-last=linux", text, *text == '\0' ? "" : " "));
}

static void see_list(kube_picture *picture, const char *name, bool more)
{
    size_t len;
    g_autofree char *body = name == NULL ? g_strdup("{}") : kube_recorded_body(name, &len);
    kube_picture_list(picture, body, more);
}

static void see_all(story *told)
{
    g_autoptr(kube_picture) picture = kube_picture_new();
    const told_as as = told->row->as;
    see_list(picture, as == PAGE ? "list-nodes-page1" : told->row->list, false);
    see_list(picture, as == PAGE ? "list-nodes-page2" : NULL, true);
    see_list(picture, as == PAGE ? "list-nodes-page3" : NULL, true);
    see_list(picture, as == LIST ? told->row->name : NULL, true);
    if (as == WATCH_EXPIRED) {
        g_ptr_array_add(told->history, kube_picture_text(picture));
        see_list(picture, told->row->then, false);
    }
    remember(told, picture);
    for (guint i = 0; i < told->lines->len; i++) {
        kube_picture_event(picture, told->lines->pdata[i]);
        remember(told, picture);
    }
}

static story *story_new(const answer_row *row)
{
    story *told = g_new0(story, 1);
    told->row = row;
    told->recording = kube_recording_read(row->name);
    told->lines = g_ptr_array_new_with_free_func(g_free);
    told->history = g_ptr_array_new_with_free_func(g_free);
    told->ends = g_ptr_array_new_with_free_func(g_free);
    told->last = last_line(row);
    for (guint i = 0; row->as == WATCH && i < told->recording->lines->len; i++)
        g_ptr_array_add(told->lines, g_strdup(told->recording->lines->pdata[i]));
    see_all(told);
    return told;
}

static void story_free(void *data)
{
    story *told = data;
    kube_recording_free(told->recording);
    g_ptr_array_unref(told->lines);
    g_ptr_array_unref(told->history);
    g_ptr_array_unref(told->ends);
    g_free(told->last);
    g_free(told);
}

/* ---- the server */

static kube_answer recorded(const char *name)
{
    kube_answer answer = {.then = KUBE_KEEP};
    if (name == NULL)
        return kube_answer_chunked(
            MN_STR_LIT("{\"kind\":\"List\",\"apiVersion\":\"v1\",\"metadata\":{"
                       "\"resourceVersion\":\"1\"},\"items\":[]}"),
            CHUNK,
            true);
    answer.bytes = kube_recorded(name, &answer.len);
    return answer;
}

static kube_answer silence(void)
{
    return kube_answer_chunked((mn_str){.ptr = ""}, CHUNK, false);
}

static int64_t version_of(const char *line)
{
    static const char key[] = "\"resourceVersion\":\"";
    return (int64_t)g_ascii_strtoull(strstr(line, key) + sizeof key - 1, NULL, 10);
}

/* What comes behind the last line of that version; all, if there is none. */
static kube_answer tell_rest(listener *self, int64_t version)
{
    const story *told = self->story;
    int64_t never = -1;
    (void)atomic_compare_exchange_strong(&self->resumed, &never, version);
    g_autoptr(GString) rest = g_string_new(NULL);
    guint from = told->lines->len;
    while (from > 0 && version_of(told->lines->pdata[from - 1]) != version)
        from--;
    for (guint i = from; i < self->lines; i++)
        g_string_append(rest, told->lines->pdata[i]);
    g_string_append(rest, version == version_of(told->last) ? "" : told->last);
    return kube_answer_chunked((mn_str){.ptr = rest->str, .len = rest->len}, CHUNK, false);
}

/* The page that a token was given for with the one before. */
static const char *page_of(const kube_request *request)
{
    static const char behind_lin_2[] = "IvbGluLTJcdTAwMDAifQ"; /* base64 of "/lin-2\0" and so on */
    if (strstr(request->path, "continue=") == NULL)
        return "list-nodes-page1";
    return strstr(request->path, behind_lin_2) != NULL ? "list-nodes-page2" : "list-nodes-page3";
}

/* Is the recording, or what it was the answer to, what is asked for? */
static bool is_asked_for(const story *told, const kube_request *request)
{
    switch (told->row->as) {
    case LIST:
    case LIST_REFUSED:
        return !request->watch;
    case PAGE:
        return !request->watch && strcmp(page_of(request), told->row->name) == 0;
    case PAGE_REFUSED:
        return strstr(request->path, "continue=") != NULL;
    case WATCH:
    case WATCH_REFUSED:
    case WATCH_EXPIRED:
        return request->watch;
    }
    return false;
}

/* How often it is told: a part of it, then a refusal whole. */
static size_t times_told(const listener *self)
{
    const told_as as = self->story->row->as;
    const bool broken = self->cut.at < self->story->recording->len;
    if (as == LIST || as == PAGE)
        return SIZE_MAX;
    return as == WATCH ? 1 : broken ? 2 : 1;
}

static kube_answer tell_recording(listener *self)
{
    const kube_recording *recording = self->story->recording;
    const bool broken = self->told++ == 0 && self->cut.at < recording->len;
    return (kube_answer){.bytes = g_memdup2(recording->raw, recording->len),
                         .len = broken ? self->cut.at : recording->len,
                         .then = broken            ? self->manner
                                 : recording->ends ? KUBE_KEEP
                                                   : KUBE_CLOSE};
}

static kube_answer tell_list(listener *self, const kube_request *request)
{
    const answer_row *row = self->story->row;
    const bool first = self->lists++ == 0;
    if (row->as == PAGE || (row->as == PAGE_REFUSED && first))
        return recorded(page_of(request));
    return recorded(row->as == WATCH_EXPIRED && !first ? row->then : row->list);
}

static kube_answer tell(const kube_request *request, void *data)
{
    listener *self = data;
    const story *told = self->story;
    const bool classes = strstr(request->path, "/runtimeclasses") != NULL;
    if (classes != is_about_classes(told->row))
        return request->watch ? silence()
                              : recorded(classes ? "list-runtimeclasses" : "list-nodes");
    if (is_asked_for(told, request) && self->told < times_told(self))
        return tell_recording(self);
    return request->watch ? tell_rest(self, request->version) : tell_list(self, request);
}

/* ---- the extender */

static ext_config *config_of(const kube_server *server)
{
    g_autofree char *url = kube_server_url(server);
    g_autofree char *text = g_strdup_printf("kube: {source: url, url: '%s'}\n", url);
    const mn_source source = {.name = "c.yaml", .bytes = text, .len = strlen(text)};
    g_autoptr(GError) error = NULL;
    ext_config *config = ext_config_load(&source, &error);
    if (config == NULL)
        g_error("%s", error->message);
    return config;
}

static void listener_open(listener *self, ext_log *log)
{
    static const ext_environment nowhere;
    g_autoptr(GError) error = NULL;
    self->server = kube_server_start(tell, self);
    self->settings = ext_settings_new(config_of(self->server));
    self->store = ext_node_store_open(self->settings, &nowhere, log, &error);
    if (self->store == NULL)
        g_error("%s", error->message);
}

static void listener_close(listener *self)
{
    g_clear_pointer(&self->store, ext_node_store_free);
    g_clear_pointer(&self->server, kube_server_free);
    g_clear_pointer(&self->settings, ext_settings_free);
}

static void add_word(GString *text, const char *name, const char *os, unsigned build)
{
    g_string_append_printf(text, "%s%s=%s", text->len == 0 ? "" : " ", name, os);
    if (build > 0)
        g_string_append_printf(text, "/%u", build);
}

static char *text_of_nodes(const ext_nodes *nodes)
{
    static const char *const names[] = {"cp0-new",
                                        "cp1-new",
                                        "cp2-new",
                                        "cp3-new",
                                        "cp4-new",
                                        "lin-1",
                                        "lin-2",
                                        "lin-3",
                                        "ls-new",
                                        "nb-new",
                                        "si-new",
                                        "w-new",
                                        "win-1",
                                        "win-2",
                                        "zz-last"};
    GString *text = g_string_new(NULL);
    uint32_t others = nodes->count;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const uint32_t number = ext_name_table_find(nodes->names, mn_str_of(names[i]));
        if (number == EXT_NAME_UNKNOWN)
            continue;
        const mn_os_offer *offer = &nodes->classes->offers[nodes->class_of[number]];
        add_word(text, names[i], mn_os_name(offer->os), offer->version.build);
        others--;
    }
    if (others > 0)
        g_string_append_printf(text, " and %u others", others);
    return g_string_free(text, FALSE);
}

static char *text_of_classes(const ext_nodes *nodes)
{
    GString *text = g_string_new(NULL);
    const GPtrArray *classes = nodes->objects->runtime_classes;
    for (guint i = 0; i < classes->len; i++) {
        const mn_runtime_class *class = classes->pdata[i];
        const mn_labels *wants = &class->scheduling->node_selector;
        const char *build = mn_labels_find(wants, "node.kubernetes.io/windows-build");
        add_word(text,
                 class->meta.name,
                 mn_labels_find(wants, "kubernetes.io/os"),
                 build == NULL ? 0 : (unsigned)g_ascii_strtoull(strrchr(build, '.') + 1, NULL, 10));
    }
    return g_string_free(text, FALSE);
}

static void fail(const listener *self, const char *got, const char *want)
{
    g_autofree char *left = g_strdup_printf("%s, broken off at %zu (%s): %s",
                                            self->story->row->name,
                                            self->cut.at,
                                            self->cut.where,
                                            got);
    EXPECT_STR(left, want);
}

static bool was_ever(const GPtrArray *history, const char *text)
{
    for (guint i = 0; i < history->len; i++)
        if (strcmp(history->pdata[i], text) == 0)
            return true;
    return false;
}

/* Nothing that came whole is asked for again. A reset may take along what had come. */
static void check_place(const listener *self)
{
    const story *told = self->story;
    size_t len;
    if (told->row->as != WATCH || self->manner == KUBE_RESET)
        return;
    g_autofree char *list = told->row->list == NULL ? g_strdup("\"resourceVersion\":\"1\"")
                                                    : kube_recorded_body(told->row->list, &len);
    const guint lines = self->cut.lines;
    EXPECT_INT(self->resumed, version_of(lines == 0 ? list : told->lines->pdata[lines - 1]));
}

/* A refusal, and nothing else, is told from the truth. */
static void check_counts(const listener *self)
{
    const told_as as = self->story->row->as;
    const bool broken = self->cut.at < self->story->recording->len;
    ext_store_stats stats;
    ext_node_store_stats(self->store, &stats);
    const mn_watch_stats *watch = &stats.collections[is_about_classes(self->story->row)].watch;
    EXPECT_INT((int64_t)watch->unreadable, 0);
    if (as == LIST_REFUSED || as == WATCH_REFUSED)
        EXPECT_TRUE(watch->failures + watch->expired > 0);
    if (as == PAGE_REFUSED || as == WATCH_EXPIRED)
        EXPECT_TRUE(watch->expired > 0);
    if ((as == LIST || as == PAGE || as == WATCH) && !broken && self->story->recording->ends)
        EXPECT_INT((int64_t)watch->failures, 0);
}

/* True: nothing more is to come of it. */
static bool is_done(listener *self)
{
    const GPtrArray *history = self->story->history;
    const char *want = self->story->ends->pdata[self->lines];
    if (!ext_node_store_state(self->store).synced)
        return false;
    const ext_nodes *nodes = ext_node_store_take(self->store);
    g_autofree char *got =
        is_about_classes(self->story->row) ? text_of_classes(nodes) : text_of_nodes(nodes);
    ext_nodes_release(nodes);
    const bool ended = strstr(got, "zz-last") != NULL;
    if (!ended && was_ever(history, got))
        return false;
    if (!ended || strcmp(got, want) != 0)
        fail(self, got, ended ? want : "a state that was told");
    check_counts(self);
    check_place(self);
    return true;
}

/* ---- all of them */

/* Every other one hears no more than the line that broke off: many recordings end as they began. */
static void add_listener(GPtrArray *listeners, const story *told, kube_break cut)
{
    listener *self = g_new0(listener, 1);
    self->story = told;
    self->lines = told->lines->len;
    self->resumed = -1;
    if (listeners->len % 2 == 0)
        self->lines = MIN(self->lines, cut.lines + 1);
    self->cut = cut;
    self->manner = listeners->len % 4 < 2 ? KUBE_CLOSE : KUBE_RESET;
    g_ptr_array_add(listeners, self);
}

static void look_after(listener *self, ext_log *log)
{
    const bool late = self->waited_ms++ > PATIENT_MS;
    if (self->server == NULL)
        listener_open(self, log);
    if (late)
        fail(self, "it does not come to an end", "");
    if (late || is_done(self))
        listener_close(self);
}

/* AT_ONCE at any time. */
static void hear_all(GPtrArray *listeners)
{
    const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    ext_log *log = ext_log_new(null, EXT_DEBUG);
    guint first = 0;
    while (first < listeners->len) {
        guint open_now = 0;
        for (guint i = first; i < listeners->len && open_now < AT_ONCE; i++) {
            listener *self = listeners->pdata[i];
            if (self->waited_ms > 0 && self->server == NULL)
                continue;
            look_after(self, log);
            open_now++;
        }
        poll(NULL, 0, 1);
        for (const listener *self; first < listeners->len; first++) {
            self = listeners->pdata[first];
            if (self->waited_ms == 0 || self->server != NULL)
                break;
        }
    }
    ext_log_free(log);
    close(null);
}

static void hear_rows(bool broken)
{
    g_autoptr(GPtrArray) stories = g_ptr_array_new_with_free_func(story_free);
    g_autoptr(GPtrArray) listeners = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        story *told = story_new(&rows[i]);
        g_autoptr(GArray) breaks = kube_recording_breaks(told->recording);
        const kube_break nowhere = {
            .at = told->recording->len, .where = "nowhere", .lines = told->lines->len};
        g_ptr_array_add(stories, told);
        EXPECT_TRUE(breaks->len >= (told->recording->body_len > 0 ? 5 : 2));
        if (!broken)
            add_listener(listeners, told, nowhere);
        for (guint j = 0; broken && j < breaks->len; j++)
            add_listener(listeners, told, g_array_index(breaks, kube_break, j));
    }
    hear_all(listeners);
}

static void every_recording_becomes_what_it_says(void)
{
    hear_rows(false);
}

static void wherever_it_breaks_off_it_becomes_so_all_the_same(void)
{
    hear_rows(true);
}

static bool has_row(const char *file)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *name = g_strconcat(rows[i].name, ".http", NULL);
        if (strcmp(file, name) == 0)
            return true;
    }
    return false;
}

static void no_recording_is_left_out(void)
{
    size_t files = 0;
    g_autoptr(GDir) folder = g_dir_open("tests/captures/watch", 0, NULL);
    g_assert(folder != NULL);
    for (const char *file; (file = g_dir_read_name(folder)) != NULL; files++)
        EXPECT_TRUE(has_row(file));
    EXPECT_INT((int64_t)files, 42);
}

extern CU_TestInfo suite_extender_watch_captures[];
CU_TestInfo suite_extender_watch_captures[] = {
    {"no recording is left out", no_recording_is_left_out},
    {"every recording becomes what it says", every_recording_becomes_what_it_says},
    {"wherever it breaks off, it becomes so all the same",
     wherever_it_breaks_off_it_becomes_so_all_the_same},
    CU_TEST_INFO_NULL,
};
