/* SPDX-License-Identifier: Apache-2.0 */
/* SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/ */
#include "generated/version.h"

#include "mullion/text/json_write.h"
#include "simulator/audit/print.h"
#include "simulator/audit/text_edit.h"

#include <string.h>

static const char *level_of(mn_severity severity)
{
    static const char *const levels[] = {"note", "warning", "error"};
    return levels[severity];
}

static void write_text(mn_json_writer *json, const char *key, const char *text)
{
    mn_json_key(json, key);
    mn_json_begin_object(json);
    mn_json_member_string(json, "text", text);
    mn_json_end_object(json);
}

/* ---- the tool */

static void write_rule(mn_json_writer *json, const mn_rule *rule)
{
    g_autofree char *help =
        g_strdup_printf("%s\n\nExample: %s\n\nFix: %s", rule->why, rule->example, rule->mend);
    mn_json_begin_object(json);
    mn_json_member_string(json, "id", rule->code);
    write_text(json, "shortDescription", rule->title);
    write_text(json, "fullDescription", rule->why);
    write_text(json, "help", help);
    mn_json_key(json, "defaultConfiguration");
    mn_json_begin_object(json);
    mn_json_member_string(json, "level", level_of(rule->severity));
    mn_json_end_object(json);
    mn_json_end_object(json);
}

static void write_tool(mn_json_writer *json)
{
    mn_json_key(json, "tool");
    mn_json_begin_object(json);
    mn_json_key(json, "driver");
    mn_json_begin_object(json);
    mn_json_member_string(json, "name", "mullion");
    mn_json_member_string(json, "version", MN_VERSION);
    mn_json_key(json, "rules");
    mn_json_begin_array(json);
    for (size_t i = 0; i < mn_rule_count; i++)
        write_rule(json, &mn_rules[i]);
    mn_json_end_array(json);
    mn_json_end_object(json);
    mn_json_end_object(json);
}

/* ---- places */

/* Paths may hold what a URI may not. */
static void write_artifact(mn_json_writer *json, const char *file)
{
    const char *path = strcmp(file, "-") == 0 ? "stdin" : file;
    g_autofree char *uri = g_uri_escape_string(path, "/", FALSE);
    mn_json_key(json, "artifactLocation");
    mn_json_begin_object(json);
    mn_json_member_string(json, "uri", uri);
    mn_json_end_object(json);
}

static void write_region(mn_json_writer *json, const char *key, mn_position place, bool empty)
{
    mn_json_key(json, key);
    mn_json_begin_object(json);
    mn_json_member_int(json, "startLine", (int64_t)place.line);
    mn_json_member_int(json, "startColumn", (int64_t)place.column);
    if (empty) {
        mn_json_member_int(json, "endLine", (int64_t)place.line);
        mn_json_member_int(json, "endColumn", (int64_t)place.column);
    }
    mn_json_end_object(json);
}

static void write_object(mn_json_writer *json, const mn_finding *finding)
{
    g_autoptr(GString) subject = g_string_new(NULL);
    mn_finding_subject(finding, subject);
    g_autofree char *whole = g_strdup_printf("%s: %s", subject->str, finding->path);
    mn_json_key(json, "logicalLocations");
    mn_json_begin_array(json);
    mn_json_begin_object(json);
    mn_json_member_string(json, "name", subject->str);
    mn_json_member_string(json, "fullyQualifiedName", whole);
    mn_json_member_string(json, "kind", "resource");
    mn_json_end_object(json);
    mn_json_end_array(json);
}

static void write_locations(mn_json_writer *json, const mn_finding *finding)
{
    mn_json_key(json, "locations");
    mn_json_begin_array(json);
    mn_json_begin_object(json);
    if (*finding->file != '\0') {
        mn_json_key(json, "physicalLocation");
        mn_json_begin_object(json);
        write_artifact(json, finding->file);
        if (finding->place.line > 0)
            write_region(json, "region", finding->place, false);
        mn_json_end_object(json);
    }
    write_object(json, finding);
    mn_json_end_object(json);
    mn_json_end_array(json);
}

/* ---- results */

static void write_fix(mn_json_writer *json, const mn_finding *finding, const mn_text_edit *edit)
{
    mn_json_key(json, "fixes");
    mn_json_begin_array(json);
    mn_json_begin_object(json);
    write_text(json, "description", finding->fix);
    mn_json_key(json, "artifactChanges");
    mn_json_begin_array(json);
    mn_json_begin_object(json);
    write_artifact(json, finding->file);
    mn_json_key(json, "replacements");
    mn_json_begin_array(json);
    mn_json_begin_object(json);
    write_region(json, "deletedRegion", edit->at, true);
    write_text(json, "insertedContent", edit->text);
    mn_json_end_object(json);
    mn_json_end_array(json);
    mn_json_end_object(json);
    mn_json_end_array(json);
    mn_json_end_object(json);
    mn_json_end_array(json);
}

static void write_suppression(mn_json_writer *json, const mn_finding *finding)
{
    mn_json_key(json, "suppressions");
    mn_json_begin_array(json);
    mn_json_begin_object(json);
    mn_json_member_string(json, "kind", "inSource");
    mn_json_member_string(json, "justification", finding->ignored);
    mn_json_end_object(json);
    mn_json_end_array(json);
}

/* Stays the same when lines move: what a code scanner tells old findings from new ones by. */
static void write_fingerprint(mn_json_writer *json, const mn_finding *finding)
{
    g_autoptr(GString) subject = g_string_new(finding->rule->code);
    g_string_append_c(subject, ' ');
    mn_finding_subject(finding, subject);
    g_string_append_printf(subject, " %s", finding->path);
    g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, subject->str, -1);
    mn_json_key(json, "partialFingerprints");
    mn_json_begin_object(json);
    mn_json_member_string(json, "mullion/v1", hash);
    mn_json_end_object(json);
}

static void write_result(mn_json_writer *json, mn_audit_input *input, const mn_finding *finding)
{
    g_autoptr(GString) subject = g_string_new(NULL);
    mn_finding_subject(finding, subject);
    g_autofree char *message = g_strdup_printf("%s: %s%s%s%s%s",
                                               subject->str,
                                               finding->message,
                                               *finding->evidence == '\0' ? "" : ". Evidence: ",
                                               finding->evidence,
                                               *finding->fix == '\0' ? "" : ". Fix: ",
                                               finding->fix);
    mn_json_begin_object(json);
    mn_json_member_string(json, "ruleId", finding->rule->code);
    mn_json_member_int(json, "ruleIndex", finding->rule - mn_rules);
    mn_json_member_string(json, "level", level_of(finding->severity));
    write_text(json, "message", message);
    write_locations(json, finding);
    write_fingerprint(json, finding);
    mn_text_edit edit = {0};
    if (mn_text_edit_of(input, finding, &edit)) {
        write_fix(json, finding, &edit);
        g_free(edit.text);
    }
    if (finding->ignored != NULL)
        write_suppression(json, finding);
    mn_json_end_object(json);
}

void mn_audit_print_sarif(mn_audit_input *input, const mn_audit *audit, const mn_audit_view *view,
                          GString *out)
{
    (void)view;
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_PRETTY);
    mn_json_begin_object(&json);
    mn_json_member_string(&json, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    mn_json_member_string(&json, "version", "2.1.0");
    mn_json_key(&json, "runs");
    mn_json_begin_array(&json);
    mn_json_begin_object(&json);
    write_tool(&json);
    /* Columns are bytes here; they differ from characters only where a line has other than
     * ASCII in front. */
    mn_json_member_string(&json, "columnKind", "unicodeCodePoints");
    mn_json_key(&json, "results");
    mn_json_begin_array(&json);
    for (size_t i = 0; i < audit->findings->len; i++)
        write_result(&json, input, mn_audit_finding(audit, i));
    mn_json_end_array(&json);
    mn_json_end_object(&json);
    mn_json_end_array(&json);
    mn_json_end_object(&json);
    mn_str text = mn_json_writer_text(&json);
    g_string_append_len(out, text.ptr, (gssize)text.len);
}
