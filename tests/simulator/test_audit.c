/* SPDX-License-Identifier: Apache-2.0 */
/* What an audit is about besides its rules: places, owners, suppression, selection, clusters. */
#include "simulator/audit/patch.h"
#include "simulator/audit/print.h"
#include "tests/simulator/audit_cases.h"
#include "tests/support/expect.h"

#include <string.h>

#define CONTAINERS "containers: [{name: c, image: \"redis:7-alpine\"}]"

/* "MU101 Deployment default/web test.yaml:4:7" a line. */
static char *found_in(const audited *all)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < all->audit->findings->len; i++) {
        const mn_finding *finding = &g_array_index(all->audit->findings, mn_finding, i);
        g_string_append_printf(out, "%s%s ", i == 0 ? "" : "\n", finding->rule->code);
        mn_finding_subject(finding, out);
        g_string_append_c(out, ' ');
        mn_finding_place(finding, out);
        g_string_append(out, finding->ignored == NULL ? "" : " ignored");
    }
    return g_string_free(out, FALSE);
}

static void finds(const char *text, const char *want)
{
    g_auto(audited) all = audited_text(text, NULL, NULL);
    g_autofree char *got = found_in(&all);
    EXPECT_STR(got, want);
}

/* ---- places */

static void places_are_found_in_streams_and_lists(void)
{
    finds("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  " CONTAINERS "\n---\n"
          "# comment\napiVersion: v1\nkind: Pod\nmetadata:\n  name: b\nspec:\n"
          "  nodeSelector:\n    kubernetes.io/os: Linux\n  " CONTAINERS "\n",
          "MU101 Pod default/a test.yaml:5:3\nMU316 Pod default/b test.yaml:14:23");
    finds("kind: List\napiVersion: v1\nitems:\n- kind: Pod\n  apiVersion: v1\n  metadata: {name: "
          "a}\n  spec: {" CONTAINERS "}\n- kind: Pod\n  apiVersion: v1\n  metadata: {name: b}\n"
          "  spec:\n    " CONTAINERS "\n",
          "MU101 Pod default/a test.yaml:7:9\nMU101 Pod default/b test.yaml:12:5");
}

#define JSON_POD(name)                                                                     \
    "{\"kind\": \"Pod\", \"apiVersion\": \"v1\", \"metadata\": {\"name\": \"" name "\"}, " \
    "\"spec\": {\"containers\": [{\"name\": \"c\", \"image\": \"redis:7-alpine\"}]}}"

static void places_are_found_in_json_on_one_line_and_on_many(void)
{
    finds("{\"kind\": \"List\", \"apiVersion\": \"v1\", \"items\": [" JSON_POD("a") ", " JSON_POD(
              "b") "]}",
          "MU101 Pod default/a test.yaml:1:119\nMU101 Pod default/b test.yaml:1:251");
    finds("{\"kind\": \"List\", \"apiVersion\": \"v1\", \"items\": [\n" JSON_POD(
              "a") ",\n\n  " JSON_POD("b") "]}",
          "MU101 Pod default/a test.yaml:2:72\nMU101 Pod default/b test.yaml:4:74");
}

/* ---- suppression, selection */

static void an_annotation_suppresses_what_it_names(void)
{
    static const char pod[] = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, annotations: {%s}}\n"
                              "spec: {" CONTAINERS "}\n";
    static const struct {
        const char *annotation;
        bool ignored;
    } rows[] = {
        {"mullion.dev/ignore: MU101", true},
        {"mullion.dev/ignore: \"MU203, MU101\"", true},
        {"mullion.dev/ignore: \"MU203,MU101\"", true},
        {"mullion.dev/ignore: MU10", false},
        {"mullion.dev/ignore: MU203", false},
        {"mullion.dev/ignore-MU101: because", true},
        {"mullion.dev/ignore-MU203: because", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(GStrv) parts = g_strsplit(pod, "%s", 2);
        g_autofree char *text = g_strconcat(parts[0], rows[i].annotation, parts[1], NULL);
        g_auto(audited) all = audited_text(text, NULL, NULL);
        EXPECT_INT((int64_t)all.audit->ignored, rows[i].ignored);
        EXPECT_INT((int64_t)all.audit->counts[MN_SEVERITY_ERROR], !rows[i].ignored);
    }
}

static void an_annotation_of_the_template_counts_too(void)
{
    finds("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: "
          "{metadata: {annotations: {mullion.dev/ignore: MU101}}, spec: {" CONTAINERS "}}}\n",
          "MU101 Deployment default/web test.yaml:4:79 ignored");
}

static void what_is_ignored_is_in_no_patch(void)
{
    g_auto(audited) all = audited_text("apiVersion: v1\nkind: Pod\nmetadata: {name: a, "
                                       "annotations: {mullion.dev/ignore: MU101}}\nspec: "
                                       "{" CONTAINERS "}\n",
                                       NULL,
                                       NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    mn_patch_counts counts = mn_patch_print_all(all.audit, out);
    EXPECT_STR(out->str, "");
    EXPECT_INT((int64_t)counts.patches, 0);
}

#define WINDOWS_POD                                                                            \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostNetwork: true, nodeSelector: " \
    "{beta.kubernetes.io/os: windows}, containers: [{name: c, image: \"example/x\"}]}\n"

static void asks(const char *rule, const char *skip, mn_severity least, const char *want)
{
    const mn_audit_options options = {
        .rules = {.items = &rule, .count = rule != NULL},
        .skip = {.items = &skip, .count = skip != NULL},
        .least = least,
    };
    g_auto(audited) all = audited_text(WINDOWS_POD, NULL, &options);
    g_autofree char *codes = audited_codes(&all);
    EXPECT_STR(codes, want);
}

static void rules_are_chosen_by_code_and_by_its_beginning(void)
{
    asks(NULL, NULL, MN_SEVERITY_NOTE, "MU311 MU315");
    asks("MU315", NULL, MN_SEVERITY_NOTE, "MU315");
    asks("MU31", NULL, MN_SEVERITY_NOTE, "MU311 MU315");
    asks("MU1", NULL, MN_SEVERITY_NOTE, "");
    asks(NULL, "MU311", MN_SEVERITY_NOTE, "MU315");
    asks("MU3", "MU315", MN_SEVERITY_NOTE, "MU311");
    asks(NULL, NULL, MN_SEVERITY_WARNING, "MU315");
    asks(NULL, NULL, MN_SEVERITY_ERROR, "");
}

/* ---- owners */

#define OWNED(kind, name)                                                                     \
    "ownerReferences: [{apiVersion: v1, kind: " kind ", name: " name ", uid: u, controller: " \
    "true}]"
#define POD(name, meta) \
    "---\napiVersion: v1\nkind: Pod\nmetadata: {name: " name meta "}\nspec: {" CONTAINERS "}\n"
#define WORKLOAD(kind, name, meta)                                                      \
    "---\napiVersion: apps/v1\nkind: " kind "\nmetadata: {name: " name meta "}\nspec: " \
    "{template: {spec: {" CONTAINERS "}}}\n"
#define HASH ", labels: {pod-template-hash: abc}, "

static void workloads(const char *text, const char *want)
{
    g_auto(audited) all = audited_text(text, NULL, NULL);
    g_autoptr(GString) got = g_string_new(NULL);
    for (guint i = 0; i < all.audit->workloads->len; i++) {
        const mn_audited *one = &g_array_index(all.audit->workloads, mn_audited, i);
        g_string_append_printf(got, "%s%s/%s", i == 0 ? "" : " ", one->kind, one->name);
    }
    EXPECT_STR(got->str, want);
}

static void a_workload_of_a_dump_is_audited_once(void)
{
    workloads(WORKLOAD("Deployment", "web", "")
                  WORKLOAD("ReplicaSet", "web-abc", ", " OWNED("Deployment", "web"))
                      POD("web-abc-1", HASH OWNED("ReplicaSet", "web-abc"))
                          POD("web-abc-2", HASH OWNED("ReplicaSet", "web-abc")),
              "Deployment/web");
    workloads(POD("web-abc-1", HASH OWNED("ReplicaSet", "web-abc"))
                  POD("web-abc-2", HASH OWNED("ReplicaSet", "web-abc")) POD("bare", ""),
              "Deployment/web Pod/bare");
    workloads(POD("db-0", ", " OWNED("StatefulSet", "db"))
                  POD("db-1", ", " OWNED("StatefulSet", "db")),
              "StatefulSet/db");
    workloads(WORKLOAD("StatefulSet", "db", ", " OWNED("Database", "db")), "StatefulSet/db");
}

static void what_has_ended_or_is_a_mirror_is_left_out(void)
{
    workloads(
        POD("a", "") "status: {phase: Succeeded}\n" POD("b", "") "status: {phase: Failed}\n" POD(
            "c", ", annotations: {kubernetes.io/config.mirror: x}") POD("d", ""),
        "Pod/d");
}

/* What the API server has put into the Pods is not the workload's. */
static void the_patch_of_an_owner_is_for_the_owner(void)
{
    g_auto(audited) all = audited_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web-abc-1, namespace: shop" HASH OWNED(
            "ReplicaSet", "web-abc") "}\nspec: {tolerations: [{key: OS, value: "
                                     "windows}, {key: "
                                     "node.kubernetes.io/not-ready, operator: "
                                     "Exists, effect: NoExecute}], " CONTAINERS "}\n",
        NULL,
        NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    (void)mn_patch_print_all(all.audit, out);
    EXPECT_STR(out->str,
               "# MU101 error: nodeSelector kubernetes.io/os: linux\n"
               "# MU310 warning: key: os in the toleration\n"
               "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\n"
               "spec:\n  template:\n    spec:\n      nodeSelector:\n        kubernetes.io/os: "
               "linux\n      tolerations:\n      - key: os\n        value: windows\n");
}

/* ---- the cluster */

#define NODE(name, os, rest)                                                                     \
    "---\napiVersion: v1\nkind: Node\nmetadata: {name: " name ", labels: {kubernetes.io/os: " os \
    "}}\n" rest

static void cluster_is(const char *text, const char *cluster, bool is_typical, const char *want)
{
    const mn_audit_options options = {.typical = is_typical};
    g_auto(audited) all = audited_text(text, cluster, &options);
    EXPECT_STR(mn_audit_cluster_text(all.audit->arena, &all.audit->cluster), want);
}

static void the_cluster_is_the_one_that_was_given(void)
{
    static const char two[] = NODE("a", "linux", "") NODE("b", "windows", "");
    static const char pools[] = "apiVersion: mullion.dev/v1alpha1\nkind: Scenario\nspec: "
                                "{nodePools: [{name: w, os: windows, build: ltsc2019}]}\n";
    static const char typical[] = "3 Linux nodes and 3 Windows nodes (10.0.20348, 10.0.26100)";
    cluster_is(POD("a", ""), NULL, false, typical);
    cluster_is(two, NULL, false, "1 Linux node and 1 Windows node");
    cluster_is(two, NULL, true, typical);
    cluster_is(two, pools, false, "0 Linux nodes and 1 Windows node (10.0.17763)");
    cluster_is(pools, NULL, false, "0 Linux nodes and 1 Windows node (10.0.17763)");
}

static void nodes_that_are_away_for_a_while_count(void)
{
    finds(POD("a", "") NODE("lin", "linux", "")
              NODE("win",
                   "windows",
                   "spec: {unschedulable: true, taints: [{key: node.kubernetes.io/unschedulable, "
                   "effect: NoSchedule}]}\n"),
          "MU101 Pod default/a test.yaml:5:7\nMU401 Cluster ");
}

static void what_scenarios_say_of_images_counts(void)
{
    finds(
        "apiVersion: mullion.dev/v1alpha1\nkind: Scenario\nspec: {images: [{match: example/*, os: "
        "windows}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: "
        "[{name: c, image: example/x}]}\n",
        "MU103 Pod default/a test.yaml:8:7");
}

/* ---- SARIF */

static void has_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(json_object_get(object, key), "text"));
    EXPECT_TRUE(text != NULL && *text != '\0');
}

static void check_result(const json_t *result, const json_t *rules)
{
    size_t index = (size_t)json_integer_value(json_object_get(result, "ruleIndex"));
    const json_t *rule = json_array_get(rules, index);
    EXPECT_STR(json_string_value(json_object_get(rule, "id")),
               json_string_value(json_object_get(result, "ruleId")));
    has_text(result, "message");
    const json_t *location = json_array_get(json_object_get(result, "locations"), 0);
    const json_t *physical = json_object_get(location, "physicalLocation");
    if (physical == NULL)
        return;
    const json_t *artifact = json_object_get(physical, "artifactLocation");
    EXPECT_STR(json_string_value(json_object_get(artifact, "uri")), "test.yaml");
    const json_t *region = json_object_get(physical, "region");
    EXPECT_TRUE(json_integer_value(json_object_get(region, "startLine")) > 0);
    EXPECT_TRUE(json_integer_value(json_object_get(region, "startColumn")) > 0);
}

static void check_sarif(const char *text, size_t *results)
{
    g_auto(audited) all = audited_text(text, NULL, NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    mn_audit_print_sarif(all.input, all.audit, &(mn_audit_view){.again = NULL}, out);
    json_t *log = json_loadb(out->str, out->len, 0, NULL);
    EXPECT_STR(json_string_value(json_object_get(log, "version")), "2.1.0");
    const json_t *run = json_array_get(json_object_get(log, "runs"), 0);
    const json_t *driver = json_object_get(json_object_get(run, "tool"), "driver");
    const json_t *rules = json_object_get(driver, "rules"),
                 *found = json_object_get(run, "results");
    EXPECT_INT((int64_t)json_array_size(rules), (int64_t)mn_rule_count);
    EXPECT_INT((int64_t)json_array_size(found), all.audit->findings->len);
    for (size_t i = 0; i < json_array_size(found); i++)
        check_result(json_array_get(found, i), rules);
    *results += json_array_size(found);
    json_decref(log);
}

static void sarif_names_rule_and_place_of_each_result(void)
{
    size_t results = 0;
    for (size_t i = 0; i < audit_case_count; i++)
        check_sarif(audit_cases[i].found, &results);
    EXPECT_TRUE(results >= audit_case_count);
}

static void sarif_describes_every_rule(void)
{
    g_auto(audited) all = audited_text(POD("a", ""), NULL, NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    mn_audit_print_sarif(all.input, all.audit, &(mn_audit_view){.again = NULL}, out);
    json_t *log = json_loadb(out->str, out->len, 0, NULL);
    const json_t *run = json_array_get(json_object_get(log, "runs"), 0);
    const json_t *driver = json_object_get(json_object_get(run, "tool"), "driver");
    size_t i;
    json_t *rule;
    json_array_foreach(json_object_get(driver, "rules"), i, rule) {
        has_text(rule, "shortDescription");
        has_text(rule, "fullDescription");
        has_text(rule, "help");
    }
    json_decref(log);
}

extern CU_TestInfo suite_simulator_audit[];
CU_TestInfo suite_simulator_audit[] = {
    {"places are found in streams and lists", places_are_found_in_streams_and_lists},
    {"places are found in JSON on one line and on many",
     places_are_found_in_json_on_one_line_and_on_many},
    {"an annotation suppresses what it names", an_annotation_suppresses_what_it_names},
    {"an annotation of the template counts too", an_annotation_of_the_template_counts_too},
    {"what is ignored is in no patch", what_is_ignored_is_in_no_patch},
    {"rules are chosen by code and by its beginning",
     rules_are_chosen_by_code_and_by_its_beginning},
    {"a workload of a dump is audited once", a_workload_of_a_dump_is_audited_once},
    {"what has ended or is a mirror is left out", what_has_ended_or_is_a_mirror_is_left_out},
    {"the patch of an owner is for the owner", the_patch_of_an_owner_is_for_the_owner},
    {"the cluster is the one that was given", the_cluster_is_the_one_that_was_given},
    {"nodes that are away for a while count", nodes_that_are_away_for_a_while_count},
    {"what scenarios say of images counts", what_scenarios_say_of_images_counts},
    {"SARIF names rule and place of each result", sarif_names_rule_and_place_of_each_result},
    {"SARIF describes every rule", sarif_describes_every_rule},
    CU_TEST_INFO_NULL,
};
