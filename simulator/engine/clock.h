/* SPDX-License-Identifier: Apache-2.0 */
/* Virtual time: what happens when.
 *
 * Order is total: (time, phase, sequence number). Time stands still while something happens
 * and only moves from one alarm to the next. Milliseconds since the run began.
 *
 * An alarm in the background (a pull that is tried again every five minutes for ever, the
 * next run of a CronJob) goes off when its time comes, and is no reason to go on: who waits
 * for rest waits until nothing but such alarms is left.
 */
#ifndef MN_CLOCK_H
#define MN_CLOCK_H

#include "mullion/base/heap.h"

/* What comes first among things of the same time. */
typedef enum mn_phase {
    MN_PHASE_USER,       /* what the timeline does */
    MN_PHASE_KUBELET,    /* nodes and what runs on them */
    MN_PHASE_CONTROLLER, /* controllers see all of the above at once */
    MN_PHASE_SCHEDULER,  /* reserved: the scheduler tries Pods when nothing else is due */
    MN_PHASE_RECORDER,   /* checkpoints: after everything of their time */
} mn_phase;

#define MN_NEVER INT64_MAX

typedef struct mn_clock mn_clock;

/* Called when the time has come; may set other alarms, of the same time too. */
typedef void (*mn_alarm_fn)(void *context, void *data);

typedef struct mn_alarm {
    int64_t time_ms; /* not before now; MN_NEVER: never */
    mn_phase phase;
    bool background;
    mn_alarm_fn ring;
    void *data;
    void (*forget)(void *data); /* NULL, or called once, rung or not */
} mn_alarm;

/* `context` is handed to every alarm. */
mn_clock *mn_clock_new(void *context);
void mn_clock_free(mn_clock *clock);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(mn_clock, mn_clock_free)

int64_t mn_clock_now_ms(const mn_clock *clock);
void mn_clock_set(mn_clock *clock, const mn_alarm *alarm);

/* When the next alarm goes off, of any kind; MN_NEVER. */
int64_t mn_clock_next_ms(const mn_clock *clock);

/* Alarms that are a reason to go on. */
size_t mn_clock_pressing(const mn_clock *clock);

/* Lets time pass up to time_ms; no alarm may be due before. */
void mn_clock_advance(mn_clock *clock, int64_t time_ms);

/* Rings the next alarm that is due now, before `phase`. False: there is none. */
bool mn_clock_ring(mn_clock *clock, mn_phase phase);

#endif
