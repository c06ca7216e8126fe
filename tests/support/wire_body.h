/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MN_TEST_WIRE_BODY_H
#define MN_TEST_WIRE_BODY_H

#include "mullion/wire/extender_wire.h"

/* The body in one piece, whose length is checked; the caller frees it. */
char *wire_body_flat(const mn_wire_body *body) G_GNUC_WARN_UNUSED_RESULT;

#endif
