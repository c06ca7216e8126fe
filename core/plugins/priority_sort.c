/* SPDX-License-Identifier: Apache-2.0 */
/* PrioritySort: higher priority first; the queue puts equals in order of arrival. */
#include "core/plugins/plugins.h"

static int less(const mn_pod *a, const mn_pod *b)
{
    const int64_t left = a->spec.priority.set ? a->spec.priority.value : 0;
    const int64_t right = b->spec.priority.set ? b->spec.priority.value : 0;
    return (left < right) - (left > right);
}

const mn_plugin mn_plugin_priority_sort = {
    .name = "PrioritySort",
    .summary = "order of the queue: higher spec.priority first",
    .index = MN_INDEX_priority_sort,
    .points = AT(QUEUE_SORT),
    .less = less,
};
