/* SPDX-License-Identifier: Apache-2.0 */
/* The very functions that answer kube-scheduler, with their reasons beside the answer. */
#include "extender/replay.h"

#include "extender/service.h"
#include "mullion/io/file.h"

#include <string.h>

enum { NAME_WIDTH_MAX = 60 };

typedef struct replay {
    ext_question question;
    ext_decision decision;
    mn_wire_body body;
    unsigned status;
    const GError *error; /* or NULL */
    mn_arena *arena;
} replay;

/* preempt is what has victims. */
static ext_verb guess_verb(mn_arena *arena, mn_str body)
{
    mn_wire_preempt_args args;
    bool has_victims =
        mn_wire_preempt_args_decode(arena, body, &mn_wire_limits_default, &args, NULL);
    return has_victims ? EXT_PREEMPT : EXT_FILTER;
}

static bool choose_verb(const char *text, mn_arena *arena, mn_str body, ext_verb *out,
                        GError **error)
{
    if (text == NULL) {
        *out = guess_verb(arena, body);
        return true;
    }
    for (int i = 0; i < EXT_VERBS; i++) {
        if (strcmp(ext_verb_name((ext_verb)i), text) != 0)
            continue;
        *out = (ext_verb)i;
        return true;
    }
    g_set_error(error,
                MN_ERROR,
                MN_ERROR_UNKNOWN,
                "--verb: expected one of filter, prioritize, preempt, found \"%s\"",
                text);
    return false;
}

static bool choose_format(const char *text, bool *json, GError **error)
{
    *json = g_strcmp0(text, "json") == 0;
    if (text == NULL || *json || strcmp(text, "text") == 0)
        return true;
    g_set_error(
        error, MN_ERROR, MN_ERROR_UNKNOWN, "--output: expected text or json, found \"%s\"", text);
    return false;
}

static const char *node_why(const replay *r, size_t node)
{
    g_autoptr(GString) why = g_string_new(NULL);
    const ext_decision *decision = &r->decision;
    const uint16_t class = decision->class_of[node];
    if (decision->blind)
        g_string_append(why, "let through: nodes are not known");
    else if (class == MN_CLASS_UNKNOWN)
        g_string_append(why, "not among the nodes that are known, or no sign of an OS on it");
    else
        mn_os_match_why(&decision->need, &decision->classes->offers[class], why);
    return mn_arena_strndup(r->arena, why->str, why->len);
}

static const char *verdict_text(const mn_os_verdict *verdict)
{
    if (verdict->passes)
        return verdict->would_pass ? "pass" : "pass (would fail)";
    return "fail";
}

static const char *pod_name(const replay *r)
{
    const mn_meta *pod = &r->decision.pod->meta;
    return mn_arena_printf(
        r->arena, "%s/%s", mn_meta_namespace(pod), pod->name != NULL ? pod->name : "");
}

/* ---- as text */

static void print_nodes(const replay *r, GString *out)
{
    const mn_wire_args *args = &r->decision.args;
    size_t width = strlen("NODE");
    for (size_t i = 0; i < args->count; i++)
        width = MAX(width, MIN(args->names[i].len, (size_t)NAME_WIDTH_MAX));
    g_string_append_printf(out, "\n%-*s  %-17s  SCORE  WHY\n", (int)width, "NODE", "VERDICT");
    for (size_t i = 0; i < args->count; i++) {
        const mn_os_verdict *verdict = ext_decision_verdict(&r->decision, i);
        g_autofree char *name = g_strndup(args->names[i].ptr, args->names[i].len);
        g_string_append_printf(out,
                               "%-*s  %-17s  %5d  %s\n",
                               (int)width,
                               name,
                               verdict_text(verdict),
                               verdict->score,
                               node_why(r, i));
    }
}

static void print_text(const replay *r, GString *out)
{
    const ext_decision *decision = &r->decision;
    g_string_append_printf(out, "%s", ext_verb_name(decision->verb));
    if (decision->pod != NULL)
        g_string_append_printf(out, " %s", pod_name(r));
    g_string_append_printf(out, ", mode %s", ext_config_mode_name(r->question.config));
    if (decision->exempt != EXT_EXEMPT_NO)
        g_string_append_printf(out, ", exempt by %s", ext_exempt_name(decision->exempt));
    if (decision->trust != EXT_TRUST_FRESH)
        g_string_append_printf(out, ", nodes %s", ext_trust_name(decision->trust));
    if (r->error != NULL) {
        g_string_append_printf(out, "\nnot decided: %s\n", r->error->message);
    } else {
        g_string_append_printf(out, "\n%s\n", ext_decision_why(decision, r->arena));
        if (decision->args.nodes == NULL && r->question.nodes->count == 0)
            g_string_append(out, "no nodes are known: name some with --nodes\n");
        print_nodes(r, out);
    }
    g_string_append_printf(out, "\nAnswer, status %u:\n", r->status);
    for (size_t i = 0; i < r->body.count; i++)
        g_string_append_len(out, r->body.spans[i].ptr, (gssize)r->body.spans[i].len);
    g_string_append(out, r->body.count > 0 ? "\n" : "(no body)\n");
}

/* ---- as JSON */

static void write_node(mn_json_writer *json, const replay *r, size_t node)
{
    const mn_os_verdict *verdict = ext_decision_verdict(&r->decision, node);
    mn_json_begin_object(json);
    mn_json_key(json, "name");
    mn_json_str(json, r->decision.args.names[node]);
    mn_json_member_bool(json, "passes", verdict->passes);
    mn_json_member_bool(json, "wouldPass", verdict->would_pass);
    mn_json_member_int(json, "score", verdict->score);
    mn_json_member_string(json, "reason", mn_os_reason_text(verdict->reason));
    mn_json_member_string(json, "why", node_why(r, node));
    mn_json_end_object(json);
}

static void write_answer(mn_json_writer *json, const replay *r)
{
    g_autoptr(GString) body = g_string_new(NULL);
    for (size_t i = 0; i < r->body.count; i++)
        g_string_append_len(body, r->body.spans[i].ptr, (gssize)r->body.spans[i].len);
    mn_json_member_int(json, "status", r->status);
    mn_json_key(json, "answer");
    /* Whole nodes come back as they were sent: kube-scheduler mends bytes that are no UTF-8 so. */
    g_autofree char *valid = g_utf8_make_valid(body->str, (gssize)body->len);
    if (body->len > 0)
        mn_json_raw(json, mn_str_of(valid));
    else
        mn_json_null(json);
}

static void print_json(const replay *r, GString *out)
{
    const ext_decision *decision = &r->decision;
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_PRETTY);
    mn_json_begin_object(&json);
    mn_json_member_string(&json, "verb", ext_verb_name(decision->verb));
    mn_json_member_string(&json, "mode", ext_config_mode_name(r->question.config));
    if (decision->pod != NULL)
        mn_json_member_string(&json, "pod", pod_name(r));
    mn_json_member_string(&json, "exempt", ext_exempt_name(decision->exempt));
    mn_json_member_string(&json, "cache", ext_trust_name(decision->trust));
    if (r->error != NULL)
        mn_json_member_string(&json, "error", r->error->message);
    else
        mn_json_member_string(&json, "why", ext_decision_why(decision, r->arena));
    mn_json_key(&json, "nodes");
    mn_json_begin_array(&json);
    for (size_t i = 0; r->error == NULL && i < decision->args.count; i++)
        write_node(&json, r, i);
    mn_json_end_array(&json);
    write_answer(&json, r);
    mn_json_end_object(&json);
    const mn_str text = mn_json_writer_text(&json);
    g_string_append_len(out, text.ptr, (gssize)text.len);
}

/* ---- the command */

static ext_node_store *open_store(ext_settings *settings, ext_log *log, GError **error)
{
    static const ext_environment nowhere = {.home = NULL};
    return ext_node_store_open(settings, &nowhere, log, error);
}

bool ext_replay(const ext_options *options, ext_config *config, ext_log *log, GString *out,
                bool *understood, GError **error)
{
    bool json;
    g_autoptr(ext_settings) settings = ext_settings_new(config);
    g_autoptr(mn_arena) arena = mn_arena_new();
    replay r = {.arena = arena, .question.config = config};
    if (!choose_format(options->output, &json, error) ||
        !ext_config_set(config, "kube.source", "none", "replay", error))
        return false;
    g_autoptr(mn_file) file = mn_file_read(options->operand, (size_t)config->body_bytes, error);
    if (file == NULL)
        return false;
    r.question.body = (mn_str){.ptr = file->source.bytes, .len = file->source.len};
    if (!choose_verb(options->verb, arena, r.question.body, &r.question.verb, error))
        return false;
    g_autoptr(ext_node_store) store = open_store(settings, log, error);
    if (store == NULL)
        return false;
    g_autoptr(GError) fault = NULL;
    r.question.nodes = ext_node_store_take(store);
    r.question.store = ext_node_store_state(store);
    r.status = ext_answer(&r.question, arena, &r.decision, &r.body, &fault);
    r.error = fault;
    (json ? print_json : print_text)(&r, out);
    *understood = fault == NULL || g_error_matches(fault, MN_ERROR, MN_ERROR_IO);
    ext_nodes_release(r.question.nodes);
    return true;
}
