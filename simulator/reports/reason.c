/* SPDX-License-Identifier: Apache-2.0 */
#include "simulator/reports/reason.h"

#include "simulator/reports/outcome.h"
#include "simulator/reports/pending.h"

#include <string.h>

/* The Pod that stands for its workload: the first of those whom the worst befell. */
static const mn_record_pod *spokesman(const mn_record *record, const mn_record_workload *workload)
{
    mn_fate worst = mn_worst_fate(workload->counts);
    for (size_t i = 0; i < workload->pod_count; i++) {
        const mn_record_pod *pod = &record->pods[workload->first_pod + i];
        if (pod->fate == worst)
            return pod;
    }
    return NULL;
}

/* "pods "web-" is forbidden: ..." -> what stands behind. */
static const char *refusal(const char *message)
{
    static const char forbidden[] = "forbidden: ";
    const char *found = strstr(message, forbidden);
    return found == NULL ? message : found + sizeof forbidden - 1;
}

/* Of a misplaced Pod, what `kubectl get pods` shows: NEEDS and WHERE say the rest. */
void mn_phrase_reason(GString *out, const mn_record *record, const mn_record_workload *workload)
{
    const mn_record_pod *pod = spokesman(record, workload);
    if (pod == NULL)
        g_string_append(out, workload->remark);
    else if (mn_fate_is_misplaced(pod->fate))
        g_string_append(out, pod->status);
    else if (*pod->remark != '\0')
        g_string_append(out, pod->remark);
    else if (pod->fate == MN_FATE_REJECTED)
        g_string_append(out, refusal(pod->message));
    else
        mn_phrase_pending(out, pod->message);
}
