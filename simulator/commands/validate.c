/* SPDX-License-Identifier: Apache-2.0 */
/* `mullion validate`: is every document of every file what it claims to be?
 *
 * Goes on after an error: with the next document where a document is wrong, with the
 * next file where the text itself is. What was found goes to standard output, errors to
 * standard error, one a line, as a compiler has them.
 */
#include "mullion/base/error.h"
#include "mullion/io/file.h"
#include "mullion/io/walk.h"
#include "mullion/model/objects.h"
#include "mullion/text/document.h"
#include "mullion/text/read.h"
#include "simulator/command.h"
#include "simulator/options.h"
#include "simulator/output.h"
#include "simulator/reports/layout.h"
#include "simulator/reports/phrase.h"
#include "simulator/scenario/scenario.h"

#include <string.h>

enum { MAX_ERRORS = 20 };

typedef struct validate_args {
    int color;
} validate_args;

static const mn_option options[] = {
    MN_COLOR_OPTION(validate_args, color),
};

/* One file and what is in it. */
typedef struct check {
    const mn_call *call;
    mn_objects *objects;
    size_t scenarios, errors;
} check;

static void complain(check *one, GError **error)
{
    one->errors++;
    if (one->errors <= MAX_ERRORS)
        mn_complain(one->call, "%s", (*error)->message);
    g_clear_error(error);
}

static bool is_scenario(const mn_document *document)
{
    const char *api_version = "", *kind = "";
    mn_at root = mn_at_root(document);
    mn_at version_at = mn_at_member(&root, "apiVersion"), kind_at = mn_at_member(&root, "kind");
    return mn_read_string(&version_at, &api_version, NULL) &&
           mn_read_string(&kind_at, &kind, NULL) && g_str_has_prefix(api_version, "mullion.dev/") &&
           strcmp(kind, "Scenario") == 0;
}

static bool check_document(const mn_document *document, gpointer data, GError **error)
{
    (void)error;
    check *one = data;
    g_autoptr(GError) wrong = NULL;
    if (is_scenario(document))
        one->scenarios++;
    else if (!mn_objects_add(one->objects, document, &wrong))
        complain(one, &wrong);
    return true;
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
        !mn_document_each(&file->source, &mn_document_limits_default, check_document, one, &error))
        complain(one, &error);
    else if (one->errors == 0)
        check_scenario(one, path, &file->source);
    if (one->errors > MAX_ERRORS)
        mn_complain(one->call, "%s: %zu more", path, one->errors - MAX_ERRORS);
}

static void add_kind(GString *text, size_t count, const char *kind)
{
    if (count == 0)
        return;
    if (text->len > 0)
        g_string_append(text, ", ");
    mn_phrase_count(text, count, kind);
}

static void add_workloads(GString *text, const mn_objects *objects)
{
    for (mn_workload_kind kind = 0; kind <= MN_WORKLOAD_REPLICATION_CONTROLLER; kind++) {
        size_t count = 0;
        for (guint i = 0; i < objects->workloads->len; i++) {
            const mn_workload *workload = objects->workloads->pdata[i];
            count += workload->kind == kind;
        }
        add_kind(text, count, mn_workload_kind_name(kind));
    }
}

/* "1 Scenario, 2 Deployments; no use for 1 ConfigMap" */
static void phrase_objects(GString *text, const check *one)
{
    const mn_objects *objects = one->objects;
    add_kind(text, one->scenarios, "Scenario");
    add_kind(text, objects->nodes->len, "Node");
    add_workloads(text, objects);
    add_kind(text, objects->pods->len, "Pod");
    add_kind(text, objects->runtime_classes->len, "RuntimeClass");
    add_kind(text, objects->priority_classes->len, "PriorityClass");
    add_kind(text, objects->disruption_budgets->len, "PodDisruptionBudget");
    add_kind(text, objects->services->len, "Service");
    add_kind(text, objects->namespaces->len, "Namespace");
    g_autoptr(GString) ignored = g_string_new(NULL);
    for (guint i = 0; i < objects->ignored->len; i++) {
        const mn_ignored_kind *kind = &g_array_index(objects->ignored, mn_ignored_kind, i);
        add_kind(ignored, kind->count, kind->kind);
    }
    if (ignored->len > 0)
        g_string_append_printf(text, "%sno use for %s", text->len > 0 ? "; " : "", ignored->str);
    if (text->len == 0)
        g_string_append(text, "nothing");
}

static void add_result(mn_grid *grid, const check *one, const char *path)
{
    g_autoptr(GString) verdict = g_string_new(NULL), found = g_string_new(NULL);
    if (one->errors == 0)
        g_string_append(verdict, "valid");
    else
        mn_phrase_count(verdict, one->errors, "error");
    phrase_objects(found, one);
    mn_grid_cell(grid, MN_INK_PLAIN, path);
    mn_grid_cell(grid, one->errors == 0 ? MN_INK_GOOD : MN_INK_BAD, verdict->str);
    mn_grid_cell(grid, MN_INK_PLAIN, found->str);
    mn_grid_end_row(grid);
}

/* The files that an operand stands for; none, and told why, when it stands for nothing. */
static GPtrArray *files_of(const mn_call *call, const char *operand)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *files = mn_walk_files(&operand, 1, &error);
    if (files == NULL)
        mn_complain(call, "%s", error->message);
    else if (files->len == 0)
        mn_complain(call, "%s: " MN_NO_MANIFESTS, operand);
    if (files != NULL && files->len == 0)
        g_clear_pointer(&files, g_ptr_array_unref);
    return files;
}

typedef struct tally {
    size_t files, invalid;
    size_t unread; /* operands that stand for no file */
    size_t scenarios;
    char *first; /* file with a scenario */
} tally;

static void check_operand(mn_call *call, const char *operand, mn_grid *grid, tally *sum)
{
    g_autoptr(GPtrArray) files = files_of(call, operand);
    if (files == NULL) {
        sum->files++;
        sum->invalid++;
        sum->unread++;
        return;
    }
    for (guint i = 0; i < files->len; i++) {
        g_autoptr(mn_objects) objects = mn_objects_new();
        check one = {.call = call, .objects = objects};
        check_file(&one, files->pdata[i]);
        add_result(grid, &one, files->pdata[i]);
        sum->files++;
        sum->invalid += one.errors > 0;
        if (one.scenarios > 0 && sum->first == NULL)
            sum->first = g_strdup(files->pdata[i]);
        sum->scenarios += one.scenarios;
    }
}

static void print_closing(const mn_call *call, const mn_page *page, const tally *sum)
{
    g_autofree char *line = NULL;
    if (sum->invalid > 0)
        line = sum->files == 1 ? g_strdup("Not valid.")
                               : g_strdup_printf("%zu of %zu not valid.", sum->invalid, sum->files);
    else if (sum->files == 1)
        line = g_strdup("Valid.");
    else
        line = g_strdup_printf("All %zu files valid.", sum->files);
    mn_append_ink(call->out, page, sum->invalid > 0 ? MN_INK_BAD : MN_INK_GOOD, line);
    if (sum->invalid == 0) {
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
    g_autoptr(mn_grid) grid = mn_grid_new();
    mn_grid_head(grid, "FILE", false);
    mn_grid_head(grid, "RESULT", false);
    mn_grid_head(grid, "FOUND", false);
    mn_grid_end_row(grid);
    tally sum = {0};
    for (size_t i = 0; i < call->operand_count; i++)
        check_operand(call, call->operands[i], grid, &sum);
    if (sum.files > sum.unread) {
        mn_grid_print(grid, &page, call->out);
        g_string_append_c(call->out, '\n');
    }
    print_closing(call, &page, &sum);
    g_free(sum.first);
    return sum.invalid == 0 ? MN_EXIT_DONE : MN_EXIT_INPUT;
}

static const mn_example examples[] = {
    {"mullion validate release/", "every manifest below a folder"},
    {"helm template my-release chart/ | mullion validate -", "what a chart makes"},
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
