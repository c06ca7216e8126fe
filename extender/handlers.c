/* SPDX-License-Identifier: Apache-2.0 */
/* filter, prioritize and preempt. A fault of the request is an answer too: 200 with Error for
 * filter, which kube-scheduler shows in the Pod's event (any other status makes it say "code
 * 400" and no more); for prioritize, whose failures it ignores, no scores. An answer to preempt
 * has no place for an Error, and one without nodes says that no room can be made, to an
 * ignorable extender's kube-scheduler, too: so 400, or 503 where the request is not to blame,
 * without a body, which keeps the connection. */
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

static mn_wire_classes classes_of(const ext_decision *decision)
{
    return (mn_wire_classes){
        .args = &decision->args, .class_of = decision->class_of, .count = decision->by_class.count};
}

static void answer_filter(const ext_config *config, mn_arena *arena, const ext_decision *decision,
                          mn_wire_body *out)
{
    const mn_wire_classes classes = classes_of(decision);
    mn_str reasons[MN_OS_CLASSES_MAX];
    for (size_t i = 0; i < classes.count; i++) {
        const mn_os_verdict *verdict = &decision->by_class.verdicts[i];
        reasons[i] =
            verdict->passes ? (mn_str){.ptr = NULL} : mn_str_of(mn_os_reason_text(verdict->reason));
    }
    mn_wire_filter_encode(arena, &classes, reasons, (size_t)config->reasons_max, out);
}

static void answer_scores(const ext_config *config, mn_arena *arena, const ext_decision *decision,
                          mn_wire_body *out)
{
    (void)config;
    const mn_wire_classes classes = classes_of(decision);
    int64_t scores[MN_OS_CLASSES_MAX];
    for (size_t i = 0; i < classes.count; i++)
        scores[i] = decision->by_class.verdicts[i].score;
    mn_wire_scores_encode(arena, &classes, scores, out);
}

/* Those that can run the Pod, with the very victims that came. A node without victims is left
 * out: kube-scheduler would give up on all of them. */
static void answer_victims(const ext_config *config, mn_arena *arena, const ext_decision *decision,
                           mn_wire_body *out)
{
    (void)config;
    size_t count = 0;
    mn_wire_victims *items = MN_ARENA_NEW(arena, mn_wire_victims, decision->args.count);
    for (size_t i = 0; i < decision->args.count; i++)
        if (ext_decision_verdict(decision, i)->passes && decision->victims[i].uids.count > 0)
            items[count++] = decision->victims[i];
    const mn_wire_preempt_result result = {.items = items, .count = count};
    mn_wire_preempt_result_encode(arena, &result, out);
}

static unsigned refuse_filter(mn_arena *arena, const GError *error, mn_wire_body *out)
{
    mn_wire_error_encode(arena, error->message, out);
    return 200;
}

static unsigned refuse_scores(mn_arena *arena, const GError *error, mn_wire_body *out)
{
    (void)error; /* for the log: kube-scheduler would not look at it */
    static const mn_wire_args nobody = {.count = 0};
    mn_wire_scores_encode(arena, &(mn_wire_classes){.args = &nobody}, NULL, out);
    return 200;
}

static unsigned refuse_victims(mn_arena *arena, const GError *error, mn_wire_body *out)
{
    (void)arena;
    *out = (mn_wire_body){.count = 0};
    return g_error_matches(error, MN_ERROR, MN_ERROR_IO) ? 503 : 400;
}

/* How a verb says what was decided, and that it could not be; the status of the latter. */
static const struct {
    void (*answer)(const ext_config *config, mn_arena *arena, const ext_decision *decision,
                   mn_wire_body *out);
    unsigned (*refuse)(mn_arena *arena, const GError *error, mn_wire_body *out);
} verbs[EXT_VERBS] = {
    [EXT_FILTER] = {answer_filter, refuse_filter},
    [EXT_PRIORITIZE] = {answer_scores, refuse_scores},
    [EXT_PREEMPT] = {answer_victims, refuse_victims},
};

unsigned ext_answer(const ext_question *question, mn_arena *arena, ext_decision *decision,
                    mn_wire_body *out, GError **error)
{
    GError *fault = NULL;
    unsigned status = 200;
    if (ext_decide(question, arena, decision, &fault))
        verbs[question->verb].answer(question->config, arena, decision, out);
    else
        status = verbs[question->verb].refuse(arena, fault, out);
    if (fault != NULL)
        g_propagate_error(error, fault);
    return status;
}

/* The log, the metrics and /explain. */
static void tell(ext_service *service, const ext_config *config, mn_arena *arena,
                 const ext_decision *decision, const GError *error, int64_t took_us)
{
    const ext_tally tally = error == NULL ? ext_decision_tally(decision) : (ext_tally){0};
    const char *why = error == NULL ? ext_decision_why(decision, arena) : error->message;
    const ext_answered answered = {.decision = decision,
                                   .tally = &tally,
                                   .why = why,
                                   .mode = (mn_os_mode)config->mode,
                                   .took_us = took_us,
                                   .failed = error != NULL};
    ext_metrics_count(&service->metrics, decision, &tally, error, took_us);
    if (decision->pod != NULL)
        ext_recent_add(service->recent, &answered);
    ext_log_request(service, config, &answered);
}

/* The nodes are held until everything is told: a need borrows from them. */
static void handle(ext_service *service, ext_verb verb, const mn_http_request *request,
                   mn_http_reply *reply)
{
    int64_t began_us = now_us();
    const ext_config *config = ext_settings_take(service->settings);
    const ext_nodes *nodes = ext_node_store_take(service->nodes);
    const ext_question question = {.verb = verb,
                                   .config = config,
                                   .nodes = nodes,
                                   .store = ext_node_store_state(service->nodes),
                                   .body = request->body};
    g_autoptr(GError) error = NULL;
    ext_decision decision;
    mn_wire_body body;
    reply->status = ext_answer(&question, request->arena, &decision, &body, &error);
    reply->spans = body.spans;
    reply->count = body.count;
    tell(service, config, request->arena, &decision, error, now_us() - began_us);
    ext_nodes_release(nodes);
    ext_settings_release(config);
}

void ext_handle_filter(const mn_http_request *request, mn_http_reply *reply, void *data)
{
    handle(data, EXT_FILTER, request, reply);
}

void ext_handle_prioritize(const mn_http_request *request, mn_http_reply *reply, void *data)
{
    handle(data, EXT_PRIORITIZE, request, reply);
}

void ext_handle_preempt(const mn_http_request *request, mn_http_reply *reply, void *data)
{
    handle(data, EXT_PREEMPT, request, reply);
}
