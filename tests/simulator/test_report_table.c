/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/reports/messages.h"
#include "simulator/reports/outcome.h"
#include "simulator/reports/pending.h"
#include "simulator/reports/reports.h"
#include "tests/simulator/sample_record.h"
#include "tests/support/expect.h"

#include <string.h>

static void every_format_has_a_printer_and_a_name(void)
{
    size_t count;
    const mn_report *reports = mn_reports(&count);
    EXPECT_TRUE(count >= 3);
    for (size_t i = 0; i < count; i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        reports[i].print(sample_record(), &(mn_view){.again = "mullion run x"}, out);
        EXPECT_TRUE(out->len > 0 && out->str[out->len - 1] == '\n');
        EXPECT_STR(mn_report_names[i], reports[i].name);
        EXPECT_TRUE(*mn_report_helps[i] != '\0');
    }
    EXPECT_TRUE(mn_report_names[count] == NULL);
}

static char *table(const mn_record *record, size_t columns)
{
    GString *out = g_string_new(NULL);
    const mn_view view = {.page = {.columns = columns}, .again = "mullion run shop.yaml"};
    mn_report_table(record, &view, out);
    return g_string_free(out, FALSE);
}

static void the_table_answers_in_order(void)
{
    g_autofree char *text = table(sample_record(), 0);
    EXPECT_STR(
        text,
        "shop \xc2\xb7 1 linux + 1 windows nodes \xc2\xb7 4 workloads, 5 Pods \xc2\xb7 seed 7 "
        "\xc2\xb7 as kube-scheduler 1.34\n"
        "\n"
        "POOL   PLATFORM            NODES  PODS     CPU      MEMORY  OUTCOME   TAINTS\n"
        "linux  linux                   1     1  0.25/4  128Mi/16Gi  runs      -\n"
        "win22  windows 10.0.20348      1     1  0.25/4  128Mi/16Gi  wrong OS  "
        "os=windows:PreferNoSchedule\n"
        "\n"
        "WORKLOAD             NEEDS               READY  WHERE               OUTCOME     WHY\n"
        "namespace shop\n"
        "  StatefulSet/redis  linux                 1/2  linux x1, win22 x1  1 wrong OS  "
        "ImagePullBackOff\n"
        "    needs linux: spec.containers[0].image \"redis:7-alpine\": tag says alpine\n"
        "  Deployment/iis     windows 10.0.17763    0/2  -                   Pending     "
        "nodes: 2 not selected\n"
        "  Pod/gate           linux                 0/1  -                   rejected    "
        "pod rejected: RuntimeClass \"kata\" not found\n"
        "  Deployment/idle    linux                 0/0  -                   no Pods     "
        "replicas: 0\n"
        "\n"
        "PENDING, IN KUBE-SCHEDULER'S WORDS\n"
        "  2 Pods (iis-x2k4q, ...): 0/2 nodes are available: 2 node(s) didn't match Pod's node "
        "affinity/selector. preemption: 0/2 nodes are available: 2 Preemption is not helpful for "
        "scheduling.\n"
        "\n"
        "REJECTED, IN THE API SERVER'S WORDS\n"
        "  gate: pod rejected: RuntimeClass \"kata\" not found\n"
        "\n"
        "WORTH KNOWING\n"
        "  Node win22-0: no label node.kubernetes.io/windows-build; its kernel version says "
        "10.0.20348\n"
        "  Node linux-0 and 2 more: just a remark\n"
        "  Pods that have ended are left out (4)\n"
        "  no use for 3 ConfigMaps, 1 Ingress\n"
        "\n"
        "1 of 5 Pods run; 1 wrong OS, 1 rejected, 2 Pending.\n"
        "By luck: it fitted on nodes of the wrong OS, too.\n"
        "Pods that can never run hold 0.25 cpu and 128Mi of memory.\n"
        "What would mullion-extender change?  mullion run shop.yaml --extender enforce\n");
}

static void a_calm_run_is_told_in_few_words(void)
{
    g_autofree char *text = table(sample_record_where_all_run(), 0);
    EXPECT_STR(text,
               "calm \xc2\xb7 1 linux node \xc2\xb7 1 workload, 1 Pod \xc2\xb7 seed 1 \xc2\xb7 "
               "extender enforce \xc2\xb7 as kube-scheduler 1.34\n"
               "\n"
               "POOL   PLATFORM  NODES  PODS     CPU      MEMORY  OUTCOME  TAINTS\n"
               "linux  linux         1     1  0.25/4  128Mi/16Gi  runs     -\n"
               "\n"
               "WORKLOAD         NEEDS  READY  WHERE  OUTCOME  WHY\n"
               "StatefulSet/web  linux    1/1  linux  runs\n"
               "\n"
               "The Pod runs.\n"
               "And without the extender?  mullion run shop.yaml --extender off\n");
}

static void a_narrow_page_has_fewer_columns_and_longer_remarks(void)
{
    g_autofree char *text = table(sample_record(), 66);
    EXPECT_STR(
        text,
        "shop \xc2\xb7 1 linux + 1 windows nodes \xc2\xb7 4 workloads, 5 Pods \xc2\xb7 seed 7 \xc2\xb7\n"
        "as kube-scheduler 1.34\n"
        "\n"
        "POOL   PLATFORM            NODES  PODS     CPU      MEMORY  OUTCOME\n"
        "linux  linux                   1     1  0.25/4  128Mi/16Gi  runs\n"
        "win22  windows 10.0.20348      1     1  0.25/4  128Mi/16Gi  wrong OS\n"
        "  tainted os=windows:PreferNoSchedule\n"
        "\n"
        "WORKLOAD             READY  WHERE               OUTCOME\n"
        "namespace shop\n"
        "  StatefulSet/redis    1/2  linux x1, win22 x1  1 wrong OS\n"
        "    ImagePullBackOff; needs linux: spec.containers[0].image\n"
        "    \"redis:7-alpine\": tag says alpine\n"
        "  Deployment/iis       0/2  -                   Pending\n"
        "    nodes: 2 not selected; needs windows 10.0.17763:\n"
        "    spec.nodeSelector[node.kubernetes.io/windows-build]:\n"
        "    10.0.17763\n"
        "  Pod/gate             0/1  -                   rejected\n"
        "    pod rejected: RuntimeClass \"kata\" not found\n"
        "  Deployment/idle      0/0  -                   no Pods\n"
        "    replicas: 0\n"
        "\n"
        "PENDING, IN KUBE-SCHEDULER'S WORDS\n"
        "  2 Pods (iis-x2k4q, ...): 0/2 nodes are available: 2 node(s)\n"
        "    didn't match Pod's node affinity/selector. preemption: 0/2\n"
        "    nodes are available: 2 Preemption is not helpful for\n"
        "    scheduling.\n"
        "\n"
        "REJECTED, IN THE API SERVER'S WORDS\n"
        "  gate: pod rejected: RuntimeClass \"kata\" not found\n"
        "\n"
        "WORTH KNOWING\n"
        "  Node win22-0: no label node.kubernetes.io/windows-build; its\n"
        "    kernel version says 10.0.20348\n"
        "  Node linux-0 and 2 more: just a remark\n"
        "  Pods that have ended are left out (4)\n"
        "  no use for 3 ConfigMaps, 1 Ingress\n"
        "\n"
        "1 of 5 Pods run; 1 wrong OS, 1 rejected, 2 Pending.\n"
        "By luck: it fitted on nodes of the wrong OS, too.\n"
        "Pods that can never run hold 0.25 cpu and 128Mi of memory.\n"
        "What would mullion-extender change?  mullion run shop.yaml --extender enforce\n");
}

static void colours_are_all_that_colour_adds(void)
{
    g_autoptr(GString) colored = g_string_new(NULL);
    g_autofree char *plain = table(sample_record(), 0);
    const mn_view view = {.page = {.color = true}, .again = "mullion run shop.yaml"};
    mn_report_table(sample_record(), &view, colored);
    g_autoptr(GString) stripped = g_string_new(NULL);
    for (const char *p = colored->str; *p != '\0'; p++) {
        if (*p == '\x1b')
            p += strcspn(p, "m");
        else
            g_string_append_c(stripped, *p);
    }
    EXPECT_TRUE(colored->len > stripped->len);
    EXPECT_STR(stripped->str, plain);
}

static void each_message_is_told_once(void)
{
    g_autoptr(GPtrArray) pending = mn_messages_fold(sample_record(), MN_FATE_PENDING);
    EXPECT_INT(pending->len, 1);
    const mn_message_fold *fold = pending->pdata[0];
    EXPECT_INT((int64_t)fold->count, 2);
    EXPECT_INT((int64_t)fold->first, 2);
    g_autoptr(GPtrArray) failed = mn_messages_fold(sample_record(), MN_FATE_FAILED);
    EXPECT_INT(failed->len, 0);
}

static void reads(const char *want, const size_t counts[MN_FATE_COUNT])
{
    g_autoptr(GString) out = g_string_new(NULL);
    mn_phrase_outcome(out, counts);
    EXPECT_STR(out->str, want);
}

static void an_outcome_names_what_hinders_worst_first(void)
{
    reads("no Pods", (const size_t[MN_FATE_COUNT]){0});
    reads("runs", (const size_t[MN_FATE_COUNT]){[MN_FATE_RUNS] = 3});
    reads("Pending", (const size_t[MN_FATE_COUNT]){[MN_FATE_PENDING] = 3});
    reads("3 Pending", (const size_t[MN_FATE_COUNT]){[MN_FATE_RUNS] = 1, [MN_FATE_PENDING] = 3});
    reads("1 wrong OS, 2 wrong build, 4 failed, 5 rejected, 3 Pending",
          (const size_t[MN_FATE_COUNT]){[MN_FATE_WRONG_OS] = 1,
                                        [MN_FATE_WRONG_BUILD] = 2,
                                        [MN_FATE_PENDING] = 3,
                                        [MN_FATE_FAILED] = 4,
                                        [MN_FATE_REJECTED] = 5});
    g_autoptr(GString) out = g_string_new(NULL);
    mn_phrase_hindrances(out, (const size_t[MN_FATE_COUNT]){[MN_FATE_WRONG_BUILD] = 2});
    EXPECT_STR(out->str, "2 wrong build");
}

static void is_short_for(const char *message, const char *want)
{
    g_autoptr(GString) out = g_string_new(NULL);
    mn_phrase_pending(out, message);
    EXPECT_STR(out->str, want);
}

static void a_message_of_kube_scheduler_has_a_short_form(void)
{
    is_short_for("0/4 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint "
                 "{os: windows}, 2 node(s) ran Windows, the Pod needs Linux. no new claims to "
                 "deallocate, preemption: 0/4 nodes are available: 1 No preemption victims found "
                 "for incoming pod, 3 Preemption is not helpful for scheduling.",
                 "nodes: 1 short of cpu, 1 tainted {os: windows}, 2 on Windows");
    is_short_for("0/1 nodes are available: 1 Insufficient example.com/gpu.",
                 "nodes: 1 short of example.com/gpu");
    is_short_for("0/12 nodes are available: 12 node(s) were unschedulable, 3 Too many pods.",
                 "nodes: 12 cordoned, 3 full of Pods");
    is_short_for("0/2 nodes are available: 2 something new. preemption: x",
                 "nodes: 2 something new");
    is_short_for("0/1 nodes are available: 1 cut off", "nodes: 1 cut off");
    is_short_for("0/1 nodes are available: ", "nodes: ");
    is_short_for("Scheduling is blocked due to non-empty scheduling gates", "");
    is_short_for("", "");
}

extern CU_TestInfo suite_simulator_report_table[];
CU_TestInfo suite_simulator_report_table[] = {
    {"every format has a printer and a name", every_format_has_a_printer_and_a_name},
    {"the table answers in order", the_table_answers_in_order},
    {"a calm run is told in few words", a_calm_run_is_told_in_few_words},
    {"a narrow page has fewer columns and longer remarks",
     a_narrow_page_has_fewer_columns_and_longer_remarks},
    {"colours are all that colour adds", colours_are_all_that_colour_adds},
    {"each message is told once", each_message_is_told_once},
    {"an outcome names what hinders, worst first", an_outcome_names_what_hinders_worst_first},
    {"a message of kube-scheduler has a short form", a_message_of_kube_scheduler_has_a_short_form},
    CU_TEST_INFO_NULL,
};
