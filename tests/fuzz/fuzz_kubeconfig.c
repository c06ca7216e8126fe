/* SPDX-License-Identifier: Apache-2.0 */
/* Any kubeconfig either gives an access that a client can be made of, or an error that keeps the
 * token to itself. */
#include "mullion/kube/access.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char secret[] = "5EC2E7-t0ken";
    const mn_source source = {.name = "kc", .bytes = (const char *)data, .len = size};
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autoptr(GError) error = NULL;
    const mn_kube_access *access = mn_kubeconfig_load(arena, &source, NULL, &error);
    if ((access == NULL) != (error != NULL))
        abort();
    if (access != NULL && (access->server == NULL || access->from == NULL))
        abort();
    /* Where the token stands as a value and nowhere else. */
    const char *first =
        size == 0 ? NULL : g_strstr_len((const char *)data, (gssize)size, "token: ");
    if (error == NULL || first == NULL)
        return 0;
    const char *value = first + strlen("token: ");
    const size_t left = (size_t)((const char *)data + size - value), len = sizeof secret - 1;
    if (left < len || memcmp(value, secret, len) != 0)
        return 0;
    const bool twice = g_strstr_len(value + len, (gssize)(left - len), secret) != NULL ||
                       g_strstr_len((const char *)data, value - (const char *)data, secret) != NULL;
    if (!twice && strstr(error->message, secret) != NULL)
        abort();
    return 0;
}
