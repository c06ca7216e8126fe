/* SPDX-License-Identifier: Apache-2.0 */
/* The pass over all objects: every rule is asked about each, in the order of the table. */
#include "simulator/audit/audit.h"

#include "simulator/audit/check.h"
#include "simulator/reports/phrase.h"

#include <string.h>

const mn_rule mn_rules[] = {
#define RULE(id, function, level, name, reason, shown, remedy) \
    {.code = #id,                                              \
     .severity = MN_SEVERITY_##level,                          \
     .title = (name),                                          \
     .why = (reason),                                          \
     .example = (shown),                                       \
     .mend = (remedy),                                         \
     .check = mn_rule_##function},
#include "simulator/audit/rules.def"
#undef RULE
};
const size_t mn_rule_count = G_N_ELEMENTS(mn_rules);

const mn_rule *mn_rule_find(const char *code)
{
    for (size_t i = 0; i < mn_rule_count; i++) {
        if (strcmp(mn_rules[i].code, code) == 0)
            return &mn_rules[i];
    }
    return NULL;
}

const char *mn_severity_name(mn_severity severity)
{
    static const char *const names[] = {"note", "warning", "error"};
    return names[severity];
}

/* ---- asking */

/* "MU101", or "MU1" for all that begin so. */
static bool begins_one(const mn_strings *codes, const char *code)
{
    for (size_t i = 0; i < codes->count; i++) {
        if (g_str_has_prefix(code, codes->items[i]))
            return true;
    }
    return false;
}

static bool is_wanted(const mn_audit_options *options, const mn_rule *rule)
{
    return (options->rules.count == 0 || begins_one(&options->rules, rule->code)) &&
           !begins_one(&options->skip, rule->code);
}

static void ask_all(mn_check *check)
{
    for (size_t i = 0; i < mn_rule_count; i++) {
        check->rule = &mn_rules[i];
        if (is_wanted(check->options, check->rule))
            check->rule->check(check);
    }
}

/* What is not to be reported goes; what stays gets its place. */
static void settle(mn_check *check, guint first, const char *evidence)
{
    GArray *findings = check->audit->findings;
    guint kept = first;
    for (guint i = first; i < findings->len; i++) {
        mn_finding *finding = &g_array_index(findings, mn_finding, i);
        if (finding->severity < check->options->least)
            continue;
        finding->evidence = evidence;
        if (finding->object != NULL)
            finding->place = mn_audit_locate(check->input, finding->object, finding->path);
        if (finding->ignored != NULL)
            check->audit->ignored++;
        else
            check->audit->counts[finding->severity]++;
        g_array_index(findings, mn_finding, kept++) = *finding;
    }
    g_array_set_size(findings, kept);
}

static mn_check check_of(mn_audit *audit, mn_audit_input *input, const mn_audit_options *options,
                         const mn_owners *owners)
{
    return (mn_check){
        .audit = audit,
        .input = input,
        .options = options,
        .cluster = &audit->cluster,
        .arena = audit->arena,
        .owners = owners,
    };
}

static const char *evidence_line(mn_arena *arena, const mn_os_need *need)
{
    g_autoptr(GString) why = g_string_new(NULL);
    mn_os_need_why(need, why);
    return mn_arena_strdup(arena, why->str);
}

static void audit_workload(mn_check *check, const mn_audit_object *object)
{
    mn_audit *audit = check->audit;
    guint first = audit->findings->len;
    mn_check_open(check, object);
    const char *evidence = evidence_line(audit->arena, &check->need);
    ask_all(check);
    settle(check, first, evidence);
    const mn_audited audited = {
        .object = object,
        .kind = mn_object_kind(object),
        .namespace_ = mn_meta_namespace(object->meta),
        .name = mn_object_name(object),
        .need = check->need.kind,
        .by_default = check->need.by_default,
        .evidence = evidence,
        .lands = check->lands,
        .runs = check->runs,
        .first = first,
        .count = audit->findings->len - first,
    };
    g_array_append_val(audit->workloads, audited);
}

static void audit_other(mn_check *check, const mn_audit_object *object)
{
    guint first = check->audit->findings->len;
    check->object = object;
    ask_all(check);
    settle(check, first, "");
}

static void audit_objects(mn_audit *audit, mn_audit_input *input, const mn_audit_options *options,
                          mn_owners *owners)
{
    for (guint i = 0; i < input->items->len; i++) {
        mn_audit_object *object = &g_array_index(input->items, mn_audit_object, i);
        if (!mn_owners_stands(owners, object))
            continue;
        mn_check check = check_of(audit, input, options, owners);
        audit_workload(&check, object);
    }
}

/* RuntimeClasses and nodes; those of --cluster are looked at as well. */
static void audit_cluster(mn_audit *audit, mn_audit_input *input, const mn_audit_options *options,
                          const mn_owners *owners)
{
    for (guint i = 0; i < input->items->len; i++) {
        const mn_audit_object *object = &g_array_index(input->items, mn_audit_object, i);
        if (object->node == NULL && object->runtime_class == NULL)
            continue;
        mn_check check = check_of(audit, input, options, owners);
        audit_other(&check, object);
    }
}

mn_audit *mn_audit_run(mn_audit_input *input, const mn_audit_options *options)
{
    mn_audit *audit = g_new0(mn_audit, 1);
    audit->arena = mn_arena_new();
    audit->workloads = g_array_new(FALSE, TRUE, sizeof(mn_audited));
    audit->findings = g_array_new(FALSE, TRUE, sizeof(mn_finding));
    audit->cluster = mn_audit_cluster_of(audit->arena, input, options);
    g_autoptr(mn_owners) owners = mn_owners_new(audit->arena, input);
    audit_objects(audit, input, options, owners);
    audit_cluster(audit, input, options, owners);
    if (options->cluster != NULL) {
        g_autoptr(mn_owners) others = mn_owners_new(audit->arena, options->cluster);
        audit_cluster(audit, options->cluster, options, others);
    }
    mn_check whole = check_of(audit, input, options, owners);
    audit_other(&whole, NULL);
    return audit;
}

void mn_audit_free(mn_audit *audit)
{
    if (audit == NULL)
        return;
    g_hash_table_unref(audit->cluster.by_name);
    g_array_unref(audit->workloads);
    g_array_unref(audit->findings);
    mn_arena_free(audit->arena);
    g_free(audit);
}

void mn_audit_counts_text(const mn_audit *audit, GString *out)
{
    size_t before = out->len;
    for (mn_severity severity = MN_SEVERITY_ERROR;; severity--) {
        size_t count = audit->counts[severity];
        if (count > 0) {
            g_string_append(out, out->len > before ? ", " : "");
            mn_phrase_count(out, count, mn_severity_name(severity));
        }
        if (severity == MN_SEVERITY_NOTE)
            break;
    }
    if (out->len == before)
        g_string_append(out, "no findings");
}
