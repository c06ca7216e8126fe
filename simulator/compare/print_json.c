/* SPDX-License-Identifier: Apache-2.0 */
/* The comparison for programs: JSON, and the same as YAML. docs/JSON.md names the fields. */
#include "generated/version.h"

#include "mullion/text/json_write.h"
#include "simulator/compare/print.h"
#include "simulator/reports/yaml_print.h"

#include <inttypes.h>

static void write_seed(mn_json_writer *json, const char *key, uint64_t seed)
{
    char text[MN_JSON_NUMBER_TEXT];
    g_snprintf(text, sizeof text, "%" PRIu64, seed);
    mn_json_key(json, key);
    mn_json_raw(json, mn_str_of(text));
}

static void write_touched(mn_json_writer *json, const mn_touched *touched)
{
    mn_json_key(json, "touched");
    mn_json_begin_object(json);
    mn_json_member_size(json, "nodes", touched->nodes);
    mn_json_member_size(json, "manifests", touched->manifests);
    mn_json_member_size(json, "objects", touched->objects);
    mn_json_member_size(json, "namespaces", touched->namespaces);
    mn_json_member_size(json, "schedulerFiles", touched->scheduler_files);
    mn_json_member_size(json, "apiserverFiles", touched->apiserver_files);
    mn_json_end_object(json);
}

/* Key of a metric in JSON: its unit is in the name, as everywhere in these documents. */
static const char *key_of(mn_metric metric, char buffer[64])
{
    const mn_metric_row *row = mn_metric_get(metric);
    static const char *const units[] = {
        [MN_UNIT_COUNT] = "",
        [MN_UNIT_TIME] = "Ms",
        [MN_UNIT_CPU] = "Milli",
        [MN_UNIT_MEMORY] = "Bytes",
    };
    g_snprintf(buffer, 64, "%s%s", row->key, units[row->unit]);
    return buffer;
}

static void write_metrics(mn_json_writer *json, const mn_compare_row *row)
{
    char key[64];
    mn_json_key(json, "metrics");
    mn_json_begin_object(json);
    for (int i = 0; i < MN_METRIC_COUNT; i++) {
        if (row->metrics[i].known == 0)
            continue;
        mn_json_key(json, key_of((mn_metric)i, key));
        mn_json_double(json, row->metrics[i].mean);
    }
    mn_json_end_object(json);
}

static void write_deltas(mn_json_writer *json, const mn_compare_row *row,
                         const mn_compare_row *first)
{
    char key[64];
    mn_json_key(json, "againstFirst");
    mn_json_begin_object(json);
    for (int i = 0; i < MN_METRIC_COUNT; i++) {
        if (row->metrics[i].known == 0 || first->metrics[i].known == 0)
            continue;
        mn_json_key(json, key_of((mn_metric)i, key));
        mn_json_double(json, row->metrics[i].mean - first->metrics[i].mean);
    }
    mn_json_end_object(json);
}

static void write_spread(mn_json_writer *json, const mn_compare_row *row)
{
    char key[64];
    mn_json_key(json, "spread");
    mn_json_begin_object(json);
    for (int i = 0; i < MN_METRIC_COUNT; i++) {
        const mn_spread *spread = &row->metrics[i];
        if (spread->known == 0)
            continue;
        mn_json_key(json, key_of((mn_metric)i, key));
        mn_json_begin_object(json);
        mn_json_member_size(json, "runs", spread->known);
        mn_json_member_int(json, "min", spread->min);
        mn_json_member_int(json, "max", spread->max);
        mn_json_key(json, "standardDeviation");
        mn_json_double(json, spread->deviation);
        mn_json_end_object(json);
    }
    mn_json_end_object(json);
}

static void write_rows(mn_json_writer *json, const mn_comparison *comparison)
{
    mn_json_key(json, "strategies");
    mn_json_begin_array(json);
    for (size_t i = 0; i < comparison->row_count; i++) {
        const mn_compare_row *row = &comparison->rows[i];
        mn_json_begin_object(json);
        mn_json_member_string(json, "name", row->strategy->name);
        mn_json_member_bool(json, "best", row->is_best);
        write_touched(json, &row->touched);
        write_metrics(json, row);
        write_deltas(json, row, &comparison->rows[0]);
        if (comparison->seed_count > 1)
            write_spread(json, row);
        mn_json_end_object(json);
    }
    mn_json_end_array(json);
}

static void write_failures(mn_json_writer *json, const mn_comparison *comparison)
{
    mn_json_key(json, "failures");
    mn_json_begin_array(json);
    for (size_t i = 0; i < comparison->failure_count; i++) {
        const mn_compare_failure *failure = &comparison->failures[i];
        mn_json_begin_object(json);
        mn_json_member_string(json, "strategy", comparison->rows[failure->row].strategy->name);
        write_seed(json, "seed", failure->seed);
        mn_json_member_string(json, "place", failure->place);
        mn_json_member_string(json, "text", failure->text);
        mn_json_end_object(json);
    }
    mn_json_end_array(json);
}

void mn_compare_print_json(const mn_comparison *comparison, const mn_compare_view *view,
                           GString *out)
{
    (void)view;
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_PRETTY);
    mn_json_begin_object(&json);
    mn_json_member_string(&json, "apiVersion", "mullion.dev/v1alpha1");
    mn_json_member_string(&json, "kind", "Comparison");
    mn_json_key(&json, "metadata");
    mn_json_begin_object(&json);
    mn_json_member_string(&json, "name", comparison->record->scenario);
    mn_json_end_object(&json);
    mn_json_member_string(&json, "mullionVersion", MN_VERSION);
    mn_json_member_string(&json, "kubernetesVersion", comparison->record->kubernetes);
    write_seed(&json, "firstSeed", comparison->first_seed);
    mn_json_member_size(&json, "seeds", comparison->seed_count);
    write_rows(&json, comparison);
    write_failures(&json, comparison);
    mn_json_member_size(&json, "failuresLeftOut", comparison->failures_left_out);
    mn_json_end_object(&json);
    mn_str text = mn_json_writer_text(&json);
    g_string_append_len(out, text.ptr, (gssize)text.len);
}

void mn_compare_print_yaml(const mn_comparison *comparison, const mn_compare_view *view,
                           GString *out)
{
    enum { DEPTH = 32 };
    g_autoptr(GString) json = g_string_new(NULL);
    mn_compare_print_json(comparison, view, json);
    mn_yaml_print_json(json->str, json->len, DEPTH, out);
}
