/* SPDX-License-Identifier: Apache-2.0 */
/* Many Pods, few messages: each distinct one once, with the Pods that got it. */
#ifndef SIMULATOR_MESSAGES_H
#define SIMULATOR_MESSAGES_H

#include "simulator/engine/recorder.h"

#include <glib.h>

typedef struct mn_message_fold {
    const char *message;
    size_t first; /* index of its first Pod */
    size_t count;
} mn_message_fold;

/* Of the Pods with that fate; mn_message_fold, in the order of their first Pods. The array
 * owns them. */
GPtrArray *mn_messages_fold(const mn_record *record, mn_fate fate) G_GNUC_WARN_UNUSED_RESULT;

#endif
