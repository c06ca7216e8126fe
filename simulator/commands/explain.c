/* SPDX-License-Identifier: Apache-2.0 */
/* `mullion explain`: why a Pod is where it is, and what would put it right. */
#include "simulator/explain/explain.h"

#include "mullion/base/error.h"
#include "simulator/explain/report.h"
#include "simulator/replay.h"
#include "simulator/scenario/duration.h"

#include <string.h>

typedef struct explain_args {
    mn_replay_args replay; /* output: index into formats */
    const char *at, *node;
} explain_args;

enum { FORMAT_TABLE, FORMAT_WIDE, FORMAT_JSON };

static const char *const formats[] = {"table", "wide", "json", NULL};

static const char *const format_helps[] = {
    "what decides, alike nodes together",
    "every node, raw and normalized scores, commands",
    "everything, for programs: docs/JSON.md names the fields",
    NULL,
};

static const mn_option options[] = {
    MN_CHOICE_TOLD(explain_args, replay.output, "output", 'o', "FORMAT", formats, format_helps,
                   "what to print"),
    MN_TEXT(explain_args, node, "node", 'n', "NODE",
            "say everything about this node, and nothing of the others"),
    MN_TEXT(explain_args, at, "at", 0, "TIME",
            "the last attempt until then, such as 90s or 1h30m, instead of the last of all"),
    MN_REPLAY_HOW_OPTIONS(explain_args),
    MN_COLOR_OPTION(explain_args, replay.color),
};

/* ---------------------------------------------------------------- options */

static bool read_request(mn_call *call, const explain_args *args, mn_explain_request *request)
{
    *request = (mn_explain_request){.pod = call->operands[call->operand_count - 1]};
    request->has_at = args->at != NULL;
    if (args->at == NULL || mn_duration_parse(args->at, &mn_duration_virtual, &request->at_ms))
        return true;
    mn_complain(call, "--at: expected a time such as 90s, 5m or 1h30m, found \"%s\"", args->at);
    return false;
}

/* ---------------------------------------------------------------- what next */

static char *command_line(const mn_call *call, bool with_extender, const char *option)
{
    const explain_args *args = call->args;
    g_autofree char *same = mn_command_line(call, "explain");
    g_autofree char *how = mn_replay_options_text(&args->replay, with_extender);
    return g_strdup_printf("%s%s%s", same, how, option);
}

/* What somebody who sees this would ask next. */
static char *next_of(const mn_call *call, const mn_explained *e, const char **question)
{
    const explain_args *args = call->args;
    const bool enforced = strcmp(e->extender, "enforce") == 0;
    if (e->good < e->feasible && !enforced) {
        *question = "And with mullion-extender?";
        return command_line(call, false, " --extender enforce");
    }
    if (enforced && args->replay.extender > 0) {
        *question = "And without the extender?";
        return command_line(call, false, " --extender off");
    }
    if (args->node == NULL && e->node_count > 0) {
        g_autoptr(GString) option = g_string_new(" --node");
        *question = "More of a node?";
        mn_append_word(option, e->nodes[0].name);
        return command_line(call, true, option->str);
    }
    *question = "All nodes?";
    return command_line(call, true, "");
}

static bool knows_node(const mn_call *call, const mn_explained *e, const char *name)
{
    const char **names = MN_ARENA_NEW(call->arena, const char *, e->node_count + 1);
    for (size_t i = 0; i < e->node_count; i++) {
        if (strcmp(e->nodes[i].name, name) == 0)
            return true;
        names[i] = e->nodes[i].name;
    }
    mn_complain(
        call, "no node is called \"%s\"%s", name, mn_did_you_mean(call->arena, name, names));
    return false;
}

static void print(mn_call *call, const mn_explained *e, const explain_args *args)
{
    if (args->replay.output == FORMAT_JSON) {
        mn_explained_json(e, args->node, call->out);
        return;
    }
    mn_explain_view view = {
        .page = mn_page_of(call, args->replay.color),
        .wide = args->replay.output == FORMAT_WIDE,
        .node = args->node,
    };
    g_autofree char *next = next_of(call, e, &view.next_question);
    view.next = next;
    mn_explained_print(e, &view, call->out);
}

static mn_exit run(mn_call *call)
{
    const explain_args *args = call->args;
    g_autoptr(GError) error = NULL;
    mn_explain_request request;
    if (!read_request(call, args, &request))
        return MN_EXIT_USAGE;
    g_autoptr(mn_scenario) scenario = mn_replay_load(call, call->operand_count - 1);
    if (scenario == NULL)
        return MN_EXIT_INPUT;
    g_auto(mn_replay_stand) under = {0};
    if (!mn_replay_stand_under(call, scenario, &args->replay, &under))
        return MN_EXIT_INPUT;
    const mn_run_options how = mn_replay_how(&args->replay);
    g_autoptr(mn_explained) explained =
        mn_explain(under.scenario == NULL ? scenario : under.scenario, &how, &request, &error);
    if (explained == NULL) {
        mn_complain(call, "%s", error->message);
        return MN_EXIT_INPUT;
    }
    if (args->node != NULL && !knows_node(call, explained, args->node))
        return MN_EXIT_INPUT;
    print(call, explained, args);
    return MN_EXIT_DONE;
}

static const mn_example examples[] = {
    {"mullion explain scenarios/helm-without-selector.yaml shop-db-0", "a Pod"},
    {"mullion explain scenarios/helm-without-selector.yaml deployment/shop-frontend",
     "the most telling Pod of a workload"},
    {"mullion explain scenarios/demo.yaml web --strategy taint", "under a strategy"},
    {"mullion explain nodes.yaml release/ web --extender enforce",
     "your nodes and manifests, with mullion-extender"},
    {"kubectl get nodes,pods,runtimeclasses -A -o json | mullion explain - shop/web-0",
     "a Pod of the cluster as it is"},
    {"mullion explain scenarios/demo.yaml deploy/next -o json | jq '.fixes[].what'",
     "for a script"},
};

extern const mn_command mn_command_explain;
const mn_command mn_command_explain = {
    .name = "explain",
    .summary = "say why a Pod is where it is, and what would put it right",
    .operands = "FILE... POD",
    .description =
        "Runs the files as \"run\" does, and stops by at the attempt of kube-scheduler that decided "
        "about the Pod. Says what OS it needs and which fields say so; for each node the verdict "
        "of every plugin, its scores and what kubelet would do there; kube-scheduler's own event; "
        "and the nearest fixes, each of them tried out.\n\n"
        "POD is its name, namespace/name, a beginning that only one has, or kind/name of a "
        "workload: then its most telling Pod is taken, the first that is misplaced, else the first "
        "that is Pending. A Pod that kube-scheduler never tried (it came bound, say) is explained "
        "as if it came anew in the end.",
    .examples = examples,
    .example_count = G_N_ELEMENTS(examples),
    .options = options,
    .option_count = G_N_ELEMENTS(options),
    .args_size = sizeof(explain_args),
    .operands_min = 2,
    .operands_max = 100000,
    .run = run,
};
