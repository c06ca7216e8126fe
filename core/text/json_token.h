/* SPDX-License-Identifier: Apache-2.0 */
/* What the cursor and the skipper share. Each pass function gets the first byte of
 * a thing and gives the byte behind it; NULL when it made a fault. Private. */
#ifndef MN_JSON_TOKEN_H
#define MN_JSON_TOKEN_H

#include "mullion/text/json_scan.h"

const char *json_pass_escape(mn_scan *scan, const char *at);
const char *json_pass_scalar(mn_scan *scan, const char *at);
const char *json_pass_container(mn_scan *scan, const char *at);

static inline bool json_is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline bool json_depth_is_object(const mn_scan *scan, size_t depth)
{
    return (scan->objects[depth / 64] >> (depth % 64)) & 1;
}

static inline void json_depth_set(mn_scan *scan, size_t depth, bool object)
{
    uint64_t bit = UINT64_C(1) << (depth % 64);
    scan->objects[depth / 64] = (scan->objects[depth / 64] & ~bit) | (object ? bit : 0);
}

#endif
