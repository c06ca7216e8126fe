/* SPDX-License-Identifier: Apache-2.0 */
#include "extender/log.h"
#include "extender/stamp.h"
#include "mullion/text/document.h"
#include "tests/support/expect.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

static void open_pipe(int ends[2])
{
    if (!g_unix_open_pipe(ends, FD_CLOEXEC, NULL))
        g_error("pipe");
}

static void *read_all(void *data)
{
    const int *fd = data;
    GString *all = g_string_new(NULL);
    char block[65536];
    ssize_t got;
    while ((got = read(*fd, block, sizeof block)) > 0)
        g_string_append_len(all, block, got);
    return g_string_free(all, FALSE);
}

static void count_up(ext_log *log, int count)
{
    for (int i = 0; i < count; i++) {
        g_auto(mn_json_writer) line;
        ext_log_begin(&line, EXT_INFO, "a \"quoted\"\nmessage");
        mn_json_member_int(&line, "n", i);
        ext_log_end(log, &line);
    }
}

static void *count_thousand(void *data)
{
    count_up(data, 1000);
    return NULL;
}

static void lines_of_many_threads_are_whole_and_all_there(void)
{
    int ends[2];
    open_pipe(ends);
    pthread_t reader, threads[4];
    pthread_create(&reader, NULL, read_all, &ends[0]);
    ext_log *log = ext_log_new(ends[1], EXT_INFO);
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        pthread_create(&threads[i], NULL, count_thousand, log);
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        pthread_join(threads[i], NULL);
    ext_log_free(log);
    close(ends[1]);

    void *text;
    pthread_join(reader, &text);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    EXPECT_INT(g_strv_length(lines), 4001);
    for (size_t i = 0; i < 4000; i++) {
        json_t *tree = mn_document_load_json(lines[i], strlen(lines[i]), 8, NULL);
        EXPECT_TRUE(tree != NULL);
        json_decref(tree);
    }
    close(ends[0]);
    g_free(text);
}

static void nobody_waits_for_a_reader_that_does_not_read(void)
{
    int ends[2];
    open_pipe(ends);
    ext_log *log = ext_log_new(ends[1], EXT_INFO);
    int64_t began = g_get_monotonic_time();
    count_up(log, 100000); /* 9 MB into a pipe of 64 KiB */
    EXPECT_TRUE(g_get_monotonic_time() - began < (int64_t)5 * G_USEC_PER_SEC);
    began = g_get_monotonic_time();
    ext_log_free(log);
    EXPECT_TRUE(g_get_monotonic_time() - began < (int64_t)5 * G_USEC_PER_SEC);
    close(ends[0]);
    close(ends[1]);
}

static void dropped_lines_are_counted(void)
{
    int ends[2];
    open_pipe(ends);
    ext_log *log = ext_log_new(ends[1], EXT_INFO);
    count_up(log, 100000);
    pthread_t reader;
    pthread_create(&reader, NULL, read_all, &ends[0]);
    uint64_t before; /* until the reader has made room */
    for (int tries = 0; tries < 100; tries++) {
        poll(NULL, 0, 50);
        before = ext_log_dropped(log);
        count_up(log, 1);
        if (ext_log_dropped(log) == before)
            break;
    }
    ext_log_free(log);
    close(ends[1]);
    void *text;
    pthread_join(reader, &text);
    EXPECT_TRUE(strstr(text, "\"msg\":\"log lines dropped\",\"dropped\":") != NULL);
    close(ends[0]);
    g_free(text);
}

static void levels_below_the_least_are_not_wanted(void)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    g_autoptr(ext_log) log = ext_log_new(null, EXT_WARNING);
    EXPECT_TRUE(!ext_log_wants(log, EXT_INFO));
    EXPECT_TRUE(ext_log_wants(log, EXT_ERROR));
    close(null);
}

static void a_stamp_is_what_date_time_says(void)
{
    static const int64_t days_s[] = {
        0, 951782400 /* 29 February 2000 */, 1704067199, 4107542399, 253402300799};
    for (size_t i = 0; i < G_N_ELEMENTS(days_s); i++)
        for (int64_t ms = 0; ms < 1000; ms += 333) {
            char text[EXT_STAMP_TEXT];
            g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(days_s[i]);
            g_autofree char *seconds = g_date_time_format(when, "%Y-%m-%dT%H:%M:%S");
            g_autofree char *want = g_strdup_printf("%s.%03dZ", seconds, (int)ms);
            EXPECT_STR(ext_stamp(days_s[i] * 1000 + ms, text), want);
        }
}

#define TEST(function)      \
    {                       \
#function, function \
    }
CU_TestInfo suite_extender_log[] = {
    TEST(lines_of_many_threads_are_whole_and_all_there),
    TEST(nobody_waits_for_a_reader_that_does_not_read),
    TEST(dropped_lines_are_counted),
    TEST(levels_below_the_least_are_not_wanted),
    TEST(a_stamp_is_what_date_time_says),
    CU_TEST_INFO_NULL,
};
