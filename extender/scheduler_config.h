/* SPDX-License-Identifier: Apache-2.0 */
/* The other side: how kube-scheduler is told of this extender, and what goes wrong there. */
#ifndef EXT_SCHEDULER_CONFIG_H
#define EXT_SCHEDULER_CONFIG_H

#include "extender/config.h"

enum { EXT_SCHEDULER_BYTES_MAX = 4 << 20 };

/* A KubeSchedulerConfiguration with an extender at the address and prefix of `config`; to try it
 * out, or to enforce (fail closed). The caller frees. */
char *ext_scheduler_print(const ext_config *config, bool fail_closed);

/* Appends a line for each trap in somebody's KubeSchedulerConfiguration: "x.yaml: extenders[0]
 * (http://...): M01 error: ...". *found: how many are more than notes. Errors name the place:
 * it is none, or kube-scheduler would refuse it. */
bool ext_scheduler_check(const mn_source *source, GString *out, size_t *found,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The table of docs/EXTENDER.md. The caller frees. */
char *ext_scheduler_print_docs(void);

#endif
