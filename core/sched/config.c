/* SPDX-License-Identifier: Apache-2.0 */
/* The file around the profiles. What concerns how the real process runs (leader
 * election, most of the client connection, ...) is accepted and says nothing here. */
#include "mullion/sched/config.h"

#include "core/sched/plugin_sets.h"
#include "mullion/text/duration.h"

#include <inttypes.h>
#include <string.h>

/* ------------------------------------------------------------------ extenders */

static const mn_field managed_fields[] = {
    {.name = "name",
     .offset = offsetof(mn_managed_resource, name),
     .kind = MN_FIELD_STRING,
     .required = true},
    MN_FIELD(mn_managed_resource, ignored_by_scheduler, "ignoredByScheduler", MN_FIELD_BOOL),
};
static const mn_shape managed_shape = {
    .name = "ExtenderManagedResource",
    .size = sizeof(mn_managed_resource),
    .fields = managed_fields,
    .count = G_N_ELEMENTS(managed_fields),
    .strict = true,
};

static const mn_field tls_fields[] = {
    MN_FIELD(mn_extender_tls, insecure, "insecure", MN_FIELD_BOOL),
    MN_FIELD(mn_extender_tls, server_name, "serverName", MN_FIELD_STRING),
    MN_FIELD(mn_extender_tls, cert_file, "certFile", MN_FIELD_STRING),
    MN_FIELD(mn_extender_tls, key_file, "keyFile", MN_FIELD_STRING),
    MN_FIELD(mn_extender_tls, ca_file, "caFile", MN_FIELD_STRING),
    MN_FIELD(mn_extender_tls, cert_data, "certData", MN_FIELD_STRING),
    MN_FIELD(mn_extender_tls, key_data, "keyData", MN_FIELD_STRING),
    MN_FIELD(mn_extender_tls, ca_data, "caData", MN_FIELD_STRING),
};
static const mn_shape tls_shape = {
    .name = "ExtenderTLSConfig",
    .size = sizeof(mn_extender_tls),
    .fields = tls_fields,
    .count = G_N_ELEMENTS(tls_fields),
    .strict = true,
};

static bool decode_duration(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    (void)arena;
    const char *text = NULL;
    int64_t *ms = out;
    if (!mn_read_string(at, &text, error))
        return false;
    if (!mn_duration_parse(text, &mn_duration_go, ms))
        return mn_at_expected(at, "a duration such as \"5s\" or \"250ms\"", error);
    return true;
}

/* kube-scheduler takes extended resources only, each once. */
static bool check_managed(const mn_at *at, const mn_managed_resources *managed, GError **error)
{
    const mn_at list = mn_at_member(at, "managedResources");
    for (size_t i = 0; i < managed->count; i++) {
        const char *name = managed->items[i].name;
        const mn_at element = mn_at_element(&list, i);
        if (strchr(name, '/') == NULL || strstr(name, "kubernetes.io/") != NULL ||
            g_str_has_prefix(name, "requests."))
            return mn_at_error(&element,
                               MN_ERROR_SCHEMA,
                               error,
                               "expected an extended resource such as example.com/gpu, found "
                               "\"%s\"",
                               name);
        for (size_t j = 0; j < i; j++)
            if (strcmp(managed->items[j].name, name) == 0)
                return mn_at_error(
                    &element, MN_ERROR_SCHEMA, error, "\"%s\" is listed twice", name);
    }
    return true;
}

static bool check_extender(mn_arena *arena, const mn_at *at, void *out, GError **error)
{
    enum { DEFAULT_TIMEOUT_MS = 5000 };
    (void)arena;
    mn_extender_config *extender = out;
    if (extender->http_timeout_ms == 0)
        extender->http_timeout_ms = DEFAULT_TIMEOUT_MS;
    if (extender->prioritize_verb != NULL && *extender->prioritize_verb != '\0' &&
        extender->weight.value <= 0)
        return mn_at_error(
            at, MN_ERROR_SCHEMA, error, "weight: expected 1 or more beside a prioritizeVerb");
    return check_managed(at, &extender->managed_resources, error);
}

static const mn_field extender_fields[] = {
    {.name = "urlPrefix",
     .offset = offsetof(mn_extender_config, url_prefix),
     .kind = MN_FIELD_STRING,
     .required = true},
    MN_FIELD(mn_extender_config, filter_verb, "filterVerb", MN_FIELD_STRING),
    MN_FIELD(mn_extender_config, prioritize_verb, "prioritizeVerb", MN_FIELD_STRING),
    MN_FIELD(mn_extender_config, preempt_verb, "preemptVerb", MN_FIELD_STRING),
    MN_FIELD(mn_extender_config, bind_verb, "bindVerb", MN_FIELD_STRING),
    MN_FIELD(mn_extender_config, weight, "weight", MN_FIELD_INT64),
    MN_FIELD(mn_extender_config, enable_https, "enableHTTPS", MN_FIELD_BOOL),
    MN_FIELD(mn_extender_config, node_cache_capable, "nodeCacheCapable", MN_FIELD_BOOL),
    MN_FIELD(mn_extender_config, ignorable, "ignorable", MN_FIELD_BOOL),
    MN_FIELD_BY(mn_extender_config, http_timeout_ms, "httpTimeout", decode_duration),
    MN_FIELD_OF(mn_extender_config, tls, "tlsConfig", MN_FIELD_OBJECT_PTR, tls_shape),
    MN_FIELD_OF(mn_extender_config, managed_resources, "managedResources", MN_FIELD_LIST,
                managed_shape),
};
static const mn_shape extender_shape = {
    .name = "Extender",
    .size = sizeof(mn_extender_config),
    .fields = extender_fields,
    .count = G_N_ELEMENTS(extender_fields),
    .strict = true,
    .check = check_extender,
};

/* ------------------------------------------------------------------ profiles */

/* Absent pluginConfig still gives every plugin its defaults. */
static bool configure_all(mn_arena *arena, const mn_at *at, mn_profile *profile, GError **error)
{
    size_t plugins;
    const mn_plugin *const *table = mn_plugins(&plugins);
    bool seen[MN_PLUGINS_MAX] = {false};
    for (size_t i = 0; i < mn_at_count(at); i++) {
        const mn_at element = mn_at_element(at, i);
        const mn_at name = mn_at_member(&element, "name"), args = mn_at_member(&element, "args");
        const mn_plugin *plugin = NULL;
        if (!mn_plugin_read(&name, &plugin, error))
            return false;
        if (plugin == NULL)
            continue;
        if (seen[plugin->index])
            return mn_at_error(
                &name, MN_ERROR_SCHEMA, error, "\"%s\" is configured twice", plugin->name);
        seen[plugin->index] = true;
        if (plugin->configure == NULL)
            continue;
        profile->args[plugin->index] =
            plugin->configure(arena, mn_at_is_there(&args) ? &args : NULL, error);
        if (profile->args[plugin->index] == NULL)
            return false;
    }
    for (size_t i = 0; i < plugins; i++) {
        if (table[i]->configure != NULL && profile->args[i] == NULL)
            profile->args[i] = table[i]->configure(arena, NULL, NULL);
    }
    return true;
}

struct raw_profile {
    const char *scheduler_name;
    mn_opt_int percentage;
    bool has_plugins, has_plugin_config;
};

static const mn_field profile_fields[] = {
    MN_FIELD(struct raw_profile, scheduler_name, "schedulerName", MN_FIELD_STRING),
    MN_FIELD(struct raw_profile, percentage, "percentageOfNodesToScore", MN_FIELD_INT32),
    MN_FIELD(struct raw_profile, has_plugins, "plugins", MN_FIELD_PRESENT),
    MN_FIELD(struct raw_profile, has_plugin_config, "pluginConfig", MN_FIELD_PRESENT),
};
static const mn_shape profile_shape = {
    .name = "KubeSchedulerProfile",
    .size = sizeof(struct raw_profile),
    .fields = profile_fields,
    .count = G_N_ELEMENTS(profile_fields),
    .strict = true,
};

static bool check_percentage(const mn_at *at, mn_opt_int percentage, GError **error)
{
    const mn_at place = mn_at_member(at, "percentageOfNodesToScore");
    if (percentage.set && (percentage.value < 0 || percentage.value > 100))
        return mn_at_error(
            &place, MN_ERROR_SCHEMA, error, "expected 0 to 100, found %" PRId64, percentage.value);
    return true;
}

/* The profile's own percentage wins over the file's. */
static bool read_profile(mn_arena *arena, const mn_at *at, mn_opt_int percentage,
                         mn_profile *profile, GError **error)
{
    struct raw_profile raw;
    if (!mn_decode(arena, &profile_shape, at, &raw, error) ||
        !check_percentage(at, raw.percentage, error))
        return false;
    const mn_at plugins = mn_at_member(at, "plugins"), args = mn_at_member(at, "pluginConfig");
    if (mn_at_is_there(&args) && !mn_read_is_array(&args, error))
        return false;
    const mn_opt_int chosen = raw.percentage.set ? raw.percentage : percentage;
    profile->scheduler_name = raw.scheduler_name == NULL ? "default-scheduler" : raw.scheduler_name;
    profile->percentage_of_nodes_to_score = (int32_t)(chosen.set ? chosen.value : 0);
    profile->percentage_is_set = chosen.set;
    return mn_plugin_sets_read(&plugins, profile, error) &&
           configure_all(arena, &args, profile, error);
}

/* ------------------------------------------------------------------ the file */

struct connection {
    const char *kubeconfig;
};

static const mn_field connection_fields[] = {
    MN_FIELD(struct connection, kubeconfig, "kubeconfig", MN_FIELD_STRING),
};
static const mn_shape connection_shape =
    MN_SHAPE(struct connection, "ClientConnectionConfiguration", connection_fields);

struct header {
    const char *api_version, *kind; /* NULL when absent */
};

static const mn_field header_fields[] = {
    MN_FIELD(struct header, api_version, "apiVersion", MN_FIELD_STRING),
    MN_FIELD(struct header, kind, "kind", MN_FIELD_STRING),
};
static const mn_shape header_shape =
    MN_SHAPE(struct header, "KubeSchedulerConfiguration", header_fields);

struct file {
    struct header header;
    struct connection connection;
    mn_opt_int percentage, initial_backoff, max_backoff, parallelism;
    mn_extender_configs extenders;
    bool present; /* of what is accepted and means nothing here */
};

#define PASSED_OVER(name) MN_FIELD(struct file, present, name, MN_FIELD_PRESENT)

static const mn_field file_fields[] = {
    {.name = "apiVersion",
     .offset = offsetof(struct file, header.api_version),
     .kind = MN_FIELD_STRING,
     .required = true},
    {.name = "kind",
     .offset = offsetof(struct file, header.kind),
     .kind = MN_FIELD_STRING,
     .required = true},
    MN_FIELD(struct file, percentage, "percentageOfNodesToScore", MN_FIELD_INT32),
    MN_FIELD(struct file, initial_backoff, "podInitialBackoffSeconds", MN_FIELD_INT64),
    MN_FIELD(struct file, max_backoff, "podMaxBackoffSeconds", MN_FIELD_INT64),
    MN_FIELD_OF(struct file, extenders, "extenders", MN_FIELD_LIST, extender_shape),
    PASSED_OVER("profiles"),
    MN_FIELD(struct file, parallelism, "parallelism", MN_FIELD_INT32),
    PASSED_OVER("leaderElection"),
    MN_FIELD_OF(struct file, connection, "clientConnection", MN_FIELD_OBJECT, connection_shape),
    PASSED_OVER("enableProfiling"),
    PASSED_OVER("enableContentionProfiling"),
    PASSED_OVER("delayCacheUntilActive"),
};
static const mn_shape file_shape = {
    .name = "KubeSchedulerConfiguration",
    .size = sizeof(struct file),
    .fields = file_fields,
    .count = G_N_ELEMENTS(file_fields),
    .strict = true,
};

/* Before the fields, which are unknown when the kind is another. */
static bool check_kind(mn_arena *arena, const mn_at *at, GError **error)
{
    struct header header;
    const mn_at version = mn_at_member(at, "apiVersion"), kind = mn_at_member(at, "kind");
    if (!mn_decode(arena, &header_shape, at, &header, error))
        return false;
    if (header.kind != NULL && strcmp(header.kind, "KubeSchedulerConfiguration") != 0)
        return mn_at_expected(&kind, "\"KubeSchedulerConfiguration\"", error);
    if (header.api_version != NULL &&
        strcmp(header.api_version, "kubescheduler.config.k8s.io/v1") != 0)
        return mn_at_expected(&version, "\"kubescheduler.config.k8s.io/v1\"", error);
    return true;
}

static bool check_numbers(const mn_at *at, const struct file *file, GError **error)
{
    const mn_at parallelism = mn_at_member(at, "parallelism");
    if (file->parallelism.set && file->parallelism.value < 1)
        return mn_at_error(&parallelism,
                           MN_ERROR_SCHEMA,
                           error,
                           "expected 1 or more, found %" PRId64,
                           file->parallelism.value);
    return check_percentage(at, file->percentage, error);
}

static bool read_backoff(const mn_at *at, const struct file *file, mn_scheduler_config *out,
                         GError **error)
{
    enum { INITIAL_S = 1, MOST_S = 10, LIMIT_S = 1000000000 };
    const mn_at initial_at = mn_at_member(at, "podInitialBackoffSeconds");
    const mn_at most_at = mn_at_member(at, "podMaxBackoffSeconds");
    const int64_t initial = file->initial_backoff.set ? file->initial_backoff.value : INITIAL_S;
    const int64_t most = file->max_backoff.set ? file->max_backoff.value : MOST_S;
    if (initial < 1 || initial > LIMIT_S)
        return mn_at_error(
            &initial_at, MN_ERROR_SCHEMA, error, "expected 1 or more, found %" PRId64, initial);
    if (most < initial || most > LIMIT_S)
        return mn_at_error(mn_at_is_there(&most_at) ? &most_at : &initial_at,
                           MN_ERROR_SCHEMA,
                           error,
                           "expected podMaxBackoffSeconds (%" PRId64
                           ") not to be less than podInitialBackoffSeconds (%" PRId64 ")",
                           most,
                           initial);
    out->initial_backoff_ms = initial * 1000;
    out->max_backoff_ms = most * 1000;
    return true;
}

static bool check_names(const mn_at *at, const mn_profiles *profiles, GError **error)
{
    for (size_t i = 0; i < profiles->count; i++) {
        for (size_t j = 0; j < i; j++) {
            const char *name = profiles->items[i].scheduler_name;
            if (strcmp(name, profiles->items[j].scheduler_name) != 0)
                continue;
            const mn_at place = mn_at_element(at, i);
            return mn_at_error(&place, MN_ERROR_SCHEMA, error, "a second profile \"%s\"", name);
        }
    }
    return true;
}

static bool read_profiles(mn_arena *arena, const mn_at *at, const struct file *file,
                          mn_profiles *out, GError **error)
{
    enum { MAX_PROFILES = 64 };
    if (mn_at_is_there(at) && !mn_read_is_array(at, error))
        return false;
    const size_t count = mn_at_count(at);
    if (count > MAX_PROFILES)
        return mn_at_error(
            at, MN_ERROR_LIMIT, error, "at most %d profiles, found %zu", MAX_PROFILES, count);
    mn_profile *profiles = MN_ARENA_NEW(arena, mn_profile, MAX(count, 1));
    if (count == 0) {
        profiles[0] = *mn_profile_default(arena);
        profiles[0].percentage_of_nodes_to_score = (int32_t)file->percentage.value;
        profiles[0].percentage_is_set = file->percentage.set;
    }
    for (size_t i = 0; i < count; i++) {
        const mn_at element = mn_at_element(at, i);
        const mn_at name = mn_at_member(&element, "schedulerName");
        if (!read_profile(arena, &element, file->percentage, &profiles[i], error))
            return false;
        if (count > 1 && !mn_at_is_there(&name))
            return mn_at_error(&element,
                               MN_ERROR_SCHEMA,
                               error,
                               "required field \"schedulerName\" is missing: only a profile that "
                               "is the only one has a default");
    }
    *out = (mn_profiles){.items = profiles, .count = MAX(count, 1)};
    return check_names(at, out, error);
}

const mn_scheduler_config *mn_scheduler_config_decode(mn_arena *arena, const mn_at *at,
                                                      GError **error)
{
    struct file file;
    if (!check_kind(arena, at, error) || !mn_decode(arena, &file_shape, at, &file, error) ||
        !check_numbers(at, &file, error))
        return NULL;
    mn_scheduler_config *config = MN_ARENA_NEW(arena, mn_scheduler_config, 1);
    const mn_at profiles = mn_at_member(at, "profiles");
    config->extenders = file.extenders;
    config->kubeconfig = file.connection.kubeconfig;
    if (!read_backoff(at, &file, config, error) ||
        !read_profiles(arena, &profiles, &file, &config->profiles, error))
        return NULL;
    return config;
}
