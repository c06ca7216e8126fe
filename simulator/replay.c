/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/replay.h"

#include "mullion/sched/cycle.h"
#include "simulator/compare/expectation.h"
#include "simulator/reports/run_timeline.h"

#include <inttypes.h>

/* Behind the first word, in the order of mn_extender_mode. */
const char *const mn_replay_extenders[] = {
    "scenario",
    "off",
    "observe",
    "prefer",
    "enforce",
    NULL,
};

const char *const mn_replay_extender_helps[] = {
    "as the scenario says",
    "none",
    "watches only",
    "scores nodes",
    "filters and scores nodes",
    NULL,
};

const char *const mn_engine_names[] = {"fast", "reference", NULL};

const char *const mn_engine_helps[] = {
    "keeps what depends on class and node alone",
    "plain and slow: what the other is held to",
    NULL,
};

mn_scenario *mn_replay_load(const mn_call *call, size_t count)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_scenario) scenario = mn_scenario_load(call->operands, count, &error);
    if (scenario == NULL) {
        mn_complain(call, "%s", error->message);
        return NULL;
    }
    if (scenario->file_count == 0) {
        mn_complain(call, "%s: " MN_NO_MANIFESTS, call->operands[0]);
        return NULL;
    }
    return g_steal_pointer(&scenario);
}

bool mn_replay_is_text(const mn_replay_args *args)
{
    size_t count;
    return mn_reports(&count)[args->output].for_people;
}

void mn_replay_stand_clear(mn_replay_stand *stand)
{
    g_clear_pointer(&stand->scenario, mn_scenario_free);
    g_clear_pointer(&stand->strategy, mn_strategy_free);
}

bool mn_replay_stand_under(const mn_call *call, const mn_scenario *scenario,
                           const mn_replay_args *args, mn_replay_stand *out)
{
    g_autoptr(GError) error = NULL;
    *out = (mn_replay_stand){0};
    if (args->strategy == NULL)
        return true;
    out->strategy = mn_strategy_find(scenario->folder, args->strategy, &error);
    if (out->strategy != NULL)
        out->scenario = mn_scenario_under(scenario, out->strategy, &error);
    if (out->scenario == NULL)
        mn_complain(call, "%s", error->message);
    return out->scenario != NULL;
}

mn_run_options mn_replay_how(const mn_replay_args *args)
{
    return (mn_run_options){
        .has_seed = args->seed.set,
        .seed = (uint64_t)args->seed.value,
        .has_extender_mode = args->extender > 0,
        .extender_mode = args->extender > 0 ? (mn_extender_mode)(args->extender - 1) : 0,
        .reference_engine = args->engine == MN_ENGINE_REFERENCE,
    };
}

/* The same again, stopping to look at it. */
static mn_record *run_in_time(const mn_call *call, const mn_scenario *scenario,
                              const mn_run_options *options, mn_record *first, GError **error)
{
    const mn_page page = {.columns = call->columns};
    mn_run_options again = *options;
    g_autofree int64_t *moments_ms = NULL;
    again.checkpoint_count = mn_timeline_moments(&page, first, &moments_ms);
    again.checkpoints_ms = moments_ms;
    mn_record_free(first);
    return mn_engine_run(scenario, &again, error);
}

static bool goes_in_time(const mn_replay_args *args)
{
    size_t count;
    return mn_reports(&count)[args->output].in_time;
}

/* A run that stops where the scenario's expectations look on. */
static mn_record *run_expecting(const mn_scenario *scenario, const mn_replay_args *args,
                                GError **error)
{
    g_autoptr(mn_arena) scratch = mn_arena_new();
    mn_run_options options = mn_replay_how(args);
    options.checkpoints_ms =
        mn_expectations_times(scratch,
                              scenario->expectations,
                              scenario->strategy == NULL ? NULL : scenario->strategy->name,
                              &options.checkpoint_count);
    return mn_engine_run(scenario, &options, error);
}

mn_record *mn_replay_run(const mn_call *call, const mn_scenario *scenario,
                         const mn_replay_args *args)
{
    const mn_run_options options = mn_replay_how(args);
    g_autoptr(GError) error = NULL;
    mn_record *record = run_expecting(scenario, args, &error);
    if (record != NULL && goes_in_time(args))
        record = run_in_time(call, scenario, &options, record, &error);
    if (record == NULL)
        mn_complain(call, "%s", error->message);
    return record;
}

char *mn_replay_options_text(const mn_replay_args *args, bool with_extender)
{
    GString *line = g_string_new(NULL);
    if (args->strategy != NULL) {
        g_string_append(line, " --strategy");
        mn_append_word(line, args->strategy);
    }
    if (with_extender && args->extender > 0)
        g_string_append_printf(line, " --extender %s", mn_replay_extenders[args->extender]);
    if (args->seed.set)
        g_string_append_printf(line, " --seed %" PRId64, args->seed.value);
    return g_string_free(line, FALSE);
}

typedef struct checking {
    const mn_call *call;
    bool failed;
} checking;

static void complain_of(const char *place, const char *text, void *data)
{
    checking *c = data;
    c->failed = true;
    mn_complain(c->call, "%s: %s", place, text);
}

bool mn_replay_check(const mn_call *call, const mn_scenario *scenario, const mn_record *record,
                     const mn_replay_args *args)
{
    checking c = {.call = call};
    g_autoptr(mn_record) again = NULL;
    if (args->extender > 0)
        return true;
    /* What was run to be drawn has stopped at other times. */
    if (goes_in_time(args))
        again = run_expecting(scenario, args, NULL);
    mn_expectations_check(scenario->expectations,
                          again == NULL ? record : again,
                          &scenario->touched,
                          complain_of,
                          &c);
    return !c.failed;
}

static mn_view_mark *marks_of(mn_arena *arena, const mn_timeline *timeline)
{
    mn_view_mark *marks = MN_ARENA_NEW(arena, mn_view_mark, timeline->count);
    for (size_t i = 0; i < timeline->count; i++)
        marks[i] = (mn_view_mark){timeline->items[i].at_ms, timeline->items[i].text};
    return marks;
}

void mn_replay_print(mn_call *call, const mn_scenario *scenario, const mn_record *record,
                     const mn_replay_args *args, const char *again)
{
    size_t count;
    const mn_report *report = &mn_reports(&count)[args->output];
    g_autofree char *explain = again == NULL ? NULL : mn_command_line(call, "explain");
    g_autofree char *rest = mn_replay_options_text(args, true);
    const mn_view view = {
        .page = mn_page_of(call, args->color),
        .again = again,
        .explain = explain,
        .explain_options = rest,
        .marks = marks_of(call->arena, &scenario->timeline),
        .mark_count = scenario->timeline.count,
    };
    report->print(record, &view, call->out);
}
