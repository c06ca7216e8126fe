/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/os/decide.h"
#include "tests/support/expect.h"
#include "tests/support/needs.h"

#define BARE       "containers: [{name: c, image: reg.corp/app}]"
#define IMAGE(ref) "containers: [{name: c, image: '" ref "'}]"

enum { UNKNOWN, LINUX, W19, W22, W25, CLASSES };

/* Ids by the names above. */
struct world {
    mn_os_classes classes;
    uint16_t ids[CLASSES];
};

static void make_world(struct world *world)
{
    const mn_os_offer linux_node = {.os = MN_OS_LINUX, .rule = MN_BUILD_RULE_ABI_1};
    const mn_os_offer windows[] = {
        offer_windows("10.0.17763", "10.0.17763.6054", "containerd://1.6.20"),
        offer_windows("10.0.20348", "10.0.20348.4171", "containerd://1.7.20"),
        offer_windows("10.0.26100", "10.0.26100.6584", "containerd://2.0.4"),
    };
    mn_os_classes_init(&world->classes);
    world->ids[UNKNOWN] = MN_CLASS_UNKNOWN;
    world->ids[LINUX] = mn_os_classes_add(&world->classes, &linux_node);
    for (size_t i = 0; i < G_N_ELEMENTS(windows); i++)
        world->ids[W19 + i] = mn_os_classes_add(&world->classes, &windows[i]);
}

/* How many nodes of each class are offered: "lin 3, 2019 1, 2022 2, 2025 2". */
static void count_nodes(const struct world *world, const unsigned nodes[CLASSES],
                        uint32_t counts[MN_OS_CLASSES_MAX])
{
    uint16_t ids[64];
    size_t total = 0;
    for (size_t class = 0; class < CLASSES; class ++)
        for (unsigned i = 0; i < nodes[class]; i++)
            ids[total++] = world->ids[class];
    mn_os_count_classes(ids, total, counts);
}

/* "pass 5 10 10 9 10" for classes UNKNOWN ... W25; a refused one is "-" and its score. */
static void answers(const mn_os_policy *policy, mn_os_mode mode, const char *spec,
                    const unsigned nodes[CLASSES], const char *want)
{
    struct world world;
    make_world(&world);
    g_autoptr(need_case) one = needs_of(policy, "name: p", spec);
    uint32_t counts[MN_OS_CLASSES_MAX];
    count_nodes(&world, nodes, counts);
    mn_os_decision decision;
    mn_os_decide(&one->need, mode, &world.classes, counts, &decision);
    g_autoptr(GString) got = g_string_new(NULL);
    for (size_t i = 0; i < CLASSES; i++) {
        const mn_os_verdict *verdict = &decision.verdicts[world.ids[i]];
        g_string_append_printf(
            got, "%s%s%d", i > 0 ? " " : "", verdict->passes ? "" : "-", verdict->score);
    }
    EXPECT_STR(got->str, want);
}

static const unsigned one_each[CLASSES] = {1, 3, 2, 2, 2};

static void enforce_refuses_and_scores(void)
{
    const unsigned *n = one_each;
    answers(NULL, MN_MODE_ENFORCE, BARE, n, "5 10 -0 -0 -0");
    answers(NULL, MN_MODE_ENFORCE, IMAGE("redis"), n, "5 10 -0 -0 -0");
    answers(NULL, MN_MODE_ENFORCE, IMAGE("x:ltsc2019"), n, "5 -0 10 -0 -0");
    answers(NULL, MN_MODE_ENFORCE, IMAGE("x:ltsc2022"), n, "5 -0 -0 10 8");
    answers(NULL, MN_MODE_ENFORCE, IMAGE("x:ltsc2025"), n, "5 -0 -0 -0 10");
    answers(NULL,
            MN_MODE_ENFORCE,
            "os: {name: linux}, " BARE ", nodeSelector: {kubernetes.io/os: windows}",
            n,
            "-0 -0 -0 -0 -0");
    answers(NULL,
            MN_MODE_ENFORCE,
            "containers: [{name: a, image: redis}, {name: b, image: 'x:nanoserver'}]",
            n,
            "-0 -0 -0 -0 -0");
}

static void prefer_passes_all_and_scores(void)
{
    answers(NULL, MN_MODE_PREFER, BARE, one_each, "5 10 0 0 0");
    answers(NULL, MN_MODE_PREFER, IMAGE("x:ltsc2022"), one_each, "5 0 0 10 8");
}

static void observe_passes_all_with_equal_scores(void)
{
    answers(NULL, MN_MODE_OBSERVE, BARE, one_each, "5 5 5 5 5");
    answers(NULL, MN_MODE_OBSERVE, IMAGE("x:ltsc2022"), one_each, "5 5 5 5 5");

    struct world world;
    mn_os_decision decision;
    make_world(&world);
    g_autoptr(need_case) one = needs_of(NULL, "name: p", BARE);
    mn_os_decide(&one->need, MN_MODE_OBSERVE, &world.classes, NULL, &decision);
    EXPECT_TRUE(!decision.verdicts[world.ids[W19]].would_pass);
    EXPECT_INT(decision.verdicts[world.ids[W19]].would_score, 0);
    EXPECT_INT(decision.verdicts[world.ids[LINUX]].would_score, 10);
}

static void an_unknown_os_passes_and_prefers_linux(void)
{
    mn_os_policy policy = mn_os_policy_default;
    policy.default_os = MN_OS_UNKNOWN;
    answers(&policy, MN_MODE_ENFORCE, BARE, one_each, "5 5 4 4 4");
    answers(&policy, MN_MODE_ENFORCE, IMAGE("redis"), one_each, "5 10 -0 -0 -0");
}

static void scarce_hosts_are_spared_for_those_who_need_them(void)
{
    static const char any[] = IMAGE("x:nanoserver");
    /* One 2019 host: nothing stands in for it. 2025 hosts stand in for 2022 ones. */
    answers(NULL, MN_MODE_ENFORCE, any, (const unsigned[]){0, 0, 1, 2, 2}, "5 -0 9 10 10");
    answers(NULL, MN_MODE_ENFORCE, any, (const unsigned[]){0, 0, 3, 2, 1}, "5 -0 10 10 9");
    answers(NULL, MN_MODE_ENFORCE, any, (const unsigned[]){0, 0, 2, 1, 2}, "5 -0 9 10 9");
    /* Nothing to choose: nothing to spare. */
    answers(NULL, MN_MODE_ENFORCE, any, (const unsigned[]){0, 0, 1, 0, 0}, "5 -0 10 10 10");
    /* As scarce as each other: the oldest. */
    answers(NULL, MN_MODE_ENFORCE, any, (const unsigned[]){0, 0, 2, 0, 2}, "5 -0 9 10 10");
    /* Who needs the last host gets it in full. */
    answers(NULL,
            MN_MODE_ENFORCE,
            IMAGE("x:ltsc2019"),
            (const unsigned[]){0, 0, 1, 2, 2},
            "5 -0 10 -0 -0");
    /* Several builds will do: the scarce one of these is spared. */
    answers(NULL,
            MN_MODE_ENFORCE,
            IMAGE("x:ltsc2019-ltsc2022"),
            (const unsigned[]){0, 0, 1, 2, 2},
            "5 -0 9 10 8");
    /* Linux Pods compete for no Windows host. */
    answers(NULL, MN_MODE_ENFORCE, BARE, (const unsigned[]){0, 3, 1, 2, 2}, "5 10 -0 -0 -0");
}

static void sparing_never_reorders_what_is_of_unequal_worth(void)
{
    struct world world;
    make_world(&world);
    static const char *const specs[] = {
        IMAGE("x:nanoserver"), IMAGE("x:ltsc2022"), IMAGE("x:ltsc2019-ltsc2022"), BARE};
    for (unsigned mix = 0; mix < 256; mix++) {
        const unsigned nodes[CLASSES] = {0, 1, mix & 3, mix >> 2 & 3, mix >> 4};
        uint32_t counts[MN_OS_CLASSES_MAX];
        count_nodes(&world, nodes, counts);
        g_autoptr(need_case) one = needs_of(NULL, "name: p", specs[mix % G_N_ELEMENTS(specs)]);
        mn_os_decision with, without;
        mn_os_decide(&one->need, MN_MODE_ENFORCE, &world.classes, counts, &with);
        mn_os_decide(&one->need, MN_MODE_ENFORCE, &world.classes, NULL, &without);
        for (size_t a = 0; a < with.count; a++)
            for (size_t b = 0; b < with.count; b++)
                EXPECT_TRUE(without.verdicts[a].score <= without.verdicts[b].score ||
                            with.verdicts[a].score > with.verdicts[b].score);
    }
}

static void daemon_sets_that_are_let_through_pass_with_equal_scores(void)
{
    mn_os_policy policy = mn_os_policy_default;
    policy.daemon_sets = MN_DAEMON_SETS_PASS;
    struct world world;
    mn_os_decision decision;
    make_world(&world);
    g_autoptr(need_case) one = needs_of(&policy,
                                        "name: p, ownerReferences: [{apiVersion: apps/v1, "
                                        "kind: DaemonSet, name: d, uid: u, controller: true}]",
                                        BARE);
    mn_os_decide(&one->need, MN_MODE_ENFORCE, &world.classes, NULL, &decision);
    EXPECT_TRUE(decision.verdicts[world.ids[W19]].passes);
    EXPECT_TRUE(!decision.verdicts[world.ids[W19]].would_pass);
    EXPECT_INT(decision.verdicts[world.ids[W19]].score, 5);
}

static void gives_reason(const char *spec, int class, const char *want)
{
    struct world world;
    mn_os_decision decision;
    make_world(&world);
    g_autoptr(need_case) one = needs_of(NULL, "name: p", spec);
    mn_os_decide(&one->need, MN_MODE_ENFORCE, &world.classes, NULL, &decision);
    EXPECT_STR(mn_os_reason_text(decision.verdicts[world.ids[class]].reason), want);
}

static void reasons_are_constant_and_few(void)
{
    gives_reason(BARE, LINUX, "");
    gives_reason(BARE, W19, "node(s) ran Windows, the Pod needs Linux");
    gives_reason(IMAGE("x:ltsc2019"), LINUX, "node(s) ran Linux, the Pod needs Windows");
    gives_reason(IMAGE("x:ltsc2019"), W22, "node(s) had a Windows build that can't run the Pod");
    gives_reason("containers: [{name: a, image: redis}, {name: b, image: 'x:nanoserver'}]",
                 W22,
                 "node(s) couldn't run a Pod with both Linux and Windows containers");
    gives_reason("os: {name: linux}, " BARE ", nodeSelector: {kubernetes.io/os: windows}",
                 W22,
                 "node(s) couldn't run a Pod whose OS settings contradict each other");
    for (int i = MN_REASON_NONE + 1; i < MN_REASONS; i++)
        EXPECT_TRUE(g_str_has_prefix(mn_os_reason_text((mn_os_reason)i), "node(s) "));
}

/* The class of unknown nodes: "passes score", with what it would under enforce. */
static void refusing_unknown(mn_os_mode mode, const char *policy_os, const char *spec,
                             const char *want)
{
    struct world world;
    make_world(&world);
    mn_os_policy policy = mn_os_policy_default;
    policy.default_os = g_str_equal(policy_os, "unknown") ? MN_OS_UNKNOWN : MN_OS_LINUX;
    g_autoptr(need_case) one = needs_of(&policy, "name: p", spec);
    mn_os_decision decision;
    mn_os_decide(&one->need, mode, &world.classes, NULL, &decision);
    mn_os_refuse_unknown(&one->need, mode, &decision);
    const mn_os_verdict *verdict = &decision.verdicts[MN_CLASS_UNKNOWN];
    g_autofree char *got = g_strdup_printf("%s %d, would %s: %s",
                                           verdict->passes ? "passes" : "fails",
                                           verdict->score,
                                           verdict->would_pass ? "pass" : "fail",
                                           mn_os_reason_text(verdict->reason));
    EXPECT_STR(got, want);
}

static void unknown_nodes_can_be_refused(void)
{
    const char *reason = "node(s) were not known to the extender yet";
    g_autofree char *enforced = g_strconcat("fails 0, would fail: ", reason, NULL);
    g_autofree char *preferred = g_strconcat("passes 0, would fail: ", reason, NULL);
    g_autofree char *observed = g_strconcat("passes 5, would fail: ", reason, NULL);
    refusing_unknown(MN_MODE_ENFORCE, "linux", BARE, enforced);
    refusing_unknown(MN_MODE_ENFORCE, "unknown", IMAGE("x:ltsc2019"), enforced);
    refusing_unknown(MN_MODE_PREFER, "linux", BARE, preferred);
    refusing_unknown(MN_MODE_OBSERVE, "linux", BARE, observed);
    refusing_unknown(MN_MODE_ENFORCE, "unknown", BARE, "passes 5, would pass: ");
}

static void classes_are_few_and_overflow_keeps_the_os(void)
{
    mn_os_classes classes;
    mn_os_classes_init(&classes);
    const mn_os_offer linux_node = {.os = MN_OS_LINUX, .rule = MN_BUILD_RULE_EXACT};
    const mn_os_offer unknown_node = {.os = MN_OS_UNKNOWN, .rule = MN_BUILD_RULE_ABI_2};
    EXPECT_INT(mn_os_classes_add(&classes, &linux_node), MN_CLASS_LINUX);
    EXPECT_INT(mn_os_classes_add(&classes, &unknown_node), MN_CLASS_UNKNOWN);
    EXPECT_INT((int64_t)classes.count, MN_CLASS_FIRST_FREE);
    mn_os_offer windows = {
        .os = MN_OS_WINDOWS, .rule = MN_BUILD_RULE_EXACT, .version = {.major = 10, .build = 1}};
    uint16_t first = mn_os_classes_add(&classes, &windows);
    EXPECT_INT(first, MN_CLASS_FIRST_FREE);
    for (uint16_t build = 2; build < 1000; build++) {
        windows.version.build = build;
        (void)mn_os_classes_add(&classes, &windows);
    }
    EXPECT_INT((int64_t)classes.count, MN_OS_CLASSES_MAX);
    windows.version.build = 2000;
    EXPECT_INT(mn_os_classes_add(&classes, &windows), MN_CLASS_WINDOWS);
    windows.version.build = 1;
    EXPECT_INT(mn_os_classes_add(&classes, &windows), first);
}

static void a_windows_node_of_unknown_build_passes_with_5(void)
{
    struct world world;
    mn_os_decision decision;
    make_world(&world);
    g_autoptr(need_case) one = needs_of(NULL, "name: p", IMAGE("x:ltsc2019"));
    g_autoptr(need_case) bare = needs_of(NULL, "name: p", BARE);
    mn_os_decide(&one->need, MN_MODE_ENFORCE, &world.classes, NULL, &decision);
    EXPECT_TRUE(decision.verdicts[MN_CLASS_WINDOWS].passes);
    EXPECT_INT(decision.verdicts[MN_CLASS_WINDOWS].score, 5);
    mn_os_decide(&bare->need, MN_MODE_ENFORCE, &world.classes, NULL, &decision);
    EXPECT_TRUE(!decision.verdicts[MN_CLASS_WINDOWS].passes);
}

static void modes_have_names(void)
{
    for (int i = 0; i < MN_MODES; i++) {
        mn_os_mode back = MN_MODE_ENFORCE;
        EXPECT_TRUE(mn_os_mode_parse(mn_str_of(mn_os_mode_name((mn_os_mode)i)), &back));
        EXPECT_INT(back, i);
    }
    mn_os_mode mode;
    EXPECT_TRUE(!mn_os_mode_parse(MN_STR_LIT("audit"), &mode));
}

extern CU_TestInfo suite_core_decide[];
CU_TestInfo suite_core_decide[] = {
    {"enforce refuses and scores", enforce_refuses_and_scores},
    {"prefer passes all and scores", prefer_passes_all_and_scores},
    {"observe passes all with equal scores", observe_passes_all_with_equal_scores},
    {"an unknown OS passes and prefers Linux", an_unknown_os_passes_and_prefers_linux},
    {"scarce hosts are spared for those who need them",
     scarce_hosts_are_spared_for_those_who_need_them},
    {"sparing never reorders what is of unequal worth",
     sparing_never_reorders_what_is_of_unequal_worth},
    {"DaemonSets that are let through pass with equal scores",
     daemon_sets_that_are_let_through_pass_with_equal_scores},
    {"reasons are constant and few", reasons_are_constant_and_few},
    {"unknown nodes can be refused", unknown_nodes_can_be_refused},
    {"classes are few and overflow keeps the OS", classes_are_few_and_overflow_keeps_the_os},
    {"a Windows node of unknown build passes with 5",
     a_windows_node_of_unknown_build_passes_with_5},
    {"modes have names", modes_have_names},
    CU_TEST_INFO_NULL,
};
