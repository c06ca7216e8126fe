/* SPDX-License-Identifier: Apache-2.0 */
/* `mullion compare`: the same workload under one strategy after the other. */
#include "mullion/sched/cycle.h"
#include "simulator/compare/print.h"
#include "simulator/output.h"
#include "simulator/progress.h"
#include "simulator/replay.h"

#include <string.h>

typedef struct compare_args {
    mn_words strategies, fail_on;
    mn_opt_int seed, seeds, jobs;
    int output; /* index into mn_compare_format_names */
    int engine; /* index into mn_engine_names */
    int color;
} compare_args;

static const mn_option options[] = {
    MN_CHOICE_TOLD(compare_args, output, "output", 'o', "FORMAT", mn_compare_format_names,
                   mn_compare_format_helps, "what to print"),
    MN_TEXTS(
        compare_args, strategies, "strategy", 0, "NAME",
        "what to compare, instead of the scenario's strategies or all that are built in: names "
        "(mullion strategies lists them) and files, with commas between or one an option"),
    MN_TEXTS(compare_args, fail_on, "fail-on", 0, "EXPRESSION",
             "exit with 1 when it holds under a strategy: misplaced>0, ready<100%, "
             "taint:pending>2; several with commas between or one an option"),
    MN_INT(compare_args, seed, "seed", 's', "N",
           "number that decides what kube-scheduler leaves to chance, instead of the scenario's"),
    MN_INT(
        compare_args, seeds, "seeds", 0, "N",
        "run each strategy with so many seeds, from the first on: means, and smallest and largest"),
    MN_INT(compare_args, jobs, "jobs", 'j', "N",
           "how many runs at a time (as many as there are cores); the output is the same"),
    MN_CHOICE_TOLD(compare_args, engine, "engine", 0, "ENGINE", mn_engine_names, mn_engine_helps,
                   "which implementation of the scheduling cycle decides"),
    MN_COLOR_OPTION(compare_args, color),
};

static void free_strategy(gpointer strategy)
{
    mn_strategy_free(strategy);
}

/* ---- which strategies */

static bool has_name(const GPtrArray *strategies, const char *name)
{
    for (guint i = 0; i < strategies->len; i++) {
        if (strcmp(((const mn_strategy *)strategies->pdata[i])->name, name) == 0)
            return true;
    }
    return false;
}

static bool add_strategy(GPtrArray *strategies, const char *folder, const char *name,
                         GError **error)
{
    mn_strategy *strategy = mn_strategy_find(folder, name, error);
    if (strategy == NULL)
        return false;
    if (has_name(strategies, strategy->name)) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_SCHEMA,
                    "two strategies are called \"%s\": compare them by giving one another name",
                    strategy->name);
        mn_strategy_free(strategy);
        return false;
    }
    g_ptr_array_add(strategies, strategy);
    return true;
}

static bool add_asked(GPtrArray *strategies, const char *folder, const mn_words *asked,
                      GError **error)
{
    for (size_t i = 0; i < asked->count; i++) {
        g_auto(GStrv) names = g_strsplit(asked->items[i], ",", -1);
        for (size_t j = 0; names[j] != NULL; j++) {
            if (!add_strategy(strategies, folder, g_strstrip(names[j]), error))
                return false;
        }
    }
    return true;
}

/* Paths in a scenario begin at its folder. */
static bool add_listed(GPtrArray *strategies, const mn_scenario *scenario, GError **error)
{
    for (size_t i = 0; i < scenario->strategies.count; i++) {
        const char *name = scenario->strategies.items[i];
        g_autofree char *path = mn_strategy_is_path(name) && scenario->folder != NULL
                                    ? g_build_filename(scenario->folder, name, NULL)
                                    : g_strdup(name);
        if (!add_strategy(strategies, scenario->folder, path, error))
            return false;
    }
    return true;
}

static bool find_strategies(const compare_args *args, const mn_scenario *scenario,
                            GPtrArray *strategies, GError **error)
{
    if (args->strategies.count > 0)
        return add_asked(strategies, scenario->folder, &args->strategies, error);
    if (scenario->strategies.count > 0)
        return add_listed(strategies, scenario, error);
    size_t count;
    const mn_shipped_strategy *shipped = mn_shipped_strategies(&count);
    for (size_t i = 0; i < count; i++) {
        if (!add_strategy(strategies, scenario->folder, shipped[i].name, error))
            return false;
    }
    return true;
}

/* ---- what must not be */

static bool parse_conditions(mn_call *call, GArray *conditions)
{
    const compare_args *args = call->args;
    for (size_t i = 0; i < args->fail_on.count; i++) {
        g_autoptr(GError) error = NULL;
        if (!mn_fail_on_parse(call->arena, args->fail_on.items[i], conditions, &error)) {
            mn_complain(call, "compare: --fail-on: %s", error->message);
            return false;
        }
    }
    return true;
}

/* A strategy that is not compared fails nothing, and nobody would notice. */
static bool check_conditions(mn_call *call, const GArray *conditions, const GPtrArray *strategies)
{
    for (guint i = 0; i < conditions->len; i++) {
        const mn_fail_on *one = &g_array_index(conditions, mn_fail_on, i);
        if (one->strategy == NULL || has_name(strategies, one->strategy))
            continue;
        mn_complain(call,
                    "compare: --fail-on: \"%s\" is not among the strategies that are compared",
                    one->strategy);
        return false;
    }
    return true;
}

/* ---- the whole */

static void print(mn_call *call, const mn_comparison *comparison)
{
    const compare_args *args = call->args;
    g_autofree char *again_run = mn_command_line(call, "run");
    g_autofree char *again_compare = mn_command_line(call, "compare");
    g_autofree char *again_explain =
        mn_command_find("explain") == NULL ? NULL : mn_command_line(call, "explain");
    const mn_compare_view view = {
        .page = mn_page_of(call, args->color),
        .run = again_run,
        .compare = again_compare,
        .explain = again_explain,
    };
    size_t count;
    mn_compare_formats(&count)[args->output].print(comparison, &view, call->out);
}

static mn_exit compare(mn_call *call, const mn_scenario *scenario, const GPtrArray *strategies,
                       const GArray *conditions)
{
    const compare_args *args = call->args;
    const mn_compare_options how = {
        .seed_count = (size_t)args->seeds.value,
        .threads = (size_t)args->jobs.value,
        .run = {.has_seed = args->seed.set,
                .seed = (uint64_t)args->seed.value,
                .reference_engine = args->engine == MN_ENGINE_REFERENCE},
        .fail_on = (const mn_fail_on *)(const void *)conditions->data,
        .fail_on_count = conditions->len,
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_comparison) comparison =
        mn_compare(scenario,
                   (const mn_strategy *const *)(const void *)strategies->pdata,
                   strategies->len,
                   &how,
                   &error);
    if (comparison == NULL) {
        mn_complain(call, "%s", error->message);
        return MN_EXIT_INPUT;
    }
    print(call, comparison);
    /* The table has them; for a program they stand where its log is. */
    for (size_t i = 0; args->output != 0 && i < comparison->failure_count; i++)
        mn_complain(call, "%s: %s", comparison->failures[i].place, comparison->failures[i].text);
    return comparison->failure_count == 0 ? MN_EXIT_DONE : MN_EXIT_NEGATIVE;
}

static mn_exit run(mn_call *call)
{
    const compare_args *args = call->args;
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) conditions = g_array_new(FALSE, FALSE, sizeof(mn_fail_on));
    if (!parse_conditions(call, conditions))
        return MN_EXIT_USAGE;
    mn_progress_begin(call, mn_arena_printf(call->arena, "comparing %s", call->operands[0]));
    g_autoptr(mn_scenario) scenario = mn_replay_load(call, call->operand_count);
    if (scenario == NULL)
        return MN_EXIT_INPUT;
    g_autoptr(GPtrArray) strategies = g_ptr_array_new_with_free_func(free_strategy);
    if (!find_strategies(args, scenario, strategies, &error)) {
        mn_complain(call, "%s", error->message);
        return MN_EXIT_INPUT;
    }
    if (!check_conditions(call, conditions, strategies))
        return MN_EXIT_USAGE;
    return compare(call, scenario, strategies, conditions);
}

static const mn_example examples[] = {
    {"mullion compare scenarios/demo.yaml", "every built-in strategy on the same workload"},
    {"mullion compare nodes.yaml release/ --strategy none,taint,mine.yaml --seeds 20",
     "three of them, one your own, with twenty kinds of luck"},
    {"helm template my-release chart/ | mullion compare nodes.yaml - --strategy "
     "taint-and-selector --fail-on 'misplaced>0,pending>0'",
     "a gate in CI: may this chart go into that cluster?"},
    {"mullion compare cluster.yaml -o json | jq -r '.strategies[] | select(.best).name'",
     "for a script"},
};

extern const mn_command mn_command_compare;
const mn_command mn_command_compare = {
    .name = "compare",
    .summary = "run a scenario under several strategies: who is well, and at what price",
    .operands = "FILE...",
    .description =
        "Reads files as run does, and runs the same workload with the same seeds under each "
        "strategy: those of the scenario, those of --strategy, or all that are built in. Prints a "
        "line for each: Pods that run, on the wrong OS, on the wrong Windows build, Pending, "
        "failed; what dead Pods hold; and what the strategy asks to touch. The best are marked, "
        "and the difference to the first is shown.\n\n"
        "Exits with 1 when a --fail-on holds, or when the scenario expects something else "
        "(spec.expect), and says what was found. The same input, options and seeds give the same "
        "bytes, however many runs go on at a time.",
    .examples = examples,
    .example_count = G_N_ELEMENTS(examples),
    .options = options,
    .option_count = G_N_ELEMENTS(options),
    .args_size = sizeof(compare_args),
    .operands_min = 1,
    .operands_max = 100000,
    .run = run,
};
