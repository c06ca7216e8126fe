/* SPDX-License-Identifier: Apache-2.0 */
/* The Pod is parsed, its need worked out, the nodes sorted into classes, and each class
 * decided once. What is done per node is a hash look-up (names), or a scan of the few
 * members that count (whole nodes). */
#include "extender/decision.h"

#include "mullion/text/decode.h"

enum { WHY_BYTES = 256 }; /* most are shorter */

const char *ext_verb_name(ext_verb verb)
{
    static const char *const names[EXT_VERBS] = {"filter", "prioritize", "preempt"};
    return names[verb];
}

const char *ext_trust_name(ext_trust trust)
{
    static const char *const names[EXT_TRUSTS] = {"fresh", "stale", "notSynced"};
    return names[trust];
}

ext_trust ext_trust_of(const ext_config *config, const ext_store_state *store)
{
    if (!store->synced)
        return EXT_TRUST_NOT_SYNCED;
    bool stale = config->stale_after_ms > 0 && store->age_ms > config->stale_after_ms;
    return stale ? EXT_TRUST_STALE : EXT_TRUST_FRESH;
}

/* What the configuration makes of nodes that are not fresh. */
static ext_when_stale action_of(const ext_config *config, ext_trust trust)
{
    switch (trust) {
    case EXT_TRUST_FRESH:
        return EXT_STALE_USE;
    case EXT_TRUST_STALE:
        return (ext_when_stale)config->when_stale;
    case EXT_TRUST_NOT_SYNCED:
        return config->not_synced == EXT_OPEN_PASS ? EXT_STALE_PASS : EXT_STALE_FAIL;
    }
    g_assert_not_reached();
}

static void find_need(const mn_os_policy *policy, const ext_nodes *nodes, mn_arena *arena,
                      const mn_pod *pod, mn_os_need *out)
{
    const char *class_name = pod->spec.runtime_class_name;
    mn_os_sightings sightings = {.items = NULL};
    if (nodes->sightings != NULL)
        sightings = ext_sightings_of_pod(nodes->sightings, &policy->image_map, arena, &pod->spec);
    const mn_os_input input = {
        .meta = &pod->meta,
        .spec = &pod->spec,
        .runtime_class =
            class_name == NULL ? NULL : mn_objects_find_runtime_class(nodes->objects, class_name),
        .sightings = &sightings,
    };
    mn_os_findings findings;
    mn_os_need_of(policy, &input, &findings, out);
}

/* Every node speaks for itself: what a file says of one with its name may be older. What it
 * offers is a few numbers, so one place does for them all to be decoded in. */
static bool classify_nodes(const mn_os_policy *policy, const mn_wire_args *args,
                           mn_os_classes *classes, uint16_t *class_of, GError **error)
{
    g_autoptr(mn_arena) scratch = mn_arena_new();
    for (size_t i = 0; i < args->count; i++) {
        const mn_node *node = mn_wire_node_decode(scratch, &args->nodes[i], error);
        if (node == NULL) {
            g_prefix_error(error, "Nodes.items[%zu]: ", i);
            return false;
        }
        mn_os_offer offer = mn_os_offer_of(policy, node);
        class_of[i] = mn_os_classes_add(classes, &offer);
        mn_arena_reset(scratch);
    }
    return true;
}

/* preempt names nodes in both of its forms: what differs is how it names victims. */
static bool decode_victims(mn_arena *arena, mn_str body, const mn_wire_limits *limits,
                           ext_decision *out, GError **error)
{
    mn_wire_preempt_args args;
    if (!mn_wire_preempt_args_decode(arena, body, limits, &args, error))
        return false;
    mn_str *names = MN_ARENA_RAW(arena, mn_str, args.count);
    for (size_t i = 0; i < args.count; i++)
        names[i] = args.items[i].node;
    out->args =
        (mn_wire_args){.pod = args.pod, .form = args.form, .count = args.count, .names = names};
    out->victims = args.items;
    return true;
}

static bool decode_args(const ext_question *question, mn_arena *arena, ext_decision *out,
                        GError **error)
{
    mn_wire_limits limits = mn_wire_limits_default;
    limits.nodes = (size_t)question->config->nodes_max;
    limits.depth = (size_t)question->config->depth;
    if (question->verb == EXT_PREEMPT)
        return decode_victims(arena, question->body, &limits, out, error);
    return mn_wire_args_decode(arena, question->body, &limits, &out->args, error);
}

/* Constant texts: kube-scheduler makes an event of them for each Pod. */
static bool refuse_untrusted(ext_trust trust, GError **error)
{
    const char *why = trust == EXT_TRUST_STALE ? "nodes are stale" : "nodes have not been read yet";
    g_set_error(error, MN_ERROR, MN_ERROR_IO, "mullion-extender: %s", why);
    return false;
}

/* Names, by the nodes that are known; or as if none were. */
static bool classify_known(const ext_question *question, ext_decision *out, uint16_t *class_of,
                           GError **error)
{
    const ext_config *config = question->config;
    out->trust = ext_trust_of(config, &question->store);
    ext_when_stale action = action_of(config, out->trust);
    bool enforces = config->mode == MN_MODE_ENFORCE && out->exempt == EXT_EXEMPT_NO;
    if (action == EXT_STALE_FAIL && enforces)
        return refuse_untrusted(out->trust, error);
    out->blind = action != EXT_STALE_USE;
    if (!out->blind) {
        const ext_nodes *nodes = question->nodes;
        ext_name_table_map(nodes->names,
                           out->args.names,
                           out->args.count,
                           nodes->class_of,
                           MN_CLASS_UNKNOWN,
                           class_of);
        return true;
    }
    for (size_t i = 0; i < out->args.count; i++)
        class_of[i] = MN_CLASS_UNKNOWN;
    return true;
}

static bool classify(const ext_question *question, const mn_os_policy *policy, mn_arena *arena,
                     ext_decision *out, GError **error)
{
    uint16_t *class_of = MN_ARENA_RAW(arena, uint16_t, out->args.count);
    out->class_of = class_of;
    if (out->args.nodes == NULL) {
        out->classes = question->nodes->classes;
        return classify_known(question, out, class_of, error);
    }
    mn_os_classes *classes = MN_ARENA_NEW(arena, mn_os_classes, 1);
    mn_os_classes_init(classes);
    out->classes = classes;
    return classify_nodes(policy, &out->args, classes, class_of, error);
}

/* An exempt Pod is only observed, and so is everything that is decided blindly. */
static void decide(const ext_config *config, ext_decision *out)
{
    bool observes = out->exempt != EXT_EXEMPT_NO || out->blind;
    const mn_os_mode mode = observes ? MN_MODE_OBSERVE : (mn_os_mode)config->mode;
    mn_os_count_classes(out->class_of, out->args.count, out->counts);
    mn_os_decide(&out->need, mode, out->classes, out->counts, &out->by_class);
    if (config->unknown_nodes == EXT_OPEN_FAIL && !out->blind)
        mn_os_refuse_unknown(&out->need, mode, &out->by_class);
}

bool ext_decide(const ext_question *question, mn_arena *arena, ext_decision *out, GError **error)
{
    const ext_config *config = question->config;
    const mn_os_policy policy = ext_config_policy(config);
    *out = (ext_decision){.verb = question->verb};
    if (!decode_args(question, arena, out, error))
        return false;
    mn_pod *pod = MN_ARENA_NEW(arena, mn_pod, 1);
    if (!mn_decode_text(arena, &mn_pod_shape, out->args.pod, (size_t)config->depth, pod, error)) {
        g_prefix_error(error, "Pod: ");
        return false;
    }
    out->pod = pod;
    find_need(&policy, question->nodes, arena, pod, &out->need);
    out->exempt = ext_exempt_of(config, &pod->meta);
    if (out->exempt == EXT_EXEMPT_NO && out->need.exempt)
        out->exempt = EXT_EXEMPT_DAEMON_SET;
    if (!classify(question, &policy, arena, out, error))
        return false;
    decide(config, out);
    return true;
}

/* By class, not by node: costs the same for 5 nodes and 5,000. */
ext_tally ext_decision_tally(const ext_decision *decision)
{
    ext_tally sums = {0};
    for (size_t i = 0; i < decision->by_class.count; i++) {
        const mn_os_verdict *verdict = &decision->by_class.verdicts[i];
        uint32_t nodes = decision->counts[i];
        sums.out += verdict->passes ? nodes : 0;
        sums.failed += verdict->passes ? 0 : nodes;
        sums.would_fail += verdict->would_pass ? 0 : nodes;
        sums.by_reason[verdict->reason] += nodes;
        sums.by_score[MIN(verdict->score, MN_SCORE_EXACT)] += nodes;
    }
    sums.unknown = decision->counts[MN_CLASS_UNKNOWN];
    return sums;
}

const char *ext_decision_why(const ext_decision *decision, mn_arena *arena)
{
    g_autoptr(GString) why = g_string_sized_new(WHY_BYTES);
    mn_os_need_why(&decision->need, why);
    return mn_arena_strndup(arena, why->str, why->len);
}
