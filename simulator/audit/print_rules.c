/* SPDX-License-Identifier: Apache-2.0 */
/* The rules themselves, from their table: for `--rules`, and as docs/AUDIT.md. */
#include "mullion/text/json_write.h"
#include "simulator/audit/print.h"
#include "simulator/reports/markdown.h"

#include <string.h>

void mn_rules_print_table(const mn_audit_view *view, GString *out)
{
    g_autoptr(mn_grid) grid = mn_grid_new();
    mn_grid_head(grid, "CODE", false);
    mn_grid_head(grid, "SEVERITY", false);
    mn_grid_head(grid, "WHAT IT FINDS", false);
    mn_grid_end_row(grid);
    for (size_t i = 0; i < mn_rule_count; i++) {
        mn_grid_cell(grid, MN_INK_BOLD, mn_rules[i].code);
        mn_grid_cell(grid, MN_INK_PLAIN, mn_severity_name(mn_rules[i].severity));
        mn_grid_cell(grid, MN_INK_PLAIN, mn_rules[i].title);
        mn_grid_end_row(grid);
    }
    mn_grid_print(grid, &view->page, out);
    g_string_append(out,
                    "\nWhy each, an example and what mends it: -o markdown, or docs/AUDIT.md\n");
}

void mn_rules_print_json(GString *out)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_PRETTY);
    mn_json_begin_array(&json);
    for (size_t i = 0; i < mn_rule_count; i++) {
        const mn_rule *rule = &mn_rules[i];
        mn_json_begin_object(&json);
        mn_json_member_string(&json, "code", rule->code);
        mn_json_member_string(&json, "severity", mn_severity_name(rule->severity));
        mn_json_member_string(&json, "title", rule->title);
        mn_json_member_string(&json, "why", rule->why);
        mn_json_member_string(&json, "example", rule->example);
        mn_json_member_string(&json, "fix", rule->mend);
        mn_json_end_object(&json);
    }
    mn_json_end_array(&json);
    mn_str text = mn_json_writer_text(&json);
    g_string_append_len(out, text.ptr, (gssize)text.len);
}

/* ---- docs/AUDIT.md */

static const char opening[] =
    "# What `mullion audit` looks for\n"
    "\n"
    "<!-- Printed by `mullion audit --rules -o markdown` from simulator/audit/rules.def. -->\n"
    "\n"
    "```sh\n"
    "helm template my-release chart/ | mullion audit -\n"
    "mullion audit release/ --cluster cluster.json --fail-on warning\n"
    "kubectl get nodes,namespaces,runtimeclasses,deploy,ds,sts,jobs,cronjobs,pods -A -o json | "
    "mullion audit -\n"
    "mullion audit release/ --fix > fixes.yaml\n"
    "```\n"
    "\n"
    "An audit reads manifests, a rendered chart or a dump of a cluster, and asks of each workload: "
    "which OS and Windows build does it need (by the evidence of [OS-POLICY.md](OS-POLICY.md)), on "
    "which nodes would kube-scheduler's filters let it (nodeName, nodeSelector, required affinity, "
    "taints, with what RuntimeClass and namespace add), and can it run there?\n"
    "\n"
    "**Which cluster.** Nodes of `--cluster FILE` count, else those of the input. Without any, a "
    "typical mixed cluster is assumed, and the closing line says so: three Linux nodes, two of "
    "Windows Server 2022 and one of 2025, none tainted, as AKS, EKS, RKE2 and kubeadm leave them. "
    "`--cluster typical` asks for that one whatever the input holds. Taints that come and go by "
    "themselves (not-ready, pressure, cordons) do not count.\n"
    "\n"
    "**Severity.** *error*: wrong. *warning*: wrong under conditions that are likely, such as an image "
    "that does not say its OS but is for Linux, as nearly all of these are. *note*: worth knowing. "
    "`--severity warning` leaves the notes out, `--fail-on warning` (default: error) decides from "
    "where on the exit status is 1. Files that cannot be read: 3.\n"
    "\n"
    "**Some rules only.** `--rule MU1 --rule MU310` asks these alone, `--skip MU321` all but this; the "
    "beginning of a code stands for all that begin so.\n"
    "\n"
    "**One object.** An annotation on the object or its Pod template suppresses findings; the closing "
    "line counts them, JSON and SARIF still have them:\n"
    "\n"
    "```yaml\n"
    "metadata:\n"
    "  annotations:\n"
    "    mullion.dev/ignore: MU101,MU203\n"
    "    mullion.dev/ignore-MU310: the taint is renamed on Monday\n"
    "```\n"
    "\n"
    "**Fixes.** `--fix` prints strategic merge patches, a document for each object, instead of the "
    "report; files are never changed. Each names its object, so kustomize takes the file under "
    "`patches` (older ones: `patchesStrategicMerge`), and after `csplit` or `yq` `kubectl patch "
    "--patch-file` takes each. Lists like tolerations are written whole. What takes a person (another "
    "image, a choice between two selectors) has no patch, and is counted on standard error. SARIF has "
    "the nodeSelectors as text edits, which editors apply.\n";

static void print_rule(const mn_rule *rule, GString *out)
{
    g_string_append_printf(out, "\n### %s: ", rule->code);
    mn_markdown_text(out, rule->title);
    g_string_append_printf(out, "\n\n*%s.* ", mn_severity_name(rule->severity));
    g_string_append(out, rule->why);
    g_string_append(out, "\n\n- Example: ");
    g_string_append(out, rule->example);
    g_string_append(out, "\n- Fix: ");
    g_string_append(out, rule->mend);
    g_string_append_c(out, '\n');
}

void mn_rules_print_markdown(GString *out)
{
    static const struct {
        const char *prefix, *title;
    } groups[] = {
        {"MU1", "Where Pods land"},
        {"MU2", "DaemonSets and tolerations"},
        {"MU3", "Contradictions, and what can never work"},
        {"MU4", "The cluster"},
    };
    g_string_append(out, opening);
    for (size_t i = 0; i < G_N_ELEMENTS(groups); i++) {
        g_string_append_printf(out, "\n## %sxx: %s\n", groups[i].prefix, groups[i].title);
        for (size_t j = 0; j < mn_rule_count; j++) {
            if (g_str_has_prefix(mn_rules[j].code, groups[i].prefix))
                print_rule(&mn_rules[j], out);
        }
    }
}
