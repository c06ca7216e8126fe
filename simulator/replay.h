/* SPDX-License-Identifier: Apache-2.0 */
/* Running a scenario and printing the report: what `run` and `demo` have in common. */
#ifndef SIMULATOR_REPLAY_H
#define SIMULATOR_REPLAY_H

#include "mullion/text/decode.h"
#include "simulator/engine/engine.h"
#include "simulator/output.h"
#include "simulator/reports/report.h"
#include "simulator/scenario/scenario.h"
#include "simulator/strategy/strategy.h"

typedef struct mn_replay_args {
    int output;   /* index into mn_report_names */
    int extender; /* index into mn_replay_extenders */
    int engine;   /* index into mn_engine_names */
    int color;
    mn_opt_int seed;
    const char *strategy; /* a name or a file; NULL: none */
} mn_replay_args;

/* A scenario under the strategy that --strategy names; both NULL without one. */
typedef struct mn_replay_stand {
    mn_strategy *strategy;
    mn_scenario *scenario;
} mn_replay_stand;

/* False when there is no such strategy, or it does not go with the scenario; the user was told
 * why. The scenario must outlive the result. */
bool mn_replay_stand_under(const mn_call *call, const mn_scenario *scenario,
                           const mn_replay_args *args,
                           mn_replay_stand *out) G_GNUC_WARN_UNUSED_RESULT;
void mn_replay_stand_clear(mn_replay_stand *stand);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(mn_replay_stand, mn_replay_stand_clear)

/* In the order of mn_engine; what each is. */
extern const char *const mn_engine_names[], *const mn_engine_helps[];

/* "scenario" (as it says), then the modes; what each means. */
extern const char *const mn_replay_extenders[], *const mn_replay_extender_helps[];

/* Rows for a struct with a member `replay`: how the scenario is run. */
#define MN_REPLAY_HOW_OPTIONS(type)                                                    \
    MN_CHOICE_TOLD(type,                                                               \
                   replay.extender,                                                    \
                   "extender",                                                         \
                   'e',                                                                \
                   "MODE",                                                             \
                   mn_replay_extenders,                                                \
                   mn_replay_extender_helps,                                           \
                   "mullion-extender beside kube-scheduler"),                          \
        MN_INT(type,                                                                   \
               replay.seed,                                                            \
               "seed",                                                                 \
               's',                                                                    \
               "N",                                                                    \
               "number that decides what kube-scheduler leaves to chance, instead of " \
               "the scenario's"),                                                      \
        MN_TEXT(type,                                                                  \
                replay.strategy,                                                       \
                "strategy",                                                            \
                0,                                                                     \
                "NAME",                                                                \
                "what is done about operating systems: a name (mullion strategies "    \
                "lists them) or a file")

/* ... and what is printed about it. */
#define MN_REPLAY_OPTIONS(type)                                                 \
    MN_CHOICE_TOLD(type,                                                        \
                   replay.output,                                               \
                   "output",                                                    \
                   'o',                                                         \
                   "FORMAT",                                                    \
                   mn_report_names,                                             \
                   mn_report_helps,                                             \
                   "what to print"),                                            \
        MN_REPLAY_HOW_OPTIONS(type),                                            \
        MN_CHOICE_TOLD(type,                                                    \
                       replay.engine,                                           \
                       "engine",                                                \
                       0,                                                       \
                       "ENGINE",                                                \
                       mn_engine_names,                                         \
                       mn_engine_helps,                                         \
                       "which implementation of the scheduling cycle decides"), \
        MN_COLOR_OPTION(type, replay.color)

/* What the engine is told. */
mn_run_options mn_replay_how(const mn_replay_args *args);

/* The first `count` operands, as files. NULL when they will not do, or hold no manifest; the
 * user was told why. */
mn_scenario *mn_replay_load(const mn_call *call, size_t count) G_GNUC_WARN_UNUSED_RESULT;

/* Does the format take words around it, or is it for programs? */
bool mn_replay_is_text(const mn_replay_args *args);

/* NULL when the scenario cannot be run; the user was told why. The scenario must outlive it. */
mn_record *mn_replay_run(const mn_call *call, const mn_scenario *scenario,
                         const mn_replay_args *args) G_GNUC_WARN_UNUSED_RESULT;

/* " --extender enforce --seed 7": what was said of how to run it, for another command line. */
char *mn_replay_options_text(const mn_replay_args *args,
                             bool with_extender) G_GNUC_WARN_UNUSED_RESULT;

/* Is all as the scenario expects (spec.expect)? What is not goes to standard error. A run with
 * another extender than the scenario's is not what it speaks of. */
bool mn_replay_check(const mn_call *call, const mn_scenario *scenario, const mn_record *record,
                     const mn_replay_args *args);

/* The report, on call->out. `again` as in mn_view. */
void mn_replay_print(mn_call *call, const mn_scenario *scenario, const mn_record *record,
                     const mn_replay_args *args, const char *again);

#endif
