/* SPDX-License-Identifier: Apache-2.0 */
#include "mullion/model/labels.h"

#include <string.h>

const char *mn_labels_find(const mn_labels *labels, const char *key)
{
    size_t low = 0, high = labels->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(labels->items[middle].key, key);
        if (order == 0)
            return labels->items[middle].value;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

bool mn_labels_contain(const mn_labels *labels, const mn_labels *wanted)
{
    for (size_t i = 0; i < wanted->count; i++) {
        const char *value = mn_labels_find(labels, wanted->items[i].key);
        if (value == NULL || strcmp(value, wanted->items[i].value) != 0)
            return false;
    }
    return true;
}

bool mn_strings_contain(const mn_strings *strings, const char *text)
{
    for (size_t i = 0; i < strings->count; i++) {
        if (strcmp(strings->items[i], text) == 0)
            return true;
    }
    return false;
}
