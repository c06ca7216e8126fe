/* SPDX-License-Identifier: Apache-2.0 */
/* `mullion demo`: the main job on a scenario that the program carries. */
#include "simulator/explain/pick.h"
#include "simulator/replay.h"
#include "simulator/reports/outcome.h"

#include <string.h>

typedef struct demo_args {
    mn_replay_args replay;
    bool print;
} demo_args;

static const mn_option options[] = {
    MN_REPLAY_OPTIONS(demo_args),
    MN_FLAG(demo_args, print, "print", 'p', "print the scenario file instead of running it"),
};

static const unsigned char bytes[] = {
#include "generated/scenarios/demo.yaml.inc"
};

static const mn_source demo_source = {
    .name = "demo.yaml", .bytes = (const char *)bytes, .len = sizeof bytes};

static void try_this(mn_grid *grid, const char *command, const char *what)
{
    mn_grid_cellf(grid, MN_INK_BOLD, "  %s", command);
    mn_grid_cell(grid, MN_INK_PLAIN, what);
    mn_grid_end_row(grid);
}

static void print_next(mn_call *call, const mn_page *page, const mn_record *record)
{
    const bool enforced = strcmp(record->extender, "enforce") == 0;
    const char *pod = mn_pick_telling(call->arena, record);
    g_autoptr(mn_grid) grid = mn_grid_new();
    mn_grid_head(grid, "TRY NEXT", false);
    mn_grid_head(grid, "", false);
    mn_grid_end_row(grid);
    g_autofree char *other =
        g_strdup_printf("%s demo%s", call->program, enforced ? "" : " --extender enforce");
    g_autofree char *file = g_strdup_printf("%s demo --print > demo.yaml", call->program);
    g_autofree char *own = g_strdup_printf("%s run nodes.yaml manifests/", call->program);
    try_this(grid,
             other,
             enforced ? "the same without mullion-extender" : "the same with mullion-extender");
    try_this(grid, file, "the scenario as a file, to change and run");
    if (pod != NULL) {
        g_autofree char *why = g_strdup_printf(
            "%s explain demo.yaml %s%s", call->program, pod, enforced ? " --extender enforce" : "");
        try_this(grid, why, "why a Pod is where it is, and what would help");
    }
    try_this(grid, own, "your own nodes and workloads");
    g_string_append_c(call->out, '\n');
    mn_grid_print(grid, page, call->out);
}

/* The lines of a block scalar become paragraphs: a single line break is a blank. */
static char *paragraphs(const char *text)
{
    GString *out = g_string_new(NULL);
    for (const char *p = text; *p != '\0'; p++) {
        bool inner = *p == '\n' && p > text && p[-1] != '\n' && p[1] != '\n';
        g_string_append_c(out, inner ? ' ' : *p);
    }
    return g_strchomp(g_string_free(out, FALSE));
}

static mn_page readable(const mn_page *page)
{
    mn_page narrow = *page;
    if (narrow.columns == 0 || narrow.columns > MN_READABLE_COLUMNS)
        narrow.columns = MN_READABLE_COLUMNS;
    return narrow;
}

static void print_description(mn_call *call, const char *description, const mn_page *page)
{
    const mn_page narrow = readable(page);
    g_autofree char *text = paragraphs(description);
    mn_append_wrapped(call->out, &narrow, MN_INK_PLAIN, 0, text);
    g_string_append(call->out, "\n\n");
}

/* What each ending means, for those that came up. */
static void print_meanings(mn_call *call, const mn_record *record, const mn_page *page)
{
    static const struct {
        mn_fate fate;
        const char *meaning;
    } meanings[] = {
        {MN_FATE_WRONG_OS,
         "kube-scheduler does not look at images: nothing told it that these Pods need another OS. "
         "They try for ever, and keep what they request"},
        {MN_FATE_WRONG_BUILD,
         "on Windows, but its container image is of a build that this node does not run"},
        {MN_FATE_FAILED, "kubelet refused it when it came"},
        {MN_FATE_REJECTED, "the API server did not even create it"},
        {MN_FATE_ABSENT,
         "a StatefulSet makes one Pod after another, and the one before never "
         "becomes Ready"},
        {MN_FATE_PENDING, "no node will do; that at least can be seen"},
    };
    if (mn_worst_fate(record->totals.counts) == MN_FATE_RUNS)
        return;
    const mn_page narrow = readable(page);
    g_autoptr(mn_grid) grid = mn_grid_new();
    mn_grid_head(grid, "WHAT IT MEANS", false);
    mn_grid_head(grid, "", false);
    mn_grid_end_row(grid);
    for (size_t i = 0; i < G_N_ELEMENTS(meanings); i++) {
        if (record->totals.counts[meanings[i].fate] == 0)
            continue;
        mn_grid_cellf(grid, mn_fate_ink(meanings[i].fate), "  %s", mn_fate_title(meanings[i].fate));
        mn_grid_cell(grid, MN_INK_PLAIN, meanings[i].meaning);
        mn_grid_end_row(grid);
    }
    g_string_append_c(call->out, '\n');
    mn_grid_print(grid, &narrow, call->out);
}

static mn_exit run(mn_call *call)
{
    const demo_args *args = call->args;
    if (args->print) {
        g_string_append_len(call->out, (const char *)bytes, sizeof bytes);
        return MN_EXIT_DONE;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_scenario) scenario = mn_scenario_load_source(&demo_source, &error);
    g_auto(mn_replay_stand) under = {0};
    if (scenario != NULL && !mn_replay_stand_under(call, scenario, &args->replay, &under))
        return MN_EXIT_INPUT;
    g_autoptr(mn_record) record = NULL;
    if (scenario == NULL)
        mn_complain(call, "%s", error->message);
    else
        record =
            mn_replay_run(call, under.scenario == NULL ? scenario : under.scenario, &args->replay);
    if (record == NULL)
        return MN_EXIT_INTERNAL;
    if (!mn_replay_is_text(&args->replay)) {
        mn_replay_print(call, scenario, record, &args->replay, NULL);
        return MN_EXIT_DONE;
    }
    mn_page page = mn_page_of(call, args->replay.color);
    print_description(call, record->description, &page);
    mn_replay_print(call, scenario, record, &args->replay, NULL);
    print_meanings(call, record, &page);
    print_next(call, &page, record);
    return MN_EXIT_DONE;
}

static const mn_example examples[] = {
    {"mullion demo --extender enforce", "the same, with mullion-extender"},
    {"mullion demo --print > demo.yaml", "a scenario to begin with"},
};

extern const mn_command mn_command_demo;
const mn_command mn_command_demo = {
    .name = "demo",
    .summary = "run the built-in scenario: a release meets a Windows pool",
    .operands = "",
    .description = "Runs a scenario that the program carries, says what is to be seen in it and "
                   "what to try next. Needs no file, no cluster and no network.",
    .examples = examples,
    .example_count = G_N_ELEMENTS(examples),
    .options = options,
    .option_count = G_N_ELEMENTS(options),
    .args_size = sizeof(demo_args),
    .run = run,
};
