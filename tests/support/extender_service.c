/* SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700 /* NOLINT(*): nftw() */

#include "tests/support/extender_service.h"

#include "tests/support/captures.h"

#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *all_temporary; /* the folder that holds the others */

static int remove_one(const char *path, const struct stat *found, int type, struct FTW *at)
{
    (void)found;
    (void)type;
    (void)at;
    return remove(path);
}

static void remove_temporary(void)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread is left */
    (void)nftw(all_temporary, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    g_free(all_temporary);
}

char *write_temporary(const char *name, const char *text)
{
    if (all_temporary == NULL) {
        all_temporary = g_dir_make_tmp("mullion-test-XXXXXX", NULL);
        (void)atexit(remove_temporary);
    }
    g_autofree char *folder = g_build_filename(all_temporary, "XXXXXX", NULL);
    if (g_mkdtemp(folder) == NULL)
        g_error("cannot make %s", folder);
    char *path = g_build_filename(folder, name, NULL);
    if (!g_file_set_contents(path, text, -1, NULL))
        g_error("cannot write %s", path);
    return path;
}

static const ext_environment nowhere;

extender_service *extender_service_new(const char *config)
{
    extender_service *self = g_new0(extender_service, 1);
    const mn_source source = {.name = "config.yaml", .bytes = config, .len = strlen(config)};
    g_autoptr(GError) error = NULL;
    self->config = ext_config_load(&source, &error);
    if (self->config == NULL)
        g_error("%s", error->message);
    self->log_path = write_temporary("log", "");
    self->log_fd = g_open(self->log_path, O_WRONLY | O_APPEND | O_CLOEXEC);
    self->service.settings = ext_settings_new(self->config);
    self->service.log = ext_log_new(self->log_fd, (ext_level)self->config->log_level);
    self->service.nodes =
        ext_node_store_open(self->service.settings, &nowhere, self->service.log, &error);
    if (self->service.nodes == NULL)
        g_error("%s", error->message);
    self->service.recent = ext_recent_new((size_t)self->config->explain_decisions);
    return self;
}

void extender_service_free(extender_service *self)
{
    if (self == NULL)
        return;
    ext_recent_free(self->service.recent);
    ext_node_store_free(self->service.nodes);
    ext_log_free(self->service.log);
    ext_settings_free(self->service.settings);
    close(self->log_fd);
    g_free(self->log_path);
    g_free(self);
}

char *extender_service_end_log(extender_service *self)
{
    char *text = NULL;
    g_clear_pointer(&self->service.log, ext_log_free);
    if (!g_file_get_contents(self->log_path, &text, NULL, NULL))
        g_error("no log");
    return text;
}

unsigned extender_service_try(extender_service *self, mn_arena *arena, const char *verb,
                              mn_str body, mn_str *answer)
{
    const mn_http_request request = {.arena = arena, .method = "POST", .path = verb, .body = body};
    mn_http_reply reply = {.status = 200};
    mn_http_route routes[EXT_ROUTES_MAX];
    size_t count = ext_routes_of(EXT_LISTENS_VERBS, routes), route = 0;
    while (strcmp(routes[route].path + 1, verb) != 0)
        g_assert(++route < count);
    routes[route].handle(&request, &reply, &self->service);
    size_t len = 0, at = 0;
    for (size_t i = 0; i < reply.count; i++)
        len += reply.spans[i].len;
    char *text = MN_ARENA_NEW(arena, char, len + 1);
    for (size_t i = 0; i < reply.count; i++) {
        memcpy(text + at, reply.spans[i].ptr, reply.spans[i].len);
        at += reply.spans[i].len;
    }
    *answer = (mn_str){.ptr = text, .len = len};
    return reply.status;
}

mn_str extender_service_ask(extender_service *self, mn_arena *arena, const char *verb, mn_str body)
{
    mn_str answer;
    unsigned status = extender_service_try(self, arena, verb, body, &answer);
    g_assert(status == 200);
    return answer;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *sorted_words(mn_arena *arena, const mn_str *words, size_t count)
{
    const char **texts = MN_ARENA_NEW(arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++)
        texts[i] = mn_arena_strndup(arena, words[i].ptr, words[i].len);
    qsort(texts, count, sizeof *texts, compare_texts);
    const char *line = "";
    for (size_t i = 0; i < count; i++)
        line = mn_arena_printf(arena, "%s%s%s", line, i == 0 ? "" : " ", texts[i]);
    return line;
}

const char *kept_nodes(mn_arena *arena, mn_str answer)
{
    mn_wire_filter_result result;
    g_autoptr(GError) error = NULL;
    if (!mn_wire_filter_result_decode(arena, answer, &mn_wire_limits_default, &result, &error))
        return mn_arena_printf(arena, "not an answer: %s", error->message);
    if (result.error.len > 0)
        return mn_arena_printf(arena, "error: %.*s", MN_STR_ARG(result.error));
    if (result.has_names)
        return sorted_words(arena, result.names.items, result.names.count);
    return sorted_words(arena, result.node_names.items, result.node_names.count);
}

const char *victims_text(mn_arena *arena, const mn_wire_victims *items, size_t count)
{
    mn_str *words = MN_ARENA_NEW(arena, mn_str, count);
    for (size_t i = 0; i < count; i++) {
        const mn_wire_strings *uids = &items[i].uids;
        words[i] = mn_str_of(mn_arena_printf(arena,
                                             "%.*s(%s)/%" PRId64,
                                             MN_STR_ARG(items[i].node),
                                             sorted_words(arena, uids->items, uids->count),
                                             items[i].violations));
    }
    return sorted_words(arena, words, count);
}

char *captured_cluster(void)
{
    size_t len;
    g_autofree char *nodes = captures_read("extender-windows-nodes.json.gz", &len);
    g_autofree char *classes = captures_read("extender-windows-runtimeclasses.json.gz", &len);
    g_autofree char *first = write_temporary("nodes.json", nodes);
    char *folder = g_path_get_dirname(first);
    g_autofree char *second = g_build_filename(folder, "runtimeclasses.json", NULL);
    if (!g_file_set_contents(second, classes, -1, NULL))
        g_error("cannot write %s", second);
    return folder;
}
