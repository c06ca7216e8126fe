/* SPDX-License-Identifier: Apache-2.0 */
/* A hash table from text to id plus 1 (so that NULL means absent), and the texts by
 * id, copied into an arena.
 */
#include "mullion/base/intern.h"

#include "mullion/base/arena.h"

struct mn_intern {
    mn_arena *arena;
    GHashTable *ids;
    GPtrArray *texts;
};

mn_intern *mn_intern_new(void)
{
    mn_intern *intern = g_new0(mn_intern, 1);
    intern->arena = mn_arena_new();
    intern->ids = g_hash_table_new(g_str_hash, g_str_equal);
    intern->texts = g_ptr_array_new();
    return intern;
}

void mn_intern_free(mn_intern *intern)
{
    if (intern == NULL)
        return;
    g_hash_table_unref(intern->ids);
    g_ptr_array_unref(intern->texts);
    mn_arena_free(intern->arena);
    g_free(intern);
}

uint32_t mn_intern_find(const mn_intern *intern, const char *text)
{
    const guint found = GPOINTER_TO_UINT(g_hash_table_lookup(intern->ids, text));
    return found == 0 ? MN_INTERN_NONE : found - 1;
}

uint32_t mn_intern_add(mn_intern *intern, const char *text)
{
    const uint32_t known = mn_intern_find(intern, text);
    if (known != MN_INTERN_NONE)
        return known;
    const char *kept = mn_arena_strdup(intern->arena, text);
    union {
        const char *text;
        gpointer pointer;
    } key = {.text = kept};
    g_ptr_array_add(intern->texts, key.pointer);
    g_hash_table_insert(intern->ids, key.pointer, GUINT_TO_POINTER(intern->texts->len));
    return intern->texts->len - 1;
}

const char *mn_intern_text(const mn_intern *intern, uint32_t id)
{
    g_assert(id < intern->texts->len);
    return g_ptr_array_index(intern->texts, id);
}

size_t mn_intern_count(const mn_intern *intern)
{
    return intern->texts->len;
}
