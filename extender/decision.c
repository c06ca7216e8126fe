/* SPDX-License-Identifier: Apache-2.0 */
/* The Pod is parsed, its need worked out, the nodes sorted into classes, and each class
 * decided once. What is done per node is a hash look-up (names), or a scan of the few
 * members that count (whole nodes). */
#include "extender/decision.h"

#include "mullion/text/document.h"

const char *ext_verb_name(ext_verb verb)
{
    static const char *const names[EXT_VERBS] = {"filter", "prioritize", "preempt"};
    return names[verb];
}

static const mn_pod *decode_pod(const ext_config *config, mn_arena *arena, mn_str text,
                                GError **error)
{
    json_t *tree = mn_document_load_json(text.ptr, text.len, (size_t)config->depth, error);
    if (tree == NULL)
        return NULL;
    const mn_at root = mn_at_tree(tree);
    const mn_pod *pod = mn_pod_decode(arena, &root, error);
    json_decref(tree);
    return pod;
}

static void find_need(const mn_os_policy *policy, const ext_nodes *nodes, const mn_pod *pod,
                      mn_os_need *out)
{
    const char *class_name = pod->spec.runtime_class_name;
    const mn_os_input input = {
        .meta = &pod->meta,
        .spec = &pod->spec,
        .runtime_class =
            class_name == NULL ? NULL : mn_objects_find_runtime_class(nodes->objects, class_name),
    };
    mn_os_findings findings;
    mn_os_need_of(policy, &input, &findings, out);
}

static void classify_names(const ext_nodes *nodes, const mn_wire_args *args, uint16_t *class_of)
{
    for (size_t i = 0; i < args->count; i++) {
        uint32_t number = ext_name_table_find(nodes->names, args->names[i]);
        class_of[i] = number == EXT_NAME_UNKNOWN ? MN_CLASS_UNKNOWN : nodes->class_of[number];
    }
}

/* Every node speaks for itself: what a file says of one with its name may be older. */
static bool classify_nodes(const mn_os_policy *policy, mn_arena *arena, const mn_wire_args *args,
                           mn_os_classes *classes, uint16_t *class_of, GError **error)
{
    for (size_t i = 0; i < args->count; i++) {
        const mn_node *node = mn_wire_node_decode(arena, &args->nodes[i], error);
        if (node == NULL) {
            g_prefix_error(error, "Nodes.items[%zu]: ", i);
            return false;
        }
        mn_os_offer offer = mn_os_offer_of(policy, node);
        class_of[i] = mn_os_classes_add(classes, &offer);
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
    mn_str *names = MN_ARENA_NEW(arena, mn_str, args.count);
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

static bool classify(const ext_question *question, const mn_os_policy *policy, mn_arena *arena,
                     ext_decision *out, GError **error)
{
    uint16_t *class_of = MN_ARENA_NEW(arena, uint16_t, out->args.count);
    mn_os_classes *classes = MN_ARENA_NEW(arena, mn_os_classes, 1);
    out->class_of = class_of;
    out->classes = classes;
    if (out->args.nodes == NULL) {
        *classes = *question->nodes->classes;
        classify_names(question->nodes, &out->args, class_of);
        return true;
    }
    mn_os_classes_init(classes);
    return classify_nodes(policy, arena, &out->args, classes, class_of, error);
}

bool ext_decide(const ext_question *question, mn_arena *arena, ext_decision *out, GError **error)
{
    const ext_config *config = question->config;
    const mn_os_policy policy = ext_config_policy(config);
    *out = (ext_decision){.verb = question->verb};
    if (!decode_args(question, arena, out, error))
        return false;
    const mn_pod *pod = decode_pod(config, arena, out->args.pod, error);
    if (pod == NULL) {
        g_prefix_error(error, "Pod: ");
        return false;
    }
    if (!classify(question, &policy, arena, out, error))
        return false;
    find_need(&policy, question->nodes, pod, &out->need);
    mn_os_count_classes(out->class_of, out->args.count, out->counts);
    mn_os_decide(&out->need, (mn_os_mode)config->mode, out->classes, out->counts, &out->by_class);
    out->pod = pod;
    return true;
}
