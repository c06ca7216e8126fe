/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/audit/text_edit.h"

#include "mullion/text/json_write.h"
#include "simulator/reports/yaml_print.h"

#include <string.h>

/* The Pod's spec in the document; NULL where the object's own template is not there. */
static const char *spec_path(const mn_audit_object *object)
{
    if (object->owner_kind != NULL)
        return NULL;
    if (object->pod != NULL)
        return "spec";
    if (object->workload == NULL)
        return NULL;
    return object->workload->kind == MN_WORKLOAD_CRON_JOB ? "spec.jobTemplate.spec.template.spec"
                                                          : "spec.template.spec";
}

static const mn_labels *selector_of(const mn_audit_object *object)
{
    return object->pod != NULL ? &object->pod->spec.node_selector
                               : &object->workload->spec.template.spec.node_selector;
}

/* The one edit is a key that nodeSelector does not have yet. */
static const mn_edit *added_selector(const mn_finding *finding)
{
    const mn_edit *edit = finding->edits;
    bool adds = finding->edit_count == 1 && edit->kind == MN_EDIT_SELECT && edit->value != NULL;
    if (!adds || mn_labels_find(selector_of(finding->object), edit->key) != NULL)
        return NULL;
    return edit;
}

static char *flow_text(const mn_edit *edit, bool has_selector)
{
    g_autofree char *key = mn_json_quote(edit->key), *value = mn_json_quote(edit->value);
    if (has_selector)
        return g_strdup_printf("%s: %s, ", key, value);
    g_autofree char *name = mn_json_quote("nodeSelector");
    return g_strdup_printf("%s: {%s: %s}, ", name, key, value);
}

static char *block_text(const mn_edit *edit, bool has_selector, size_t indent)
{
    GString *text = g_string_new(NULL);
    if (!has_selector)
        g_string_append_printf(text, "nodeSelector:\n%*s", (int)indent + 2, "");
    mn_yaml_string(text, edit->key);
    g_string_append(text, ": ");
    mn_yaml_string(text, edit->value);
    g_string_append_printf(text, "\n%*s", (int)indent, "");
    return g_string_free(text, FALSE);
}

bool mn_text_edit_of(mn_audit_input *input, const mn_finding *finding, mn_text_edit *out)
{
    const mn_audit_object *object = finding->object;
    const char *spec = object == NULL ? NULL : spec_path(object);
    const mn_edit *edit = spec == NULL ? NULL : added_selector(finding);
    if (edit == NULL)
        return false;
    bool has_selector = selector_of(object)->count > 0;
    g_autofree char *path = g_strdup_printf("%s%s", spec, has_selector ? ".nodeSelector" : "");
    mn_position place = mn_audit_locate(input, object, path);
    char byte = mn_audit_byte_at(input, object, place);
    if (byte == '\0')
        return false;
    out->at = place;
    if (byte != '{') {
        out->text = block_text(edit, has_selector, place.column - 1);
        return true;
    }
    out->at.column++;
    out->text = flow_text(edit, has_selector);
    return true;
}
