/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/soak/verdict.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

enum { TOLD_MAX = 5, ROWS_MAX = 96 };

typedef struct row {
    const char *group, *what;
    uint64_t times, faults;
} row;

static const char *const texts[CLAIMS] = {
#define CLAIM(id, text) [CLAIM_##id] = (text),
#include "tests/soak/claims.def"
#undef CLAIM
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t held[CLAIMS], broken[CLAIMS];
static row rows[ROWS_MAX];
static size_t row_count;
static struct timespec began;

static double seconds_since_begin(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (began.tv_sec == 0)
        began = now;
    return (double)(now.tv_sec - began.tv_sec) + (double)(now.tv_nsec - began.tv_nsec) / 1e9;
}

/* With the lock held. */
static void say(const char *mark, const char *text)
{
    printf("%7.1f s  %s%s\n", seconds_since_begin(), mark, text);
    (void)fflush(stdout);
}

void verdict_say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    pthread_mutex_lock(&lock);
    say("", text);
    pthread_mutex_unlock(&lock);
}

void claim_held(claim which)
{
    pthread_mutex_lock(&lock);
    held[which]++;
    pthread_mutex_unlock(&lock);
}

static void break_claim(claim which, const char *text)
{
    pthread_mutex_lock(&lock);
    if (broken[which]++ < TOLD_MAX) {
        say("FAIL ", texts[which]);
        say("     ", text);
    }
    pthread_mutex_unlock(&lock);
}

void claim_broken(claim which, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    break_claim(which, text);
}

bool claim_check(claim which, bool holds, const char *format, ...)
{
    if (holds) {
        claim_held(which);
        return true;
    }
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    break_claim(which, text);
    return false;
}

uint64_t claim_faults(claim which)
{
    pthread_mutex_lock(&lock);
    const uint64_t faults = broken[which];
    pthread_mutex_unlock(&lock);
    return faults;
}

void verdict_row(const char *group, const char *what, uint64_t times, uint64_t faults)
{
    g_assert(row_count < ROWS_MAX);
    rows[row_count++] = (row){.group = group, .what = what, .times = times, .faults = faults};
}

/* True: as it should be. */
static bool print_row(const row *each)
{
    const bool good = each->times > 0 && each->faults == 0;
    printf("%-4s %9" PRIu64 "  ", good ? "ok" : "FAIL", each->times);
    if (each->faults > 0)
        printf("and %" PRIu64 " not: ", each->faults);
    printf("%s%s%s\n", each->group, *each->group == '\0' ? "" : ": ", each->what);
    return good;
}

bool verdict_print(void)
{
    size_t passed = 0, failed = 0;
    printf("\n");
    for (size_t i = 0; i < CLAIMS; i++) {
        const row each = {
            .group = "", .what = texts[i], .times = held[i] + broken[i], .faults = broken[i]};
        *(print_row(&each) ? &passed : &failed) += 1;
    }
    for (size_t i = 0; i < row_count; i++)
        *(print_row(&rows[i]) ? &passed : &failed) += 1;
    printf("soak: %zu passed, %zu failed\n", passed, failed);
    return failed == 0;
}
