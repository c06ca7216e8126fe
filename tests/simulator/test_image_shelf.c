/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/engine/image_shelf.h"
#include "tests/support/expect.h"

enum { MB = 1000000 };

static const mn_kubelet_settings settings = {.bandwidth = 100 * MB,
                                             .linux_unpack_rate = 100 * MB,
                                             .windows_unpack_rate = 50 * MB,
                                             .serialize_pulls = true};

static int64_t pull(mn_image_shelf *shelf, const char *image, mn_os os, int64_t now_ms)
{
    const mn_pull what = {.image = image, .packed_bytes = 200 * MB, .unpacked_bytes = 500 * MB};
    return mn_image_shelf_pull(shelf, &settings, os, &what, now_ms);
}

static mn_image_shelf *empty_shelf(void)
{
    static const mn_node node = {.meta = {.name = "n"}};
    return mn_image_shelf_new(&node);
}

static void a_pull_takes_its_download_and_its_unpacking(void)
{
    g_autoptr(mn_image_shelf) a = empty_shelf();
    g_autoptr(mn_image_shelf) b = empty_shelf();
    EXPECT_INT(pull(a, "docker.io/library/x:1", MN_OS_LINUX, 5000), 5000 + 1000 + 2000 + 5000);
    EXPECT_INT(pull(b, "docker.io/library/x:1", MN_OS_WINDOWS, 5000), 5000 + 1000 + 2000 + 10000);
}

static void pulls_of_a_node_wait_for_each_other(void)
{
    mn_kubelet_settings parallel = settings;
    parallel.serialize_pulls = false;
    g_autoptr(mn_image_shelf) shelf = empty_shelf();
    EXPECT_INT(pull(shelf, "x:1", MN_OS_LINUX, 0), 8000);
    EXPECT_INT(pull(shelf, "y:1", MN_OS_LINUX, 1000), 16000);
    const mn_pull z = {.image = "z:1", .packed_bytes = 100 * MB};
    EXPECT_INT(mn_image_shelf_pull(shelf, &parallel, MN_OS_LINUX, &z, 1000), 3000);
    EXPECT_INT(pull(shelf, "w:1", MN_OS_LINUX, 20000), 28000);
}

static void what_comes_already_is_waited_for(void)
{
    g_autoptr(mn_image_shelf) shelf = empty_shelf();
    EXPECT_INT(pull(shelf, "x:1", MN_OS_LINUX, 0), 8000);
    EXPECT_INT(pull(shelf, "x:1", MN_OS_LINUX, 3000), 8000);
    EXPECT_INT(pull(shelf, "x:1", MN_OS_LINUX, 9000), 9000);
}

static void what_is_on_the_node_is_not_pulled(void)
{
    static const char *names[] = {"redis:7", "docker.io/library/redis@sha256:aa"};
    static const mn_node_image image = {.names = {.items = names, .count = 2}};
    static const mn_node node = {.meta = {.name = "n"},
                                 .status = {.images = {.items = &image, .count = 1}}};
    g_autoptr(mn_image_shelf) shelf = mn_image_shelf_new(&node);
    EXPECT_INT(pull(shelf, "docker.io/library/redis:7", MN_OS_LINUX, 4000), 4000);
    const mn_pull always = {.image = "docker.io/library/redis:7", .policy = MN_PULL_ALWAYS};
    EXPECT_INT(mn_image_shelf_pull(shelf, &settings, MN_OS_LINUX, &always, 4000), 4300);
    EXPECT_INT(pull(shelf, "docker.io/library/redis:8", MN_OS_LINUX, 4000), 12000);
}

static void never_fails_when_it_is_not_there(void)
{
    g_autoptr(mn_image_shelf) shelf = empty_shelf();
    const mn_pull never = {.image = "x:1", .policy = MN_PULL_NEVER, .packed_bytes = MB};
    EXPECT_TRUE(mn_image_shelf_pull(shelf, &settings, MN_OS_LINUX, &never, 0) ==
                MN_PULL_IMPOSSIBLE);
    pull(shelf, "x:1", MN_OS_LINUX, 0);
    EXPECT_INT(mn_image_shelf_pull(shelf, &settings, MN_OS_LINUX, &never, 9000), 9000);
}

static void what_has_nothing_for_the_platform_fails_quickly_and_every_time(void)
{
    g_autoptr(mn_image_shelf) shelf = empty_shelf();
    const mn_pull wrong = {.image = "x:1", .packed_bytes = 5000LL * MB, .fails = true};
    EXPECT_INT(mn_image_shelf_pull(shelf, &settings, MN_OS_WINDOWS, &wrong, 0), 1000);
    EXPECT_INT(mn_image_shelf_pull(shelf, &settings, MN_OS_WINDOWS, &wrong, 20000), 21000);
}

static void the_policy_follows_the_tag_unless_it_is_said(void)
{
    static const struct {
        const char *policy, *image;
        mn_pull_policy is;
    } rows[] = {
        {NULL, "redis", MN_PULL_ALWAYS},
        {NULL, "redis:latest", MN_PULL_ALWAYS},
        {NULL, "localhost:5000/redis", MN_PULL_ALWAYS},
        {NULL, "redis:7", MN_PULL_IF_NOT_PRESENT},
        {NULL, "localhost:5000/redis:7", MN_PULL_IF_NOT_PRESENT},
        {NULL, "redis@sha256:aa", MN_PULL_IF_NOT_PRESENT},
        {NULL, "redis:latest@sha256:aa", MN_PULL_ALWAYS},
        {NULL, "localhost:5000/redis@sha256:aa", MN_PULL_IF_NOT_PRESENT},
        {"Always", "redis:7", MN_PULL_ALWAYS},
        {"IfNotPresent", "redis", MN_PULL_IF_NOT_PRESENT},
        {"Never", "redis", MN_PULL_NEVER},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        EXPECT_INT(mn_pull_policy_of(rows[i].policy, rows[i].image), rows[i].is);
}

#define TEST(function)      \
    {                       \
#function, function \
    }
CU_TestInfo suite_simulator_image_shelf[] = {
    TEST(a_pull_takes_its_download_and_its_unpacking),
    TEST(pulls_of_a_node_wait_for_each_other),
    TEST(what_comes_already_is_waited_for),
    TEST(what_is_on_the_node_is_not_pulled),
    TEST(never_fails_when_it_is_not_there),
    TEST(what_has_nothing_for_the_platform_fails_quickly_and_every_time),
    TEST(the_policy_follows_the_tag_unless_it_is_said),
    CU_TEST_INFO_NULL,
};
