/* SPDX-License-Identifier: Apache-2.0 */
/* KubeSchedulerConfiguration, kubescheduler.config.k8s.io/v1, as the real file is
 * written: profiles, enabled and disabled plugins, weights, arguments, extenders.
 * https://kubernetes.io/docs/reference/config-api/kube-scheduler-config.v1/
 */
#ifndef MN_SCHED_CONFIG_H
#define MN_SCHED_CONFIG_H

#include "mullion/sched/profile.h"
#include "mullion/text/decode.h"

typedef struct mn_managed_resource {
    const char *name;
    bool ignored_by_scheduler;
} mn_managed_resource;

typedef struct mn_managed_resources {
    const mn_managed_resource *items;
    size_t count;
} mn_managed_resources;

typedef struct mn_extender_tls {
    const char *server_name, *cert_file, *key_file, *ca_file, *cert_data, *key_data, *ca_data;
    bool insecure;
} mn_extender_tls;

/* One of `extenders`: what a caller of HTTP extenders needs to know. */
typedef struct mn_extender_config {
    const char *url_prefix;
    const char *filter_verb, *prioritize_verb, *preempt_verb, *bind_verb; /* NULL: not asked */
    mn_opt_int weight;
    int64_t http_timeout_ms; /* 5,000 where the file says nothing */
    bool enable_https, node_cache_capable, ignorable;
    const mn_extender_tls *tls;
    mn_managed_resources managed_resources;
} mn_extender_config;

typedef struct mn_extender_configs {
    const mn_extender_config *items;
    size_t count;
} mn_extender_configs;

typedef struct mn_scheduler_config {
    mn_profiles profiles; /* at least one; their `extenders` are for the caller to fill */
    mn_extender_configs extenders;
    const char *kubeconfig;                     /* of clientConnection; NULL: the file names none */
    int64_t initial_backoff_ms, max_backoff_ms; /* 1,000 and 10,000 where the file says nothing */
} mn_scheduler_config;

/* Everything lives in the arena. Errors name the place: unknown fields, unknown plugins
 * (with the nearest known name), arguments that make no sense. */
const mn_scheduler_config *mn_scheduler_config_decode(mn_arena *arena, const mn_at *at,
                                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
