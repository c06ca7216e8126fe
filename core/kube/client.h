/* SPDX-License-Identifier: Apache-2.0 */
/* mn_kube_access as libcurl wants it. Private. */
#ifndef MN_KUBE_CLIENT_H
#define MN_KUBE_CLIENT_H

#include "mullion/kube/access.h"

#include <curl/curl.h>

typedef struct kube_client kube_client;

/* `access` is borrowed. Errors: IO, SCHEMA. */
kube_client *kube_client_new(const mn_kube_access *access, const char *user_agent, GError **error);
void kube_client_free(kube_client *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(kube_client, kube_client_free)

/* Makes `curl` ask for this path, as the one that `access` is. The token file is read anew.
 * *headers is to be freed after the exchange. Errors: IO. */
bool kube_client_prepare(const kube_client *client, CURL *curl, const char *path,
                         struct curl_slist **headers, GError **error);

#endif
