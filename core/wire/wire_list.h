/* SPDX-License-Identifier: Apache-2.0 */
/* What decoding a body takes, and putting one together. Private. */
#ifndef MN_WIRE_LIST_H
#define MN_WIRE_LIST_H

#include "mullion/text/json_scan.h"
#include "mullion/text/json_write.h"
#include "mullion/wire/extender_wire.h"

/* What a body is decoded with. Errors that are no faults of the scan go to `error` and
 * stop the scan too. */
typedef struct wire_decode {
    mn_scan scan;
    mn_arena *arena;
    const mn_wire_limits *limits;
    GError **error;
    bool failed; /* *error is set */
} wire_decode;

/* What becomes of one member of a body, whose value is at the cursor; bits that say what it was. */
typedef unsigned (*wire_read_member)(wire_decode *decode, mn_scan_string key, void *into);

/* A body that is an object: each of its members, none twice. The bits of them all. */
unsigned wire_read_body(wire_decode *decode, mn_str body, wire_read_member read, void *into);

/* The same for an answer, as Go reads one: `null` is an object without members, and of two
 * members of a name the last one counts. */
void wire_read_answer(wire_decode *decode, mn_str body, wire_read_member read, void *into);

/* The string at the cursor, decoded; {NULL, 0} after a fault. */
mn_str wire_take_text(wire_decode *decode, size_t max_bytes);
mn_str wire_text_of(wire_decode *decode, mn_scan_string string, size_t max_bytes);

/* As Go reads an int64: no fraction, no exponent. 0 after a fault. */
int64_t wire_take_integer(wire_decode *decode);

/* What was written, copied to the arena. */
mn_str wire_keep(mn_arena *arena, const mn_json_writer *json);
/* An empty array; a NodeList of none. They give the place in the text where the items belong. */
size_t wire_write_list(mn_json_writer *json);
size_t wire_write_node_list(mn_json_writer *json);
/* A body that is this text alone. */
void wire_single_span(mn_arena *arena, mn_str text, mn_wire_body *out);

/* One more is within limits->nodes; else a LIMIT error. */
bool wire_has_room(wire_decode *decode, size_t count);

/* Sets *error, once, and stops the scan. */
void wire_fail(wire_decode *decode, mn_error code, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* No fault, neither the scan's nor ours, and for wire_finish() nothing behind the value.
 * `what` stands before the message. */
bool wire_check(wire_decode *decode, const char *what);
bool wire_finish(wire_decode *decode, const char *what);

#endif
