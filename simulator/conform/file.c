/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/conform/file.h"

#include "mullion/io/file.h"

#include <string.h>

enum { MAX_DEPTH = 128 };
static const size_t max_bytes = (size_t)1 << 30;

/* A cursor over the lines of a file that are not blank. */
struct lines {
    const char *path;
    const char *at, *end;
    size_t number;
};

static bool next_line(struct lines *lines, mn_str *out)
{
    while (lines->at < lines->end) {
        const char *newline = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
        const char *end = newline == NULL ? lines->end : newline;
        *out = (mn_str){.ptr = lines->at, .len = (size_t)(end - lines->at)};
        lines->at = newline == NULL ? lines->end : newline + 1;
        lines->number++;
        if (out->len > 0)
            return true;
    }
    return false;
}

static struct lines lines_of(const mn_file *file)
{
    return (struct lines){
        .path = file->name,
        .at = file->source.bytes,
        .end = file->source.bytes + file->source.len,
    };
}

static conform_case *read_case(const struct lines *lines, mn_str line, GError **error)
{
    conform_case *c = conform_case_new(line, error);
    if (c == NULL)
        g_prefix_error(error, "%s:%zu: ", lines->path, lines->number);
    return c;
}

bool conform_is_cases(const char *path)
{
    const bool jsonl = g_str_has_suffix(path, ".jsonl") || g_str_has_suffix(path, ".jsonl.gz");
    const bool answers =
        g_str_has_suffix(path, ".expected.jsonl") || g_str_has_suffix(path, ".expected.jsonl.gz");
    return jsonl && !answers;
}

void conform_result_free(conform_result *result)
{
    if (result == NULL)
        return;
    for (guint i = 0; i < result->groups->len; i++)
        g_free(g_array_index(result->groups, conform_group, i).name);
    g_array_unref(result->groups);
    conform_difference_clear(&result->first);
    g_free(result->first_case);
    g_free(result->path);
    g_free(result);
}

static conform_group *group_of(conform_result *result, const char *name)
{
    for (guint i = 0; i < result->groups->len; i++) {
        conform_group *group = &g_array_index(result->groups, conform_group, i);
        if (strcmp(group->name, name) == 0)
            return group;
    }
    const conform_group group = {.name = g_strdup(name)};
    g_array_append_val(result->groups, group);
    return &g_array_index(result->groups, conform_group, result->groups->len - 1);
}

static void count(conform_result *result, const conform_case *c, conform_difference *difference)
{
    conform_group *group = group_of(result, c->group);
    const bool agrees = difference->path == NULL;
    group->cases++;
    group->agreeing += agrees;
    result->cases++;
    result->agreeing += agrees;
    if (agrees || result->first_case != NULL) {
        conform_difference_clear(difference);
        return;
    }
    result->first_case = g_strdup(c->name);
    result->first = *difference;
}

/* Both as JSON trees, so that the order of members says nothing. */
static bool check_case(conform_result *result, conform_case *c, mn_str expected, mn_engine engine,
                       GError **error)
{
    g_autofree char *answer = conform_answer(c, engine);
    json_t *want = mn_document_load_json(expected.ptr, expected.len, MAX_DEPTH, error);
    if (want == NULL)
        return false;
    json_t *got = mn_document_load_json(answer, strlen(answer), MAX_DEPTH, error);
    if (got != NULL) {
        const mn_at left = mn_at_tree(want), right = mn_at_tree(got);
        conform_difference difference = conform_compare(&left, &right);
        count(result, c, &difference);
    }
    json_decref(want);
    json_decref(got);
    return got != NULL;
}

/* "X.jsonl" -> "X.expected.jsonl", packed or not, whichever is there. */
static mn_file *read_expected(const char *path, GError **error)
{
    const char *suffix = strstr(path, ".jsonl");
    for (const char *next = suffix; next != NULL; next = strstr(next + 1, ".jsonl"))
        suffix = next;
    g_autofree char *stem = g_strndup(path, (size_t)(suffix - path));
    g_autofree char *packed = g_strconcat(stem, ".expected.jsonl.gz", NULL);
    g_autofree char *plain = g_strconcat(stem, ".expected.jsonl", NULL);
    mn_file *file = mn_file_read(packed, max_bytes, NULL);
    return file != NULL ? file : mn_file_read(plain, max_bytes, error);
}

static bool check_all(conform_result *result, struct lines *cases, struct lines *answers,
                      mn_engine engine, GError **error)
{
    mn_str line, expected;
    while (next_line(cases, &line)) {
        if (!next_line(answers, &expected)) {
            g_set_error(error,
                        MN_ERROR,
                        MN_ERROR_SCHEMA,
                        "%s: %zu answers, expected one a case",
                        answers->path,
                        answers->number);
            return false;
        }
        g_autoptr(conform_case) c = read_case(cases, line, error);
        if (c == NULL)
            return false;
        if (!check_case(result, c, expected, engine, error)) {
            g_prefix_error(error, "%s:%zu: ", answers->path, answers->number);
            return false;
        }
    }
    return true;
}

conform_result *conform_check(const char *path, mn_engine engine, GError **error)
{
    g_autoptr(mn_file) file = mn_file_read(path, max_bytes, error);
    if (file == NULL)
        return NULL;
    g_autoptr(mn_file) expected = read_expected(path, error);
    if (expected == NULL)
        return NULL;
    g_autoptr(conform_result) result = g_new0(conform_result, 1);
    result->path = g_strdup(path);
    result->groups = g_array_new(FALSE, FALSE, sizeof(conform_group));
    struct lines cases = lines_of(file), answers = lines_of(expected);
    if (!check_all(result, &cases, &answers, engine, error))
        return NULL;
    return g_steal_pointer(&result);
}

bool conform_record(const char *path, mn_engine engine, GString *out, GError **error)
{
    g_autoptr(mn_file) file = mn_file_read(path, max_bytes, error);
    if (file == NULL)
        return false;
    struct lines cases = lines_of(file);
    mn_str line;
    while (next_line(&cases, &line)) {
        g_autoptr(conform_case) c = read_case(&cases, line, error);
        if (c == NULL)
            return false;
        g_autofree char *answer = conform_answer(c, engine);
        g_string_append_printf(out, "%s\n", answer);
    }
    return true;
}
