/* SPDX-License-Identifier: Apache-2.0 */
/* The schema against the shapes, against every scenario of the tree, and against what the
 * loader takes and refuses. */
#include "mullion/io/file.h"
#include "mullion/io/walk.h"
#include "mullion/text/document.h"
#include "simulator/scenario/scenario.h"
#include "simulator/schema/schema.h"
#include "tests/support/expect.h"
#include "tests/support/json_schema.h"

#include <string.h>

static json_t *schema_of(const mn_schema_root *root)
{
    g_autoptr(GString) text = g_string_new(NULL);
    mn_schema_print(root, text);
    json_t *schema = mn_document_load_json(text->str, text->len, 64, NULL);
    if (schema == NULL)
        CU_FAIL_FATAL("not JSON");
    return schema;
}

static bool is_known(const GPtrArray *shapes, const mn_schema_field *row)
{
    for (guint i = 0; i < shapes->len; i++) {
        const mn_shape *shape = shapes->pdata[i];
        if (strcmp(row->shape, "*") != 0 && strcmp(row->shape, shape->name) != 0)
            continue;
        for (size_t j = 0; j < shape->count; j++) {
            if (strcmp(shape->fields[j].name, row->field) == 0)
                return true;
        }
    }
    return false;
}

static bool is_head(const mn_field *field)
{
    return strcmp(field->name, "apiVersion") == 0 || strcmp(field->name, "kind") == 0;
}

static void has_row(const mn_shape *shape, const mn_field *field)
{
    const mn_schema_field *row = mn_schema_find_field(shape->name, field->name);
    g_autofree char *says = g_strdup_printf(
        "simulator/schema/fields.def: no row for \"%s\", \"%s\"", shape->name, field->name);
    expect_true(row != NULL && *row->help != '\0', says, __FILE__, __LINE__);
    if (row == NULL || field->kind != MN_FIELD_CUSTOM || is_head(field))
        return;
    g_autofree char *how = g_strdup_printf(
        "simulator/schema/fields.def: what notation has \"%s\", \"%s\"?", shape->name, field->name);
    expect_true(row->notation != MN_NOTATION_AS_SHAPE, how, __FILE__, __LINE__);
}

static void each_field_has_a_row_and_each_row_a_field(void)
{
    size_t root_count, row_count;
    const mn_schema_root *roots = mn_schema_roots(&root_count);
    const mn_schema_field *rows = mn_schema_fields(&row_count);
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    for (size_t i = 0; i < root_count; i++) {
        g_autoptr(GPtrArray) shapes = mn_schema_shapes(&roots[i]);
        for (guint j = 0; j < shapes->len; j++) {
            const mn_shape *shape = shapes->pdata[j];
            for (size_t k = 0; k < shape->count; k++)
                has_row(shape, &shape->fields[k]);
            g_ptr_array_add(all, shapes->pdata[j]);
        }
    }
    for (size_t i = 0; i < row_count; i++) {
        g_autofree char *says =
            g_strdup_printf("simulator/schema/fields.def: nothing has \"%s\", \"%s\"",
                            rows[i].shape,
                            rows[i].field);
        expect_true(is_known(all, &rows[i]), says, __FILE__, __LINE__);
    }
}

static const json_t *schema_of_shape(const json_t *schema, const mn_shape *shape, bool is_root)
{
    static const char allowed[] = G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS;
    g_autofree char *name = g_strcanon(g_strdup(shape->name), allowed, '-');
    return is_root ? schema : json_object_get(json_object_get(schema, "definitions"), name);
}

static void each_field_is_in_the_schema(void)
{
    size_t count;
    const mn_schema_root *roots = mn_schema_roots(&count);
    for (size_t i = 0; i < count; i++) {
        json_t *schema = schema_of(&roots[i]);
        g_autoptr(GPtrArray) shapes = mn_schema_shapes(&roots[i]);
        for (guint j = 0; j < shapes->len; j++) {
            const mn_shape *shape = shapes->pdata[j];
            const json_t *object = schema_of_shape(schema, shape, j == 0);
            const json_t *properties = json_object_get(object, "properties");
            EXPECT_TRUE(json_is_false(json_object_get(object, "additionalProperties")));
            EXPECT_INT((int64_t)json_object_size(properties), (int64_t)shape->count);
            for (size_t k = 0; k < shape->count; k++)
                EXPECT_TRUE(json_object_get(properties, shape->fields[k].name) != NULL);
        }
        json_decref(schema);
    }
}

/* ---- documents */

typedef struct checking {
    const json_t *schema;
    const char *kind;
    size_t documents;
    bool accepted;
    GString *why;
} checking;

static bool check_document(const mn_document *document, gpointer data, GError **error)
{
    checking *c = data;
    (void)error;
    const char *kind = json_string_value(json_object_get(document->root, "kind"));
    if (kind == NULL || strcmp(kind, c->kind) != 0)
        return true;
    c->documents++;
    c->accepted = json_schema_accepts(c->schema, document->root, c->why);
    return true;
}

static void check_source(checking *c, const mn_source *source)
{
    g_autoptr(GError) error = NULL;
    bool fine = mn_document_each(source, &mn_document_limits_default, check_document, c, &error);
    expect_true(fine, error == NULL ? "" : error->message, __FILE__, __LINE__);
}

static void every_file_of_the_tree_fits(void)
{
    size_t count;
    const char *const folders[] = {"scenarios"};
    const mn_schema_root *roots = mn_schema_roots(&count);
    g_autoptr(GPtrArray) files = mn_walk_files(folders, 1, NULL);
    for (size_t i = 0; i < count; i++) {
        json_t *schema = schema_of(&roots[i]);
        size_t documents = 0;
        for (guint j = 0; j < files->len; j++) {
            g_autoptr(GString) why = g_string_new(NULL);
            checking c = {.schema = schema, .kind = roots[i].kind, .accepted = true, .why = why};
            g_autoptr(mn_file) file = mn_file_read(files->pdata[j], 1 << 20, NULL);
            check_source(&c, &file->source);
            g_autofree char *says = g_strdup_printf("%s: %s", file->name, why->str);
            expect_true(c.accepted, says, __FILE__, __LINE__);
            documents += c.documents;
        }
        EXPECT_TRUE(documents > 0);
        json_decref(schema);
    }
}

#define HEAD "apiVersion: mullion.dev/v1alpha1\nkind: Scenario\n"

/* The schema and the loader agree. */
static void both(const json_t *schema, const char *body, bool want)
{
    g_autofree char *text = g_strconcat(HEAD, body, NULL);
    const mn_source source = {.name = "t.yaml", .bytes = text, .len = strlen(text)};
    g_autoptr(GString) why = g_string_new(NULL);
    checking c = {.schema = schema, .kind = "Scenario", .accepted = true, .why = why};
    g_autoptr(GError) error = NULL;
    check_source(&c, &source);
    g_autoptr(mn_scenario) scenario = mn_scenario_load_source(&source, &error);
    g_autofree char *says = g_strdup_printf("%s (%s)", body, why->str);
    expect_true(c.accepted == want, says, __FILE__, __LINE__);
    expect_true((scenario != NULL) == want, says, __FILE__, __LINE__);
}

static void the_schema_takes_what_the_loader_takes(void)
{
    size_t count;
    json_t *schema = schema_of(mn_schema_roots(&count));
    both(schema, "", true);
    both(schema, "metadata: {name: x, labels: {a: b}}", true);
    both(schema, "spec: {seed: 3, kubernetes: '1.34', tieBreak: first}", true);
    both(schema, "spec: {kubernetes: 1.34, upstreamFixes: podLevelScore}", true);
    both(schema, "spec: {upstreamFixes: [podLevelScore, affinityHints]}", true);
    both(schema,
         "spec: {nodePools: [{name: a, count: 3, allocatable: {cpu: .5, memory: 1Gi}}]}",
         true);
    both(schema, "spec: {nodePools: [{name: a, os: windows, build: 20348}]}", true);
    both(schema, "spec: {nodePools: [{name: a, os: windows, build: ltsc2025}]}", true);
    both(schema, "spec: {nodePools: [{name: a, os: windows, build: 10.0.17763.1}]}", true);
    both(schema,
         "spec: {nodePools: [{name: a, registerWithTaints: 'a=b:NoSchedule, c:NoExecute'}]}",
         true);
    both(schema,
         "spec: {nodePools: [{name: a, registerWithTaints: ['a=b:NoSchedule', 'c:NoExecute']}]}",
         true);
    both(schema, "spec: {nodePools: [{name: a, taints: [{key: a, effect: NoExecute}]}]}", true);
    both(schema, "spec: {nodePools: [{name: a, template: {spec: {providerID: x}}}]}", true);
    both(schema,
         "spec: {images: [{match: x, os: [linux, windows], builds: [ltsc2022, 26100], size: 1Gi}]}",
         true);
    both(schema, "spec: {extender: {mode: prefer, fallbackRule: exact, buildRule: auto}}", true);
    json_decref(schema);
}

static void the_schema_refuses_what_the_loader_refuses(void)
{
    size_t count;
    json_t *schema = schema_of(mn_schema_roots(&count));
    both(schema, "sepc: {}", false);
    both(schema, "metadata: {nmae: x}", false);
    both(schema, "spec: {seed: one}", false);
    both(schema, "spec: {kubernetes: '1.33'}", false);
    both(schema, "spec: {tieBreak: last}", false);
    both(schema, "spec: {upstreamFixes: nothing}", false);
    both(schema, "spec: {nodePools: [{count: 3}]}", false);
    both(schema, "spec: {nodePools: {name: a}}", false);
    both(schema, "spec: {nodePools: [{name: a, platform: digitalocean}]}", false);
    both(schema, "spec: {nodePools: [{name: a, os: windows, build: 2022}]}", false);
    both(schema, "spec: {nodePools: [{name: a, os: windows, build: ltsc2021}]}", false);
    both(schema, "spec: {nodePools: [{name: a, registerWithTaints: a=b}]}", false);
    both(schema, "spec: {nodePools: [{name: a, taints: [{key: a, efect: NoExecute}]}]}", false);
    both(schema, "spec: {nodePools: [{name: a, taints: [{key: a, effect: Never}]}]}", false);
    both(schema, "spec: {nodePools: [{name: a, allocatable: {cpu: many}}]}", false);
    both(schema, "spec: {images: [{match: x, os: [beos]}]}", false);
    both(schema, "spec: {images: [{match: x, os: linux, size: big}]}", false);
    both(schema, "spec: {extender: {mode: maybe}}", false);
    both(schema, "spec: {extender: {fallbackRule: auto}}", false);
    both(schema, "spec: {include: all}", false);
    json_decref(schema);
}

CU_TestInfo suite_simulator_schema[] = {
    {"each field has a row and each row a field", each_field_has_a_row_and_each_row_a_field},
    {"each field is in the schema", each_field_is_in_the_schema},
    {"every file of the tree fits", every_file_of_the_tree_fits},
    {"the schema takes what the loader takes", the_schema_takes_what_the_loader_takes},
    {"the schema refuses what the loader refuses", the_schema_refuses_what_the_loader_refuses},
    CU_TEST_INFO_NULL,
};
