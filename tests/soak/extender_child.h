/* SPDX-License-Identifier: Apache-2.0 */
/* The program itself, as a child that dies with us; what it logs, counts and takes. */
#ifndef TESTS_SOAK_EXTENDER_CHILD_H
#define TESTS_SOAK_EXTENDER_CHILD_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Pods are called soak-NUMBER; numbers below this. */
enum { SOAK_QUESTIONS_MAX = 8 << 20 };

typedef struct extender_child extender_child;

/* NULL when it does not start; what it said is printed. */
extender_child *extender_child_start(const char *config_path);
/* Kills it if it runs. NULL-safe. */
void extender_child_free(extender_child *self);

uint16_t extender_child_port(const extender_child *self);
uint16_t extender_child_admin_port(const extender_child *self);

void extender_child_signal(extender_child *self, int number);
/* Waits so long for its end; the exit status, -1 for another end, -2 when it runs on. */
int extender_child_wait(extender_child *self, int64_t patience_ms);

/* ---- its log, by any thread */

/* Lines that somebody waits for. */
typedef enum log_line {
    LOG_RELOADED,            /* "configuration read again" */
    LOG_MISTAKE,             /* "configuration stays as it was" */
    LOG_CERTIFICATES,        /* "read the server's certificates anew" */
    LOG_BROKEN_CERTIFICATES, /* "those in use stay" */
    LOG_STOPPED,             /* "stopped", and nothing in flight */
    LOG_LINES,
} log_line;

uint64_t extender_child_logged(const extender_child *self, log_line which);
/* How often the log says that the question was decided. */
unsigned extender_child_decided(extender_child *self, uint64_t question);
/* Requests of any Pod, in all. */
uint64_t extender_child_decisions(extender_child *self);
/* Lines that are no JSON: of sanitizers, of a crash. They are printed as they come. */
uint64_t extender_child_foreign(extender_child *self);
/* After its end: all has been read. */
void extender_child_finish_log(extender_child *self);
/* The last lines that were no requests; the caller frees. */
char *extender_child_last_lines(extender_child *self);

/* ---- its numbers */

/* GET /metrics; the caller frees, NULL when there is no answer. */
char *extender_child_metrics(const extender_child *self);
/* Of a line "name value" or "name{labels} value"; with `name` alone the sum of all labels.
 * -1 when there is none. */
double metric_value(const char *metrics, const char *name);
/* Scrapes for one value. */
double extender_child_metric(const extender_child *self, const char *name);
/* 0 when there is no answer. */
int extender_child_probe(const extender_child *self, const char *path);

typedef struct extender_usage {
    double resident_mb, peak_mb;
    size_t descriptors, threads;
} extender_usage;

extender_usage extender_child_usage(const extender_child *self);

#endif
