/* SPDX-License-Identifier: Apache-2.0 */
#include "extender/node_store.h"
#include "mullion/base/error.h"
#include "tests/support/expect.h"
#include "tests/support/extender_service.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define NODE(name, os)                                                                       \
    "{apiVersion: v1, kind: Node, metadata: {name: " name ", labels: {kubernetes.io/os: " os \
    "}}}\n---\n"

static const ext_environment nowhere;

typedef struct fixture {
    char *path;
    ext_config *config; /* the settings have it */
    ext_settings *settings;
    ext_log *log;
    int null;
    ext_node_store *store;
} fixture;

/* Looks every 100 ms. `path` is taken. */
static fixture open_store(char *path)
{
    fixture made = {.path = path, .config = ext_config_new()};
    g_autoptr(GError) error = NULL;
    if (!ext_config_set(made.config, "nodes.path", path, "test", &error) ||
        !ext_config_set(made.config, "nodes.check", "100ms", "test", &error))
        g_error("%s", error->message);
    made.null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    made.log = ext_log_new(made.null, EXT_INFO);
    made.settings = ext_settings_new(made.config);
    made.store = ext_node_store_open(made.settings, &nowhere, made.log, &error);
    if (made.store == NULL)
        g_error("%s", error->message);
    return made;
}

static void close_store(fixture *made)
{
    ext_node_store_free(made->store);
    ext_log_free(made->log);
    ext_settings_free(made->settings);
    close(made->null);
    g_free(made->path);
}

static mn_os os_of(ext_node_store *store, const char *name)
{
    const ext_nodes *nodes = ext_node_store_take(store);
    uint32_t number = ext_name_table_find(nodes->names, mn_str_of(name));
    mn_os os = number == EXT_NAME_UNKNOWN ? MN_OS_UNKNOWN
                                          : nodes->classes->offers[nodes->class_of[number]].os;
    ext_nodes_release(nodes);
    return os;
}

static uint32_t count_of(ext_node_store *store)
{
    const ext_nodes *nodes = ext_node_store_take(store);
    uint32_t count = nodes->count;
    ext_nodes_release(nodes);
    return count;
}

/* Until there are so many nodes, five seconds at most. */
static bool comes_to(ext_node_store *store, uint32_t count)
{
    for (int i = 0; i < 500 && count_of(store) != count; i++)
        poll(NULL, 0, 10);
    return count_of(store) == count;
}

static void replace(const char *path, const char *text)
{
    if (!g_file_set_contents(path, text, -1, NULL)) /* writes beside, renames */
        g_error("cannot write %s", path);
}

static void nodes_are_found_by_name(void)
{
    fixture made = open_store(
        write_temporary("nodes.yaml", NODE("a", "linux") NODE("b", "windows") NODE("c", "linux")));
    EXPECT_INT(os_of(made.store, "a"), MN_OS_LINUX);
    EXPECT_INT(os_of(made.store, "b"), MN_OS_WINDOWS);
    EXPECT_INT(os_of(made.store, "d"), MN_OS_UNKNOWN);
    EXPECT_TRUE(ext_node_store_state(made.store).synced);
    EXPECT_INT(ext_node_store_state(made.store).nodes, 3);
    close_store(&made);
}

static void a_file_that_changes_is_read_again(void)
{
    fixture made = open_store(write_temporary("nodes.yaml", NODE("a", "linux")));
    replace(made.path, NODE("a", "windows") NODE("b", "linux"));
    EXPECT_TRUE(comes_to(made.store, 2));
    EXPECT_INT(os_of(made.store, "a"), MN_OS_WINDOWS);
    close_store(&made);
}

static void a_file_that_comes_into_a_directory_is_read(void)
{
    g_autofree char *first = write_temporary("one.yaml", NODE("a", "linux"));
    char *folder = g_path_get_dirname(first);
    g_autofree char *second = g_build_filename(folder, "two.json", NULL);
    fixture made = open_store(folder);
    EXPECT_INT(count_of(made.store), 1);
    replace(second, "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"b\"}}");
    EXPECT_TRUE(comes_to(made.store, 2));
    (void)unlink(first);
    EXPECT_TRUE(comes_to(made.store, 1));
    close_store(&made);
}

static void a_bad_file_leaves_the_nodes_as_they_were(void)
{
    static const char *const bad[] = {"{\"kind\":", "", "a: b\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        fixture made = open_store(write_temporary("nodes.yaml", NODE("a", "linux")));
        replace(made.path, bad[i]);
        poll(NULL, 0, 300);
        EXPECT_INT(count_of(made.store), 1);
        replace(made.path, NODE("a", "linux") NODE("b", "linux"));
        EXPECT_TRUE(comes_to(made.store, 2));
        close_store(&made);
    }
}

static void a_file_that_goes_away_leaves_the_nodes_as_they_were(void)
{
    fixture made = open_store(write_temporary("nodes.yaml", NODE("a", "linux")));
    (void)unlink(made.path);
    poll(NULL, 0, 300);
    EXPECT_INT(count_of(made.store), 1);
    close_store(&made);
}

static int64_t age_ms(const fixture *made)
{
    return ext_node_store_state(made->store).age_ms;
}

/* The rule that goes with the class of node "a". */
static mn_build_rule rule_of(ext_node_store *store)
{
    const ext_nodes *nodes = ext_node_store_take(store);
    uint32_t number = ext_name_table_find(nodes->names, MN_STR_LIT("a"));
    mn_build_rule rule = nodes->classes->offers[nodes->class_of[number]].rule;
    ext_nodes_release(nodes);
    return rule;
}

static void another_policy_sorts_the_same_nodes_anew(void)
{
    fixture made = open_store(write_temporary(
        "nodes.yaml",
        "{apiVersion: v1, kind: Node, metadata: {name: a, labels: {kubernetes.io/os: windows,"
        " node.kubernetes.io/windows-build: 10.0.20348}}}\n"));
    EXPECT_INT(rule_of(made.store), MN_BUILD_RULE_ABI_1);
    ext_config *exact = ext_config_new();
    g_autoptr(GString) fixed = g_string_new(NULL);
    ext_config_keep_fixed(exact, made.config, fixed);
    EXPECT_STR(fixed->str, "nodes.path");
    EXPECT_TRUE(ext_config_set(exact, "buildRule", "exact", "test", NULL));
    ext_settings_replace(made.settings, exact);
    ext_node_store_reclassify(made.store);
    for (int i = 0; i < 500 && rule_of(made.store) != MN_BUILD_RULE_EXACT; i++)
        poll(NULL, 0, 10);
    EXPECT_INT(rule_of(made.store), MN_BUILD_RULE_EXACT);
    close_store(&made);
}

/* open_store() looks every 100 ms. */
static void nodes_grow_old_while_the_file_cannot_be_read(void)
{
    fixture made = open_store(write_temporary("nodes.yaml", NODE("a", "linux")));
    poll(NULL, 0, 350);
    EXPECT_TRUE(age_ms(&made) < 350);
    replace(made.path, "{\"kind\":");
    poll(NULL, 0, 700);
    EXPECT_TRUE(age_ms(&made) >= 500);
    EXPECT_TRUE(ext_node_store_state(made.store).synced);
    replace(made.path, NODE("a", "linux") NODE("b", "linux"));
    EXPECT_TRUE(comes_to(made.store, 2));
    EXPECT_TRUE(age_ms(&made) < 500);
    close_store(&made);
}

static void a_bad_file_at_the_start_is_an_error_with_its_place(void)
{
    g_autofree char *path =
        write_temporary("nodes.yaml", "apiVersion: v1\nkind: Node\nmetadata: 5\n");
    g_autoptr(ext_config) config = ext_config_new();
    g_autoptr(GError) error = NULL;
    EXPECT_TRUE(ext_config_set(config, "nodes.path", path, "test", NULL));
    g_autofree char *summary = ext_node_store_check(config, &nowhere, &error);
    EXPECT_TRUE(summary == NULL);
    g_autofree char *want =
        g_strdup_printf("%s:3:11: metadata: expected an object, found the number 5", path);
    EXPECT_STR(error == NULL ? NULL : error->message, want);
}

static atomic_bool reading;

/* In one file either both nodes are Linux or both are Windows: never one of each. */
static void *read_pairs(void *data)
{
    ext_node_store *store = data;
    intptr_t torn = 0;
    while (atomic_load(&reading)) {
        const ext_nodes *nodes = ext_node_store_take(store);
        uint32_t a = ext_name_table_find(nodes->names, MN_STR_LIT("a"));
        uint32_t b = ext_name_table_find(nodes->names, MN_STR_LIT("b"));
        torn += nodes->class_of[a] == nodes->class_of[b] ? 0 : 1;
        ext_nodes_release(nodes);
    }
    return g_memdup2(&torn, sizeof torn);
}

static void readers_never_see_half_a_change(void)
{
    fixture made = open_store(write_temporary("nodes.yaml", NODE("a", "linux") NODE("b", "linux")));
    pthread_t readers[3];
    atomic_store(&reading, true);
    for (size_t i = 0; i < G_N_ELEMENTS(readers); i++)
        pthread_create(&readers[i], NULL, read_pairs, made.store);
    for (int i = 0; i < 6; i++) {
        replace(made.path,
                i % 2 == 0 ? NODE("a", "windows") NODE("b", "windows") NODE("c", "linux")
                           : NODE("a", "linux") NODE("b", "linux"));
        EXPECT_TRUE(comes_to(made.store, i % 2 == 0 ? 3 : 2));
    }
    atomic_store(&reading, false);
    for (size_t i = 0; i < G_N_ELEMENTS(readers); i++) {
        void *torn;
        pthread_join(readers[i], &torn);
        EXPECT_INT(*(intptr_t *)torn, 0);
        g_free(torn);
    }
    close_store(&made);
}

static void a_snapshot_in_use_outlives_its_successor(void)
{
    fixture made = open_store(write_temporary("nodes.yaml", NODE("old", "linux")));
    const ext_nodes *held = ext_node_store_take(made.store);
    replace(made.path, NODE("new", "linux") NODE("newer", "linux"));
    EXPECT_TRUE(comes_to(made.store, 2));
    EXPECT_INT(held->count, 1);
    EXPECT_INT(ext_name_table_find(held->names, MN_STR_LIT("old")), 0);
    ext_nodes_release(held);
    close_store(&made);
}

#define TEST(function)      \
    {                       \
#function, function \
    }
CU_TestInfo suite_extender_node_store[] = {
    TEST(nodes_are_found_by_name),
    TEST(a_file_that_changes_is_read_again),
    TEST(a_file_that_comes_into_a_directory_is_read),
    TEST(a_bad_file_leaves_the_nodes_as_they_were),
    TEST(a_file_that_goes_away_leaves_the_nodes_as_they_were),
    TEST(another_policy_sorts_the_same_nodes_anew),
    TEST(nodes_grow_old_while_the_file_cannot_be_read),
    TEST(a_bad_file_at_the_start_is_an_error_with_its_place),
    TEST(readers_never_see_half_a_change),
    TEST(a_snapshot_in_use_outlives_its_successor),
    CU_TEST_INFO_NULL,
};
