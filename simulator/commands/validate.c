/* SPDX-License-Identifier: Apache-2.0 */
/* `mullion validate`: is every document of every file what it claims to be?
 *
 * Goes on after an error: with the next document where a document is wrong, with the
 * next file where the text itself is. What was found goes to standard output, errors to
 * standard error, one a line, as a compiler has them.
 */
#include "mullion/io/file.h"
#include "mullion/io/walk.h"
#include "mullion/model/objects.h"
#include "mullion/text/document.h"
#include "mullion/text/read.h"
#include "simulator/commands/validation.h"
#include "simulator/options.h"
#include "simulator/output.h"
#include "simulator/scenario/scenario.h"
#include "simulator/strategy/strategy.h"

#include <string.h>

enum { OUTPUT_TABLE, OUTPUT_JSON };

static const char *const outputs[] = {"table", "json", NULL};
static const char *const output_helps[] = {
    "a line a file; errors on standard error",
    "everything, errors too, for programs: docs/JSON.md names the fields",
    NULL,
};

typedef struct validate_args {
    int output;
    int color;
} validate_args;

static const mn_option options[] = {
    MN_CHOICE_TOLD(validate_args, output, "output", 'o', "FORMAT", outputs, output_helps,
                   "what to print"),
    MN_COLOR_OPTION(validate_args, color),
};

/* One file and what is in it. */
typedef struct check {
    const mn_call *call;
    bool tell; /* errors at once, on standard error */
    mn_validation_file *file;
    mn_objects *objects;
    size_t scenarios, strategies, configurations;
} check;

static void complain(check *one, GError **error)
{
    mn_validation_file *file = one->file;
    if (++file->error_count <= MN_VALIDATION_MAX_ERRORS) {
        g_ptr_array_add(file->errors, g_strdup((*error)->message));
        if (one->tell)
            mn_complain(one->call, "%s", (*error)->message);
    }
    g_clear_error(error);
}

/* What a run takes in besides Kubernetes objects. */
static void count_ours(check *one, const mn_document *document, bool *ours)
{
    const char *api_version = "", *kind = "";
    mn_at root = mn_at_root(document);
    mn_at version_at = mn_at_member(&root, "apiVersion"), kind_at = mn_at_member(&root, "kind");
    *ours = false;
    if (!mn_read_string(&version_at, &api_version, NULL) || !mn_read_string(&kind_at, &kind, NULL))
        return;
    bool is_scenario =
        g_str_has_prefix(api_version, "mullion.dev/") && strcmp(kind, "Scenario") == 0;
    bool is_configuration = g_str_has_prefix(api_version, "kubescheduler.config.k8s.io/");
    bool is_strategy =
        g_str_has_prefix(api_version, "mullion.dev/") && strcmp(kind, "Strategy") == 0;
    one->scenarios += is_scenario;
    one->strategies += is_strategy;
    one->configurations += is_configuration;
    *ours = is_scenario || is_strategy || is_configuration;
    if (is_strategy) {
        g_autoptr(GError) wrong = NULL;
        g_autoptr(mn_strategy) strategy = mn_strategy_load_document(document, &wrong);
        if (strategy == NULL)
            complain(one, &wrong);
    }
}

static bool check_document(const mn_document *document, gpointer data, GError **error)
{
    (void)error;
    check *one = data;
    bool ours;
    g_autoptr(GError) wrong = NULL;
    count_ours(one, document, &ours);
    if (!ours && !mn_objects_add(one->objects, document, &wrong))
        complain(one, &wrong);
    return true;
}

static void note_bad(const GError *fault, gpointer data)
{
    g_autoptr(GError) copy = g_error_copy(fault);
    complain(data, &copy);
}

/* What can only be seen of the whole: pools against nodes, included files. */
static void check_scenario(check *one, const char *path, const mn_source *source)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_scenario) scenario = strcmp(path, "-") == 0
                                          ? mn_scenario_load_source(source, &error)
                                          : mn_scenario_load(&path, 1, &error);
    if (scenario == NULL)
        complain(one, &error);
}

static void check_file(check *one, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_file) file = mn_file_read(path, mn_document_limits_default.bytes, &error);
    if (file == NULL ||
        !mn_document_each_or(
            &file->source, &mn_document_limits_default, check_document, note_bad, one, &error))
        complain(one, &error);
    else if (one->file->error_count == 0)
        check_scenario(one, path, &file->source);
    if (one->tell && one->file->error_count > MN_VALIDATION_MAX_ERRORS)
        mn_complain(
            one->call, "%s: %zu more", path, one->file->error_count - MN_VALIDATION_MAX_ERRORS);
}

/* In the order in which they are named. */
static void note_objects(check *one)
{
    const mn_objects *objects = one->objects;
    mn_arena *arena = one->call->arena;
    const struct {
        const char *kind;
        size_t count;
    } kinds[] = {
        {"Pod", objects->pods->len},
        {"RuntimeClass", objects->runtime_classes->len},
        {"PriorityClass", objects->priority_classes->len},
        {"PodDisruptionBudget", objects->disruption_budgets->len},
        {"Service", objects->services->len},
        {"Namespace", objects->namespaces->len},
    };
    mn_validation_found(one->file, arena, "Scenario", one->scenarios, true);
    mn_validation_found(one->file, arena, "Strategy", one->strategies, true);
    mn_validation_found(one->file, arena, "KubeSchedulerConfiguration", one->configurations, true);
    mn_validation_found(one->file, arena, "Node", objects->nodes->len, true);
    for (mn_workload_kind kind = 0; kind <= MN_WORKLOAD_REPLICATION_CONTROLLER; kind++) {
        size_t count = 0;
        for (guint i = 0; i < objects->workloads->len; i++)
            count += ((const mn_workload *)objects->workloads->pdata[i])->kind == kind;
        mn_validation_found(one->file, arena, mn_workload_kind_name(kind), count, true);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        mn_validation_found(one->file, arena, kinds[i].kind, kinds[i].count, true);
    for (guint i = 0; i < objects->ignored->len; i++) {
        const mn_ignored_kind *kind = &g_array_index(objects->ignored, mn_ignored_kind, i);
        mn_validation_found(one->file, arena, kind->kind, kind->count, false);
    }
}

typedef struct tally {
    mn_call *call;
    bool tell;
    GPtrArray *files; /* mn_validation_file */
    size_t scenarios;
    const char *first; /* file with a scenario */
} tally;

static mn_validation_file *add_file(tally *sum, const char *path)
{
    mn_validation_file *file = mn_validation_file_new(sum->call->arena, path);
    g_ptr_array_add(sum->files, file);
    return file;
}

static void check_operand(tally *sum, const char *operand)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) paths = mn_walk_files(&operand, 1, &error);
    if (paths != NULL && paths->len == 0)
        g_set_error(&error, MN_ERROR, MN_ERROR_IO, "%s: " MN_NO_MANIFESTS, operand);
    if (paths == NULL || paths->len == 0) {
        check one = {.call = sum->call, .tell = sum->tell, .file = add_file(sum, operand)};
        one.file->is_unread = true;
        complain(&one, &error);
        return;
    }
    for (guint i = 0; i < paths->len; i++) {
        g_autoptr(mn_objects) objects = mn_objects_new();
        check one = {.call = sum->call,
                     .tell = sum->tell,
                     .file = add_file(sum, paths->pdata[i]),
                     .objects = objects};
        check_file(&one, paths->pdata[i]);
        note_objects(&one);
        if (one.scenarios > 0 && sum->first == NULL)
            sum->first = one.file->path;
        sum->scenarios += one.scenarios;
    }
}

static size_t count_invalid(const tally *sum)
{
    size_t invalid = 0;
    for (guint i = 0; i < sum->files->len; i++)
        invalid += ((const mn_validation_file *)sum->files->pdata[i])->error_count > 0;
    return invalid;
}

static void print_closing(const mn_call *call, const mn_page *page, const tally *sum)
{
    g_autofree char *line = NULL;
    size_t invalid = count_invalid(sum), files = sum->files->len;
    if (invalid > 0)
        line = files == 1 ? g_strdup("Not valid.")
                          : g_strdup_printf("%zu of %zu not valid.", invalid, files);
    else if (files == 1)
        line = g_strdup("Valid.");
    else
        line = g_strdup_printf("All %zu files valid.", files);
    mn_append_ink(call->out, page, invalid > 0 ? MN_INK_BAD : MN_INK_GOOD, line);
    if (invalid == 0) {
        /* Two scenarios do not run together. */
        bool together = sum->scenarios < 2;
        g_autofree char *again =
            together ? mn_command_line(call, "run") : mn_command_line_of(call, "run", sum->first);
        g_string_append(call->out, " What becomes of the Pods?  ");
        mn_append_ink(call->out, page, MN_INK_BOLD, again);
    }
    g_string_append_c(call->out, '\n');
}

static mn_exit run(mn_call *call)
{
    const validate_args *args = call->args;
    mn_page page = mn_page_of(call, args->color);
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(mn_validation_file_free);
    tally sum = {.call = call, .tell = args->output == OUTPUT_TABLE, .files = files};
    for (size_t i = 0; i < call->operand_count; i++)
        check_operand(&sum, call->operands[i]);
    if (args->output == OUTPUT_JSON) {
        mn_validation_print_json(files, call->out);
    } else {
        mn_validation_print_grid(files, &page, call->out);
        print_closing(call, &page, &sum);
    }
    return count_invalid(&sum) == 0 ? MN_EXIT_DONE : MN_EXIT_INPUT;
}

static const mn_example examples[] = {
    {"mullion validate release/", "every manifest below a folder"},
    {"helm template my-release chart/ | mullion validate -", "what a chart makes"},
    {"mullion validate release/ -o json | jq '.files[] | select(.valid | not)'", "for a script"},
};

extern const mn_command mn_command_validate;
const mn_command mn_command_validate = {
    .name = "validate",
    .summary = "check scenario files and manifests",
    .operands = "FILE...",
    .description =
        "Reads files, folders (their *.yaml, *.yml and *.json) and, for \"-\", standard input, and "
        "checks every document: YAML and JSON as kubectl reads them, and each field that matters "
        "to scheduling. Says per file which objects it holds and which of them scheduling has no "
        "use for.\n\n"
        "Every error is one line with file, line, column, field, what was found and what was "
        "expected. Goes on after an error. Exit status 3 when any file has one.",
    .examples = examples,
    .example_count = G_N_ELEMENTS(examples),
    .options = options,
    .option_count = G_N_ELEMENTS(options),
    .args_size = sizeof(validate_args),
    .operands_min = 1,
    .operands_max = 100000,
    .run = run,
};
