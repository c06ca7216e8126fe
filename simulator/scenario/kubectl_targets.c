/* SPDX-License-Identifier: Apache-2.0 */
/* Which objects a command is about: kinds by any of their names, objects by name, label or all. */
#include "simulator/scenario/kubectl_parts.h"

#include <string.h>

static const struct kind_row {
    const char *name, *plural, *letters, *group;
    bool namespaced;
} kinds[] = {
#define KIND(id, name_, plural_, letters_, group_, namespaced_) \
    {.name = (name_),                                           \
     .plural = (plural_),                                       \
     .letters = (letters_),                                     \
     .group = (group_),                                         \
     .namespaced = (namespaced_)},
#include "simulator/scenario/kubectl_kinds.def"
#undef KIND
};

const char *mn_kind_name(mn_kind kind)
{
    return kinds[kind].name;
}

bool mn_kind_is_namespaced(mn_kind kind)
{
    return kinds[kind].namespaced;
}

char *mn_kind_resource(mn_kind kind)
{
    g_autofree char *lower = g_ascii_strdown(kinds[kind].name, -1);
    return *kinds[kind].group == '\0' ? g_steal_pointer(&lower)
                                      : g_strdup_printf("%s.%s", lower, kinds[kind].group);
}

char *mn_kind_plural(mn_kind kind)
{
    return *kinds[kind].group == '\0'
               ? g_strdup(kinds[kind].plural)
               : g_strdup_printf("%s.%s", kinds[kind].plural, kinds[kind].group);
}

bool mn_kind_workload(mn_kind kind, mn_workload_kind *out)
{
    static const struct {
        mn_kind kind;
        mn_workload_kind workload;
    } rows[] = {
        {MN_KIND_CRON_JOB, MN_WORKLOAD_CRON_JOB},
        {MN_KIND_DAEMON_SET, MN_WORKLOAD_DAEMON_SET},
        {MN_KIND_DEPLOYMENT, MN_WORKLOAD_DEPLOYMENT},
        {MN_KIND_JOB, MN_WORKLOAD_JOB},
        {MN_KIND_REPLICATION_CONTROLLER, MN_WORKLOAD_REPLICATION_CONTROLLER},
        {MN_KIND_REPLICA_SET, MN_WORKLOAD_REPLICA_SET},
        {MN_KIND_STATEFUL_SET, MN_WORKLOAD_STATEFUL_SET},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].kind == kind) {
            *out = rows[i].workload;
            return true;
        }
    }
    return false;
}

/* ---- kinds by name */

/* "deployments.apps", "deployments.v1.apps": the group goes along, if it is the right one. */
static bool kind_has_name(const struct kind_row *row, const char *text)
{
    const char *dot = strchr(text, '.');
    size_t len = dot == NULL ? strlen(text) : (size_t)(dot - text);
    if (dot != NULL && strcmp(dot + 1, row->group) != 0 &&
        (strncmp(dot, ".v1.", 4) != 0 || strcmp(dot + 4, row->group) != 0))
        return false;
    const char *const names[] = {row->name, row->plural, row->letters};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strlen(names[i]) == len && len > 0 && g_ascii_strncasecmp(names[i], text, len) == 0)
            return true;
    }
    return false;
}

static bool find_kind(const char *text, mn_kind *out)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (kind_has_name(&kinds[i], text)) {
            *out = (mn_kind)i;
            return true;
        }
    }
    return false;
}

static bool unknown_kind(const mn_line *line, const char *text, size_t offset)
{
    const char *names[3 * G_N_ELEMENTS(kinds)];
    size_t count = 0;
    g_autoptr(GString) all = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        names[count++] = kinds[i].plural;
        if (*kinds[i].letters != '\0')
            names[count++] = kinds[i].letters;
        names[count++] = kinds[i].name;
        g_string_append_printf(all, "%s%s", i == 0 ? "" : ", ", kinds[i].plural);
    }
    g_autofree char *hint = mn_line_hint(text, names, count);
    return mn_line_fail(line,
                        offset,
                        MN_ERROR_UNKNOWN,
                        "the server doesn't have a resource type \"%.60s\"%s: a timeline has %s",
                        text,
                        hint,
                        all->str);
}

bool mn_line_kind(const mn_line *line, const mn_line_word *word, mn_kind *out)
{
    return find_kind(word->text, out) || unknown_kind(line, word->text, word->offset);
}

/* ---- objects */

typedef struct refs {
    const mn_line *line;
    mn_object_ref *items;
    size_t count;
} refs;

static bool add_ref(refs *r, mn_kind kind, const mn_line_word *word, const char *name)
{
    if (*name == '\0')
        return mn_line_fail(r->line,
                            word->offset,
                            MN_ERROR_SCHEMA,
                            "arguments in resource/name form may not have more than one slash, nor "
                            "an empty name: \"%.60s\"",
                            word->text);
    r->items[r->count++] =
        (mn_object_ref){.kind = kind, .name = mn_arena_strdup(r->line->arena, name)};
    return true;
}

/* deployment/web */
static bool add_slashed(refs *r, const mn_line_word *word)
{
    const char *slash = strchr(word->text, '/');
    if (slash == NULL)
        return mn_line_fail(r->line,
                            word->offset,
                            MN_ERROR_SCHEMA,
                            "expected KIND/NAME, as in the operands before it, found \"%.60s\"",
                            word->text);
    g_autofree char *text = g_strndup(word->text, (size_t)(slash - word->text));
    mn_kind kind;
    if (!find_kind(text, &kind))
        return unknown_kind(r->line, text, word->offset);
    return add_ref(r, kind, word, strchr(slash + 1, '/') == NULL ? slash + 1 : "");
}

/* KIND[,KIND...] with --all or -l. */
static bool add_kinds(refs *r, const mn_line_word *word)
{
    g_auto(GStrv) parts = g_strsplit(word->text, ",", MN_KIND_COUNT + 1);
    for (size_t i = 0; parts[i] != NULL; i++) {
        mn_kind kind;
        if (i == MN_KIND_COUNT || !find_kind(parts[i], &kind))
            return unknown_kind(r->line, parts[i], word->offset);
        r->items[r->count++] = (mn_object_ref){.kind = kind};
    }
    return true;
}

static bool add_names(refs *r, const mn_line_word *words, size_t count)
{
    mn_kind kind;
    if (!mn_line_kind(r->line, &words[0], &kind))
        return false;
    for (size_t i = 1; i < count; i++) {
        if (strchr(words[i].text, '/') != NULL)
            return mn_line_fail(
                r->line,
                words[i].offset,
                MN_ERROR_SCHEMA,
                "there is no need to specify a resource type as a separate argument "
                "when passing arguments in resource/name form: \"%.60s\"",
                words[i].text);
        if (!add_ref(r, kind, &words[i], words[i].text))
            return false;
    }
    return count > 1 || mn_line_fail(r->line,
                                     r->line->end,
                                     MN_ERROR_SCHEMA,
                                     "which %s? Expected a name, --all or -l",
                                     kinds[kind].plural);
}

static bool read_selector(const mn_line *line, mn_targets *out)
{
    const mn_flag_value *flag = &line->flags[MN_FLAG_SELECTOR];
    GError *cause = NULL;
    out->namespace_ =
        mn_line_has(line, MN_FLAG_NAMESPACE) ? line->flags[MN_FLAG_NAMESPACE].text : "default";
    out->all_namespaces = mn_line_has(line, MN_FLAG_ALL_NAMESPACES);
    if (!flag->set)
        return true;
    if (mn_line_has(line, MN_FLAG_ALL))
        return mn_line_fail(line,
                            flag->offset,
                            MN_ERROR_SCHEMA,
                            "setting 'all' parameter with a non empty selector is prohibited");
    out->selector_text = flag->text;
    out->selector = mn_label_query_parse(line->arena, flag->text, &cause);
    if (out->selector != NULL)
        return true;
    *line->fault = flag->offset;
    g_propagate_error(line->error, cause);
    return false;
}

static bool takes_many(const mn_line *line)
{
    return mn_line_has(line, MN_FLAG_SELECTOR) || mn_line_has(line, MN_FLAG_ALL);
}

bool mn_line_targets(const mn_line *line, size_t first, size_t count, mn_targets *out)
{
    const mn_line_word *words = line->operands + first;
    refs r = {
        .line = line,
        .items = MN_ARENA_NEW(line->arena, mn_object_ref, count + MN_KIND_COUNT),
    };
    if (!read_selector(line, out))
        return false;
    if (count == 0)
        return mn_line_fail(line,
                            line->end,
                            MN_ERROR_SCHEMA,
                            "one or more resources must be specified as <resource> <name> or "
                            "<resource>/<name>");
    bool slashed = strchr(words[0].text, '/') != NULL;
    if (takes_many(line) && (slashed || count > 1))
        return mn_line_fail(line,
                            words[slashed ? 0 : 1].offset,
                            MN_ERROR_SCHEMA,
                            "name cannot be provided when a selector is specified");
    if (takes_many(line) && !add_kinds(&r, &words[0]))
        return false;
    for (size_t i = 0; slashed && i < count; i++) {
        if (!add_slashed(&r, &words[i]))
            return false;
    }
    if (!slashed && !takes_many(line) && !add_names(&r, words, count))
        return false;
    out->items = r.items;
    out->count = r.count;
    return true;
}

bool mn_line_nodes(const mn_line *line, size_t first, size_t count, mn_targets *out)
{
    refs r = {
        .line = line,
        .items = MN_ARENA_NEW(line->arena, mn_object_ref, count + 1),
    };
    if (!read_selector(line, out))
        return false;
    if (takes_many(line) && count > 0)
        return mn_line_fail(line,
                            line->operands[first].offset,
                            MN_ERROR_SCHEMA,
                            "cannot specify both a node name and a --selector option");
    if (takes_many(line))
        r.items[r.count++] = (mn_object_ref){.kind = MN_KIND_NODE};
    else if (count == 0)
        return mn_line_fail(
            line, line->end, MN_ERROR_SCHEMA, "which node? Expected its name, or -l");
    for (size_t i = 0; i < count; i++) {
        const mn_line_word *word = &line->operands[first + i];
        if (!(strchr(word->text, '/') == NULL ? add_ref(&r, MN_KIND_NODE, word, word->text)
                                              : add_slashed(&r, word)))
            return false;
        if (r.items[r.count - 1].kind != MN_KIND_NODE)
            return mn_line_fail(line,
                                word->offset,
                                MN_ERROR_SCHEMA,
                                "expected a node, found \"%.60s\"",
                                word->text);
    }
    out->items = r.items;
    out->count = r.count;
    return true;
}

bool mn_line_number(const mn_line *line, mn_flag flag, int64_t min, int64_t *out)
{
    const mn_flag_value *value = &line->flags[flag];
    if (!value->set)
        return true;
    char *end = NULL;
    int64_t number = g_ascii_strtoll(value->text, &end, 10);
    if (end == value->text || *end != '\0' || number < min || number > 1000000)
        return mn_line_fail(line,
                            value->offset,
                            MN_ERROR_SCHEMA,
                            "expected a whole number from %d to 1000000, found \"%.60s\"",
                            (int)min,
                            value->text);
    *out = number;
    return true;
}
