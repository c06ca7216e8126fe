/* SPDX-License-Identifier: Apache-2.0 */
/* The shape of `kind: Strategy`.
 *
 * Strict throughout, patches included: a patch that names a field which no object has, or which
 * nothing here looks at, would quietly do nothing.
 */
#include "simulator/scenario/parts.h"
#include "simulator/strategy/parts.h"

#include <string.h>

enum { MAX_RULES = 1000 };

/* ---- match */

static bool add_glob(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    const char *text = "";
    if (!mn_read_string(at, &text, error))
        return false;
    mn_strings *globs = out;
    const char **items = MN_ARENA_NEW(arena, const char *, globs->count + 1);
    for (size_t i = 0; i < globs->count; i++)
        items[i] = globs->items[i];
    items[globs->count] = mn_arena_strdup(arena, text);
    *globs = (mn_strings){.items = items, .count = globs->count + 1};
    return true;
}

/* One glob, or a list of them. */
static bool decode_globs(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    if (mn_at_count(at) > MAX_RULES)
        return mn_at_error(at, MN_ERROR_LIMIT, error, "more than %d", MAX_RULES);
    return mn_decode_one_or_many(arena, at, add_glob, out, error);
}

static const char *const needs_words[] = {"linux", "windows", "unknown", NULL};

#define MATCH_BY(member, name, decoder) MN_FIELD_BY(mn_match, member, name, decoder)
static const mn_field match_fields[] = {
    MN_FIELD_WORDS(mn_match, os, "os", mn_decode_os, mn_os_words),
    MATCH_BY(pool, "pool", decode_globs),
    MATCH_BY(namespace_, "namespace", decode_globs),
    MATCH_BY(kind, "kind", decode_globs),
    MATCH_BY(name, "name", decode_globs),
    MN_FIELD(mn_match, labels, "labels", MN_FIELD_STRING_MAP),
    MN_FIELD_ENUM_OF(mn_match, needs, "needs", needs_words),
    MATCH_BY(image, "image", decode_globs),
    MATCH_BY(builds, "build", mn_decode_builds),
};
static const mn_shape match_shape = {
    .name = "match",
    .size = sizeof(mn_match),
    .fields = match_fields,
    .count = G_N_ELEMENTS(match_fields),
    .strict = true,
};

/* What can be asked of each kind of object; the words end with NULL. */
static const char *const of_nodes[] = {"os", "pool", "name", "labels", "build", NULL};
static const char *const of_pods[] = {
    "namespace", "name", "labels", "needs", "image", "build", NULL};
static const char *const of_workloads[] = {
    "namespace", "kind", "name", "labels", "needs", "image", "build", NULL};
/* Admission sees the object alone. */
static const char *const of_mutations[] = {"namespace", "name", "labels", "image", NULL};
static const char *const of_classes[] = {"name", "labels", NULL};
static const char *const of_namespaces[] = {"namespace", NULL};

static bool check_asked(const mn_at *at, const char *const *words, const char *what, GError **error)
{
    mn_at match = mn_at_member(at, "match");
    mn_members members = mn_members_of(&match);
    for (mn_at member; mn_members_next(&members, &member);) {
        if (mn_at_is_there(&member) && !g_strv_contains(words, member.key)) {
            g_autofree char *all = g_strjoinv(", ", (char **)(uintptr_t)words);
            return mn_at_error(
                &member, MN_ERROR_SCHEMA, error, "%s has none: it matches by %s", what, all);
        }
    }
    return true;
}

/* ---- patches */

static bool keep_text(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    if (!mn_read_is_object(at, error))
        return false;
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_json_tree(&json, at->value);
    mn_str text = mn_json_writer_text(&json);
    *(const char **)out = mn_arena_strndup(arena, text.ptr, text.len);
    return true;
}

static bool check_rule(mn_arena *arena, const mn_at *at, const char *const *asked, const char *what,
                       const mn_shape *shape, GError **error)
{
    mn_at patch = mn_at_member(at, "patch");
    return check_asked(at, asked, what, error) && mn_patch_check(arena, shape, &patch, error);
}

static bool check_node_rule(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)out;
    return check_rule(arena, at, of_nodes, "a node", &mn_node_shape, error);
}

static bool check_workload_rule(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)out;
    return check_rule(arena, at, of_workloads, "a workload", &mn_pod_template_shape, error);
}

static bool check_pod_rule(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)out;
    return check_rule(arena, at, of_pods, "a Pod", &mn_pod_shape, error);
}

static bool check_mutation(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)out;
    return check_rule(arena, at, of_mutations, "a Pod at admission", &mn_pod_template_shape, error);
}

static bool check_class_rule(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)out;
    return check_rule(arena, at, of_classes, "a RuntimeClass", &mn_runtime_class_shape, error);
}

static const mn_field rule_fields[] = {
    MN_FIELD_OF(mn_patch_rule, match, "match", MN_FIELD_OBJECT, match_shape),
    {.name = "patch",
     .offset = offsetof(mn_patch_rule, patch),
     .kind = MN_FIELD_CUSTOM,
     .decode = keep_text,
     .required = true},
};
#define RULE_SHAPE(shape_name, function)                                            \
    {                                                                               \
        .name = (shape_name), .size = sizeof(mn_patch_rule), .fields = rule_fields, \
        .count = G_N_ELEMENTS(rule_fields), .strict = true, .check = (function)     \
    }
static const mn_shape node_rule_shape = RULE_SHAPE("patch of nodes", check_node_rule);
static const mn_shape workload_rule_shape = RULE_SHAPE("patch of workloads", check_workload_rule);
static const mn_shape pod_rule_shape = RULE_SHAPE("patch of Pods", check_pod_rule);
static const mn_shape class_rule_shape = RULE_SHAPE("patch of RuntimeClasses", check_class_rule);
static const mn_shape mutation_shape = RULE_SHAPE("mutation", check_mutation);

/* ---- admission */

static bool check_selector_rule(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)arena, (void)out;
    return check_asked(at, of_namespaces, "a default nodeSelector", error);
}

static const mn_field selector_fields[] = {
    MN_FIELD_OF(mn_selector_rule, match, "match", MN_FIELD_OBJECT, match_shape),
    {.name = "nodeSelector",
     .offset = offsetof(mn_selector_rule, node_selector),
     .kind = MN_FIELD_STRING_MAP,
     .required = true},
};
static const mn_shape selector_rule_shape = {
    .name = "default nodeSelector",
    .size = sizeof(mn_selector_rule),
    .fields = selector_fields,
    .count = G_N_ELEMENTS(selector_fields),
    .strict = true,
    .check = check_selector_rule,
};

static const mn_field admission_fields[] = {
    MN_FIELD_OF(mn_admission_rules, default_node_selector, "defaultNodeSelector", MN_FIELD_LIST,
                selector_rule_shape),
    MN_FIELD_OF(mn_admission_rules, mutate, "mutate", MN_FIELD_LIST, mutation_shape),
};
static const mn_shape admission_shape = {
    .name = "admission",
    .size = sizeof(mn_admission_rules),
    .fields = admission_fields,
    .count = G_N_ELEMENTS(admission_fields),
    .strict = true,
};

/* ---- extender */

static bool has(const mn_at *at, const char *key)
{
    mn_at member = mn_at_member(at, key);
    return mn_at_is_there(&member);
}

static bool decode_strategy_extender(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    mn_extender_spec spec;
    if (!mn_decode_extender(arena, at, &spec, error))
        return false;
    *(mn_strategy_extender *)out = (mn_strategy_extender){
        .is_there = true,
        .has_default_os = has(at, "defaultOS"),
        .has_build_rule = has(at, "buildRule"),
        .has_fallback_rule = has(at, "fallbackRule"),
        .mode = spec.mode,
        .default_os = spec.default_os,
        .build_rule = spec.build_rule,
        .fallback_rule = spec.fallback_rule,
    };
    return true;
}

/* ---- objects */

static const mn_field object_fields[] = {
    MN_FIELD_OF(mn_created_object, match, "match", MN_FIELD_OBJECT, match_shape),
    {.name = "object",
     .offset = offsetof(mn_created_object, text),
     .kind = MN_FIELD_CUSTOM,
     .decode = keep_text,
     .required = true},
};
static const mn_shape object_shape = {
    .name = "created object",
    .size = sizeof(mn_created_object),
    .fields = object_fields,
    .count = G_N_ELEMENTS(object_fields),
    .strict = true,
};

/* ---- the whole */

static bool check_spec(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)arena;
    const mn_strategy *spec = out;
    const struct {
        const char *name;
        size_t count;
    } lists[] = {
        {"nodes", spec->nodes.count},
        {"workloads", spec->workloads.count},
        {"pods", spec->pods.count},
        {"runtimeClasses", spec->runtime_classes.count},
        {"objects", spec->objects.count},
        {"admission", spec->admission.default_node_selector.count + spec->admission.mutate.count},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        mn_at list = mn_at_member(at, lists[i].name);
        if (lists[i].count > MAX_RULES)
            return mn_at_error(&list, MN_ERROR_LIMIT, error, "more than %d rules", MAX_RULES);
    }
    return true;
}

#define SPEC_RULES(member, name, shape_) \
    MN_FIELD_OF(mn_strategy, member, name, MN_FIELD_LIST, shape_)
static const mn_field spec_fields[] = {
    MN_FIELD(mn_strategy, description, "description", MN_FIELD_STRING),
    SPEC_RULES(nodes, "nodes", node_rule_shape),
    SPEC_RULES(workloads, "workloads", workload_rule_shape),
    SPEC_RULES(pods, "pods", pod_rule_shape),
    SPEC_RULES(runtime_classes, "runtimeClasses", class_rule_shape),
    SPEC_RULES(objects, "objects", object_shape),
    MN_FIELD_BY(mn_strategy, scheduler, "scheduler", keep_text),
    MN_FIELD_OF(mn_strategy, admission, "admission", MN_FIELD_OBJECT, admission_shape),
    MN_FIELD_WITHIN(mn_strategy, extender, "extender", decode_strategy_extender, mn_extender_shape),
};
static const mn_shape spec_shape = {
    .name = "strategy's spec",
    .size = sizeof(mn_strategy),
    .fields = spec_fields,
    .count = G_N_ELEMENTS(spec_fields),
    .strict = true,
    .check = check_spec,
};

/* `out` is not looked at: kind and apiVersion were read to get here. */
static bool decode_known(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)arena, (void)at, (void)out, (void)error;
    return true;
}

static const mn_field document_fields[] = {
    MN_FIELD_BY(mn_strategy_document, meta, "apiVersion", decode_known),
    MN_FIELD_BY(mn_strategy_document, meta, "kind", decode_known),
    MN_FIELD_OF(mn_strategy_document, meta, "metadata", MN_FIELD_OBJECT, mn_our_meta_shape),
    MN_FIELD_OF(mn_strategy_document, spec, "spec", MN_FIELD_OBJECT, spec_shape),
};
const mn_shape mn_strategy_document_shape = {
    .name = "Strategy",
    .size = sizeof(mn_strategy_document),
    .fields = document_fields,
    .count = G_N_ELEMENTS(document_fields),
    .strict = true,
};
