/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of the JSON report as YAML. */
#include "simulator/reports/reports.h"
#include "simulator/reports/yaml_print.h"

void mn_report_yaml(const mn_record *record, const mn_view *view, GString *out)
{
    enum { DEPTH = 32 };
    g_autoptr(GString) json = g_string_new(NULL);
    mn_report_json(record, view, json);
    mn_yaml_print_json(json->str, json->len, DEPTH, out);
}
