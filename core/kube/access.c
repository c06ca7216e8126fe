/* SPDX-License-Identifier: Apache-2.0 */
#include "core/kube/access.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static bool refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static bool refuse(GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, MN_ERROR, MN_ERROR_SCHEMA, "%s", message);
    return false;
}

/* Behind "https://"; NULL for another scheme. */
static const char *host_of(const char *url)
{
    static const char *const schemes[] = {"https://", "http://"};
    for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++)
        if (g_ascii_strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
            return url + strlen(schemes[i]);
    return NULL;
}

bool kube_url_is_loopback(const char *url)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    const char *host = host_of(url);
    for (size_t i = 0; host != NULL && i < G_N_ELEMENTS(names); i++) {
        const size_t len = strlen(names[i]);
        if (g_ascii_strncasecmp(host, names[i], len) == 0 && strchr(":/", host[len]) != NULL)
            return true;
    }
    return false;
}

/* The URL is shown only when nothing in it can be a secret. */
static bool check_url(mn_arena *arena, mn_kube_access *access, GError **error)
{
    const char *host = host_of(access->server);
    if (strchr(access->server, '@') != NULL)
        return refuse(error, "a URL with a user in it: put user and password elsewhere");
    if (strpbrk(access->server, "?#") != NULL)
        return refuse(error, "a URL with a query or a fragment (not shown here): leave it out");
    if (host == NULL || *host == '\0' || strpbrk(access->server, " \t\r\n") != NULL)
        return refuse(error,
                      "expected a URL such as \"https://10.0.0.1:6443\", found \"%s\"",
                      access->server);
    size_t len = strlen(access->server);
    while (access->server[len - 1] == '/')
        len--;
    access->server = mn_arena_strndup(arena, access->server, len);
    return true;
}

bool kube_access_check(mn_arena *arena, mn_kube_access *access, GError **error)
{
    const bool has_ca = access->ca_file != NULL || access->ca.ptr != NULL;
    const bool has_cert = access->cert_file != NULL || access->cert.ptr != NULL;
    const bool has_key = access->key_file != NULL || access->key.ptr != NULL;
    const bool has_secret =
        access->token != NULL || access->token_file != NULL || access->password != NULL;
    if (!check_url(arena, access, error))
        return false;
    if (access->insecure && has_ca)
        return refuse(error,
                      "insecure-skip-tls-verify and a certificate authority: a CA that is not "
                      "looked at; drop one of them");
    if (access->token != NULL && strpbrk(access->token, "\r\n") != NULL)
        return refuse(error, "a token of more than one line (not shown here): take the end off");
    if (has_cert != has_key)
        return refuse(error, "a client certificate without a key, or a key without a certificate");
    if (has_secret && access->user != NULL && (access->token != NULL || access->token_file != NULL))
        return refuse(error, "a token and a user name: drop one of them");
    if (has_secret && g_ascii_strncasecmp(access->server, "http:", 5) == 0 &&
        !kube_url_is_loopback(access->server))
        return refuse(error,
                      "a token or password for \"%s\" would go over the network in the clear: "
                      "use https",
                      access->server);
    return true;
}

const mn_kube_access *mn_kube_access_of_url(mn_arena *arena, const char *url, GError **error)
{
    mn_kube_access *access = MN_ARENA_NEW(arena, mn_kube_access, 1);
    access->server = mn_arena_strdup(arena, url);
    if (!kube_access_check(arena, access, error))
        return NULL;
    access->from = access->server;
    return access;
}

const mn_kube_access *mn_kube_access_in_cluster(mn_arena *arena, const char *host, const char *port,
                                                const char *folder, GError **error)
{
    mn_kube_access *access = MN_ARENA_NEW(arena, mn_kube_access, 1);
    if (host == NULL || *host == '\0' || port == NULL || *port == '\0') {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_IO,
                    "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: not in a "
                    "Pod? outside of one use a kubeconfig");
        return NULL;
    }
    const bool is_v6 = strchr(host, ':') != NULL;
    access->server =
        mn_arena_printf(arena, is_v6 ? "https://[%s]:%s" : "https://%s:%s", host, port);
    access->ca_file = mn_arena_printf(arena, "%s/ca.crt", folder);
    access->token_file = mn_arena_printf(arena, "%s/token", folder);
    access->from = mn_arena_printf(arena, "the ServiceAccount of this Pod at %s", access->server);
    const char *const files[] = {access->ca_file, access->token_file};
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        if (g_file_test(files[i], G_FILE_TEST_IS_REGULAR))
            continue;
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_IO,
                    "%s is not there: does the Pod have automountServiceAccountToken: false?",
                    files[i]);
        return NULL;
    }
    return kube_access_check(arena, access, error) ? access : NULL;
}

bool mn_kube_access_is_readable(const mn_kube_access *whom, GError **error)
{
    const char *const files[] = {whom->ca_file, whom->cert_file, whom->key_file, whom->token_file};
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        if (files[i] == NULL || access(files[i], R_OK) == 0)
            continue;
        g_set_error(error, MN_ERROR, MN_ERROR_IO, "%s: %s", files[i], g_strerror(errno));
        return false;
    }
    return true;
}
