/* SPDX-License-Identifier: Apache-2.0 */
/* filter and prioritize. A fault of the request is an answer too: 200 with Error for
 * filter, which kube-scheduler shows in the Pod's event (any other status makes it drop
 * the connection and say "code 500"); for prioritize, whose failures it ignores, no scores. */
#include "extender/decision.h"
#include "extender/request_log.h"
#include "extender/service.h"

#include <time.h>

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void answer_filter(const ext_config *config, mn_arena *arena, const ext_decision *decision,
                          mn_wire_body *out)
{
    const mn_wire_args *args = &decision->args;
    bool whole = args->form == MN_WIRE_NODES;
    size_t reasons_max = (size_t)config->reasons_max, passed = 0, failed = 0;
    mn_str *kept = MN_ARENA_NEW(arena, mn_str, args->count);
    mn_wire_failure *failures = MN_ARENA_NEW(arena, mn_wire_failure, MIN(args->count, reasons_max));
    mn_str reasons[MN_REASONS];
    for (mn_os_reason i = MN_REASON_NONE; i < MN_REASONS; i++)
        reasons[i] = mn_str_of(mn_os_reason_text(i));

    for (size_t i = 0; i < args->count; i++) {
        const mn_os_verdict *verdict = ext_decision_verdict(decision, i);
        if (verdict->passes)
            kept[passed++] = whole ? args->nodes[i].bytes : args->names[i];
        else if (failed < reasons_max)
            failures[failed++] =
                (mn_wire_failure){.node = args->names[i], .reason = reasons[verdict->reason]};
    }
    const mn_wire_strings passing = {.items = kept, .count = passed};
    const mn_wire_filter_result result = {
        .has_names = !whole,
        .has_nodes = whole,
        .names = whole ? (mn_wire_strings){0} : passing,
        .nodes = whole ? passing : (mn_wire_strings){0},
        .unresolvable = {.items = failures, .count = failed},
    };
    mn_wire_filter_result_encode(arena, &result, out);
}

static void answer_scores(const ext_config *config, mn_arena *arena, const ext_decision *decision,
                          mn_wire_body *out)
{
    (void)config;
    size_t count = decision->args.count;
    mn_wire_score *items = MN_ARENA_NEW(arena, mn_wire_score, count);
    for (size_t i = 0; i < count; i++)
        items[i] = (mn_wire_score){.host = decision->args.names[i],
                                   .score = ext_decision_verdict(decision, i)->score};
    const mn_wire_scores scores = {.items = items, .count = count};
    mn_wire_scores_encode(arena, &scores, out);
}

static void refuse_scores(mn_arena *arena, const char *message, mn_wire_body *out)
{
    (void)message; /* for the log: kube-scheduler would not look at it */
    static const mn_wire_scores none = {.items = NULL, .count = 0};
    mn_wire_scores_encode(arena, &none, out);
}

typedef void (*answer_fn)(const ext_config *config, mn_arena *arena, const ext_decision *decision,
                          mn_wire_body *out);
typedef void (*refuse_fn)(mn_arena *arena, const char *message, mn_wire_body *out);

/* The nodes are held until the log line is written: a need borrows from them. */
static void handle(ext_service *service, const char *verb, const mn_http_request *request,
                   answer_fn answer, refuse_fn refuse, mn_http_reply *reply)
{
    int64_t began_us = now_us();
    const ext_config *config = service->config;
    const ext_nodes *nodes = ext_node_store_take(service->nodes);
    g_autoptr(GError) error = NULL;
    ext_decision decision;
    mn_wire_body body;
    if (ext_decide(config, nodes, request->arena, request->body, &decision, &error))
        answer(config, request->arena, &decision, &body);
    else
        refuse(request->arena, error->message, &body);
    reply->spans = body.spans;
    reply->count = body.count;
    ext_log_request(service, verb, &decision, error, now_us() - began_us);
    ext_nodes_release(nodes);
}

void ext_handle_filter(const mn_http_request *request, mn_http_reply *reply, void *data)
{
    handle(data, "filter", request, answer_filter, mn_wire_error_encode, reply);
}

void ext_handle_prioritize(const mn_http_request *request, mn_http_reply *reply, void *data)
{
    handle(data, "prioritize", request, answer_scores, refuse_scores, reply);
}
