/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/os/winbuild.h"
#include "tests/support/expect.h"

static void reads(const char *text, int build, int64_t revision)
{
    mn_win_version version = {.build = 1};
    EXPECT_TRUE(mn_win_version_parse(mn_str_of(text), &version));
    EXPECT_INT(version.major, 10);
    EXPECT_INT(version.minor, 0);
    EXPECT_INT(version.build, build);
    EXPECT_INT(version.has_revision ? (int64_t)version.revision : -1, revision);
}

static void refuses(const char *text)
{
    mn_win_version version = {.build = 7};
    EXPECT_TRUE(!mn_win_version_parse(mn_str_of(text), &version));
    EXPECT_INT(version.build, 7);
}

static void versions_are_read_as_nodes_write_them(void)
{
    reads("10.0.17763", 17763, -1);
    reads("10.0.20348.825", 20348, 825);
    reads("10.0.26100.32995", 26100, 32995);
    reads("10.0 14393 (14393.1715.amd64fre.rs1_release_inmarket.170906-1810)", 14393, 1715);
    reads("10.0 16299 (16299.15.amd64fre.rs3_release.170928-1534)", 16299, 15);
    reads("10.0 14393", 14393, -1);
    reads("10.0 14393 (17763.1)", 14393, -1);
    reads("10.0.17763.", 17763, -1);
    reads("10.0.17763-custom", 17763, -1);
}

static void what_is_no_version_is_refused(void)
{
    refuses("");
    refuses("10");
    refuses("10.0");
    refuses("10.0.");
    refuses("10.0.x");
    refuses("10.0.17763a");
    refuses("10.0.65536");
    refuses("10.0.17763.4294967296");
    refuses("10.0.99999999999999999999999");
    refuses("v10.0.17763");
    refuses(" 10.0.17763");
    refuses("-10.0.17763");
}

static void the_table_is_sorted_and_complete(void)
{
    for (size_t i = 0; i < mn_winbuild_count; i++) {
        const mn_winbuild *row = &mn_winbuilds[i];
        EXPECT_TRUE(i == 0 || mn_winbuilds[i - 1].build < row->build);
        EXPECT_TRUE(row->name[0] != '\0');
        EXPECT_TRUE(mn_winbuild_find(row->build) == row);
        g_auto(GStrv) sure = g_strsplit(row->sure, " ", 0);
        g_auto(GStrv) beside = g_strsplit(row->beside, " ", 0);
        for (char **token = sure; *token != NULL; token++)
            EXPECT_TRUE(mn_winbuild_find_sure(mn_str_of(*token)) == row);
        for (char **token = beside; *token != NULL; token++)
            EXPECT_TRUE(mn_winbuild_find_beside(mn_str_of(*token)) == row);
    }
    for (size_t i = 1; i < mn_containerd_rule_count; i++)
        EXPECT_TRUE(mn_containerd_rules[i].rule != MN_BUILD_RULE_AUTO);
    EXPECT_TRUE(mn_winbuild_find(9600) == NULL);
}

static void sure_means(const char *token, int build)
{
    const mn_winbuild *row = mn_winbuild_find_sure(mn_str_of(token));
    EXPECT_INT(row != NULL ? row->build : 0, build);
}

static void beside_means(const char *token, int build)
{
    const mn_winbuild *row = mn_winbuild_find_beside(mn_str_of(token));
    EXPECT_INT(row != NULL ? row->build : 0, build);
}

static void tag_tokens_name_builds(void)
{
    sure_means("ltsc2016", 14393);
    sure_means("sac2016", 14393);
    sure_means("ltsc2019", 17763);
    sure_means("LTSC2022", 20348);
    sure_means("ltsc2025", 26100);
    sure_means("ltsc2021", 0);
    sure_means("1809", 0);
    sure_means("", 0);
    beside_means("1607", 14393);
    beside_means("1709", 16299);
    beside_means("1803", 17134);
    beside_means("1809", 17763);
    beside_means("1903", 18362);
    beside_means("1909", 18363);
    beside_means("2004", 19041);
    beside_means("20H2", 19042);
    beside_means("20h2", 19042);
    beside_means("21H2", 20348);
    beside_means("2019", 0);
    beside_means("", 0);
}

static void os_image_means(const char *text, int build)
{
    const mn_winbuild *row = mn_winbuild_find_os_image(mn_str_of(text));
    EXPECT_INT(row != NULL ? row->build : 0, build);
}

static void product_names_and_os_skus_name_builds(void)
{
    os_image_means("Windows Server 2016 Datacenter", 14393);
    os_image_means("Windows Server 2019 Datacenter", 17763);
    os_image_means("Windows Server Version 1809", 17763);
    os_image_means("Windows Server 2022 Datacenter Azure Edition", 20348);
    os_image_means("Windows Server 2025 Standard", 26100);
    os_image_means("Windows Server, version 23H2 Datacenter", 25398);
    os_image_means("Windows 11 Pro", 0);
    os_image_means("Ubuntu 24.04.3 LTS", 0);
    os_image_means("", 0);
    EXPECT_INT(mn_winbuild_find_os_sku(MN_STR_LIT("Windows2022"))->build, 20348);
    EXPECT_INT(mn_winbuild_find_os_sku(MN_STR_LIT("Windows2025"))->build, 26100);
    EXPECT_TRUE(mn_winbuild_find_os_sku(MN_STR_LIT("WindowsAnnual")) == NULL);
    EXPECT_TRUE(mn_winbuild_find_os_sku(MN_STR_LIT("Ubuntu")) == NULL);
    EXPECT_TRUE(mn_winbuild_find_os_sku(MN_STR_LIT("")) == NULL);
}

static void each_generation_of_containerd_has_its_rule(void)
{
    static const struct {
        uint16_t host, image;
        bool exact, abi_1, abi_2;
    } rows[] = {
        {14393, 14393, true, true, true},
        {14393, 17763, false, false, false},
        {17763, 14393, false, false, false},
        {17763, 17763, true, true, true},
        {17763, 20348, false, false, false},
        {19042, 17763, false, false, false},
        {20348, 17763, false, false, false},
        {20348, 20348, true, true, true},
        {20348, 26100, false, false, false},
        {22621, 20348, false, true, true},
        {25398, 20348, false, true, true},
        {25398, 25398, true, true, true},
        {25398, 26100, false, false, false},
        {26100, 17763, false, false, false},
        {26100, 20348, false, true, true},
        {26100, 25398, false, true, true},
        {26100, 26100, true, true, true},
        {26200, 20348, false, true, false}, /* Windows 11 25H2: containers of 2022 lost */
        {26200, 26100, false, true, true},
        {26304, 20348, false, true, false},
        {0, 17763, true, true, true},
        {17763, 0, true, true, true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        EXPECT_INT(mn_winbuild_runs(rows[i].host, rows[i].image, MN_BUILD_RULE_EXACT),
                   rows[i].exact);
        EXPECT_INT(mn_winbuild_runs(rows[i].host, rows[i].image, MN_BUILD_RULE_ABI_1),
                   rows[i].abi_1);
        EXPECT_INT(mn_winbuild_runs(rows[i].host, rows[i].image, MN_BUILD_RULE_ABI_2),
                   rows[i].abi_2);
    }
}

static void hyper_v_runs_what_is_not_newer(void)
{
    EXPECT_TRUE(mn_winbuild_runs_in_hyperv(26100, 14393));
    EXPECT_TRUE(mn_winbuild_runs_in_hyperv(20348, 20348));
    EXPECT_TRUE(!mn_winbuild_runs_in_hyperv(17763, 20348));
    EXPECT_TRUE(mn_winbuild_runs_in_hyperv(0, 20348));
}

static void the_containerd_version_tells_the_rule(void)
{
    static const struct {
        const char *runtime;
        mn_build_rule rule;
    } rows[] = {
        {"containerd://1.4.0", MN_BUILD_RULE_EXACT},
        {"containerd://1.6.20", MN_BUILD_RULE_EXACT},
        {"containerd://1.6.22", MN_BUILD_RULE_EXACT},
        {"containerd://1.6.23", MN_BUILD_RULE_ABI_1},
        {"containerd://1.6.36", MN_BUILD_RULE_ABI_1},
        {"containerd://1.7.0", MN_BUILD_RULE_EXACT},
        {"containerd://1.7.5", MN_BUILD_RULE_EXACT},
        {"containerd://1.7.6", MN_BUILD_RULE_ABI_1},
        {"containerd://1.7.33-1", MN_BUILD_RULE_ABI_1},
        {"containerd://2.0.4", MN_BUILD_RULE_ABI_1},
        {"containerd://2.1.0", MN_BUILD_RULE_ABI_1},
        {"containerd://2.1.5", MN_BUILD_RULE_ABI_1},
        {"containerd://2.2.0", MN_BUILD_RULE_ABI_2},
        {"containerd://2.2.0-rc.1", MN_BUILD_RULE_ABI_2},
        {"containerd://v2.2.1", MN_BUILD_RULE_ABI_2},
        {"containerd://3.0.0", MN_BUILD_RULE_ABI_2},
        {"containerd://1.6.20+unknown", MN_BUILD_RULE_EXACT},
        {"containerd://Unknown", MN_BUILD_RULE_AUTO},
        {"containerd://", MN_BUILD_RULE_AUTO},
        {"containerd://1.7", MN_BUILD_RULE_AUTO},
        {"docker://20.10.9", MN_BUILD_RULE_AUTO},
        {"cri-o://1.30.0", MN_BUILD_RULE_AUTO},
        {"", MN_BUILD_RULE_AUTO},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        EXPECT_STR(mn_build_rule_name(mn_build_rule_of_runtime(mn_str_of(rows[i].runtime))),
                   mn_build_rule_name(rows[i].rule));
}

static bool runs(const char *host_text, const char *image_text)
{
    mn_win_version host = {0}, image = {0};
    EXPECT_TRUE(mn_win_version_parse(mn_str_of(host_text), &host));
    EXPECT_TRUE(mn_win_version_parse(mn_str_of(image_text), &image));
    return mn_win_version_runs(&host, &image, MN_BUILD_RULE_ABI_1);
}

static void server_2016_wants_the_very_revision(void)
{
    EXPECT_TRUE(runs("10.0.14393.1715", "10.0.14393.1715"));
    EXPECT_TRUE(!runs("10.0.14393.1715", "10.0.14393.1770"));
    EXPECT_TRUE(runs("10.0.14393.1715", "10.0.14393"));
    EXPECT_TRUE(runs("10.0.14393", "10.0.14393.1715"));
    EXPECT_TRUE(runs("10.0.17763.437", "10.0.17763.6054"));
    EXPECT_TRUE(runs("10.0.26100.1", "10.0.20348.9999"));
    EXPECT_TRUE(!runs("6.3.20348", "10.0.20348"));
}

static bool straddles(const char *host_text, const char *image_text)
{
    mn_win_version host = {0}, image = {0};
    EXPECT_TRUE(mn_win_version_parse(mn_str_of(host_text), &host));
    EXPECT_TRUE(mn_win_version_parse(mn_str_of(image_text), &image));
    return mn_win_version_straddles_2020_02(&host, &image);
}

static void february_2020_divides_server_2019(void)
{
    EXPECT_TRUE(straddles("10.0.17763.973", "10.0.17763.1040"));
    EXPECT_TRUE(straddles("10.0.17763.1040", "10.0.17763.1039"));
    EXPECT_TRUE(!straddles("10.0.17763.1040", "10.0.17763.6054"));
    EXPECT_TRUE(!straddles("10.0.17763.100", "10.0.17763.1039"));
    EXPECT_TRUE(!straddles("10.0.17763", "10.0.17763.1039"));
    EXPECT_TRUE(!straddles("10.0.20348.1", "10.0.20348.2000"));
}

static void sets_of_builds_stay_sorted_and_small(void)
{
    char text[MN_BUILD_SET_TEXT];
    mn_build_set any = {0};
    EXPECT_STR(mn_build_set_format(&any, text), "any build");
    EXPECT_TRUE(mn_build_set_has(&any, 17763));

    mn_build_set set = mn_build_set_of(26100);
    mn_build_set_add(&set, 17763);
    mn_build_set_add(&set, 20348);
    mn_build_set_add(&set, 17763);
    EXPECT_STR(mn_build_set_format(&set, text), "10.0.17763, 10.0.20348 or 10.0.26100");
    mn_build_set one = mn_build_set_of(20348), other = mn_build_set_of(14393);
    mn_build_set both = mn_build_set_intersect(&set, &one);
    EXPECT_TRUE(mn_build_set_equal(&both, &one));
    both = mn_build_set_intersect(&any, &set);
    EXPECT_TRUE(mn_build_set_equal(&both, &set));
    both = mn_build_set_intersect(&set, &any);
    EXPECT_TRUE(mn_build_set_equal(&both, &set));
    both = mn_build_set_intersect(&set, &other);
    EXPECT_STR(mn_build_set_format(&both, text), "no build");
    EXPECT_TRUE(!mn_build_set_has(&both, 14393));

    mn_build_set full = {.bounded = true};
    for (int i = 0; i < MN_BUILD_SET_MAX; i++)
        mn_build_set_add(&full, (uint16_t)(65535 - i));
    EXPECT_INT(full.count, MN_BUILD_SET_MAX);
    EXPECT_INT((int64_t)strlen(mn_build_set_format(&full, text)), MN_BUILD_SET_MAX * 12);
    mn_build_set_add(&full, 1);
    EXPECT_STR(mn_build_set_format(&full, text), "any build");
}

static void rules_have_names(void)
{
    for (int i = 0; i < MN_BUILD_RULE_COUNT; i++) {
        mn_build_rule back = MN_BUILD_RULE_AUTO;
        const char *name = mn_build_rule_name((mn_build_rule)i);
        EXPECT_TRUE(mn_build_rule_parse(mn_str_of(name), &back));
        EXPECT_INT(back, i);
    }
    mn_build_rule rule;
    EXPECT_TRUE(!mn_build_rule_parse(MN_STR_LIT("abi"), &rule));
    EXPECT_STR(mn_win_channel_name(MN_WIN_LTSC), "LTSC");
    EXPECT_STR(mn_win_channel_name(MN_WIN_INSIDER), "insider");
}

extern CU_TestInfo suite_core_winbuild[];
CU_TestInfo suite_core_winbuild[] = {
    {"versions are read as nodes write them", versions_are_read_as_nodes_write_them},
    {"what is no version is refused", what_is_no_version_is_refused},
    {"the table is sorted and complete", the_table_is_sorted_and_complete},
    {"tag tokens name builds", tag_tokens_name_builds},
    {"product names and os-skus name builds", product_names_and_os_skus_name_builds},
    {"each generation of containerd has its rule", each_generation_of_containerd_has_its_rule},
    {"Hyper-V runs what is not newer", hyper_v_runs_what_is_not_newer},
    {"the containerd version tells the rule", the_containerd_version_tells_the_rule},
    {"Server 2016 wants the very revision", server_2016_wants_the_very_revision},
    {"February 2020 divides Server 2019", february_2020_divides_server_2019},
    {"sets of builds stay sorted and small", sets_of_builds_stay_sorted_and_small},
    {"rules have names", rules_have_names},
    CU_TEST_INFO_NULL,
};
