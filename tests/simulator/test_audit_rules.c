/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/text/patch.h"
#include "simulator/audit/patch.h"
#include "simulator/audit/text_edit.h"
#include "tests/simulator/audit_cases.h"
#include "tests/support/expect.h"

#include <string.h>

static char *codes_of(const char *text)
{
    g_auto(audited) all = audited_text(text, NULL, NULL);
    return audited_codes(&all);
}

static void every_rule_finds_what_it_is_for(void)
{
    for (size_t i = 0; i < audit_case_count; i++) {
        const audit_case *one = &audit_cases[i];
        g_autofree char *found = codes_of(one->found);
        EXPECT_STR(found, one->all != NULL ? one->all : one->code);
    }
}

static void is_silent(const char *text, const char *code, const char *how)
{
    g_autofree char *codes = codes_of(text);
    g_autofree char *message = g_strdup_printf("%s %s: %s\n%s", code, how, codes, text);
    EXPECT_STR(strstr(codes, code) == NULL ? "silent" : message, "silent");
}

static void every_rule_is_silent_where_nothing_is_wrong(void)
{
    for (size_t i = 0; i < audit_case_count; i++)
        is_silent(audit_cases[i].clean, audit_cases[i].code, "clean");
}

static void every_rule_has_its_cases(void)
{
    for (size_t i = 0; i < mn_rule_count; i++) {
        bool has = false;
        for (size_t j = 0; j < audit_case_count; j++)
            has = has || strcmp(audit_cases[j].code, mn_rules[i].code) == 0;
        EXPECT_STR(has ? mn_rules[i].code : "no case", mn_rules[i].code);
    }
}

static void every_rule_is_described(void)
{
    for (size_t i = 0; i < mn_rule_count; i++) {
        const mn_rule *rule = &mn_rules[i];
        EXPECT_TRUE(mn_rule_find(rule->code) == rule);
        EXPECT_TRUE(strlen(rule->code) == 5 && g_str_has_prefix(rule->code, "MU"));
        EXPECT_TRUE(*rule->title != '\0' && rule->title[strlen(rule->title) - 1] != '.');
        EXPECT_TRUE(rule->why[strlen(rule->why) - 1] == '.');
        EXPECT_TRUE(*rule->example != '\0' && *rule->mend != '\0');
    }
    EXPECT_TRUE(mn_rule_find("MU999") == NULL);
}

/* ---- patches */

/* A stream, copied with the objects patched that the patch names. */
typedef struct copy {
    const json_t *patch;
    GString *out;
    size_t patched;
} copy;

static const char *name_in(const json_t *object)
{
    return json_string_value(json_object_get(json_object_get(object, "metadata"), "name"));
}

static bool copy_document(const mn_document *document, gpointer data, GError **error)
{
    copy *c = data;
    const char *kind = json_string_value(json_object_get(document->root, "kind"));
    const char *wanted = json_string_value(json_object_get(c->patch, "kind"));
    bool named =
        g_strcmp0(kind, wanted) == 0 && g_strcmp0(name_in(document->root), name_in(c->patch)) == 0;
    const mn_at patch = mn_at_tree(c->patch);
    json_t *patched =
        named ? mn_patch_apply(MN_PATCH_STRATEGIC, kind, document->root, &patch, error) : NULL;
    if (named && patched == NULL)
        return false;
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_json_tree(&json, named ? patched : document->root);
    mn_str text = mn_json_writer_text(&json);
    g_string_append_printf(c->out, "---\n%.*s\n", MN_STR_ARG(text));
    c->patched += named ? 1 : 0;
    json_decref(patched);
    return true;
}

static char *patched_by(const char *text, const mn_finding *finding)
{
    const mn_source source = {.name = "test.yaml", .bytes = text, .len = strlen(text)};
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_patch_write(&json, finding, 1);
    mn_str bytes = mn_json_writer_text(&json);
    json_t *patch = mn_document_load_json(bytes.ptr, bytes.len, 32, NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    copy c = {.patch = patch, .out = out};
    g_autoptr(GError) error = NULL;
    bool ok = mn_document_each(&source, &mn_document_limits_default, copy_document, &c, &error);
    EXPECT_STR(ok ? "applies" : error->message, "applies");
    EXPECT_INT((int64_t)c.patched, 1);
    json_decref(patch);
    return g_strdup(out->str);
}

static void every_patch_applies_and_mends_what_it_is_for(void)
{
    size_t patches = 0;
    for (size_t i = 0; i < audit_case_count; i++) {
        g_auto(audited) all = audited_text(audit_cases[i].found, NULL, NULL);
        for (guint j = 0; j < all.audit->findings->len; j++) {
            const mn_finding *finding = &g_array_index(all.audit->findings, mn_finding, j);
            if (!mn_patch_is_there(finding, 1) || finding->object->owner_kind != NULL)
                continue;
            g_autofree char *mended = patched_by(audit_cases[i].found, finding);
            is_silent(mended, finding->rule->code, "patched");
            patches++;
        }
    }
    EXPECT_TRUE(patches > 25);
}

/* ---- changes of the text */

static char *edited_by(const char *text, const mn_text_edit *edit)
{
    const char *at = text;
    for (size_t line = 1; line < edit->at.line; line++)
        at = strchr(at, '\n') + 1;
    at += edit->at.column - 1;
    return g_strdup_printf("%.*s%s%s", (int)(at - text), text, edit->text, at);
}

/* How many findings a change of the text mends. */
static size_t edits_mend(const char *text)
{
    size_t edits = 0;
    g_auto(audited) all = audited_text(text, NULL, NULL);
    for (guint i = 0; i < all.audit->findings->len; i++) {
        const mn_finding *finding = &g_array_index(all.audit->findings, mn_finding, i);
        mn_text_edit edit = {0};
        if (!mn_text_edit_of(all.input, finding, &edit))
            continue;
        g_autofree char *mended = edited_by(text, &edit);
        is_silent(mended, finding->rule->code, "edited");
        g_free(edit.text);
        edits++;
    }
    return edits;
}

static void every_change_of_the_text_mends_what_it_is_for(void)
{
    size_t edits = 0;
    for (size_t i = 0; i < audit_case_count; i++)
        edits += edits_mend(audit_cases[i].found);
    EXPECT_TRUE(edits > 10);
}

static void text_is_changed_in_the_style_it_has(void)
{
    EXPECT_INT((int64_t)edits_mend("kind: Pod\napiVersion: v1\nmetadata:\n  name: x\nspec:\n"
                                   "    # first\n    containers:\n    - name: c\n"
                                   "      image: redis:7-alpine\n"),
               1);
    EXPECT_INT((int64_t)edits_mend("kind: Pod\napiVersion: v1\nmetadata:\n  name: x\nspec:\n"
                                   "  nodeSelector:\n    kubernetes.io/arch: amd64\n  containers:\n"
                                   "  - {name: c, image: \"redis:7-alpine\"}\n"),
               1);
    EXPECT_INT((int64_t)edits_mend(
                   "{\"kind\": \"Pod\", \"apiVersion\": \"v1\", \"metadata\": "
                   "{\"name\": \"x\"},\n\"spec\": {\"nodeSelector\": {\"kubernetes.io/arch\": "
                   "\"amd64\"}, \"containers\": [{\"name\": \"c\", \"image\": "
                   "\"redis:7-alpine\"}]}}"),
               1);
}

extern CU_TestInfo suite_simulator_audit_rules[];
CU_TestInfo suite_simulator_audit_rules[] = {
    {"every rule finds what it is for", every_rule_finds_what_it_is_for},
    {"every rule is silent where nothing is wrong", every_rule_is_silent_where_nothing_is_wrong},
    {"every rule has its cases", every_rule_has_its_cases},
    {"every rule is described", every_rule_is_described},
    {"every patch applies and mends what it is for", every_patch_applies_and_mends_what_it_is_for},
    {"every change of the text mends what it is for",
     every_change_of_the_text_mends_what_it_is_for},
    {"text is changed in the style that it has", text_is_changed_in_the_style_it_has},
    CU_TEST_INFO_NULL,
};
