/* SPDX-License-Identifier: Apache-2.0 */
#include "core/sched/cycle.h"
#include "core/sched/victim_sort.h"
#include "tests/support/expect.h"

#include <string.h>

static void reasons_are_counted_and_sorted_as_texts(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    static const char *const two[] = {"Insufficient cpu", "Too many pods"};
    static const char *const one[] = {"node(s) were unschedulable"};
    mn_rejection rejections[12];
    for (size_t i = 0; i < 12; i++)
        rejections[i] = (mn_rejection){
            .name = "n",
            .verdict = {.code = MN_CODE_UNSCHEDULABLE,
                        .reasons = i < 10 ? two : one,
                        .count = i < 10 ? 2 : 1},
        };
    const mn_fit_error fit = mn_fit_error_new(arena, rejections, 12, 15, "absent");
    EXPECT_STR(fit.text,
               "10 Insufficient cpu, 10 Too many pods, 2 node(s) were unschedulable, 3 absent");
    EXPECT_INT((int64_t)fit.count, 4);
    EXPECT_STR(fit.reasons[2].reason, "node(s) were unschedulable");
    EXPECT_INT((int64_t)fit.reasons[2].nodes, 2);
}

static void the_message_has_room_for_pre_and_post_filter(void)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_fit_error none = mn_fit_error_new(arena, NULL, 0, 3, NULL);
    EXPECT_STR(mn_fit_error_text(arena, &none, 3, NULL, NULL), "0/3 nodes are available:");
    EXPECT_STR(mn_fit_error_text(arena, &none, 3, "conflict", "not found"),
               "0/3 nodes are available: conflict. not found");
    const mn_fit_error all = mn_fit_error_new(arena, NULL, 0, 3, "x");
    EXPECT_STR(mn_fit_error_text(arena, &all, 3, NULL, NULL), "0/3 nodes are available: 3 x.");
}

static void events_are_cut_at_1024_bytes(void)
{
    char text[1100];
    memset(text, 'x', sizeof text);
    text[1024] = '\0';
    g_autofree char *whole = mn_message_event(text);
    EXPECT_STR(whole, text);
    text[1024] = 'x';
    text[1025] = '\0';
    g_autofree char *cut = mn_message_event(text);
    EXPECT_INT((int64_t)strlen(cut), 1024);
    EXPECT_TRUE(g_str_has_suffix(cut, "xxx ..."));
}

/* ------------------------------------------------------------------ victims */

enum { PODS = 45 };

static void sort_of(mn_pod *pods, mn_pod_class *classes, size_t count, GArray *sorted)
{
    g_array_set_size(sorted, 0);
    for (size_t i = 0; i < count; i++) {
        const mn_pod_info info = {.pod = &pods[i], .class_ = &classes[i]};
        g_array_append_val(sorted, info);
    }
    mn_sort_victims(sorted);
}

static void important_and_long_running_pods_come_first(void)
{
    mn_pod pods[PODS] = {0};
    mn_pod_class classes[PODS] = {0};
    g_autoptr(GArray) sorted = g_array_new(FALSE, FALSE, sizeof(mn_pod_info));
    for (int i = 0; i < PODS; i++) {
        classes[i].priority = i % 3;
        pods[i].status.start_time_ms = (mn_opt_int){.set = true, .value = (i * 7) % PODS};
    }
    for (size_t count = 1; count <= PODS; count++) {
        sort_of(pods, classes, count, sorted);
        for (guint i = 1; i < sorted->len; i++) {
            const mn_pod_info *a = &g_array_index(sorted, mn_pod_info, i - 1);
            const mn_pod_info *b = &g_array_index(sorted, mn_pod_info, i);
            const bool in_order =
                a->class_->priority > b->class_->priority ||
                (a->class_->priority == b->class_->priority &&
                 a->pod->status.start_time_ms.value < b->pod->status.start_time_ms.value);
            EXPECT_TRUE(in_order);
        }
    }
}

/* The comparison says yes to both orders; up to 12 of them end up reversed. */
static void pods_that_have_not_started_are_reversed(void)
{
    mn_pod pods[12] = {0};
    mn_pod_class classes[12] = {0};
    g_autoptr(GArray) sorted = g_array_new(FALSE, FALSE, sizeof(mn_pod_info));
    sort_of(pods, classes, 12, sorted);
    for (guint i = 0; i < 12; i++)
        EXPECT_TRUE(g_array_index(sorted, mn_pod_info, i).pod == &pods[11 - i]);
}

/* No order at all must neither hang nor lose a Pod. */
static void many_pods_that_have_not_started_are_all_kept(void)
{
    enum { MANY = 500 };
    g_autofree mn_pod *pods = g_new0(mn_pod, MANY);
    g_autofree mn_pod_class *classes = g_new0(mn_pod_class, MANY);
    g_autofree bool *seen = g_new0(bool, MANY);
    g_autoptr(GArray) sorted = g_array_new(FALSE, FALSE, sizeof(mn_pod_info));
    for (int i = 0; i < MANY; i++)
        classes[i].priority = i % 4;
    sort_of(pods, classes, MANY, sorted);
    for (guint i = 0; i < sorted->len; i++) {
        const size_t index = (size_t)(g_array_index(sorted, mn_pod_info, i).pod - pods);
        EXPECT_TRUE(!seen[index]);
        seen[index] = true;
    }
    EXPECT_INT(sorted->len, MANY);
}

extern CU_TestInfo suite_core_message[];
CU_TestInfo suite_core_message[] = {
    {"reasons are counted and sorted as texts", reasons_are_counted_and_sorted_as_texts},
    {"the message has room for pre and post filter", the_message_has_room_for_pre_and_post_filter},
    {"events are cut at 1024 bytes", events_are_cut_at_1024_bytes},
    {"important and long running pods come first", important_and_long_running_pods_come_first},
    {"pods that have not started are reversed", pods_that_have_not_started_are_reversed},
    {"many pods that have not started are all kept", many_pods_that_have_not_started_are_all_kept},
    CU_TEST_INFO_NULL,
};
