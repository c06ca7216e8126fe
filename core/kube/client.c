/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl on GnuTLS takes certificates from files alone. What came as data is held in memory under
 * a name in /proc: a key never reaches a disk, and a read-only root is no obstacle.
 *
 * Proxies that the environment names are not used: an API server is reached directly.
 */
#define _GNU_SOURCE /* NOLINT(*): memfd_create() */

#include "core/kube/client.h"

#include "mullion/base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { TOKEN_MAX = 65536, KEEPALIVE_IDLE_S = 30, KEEPALIVE_EVERY_S = 10 };

/* PEM of the access, as a file. */
typedef struct held_file {
    int fd; /* -1: none */
    char *path;
} held_file;

struct kube_client {
    const mn_kube_access *access;
    char *user_agent;
    char *base;             /* of the URL */
    char *host_header;      /* where server_name stands in the URL for the real one; or NULL */
    struct curl_slist *way; /* and how to get there all the same */
    held_file ca, cert, key;
};

/* ---- files */

static bool write_all(int fd, mn_str bytes)
{
    while (bytes.len > 0) {
        const ssize_t written = write(fd, bytes.ptr, bytes.len);
        if (written < 0)
            return false;
        bytes.ptr += written;
        bytes.len -= (size_t)written;
    }
    return true;
}

static bool hold(held_file *file, mn_str pem, GError **error)
{
    file->fd = -1;
    if (pem.ptr == NULL)
        return true;
    file->fd = memfd_create("mullion", MFD_CLOEXEC);
    if (file->fd < 0 || !write_all(file->fd, pem)) {
        g_set_error(
            error, MN_ERROR, MN_ERROR_IO, "cannot hold a certificate: %s", g_strerror(errno));
        return false;
    }
    file->path = g_strdup_printf("/proc/self/fd/%d", file->fd);
    return true;
}

static void let_go(held_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    g_free(file->path);
}

/* The token without the line's end; NULL with *error set. */
static char *read_token(const char *path, GError **error)
{
    char buffer[TOKEN_MAX];
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t len = fd < 0 ? -1 : read(fd, buffer, sizeof buffer - 1);
    const int why = errno;
    if (fd >= 0)
        close(fd);
    if (len < 0) {
        g_set_error(error, MN_ERROR, MN_ERROR_IO, "%s: %s", path, g_strerror(why));
        return NULL;
    }
    buffer[len] = '\0';
    g_strstrip(buffer);
    const bool usable = *buffer != '\0' && strpbrk(buffer, "\r\n") == NULL;
    char *token = usable ? g_strdup(buffer) : NULL;
    explicit_bzero(buffer, sizeof buffer);
    if (!usable)
        g_set_error(error, MN_ERROR, MN_ERROR_SCHEMA, "%s: expected a token on one line", path);
    return token;
}

/* ---- the server */

static char *url_part(const char *url, CURLUPart part)
{
    char *text = NULL;
    CURLU *parsed = curl_url();
    const bool found = curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
                       curl_url_get(parsed, part, &text, CURLU_DEFAULT_PORT) == CURLUE_OK;
    char *copy = found ? g_strdup(text) : NULL;
    curl_free(text);
    curl_url_cleanup(parsed);
    return copy;
}

/* The certificate is asked for and verified under another name: that becomes the URL's, with
 * the way there and the Host header left as they were. */
static void take_detour(kube_client *client, const char *host, const char *port)
{
    const char *name = client->access->server_name;
    g_autofree char *path = url_part(client->base, CURLUPART_PATH);
    g_autofree char *way = g_strdup_printf("%s:%s:%s:%s", name, port, host, port);
    client->way = curl_slist_append(NULL, way);
    client->host_header = g_strdup_printf("Host: %s:%s", host, port);
    g_free(client->base);
    client->base = g_strdup_printf(
        "https://%s:%s%s", name, port, path == NULL || strcmp(path, "/") == 0 ? "" : path);
}

static bool find_server(kube_client *client, GError **error)
{
    client->base = g_strdup(client->access->server);
    g_autofree char *host = url_part(client->base, CURLUPART_HOST);
    g_autofree char *port = url_part(client->base, CURLUPART_PORT);
    if (host == NULL || port == NULL) {
        g_set_error(error, MN_ERROR, MN_ERROR_SCHEMA, "\"%s\" is no URL", client->base);
        return false;
    }
    if (client->access->server_name != NULL && g_str_has_prefix(client->base, "https:"))
        take_detour(client, host, port);
    return true;
}

/* ---- the client */

kube_client *kube_client_new(const mn_kube_access *access, const char *user_agent, GError **error)
{
    g_autoptr(kube_client) client = g_new0(kube_client, 1);
    client->access = access;
    client->user_agent = g_strdup(user_agent);
    client->ca.fd = client->cert.fd = client->key.fd = -1;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        g_set_error(error, MN_ERROR, MN_ERROR_IO, "libcurl cannot be initialised");
        return NULL;
    }
    if (!mn_kube_access_is_readable(access, error) || !find_server(client, error) ||
        !hold(&client->ca, access->ca, error) || !hold(&client->cert, access->cert, error) ||
        !hold(&client->key, access->key, error))
        return NULL;
    return g_steal_pointer(&client);
}

void kube_client_free(kube_client *client)
{
    if (client == NULL)
        return;
    curl_slist_free_all(client->way);
    let_go(&client->ca);
    let_go(&client->cert);
    let_go(&client->key);
    g_free(client->user_agent);
    g_free(client->base);
    g_free(client->host_header);
    g_free(client);
    curl_global_cleanup();
}

static void set_tls(const kube_client *client, CURL *curl)
{
    const mn_kube_access *access = client->access;
    const struct {
        CURLoption option;
        const char *held, *named;
    } files[] = {
        {CURLOPT_CAINFO, client->ca.path, access->ca_file},
        {CURLOPT_SSLCERT, client->cert.path, access->cert_file},
        {CURLOPT_SSLKEY, client->key.path, access->key_file},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        const char *path = files[i].held != NULL ? files[i].held : files[i].named;
        if (path != NULL)
            curl_easy_setopt(curl, files[i].option, path);
    }
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, access->insecure ? 0L : 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, access->insecure ? 0L : 2L);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
#if LIBCURL_VERSION_NUM >= 0x075700
    curl_easy_setopt(curl, CURLOPT_CA_CACHE_TIMEOUT, 0L); /* a renewed CA counts at once */
#endif
}

static bool set_token(const kube_client *client, struct curl_slist **headers, GError **error)
{
    const mn_kube_access *access = client->access;
    g_autofree char *read = NULL;
    if (access->token_file != NULL && (read = read_token(access->token_file, error)) == NULL)
        return false;
    const char *token = read != NULL ? read : access->token;
    if (token == NULL)
        return true;
    g_autofree char *header = g_strdup_printf("Authorization: Bearer %s", token);
    *headers = curl_slist_append(*headers, header);
    return true;
}

static void set_fixed(const kube_client *client, CURL *curl)
{
    curl_easy_setopt(curl, CURLOPT_USERAGENT, client->user_agent);
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPIDLE, (long)KEEPALIVE_IDLE_S);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPINTVL, (long)KEEPALIVE_EVERY_S);
#if LIBCURL_VERSION_NUM >= 0x075700
    curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L); /* does not wait for a name to be resolved */
#endif
}

bool kube_client_prepare(const kube_client *client, CURL *curl, const char *path,
                         struct curl_slist **headers, GError **error)
{
    const mn_kube_access *access = client->access;
    g_autofree char *url = g_strconcat(client->base, path, NULL);
    *headers = curl_slist_append(NULL, "Accept: application/json");
    if (client->host_header != NULL)
        *headers = curl_slist_append(*headers, client->host_header);
    if (!set_token(client, headers, error))
        return false;
    set_fixed(client, curl);
    set_tls(client, curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, *headers);
    curl_easy_setopt(curl, CURLOPT_CONNECT_TO, client->way);
    if (access->user != NULL) {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(curl, CURLOPT_USERNAME, access->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, access->password == NULL ? "" : access->password);
    }
    return true;
}
