/* SPDX-License-Identifier: Apache-2.0 */
/* When something happened, as logs and /explain say it. */
#ifndef EXT_STAMP_H
#define EXT_STAMP_H

#include <stdint.h>

enum { EXT_STAMP_TEXT = sizeof "2026-01-02T03:04:05.678Z" };

/* RFC 3339, UTC, to the millisecond; of milliseconds since 1970, up to the year 9999. Gives
 * `text`. For every line of a log: without strftime() and printf(), which take longer than the
 * rest of the line. */
const char *ext_stamp(int64_t at_ms, char text[EXT_STAMP_TEXT]);

#endif
