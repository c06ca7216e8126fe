/* SPDX-License-Identifier: Apache-2.0 */
/* What every way to an API server is held to. Private. */
#ifndef MN_KUBE_ACCESS_H
#define MN_KUBE_ACCESS_H

#include "mullion/kube/access.h"

/* Takes slashes off the end of the server's URL, and complains of what no client can be made of:
 * SCHEMA, without a place. */
bool kube_access_check(mn_arena *arena, mn_kube_access *access, GError **error);

/* "127.0.0.1", "[::1]" or "localhost" stands for the host of the URL. */
bool kube_url_is_loopback(const char *url);

#endif
