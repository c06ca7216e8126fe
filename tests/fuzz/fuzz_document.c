/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes, as the programs get them from a file. What is accepted can be written,
 * read again and located; what is refused names the source.
 */
#include "mullion/text/document.h"
#include "mullion/text/json_write.h"
#include "mullion/text/locate.h"
#include "mullion/text/read.h"

#include <glib.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const mn_document_limits limits = {
    .bytes = 1 << 20, .depth = 64, .values = 10000, .documents = 100};

static char *written(const json_t *root)
{
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_PRETTY);
    mn_json_tree(&json, root);
    return mn_json_writer_steal(&json, NULL);
}

static char *read_and_written(const char *text)
{
    json_t *root = mn_document_load_json(text, strlen(text), limits.depth, NULL);
    g_assert(root != NULL);
    char *again = written(root);
    json_decref(root);
    return again;
}

/* The first member of the first member ... has a place. */
static void locate_first(const mn_document *document)
{
    mn_step steps[4];
    size_t count = 0;
    mn_at path[5] = {mn_at_root(document)};

    while (count < G_N_ELEMENTS(steps)) {
        mn_at *at = &path[count];
        if (json_is_array(at->value) && mn_at_count(at) > 0) {
            steps[count] = (mn_step){.index = mn_at_count(at) - 1};
            path[count + 1] = mn_at_element(at, steps[count].index);
        } else {
            mn_members members = mn_members_of(at);
            if (!json_is_object(at->value) || !mn_members_next(&members, &path[count + 1]))
                break;
            steps[count] = (mn_step){.key = path[count + 1].key};
        }
        count++;
    }
    mn_position at = mn_locate(document, steps, count);
    g_assert(at.line > 0 && at.column > 0);
}

static bool check(const mn_document *document, gpointer data, GError **error)
{
    (void)data;
    (void)error;
    g_autofree char *first = written(document->root);
    g_autofree char *second = read_and_written(first);
    g_autofree char *third = read_and_written(second);
    g_assert(strcmp(second, third) == 0);
    locate_first(document);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const mn_source source = {.name = "fuzz", .bytes = (const char *)data, .len = size};
    g_autoptr(GError) error = NULL;

    if (!mn_document_each(&source, &limits, check, NULL, &error))
        g_assert(error != NULL && g_str_has_prefix(error->message, "fuzz:"));
    else
        g_assert(error == NULL);
    return 0;
}
