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

static void locate(const mn_source *source, size_t ordinal)
{
    static const mn_step steps[] = {{.key = "a"}, {.index = 1}, {.key = "b"}};
    mn_position at = mn_yaml_locate(source, ordinal, steps, G_N_ELEMENTS(steps));
    g_assert(at.line > 0 && at.column > 0);
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
            locate(&source, ordinal);
    }
    g_assert(error != NULL && g_str_has_prefix(error->message, "fuzz:"));
    return 0;
}
