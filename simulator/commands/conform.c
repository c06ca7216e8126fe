/* SPDX-License-Identifier: Apache-2.0 */
/* How far Mullion decides as kube-scheduler does, on recorded cases. */
#include "mullion/text/json_write.h"
#include "simulator/command.h"
#include "simulator/conform/file.h"
#include "simulator/options.h"
#include "simulator/progress.h"
#include "simulator/replay.h"

#include <string.h>

struct args {
    bool record;
    int format, engine;
};

enum { FORMAT_TEXT, FORMAT_JSON };

static const char *const formats[] = {"text", "json", NULL};

static const mn_option options[] = {
    MN_CHOICE(struct args, format, "output", 'o', "FORMAT", formats, "how to print the result"),
    MN_FLAG(struct args, record, "record", 0, "print our own answers instead of comparing them"),
    MN_CHOICE_TOLD(struct args, engine, "engine", 0, "ENGINE", mn_engine_names, mn_engine_helps,
                   "which implementation of the scheduling cycle decides"),
};

static const mn_example examples[] = {
    {"mullion conform tests/vectors", "everything that was recorded"},
    {"mullion conform --record cases.jsonl > answers.jsonl", "answers to cases of your own"},
};

/* ------------------------------------------------------------------ which files */

static int by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool add_directory(GPtrArray *paths, const char *path, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, error);
    const char *name;
    if (dir == NULL)
        return false;
    g_autoptr(GPtrArray) found = g_ptr_array_new();
    while ((name = g_dir_read_name(dir)) != NULL) {
        if (conform_is_cases(name))
            g_ptr_array_add(found, g_build_filename(path, name, NULL));
    }
    g_ptr_array_sort(found, by_text);
    g_ptr_array_extend_and_steal(paths, g_steal_pointer(&found));
    return true;
}

static GPtrArray *find_paths(const mn_call *call, GError **error)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < call->operand_count; i++) {
        const char *operand = call->operands[i];
        if (g_file_test(operand, G_FILE_TEST_IS_DIR)) {
            if (!add_directory(paths, operand, error))
                return NULL;
        } else if (conform_is_cases(operand)) {
            g_ptr_array_add(paths, g_strdup(operand));
        }
    }
    if (paths->len == 0) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_IO,
                    "no cases found: expected files X.jsonl or X.jsonl.gz, with "
                    "X.expected.jsonl or X.expected.jsonl.gz beside them");
        return NULL;
    }
    return g_steal_pointer(&paths);
}

/* ------------------------------------------------------------------ printing */

static void print_text(const conform_result *result, GString *out)
{
    g_string_append_printf(out, "%s\n", result->path);
    for (guint i = 0; i < result->groups->len; i++) {
        const conform_group *group = &g_array_index(result->groups, conform_group, i);
        g_string_append_printf(
            out, "  %-12s %6zu of %6zu\n", group->name, group->agreeing, group->cases);
    }
    if (result->first_case != NULL)
        g_string_append_printf(out,
                               "  first difference: %s, %s\n    expected %s\n    got      %s\n",
                               result->first_case,
                               result->first.path,
                               result->first.expected,
                               result->first.got);
}

static void print_groups(const conform_result *result, mn_json_writer *json)
{
    mn_json_key(json, "groups");
    mn_json_begin_array(json);
    for (guint i = 0; i < result->groups->len; i++) {
        const conform_group *group = &g_array_index(result->groups, conform_group, i);
        mn_json_begin_object(json);
        mn_json_member_string(json, "name", group->name);
        mn_json_member_int(json, "cases", (int64_t)group->cases);
        mn_json_member_int(json, "agreeing", (int64_t)group->agreeing);
        mn_json_end_object(json);
    }
    mn_json_end_array(json);
}

static void print_json(const conform_result *result, mn_json_writer *json)
{
    mn_json_begin_object(json);
    mn_json_member_string(json, "file", result->path);
    mn_json_member_int(json, "cases", (int64_t)result->cases);
    mn_json_member_int(json, "agreeing", (int64_t)result->agreeing);
    print_groups(result, json);
    if (result->first_case != NULL) {
        mn_json_key(json, "firstDifference");
        mn_json_begin_object(json);
        mn_json_member_string(json, "case", result->first_case);
        mn_json_member_string(json, "path", result->first.path);
        mn_json_member_string(json, "expected", result->first.expected);
        mn_json_member_string(json, "got", result->first.got);
        mn_json_end_object(json);
    }
    mn_json_end_object(json);
}

/* ------------------------------------------------------------------ the command */

struct total {
    size_t cases, agreeing;
};

static bool check_files(mn_call *call, const GPtrArray *paths, mn_json_writer *json,
                        struct total *total, GError **error)
{
    const struct args *args = call->args;
    const mn_engine engine = args->engine == 0 ? MN_ENGINE_FAST : MN_ENGINE_REFERENCE;
    for (guint i = 0; i < paths->len; i++) {
        mn_progress_set(call->progress, i, paths->len);
        g_autoptr(conform_result) result =
            conform_check(g_ptr_array_index(paths, i), engine, error);
        if (result == NULL)
            return false;
        total->cases += result->cases;
        total->agreeing += result->agreeing;
        if (args->format == FORMAT_JSON)
            print_json(result, json);
        else
            print_text(result, call->out);
    }
    return true;
}

static bool check(mn_call *call, const GPtrArray *paths, struct total *total, GError **error)
{
    const struct args *args = call->args;
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_PRETTY);
    mn_json_begin_object(&json);
    mn_json_key(&json, "files");
    mn_json_begin_array(&json);
    if (!check_files(call, paths, &json, total, error))
        return false;
    mn_json_end_array(&json);
    mn_json_member_int(&json, "cases", (int64_t)total->cases);
    mn_json_member_int(&json, "agreeing", (int64_t)total->agreeing);
    mn_json_end_object(&json);
    if (args->format == FORMAT_JSON) {
        const mn_str text = mn_json_writer_text(&json);
        g_string_append_len(call->out, text.ptr, (gssize)text.len);
    } else {
        g_string_append_printf(
            call->out, "%zu of %zu cases agree\n", total->agreeing, total->cases);
    }
    return true;
}

static bool record(mn_call *call, const GPtrArray *paths, GError **error)
{
    const struct args *args = call->args;
    const mn_engine engine = args->engine == 0 ? MN_ENGINE_FAST : MN_ENGINE_REFERENCE;
    for (guint i = 0; i < paths->len; i++) {
        if (!conform_record(g_ptr_array_index(paths, i), engine, call->out, error))
            return false;
    }
    return true;
}

static mn_exit run(mn_call *call)
{
    const struct args *args = call->args;
    struct total total = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) paths = find_paths(call, &error);
    mn_progress_begin(call, "checking files");
    if (paths == NULL ||
        !(args->record ? record(call, paths, &error) : check(call, paths, &total, &error))) {
        mn_complain(call, "%s", error->message);
        return MN_EXIT_INPUT;
    }
    return total.agreeing == total.cases ? MN_EXIT_DONE : MN_EXIT_NEGATIVE;
}

extern const mn_command mn_command_conform;
const mn_command mn_command_conform = {
    .name = "conform",
    .summary = "compare with recorded decisions of the real kube-scheduler",
    .operands = "FILE...",
    .description =
        "Reads recorded cases, decides each of them, and compares every verdict, reason, score, "
        "total and message with what kube-scheduler v1.34.1 said. For each X.jsonl or X.jsonl.gz "
        "the answers stand in X.expected.jsonl or X.expected.jsonl.gz beside it; of a directory "
        "all such files are taken, other names are passed over.\n\n"
        "Prints the agreement of each file and group, the first difference with its place, and "
        "the sum. Exits 0 only when all cases agree.",
    .examples = examples,
    .example_count = G_N_ELEMENTS(examples),
    .options = options,
    .option_count = G_N_ELEMENTS(options),
    .args_size = sizeof(struct args),
    .operands_min = 1,
    .operands_max = SIZE_MAX,
    .run = run,
};
