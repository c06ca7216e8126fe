/* SPDX-License-Identifier: Apache-2.0 */
/* kubeconfig: shapes for what is used, and a word on what is not.
 *
 * Fields that hold a secret are read by a decoder of their own: the general one quotes what it
 * found. jansson quotes too ("near '...'"), so that part of its complaints is left out.
 */
#include "core/kube/access.h"
#include "mullion/text/decode.h"
#include "mullion/text/document.h"

#include <string.h>

static const mn_document_limits limits = {
    .bytes = 4 << 20, .depth = 64, .values = 100000, .documents = 2};

typedef struct cluster {
    const char *server, *ca_file, *server_name, *proxy_url;
    mn_str ca;
    bool insecure;
} cluster;

typedef struct user {
    const char *cert_file, *key_file, *token_file, *token, *name, *password, *as;
    mn_str cert, key;
    bool has_exec, has_provider, acts_in_groups;
} user;

typedef struct context {
    const char *cluster, *user;
} context;

typedef struct named_cluster {
    const char *name;
    cluster cluster;
} named_cluster;

typedef struct named_user {
    const char *name;
    user user;
} named_user;

typedef struct named_context {
    const char *name;
    context context;
} named_context;

typedef struct config {
    struct {
        const named_cluster *items;
        size_t count;
    } clusters;
    struct {
        const named_user *items;
        size_t count;
    } users;
    struct {
        const named_context *items;
        size_t count;
    } contexts;
    const char *current;
} config;

/* ---- fields */

static bool read_secret(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    const char *text = NULL;
    if (!mn_read_string(at, &text, NULL))
        return mn_at_error(at, MN_ERROR_SCHEMA, error, "expected a string (not shown here)");
    *(const char **)out = mn_arena_strdup(arena, text);
    return true;
}

static bool is_base64(const char *text)
{
    const size_t letters = strspn(text,
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789+/\r\n\t ");
    return text[letters + strspn(text + letters, "=\r\n\t ")] == '\0';
}

static bool read_data(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    const char *text = NULL;
    gsize len = 0;
    if (!mn_read_string(at, &text, NULL))
        return mn_at_error(at, MN_ERROR_SCHEMA, error, "expected a string (not shown here)");
    if (text == NULL || *text == '\0')
        return true;
    g_autofree guchar *bytes = is_base64(text) ? g_base64_decode(text, &len) : NULL;
    if (bytes == NULL || g_strstr_len((const char *)bytes, (gssize)len, "-----BEGIN ") == NULL)
        return mn_at_error(at,
                           MN_ERROR_SCHEMA,
                           error,
                           "expected base64 of PEM (-----BEGIN ...), found other data");
    *(mn_str *)out = (mn_str){.ptr = mn_arena_strndup(arena, (const char *)bytes, len), .len = len};
    return true;
}

static const mn_field cluster_fields[] = {
    MN_FIELD(cluster, server, "server", MN_FIELD_STRING),
    MN_FIELD(cluster, ca_file, "certificate-authority", MN_FIELD_STRING),
    MN_FIELD_BY(cluster, ca, "certificate-authority-data", read_data),
    MN_FIELD(cluster, server_name, "tls-server-name", MN_FIELD_STRING),
    MN_FIELD(cluster, insecure, "insecure-skip-tls-verify", MN_FIELD_BOOL),
    MN_FIELD_BY(cluster, proxy_url, "proxy-url", read_secret),
};
static const mn_shape cluster_shape = MN_SHAPE(cluster, "Cluster", cluster_fields);

static const mn_field user_fields[] = {
    MN_FIELD(user, cert_file, "client-certificate", MN_FIELD_STRING),
    MN_FIELD_BY(user, cert, "client-certificate-data", read_data),
    MN_FIELD(user, key_file, "client-key", MN_FIELD_STRING),
    MN_FIELD_BY(user, key, "client-key-data", read_data),
    MN_FIELD(user, token_file, "tokenFile", MN_FIELD_STRING),
    MN_FIELD_BY(user, token, "token", read_secret),
    MN_FIELD_BY(user, name, "username", read_secret),
    MN_FIELD_BY(user, password, "password", read_secret),
    MN_FIELD_BY(user, as, "as", read_secret),
    MN_FIELD(user, acts_in_groups, "as-groups", MN_FIELD_PRESENT),
    MN_FIELD(user, has_exec, "exec", MN_FIELD_PRESENT),
    MN_FIELD(user, has_provider, "auth-provider", MN_FIELD_PRESENT),
};
static const mn_shape user_shape = MN_SHAPE(user, "AuthInfo", user_fields);

static const mn_field context_fields[] = {
    MN_FIELD(context, cluster, "cluster", MN_FIELD_STRING),
    MN_FIELD(context, user, "user", MN_FIELD_STRING),
};
static const mn_shape context_shape = MN_SHAPE(context, "Context", context_fields);

static const mn_field named_cluster_fields[] = {
    MN_FIELD(named_cluster, name, "name", MN_FIELD_STRING),
    MN_FIELD_OF(named_cluster, cluster, "cluster", MN_FIELD_OBJECT, cluster_shape),
};
static const mn_shape named_cluster_shape =
    MN_SHAPE(named_cluster, "NamedCluster", named_cluster_fields);

static const mn_field named_user_fields[] = {
    MN_FIELD(named_user, name, "name", MN_FIELD_STRING),
    MN_FIELD_OF(named_user, user, "user", MN_FIELD_OBJECT, user_shape),
};
static const mn_shape named_user_shape = MN_SHAPE(named_user, "NamedAuthInfo", named_user_fields);

static const mn_field named_context_fields[] = {
    MN_FIELD(named_context, name, "name", MN_FIELD_STRING),
    MN_FIELD_OF(named_context, context, "context", MN_FIELD_OBJECT, context_shape),
};
static const mn_shape named_context_shape =
    MN_SHAPE(named_context, "NamedContext", named_context_fields);

static const mn_field config_fields[] = {
    MN_FIELD_OF(config, clusters, "clusters", MN_FIELD_LIST, named_cluster_shape),
    MN_FIELD_OF(config, users, "users", MN_FIELD_LIST, named_user_shape),
    MN_FIELD_OF(config, contexts, "contexts", MN_FIELD_LIST, named_context_shape),
    MN_FIELD(config, current, "current-context", MN_FIELD_STRING),
};
static const mn_shape config_shape = MN_SHAPE(config, "Config", config_fields);

/* ---- names */

/* The entry called `name` among those of `size` bytes each, which begin with their name. */
static const void *find_named(const void *items, size_t count, size_t size, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        const char *const *entry =
            (const char *const *)(const void *)((const char *)items + i * size);
        if (g_strcmp0(*entry, name) == 0)
            return entry;
    }
    return NULL;
}

static char *names_of(const config *all)
{
    enum { SHOWN = 8 };
    g_autoptr(GString) text = g_string_new(NULL);
    for (size_t i = 0; i < MIN(all->contexts.count, SHOWN); i++)
        g_string_append_printf(text, "%s%s", i == 0 ? "" : ", ", all->contexts.items[i].name);
    if (all->contexts.count > SHOWN)
        g_string_append(text, ", ...");
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static bool refuse(const mn_source *source, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
static bool refuse(const mn_source *source, GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, MN_ERROR, MN_ERROR_UNKNOWN, "%s: %s", source->name, message);
    return false;
}

static const context *choose_context(const mn_source *source, const config *all, const char **name,
                                     GError **error)
{
    if (*name == NULL || **name == '\0')
        *name = all->current;
    if (*name == NULL || **name == '\0') {
        g_autofree char *known = names_of(all);
        refuse(source, error, "no current-context: choose a context (there are: %s)", known);
        return NULL;
    }
    const named_context *found =
        find_named(all->contexts.items, all->contexts.count, sizeof *all->contexts.items, *name);
    if (found != NULL)
        return &found->context;
    g_autofree char *known = names_of(all);
    refuse(source, error, "no context \"%s\" (there are: %s)", *name, known);
    return NULL;
}

/* ---- what is not supported */

#define USE_INSTEAD                                                                             \
    "use a client certificate, a token or tokenFile instead, for instance of a ServiceAccount " \
    "(kubectl create token NAME)"

static bool is_supported(const mn_source *source, const char *name, const user *who,
                         const cluster *where, GError **error)
{
    if (who->has_exec)
        return refuse(
            source,
            error,
            "user \"%s\" logs in by a plugin (exec), and no programs are run here: " USE_INSTEAD,
            name);
    if (who->has_provider)
        return refuse(
            source,
            error,
            "user \"%s\" logs in by an auth-provider, which is not supported: " USE_INSTEAD,
            name);
    if ((who->as != NULL && *who->as != '\0') || who->acts_in_groups)
        return refuse(
            source,
            error,
            "user \"%s\" acts as somebody else (as), which is not supported: " USE_INSTEAD,
            name);
    if (where->proxy_url != NULL && *where->proxy_url != '\0')
        return refuse(source,
                      error,
                      "the cluster of user \"%s\" is behind a proxy-url, which is not supported: "
                      "use an address that can be reached directly",
                      name);
    return true;
}

/* ---- together */

static const char *given(const char *text)
{
    return text != NULL && *text != '\0' ? text : NULL;
}

/* As kubectl has it: beside the file that names it. */
static const char *beside(mn_arena *arena, const mn_source *source, const char *path)
{
    if (given(path) == NULL || path[0] == '/')
        return given(path);
    g_autofree char *folder = g_path_get_dirname(source->name);
    return mn_arena_printf(arena, "%s/%s", folder, path);
}

static mn_kube_access *combine(mn_arena *arena, const mn_source *source, const cluster *where,
                               const user *who)
{
    mn_kube_access *access = MN_ARENA_NEW(arena, mn_kube_access, 1);
    *access = (mn_kube_access){
        .server = where->server,
        .server_name = given(where->server_name),
        .insecure = where->insecure,
        .ca = where->ca,
        .ca_file = where->ca.ptr != NULL ? NULL : beside(arena, source, where->ca_file),
        .cert = who->cert,
        .cert_file = who->cert.ptr != NULL ? NULL : beside(arena, source, who->cert_file),
        .key = who->key,
        .key_file = who->key.ptr != NULL ? NULL : beside(arena, source, who->key_file),
        .token_file = beside(arena, source, who->token_file),
        .token = given(who->token_file) != NULL ? NULL : given(who->token),
        .user = given(who->name),
        .password = given(who->password),
    };
    return access;
}

static mn_kube_access *choose(mn_arena *arena, const mn_source *source, const config *all,
                              const char *name, GError **error)
{
    const context *chosen = choose_context(source, all, &name, error);
    if (chosen == NULL)
        return NULL;
    const named_cluster *where = find_named(
        all->clusters.items, all->clusters.count, sizeof *all->clusters.items, chosen->cluster);
    const named_user *who =
        find_named(all->users.items, all->users.count, sizeof *all->users.items, chosen->user);
    static const user nobody = {.name = NULL};
    const char *who_name = given(chosen->user) == NULL ? "" : chosen->user;
    if (where == NULL || given(where->cluster.server) == NULL) {
        refuse(source,
               error,
               "context \"%s\" names the cluster \"%s\", of which %s",
               name,
               chosen->cluster == NULL ? "" : chosen->cluster,
               where == NULL ? "nothing is said" : "the server is not said");
        return NULL;
    }
    if (who == NULL && *who_name != '\0') {
        refuse(source,
               error,
               "context \"%s\" names the user \"%s\", of whom nothing is said",
               name,
               who_name);
        return NULL;
    }
    const user *as_whom = who == NULL ? &nobody : &who->user;
    if (!is_supported(source, who_name, as_whom, &where->cluster, error))
        return NULL;
    mn_kube_access *access = combine(arena, source, &where->cluster, as_whom);
    access->from = mn_arena_printf(arena, "context \"%s\" of %s", name, source->name);
    return access;
}

typedef struct loading {
    mn_arena *arena;
    config config;
    size_t documents;
} loading;

static bool take_document(const mn_document *document, gpointer data, GError **error)
{
    loading *into = data;
    const mn_at root = mn_at_root(document);
    if (into->documents++ > 0)
        return mn_at_error(&root, MN_ERROR_SCHEMA, error, "a second document: expected one");
    return mn_decode(into->arena, &config_shape, &root, &into->config, error);
}

/* "... expected near 'eyJhbGciOi'": what stands there may be a secret. */
static void take_quotes_out(GError **error)
{
    if (error == NULL || *error == NULL)
        return;
    char *near = strstr((*error)->message, " near '");
    if (near != NULL)
        *near = '\0';
}

const mn_kube_access *mn_kubeconfig_load(mn_arena *arena, const mn_source *source,
                                         const char *context_name, GError **error)
{
    loading into = {.arena = arena};
    if (!mn_document_each(source, &limits, take_document, &into, error)) {
        take_quotes_out(error);
        return NULL;
    }
    if (into.documents == 0) {
        refuse(source, error, "empty: expected a kubeconfig");
        return NULL;
    }
    mn_kube_access *access = choose(arena, source, &into.config, context_name, error);
    if (access == NULL)
        return NULL;
    if (!kube_access_check(arena, access, error)) {
        g_prefix_error(error, "%s: ", access->from);
        return NULL;
    }
    return access;
}
