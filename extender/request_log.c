/* SPDX-License-Identifier: Apache-2.0 */
/* The line of a request: what was asked, what came of it, and why. */
#include "extender/request_log.h"

/* Whether a request in which nothing happened gets its line. */
static bool is_sampled(ext_service *service, const ext_config *config)
{
    uint64_t every = (uint64_t)config->log_every;
    return every > 0 && atomic_fetch_add(&service->passed, 1) % every == 0;
}

static void write_pod(mn_json_writer *line, const mn_pod *pod)
{
    g_autofree char *name =
        g_strconcat(mn_meta_namespace(&pod->meta), "/", pod->meta.name ? pod->meta.name : "", NULL);
    mn_json_member_string(line, "pod", name);
    mn_json_member_string(line, "uid", pod->meta.uid ? pod->meta.uid : "");
}

static void write_reasons(mn_json_writer *line, const char *key, const ext_tally *sums)
{
    mn_json_key(line, key);
    mn_json_begin_object(line);
    for (mn_os_reason i = MN_REASON_NONE + 1; i < MN_REASONS; i++)
        if (sums->by_reason[i] > 0)
            mn_json_member_int(line, mn_os_reason_text(i), (int64_t)sums->by_reason[i]);
    mn_json_end_object(line);
}

static void write_scores(mn_json_writer *line, const ext_tally *sums)
{
    mn_json_key(line, "scores");
    mn_json_begin_object(line);
    for (size_t i = 0; i <= MN_SCORE_EXACT; i++) {
        char score[16];
        if (sums->by_score[i] == 0)
            continue;
        (void)g_snprintf(score, sizeof score, "%zu", i);
        mn_json_member_int(line, score, (int64_t)sums->by_score[i]);
    }
    mn_json_end_object(line);
}

/* At level debug: what became of each class of nodes. */
static void write_classes(mn_json_writer *line, const ext_decision *decision)
{
    mn_json_key(line, "classes");
    mn_json_begin_array(line);
    for (size_t i = 0; i < decision->by_class.count; i++) {
        if (decision->counts[i] == 0)
            continue;
        g_autoptr(GString) why = g_string_new(NULL);
        mn_os_match_why(&decision->need, &decision->classes->offers[i], why);
        mn_json_begin_object(line);
        mn_json_member_int(line, "nodes", decision->counts[i]);
        mn_json_member_string(line, "why", why->str);
        mn_json_end_object(line);
    }
    mn_json_end_array(line);
}

static void write_decision(mn_json_writer *line, const ext_decision *decision,
                           const ext_tally *sums)
{
    mn_json_member_string(line, "form", decision->args.form == MN_WIRE_NAMES ? "names" : "nodes");
    mn_json_member_int(line, "nodesIn", (int64_t)decision->args.count);
    if (decision->verb == EXT_PRIORITIZE)
        write_scores(line, sums);
    else
        mn_json_member_int(line, "nodesOut", (int64_t)sums->out);
    if (sums->would_fail > 0)
        write_reasons(line, sums->failed > 0 ? "failed" : "wouldFail", sums);
    if (sums->unknown > 0)
        mn_json_member_int(line, "unknownNodes", (int64_t)sums->unknown);
    if (decision->need.conflict)
        mn_json_member_bool(line, "conflict", true);
    mn_json_member_string(line, "needs", mn_os_need_name(decision->need.kind));
}

void ext_log_request(ext_service *service, const ext_config *config, const ext_answered *answered)
{
    const ext_decision *decision = answered->decision;
    const ext_tally *sums = answered->tally;
    const ext_level level = answered->failed ? EXT_WARNING : EXT_INFO;
    bool eventful = answered->failed || sums->would_fail > 0 || sums->unknown > 0;
    if (!ext_log_wants(service->log, level) || !(eventful || is_sampled(service, config)))
        return;
    g_auto(mn_json_writer) line;
    ext_log_begin(&line, level, ext_verb_name(decision->verb));
    if (decision->pod != NULL)
        write_pod(&line, decision->pod);
    mn_json_member_string(&line, "mode", ext_config_mode_name(config));
    if (decision->exempt != EXT_EXEMPT_NO)
        mn_json_member_string(&line, "exempt", ext_exempt_name(decision->exempt));
    if (decision->trust != EXT_TRUST_FRESH)
        mn_json_member_string(&line, "cache", ext_trust_name(decision->trust));
    if (!answered->failed)
        write_decision(&line, decision, sums);
    mn_json_key(&line, answered->failed ? "error" : "why");
    if (answered->failed)
        ext_log_foreign(&line, answered->why);
    else
        mn_json_string(&line, answered->why);
    if (!answered->failed && ext_log_wants(service->log, EXT_DEBUG))
        write_classes(&line, decision);
    mn_json_member_int(&line, "us", answered->took_us);
    ext_log_end(service->log, &line);
}
