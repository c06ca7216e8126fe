/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule reports: a finding with its place, and what mends it. */
#include "simulator/audit/check.h"

#include <stdarg.h>
#include <string.h>

#define IGNORE "mullion.dev/ignore"

/* ---- suppression: mullion.dev/ignore: MU101,MU203 and mullion.dev/ignore-MU101: reason */

static bool lists(const char *text, const char *code)
{
    g_auto(GStrv) words = g_strsplit_set(text, ", ", -1);
    return g_strv_contains((const char *const *)words, code);
}

static const char *ignored_by(mn_arena *arena, const mn_meta *meta, const char *code)
{
    if (meta == NULL)
        return NULL;
    const char *all = mn_labels_find(&meta->annotations, IGNORE);
    if (all != NULL && lists(all, code))
        return IGNORE;
    const char *one = mn_arena_printf(arena, IGNORE "-%s", code);
    return mn_labels_find(&meta->annotations, one) != NULL ? one : NULL;
}

/* ---- findings */

static const char *path_of(const mn_check *check, const char *path)
{
    if (check->spec == NULL || g_str_has_prefix(path, "metadata"))
        return path;
    return mn_arena_printf(check->arena, "%s%s", check->prefix, path);
}

mn_finding *mn_report(mn_check *check, const char *path, const char *format, ...)
{
    const mn_audit_object *object = check->object;
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    mn_finding finding = {
        .rule = check->rule,
        .severity = check->rule->severity,
        .object = object,
        .kind = object == NULL ? "Cluster" : mn_object_kind(object),
        .namespace_ = "",
        .name = object == NULL ? "" : mn_object_name(object),
        .file =
            object == NULL || object->document.source == NULL ? "" : object->document.source->name,
        .path = path_of(check, path),
        .message = mn_arena_strdup(check->arena, message),
        .fix = "",
    };
    if (object != NULL) {
        bool wide = object->node != NULL || object->runtime_class != NULL;
        finding.namespace_ = wide ? "" : mn_meta_namespace(object->meta);
        finding.ignored = ignored_by(check->arena, object->meta, check->rule->code);
    }
    if (finding.ignored == NULL && check->pod_meta != NULL)
        finding.ignored = ignored_by(check->arena, check->pod_meta, check->rule->code);
    g_array_append_val(check->audit->findings, finding);
    return &g_array_index(check->audit->findings, mn_finding, check->audit->findings->len - 1);
}

void mn_mend(mn_check *check, mn_finding *finding, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    finding->fix = mn_arena_strdup(check->arena, text);
}

void mn_edit_add(mn_check *check, mn_finding *finding, mn_edit edit)
{
    mn_edit *edits = MN_ARENA_NEW(check->arena, mn_edit, finding->edit_count + 1);
    if (finding->edit_count > 0)
        memcpy(edits, finding->edits, finding->edit_count * sizeof *edits);
    edits[finding->edit_count++] = edit;
    finding->edits = edits;
}

void mn_mend_by_selector(mn_check *check, mn_finding *finding, const char *key, const char *value)
{
    mn_mend(check, finding, "nodeSelector %s: %s", key, value);
    mn_edit_add(check, finding, (mn_edit){.kind = MN_EDIT_SELECT, .key = key, .value = value});
}

/* ---- words */

const char *mn_check_landing(const mn_check *check, const mn_strings *nodes)
{
    enum { NAMED = 3 };
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, "%zu of %zu nodes (", nodes->count, check->cluster->count);
    size_t named = nodes->count <= NAMED + 1 ? nodes->count : NAMED;
    for (size_t i = 0; i < named; i++)
        g_string_append_printf(text, "%s%s", i == 0 ? "" : ", ", nodes->items[i]);
    if (named < nodes->count)
        g_string_append_printf(text, " and %zu more", nodes->count - named);
    g_string_append_c(text, ')');
    return mn_arena_strdup(check->arena, text->str);
}

const char *mn_check_evidence(mn_check *check, const mn_os_evidence *evidence)
{
    g_autoptr(GString) text = g_string_new(NULL);
    mn_os_evidence_format(evidence, text);
    const char *strength = strrchr(text->str, '(');
    if (strength != NULL && strength > text->str)
        g_string_truncate(text, (gsize)(strength - text->str) - 1);
    return mn_arena_strdup(check->arena, text->str);
}

size_t mn_blanket_toleration(const mn_tolerations *tolerations)
{
    for (size_t i = 0; i < tolerations->count; i++) {
        const mn_toleration *t = &tolerations->items[i];
        if (*t->key == '\0' && t->op == MN_TOLERATION_EXISTS &&
            (t->effect == MN_EFFECT_ANY || t->effect == MN_EFFECT_NO_SCHEDULE))
            return i;
    }
    return tolerations->count;
}

mn_os mn_need_os(const mn_os_need *need)
{
    if (need->kind == MN_NEED_LINUX)
        return MN_OS_LINUX;
    return need->kind == MN_NEED_WINDOWS ? MN_OS_WINDOWS : MN_OS_UNKNOWN;
}
