/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/progress.h"
#include "tests/support/expect.h"

#include <glib/gstdio.h>
#include <string.h>

enum { A_WHILE_US = 20000, LONG_US = 5000000 };

typedef struct terminal {
    char *path;
    FILE *err;
    mn_call call;
} terminal;

static terminal terminal_of(bool is_terminal, size_t columns)
{
    terminal t = {.path = NULL};
    int descriptor = g_file_open_tmp("mullion-XXXXXX", &t.path, NULL);
    t.err = fdopen(descriptor, "w");
    t.call = (mn_call){.err = t.err, .err_is_terminal = is_terminal, .err_columns = columns};
    return t;
}

static char *written(const terminal *t)
{
    char *text = NULL;
    EXPECT_TRUE(g_file_get_contents(t->path, &text, NULL, NULL));
    return text;
}

static void wait_for(const terminal *t, const char *part)
{
    bool seen = false;
    for (int waited = 0; waited < LONG_US && !seen; waited += A_WHILE_US) {
        g_usleep(A_WHILE_US);
        g_autofree char *text = written(t);
        seen = strstr(text, part) != NULL;
    }
    EXPECT_TRUE(seen);
}

static void close_terminal(terminal *t)
{
    (void)fclose(t->err);
    (void)g_unlink(t->path);
    g_free(t->path);
}

static void a_line_comes_and_goes(void)
{
    terminal t = terminal_of(true, 80);
    mn_progress_begin_after(&t.call, "running \x1b.yaml", 0);
    mn_progress_set(t.call.progress, 2, 7);
    mn_progress_add(t.call.progress, 1);
    wait_for(&t, "\rrunning \\x1b.yaml: 3 of 7, ");
    mn_progress_erase(t.call.progress);
    g_autofree char *erased = written(&t);
    EXPECT_TRUE(g_str_has_suffix(erased, "   \r"));
    mn_progress_end(&t.call);
    EXPECT_TRUE(t.call.progress == NULL);
    g_autofree char *text = written(&t);
    EXPECT_TRUE(g_str_has_suffix(text, "   \r"));
    EXPECT_TRUE(strchr(text, '\n') == NULL);
    close_terminal(&t);
}

static void stays_silent(terminal *t)
{
    g_autofree char *text = written(t);
    EXPECT_STR(text, "");
    close_terminal(t);
}

static void short_work_says_nothing(void)
{
    terminal t = terminal_of(true, 80);
    mn_progress_begin_after(&t.call, "running", LONG_US);
    mn_progress_end(&t.call);
    stays_silent(&t);
}

static void without_a_terminal_there_is_none(void)
{
    terminal t = terminal_of(false, 0);
    mn_progress_begin_after(&t.call, "running", 0);
    EXPECT_TRUE(t.call.progress == NULL);
    mn_progress_set(t.call.progress, 1, 2);
    mn_progress_add(t.call.progress, 1);
    mn_progress_erase(t.call.progress);
    mn_progress_end(&t.call);
    stays_silent(&t);
}

static void a_line_that_would_be_broken_is_not_shown(void)
{
    terminal t = terminal_of(true, 10);
    mn_progress_begin_after(&t.call, "running a scenario", 0);
    g_usleep(A_WHILE_US);
    mn_progress_end(&t.call);
    stays_silent(&t);
}

CU_TestInfo suite_simulator_progress[] = {
    {"a line comes and goes", a_line_comes_and_goes},
    {"short work says nothing", short_work_says_nothing},
    {"without a terminal there is none", without_a_terminal_there_is_none},
    {"a line that would be broken is not shown", a_line_that_would_be_broken_is_not_shown},
    CU_TEST_INFO_NULL,
};
