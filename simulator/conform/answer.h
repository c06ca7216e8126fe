/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of simulator/conform. */
#ifndef SIMULATOR_CONFORM_ANSWER_H
#define SIMULATOR_CONFORM_ANSWER_H

#include "mullion/text/json_write.h"
#include "simulator/conform/case.h"

void conform_verdict(conform_case *c, mn_scheduler *scheduler, mn_json_writer *json);
void conform_replay(conform_case *c, mn_scheduler *scheduler, mn_json_writer *json);

void conform_texts(mn_json_writer *json, const char *const *texts, size_t count);

/* ["namespace/name", ...] */
void conform_victims(mn_json_writer *json, const mn_pod_info *victims, size_t count);

#endif
