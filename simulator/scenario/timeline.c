/* SPDX-License-Identifier: Apache-2.0 */
/* `spec.timeline`: entries with a time, and what happens then.
 *
 * A command knows its place from here on: the document is gone when it acts. The place is that
 * of the command in the text of `run`, found again in the source; where YAML has folded or
 * escaped that text, it is where the value begins.
 */
#include "simulator/scenario/duration.h"
#include "simulator/scenario/parts.h"

#include <string.h>

#define DEFAULT_TAKES_MS (INT64_C(5) * 60 * 1000)

typedef struct entry {
    int64_t at_ms;
    const char *run;
    mn_strings fail, come_back, apply;
    const mn_pool_change *pool;
} entry;

/* ---- places */

/* The byte of a position: lines and columns count from 1. */
static size_t offset_of(const mn_source *source, mn_position position)
{
    const char *at = source->bytes, *end = source->bytes + source->len;
    for (size_t line = 1; line < position.line && at < end; line++) {
        const char *next = memchr(at, '\n', (size_t)(end - at));
        at = next == NULL ? end : next + 1;
    }
    return MIN((size_t)(at - source->bytes) + position.column - 1, source->len);
}

/* Of the byte at `offset` in the text that `at` holds. */
static mn_position position_in(const mn_at *at, const char *text, size_t offset)
{
    mn_position begin = mn_at_position(at);
    if (begin.line == 0)
        return begin;
    const mn_source *source = at->document->source;
    size_t from = offset_of(source, begin);
    while (offset > 0 && text[offset] == '\n')
        offset--;
    size_t line = offset;
    while (line > 0 && text[line - 1] != '\n')
        line--;
    g_autofree char *wanted = g_strndup(text + line, strcspn(text + line, "\n"));
    size_t room = MIN(source->len - from, (size_t)4 * MN_COMMAND_MAX_BYTES);
    const char *found =
        *wanted == '\0' ? NULL : g_strstr_len(source->bytes + from, (gssize)room, wanted);
    return found == NULL
               ? begin
               : mn_source_position(source, (size_t)(found - source->bytes) + offset - line);
}

/* "file:line:column: path: " before an error that knows none of them. */
static bool place_error(const mn_at *at, mn_position position, GError **error)
{
    g_autofree char *path = mn_at_path(at);
    if (position.line == 0)
        g_prefix_error(error, "%s: ", path);
    else
        g_prefix_error(error,
                       "%s:%zu:%zu: %s: ",
                       at->document->source->name,
                       position.line,
                       position.column,
                       path);
    return false;
}

/* ---- what an entry says */

typedef struct builder {
    mn_arena *arena;
    GArray *commands; /* mn_kubectl */
} builder;

static bool add_command(builder *b, const mn_at *at, mn_kubectl *command, mn_position position,
                        GError **error)
{
    if (b->commands->len == MN_TIMELINE_MAX)
        return mn_at_error(at, MN_ERROR_LIMIT, error, "more than %d commands", MN_TIMELINE_MAX);
    command->action.file =
        at->document == NULL ? "" : mn_arena_strdup(b->arena, at->document->source->name);
    command->action.line = position.line;
    command->action.column = position.column;
    g_array_append_val(b->commands, *command);
    return true;
}

/* The command as it stands in the text, on one line. */
static const char *command_text(mn_arena *arena, const char *text, size_t begin, size_t end)
{
    g_autoptr(GString) line = g_string_new(NULL);
    for (const char *at = text + begin; at < text + end; at++) {
        if (strncmp(at, "\\\n", 2) == 0)
            at += 1 + strspn(at + 2, " \t");
        else
            g_string_append_c(line, strchr("\r\n\t", *at) == NULL ? *at : ' ');
    }
    return mn_arena_strdup(arena, g_strstrip(line->str));
}

/* One command a line. */
static bool add_run(builder *b, const mn_at *at, const entry *e, GError **error)
{
    size_t next = 0, count = 0, fault = 0;
    mn_line_words words;
    while (e->run[next] != '\0') {
        mn_kubectl command;
        GError *cause = NULL;
        bool read = mn_line_split(b->arena, e->run, &next, &words, &fault, &cause);
        if (read && words.count == 0)
            continue;
        if (!read || !mn_kubectl_read(b->arena, &words, &command, &fault, &cause)) {
            g_propagate_error(error, cause);
            return place_error(at, position_in(at, e->run, fault), error);
        }
        size_t begin = words.items[0].offset;
        command.action.at_ms = e->at_ms;
        command.action.text = command_text(b->arena, e->run, begin, next);
        if (!add_command(b, at, &command, position_in(at, e->run, begin), error))
            return false;
        count++;
    }
    return count > 0 || mn_at_expected(at, "a kubectl command", error);
}

static bool add_nodes(builder *b, const mn_at *at, const entry *e, mn_verb verb, GError **error)
{
    const mn_strings *names = verb == MN_VERB_NODE_FAIL ? &e->fail : &e->come_back;
    for (size_t i = 0; i < names->count; i++) {
        mn_kubectl command = {
            .action = {.verb = verb,
                       .at_ms = e->at_ms,
                       .node = names->items[i],
                       .text = mn_arena_printf(
                           b->arena, "%s %s", mn_verb_words(verb), names->items[i])},
        };
        if (!add_command(b, at, &command, mn_at_position(at), error))
            return false;
    }
    return true;
}

static bool add_pool(builder *b, const mn_at *at, const entry *e, GError **error)
{
    bool resize = mn_at_is_there(&(mn_at){.value = mn_at_member(at, "resize").value});
    mn_verb verb = resize ? MN_VERB_POOL_RESIZE : MN_VERB_POOL_BUILD;
    mn_kubectl command = {
        .action = {.verb = verb, .at_ms = e->at_ms, .pool = *e->pool},
    };
    if (resize)
        command.action.text = mn_arena_printf(
            b->arena, "%s %s %zu", mn_verb_words(verb), e->pool->name, e->pool->size);
    else if (e->pool->build.build != 0)
        command.action.text = mn_arena_printf(
            b->arena, "%s %s 10.0.%u", mn_verb_words(verb), e->pool->name, e->pool->build.build);
    else
        command.action.text =
            mn_arena_printf(b->arena, "%s %s", mn_verb_words(verb), e->pool->name);
    return add_command(b, at, &command, mn_at_position(at), error);
}

static bool add_apply(builder *b, const mn_at *at, const entry *e, GError **error)
{
    mn_kubectl command = {
        .action = {.verb = MN_VERB_APPLY, .at_ms = e->at_ms, .grace_period_s = -1},
        .files = e->apply,
    };
    g_autofree char *files = g_strjoinv(" -f ", (char **)(uintptr_t)e->apply.items);
    command.action.text = mn_arena_printf(b->arena, "kubectl apply -f %s", files);
    return add_command(b, at, &command, mn_at_position(at), error);
}

/* ---- shapes */

static bool add_name(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    mn_strings *list = out;
    const char *name = "";
    if (!mn_read_string(at, &name, error))
        return false;
    if (*name == '\0')
        return mn_at_expected(at, "a name", error);
    const char **items = MN_ARENA_NEW(arena, const char *, list->count + 2);
    for (size_t i = 0; i < list->count; i++)
        items[i] = list->items[i];
    items[list->count] = mn_arena_strdup(arena, name);
    *list = (mn_strings){.items = items, .count = list->count + 1};
    return true;
}

/* A name or a list of names; ended by NULL. */
static bool decode_names(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    if (mn_at_count(at) > MN_TIMELINE_MAX)
        return mn_at_error(at, MN_ERROR_LIMIT, error, "more than %d names", MN_TIMELINE_MAX);
    return mn_decode_one_or_many(arena, at, add_name, out, error);
}

typedef struct pool_entry {
    const char *name;
    mn_opt_int resize, max_unavailable;
    mn_win_version build;
    const char *container_runtime, *kubelet, *os_image;
    mn_labels labels;
    int64_t takes_ms;
} pool_entry;

static bool check_pool(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)arena;
    const pool_entry *pool = out;
    bool changes = pool->build.build != 0 || pool->container_runtime != NULL ||
                   pool->kubelet != NULL || pool->os_image != NULL || pool->labels.count > 0;
    mn_at resize = mn_at_member(at, "resize"), unavailable = mn_at_member(at, "maxUnavailable");
    if (pool->resize.set == changes)
        return mn_at_error(
            at,
            MN_ERROR_SCHEMA,
            error,
            "expected either \"resize\" or what its nodes come back with: \"build\", "
            "\"containerRuntime\", \"kubelet\", \"osImage\", \"labels\"");
    if (pool->resize.value < 0 || pool->resize.value > MN_SCENARIO_MAX_NODES)
        return mn_at_error(&resize,
                           MN_ERROR_LIMIT,
                           error,
                           "expected a number of nodes from 0 to %d",
                           MN_SCENARIO_MAX_NODES);
    if (pool->max_unavailable.set && pool->max_unavailable.value < 1)
        return mn_at_error(&unavailable, MN_ERROR_SCHEMA, error, "expected a number from 1");
    return true;
}

#define POOL(member, name, kind) MN_FIELD(pool_entry, member, name, kind)
static const mn_field pool_fields[] = {
    {.name = "name",
     .offset = offsetof(pool_entry, name),
     .kind = MN_FIELD_STRING,
     .required = true},
    POOL(resize, "resize", MN_FIELD_INT64),
    MN_FIELD_BY(pool_entry, build, "build", mn_decode_build),
    POOL(container_runtime, "containerRuntime", MN_FIELD_STRING),
    POOL(kubelet, "kubelet", MN_FIELD_STRING),
    POOL(os_image, "osImage", MN_FIELD_STRING),
    POOL(labels, "labels", MN_FIELD_STRING_MAP),
    POOL(max_unavailable, "maxUnavailable", MN_FIELD_INT64),
    MN_FIELD_BY(pool_entry, takes_ms, "takes", mn_decode_duration),
};
static const mn_shape pool_shape = {
    .name = "pool change",
    .size = sizeof(pool_entry),
    .fields = pool_fields,
    .count = G_N_ELEMENTS(pool_fields),
    .strict = true,
    .check = check_pool,
};

static bool decode_pool(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    pool_entry pool;
    mn_at takes = mn_at_member(at, "takes");
    if (!mn_decode(arena, &pool_shape, at, &pool, error))
        return false;
    mn_pool_change *change = MN_ARENA_NEW(arena, mn_pool_change, 1);
    *change = (mn_pool_change){
        .name = pool.name,
        .size = (size_t)pool.resize.value,
        .build = pool.build,
        .container_runtime = pool.container_runtime,
        .kubelet = pool.kubelet,
        .os_image = pool.os_image,
        .labels = pool.labels,
        .takes_ms = mn_at_is_there(&takes) ? pool.takes_ms : DEFAULT_TAKES_MS,
        .max_unavailable = pool.max_unavailable.set ? pool.max_unavailable.value : 1,
    };
    *(const mn_pool_change **)out = change;
    return true;
}

typedef struct node_entry {
    mn_strings fail, come_back;
} node_entry;

static const mn_field node_fields[] = {
    MN_FIELD_BY(node_entry, fail, "fail", decode_names),
    MN_FIELD_BY(node_entry, come_back, "return", decode_names),
};
static const mn_shape node_shape = {
    .name = "node change",
    .size = sizeof(node_entry),
    .fields = node_fields,
    .count = G_N_ELEMENTS(node_fields),
    .strict = true,
};

/* Fills fail and come_back of the entry. */
static bool decode_node(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    node_entry node;
    if (!mn_decode(arena, &node_shape, at, &node, error))
        return false;
    if ((node.fail.count > 0) == (node.come_back.count > 0))
        return mn_at_error(at,
                           MN_ERROR_SCHEMA,
                           error,
                           "expected either \"fail\" or \"return\", with a node's name");
    *(node_entry *)out = node;
    return true;
}

static const mn_field entry_fields[] = {
    {.name = "at",
     .offset = offsetof(entry, at_ms),
     .kind = MN_FIELD_CUSTOM,
     .decode = mn_decode_duration,
     .required = true},
    MN_FIELD(entry, run, "run", MN_FIELD_STRING),
    MN_FIELD_WITHIN(entry, fail, "node", decode_node, node_shape),
    MN_FIELD_WITHIN(entry, pool, "pool", decode_pool, pool_shape),
    MN_FIELD_BY(entry, apply, "apply", decode_names),
};
const mn_shape mn_timeline_entry_shape = {
    .name = "timeline entry",
    .size = sizeof(entry),
    .fields = entry_fields,
    .count = G_N_ELEMENTS(entry_fields),
    .strict = true,
};

/* ---- the whole */

static bool add_entry(builder *b, const mn_at *at, GError **error)
{
    entry e;
    mn_at run = mn_at_member(at, "run"), node = mn_at_member(at, "node");
    mn_at pool = mn_at_member(at, "pool"), apply = mn_at_member(at, "apply");
    if (!mn_decode(b->arena, &mn_timeline_entry_shape, at, &e, error))
        return false;
    int what = mn_at_is_there(&run) + mn_at_is_there(&node) + mn_at_is_there(&pool) +
               mn_at_is_there(&apply);
    if (what != 1)
        return mn_at_error(at,
                           MN_ERROR_SCHEMA,
                           error,
                           "expected one of \"run\", \"node\", \"pool\", \"apply\", found %s",
                           what == 0 ? "none" : "several: make it two entries of the same time");
    if (mn_at_is_there(&run))
        return add_run(b, &run, &e, error);
    if (mn_at_is_there(&pool))
        return add_pool(b, &pool, &e, error);
    if (mn_at_is_there(&apply))
        return add_apply(b, &apply, &e, error);
    return add_nodes(b, &node, &e, MN_VERB_NODE_FAIL, error) &&
           add_nodes(b, &node, &e, MN_VERB_NODE_RETURN, error);
}

bool mn_decode_timeline(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    g_autoptr(GArray) commands = g_array_new(FALSE, FALSE, sizeof(mn_kubectl));
    builder b = {.arena = arena, .commands = commands};
    if (!mn_read_is_array(at, error))
        return false;
    if (mn_at_count(at) > MN_TIMELINE_MAX)
        return mn_at_error(at, MN_ERROR_LIMIT, error, "more than %d entries", MN_TIMELINE_MAX);
    for (size_t i = 0; i < mn_at_count(at); i++) {
        mn_at element = mn_at_element(at, i);
        if (!mn_at_is_there(&element))
            return mn_at_expected(&element, "an entry such as {at: 5m, run: kubectl ...}", error);
        if (!add_entry(&b, &element, error))
            return false;
    }
    mn_kubectl *items = MN_ARENA_NEW(arena, mn_kubectl, commands->len);
    if (commands->len > 0)
        memcpy(items, commands->data, commands->len * sizeof *items);
    *(mn_timeline_spec *)out = (mn_timeline_spec){.items = items, .count = commands->len};
    return true;
}
