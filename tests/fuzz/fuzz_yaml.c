/* SPDX-License-Identifier: Apache-2.0 */
/* YAML alone, past the door that prefers JSON: the reader, and the places of what it
 * read. Every document that the reader gives, the locator finds, too.
 */
#include "core/text/yaml.h"

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const mn_document_limits limits = {
    .bytes = 1 << 20, .depth = 64, .values = 10000, .documents = 100};

enum { LOCATED_MAX = 8 }; /* each reads the text from its beginning */

/* From where the document begins, and counted from the beginning of the text: the
 * place is the same. */
static void locate(const mn_source *source, size_t ordinal, size_t begin)
{
    static const mn_step steps[] = {{.key = "a"}, {.index = 1}, {.key = "b"}};
    const mn_document near = {.source = source, .begin = begin, .ordinal = ordinal};
    const mn_document far = {.source = source, .ordinal = ordinal};
    mn_position a = mn_yaml_locate(&near, steps, G_N_ELEMENTS(steps));
    mn_position b = mn_yaml_locate(&far, steps, G_N_ELEMENTS(steps));

    g_assert(a.line > 0 && a.column > 0);
    g_assert(a.line == b.line && a.column == b.column);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const mn_source source = {.name = "fuzz", .bytes = (const char *)data, .len = size};
    g_autoptr(mn_yaml_reader) reader = mn_yaml_reader_new(&source, &limits);
    g_autoptr(GError) error = NULL;
    json_t *root = NULL;

    for (size_t ordinal = 0; mn_yaml_reader_next(reader, &root, &error); ordinal++) {
        if (root == NULL)
            return 0;
        json_decref(root);
        if (ordinal < LOCATED_MAX)
            locate(&source, ordinal, mn_yaml_reader_begin(reader));
    }
    g_assert(error != NULL && g_str_has_prefix(error->message, "fuzz:"));
    return 0;
}
