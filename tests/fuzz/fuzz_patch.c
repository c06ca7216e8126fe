/* SPDX-License-Identifier: Apache-2.0 */
/* Two lines of JSON, a target and a patch, in each of the three ways. A patch is applied or
 * refused with a reason; what comes out can be written and is no deeper than what may come in;
 * a merge patch that is applied twice changes nothing more (RFC 7386).
 */
#include "mullion/text/json_write.h"
#include "mullion/text/patch.h"

#include <glib.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_DEPTH = 32, MAX_SIZE = 4096 };

static const char *const kinds[] = {"Pod", "Deployment", "CronJob", "Node", "Service", "Unheard"};

static void apply(mn_patch_type type, const char *kind, const json_t *target, const json_t *patch)
{
    GError *error = NULL;
    mn_at at = mn_at_tree(patch);
    json_t *once = mn_patch_apply(type, kind, target, &at, &error);
    g_assert((once == NULL) == (error != NULL));
    g_clear_error(&error);
    if (once == NULL)
        return;
    g_auto(mn_json_writer) json;
    mn_json_writer_init(&json, MN_JSON_COMPACT);
    mn_json_tree(&json, once);
    if (type == MN_PATCH_MERGE) {
        json_t *twice = mn_patch_apply(type, kind, once, &at, NULL);
        g_assert(json_equal(once, twice));
        json_decref(twice);
    }
    json_decref(once);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, MIN(size, (size_t)MAX_SIZE));
    char *line = strchr(text, '\n');
    if (line == NULL)
        return 0;
    *line++ = '\0';
    json_t *target = mn_document_load_json(text, strlen(text), MAX_DEPTH, NULL);
    json_t *patch = mn_document_load_json(line, strlen(line), MAX_DEPTH, NULL);
    for (size_t i = 0; target != NULL && patch != NULL && i < G_N_ELEMENTS(kinds); i++)
        apply(MN_PATCH_STRATEGIC, kinds[i], target, patch);
    if (target != NULL && patch != NULL) {
        apply(MN_PATCH_MERGE, "Pod", target, patch);
        apply(MN_PATCH_JSON, "Pod", target, patch);
    }
    json_decref(target);
    json_decref(patch);
    return 0;
}
