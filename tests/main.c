/* SPDX-License-Identifier: Apache-2.0 */
/* One runner for every suite. `tests [substring]` runs the suites that match. */
#include <CUnit/Basic.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>

#define SUITE(name) extern CU_TestInfo suite_##name[];
#include "tests/suites.def"
#undef SUITE

static CU_SuiteInfo suites[] = {
#define SUITE(name) {.pName = #name, .pTests = suite_##name},
#include "tests/suites.def"
#undef SUITE
    CU_SUITE_INFO_NULL,
};

/* CU_basic_run_tests() reports success when assertions fail, and a suite whose
 * set-up fails counts no failures at all: ask for each of them. */
static int exit_status(void)
{
    unsigned failures = CU_get_number_of_failures() + CU_get_number_of_suites_failed();
    return failures == 0 && CU_get_number_of_tests_run() > 0 ? 0 : 1;
}

/* The line that build-aux/run-tests.sh adds up; a suite that could not start is a failure. */
static void print_counts(void)
{
    unsigned failed = CU_get_number_of_tests_failed();
    printf("unit tests: %u passed, %u failed\n",
           CU_get_number_of_tests_run() - failed,
           failed + CU_get_number_of_suites_failed());
}

int main(int argc, char **argv)
{
    const char *wanted = argc > 1 ? argv[1] : "";

    /* A warning of GLib is a bug of the caller: an error set twice, a string that is none. */
    g_log_set_always_fatal(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 2;
    for (CU_SuiteInfo *suite = suites; suite->pName != NULL; suite++) {
        CU_SuiteInfo one[] = {*suite, CU_SUITE_INFO_NULL};
        if (strstr(suite->pName, wanted) != NULL && CU_register_suites(one) != CUE_SUCCESS)
            return 2;
    }
    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_basic_run_tests();
    int status = exit_status();
    print_counts();
    CU_cleanup_registry();
    return status;
}
