/* SPDX-License-Identifier: Apache-2.0 */
/* `mullion run`: the main job. */
#include "simulator/progress.h"
#include "simulator/replay.h"

typedef struct run_args {
    mn_replay_args replay;
} run_args;

static const mn_option options[] = {MN_REPLAY_OPTIONS(run_args)};

/* What to type to get the same, without what the report proposes to add. */
static char *command_again(const mn_call *call, const char *strategy)
{
    g_autofree char *again = mn_command_line(call, "run");
    GString *line = g_string_new(again);
    if (strategy != NULL) {
        g_string_append(line, " --strategy");
        mn_append_word(line, strategy);
    }
    return g_string_free(line, FALSE);
}

static mn_exit run(mn_call *call)
{
    const run_args *args = call->args;
    mn_progress_begin(call, mn_arena_printf(call->arena, "running %s", call->operands[0]));
    g_autoptr(mn_scenario) scenario = mn_replay_load(call, call->operand_count);
    if (scenario == NULL)
        return MN_EXIT_INPUT;
    g_auto(mn_replay_stand) under = {0};
    if (!mn_replay_stand_under(call, scenario, &args->replay, &under))
        return MN_EXIT_INPUT;
    const mn_scenario *played = under.scenario == NULL ? scenario : under.scenario;
    g_autoptr(mn_record) record = mn_replay_run(call, played, &args->replay);
    if (record == NULL)
        return MN_EXIT_INPUT;
    g_autofree char *again = command_again(call, args->replay.strategy);
    mn_replay_print(call, played, record, &args->replay, again);
    return mn_replay_check(call, played, record, &args->replay) ? MN_EXIT_DONE : MN_EXIT_NEGATIVE;
}

static const mn_example examples[] = {
    {"mullion run scenarios/helm-without-selector.yaml", "a scenario, nodes and workloads in one"},
    {"mullion run nodes.yaml release/ --extender enforce",
     "your nodes and manifests, with mullion-extender"},
    {"kubectl get nodes,pods,runtimeclasses -A -o json | mullion run -", "the cluster as it is"},
    {"helm template my-release chart/ | mullion run nodes.yaml -",
     "a chart, before it is installed"},
    {"mullion run cluster.json -o json | jq '.pods[] | select(.outcome != \"runs\")'",
     "for a script"},
};

extern const mn_command mn_command_run;
const mn_command mn_command_run = {
    .name = "run",
    .summary = "place the Pods of a scenario and say what becomes of each",
    .operands = "FILE...",
    .description =
        "Reads files, folders (their *.yaml, *.yml and *.json) and, for \"-\", standard input: "
        "scenarios, manifests and what kubectl get -o json prints, nodes and workloads in any "
        "order. Makes the Pods of all workloads, admits them as the API server does, places them "
        "as kube-scheduler does, and says what becomes of each on its node: runs, wrong OS, wrong "
        "Windows build, failed; or Pending, with kube-scheduler's own message.\n\n"
        "The same input, options and seed give the same bytes.",
    .examples = examples,
    .example_count = G_N_ELEMENTS(examples),
    .options = options,
    .option_count = G_N_ELEMENTS(options),
    .args_size = sizeof(run_args),
    .operands_min = 1,
    .operands_max = 100000,
    .run = run,
};
