/* SPDX-License-Identifier: Apache-2.0 */
/* `mullion audit`: what in these manifests could put a Pod where it cannot run? */
#include "simulator/audit/patch.h"
#include "simulator/audit/print.h"
#include "simulator/command.h"
#include "simulator/options.h"
#include "simulator/output.h"
#include "simulator/reports/phrase.h"

#include <string.h>

#define TYPICAL "typical"

typedef struct audit_args {
    int output, severity, fail_on, color;
    const char *cluster;
    mn_words rules, skip;
    bool fix, list;
} audit_args;

/* Indexes: severities from the least, and for --fail-on from the greatest. */
static const char *const severity_words[] = {"note", "warning", "error", NULL};
static const char *const fail_words[] = {"error", "warning", "note", "never", NULL};

static const mn_option options[] = {
    MN_CHOICE_TOLD(audit_args, output, "output", 'o', "FORMAT", mn_audit_format_names,
                   mn_audit_format_helps, "what to print"),
    MN_TEXT(
        audit_args, cluster, "cluster", 'c', "FILE",
        "nodes to audit for, instead of those among the manifests: a dump, a scenario with node "
        "pools, or \"typical\" for an assumed mixed cluster"),
    MN_FLAG(audit_args, fix, "fix", 0,
            "print patches that mend what was found, instead of the findings"),
    MN_CHOICE(audit_args, severity, "severity", 0, "LEVEL", severity_words,
              "the least severity that is reported"),
    MN_CHOICE(audit_args, fail_on, "fail-on", 0, "LEVEL", fail_words,
              "the least severity that makes the exit status 1"),
    MN_TEXTS(audit_args, rules, "rule", 0, "CODE",
             "ask this rule alone, or all that begin so (MU1); may be given several times, or with "
             "commas"),
    MN_TEXTS(audit_args, skip, "skip", 0, "CODE", "ask all rules but this one; as --rule"),
    MN_FLAG(audit_args, list, "rules", 0,
            "list the rules (-o json, -o markdown: with reasons and examples)"),
    MN_COLOR_OPTION(audit_args, color),
};

/* ---- which rules */

static bool is_known(const char *code)
{
    for (size_t i = 0; i < mn_rule_count; i++) {
        if (*code != '\0' && g_str_has_prefix(mn_rules[i].code, code))
            return true;
    }
    return false;
}

static bool add_code(const mn_call *call, const char *option, const char *code)
{
    if (is_known(code))
        return true;
    const char **names = MN_ARENA_NEW(call->arena, const char *, mn_rule_count + 1);
    for (size_t i = 0; i < mn_rule_count; i++)
        names[i] = mn_rules[i].code;
    mn_complain(call,
                "--%s: there is no rule \"%s\"%s: %s audit --rules",
                option,
                code,
                mn_did_you_mean(call->arena, code, names),
                call->program);
    return false;
}

/* "MU101,MU2", given several times, as one list. */
static bool read_codes(const mn_call *call, const char *option, const mn_words *words,
                       mn_strings *out)
{
    g_autoptr(GPtrArray) codes = g_ptr_array_new();
    for (size_t i = 0; i < words->count; i++) {
        g_auto(GStrv) parts = g_strsplit(words->items[i], ",", -1);
        for (size_t j = 0; parts[j] != NULL; j++) {
            const char *code = mn_arena_strdup(call->arena, g_strstrip(parts[j]));
            if (!add_code(call, option, code))
                return false;
            g_ptr_array_add(codes, (gpointer)(uintptr_t)code);
        }
    }
    const char **items = MN_ARENA_NEW(call->arena, const char *, codes->len);
    for (guint i = 0; i < codes->len; i++)
        items[i] = codes->pdata[i];
    *out = (mn_strings){.items = items, .count = codes->len};
    return true;
}

static mn_exit print_rules(mn_call *call)
{
    const audit_args *args = call->args;
    const mn_audit_view view = {.page = mn_page_of(call, args->color)};
    const char *format = mn_audit_format_names[args->output];
    if (strcmp(format, "json") == 0)
        mn_rules_print_json(call->out);
    else if (strcmp(format, "markdown") == 0)
        mn_rules_print_markdown(call->out);
    else
        mn_rules_print_table(&view, call->out);
    return MN_EXIT_DONE;
}

/* ---- running */

static mn_audit_input *read_input(const mn_call *call, const char *const *paths, size_t count)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_audit_input) input = mn_audit_input_new();
    if (!mn_audit_input_read(input, paths, count, &error)) {
        mn_complain(call, "%s", error->message);
        return NULL;
    }
    if (input->files->len == 0) {
        mn_complain(call, "%s: " MN_NO_MANIFESTS, paths[0]);
        return NULL;
    }
    return g_steal_pointer(&input);
}

/* "mullion audit a.yaml --cluster b.yaml" */
static char *command_line(const mn_call *call)
{
    const audit_args *args = call->args;
    g_autofree char *line = mn_command_line(call, "audit");
    if (args->cluster == NULL)
        return g_steal_pointer(&line);
    g_autofree char *quoted = g_shell_quote(args->cluster);
    bool plain = strpbrk(args->cluster, " '\"$&;()<>|*?\\`") == NULL;
    return g_strdup_printf("%s --cluster %s", line, plain ? args->cluster : quoted);
}

static void print_patches(mn_call *call, const mn_audit *audit)
{
    mn_patch_counts counts = mn_patch_print_all(audit, call->out);
    g_autoptr(GString) line = g_string_new(NULL);
    mn_phrase_count(line, counts.patches, "patch");
    g_string_append(line, " for ");
    mn_phrase_count(line, counts.mended, "finding");
    if (counts.by_hand > 0) {
        g_string_append(line, "; ");
        mn_phrase_count(line, counts.by_hand, "finding");
        g_string_append(line, counts.by_hand == 1 ? " takes a person" : " take a person");
    }
    mn_complain(call, "%s", line->str);
}

static mn_exit verdict_of(const mn_audit *audit, const audit_args *args)
{
    size_t failing = 0;
    if (strcmp(fail_words[args->fail_on], "never") == 0)
        return MN_EXIT_DONE;
    for (int i = 0; i <= args->fail_on; i++)
        failing += audit->counts[MN_SEVERITY_ERROR - i];
    return failing > 0 ? MN_EXIT_NEGATIVE : MN_EXIT_DONE;
}

static mn_exit print_audit(mn_call *call, mn_audit_input *input, const mn_audit *audit)
{
    const audit_args *args = call->args;
    if (args->fix) {
        print_patches(call, audit);
        return MN_EXIT_DONE;
    }
    g_autofree char *again = command_line(call);
    const mn_audit_view view = {.page = mn_page_of(call, args->color), .again = again};
    mn_audit_formats[args->output].print(input, audit, &view, call->out);
    return verdict_of(audit, args);
}

static mn_exit run(mn_call *call)
{
    const audit_args *args = call->args;
    if (args->list)
        return print_rules(call);
    if (call->operand_count == 0) {
        mn_complain(call, "audit: expected %s, or --rules", call->command->operands);
        (void)fprintf(call->err, "Try: %s audit --help\n", call->program);
        return MN_EXIT_USAGE;
    }
    mn_audit_options how = {.least = (mn_severity)args->severity};
    if (!read_codes(call, "rule", &args->rules, &how.rules) ||
        !read_codes(call, "skip", &args->skip, &how.skip))
        return MN_EXIT_USAGE;
    g_autoptr(mn_audit_input) input = read_input(call, call->operands, call->operand_count);
    if (input == NULL)
        return MN_EXIT_INPUT;
    g_autoptr(mn_audit_input) cluster = NULL;
    how.typical = g_strcmp0(args->cluster, TYPICAL) == 0;
    if (args->cluster != NULL && !how.typical) {
        how.cluster = cluster = read_input(call, &args->cluster, 1);
        if (cluster == NULL)
            return MN_EXIT_INPUT;
        if (cluster->objects->nodes->len == 0) {
            mn_complain(call, "%s: holds no Node and no node pool", args->cluster);
            return MN_EXIT_INPUT;
        }
    }
    g_autoptr(mn_audit) audit = mn_audit_run(input, &how);
    return print_audit(call, input, audit);
}

static const mn_example examples[] = {
    {"helm template my-release chart/ | mullion audit -", "a chart, before it is installed"},
    {"mullion audit release/ --cluster nodes.json --fail-on warning",
     "manifests, for your own nodes, in CI"},
    {"kubectl get nodes,ns,runtimeclasses,deploy,ds,sts,jobs,cronjobs,pods -A -o json | mullion "
     "audit -",
     "a cluster as it is"},
    {"mullion audit release/ --fix > fixes.yaml", "patches for kustomize and kubectl"},
    {"mullion audit release/ -o sarif > audit.sarif", "for code scanning"},
};

extern const mn_command mn_command_audit;
const mn_command mn_command_audit = {
    .name = "audit",
    .summary = "find what could put Pods where they cannot run, and mend it",
    .operands = "FILE...",
    .description =
        "Reads manifests, rendered charts and dumps, from files, folders or, for \"-\", standard "
        "input. Says of each workload which OS it needs and by which evidence, on which nodes of "
        "the cluster it could land and not run, and what contradicts itself: selectors, spec.os, "
        "images, tolerations and taints, RuntimeClasses, DaemonSets, hooks, sidecars.\n\n"
        "Without --cluster and without nodes among the manifests a typical mixed cluster is "
        "assumed. Each finding has a code, a place, and mostly a patch (--fix). The annotation "
        "mullion.dev/ignore: CODE,... on an object suppresses them. docs/AUDIT.md explains each "
        "rule.\n\n"
        "Exit status 1 when there is an error (--fail-on), 3 when a file cannot be read.",
    .examples = examples,
    .example_count = G_N_ELEMENTS(examples),
    .options = options,
    .option_count = G_N_ELEMENTS(options),
    .args_size = sizeof(audit_args),
    .operands_min = 0,
    .operands_max = 100000,
    .run = run,
};
