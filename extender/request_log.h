/* SPDX-License-Identifier: Apache-2.0 */
/* The line that a request leaves in the log; docs/EXTENDER.md lists its members. */
#ifndef EXT_REQUEST_LOG_H
#define EXT_REQUEST_LOG_H

#include "extender/decision.h"
#include "extender/service.h"

void ext_log_request(ext_service *service, const ext_config *config, const ext_answered *answered);

#endif
