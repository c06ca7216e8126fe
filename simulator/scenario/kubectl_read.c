/* SPDX-License-Identifier: Apache-2.0 */
/* What each verb makes of its operands and flags. Where kubectl itself would refuse the line, the
 * words are kubectl's. */
#include "simulator/scenario/duration.h"
#include "simulator/scenario/kubectl_parts.h"

#include <string.h>

/* ---- pairs behind the objects */

/* How many operands stand before the pairs, which are all of the rest; SIZE_MAX: it failed. */
static size_t split_pairs(const mn_line *line, bool (*is_pair)(const char *), const char *what)
{
    size_t objects = 0;
    while (objects < line->count && !is_pair(line->operands[objects].text))
        objects++;
    for (size_t i = objects; i < line->count; i++) {
        if (is_pair(line->operands[i].text))
            continue;
        mn_line_fail(line,
                     line->operands[i].offset,
                     MN_ERROR_SCHEMA,
                     "all resources must be specified before %s changes: %.60s",
                     what,
                     line->operands[i].text);
        return SIZE_MAX;
    }
    if (objects < line->count)
        return objects;
    mn_line_fail(line, line->end, MN_ERROR_SCHEMA, "at least one %s update is required", what);
    return SIZE_MAX;
}

static bool ends_with_dash(const char *text)
{
    return g_str_has_suffix(text, "-") && text[1] != '\0';
}

static bool is_pair(const char *text)
{
    return (strchr(text, '=') != NULL && *text != '=') || ends_with_dash(text);
}

static bool is_taint(const char *text)
{
    return strpbrk(text, "=:") != NULL || ends_with_dash(text);
}

/* ---- names and values that the API server takes */

static bool is_label_text(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bool inside = i > 0 && i + 1 < len;
        if (!g_ascii_isalnum(text[i]) && !(inside && strchr("-_.", text[i]) != NULL))
            return false;
    }
    return len <= 63;
}

static bool is_label_value(const char *text)
{
    return is_label_text(text, strlen(text));
}

/* "os", "kubernetes.io/os": a name, perhaps behind a domain. */
static bool is_qualified_name(const char *text)
{
    const char *slash = strchr(text, '/'), *name = slash == NULL ? text : slash + 1;
    if (*name == '\0' || !is_label_value(name))
        return false;
    for (const char *at = text; slash != NULL && at < slash; at++) {
        if (!g_ascii_islower(*at) && !g_ascii_isdigit(*at) && *at != '-' && *at != '.')
            return false;
    }
    return slash == NULL || (slash > text && slash - text <= 253);
}

static bool check_name(const mn_line *line, const mn_line_word *word, const char *name,
                       const char *what)
{
    return is_qualified_name(name) ||
           mn_line_fail(
               line,
               word->offset,
               MN_ERROR_SCHEMA,
               "invalid %s spec: %.80s, the name consists of letters, digits, '-', '_' or "
               "'.', begins and ends with a letter or digit, and may stand behind a domain "
               "and a slash",
               what,
               word->text);
}

static bool check_value(const mn_line *line, const mn_line_word *word, const char *value,
                        const char *what)
{
    return is_label_value(value) ||
           mn_line_fail(line,
                        word->offset,
                        MN_ERROR_SCHEMA,
                        "invalid %s value: \"%.80s\": up to 63 letters, digits, '-', '_' or '.', "
                        "that begin and end with a letter or digit",
                        what,
                        word->text);
}

/* ---- kinds that a verb is for */

#define K(id) (1U << MN_KIND_##id)
#define WORKLOADS                                                                       \
    (K(CRON_JOB) | K(DAEMON_SET) | K(DEPLOYMENT) | K(JOB) | K(REPLICATION_CONTROLLER) | \
     K(REPLICA_SET) | K(STATEFUL_SET))

/* A kind that the verb has nothing to do with. */
static bool check_kinds(const mn_line *line, const mn_targets *targets, uint32_t allowed)
{
    for (size_t i = 0; i < targets->count; i++) {
        if ((allowed >> targets->items[i].kind & 1) == 0)
            return mn_line_fail(line,
                                line->operands[0].offset,
                                MN_ERROR_SCHEMA,
                                "kubectl %s has no meaning for a %s",
                                mn_verb_words(line->verb),
                                mn_kind_name(targets->items[i].kind));
    }
    return true;
}

/* ---- label, annotate */

static bool read_pair(const mn_line *line, const mn_line_word *word, bool labels, mn_pair_edit *out)
{
    const char *what = labels ? "label" : "annotation", *equal = strchr(word->text, '=');
    size_t len = equal == NULL ? strlen(word->text) - 1 : (size_t)(equal - word->text);
    out->key = mn_arena_strndup(line->arena, word->text, len);
    out->value = equal == NULL ? NULL : equal + 1;
    if (!check_name(line, word, out->key, what))
        return false;
    return !labels || equal == NULL || check_value(line, word, equal + 1, what);
}

/* Setting and taking away what has one name. */
static bool check_pairs(const mn_line *line, size_t first, const mn_pair_edit *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(pairs[i].key, pairs[j].key) == 0)
                return mn_line_fail(line,
                                    line->operands[first + i].offset,
                                    MN_ERROR_SCHEMA,
                                    "\"%.60s\" comes twice in the same command",
                                    pairs[i].key);
        }
    }
    return true;
}

static bool read_pairs(const mn_line *line, mn_kubectl *out, bool labels)
{
    size_t objects = split_pairs(line, is_pair, labels ? "label" : "annotation");
    if (objects == SIZE_MAX || !mn_line_targets(line, 0, objects, &out->action.targets) ||
        !check_kinds(line, &out->action.targets, WORKLOADS | K(NAMESPACE) | K(NODE) | K(POD)))
        return false;
    size_t count = line->count - objects;
    mn_pair_edit *pairs = MN_ARENA_NEW(line->arena, mn_pair_edit, count);
    for (size_t i = 0; i < count; i++) {
        if (!read_pair(line, &line->operands[objects + i], labels, &pairs[i]))
            return false;
    }
    out->action.pairs = pairs;
    out->action.edits = count;
    out->action.overwrite = mn_line_has(line, MN_FLAG_OVERWRITE);
    return check_pairs(line, objects, pairs, count);
}

static bool read_label(const mn_line *line, mn_kubectl *out)
{
    return read_pairs(line, out, true);
}

static bool read_annotate(const mn_line *line, mn_kubectl *out)
{
    return read_pairs(line, out, false);
}

/* ---- taint */

static bool read_effect(const mn_line *line, const mn_line_word *word, const char *text, int *out)
{
    static const char *const names[] = {"NoSchedule", "PreferNoSchedule", "NoExecute"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(names[i], text) == 0) {
            *out = (int)i + 1; /* in the order of mn_taint_effect */
            return true;
        }
    }
    g_autofree char *hint = mn_line_hint(text, names, G_N_ELEMENTS(names));
    return mn_line_fail(line,
                        word->offset,
                        MN_ERROR_SCHEMA,
                        "invalid taint effect: %.60s, unsupported taint effect%s",
                        text,
                        hint);
}

/* key=value:Effect, key:Effect; with a dash behind it, or key-, to take it away. */
static bool read_taint(const mn_line *line, const mn_line_word *word, mn_taint_edit *out)
{
    g_autofree char *text = g_strdup(word->text);
    out->remove = g_str_has_suffix(text, "-");
    if (out->remove)
        text[strlen(text) - 1] = '\0';
    char *colon = strchr(text, ':');
    if (colon != NULL)
        *colon = '\0';
    char *equal = strchr(text, '=');
    /* Without an effect there is nothing but a name, and that only to take it away. */
    if (colon == NULL
            ? !out->remove || equal != NULL
            : strchr(colon + 1, ':') != NULL || (equal != NULL && strchr(equal + 1, '=') != NULL))
        return mn_line_fail(line,
                            word->offset,
                            MN_ERROR_SCHEMA,
                            "invalid taint spec: %.80s, expected key=value:Effect or key:Effect; "
                            "key:Effect- or key- take it away",
                            word->text);
    if (equal != NULL)
        *equal = '\0';
    if (!check_name(line, word, text, "taint") ||
        (equal != NULL && !check_value(line, word, equal + 1, "taint")))
        return false;
    out->taint.key = mn_arena_strdup(line->arena, text);
    out->taint.value = equal == NULL ? "" : mn_arena_strdup(line->arena, equal + 1);
    return colon == NULL || read_effect(line, word, colon + 1, &out->taint.effect);
}

static bool clash(const mn_taint_edit *a, const mn_taint_edit *b)
{
    return strcmp(a->taint.key, b->taint.key) == 0 &&
           (a->taint.effect == b->taint.effect || a->taint.effect == MN_EFFECT_ANY ||
            b->taint.effect == MN_EFFECT_ANY);
}

static bool check_taints(const mn_line *line, size_t first, const mn_taint_edit *taints,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (clash(&taints[i], &taints[j]) && !(taints[i].remove && taints[j].remove))
                return mn_line_fail(
                    line,
                    line->operands[first + i].offset,
                    MN_ERROR_SCHEMA,
                    taints[i].remove != taints[j].remove
                        ? "can not both modify and remove the following taint(s) in the same "
                          "command: %.60s"
                        : "duplicated taints with the same key and effect: %.60s",
                    taints[i].taint.key);
        }
    }
    return true;
}

static bool read_taints(const mn_line *line, mn_kubectl *out)
{
    size_t objects = split_pairs(line, is_taint, "taint");
    mn_kind kind;
    if (objects == SIZE_MAX)
        return false;
    if (objects == 0)
        return mn_line_fail(line,
                            line->operands[0].offset,
                            MN_ERROR_SCHEMA,
                            "one or more resources must be specified as <resource> <name>: kubectl "
                            "taint nodes NAME %.60s",
                            line->operands[0].text);
    if (!mn_line_kind(line, &line->operands[0], &kind))
        return false;
    if (kind != MN_KIND_NODE)
        return mn_line_fail(line,
                            line->operands[0].offset,
                            MN_ERROR_SCHEMA,
                            "invalid resource type %.60s, only node types are supported",
                            line->operands[0].text);
    if (!mn_line_nodes(line, 1, objects - 1, &out->action.targets))
        return false;
    size_t count = line->count - objects;
    mn_taint_edit *taints = MN_ARENA_NEW(line->arena, mn_taint_edit, count);
    for (size_t i = 0; i < count; i++) {
        if (!read_taint(line, &line->operands[objects + i], &taints[i]))
            return false;
    }
    out->action.taints = taints;
    out->action.edits = count;
    out->action.overwrite = mn_line_has(line, MN_FLAG_OVERWRITE);
    return check_taints(line, objects, taints, count);
}

/* ---- nodes */

static bool read_cordon(const mn_line *line, mn_kubectl *out)
{
    return mn_line_nodes(line, 0, line->count, &out->action.targets);
}

static bool read_drain(const mn_line *line, mn_kubectl *out)
{
    const mn_flag_value *timeout = &line->flags[MN_FLAG_TIMEOUT];
    const mn_flag_value *selector = &line->flags[MN_FLAG_POD_SELECTOR];
    mn_drain *drain = &out->action.drain;
    *drain = (mn_drain){
        .ignore_daemon_sets = mn_line_has(line, MN_FLAG_IGNORE_DAEMONSETS),
        .delete_empty_dir_data = mn_line_has(line, MN_FLAG_DELETE_EMPTYDIR_DATA),
        .force = mn_line_has(line, MN_FLAG_FORCE),
        .disable_eviction = mn_line_has(line, MN_FLAG_DISABLE_EVICTION),
    };
    if (timeout->set && !mn_duration_parse(timeout->text, &mn_duration_virtual, &drain->timeout_ms))
        return mn_line_fail(line,
                            timeout->offset,
                            MN_ERROR_SCHEMA,
                            "expected a duration such as 90s or 10m, found \"%.60s\"",
                            timeout->text);
    GError *cause = NULL;
    if (selector->set)
        drain->pod_selector = mn_label_query_parse(line->arena, selector->text, &cause);
    if (cause != NULL) {
        g_propagate_error(line->error, cause);
        *line->fault = selector->offset;
        return false;
    }
    return mn_line_number(line, MN_FLAG_GRACE_PERIOD, -1, &out->action.grace_period_s) &&
           read_cordon(line, out);
}

/* ---- workloads */

static bool read_scale(const mn_line *line, mn_kubectl *out)
{
    static const uint32_t scalable =
        K(DEPLOYMENT) | K(REPLICA_SET) | K(REPLICATION_CONTROLLER) | K(STATEFUL_SET);
    if (!line->flags[MN_FLAG_REPLICAS].set)
        return mn_line_fail(line,
                            line->end,
                            MN_ERROR_SCHEMA,
                            "the --replicas=COUNT flag is required, and COUNT must be greater than "
                            "or equal to 0");
    return mn_line_number(line, MN_FLAG_REPLICAS, 0, &out->action.replicas) &&
           mn_line_number(line, MN_FLAG_CURRENT_REPLICAS, -1, &out->action.current_replicas) &&
           mn_line_targets(line, 0, line->count, &out->action.targets) &&
           check_kinds(line, &out->action.targets, scalable);
}

static bool read_restart(const mn_line *line, mn_kubectl *out)
{
    static const uint32_t restartable = K(DAEMON_SET) | K(DEPLOYMENT) | K(STATEFUL_SET);
    return mn_line_targets(line, 0, line->count, &out->action.targets) &&
           check_kinds(line, &out->action.targets, restartable);
}

static bool is_image_pair(const char *text)
{
    return strchr(text, '=') != NULL;
}

static bool read_image(const mn_line *line, mn_kubectl *out)
{
    static const uint32_t with_containers = K(CRON_JOB) | K(DAEMON_SET) | K(DEPLOYMENT) |
                                            K(REPLICATION_CONTROLLER) | K(REPLICA_SET) |
                                            K(STATEFUL_SET);
    size_t objects = split_pairs(line, is_image_pair, "image");
    if (objects == SIZE_MAX || !mn_line_targets(line, 0, objects, &out->action.targets) ||
        !check_kinds(line, &out->action.targets, with_containers))
        return false;
    size_t count = line->count - objects;
    mn_image_edit *images = MN_ARENA_NEW(line->arena, mn_image_edit, count);
    for (size_t i = 0; i < count; i++) {
        const mn_line_word *word = &line->operands[objects + i];
        const char *equal = strchr(word->text, '=');
        if (equal == word->text || equal[1] == '\0')
            return mn_line_fail(line,
                                word->offset,
                                MN_ERROR_SCHEMA,
                                "expected CONTAINER=IMAGE, found \"%.60s\"",
                                word->text);
        images[i].container =
            mn_arena_strndup(line->arena, word->text, (size_t)(equal - word->text));
        images[i].image = equal + 1;
    }
    out->action.images = images;
    out->action.edits = count;
    return true;
}

/* ---- apply, create, delete */

static bool check_no_operands(const mn_line *line)
{
    return line->count == 0 ||
           mn_line_fail(line,
                        line->operands[0].offset,
                        MN_ERROR_SCHEMA,
                        "when paths are provided as resource input, you may not specify resource "
                        "arguments as well: \"%.60s\"",
                        line->operands[0].text);
}

static bool read_files(const mn_line *line, mn_kubectl *out)
{
    const mn_flag_value *flag = &line->flags[MN_FLAG_FILENAME];
    out->files = flag->all;
    /* Of objects in files, -n says which namespace they are in that do not say so. */
    out->action.targets.namespace_ =
        mn_line_has(line, MN_FLAG_NAMESPACE) ? line->flags[MN_FLAG_NAMESPACE].text : NULL;
    return check_no_operands(line);
}

static bool read_apply(const mn_line *line, mn_kubectl *out)
{
    if (!line->flags[MN_FLAG_FILENAME].set)
        return mn_line_fail(
            line, line->end, MN_ERROR_SCHEMA, "must specify one of -f and -k: -f FILE");
    return read_files(line, out);
}

/* "registry.example.com/shop/web:1.4" is called web. */
static char *name_of_image(const char *image)
{
    const char *slash = strrchr(image, '/');
    GString *name = g_string_new(NULL);
    for (const char *at = slash == NULL ? image : slash + 1;
         *at != '\0' && strchr(":@", *at) == NULL;
         at++)
        g_string_append_c(name, g_ascii_isalnum(*at) ? g_ascii_tolower(*at) : '-');
    return g_string_free(name, FALSE);
}

static void write_template(mn_json_writer *json, const mn_line *line, const char *name, bool job)
{
    const char *image = line->flags[MN_FLAG_IMAGE].text;
    g_autofree char *container = name_of_image(image);
    mn_json_key(json, "template");
    mn_json_begin_object(json);
    if (!job) {
        mn_json_key(json, "metadata");
        mn_json_begin_object(json);
        mn_json_key(json, "labels");
        mn_json_begin_object(json);
        mn_json_member_string(json, "app", name);
        mn_json_end_object(json);
        mn_json_end_object(json);
    }
    mn_json_key(json, "spec");
    mn_json_begin_object(json);
    if (job)
        mn_json_member_string(json, "restartPolicy", "Never");
    mn_json_key(json, "containers");
    mn_json_begin_array(json);
    mn_json_begin_object(json);
    mn_json_member_string(json, "name", job ? name : container);
    mn_json_member_string(json, "image", image);
    if (line->rest.count > 0) {
        mn_json_key(json, "command");
        mn_json_begin_array(json);
        for (size_t i = 0; i < line->rest.count; i++)
            mn_json_string(json, line->rest.items[i].text);
        mn_json_end_array(json);
    }
    mn_json_end_object(json);
    mn_json_end_array(json);
    mn_json_end_object(json);
    mn_json_end_object(json);
}

/* As kubectl makes it: the Deployment selects app=NAME, the Job's Pods are not started again. */
static void write_manifest(mn_json_writer *json, const mn_line *line, mn_kind kind,
                           const char *name, int64_t replicas)
{
    bool deployment = kind == MN_KIND_DEPLOYMENT;
    mn_json_begin_object(json);
    mn_json_member_string(json,
                          "apiVersion",
                          deployment            ? "apps/v1"
                          : kind == MN_KIND_JOB ? "batch/v1"
                                                : "v1");
    mn_json_member_string(json, "kind", mn_kind_name(kind));
    mn_json_key(json, "metadata");
    mn_json_begin_object(json);
    mn_json_member_string(json, "name", name);
    if (kind != MN_KIND_NAMESPACE && mn_line_has(line, MN_FLAG_NAMESPACE))
        mn_json_member_string(json, "namespace", line->flags[MN_FLAG_NAMESPACE].text);
    if (deployment) {
        mn_json_key(json, "labels");
        mn_json_begin_object(json);
        mn_json_member_string(json, "app", name);
        mn_json_end_object(json);
    }
    mn_json_end_object(json);
    if (kind != MN_KIND_NAMESPACE) {
        mn_json_key(json, "spec");
        mn_json_begin_object(json);
        if (deployment) {
            mn_json_member_int(json, "replicas", replicas);
            mn_json_key(json, "selector");
            mn_json_begin_object(json);
            mn_json_key(json, "matchLabels");
            mn_json_begin_object(json);
            mn_json_member_string(json, "app", name);
            mn_json_end_object(json);
            mn_json_end_object(json);
        }
        write_template(json, line, name, !deployment);
        mn_json_end_object(json);
    }
    mn_json_end_object(json);
}

static bool read_create(const mn_line *line, mn_kubectl *out)
{
    static const uint32_t creatable = K(DEPLOYMENT) | K(JOB) | K(NAMESPACE);
    int64_t replicas = 1;
    mn_kind kind;
    if (line->flags[MN_FLAG_FILENAME].set)
        return read_files(line, out);
    if (line->count == 0)
        return mn_line_fail(
            line, line->end, MN_ERROR_SCHEMA, "must specify one of -f and -k: -f FILE");
    if (!mn_line_kind(line, &line->operands[0], &kind))
        return false;
    if ((creatable >> kind & 1) == 0)
        return mn_line_fail(line,
                            line->operands[0].offset,
                            MN_ERROR_SCHEMA,
                            "a timeline creates deployments, jobs and namespaces by name; put the "
                            "%s into a file: kubectl create -f FILE",
                            mn_kind_name(kind));
    if (line->count != 2)
        return mn_line_fail(line,
                            line->count < 2 ? line->end : line->operands[2].offset,
                            MN_ERROR_SCHEMA,
                            "exactly one NAME is required, got %zu",
                            line->count - 1);
    if (kind != MN_KIND_NAMESPACE && !mn_line_has(line, MN_FLAG_IMAGE))
        return mn_line_fail(line, line->end, MN_ERROR_SCHEMA, "required flag(s) \"image\" not set");
    if (!mn_line_number(line, MN_FLAG_REPLICAS, 0, &replicas))
        return false;
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    write_manifest(&json, line, kind, line->operands[1].text, replicas);
    mn_str text = mn_json_writer_text(&json);
    out->manifest = mn_arena_strndup(line->arena, text.ptr, text.len);
    return true;
}

/* --now, --force and --grace-period are three ways to say one thing. */
static bool read_grace(const mn_line *line, mn_kubectl *out)
{
    const mn_flag_value *grace = &line->flags[MN_FLAG_GRACE_PERIOD];
    int64_t *seconds = &out->action.grace_period_s;
    bool now = mn_line_has(line, MN_FLAG_NOW), force = mn_line_has(line, MN_FLAG_FORCE);
    if (!mn_line_number(line, MN_FLAG_GRACE_PERIOD, -1, seconds))
        return false;
    if (now && grace->set)
        return mn_line_fail(line,
                            grace->offset,
                            MN_ERROR_SCHEMA,
                            "--now and --grace-period cannot be specified together");
    if (force && *seconds > 0)
        return mn_line_fail(
            line,
            grace->offset,
            MN_ERROR_SCHEMA,
            "--force and --grace-period greater than 0 cannot be specified together");
    if (force)
        *seconds = 0;
    else if (now || *seconds == 0)
        *seconds = 1; /* kubectl deletes at once only when it is forced */
    out->action.force = force;
    return true;
}

static bool check_cascade(const mn_line *line)
{
    static const char *const words[] = {"background", "foreground"};
    const mn_flag_value *flag = &line->flags[MN_FLAG_CASCADE];
    for (size_t i = 0; flag->set && i < G_N_ELEMENTS(words); i++) {
        if (strcmp(flag->text, words[i]) == 0)
            return true;
    }
    return !flag->set || mn_line_fail(line,
                                      flag->offset,
                                      MN_ERROR_SCHEMA,
                                      "invalid cascade value (%.60s). Must be \"background\" or "
                                      "\"foreground\"",
                                      flag->text);
}

static bool read_delete(const mn_line *line, mn_kubectl *out)
{
    out->action.ignore_not_found =
        mn_line_has(line, MN_FLAG_IGNORE_NOT_FOUND) || mn_line_has(line, MN_FLAG_ALL);
    if (!read_grace(line, out) || !check_cascade(line))
        return false;
    if (line->flags[MN_FLAG_FILENAME].set)
        return read_files(line, out);
    return mn_line_targets(line, 0, line->count, &out->action.targets);
}

/* ---- patch */

static bool read_patch(const mn_line *line, mn_kubectl *out)
{
    const mn_flag_value *type = &line->flags[MN_FLAG_TYPE];
    bool given = line->flags[MN_FLAG_PATCH].set, file = line->flags[MN_FLAG_PATCH_FILE].set;
    size_t i = 0;
    if (given == file)
        return mn_line_fail(line,
                            line->end,
                            MN_ERROR_SCHEMA,
                            given ? "cannot specify --patch and --patch-file together"
                                  : "must specify --patch or --patch-file containing the contents "
                                    "of the patch");
    while (type->set && mn_patch_type_names[i] != NULL &&
           strcmp(mn_patch_type_names[i], type->text) != 0)
        i++;
    if (mn_patch_type_names[i] == NULL)
        return mn_line_fail(line,
                            type->offset,
                            MN_ERROR_SCHEMA,
                            "--type must be one of [json merge strategic], not \"%.60s\"",
                            type->text);
    out->action.patch_type = (mn_patch_type)i;
    out->action.patch = line->flags[MN_FLAG_PATCH].text;
    out->patch_file = line->flags[MN_FLAG_PATCH_FILE].text;
    return mn_line_targets(line, 0, line->count, &out->action.targets) &&
           check_kinds(
               line, &out->action.targets, WORKLOADS | K(NODE) | K(POD) | K(RUNTIME_CLASS)) &&
           (out->action.targets.count == 1 ||
            mn_line_fail(line,
                         line->operands[0].offset,
                         MN_ERROR_SCHEMA,
                         "one object is patched at a time, found %zu",
                         out->action.targets.count));
}

/* In the order of the verbs' table. */
bool mn_line_read(const mn_line *line, mn_kubectl *out)
{
    static bool (*const readers[])(const mn_line *line, mn_kubectl *out) = {
        [MN_VERB_ANNOTATE] = read_annotate,
        [MN_VERB_APPLY] = read_apply,
        [MN_VERB_CORDON] = read_cordon,
        [MN_VERB_CREATE] = read_create,
        [MN_VERB_DELETE] = read_delete,
        [MN_VERB_DRAIN] = read_drain,
        [MN_VERB_LABEL] = read_label,
        [MN_VERB_PATCH] = read_patch,
        [MN_VERB_ROLLOUT_RESTART] = read_restart,
        [MN_VERB_SCALE] = read_scale,
        [MN_VERB_SET_IMAGE] = read_image,
        [MN_VERB_TAINT] = read_taints,
        [MN_VERB_UNCORDON] = read_cordon,
    };
    return readers[line->verb](line, out);
}
