/* SPDX-License-Identifier: Apache-2.0 */
/* The life of the cluster: a thread that changes nodes all the time. */
#ifndef TESTS_SOAK_CHURN_H
#define TESTS_SOAK_CHURN_H

#include "tests/soak/cluster.h"

typedef struct churn churn;

churn *churn_start(cluster *of);
/* Returns once nothing changes any more. */
void churn_pause(churn *self);
void churn_resume(churn *self);
void churn_free(churn *self);

#endif
