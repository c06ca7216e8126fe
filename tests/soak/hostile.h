/* SPDX-License-Identifier: Apache-2.0 */
/* Clients that mean no good, or know no better: each of tricks.def in turn, again and again. */
#ifndef TESTS_SOAK_HOSTILE_H
#define TESTS_SOAK_HOSTILE_H

#include "tests/soak/load.h"

typedef struct hostile hostile;

hostile *hostile_start(soak_scene *scene);
void hostile_pause(hostile *self);
void hostile_resume(hostile *self);
void hostile_stop(hostile *self);
void hostile_free(hostile *self);

/* Has each trick been tried? */
bool hostile_tried_all(const hostile *self);
uint64_t hostile_total(const hostile *self);
/* A row for each trick. */
void hostile_report(const hostile *self);

/* So many connections that say nothing; until they are ended. */
typedef struct flood flood;
flood *flood_begin(uint16_t port, size_t connections);
void flood_end(flood *self);

#endif
