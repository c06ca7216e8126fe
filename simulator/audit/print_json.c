/* SPDX-License-Identifier: Apache-2.0 */
/* For programs. docs/JSON.md is its reference; a field keeps its name and meaning within an
 * apiVersion. */
#include "generated/version.h"

#include "mullion/text/json_write.h"
#include "simulator/audit/patch.h"
#include "simulator/audit/print.h"

/* Of thousands of nodes nobody reads the names, finding by finding. */
enum { MAX_NODES = 100 };

static void write_cluster(mn_json_writer *json, const mn_audit_cluster *cluster)
{
    static const char *const sources[] = {"typical", "input", "file"};
    mn_json_key(json, "cluster");
    mn_json_begin_object(json);
    mn_json_member_string(json, "source", sources[cluster->source]);
    mn_json_member_size(json, "nodes", cluster->count);
    mn_json_member_size(json, "linuxNodes", cluster->on_linux);
    mn_json_member_size(json, "windowsNodes", cluster->on_windows);
    mn_json_key(json, "windowsBuilds");
    mn_json_begin_array(json);
    for (size_t i = 0; i < cluster->builds.count; i++) {
        g_autofree char *build = g_strdup_printf("10.0.%u", (unsigned)cluster->builds.builds[i]);
        mn_json_string(json, build);
    }
    mn_json_end_array(json);
    mn_json_end_object(json);
}

static void write_summary(mn_json_writer *json, const mn_audit *audit)
{
    mn_json_key(json, "summary");
    mn_json_begin_object(json);
    mn_json_member_size(json, "workloads", audit->workloads->len);
    mn_json_member_size(json, "errors", audit->counts[MN_SEVERITY_ERROR]);
    mn_json_member_size(json, "warnings", audit->counts[MN_SEVERITY_WARNING]);
    mn_json_member_size(json, "notes", audit->counts[MN_SEVERITY_NOTE]);
    mn_json_member_size(json, "ignored", audit->ignored);
    mn_json_end_object(json);
}

static void write_workload(mn_json_writer *json, const mn_audited *workload)
{
    mn_json_begin_object(json);
    mn_json_member_string(json, "kind", workload->kind);
    mn_json_member_string(json, "namespace", workload->namespace_);
    mn_json_member_string(json, "name", workload->name);
    mn_json_member_string(json, "file", workload->object->document.source->name);
    mn_json_member_string(json, "needs", mn_os_need_name(workload->need));
    mn_json_member_bool(json, "byDefault", workload->by_default);
    mn_json_member_string(json, "evidence", workload->evidence);
    mn_json_member_size(json, "nodesAllowed", workload->lands);
    mn_json_member_size(json, "nodesThatRunIt", workload->runs);
    mn_json_member_size(json, "findings", workload->count);
    mn_json_end_object(json);
}

static void write_nodes(mn_json_writer *json, const mn_finding *finding)
{
    mn_json_member_size(json, "nodeCount", finding->node_count);
    mn_json_key(json, "nodes");
    mn_json_begin_array(json);
    for (size_t i = 0; i < MIN(finding->node_count, (size_t)MAX_NODES); i++)
        mn_json_string(json, finding->nodes[i]);
    mn_json_end_array(json);
}

static void write_place(mn_json_writer *json, const mn_finding *finding)
{
    mn_json_member_string(json, "file", finding->file);
    mn_json_member_size(json, "line", finding->place.line);
    mn_json_member_size(json, "column", finding->place.column);
    mn_json_member_string(json, "path", finding->path);
}

static void write_finding(mn_json_writer *json, const mn_finding *finding)
{
    mn_json_begin_object(json);
    mn_json_member_string(json, "code", finding->rule->code);
    mn_json_member_string(json, "severity", mn_severity_name(finding->severity));
    mn_json_member_string(json, "title", finding->rule->title);
    mn_json_member_string(json, "kind", finding->kind);
    mn_json_member_string(json, "namespace", finding->namespace_);
    mn_json_member_string(json, "name", finding->name);
    write_place(json, finding);
    mn_json_member_string(json, "message", finding->message);
    mn_json_member_string(json, "fix", finding->fix);
    write_nodes(json, finding);
    if (finding->ignored != NULL)
        mn_json_member_string(json, "ignoredBy", finding->ignored);
    else if (mn_patch_is_there(finding, 1)) {
        mn_json_key(json, "patch");
        mn_patch_write(json, finding, 1);
    }
    mn_json_end_object(json);
}

void mn_audit_print_json(mn_audit_input *input, const mn_audit *audit, const mn_audit_view *view,
                         GString *out)
{
    (void)input, (void)view;
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_PRETTY);
    mn_json_begin_object(&json);
    mn_json_member_string(&json, "apiVersion", "mullion.dev/v1alpha1");
    mn_json_member_string(&json, "kind", "Audit");
    mn_json_member_string(&json, "mullionVersion", MN_VERSION);
    write_cluster(&json, &audit->cluster);
    write_summary(&json, audit);
    mn_json_key(&json, "workloads");
    mn_json_begin_array(&json);
    for (guint i = 0; i < audit->workloads->len; i++)
        write_workload(&json, &g_array_index(audit->workloads, mn_audited, i));
    mn_json_end_array(&json);
    mn_json_key(&json, "findings");
    mn_json_begin_array(&json);
    for (size_t i = 0; i < audit->findings->len; i++)
        write_finding(&json, mn_audit_finding(audit, i));
    mn_json_end_array(&json);
    mn_json_end_object(&json);
    mn_str text = mn_json_writer_text(&json);
    g_string_append_len(out, text.ptr, (gssize)text.len);
}
