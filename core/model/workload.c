/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/model/workload.h"

#include "core/model/shapes.h"

static const mn_field rolling_update_fields[] = {
    MN_FIELD(mn_rolling_update, max_surge, "maxSurge", MN_FIELD_SCALAR),
    MN_FIELD(mn_rolling_update, max_unavailable, "maxUnavailable", MN_FIELD_SCALAR),
    MN_FIELD(mn_rolling_update, partition, "partition", MN_FIELD_INT32),
};
static const mn_shape rolling_update_shape =
    MN_SHAPE(mn_rolling_update, "RollingUpdate", rolling_update_fields);

static const mn_field strategy_fields[] = {
    MN_FIELD(mn_update_strategy, type, "type", MN_FIELD_STRING),
    MN_FIELD_OF(mn_update_strategy, rolling_update, "rollingUpdate", MN_FIELD_OBJECT,
                rolling_update_shape),
};
static const mn_shape strategy_shape =
    MN_SHAPE(mn_update_strategy, "update strategy", strategy_fields);

#define FIELD(member, name, kind)           MN_FIELD(mn_workload_spec, member, name, kind)
#define FIELD_OF(member, name, kind, shape) MN_FIELD_OF(mn_workload_spec, member, name, kind, shape)
#define TEMPLATE                                                                   \
    {                                                                              \
        .name = "template", .offset = offsetof(mn_workload_spec, template),        \
        .kind = MN_FIELD_OBJECT, .shape = &mn_pod_template_shape, .required = true \
    }

static const mn_field spec_fields[] = {
    FIELD(replicas, "replicas", MN_FIELD_INT32),
    FIELD_OF(selector, "selector", MN_FIELD_OBJECT_PTR, mn_label_selector_shape),
    TEMPLATE,
    FIELD_OF(strategy, "strategy", MN_FIELD_OBJECT, strategy_shape),
    FIELD_OF(update_strategy, "updateStrategy", MN_FIELD_OBJECT, strategy_shape),
    FIELD(min_ready_s, "minReadySeconds", MN_FIELD_INT32),
    FIELD(progress_deadline_s, "progressDeadlineSeconds", MN_FIELD_INT32),
    FIELD(pod_management_policy, "podManagementPolicy", MN_FIELD_STRING),
    FIELD(service_name, "serviceName", MN_FIELD_STRING),
    FIELD(parallelism, "parallelism", MN_FIELD_INT32),
    FIELD(completions, "completions", MN_FIELD_INT32),
    FIELD(backoff_limit, "backoffLimit", MN_FIELD_INT32),
    FIELD(active_deadline_s, "activeDeadlineSeconds", MN_FIELD_INT64),
    FIELD(completion_mode, "completionMode", MN_FIELD_STRING),
    FIELD(suspend, "suspend", MN_FIELD_BOOL),
};
static const mn_shape spec_shape = MN_SHAPE(mn_workload_spec, "spec", spec_fields);

static const mn_field controller_fields[] = {
    FIELD(replicas, "replicas", MN_FIELD_INT32),
    FIELD(selector_map, "selector", MN_FIELD_STRING_MAP),
    FIELD_OF(template, "template", MN_FIELD_OBJECT, mn_pod_template_shape),
    FIELD(min_ready_s, "minReadySeconds", MN_FIELD_INT32),
};
static const mn_shape controller_spec_shape =
    MN_SHAPE(mn_workload_spec, "ReplicationControllerSpec", controller_fields);

/* jobTemplate, and what a CronJob says beside it. */
typedef struct job_template {
    mn_meta meta;
    mn_workload_spec spec;
} job_template;

typedef struct cron_spec {
    const char *schedule, *concurrency_policy;
    bool suspend;
    job_template template;
} cron_spec;

static const mn_field job_template_fields[] = {
    MN_FIELD_OF(job_template, meta, "metadata", MN_FIELD_OBJECT, mn_meta_shape),
    {.name = "spec",
     .offset = offsetof(job_template, spec),
     .kind = MN_FIELD_OBJECT,
     .shape = &spec_shape,
     .required = true},
};
static const mn_shape job_template_shape =
    MN_SHAPE(job_template, "JobTemplateSpec", job_template_fields);

static const mn_field cron_spec_fields[] = {
    MN_FIELD(cron_spec, schedule, "schedule", MN_FIELD_STRING),
    MN_FIELD(cron_spec, concurrency_policy, "concurrencyPolicy", MN_FIELD_STRING),
    MN_FIELD(cron_spec, suspend, "suspend", MN_FIELD_BOOL),
    {.name = "jobTemplate",
     .offset = offsetof(cron_spec, template),
     .kind = MN_FIELD_OBJECT,
     .shape = &job_template_shape,
     .required = true},
};
static const mn_shape cron_spec_shape = MN_SHAPE(cron_spec, "CronJobSpec", cron_spec_fields);

static bool decode_plain(mn_arena *arena, const mn_at *at, mn_workload *out, GError **error)
{
    return mn_decode(arena, &spec_shape, at, &out->spec, error);
}

static bool decode_controller(mn_arena *arena, const mn_at *at, mn_workload *out, GError **error)
{
    return mn_decode(arena, &controller_spec_shape, at, &out->spec, error);
}

static bool decode_cron_job(mn_arena *arena, const mn_at *at, mn_workload *out, GError **error)
{
    cron_spec cron;
    if (!mn_decode(arena, &cron_spec_shape, at, &cron, error))
        return false;
    out->job_meta = cron.template.meta;
    out->spec = cron.template.spec;
    out->spec.schedule = cron.schedule;
    out->spec.concurrency_policy = cron.concurrency_policy;
    out->spec.suspend = cron.suspend;
    return true;
}

static const struct kind {
    const char *name;
    bool (*decode_spec)(mn_arena *arena, const mn_at *at, mn_workload *out, GError **error);
} kinds[] = {
    [MN_WORKLOAD_DEPLOYMENT] = {"Deployment", decode_plain},
    [MN_WORKLOAD_REPLICA_SET] = {"ReplicaSet", decode_plain},
    [MN_WORKLOAD_STATEFUL_SET] = {"StatefulSet", decode_plain},
    [MN_WORKLOAD_DAEMON_SET] = {"DaemonSet", decode_plain},
    [MN_WORKLOAD_JOB] = {"Job", decode_plain},
    [MN_WORKLOAD_CRON_JOB] = {"CronJob", decode_cron_job},
    [MN_WORKLOAD_REPLICATION_CONTROLLER] = {"ReplicationController", decode_controller},
};

const char *mn_workload_kind_name(mn_workload_kind kind)
{
    return kinds[kind].name;
}

bool mn_workload_fill(mn_arena *arena, mn_workload_kind kind, const mn_at *at, mn_workload *out,
                      GError **error)
{
    /* A Job may leave its name to the API server, as hooks of Helm charts do. */
    bool may_generate = kind == MN_WORKLOAD_JOB;
    mn_at metadata = mn_at_member(at, "metadata");
    mn_at spec = mn_at_member(at, "spec");
    if (!mn_at_is_there(&spec))
        return mn_at_error(at, MN_ERROR_SCHEMA, error, "required field \"spec\" is missing");
    *out = (mn_workload){.kind = kind};
    return mn_decode(arena, &mn_meta_shape, &metadata, &out->meta, error) &&
           mn_meta_check_name(at, &out->meta, may_generate, error) &&
           kinds[kind].decode_spec(arena, &spec, out, error);
}

const mn_workload *mn_workload_decode(mn_arena *arena, mn_workload_kind kind, const mn_at *at,
                                      GError **error)
{
    mn_workload *workload = MN_ARENA_NEW(arena, mn_workload, 1);
    return mn_workload_fill(arena, kind, at, workload, error) ? workload : NULL;
}

static void encode_cron_spec(mn_json_writer *json, const mn_workload *workload)
{
    const cron_spec cron = {
        .schedule = workload->spec.schedule,
        .concurrency_policy = workload->spec.concurrency_policy,
        .suspend = workload->spec.suspend,
        .template = {.meta = workload->job_meta, .spec = workload->spec},
    };
    mn_encode(json, &cron_spec_shape, &cron);
}

void mn_workload_encode(mn_json_writer *json, const mn_workload *workload)
{
    mn_json_begin_object(json);
    mn_json_key(json, "metadata");
    mn_encode(json, &mn_meta_shape, &workload->meta);
    mn_json_key(json, "spec");
    if (workload->kind == MN_WORKLOAD_CRON_JOB)
        encode_cron_spec(json, workload);
    else if (workload->kind == MN_WORKLOAD_REPLICATION_CONTROLLER)
        mn_encode(json, &controller_spec_shape, &workload->spec);
    else
        mn_encode(json, &spec_shape, &workload->spec);
    mn_json_end_object(json);
}
