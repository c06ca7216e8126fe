/* SPDX-License-Identifier: Apache-2.0 */
/* An API server's URL, and the extender's urlPrefix: an error, or something without a slash at its
 * end. */
#include "core/kube/access.h"
#include "mullion/httpd/router.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const mn_kube_access *access, const GError *error)
{
    g_assert((access == NULL) == (error != NULL));
    if (access == NULL)
        return;
    g_assert(g_ascii_strncasecmp(access->server, "http", 4) == 0 &&
             !g_str_has_suffix(access->server, "/"));
    (void)kube_url_is_loopback(access->server);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(mn_arena) arena = mn_arena_new();
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GError) error = NULL;
    const mn_kube_access *access = mn_kube_access_of_url(arena, text, &error);
    check(access, error);
    g_clear_error(&error);
    g_autofree char *prefix = mn_http_prefix_parse(text, &error);
    g_assert((prefix == NULL) == (error != NULL));
    g_assert(prefix == NULL || *prefix == '\0' ||
             (*prefix == '/' && !g_str_has_suffix(prefix, "/")));
    return 0;
}
