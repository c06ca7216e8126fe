/* SPDX-License-Identifier: Apache-2.0 */
/* One JSON object a line, on stderr.
 *
 * Whoever logs copies its line into a buffer and goes on; a thread writes. When
 * nobody reads stderr the buffer fills, lines are dropped and counted, and requests
 * are answered as fast as ever.
 */
#ifndef EXT_LOG_H
#define EXT_LOG_H

#include "extender/config.h"
#include "mullion/text/json_write.h"

#include <glib.h>
#include <stdbool.h>

typedef struct ext_log ext_log;

/* Writes to `fd`, which it does not close. */
ext_log *ext_log_new(int fd, ext_level least);

/* Writes what is left; gives up on a reader that does not read. NULL-safe. */
void ext_log_free(ext_log *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ext_log, ext_log_free)

void ext_log_set_level(ext_log *log, ext_level least);
bool ext_log_wants(const ext_log *log, ext_level level);

/* Lines that found no room, since the start. */
uint64_t ext_log_dropped(ext_log *log);

/* A line of members:
 *
 *     g_auto(mn_json_writer) line;
 *     ext_log_begin(&line, EXT_INFO, "filter");
 *     mn_json_member_int(&line, "nodesIn", 5);
 *     ext_log_end(log, &line);
 */
void ext_log_begin(mn_json_writer *line, ext_level level, const char *msg);
void ext_log_end(ext_log *log, mn_json_writer *line);

/* A string from outside, cut to 512 bytes. */
void ext_log_foreign(mn_json_writer *line, const char *text);

/* A line of a message alone; nothing when the level is not wanted. */
void ext_log_say(ext_log *log, ext_level level, const char *format, ...) G_GNUC_PRINTF(3, 4);

#endif
