/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests from memory, audited, printed in every format, and as patches that read back. */
#include "simulator/audit/patch.h"
#include "simulator/audit/print.h"
#include "simulator/audit/text_edit.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SMALL_COUNT = 200 };

static void print_all(mn_audit_input *input, const mn_audit *audit)
{
    const mn_audit_view view = {.page = {.color = true, .columns = 40}, .again = "mullion audit x"};
    for (size_t i = 0; mn_audit_format_names[i] != NULL; i++) {
        g_autoptr(GString) out = g_string_new(NULL);
        mn_audit_formats[i].print(input, audit, &view, out);
        g_assert(out->len > 0 && strlen(out->str) == out->len);
    }
}

static void check_edits(mn_audit_input *input, const mn_audit *audit)
{
    for (guint i = 0; i < audit->findings->len; i++) {
        const mn_finding *finding = &g_array_index(audit->findings, mn_finding, i);
        mn_text_edit edit = {0};
        if (!mn_text_edit_of(input, finding, &edit))
            continue;
        g_assert(edit.at.line > 0 && edit.at.column > 0 && *edit.text != '\0');
        g_free(edit.text);
    }
}

/* Patches are YAML that reads back. */
static bool count_document(const mn_document *document, gpointer data, GError **error)
{
    (void)document, (void)error;
    (*(size_t *)data)++;
    return true;
}

static void check_patches(const mn_audit *audit)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    size_t documents = 0;
    mn_patch_counts counts = mn_patch_print_all(audit, out);
    const mn_source source = {.name = "patches", .bytes = out->str, .len = out->len};
    bool ok =
        mn_document_each(&source, &mn_document_limits_default, count_document, &documents, &error);
    g_assert(ok && documents == counts.patches);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const mn_source source = {.name = "fuzz", .bytes = (const char *)data, .len = size};
    const mn_audit_options options = {.least = MN_SEVERITY_NOTE};
    g_autoptr(GError) error = NULL;
    g_autoptr(mn_audit_input) input = mn_audit_input_new();
    bool ok = mn_audit_input_read_source(input, &source, &error);
    g_assert(ok == (error == NULL));
    if (!ok || input->items->len > SMALL_COUNT || input->objects->nodes->len > SMALL_COUNT)
        return 0;
    g_autoptr(mn_audit) audit = mn_audit_run(input, &options);
    print_all(input, audit);
    check_edits(input, audit);
    check_patches(audit);
    return 0;
}
