/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/audit/patch.h"

#include "simulator/reports/layout.h"
#include "simulator/reports/yaml_print.h"

#include <string.h>

enum { DEPTH = 16 };

/* ---- the edits of one object; of several for one place the first counts */

static bool same_place(const mn_edit *a, const mn_edit *b)
{
    if (a->kind != b->kind || g_strcmp0(a->key, b->key) != 0)
        return false;
    return (a->kind != MN_EDIT_TOLERATE && a->kind != MN_EDIT_UNTOLERATE) || a->index == b->index;
}

static bool is_new(const GArray *edits, const mn_edit *edit)
{
    for (guint i = 0; i < edits->len; i++) {
        if (same_place(&g_array_index(edits, mn_edit, i), edit))
            return false;
    }
    return true;
}

static GArray *edits_of(const mn_finding *findings, size_t count)
{
    GArray *edits = g_array_new(FALSE, FALSE, sizeof(mn_edit));
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; findings[i].ignored == NULL && j < findings[i].edit_count; j++) {
            if (is_new(edits, &findings[i].edits[j]))
                g_array_append_val(edits, findings[i].edits[j]);
        }
    }
    return edits;
}

static const mn_edit *find(const GArray *edits, mn_edit_kind kind)
{
    for (guint i = 0; i < edits->len; i++) {
        const mn_edit *edit = &g_array_index(edits, mn_edit, i);
        if (edit->kind == kind)
            return edit;
    }
    return NULL;
}

/* ---- parts of a patch */

static void write_or_null(mn_json_writer *json, const char *text)
{
    if (text == NULL)
        mn_json_null(json);
    else
        mn_json_string(json, text);
}

/* "nodeSelector": {...} of all edits of that kind. */
static void write_map(mn_json_writer *json, const char *name, const GArray *edits,
                      mn_edit_kind kind)
{
    if (find(edits, kind) == NULL)
        return;
    mn_json_key(json, name);
    mn_json_begin_object(json);
    for (guint i = 0; i < edits->len; i++) {
        const mn_edit *edit = &g_array_index(edits, mn_edit, i);
        if (edit->kind != kind)
            continue;
        mn_json_key(json, edit->key);
        write_or_null(json, edit->value);
    }
    mn_json_end_object(json);
}

static void write_os(mn_json_writer *json, const GArray *edits)
{
    const mn_edit *edit = find(edits, MN_EDIT_OS);
    if (edit == NULL)
        return;
    mn_json_key(json, "os");
    if (edit->value == NULL) {
        mn_json_null(json);
        return;
    }
    mn_json_begin_object(json);
    mn_json_member_string(json, "name", edit->value);
    mn_json_end_object(json);
}

static void write_toleration(mn_json_writer *json, const mn_toleration *t)
{
    mn_json_begin_object(json);
    if (*t->key != '\0')
        mn_json_member_string(json, "key", t->key);
    if (t->op != MN_TOLERATION_UNSET)
        mn_json_member_string(json, "operator", t->op == MN_TOLERATION_EXISTS ? "Exists" : "Equal");
    if (*t->value != '\0')
        mn_json_member_string(json, "value", t->value);
    if (t->effect != MN_EFFECT_ANY)
        mn_json_member_string(json, "effect", mn_taint_effect_name(t->effect));
    if (t->seconds.set)
        mn_json_member_int(json, "tolerationSeconds", t->seconds.value);
    mn_json_end_object(json);
}

static const mn_edit *edit_of_toleration(const GArray *edits, size_t index)
{
    for (guint i = 0; i < edits->len; i++) {
        const mn_edit *edit = &g_array_index(edits, mn_edit, i);
        if ((edit->kind == MN_EDIT_TOLERATE || edit->kind == MN_EDIT_UNTOLERATE) &&
            edit->index == index)
            return edit;
    }
    return NULL;
}

/* Pods of a dump have tolerations that their workload does not: of outages and pressure. */
static bool is_added(const mn_audit_object *object, const mn_toleration *t)
{
    return object->owner_kind != NULL && g_str_has_prefix(t->key, "node.kubernetes.io/") &&
           strcmp(t->key, "node.kubernetes.io/os") != 0;
}

static void write_tolerations(mn_json_writer *json, const mn_audit_object *object,
                              const mn_tolerations *own, const GArray *edits)
{
    if (find(edits, MN_EDIT_TOLERATE) == NULL && find(edits, MN_EDIT_UNTOLERATE) == NULL)
        return;
    mn_json_key(json, "tolerations");
    mn_json_begin_array(json);
    for (size_t i = 0; i < own->count || edit_of_toleration(edits, i) != NULL; i++) {
        const mn_edit *edit = edit_of_toleration(edits, i);
        if (edit != NULL && edit->kind == MN_EDIT_TOLERATE)
            write_toleration(json, &edit->toleration);
        else if (edit == NULL && !is_added(object, &own->items[i]))
            write_toleration(json, &own->items[i]);
    }
    mn_json_end_array(json);
}

/* Fields that go: "hostPID", and "securityContext.fsGroup" one level down. */
static void write_removed(mn_json_writer *json, const GArray *edits)
{
    static const char below[] = "securityContext.";
    size_t inner = 0;
    for (guint i = 0; i < edits->len; i++) {
        const mn_edit *edit = &g_array_index(edits, mn_edit, i);
        if (edit->kind != MN_EDIT_POD_FIELD)
            continue;
        bool is_inner = g_str_has_prefix(edit->key, below);
        inner += is_inner ? 1 : 0;
        if (is_inner)
            continue;
        mn_json_key(json, edit->key);
        mn_json_null(json);
    }
    if (inner == 0)
        return;
    mn_json_key(json, "securityContext");
    mn_json_begin_object(json);
    for (guint i = 0; i < edits->len; i++) {
        const mn_edit *edit = &g_array_index(edits, mn_edit, i);
        if (edit->kind != MN_EDIT_POD_FIELD || !g_str_has_prefix(edit->key, below))
            continue;
        mn_json_key(json, edit->key + strlen(below));
        mn_json_null(json);
    }
    mn_json_end_object(json);
}

static bool is_of_spec(mn_edit_kind kind)
{
    return kind != MN_EDIT_TEMPLATE_LABEL && kind != MN_EDIT_SCHEDULING && kind != MN_EDIT_LABEL;
}

static void write_pod_spec(mn_json_writer *json, const mn_audit_object *object,
                           const mn_pod_spec *spec, const GArray *edits)
{
    bool any = false;
    for (guint i = 0; i < edits->len; i++)
        any = any || is_of_spec(g_array_index(edits, mn_edit, i).kind);
    if (!any)
        return;
    mn_json_key(json, "spec");
    mn_json_begin_object(json);
    write_os(json, edits);
    write_map(json, "nodeSelector", edits, MN_EDIT_SELECT);
    write_tolerations(json, object, &spec->tolerations, edits);
    if (find(edits, MN_EDIT_HOST_NETWORK) != NULL)
        mn_json_member_bool(json, "hostNetwork", true);
    write_removed(json, edits);
    mn_json_end_object(json);
}

static void write_labels(mn_json_writer *json, const GArray *edits, mn_edit_kind kind)
{
    if (find(edits, kind) == NULL)
        return;
    mn_json_key(json, "metadata");
    mn_json_begin_object(json);
    write_map(json, "labels", edits, kind);
    mn_json_end_object(json);
}

/* ---- the whole */

static const char *api_version_of(const mn_audit_object *object)
{
    static const struct {
        const char *kind, *api_version;
    } owners[] = {
        {"Job", "batch/v1"},
        {"CronJob", "batch/v1"},
        {"ReplicationController", "v1"},
    };
    if (object->owner_kind == NULL)
        return object->api_version;
    for (size_t i = 0; i < G_N_ELEMENTS(owners); i++) {
        if (strcmp(owners[i].kind, object->owner_kind) == 0)
            return owners[i].api_version;
    }
    return "apps/v1";
}

static void write_metadata(mn_json_writer *json, const mn_finding *finding, const GArray *edits)
{
    const mn_audit_object *object = finding->object;
    mn_json_key(json, "metadata");
    mn_json_begin_object(json);
    mn_json_member_string(json, "name", finding->name);
    if (object->meta->namespace_ != NULL && *finding->namespace_ != '\0')
        mn_json_member_string(json, "namespace", object->meta->namespace_);
    bool is_pod = strcmp(finding->kind, "Pod") == 0;
    write_map(json, "labels", edits, is_pod ? MN_EDIT_TEMPLATE_LABEL : MN_EDIT_LABEL);
    mn_json_end_object(json);
}

/* Above the Pod's metadata and spec. */
static size_t begin_template(mn_json_writer *json, const mn_audit_object *object)
{
    static const char *const cron_job[] = {"spec", "jobTemplate", "spec", "template", NULL};
    static const char *const workload[] = {"spec", "template", NULL};
    const char *kind = mn_object_kind(object);
    const char *const *path = strcmp(kind, "CronJob") == 0 ? cron_job : workload;
    size_t depth = 0;
    if (strcmp(kind, "Pod") == 0)
        return 0;
    for (; path[depth] != NULL; depth++) {
        mn_json_key(json, path[depth]);
        mn_json_begin_object(json);
    }
    return depth;
}

static void write_pod(mn_json_writer *json, const mn_audit_object *object, const GArray *edits)
{
    const mn_pod_spec *spec =
        object->workload != NULL ? &object->workload->spec.template.spec : &object->pod->spec;
    size_t depth = begin_template(json, object);
    if (depth > 0)
        write_labels(json, edits, MN_EDIT_TEMPLATE_LABEL);
    write_pod_spec(json, object, spec, edits);
    for (; depth > 0; depth--)
        mn_json_end_object(json);
}

bool mn_patch_is_there(const mn_finding *findings, size_t count)
{
    if (count == 0 || findings[0].object == NULL)
        return false;
    g_autoptr(GArray) edits = edits_of(findings, count);
    return edits->len > 0;
}

void mn_patch_write(mn_json_writer *json, const mn_finding *findings, size_t count)
{
    const mn_audit_object *object = findings[0].object;
    g_autoptr(GArray) edits = edits_of(findings, count);
    mn_json_begin_object(json);
    mn_json_member_string(json, "apiVersion", api_version_of(object));
    mn_json_member_string(json, "kind", mn_object_kind(object));
    write_metadata(json, &findings[0], edits);
    if (object->workload != NULL || object->pod != NULL)
        write_pod(json, object, edits);
    if (find(edits, MN_EDIT_SCHEDULING) != NULL) {
        mn_json_key(json, "scheduling");
        mn_json_begin_object(json);
        write_map(json, "nodeSelector", edits, MN_EDIT_SCHEDULING);
        mn_json_end_object(json);
    }
    mn_json_end_object(json);
}

void mn_patch_print(const mn_finding *findings, size_t count, GString *out)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_patch_write(&json, findings, count);
    mn_str text = mn_json_writer_text(&json);
    mn_yaml_print_json(text.ptr, text.len, DEPTH, out);
}

size_t mn_finding_run(const mn_audit *audit, size_t first)
{
    const mn_finding *all = (const mn_finding *)(const void *)audit->findings->data;
    size_t end = first + 1;
    while (end < audit->findings->len && all[end].object == all[first].object)
        end++;
    return end - first;
}

/* What cannot be changed once it is there. */
static const char *advice(const mn_finding *finding)
{
    if (strcmp(finding->kind, "Job") == 0 || strcmp(finding->kind, "Pod") == 0)
        return "# A Job or Pod that exists cannot be changed so: patch the manifest, or delete it "
               "first.\n";
    return "";
}

static void print_comment(const mn_finding *finding, GString *out)
{
    g_autofree char *text = g_strdup_printf(
        "%s %s: %s", finding->rule->code, mn_severity_name(finding->severity), finding->fix);
    g_string_append(out, "# ");
    mn_append_plain(out, text);
    g_string_append_c(out, '\n');
}

mn_patch_counts mn_patch_print_all(const mn_audit *audit, GString *out)
{
    const mn_finding *all = (const mn_finding *)(const void *)audit->findings->data;
    mn_patch_counts counts = {0};
    size_t run = 0;
    for (size_t i = 0; i < audit->findings->len; i += run) {
        run = mn_finding_run(audit, i);
        bool any = mn_patch_is_there(&all[i], run);
        g_string_append(out, any && counts.patches > 0 ? "---\n" : "");
        for (size_t j = i; j < i + run; j++) {
            counts.mended += all[j].ignored == NULL && all[j].edit_count > 0;
            counts.by_hand += all[j].ignored == NULL && all[j].edit_count == 0;
            if (any && all[j].ignored == NULL && all[j].edit_count > 0)
                print_comment(&all[j], out);
        }
        if (!any)
            continue;
        counts.patches++;
        g_string_append(out, advice(&all[i]));
        mn_patch_print(&all[i], run, out);
    }
    return counts;
}
