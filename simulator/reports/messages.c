/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/reports/messages.h"

static guint hash_fold(gconstpointer data)
{
    const mn_message_fold *fold = data;
    return g_str_hash(fold->message);
}

static gboolean equal_folds(gconstpointer a, gconstpointer b)
{
    const mn_message_fold *one = a, *other = b;
    return g_str_equal(one->message, other->message);
}

GPtrArray *mn_messages_fold(const mn_record *record, mn_fate fate)
{
    GPtrArray *folds = g_ptr_array_new_with_free_func(g_free);
    /* Only looked up, never walked. */
    g_autoptr(GHashTable) known = g_hash_table_new(hash_fold, equal_folds);
    for (size_t i = 0; i < record->pod_count; i++) {
        const mn_message_fold key = {.message = record->pods[i].message, .first = i};
        if (record->pods[i].fate != fate)
            continue;
        mn_message_fold *fold = g_hash_table_lookup(known, &key);
        if (fold == NULL) {
            fold = g_new0(mn_message_fold, 1);
            *fold = key;
            g_ptr_array_add(folds, fold);
            g_hash_table_add(known, fold);
        }
        fold->count++;
    }
    return folds;
}
