/* SPDX-License-Identifier: Apache-2.0 */
/* docs/OS-POLICY.md holds tables that the code decides. Each stands between
 * "<!-- NAME -->" and "<!-- /NAME -->"; here it is made again and compared. To renew
 * one, paste what the failure prints. */
#include "mullion/os/decide.h"
#include "tests/support/expect.h"

#define DOC "docs/OS-POLICY.md"

static char *section_of(const char *doc, const char *name)
{
    g_autofree char *open = g_strdup_printf("<!-- %s -->\n", name);
    g_autofree char *close = g_strdup_printf("<!-- /%s -->", name);
    const char *start = strstr(doc, open);
    const char *end = start != NULL ? strstr(start, close) : NULL;
    if (end == NULL)
        return g_strdup("(there is no such section)");
    start += strlen(open);
    return g_strndup(start, (gsize)(end - start));
}

static void doc_has(const char *name, GString *table)
{
    g_autofree char *doc = NULL;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(DOC, &doc, NULL, &error))
        g_error("%s", error->message);
    g_autofree char *got = section_of(doc, name);
    g_autofree char *text = g_strdup_printf(
        "%s: the table \"%s\" is not what the code does; it should be:\n%s", DOC, name, table->str);
    expect_true(strcmp(got, table->str) == 0, text, __FILE__, __LINE__);
}

static void signals_are_as_the_table_has_them(void)
{
    g_autoptr(GString) out = g_string_new("| rank | signal | reads | says | but |\n"
                                          "|---|---|---|---|---|\n");
    for (size_t i = 0; i < mn_os_signal_count; i++)
        g_string_append_printf(out,
                               "| %d | `%s` | %s | %s | %s |\n",
                               mn_os_signals[i].rank,
                               mn_os_signals[i].id,
                               mn_os_signals[i].reads,
                               mn_os_signals[i].trust,
                               mn_os_signals[i].caveat);
    doc_has("signals", out);
}

static const mn_os_signal ranks[] = {{.rank = 1, .id = "better"}, {.rank = 2, .id = "worse"}};

static mn_os_evidence evidence(mn_os os, mn_strength strength, int rank)
{
    if (strength == MN_STRENGTH_NONE)
        return (mn_os_evidence){.signal = NULL};
    return (mn_os_evidence){.signal = &ranks[rank], .os = os, .strength = strength, .field = "x"};
}

static mn_os_need need_of_strengths(mn_strength on_linux, mn_strength on_windows, int windows_rank)
{
    mn_os_findings findings;
    mn_os_need need;
    memset(&findings, 0, sizeof findings);
    findings.best[MN_OS_LINUX] = evidence(MN_OS_LINUX, on_linux, 1 - windows_rank);
    findings.best[MN_OS_WINDOWS] = evidence(MN_OS_WINDOWS, on_windows, windows_rank);
    mn_os_need_conclude(&mn_os_policy_default, &findings, false, &need);
    return need;
}

static const char *cell(mn_strength on_linux, mn_strength on_windows)
{
    mn_os_need a = need_of_strengths(on_linux, on_windows, 0);
    mn_os_need b = need_of_strengths(on_linux, on_windows, 1);
    if (a.kind != b.kind)
        return "better rank, conflict";
    if (a.by_default)
        return a.against.signal != NULL ? "default, reported" : "default";
    if (a.kind == MN_NEED_CONTRADICTORY)
        return "contradictory";
    if (a.conflict)
        return a.kind == MN_NEED_LINUX ? "linux, conflict" : "windows, conflict";
    return mn_os_need_name(a.kind);
}

static void conflicts_are_decided_as_the_truth_table_says(void)
{
    g_autoptr(GString) out = g_string_new("| linux \\ windows |");
    for (int w = 0; w < MN_STRENGTH_COUNT; w++)
        g_string_append_printf(out, " %s |", mn_strength_name((mn_strength)w));
    g_string_append(out, "\n|---|---|---|---|---|---|\n");
    for (int l = 0; l < MN_STRENGTH_COUNT; l++) {
        g_string_append_printf(out, "| **%s** |", mn_strength_name((mn_strength)l));
        for (int w = 0; w < MN_STRENGTH_COUNT; w++)
            g_string_append_printf(out, " %s |", cell((mn_strength)l, (mn_strength)w));
        g_string_append(out, "\n");
    }
    doc_has("conflicts", out);
}

/* What the Pod says as a whole, against what its containers say. */
static const char *mixed_cell(mn_os pod, bool linux_container, bool windows_container)
{
    mn_os_findings findings;
    mn_os_need need;
    memset(&findings, 0, sizeof findings);
    if (linux_container)
        findings.container[MN_OS_LINUX] = findings.best[MN_OS_LINUX] =
            evidence(MN_OS_LINUX, MN_STRENGTH_STRONG, 1);
    if (windows_container)
        findings.container[MN_OS_WINDOWS] = findings.best[MN_OS_WINDOWS] =
            evidence(MN_OS_WINDOWS, MN_STRENGTH_STRONG, 1);
    if (pod != MN_OS_UNKNOWN)
        findings.best[pod] = evidence(pod, MN_STRENGTH_DECISIVE, 0);
    mn_os_need_conclude(&mn_os_policy_default, &findings, false, &need);
    if (need.by_default)
        return "default";
    if (need.conflict)
        return need.kind == MN_NEED_LINUX ? "linux, conflict" : "windows, conflict";
    return mn_os_need_name(need.kind);
}

static void mixed_pods_are_told_as_the_truth_table_says(void)
{
    static const char *const pods[MN_OS_COUNT] = {"nothing", "linux", "windows"};
    g_autoptr(GString) out = g_string_new(
        "| the Pod says (decisive) | no container tells | some say linux | some say windows | some "
        "say linux, some windows |\n|---|---|---|---|---|\n");
    for (int pod = 0; pod < MN_OS_COUNT; pod++)
        g_string_append_printf(out,
                               "| %s | %s | %s | %s | %s |\n",
                               pods[pod],
                               mixed_cell((mn_os)pod, false, false),
                               mixed_cell((mn_os)pod, true, false),
                               mixed_cell((mn_os)pod, false, true),
                               mixed_cell((mn_os)pod, true, true));
    doc_has("mixed", out);
}

static void builds_are_as_the_table_has_them(void)
{
    g_autoptr(GString) out = g_string_new("| build | name | channel | sure tokens | tokens beside "
                                          "Windows |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < mn_winbuild_count; i++)
        g_string_append_printf(out,
                               "| 10.0.%u | %s | %s | %s | %s |\n",
                               (unsigned)mn_winbuilds[i].build,
                               mn_winbuilds[i].name,
                               mn_win_channel_name(mn_winbuilds[i].channel),
                               mn_winbuilds[i].sure,
                               mn_winbuilds[i].beside);
    doc_has("builds", out);
}

static void containerd_versions_are_as_the_table_has_them(void)
{
    g_autoptr(GString) out = g_string_new("| from containerd | up to | rule |\n|---|---|---|\n");
    for (size_t i = 0; i < mn_containerd_rule_count; i++) {
        const mn_containerd_rule *row = &mn_containerd_rules[i];
        g_string_append_printf(out,
                               "| %u.%u.%u | %s | %s |\n",
                               (unsigned)row->major,
                               (unsigned)row->minor,
                               (unsigned)row->patch,
                               row->until,
                               mn_build_rule_name(row->rule));
    }
    doc_has("containerd", out);
}

/* "abi-1 abi-2": the rules under which this image runs on this host. */
static void append_rules(GString *out, uint16_t host, uint16_t image)
{
    static const char *const all = "all";
    const bool runs[] = {
        mn_winbuild_runs(host, image, MN_BUILD_RULE_EXACT),
        mn_winbuild_runs(host, image, MN_BUILD_RULE_ABI_1),
        mn_winbuild_runs(host, image, MN_BUILD_RULE_ABI_2),
    };
    g_string_append(out, " ");
    if (runs[0] && runs[1] && runs[2])
        g_string_append(out, all);
    else
        g_string_append_printf(out,
                               "%s%s%s",
                               runs[1] ? "abi-1" : "",
                               runs[1] && runs[2] ? ", " : "",
                               runs[2] ? "abi-2" : "");
    g_string_append(out, " |");
}

static void hosts_run_the_images_that_the_matrix_shows(void)
{
    static const uint16_t images[] = {14393, 17763, 20348, 26100};
    static const uint16_t hosts[] = {14393, 17763, 20348, 25398, 26100, 26200};
    g_autoptr(GString) out = g_string_new("| host \\ image |");
    for (size_t i = 0; i < G_N_ELEMENTS(images); i++)
        g_string_append_printf(out, " 10.0.%u |", (unsigned)images[i]);
    g_string_append(out, "\n|---|---|---|---|---|\n");
    for (size_t h = 0; h < G_N_ELEMENTS(hosts); h++) {
        g_string_append_printf(out, "| 10.0.%u |", (unsigned)hosts[h]);
        for (size_t i = 0; i < G_N_ELEMENTS(images); i++)
            append_rules(out, hosts[h], images[i]);
        g_string_append(out, "\n");
    }
    doc_has("matrix", out);
}

/* Rows of one family in one table, joined; repositories are only counted. */
static void append_family(GString *out, const char *id, mn_image_table table)
{
    size_t count = 0, repos = 0;
    const mn_image_rule *rules = mn_image_rules(table, &count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rules[i].id, id) != 0)
            continue;
        if (rules[i].kind == MN_IMAGE_REPO)
            repos++;
        else
            g_string_append_printf(out, "%s`%s`", out->len > 0 ? ", " : "", rules[i].pattern);
    }
    if (repos > 0)
        g_string_append_printf(out, "%s%zu repositories", out->len > 0 ? ", " : "", repos);
}

static const mn_image_rule *first_of_family(const char *id)
{
    for (int table = 0; table < MN_IMAGE_TABLES; table++) {
        size_t count = 0;
        const mn_image_rule *rules = mn_image_rules((mn_image_table)table, &count);
        for (size_t i = 0; i < count; i++)
            if (strcmp(rules[i].id, id) == 0)
                return &rules[i];
    }
    g_error("no rule of family %s", id);
}

static void image_families_are_as_the_tables_have_them(void)
{
    static const struct {
        const char *id, *what;
    } families[] = {
        {"W1", "base images and their mirrors"},
        {"W2", "repositories that are always Windows"},
        {"W3", "build in the tag, or in the last part of the path"},
        {"W4", "base named in the tag, or in the last part of the path"},
        {"W5", "version next to what already says Windows"},
        {"W6", "full version in the tag"},
        {"W7", "version with the number of an update"},
        {"W8", "word in the tag, digits may follow"},
        {"W9", "word anywhere in the path"},
        {"L1", "distribution in the tag, digits may follow"},
        {"L2", "architecture in the tag; official images of one architecture"},
        {"L3", "repositories that are Linux only"},
        {"L4", "words of L1, L2 and L5 in the last part of the path"},
        {"L5", "word in the tag"},
        {"M1", "repositories made for both"},
    };
    g_autoptr(GString) out = g_string_new("| family | what | says | strength | rows |\n"
                                          "|---|---|---|---|---|\n");
    for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
        const mn_image_rule *first = first_of_family(families[i].id);
        g_autoptr(GString) rows = g_string_new(NULL);
        for (int table = 0; table < MN_IMAGE_TABLES; table++)
            append_family(rows, families[i].id, (mn_image_table)table);
        g_string_append_printf(out,
                               "| %s | %s | %s | %s | %s |\n",
                               first->id,
                               families[i].what,
                               first->os == MN_OS_UNKNOWN ? "either" : mn_os_name(first->os),
                               mn_strength_name(first->strength),
                               rows->str);
    }
    doc_has("images", out);
}

static void reasons_are_as_the_table_has_them(void)
{
    g_autoptr(GString) out = g_string_new("| reason |\n|---|\n");
    for (int i = MN_REASON_NONE + 1; i < MN_REASONS; i++)
        g_string_append_printf(out, "| `%s` |\n", mn_os_reason_text((mn_os_reason)i));
    doc_has("reasons", out);
}

static void scores_are_as_the_table_has_them(void)
{
    g_autoptr(GString) out = g_string_new("| score | when |\n|---|---|\n");
    g_string_append_printf(out,
                           "| %d | right OS, and the very build or no build asked for |\n"
                           "| %d | right OS, another build that runs |\n"
                           "| %d | the node or the Pod tells too little |\n"
                           "| %d | wrong OS, wrong build, mixed or contradictory Pod |\n"
                           "| -%d | among equals, on hosts that others need more |\n",
                           MN_SCORE_EXACT,
                           MN_SCORE_COMPATIBLE,
                           MN_SCORE_UNKNOWN,
                           MN_SCORE_WRONG,
                           MN_SCORE_SPARED);
    doc_has("scores", out);
}

extern CU_TestInfo suite_core_os_doc[];
CU_TestInfo suite_core_os_doc[] = {
    {"signals are as the table has them", signals_are_as_the_table_has_them},
    {"conflicts are decided as the truth table says",
     conflicts_are_decided_as_the_truth_table_says},
    {"mixed Pods are told as the truth table says", mixed_pods_are_told_as_the_truth_table_says},
    {"builds are as the table has them", builds_are_as_the_table_has_them},
    {"containerd versions are as the table has them",
     containerd_versions_are_as_the_table_has_them},
    {"hosts run the images that the matrix shows", hosts_run_the_images_that_the_matrix_shows},
    {"image families are as the tables have them", image_families_are_as_the_tables_have_them},
    {"reasons are as the table has them", reasons_are_as_the_table_has_them},
    {"scores are as the table has them", scores_are_as_the_table_has_them},
    CU_TEST_INFO_NULL,
};
