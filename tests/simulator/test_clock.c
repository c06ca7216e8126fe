/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/engine/clock.h"
#include "tests/support/expect.h"

typedef struct bell {
    GString *out;
    const char *text;
    int forgotten;
} bell;

static void ring(void *context, void *data)
{
    (void)context;
    const bell *b = data;
    g_string_append(b->out, b->text);
}

static void forget(void *data)
{
    bell *b = data;
    b->forgotten++;
}

static void set(mn_clock *clock, int64_t time_ms, mn_phase phase, bell *b)
{
    const mn_alarm alarm = {
        .time_ms = time_ms, .phase = phase, .ring = ring, .data = b, .forget = forget};
    mn_clock_set(clock, &alarm);
}

static void ring_all(mn_clock *clock, mn_phase before)
{
    while (mn_clock_next_ms(clock) != MN_NEVER) {
        mn_clock_advance(clock, mn_clock_next_ms(clock));
        if (!mn_clock_ring(clock, before))
            return;
    }
}

static void alarms_ring_by_time_then_phase_then_order(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    bell a = {out, "a", 0}, b = {out, "b", 0}, c = {out, "c", 0}, d = {out, "d", 0};
    g_autoptr(mn_clock) clock = mn_clock_new(NULL);
    set(clock, 5, MN_PHASE_CONTROLLER, &d);
    set(clock, 5, MN_PHASE_USER, &b);
    set(clock, 1, MN_PHASE_CONTROLLER, &a);
    set(clock, 5, MN_PHASE_USER, &c);
    ring_all(clock, MN_PHASE_RECORDER);
    EXPECT_STR(out->str, "abcd");
    EXPECT_INT(mn_clock_now_ms(clock), 5);
    EXPECT_INT(a.forgotten + b.forgotten + c.forgotten + d.forgotten, 4);
}

static void a_phase_waits_for_those_before_it(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    bell a = {out, "a", 0}, b = {out, "b", 0};
    g_autoptr(mn_clock) clock = mn_clock_new(NULL);
    set(clock, 0, MN_PHASE_RECORDER, &b);
    set(clock, 0, MN_PHASE_USER, &a);
    ring_all(clock, MN_PHASE_SCHEDULER);
    EXPECT_STR(out->str, "a");
    EXPECT_TRUE(mn_clock_ring(clock, MN_PHASE_RECORDER + 1));
    EXPECT_STR(out->str, "ab");
}

static void what_is_in_the_background_presses_nobody(void)
{
    g_autoptr(GString) out = g_string_new(NULL);
    bell a = {out, "a", 0}, never = {out, "n", 0};
    mn_clock *clock = mn_clock_new(NULL);
    const mn_alarm idle = {
        .time_ms = 3, .background = true, .ring = ring, .data = &a, .forget = forget};
    mn_clock_set(clock, &idle);
    EXPECT_INT((int64_t)mn_clock_pressing(clock), 0);
    set(clock, 4, MN_PHASE_USER, &a);
    set(clock, MN_NEVER, MN_PHASE_USER, &never);
    EXPECT_INT((int64_t)mn_clock_pressing(clock), 1);
    EXPECT_INT(never.forgotten, 1);
    mn_clock_free(clock);
    EXPECT_INT(a.forgotten, 2);
    EXPECT_STR(out->str, "");
}

extern CU_TestInfo suite_simulator_clock[];
CU_TestInfo suite_simulator_clock[] = {
    {"alarms ring by time, then phase, then order", alarms_ring_by_time_then_phase_then_order},
    {"a phase waits for those before it", a_phase_waits_for_those_before_it},
    {"what is in the background presses nobody", what_is_in_the_background_presses_nobody},
    CU_TEST_INFO_NULL,
};
