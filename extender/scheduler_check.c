/* SPDX-License-Identifier: Apache-2.0 */
/* A row a trap: a function that finds it, and what to say about it. */
#include "extender/listeners.h"
#include "extender/scheduler_config.h"
#include "mullion/base/error.h"
#include "mullion/sched/config.h"

#include <inttypes.h>
#include <string.h>

enum { LONG_TIMEOUT_MS = 1000, SHORT_TIMEOUT_MS = 50, ALL_NODES = 100 };

/* ---- finding */

static bool is_set(const char *text)
{
    return text != NULL && *text != '\0';
}

/* NULL when nothing can be called there. The scheme comes in lower case; the rest stays as it is
 * written, since Go takes bytes that are not UTF-8. */
static GUri *url_of(const mn_extender_config *extender)
{
    g_autoptr(GUri) url = g_uri_parse(extender->url_prefix, G_URI_FLAGS_ENCODED, NULL);
    const bool callable =
        url != NULL && is_set(g_uri_get_host(url)) &&
        (strcmp(g_uri_get_scheme(url), "http") == 0 || strcmp(g_uri_get_scheme(url), "https") == 0);
    return callable ? g_steal_pointer(&url) : NULL;
}

/* urlPrefix decides, whatever enableHTTPS says. */
static bool has_scheme(const mn_extender_config *extender, const char *scheme)
{
    g_autoptr(GUri) url = url_of(extender);
    return url != NULL && strcmp(g_uri_get_scheme(url), scheme) == 0;
}

/* kube-scheduler takes them off the end. */
static size_t without_slashes(const char *text)
{
    size_t len = strlen(text);
    while (len > 0 && text[len - 1] == '/')
        len--;
    return len;
}

static bool has_other_verb(const char *configured, const char *ours)
{
    return is_set(configured) && strcmp(configured, ours) != 0;
}

static bool whole_nodes(const mn_extender_config *extender)
{
    return !extender->node_cache_capable;
}

static bool filters_not(const mn_extender_config *extender)
{
    return !is_set(extender->filter_verb);
}

static bool preempts_not(const mn_extender_config *extender)
{
    return !is_set(extender->preempt_verb);
}

static bool binds(const mn_extender_config *extender)
{
    return is_set(extender->bind_verb);
}

static bool has_unknown_verbs(const mn_extender_config *extender)
{
    return has_other_verb(extender->filter_verb, "filter") ||
           has_other_verb(extender->prioritize_verb, "prioritize") ||
           has_other_verb(extender->preempt_verb, "preempt");
}

static bool has_ca(const mn_extender_config *extender)
{
    const mn_extender_tls *tls = extender->tls;
    return tls != NULL && (is_set(tls->ca_file) || is_set(tls->ca_data));
}

/* For want of a CA, kube-scheduler makes enableHTTPS insecure. */
static bool believes(const mn_extender_config *extender)
{
    return (extender->enable_https && !has_ca(extender)) ||
           (extender->tls != NULL && extender->tls->insecure);
}

static bool trusts_any_server(const mn_extender_config *extender)
{
    return has_scheme(extender, "https") && believes(extender);
}

static bool trusts_public_servers(const mn_extender_config *extender)
{
    return has_scheme(extender, "https") && !believes(extender) && !has_ca(extender);
}

static bool shows_no_certificate(const mn_extender_config *extender)
{
    const mn_extender_tls *tls = extender->tls;
    /* One without the other is as good as none to kube-scheduler. */
    return has_scheme(extender, "https") &&
           (tls == NULL || !(is_set(tls->cert_file) || is_set(tls->cert_data)) ||
            !(is_set(tls->key_file) || is_set(tls->key_data)));
}

static bool is_no_url(const mn_extender_config *extender)
{
    g_autoptr(GUri) url = url_of(extender);
    return url == NULL;
}

static bool goes_in_clear(const mn_extender_config *extender)
{
    g_autoptr(GUri) url = has_scheme(extender, "http") ? url_of(extender) : NULL;
    return url != NULL && g_ascii_strcasecmp(g_uri_get_host(url), "localhost") != 0 &&
           !ext_is_loopback(g_uri_get_host(url));
}

static bool says_https_of_http(const mn_extender_config *extender)
{
    return extender->enable_https && has_scheme(extender, "http");
}

static bool leaves_no_room_for_verbs(const mn_extender_config *extender)
{
    static const char *const verbs[] = {"/filter", "/prioritize", "/preempt"};
    g_autoptr(GUri) url = url_of(extender);
    if (url == NULL)
        return false;
    bool ends_in_verb = false;
    const size_t len = without_slashes(g_uri_get_path(url));
    g_autofree char *path = g_strndup(g_uri_get_path(url), len);
    for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++)
        ends_in_verb |= g_str_has_suffix(path, verbs[i]);
    return ends_in_verb || g_uri_get_query(url) != NULL || g_uri_get_fragment(url) != NULL;
}

static bool waits_long(const mn_extender_config *extender)
{
    return extender->http_timeout_ms > LONG_TIMEOUT_MS;
}

static bool waits_briefly(const mn_extender_config *extender)
{
    return extender->http_timeout_ms < SHORT_TIMEOUT_MS;
}

static bool fails_open(const mn_extender_config *extender)
{
    return extender->ignorable;
}

static bool fails_closed(const mn_extender_config *extender)
{
    return !extender->ignorable;
}

static bool sees_some_pods(const mn_extender_config *extender)
{
    return extender->managed_resources.count > 0;
}

static bool is_same_place(const mn_extender_config *a, const mn_extender_config *b)
{
    const size_t len = without_slashes(a->url_prefix);
    return len == without_slashes(b->url_prefix) && strncmp(a->url_prefix, b->url_prefix, len) == 0;
}

static bool is_special(const mn_extender_config *extender)
{
    return binds(extender) || sees_some_pods(extender);
}

/* Extenders that bind or are about some resource are common, and other people's. Where none is
 * left that could be ours, one of them must be. */
static bool is_anothers(const mn_extender_configs *all, size_t number)
{
    const mn_extender_config *extender = &all->items[number];
    bool could_be_ours = false;
    if (!is_special(extender))
        return false;
    for (size_t i = 0; i < all->count; i++) {
        if (is_special(&all->items[i]))
            continue;
        if (is_same_place(extender, &all->items[i]))
            return false;
        could_be_ours = true;
    }
    return could_be_ours;
}

static bool asks_again(const mn_extender_configs *all, size_t number)
{
    bool again = false;
    for (size_t i = 0; i < number && !again; i++)
        again = is_same_place(&all->items[i], &all->items[number]);
    return again && !is_anothers(all, number);
}

/* A plugin adds up to 100 times its weight, an extender ten times its own for each of 10 points.
 * VolumeBinding, the one that is not modelled, scores with StorageCapacityScoring only (off). */
static int64_t weight_to_decide(const mn_extender_config *extender, const mn_profile *profile)
{
    const mn_plugin_list *plugins = &profile->points[MN_POINT_SCORE];
    int64_t sum = 0;
    for (size_t i = 0; i < plugins->count; i++)
        sum += plugins->items[i]->unmodelled ? 0 : profile->weights[plugins->items[i]->index];
    return is_set(extender->prioritize_verb) && extender->weight.value <= sum ? sum + 1 : 0;
}

static bool samples(const mn_scheduler_config *config)
{
    for (size_t i = 0; i < config->profiles.count; i++)
        if (config->profiles.items[i].percentage_of_nodes_to_score != ALL_NODES)
            return true;
    return false;
}

static bool asks_the_pods_own_api_server(const mn_scheduler_config *config)
{
    return !is_set(config->kubeconfig);
}

static bool has_no_extender(const mn_scheduler_config *config)
{
    return config->extenders.count == 0;
}

static bool has_extenders(const mn_scheduler_config *config)
{
    return config->extenders.count > 0;
}

/* ---- the table */

typedef enum severity { ERROR, WARNING, NOTE } severity;

typedef struct trap {
    const char *code;
    severity severity;
    /* One of these. */
    bool (*of_extender)(const mn_extender_config *extender); /* that could be ours */
    bool (*of_entry)(const mn_extender_configs *all, size_t number);
    /* 0, or the least number that will do. */
    int64_t (*of_profile)(const mn_extender_config *extender, const mn_profile *profile);
    bool (*of_file)(const mn_scheduler_config *config);
    const char *says;
} trap;

static const trap traps[] = {
#define TRAP(code_, severity_, kind_, find_, says_) \
    {.code = (code_), .severity = (severity_), .kind_ = (find_), .says = (says_)},
#include "extender/traps.def"
#undef TRAP
};

static const char *const severity_names[] = {"error", "warning", "note"};

typedef struct checking {
    GString *out;
    size_t found, documents;
} checking;

static void tell(checking *to, const char *where, const trap *row)
{
    g_string_append_printf(
        to->out, "%s: %s %s: %s\n", where, row->code, severity_names[row->severity], row->says);
    to->found += row->severity == NOTE ? 0 : 1;
}

static void check_profiles(checking *to, const char *where, const trap *row,
                           const mn_extender_config *extender, const mn_profiles *profiles)
{
    for (size_t i = 0; i < profiles->count; i++) {
        const int64_t wanted = row->of_profile(extender, &profiles->items[i]);
        if (wanted == 0)
            continue;
        g_autofree char *place = g_strdup_printf("%s, profile \"%s\", wants %" PRId64 " or more",
                                                 where,
                                                 profiles->items[i].scheduler_name,
                                                 wanted);
        tell(to, place, row);
    }
}

static void check_extender(checking *to, const char *file, const mn_scheduler_config *config,
                           size_t number)
{
    const mn_extender_configs *all = &config->extenders;
    const mn_extender_config *extender = &all->items[number];
    const bool ours = !is_anothers(all, number);
    g_autofree char *where =
        g_strdup_printf("%s: extenders[%zu] (%s)", file, number, extender->url_prefix);
    for (size_t i = 0; i < G_N_ELEMENTS(traps); i++) {
        if ((ours && traps[i].of_extender != NULL && traps[i].of_extender(extender)) ||
            (traps[i].of_entry != NULL && traps[i].of_entry(all, number)))
            tell(to, where, &traps[i]);
        if (ours && traps[i].of_profile != NULL)
            check_profiles(to, where, &traps[i], extender, &config->profiles);
    }
}

static bool check_document(const mn_document *document, gpointer data, GError **error)
{
    checking *to = data;
    const mn_at root = mn_at_root(document);
    const char *file = document->source->name;
    g_autoptr(mn_arena) arena = mn_arena_new();
    const mn_scheduler_config *config = mn_scheduler_config_decode(arena, &root, error);
    if (config == NULL)
        return false;
    to->documents++;
    for (size_t i = 0; i < config->extenders.count; i++)
        check_extender(to, file, config, i);
    for (size_t i = 0; i < G_N_ELEMENTS(traps); i++)
        if (traps[i].of_file != NULL && traps[i].of_file(config))
            tell(to, file, &traps[i]);
    return true;
}

bool ext_scheduler_check(const mn_source *source, GString *out, size_t *found, GError **error)
{
    static const mn_document_limits limits = {
        .bytes = EXT_SCHEDULER_BYTES_MAX, .depth = 64, .values = 100000, .documents = 1};
    checking to = {.out = out};
    if (!mn_document_each(source, &limits, check_document, &to, error))
        return false;
    if (to.documents == 0) {
        g_set_error(error,
                    MN_ERROR,
                    MN_ERROR_SCHEMA,
                    "%s: expected a KubeSchedulerConfiguration, found nothing",
                    source->name);
        return false;
    }
    *found = to.found;
    return true;
}

char *ext_scheduler_print_docs(void)
{
    g_autoptr(GString) out = g_string_new("| code | | what |\n|---|---|---|\n");
    for (size_t i = 0; i < G_N_ELEMENTS(traps); i++)
        g_string_append_printf(out,
                               "| %s | %s | %s |\n",
                               traps[i].code,
                               severity_names[traps[i].severity],
                               traps[i].says);
    return g_string_free(g_steal_pointer(&out), FALSE);
}
