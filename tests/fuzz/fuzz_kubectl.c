/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of kubectl: each is refused with a reason about a byte of it, or means something whose
 * parts can all be read. */
#include "simulator/scenario/kubectl.h"

#include <glib.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const mn_action *action)
{
    for (size_t i = 0; i < action->targets.count; i++) {
        g_autofree char *resource = mn_kind_resource(action->targets.items[i].kind);
        g_assert(*resource != '\0');
    }
    for (size_t i = 0; i < action->edits; i++) {
        g_assert(action->pairs == NULL || *action->pairs[i].key != '\0');
        g_assert(action->taints == NULL || *action->taints[i].taint.key != '\0');
        g_assert(action->images == NULL || *action->images[i].image != '\0');
    }
    g_assert(action->grace_period_s >= -1 && action->replicas >= -1);
    g_assert(*mn_verb_words(action->verb) != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(mn_arena) arena = mn_arena_new();
    size_t at = 0, end = strlen(text);
    while (at < end) {
        size_t fault = SIZE_MAX;
        mn_line_words words;
        mn_kubectl command;
        g_autoptr(GError) error = NULL;
        bool split = mn_line_split(arena, text, &at, &words, &fault, &error);
        bool read =
            split && words.count > 0 && mn_kubectl_read(arena, &words, &command, &fault, &error);
        g_assert(split ? read || words.count == 0 || error != NULL : error != NULL);
        g_assert(error == NULL || fault <= end);
        if (read)
            check(&command.action);
        if (!split)
            break;
    }
    return 0;
}
