/* SPDX-License-Identifier: Apache-2.0 */
/* g_autoptr(json_t), defined once. */
#ifndef MN_JSON_REF_H
#define MN_JSON_REF_H

#include <glib.h>
#include <jansson.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_t, json_decref)

#endif
